//! Custom kinds, by the definition (`CustomResourceDefinition`) that is live on
//! the server.
//!
//! The server merges a custom resource by the schema of the version in the
//! request, brings what it stores into line with that of the version that it
//! stores, and converts between the two. (k8s.io/apiextensions-apiserver
//! `pkg/apiserver/customresource_handler.go`, Kubernetes 1.36.)

use super::Schemas;
use super::openapi::custom_type;
use crate::json::{Map, Value};

impl Schemas {
    /// Takes in the kind that a live definition defines, at every version whose
    /// objects can be proved unchanged. Of a definition that isn't in effect, of
    /// schemas that aren't structural, and of versions that a webhook converts,
    /// nothing is known; nor of any on a server whose version isn't known.
    pub fn add_definition(&mut self, definition: &Value) {
        let spec = &definition["spec"];
        let (Some(group), Some(kind)) = (spec["group"].as_str(), spec["names"]["kind"].as_str()) else {
            return;
        };
        if !is_in_effect(definition) || self.metadata().is_none() {
            return;
        }
        let Some(stored) = versions(spec).find(|version| version["storage"] == true) else { return };
        let converts_nothing = spec["conversion"]["strategy"].as_str().unwrap_or("None") == "None";
        for version in versions(spec).filter(|version| version["served"] == true) {
            let is_stored = version["name"] == stored["name"];
            let (Some(schema), Some(stored_schema)) = (schema(version), schema(stored)) else { continue };
            let Some(name) = version["name"].as_str().filter(|_| is_stored || converts_nothing) else {
                continue;
            };
            let key = format!("{group}/{name}/{kind}");
            let root = format!("definition of {key}");
            self.types.insert(root.clone(), custom_type(schema));
            let mut structures = vec![Value::Object(schema.clone())];
            if schema != stored_schema {
                structures.push(Value::Object(stored_schema.clone()));
            }
            self.structures.insert(key.clone(), structures);
            self.kinds.insert(key, root);
        }
    }
}

fn versions(spec: &Value) -> impl Iterator<Item = &Value> {
    spec["versions"].as_array().into_iter().flatten()
}

fn schema(version: &Value) -> Option<&Map> {
    version["schema"]["openAPIV3Schema"].as_object()
}

/// Whether the server serves the kind by this definition, and prunes its objects.
fn is_in_effect(definition: &Value) -> bool {
    let (spec, status) = (&definition["spec"], &definition["status"]);
    let conditions = status["conditions"].as_array().into_iter().flatten();
    let holds = |kind: &str| {
        conditions.clone().any(|condition| condition["type"] == kind && condition["status"] == "True")
    };
    definition["metadata"].get("deletionTimestamp").is_none()
        && spec["preserveUnknownFields"] != true
        && status["acceptedNames"]["kind"] == spec["names"]["kind"]
        && holds("Established")
        && !holds("NonStructuralSchema")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn definition() -> Value {
        let version = |name: &str, storage: bool, schema: Value| json!({"name": name, "served": true, "storage": storage, "schema": {"openAPIV3Schema": schema}});
        let schema = json!({"type": "object", "properties": {"spec": {"type": "object"}}});
        json!({
            "metadata": {"name": "things.example.com"},
            "spec": {
                "group": "example.com", "names": {"kind": "Thing", "plural": "things"},
                "versions": [version("v1", true, schema.clone()), version("v2", false, schema)]
            },
            "status": {
                "acceptedNames": {"kind": "Thing"},
                "conditions": [
                    {"type": "NamesAccepted", "status": "True"}, {"type": "Established", "status": "True"}
                ]
            }
        })
    }

    /// Which of v1 and v2 are known.
    fn known(definition: &Value) -> [bool; 2] {
        let mut schemas = Schemas::of_server("v1.36.3");
        schemas.add_definition(definition);
        ["example.com/v1", "example.com/v2"].map(|version| schemas.knows(version, "Thing"))
    }

    fn with(pointer: &str, value: Value) -> Value {
        let mut definition = definition();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        definition.pointer_mut(parent).expect("it is there")[name] = value;
        definition
    }

    #[test]
    fn every_version_that_is_served_without_conversion_is_known() {
        assert_eq!(known(&definition()), [true, true]);
        assert_eq!(known(&with("/spec/conversion", json!({"strategy": "None"}))), [true, true]);
        assert_eq!(known(&with("/spec/versions/1/served", json!(false))), [true, false]);
        assert_eq!(known(&with("/spec/versions/1/schema", json!(null))), [true, false]);
    }

    #[test]
    fn a_webhooks_conversion_leaves_only_the_stored_version() {
        let definition = with("/spec/conversion", json!({"strategy": "Webhook"}));
        assert_eq!(known(&definition), [true, false]);
    }

    #[test]
    fn nothing_is_known_of_a_definition_that_isnt_in_effect() {
        for (pointer, value) in [
            ("/metadata/deletionTimestamp", json!("2026-01-02T03:04:05Z")),
            ("/spec/preserveUnknownFields", json!(true)),
            ("/spec/versions/0/storage", json!(false)),
            ("/status/acceptedNames/kind", json!("Other")),
            ("/status/conditions/1/status", json!("False")),
            ("/status/conditions/0/type", json!("NonStructuralSchema")),
            ("/status", json!(null)),
            ("/spec", json!(null)),
        ] {
            let definition = with(pointer, value);
            assert_eq!(known(&definition), [false, false], "{pointer}");
        }
    }

    #[test]
    fn the_schema_of_the_stored_version_counts_too_where_it_differs() {
        let structures = |definition: &Value| {
            let mut schemas = Schemas::of_server("v1.36.3");
            schemas.add_definition(definition);
            ["example.com/v1", "example.com/v2"].map(|version| schemas.structures(version, "Thing").len())
        };
        assert_eq!(structures(&definition()), [1, 1]);
        let other = json!({"type": "object", "properties": {"spec": {"type": "object", "description": "x"}}});
        assert_eq!(structures(&with("/spec/versions/1/schema/openAPIV3Schema", other)), [1, 2]);
    }
}
