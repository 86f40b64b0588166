//! Taking an object's secrets out of a text somebody else wrote about it, such
//! as the API server's message when it refuses a Secret.

use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use super::mask::secret_bytes;
use super::secret_paths::{Encoding, SecretPaths, replace_secrets};
use crate::json::Value;

const MASK: &str = "‹masked›";

/// Shorter values are everywhere by chance: hiding them would only tell what
/// they are.
const SHORTEST: usize = 4;

/// Parts of a secret of several lines count from this length.
const SHORTEST_LINE: usize = 8;

/// Values that are looked for in texts.
#[derive(Clone, Default)]
pub struct Needles(Vec<String>);

impl Needles {
    /// Looks for this value, too, in every form.
    pub fn add(&mut self, value: &Value) {
        add_forms(value, Encoding::Plain, &mut self.0);
    }

    /// Looks for those of others, too.
    pub fn extend(&mut self, others: Self) {
        others.0.into_iter().for_each(|needle| add(needle, &mut self.0));
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them is in a text.
    pub fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|needle| text.contains(needle.as_str()))
    }

    /// The text with each of them replaced, as by [`scrub`].
    pub fn scrub(&self, text: &str) -> String {
        replace(text, occurrences(text, &self.0))
    }
}

/// The text with every occurrence of one of the object's secret values
/// replaced by `‹masked›`: as written, in base64 and decoded, quoted, and line
/// by line. Values of 3 characters or fewer stay.
pub fn scrub(text: &str, object: &Value, paths: &SecretPaths) -> String {
    let mut needles = Vec::new();
    replace_secrets(object, &paths.cursor(), &mut |secret, encoding| {
        add_forms(secret, encoding, &mut needles);
        Value::Null
    });
    replace(text, occurrences(text, &needles))
}

/// Every way in which a message may write this value.
fn add_forms(scalar: &Value, encoding: Encoding, needles: &mut Vec<String>) {
    let written = scalar.as_str().map_or_else(|| scalar.to_string(), str::to_owned);
    let bytes = secret_bytes(scalar, encoding);
    for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
        add(engine.encode(&bytes), needles);
    }
    if let Ok(decoded) = std::str::from_utf8(&bytes) {
        add_text(decoded, needles);
    }
    add_text(&written, needles);
}

fn add_text(text: &str, needles: &mut Vec<String>) {
    let lines = text.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_LINE);
    for part in lines.chain([text, text.trim()]) {
        // JSON's quoting, and Go's %q, which differs in `<`, `>` and `&` only.
        let quoted = Value::from(part).to_string();
        add(quoted[1..quoted.len() - 1].to_owned(), needles);
        add(part.to_owned(), needles);
    }
}

fn add(needle: String, needles: &mut Vec<String>) {
    if needle.chars().count() >= SHORTEST && !needles.contains(&needle) {
        needles.push(needle);
    }
}

/// Where the needles stand in the text, overlapping ones joined, in order.
fn occurrences(text: &str, needles: &[String]) -> Vec<Range<usize>> {
    let mut found: Vec<Range<usize>> = needles.iter().flat_map(|needle| every(text, needle)).collect();
    found.sort_by_key(|range| range.start);
    let mut joined: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match joined.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => joined.push(range),
        }
    }
    joined
}

/// Overlapping occurrences of the same needle included (`aaaa` in `aaaaa`).
fn every<'a>(text: &'a str, needle: &'a str) -> impl Iterator<Item = Range<usize>> + 'a {
    let mut from = 0;
    std::iter::from_fn(move || {
        let start = from + text[from..].find(needle)?;
        from = start + text[start..].chars().next().map_or(1, char::len_utf8);
        Some(start..start + needle.len())
    })
}

fn replace(text: &str, ranges: Vec<Range<usize>>) -> String {
    let mut scrubbed = String::with_capacity(text.len());
    let mut at = 0;
    for range in ranges {
        scrubbed.push_str(&text[at..range.start]);
        scrubbed.push_str(MASK);
        at = range.end;
    }
    scrubbed.push_str(&text[at..]);
    scrubbed
}

#[cfg(test)]
mod tests {
    use super::super::GroupKind;
    use super::*;
    use crate::json::json;
    use proptest::prelude::*;

    fn scrub_secret(text: &str, object: &Value) -> String {
        scrub(text, object, &SecretPaths::of(&GroupKind::new("", "Secret")))
    }

    #[test]
    fn a_servers_message_loses_the_value_in_every_form() {
        let object = json!({"data": {"a": "aHVudGVyMg=="}, "stringData": {"b": "say \"hi\"\nfriend"}});
        for (text, scrubbed) in [
            ("Invalid value: \"hunter2\": no", "Invalid value: \"‹masked›\": no"),
            ("Invalid value: \"aHVudGVyMg==\"", "Invalid value: \"‹masked›\""),
            (r#"bad: "say \"hi\"\nfriend""#, r#"bad: "‹masked›""#),
            ("line 2: say \"hi\"", "line 2: ‹masked›"),
        ] {
            assert_eq!(scrub_secret(text, &object), scrubbed);
        }
    }

    #[test]
    fn short_values_and_other_kinds_stay() {
        let object = json!({"data": {"a": "eWVz"}, "kind": "Secret"});
        assert_eq!(scrub_secret("yes, Secret", &object), "yes, Secret");
        let map = json!({"data": {"a": "hunter2"}});
        let paths = SecretPaths::of(&GroupKind::new("", "ConfigMap"));
        assert_eq!(scrub("hunter2", &map, &paths), "hunter2");
    }

    #[test]
    fn overlapping_values_leave_no_rest() {
        let object = json!({"stringData": {"a": "abcd", "b": "cdef", "c": "xxxx"}});
        assert_eq!(scrub_secret("<abcdef> <xxxxxx>", &object), "<‹masked›> <‹masked›>");
    }

    #[test]
    fn an_invalid_number_in_a_secret_is_taken_out() {
        let object = json!({"stringData": {"pin": 12345}});
        assert_eq!(scrub_secret("cannot use 12345 as string", &object), "cannot use ‹masked› as string");
    }

    proptest! {
        #[test]
        fn no_value_survives(value in "[A-Z\"\\\\\n ]{4,20}", before in "[a-z ]{0,9}", after in "[a-z ]{0,9}") {
            prop_assume!(value.trim().len() > 3);
            let object = json!({"stringData": {"a": value}});
            for form in [value.clone(), STANDARD.encode(&value), Value::from(value.as_str()).to_string()] {
                let scrubbed = scrub_secret(&format!("{before}{form}{after}"), &object);
                prop_assert!(!scrubbed.contains(&form), "{scrubbed}");
                prop_assert!(scrubbed.contains(MASK));
            }
        }
    }
}
