//! What is held after a rollback, and its end.

use trueup::json::{Value, json};

use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, deployment, secret};

/// Lines aren't broken: where they would be depends on the machine's name.
fn wide() -> TestEnvironment {
    TestEnvironment::new().variable("COLUMNS", "1000")
}

fn settings(value: &str) -> String {
    config_map("settings", "value", value)
}

/// Two releases of one setting, `one` and `two`, of which the second was rolled back.
/// Their commits.
fn rolled_back() -> (TestEnvironment, [String; 2]) {
    let mut environment = wide();
    let commits = ["one", "two"].map(|value| {
        let commit = environment.commit_file("deploy/settings.yaml", &settings(value));
        environment.apply();
        commit
    });
    environment.trueup(&["rollback", "prod", "--yes"]).success();
    (environment, commits)
}

fn hold(environment: &TestEnvironment) -> Value {
    environment.trueup(&["hold", "show", "prod", "-o", "json"]).success().target()["hold"].clone()
}

#[track_caller]
fn is_held(environment: &TestEnvironment) {
    let before = environment.footprint();
    environment.trueup(&["apply", "prod", "--yes"]).exits(3).prints("refused: hold: ");
    assert_eq!(environment.footprint(), before);
}

#[test]
fn a_fix_that_fails_does_not_end_the_hold() {
    let mut environment = wide();
    for image in ["web:1", "web:crash"] {
        environment.commit_file("deploy/web.yaml", &deployment("web", image));
        drop(environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success());
    }
    environment.trueup(&["rollback", "prod", "--yes", "--release", "1"]).success();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:missing"));
    environment.trueup(&["apply", "prod", "--yes"]).exits(4);

    environment.commit_file("deploy/web.yaml", &deployment("web", "web:crash"));

    is_held(&environment);
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:2"));
    environment.trueup(&["apply", "prod", "--yes"]).success().prints("the hold is over");
}

#[test]
fn of_two_lines_of_history_that_are_held_a_fix_ends_its_own() {
    let (mut environment, [first, _]) = rolled_back();
    environment.repository.git(&["checkout", "--quiet", "-b", "side", &first]);
    let side = environment.commit_file("deploy/other.yaml", &config_map("other", "value", "side"));
    environment.trueup(&["apply", "prod", "--yes"]).success();
    environment.trueup(&["rollback", "prod", "--yes", "--release", "1"]).success();
    environment.repository.git(&["checkout", "--quiet", "main"]);
    environment.commit_file("deploy/settings.yaml", &settings("three"));

    environment.trueup(&["apply", "prod", "--yes"]).success();

    assert_eq!(hold(&environment)["commits"], json!([side]));
}

#[test]
fn a_pipeline_that_is_run_again_does_not_deploy_what_was_rolled_back() {
    let (environment, commits) = rolled_back();
    let before = environment.footprint();

    let run = environment.trueup(&["apply", "prod", "--ref", &commits[1], "--yes"]).exits(3);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --ref $COMMIT2 --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Change deploy/settings.yaml", Ada Example, [ago]
      deployed release 3, commit $COMMIT1

      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.value: one → two  ← $COMMIT2 (line 6)

    Plan: 1 to update
    digest v1:[digest]
    ([n] requests, [time])
    refused: hold: $COMMIT2 is held, since release 2 was rolled back by tester@[host] at [timestamp]; a commit that mends or reverts it passes, and `trueup hold clear prod` ends it
      --override hold --reason TEXT lets it pass

    prod: refused by hold, nothing was written ($COMMIT2 "Change deploy/settings.yaml", [time])
    --- exit status 3
    "#);
    assert_eq!(environment.footprint(), before);
    assert_eq!(environment.setting(), "one");
    let plan = environment.trueup(&["plan", "prod"]).success();
    plan.prints("apply would be refused now: hold:");
    environment.trueup(&["status", "prod"]).success().prints("release 2 was rolled back");
}

