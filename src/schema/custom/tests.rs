use proptest::prelude::*;

use super::*;
use crate::json::{Value, json};

fn kind(schema: &Value) -> CustomKind {
    let definition = json!({
        "metadata": {"name": "widgets.example.com"},
        "spec": {
            "group": "example.com", "scope": "Namespaced", "names": {"plural": "widgets", "kind": "Widget"},
            "versions": [
                {"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}},
                {"name": "v1beta1", "served": false, "deprecated": true, "schema": {"openAPIV3Schema": schema}},
            ],
        },
    });
    CustomKind::of_definition(&definition).remove(0)
}

fn spec(spec: Value) -> Value {
    json!({"type": "object", "properties": {"spec": spec}})
}

fn told(kind: &CustomKind, spec: &Value) -> Vec<String> {
    let object =
        json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w"}, "spec": spec});
    kind.violations(&object).iter().map(|found| format!("{}: {}", found.path, found.message)).collect()
}

#[test]
fn a_definition_defines_one_kind_for_each_version() {
    let definition = json!({"spec": {
        "group": "example.com", "scope": "Cluster", "names": {"kind": "Widget"},
        "versions": [{"name": "v1", "served": true}, {"name": "v1beta1", "deprecated": true}, {"name": "v1alpha1", "deprecated": true, "deprecationWarning": "go away"}],
    }});
    let kinds = CustomKind::of_definition(&definition);
    let shown: Vec<_> = kinds
        .iter()
        .map(|kind| (kind.version.as_str(), kind.served, kind.namespaced, kind.deprecated.as_deref()))
        .collect();
    assert_eq!(
        shown,
        [
            ("v1", true, false, None),
            ("v1beta1", false, false, Some("example.com/v1beta1 Widget is deprecated")),
            ("v1alpha1", false, false, Some("go away")),
        ]
    );
    assert_eq!(kinds[0].violations(&json!({"anything": 1})), [], "without a schema");
    assert!(CustomKind::of_definition(&json!("nonsense")).is_empty());
}

#[test]
fn rules_say_what_is_wrong_and_where() {
    let kind = kind(&spec(json!({
        "type": "object",
        "properties": {"min": {"type": "integer"}, "max": {"type": "integer"}, "names": {"type": "array", "items": {
            "type": "string", "x-kubernetes-validations": [{"rule": "self != 'x'", "messageExpression": "self + ' is not a name'"}],
        }}},
        "x-kubernetes-validations": [
            {"rule": "self.min <= self.max", "message": "min must not be above max", "fieldPath": ".min"},
            {"rule": "self.max < 100"},
        ],
    })));
    assert_eq!(told(&kind, &json!({"min": 1, "max": 2})), Vec::<String>::new());
    assert_eq!(
        told(&kind, &json!({"min": 300, "max": 200, "names": ["a", "x"]})),
        [
            "spec.min: min must not be above max",
            "spec: doesn't hold: self.max < 100",
            "spec.names[1]: x is not a name"
        ]
    );
    let error = told(&kind, &json!({"min": 1}));
    assert_eq!(error.len(), 2, "{error:?}");
    assert!(error[0].contains("no such key: max"), "{error:?}");
}

#[test]
fn what_cannot_be_judged_here_is_no_violation() {
    let kind = kind(&spec(json!({
        "type": "object",
        "properties": {"version": {"type": "string"}},
        "x-kubernetes-validations": [
            {"rule": "semver(self.version).major() == 1"},
            {"rule": "self.`version` == '2'"},
            {"rule": "self.version == oldSelf.version"},
        ],
    })));
    let unread: Vec<String> =
        kind.unchecked().iter().map(|one| format!("{}: {}", one.path, one.reason)).collect();
    assert_eq!(unread, ["spec: not supported: names in backquotes"]);
    let judgement = kind.judge(&json!({"spec": {"version": "2.0.0"}}));
    assert_eq!(judgement.violations, []);
    let reasons: Vec<&str> = judgement.unchecked.iter().map(|one| one.reason.as_str()).collect();
    assert_eq!(reasons, ["semver(string) isn't supported here"]);
}

#[test]
fn a_status_that_is_written_apart_is_not_judged() {
    let definition = json!({"spec": {"versions": [{"name": "v1", "subresources": {"status": {}}, "schema": {"openAPIV3Schema": {
        "type": "object", "properties": {"status": {"type": "object", "properties": {"ready": {"type": "boolean"}}}},
    }}}]}});
    let kind = CustomKind::of_definition(&definition).remove(0);
    assert_eq!(kind.violations(&json!({"status": {"ready": "x"}})), []);
    assert_eq!(kind.violations(&json!({"stats": {}})).len(), 1);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn no_definition_makes_it_panic(text in ".{0,20}", number in any::<f64>(), depth in 0..210_usize) {
        let mut schema = json!({"type": text, "pattern": text, "minimum": number, "default": text, "required": [text], "x-kubernetes-validations": [{"rule": text}]});
        for _ in 0..depth {
            schema = json!({"type": "object", "properties": {"a": schema}, "anyOf": [{"properties": {"a": {"not": {}}}}]});
        }
        let definition = json!({"spec": {"versions": [{"schema": {"openAPIV3Schema": schema}}]}});
        let kind = CustomKind::of_definition(&definition).remove(0);
        kind.violations(&json!({"a": {"a": text}}));
        definition_violations(&definition);
    }
}
