//! What is let go without being deleted.

use trueup::json::{Value, json};

use crate::harness::manifests::config_map;
use crate::harness::{TestEnvironment, action, verb};

/// The label that makes an object a member of the test's inventory.
const PART_OF: &str = "applyset.kubernetes.io/part-of";

/// A `ConfigMap` with an annotation.
fn annotated(name: &str, annotation: &str, value: &str) -> String {
    let annotations = format!("  name: {name}\n  annotations:\n    {annotation}: {value}\n");
    config_map(name, "a", "1").replace(&format!("  name: {name}\n"), &annotations)
}

/// A shop with this `ConfigMap`, deployed, and then without it, committed.
fn shop_without(name: &str, manifest: &str) -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/other.yaml", &config_map("other", "a", "1"));
    environment.commit_file(&format!("deploy/{name}.yaml"), manifest);
    environment.apply();
    environment.remove(&format!("deploy/{name}.yaml"));
    environment.commit("Remove one");
    environment
}

fn live(environment: &TestEnvironment, name: &str) -> Option<Value> {
    environment.live(&format!("v1/configmaps/{name}"))
}

/// It is there, without the label and with nothing that trueup owns.
#[track_caller]
fn assert_let_go(environment: &TestEnvironment, name: &str) {
    let object = live(environment, name).expect("still there");
    let metadata = &object["metadata"];
    assert_eq!(metadata["labels"][PART_OF], json!(null), "{object}");
    let managers = metadata["managedFields"].as_array().into_iter().flatten();
    assert!(managers.clone().all(|entry| entry["manager"] != "trueup"), "{object}");
}

