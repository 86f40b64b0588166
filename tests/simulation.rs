//! Custom resources that the server can't be asked about, because the same
//! commit makes or changes their definition or their namespace: refused before
//! anything is written, and shown as the server then makes them.

use trueup::json::{Value, json};

use crate::harness::TestEnvironment;
use crate::harness::manifests::{deployment, service};
use tills::{Shop, fields, schema};

mod tills;

#[test]
fn what_the_definition_in_the_same_commit_refuses_is_refused_before_anything_is_written() {
    let mut shop = Shop::new();
    shop.define(&json!({
        "type": "object",
        "required": ["street"],
        "properties": {
            "street": {"type": "string"},
            "drawers": {"type": "integer", "minimum": 1},
            "color": {"type": "string", "enum": ["Red", "Green"]},
            "code": {"type": "string", "pattern": "^[a-z]+$"},
            "opened": {"type": "string", "format": "date-time"},
            "least": {"type": "integer"},
        },
    }));
    shop.commit("drawers: 0\ncolor: red\ncode: X1\nopened: today\nleast: many\ncolour: Red");

    insta::assert_snapshot!(shop.refused().snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Till/main: spec.street: is missing
     --> deploy/till.yaml:5:1

    error: $NAMESPACE/Till/main: spec.drawers: must be at least 1, but is 0
     --> deploy/till.yaml:6:3

    error: $NAMESPACE/Till/main: spec.color: must be one of "Red", "Green", but is "red"
     --> deploy/till.yaml:7:3

    hint: did you mean "Red"?

    error: $NAMESPACE/Till/main: spec.code: must match ^[a-z]+$, but is "X1"
     --> deploy/till.yaml:8:3

    error: $NAMESPACE/Till/main: spec.opened: must be a time, but is "today"
     --> deploy/till.yaml:9:3

    hint: such as [timestamp]

    error: $NAMESPACE/Till/main: spec.least: must be a whole number, but is a text
     --> deploy/till.yaml:10:3

    error: $NAMESPACE/Till/main: unknown field "spec.colour"
     --> deploy/till.yaml:11:3

    7 errors
    --- exit status 1
    "#);
}

#[test]
fn rules_of_a_new_definition_are_asked_with_its_defaults() {
    let mut shop = Shop::new();
    shop.define(&json!({
        "type": "object",
        "properties": {"least": {"type": "integer", "default": 5}, "most": {"type": "integer"}},
        "x-kubernetes-validations": [
            {"rule": "self.least <= self.most", "message": "least is more than most", "fieldPath": ".most"},
        ],
    }));
    shop.commit("most: 4");
    shop.refused().complains("spec.most: least is more than most").complains("deploy/till.yaml:6:3");

    shop.commit("most: 6");
    shop.comes_true();
}

#[test]
fn the_plan_shows_a_new_kinds_object_with_the_defaults_of_its_definition() {
    let mut shop = Shop::new();
    let port = fields(&json!({"name": {"type": "string"}, "protocol": {"type": "string", "default": "TCP"}}));
    shop.define(&fields(&json!({
        "size": {"type": "integer", "default": 3},
        "street": {"type": "string", "default": "Main"},
        "maybe": {"type": "string", "nullable": true, "default": "x"},
        "ports": {"type": "array", "items": port},
        "byName": {"type": "object", "additionalProperties": fields(&json!({"open": {"type": "boolean", "default": true}}))},
        "deep": {"type": "object", "default": {"a": 1}, "properties": {"a": {"type": "integer"}, "b": {"type": "integer", "default": 2}}},
        "free": {"type": "object", "x-kubernetes-preserve-unknown-fields": true},
    })));
    shop.commit(
        "street: null\nmaybe: null\nports: [{name: a}, {protocol: UDP}]\nbyName: {a: {}, b: {open: false}}\nfree: {any: [1]}",
    );
    let expected = json!({
        "size": 3, "street": "Main", "maybe": null, "ports": [{"name": "a", "protocol": "TCP"}, {"protocol": "UDP"}],
        "byName": {"a": {"open": true}, "b": {"open": false}}, "deep": {"a": 1, "b": 2}, "free": {"any": [1]},
    });
    assert_eq!(shop.predicted()["spec"], expected);
    shop.comes_true();
}

#[test]
fn a_changed_definition_gives_its_defaults_to_what_is_there() {
    let mut shop = Shop::new();
    let number = json!({"type": "integer"});
    shop.define(&fields(
        &json!({"drawers": number, "old": number, "kept": {"type": "integer", "default": 1}}),
    ));
    shop.commit("drawers: 1\nold: 2");
    shop.environment.apply();

    shop.define(&fields(&json!({
        "drawers": number, "street": {"type": "string"}, "kept": {"type": "integer", "default": 9},
        "deep": {"type": "object", "default": {}, "properties": {"size": {"type": "integer", "default": 3}}},
        "steps": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], "items": {
            "type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "on": {"type": "boolean", "default": true}}}},
    })));
    shop.commit("drawers: 2\nstreet: Main\nsteps: [{name: a}]");
    shop.changes_come_true(&[
        ("spec.deep", json!({"size": 3})),
        ("spec.drawers", json!(2)),
        ("spec.old", json!(null)),
        ("spec.steps", json!([{"name": "a", "on": true}])),
        ("spec.street", json!("Main")),
    ]);
}

#[test]
fn a_value_that_the_changed_definition_refuses_is_refused_though_the_live_one_takes_it() {
    let mut shop = Shop::new();
    let street = |most: u32| {
        fields(&json!({"street": {"type": "string", "maxLength": most}, "size": {"type": "integer"}}))
    };
    shop.define(&street(10));
    shop.commit("street: Main\nsize: 1");
    shop.environment.apply();

    shop.define(&street(4));
    shop.commit("street: Broad\nsize: 1");
    shop.refused().complains("spec.street: must have at most 4 characters").complains("deploy/till.yaml:6:3");

    shop.define(&fields(&json!({"size": {"type": "integer"}})));
    shop.commit("street: Main\nsize: 2");
    shop.refused().complains("unknown field \"spec.street\"");
    shop.commit("street: Main\nsize: 1");
    shop.refused().complains("unknown field \"spec.street\"");
}

/// Servers since Kubernetes 1.30 let pass what was wrong before.
#[test]
fn what_was_there_before_the_definition_became_stricter_is_not_refused() {
    let mut shop = Shop::new();
    shop.define(&fields(&json!({"street": {"type": "string"}, "size": {"type": "integer"}})));
    shop.commit("street: Broad\nsize: 1");
    shop.environment.apply();

    shop.define(&json!({"type": "object", "properties": {"street": {"type": "string", "maxLength": 4}, "size": {"type": "integer"}}}));
    shop.commit("street: Broad\nsize: 2");
    shop.changes_come_true(&[("spec.size", json!(2))]);
}

#[test]
fn a_definition_that_changes_only_in_words_leaves_the_plan_exact() {
    let mut shop = Shop::new();
    let described = |words: &str| fields(&json!({"size": {"type": "integer", "description": words}}));
    shop.define(&described("How many"));
    shop.commit("size: 1");
    shop.environment.apply();

    shop.define(&described("How large"));
    shop.commit("size: 2");
    let plan = shop.environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert!(plan["digest"].is_string(), "{plan}");
    shop.environment.apply();
}

#[test]
fn a_version_that_the_definition_does_not_serve_is_told_with_those_that_it_does() {
    let mut shop = Shop::new();
    let version = |name: &str, served: bool, storage: bool| json!({"name": name, "served": served, "storage": storage, "schema": schema(&fields(&json!({"size": {"type": "integer"}})))});
    shop.define_versions(&json!([version("v1", true, true), version("v1beta1", false, false)]));
    shop.commit_at("v1beta1", "size: 1");
    let run = shop.refused().complains("isn't served at version \"v1beta1\"");
    let run = run.complains("deploy/till.yaml:1:1");
    run.complains("its definition in the set serves: v1");

    shop.commit("size: 1");
    shop.environment.apply();
    shop.define_versions(&json!([version("v2", true, false), version("v1", false, true)]));
    shop.commit("size: 1");
    shop.refused()
        .complains("isn't served at version \"v1\"")
        .complains("its definition in the set serves: v2");
}

#[test]
fn a_new_version_gets_the_defaults_of_the_stored_one_too() {
    let mut shop = Shop::new();
    let version = |name: &str, storage: bool, properties: &Value| json!({"name": name, "served": true, "storage": storage, "schema": schema(&fields(properties))});
    let stored =
        json!({"size": {"type": "integer", "default": 3}, "color": {"type": "string", "default": "Red"}});
    let newer = json!({"size": {"type": "integer"}, "color": {"type": "string", "default": "Green"}});
    shop.define_versions(&json!([version("v1", false, &newer), version("v1alpha1", true, &stored)]));
    shop.commit("{}");
    assert_eq!(shop.predicted()["spec"], json!({"size": 3, "color": "Green"}));
    shop.comes_true();
}

#[test]
fn an_object_that_moves_to_a_new_version_is_an_update() {
    let mut shop = Shop::new();
    let version = |name: &str, storage: bool, properties: &Value| json!({"name": name, "served": true, "storage": storage, "schema": schema(&fields(properties))});
    let (size, color) = (json!({"type": "integer"}), json!({"type": "string", "default": "Red"}));
    shop.define_versions(&json!([version("v1", true, &json!({"size": size}))]));
    shop.commit("size: 1");
    shop.environment.apply();

    let both = json!({"size": size, "color": color});
    shop.define_versions(&json!([version("v1", true, &both), version("v2", false, &both)]));
    shop.commit_at("v2", "size: 2");
    shop.changes_come_true(&[("spec.color", json!("Red")), ("spec.size", json!(2))]);
}

#[test]
fn a_kind_that_is_there_is_judged_in_a_namespace_that_the_same_commit_makes() {
    let mut shop = Shop::new();
    shop.define(&fields(
        &json!({"size": {"type": "integer", "maximum": 5, "default": 3}, "street": {"type": "string"}}),
    ));
    let other = shop.environment.unique("other");
    let namespace = format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {other}}}\n");
    shop.commit("street: Main");
    shop.environment.apply();
    shop.environment.write("deploy/namespace.yaml", &namespace);
    let till = |size: u32| {
        format!(
            "apiVersion: {}/v1\nkind: Till\nmetadata: {{name: second, namespace: {other}}}\nspec:\n  size: {size}\n",
            shop.group
        )
    };
    for definition in ["in the set", "in the cluster"] {
        shop.environment.commit_file("deploy/second.yaml", &till(6));
        shop.refused()
            .complains("spec.size: must be at most 5, but is 6")
            .complains("deploy/second.yaml:5:3");
        if definition == "in the set" {
            shop.environment.remove("deploy/definition.json");
        }
    }
}

