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

/// A target whose lock is held from another machine, and its Lease.
fn held_elsewhere() -> (TestEnvironment, String) {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "1"));
    environment.apply();
    let path = environment.lock();
    let now = jiff::Timestamp::now();
    let held = json!({"spec": {
        "holderIdentity": "somebody@elsewhere", "leaseDurationSeconds": 60,
        "acquireTime": format!("{now:.6}"), "renewTime": format!("{now:.6}"),
    }});
    environment.edit(&path, &held);
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "2"));
    (environment, path)
}

#[test]
fn a_lock_that_somebody_else_holds_is_respected() {
    let (environment, _) = held_elsewhere();

    environment
        .trueup(&["apply", "prod", "--yes", "--lock-timeout", "0s"])
        .exits(3)
        .complains("somebody@elsewhere");

    assert_eq!(environment.live_object("v1/configmaps/a")["data"]["x"], "1");
}

#[test]
fn a_held_lock_is_shown_with_its_holder() {
    let environment = endless();
    let run = environment.spawn(&["apply", "prod", "--yes"]);
    wait_for_pods(&environment);

    let shown = environment.trueup(&["lock", "show", "prod"]).success();
    let document = environment.trueup(&["lock", "show", "prod", "-o", "json"]).success();
    run.signal("INT");
    run.end().exits(130);

    shown.prints("prod is locked by tester@").prints("\n  since ").prints(", unless it's renewed\n");
    let target = document.target();
    assert_eq!((&document.json()["kind"], &target["target"]), (&json!("Lock"), &json!("prod")));
    let lock = &target["lock"];
    assert!(lock["actor"].as_str().is_some_and(|actor| actor.starts_with("tester@")), "{lock}");
    assert!(lock["pid"].is_u64() && lock["host"].is_string() && lock["dead"] == false, "{lock}");
    let time = |field: &str| lock[field].as_str().and_then(|time| time.parse::<jiff::Timestamp>().ok());
    assert!(time("since") <= time("renewedAt") && time("renewedAt") < time("expiresAt"), "{lock}");
}

#[test]
fn the_lock_of_a_killed_run_says_that_its_process_has_ended() {
    let environment = endless();
    let run = environment.spawn(&["apply", "prod", "--yes"]);
    wait_for_pods(&environment);
    run.signal("KILL");
    assert_eq!(run.end().code, None);

    environment.trueup(&["lock", "show", "prod"]).success().prints("its process has ended");
}

#[test]
fn no_lock_is_one_line_and_breaking_it_no_error() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "1"));
    for is_deployed in [false, true] {
        if is_deployed {
            environment.apply();
        }
        let before = environment.footprint();

        let shown = environment.trueup(&["lock", "show", "prod"]).success();
        let broken = environment.trueup(&["lock", "break", "prod"]).success();

        assert_eq!(
            (shown.stdout.as_str(), broken.stdout.as_str()),
            ("prod isn't locked\n", "prod isn't locked\n")
        );
        assert_eq!(environment.footprint(), before);
    }
    let target = environment.trueup(&["lock", "show", "-o", "json"]).success().target();
    assert_eq!(target, json!({"target": "prod", "lock": null, "broken": false}));
}

#[test]
fn a_broken_lock_is_free_at_once() {
    let (environment, _) = held_elsewhere();

    let broken = environment.trueup(&["lock", "break", "prod", "--yes"]).success();

    broken.prints("the lock of prod is broken; it was held by somebody@elsewhere\n");
    environment.trueup(&["apply", "prod", "--yes", "--lock-timeout", "0s"]).success();
}

#[test]
fn a_run_whose_lock_is_broken_stops() {
    let environment = endless();
    let run = environment.spawn(&["apply", "prod", "--yes"]);
    wait_for_pods(&environment);

    let broken = environment.trueup(&["lock", "break", "prod", "--yes", "-o", "json"]).success().target();

    assert_eq!(broken["broken"], true);
    run.end().exits(6).prints("nothing was recorded, because the lock was lost");
    let history = environment.trueup(&["history", "prod", "-o", "json"]).success().json();
    assert_eq!(history["targets"], json!([]));
}

#[test]
fn a_lock_isnt_broken_unless_somebody_agrees() {
    let (environment, lease) = held_elsewhere();

    let run = environment.trueup(&["lock", "break", "prod"]).exits(64);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup lock break prod
    --- stderr
    error: nobody is there to confirm that the lock is broken

    hint: use --yes in scripts
    --- exit status 64
    ");
    assert_eq!(environment.live_object(&lease)["spec"]["holderIdentity"], "somebody@elsewhere");
}

#[test]
fn without_the_right_to_the_lock_the_error_names_verb_and_resource() {
    let (environment, lease) = held_elsewhere();
    environment
        .trueup(&["lock", "show", "prod", "--as", "nobody"])
        .exits(1)
        .complains("cannot get resource \"leases\"");
    environment.allow(
        "clerk",
        &json!([{"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["get"]}]),
    );

    environment
        .trueup(&["lock", "break", "prod", "--yes", "--as", "clerk"])
        .exits(1)
        .complains("cannot update resource \"leases\"");

    assert_eq!(environment.live_object(&lease)["spec"]["holderIdentity"], "somebody@elsewhere");
}

#[test]
fn a_lock_is_of_one_environment() {
    let environment = TestEnvironment::new();
    environment.write("trueup.yaml", &format!("{}  other: {{}}\n", environment.configuration()));
    environment.write("deploy/a.yaml", &config_map("a", "x", "1"));

    environment.trueup(&["lock", "show", "*"]).exits(64).complains("a lock is of one environment");
    environment.trueup(&["lock", "show", "nowhere"]).exits(1).complains("nowhere");
    environment
        .trueup(&["lock", "show", "prod", "-o", "yaml"])
        .exits(64)
        .complains("lock prints text or json");
    environment.trueup(&["lock"]).exits(64);
}
