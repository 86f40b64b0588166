//! What was deleted, damaged or put back by hand: the history, the inventory, a whole
//! cluster from a backup; and clocks that differ.

use trueup::json::{Value, json};

use crate::harness::manifests::{config_map, deployment, secret};
use crate::harness::{TestEnvironment, wait_until};

const PARENT: &str = "v1/configmaps/trueup-shop-prod";

/// Two releases: the second one without `old`.
fn two_releases() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/old.yaml", &config_map("old", "a", "1"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));
    environment.apply();
    environment
}

fn delete_history(environment: &TestEnvironment) {
    for release in [1, 2] {
        environment.delete(&format!("v1/configmaps/trueup-shop-prod.r{release}"));
    }
}

#[test]
fn a_history_that_was_deleted_is_told_and_begins_anew() {
    let environment = two_releases();
    delete_history(&environment);

    environment
        .trueup(&["status", "prod"])
        .success()
        .prints("release 2")
        .prints("\"Change deploy/settings.yaml\"")
        .prints("drift    unknown")
        .prints("has no record");
    environment
        .trueup(&["history", "prod"])
        .success()
        .complains("release 2 is deployed, but its record is gone");
    environment.trueup(&["history", "prod", "2"]).exits(1).complains("its record is gone");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();

    environment.apply();

    environment.trueup(&["status", "prod"]).success().prints("release 3, healthy").prints("drift    none");
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
    environment.apply().prints("nothing to change");
}

#[test]
fn an_inventory_that_was_deleted_is_made_again_from_the_records_by_the_next_apply() {
    let mut environment = two_releases();
    environment.delete(PARENT);

    environment
        .trueup(&["status", "prod"])
        .success()
        .prints("release 2, healthy")
        .prints("the inventory is gone");
    environment.remove("deploy/old.yaml");
    environment.commit("Keep nothing old");
    environment.apply();

    assert!(environment.live("v1/configmaps/old").is_none());
    assert!(environment.live(PARENT).is_some());
}

