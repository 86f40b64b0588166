//! Whether the server has brought a custom resource into line with a schema.
//!
//! The server reads what is stored by the schema of the version in which it was
//! stored, and a request by that of the request's version: it prunes fields,
//! drops nulls and fills in defaults. Where a definition has changed since, or
//! the versions differ, even an apply that says nothing new would write what live
//! hasn't got yet. (`prune`, `Default` and `PruneNonNullableNullsWithoutDefaults`
//! of k8s.io/apiextensions-apiserver `pkg/apiserver/schema`, Kubernetes 1.36.)

use std::collections::BTreeSet;

use crate::json::{Map, Value};

/// Whether reading `object` by this `openAPIV3Schema` leaves it as it is, and
/// all of it is of its type.
pub(super) fn is_settled(object: &Value, schema: &Value) -> bool {
    let (Some(object), Some(schema)) = (object.as_object(), schema.as_object()) else { return false };
    let below = object.iter().filter(|(name, _)| *name != "metadata");
    // The server takes the metadata of the object itself for what it is, whatever
    // the schema asks of its name.
    is_complete(object, schema, false) && { below }.all(|(name, value)| fits_field(name, value, schema, true))
}

fn fits(value: &Value, schema: &Map) -> bool {
    if value.is_null() {
        return says(schema, "nullable");
    }
    let kind = schema.get("type").and_then(Value::as_str);
    if kind.is_none() && says(schema, "x-kubernetes-int-or-string") {
        return value.is_string() || is_integer(value);
    }
    match (value, kind) {
        (Value::Object(map), Some("object") | None) => {
            let embedded = says(schema, "x-kubernetes-embedded-resource");
            is_complete(map, schema, embedded)
                && map.iter().all(|(name, value)| fits_field(name, value, schema, embedded))
        }
        (Value::Array(items), Some("array") | None) => fits_list(items, schema),
        (Value::String(_), Some("string") | None)
        | (Value::Bool(_), Some("boolean") | None)
        | (Value::Number(_), Some("number") | None) => true,
        (Value::Number(_), Some("integer")) => is_integer(value),
        _ => false,
    }
}

fn is_integer(value: &Value) -> bool {
    value.as_i64().is_some()
}

/// Whether every field that has a default is there.
fn is_complete(map: &Map, schema: &Map, embedded: bool) -> bool {
    let has_default = |below: &Value| below.get("default").is_some_and(|default| !default.is_null());
    properties(schema).all(|(name, below)| {
        let is_there = map.contains_key(name) || !has_default(below);
        // What an embedded object's metadata is, the server says, not the schema.
        is_there && !(embedded && name == "metadata" && below.get("properties").is_some())
    })
}

fn properties(schema: &Map) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

fn fits_field(name: &str, value: &Value, schema: &Map, embedded: bool) -> bool {
    let of_name = || schema.get("properties")?.get(name);
    match of_name().or_else(|| schema.get("additionalProperties")) {
        _ if embedded && name == "metadata" => value.is_object(),
        Some(Value::Object(below)) => fits(value, below),
        Some(allowed) => *allowed == true,
        None if embedded && matches!(name, "apiVersion" | "kind") => value.is_string(),
        None => says(schema, "x-kubernetes-preserve-unknown-fields"),
    }
}

fn fits_list(items: &[Value], schema: &Map) -> bool {
    let fit = match schema.get("items") {
        Some(below) => below.as_object().is_some_and(|below| items.iter().all(|item| fits(item, below))),
        None => says(schema, "x-kubernetes-preserve-unknown-fields"),
    };
    fit && match schema.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("set") => are_distinct(items.iter().map(|item| is_scalar(item).then(|| item.to_string()))),
        Some("map") => are_distinct(items.iter().map(|item| key_of(item, schema))),
        _ => true,
    }
}

/// A set's or key's value: server-side apply takes no others.
fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Null | Value::Object(_) | Value::Array(_))
}

/// The key fields of an item of a keyed list; `None` when it has none, or one
/// that can't be a key.
fn key_of(item: &Value, schema: &Map) -> Option<String> {
    let names = schema.get("x-kubernetes-list-map-keys")?.as_array()?;
    let values: Vec<Option<&Value>> = names.iter().map(|name| item.get(name.as_str()?)).collect();
    let are_keys = values.iter().flatten().all(|value| is_scalar(value));
    (are_keys && values.iter().any(Option::is_some)).then(|| format!("{values:?}"))
}

fn are_distinct(mut keys: impl Iterator<Item = Option<String>>) -> bool {
    let mut seen = BTreeSet::new();
    keys.all(|key| key.is_some_and(|key| seen.insert(key)))
}

fn says(schema: &Map, what: &str) -> bool {
    schema.get(what).is_some_and(|value| *value == true)
}
