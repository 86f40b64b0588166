//! What comes before what, because manifests say so.

use trueup::json::json;

use crate::harness::manifests::{config_map, deployment, service};
use crate::harness::{TestEnvironment, action, changing};

/// The manifest with an annotation.
fn annotated(manifest: &str, name: &str, value: &str) -> String {
    manifest.replacen("metadata:\n", &format!("metadata:\n  annotations:\n    {name}: \"{value}\"\n"), 1)
}

fn in_wave(manifest: &str, wave: i32) -> String {
    annotated(manifest, "trueup.dev/wave", &wave.to_string())
}

fn depending_on(manifest: &str, others: &str) -> String {
    annotated(manifest, "trueup.dev/depends-on", others)
}

/// A `ConfigMap` of this name.
fn settings(name: &str) -> String {
    config_map(name, "level", "info")
}

#[test]
fn a_wave_begins_when_the_one_before_is_ready() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &in_wave(&settings("late"), 2));
    environment.commit_file("deploy/z.yaml", &in_wave(&deployment("db", "db:1"), -1));

    let run = environment.apply_and_before("PATCH", "v1/configmaps/late", || {
        assert_eq!(environment.live_object("apps/v1/deployments/db")["status"]["readyReplicas"], 1);
    });

    run.success();
    assert!(environment.live("v1/configmaps/late").is_some());
}

#[test]
fn the_plan_says_waves_and_what_must_be_ready() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &in_wave(&settings("late"), 2));
    environment.write("deploy/b.yaml", &depending_on(&settings("user"), "apps/Deployment/db"));
    environment.commit_file("deploy/z.yaml", &deployment("db", "db:1"));

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();

    let namespace = format!("Namespace/{}", environment.namespace);
    assert_eq!(changing(&plan), [&namespace, "Deployment/db", "ConfigMap/user", "ConfigMap/late"]);
    let db = json!([{"group": "apps", "version": "v1", "kind": "Deployment", "namespace": environment.namespace,
        "name": "db"}]);
    let user = action(&plan, "ConfigMap/user");
    assert_eq!((&user["after"], &user["afterReady"], &user["declaredWave"]), (&db, &db, &json!(0)));
    let late = action(&plan, "ConfigMap/late");
    assert_eq!((&late["after"], &late["wave"], &late["declaredWave"]), (&json!([]), &json!(2), &json!(2)));
}

#[test]
fn the_plan_shows_waves_and_what_is_waited_for() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/a.yaml", &in_wave(&settings("late"), 2));
    environment.write("deploy/b.yaml", &depending_on(&settings("user"), "apps/Deployment/db"));
    environment.commit_file("deploy/z.yaml", &deployment("db", "db:1"));

    let run = environment.trueup(&["plan", "prod"]).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup plan prod
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/z.yaml", Ada Example, [ago], main

      + create  $NAMESPACE/Deployment/db  deploy/z.yaml:1  wave 0
      + create  $NAMESPACE/ConfigMap/user  deploy/b.yaml:1  wave 0
          after $NAMESPACE/Deployment/db is ready
      + create  $NAMESPACE/ConfigMap/late  deploy/a.yaml:1  wave 2

    Plan: 3 to create
    digest v1:[digest]
    ([n] requests, [time])
    --- exit status 0
    "#);
}

#[test]
fn what_depends_on_an_object_waits_until_it_is_ready() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &depending_on(&settings("user"), "apps/Deployment/db"));
    environment.commit_file("deploy/z.yaml", &deployment("db", "db:1"));

    let run = environment.apply_and_before("PATCH", "v1/configmaps/user", || {
        assert_eq!(environment.live_object("apps/v1/deployments/db")["status"]["readyReplicas"], 1);
    });

    run.success();
}

