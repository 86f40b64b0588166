//! The traps, each with the shape seen on a real control plane (Kubernetes
//! 1.36).

use super::super::super::normalise;
use super::*;

#[test]
fn trap_1_a_policy_newer_than_live_is_not_seen() {
    // Only a dry-run sees it. What was mutated when it was applied is seen.
    let case = config_map(
        json!({"data": {"a": "1"}}),
        json!({"f:data": {"f:a": {}}}),
        json!({"data": {"a": "mutated"}}),
    );
    assert_eq!(case.prove(), Proof::Differs);
}

#[test]
fn trap_2_writing_defaults_out_changes_who_owns_what() {
    let live = json!({"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}});
    let owned_empty = json!({"f:strategy": {}});
    assert_eq!(deployment(json!({"strategy": {}}), owned_empty.clone(), live.clone()).prove(), UNCHANGED);
    let written_out = deployment(live.clone(), owned_empty.clone(), live.clone());
    assert!(is_unknown(written_out.prove()));
    let owned_full = json!({"f:strategy": {"f:type": {}, "f:rollingUpdate": {"f:maxSurge": {}}}});
    assert_eq!(deployment(live.clone(), owned_full.clone(), live.clone()).prove(), UNCHANGED);
    assert_eq!(deployment(json!({"strategy": {}}), owned_full, live.clone()).prove(), Proof::Differs);
}

#[test]
fn trap_3_a_zero_that_is_not_live_is_a_change_but_for_known_fields() {
    let immutable = config_map(json!({"immutable": false}), json!({"f:immutable": {}}), json!({}));
    assert!(is_unknown(immutable.prove()));
    let env = |value: &str, live: Value| {
        container(
            json!({"name": "web", "env": [{"name": "A", "value": value}]}),
            json!({".": {}, "f:name": {}, "f:env": {"k:{\"name\":\"A\"}": {".": {}, "f:name": {}, "f:value": {}}}}),
            json!({"name": "web", "env": [live]}),
        )
    };
    assert_eq!(env("", json!({"name": "A"})).prove(), UNCHANGED);
    assert!(is_unknown(env("x", json!({"name": "A"})).prove()));
    assert_eq!(env("", json!({"name": "A", "value": "x"})).prove(), Proof::Differs);
    let theirs = json!({"f:spec": {"f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {
        "f:env": {"k:{\"name\":\"A\"}": {".": {}, "f:name": {}, "f:value": {}}}
    }}}}}});
    assert!(is_unknown(env("", json!({"name": "A"})).shared_with("b", "Apply", &theirs).prove()));
}

#[test]
fn trap_4_an_empty_map_that_is_not_live_is_unknown() {
    let case = container(
        json!({"name": "web", "env": [{"name": "A", "valueFrom": {}}]}),
        json!({".": {}, "f:name": {}, "f:env": {"k:{\"name\":\"A\"}": {".": {}, "f:name": {}, "f:valueFrom": {}}}}),
        json!({"name": "web", "env": [{"name": "A"}]}),
    );
    assert!(is_unknown(case.prove()));
}

#[test]
fn trap_5_an_empty_list_that_the_server_leaves_out_changes_nothing() {
    // A dry-run differs in its generation only: see `is_noop`.
    let spec = |value: Value| json!({"spec": value});
    let case = Case::new(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        spec(json!({"podSelector": {}, "ingress": []})),
        &json!({"f:spec": {"f:podSelector": {}, "f:ingress": {}}}),
        spec(json!({"podSelector": {}, "policyTypes": ["Ingress"]})),
    );
    assert_eq!(case.prove(), UNCHANGED);
    let theirs = json!({"f:spec": {"f:ingress": {}}});
    assert!(is_unknown(case.shared_with("b", "Apply", &theirs).prove()));
}

#[test]
fn an_empty_list_that_the_server_answers_with_null_changes_nothing() {
    let role = |live: Value| {
        Case::new("rbac.authorization.k8s.io/v1", "Role", json!({"rules": []}), &json!({"f:rules": {}}), live)
    };
    assert_eq!(role(json!({"rules": null})).prove(), UNCHANGED);
    assert_eq!(role(json!({"rules": []})).prove(), UNCHANGED);
    assert_eq!(role(json!({"rules": [{"verbs": ["get"]}]})).prove(), Proof::Differs);
}

