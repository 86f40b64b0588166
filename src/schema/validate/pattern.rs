//! Patterns, compiled once.

use std::collections::HashMap;

use regex::Regex;

use crate::cel::pattern::compile;
use crate::schema::Schemas;

/// The compiled patterns of schemas.
///
/// The API server's are Go's (RE2 syntax), whose language the `regex` crate
/// shares but for few corners. What doesn't compile here isn't judged.
#[derive(Debug, Default)]
pub struct Patterns(HashMap<String, Option<Regex>>);

impl Patterns {
    /// All patterns of these schemas.
    pub fn of(schemas: &Schemas) -> Self {
        let bounds = schemas.0.iter().filter_map(|schema| schema.bounds.as_ref());
        let patterns = bounds.filter_map(|bounds| bounds.pattern.as_ref());
        Self(patterns.map(|pattern| (pattern.clone(), compile(pattern))).collect())
    }

    /// Whether the text has the pattern somewhere. `true` where that can't be
    /// told.
    pub(super) fn matches(&self, pattern: &str, text: &str) -> bool {
        let judge = |compiled: &Option<Regex>| compiled.as_ref().is_none_or(|regex| regex.is_match(text));
        self.0.get(pattern).map_or_else(|| judge(&compile(pattern)), judge)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_mean_what_they_mean_to_go() {
        let cases = [
            (r"^\d+$", "12", true),
            (r"^\d+$", "١٢", false),
            (r"^\w+$", "é", false),
            (r"^[\w.-]+$", "a.b-c", true),
            (r"^[\w.-]+$", "a b", false),
            (r"^[]a]+$", "]a", true),
            (r"^[^]a]+$", "bc", true),
            (r"^[[:alpha:]]+$", "abc", true),
            (r"^[[:alpha:]]+$", "a1", false),
            (r"^[a[]+$", "a[", true),
            (r"^[a&&b]+$", "a&b", true),
            (r"^\p{L}+$", "é", true),
            (r"b", "abc", true),
            (r"\bfoo\b", "a foo b", true),
        ];
        for (pattern, text, expected) in cases {
            assert!(compile(pattern).is_some(), "{pattern}");
            assert_eq!(Patterns::default().matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn what_does_not_compile_is_not_judged() {
        assert!(Patterns::default().matches("(", "anything"));
    }
}
