//! Values in words, and the values in the server's words.

use super::field::{Field, Subject};
use crate::json::Value;
use crate::object::FieldPath;

impl Subject<'_> {
    /// What a field holds, in words: `the number 8080`, `a map`.
    pub(super) fn described(&self, field: &Field) -> String {
        match self.value(field) {
            Some(value) if self.hides(field) => type_name(value).to_owned(),
            Some(value) => described(value),
            None => "something else".to_owned(),
        }
    }

    /// Every scalar of the object that this holds for, in the object's order.
    pub(super) fn scalars(&self, is_wanted: impl Fn(&FieldPath, &Value) -> bool) -> Vec<Field> {
        let mut found = Vec::new();
        collect(self, self.body, &Field::default(), &is_wanted, &mut found);
        found
    }
}

fn collect(
    subject: &Subject<'_>,
    value: &Value,
    at: &Field,
    is_wanted: &dyn Fn(&FieldPath, &Value) -> bool,
    found: &mut Vec<Field>,
) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, value)| collect(subject, value, &at.field(name), is_wanted, found));
        }
        Value::Array(items) => items.iter().enumerate().for_each(|(index, item)| {
            collect(subject, item, &at.item(index, subject.body), is_wanted, found);
        }),
        scalar if is_wanted(&at.found, scalar) => found.push(at.clone()),
        _ => {}
    }
}

fn described(value: &Value) -> String {
    match value {
        Value::String(text) => format!("the string {}", shortened(&Value::from(text.as_str()).to_string())),
        Value::Number(number) => format!("the number {number}"),
        Value::Bool(flag) => flag.to_string(),
        _ => type_name(value).to_owned(),
    }
}

/// The type of a value, with its article.
pub(super) fn type_name(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "true or false",
        Value::Number(_) => "a number",
        Value::String(_) => "a string",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// The start of a text that is too long for a message.
pub(super) fn shortened(text: &str) -> String {
    const LONGEST: usize = 80;
    if text.chars().count() <= LONGEST {
        return text.to_owned();
    }
    format!("{}…", text.chars().take(LONGEST).collect::<String>())
}

/// Splits what the server says of a value, such as `"x": must be short`, into
/// the value and the rest. Maps and lists, which it writes as Go or JSON, and
/// empty values say nothing to people: they're `None`. A text without a value
/// (that of a rule in CEL) is all rest.
pub(super) fn split_value(text: &str) -> (Option<Value>, &str) {
    let Some(end) = end_of_value(text) else { return (None, text) };
    let Some(rest) = text[end..].strip_prefix(": ") else { return (None, text) };
    let value = serde_json::from_str(&text[..end]).ok();
    let says_something = |value: &Value| match value {
        Value::String(text) => !text.is_empty() && !text.starts_with('<'),
        Value::Number(_) | Value::Bool(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    };
    (value.filter(says_something), rest)
}

/// Where a value in JSON or Go's `%#v` at the text's start ends.
fn end_of_value(text: &str) -> Option<usize> {
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Value>();
    if let Some(Ok(_)) = values.next()
        && text[values.byte_offset()..].starts_with(':')
    {
        return Some(values.byte_offset());
    }
    let is_type = |c: char| c.is_ascii_alphanumeric() || "._*&[]".contains(c);
    if !text.trim_start_matches(is_type).starts_with(['{', '"']) {
        return None;
    }
    end_of_composite(text)
}

/// Where the braces and quotes at the text's start are closed again.
fn end_of_composite(text: &str) -> Option<usize> {
    let (mut depth, mut quoted, mut escaped) = (0_usize, false, false);
    for (at, c) in text.char_indices() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => {
                quoted = !quoted;
                if !quoted && depth == 0 {
                    return Some(at + 1);
                }
            }
            '{' if !quoted => depth += 1,
            '}' if !quoted => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}

/// The texts in double quotes at the start of a list such as `"a", "b" or
/// something`.
pub(super) fn quoted(text: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(start) = rest.find('"') {
        let mut values = serde_json::Deserializer::from_str(&rest[start..]).into_iter::<String>();
        let Some(Ok(value)) = values.next() else { break };
        found.push(value);
        rest = &rest[start + values.byte_offset()..];
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn values_are_split_off_however_the_server_writes_them() {
        for (text, value, rest) in [
            (r#""a: b": too odd"#, Some(json!("a: b")), "too odd"),
            ("-1: must be positive", Some(json!(-1)), "must be positive"),
            (r#""": may not be empty"#, None, "may not be empty"),
            ("null: missing", None, "missing"),
            (r#"{"app":"web"}: does not match"#, None, "does not match"),
            // Before Kubernetes 1.34.
            (
                r#"v1.LabelSelector{MatchLabels:map[string]string{"a":"}"}}: field is immutable"#,
                None,
                "field is immutable",
            ),
            (r#"[]string{"None"}: may not change"#, None, "may not change"),
            // Rules in CEL have no value.
            ("minimum must be less: or else", None, "minimum must be less: or else"),
            (r#""never closed"#, None, r#""never closed"#),
            ("}: odd", None, "}: odd"),
        ] {
            assert_eq!(split_value(text), (value, rest), "{text}");
        }
    }

    #[test]
    fn long_values_are_cut() {
        assert_eq!(shortened("short"), "short");
        assert_eq!(shortened(&"ä".repeat(100)), format!("{}…", "ä".repeat(80)));
    }
}
