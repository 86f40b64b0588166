//! What is let go without being deleted: by its own annotation, and by `forget`.

use trueup::json::{Value, json};

use crate::harness::manifests::{config_map, deployment};
use crate::harness::{TestEnvironment, action, verb, wait_until};

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

/// A shop whose `ConfigMap` `old` has left Git, but not the cluster yet.
fn shop_with_old() -> TestEnvironment {
    shop_without("old", &config_map("old", "a", "1"))
}

#[test]
fn an_object_is_let_go_by_name() {
    let environment = shop_with_old();

    let run = environment.trueup(&["forget", "prod", "ConfigMap/old", "--yes"]).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup forget prod ConfigMap/old --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/old.yaml", Ada Example, [ago], main
      deployed release 1, the same commit

      ○ forget  $NAMESPACE/ConfigMap/old  it stays, and isn't trueup's any more

    Plan: 1 to let go
    digest v1:[digest]
    ([n] requests, [time])
    prod: release 2 is applied; its health was not waited for
      ($COMMIT1 "Change deploy/old.yaml", 1 changed, 0 unchanged, [time])
    --- stderr
    let go  $NAMESPACE/ConfigMap/old
    --- exit status 0
    "#);
    assert_let_go(&environment, "old");
    let other = live(&environment, "other").expect("there");
    assert!(other["metadata"]["labels"][PART_OF].is_string(), "{other}");
    assert_eq!(recorded(&environment), ["other"]);
}

#[test]
fn what_is_deployed_stays_deployed_when_an_object_is_let_go() {
    let environment = shop_with_old();
    let deployed = |environment: &TestEnvironment| {
        let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();
        (status["deployed"].clone(), status["healthy"].clone())
    };
    let before = deployed(&environment);

    environment.trueup(&["forget", "prod", "ConfigMap/old", "--yes"]).success();

    assert_eq!(deployed(&environment), before);
    let history = environment.trueup(&["history", "prod", "-o", "json"]).success().json();
    assert_eq!(history["targets"][0]["summary"]["forget"], 1, "{history}");
    environment.apply();
    assert_let_go(&environment, "old");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn several_objects_are_let_go_at_once_and_their_kinds_leave_the_inventory() {
    let mut environment = shop_with_old();
    environment.write("deploy/old.yaml", &config_map("old", "a", "1"));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.remove("deploy/old.yaml");
    environment.remove("deploy/web.yaml");
    environment.commit("Remove two");
    let qualified = format!("{}/Deployment.apps/web", environment.namespace);

    environment.trueup(&["forget", "prod", "ConfigMap/old", &qualified, "Deployment/web", "-y"]).success();

    assert_let_go(&environment, "old");
    let web = environment.live_object("apps/v1/deployments/web");
    assert_eq!(web["metadata"]["labels"][PART_OF], json!(null));
    let parent = environment.live_object("v1/configmaps/trueup-shop-prod");
    assert_eq!(parent["metadata"]["annotations"]["applyset.kubernetes.io/contains-group-kinds"], "ConfigMap");
}

#[test]
fn what_is_still_in_git_isnt_let_go() {
    let environment = shop_with_old();
    let before = environment.footprint();

    let run = environment.trueup(&["forget", "prod", "ConfigMap/old", "ConfigMap/other", "--yes"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup forget prod ConfigMap/old ConfigMap/other --yes
    --- stderr
    error: $NAMESPACE/ConfigMap/other is still in the repository: the next apply would take it in again
     --> deploy/other.yaml:1:1

    hint: take it out of the repository first, then let it go
    --- exit status 1
    ");
    assert_eq!(environment.footprint(), before);
}

#[test]
fn only_what_is_ours_is_let_go() {
    let environment = shop_with_old();
    let label = live(&environment, "old").expect("there")["metadata"]["labels"][PART_OF].clone();
    environment.create("v1/configmaps", &json!({"metadata": {"name": "copy", "labels": {PART_OF: label}}}));
    environment.create("v1/configmaps", &json!({"metadata": {"name": "theirs"}}));
    let before = environment.footprint();

    let run = environment
        .trueup(&["forget", "prod", "ConfigMap/copy", "ConfigMap/theirs", "ConfigMap/odl", "--yes"])
        .exits(1);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup forget prod ConfigMap/copy ConfigMap/theirs ConfigMap/odl --yes
    --- stderr
    error: $NAMESPACE/ConfigMap/copy can't be let go: it carries the label, but trueup didn't put it there

    error: ConfigMap/theirs isn't among what trueup deployed to prod

    hint: did you mean "ConfigMap/other"?

    error: ConfigMap/odl isn't among what trueup deployed to prod

    hint: did you mean "ConfigMap/old"?

    3 errors
    --- exit status 1
    "#);
    assert_eq!(environment.footprint(), before);
}

#[test]
fn nothing_is_let_go_unless_somebody_agrees() {
    let environment = shop_with_old();
    let before = environment.footprint();

    environment.trueup(&["forget", "prod", "ConfigMap/old", "--dry-run"]).success().prints("forget");
    environment.trueup(&["forget", "prod", "ConfigMap/old"]).exits(64).complains("use --yes in scripts");

    assert_eq!(environment.footprint(), before);
}

#[test]
fn what_names_no_object_is_a_wrong_command_line() {
    let environment = shop_with_old();
    let before = environment.footprint();

    for wrong in ["old", "a/b/c/d", "ConfigMap/"] {
        environment.trueup(&["forget", "prod", wrong, "--yes"]).exits(64).complains("namespace/Kind/name");
    }
    environment.trueup(&["forget", "prod", "--yes"]).exits(64);

    assert_eq!(environment.footprint(), before);
}

#[test]
fn before_the_first_deployment_there_is_nothing_to_let_go() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "1"));

    environment
        .trueup(&["forget", "prod", "ConfigMap/a", "--yes"])
        .exits(1)
        .complains("nothing was ever deployed to prod");

    assert!(environment.footprint().is_empty());
}

#[test]
fn a_killed_run_is_finished_before_anything_is_let_go() {
    let mut environment = shop_with_old();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    let run = environment.spawn(&["apply", "prod", "--yes", "--no-prune"]);
    wait_until("the deployment is written", || environment.live("apps/v1/deployments/web").is_some());
    run.signal("KILL");
    assert_eq!(run.end().code, None);

    environment
        .trueup(&["forget", "prod", "ConfigMap/old", "--yes"])
        .exits(1)
        .complains("isn't finished")
        .complains("`trueup apply` finishes it");
    environment.trueup(&["apply", "prod", "--yes", "--no-prune", "--no-wait"]).success();
    environment.trueup(&["forget", "prod", "ConfigMap/old", "--yes"]).success();

    assert_let_go(&environment, "old");
}

#[test]
fn without_the_right_to_patch_nothing_is_let_go() {
    let environment = shop_with_old();
    environment.allow(
        "clerk",
        &json!([
            {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "list", "create"]},
            {"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["trueup-shop-prod"], "verbs": ["patch"]},
            {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get", "create", "update"]},
        ]),
    );

    let run = environment.trueup(&["forget", "prod", "ConfigMap/old", "--yes", "--as", "clerk"]).exits(1);

    assert!(
        run.stdout.contains("could not be let go") || run.stderr.contains("could not be let go"),
        "{run}"
    );
    let old = live(&environment, "old").expect("there");
    assert!(old["metadata"]["labels"][PART_OF].is_string(), "{old}");
}
