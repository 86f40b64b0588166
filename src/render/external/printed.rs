//! What Helm prints: once, and once more where that says something; file by file.

use std::ffi::OsString;

use super::{brought, random};
use crate::error::Diagnostic;
use crate::parallel;

/// What Helm writes before each object, at the start of a line.
pub(super) const SOURCE: &str = "# Source: ";

/// The templates and other files of a chart, as Helm calls them, and what it made of each,
/// in the order in which it printed them.
pub(super) fn files(text: &str) -> Vec<(&str, &str)> {
    // Within an object no line begins so.
    let separator = format!("---\n{SOURCE}");
    let mut begins = text.match_indices(&separator).filter(|(at, _)| *at == 0 || text[..*at].ends_with('\n'));
    let mut files = Vec::new();
    let mut begin = begins.next().map(|(at, _)| at);
    while let Some(at) = begin {
        let next = begins.next().map(|(at, _)| at);
        let file = &text[at + separator.len()..next.unwrap_or(text.len())];
        files.extend(file.split_once('\n'));
        begin = next;
    }
    files
}

/// How a chart is rendered to what Helm prints.
pub(super) struct Printing<'a> {
    /// What the cluster serves, as far as it's known.
    pub(super) served: &'a [String],
    /// Whether any template asks what that is.
    pub(super) ask_what_is_served: &'a dyn Fn() -> bool,
    /// Whether any template may make something else each time.
    pub(super) may_change: bool,
    /// Runs Helm.
    pub(super) run: &'a (dyn Fn(Vec<OsString>) -> Result<Vec<u8>, Vec<Diagnostic>> + Sync),
}

/// What Helm printed.
pub(super) struct Output {
    pub(super) bytes: Vec<u8>,
    /// The templates, as Helm calls them, that made something else the second time.
    pub(super) unsteady: Vec<String>,
}

impl Printing<'_> {
    /// Prints, with what the chart itself defines among what is served.
    pub(super) fn print(&self, arguments: &[OsString]) -> Result<Output, Vec<Diagnostic>> {
        let output = self.steadily(arguments.to_vec())?;
        let brought = brought::served(&output.bytes);
        let is_known = brought.iter().all(|kind| self.served.contains(kind));
        if is_known || !(self.ask_what_is_served)() {
            return Ok(output);
        }
        self.steadily([arguments, &[serving(&brought)]].concat())
    }

    /// Prints, and twice at once where it may be something else then.
    fn steadily(&self, arguments: Vec<OsString>) -> Result<Output, Vec<Diagnostic>> {
        let times = if self.may_change { 2 } else { 1 };
        let printed = parallel::each_waiting(vec![arguments; times], self.run);
        let mut printed = printed.into_iter().collect::<Result<Vec<_>, _>>()?;
        let unsteady = match printed.as_slice() {
            [one, other] => {
                let (one, other) = (String::from_utf8_lossy(one), String::from_utf8_lossy(other));
                random::differing(&one, &other).into_iter().map(str::to_owned).collect()
            }
            _ => Vec::new(),
        };
        Ok(Output { bytes: printed.swap_remove(0), unsteady })
    }
}

/// What `.Capabilities.APIVersions` has beside what it always has.
pub(super) fn serving(kinds: &[String]) -> OsString {
    format!("--api-versions={}", kinds.join(",")).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_holds_what_helm_has_printed_is_a_text() {
        let text = "---\n# Source: w/a.yaml\na: |\n  ---\n  # Source: x/y.yaml\n  b: 1\n---\nb: 2\n---\n# Source: w/c.yaml\nc: 3\n";
        let expected =
            [("w/a.yaml", "a: |\n  ---\n  # Source: x/y.yaml\n  b: 1\n---\nb: 2\n"), ("w/c.yaml", "c: 3\n")];
        assert_eq!(files(text), expected);
        assert_eq!(files("nothing\n"), []);
    }
}
