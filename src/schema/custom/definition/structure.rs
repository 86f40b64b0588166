//! Structural schemas: every field has a type, and what only restricts values
//! says nothing about structure.

use super::{Report, flag, forms, lists, parts, text};
use crate::cel::pattern::is_wrong;
use crate::json::{Map, Value};
use crate::object::FieldPath;

/// How deep schemas are looked at.
const DEEPEST: usize = 200;

pub(super) fn check(schema: &Value, path: &FieldPath, report: &mut Report) {
    let Some(map) = schema.as_object() else { return };
    if flag(map, "nullable") {
        report.say(path.field("nullable"), "must not be true for a whole object");
    }
    if map.contains_key("additionalProperties") {
        report.say(path.field("additionalProperties"), "must not stand at the root");
    }
    let kind = text(map, "type");
    if !matches!(kind, "" | "object") {
        report.say(path.field("type"), format!("must be \"object\" for a whole object, but is {kind:?}"));
    }
    metadata(map, path, report);
    node(map, path, 0, report);
}

/// Of metadata only the names may be restricted.
fn metadata(root: &Map, path: &FieldPath, report: &mut Report) {
    let Some(metadata) = root.get("properties").and_then(|properties| properties.get("metadata")) else {
        return;
    };
    let properties = metadata["properties"].as_object();
    for name in properties.into_iter().flat_map(Map::keys) {
        if !matches!(name.as_str(), "name" | "generateName") {
            let path = path.field("properties").field("metadata").field("properties").field(name);
            report.say(path, "must not stand here: of metadata only name and generateName can be restricted");
        }
    }
}

fn node(schema: &Map, path: &FieldPath, depth: usize, report: &mut Report) {
    if depth > DEEPEST {
        return;
    }
    types(schema, path, report);
    keywords(schema, path, report);
    extensions(schema, path, report);
    lists::check(schema, path, report);
    forms::check(schema, path, depth == 0, report);
    for (below, path) in parts(schema, path) {
        if let Some(below) = below.as_object() {
            node(below, &path, depth + 1, report);
        }
    }
}

fn types(schema: &Map, path: &FieldPath, report: &mut Report) {
    let kind = text(schema, "type");
    let needs_none =
        flag(schema, "x-kubernetes-int-or-string") || flag(schema, "x-kubernetes-preserve-unknown-fields");
    match kind {
        "" if needs_none => {}
        "" => report.say(path.field("type"), "is missing"),
        "object" | "array" | "string" | "integer" | "number" | "boolean" => {}
        other => {
            let message =
                format!("must be object, array, string, integer, number or boolean, but is {other:?}");
            report.say(path.field("type"), message);
        }
    }
    if kind == "array" && !schema.contains_key("items") {
        report.say(path.field("items"), "is missing");
    }
}

fn keywords(schema: &Map, path: &FieldPath, report: &mut Report) {
    for name in ["$ref", "id", "patternProperties", "dependencies", "additionalItems", "definitions"] {
        if schema.get(name).is_some_and(|value| !value.is_null()) {
            report.say(path.field(name), "isn't supported in custom resource definitions");
        }
    }
    if flag(schema, "uniqueItems") {
        report.say(path.field("uniqueItems"), "must not be true: use x-kubernetes-list-type: set");
    }
    let properties = schema.get("properties").and_then(Value::as_object);
    let is_closing = schema.get("additionalProperties").is_some_and(|more| *more != Value::Bool(true));
    if is_closing && properties.is_some_and(|properties| !properties.is_empty()) {
        report.say(path.field("additionalProperties"), "and properties exclude each other");
    }
    pattern(schema, path, report);
}

pub(super) fn pattern(schema: &Map, path: &FieldPath, report: &mut Report) {
    let pattern = text(schema, "pattern");
    if is_wrong(pattern) {
        report.say(path.field("pattern"), format!("isn't a regular expression: {pattern:?}"));
    }
}

fn extensions(schema: &Map, path: &FieldPath, report: &mut Report) {
    let keeps_unknown = "x-kubernetes-preserve-unknown-fields";
    let is_embedded = flag(schema, "x-kubernetes-embedded-resource");
    if schema.get(keeps_unknown) == Some(&Value::Bool(false)) {
        report.say(path.field(keeps_unknown), "must be true or left out");
    }
    if flag(schema, "x-kubernetes-int-or-string") {
        for name in [keeps_unknown, "x-kubernetes-embedded-resource"] {
            if flag(schema, name) {
                report.say(path.field(name), "must be false where x-kubernetes-int-or-string is true");
            }
        }
    }
    if is_embedded && text(schema, "type") != "object" {
        report.say(path.field("type"), "must be \"object\" for an embedded resource");
    }
    let has_properties =
        schema.get("properties").and_then(Value::as_object).is_some_and(|map| !map.is_empty());
    if is_embedded && !flag(schema, keeps_unknown) && !has_properties {
        report.say(
            path.field("properties"),
            "must not be empty for an embedded resource that keeps no unknown fields",
        );
    }
    if is_embedded && schema.contains_key("additionalProperties") {
        report.say(path.field("additionalProperties"), "must not stand in an embedded resource");
    }
    let map_type = text(schema, "x-kubernetes-map-type");
    if !matches!(map_type, "" | "atomic" | "granular") {
        report.say(
            path.field("x-kubernetes-map-type"),
            format!("must be atomic or granular, but is {map_type:?}"),
        );
    }
}
