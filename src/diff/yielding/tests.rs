use super::*;
use crate::json::json;

fn live(entries: &[(&str, &str, Value)], spec: Value) -> Value {
    let entries: Vec<Value> = entries
        .iter()
        .map(|(manager, operation, fields)| {
            json!({"manager": manager, "operation": operation, "apiVersion": "apps/v1",
                "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": fields}})
        })
        .collect();
    json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"managedFields": entries}, "spec": spec})
}

fn left_alone(live: &Value, spec: Value, fields: &str) -> (Value, bool) {
    let mut body = json!({"spec": spec});
    let fields: FieldPattern = fields.parse().expect("a pattern");
    let differed = Ownership::of(live, "trueup").leave_alone(&mut body, &fields, None);
    (body.get("spec").cloned().unwrap_or(Value::Null), differed)
}

fn containers(image: &str) -> Value {
    json!({"containers": [{"name": "web", "image": image}, {"name": "db", "image": "db:1"}]})
}

#[test]
fn what_another_manager_owns_isnt_sent() {
    let live = live(
        &[("trueup", "Apply", json!({"f:paused": {}})), ("keda", "Update", json!({"f:replicas": {}}))],
        json!({"replicas": 7, "paused": true}),
    );
    let (sent, differed) = left_alone(&live, json!({"replicas": 2, "paused": true}), "spec.replicas");
    assert_eq!((sent, differed), (json!({"paused": true}), true));
    let (_, differed) = left_alone(&live, json!({"replicas": 7, "paused": true}), "spec.replicas");
    assert!(!differed);
}

#[test]
fn what_only_we_own_is_sent_as_it_is() {
    let live = live(&[("trueup", "Apply", json!({"f:replicas": {}}))], json!({"replicas": 7}));
    assert_eq!(left_alone(&live, json!({"replicas": 2}), "spec.replicas").0, json!({"replicas": 7}));
    // Also when Git doesn't have it any more: an apply without it would reset it.
    assert_eq!(
        left_alone(&live, json!({"paused": true}), "spec.replicas").0,
        json!({"paused": true, "replicas": 7})
    );
}

#[test]
fn what_we_share_is_left_to_the_other_owner() {
    let fields = json!({"f:replicas": {}});
    let live =
        live(&[("trueup", "Apply", fields.clone()), ("keda", "Update", fields)], json!({"replicas": 7}));
    assert_eq!(
        left_alone(&live, json!({"replicas": 2, "paused": true}), "spec.replicas").0,
        json!({"paused": true})
    );
}

#[test]
fn what_isnt_there_yet_stays_away() {
    let live = live(&[("trueup", "Apply", json!({"f:paused": {}}))], json!({"paused": true}));
    assert_eq!(
        left_alone(&live, json!({"paused": true, "replicas": 2}), "spec.replicas").0,
        json!({"paused": true})
    );
}

#[test]
fn items_of_a_list_are_found_by_their_keys_and_by_patterns() {
    let item = |name: &str| format!("k:{{\"name\":\"{name}\"}}");
    let whole = json!({".": {}, "f:name": {}, "f:image": {}});
    let live = live(
        &[
            (
                "trueup",
                "Apply",
                json!({"f:containers": {item("web"): {".": {}, "f:name": {}}, item("db"): whole}}),
            ),
            ("keel", "Update", json!({"f:containers": {item("web"): {"f:image": {}}}})),
        ],
        containers("web:9"),
    );
    let expected = json!({"containers": [{"name": "web"}, {"name": "db", "image": "db:1"}]});
    for fields in ["spec.containers[name=web].image", "spec.containers[*].image"] {
        assert_eq!(left_alone(&live, containers("web:1"), fields), (expected.clone(), true), "{fields}");
    }
    let (sent, differed) = left_alone(&live, containers("web:1"), "spec.containers[name=db].image");
    assert_eq!((sent, differed), (containers("web:1"), false));
}

#[test]
fn an_item_that_git_took_out_goes_though_a_field_of_it_is_left_alone() {
    let whole = json!({".": {}, "f:name": {}, "f:image": {}});
    let fields =
        json!({"f:containers": {"k:{\"name\":\"web\"}": whole.clone(), "k:{\"name\":\"db\"}": whole}});
    let live = live(&[("trueup", "Apply", fields)], containers("web:9"));
    let wanted = json!({"containers": [{"name": "web", "image": "web:1"}]});
    let (sent, _) = left_alone(&live, wanted, "spec.containers[*].image");
    assert_eq!(sent, json!({"containers": [{"name": "web", "image": "web:9"}]}));
}