#[test]
fn what_is_wrong_in_a_namespace_that_the_same_commit_makes_is_told_by_the_plan() {
    let mut environment = TestEnvironment::new();
    let wrong = deployment("web", "web:1").replacen("app: web", "app: shop", 1);
    environment.write("deploy/service.yaml", &service("web", 0));
    environment.commit_file("deploy/web.yaml", &wrong);
    let mut told = Vec::new();
    for command in [&["plan", "prod"][..], &["diff", "prod"], &["apply", "prod", "--yes"]] {
        let run = environment.trueup(command).exits(1);
        assert!(
            environment.cluster_object(&format!("v1/namespaces/{}", environment.namespace)).is_none(),
            "{run}"
        );
        told.push(run);
    }
    assert!(told.iter().all(|run| run.stderr == told[0].stderr));
    insta::assert_snapshot!(told[0].snapshot(), @"
    $ trueup plan prod
    --- stderr
    error: $NAMESPACE/Service/web: spec.ports[0].port: is 0, but must be from 1 to 65535
     --> deploy/service.yaml:10:7

    error: $NAMESPACE/Deployment/web: spec.template.metadata.labels: don't fit spec.selector, which must take the pods of this template
     --> deploy/web.yaml:12:7

    2 errors
    --- exit status 1
    ");

    environment.write("deploy/service.yaml", &service("web", 80));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
}

#[test]
fn a_secret_that_is_wrong_in_such_a_namespace_is_not_shown() {
    let mut environment = TestEnvironment::new();
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: registry}\ntype: kubernetes.io/dockerconfigjson\n\
                  stringData: {.dockerconfigjson: hunter2}\n";
    environment.commit_file("deploy/secret.yaml", secret);
    for command in [&["plan", "prod"][..], &["apply", "prod", "--yes"]] {
        let run = environment
            .trueup(command)
            .exits(1)
            .complains("deploy/secret.yaml")
            .complains("dockerconfigjson");
        run.never_says("hunter2").never_says("aHVudGVyMg");
    }
}

