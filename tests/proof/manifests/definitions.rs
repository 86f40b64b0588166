//! The definitions of the custom kinds, and policies that change objects.

use trueup::json::{Value, json};

/// Where definitions are.
pub(crate) const DEFINITIONS: &str = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions";

/// A definition of a kind of `proof.example.com`: its plural, and its versions.
pub(crate) fn definition(kind: &str, scope: &str, versions: &[Value]) -> Value {
    let plural = plural(kind);
    json!({
        "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("{plural}.proof.example.com")},
        "spec": {
            "group": "proof.example.com", "scope": scope, "names": {"kind": kind, "plural": plural},
            "versions": versions
        }
    })
}

pub(crate) fn plural(kind: &str) -> String {
    format!("{}s", kind.to_lowercase())
}

/// A version that is served, with this schema of `spec`.
pub(crate) fn version(name: &str, is_stored: bool, spec: &Value) -> Value {
    json!({
        "name": name, "served": true, "storage": is_stored,
        "schema": {"openAPIV3Schema": {"type": "object", "properties": {"spec": spec}}}
    })
}

/// Every custom kind that is tried.
pub(crate) fn definitions() -> [Value; 3] {
    let mut thing = thing();
    for version in thing["spec"]["versions"].as_array_mut().expect("a list") {
        version["subresources"] = json!({"status": {}, "scale": {
            "specReplicasPath": ".spec.replicas", "statusReplicasPath": ".status.replicas"
        }});
        version["schema"]["openAPIV3Schema"]["properties"]["status"] =
            json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    }
    let anything = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    let mut free = version("v1", true, &json!({}));
    free["schema"]["openAPIV3Schema"] = anything;
    [thing, definition("Free", "Cluster", &[free]), aged()]
}

/// One field of every way to merge.
fn thing() -> Value {
    let text = json!({"type": "string"});
    let named = json!({"type": "object", "required": ["name"], "properties": {"name": text, "v": {"type": "integer"}}});
    let spec = json!({"type": "object", "properties": {
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
        "nullableMap": {"type": "object", "nullable": true, "properties": {"a": {"type": "integer", "nullable": true}}},
        "nullableList": {
            "type": "array", "nullable": true, "items": named,
            "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]
        },
        "plain": text,
        "ratio": {"type": "number"},
        "replicas": {"type": "integer"},
        "embedded": {"type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true},
        "listOfLists": {"type": "array", "items": {"type": "array", "items": {"type": "integer"}}},
        "setOfMaps": {"type": "array", "x-kubernetes-list-type": "set", "items": {
            "type": "object", "x-kubernetes-map-type": "atomic", "properties": {"a": text}
        }},
        "nested": {"type": "object", "default": {"map": {"d": {}}}, "properties": {
            "list": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "integer"}, "b": {"type": "integer", "default": 7}}}},
            "map": {"type": "object", "additionalProperties": {"type": "object"}}
        }}
    }});
    definition("Thing", "Namespaced", &[version("v1", true, &spec), version("v2", false, &spec)])
}

/// Written at v1, stored as v2, which has a default more and a field less.
fn aged() -> Value {
    let number = json!({"type": "integer"});
    let list = json!({
        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"],
        "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "v": number}}
    });
    let written = json!({"type": "object", "properties": {
        "a": number, "b": number, "gone": {"type": "string"}, "list": list
    }});
    let stored = json!({"type": "object", "properties": {
        "a": number, "b": {"type": "integer", "default": 7}, "list": list
    }});
    definition("Aged", "Namespaced", &[version("v1", false, &written), version("v2", true, &stored)])
}

/// Policies that label objects, and change a value of some.
pub(crate) fn mutating_policies() -> Vec<(String, Value)> {
    let config_maps = r#"[
        JSONPatch{op: "add", path: "/metadata/labels/policy", value: "seen"},
        JSONPatch{op: "replace", path: "/data/a", value: object.data.a == "2" ? "9" : object.data.a}
    ]"#;
    let things = r#"[
        JSONPatch{op: "add", path: "/metadata/labels/policy", value: "seen"},
        JSONPatch{op: "replace", path: "/spec/plain", value: object.spec.plain == "x" ? "y" : object.spec.plain}
    ]"#;
    let has_data = "has(object.data) && 'a' in object.data && has(object.metadata.labels)";
    let has_text = "has(object.spec) && has(object.spec.plain) && object.spec.plain != null";
    [
        policy("label", "", "configmaps", has_data, config_maps),
        policy("things", "proof.example.com", "things", has_text, things),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn policy(
    name: &str,
    group: &str,
    resource: &str,
    condition: &str,
    expression: &str,
) -> [(String, Value); 2] {
    let policy = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicy",
        "metadata": {"name": name},
        "spec": {
            "matchConstraints": {"resourceRules": [{
                "apiGroups": [group], "apiVersions": ["v1"], "operations": ["CREATE", "UPDATE"], "resources": [resource]
            }]},
            "matchConditions": [{"name": "a", "expression": condition}],
            "failurePolicy": "Fail", "reinvocationPolicy": "Never",
            "mutations": [{"patchType": "JSONPatch", "jsonPatch": {"expression": expression}}]
        }
    });
    let binding = json!({
        "apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicyBinding",
        "metadata": {"name": name}, "spec": {"policyName": name}
    });
    let at = |what: &str| format!("/apis/admissionregistration.k8s.io/v1/{what}/{name}");
    [(at("mutatingadmissionpolicies"), policy), (at("mutatingadmissionpolicybindings"), binding)]
}
