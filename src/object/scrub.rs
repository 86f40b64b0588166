//! Taking the secrets of objects out of a text somebody else wrote about them, such
//! as the API server's message when it refuses a Secret.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::mask::secret_bytes;
use super::secret_paths::{Encoding, SecretPaths, replace_secrets};
use crate::json::Value;

const MASK: &str = "‹masked›";

/// Shorter values are everywhere by chance: hiding them would only tell what
/// they are.
const SHORTEST: usize = 4;

/// Parts of a secret of several lines count from this length, and so does what the inside
/// of a longer text in base64 shows of one.
const SHORTEST_PART: usize = 8;

/// What Go's `url.QueryEscape` leaves as it is, beside letters and digits.
const IN_QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// The same of its `url.PathEscape`.
const IN_PATH: &AsciiSet =
    &IN_QUERY.remove(b'$').remove(b'&').remove(b'+').remove(b'=').remove(b':').remove(b'@');

/// The text without the secrets of one object: see [`Needles`].
pub fn scrub(text: &str, object: &Value, paths: &SecretPaths) -> String {
    Needles::of([(object, paths)]).scrub(text)
}

/// The first bytes of a needle.
type Head = [u8; SHORTEST];

/// Values that are looked for in texts: as written, in base64 (of the value, or of a text
/// that it's a part of) and decoded, quoted, as in an address, and line by line. Those of 3 characters or fewer aren't. Any number of them is found in one
/// pass.
#[derive(Clone, Default)]
pub struct Needles(HashMap<Head, BTreeSet<String>>);

impl Needles {
    /// The secret values of these objects.
    pub fn of<'a>(objects: impl IntoIterator<Item = (&'a Value, &'a SecretPaths)>) -> Self {
        let mut needles = Self::default();
        for (object, paths) in objects {
            replace_secrets(object, &paths.cursor(), &mut |secret, encoding| {
                needles.add_forms(secret, encoding);
                Value::Null
            });
        }
        needles
    }

    /// Looks for this value, too, in every form.
    pub fn add(&mut self, value: &Value) {
        self.add_forms(value, Encoding::Plain);
    }

    /// Looks for those of others, too.
    pub fn extend(&mut self, others: Self) {
        for (head, needles) in others.0 {
            self.0.entry(head).or_default().extend(needles);
        }
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them is in a text.
    pub fn are_in(&self, text: &str) -> bool {
        text.char_indices().any(|(start, _)| self.longest_at(&text[start..]).is_some())
    }

    /// The text with each of them replaced by `‹masked›`.
    pub fn scrub(&self, text: &str) -> String {
        replace(text, self.occurrences(text))
    }

    /// Where they stand in the text, overlapping ones joined, in order.
    fn occurrences(&self, text: &str) -> Vec<Range<usize>> {
        let mut joined: Vec<Range<usize>> = Vec::new();
        for (start, _) in text.char_indices() {
            let Some(length) = self.longest_at(&text[start..]) else { continue };
            let end = start + length;
            match joined.last_mut() {
                Some(last) if start <= last.end => last.end = last.end.max(end),
                _ => joined.push(start..end),
            }
        }
        joined
    }

    /// How long the longest one is that the text begins with.
    fn longest_at(&self, text: &str) -> Option<usize> {
        let alike = self.0.get(text.as_bytes().first_chunk::<SHORTEST>()?)?;
        alike.iter().filter(|needle| text.starts_with(needle.as_str())).map(String::len).max()
    }

    /// Every way in which a message may write this value.
    fn add_forms(&mut self, scalar: &Value, encoding: Encoding) {
        let written = scalar.to_plain();
        let bytes = secret_bytes(scalar, encoding);
        for engine in [STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD] {
            self.add_form(engine.encode(&bytes));
        }
        for before in 0..3 {
            self.add_inside(&bytes, before);
        }
        if let Ok(decoded) = std::str::from_utf8(&bytes) {
            self.add_text(decoded);
        }
        self.add_text(&written);
    }

    fn add_text(&mut self, text: &str) {
        let lines = text.lines().map(str::trim).filter(|line| line.len() >= SHORTEST_PART);
        for part in lines.chain([text, text.trim()]) {
            // JSON's quoting, and Go's %q, which differs in `<`, `>` and `&` only.
            let quoted = Value::from(part).to_string();
            self.add_form(quoted[1..quoted.len() - 1].to_owned());
            self.add_form(utf8_percent_encode(part, IN_QUERY).to_string().replace("%20", "+"));
            self.add_form(utf8_percent_encode(part, IN_PATH).to_string());
            self.add_form(part.to_owned());
        }
    }

    /// What is the same in base64 whatever stands around the value, with so many bytes
    /// before it in its group of three.
    fn add_inside(&mut self, bytes: &[u8], before: usize) {
        let all = [&[0; 2][..before], bytes].concat();
        // A character that holds bits of a neighbour isn't the value's alone.
        let (first, end) = ((before * 8).div_ceil(6), all.len() * 8 / 6);
        for engine in [STANDARD_NO_PAD, URL_SAFE_NO_PAD] {
            let encoded = engine.encode(&all);
            if end.saturating_sub(first) >= SHORTEST_PART {
                self.add_form(encoded[first..end].to_owned());
            }
        }
    }

    fn add_form(&mut self, form: String) {
        if let Some(head) = form.as_bytes().first_chunk().filter(|_| form.chars().count() >= SHORTEST) {
            self.0.entry(*head).or_default().insert(form);
        }
    }
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
    fn a_value_is_found_in_addresses_and_within_base64() {
        let value = "p@ss/w:rd \"q\"";
        let object = json!({"stringData": {"a": value}});
        for address in ["p%40ss%2Fw%3Ard+%22q%22", "p@ss%2Fw:rd%20%22q%22"] {
            assert_eq!(scrub_secret(&format!("://u:{address}@h"), &object), "://u:‹masked›@h");
        }
        for before in ["", "u", "us", "use", "user:"] {
            let joined = STANDARD.encode(format!("{before}{value} and more"));
            assert!(scrub_secret(&joined, &object).contains(MASK), "{before}");
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
    fn the_secrets_of_all_objects_are_taken_out_at_once() {
        let [one, other] = ["masked", "abcdef"].map(|value| json!({"stringData": {"a": value}}));
        let paths = SecretPaths::of(&GroupKind::new("", "Secret"));
        let needles = Needles::of([(&one, &paths), (&other, &paths)]);
        assert_eq!(needles.scrub("masked, abcdef"), "‹masked›, ‹masked›", "and not what stands for them");
        assert_eq!(Needles::default().scrub("masked"), "masked");
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
