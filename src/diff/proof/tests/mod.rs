//! What a proof says of one object, put together from its manifest, our entry and
//! live.

mod custom;
mod properties;
mod traps;

use super::*;
use crate::json::json;

const UNCHANGED: Proof = Proof::Unchanged;

/// An object as applied, as owned and as live, put together.
struct Case {
    desired: Value,
    live: Value,
}

fn is_unknown(proof: Proof) -> bool {
    matches!(proof, Proof::Unknown(_))
}

fn entry(manager: &str, operation: &str, api_version: &str, fields: &Value) -> Value {
    json!({
        "manager": manager, "operation": operation, "apiVersion": api_version,
        "time": "2026-01-02T03:04:05Z", "fieldsType": "FieldsV1", "fieldsV1": fields
    })
}

impl Case {
    /// `desired` and `live` without what all objects have; `mine` is our entry.
    fn new(api_version: &str, kind: &str, desired: Value, mine: &Value, live: Value) -> Self {
        let complete = |mut object: Value| {
            object["apiVersion"] = json!(api_version);
            object["kind"] = json!(kind);
            object["metadata"]["name"] = json!("a");
            object
        };
        let mut live = complete(live);
        live["metadata"]["managedFields"] = json!([entry("trueup", "Apply", api_version, mine)]);
        live["metadata"]["resourceVersion"] = json!("1");
        Self { desired: complete(desired), live }
    }

    fn shared_with(mut self, manager: &str, operation: &str, fields: &Value) -> Self {
        let api_version = self.desired["apiVersion"].as_str().expect("a text").to_owned();
        self.entries().push(entry(manager, operation, &api_version, fields));
        self
    }

    fn entries(&mut self) -> &mut Vec<Value> {
        self.live["metadata"]["managedFields"].as_array_mut().expect("a list")
    }

    fn prove(&self) -> Proof {
        self.prove_by(Schemas::builtin())
    }

    fn prove_by(&self, schemas: &Schemas) -> Proof {
        prove(&self.desired, &self.live, "trueup", schemas)
    }
}

fn deployment(desired: Value, mine: Value, live: Value) -> Case {
    let spec = |value: Value| json!({"spec": value});
    Case::new("apps/v1", "Deployment", spec(desired), &json!({"f:spec": mine}), spec(live))
}

fn container(desired: Value, mine: Value, live: Value) -> Case {
    let pod = |item: Value| json!({"template": {"spec": {"containers": [item]}}});
    let mine = json!({"f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": mine}}}});
    deployment(pod(desired), mine, pod(live))
}

fn config_map(desired: Value, mine: Value, live: Value) -> Case {
    Case::new("v1", "ConfigMap", desired, &mine, live)
}

/// A definition of `Thing` in `example.com/v1`, as it is live.
fn definition(spec: &Value) -> Value {
    json!({
        "metadata": {"name": "things.example.com"},
        "spec": {
            "group": "example.com", "names": {"kind": "Thing", "plural": "things"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": {
                "type": "object", "properties": {"spec": spec}
            }}}]
        },
        "status": {
            "acceptedNames": {"kind": "Thing"}, "conditions": [{"type": "Established", "status": "True"}]
        }
    })
}

/// What is known of a server with that definition.
fn custom_schemas(spec: &Value) -> Schemas {
    let mut schemas = Schemas::of_server("v1.36.3");
    schemas.add_definition(&definition(spec));
    schemas
}

/// A `Thing` with this `spec`, these fields of ours below it, and that live.
fn thing(desired: &Value, mine: &Value, live: &Value) -> Case {
    let spec = |value: &Value| json!({"spec": value});
    Case::new("example.com/v1", "Thing", spec(desired), &json!({"f:spec": mine}), spec(live))
}

#[test]
fn what_was_applied_and_is_live_is_unchanged() {
    let case = container(
        json!({"name": "web", "image": "i:1", "args": ["-v"], "resources": {"limits": {"cpu": "1000m"}}}),
        json!({".": {}, "f:name": {}, "f:image": {}, "f:args": {}, "f:resources": {"f:limits": {"f:cpu": {}}}}),
        json!({"name": "web", "image": "i:1", "args": ["-v"], "imagePullPolicy": "Always", "resources": {"limits": {"cpu": "1"}}}),
    );
    assert_eq!(case.prove(), UNCHANGED);
}

