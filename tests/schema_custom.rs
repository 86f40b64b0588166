//! What trueup says of custom resources without a cluster is what the API
//! server says of them.

use trueup::json::{Map, Value, json};
use trueup::schema::custom::{CustomKind, definition_violations};

use super::harness::{TestEnvironment, wait_until};

mod definitions;
mod features;
mod rules;

/// A field's schema, values that the API server takes, and values that it
/// refuses.
struct Feature {
    name: &'static str,
    schema: Value,
    good: Vec<Value>,
    bad: Vec<Value>,
}

fn feature(name: &'static str, schema: Value, good: &[Value], bad: &[Value]) -> Feature {
    Feature { name, schema, good: good.to_vec(), bad: bad.to_vec() }
}

/// A definition whose spec has these fields.
fn definition(group: &str, features: &[Feature]) -> Value {
    let fields: Map =
        features.iter().map(|feature| (feature.name.to_owned(), feature.schema.clone())).collect();
    definition_of(
        group,
        &json!({"type": "object", "properties": {"spec": {"type": "object", "properties": fields}}}),
    )
}

fn definition_of(group: &str, schema: &Value) -> Value {
    json!({
        "apiVersion": "apiextensions.k8s.io/v1",
        "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("widgets.{group}")},
        "spec": {
            "group": group,
            "scope": "Namespaced",
            "names": {"plural": "widgets", "singular": "widget", "kind": "Widget"},
            "versions": [{
                "name": "v1",
                "served": true,
                "storage": true,
                "schema": {"openAPIV3Schema": schema},
            }],
        },
    })
}

fn group(environment: &TestEnvironment) -> String {
    format!("{}.example.com", environment.namespace)
}

/// Makes the definition and waits until the API server serves it.
fn establish(environment: &TestEnvironment, definition: &Value) -> CustomKind {
    assert_eq!(definition_violations(definition), [], "the definition itself");
    environment.create_namespace();
    environment.create_cluster_object("apiextensions.k8s.io/v1/customresourcedefinitions", definition);
    let name = definition["metadata"]["name"].as_str().expect("a name");
    let path = format!("apiextensions.k8s.io/v1/customresourcedefinitions/{name}");
    wait_until("the definition is established", || {
        let live = environment.cluster_object(&path).expect("the definition");
        let conditions = live["status"]["conditions"].as_array().into_iter().flatten();
        conditions
            .into_iter()
            .any(|condition| condition["type"] == "Established" && condition["status"] == "True")
    });
    CustomKind::of_definition(definition).remove(0)
}

fn widget(group: &str, spec: &Value) -> Value {
    json!({"apiVersion": format!("{group}/v1"), "kind": "Widget", "metadata": {"name": "w"}, "spec": spec})
}

/// What differs between expectation, the API server and trueup.
fn compare(
    environment: &TestEnvironment,
    kind: &CustomKind,
    object: &Value,
    good: bool,
    what: &str,
    differences: &mut Vec<String>,
) {
    let refusal = environment.refusal(&format!("{}/v1/widgets/w", kind.group), object);
    let judgement = kind.judge(object);
    if refusal.is_none() != good {
        differences.push(format!("{what}: expected {good}, but the API server says {refusal:?}"));
    }
    if judgement.violations.is_empty() != refusal.is_none() || !judgement.unchecked.is_empty() {
        differences.push(format!("{what}: the API server says {refusal:?}, trueup {judgement:?}"));
    }
}

fn assert_same_verdicts(features: &[Feature]) {
    let environment = TestEnvironment::new();
    let group = group(&environment);
    let kind = establish(&environment, &definition(&group, features));
    assert_eq!(kind.unchecked(), []);
    let mut differences = Vec::new();
    let mut count = 0;
    for feature in features {
        let values = feature
            .good
            .iter()
            .map(|value| (value, true))
            .chain(feature.bad.iter().map(|value| (value, false)));
        for (value, good) in values {
            count += 1;
            let object = widget(&group, &json!({feature.name: value}));
            let what = format!("{} = {value}", feature.name);
            compare(&environment, &kind, &object, good, &what, &mut differences);
        }
    }
    assert!(count > 60, "{count} cases");
    assert!(differences.is_empty(), "{} of {count} differ:\n{}", differences.len(), differences.join("\n"));
}

#[test]
fn structure_bounds_and_formats_are_judged_as_the_api_server_does() {
    assert_same_verdicts(&features::all());
}

#[test]
fn rules_are_judged_as_the_api_server_does() {
    assert_same_verdicts(&rules::all());
}

