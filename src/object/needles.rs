//! Values that are looked for in texts and in other values.

use super::scrub::add_forms;
use super::secret_paths::Encoding;
use crate::json::Value;

const MASK: &str = "‹masked›";

/// Values in every form in which somebody may write them, as for
/// [`scrub`](super::scrub()).
#[derive(Clone, Default)]
pub struct Needles(Vec<String>);

impl Needles {
    /// Looks for this value, too.
    pub fn add(&mut self, value: &Value) {
        let mut forms = Vec::new();
        add_forms(value, Encoding::Plain, &mut forms);
        self.extend(Self(forms));
    }

    /// Looks for those of others, too.
    pub fn extend(&mut self, others: Self) {
        self.0.extend(others.0);
        // What another one is a part of comes first.
        self.0.sort_by(|one, other| other.len().cmp(&one.len()).then_with(|| one.cmp(other)));
        self.0.dedup();
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether one of them is in a text.
    pub fn are_in(&self, text: &str) -> bool {
        self.0.iter().any(|needle| text.contains(needle.as_str()))
    }

    /// The text with each of them replaced.
    pub fn scrub(&self, text: &str) -> String {
        self.0.iter().fold(text.to_owned(), |text, needle| {
            if text.contains(needle.as_str()) { text.replace(needle.as_str(), MASK) } else { text }
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn longer_values_are_taken_out_first() {
        let mut needles = Needles::default();
        ["hunter2", "hunter2-and-more", "no"].iter().for_each(|text| needles.add(&Value::from(*text)));
        assert_eq!(
            needles.scrub("a hunter2-and-more, hunter2, aHVudGVyMg==, no"),
            "a ‹masked›, ‹masked›, ‹masked›, no"
        );
        assert!(needles.are_in("xhunter2x") && !needles.are_in("no"));
    }
}
