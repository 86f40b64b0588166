//! Field values as text: on one line where they fit, as YAML or as a diff of
//! lines where they don't.

use similar::{ChangeTag, TextDiff};

use super::visible::visible;
use super::words;
use crate::json::Value;
use crate::object::Shown;

/// Lists longer than this don't go on one line.
const FLOW: usize = 48;
/// Lines that stay the same, around those that don't.
const CONTEXT: usize = 2;
/// Characters left before the first difference of two long values.
const LEAD: usize = 12;

/// The value on one line, unless it is a map, a long list or a text of
/// several lines.
pub(crate) fn one_line(shown: &Shown) -> Option<String> {
    match shown {
        Shown::Masked(_) => Some(shown.to_string()),
        Shown::Value(Value::String(text)) if text.contains('\n') => None,
        Shown::Value(Value::Array(items)) if !items.is_empty() => flow(items),
        Shown::Value(Value::Object(map)) if !map.is_empty() => None,
        Shown::Value(value) => Some(scalar(value)),
    }
}

fn scalar(value: &Value) -> String {
    visible(crate::yaml::to_text(value).trim_end()).into_owned()
}

/// `[sh, -c]`: a short list of scalars.
fn flow(items: &[Value]) -> Option<String> {
    let nested = |item: &Value| item.is_object() || item.is_array();
    if items.iter().any(nested) {
        return None;
    }
    let text = format!("[{}]", items.iter().map(scalar).collect::<Vec<_>>().join(", "));
    (!text.contains('␊') && words::width(&text) <= FLOW).then_some(text)
}

/// The value on as many lines as it takes: a text as it is, anything else as
/// YAML.
pub(crate) fn block(shown: &Shown) -> Vec<String> {
    let text = match shown {
        Shown::Masked(_) => shown.to_string(),
        Shown::Value(Value::String(text)) => text.clone(),
        Shown::Value(value) => crate::yaml::to_text(value),
    };
    let text = text.strip_suffix('\n').unwrap_or(&text);
    text.split('\n').map(|line| without_quotes_around_masks(&visible(line))).collect()
}

/// A mask within a map is text that YAML has to quote, which only distracts.
fn without_quotes_around_masks(line: &str) -> String {
    match line.split_once("\"‹masked #") {
        Some((before, after)) if after.ends_with("›\"") => {
            format!("{before}‹masked #{}", after.trim_end_matches('"'))
        }
        _ => line.to_owned(),
    }
}

/// A line of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Compared {
    /// It stays.
    Same(String),
    /// It goes.
    Gone(String),
    /// It comes.
    New(String),
    /// So many lines that stay are left out.
    Skipped(usize),
    /// Something about the text that isn't a line of it.
    Remark(&'static str),
}

/// Two values line by line, with a little of what stays around what changes.
pub(crate) fn compared(from: &Shown, to: &Shown) -> Vec<Compared> {
    let (old, new) = (block(from), block(to));
    let (old_lines, new_lines): (Vec<&str>, Vec<&str>) =
        (old.iter().map(String::as_str).collect(), new.iter().map(String::as_str).collect());
    let diff = TextDiff::from_slices(&old_lines, &new_lines);
    let mut lines = Vec::new();
    let mut seen = 0;
    for group in diff.grouped_ops(CONTEXT) {
        let Some(first) = group.first() else { continue };
        let start = first.old_range().start;
        if start > seen {
            lines.push(Compared::Skipped(start - seen));
        }
        for op in &group {
            seen = op.old_range().end;
            lines.extend(diff.iter_changes(op).map(|change| {
                let line = change.value().to_owned();
                match change.tag() {
                    ChangeTag::Equal => Compared::Same(line),
                    ChangeTag::Delete => Compared::Gone(line),
                    ChangeTag::Insert => Compared::New(line),
                }
            }));
        }
    }
    if seen > 0 && old.len() > seen {
        lines.push(Compared::Skipped(old.len() - seen));
    }
    lines.extend(remark(from, to));
    lines
}

