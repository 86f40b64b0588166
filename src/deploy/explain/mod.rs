//! The API server's refusals, told as errors of the manifest: which field of
//! which file, and in words that don't need the server's source to understand.
//!
//! The server answers with texts of its own, which differ by the part of it
//! that refuses: one file here for each. What none of them knows is told in
//! the server's words.

mod admission;
mod convert;
mod custom;
mod field;
mod invalid;
mod objection;
mod place;
mod pods;
mod quota;
mod request;
mod security;
mod typed;
mod values;
mod warning;

#[cfg(test)]
mod tests;

pub(super) use warning::warned;

use field::Subject;
use objection::{Objection, is_immutable};
use place::Places;

use crate::cluster::{ApiError, StatusError};
use crate::error::Diagnostic;
use crate::object::{Manifest, scrub};

/// Explains why the server refused a manifest: one diagnostic for each thing
/// that it objects to, at least one. `text` is the manifest's file, where it
/// can still be read; without it the object's first line is named. Secret
/// values that the server quotes are scrubbed.
pub(super) fn explain(manifest: &Manifest, error: ApiError, text: Option<&str>) -> Vec<Diagnostic> {
    let subject = Subject::of(manifest);
    let error = error.scrubbed(|words| scrub(words, &manifest.body, &manifest.secrets));
    let Some(objections) = error.status().and_then(|status| objections(&subject, status)) else {
        let diagnostic = Diagnostic::from(error);
        let message = format!("{}: {}", manifest.id, diagnostic.message);
        return vec![Diagnostic { message, ..diagnostic }.at(manifest.source.location())];
    };
    let places = Places::new(manifest, text);
    let told = objections.into_iter().map(|objection| objection.diagnostic(manifest, &places));
    let mut told: Vec<Diagnostic> = told.collect();
    // The server goes through maps in no order.
    told.sort_by(|one, other| (&one.location, &one.message).cmp(&(&other.location, &other.message)));
    told
}

/// The same as one diagnostic: the first objection, with the others as its
/// causes.
pub(super) fn explain_as_one(manifest: &Manifest, error: ApiError, text: Option<&str>) -> Diagnostic {
    let mut all = explain(manifest, error, text).into_iter();
    let first = all.next().unwrap_or_else(|| Diagnostic::new(format!("{} is refused", manifest.id)));
    let prefix = format!("{}: ", manifest.id);
    all.fold(first, |first, other| {
        let message = other.message.strip_prefix(&prefix).unwrap_or(&other.message);
        let place = other.location.map(|place| format!(" ({place})")).unwrap_or_default();
        first.because(format!("also {message}{place}"))
    })
}

/// The fields that can't be changed in place, when they are all that the server
/// objects to.
pub(super) fn immutable_fields(error: &ApiError) -> Option<Vec<String>> {
    let causes = &error.status().filter(|status| status.code == 422)?.causes;
    let is_all = !causes.is_empty() && causes.iter().all(|cause| is_immutable(&cause.message));
    is_all.then(|| {
        let mut fields: Vec<String> = causes.iter().map(|cause| cause.field.clone()).collect();
        fields.sort();
        fields.dedup();
        fields
    })
}

/// What the server objects to, never nothing; `None` where it isn't about the
/// object: no rights, no credentials, a server in trouble.
fn objections(subject: &Subject<'_>, status: &StatusError) -> Option<Vec<Objection>> {
    let is_about_object = match status.code {
        400 | 404 | 409 | 413 | 422 | 500 => true,
        // Rights have words of their own (see the conversion of `ApiError`).
        403 => !status.message.contains(" cannot "),
        _ => false,
    };
    let known = [
        typed::objections,
        convert::objections,
        admission::objections,
        invalid::objections,
        request::objections,
    ];
    is_about_object.then(|| {
        let found = known.iter().map(|read| read(subject, status)).find(|found| !found.is_empty());
        found.unwrap_or_else(|| vec![Objection::in_words(&status.message)])
    })
}