#[test]
fn what_depends_on_an_object_that_fails_is_skipped() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/a.yaml", &depending_on(&settings("user"), "apps/Deployment/db"));
    environment.write("deploy/b.yaml", &depending_on(&settings("users-user"), "ConfigMap/user"));
    environment.write("deploy/c.yaml", &settings("independent"));
    environment.commit_file("deploy/z.yaml", &deployment("db", "db:missing"));

    let run = environment.trueup(&["apply", "prod", "--yes", "--no-wait", "-o", "json"]).exits(6);

    let outcome = run.target();
    assert_eq!(outcome["result"], "partial");
    let results = ["Deployment/db", "ConfigMap/user", "ConfigMap/users-user", "ConfigMap/independent"]
        .map(|object| action(&outcome, object)["result"].clone());
    assert_eq!(json!(results), json!(["done", "skipped", "skipped", "done"]));
    let why = action(&outcome, "ConfigMap/user")["reason"].clone();
    assert!(why.as_str().is_some_and(|why| why.contains("Deployment/db isn't ready: ")), "{why}");
    assert_eq!(outcome["failure"]["object"]["name"], "db");
    assert!(environment.live("v1/configmaps/user").is_none());
    assert!(environment.live("v1/configmaps/independent").is_some());
}

#[test]
fn no_wave_follows_one_that_fails() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/a.yaml", &in_wave(&settings("late"), 1));
    environment.write("deploy/b.yaml", &in_wave(&settings("latest"), 2));
    environment.commit_file("deploy/z.yaml", &deployment("db", "db:missing"));

    let outcome = environment.trueup(&["apply", "prod", "--yes", "-o", "json"]).exits(6).target();

    let results =
        ["ConfigMap/late", "ConfigMap/latest"].map(|object| action(&outcome, object)["result"].clone());
    assert_eq!(results, ["skipped", "skipped"]);
    assert!(environment.live("v1/configmaps/late").is_none());
}

#[test]
fn what_stays_as_it_is_is_waited_for_too() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.commit_file("deploy/z.yaml", &deployment("db", "db:missing"));
    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();
    environment.commit_file("deploy/a.yaml", &depending_on(&settings("user"), "apps/Deployment/db"));

    let outcome =
        environment.trueup(&["apply", "prod", "--yes", "--no-wait", "-o", "json"]).exits(1).target();

    assert_eq!(action(&outcome, "ConfigMap/user")["result"], "skipped");
    assert!(environment.live("v1/configmaps/user").is_none());
}

#[test]
fn what_others_deploy_can_be_depended_on() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.create("v1/configmaps", &json!({"metadata": {"name": "theirs"}}));
    environment.commit_file("deploy/a.yaml", &depending_on(&settings("user"), "ConfigMap/theirs"));

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(action(&plan, "ConfigMap/user")["afterReady"][0]["name"], "theirs");
    environment.apply();

    assert!(environment.live("v1/configmaps/user").is_some());
}

#[test]
fn what_others_deploy_must_be_there() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let others = "ConfigMap/theirs, apps/Deploymnt/db, Namespace/shop/x";
    environment.commit_file("deploy/a.yaml", &depending_on(&settings("user"), others));

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/ConfigMap/user: trueup.dev/depends-on names Deploymnt/db, which isn't there
     --> deploy/a.yaml:1:1
    caused by: the cluster has no kind Deploymnt.apps

    hint: correct the name, or deploy it first

    error: $NAMESPACE/ConfigMap/user: trueup.dev/depends-on names shop/Namespace/x, which isn't there
     --> deploy/a.yaml:1:1
    caused by: Namespace doesn't live in a namespace, but one is named

    hint: correct the name, or deploy it first

    error: $NAMESPACE/ConfigMap/user: trueup.dev/depends-on names $NAMESPACE/ConfigMap/theirs, which isn't there
     --> deploy/a.yaml:1:1
    caused by: it is neither among the objects of this environment nor in the cluster

    hint: correct the name, or deploy it first

    3 errors
    --- exit status 1
    ");
    assert_eq!(environment.footprint(), [] as [String; 0]);
}

#[test]
fn what_leaves_cant_be_depended_on() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/z.yaml", &settings("old"));
    environment.apply();
    environment.remove("deploy/z.yaml");
    environment.commit_file("deploy/a.yaml", &depending_on(&settings("user"), "ConfigMap/old"));

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(1);
    run.complains("this very plan deletes it");
    assert!(environment.live("v1/configmaps/user").is_none());

    environment.trueup(&["apply", "prod", "--yes", "--no-prune"]).success();
}

