//! Values to YAML, as kubectl prints it, but safe for every reader: what any
//! YAML 1.1 or 1.2 reader might take for something else than text is quoted.

use std::fmt::Write;

use super::number;
use super::scalar::{self, Resolved};
use crate::json::{Number, Value};

/// Longer keys are written as `? key`; readers look only so far for the `:`.
const LONGEST_SIMPLE_KEY: usize = 128;

/// The value as one YAML document in block style, with a line break at the
/// end. Maps keep their order, but at the root `apiVersion`, `kind` and
/// `metadata` come first. [`super::documents`] reads back the same value
/// (numbers as Go compares them: 1.0 is 1).
pub fn to_text(value: &Value) -> String {
    let mut writer = Writer { text: String::new() };
    match value {
        Value::Object(map) if !map.is_empty() => {
            let rank = |key: &str| ["apiVersion", "kind", "metadata"].iter().position(|first| *first == key);
            let mut entries: Vec<_> = map.iter().collect();
            entries.sort_by_key(|(key, _)| rank(key).unwrap_or(usize::MAX));
            writer.entries(entries, 0);
        }
        other => writer.node(other, 0),
    }
    writer.text
}

struct Writer {
    text: String,
}

impl Writer {
    /// A node whose first line starts at the cursor and whose further lines
    /// are indented so far; ends its last line.
    fn node(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Object(map) if !map.is_empty() => self.entries(map, indent),
            Value::Array(items) if !items.is_empty() => self.items(items, indent),
            other => {
                self.scalar(other, indent);
            }
        }
    }

    fn entries<'a>(&mut self, entries: impl IntoIterator<Item = (&'a String, &'a Value)>, indent: usize) {
        for (position, (key, value)) in entries.into_iter().enumerate() {
            if position > 0 {
                self.indent(indent);
            }
            self.key(key, indent);
            match value {
                Value::Object(map) if !map.is_empty() => {
                    self.break_line(indent + 2);
                    self.entries(map, indent + 2);
                }
                Value::Array(items) if !items.is_empty() => {
                    self.break_line(indent);
                    self.items(items, indent);
                }
                other => {
                    self.text.push(' ');
                    self.scalar(other, indent);
                }
            }
        }
    }

    fn items(&mut self, items: &[Value], indent: usize) {
        for (position, item) in items.iter().enumerate() {
            if position > 0 {
                self.indent(indent);
            }
            self.text.push_str("- ");
            match item {
                Value::Object(_) | Value::Array(_) => self.node(item, indent + 2),
                other => self.scalar(other, indent),
            }
        }
    }

    fn key(&mut self, key: &str, indent: usize) {
        let written = if is_plain(key) { key.to_owned() } else { quoted(key) };
        if written.chars().count() <= LONGEST_SIMPLE_KEY {
            self.text.push_str(&written);
        } else {
            self.text.push_str("? ");
            self.text.push_str(&written);
            self.break_line(indent);
        }
        self.text.push(':');
    }

    /// A value on the cursor's line; the lines of a block go two columns
    /// further than the parent's indentation.
    fn scalar(&mut self, value: &Value, indent: usize) {
        match value {
            Value::Object(_) => self.text.push_str("{}"),
            Value::Array(_) => self.text.push_str("[]"),
            Value::Null => self.text.push_str("null"),
            Value::Bool(value) => self.text.push_str(if *value { "true" } else { "false" }),
            Value::Number(number) => self.text.push_str(&number_text(number)),
            Value::String(text) => match block_header(text) {
                Some(header) => return self.block(header, text, indent + 2),
                None if is_plain(text) => self.text.push_str(text),
                None => self.text.push_str(&quoted(text)),
            },
        }
        self.text.push('\n');
    }

    fn block(&mut self, header: &str, text: &str, indent: usize) {
        self.text.push_str(header);
        self.text.push('\n');
        for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
            if !line.is_empty() {
                self.indent(indent);
                self.text.push_str(line);
            }
            self.text.push('\n');
        }
    }

    fn break_line(&mut self, indent: usize) {
        self.text.push('\n');
        self.indent(indent);
    }

    fn indent(&mut self, columns: usize) {
        self.text.extend(std::iter::repeat_n(' ', columns));
    }
}

/// Floats get a fraction and a signed exponent, without which YAML 1.1 takes
/// them for text.
fn number_text(number: &Number) -> String {
    let text = number.to_string();
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let fraction = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with(['-', '+']) { "" } else { "+" };
    format!("{mantissa}{fraction}e{sign}{exponent}")
}

/// `|` with its chomping, for texts of several lines that a block holds
/// exactly.
fn block_header(text: &str) -> Option<&'static str> {
    let last_line = text.trim_end_matches('\n').rsplit('\n').next()?;
    let holds = text.contains('\n')
        && !text.starts_with(['\n', ' ', '\t'])
        && !last_line.trim().is_empty()
        && text.chars().all(|c| matches!(c, '\n' | '\t') || is_printable(c));
    if !holds {
        return None;
    }
    Some(match text.len() - text.trim_end_matches('\n').len() {
        0 => "|-",
        1 => "|",
        _ => "|+",
    })
}

/// Characters that stand for themselves in every reader; YAML 1.1 takes
/// U+0085, U+2028 and U+2029 for line breaks.
fn is_printable(character: char) -> bool {
    match character {
        '\u{2028}' | '\u{2029}' | '\u{feff}' => false,
        ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..='\u{10ffff}' => true,
        _ => false,
    }
}

/// Whether a text can go without quotes.
fn is_plain(text: &str) -> bool {
    let starts_well = match text.as_bytes() {
        [] | [b'-', b' ', ..] | [b'-'] => false,
        [first, ..] => !b" ?:,[]{}#&*!|>'\"%@`".contains(first),
    };
    starts_well
        && !text.starts_with("---")
        && !text.starts_with("...")
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text.chars().all(is_printable)
        && matches!(scalar::plain(text), Resolved::Text(_))
        && !is_special(text)
}

/// What some other reader takes for a boolean, a null, a merge, a number, a
/// date or a time.
fn is_special(text: &str) -> bool {
    const WORDS: [&str; 16] = [
        "y", "n", "yes", "no", "on", "off", "true", "false", "null", "~", "<<", "=", ".inf", "+.inf",
        "-.inf", ".nan",
    ];
    WORDS.iter().any(|word| text.eq_ignore_ascii_case(word))
        || number::looks_numeric(text)
        || is_date(text)
        || is_sexagesimal(text)
}

fn is_date(text: &str) -> bool {
    let (year, rest) = text.split_at_checked(4).unwrap_or(("", ""));
    rest.starts_with('-') && year.bytes().all(|byte| byte.is_ascii_digit())
}

/// `12:30:45` is a number in base 60 to YAML 1.1.
fn is_sexagesimal(text: &str) -> bool {
    text.contains(':') && text.bytes().all(|byte| byte.is_ascii_digit() || b"_:.+-".contains(&byte))
}

fn quoted(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            printable if is_printable(printable) => quoted.push(printable),
            other => {
                // Writing to a string can't fail.
                let _ = match u32::from(other) {
                    code @ 0..=0xffff => write!(quoted, "\\u{code:04x}"),
                    code => write!(quoted, "\\U{code:08x}"),
                };
            }
        }
    }
    quoted.push('"');
    quoted
}