#[test]
fn what_a_webhook_might_put_right_is_a_note() {
    let Some(environment) = TestEnvironment::disruptive() else { return };
    let group = format!("{}.example.com", environment.unique("tills"));
    let mut shop = Shop { environment, group };
    let hook = json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingWebhookConfiguration",
    "metadata": {"name": shop.environment.unique("hook")},
    "webhooks": [{
        "name": "gone.example.com", "sideEffects": "None", "admissionReviewVersions": ["v1"], "timeoutSeconds": 1,
        "failurePolicy": "Ignore",
        "clientConfig": {"url": "https://127.0.0.1:1/mutate"},
        "rules": [{"apiGroups": [shop.group], "apiVersions": ["*"], "operations": ["CREATE"], "resources": ["tills"]}],
    }]});
    let path = "admissionregistration.k8s.io/v1/mutatingwebhookconfigurations";
    shop.environment.create_cluster_object(path, &hook);
    shop.define(&fields(&json!({"size": {"type": "integer", "maximum": 5}})));
    shop.commit("size: 6");
    let plan = shop.environment.trueup(&["plan", "prod"]).success();
    let plan = plan.prints("spec.size: must be at most 5, but is 6");
    plan.prints("the server will refuse it unless");

    shop.commit("seize: 6");
    shop.refused().complains("unknown field \"spec.seize\"");
}
