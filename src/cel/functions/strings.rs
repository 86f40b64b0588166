//! Texts: the strings library, regular expressions, `base64`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::{Given, truth, whole};
use crate::cel::evaluate::Failure;
use crate::cel::pattern;
use crate::cel::value::Value;

pub(super) fn function(name: &str, arguments: &[Value]) -> Given {
    match (name, arguments) {
        ("encode", [Value::Bytes(bytes)]) => Some(Ok(Value::text(&STANDARD.encode(bytes)))),
        ("decode", [Value::Text(text)]) => {
            let decoded = STANDARD.decode(text.as_bytes());
            Some(
                decoded
                    .map(|bytes| Value::Bytes(bytes.into()))
                    .map_err(|_| Failure::error("illegal base64 data")),
            )
        }
        _ => None,
    }
}

pub(super) fn method(text: &Arc<str>, name: &str, arguments: &[Value]) -> Given {
    match (name, arguments) {
        ("contains", [Value::Text(part)]) => truth(text.contains(&**part)),
        ("startsWith", [Value::Text(part)]) => truth(text.starts_with(&**part)),
        ("endsWith", [Value::Text(part)]) => truth(text.ends_with(&**part)),
        ("matches", [pattern]) => matches(text, pattern),
        ("find", [Value::Text(pattern)]) => {
            let found = |regex: regex::Regex| regex.find(text).map_or("", |found| found.as_str()).to_owned();
            Some(compiled(pattern).map(|regex| Value::text(&found(regex))))
        }
        ("findAll", [Value::Text(pattern)]) => Some(find_all(text, pattern, usize::MAX)),
        ("findAll", [Value::Text(pattern), Value::Int(most)]) => {
            Some(find_all(text, pattern, usize::try_from(*most).unwrap_or(usize::MAX)))
        }
        ("charAt", [Value::Int(at)]) => Some(char_at(text, *at)),
        ("indexOf", [Value::Text(part)]) => Some(Ok(position(text, text.find(&**part)))),
        ("lastIndexOf", [Value::Text(part)]) => Some(Ok(position(text, text.rfind(&**part)))),
        ("lowerAscii", []) => Some(Ok(Value::text(&text.to_ascii_lowercase()))),
        ("upperAscii", []) => Some(Ok(Value::text(&text.to_ascii_uppercase()))),
        ("trim", []) => Some(Ok(Value::text(text.trim()))),
        ("replace", [Value::Text(old), Value::Text(new)]) => {
            Some(Ok(Value::text(&text.replace(&**old, new))))
        }
        ("replace", [Value::Text(old), Value::Text(new), Value::Int(count)]) => {
            let count = usize::try_from(*count).unwrap_or(usize::MAX);
            Some(Ok(Value::text(&text.replacen(&**old, new, count))))
        }
        ("split", [Value::Text(by)]) => Some(Ok(split(text, by, usize::MAX))),
        ("split", [Value::Text(by), Value::Int(count)]) => {
            Some(Ok(split(text, by, usize::try_from(*count).unwrap_or(usize::MAX))))
        }
        ("substring", [Value::Int(from)]) => Some(substring(text, *from, None)),
        ("substring", [Value::Int(from), Value::Int(to)]) => Some(substring(text, *from, Some(*to))),
        ("format", [Value::List(values)]) => formatted(text, values),
        _ => None,
    }
}

pub(super) fn matches(text: &str, pattern: &Value) -> Given {
    let Value::Text(pattern) = pattern else { return None };
    Some(compiled(pattern).map(|regex| Value::Bool(regex.is_match(text))))
}

fn compiled(text: &str) -> Result<regex::Regex, Failure> {
    pattern::kept(text).ok_or_else(|| Failure::Unsupported("this pattern".to_owned()))
}

fn find_all(text: &str, pattern: &str, most: usize) -> Result<Value, Failure> {
    let found =
        |regex: regex::Regex| regex.find_iter(text).take(most).map(|one| Value::text(one.as_str())).collect();
    compiled(pattern).map(|regex| Value::list(found(regex)))
}

/// Positions count characters.
fn position(text: &str, at: Option<usize>) -> Value {
    at.map_or(Value::Int(-1), |at| whole(text[..at].chars().count()))
}

fn char_at(text: &str, at: i64) -> Result<Value, Failure> {
    let length = text.chars().count();
    let at = usize::try_from(at).ok().filter(|at| *at <= length);
    let at = at.ok_or_else(|| Failure::error("index out of range"))?;
    Ok(Value::text(&text.chars().skip(at).take(1).collect::<String>()))
}

fn substring(text: &str, from: i64, to: Option<i64>) -> Result<Value, Failure> {
    let length = text.chars().count();
    let inside = |at: i64| usize::try_from(at).ok().filter(|at| *at <= length);
    let range = inside(from).zip(to.map_or(Some(length), inside)).filter(|(from, to)| from <= to);
    let (from, to) = range.ok_or_else(|| Failure::error("index out of range"))?;
    Ok(Value::text(&text.chars().skip(from).take(to - from).collect::<String>()))
}

fn split(text: &str, by: &str, count: usize) -> Value {
    let parts: Vec<Value> = if count == 0 {
        Vec::new()
    } else if by.is_empty() {
        let mut parts: Vec<String> = text.chars().take(count - 1).map(String::from).collect();
        let rest: String = text.chars().skip(parts.len()).collect();
        if count > text.chars().count() {
            parts.extend(rest.chars().map(String::from));
        } else {
            parts.push(rest);
        }
        parts.iter().map(|part| Value::text(part)).collect()
    } else {
        text.splitn(count, by).map(Value::text).collect()
    };
    Value::list(parts)
}

/// `%s` and `%d` of texts, numbers and truths; not the rest.
fn formatted(text: &str, values: &[Value]) -> Given {
    let mut values = values.iter();
    let mut written = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('%') {
        written.push_str(before);
        let verb = after.chars().next()?;
        match verb {
            '%' => written.push('%'),
            's' | 'd' => match super::convert::string(values.next()?)? {
                Ok(Value::Text(value)) => written.push_str(&value),
                _ => return None,
            },
            _ => return None,
        }
        rest = &after[verb.len_utf8()..];
    }
    written.push_str(rest);
    Some(Ok(Value::text(&written)))
}
