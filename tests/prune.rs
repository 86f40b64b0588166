//! What is deleted, and above all what isn't.

use trueup::json::{Value, json};

use crate::harness::manifests::{config_map, definition_of_tills, secret, service};
use crate::harness::{TestEnvironment, verb, wait_until};

/// The label that makes an object a member of the test's inventory.
const PART_OF: &str = "applyset.kubernetes.io/part-of";

/// A deployed shop with these `ConfigMaps`.
fn shop_with(names: &[&str]) -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    for name in names {
        environment.write(&format!("deploy/{name}.yaml"), &config_map(name, "a", "1"));
    }
    environment.commit("Open the shop");
    environment.apply();
    environment
}

/// The same without the files of some.
fn without(environment: &mut TestEnvironment, names: &[&str]) {
    for name in names {
        environment.remove(&format!("deploy/{name}.yaml"));
    }
    environment.commit("Remove some");
}

/// The inventory that a live object is a member of.
fn label(environment: &TestEnvironment, path: &str) -> Value {
    environment.live_object(path)["metadata"]["labels"][PART_OF].clone()
}

fn is_there(environment: &TestEnvironment, name: &str) -> bool {
    environment.live(&format!("v1/configmaps/{name}")).is_some()
}

#[test]
fn an_object_that_left_git_leaves_the_cluster() {
    let mut environment = shop_with(&["kept", "old"]);
    without(&mut environment, &["old"]);

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(verb(&plan, "ConfigMap/old"), "delete");
    let run = environment.apply();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Remove some", Ada Example, [ago], main
      deployed release 1, commit $COMMIT1

      - delete  $NAMESPACE/ConfigMap/old  ← $COMMIT2 (deploy/old.yaml)

    - 1 object will be deleted:
      $NAMESPACE/ConfigMap/old

    Plan: 1 to delete, 1 unchanged
    digest v1:[digest]
    ([n] requests, [time])
    prod: release 2 is healthy ($COMMIT2 "Remove some", 1 changed, 1 unchanged, [time])
    --- stderr
    deleted  $NAMESPACE/ConfigMap/old
    --- exit status 0
    "#);
    assert!(is_there(&environment, "kept") && !is_there(&environment, "old"));
}

#[test]
fn no_prune_keeps_it_for_a_later_run() {
    let mut environment = shop_with(&["kept", "old"]);
    without(&mut environment, &["old"]);

    environment.trueup(&["apply", "prod", "--yes", "--no-prune"]).success();
    assert!(is_there(&environment, "old"));
    environment.apply();

    assert!(!is_there(&environment, "old"));
}

#[test]
fn a_folder_without_manifests_deletes_nothing() {
    let mut environment = shop_with(&["a", "b"]);
    without(&mut environment, &["a", "b"]);
    environment.commit_file("deploy/later.yaml", "# nothing yet\n");
    let before = environment.footprint();

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: no manifests under deploy
     --> trueup.yaml:3:10

    hint: files that end in .yaml, .yml or .json are read, hidden ones aren't
    --- exit status 1
    ");
    assert_eq!(environment.footprint(), before);
}

#[test]
fn more_deletions_than_the_limit_are_refused() {
    let mut environment = shop_with(&["a", "b", "c", "d", "e", "f"]);
    without(&mut environment, &["a", "b", "c", "d"]);

    environment.trueup(&["plan", "prod"]).exits(3).prints("limit");
    environment.trueup(&["apply", "prod", "--yes"]).exits(3);
    assert!(is_there(&environment, "a"));

    environment.trueup(&["apply", "prod", "--yes", "--max-delete", "4"]).success();
    assert!(!is_there(&environment, "a"));
}

