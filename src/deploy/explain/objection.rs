//! One thing that the server objects to.

use super::field::Field;
use super::place::Places;
use crate::error::Diagnostic;
use crate::object::Manifest;

/// What to do about a field that can't be changed.
const IMMUTABLE: &str = "this field can't be changed on a live object: delete the object first, then apply";

/// How the server says that a field can't be changed, in the texts of its
/// validation (k8s.io/kubernetes `pkg/apis/*/validation`).
const IMMUTABLE_WORDS: [&str; 9] = [
    "field is immutable",
    "is immutable after creation",
    "may not be changed",
    "may not change once set",
    "cannot change ",
    "may not change fields other than",
    "updates to statefulset spec for fields other than",
    "updates to parameters are forbidden",
    "updates to provisioner are forbidden",
];

/// Whether these words say that a field can't be changed.
pub(super) fn is_immutable(words: &str) -> bool {
    IMMUTABLE_WORDS.iter().any(|immutable| words.contains(immutable))
}

/// One thing that the server objects to.
#[derive(Debug)]
pub(super) struct Objection {
    /// The field to blame; the object when absent.
    field: Option<Field>,
    /// What is wrong, with the field's path.
    message: String,
    causes: Vec<String>,
    hints: Vec<String>,
}

impl Objection {
    /// Something about the object as a whole.
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { field: None, message: message.into(), causes: Vec::new(), hints: Vec::new() }
    }

    /// Something about a field: `what` goes on after the path and a colon.
    pub(super) fn at(field: Field, what: &str) -> Self {
        let message = if field.is_root() { what.to_owned() } else { format!("{}: {what}", field.shown) };
        Self { field: Some(field), ..Self::new(message) }
    }

    /// Something about a field, in words that name it already.
    pub(super) fn about(field: Option<Field>, message: impl Into<String>) -> Self {
        Self { field, ..Self::new(message) }
    }

    /// The server's own words: the first line says what, the others why.
    pub(super) fn in_words(words: &str) -> Self {
        let mut lines = words.lines().map(str::trim).filter(|line| !line.is_empty());
        let first = Self::new(lines.next().unwrap_or("refused without a reason"));
        lines.fold(first, Self::because)
    }

    /// The same, told at another field's place.
    #[must_use]
    pub(super) fn found_at(mut self, field: Field) -> Self {
        self.field = Some(field);
        self
    }

    #[must_use]
    pub(super) fn because(mut self, cause: impl Into<String>) -> Self {
        self.causes.push(cause.into());
        self
    }

    #[must_use]
    pub(super) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    #[must_use]
    pub(super) fn hints(mut self, hints: impl IntoIterator<Item = String>) -> Self {
        self.hints.extend(hints);
        self
    }

    /// What the user sees.
    pub(super) fn diagnostic(self, manifest: &Manifest, places: &Places<'_>) -> Diagnostic {
        let is_immutable = is_immutable(&self.message);
        let place = places.of(self.field.as_ref().map(|field| &field.found));
        let diagnostic = Diagnostic::new(format!("{}: {}", manifest.id, self.message)).at(place);
        let diagnostic = self.causes.into_iter().fold(diagnostic, Diagnostic::because);
        let diagnostic = self.hints.into_iter().fold(diagnostic, Diagnostic::hint);
        if is_immutable { diagnostic.hint(IMMUTABLE) } else { diagnostic }
    }
}
