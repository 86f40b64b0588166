//! Namespaces: removed with what others have in them, and many of them.

use std::fmt::Write as _;

use trueup::json::json;

use crate::harness::TestEnvironment;
use crate::harness::manifests::config_map;

fn namespace(name: &str) -> String {
    format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {name}\n")
}

/// A shop, and a namespace with a `ConfigMap` beside it that has left Git since.
fn shop_without_its_annex() -> (TestEnvironment, String) {
    let mut environment = TestEnvironment::new();
    let annex = environment.unique("annex");
    let there = config_map("ours", "a", "1")
        .replace("  name: ours\n", &format!("  name: ours\n  namespace: {annex}\n"));
    environment.write("deploy/shop.yaml", &config_map("shop", "a", "1"));
    environment.write("deploy/annex.yaml", &format!("{}---\n{there}", namespace(&annex)));
    environment.commit("Open the annex");
    environment.apply();
    environment.remove("deploy/annex.yaml");
    environment.commit("Close the annex");
    (environment, annex)
}

#[test]
fn a_namespace_that_is_removed_takes_nothing_along_unsaid() {
    let (environment, annex) = shop_without_its_annex();
    let theirs = json!({"metadata": {"name": "theirs"}});
    environment.create_cluster_object(&format!("v1/namespaces/{annex}/configmaps"), &theirs);

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Close the annex", Ada Example, [ago], main
      deployed release 1, commit $COMMIT1

      - delete  $NAMESPACE-annex/ConfigMap/ours  ← $COMMIT2 (deploy/annex.yaml)
      - delete  Namespace/$NAMESPACE-annex  ← $COMMIT2 (deploy/annex.yaml)
          everything in it goes too

    - 2 objects will be deleted:
      $NAMESPACE-annex/ConfigMap/ours, Namespace/$NAMESPACE-annex

    Plan: 2 to delete, 1 unchanged
    digest v1:[digest]
    ([n] requests, [time])
    note: Namespace/$NAMESPACE-annex takes objects with it that aren't this target's:
      ConfigMap/theirs
    refused: protect: would delete protected Namespace/$NAMESPACE-annex
      --override protect --reason TEXT lets it pass

    prod: refused by protect, nothing was written ($COMMIT2 "Close the annex", [time])
    --- exit status 3
    "#);
    assert!(environment.cluster_object(&format!("v1/namespaces/{annex}/configmaps/theirs")).is_some());
    environment.trueup(&["delete", "prod", "-o", "json"]).prints("ConfigMap/theirs");
}

#[test]
fn a_namespace_with_nothing_but_what_is_ours_goes_without_a_word() {
    let (environment, _) = shop_without_its_annex();

    environment.trueup(&["plan", "prod"]).exits(3).never_says("takes objects");
}

#[test]
fn who_may_not_list_everything_is_told_what_may_go() {
    let (environment, annex) = shop_without_its_annex();
    let rules =
        json!([{"apiGroups": [""], "resources": ["configmaps", "namespaces", "secrets"], "verbs": ["*"]}]);
    environment.allow("clerk", &rules);
    let role = environment.unique("lister");
    let role_rules = json!([{"apiGroups": [""], "resources": ["configmaps", "namespaces"], "verbs": ["*"]}]);
    environment.create_cluster_object(
        "rbac.authorization.k8s.io/v1/clusterroles",
        &json!({"metadata": {"name": role}, "rules": role_rules}),
    );
    environment.create_cluster_object(
        "rbac.authorization.k8s.io/v1/clusterrolebindings",
        &json!({
            "metadata": {"name": role},
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": role},
            "subjects": [{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": "clerk"}],
        }),
    );

    let plan = environment.trueup(&["plan", "prod", "-o", "json", "--as", "clerk"]).exits(3).target();

    let notes = plan["notes"].to_string();
    assert!(notes.contains(&format!("Namespace/{annex} may take objects with it")), "{notes}");
    assert!(notes.contains("PersistentVolumeClaims") && !notes.contains("ConfigMaps"), "{notes}");
}

#[test]
fn a_thousand_namespaces_are_listed_and_watched_at_once() {
    let mut environment = TestEnvironment::new();
    let prefix = environment.unique("many");
    let mut manifests = String::new();
    for number in 0..1000 {
        let name = format!("{prefix}-{number:03}");
        let map = config_map("settings", "a", "1");
        let map = map.replace("  name: settings\n", &format!("  name: settings\n  namespace: {name}\n"));
        _ = write!(manifests, "{}---\n{map}---\n", namespace(&name));
    }
    environment.commit_file("deploy/all.yaml", &manifests);
    environment.apply();

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();

    assert_eq!(plan["summary"]["unchanged"], 2000);
    let requests = plan["requests"].as_u64().expect("a number of requests");
    assert!(requests < 30, "{requests} requests");
}