#[test]
fn a_protected_kind_is_deleted_only_with_a_reason() {
    let mut environment = shop_with(&["a"]);
    let claim = "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: db\nspec:\n  accessModes: \
                 [ReadWriteOnce]\n  resources: {requests: {storage: 1Gi}}\n";
    environment.commit_file("deploy/db.yaml", claim);
    environment.apply();
    without(&mut environment, &["db"]);

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT3 "Remove some", Ada Example, [ago], main
      deployed release 2, commit $COMMIT2

      - delete  $NAMESPACE/PersistentVolumeClaim/db  ← $COMMIT3 (deploy/db.yaml)
          its data may go too
          when everything is ready

    - 1 object will be deleted:
      $NAMESPACE/PersistentVolumeClaim/db

    Plan: 1 to delete, 1 unchanged
    digest v1:[digest]
    ([n] requests, [time])
    refused: protect: would delete protected $NAMESPACE/PersistentVolumeClaim/db
      --override protect --reason TEXT lets it pass

    prod: refused by protect, nothing was written ($COMMIT3 "Remove some", [time])
    --- exit status 3
    "#);
    assert!(environment.live("v1/persistentvolumeclaims/db").is_some());
    environment.trueup(&["apply", "prod", "--yes", "--override", "protect"]).exits(64);

    let reason = "the data moved to another cluster";
    environment.trueup(&["apply", "prod", "--yes", "--override", "protect", "--reason", reason]).success();

    let gone = |claim: Option<Value>| claim.is_none_or(|c| !c["metadata"]["deletionTimestamp"].is_null());
    assert!(gone(environment.live("v1/persistentvolumeclaims/db")));
}

#[test]
fn an_object_that_somebody_else_made_is_never_deleted() {
    let environment = shop_with(&["a"]);
    environment.create("v1/configmaps", &json!({"metadata": {"name": "theirs"}}));

    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment.apply();

    assert!(is_there(&environment, "theirs"));
}

#[test]
fn a_copied_label_does_not_make_an_object_ours_to_delete() {
    let environment = shop_with(&["a"]);
    let label = label(&environment, "v1/configmaps/a");
    environment
        .create("v1/configmaps", &json!({"metadata": {"name": "copy", "labels": {PART_OF: label.clone()}}}));

    let plan = environment.trueup(&["plan", "prod"]).success().prints("copy");
    environment.apply();

    assert!(is_there(&environment, "copy"), "{plan}");
}

#[test]
fn what_a_controller_makes_with_the_labels_of_ours_is_never_deleted() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/web.yaml", &service("web", 80));
    // Only where Endpoints are in the inventory are they looked for at all.
    let outside = "apiVersion: v1\nkind: Endpoints\nmetadata: {name: outside}\nsubsets: []\n";
    environment.commit_file("deploy/outside.yaml", outside);
    environment.apply();
    wait_until("the Service has its Endpoints", || environment.live("v1/endpoints/web").is_some());
    let copy = environment.live_object("v1/endpoints/web");
    assert_eq!(copy["metadata"]["labels"][PART_OF], label(&environment, "v1/services/web"));
    assert_eq!(copy["metadata"]["ownerReferences"], json!(null));

    environment
        .trueup(&["plan", "prod", "--exit-code"])
        .success()
        .prints("Endpoints/web isn't deleted: it carries the label, but trueup");
    environment.apply();

    let uid = |object: &Value| object["metadata"]["uid"].clone();
    assert_eq!(uid(&environment.live_object("v1/endpoints/web")), uid(&copy));
}

#[test]
fn what_another_object_owns_is_its_owners_to_delete() {
    let mut environment = shop_with(&["a", "child"]);
    let owner = environment.live_object("v1/configmaps/a");
    let reference =
        json!({"apiVersion": "v1", "kind": "ConfigMap", "name": "a", "uid": owner["metadata"]["uid"]});
    environment.edit("v1/configmaps/child", &json!({"metadata": {"ownerReferences": [reference]}}));
    without(&mut environment, &["child"]);

    environment.apply();

    assert!(is_there(&environment, "child"));
}

