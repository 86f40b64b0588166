//! Unchanged objects that aren't healthy are told, and fail the run only with
//! `--wait=all`.

use trueup::json::{Value, json};

use crate::harness::TestEnvironment;
use crate::harness::manifests::config_map;

/// Two settings, deployed and healthy; then one of them breaks.
fn broken_since() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    let rule =
        "health:\n  - {kind: ConfigMap, current: \"!has(data.broken)\", failed: \"data.broken == 'yes'\"}\n";
    environment.write("trueup.yaml", &(environment.configuration() + rule));
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.commit_file("deploy/other.yaml", &config_map("other", "level", "info"));
    environment.apply();
    environment.edit("v1/configmaps/other", &json!({"data": {"broken": "yes"}}));
    environment
}

fn told(environment: &TestEnvironment) -> String {
    format!("not changed by this run, and not healthy: {}/ConfigMap/other", environment.namespace)
}

fn releases(environment: &TestEnvironment) -> usize {
    let history = environment.trueup(&["history", "prod", "-o", "json"]).success().json();
    history["targets"].as_array().expect("releases").len()
}

const ALL: [&str; 6] = ["apply", "prod", "--yes", "--wait=all", "--wait-timeout", "1s"];

#[test]
fn what_isnt_healthy_is_told_where_nothing_changes() {
    let environment = broken_since();

    let run = environment.trueup(&["apply", "prod", "--yes"]).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    note: not changed by this run, and not healthy: $NAMESPACE/ConfigMap/other (its
      status says no more)

    prod: nothing to change ($COMMIT1 "Change deploy/other.yaml", 2 objects, [n] requests, [time])
    --- exit status 0
    "#);
}

#[test]
fn what_isnt_healthy_is_told_beside_what_changes() {
    let mut environment = broken_since();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));

    let run = environment.trueup(&["apply", "prod", "--yes", "-o", "json"]).success();

    let outcome = run.target();
    assert_eq!(outcome["result"], "healthy");
    let notes = outcome["notes"].as_array().expect("notes");
    let is_told = |note: &&Value| note.as_str().is_some_and(|note| note.starts_with(&told(&environment)));
    assert_eq!(notes.iter().filter(is_told).count(), 1, "{outcome}");
}

#[test]
fn with_wait_all_it_fails_the_run() {
    let mut environment = broken_since();

    let run = environment.trueup(&ALL).exits(4);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes --wait=all --wait-timeout 1s
    error: $NAMESPACE/ConfigMap/other isn't healthy: still as before the change: its status says no more
     --> deploy/other.yaml:1:1

    note: not changed by this run, and not healthy: $NAMESPACE/ConfigMap/other (still
      as before the change: its status says no more)

    prod: release 1 is NOT healthy: $NAMESPACE/ConfigMap/other
      ($COMMIT1 "Change deploy/other.yaml", 0 changed, 2 unchanged, [time])
    --- exit status 4
    "#);
    assert_eq!(releases(&environment), 1);
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));
    environment.trueup(&ALL).exits(4).prints(&told(&environment));
    environment.edit("v1/configmaps/other", &json!({"data": {"broken": null}}));
    environment.trueup(&ALL).success().never_says("not healthy");
    assert_eq!(releases(&environment), 3);
    // Nothing is left to do, and nothing to record.
    environment.trueup(&ALL).success().prints("is healthy");
    assert_eq!(releases(&environment), 3);
    environment.trueup(&["apply", "prod", "--yes", "--wait=all", "--no-wait"]).exits(64);
}

#[test]
fn what_gets_healthy_meanwhile_isnt_told() {
    let mut environment = broken_since();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));

    let run = environment.apply_and_before("PATCH", "v1/configmaps/settings", || {
        environment.edit("v1/configmaps/other", &json!({"data": {"broken": null}}));
    });

    run.success().never_says("not healthy");
}