/// What the comparison of lines doesn't show.
fn remark(from: &Shown, to: &Shown) -> Option<Compared> {
    match (from, to) {
        (Shown::Value(Value::String(from)), Shown::Value(Value::String(to))) => {
            match (from.ends_with('\n'), to.ends_with('\n')) {
                (true, false) => Some(Compared::Remark("without the line break at the end")),
                (false, true) => Some(Compared::Remark("with a line break at the end")),
                _ => None,
            }
        }
        (Shown::Value(Value::String(_)), Shown::Value(to)) if !to.is_string() => {
            Some(Compared::Remark("a text becomes another kind of value"))
        }
        (Shown::Value(from), Shown::Value(Value::String(_))) if !from.is_string() => {
            Some(Compared::Remark("another kind of value becomes a text"))
        }
        _ => None,
    }
}

/// Two long values cut to so many columns around their first difference.
pub(crate) fn focused(from: &str, to: &str, columns: usize) -> (String, String) {
    let same = from.chars().zip(to.chars()).take_while(|(a, b)| a == b).count();
    (focus(from, same, columns), focus(to, same, columns))
}

fn focus(text: &str, same: usize, columns: usize) -> String {
    let length = text.chars().count();
    if words::width(text) <= columns || same + LEAD < columns / 2 {
        return words::shortened(text, columns);
    }
    // Not further than where the rest fits anyway.
    let start = same.saturating_sub(LEAD).min((length + 1).saturating_sub(columns));
    if start == 0 {
        return words::shortened(text, columns);
    }
    let rest: String = text.chars().skip(start).collect();
    format!("…{}", words::shortened(&rest, columns.saturating_sub(1)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn shown(value: Value) -> Shown {
        Shown::Value(value)
    }

    #[test]
    fn scalars_and_short_lists_go_on_one_line() {
        for (value, text) in [
            (json!(3), "3"),
            (json!("nginx:1.27"), "nginx:1.27"),
            (json!("80"), r#""80""#),
            (json!(""), r#""""#),
            (json!(null), "null"),
            (json!([]), "[]"),
            (json!({}), "{}"),
            (json!(["sh", "-c", 1]), "[sh, -c, 1]"),
            (json!("a\u{1b}[2J"), r#""a\u001b[2J""#),
            (json!("\u{202e}x"), r"\u{202e}x"),
        ] {
            assert_eq!(one_line(&shown(value)).as_deref(), Some(text));
        }
        assert_eq!(one_line(&Shown::Masked(4)).as_deref(), Some("‹masked #4›"));
    }

    #[test]
    fn maps_long_lists_and_texts_of_lines_do_not() {
        for value in [json!({"a": 1}), json!([{"a": 1}]), json!("a\nb"), json!(vec!["longish"; 10])] {
            assert_eq!(one_line(&shown(value)), None);
        }
    }

    #[test]
    fn a_comparison_shows_what_changes_and_a_little_around() {
        let text = |changed: &str| {
            let lines: Vec<_> =
                (1..=9).map(|n| if n == 5 { changed.into() } else { n.to_string() }).collect();
            shown(json!(lines.join("\n") + "\n"))
        };
        let same = |n: usize| Compared::Same(n.to_string());
        assert_eq!(
            compared(&text("old"), &text("new")),
            [
                Compared::Skipped(2),
                same(3),
                same(4),
                Compared::Gone("old".into()),
                Compared::New("new".into()),
                same(6),
                same(7),
                Compared::Skipped(2)
            ]
        );
    }

    #[test]
    fn a_line_break_at_the_end_is_not_passed_over() {
        assert_eq!(
            compared(&shown(json!("a\nb\n")), &shown(json!("a\nb"))),
            [Compared::Remark("without the line break at the end")]
        );
        assert_eq!(
            compared(&shown(json!("a: 1\n")), &shown(json!({"a": 1}))),
            [Compared::Remark("a text becomes another kind of value")]
        );
    }

    #[test]
    fn long_values_are_cut_around_their_difference() {
        let image = |digest: &str| format!("registry.example.org/team/shop/frontend/web@sha256:{digest}0000");
        let (from, to) = focused(&image("abc"), &image("def"), 30);
        assert_eq!(from, "…p/frontend/web@sha256:abc0000");
        assert_eq!(to, "…p/frontend/web@sha256:def0000");
        assert_eq!(focused("short", "shirt", 30), ("short".into(), "shirt".into()));
    }
}
