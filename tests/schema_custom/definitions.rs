//! Definitions, good and bad.

use trueup::json::{Value, json};

use super::definition_of;

/// What it is, whether the API server takes it, and the definition.
pub(super) fn all(group: &str) -> Vec<(&'static str, bool, Value)> {
    let spec = |spec: Value| definition_of(group, &json!({"type": "object", "properties": {"spec": spec}}));
    let field = |field: Value| spec(json!({"type": "object", "properties": {"f": field}}));
    let changed = |pointer: &str, value: Value| {
        let mut definition = field(json!({"type": "string"}));
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        definition.pointer_mut(parent).expect("the parent")[name] = value;
        definition
    };
    let version = |name: &str, storage: bool| json!({"name": name, "served": true, "storage": storage, "schema": {"openAPIV3Schema": {"type": "object"}}});
    let ruled = |rule: Value| {
        field(
            json!({"type": "object", "properties": {"a": {"type": "integer"}}, "x-kubernetes-validations": [rule]}),
        )
    };
    let mut plural = field(json!({"type": "string"}));
    plural["metadata"]["name"] = json!(format!("gadgets.{group}"));
    vec![
        ("plain", true, field(json!({"type": "string"}))),
        ("another plural", false, plural),
        ("no type", false, field(json!({"properties": {}}))),
        ("no type of items", false, field(json!({"type": "array", "items": {}}))),
        ("no items", false, field(json!({"type": "array"}))),
        ("no type at the root", false, definition_of(group, &json!({"properties": {}}))),
        ("an unheard-of type", false, field(json!({"type": "text"}))),
        ("a scope that isn't one", false, changed("/spec/scope", json!("Namespace"))),
        ("no scope", false, changed("/spec/scope", json!(null))),
        ("no group", false, changed("/spec/group", json!(""))),
        ("no kind", false, changed("/spec/names/kind", json!(null))),
        ("a plural that isn't a name", false, changed("/spec/names/plural", json!("Widgets"))),
        ("no versions", false, changed("/spec/versions", json!([]))),
        (
            "two storage versions",
            false,
            changed("/spec/versions", json!([version("v1", true), version("v2", true)])),
        ),
        ("no storage version", false, changed("/spec/versions", json!([version("v1", false)]))),
        (
            "one of two versions stores",
            true,
            changed("/spec/versions", json!([version("v1", true), version("v2", false)])),
        ),
        (
            "a version twice",
            false,
            changed("/spec/versions", json!([version("v1", true), version("v1", false)])),
        ),
        ("a version's name", false, changed("/spec/versions", json!([version("V1", true)]))),
        ("no schema", false, changed("/spec/versions/0/schema", json!(null))),
        ("unknown fields kept", false, changed("/spec/preserveUnknownFields", json!(true))),
        ("a default", true, field(json!({"type": "integer", "default": 1}))),
        ("a default of another type", false, field(json!({"type": "integer", "default": "1"}))),
        ("a default out of bounds", false, field(json!({"type": "integer", "default": 1, "minimum": 2}))),
        (
            "a default with an unknown field",
            false,
            field(json!({"type": "object", "default": {"x": 1}, "properties": {"y": {"type": "integer"}}})),
        ),
        ("a default below a form", false, field(json!({"type": "integer", "anyOf": [{"default": 1}]}))),
        ("a type below a form", false, field(json!({"type": "integer", "allOf": [{"type": "integer"}]}))),
        ("a description below a form", false, field(json!({"type": "integer", "not": {"description": "x"}}))),
        (
            "a form of a field that isn't there, further down",
            true,
            field(json!({"type": "object", "anyOf": [{"properties": {"x": {"minimum": 1}}}]})),
        ),
        (
            "a form of a field that isn't there",
            false,
            definition_of(
                group,
                &json!({"type": "object", "anyOf": [{"properties": {"x": {"minimum": 1}}}]}),
            ),
        ),
        (
            "int or string with its two types",
            true,
            field(
                json!({"x-kubernetes-int-or-string": true, "anyOf": [{"type": "integer"}, {"type": "string"}]}),
            ),
        ),
        (
            "properties and additionalProperties",
            false,
            field(
                json!({"type": "object", "properties": {"a": {"type": "string"}}, "additionalProperties": {"type": "string"}}),
            ),
        ),
        (
            "additionalProperties at the root",
            false,
            definition_of(group, &json!({"type": "object", "additionalProperties": {"type": "string"}})),
        ),
        ("additionalProperties false", true, field(json!({"type": "object", "additionalProperties": false}))),
        (
            "uniqueItems",
            false,
            field(json!({"type": "array", "uniqueItems": true, "items": {"type": "string"}})),
        ),
        ("a reference", false, field(json!({"$ref": "#/definitions/x"}))),
        (
            "a map list without keys",
            false,
            field(json!({"type": "array", "x-kubernetes-list-type": "map", "items": {"type": "object"}})),
        ),
        (
            "a map list with a key that isn't there",
            false,
            field(
                json!({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["n"], "items": {"type": "object", "properties": {"m": {"type": "string"}}}}),
            ),
        ),
        (
            "a map list with a key that may be missing",
            false,
            field(
                json!({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["n"], "items": {"type": "object", "properties": {"n": {"type": "string"}}}}),
            ),
        ),
        (
            "a map list of texts",
            false,
            field(
                json!({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["n"], "items": {"type": "string"}}),
            ),
        ),
        (
            "a set of maps",
            false,
            field(json!({"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "object"}})),
        ),
        (
            "a list type that isn't one",
            false,
            field(json!({"type": "array", "x-kubernetes-list-type": "bag", "items": {"type": "string"}})),
        ),
        ("a list type on a text", false, field(json!({"type": "string", "x-kubernetes-list-type": "set"}))),
        ("an embedded text", false, field(json!({"type": "string", "x-kubernetes-embedded-resource": true}))),
        (
            "an embedded resource of which nothing is known",
            false,
            field(json!({"type": "object", "x-kubernetes-embedded-resource": true})),
        ),
        (
            "int or string that keeps unknown fields",
            false,
            field(json!({"x-kubernetes-int-or-string": true, "x-kubernetes-preserve-unknown-fields": true})),
        ),
        (
            "preserve-unknown-fields false",
            false,
            field(json!({"type": "object", "x-kubernetes-preserve-unknown-fields": false})),
        ),
        ("a pattern that isn't one", false, field(json!({"type": "string", "pattern": "("}))),
        (
            "labels in the schema of metadata",
            false,
            definition_of(
                group,
                &json!({"type": "object", "properties": {"metadata": {"type": "object", "properties": {"labels": {"type": "object"}}}}}),
            ),
        ),
        ("a rule", true, ruled(json!({"rule": "self.a > 0", "message": "too small"}))),
        ("a rule with a syntax error", false, ruled(json!({"rule": "self.a >"}))),
        ("an empty rule", false, ruled(json!({"rule": ""}))),
        ("a rule of a field that isn't there", false, ruled(json!({"rule": "self.b > 0"}))),
        ("a rule with an unknown name", false, ruled(json!({"rule": "itself.a > 0"}))),
        ("a rule that isn't true or false", false, ruled(json!({"rule": "self.a"}))),
        ("a rule with an unknown reason", false, ruled(json!({"rule": "self.a > 0", "reason": "Bad"}))),
        (
            "a rule's message in two lines",
            false,
            ruled(json!({"rule": "self.a > 0", "message": "too\nsmall"})),
        ),
        (
            "a rule that blames a field that isn't there",
            false,
            ruled(json!({"rule": "self.a > 0", "fieldPath": ".b"})),
        ),
        (
            "optionalOldSelf without oldSelf",
            false,
            ruled(json!({"rule": "self.a > 0", "optionalOldSelf": true})),
        ),
        (
            "a warning of what isn't deprecated",
            false,
            changed("/spec/versions/0/deprecationWarning", json!("old")),
        ),
        ("a deprecated version", true, changed("/spec/versions/0/deprecated", json!(true))),
        (
            "a printer column without a path",
            false,
            changed("/spec/versions/0/additionalPrinterColumns", json!([{"name": "A", "type": "string"}])),
        ),
        ("a webhook without one", false, changed("/spec/conversion", json!({"strategy": "Webhook"}))),
        ("a status subresource", true, changed("/spec/versions/0/subresources", json!({"status": {}}))),
    ]
}