#[test]
fn a_rollback_says_what_it_holds_and_how_git_says_the_same() {
    let mut environment = wide();
    environment.commit_file("deploy/settings.yaml", &settings("one"));
    environment.apply();
    environment.commit_file("README.md", "Hello");
    environment.commit_file("deploy/settings.yaml", &settings("two"));
    environment.apply();

    let run = environment.trueup(&["rollback", "prod", "--yes"]).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup rollback prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/settings.yaml", Ada Example, [ago]
      deployed release 2, commit $COMMIT3

      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.value: two → one  ← $COMMIT1 (line 6)

    Plan: 1 to update
    digest v1:[digest]
    ([n] requests, [time])
    note: $COMMIT3 and 1 other commit are held: `apply` refuses them until a commit mends or reverts that, or until `trueup hold clear prod`
    note: `git revert $COMMIT1..$COMMIT3` makes Git say what the cluster has now

    prod: release 3 is healthy ($COMMIT1 "Change deploy/settings.yaml", 1 changed, 0 unchanged, [time])
    --- stderr
    updated  $NAMESPACE/ConfigMap/settings
    --- exit status 0
    "#);
    let commits = environment.repository.commits().to_vec();
    let range = format!("{}..{}", &commits[0][..7], &commits[2][..7]);
    environment.repository.git(&["revert", "--no-edit", &range]);
    environment.trueup(&["apply", "prod", "--yes"]).success().prints("the hold is over");
    assert_eq!(hold(&environment), Value::Null);
}

#[test]
fn what_lies_between_is_held_as_well() {
    let mut environment = wide();
    environment.commit_file("deploy/settings.yaml", &settings("one"));
    environment.apply();
    let between = environment.commit_file("deploy/settings.yaml", &settings("between"));
    let last = environment.commit_file("deploy/settings.yaml", &settings("two"));
    environment.apply();
    environment.trueup(&["rollback", "prod", "--yes"]).success();

    environment.trueup(&["apply", "prod", "--ref", &between, "--yes"]).exits(3).prints("refused: hold: ");

    assert_eq!(hold(&environment)["commits"], json!([last, between]));
}

#[test]
fn an_unrelated_merge_on_top_is_held_and_a_fix_is_not() {
    let (mut environment, _) = rolled_back();
    environment.repository.git(&["checkout", "--quiet", "-b", "side", "HEAD~1"]);
    environment.commit_file("deploy/other.yaml", &config_map("other", "a", "1"));
    environment.repository.git(&["checkout", "--quiet", "main"]);
    environment.repository.git(&["merge", "--quiet", "--no-ff", "-m", "Merge side", "side"]);

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    run.prints("ConfigMap/settings as before release 2 was rolled back by tester");
    environment.commit_file("deploy/settings.yaml", &settings("three"));
    environment.trueup(&["apply", "prod", "--yes"]).success().prints("the hold is over");
    assert_eq!(environment.setting(), "three");
    assert_eq!(hold(&environment), Value::Null);
}

#[test]
fn a_rollback_of_uncommitted_files_holds_what_they_changed() {
    let mut environment = wide();
    environment.write("deploy/other.yaml", &config_map("other", "value", "one"));
    environment.commit_file("deploy/settings.yaml", &settings("one"));
    environment.apply();
    environment.write("deploy/settings.yaml", &settings("two"));
    environment.trueup(&["apply", "prod", "--yes", "--dirty"]).success();

    let run = environment.trueup(&["rollback", "prod", "--yes", "--release", "1"]).success();

    run.prints(&format!(
        "note: {}/ConfigMap/settings is held: `apply` refuses what release 2 made of that until it says something \
         else, or until `trueup hold clear prod`",
        environment.namespace
    ));
    assert_eq!(environment.setting(), "one");
    assert_eq!(hold(&environment)["commits"], json!([]));
    environment
        .trueup(&["hold", "show", "prod"])
        .success()
        .prints("ConfigMap/settings")
        .prints("back to release 1");
    let run = environment.trueup(&["apply", "prod", "--yes", "--dirty"]).exits(3);
    run.prints("refused: hold: what isn't committed is held, since it has ");
    environment.write("deploy/other.yaml", &config_map("other", "value", "two"));
    environment.commit("Deploy it all the same");
    is_held(&environment);
    environment.write("deploy/settings.yaml", &settings("one"));
    environment.commit("Revert that");
    environment.apply();
    environment.write("deploy/settings.yaml", &settings("two"));
    let run = environment.trueup(&["apply", "prod", "--yes", "--dirty"]).exits(3);
    run.prints("refused: hold: ");

    environment.commit_file("deploy/settings.yaml", &settings("three"));

    environment.apply().prints("the hold is over, since what was rolled back is mended");
    assert_eq!(hold(&environment), Value::Null);
}