#[test]
fn metadata_and_whole_objects_are_judged_as_the_api_server_does() {
    let environment = TestEnvironment::new();
    let group = group(&environment);
    let schema = json!({
        "type": "object",
        "required": ["spec"],
        "properties": {
            "metadata": {"type": "object", "properties": {"name": {"type": "string", "maxLength": 10, "pattern": "^w"}}},
            "spec": {"type": "object", "required": ["size"], "properties": {
                "size": {"type": "integer", "default": 3},
                "kindness": {"type": "string"},
            }},
        },
        "x-kubernetes-validations": [
            {"rule": "self.metadata.name == 'w'", "message": "wrong name"},
            {"rule": "self.kind == 'Widget' && self.apiVersion.endsWith('/v1')"},
        ],
    });
    let kind = establish(&environment, &definition_of(&group, &schema));
    let good = widget(&group, &json!({}));
    let changed = |pointer: &str, value: Value| {
        let mut object = good.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        object.pointer_mut(parent).expect("the parent")[name] = value;
        object
    };
    let cases = [
        (good.clone(), true),
        (changed("/metadata/labels", json!({"a": "b"})), true),
        (changed("/metadata/annotations", json!(null)), true),
        (changed("/metadata/finalizers", json!(["example.com/a"])), true),
        (changed("/spec/size", json!(null)), true),
        (changed("/metadata/labels", json!({"a": 1})), false),
        (changed("/metadata/annotations", json!({"a": true})), false),
        (changed("/metadata/label", json!({"a": "b"})), false),
        (changed("/metadata/labels", json!(["a"])), false),
        (changed("/metadata/finalizers", json!("a")), false),
        (changed("/metadata/ownerReferences", json!([{"apiVersion": "v1", "kind": "Pod"}])), false),
        (changed("/spec/kindnes", json!("a")), false),
        (changed("/specs", json!({})), false),
        (changed("/spec", json!([])), false),
        (changed("/spec", json!(null)), false),
    ];
    let mut differences = Vec::new();
    for (object, good) in cases {
        compare(&environment, &kind, &object, good, &object.to_string(), &mut differences);
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}

#[test]
fn defaults_are_filled_in_as_the_api_server_does() {
    let environment = TestEnvironment::new();
    let group = group(&environment);
    let schema = json!({"type": "object", "properties": {"spec": {"type": "object", "default": {}, "properties": {
        "size": {"type": "integer", "default": 3},
        "maybe": {"type": "string", "nullable": true, "default": "x"},
        "gone": {"type": "string"},
        "kept": {"type": "string", "nullable": true},
        "ports": {"type": "array", "items": {"type": "object", "properties": {
            "name": {"type": "string"}, "protocol": {"type": "string", "default": "TCP"},
        }}},
        "byName": {"type": "object", "additionalProperties": {"type": "object", "properties": {"on": {"type": "boolean", "default": true}}}},
        "deep": {"type": "object", "default": {"a": 1}, "properties": {"a": {"type": "integer"}, "b": {"type": "integer", "default": 2}}},
    }}}});
    let kind = establish(&environment, &definition_of(&group, &schema));
    let specs = [
        json!({}),
        json!({"size": null, "maybe": null, "gone": "x", "kept": null}),
        json!({"ports": [{"name": "a"}, {"protocol": "UDP"}], "byName": {"x": {}, "y": {"on": false}}, "deep": {}}),
        json!({"deep": {"b": null}}),
    ];
    for spec in specs {
        let object = widget(&group, &spec);
        let path = format!("{group}/v1/widgets/w");
        let live = environment.apply_as("somebody", &path, &object);
        assert_eq!(kind.defaulted(&object)["spec"], live["spec"], "{spec}");
        environment.delete(&path);
    }
}

#[test]
fn definitions_are_judged_as_the_api_server_does() {
    let environment = TestEnvironment::new();
    let group = group(&environment);
    let mut differences = Vec::new();
    for (what, good, definition) in definitions::all(&group) {
        let name = definition["metadata"]["name"].as_str().unwrap_or("widgets");
        let path = format!("apiextensions.k8s.io/v1/customresourcedefinitions/{name}");
        let refusal = environment.cluster_refusal(&path, &definition);
        let violations = definition_violations(&definition);
        if refusal.is_none() != good || violations.is_empty() != good {
            differences.push(format!(
                "{what}: expected {good}, the API server says {refusal:?}, trueup {violations:?}"
            ));
        }
    }
    assert!(differences.is_empty(), "{} differ:\n{}", differences.len(), differences.join("\n"));
}
