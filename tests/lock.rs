//! Two runs at once: one after the other, or not at all.

use trueup::json::json;

use crate::harness::manifests::{config_map, deployment};
use crate::harness::{TestEnvironment, wait_until};

/// A deployment that takes until it is stopped.
fn endless() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    environment
}

fn wait_for_pods(environment: &TestEnvironment) {
    wait_until("the deployment is written", || environment.live("apps/v1/deployments/web").is_some());
}

#[test]
fn a_second_run_is_refused_and_told_who_holds_the_lock() {
    let environment = endless();
    let first = environment.spawn(&["apply", "prod", "--yes"]);
    wait_for_pods(&environment);

    let second = environment.trueup(&["apply", "prod", "--yes", "--lock-timeout", "0s"]).exits(3);

    insta::assert_snapshot!(second.snapshot(), @"
    $ trueup apply prod --yes --lock-timeout 0s
    --- stderr
    error: another run holds the lock of shop/prod: tester@[host] pid [pid], since [timestamp]

    hint: wait for it with --lock-timeout
    hint: the lock of a run that is dead expires within [time] by itself
    --- exit status 3
    ");
    first.signal("INT");
    first.end().exits(130);
}

#[test]
fn a_second_run_waits_its_turn() {
    let environment = endless();
    let first = environment.spawn(&["apply", "prod", "--yes", "--wait-timeout", "3s"]);
    wait_for_pods(&environment);

    let second = environment.trueup(&["apply", "prod", "--yes", "--lock-timeout", "30s", "--no-wait"]);

    first.end().exits(4);
    second.success();
}

#[test]
fn two_runs_at_once_both_end_well() {
    let mut environment = TestEnvironment::new();
    for name in ["a", "b", "c"] {
        environment.write(&format!("deploy/{name}.yaml"), &config_map(name, "x", "1"));
    }
    environment.commit("Open the shop");
    environment.create_namespace();

    let first = environment.spawn(&["apply", "prod", "--yes", "--lock-timeout", "30s"]);
    let second = environment.spawn(&["apply", "prod", "--yes", "--lock-timeout", "30s"]);

    first.end().success();
    second.end().success();
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    let history = environment.trueup(&["history", "prod", "-o", "json"]).success().json();
    assert_eq!(history["targets"].as_array().map(Vec::len), Some(1), "{history}");
}

#[test]
fn planning_needs_no_lock() {
    let environment = endless();
    let first = environment.spawn(&["apply", "prod", "--yes"]);
    wait_for_pods(&environment);

    environment.trueup(&["plan", "prod"]).success();
    environment.trueup(&["status", "prod"]).success();

    first.signal("INT");
    first.end().exits(130);
}

#[test]
fn environments_have_locks_of_their_own() {
    let mut environment = endless();
    let other = environment.unique("other");
    let both =
        format!("{}  other:\n    namespace: {other}\n    sources: other\n", environment.configuration());
    environment.write("trueup.yaml", &both);
    environment.commit_file("other/a.yaml", &config_map("a", "x", "1"));
    let first = environment.spawn(&["apply", "prod", "--yes"]);
    wait_for_pods(&environment);

    environment.trueup(&["apply", "other", "--yes", "--lock-timeout", "0s"]).success();

    first.signal("INT");
    first.end().exits(130);
}

#[test]
fn a_lock_that_somebody_else_holds_is_respected() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "1"));
    environment.apply();
    let leases = environment.live_list("coordination.k8s.io/v1/leases");
    let lease = leases.first().expect("the lock's Lease");
    let path =
        format!("coordination.k8s.io/v1/leases/{}", lease["metadata"]["name"].as_str().expect("a name"));
    let now = jiff::Timestamp::now();
    let held = json!({"spec": {
        "holderIdentity": "somebody@elsewhere", "leaseDurationSeconds": 60,
        "acquireTime": format!("{now:.6}"), "renewTime": format!("{now:.6}"),
    }});
    environment.edit(&path, &held);
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "2"));

    environment
        .trueup(&["apply", "prod", "--yes", "--lock-timeout", "0s"])
        .exits(3)
        .complains("somebody@elsewhere");

    assert_eq!(environment.live_object("v1/configmaps/a")["data"]["x"], "1");
}
