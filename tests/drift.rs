//! The guard `drift`: applying over what somebody changed live.

use trueup::json::json;

use crate::harness::TestEnvironment;
use crate::harness::manifests::config_map;

/// Two deployed settings, of which somebody edits one and deletes the other.
fn drifted(rule: &str) -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    let rules = format!("{}    requires: {{drift: {rule}}}\n", environment.configuration());
    environment.write("trueup.yaml", &rules);
    environment.write("deploy/gone.yaml", &config_map("gone", "a", "1"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));
    environment.delete("v1/configmaps/gone");
    environment
}

fn level(environment: &TestEnvironment) -> String {
    let live = environment.live_object("v1/configmaps/settings");
    live["data"]["level"].as_str().expect("a level").to_owned()
}

#[test]
fn putting_drift_right_is_told_and_done() {
    let environment = drifted("warn");

    let run = environment.trueup(&["apply", "prod", "--yes"]).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/settings.yaml", Ada Example, [ago], main
      deployed release 1, the same commit

      + create  $NAMESPACE/ConfigMap/gone  deploy/gone.yaml:1  ← deleted live
      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.level: debug → info  ← changed live by kubectl-edit, [ago]
          takes data.level from kubectl-edit

    warning: drift: 2 objects were changed live since release 1:
      $NAMESPACE/ConfigMap/gone was deleted,
      $NAMESPACE/ConfigMap/settings by kubectl-edit

    Plan: 1 to create, 1 to update
    digest v1:[digest]
    ([n] requests, [time])
    prod: release 2 is healthy ($COMMIT1 "Change deploy/settings.yaml", 2 changed, 0 unchanged, [time])
    --- stderr
    created  $NAMESPACE/ConfigMap/gone
    updated  $NAMESPACE/ConfigMap/settings
    --- exit status 0
    "#);
    assert_eq!(level(&environment), "info");
    assert!(environment.live("v1/configmaps/gone").is_some());
    environment.trueup(&["plan", "prod"]).success().never_says("changed live");
}

#[test]
fn drift_that_is_allowed_is_not_spoken_of() {
    let environment = drifted("allow");
    environment.apply().never_says("since release");
    assert_eq!(level(&environment), "info");
}

#[test]
fn drift_is_refused_where_the_configuration_says_so() {
    let environment = drifted("refuse");
    let before = environment.footprint();

    environment.trueup(&["plan", "prod"]).success().prints("apply would be refused now: drift:");
    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);
    let outcome = environment.trueup(&["apply", "prod", "--yes", "-o", "json"]).exits(3).target();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/settings.yaml", Ada Example, [ago], main
      deployed release 1, the same commit

      + create  $NAMESPACE/ConfigMap/gone  deploy/gone.yaml:1  ← deleted live
      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.level: debug → info  ← changed live by kubectl-edit, [ago]
          takes data.level from kubectl-edit

    Plan: 1 to create, 1 to update
    digest v1:[digest]
    ([n] requests, [time])
    refused: drift: 2 objects were changed live since release 1:
      $NAMESPACE/ConfigMap/gone was deleted,
      $NAMESPACE/ConfigMap/settings by kubectl-edit
      --override drift --reason TEXT lets it pass

    prod: refused by drift, nothing was written ($COMMIT1 "Change deploy/settings.yaml", [time])
    --- exit status 3
    "#);
    assert_eq!((&outcome["result"], &outcome["guards"][0]["guard"]), (&json!("refused"), &json!("drift")));
    assert_eq!(environment.footprint(), before);

    environment
        .trueup(&["apply", "prod", "--yes", "--override", "drift", "--reason", "it was me"])
        .success()
        .prints("overridden: 2 objects were changed live since release 1");
    assert_eq!(level(&environment), "info");
}

#[test]
fn a_rollback_over_drift_only_warns() {
    let mut environment = drifted("refuse");
    let overriding = ["apply", "prod", "--yes", "--override", "drift", "--reason", "a test"];
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));
    environment.trueup(&overriding).success();
    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));

    environment
        .trueup(&["rollback", "prod", "--yes"])
        .success()
        .prints("warning: drift: 1 object was changed live");

    assert_eq!(level(&environment), "info");
}

#[test]
fn a_record_that_is_gone_doesnt_let_drift_pass_where_it_is_refused() {
    let environment = drifted("refuse");
    environment.delete("v1/configmaps/trueup-shop-prod.r1");

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    assert!(run.stdout.contains("refused: drift: whether anything was changed live"), "{run}");
    assert_eq!(level(&environment), "debug");
}