#[test]
fn a_map_is_left_alone_key_by_key() {
    let live = live(
        &[
            ("trueup", "Apply", json!({"f:labels": {"f:a": {}, "f:gone": {}}})),
            ("x", "Update", json!({"f:labels": {"f:b": {}}})),
        ],
        json!({"labels": {"a": "live", "b": "live", "gone": "live"}}),
    );
    let (sent, _) =
        left_alone(&live, json!({"labels": {"a": "git", "b": "git", "new": "git"}}), "spec.labels");
    assert_eq!(sent, json!({"labels": {"a": "live", "gone": "live"}}));
}

#[test]
fn a_part_of_an_atomic_value_is_sent_as_it_is() {
    let live =
        live(&[("x", "Update", json!({"f:selector": {}}))], json!({"selector": {"a": "live", "b": "1"}}));
    let (sent, _) = left_alone(&live, json!({"selector": {"a": "git", "b": "2"}}), "spec.selector.a");
    assert_eq!(sent, json!({"selector": {"a": "live", "b": "2"}}));
}

#[test]
fn a_rule_for_managers_is_for_their_fields_only() {
    let live = live(
        &[("keda", "Update", json!({"f:replicas": {}})), ("kubectl", "Update", json!({"f:paused": {}}))],
        json!({"replicas": 7, "paused": false}),
    );
    let mut body = json!({"spec": {"replicas": 2, "paused": true}});
    let ownership = Ownership::of(&live, "trueup");
    for field in ["spec.replicas", "spec.paused"] {
        let field: FieldPattern = field.parse().expect("a pattern");
        ownership.leave_alone(&mut body, &field, Some(&|manager| manager == "keda"));
    }
    assert_eq!(body, json!({"spec": {"paused": true}}));
}

#[test]
fn unreadable_managed_fields_let_nothing_be_left_out() {
    let mut live = live(&[("x", "Update", json!({"f:replicas": {}}))], json!({"replicas": 7}));
    live["metadata"]["managedFields"][0]["fieldsType"] = json!("FieldsV9");
    assert_eq!(left_alone(&live, json!({"replicas": 2}), "spec.replicas").0, json!({"replicas": 7}));
}

#[test]
fn a_conflict_is_another_managers_other_value() {
    let live = live(
        &[
            ("trueup", "Apply", json!({"f:paused": {}})),
            ("kubectl-edit", "Update", json!({"f:replicas": {}, "f:minReadySeconds": {}, "f:extra": {}})),
        ],
        json!({"replicas": 7, "minReadySeconds": 5, "paused": true, "extra": 1}),
    );
    let mut body = json!({"spec": {"replicas": 2, "minReadySeconds": 5, "paused": false}});
    let ownership = Ownership::of(&live, "trueup");
    let conflicts = ownership.conflicts(&body);
    let expected =
        Conflict { manager: "kubectl-edit".into(), field: FieldPath::fields(["spec", "replicas"]) };
    assert_eq!(conflicts, [expected]);
    ownership.give_way(&mut body, &conflicts);
    assert_eq!(body, json!({"spec": {"minReadySeconds": 5, "paused": false}}));
}

#[test]
fn a_map_whose_keys_were_all_taken_from_its_maker_is_no_conflict() {
    let live = live(
        &[
            ("trueup", "Apply", json!({"f:labels": {"f:a": {}}})),
            ("maker", "Update", json!({"f:labels": {}})),
            ("other", "Update", json!({"f:labels": {"f:b": {}}})),
        ],
        json!({"labels": {"a": "1", "b": "1"}}),
    );
    let body = json!({"spec": {"labels": {"a": "2"}}});
    assert_eq!(Ownership::of(&live, "trueup").conflicts(&body), []);
    let (sent, _) = left_alone(&live, json!({"labels": {"a": "2"}}), "spec.labels");
    assert_eq!(sent, json!({"labels": {"a": "1"}}), "what only we own is sent");
}

#[test]
fn what_we_drop_and_others_own_too_stays() {
    let both = json!({"f:replicas": {}, "f:paused": {}});
    let before =
        live(&[("trueup", "Apply", both.clone()), ("x", "Update", json!({"f:replicas": {}}))], json!({}));
    let after = live(
        &[("trueup", "Apply", json!({"f:extra": {}})), ("x", "Update", json!({"f:replicas": {}}))],
        json!({}),
    );
    let dropped = Ownership::of(&before, "trueup").shared_but_dropped(&Ownership::of(&after, "trueup"));
    let expected = TakenFields { manager: "x".into(), fields: vec![FieldPath::fields(["spec", "replicas"])] };
    assert_eq!(dropped, [expected]);
}