#[test]
fn the_annotations_of_other_tools_are_kept() {
    let mut environment = TestEnvironment::new();
    let argo = "argocd.argoproj.io/sync-wave";
    environment.write("deploy/a.yaml", &annotated(&settings("a"), argo, "3"));
    environment.write("deploy/b.yaml", &annotated(&settings("b"), argo, "-3"));
    let kpt = format!("/namespaces/{}/ConfigMap/d", environment.namespace);
    environment.write("deploy/c.yaml", &annotated(&settings("c"), "config.kubernetes.io/depends-on", &kpt));
    let rule = annotated(&settings("d"), "kapp.k14s.io/change-rule", "upsert after upserting shop/last");
    environment.write("deploy/d.yaml", &rule);
    environment
        .commit_file("deploy/e.yaml", &annotated(&settings("e"), "kapp.k14s.io/change-group", "shop/last"));

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();

    let namespace = format!("Namespace/{}", environment.namespace);
    let expected = [&namespace, "ConfigMap/b", "ConfigMap/e", "ConfigMap/d", "ConfigMap/c", "ConfigMap/a"];
    assert_eq!(changing(&plan), expected);
    assert_eq!(plan["notes"], json!([]));
    environment.apply();
}

#[test]
fn what_other_tools_annotations_ask_for_and_isnt_kept_is_told() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/a.yaml", &annotated(&settings("a"), "argocd.argoproj.io/sync-wave", "early"));
    environment.commit_file(
        "deploy/b.yaml",
        &annotated(
            &settings("b"),
            "config.kubernetes.io/depends-on",
            "/namespaces/shop-elsewhere/ConfigMap/x",
        ),
    );

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();

    let namespace = &environment.namespace;
    let notes = json!([
        format!(
            "{namespace}/ConfigMap/a: argocd.argoproj.io/sync-wave isn't kept: \"early\" is no whole number"
        ),
        format!(
            "{namespace}/ConfigMap/b: config.kubernetes.io/depends-on isn't kept, because \
             shop-elsewhere/ConfigMap/x isn't there: it is neither among the objects of this environment nor in \
             the cluster"
        ),
    ]);
    assert_eq!(plan["notes"], notes);
    environment.apply();
}

#[test]
fn objects_that_wait_for_each_other_are_named_with_their_places() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/a.yaml", &depending_on(&settings("a"), "ConfigMap/b"));
    environment.write("deploy/b.yaml", &depending_on(&settings("b"), "ConfigMap/c"));
    environment.commit_file("deploy/c.yaml", &depending_on(&settings("c"), "ConfigMap/a"));

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: these objects wait for each other
    caused by: $NAMESPACE/ConfigMap/a (deploy/a.yaml:1:1) depends on $NAMESPACE/ConfigMap/b
    caused by: $NAMESPACE/ConfigMap/b (deploy/b.yaml:1:1) depends on $NAMESPACE/ConfigMap/c
    caused by: $NAMESPACE/ConfigMap/c (deploy/c.yaml:1:1) depends on $NAMESPACE/ConfigMap/a

    hint: take one of the annotations out
    --- exit status 1
    ");
    assert_eq!(environment.footprint(), [] as [String; 0]);
}

