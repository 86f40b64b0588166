//! Block scalars at the end of a file without a final line break. The parser
//! adds one to the value, Go doesn't.

use std::borrow::Cow;

/// What Go makes of a block scalar that the end of the source cuts off: given
/// the parser's value and the column (from 0) at which its content starts.
pub(super) fn scalar<'t>(value: Cow<'t, str>, source: &str, column: usize) -> Cow<'t, str> {
    if !value.is_empty() && value.bytes().all(|byte| byte == b'\n') {
        return Cow::Owned(blank_lines(source));
    }
    let last_line = source.rsplit(['\n', '\r']).next().unwrap_or_default();
    let only_indentation = last_line.len() <= column && last_line.bytes().all(|byte| byte == b' ');
    if only_indentation {
        return value;
    }
    match value {
        Cow::Borrowed(text) => Cow::Borrowed(text.strip_suffix('\n').unwrap_or(text)),
        Cow::Owned(mut text) => {
            if text.ends_with('\n') {
                text.pop();
            }
            Cow::Owned(text)
        }
    }
}

/// The complete blank lines after the last text, which is the block's header.
fn blank_lines(source: &str) -> String {
    let blank = &source[source.trim_end_matches([' ', '\n', '\r']).len()..];
    "\n".repeat(blank.matches('\n').count().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::yaml::documents;

    #[test]
    fn no_line_break_is_made_up_at_the_end_of_a_file() {
        let cases = [
            ("a: |\n  x", "x"),
            ("a: |\n  x\n  ", "x\n"),
            ("a: |\n  x\n    ", "x\n  "),
            ("a: |+\n  x\n\n  ", "x\n\n"),
            ("a: |+\n  ", ""),
            ("a: |+\n\n  ", "\n"),
            ("a: |1\n    ", "   "),
            ("a: >\n  x\n  z", "x z"),
            ("a: |-\n  x", "x"),
            ("a: |", ""),
        ];
        for (text, value) in cases {
            assert_eq!(documents(text).expect("readable")[0].value, json!({"a": value}), "{text:?}");
        }
    }
}
