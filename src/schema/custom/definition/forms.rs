//! What stands below `allOf`, `anyOf`, `oneOf` and `not`: it only restricts
//! values of fields that are described outside.

use super::{Report, parts, structure};
use crate::json::{Map, Value, json};
use crate::object::{FieldPath, Step};

/// What describes structure, or values that aren't there.
const OUTSIDE_ONLY: [&str; 13] = [
    "type",
    "additionalProperties",
    "default",
    "title",
    "description",
    "nullable",
    "x-kubernetes-preserve-unknown-fields",
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-kubernetes-list-map-keys",
    "x-kubernetes-list-type",
    "x-kubernetes-map-type",
    "x-kubernetes-validations",
];

/// Of a whole object's schema, forms must not name fields that it doesn't
/// describe; further down the API server lets that pass.
pub(super) fn check(schema: &Map, path: &FieldPath, is_root: bool, report: &mut Report) {
    for (form, path) in forms(schema, path) {
        if !is_int_or_string(schema, &path) {
            inside(form, is_root.then_some(schema), &path, report);
        }
    }
}

/// Forms and their paths.
fn forms<'a>(schema: &'a Map, path: &FieldPath) -> Vec<(&'a Map, FieldPath)> {
    let mut forms = Vec::new();
    for name in ["allOf", "anyOf", "oneOf"] {
        for (index, form) in schema.get(name).and_then(Value::as_array).into_iter().flatten().enumerate() {
            forms.extend(form.as_object().map(|form| (form, path.field(name).then(Step::Index(index)))));
        }
    }
    forms.extend(schema.get("not").and_then(Value::as_object).map(|form| (form, path.field("not"))));
    forms
}

/// The two types that `x-kubernetes-int-or-string` may spell out.
fn is_int_or_string(schema: &Map, path: &FieldPath) -> bool {
    let both = json!([{"type": "integer"}, {"type": "string"}]);
    let Some([Step::Field(keyword), Step::Index(index)]) = path.steps().last_chunk() else { return false };
    match keyword.as_str() {
        "anyOf" => schema.get("anyOf") == Some(&both),
        "allOf" => *index == 0 && schema.get("allOf").is_some_and(|all| all[0] == json!({"anyOf": both})),
        _ => false,
    }
}

/// `outside` is the description of the same value, if there must be one.
fn inside(form: &Map, outside: Option<&Map>, path: &FieldPath, report: &mut Report) {
    for name in OUTSIDE_ONLY {
        if form.get(name).is_some_and(|value| !is_nothing(value)) {
            report.say(path.field(name), "must not stand below allOf, anyOf, oneOf or not");
        }
    }
    structure::pattern(form, path, report);
    for (below, path) in forms(form, path) {
        inside(below, outside, &path, report);
    }
    for (below, path) in parts(form, path) {
        let Some(below) = below.as_object() else { continue };
        let described = outside.and_then(|outside| description(outside, &path));
        if outside.is_some() && described.is_none() {
            report.say(path, "restricts what isn't described outside of allOf, anyOf, oneOf and not");
        } else {
            inside(below, described, &path, report);
        }
    }
}

/// The same part of the description outside.
fn description<'a>(outside: &'a Map, path: &FieldPath) -> Option<&'a Map> {
    let part = match path.steps().last_chunk()? {
        [Step::Field(keyword), Step::Field(name)] if keyword == "properties" => {
            outside.get("properties")?.get(name)?
        }
        [_, Step::Field(keyword)] => outside.get(keyword)?,
        _ => return None,
    };
    part.as_object()
}

/// The zero values of the API server's types.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null | Value::Bool(false) => true,
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        _ => false,
    }
}