#[test]
fn an_object_cant_depend_on_a_later_wave() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &depending_on(&settings("a"), "ConfigMap/b"));
    environment.commit_file("deploy/b.yaml", &in_wave(&settings("b"), 1));

    let run = environment.trueup(&["plan", "prod"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup plan prod
    --- stderr
    error: these objects wait for each other
    caused by: $NAMESPACE/ConfigMap/a (deploy/a.yaml:1:1) depends on $NAMESPACE/ConfigMap/b
    caused by: $NAMESPACE/ConfigMap/b (deploy/b.yaml:1:1) is in wave 1, and $NAMESPACE/ConfigMap/a in wave 0

    hint: take one of the annotations out
    --- exit status 1
    ");
}

#[test]
fn waves_and_dependencies_that_cant_be_read_are_errors() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &annotated(&settings("a"), "trueup.dev/wave", "first"));
    environment.write("deploy/b.yaml", &depending_on(&settings("b"), "db, deployment/db"));
    environment.commit_file("deploy/c.yaml", &depending_on(&settings("c"), ""));

    let run = environment.trueup(&["plan", "prod"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup plan prod
    --- stderr
    error: $NAMESPACE/ConfigMap/a: trueup.dev/wave is a whole number in quotes, but not "first"
     --> deploy/a.yaml:1:1

    error: $NAMESPACE/ConfigMap/b: trueup.dev/depends-on: "db" names no object: it takes group, kind, namespace and name (apps/Deployment/shop/db)
     --> deploy/b.yaml:1:1

    error: $NAMESPACE/ConfigMap/b: trueup.dev/depends-on: "deployment/db" names no object: it takes group, kind, namespace and name (apps/Deployment/shop/db)
     --> deploy/b.yaml:1:1

    error: $NAMESPACE/ConfigMap/c: trueup.dev/depends-on: no object is named
     --> deploy/c.yaml:1:1

    hint: objects with commas between them, such as apps/Deployment/shop/db

    4 errors
    --- exit status 1
    "#);
}

#[test]
fn a_namespace_is_as_early_as_its_content() {
    let mut environment = TestEnvironment::new();
    let namespace = environment.unique("jobs");
    let early = settings("early").replacen("  name", &format!("  namespace: {namespace}\n  name"), 1);
    environment.write("deploy/a.yaml", &in_wave(&early, -1));
    environment.commit_file(
        "deploy/n.yaml",
        &format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {namespace}\n"),
    );

    environment.apply();

    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn a_webhook_is_configured_when_the_pods_behind_it_are_ready() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let name = environment.unique("hook");
    let webhook = format!(
        "apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingWebhookConfiguration
metadata:
  name: {name}
webhooks:
  - name: hook.example.com
    admissionReviewVersions: [v1]
    sideEffects: None
    clientConfig:
      service:
        namespace: {}
        name: hook
    rules:
      - apiGroups: [{name}.example.com]
        apiVersions: [v1]
        operations: [CREATE]
        resources: [tills]
",
        environment.namespace
    );
    environment.write("deploy/a.yaml", &webhook);
    environment.write("deploy/b.yaml", &service("hook", 443));
    environment.commit_file("deploy/c.yaml", &deployment("hook", "hook:missing"));
    let path = format!("admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{name}");

    let outcome = environment.trueup(&["apply", "prod", "--yes", "-o", "json"]).exits(6).target();
    assert_eq!(action(&outcome, &format!("ValidatingWebhookConfiguration/{name}"))["result"], "skipped");
    assert!(environment.cluster_object(&path).is_none());

    environment.commit_file("deploy/c.yaml", &deployment("hook", "hook:1"));
    environment.apply();
    assert!(environment.cluster_object(&path).is_some());
}

#[test]
fn what_leaves_goes_in_the_reverse_order() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &in_wave(&settings("late"), 1));
    environment.write("deploy/b.yaml", &in_wave(&deployment("db", "db:1"), 0));
    environment.write("deploy/c.yaml", &depending_on(&settings("user"), "apps/Deployment/db"));
    environment.commit_file("deploy/keep.yaml", &settings("keep"));
    environment.apply();
    for file in ["a", "b", "c"] {
        environment.remove(&format!("deploy/{file}.yaml"));
    }
    environment.commit("Close the shop");

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(changing(&plan), ["ConfigMap/late", "ConfigMap/user", "Deployment/db"]);
    assert_eq!(action(&plan, "Deployment/db")["after"][0]["name"], "user");
    let run = environment.apply_and_before("DELETE", "apps/v1/deployments/db", || {
        assert!(environment.live("v1/configmaps/user").is_none());
        assert!(environment.live("v1/configmaps/late").is_none());
    });

    run.success();
    assert!(environment.live("apps/v1/deployments/db").is_none());
}
