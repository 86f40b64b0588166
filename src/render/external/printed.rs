//! What Helm prints, file by file. Pure.

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