#[test]
fn a_value_a_field_or_an_owner_makes_it_differ() {
    let mine = json!({"f:data": {"f:a": {}}});
    let data = |value: Value| json!({"data": value});
    let differs = |desired: Value, live: Value| config_map(data(desired), mine.clone(), data(live)).prove();
    assert_eq!(differs(json!({"a": "1"}), json!({"a": "1"})), UNCHANGED);
    assert_eq!(differs(json!({"a": "1"}), json!({"a": "2"})), Proof::Differs);
    assert_eq!(differs(json!({"a": "1", "b": "1"}), json!({"a": "1", "b": "1"})), Proof::Differs);
    assert_eq!(differs(json!({}), json!({"a": "1"})), Proof::Differs);
    assert!(is_unknown(differs(json!({"a": "1"}), json!({"b": "1"}))));
}

#[test]
fn what_somebody_else_added_beside_ours_changes_nothing() {
    let case = config_map(
        json!({"data": {"a": "1"}, "metadata": {"labels": {"x": "y"}}}),
        json!({"f:data": {"f:a": {}}, "f:metadata": {"f:labels": {"f:x": {}}}}),
        json!({"data": {"a": "1", "b": "2"}, "metadata": {"labels": {"x": "y", "z": ""}, "annotations": {"k": "v"}}}),
    );
    assert_eq!(case.prove(), UNCHANGED);
}

#[test]
fn an_object_that_is_being_deleted_is_unknown() {
    let mut case =
        config_map(json!({"data": {"a": "1"}}), json!({"f:data": {"f:a": {}}}), json!({"data": {"a": "1"}}));
    assert_eq!(case.prove(), UNCHANGED);
    case.live["metadata"]["deletionTimestamp"] = json!("2026-01-02T03:04:05Z");
    assert!(is_unknown(case.prove()));
}

#[test]
fn another_api_version_is_never_unchanged() {
    let data = json!({"data": {"a": "1"}});
    let case = || config_map(data.clone(), json!({"f:data": {"f:a": {}}}), data.clone());
    let mut older = case();
    older.entries()[0]["apiVersion"] = json!("v0");
    assert_eq!(older.prove(), Proof::Differs);
    let mut other = case();
    other.live["apiVersion"] = json!("v0");
    assert!(is_unknown(other.prove()));
    let mut theirs = case().shared_with("b", "Update", &json!({"f:data": {"f:z": {}}}));
    theirs.entries()[1]["apiVersion"] = json!("v0");
    assert!(is_unknown(theirs.prove()));
    let mut listed = case();
    listed.live.as_object_mut().expect("a map").retain(|name, _| name != "apiVersion" && name != "kind");
    assert_eq!(listed.prove(), UNCHANGED);
}

#[test]
fn another_object_is_never_unchanged() {
    let data = json!({"data": {"a": "1"}});
    let mut case = config_map(data.clone(), json!({"f:data": {"f:a": {}}}), data);
    case.live["metadata"]["name"] = json!("b");
    assert!(is_unknown(case.prove()));
}

#[test]
fn the_order_of_a_keyed_list_counts() {
    let names = |order: &[&str]| {
        let items: Vec<Value> = order.iter().map(|name| json!({"name": name})).collect();
        json!({"template": {"spec": {"containers": items}}})
    };
    let mine = json!({"f:template": {"f:spec": {"f:containers": {
        "k:{\"name\":\"a\"}": {".": {}, "f:name": {}}, "k:{\"name\":\"b\"}": {".": {}, "f:name": {}}
    }}}});
    let case = |live: &[&str]| deployment(names(&["a", "b"]), mine.clone(), names(live));
    assert_eq!(case(&["a", "b"]).prove(), UNCHANGED);
    assert_eq!(case(&["x", "a", "y", "b", "z"]).prove(), UNCHANGED);
    assert!(is_unknown(case(&["b", "a"]).prove()));
    assert_eq!(case(&["a"]).prove(), Proof::Differs);
}

