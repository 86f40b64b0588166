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

/// What is told of the spec after a change.
fn told_of_change(kind: &CustomKind, before: &Value, after: &Value, ratchets: bool) -> Vec<String> {
    let object = |spec: &Value| json!({"apiVersion": "example.com/v1", "kind": "Widget", "spec": spec});
    let judgement = kind.judge_change(&kind.read(&object(before)), &object(after), ratchets);
    let left = judgement.unchecked.iter().map(|left| format!("{}: {}", left.path, left.reason));
    let told = judgement.violations.iter().map(|found| format!("{}: {}", found.path, found.message));
    told.chain(left).collect()
}

#[test]
fn what_was_wrong_before_may_stay_but_no_unknown_field_or_other_type() {
    let kind = kind(&spec(json!({"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string"},
        "size": {"type": "integer", "maximum": 5},
        "part": {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}, "b": {"type": "integer"}}},
        "steps": {"type": "array", "items": {"type": "string", "maxLength": 2}},
        "form": {"anyOf": [{"properties": {"x": {"maximum": 1}}}, {"required": ["y"]}], "type": "object",
            "properties": {"x": {"type": "integer"}, "y": {"type": "string"}, "z": {"type": "string"}}},
    }})));
    let none = Vec::<String>::new();
    let old = json!({"name": "a", "size": 9, "part": {"b": 1}, "steps": ["long"], "form": {"x": 3}});
    let with = |field: &str, value: Value| {
        let mut new = old.clone();
        new[field] = value;
        new
    };
    for (same, new) in [
        ("another value", with("name", json!("b"))),
        ("an item at another place", with("steps", json!(["a", "long"]))),
        ("a form that was wrong in a part", with("form", json!({"x": 3, "z": "new"}))),
    ] {
        assert_eq!(told_of_change(&kind, &old, &new, true), none, "{same}");
        assert_ne!(told_of_change(&kind, &old, &new, false), none, "{same}, on an older server");
    }
    for (new, wanted) in [
        (with("size", json!(8)), "spec.size: must be at most 5, but is 8"),
        (with("part", json!({"b": 2})), "spec.part.a: is missing"),
        (with("steps", json!(["other"])), "spec.steps[0]: must have at most 2 characters, but has 5"),
        (with("other", json!(1)), "spec.other: unknown field"),
    ] {
        assert_eq!(told_of_change(&kind, &old, &new, true), [wanted]);
    }
    let typed = json!({"name": 1});
    assert_eq!(told_of_change(&kind, &typed, &typed, true).len(), 1, "apply takes no other type");
    let pruned = json!({"name": "a", "gone": 1});
    assert_eq!(told_of_change(&kind, &pruned, &json!({"name": "b"}), true), none);
}

#[test]
fn rules_of_a_change_are_asked_where_something_changes() {
    let kind = kind(&spec(
        json!({"type": "object", "properties": {"size": {"type": "integer"}, "name": {"type": "string"},
        "part": {"type": "object", "properties": {"n": {"type": "integer"}}, "x-kubernetes-validations": [{"rule": "self.n < 3"}]},
    }, "x-kubernetes-validations": [{"rule": "self.size >= oldSelf.size"}]}),
    ));
    let before = json!({"size": 1, "part": {"n": 5}});
    let left = "spec: it compares with what was there";
    assert_eq!(told_of_change(&kind, &before, &json!({"size": 0, "part": {"n": 5}}), true), [left]);
    assert_eq!(told_of_change(&kind, &before, &before, true), [""; 0]);
    let changed = json!({"size": 1, "part": {"n": 4}});
    assert_eq!(told_of_change(&kind, &before, &changed, true), ["spec.part: doesn't hold: self.n < 3", left]);
    assert_eq!(told_of_change(&kind, &before, &before, false).len(), 2, "on an older server");
}

#[test]
fn what_is_stored_loses_what_the_schema_does_not_have() {
    let kind = kind(&spec(json!({"type": "object", "properties": {
        "part": {"type": "object", "default": {}, "properties": {"a": {"type": "integer", "default": 1}}},
        "list": {"type": "array", "items": {"type": "object", "properties": {"a": {"type": "integer"}}}},
        "map": {"type": "object", "additionalProperties": {"type": "object", "properties": {"a": {"type": "integer"}}}},
        "open": {"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {"in": {"type": "object", "properties": {"a": {"type": "integer"}}}}},
        "pod": {"type": "object", "x-kubernetes-embedded-resource": true, "properties": {"spec": {"type": "object"}}},
    }})));
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}});
    let stored = json!({"apiVersion": "example.com/v1", "kind": "Widget", "metadata": {"name": "w", "managedFields": [{"fieldsV1": {"f:a": {}}}]},
        "gone": 1, "spec": {"x": 1, "list": [{"a": 1, "x": 1}], "map": {"k": {"a": 1, "x": 1}}, "open": {"x": 1, "in": {"a": 1, "x": 1}},
            "pod": {"x": 1, "apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}}}});
    let read = kind.read(&stored);
    assert_eq!(read["metadata"], stored["metadata"]);
    assert_eq!(read.get("gone"), None);
    assert_eq!(
        read["spec"],
        json!({"list": [{"a": 1}], "map": {"k": {"a": 1}}, "open": {"x": 1, "in": {"a": 1}}, "part": {"a": 1}, "pod": pod})
    );
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
