//! `trueup status` and `trueup history`: what is deployed, and what was.

use trueup::json::json;

use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, deployment, service};

/// A deployed shop of a Deployment, its Service and a `ConfigMap`.
fn shop() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.write("deploy/web.yaml", &[deployment("web", "web:1"), service("web", 80)].join("---\n"));
    environment.commit("Open the shop");
    environment.apply();
    environment
}

#[test]
fn nothing_deployed_is_said_as_such() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    let status = environment.trueup(&["status", "prod"]).success();
    insta::assert_snapshot!(status.snapshot(), @"
    $ trueup status prod
    prod on $SERVER ([version]), namespace $NAMESPACE
      deployed nothing yet
      health  no objects
    --- exit status 0
    ");
    let history = environment.trueup(&["history", "prod"]).success();
    insta::assert_snapshot!(history.snapshot(), @"
    $ trueup history prod
    no releases yet
    --- exit status 0
    ");
}

#[test]
fn a_healthy_deployment_is_shown_with_its_objects() {
    let environment = shop();
    let status = environment.trueup(&["status", "prod"]).success();
    insta::assert_snapshot!(status.snapshot(), @r#"
    $ trueup status prod
    prod on $SERVER ([version]), namespace $NAMESPACE
      deployed release 1, healthy, by tester@[host], [ago]
      commit  $COMMIT1 "Open the shop", Ada Example, [ago], main
      git  up to date with main
      drift  none
      health  3 ready
               1 ConfigMap, 1 Deployment, 1 Service
      pods  1/1 ready
    --- exit status 0
    "#);
}

#[test]
fn the_status_is_one_json_document() {
    let environment = shop();

    let run = environment.trueup(&["status", "prod", "-o", "json"]).success();

    assert_eq!(run.json()["kind"], "Status");
    let status = run.target();
    assert_eq!(status["deployed"]["release"], 1);
    assert_eq!(status["deployed"]["commit"]["subject"], "Open the shop");
    assert_eq!(status["health"], json!({"ready": 3, "progressing": 0, "failed": 0, "unknown": 0}));
    assert_eq!(status["drift"], json!({"objects": 0, "fields": 0}));
    assert_eq!((&status["behind"], &status["ahead"]), (&json!(0), &json!(0)));
}

#[test]
fn commits_that_arent_deployed_are_counted() {
    let mut environment = shop();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "error"));

    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();

    assert_eq!(status["behind"], 2);
}

#[test]
fn drift_is_counted() {
    let environment = shop();
    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));

    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();

    assert_eq!(status["drift"], json!({"objects": 1, "fields": 1}));
}

#[test]
fn the_status_needs_no_manifests_that_can_be_read() {
    let environment = shop();
    environment.write("deploy/settings.yaml", "not even YAML: [");

    environment.trueup(&["status", "prod"]).success().prints("Open the shop");
}

#[test]
fn the_history_lists_releases_with_their_outcome() {
    let mut environment = shop();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:missing"));
    environment.trueup(&["apply", "prod", "--yes"]).exits(4);
    environment.trueup(&["rollback", "prod", "--yes"]).success();

    let history = environment.trueup(&["history", "prod"]).success();
    insta::assert_snapshot!(history.snapshot(), @"
    $ trueup history prod
    RELEASE  RESULT  WHEN  COMMIT  BY  CHANGES  SUBJECT
    3  healthy  [ago]  $COMMIT1  tester@[host]  +1 ~1  back to 1: Open the shop
    2  unhealthy  [ago]  $COMMIT2  tester@[host]  ~1 -1  undone by 3: Change deploy/web.yaml
    1  healthy  [ago]  $COMMIT1  tester@[host]  +4  Open the shop
    --- exit status 0
    ");
    let json = environment.trueup(&["history", "prod", "-o", "json"]).success().json();
    assert_eq!(json["kind"], "History");
    let results: Vec<_> =
        json["targets"].as_array().expect("rows").iter().map(|row| &row["result"]).collect();
    assert_eq!(results.len(), 3);
    assert!(results.contains(&&json!("unhealthy")), "{json}");
}

#[test]
fn a_release_is_shown_in_full() {
    let environment = shop();
    let release = environment.trueup(&["history", "prod", "1"]).success();
    insta::assert_snapshot!(release.snapshot(), @r#"
    $ trueup history prod 1
    release 1 of prod: healthy
      commit  $COMMIT1 "Open the shop", Ada Example, [ago], main
      by  tester@[host] (as ordinary of the API server)
      when  [timestamp], [ago], took [time]
      plan  v1:[digest]
      tool  trueup/v0.1.0

      + created  Namespace/$NAMESPACE
      + created  $NAMESPACE/ConfigMap/settings
      + created  $NAMESPACE/Service/web
      + created  $NAMESPACE/Deployment/web
    --- exit status 0
    "#);
    environment.trueup(&["history", "prod", "7"]).exits(1);
}

#[test]
fn old_releases_are_trimmed_but_never_those_one_can_go_back_to() {
    let mut environment = TestEnvironment::new();
    let few = format!("{}history: {{keep: 2}}\n", environment.configuration());
    environment.write("trueup.yaml", &few);
    for value in 1..=4 {
        environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", &value.to_string()));
        environment.apply();
    }

    let history = environment.trueup(&["history", "prod", "-o", "json"]).success().json();

    let releases: Vec<_> =
        history["targets"].as_array().expect("rows").iter().map(|row| row["release"].clone()).collect();
    assert!(releases.len() < 4 && releases.starts_with(&[json!(4), json!(3)]), "{history}");
    environment.trueup(&["rollback", "prod", "--yes"]).success();
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["value"], "3");
}