#[test]
fn uncommitted_files_that_fail_are_held_after_the_rollback_that_follows() {
    let mut environment = wide();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.write("deploy/web.yaml", &deployment("web", "web:crash"));
    let failing = ["apply", "prod", "--yes", "--dirty", "--rollback-on-failure"];
    environment.trueup(&failing).exits(5);

    environment.trueup(&failing).exits(3).prints("refused: hold: ");

    environment.write("deploy/web.yaml", &deployment("web", "web:2"));
    environment.trueup(&failing).success().prints("the hold is over");
}

#[test]
fn a_rebase_and_a_cherry_pick_are_held() {
    let (mut environment, commits) = rolled_back();
    environment.repository.git(&["checkout", "--quiet", "-b", "picked", &commits[0]]);
    environment.commit_file("README.md", "Hello");
    environment.repository.git(&["cherry-pick", &commits[1]]);
    assert_ne!(environment.repository.git(&["rev-parse", "HEAD"]), commits[1]);

    is_held(&environment);
}

#[test]
fn a_commit_without_the_fault_passes_and_leaves_the_hold() {
    let (mut environment, commits) = rolled_back();
    environment.repository.git(&["checkout", "--quiet", "-b", "side", &commits[0]]);
    environment.commit_file("deploy/other.yaml", &config_map("other", "a", "1"));

    environment.trueup(&["apply", "prod", "--yes"]).success();

    environment.trueup(&["apply", "prod", "--ref", "main", "--yes"]).exits(3).prints("refused: hold: ");
    assert_eq!(environment.setting(), "one");
}

#[test]
fn what_was_restored_may_be_applied_again() {
    let (environment, commits) = rolled_back();
    environment.edit("v1/configmaps/settings", &json!({"data": {"value": "somebody's"}}));

    environment.trueup(&["apply", "prod", "--ref", &commits[0], "--yes"]).success();

    assert_eq!(environment.setting(), "one");
    is_held(&environment);
}

#[test]
fn what_was_deleted_and_is_deleted_again_is_held() {
    let mut environment = wide();
    environment.write("deploy/other.yaml", &config_map("other", "a", "1"));
    environment.commit_file("deploy/settings.yaml", &settings("one"));
    environment.apply();
    environment.remove("deploy/settings.yaml");
    environment.commit("Remove the settings");
    environment.apply();
    environment.trueup(&["rollback", "prod", "--yes"]).success();
    environment.commit_file("deploy/more.yaml", &config_map("more", "a", "1"));
    is_held(&environment);

    environment.commit_file("deploy/settings.yaml", &settings("one"));

    environment.apply();
    assert_eq!(environment.setting(), "one");
}

#[test]
fn a_fix_to_what_belongs_together_ends_the_hold() {
    let mut environment = wide();
    let web = |image: &str| {
        let from = "          envFrom:\n            - configMapRef:\n                name: settings\n";
        deployment("web", image) + from
    };
    environment.write("deploy/settings.yaml", &settings("one"));
    environment.write("deploy/other.yaml", &config_map("other", "a", "1"));
    environment.commit_file("deploy/web.yaml", &web("web:1"));
    environment.apply();
    environment.write("deploy/settings.yaml", &settings("two"));
    environment.write("deploy/other.yaml", &config_map("other", "a", "2"));
    environment.commit_file("deploy/web.yaml", &web("web:missing"));
    environment.trueup(&["apply", "prod", "--yes"]).exits(4);
    environment.trueup(&["rollback", "prod", "--yes"]).success();
    let held = hold(&environment);
    assert!(held["reason"].as_str().is_some_and(|reason| reason.contains("web:missing")), "{held}");
    assert_eq!(held["objects"].as_array().map(Vec::len), Some(2), "{held}");
    environment.commit_file("deploy/other.yaml", &config_map("other", "a", "3"));
    is_held(&environment);

    environment.commit_file("deploy/settings.yaml", &settings("three"));
    let run = environment.trueup(&["plan", "prod"]).success();

    run.never_says("refused");
}