#[test]
fn a_deployment_without_an_inventory_never_deletes() {
    let environment = TestEnvironment::without_configuration();
    environment.create_namespace();
    environment.write("k8s/a.yaml", &config_map("a", "x", "1"));
    environment.write("k8s/b.yaml", &config_map("b", "x", "1"));
    environment.trueup(&["apply", "-f", "k8s", "--yes"]).success();
    environment.remove("k8s/b.yaml");

    environment.trueup(&["apply", "-f", "k8s", "--yes"]).success();

    assert!(is_there(&environment, "b"));
}

#[test]
fn members_are_found_by_their_label_when_the_inventory_is_lost() {
    let mut environment = shop_with(&["a", "b"]);
    environment.delete("v1/configmaps/trueup-shop-prod");
    without(&mut environment, &["b"]);

    environment.apply();

    assert!(is_there(&environment, "a") && !is_there(&environment, "b"));
}

#[test]
fn the_inventory_is_an_applyset() {
    let environment = shop_with(&["a"]);

    let parent = environment.live_object("v1/configmaps/trueup-shop-prod");

    let metadata = &parent["metadata"];
    let id = metadata["labels"]["applyset.kubernetes.io/id"].as_str().expect("an id");
    assert!(id.starts_with("applyset-") && id.ends_with("-v1"), "{id}");
    let annotations = &metadata["annotations"];
    assert_eq!(annotations["applyset.kubernetes.io/contains-group-kinds"], "ConfigMap");
    assert!(annotations["applyset.kubernetes.io/tooling"].as_str().expect("a tool").starts_with("trueup/v"));
    assert_eq!(environment.live_object("v1/configmaps/a")["metadata"]["labels"][PART_OF], id);
}

#[test]
fn a_manifest_must_not_carry_the_inventorys_label() {
    let environment = TestEnvironment::new();
    let labelled = config_map("a", "x", "1")
        .replace("  name: a\n", &format!("  name: a\n  labels:\n    {PART_OF}: applyset-x-v1\n"));
    environment.write("deploy/a.yaml", &labelled);

    environment.trueup(&["plan", "prod"]).exits(1).complains(PART_OF).complains("deploy/a.yaml:6:5");
}

#[test]
fn a_cluster_scoped_object_is_deleted_too() {
    let mut environment = shop_with(&["a"]);
    let role = environment.unique("reader");
    let manifest = format!(
        "apiVersion: rbac.authorization.k8s.io/v1\nkind: ClusterRole\nmetadata:\n  name: {role}\nrules: []\n"
    );
    environment.commit_file("deploy/role.yaml", &manifest);
    environment.apply();
    let live = |environment: &TestEnvironment| {
        environment.cluster_object(&format!("rbac.authorization.k8s.io/v1/clusterroles/{role}"))
    };
    assert!(live(&environment).is_some());
    without(&mut environment, &["role"]);

    environment.apply();

    assert!(live(&environment).is_none());
}

#[test]
fn an_object_that_moves_to_another_namespace_leaves_the_old_one() {
    let mut environment = shop_with(&["a"]);
    let other = environment.unique("other");
    let there =
        config_map("a", "a", "1").replace("  name: a\n", &format!("  name: a\n  namespace: {other}\n"));
    environment
        .write("deploy/ns.yaml", &format!("apiVersion: v1\nkind: Namespace\nmetadata:\n  name: {other}\n"));
    environment.commit_file("deploy/a.yaml", &there);

    environment.apply();

    assert!(!is_there(&environment, "a"));
    assert!(environment.cluster_object(&format!("v1/namespaces/{other}/configmaps/a")).is_some());
}

#[test]
fn an_object_that_moves_to_another_kind_leaves_the_old_one() {
    let mut environment = shop_with(&["a", "b"]);
    environment.remove("deploy/a.yaml");
    environment.commit_file("deploy/a-secret.yaml", &secret("a", "a", "1"));

    environment.apply();

    assert!(!is_there(&environment, "a") && environment.live("v1/secrets/a").is_some());
}

