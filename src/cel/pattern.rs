//! Patterns, in the syntax of Go's (RE2).

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};

use regex::Regex;

/// A pattern compiled once and kept, for those that stand in rules. `None`
/// where it can't be compiled here.
pub(crate) fn kept(pattern: &str) -> Option<Regex> {
    /// More than any set of rules has; patterns that are put together at run
    /// time mustn't fill the memory.
    const MOST: usize = 4096;
    static COMPILED: LazyLock<Mutex<HashMap<String, Option<Regex>>>> = LazyLock::new(Mutex::default);
    let mut compiled = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = compiled.get(pattern) {
        return known.clone();
    }
    let regex = compile(pattern);
    if compiled.len() < MOST {
        compiled.insert(pattern.to_owned(), regex.clone());
    }
    regex
}

/// Go's `\d`, `\s`, `\w` and `\b` mean ASCII, and `\z` alone is the text's end.
/// Unicode classes stay what they are.
pub(crate) fn compile(pattern: &str) -> Option<Regex> {
    Regex::new(&in_ascii(pattern)).ok()
}

/// Whether it's no pattern to Go either: quotations and single bytes are Go's
/// own.
pub(crate) fn is_wrong(pattern: &str) -> bool {
    let is_unreadable = matches!(Regex::new(&in_ascii(pattern)), Err(regex::Error::Syntax(_)));
    is_unreadable && !pattern.contains("\\Q") && !pattern.contains("\\C")
}

/// The pattern with Go's meaning of the classes that differ.
fn in_ascii(pattern: &str) -> String {
    let mut written = String::with_capacity(pattern.len());
    let mut characters = pattern.chars();
    let mut in_class = false;
    while let Some(character) = characters.next() {
        match character {
            '\\' => match characters.next() {
                Some('d') => written.push_str(if in_class { "0-9" } else { "[0-9]" }),
                Some('w') => written.push_str(if in_class { "0-9A-Za-z_" } else { "[0-9A-Za-z_]" }),
                Some('s') => written.push_str(if in_class { r"\t\n\f\r " } else { r"[\t\n\f\r ]" }),
                Some('D') => written.push_str("[^0-9]"),
                Some('W') => written.push_str("[^0-9A-Za-z_]"),
                Some('S') => written.push_str(r"[^\t\n\f\r ]"),
                Some('b') if !in_class => written.push_str(r"(?-u:\b)"),
                Some(other) => written.extend(['\\', other]),
                None => written.push('\\'),
            },
            '[' if in_class && !characters.as_str().starts_with(':') => written.push_str(r"\["),
            '[' => {
                written.push('[');
                // A bracket that comes first in a class stands for itself.
                if !in_class {
                    if characters.as_str().starts_with('^') {
                        characters.next();
                        written.push('^');
                    }
                    if characters.as_str().starts_with(']') {
                        characters.next();
                        written.push_str(r"\]");
                    }
                } else if let Some((name, rest)) = characters.as_str().split_once(":]") {
                    written.push_str(name);
                    written.push_str(":]");
                    characters = rest.chars();
                }
                in_class = true;
            }
            ']' => {
                in_class = false;
                written.push(']');
            }
            // Set operations, which Go doesn't have.
            '&' | '~' if in_class => written.extend(['\\', character]),
            other => written.push(other),
        }
    }
    written
}