#[test]
fn trap_6_an_equivalent_value_that_somebody_else_owns_is_unknown() {
    let limits = |cpu: &str| json!({"name": "web", "resources": {"limits": {"cpu": cpu}}});
    let mine = json!({".": {}, "f:name": {}, "f:resources": {"f:limits": {"f:cpu": {}}}});
    let at = |fields: Value| json!({"f:spec": {"f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": fields}}}}});
    let case = |sent: &str| container(limits(sent), mine.clone(), limits("1"));
    assert_eq!(case("1000m").prove(), UNCHANGED);
    assert_eq!(case("1001m").prove(), Proof::Differs);
    let same = at(json!({"f:resources": {"f:limits": {"f:cpu": {}}}}));
    let above = at(json!({"f:resources": {}}));
    let beside = at(json!({"f:resources": {"f:limits": {"f:memory": {}}}}));
    assert!(is_unknown(case("1000m").shared_with("b", "Apply", &same).prove()));
    assert!(is_unknown(case("1000m").shared_with("b", "Update", &above).prove()));
    assert_eq!(case("1000m").shared_with("b", "Update", &beside).prove(), UNCHANGED);
    assert_eq!(case("1").shared_with("b", "Apply", &same).prove(), UNCHANGED);
}

#[test]
fn trap_6_a_default_missing_in_an_atomic_value_that_somebody_else_owns_is_unknown() {
    let item = |reference: Value| json!({"name": "web", "env": [{"name": "A", "valueFrom": {"fieldRef": reference}}]});
    let env = json!({"k:{\"name\":\"A\"}": {".": {}, "f:name": {}, "f:valueFrom": {"f:fieldRef": {}}}});
    let mine = json!({".": {}, "f:name": {}, "f:env": env});
    let sent = json!({"fieldPath": "metadata.name"});
    let live = json!({"apiVersion": "v1", "fieldPath": "metadata.name"});
    let case = || container(item(sent.clone()), mine.clone(), item(live.clone()));
    assert_eq!(case().prove(), UNCHANGED);
    let theirs = json!({"f:spec": {"f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": {"f:env": env}}}}}});
    assert!(is_unknown(case().shared_with("b", "Apply", &theirs).prove()));
    let other = json!({"apiVersion": "v2", "fieldPath": "metadata.name"});
    assert_eq!(container(item(sent.clone()), mine.clone(), item(other)).prove(), Proof::Differs);
    assert_eq!(container(item(live.clone()), mine.clone(), item(sent.clone())).prove(), Proof::Differs);
}

#[test]
fn trap_7_a_status_that_was_sent_is_not_ours() {
    let mut desired = json!({"status": {}, "automountServiceAccountToken": false});
    let case = |desired: Value| {
        let live = json!({"automountServiceAccountToken": false});
        Case::new("v1", "ServiceAccount", desired, &json!({"f:automountServiceAccountToken": {}}), live)
    };
    assert_eq!(case(desired.clone()).prove(), Proof::Differs);
    normalise(&mut desired, true);
    assert_eq!(case(desired).prove(), UNCHANGED);
    let template = |value: Value| json!({"template": {"metadata": {"creationTimestamp": value}}});
    let mine = json!({"f:template": {"f:metadata": {"f:creationTimestamp": {}}}});
    assert!(is_unknown(
        deployment(template(json!(null)), mine, json!({"template": {"metadata": {}}})).prove()
    ));
}

#[test]
fn trap_8_nulls_are_owned() {
    let mine = json!({"f:replicas": {}});
    let null = deployment(json!({"replicas": null}), mine.clone(), json!({"replicas": 1}));
    assert_eq!(null.prove(), Proof::Differs);
    assert!(is_unknown(deployment(json!({"replicas": null}), mine, json!({})).prove()));
    let data =
        config_map(json!({"data": {"n": null}}), json!({"f:data": {"f:n": {}}}), json!({"data": {"n": ""}}));
    assert_eq!(data.prove(), Proof::Differs);
    let note = |nullable: bool| {
        custom_schemas(
            &json!({"type": "object", "properties": {"note": {"type": "string", "nullable": nullable}}}),
        )
    };
    let custom = |live: Value| thing(&json!({"note": null}), &json!({"f:note": {}}), &json!({"note": live}));
    assert_eq!(custom(json!(null)).prove_by(&note(true)), UNCHANGED);
    assert_eq!(custom(json!("")).prove_by(&note(true)), Proof::Differs);
    // The server would drop it, had it to write the object.
    assert!(is_unknown(custom(json!(null)).prove_by(&note(false))));
}

