//! A whole target is deleted, and nothing else.

use trueup::json::json;

use crate::harness::manifests::{config_map, deployment, secret};
use crate::harness::{TestEnvironment, wait_until};

const DELETE: [&str; 5] = ["delete", "prod", "--yes", "--confirm", "prod"];

/// A deployed shop, and a `ConfigMap` of somebody else's.
fn shop() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/web.yaml", &deployment("web", "web:1"));
    environment.write("deploy/key.yaml", &secret("key", "password", "c2VjcmV0"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "a", "1"));
    environment.apply();
    environment.create("v1/configmaps", &json!({"metadata": {"name": "theirs"}}));
    environment
}

/// The names of what is in the namespace.
fn names(environment: &TestEnvironment) -> Vec<String> {
    let name = |line: &String| line.split_once('@').map_or(line.clone(), |(name, _)| name.to_owned());
    environment.footprint().iter().map(name).collect()
}

/// A finalizer that nobody will ever take away.
fn hold(environment: &TestEnvironment, path: &str) {
    environment.edit(path, &json!({"metadata": {"finalizers": ["example.com/never"]}}));
}

#[test]
fn a_target_is_deleted_with_all_that_is_remembered_of_it() {
    let environment = shop();

    let run = environment.trueup(&DELETE).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup delete prod --yes --confirm prod
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/settings.yaml", Ada Example, [ago], main
      deployed release 1, the same commit

      - delete  $NAMESPACE/Deployment/web
      - delete  $NAMESPACE/ConfigMap/settings
      - delete  $NAMESPACE/Secret/key

    note: the namespace $NAMESPACE stays

    - 3 objects will be deleted:
      $NAMESPACE/Deployment/web, $NAMESPACE/ConfigMap/settings,
      $NAMESPACE/Secret/key

    Plan: 3 to delete
    digest v1:[digest]
    ([n] requests, [time])
    prod: deleted, with its history
      ($COMMIT1 "Change deploy/settings.yaml", 3 changed, 0 unchanged, [time])
    --- stderr
    deleted  $NAMESPACE/ConfigMap/settings
    deleted  $NAMESPACE/Deployment/web
    deleted  $NAMESPACE/Secret/key
    --- exit status 0
    "#);
    assert_eq!(names(&environment), ["v1/configmaps/theirs"]);
    environment.trueup(&DELETE).exits(1).complains("nothing was ever deployed to prod");
    environment.apply();
    assert!(environment.live("v1/configmaps/settings").is_some());
}

#[test]
fn nothing_is_deleted_unless_its_name_is_typed() {
    let environment = shop();
    let before = environment.footprint();

    environment.trueup(&["delete", "prod"]).exits(64).complains("use --yes and --confirm ENV in scripts");
    environment.trueup(&["delete", "prod", "--yes"]).exits(64).complains("--confirm");
    environment.trueup(&["delete", "prod", "--confirm", "prod"]).exits(64).complains("--yes");
    environment
        .trueup(&["delete", "prod", "--yes", "--confirm", "dev"])
        .exits(64)
        .complains("--confirm says \"dev\", but the environment is \"prod\"");
    environment.trueup(&["delete", "*", "--yes", "--confirm", "prod", "--override", "owner"]).exits(64);
    environment.trueup(&["delete", "prod", "--dry-run"]).success().prints("3 to delete");

    assert_eq!(environment.footprint(), before);
}