#[test]
fn a_custom_resource_that_moves_to_another_group_leaves_the_old_one() {
    let mut environment = shop_with(&["b"]);
    let version =
        "    - {name: v1, served: true, storage: true, schema: {openAPIV3Schema: {type: object}}}\n";
    let [old, new] = ["old", "new"].map(|name| format!("{}.example.com", environment.unique(name)));
    for group in [&old, &new] {
        environment.write(&format!("deploy/{group}.yaml"), &definition_of_tills(group, version));
    }
    let till = |group: &str| format!("apiVersion: {group}/v1\nkind: Till\nmetadata:\n  name: front\n");
    environment.commit_file("deploy/till.yaml", &till(&old));
    environment.apply();

    environment.commit_file("deploy/till.yaml", &till(&new));
    environment.apply();

    assert!(environment.live(&format!("{new}/v1/tills/front")).is_some());
    assert!(environment.live(&format!("{old}/v1/tills/front")).is_none());
}

/// Of the built-in kinds only Events are served by two groups today, as Ingresses and
/// Deployments were: one object, whichever way it is asked for.
#[test]
fn an_object_that_is_served_by_two_groups_survives_its_move_to_the_other() {
    let mut environment = shop_with(&["b"]);
    let namespace = environment.unique("x").trim_end_matches("-x").to_owned();
    let old = format!(
        "apiVersion: v1\nkind: Event\nmetadata:\n  name: opened\ninvolvedObject: {{kind: ConfigMap, name: b, namespace: {namespace}}}\nreason: Opened\nmessage: open\ntype: Normal\n"
    );
    environment.commit_file("deploy/event.yaml", &old);
    environment.apply();
    let uid = environment.live_object("v1/events/opened")["metadata"]["uid"].clone();

    let new = format!(
        "apiVersion: events.k8s.io/v1\nkind: Event\nmetadata:\n  name: opened\nregarding: {{kind: ConfigMap, name: b, namespace: {namespace}}}\nreason: Opened\nnote: open\ntype: Normal\n"
    );
    environment.commit_file("deploy/event.yaml", &new);
    let run = environment.trueup(&["apply", "prod", "--yes"]);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT3 "Change deploy/event.yaml", Ada Example, [ago], main
      deployed release 2, commit $COMMIT2

      ~ update  $NAMESPACE/Event/opened  deploy/event.yaml:1
          only which fields trueup owns changes

    Plan: 1 to update, 1 unchanged
    digest v1:[digest]
    ([n] requests, [time])
    prod: release 3 is healthy ($COMMIT3 "Change deploy/event.yaml", 1 changed, 1 unchanged, [time])
    --- stderr
    updated  $NAMESPACE/Event/opened
    --- exit status 0
    "#);
    assert_eq!(environment.live_object("v1/events/opened")["metadata"]["uid"], uid);
}

#[test]
fn an_object_that_moves_to_another_file_is_not_touched() {
    let mut environment = shop_with(&["a", "b"]);
    let before = environment.live_object("v1/configmaps/a");
    let content = environment.read("deploy/a.yaml");
    environment.remove("deploy/a.yaml");
    environment.commit_file("deploy/elsewhere/a.yaml", &content);

    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment.apply();

    assert_eq!(environment.live_object("v1/configmaps/a"), before);
}

#[test]
fn an_object_that_its_finalizer_keeps_is_not_forgotten() {
    let mut environment = shop_with(&["a", "stuck"]);
    environment.edit("v1/configmaps/stuck", &json!({"metadata": {"finalizers": ["example.com/never"]}}));
    without(&mut environment, &["stuck"]);

    let run = environment.trueup(&["apply", "prod", "--yes", "--wait-timeout", "2s"]);

    assert!(
        !environment.live_object("v1/configmaps/stuck")["metadata"]["deletionTimestamp"].is_null(),
        "{run}"
    );
    let parent = environment.live_object("v1/configmaps/trueup-shop-prod");
    assert_eq!(
        parent["metadata"]["annotations"]["applyset.kubernetes.io/contains-group-kinds"], "ConfigMap",
        "{run}"
    );
    environment.edit("v1/configmaps/stuck", &json!({"metadata": {"finalizers": null}}));
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}