#[test]
fn trap_9_string_data_is_owned_apart_from_data() {
    let case = |desired: Value, mine: Value| {
        Case::new("v1", "Secret", desired, &mine, json!({"data": {"x": "eQ=="}}))
    };
    let mut desired = json!({"apiVersion": "v1", "kind": "Secret", "stringData": {"x": "y"}});
    let converted_by_the_server = json!({"f:stringData": {"f:x": {}}});
    let converted_by_us = json!({"f:data": {"f:x": {}}});
    assert!(is_unknown(case(desired.clone(), converted_by_the_server.clone()).prove()));
    normalise(&mut desired, true);
    assert_eq!(case(desired.clone(), converted_by_the_server).prove(), Proof::Differs);
    assert_eq!(case(desired, converted_by_us).prove(), UNCHANGED);
}

#[test]
fn trap_10_a_defaulted_key_is_not_among_the_fields() {
    let ports = |items: Value| json!({"name": "web", "ports": items});
    let mine = |items: Value| json!({".": {}, "f:name": {}, "f:ports": items});
    let tcp = json!({"k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}}});
    let live = json!([{"containerPort": 80, "protocol": "TCP"}]);
    let case = |desired: Value, owned: &Value, live: &Value| {
        container(ports(desired), mine(owned.clone()), ports(live.clone()))
    };
    assert_eq!(case(json!([{"containerPort": 80}]), &tcp, &live).prove(), UNCHANGED);
    // Written out, it would be owned.
    assert_eq!(case(json!([{"containerPort": 80, "protocol": "TCP"}]), &tcp, &live).prove(), Proof::Differs);
    assert_eq!(case(json!([{"containerPort": 80, "protocol": "UDP"}]), &tcp, &live).prove(), Proof::Differs);
    let both = json!({
        "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}},
        "k:{\"containerPort\":80,\"protocol\":\"UDP\"}": {".": {}, "f:containerPort": {}, "f:protocol": {}}
    });
    let desired = json!([{"containerPort": 80}, {"containerPort": 80, "protocol": "UDP"}]);
    let live = json!([{"containerPort": 80, "protocol": "TCP"}, {"containerPort": 80, "protocol": "UDP"}]);
    assert_eq!(case(desired, &both, &live).prove(), UNCHANGED);
}

#[test]
fn trap_10_pull_secrets_are_one_leaf_in_an_account_and_atomic_items_in_a_pod() {
    let secrets = json!({"imagePullSecrets": [{"name": "a"}]});
    let account = |mine: Value| {
        Case::new(
            "v1",
            "ServiceAccount",
            secrets.clone(),
            &json!({"f:imagePullSecrets": mine}),
            secrets.clone(),
        )
    };
    assert_eq!(account(json!({})).prove(), UNCHANGED);
    assert!(is_unknown(account(json!({"k:{\"name\":\"a\"}": {}})).prove()));
    let template = json!({"template": {"spec": secrets}});
    let pod = |mine: Value| {
        deployment(
            template.clone(),
            json!({"f:template": {"f:spec": {"f:imagePullSecrets": mine}}}),
            template.clone(),
        )
    };
    assert_eq!(pod(json!({"k:{\"name\":\"a\"}": {}})).prove(), UNCHANGED);
    assert_eq!(pod(json!({})).prove(), Proof::Differs);
    assert!(is_unknown(pod(json!({"k:{\"name\":\"a\"}": {".": {}, "f:name": {}}})).prove()));
}

#[test]
fn trap_10_sets_hold_values_and_lists_are_not_owned_apart() {
    let finalizers = |values: Value| json!({"metadata": {"finalizers": values}});
    let case = |desired: Value, mine: Value, live: Value| {
        config_map(finalizers(desired), json!({"f:metadata": {"f:finalizers": mine}}), finalizers(live))
    };
    let both = json!({"v:\"x/a\"": {}, "v:\"x/b\"": {}});
    assert_eq!(case(json!(["x/a", "x/b"]), both.clone(), json!(["x/a", "y/c", "x/b"])).prove(), UNCHANGED);
    assert!(is_unknown(case(json!(["x/b", "x/a"]), both.clone(), json!(["x/a", "x/b"])).prove()));
    assert_ne!(case(json!(["x/a", "x/a"]), both.clone(), json!(["x/a", "x/b"])).prove(), UNCHANGED);
    assert_eq!(case(json!(["x/a"]), both.clone(), json!(["x/a", "x/b"])).prove(), Proof::Differs);
    assert!(is_unknown(case(json!(["x/a", "x/b"]), both, json!(["x/a", "x/b", "x/a"])).prove()));
    // As an Update entry has it.
    let apart = json!({".": {}, "v:\"x/a\"": {}});
    assert_eq!(case(json!(["x/a"]), apart, json!(["x/a"])).prove(), Proof::Differs);
}

#[test]
fn trap_10_the_keys_of_a_map_of_objects_are_owned_apart() {
    let schemas = custom_schemas(&json!({
        "type": "object", "properties": {"map": {"type": "object", "additionalProperties": {
            "type": "object", "properties": {"v": {"type": "integer"}}
        }}}
    }));
    let spec = json!({"map": {"k1": {"v": 1}}});
    let prove_owned = |mine: Value| {
        let case = thing(&spec, &json!({"f:map": mine}), &spec);
        case.prove_by(&schemas)
    };
    assert_eq!(prove_owned(json!({"f:k1": {".": {}, "f:v": {}}})), UNCHANGED);
    assert_eq!(prove_owned(json!({"f:k1": {"f:v": {}}})), Proof::Differs);
}

#[test]
fn trap_11_duplicates_in_a_live_list_are_unknown() {
    let env = |items: Value| json!({"name": "web", "env": items});
    let mine = |below: Value| json!({".": {}, "f:name": {}, "f:env": {"k:{\"name\":\"A\"}": below}});
    let item = json!({"name": "A", "value": "1"});
    let owned = json!({".": {}, "f:name": {}, "f:value": {}});
    let case = |mine: Value, live: Value| container(env(json!([item])), mine, env(live));
    assert_eq!(case(mine(owned.clone()), json!([item])).prove(), UNCHANGED);
    assert!(is_unknown(case(mine(owned), json!([item, item])).prove()));
    assert_ne!(case(mine(json!({})), json!([item, item])).prove(), UNCHANGED);
    let twice = container(env(json!([item, item])), mine(json!({})), env(json!([item, item])));
    assert_ne!(twice.prove(), UNCHANGED);
}

#[test]
fn trap_12_an_object_with_nothing_but_a_name_has_no_entry() {
    let mut case = config_map(json!({}), json!({}), json!({}));
    case.entries().clear();
    assert_eq!(case.prove(), Proof::Differs);
}

#[test]
fn trap_13_our_name_with_another_operation_or_subresource_is_another_owner() {
    let limits = |cpu: &str| json!({"name": "web", "resources": {"limits": {"cpu": cpu}}});
    let owned = json!({".": {}, "f:name": {}, "f:resources": {"f:limits": {"f:cpu": {}}}});
    let spec =
        json!({"f:spec": {"f:template": {"f:spec": {"f:containers": {"k:{\"name\":\"web\"}": owned}}}}});
    let case = || container(limits("1000m"), owned.clone(), limits("1"));
    assert_eq!(case().prove(), UNCHANGED);
    assert!(is_unknown(case().shared_with("trueup", "Update", &spec).prove()));
    let mut subresource = case().shared_with("trueup", "Apply", &spec);
    subresource.entries()[1]["subresource"] = json!("scale");
    assert!(is_unknown(subresource.prove()));
    let mut update_only = case();
    update_only.entries()[0]["operation"] = json!("Update");
    assert_eq!(update_only.prove(), Proof::Differs);
    assert!(is_unknown(case().shared_with("trueup", "Apply", &spec).prove()));
}

/// As `kubectl scale` of a custom resource and an edit leave it, under one name.
#[test]
fn entries_that_are_one_to_the_server_are_unknown() {
    let data = json!({"data": {"a": "1"}});
    let case = || config_map(data.clone(), json!({"f:data": {"f:a": {}}}), data.clone());
    let (b, c) = (json!({"f:data": {"f:b": {}}}), json!({"f:data": {"f:c": {}}}));
    assert_eq!(case().shared_with("x", "Update", &b).shared_with("x", "Apply", &c).prove(), UNCHANGED);
    assert_eq!(case().shared_with("x", "Update", &b).shared_with("y", "Update", &c).prove(), UNCHANGED);
    assert!(is_unknown(case().shared_with("x", "Update", &b).shared_with("x", "Update", &c).prove()));
    assert!(is_unknown(case().shared_with("x", "Update", &json!({})).prove()));
    let mut apart = case().shared_with("x", "Update", &b).shared_with("x", "Update", &c);
    apart.entries()[2]["subresource"] = json!("status");
    assert_eq!(apart.prove(), UNCHANGED);
}

#[test]
fn trap_14_what_the_server_would_refuse_today_is_not_seen() {
    // Live has it, so it was valid once: only a dry-run tells that it isn't any more.
    let data = json!({"data": {"not a valid key!": "1"}});
    assert_eq!(
        config_map(data.clone(), json!({"f:data": {"f:not a valid key!": {}}}), data).prove(),
        UNCHANGED
    );
}