/// The names of what the last release has on record.
fn recorded(environment: &TestEnvironment) -> Vec<String> {
    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();
    let objects = status["objects"].as_array().expect("objects").clone();
    objects.iter().map(|object| object["object"]["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn an_object_that_says_so_stays_when_it_leaves_git() {
    let environment = shop_without("kept", &annotated("kept", "trueup.dev/on-remove", "keep"));
    let before = live(&environment, "kept").expect("deployed");

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(verb(&plan, "ConfigMap/kept"), "forget");
    assert_eq!(action(&plan, "ConfigMap/kept")["reason"], "it stays: trueup.dev/on-remove: keep");
    let run = environment.apply();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Remove one", Ada Example, [ago], main
      deployed release 1, commit $COMMIT1

      ○ forget  $NAMESPACE/ConfigMap/kept  it stays: trueup.dev/on-remove: keep
          ← $COMMIT2 (deploy/kept.yaml)

    Plan: 1 to let go, 1 unchanged
    digest v1:[digest]
    ([n] requests, [time])
    prod: release 2 is healthy ($COMMIT2 "Remove one", 1 changed, 1 unchanged, [time])
    --- stderr
    let go  $NAMESPACE/ConfigMap/kept
    --- exit status 0
    "#);
    assert_let_go(&environment, "kept");
    let after = live(&environment, "kept").expect("still there");
    assert_eq!((&after["data"], &after["metadata"]["uid"]), (&before["data"], &before["metadata"]["uid"]));
    assert_eq!(recorded(&environment), ["other"]);
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn other_tools_annotations_let_an_object_go_too() {
    let annotations = [
        ("helm", "helm.sh/resource-policy", "keep"),
        ("argo", "argocd.argoproj.io/sync-options", "Prune=false"),
        ("flux", "kustomize.toolkit.fluxcd.io/prune", "disabled"),
        ("cli", "client.lifecycle.config.k8s.io/deletion", "detach"),
    ];
    let mut environment = TestEnvironment::new();
    environment.write("deploy/other.yaml", &config_map("other", "a", "1"));
    for (name, annotation, value) in annotations {
        environment.write(&format!("deploy/{name}.yaml"), &annotated(name, annotation, value));
    }
    environment.commit("Open the shop");
    environment.apply();
    for (name, ..) in annotations {
        environment.remove(&format!("deploy/{name}.yaml"));
    }
    environment.commit("Remove four");

    // More than may be deleted at once: nothing is.
    let run = environment.apply();

    for (name, annotation, value) in annotations {
        assert_let_go(&environment, name);
        assert!(run.stdout.contains(&format!("it stays: {annotation}: {value}")), "{run}");
    }
}

#[test]
fn the_live_objects_annotation_decides() {
    let environment = shop_without("kept", &config_map("kept", "a", "1"));
    environment
        .edit("v1/configmaps/kept", &json!({"metadata": {"annotations": {"trueup.dev/on-remove": "keep"}}}));
    environment.apply();
    assert_let_go(&environment, "kept");

    let environment = shop_without("old", &annotated("old", "trueup.dev/on-remove", "keep"));
    environment
        .edit("v1/configmaps/old", &json!({"metadata": {"annotations": {"trueup.dev/on-remove": null}}}));
    environment.apply();
    assert_eq!(live(&environment, "old"), None);
}

#[test]
fn a_protected_kind_that_is_let_go_needs_no_reason() {
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: db\n  annotations: \
                 {trueup.dev/on-remove: keep}\nspec:\n  accessModes: [ReadWriteOnce]\n  resources: {requests: \
                 {storage: 1Gi}}\n";
    let environment = shop_without("db", claim);

    environment.apply();

    let claim = environment.live_object("v1/persistentvolumeclaims/db");
    assert_eq!(claim["metadata"]["deletionTimestamp"], json!(null));
    assert_eq!(claim["metadata"]["labels"][PART_OF], json!(null));
}

#[test]
fn what_somebody_writes_meanwhile_stays_when_it_is_let_go() {
    let environment = shop_without("kept", &annotated("kept", "trueup.dev/on-remove", "keep"));

    let run = environment.apply_and_before("PATCH", "v1/configmaps/kept", || {
        environment.edit("v1/configmaps/kept", &json!({"data": {"b": "2"}}));
    });

    run.success();
    assert_let_go(&environment, "kept");
    assert_eq!(live(&environment, "kept").expect("there")["data"], json!({"a": "1", "b": "2"}));
}

#[test]
fn what_somebody_deletes_meanwhile_needs_no_letting_go() {
    let environment = shop_without("kept", &annotated("kept", "trueup.dev/on-remove", "keep"));

    let run = environment.apply_and_before("PATCH", "v1/configmaps/kept", || {
        environment.delete("v1/configmaps/kept");
    });

    run.success();
    assert_eq!(recorded(&environment), ["other"]);
}

#[test]
fn no_prune_lets_nothing_go() {
    let environment = shop_without("kept", &annotated("kept", "trueup.dev/on-remove", "keep"));

    environment.trueup(&["apply", "prod", "--yes", "--no-prune"]).success();

    let kept = live(&environment, "kept").expect("there");
    assert!(kept["metadata"]["labels"][PART_OF].is_string(), "{kept}");
    environment.apply();
    assert_let_go(&environment, "kept");
}

#[test]
fn an_object_that_was_let_go_is_adopted_when_it_comes_back() {
    let manifest = annotated("kept", "trueup.dev/on-remove", "keep");
    let mut environment = shop_without("kept", &manifest);
    environment.apply();

    environment.commit_file("deploy/kept.yaml", &manifest.replace("a: \"1\"", "b: \"2\""));
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(verb(&plan, "ConfigMap/kept"), "adopt");
    environment.apply();

    let kept = live(&environment, "kept").expect("there");
    assert!(kept["metadata"]["labels"][PART_OF].is_string(), "{kept}");
}

#[test]
fn an_annotation_that_means_nothing_is_refused() {
    let environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &annotated("a", "trueup.dev/on-remove", "kept"));

    environment
        .trueup(&["plan", "prod"])
        .exits(1)
        .complains("trueup.dev/on-remove is either keep or delete, but not \"kept\"")
        .complains("deploy/a.yaml");
}
