//! A custom resource with one field of every way to merge, and a policy.

use trueup::json::{Value, json};

use super::super::random::Random;

pub(super) fn thing(random: &mut Random, _: &str) -> Value {
    let mut spec = json!({});
    random.maybe(&mut spec, "atomicMap", &[json!({}), json!({"a": "1"}), json!({"a": "1", "b": "2"})]);
    random.maybe(&mut spec, "map", &[json!({}), json!({"a": "1"}), json!({"b": "2"})]);
    random.maybe(
        &mut spec,
        "objects",
        &[json!({}), json!({"k1": {"v": 1}, "k2": {}}), json!({"k1": {"v": 2}})],
    );
    random.maybe(&mut spec, "set", &[json!([]), json!(["a", "b"]), json!(["b"]), json!(["c", "a"])]);
    random.maybe(&mut spec, "list", &[json!([]), json!([1, 2]), json!([2])]);
    random.maybe(
        &mut spec,
        "keyed",
        &[
            json!([]),
            json!([{"name": "a"}, {"name": "b", "kind": "y", "value": 0}]),
            json!([{"name": "b", "kind": "x"}, {"name": "a", "value": 1}]),
        ],
    );
    random.maybe(&mut spec, "optionalKey", &[json!([{"a": "1"}]), json!([{"a": "1", "b": "2"}, {"a": "1"}])]);
    random.maybe(
        &mut spec,
        "any",
        &[
            json!({}),
            json!({"x": {"y": [1, {"z": null}]}, "n": null}),
            json!([1, 2]),
            json!("text"),
            json!({"x": {"y": [1]}, "f": 0.5}),
        ],
    );
    random.maybe(&mut spec, "port", &[json!(80), json!("http")]);
    random.maybe(&mut spec, "defaulted", &[json!("default"), json!("other")]);
    random.maybe(&mut spec, "nullable", &[json!(null), json!("x")]);
    random.maybe(&mut spec, "plain", &[json!(null), json!("x"), json!("")]);
    random.maybe(&mut spec, "ratio", &[json!(0.5), json!(1.0), json!(2)]);
    random.maybe(
        &mut spec,
        "nested",
        &[json!({}), json!({"list": []}), json!({"list": [{"a": 1}]}), json!({"map": {"x": {}}})],
    );
    json!({"spec": spec})
}

/// The definition of `Thing`, in two versions: one field of every way to merge.
pub(crate) fn thing_definition() -> (&'static str, Value) {
    let text = json!({"type": "string"});
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {
        "atomicMap": {"type": "object", "additionalProperties": text, "x-kubernetes-map-type": "atomic"},
        "map": {"type": "object", "additionalProperties": text},
        "objects": {"type": "object", "additionalProperties": {"type": "object", "properties": {"v": {"type": "integer"}}}},
        "set": {"type": "array", "items": text, "x-kubernetes-list-type": "set"},
        "list": {"type": "array", "items": {"type": "integer"}},
        "keyed": {
            "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name", "kind"],
            "items": {"type": "object", "required": ["name"], "properties": {
                "name": text, "kind": {"type": "string", "default": "x"}, "value": {"type": "integer"}
            }}
        },
        "optionalKey": {
            "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a"],
            "items": {"type": "object", "required": ["a"], "properties": {"a": text, "b": text}}
        },
        "any": {"x-kubernetes-preserve-unknown-fields": true},
        "port": {"x-kubernetes-int-or-string": true},
        "defaulted": {"type": "string", "default": "default"},
        "nullable": {"type": "string", "nullable": true},
        "plain": text,
        "ratio": {"type": "number"},
        "nested": {"type": "object", "default": {"map": {"d": {}}}, "properties": {
            "list": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer", "default": 7}}}},
            "map": {"type": "object", "additionalProperties": {"type": "object"}}
        }}
    }}}});
    let version = |name: &str, storage: bool| json!({"name": name, "served": true, "storage": storage, "schema": {"openAPIV3Schema": schema}});
    let definition = json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": "things.proof.example.com"},
        "spec": {
            "group": "proof.example.com", "scope": "Namespaced", "names": {"kind": "Thing", "plural": "things"},
            "versions": [version("v1", true), version("v2", false)]
        }
    });
    ("/apis/apiextensions.k8s.io/v1/customresourcedefinitions/things.proof.example.com", definition)
}

/// A policy that labels `ConfigMap`s, and changes a value of some.
pub(crate) fn mutating_policy() -> [(&'static str, Value); 2] {
    let expression = r#"[
        JSONPatch{op: "add", path: "/metadata/labels/policy", value: "seen"},
        JSONPatch{op: "replace", path: "/data/a", value: object.data.a == "2" ? "9" : object.data.a}
    ]"#;
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": "label"},
        "spec": {
            "matchConstraints": {"resourceRules": [{
                "apiGroups": [""], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": ["configmaps"]
            }]},
            "matchConditions": [{"name": "a", "expression": "has(object.data) && 'a' in object.data && has(object.metadata.labels)"}],
            "failurePolicy": "Fail", "reinvocationPolicy": "Never",
            "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": expression}}]
        }
    });
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": "label"}, "spec": {"policyName": "label"}
    });
    [
        ("/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicies/label", policy),
        ("/apis/admissionregistration.k8s.io/v1/mutatingadmissionpolicybindings/label", binding),
    ]
}
