//! Lists whose items are told apart.

use super::{Report, flag, text};
use crate::json::{Map, Value};
use crate::object::FieldPath;

pub(super) fn check(schema: &Map, path: &FieldPath, report: &mut Report) {
    let list_type = text(schema, "x-kubernetes-list-type");
    let type_path = path.field("x-kubernetes-list-type");
    let keys = schema
        .get("x-kubernetes-list-map-keys")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    if !matches!(list_type, "" | "atomic" | "set" | "map") {
        report.say(type_path.clone(), format!("must be atomic, set or map, but is {list_type:?}"));
    }
    if !list_type.is_empty() && text(schema, "type") != "array" {
        report.say(path.field("type"), "must be \"array\" where x-kubernetes-list-type is given");
    }
    if !keys.is_empty() && list_type != "map" {
        report.say(type_path, "must be map where x-kubernetes-list-map-keys are given");
    }
    let Some(items) = schema.get("items").and_then(Value::as_object) else { return };
    let items_path = path.field("items");
    if matches!(list_type, "set" | "map") && flag(items, "nullable") {
        report
            .say(items_path.field("nullable"), format!("must not be true in a list of the type {list_type}"));
    }
    match list_type {
        "set" => set(items, &items_path, report),
        "map" => map(items, keys, path, report),
        _ => {}
    }
}

fn set(items: &Map, path: &FieldPath, report: &mut Report) {
    match text(items, "type") {
        "object" if text(items, "x-kubernetes-map-type") != "atomic" => {
            report.say(path.field("x-kubernetes-map-type"), "must be atomic for the items of a set");
        }
        "array" if !matches!(text(items, "x-kubernetes-list-type"), "" | "atomic") => {
            report.say(path.field("x-kubernetes-list-type"), "must be atomic for the items of a set");
        }
        _ => {}
    }
}

fn map(items: &Map, keys: &[Value], path: &FieldPath, report: &mut Report) {
    let keys_path = path.field("x-kubernetes-list-map-keys");
    let items_path = path.field("items");
    if keys.is_empty() {
        report.say(keys_path, "is missing");
        return;
    }
    if text(items, "type") != "object" {
        report.say(items_path.field("type"), "must be \"object\" in a list of the type map");
        return;
    }
    let required = items.get("required").and_then(Value::as_array);
    for (nth, key) in keys.iter().enumerate() {
        let name = key.as_str().unwrap_or_default();
        if keys[..nth].contains(key) {
            report.say(keys_path.clone(), format!("has {name:?} twice"));
        }
        let Some(field) = items.get("properties").and_then(|all| all.get(name)).and_then(Value::as_object)
        else {
            report.say(keys_path.clone(), format!("names {name:?}, which the items haven't"));
            continue;
        };
        let field_path = items_path.field("properties").field(name);
        if matches!(text(field, "type"), "array" | "object") {
            report.say(field_path.field("type"), "must not be a map or a list: it's a key of its list");
        }
        if !field.contains_key("default") && !required.is_some_and(|required| required.contains(key)) {
            report.say(
                field_path.field("default"),
                "is missing: a key of a list must be required, or have a default",
            );
        }
        if flag(field, "nullable") {
            report.say(field_path.field("nullable"), "must not be true: it's a key of its list");
        }
    }
}