#[test]
fn a_fix_to_what_has_another_name_each_time_passes() {
    let mut environment = wide();
    for number in ["1", "2", "3"] {
        let from =
            format!("          envFrom:\n            - configMapRef:\n                name: cfg-{number}\n");
        environment.write("deploy/settings.yaml", &config_map(&format!("cfg-{number}"), "level", number));
        environment.commit_file("deploy/web.yaml", &(deployment("web", "web:1") + &from));
        environment.apply();
        if number == "2" {
            environment.trueup(&["rollback", "prod", "--yes"]).success();
            environment.commit_file("README.md", "Hello");
            is_held(&environment);
        }
    }
    assert_eq!(hold(&environment), Value::Null);
}

#[test]
fn a_rollback_that_changes_nothing_holds_nothing() {
    let mut environment = wide();
    let first = environment.commit_file("deploy/settings.yaml", &settings("one"));
    environment.apply();
    environment.commit_file("README.md", "Hello");
    environment.apply();

    let run = environment.trueup(&["rollback", "prod", &first, "--yes"]).success();

    run.never_says("held");
    assert_eq!(hold(&environment), Value::Null);
    environment.apply();
}

#[test]
fn a_hold_that_is_lost_with_the_inventory_is_told() {
    let (environment, _) = rolled_back();
    environment.delete("v1/configmaps/trueup-shop-prod");
    environment
        .trueup(&["plan", "prod"])
        .success()
        .prints("warning: what the rollback of release 2 held is lost");
}

#[test]
fn a_secret_is_held_by_its_digest_and_no_value_gets_out() {
    let mut environment = wide();
    for value in ["hunter1", "hunter2"] {
        environment.commit_file("deploy/secret.yaml", &secret("keys", "password", value));
        environment.apply();
    }
    environment.trueup(&["rollback", "prod", "--yes"]).success().never_says("hunter");
    environment.commit_file("README.md", "Hello");

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    run.prints("Secret/keys as before release 2").never_says("hunter");
    let state = environment.live_object("v1/configmaps/trueup-shop-prod").to_string();
    assert!(!state.contains("hunter") && !state.contains("aHVudGVy"), "{state}");
    environment.commit_file("deploy/secret.yaml", &secret("keys", "password", "hunter3"));
    environment.apply();
}

#[test]
fn a_second_rollback_holds_both() {
    let mut environment = wide();
    let commits = ["one", "two", "three"].map(|value| {
        let commit = environment.commit_file("deploy/settings.yaml", &settings(value));
        environment.apply();
        commit
    });
    environment.trueup(&["rollback", "prod", "--yes"]).success();
    environment.trueup(&["rollback", "prod", "--yes"]).success();

    assert_eq!(hold(&environment)["commits"], json!([commits[2], commits[1]]));
    for commit in &commits[1..] {
        environment.trueup(&["apply", "prod", "--ref", commit, "--yes"]).exits(3).prints("refused: hold: ");
    }
    environment.commit_file("README.md", "Hello");
    is_held(&environment);
    // The way forward isn't barred.
    environment.trueup(&["rollback", "prod", &commits[2], "--yes"]).success();
    assert_eq!(environment.setting(), "three");
    assert_eq!(hold(&environment), Value::Null);
    environment.apply();
}