#[test]
fn an_empty_list_that_merges_is_owned_by_nobody() {
    let prove_list = |name: &str, live: Option<Value>| {
        let pod = |list: Option<Value>| {
            let mut pod = json!({"template": {"spec": {"hostname": "h"}}});
            if let Some(list) = list {
                pod["template"]["spec"][name] = list;
            }
            pod
        };
        let mine = json!({"f:template": {"f:spec": {"f:hostname": {}}}});
        deployment(pod(Some(json!([]))), mine, pod(live)).prove()
    };
    assert_eq!(prove_list("volumes", Some(json!([{"name": "injected"}]))), UNCHANGED);
    assert_eq!(prove_list("volumes", None), UNCHANGED);
    assert!(is_unknown(prove_list("ephemeralContainers", None)));
}

#[test]
fn atomic_values_are_replaced_as_a_whole() {
    let spec = |selector: Value| json!({"selector": selector});
    let case = |live: Value| {
        let spec_of = |value: Value| json!({"spec": spec(value)});
        Case::new(
            "v1",
            "Service",
            spec_of(json!({"app": "web"})),
            &json!({"f:spec": {"f:selector": {}}}),
            spec_of(live),
        )
    };
    assert_eq!(case(json!({"app": "web"})).prove(), UNCHANGED);
    assert_eq!(case(json!({"app": "web", "x": "y"})).prove(), Proof::Differs);
    let granular = Case::new(
        "v1",
        "Service",
        json!({"spec": spec(json!({"app": "web"}))}),
        &json!({"f:spec": {"f:selector": {"f:app": {}}}}),
        json!({"spec": spec(json!({"app": "web"}))}),
    );
    assert!(is_unknown(granular.prove()));
}

#[test]
fn nothing_is_proved_of_a_kind_or_a_server_that_isnt_known() {
    let data = json!({"data": {"a": "1"}});
    let case = config_map(data.clone(), json!({"f:data": {"f:a": {}}}), data);
    for (version, wanted) in [("v1.27.0", true), ("v1.36.3", true), ("v1.37.9+vendor", true)] {
        assert_eq!(case.prove_by(&Schemas::of_server(version)) == UNCHANGED, wanted, "{version}");
    }
    for version in ["v1.26.15", "v1.38.0", "odd"] {
        assert!(is_unknown(case.prove_by(&Schemas::of_server(version))), "{version}");
    }
    let spec = json!({"map": {"a": 1}});
    let custom = thing(&spec, &json!({"f:map": {"f:a": {}}}), &spec);
    assert!(is_unknown(custom.prove()));
    let schema = json!({"type": "object", "properties": {"map": {
        "type": "object", "additionalProperties": {"type": "integer"}
    }}});
    assert_eq!(custom.prove_by(&custom_schemas(&schema)), UNCHANGED);
    let mut newer = Schemas::of_server("v1.99.0");
    newer.add_definition(&definition(&schema));
    assert!(is_unknown(custom.prove_by(&newer)));
}

#[test]
fn a_quantity_inside_a_value_that_merges_as_a_whole_is_as_the_server_writes_it() {
    let limits = |cpu: Value| json!({"spec": {"limits": [{"type": "Container", "default": {"cpu": cpu}}]}});
    let case = |desired: Value, live: Value| {
        Case::new("v1", "LimitRange", limits(desired), &json!({"f:spec": {"f:limits": {}}}), limits(live))
    };
    assert_eq!(case(json!(0.1), json!("100m")).prove(), UNCHANGED);
    assert_eq!(case(json!("1000m"), json!("1")).prove(), UNCHANGED);
    assert_eq!(case(json!(0.1), json!("200m")).prove(), Proof::Differs);
    // A server never answers so: what was meant isn't known.
    assert_ne!(case(json!(0.1), json!(0.2)).prove(), UNCHANGED);
}
