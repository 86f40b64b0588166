//! What validation says: a cause for each field (k8s.io/apimachinery
//! `pkg/util/validation/field/errors.go`).

use super::custom;
use super::field::{Field, Subject};
use super::objection::{Objection, is_immutable};
use super::values::{quoted, shortened, split_value};
use crate::cluster::{FieldCause, StatusError};
use crate::error::did_you_mean;
use crate::json::Value;

/// The objections of an answer with causes.
pub(super) fn objections(subject: &Subject<'_>, status: &StatusError) -> Vec<Objection> {
    if status.code != 422 {
        return Vec::new();
    }
    // It's only said that there may be more to come.
    let says_something =
        |cause: &&FieldCause| !cause.message.contains("some validation rules were not checked");
    status.causes.iter().filter(says_something).map(|cause| objection(subject, cause)).collect()
}

fn objection(subject: &Subject<'_>, cause: &FieldCause) -> Objection {
    let field = subject.field(&cause.field).unwrap_or_default();
    // After the first line comes the difference of two structs in Go.
    let said = cause.message.lines().next().unwrap_or_default();
    let rest = |prefix: &str| said.strip_prefix(prefix).map(|rest| rest.trim_start_matches(": "));
    if let Some(why) = rest("Required value") {
        return required(field, why);
    }
    if let Some(said) = rest("Unsupported value") {
        return unsupported(field, said);
    }
    if let Some(value) = rest("Duplicate value") {
        return Objection::at(field, &format!("{} is there twice", shortened(value)));
    }
    if let Some(value) = rest("Not found") {
        return Objection::at(field, &format!("there is no {}", shortened(value)));
    }
    if let Some(why) = rest("Too long") {
        return Objection::at(field, &format!("is too long: {why}"));
    }
    if let Some(why) = rest("Forbidden") {
        return wrong(subject, field, None, why);
    }
    if let Some(said) = rest("Too many") {
        let (count, why) = split_value(said);
        let count = count.map(|count| format!("{count} are too many: ")).unwrap_or_default();
        return Objection::at(field, &format!("{count}{why}"));
    }
    let (value, why) = split_value(rest("Invalid value").unwrap_or(said));
    let field = value.as_ref().and_then(|value| subject.entry(&field, value)).unwrap_or(field);
    wrong(subject, field, value.as_ref(), why)
}

fn required(field: Field, why: &str) -> Objection {
    let message = match field.shown.to_string() {
        path if path.is_empty() => "something is missing".to_owned(),
        path => format!("{path} is required"),
    };
    let (message, hint) = match why.strip_prefix("valid values: ") {
        Some(values) => (message, Some(format!("supported: {values}"))),
        None if why.is_empty() => (message, None),
        None => (format!("{message}: {why}"), None),
    };
    Objection::about(Some(field), message).hints(hint)
}

/// `"Sometimes": supported values: "Always", "Never"`.
fn unsupported(field: Field, said: &str) -> Objection {
    let (value, rest) = split_value(said);
    let supported = rest.strip_prefix("supported values: ").unwrap_or_default();
    let what = value.as_ref().map_or_else(|| "this value".to_owned(), |value| shortened(&value.to_string()));
    let known = quoted(supported);
    let text = value.as_ref().and_then(Value::as_str).unwrap_or_default();
    let other_case = known.iter().map(String::as_str).find(|known| known.eq_ignore_ascii_case(text));
    let meant = other_case.or_else(|| did_you_mean(text, known.iter().map(String::as_str)));
    Objection::at(field, &format!("{what} isn't supported"))
        .hints(meant.map(|meant| format!("did you mean {meant:?}?")))
        .hints((!supported.is_empty()).then(|| format!("supported: {supported}")))
}

/// Something is wrong with the value, if it's known which.
fn wrong(subject: &Subject<'_>, field: Field, value: Option<&Value>, why: &str) -> Objection {
    let (why, examples) = without_pattern(why);
    let blamed = custom::mentioned(subject, &field, &why);
    let why = custom::in_body(&field, &why).replace("failed rule: ", "doesn't hold: ");
    let what = match value {
        Some(value) if !subject.hides(&field) && !is_immutable(&why) => {
            format!("{} is invalid: {why}", shortened(&value.to_string()))
        }
        _ => why,
    };
    let shown = Objection::at(field, &what);
    match blamed {
        Some(blamed) => shown.found_at(blamed),
        None => shown,
    }
    .hints(examples)
}

/// Takes `(e.g. 'my-name',  or '123-abc', regex used for validation is '…')`
/// off, and gives its examples.
fn without_pattern(why: &str) -> (String, Option<String>) {
    let (start, end) = match (why.find(" (e.g. "), why.rfind(')')) {
        (Some(start), Some(end)) if end > start && why[start..].contains("regex used for validation") => {
            (start, end)
        }
        _ => return (why.to_owned(), None),
    };
    let inner = &why[start + " (e.g. ".len()..end];
    let examples = inner.split(", regex used").next().unwrap_or_default().replace(",  or ", " or ");
    (format!("{}{}", &why[..start], &why[end + 1..]), Some(format!("for example {examples}")))
}
