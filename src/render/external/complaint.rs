//! What a program says when it fails, as a finding with a place. Pure.

use std::sync::LazyLock;

use regex::Regex;

use super::program::Complaint;
use crate::error::{Diagnostic, Location};

/// So much of what a program says is shown.
const MOST_LINES: usize = 20;

/// What a program adds for its own users.
const NOISE: [&str; 1] = ["Use --debug flag to render out invalid YAML"];

/// A place in a template, as Go's templates and Helm write it.
static IN_TEMPLATE: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::unwrap_used, reason = "it doesn't depend on anything")]
    Regex::new(r#"([^\s("'<>]+/[^\s("'<>:]+):(\d+)(?::(\d+))?"#).unwrap()
});

/// A whole file, as Helm writes it: the lines that follow are those of what was
/// rendered.
static IN_FILE: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::unwrap_used, reason = "it doesn't depend on anything")]
    Regex::new(r"(?:YAML parse error on|error (?:parsing|unmarshalling)) ([^\s:]+/[^\s:]+):").unwrap()
});

/// A file of values, as Helm names it: as it was given it.
static IN_VALUES: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::unwrap_used, reason = "it doesn't depend on anything")]
    Regex::new(r"failed to parse (\./[^\n]+?): (?:.*?yaml: line (\d+):)?").unwrap()
});

/// The finding. It stands at `usual` if the program names no place; `path_of` makes
/// a path of the tree of one that the program names.
pub(super) fn told(
    complaint: Complaint,
    usual: Location,
    path_of: impl Fn(&str) -> Option<String>,
) -> Diagnostic {
    let Complaint { diagnostic, said } = complaint;
    let location = place(&said, path_of).unwrap_or(usual);
    let lines = said.lines().map(|line| line.strip_prefix("Error: ").unwrap_or(line).trim_end());
    let lines: Vec<&str> = lines.filter(|line| !line.is_empty() && !NOISE.contains(line)).collect();
    let more = lines.len().saturating_sub(MOST_LINES);
    let shown = lines.into_iter().take(MOST_LINES).map(str::trim_start);
    let diagnostic = shown.fold(diagnostic.at(location), Diagnostic::because);
    if more > 0 { diagnostic.because(format!("(and {more} more lines)")) } else { diagnostic }
}

fn place(said: &str, path_of: impl Fn(&str) -> Option<String>) -> Option<Location> {
    if let Some(found) = IN_FILE.captures(said).and_then(|found| path_of(found.get(1)?.as_str())) {
        return Some(Location::file(found));
    }
    if let Some(found) = IN_VALUES.captures(said)
        && let Some(path) = path_of(found.get(1)?.as_str())
    {
        let line = found.get(2).and_then(|digits| digits.as_str().parse().ok());
        return Some(Location { line, ..Location::file(path) });
    }
    IN_TEMPLATE.captures_iter(said).find_map(|found| {
        let number = |at: usize| found.get(at).and_then(|digits| digits.as_str().parse::<u32>().ok());
        let path = path_of(found.get(1)?.as_str())?;
        // Go counts columns from 0 here.
        let column = number(3).map(|column| column + 1);
        Some(Location { line: number(2), column, ..Location::file(path) })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told_of(said: &str) -> String {
        let complaint = Complaint { diagnostic: Diagnostic::new("it failed"), said: said.to_owned() };
        let path_of = |path: &str| match path.strip_prefix("./") {
            Some(given) => Some(given.to_owned()),
            None => path.strip_prefix("web/").map(|inside| format!("charts/web/{inside}")),
        };
        let told = told(complaint, Location::file("charts/web/Chart.yaml"), path_of);
        let place = told.location.map(|location| location.to_string()).unwrap_or_default();
        format!("{place} | {}", told.causes.join(" | "))
    }

    #[test]
    fn files_of_values_are_named_with_their_line() {
        for (said, place) in [
            (
                "Error: failed to parse ./v/a b.yaml: error converting YAML to JSON: yaml: line 3: did not find it",
                "v/a b.yaml:3",
            ),
            (
                "Error: failed to parse ./v.yaml: cannot unmarshal yaml document: error converting YAML to JSON: yaml: line 12: no",
                "v.yaml:12",
            ),
            ("Error: failed to parse ./v.yaml: it is a list", "v.yaml"),
        ] {
            assert!(told_of(said).starts_with(&format!("{place} | failed to parse ")), "{}", told_of(said));
        }
    }

    #[test]
    fn templates_are_named_with_line_and_column_where_helm_knows_them() {
        for (said, expected) in [
            (
                "Error: template: web/templates/a.yaml:1:13: executing \"web/templates/a.yaml\" at <.Values.a.b>: nil pointer evaluating interface {}.b\n\nUse --debug flag to render out invalid YAML\n",
                "charts/web/templates/a.yaml:1:14 | template: web/templates/a.yaml:1:13: executing \"web/templates/a.yaml\" at <.Values.a.b>: nil pointer evaluating interface {}.b",
            ),
            (
                "Error: web/templates/a.yaml:1:13\n  executing \"web/templates/a.yaml\" at <.Values.a.b>:\n    nil pointer evaluating interface {}.b\n",
                "charts/web/templates/a.yaml:1:14 | web/templates/a.yaml:1:13 | executing \"web/templates/a.yaml\" at <.Values.a.b>: | nil pointer evaluating interface {}.b",
            ),
            (
                "Error: parse error at (web/templates/a.yaml:2): missing value for if\n",
                "charts/web/templates/a.yaml:2 | parse error at (web/templates/a.yaml:2): missing value for if",
            ),
            (
                "Error: YAML parse error on web/templates/a.yaml: error converting YAML to JSON: yaml: line 3: no\n",
                "charts/web/templates/a.yaml | YAML parse error on web/templates/a.yaml: error converting YAML to JSON: yaml: line 3: no",
            ),
            ("Error: invalid release name\n", "charts/web/Chart.yaml | invalid release name"),
            ("", "charts/web/Chart.yaml | "),
        ] {
            assert_eq!(told_of(said), expected);
        }
        let long = "Error: a\n".repeat(25);
        assert!(told_of(&long).ends_with("| a | (and 5 more lines)"));
    }
}
