//! What a rule says of an object.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether an object does what it was asked to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Health {
    /// It is as its spec says, and nothing is left to wait for.
    Ready,
    /// Not yet, and it may still get there by itself.
    Progressing,
    /// It won't get there by itself.
    Failed,
    /// Its state can't be told.
    Unknown,
    /// It is being deleted.
    Deleting,
}

impl fmt::Display for Health {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Ready => "ready",
            Self::Progressing => "progressing",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
            Self::Deleting => "deleting",
        })
    }
}

/// The judgement of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// The health.
    pub health: Health,
    /// Why, in one CamelCase word: a condition's reason or one of ours. Empty
    /// for what is ready without reservation; a ready object with a reason
    /// (`Paused`, `OnDelete`, `Suspended` …) isn't what a reader may expect,
    /// but waiting wouldn't change that.
    pub reason: String,
    /// The same in one line for people, such as `2 of 3 replicas updated`.
    pub message: String,
}

impl Verdict {
    /// Ready without reservation.
    pub(super) fn ready(message: impl AsRef<str>) -> Self {
        Self::new(Health::Ready, "", message)
    }

    /// Ready in a way that needs a word.
    pub(super) fn ready_but(reason: &str, message: impl AsRef<str>) -> Self {
        Self::new(Health::Ready, reason, message)
    }

    /// Not ready yet.
    pub(super) fn progressing(reason: &str, message: impl AsRef<str>) -> Self {
        Self::new(Health::Progressing, reason, message)
    }

    /// It won't become ready by itself.
    pub(super) fn failed(reason: &str, message: impl AsRef<str>) -> Self {
        Self::new(Health::Failed, reason, message)
    }

    /// It can't be told.
    pub(super) fn unknown(reason: &str, message: impl AsRef<str>) -> Self {
        Self::new(Health::Unknown, reason, message)
    }

    /// It is being deleted.
    pub(super) fn deleting(message: impl AsRef<str>) -> Self {
        Self::new(Health::Deleting, "Deleting", message)
    }

    fn new(health: Health, reason: &str, message: impl AsRef<str>) -> Self {
        Self { health, reason: one_line(reason), message: one_line(message.as_ref()) }
    }
}

/// A text from a cluster as one line: every run of white space and control
/// characters is one space (messages hold line breaks, and may hold terminal
/// escapes).
pub(super) fn one_line(text: &str) -> String {
    text.split(|c: char| c.is_whitespace() || c.is_control())
        .filter(|word| !word.is_empty())
        .collect::<Vec<_>>()
        .join(" ")
}

/// `1 replica`, `3 replicas`.
pub(super) fn plural(count: i64, noun: &str) -> String {
    if count == 1 { format!("1 {noun}") } else { format!("{count} {noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn a_verdict_is_written_as_the_json_contract_says() {
        let verdict = Verdict::progressing("ReplicasOutdated", "2 of 3 replicas updated");
        assert_eq!(
            crate::json::to_value(&verdict).expect("plain data"),
            json!({"health": "progressing", "reason": "ReplicasOutdated", "message": "2 of 3 replicas updated"})
        );
    }

    #[test]
    fn health_reads_the_same_in_text_and_json() {
        for health in [Health::Ready, Health::Progressing, Health::Failed, Health::Unknown, Health::Deleting]
        {
            assert_eq!(crate::json::to_value(health).expect("plain data"), json!(health.to_string()));
        }
    }

    #[test]
    fn messages_are_one_line_without_terminal_escapes() {
        let verdict = Verdict::failed("Broken", "first\n\tsecond \u{1b}[31mred\r\n");
        assert_eq!(verdict.message, "first second [31mred");
    }
}
