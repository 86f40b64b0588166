//! What the rules say, and the checks that many of them share.

use crate::check::place::Place;
use crate::check::{Finding, Severity};
use crate::error::did_you_mean_in_any_case;
use crate::object::names::Misnamed;

/// Takes down what is wrong with one object.
pub(super) struct Report<'r> {
    object: usize,
    findings: &'r mut Vec<Finding>,
}

impl<'r> Report<'r> {
    pub(super) fn new(object: usize, findings: &'r mut Vec<Finding>) -> Self {
        Self { object, findings }
    }

    /// The API server would refuse this.
    pub(super) fn error(&mut self, at: &Place<'_>, rule: &'static str, message: impl Into<String>) {
        self.add(at, rule, message.into(), None);
    }

    /// The same, with what to do about it.
    pub(super) fn error_with_hint(
        &mut self,
        at: &Place<'_>,
        rule: &'static str,
        message: impl Into<String>,
        hint: impl Into<String>,
    ) {
        self.add(at, rule, message.into(), Some(hint.into()));
    }

    /// Something must be there. Whether it is.
    pub(super) fn required(&mut self, at: &Place<'_>) -> bool {
        if at.is_empty() {
            self.error(at, "missing-field", if at.is_set() { "is empty" } else { "is missing" });
        }
        !at.is_empty()
    }

    /// A text must be one of these, if it's there.
    pub(super) fn one_of(&mut self, at: &Place<'_>, allowed: &[&str]) {
        let Some(text) = at.value().as_str() else { return };
        if allowed.contains(&text) {
            return;
        }
        let message = format!("is {text:?}, but must be {}", any_of(allowed));
        match did_you_mean_in_any_case(text, allowed.iter().copied()) {
            Some(meant) => {
                self.error_with_hint(at, "unknown-value", message, format!("did you mean {meant:?}?"));
            }
            None => self.error(at, "unknown-value", message),
        }
    }

    /// A number must not be below this one, if it's there.
    pub(super) fn at_least(&mut self, at: &Place<'_>, least: i64) {
        if let Some(number) = at.number().filter(|number| *number < least) {
            self.error(at, "out-of-range", format!("is {number}, but must be {least} or more"));
        }
    }

    /// A number must be from `least` to `most`, if it's there.
    pub(super) fn within(&mut self, at: &Place<'_>, least: i64, most: i64) {
        if let Some(number) = at.number().filter(|number| !(least..=most).contains(number)) {
            self.error(at, "out-of-range", format!("is {number}, but must be from {least} to {most}"));
        }
    }

    /// A text must be such a name, if it's there and not empty.
    pub(super) fn named(&mut self, at: &Place<'_>, check: fn(&str) -> Result<(), Misnamed>) {
        if let Some(text) = at.text() {
            self.judged(at, text, check);
        }
    }

    /// Something at this place, such as a key, must be such a name.
    pub(super) fn judged(&mut self, at: &Place<'_>, text: &str, check: fn(&str) -> Result<(), Misnamed>) {
        if let Err(fault) = check(text) {
            self.add(at, "malformed-name", format!("{text:?} {fault}"), fault.hint());
        }
    }

    /// Exactly one of these fields must be there (or at most one).
    pub(super) fn one_field<'a>(&mut self, at: &Place<'a>, fields: &[&'a str], is_needed: bool) {
        let set: Vec<&str> = fields.iter().copied().filter(|field| at.field(field).is_set()).collect();
        match set.as_slice() {
            [] if is_needed => self.error(at, "missing-field", format!("needs {}", any_of(fields))),
            [first, second, ..] => {
                self.error(
                    at,
                    "conflicting-fields",
                    format!("has {first} and {second}, but only one is allowed"),
                );
            }
            _ => {}
        }
    }

    fn add(&mut self, at: &Place<'_>, rule: &'static str, message: String, hint: Option<String>) {
        self.findings.push(Finding {
            object: self.object,
            severity: Severity::Error,
            rule,
            path: at.path(),
            message,
            hints: hint.into_iter().collect(),
        });
    }
}

/// `A, B or C`.
pub(super) fn any_of(words: &[&str]) -> String {
    match words {
        [] => String::new(),
        [only] => (*only).to_owned(),
        [most @ .., last] => format!("{} or {last}", most.join(", ")),
    }
}
