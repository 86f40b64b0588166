//! What server-side apply says of an object that doesn't fit its kind's schema
//! (sigs.k8s.io/structured-merge-diff, `typed/validate.go`).

use super::field::{Field, Subject, positions};
use super::objection::Objection;
use crate::cluster::StatusError;
use crate::json::Value;
use crate::object::{FieldPath, Step};

const START: &str = "failed to create typed patch object (";

/// The objections in `failed to create typed patch object (shop/web; apps/v1,
/// Kind=Deployment): .spec.replica: field not declared in schema`; several of
/// them stand on lines of their own.
pub(super) fn objections(subject: &Subject<'_>, status: &StatusError) -> Vec<Objection> {
    let said = status.message.strip_prefix(START).and_then(|rest| rest.split_once("): "));
    let Some((_, said)) = said else { return Vec::new() };
    let lines = said.strip_prefix("errors:").map_or_else(|| vec![said], |lines| lines.lines().collect());
    lines.into_iter().filter_map(|line| objection(subject, line.trim())).collect()
}

fn objection(subject: &Subject<'_>, line: &str) -> Option<Objection> {
    let (path, said) = split_path(line)?;
    let field = subject.field(path)?;
    Some(
        unknown(subject, &field, said)
            .or_else(|| wrong_type(subject, &field, said))
            .or_else(|| twice(subject, &field, said))
            .or_else(|| in_list(subject, &field, said))
            .unwrap_or_else(|| Objection::at(field, said)),
    )
}

/// The path ends at the first colon that isn't in brackets.
fn split_path(line: &str) -> Option<(&str, &str)> {
    let rest = line.strip_prefix('.')?;
    let mut depth = 0_usize;
    for (at, c) in rest.char_indices() {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            ':' if depth == 0 => return Some((&rest[..at], rest[at + 1..].trim_start())),
            _ => {}
        }
    }
    None
}

fn unknown(subject: &Subject<'_>, field: &Field, said: &str) -> Option<Objection> {
    (said == "field not declared in schema").then(|| unknown_field(subject, field.clone()))
}

/// A field that the kind doesn't have.
pub(super) fn unknown_field(subject: &Subject<'_>, field: Field) -> Objection {
    let message = format!("unknown field {:?}", field.shown.to_string());
    let meant = subject.meant(&field);
    Objection::about(Some(field), message).hints(meant.map(|meant| format!("did you mean {meant:?}?")))
}

fn wrong_type(subject: &Subject<'_>, field: &Field, said: &str) -> Option<Objection> {
    let expected = said.strip_prefix("expected ")?.split_once(", got ").map(|(expected, _)| expected)?;
    let wanted = match expected {
        "string" => "a string",
        "boolean" => "true or false",
        "list" => "a list",
        "map" => "a map",
        "any scalar" => "a single value, neither a map nor a list",
        other if other.starts_with("numeric") => "a number",
        other => other,
    };
    Some(must_be(subject, field.clone(), wanted))
}

/// A value of the wrong type.
pub(super) fn must_be(subject: &Subject<'_>, field: Field, wanted: &str) -> Objection {
    let hint = rewritten(subject, &field, wanted);
    let what = format!("must be {wanted}, but is {}", subject.described(&field));
    Objection::at(field, &what).hints(hint)
}

/// How the value would be written as the wanted type.
fn rewritten(subject: &Subject<'_>, field: &Field, wanted: &str) -> Option<String> {
    let value = subject.value(field)?;
    let shown = |text: &str| if subject.hides(field) { String::new() } else { format!(": {text}") };
    match (wanted, value) {
        ("a string", Value::Number(_) | Value::Bool(_)) => {
            Some(format!("write it in quotes{}", shown(&format!("\"{value}\""))))
        }
        ("a number", Value::String(text)) if text.parse::<f64>().is_ok() => {
            Some(format!("write it without quotes{}", shown(text)))
        }
        ("true or false", Value::String(text)) if matches!(text.as_str(), "true" | "false") => {
            Some(format!("write it without quotes{}", shown(text)))
        }
        _ => None,
    }
}

/// `duplicate entries for key [name="web"]`: told at the second one.
fn twice(subject: &Subject<'_>, field: &Field, said: &str) -> Option<Objection> {
    let key = said.strip_prefix("duplicate entries for key ")?;
    let path = FieldPath::parse(&format!("x{key}")).ok()?;
    let [_, step] = path.steps() else { return None };
    let second = subject.value(field).and_then(|list| positions(list, step).nth(1));
    let found = second.map_or_else(|| field.found.clone(), |at| field.found.then(Step::Index(at)));
    let what = match step {
        Step::Value(value) => format!("{}: {value} is there twice", field.shown),
        _ => format!("{}: two items with {}", field.shown, key.trim_matches(['[', ']'])),
    };
    Some(Objection::about(Some(Field { found, shown: field.shown.clone() }), what))
}

/// `element 0: associative list with keys …`: an item that isn't a map, or one
/// without the field that tells it from others.
fn in_list(subject: &Subject<'_>, field: &Field, said: &str) -> Option<Objection> {
    let (index, said) = said.strip_prefix("element ")?.split_once(": ")?;
    let item = field.item(index.parse().ok()?, subject.body);
    if said.contains("non-map elements") {
        return Some(must_be(subject, item, "a map"));
    }
    let (_, rest) = said.split_once("omits key field \"")?;
    let name = rest.split('"').next()?;
    let message = format!("{}.{name} is required", item.shown);
    Some(Objection::about(Some(item), message))
}