#[test]
fn an_inventory_is_rebuilt_from_labels_once_that_is_agreed_to() {
    let mut environment = two_releases();
    environment.delete(PARENT);
    delete_history(&environment);
    let copied = environment.live_object("v1/configmaps/old")["metadata"]["labels"].clone();
    environment.create("v1/configmaps", &json!({"metadata": {"name": "copy", "labels": copied}}));
    let before = environment.footprint();
    environment
        .trueup(&["status", "prod"])
        .success()
        .prints("nothing yet")
        .prints("`trueup adopt prod --rebuild`");
    let plan = environment.trueup(&["plan", "prod"]).success();
    plan.prints("2 objects carry this inventory's label").prints("`trueup adopt prod --rebuild`");

    let shown =
        environment.trueup(&["adopt", "prod", "--rebuild"]).exits(64).complains("use --yes in scripts");
    assert_eq!(environment.footprint(), before);
    let made = environment.trueup(&["adopt", "prod", "--rebuild", "--yes"]).success();

    insta::assert_snapshot!(shown.snapshot(), @"
    $ trueup adopt prod --rebuild
    prod on $SERVER ([version]), namespace $NAMESPACE
      inventory  $NAMESPACE/ConfigMap/trueup-shop-prod isn't there
      records  none: what was deployed isn't known
      kinds  ConfigMap
      namespaces $NAMESPACE
      objects  2 objects with its label
        $NAMESPACE/ConfigMap/old
        $NAMESPACE/ConfigMap/settings
    --- stderr
    error: nobody is there to confirm this

    hint: use --yes in scripts
    --- exit status 64
    ");
    insta::assert_snapshot!(made.snapshot(), @"
    $ trueup adopt prod --rebuild --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      inventory  $NAMESPACE/ConfigMap/trueup-shop-prod isn't there
      records  none: what was deployed isn't known
      kinds  ConfigMap
      namespaces $NAMESPACE
      objects  2 objects with its label
        $NAMESPACE/ConfigMap/old
        $NAMESPACE/ConfigMap/settings
    --- stderr
    prod: the inventory is made again, with 2 objects
    --- exit status 0
    ");
    environment.remove("deploy/old.yaml");
    environment.commit("Keep nothing old");
    environment.apply();
    assert!(environment.live("v1/configmaps/old").is_none(), "its label says that it is ours");
    assert!(environment.live("v1/configmaps/copy").is_some(), "a label alone says nothing");
    environment.trueup(&["adopt", "prod", "--rebuild", "--yes"]).success().prints("lacks nothing");
}

#[test]
fn a_rebuilt_inventory_knows_the_releases_that_have_records() {
    let environment = two_releases();
    environment.delete(PARENT);

    environment.trueup(&["adopt", "prod", "--rebuild", "--yes"]).success().prints("release 2 is deployed");

    environment.trueup(&["status", "prod"]).success().prints("release 2, healthy").never_says("is gone");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn an_inventory_is_not_rebuilt_while_somebody_deploys() {
    let mut environment = two_releases();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    let running = environment.spawn(&["apply", "prod", "--yes"]);
    wait_until("the deployment is written", || environment.live("apps/v1/deployments/web").is_some());
    environment.delete(PARENT);

    let rebuild = ["adopt", "prod", "--rebuild", "--yes", "--lock-timeout", "0s"];
    environment.trueup(&rebuild).exits(3).complains("another run holds the lock of shop/prod");

    assert!(environment.live(PARENT).is_none());
    running.signal("INT");
    drop(running.end());
    environment.trueup(&["adopt", "prod", "--rebuild", "--yes"]).success();
    environment.trueup(&["lock", "show", "prod"]).success().prints("prod isn't locked");
}

#[test]
fn where_nothing_was_ever_deployed_nothing_is_said_of_an_inventory() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.create_namespace();
    environment.trueup(&["status", "prod"]).success().never_says("--rebuild");
    environment.trueup(&["plan", "prod"]).success().never_says("--rebuild");
}

#[test]
fn where_nothing_is_left_nothing_is_rebuilt() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.create_namespace();

    environment
        .trueup(&["adopt", "prod", "--rebuild", "--yes"])
        .exits(1)
        .complains("nothing of prod is left");
    environment.trueup(&["adopt", "prod"]).exits(64);
    environment.trueup(&["adopt", "prod", "ConfigMap/settings", "--rebuild"]).exits(64);
}

/// What a backup holds of the namespace: objects, records and the inventory.
fn back_up(environment: &TestEnvironment) -> Vec<(String, Value)> {
    let is_ours = |object: &Value| object["metadata"]["name"] != "kube-root-ca.crt";
    let config_maps = environment.live_list("v1/configmaps").into_iter().filter(is_ours);
    config_maps
        .map(|mut object| {
            let name = object["metadata"]["name"].as_str().expect("a name").to_owned();
            let kept = json!({"name": name, "labels": object["metadata"]["labels"],
                "annotations": object["metadata"]["annotations"]});
            object["metadata"] = kept;
            (name, object)
        })
        .collect()
}

fn restore(environment: &TestEnvironment, backup: &[(String, Value)]) {
    for object in environment.live_list("v1/configmaps") {
        let name = object["metadata"]["name"].as_str().expect("a name");
        if name != "kube-root-ca.crt" {
            environment.delete(&format!("v1/configmaps/{name}"));
        }
    }
    for (_, object) in backup {
        environment.create_by("backup", "v1/configmaps", object);
    }
}

#[test]
fn a_cluster_that_was_restored_to_an_older_release_is_brought_forward_again() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/old.yaml", &config_map("old", "a", "1"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    let backup = back_up(&environment);
    environment.remove("deploy/old.yaml");
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));
    environment.apply();

    restore(&environment, &backup);

    environment.trueup(&["status", "prod"]).success().prints("release 1, healthy").prints("1 commit behind");
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
    environment.apply();
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "warn");
    environment.trueup(&["status", "prod"]).success().prints("release 2, healthy").prints("up to date");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn a_clock_that_was_an_hour_ahead_confuses_nothing() {
    let mut environment = two_releases();
    let mut parent = environment.live_object(PARENT);
    let hour = jiff::SignedDuration::from_hours(1);
    let later = |text: &str| {
        let time: jiff::Timestamp = text.parse().expect("a time");
        (time + hour).to_string()
    };
    let mut state: Value =
        serde_json::from_str(parent["data"]["state"].as_str().expect("a state")).expect("JSON");
    for pointer in ["deployed", "healthy"] {
        let at = later(state[pointer]["at"].as_str().expect("a time"));
        state[pointer]["at"] = json!(at);
    }
    parent["data"]["state"] = json!(state.to_string());
    environment.edit(PARENT, &json!({"data": parent["data"]}));
    let lease = environment.live_object("coordination.k8s.io/v1/leases/trueup-shop-prod");
    assert!(lease["spec"]["holderIdentity"].as_str().is_none_or(str::is_empty), "{lease}");

    environment.trueup(&["status", "prod"]).success().prints("release 2, healthy, by").prints("just now");
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "error"));
    environment.apply();

    let history = environment.trueup(&["history", "prod", "-o", "json"]).success().json();
    let releases: Vec<_> =
        history["targets"].as_array().expect("rows").iter().map(|row| row["release"].clone()).collect();
    assert_eq!(releases, [json!(3), json!(2), json!(1)]);
    environment.trueup(&["rollback", "prod", "--yes"]).success();
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "warn");
}

#[test]
fn a_deployer_that_may_not_read_secrets_deploys_what_has_none() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    let clerk = environment.unique("clerk");
    let all = |group: &str, resources: &[&str]| json!({"apiGroups": [group], "resources": resources, "verbs": ["*"]});
    environment.allow(
        &clerk,
        &json!([
            all("", &["configmaps", "pods", "events"]),
            all("apps", &["deployments", "replicasets"]),
            all("coordination.k8s.io", &["leases"]),
            all("autoscaling", &["horizontalpodautoscalers"]),
        ]),
    );

    environment.trueup(&["apply", "prod", "--yes", "--as", &clerk]).success();
    environment
        .trueup(&["status", "prod", "--as", &clerk])
        .success()
        .prints("drift    none")
        .never_says("note:");

    environment.commit_file("deploy/db.yaml", &secret("db", "password", "correct-horse"));
    let refused = environment.trueup(&["apply", "prod", "--yes", "--as", &clerk]).exits(1);
    refused.complains("secrets").never_says("correct-horse");
    environment.trueup(&["plan", "prod", "--exit-code"]).exits(2);
}

#[test]
fn secrets_that_may_not_be_read_are_of_unknown_drift_to_who_looks() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.commit_file("deploy/db.yaml", &secret("db", "password", "correct-horse"));
    environment.apply();
    let clerk = environment.unique("clerk");
    environment.allow(
        &clerk,
        &json!([
            {"apiGroups": [""], "resources": ["configmaps", "events"], "verbs": ["get", "list"]},
            {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get"]},
        ]),
    );

    let status = environment.trueup(&["status", "prod", "--as", &clerk]).success();

    status
        .prints("drift    unknown")
        .prints("this user may not read it")
        .prints("the key of Secrets isn't known");
}
