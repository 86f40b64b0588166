//! What is wrong with a YAML text, in words for people.

use super::tree::{MAX_DEPTH, Place};
use crate::error::{Diagnostic, Location};

/// A text that isn't YAML, or that says something JSON can't hold or readers
/// disagree about. Names keys, but never quotes a value: it may be a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {message}")]
pub struct YamlError {
    /// What is wrong, one line.
    pub message: String,
    /// The line, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
    /// What to do about it.
    pub hint: Option<String>,
}

impl YamlError {
    pub(super) fn new(message: impl Into<String>, place: Place) -> Self {
        Self { message: message.into(), line: place.line, column: place.column, hint: None }
    }

    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    pub(super) fn too_deep(place: Place) -> Self {
        Self::new(format!("maps and lists are nested more than {MAX_DEPTH} deep"), place)
    }

    /// Doesn't name the anchor: it may be a password that starts with `*`.
    pub(super) fn unknown_anchor(place: Place) -> Self {
        Self::new("unknown anchor", place).hint(
            "an alias (`*name`) follows its anchor (`&name`) in the same document; quote a value that starts with `*`",
        )
    }

    /// Template syntax is the likeliest reason for odd errors: says so where
    /// the line has it and nothing better is known.
    #[must_use]
    pub(super) fn or_hint_at_templates(mut self, text: &str) -> Self {
        let line = usize::try_from(self.line.saturating_sub(1)).unwrap_or(usize::MAX);
        let templated = text.lines().nth(line).is_some_and(|line| line.contains("{{"));
        if templated {
            self.hint = Some(
                "`{{ … }}` is template syntax: this file must be rendered first, or the value quoted".into(),
            );
        }
        self
    }

    /// As users see it.
    pub fn diagnostic(&self, path: &str) -> Diagnostic {
        let diagnostic =
            Diagnostic::new(self.message.as_str()).at(Location::at(path, self.line, self.column));
        match &self.hint {
            Some(hint) => diagnostic.hint(hint.as_str()),
            None => diagnostic,
        }
    }
}
