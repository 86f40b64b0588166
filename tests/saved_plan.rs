//! `apply --plan` and `--expect`: what was approved is done, or nothing.

use trueup::json::{Value, json};

use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, secret, service};

/// A deployed setting, and a saved plan to change it.
fn planned() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));
    environment.trueup(&["plan", "prod", "--out", "plan.json"]).success();
    environment
}

/// Writes the saved plan with something in it changed.
fn rewrite(environment: &TestEnvironment, change: impl FnOnce(&mut Value)) {
    let mut plan: Value = serde_json::from_str(&environment.read("plan.json")).expect("a plan");
    change(&mut plan);
    environment.write("plan.json", &plan.to_string());
}

const APPLY: [&str; 5] = ["apply", "prod", "--yes", "--plan", "plan.json"];

#[test]
fn a_saved_plan_is_applied_as_it_was_agreed_to() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    // What isn't there yet can only be guessed at, and a guess is no agreement.
    environment.create_namespace();
    environment.trueup(&["plan", "prod", "--out", "plan.json"]).success();

    environment.trueup(&APPLY).success();

    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "info");
}

#[test]
fn a_stale_plan_is_refused_and_shows_what_is_different() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.commit_file("deploy/old.yaml", &config_map("old", "a", "1"));
    environment.apply();
    environment.remove("deploy/old.yaml");
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));
    environment.trueup(&["plan", "prod", "--out", "plan.json"]).success();
    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));
    environment.delete("v1/configmaps/old");
    environment.commit_file("deploy/new.yaml", &service("new", 80));
    let before = environment.footprint();

    let run = environment.trueup(&APPLY).exits(3);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes --plan plan.json
    --- stderr
    error: prod: the plan isn't the one saved in plan.json
    caused by: its digest is v1:[digest], the saved one's is v1:[digest]

    hint: plan anew with --out, and have that one approved

    prod: not in the saved plan:
      + create  $NAMESPACE/Service/new  deploy/new.yaml:1
          ← $COMMIT3 "Change deploy/new.yaml", Ada Example, [ago]

    prod: in the saved plan, and not planned any more:
      - delete  $NAMESPACE/ConfigMap/old
          ← $COMMIT2 "Change deploy/settings.yaml", Ada Example, [ago] (deploy/old.yaml)

    prod: planned otherwise than saved:
      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.level: info → warn  ← saved
          data.level: debug → warn
            ← now, changed live by kubectl-edit, [ago]; info was deployed,
              $COMMIT2 "Change deploy/settings.yaml", Ada Example, [ago] (line 6)
    --- exit status 3
    "#);
    assert_eq!(environment.footprint(), before);
    environment.trueup(&["apply", "prod", "--dry-run", "--plan", "plan.json"]).exits(3);
}

#[test]
fn the_difference_is_json_where_json_is_asked_for() {
    let environment = planned();
    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));

    let error =
        environment.trueup(&["apply", "prod", "--yes", "--plan", "plan.json", "-o", "json"]).exits(3).json();

    assert_eq!((&error["kind"], &error["exit"]), (&json!("Error"), &json!(3)));
    let difference = &error["differences"][0];
    assert_eq!(difference["target"], "prod");
    assert_ne!(difference["saved"], difference["now"]);
    let found = &difference["actions"][0];
    assert_eq!(found["object"]["name"], "settings");
    let field = &found["fields"][0];
    assert_eq!(field["path"], "data.level");
    assert_eq!((&field["saved"]["from"], &field["now"]["from"]), (&json!("info"), &json!("debug")));
}

#[test]
fn a_secret_that_is_another_one_now_is_told_without_its_value() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.commit_file("deploy/secret.yaml", &secret("credentials", "password", "sesame"));
    environment.trueup(&["plan", "prod", "--out", "plan.json"]).success();
    environment.commit_file("deploy/secret.yaml", &secret("credentials", "password", "swordfish"));

    let run = environment.trueup(&APPLY).exits(3).never_says("sesame").never_says("swordfish");

    assert!(run.stderr.contains("its source file or the live object is another one now"), "{run}");
}

#[test]
fn what_a_plan_file_does_not_hold_is_told_in_words() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.trueup(&["plan", "prod", "--out", "plan.json"]).success();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));

    environment.trueup(&APPLY).exits(3).complains("its manifest is another one now");
}

#[test]
fn an_expected_digest_that_is_another_one_is_refused() {
    let environment = planned();

    let run = environment.trueup(&["apply", "prod", "--yes", "--expect", "v1:other"]).exits(3);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes --expect v1:other
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Change deploy/settings.yaml", Ada Example, [ago], main
      deployed release 1, commit $COMMIT1

      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.level: info → warn  ← $COMMIT2 (line 6)

    Plan: 1 to update
    digest v1:[digest]
    ([n] requests, [time])
    --- stderr
    error: prod: the plan isn't the expected one
    caused by: its digest is v1:[digest], expected was v1:other

    hint: look at today's plan, and have that one approved
    --- exit status 3
    "#);
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "info");
}

#[test]
fn a_plan_for_another_cluster_is_refused_first() {
    let environment = planned();
    rewrite(&environment, |plan| {
        plan["targets"][0]["cluster"] =
            json!({"server": "https://other:6443", "uid": "other", "version": "v1.36.3"});
    });
    // Nothing else is looked at.
    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));

    let run = environment.trueup(&APPLY).exits(3);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup apply prod --yes --plan plan.json
    --- stderr
    error: $SERVER isn't the cluster that the saved plan is for
    caused by: the plan is for https://other:6443 with uid other; here the uid is [uid]

    hint: use the right context, or plan anew for this cluster
    --- exit status 3
    ");
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "debug");
}

#[test]
fn a_plan_for_another_environment_is_told_by_name() {
    let environment = planned();
    rewrite(&environment, |plan| plan["targets"][0]["target"] = json!("staging"));

    let run = environment.trueup(&APPLY).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup apply prod --yes --plan plan.json
    --- stderr
    error: this file has no plan for prod
     --> plan.json
    caused by: it is for staging

    hint: `trueup plan ENV --out FILE` saves a plan
    --- exit status 1
    ");
}

#[test]
fn a_plan_of_another_version_is_not_guessed_at() {
    for (change, said) in [
        (json!({"schema": "trueup/v2"}), "its format is trueup/v2"),
        (json!({"targets": [{"digest": "v2:x"}]}), "its digest is v2"),
    ] {
        let environment = planned();
        rewrite(&environment, |plan| {
            if let Some(schema) = change.get("schema") {
                plan["schema"] = schema.clone();
            } else {
                plan["targets"][0]["digest"] = change["targets"][0]["digest"].clone();
            }
        });
        environment.trueup(&APPLY).exits(1).complains("another version of trueup").complains(said);
    }
}