#[test]
fn protected_kinds_are_deleted_only_with_a_reason() {
    let mut environment = shop();
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: db\nspec:\n  accessModes: \
                 [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n";
    environment.commit_file("deploy/db.yaml", claim);
    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();
    let before = environment.footprint();

    environment.trueup(&DELETE).exits(3).prints("would delete protected");

    assert_eq!(environment.footprint(), before);
    let passed = [&DELETE[..], &["--override", "protect", "--reason", "the data moved"]].concat();
    environment.trueup(&passed).success();
    assert_eq!(environment.live("v1/persistentvolumeclaims/db"), None);
    assert_eq!(names(&environment), ["v1/configmaps/theirs"]);
}

#[test]
fn what_says_that_it_stays_is_let_go_when_the_target_is_deleted() {
    let environment = shop();
    let keep = json!({"metadata": {"annotations": {"trueup.dev/on-remove": "keep"}}});
    environment.edit("v1/configmaps/settings", &keep);

    environment.trueup(&DELETE).success().prints("it stays: trueup.dev/on-remove: keep");

    let kept = environment.live_object("v1/configmaps/settings");
    assert_eq!(kept["metadata"]["labels"], json!(null), "{kept}");
    assert_eq!(names(&environment), ["v1/configmaps/settings", "v1/configmaps/theirs"]);
}

#[test]
fn what_carries_a_copied_label_survives_the_target() {
    let environment = shop();
    let labels = environment.live_object("v1/configmaps/settings")["metadata"]["labels"].clone();
    environment.create("v1/configmaps", &json!({"metadata": {"name": "copy", "labels": labels}}));

    environment.trueup(&DELETE).success().prints("ConfigMap/copy isn't deleted");

    assert_eq!(names(&environment), ["v1/configmaps/copy", "v1/configmaps/theirs"]);
}

#[test]
fn a_deletion_that_is_held_up_is_finished_by_the_next() {
    let environment = shop();
    hold(&environment, "v1/configmaps/settings");

    let run = environment.trueup(&[&DELETE[..], &["--wait-timeout", "1s", "-o", "json"]].concat()).exits(6);

    let told = run.target()["notes"].to_string();
    let why = "ConfigMap/settings is still there, its finalizers hold it: example.com/never; `trueup delete";
    assert!(told.contains(why), "{told}");
    assert!(environment.live("v1/configmaps/trueup-shop-prod").is_some());
    environment.edit("v1/configmaps/settings", &json!({"metadata": {"finalizers": null}}));
    environment.trueup(&DELETE).success();
    assert_eq!(names(&environment), ["v1/configmaps/theirs"]);
}

#[test]
fn a_deletion_that_is_killed_is_finished_by_the_next() {
    let environment = shop();
    hold(&environment, "v1/configmaps/settings");
    let run = environment.spawn(&DELETE);
    let is_going = |object: trueup::json::Value| object["metadata"]["deletionTimestamp"].is_string();
    wait_until("it is deleted", || environment.live("v1/configmaps/settings").is_some_and(is_going));
    run.signal("KILL");
    assert_eq!(run.end().code, None);
    environment.edit("v1/configmaps/settings", &json!({"metadata": {"finalizers": null}}));

    environment.trueup(&DELETE).success();

    assert_eq!(names(&environment), ["v1/configmaps/theirs"]);
}

#[test]
fn a_deletion_that_is_interrupted_says_what_is_left() {
    let environment = shop();
    hold(&environment, "v1/configmaps/settings");
    let run = environment.spawn(&DELETE);
    let is_going = |object: trueup::json::Value| object["metadata"]["deletionTimestamp"].is_string();
    wait_until("it is deleted", || environment.live("v1/configmaps/settings").is_some_and(is_going));
    run.signal("INT");

    run.end().exits(130).prints("ConfigMap/settings is still there");

    environment.edit("v1/configmaps/settings", &json!({"metadata": {"finalizers": null}}));
    environment.trueup(&DELETE).success();
    assert_eq!(names(&environment), ["v1/configmaps/theirs"]);
}

#[test]
fn the_namespace_of_the_inventory_outlives_the_target() {
    let mut environment = shop();
    let namespace =
        format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {}\n", environment.namespace);
    environment.commit_file("deploy/namespace.yaml", &namespace);
    environment.apply();

    environment.trueup(&DELETE).success().prints("it stays: the inventory and the history lived in it");

    let namespace = environment.cluster_object(&format!("v1/namespaces/{}", environment.namespace));
    let namespace = namespace.expect("still there");
    assert_eq!(namespace["metadata"]["labels"]["applyset.kubernetes.io/part-of"], json!(null));
    assert_eq!(namespace["metadata"]["deletionTimestamp"], json!(null));
}

#[test]
fn what_is_remembered_goes_too_when_nothing_else_is_left() {
    let environment = shop();
    for path in ["apps/v1/deployments/web", "v1/secrets/key", "v1/configmaps/settings"] {
        environment.delete(path);
    }
    wait_until("all is gone", || environment.live("apps/v1/deployments/web").is_none());

    environment.trueup(&["delete", "prod"]).exits(64);
    environment.trueup(&DELETE).success();

    assert_eq!(names(&environment), ["v1/configmaps/theirs"]);
}

#[test]
fn another_repository_of_that_name_deletes_nothing() {
    let environment = shop();
    let mut other = TestEnvironment::without_configuration();
    other.write("deploy/a.yaml", &config_map("a", "x", "1"));
    other.write("trueup.yaml", &environment.configuration());
    other.commit("Another shop");
    let before = environment.footprint();

    other.trueup(&DELETE).exits(3).prints("isn't in this repository");

    assert_eq!(environment.footprint(), before);
}
