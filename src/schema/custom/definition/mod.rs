//! What is wrong with a definition itself, after
//! k8s.io/apiextensions-apiserver `pkg/apis/apiextensions/validation` and
//! `pkg/apiserver/schema/validation.go` (Kubernetes 1.36).
//!
//! Its fields and their types are those of a built-in kind, which are judged
//! by that kind's schema; here is what goes beyond.

mod defaults;
mod envelope;
mod forms;
mod lists;
mod rule;
mod structure;

use crate::json::{Map, Value};
use crate::object::{FieldPath, Step};
use crate::schema::Violation;

/// What the API server would refuse in a definition (the body of a
/// `CustomResourceDefinition`, `apiextensions.k8s.io/v1`) that is new.
pub fn definition_violations(definition: &Value) -> Vec<Violation> {
    let mut report = Report::default();
    envelope::check(definition, &mut report);
    let versions = definition.pointer("/spec/versions").and_then(Value::as_array);
    for (index, version) in versions.into_iter().flatten().enumerate() {
        let path = FieldPath::fields(["spec", "versions"]).then(Step::Index(index));
        let path = path.field("schema").field("openAPIV3Schema");
        let Some(schema) = version.pointer("/schema/openAPIV3Schema").filter(|schema| !schema.is_null())
        else {
            report.say(path, "is missing");
            continue;
        };
        let before = report.found.len();
        structure::check(schema, &path, &mut report);
        // Defaults and rules are judged by a sound schema only.
        if report.found.len() == before {
            defaults::check(schema, &path, &mut report);
            rule::check(schema, &path, &mut report);
        }
    }
    report.found
}

/// What was found so far.
#[derive(Default)]
struct Report {
    found: Vec<Violation>,
}

impl Report {
    fn say(&mut self, path: FieldPath, message: impl Into<String>) {
        self.found.push(Violation { path, message: message.into(), hint: None, structural: false });
    }
}

/// A schema's parts that are schemas themselves, with their paths.
fn parts<'a>(schema: &'a Map, path: &FieldPath) -> Vec<(&'a Value, FieldPath)> {
    let mut parts = Vec::new();
    for (name, below) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        parts.push((below, path.field("properties").field(name)));
    }
    for name in ["items", "additionalProperties"] {
        if let Some(below @ Value::Object(_)) = schema.get(name) {
            parts.push((below, path.field(name)));
        }
    }
    parts
}

fn text<'a>(schema: &'a Map, name: &str) -> &'a str {
    schema.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn flag(schema: &Map, name: &str) -> bool {
    schema.get(name).and_then(Value::as_bool).unwrap_or_default()
}