#[test]
fn everything_is_held_until_somebody_ends_it() {
    let mut environment = wide();
    for value in ["one", "two"] {
        environment.commit_file("deploy/settings.yaml", &settings(value));
        environment.apply();
    }
    environment.trueup(&["rollback", "prod", "--yes", "--hold", "the database is on fire"]).success();
    environment.commit_file("deploy/settings.yaml", &settings("three"));

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    run.prints("refused: hold: everything is held").prints("the database is on fire");
    let run = environment.trueup(&["hold", "show", "prod"]).success();
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup hold show prod
    everything is held: nothing may be deployed to prod
      by  tester@[host]
      since  [timestamp], [ago]
      why  the database is on fire
      back to release 1
      commits $COMMIT2
      objects $NAMESPACE/ConfigMap/settings
    `trueup hold clear prod` ends it
    --- exit status 0
    ");
    environment.trueup(&["hold", "clear", "prod"]).exits(64).complains("--yes");
    let run = environment.trueup(&["hold", "clear", "prod", "--yes"]).success();
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup hold clear prod --yes
    the hold of prod is over; it was made by tester@[host] after release 2
    --- exit status 0
    ");
    environment.trueup(&["hold", "clear", "prod", "--yes"]).success().prints("nothing of prod is held");
    environment.apply();
    assert_eq!(environment.setting(), "three");
}

#[test]
fn an_override_passes_a_hold_once() {
    let mut environment = wide();
    for value in ["one", "two"] {
        environment.commit_file("deploy/settings.yaml", &settings(value));
        environment.apply();
    }
    environment.trueup(&["rollback", "prod", "--yes", "--hold"]).success();
    let passing = ["apply", "prod", "--yes", "--override", "hold", "--reason", "I know"];

    environment.trueup(&passing).success().prints("overridden: everything is held");

    assert_eq!(environment.setting(), "two");
    environment.commit_file("deploy/settings.yaml", &settings("three"));
    is_held(&environment);
    environment.trueup(&["hold", "clear", "prod", "--yes"]).success();
    environment.apply();
}

#[test]
fn an_override_of_what_was_rolled_back_ends_its_hold() {
    let (environment, _) = rolled_back();
    let passing = ["apply", "prod", "--yes", "--override", "hold", "--reason", "It wasn't that"];

    environment.trueup(&passing).success().prints("the hold is over");

    assert_eq!(hold(&environment), Value::Null);
}

#[test]
fn nothing_deployed_is_nothing_held() {
    let mut environment = wide();
    environment.commit_file("deploy/settings.yaml", &settings("one"));
    environment.trueup(&["hold", "show", "prod"]).success().prints("nothing of prod is held");
    environment.trueup(&["hold", "show", "prod", "-o", "yaml"]).exits(64);
    assert_eq!(hold(&environment), Value::Null);
}

#[test]
fn a_rollback_that_is_killed_holds_already() {
    let mut environment = wide();
    let commits = ["one", "two"].map(|value| {
        let commit = environment.commit_file("deploy/settings.yaml", &settings(value));
        environment.apply();
        commit
    });
    for nth in 1.. {
        let (run, request) = environment.kill_before_request(nth, &["rollback", "prod", "--yes"]);
        assert!(request.is_some(), "it came to its end: {run}");
        if hold(&environment) != Value::Null {
            break;
        }
    }

    assert_eq!(environment.setting(), "two");
    assert_eq!(hold(&environment)["commits"], json!([commits[1]]));
    is_held(&environment);
}

#[test]
fn a_clone_that_does_not_know_the_way_holds_what_it_knows() {
    let mut environment = wide();
    let commits = ["one", "between", "two"]
        .map(|value| environment.commit_file("deploy/settings.yaml", &settings(value)));
    for commit in [&commits[0], &commits[2]] {
        environment.trueup(&["apply", "prod", "--ref", commit, "--yes"]).success();
    }
    let shallow = environment.clone_with(&["--depth=1"]);

    let run = environment.trueup_in(&shallow, &["rollback", "prod", "--yes"]).exits(1);
    run.complains("isn't in this clone").complains("git fetch --unshallow");
    let fetch = ["-C", &*shallow.to_string_lossy(), "fetch", "--quiet", "--depth=1", "origin", &commits[0]];
    environment.repository.git(&fetch);
    environment.trueup_in(&shallow, &["rollback", "prod", "--yes"]).success();

    assert_eq!(environment.setting(), "one");
    assert_eq!(hold(&environment)["commits"], json!([commits[2]]));
    is_held(&environment);
}
