//! Variables of the command line whose values are secret, and so on no record: what a
//! rollback makes of those that it's given.

use crate::harness::manifests::{config_map, deployment, secret};
use crate::harness::{Run, TestEnvironment};

const OLD: &str = "PASSWORD=hunter1";
const NEW: &str = "PASSWORD=hunter2";

/// A shop whose password is a variable, and whose image may be one that crashes.
fn shop() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    let sources = "sources: [{path: deploy, substitute: true}]\n";
    let asking = environment.configuration().replace("sources: deploy\n", sources);
    environment.write("trueup.yaml", &asking);
    environment.write("deploy/a.yaml", &config_map("settings", "value", "${STAGE}"));
    environment.write("deploy/secret.yaml", &secret("keys", "password", "${PASSWORD}"));
    environment.write("deploy/web.yaml", &deployment("web", "${IMAGE}"));
    environment.commit("Start");
    environment
}

fn apply(environment: &TestEnvironment, vars: &[&str]) -> Run {
    apply_with(environment, vars, &[])
}

fn apply_with(environment: &TestEnvironment, vars: &[&str], options: &[&str]) -> Run {
    let given = vars.iter().flat_map(|var| ["--var", var]);
    let always = ["apply", "prod", "--yes", "--rollback-on-failure"];
    environment.trueup(&always.into_iter().chain(given).chain(options.iter().copied()).collect::<Vec<_>>())
}

fn password(environment: &TestEnvironment) -> String {
    let live = environment.live_object("v1/secrets/keys");
    live["data"]["password"].as_str().expect("a password").to_owned()
}

#[test]
fn a_rollback_after_a_failure_puts_nothing_back_by_a_password_of_another_run() {
    let environment = shop();
    apply(&environment, &["STAGE=one", "IMAGE=web:1", OLD]).success();

    let run = apply(&environment, &["STAGE=two", "IMAGE=web:crash", NEW]).exits(4);

    let said = run.snapshot();
    let from = said.find("error: release 1").unwrap_or_default();
    let to = said.find("\n--- stderr").unwrap_or(said.len());
    insta::assert_snapshot!(&said[from..to], @"
    error: release 1 can't be put back with the variables that this run was given
    caused by: PASSWORD had another value in release 1, which isn't recorded

    hint: trueup rollback prod --release 1 --var PASSWORD=… puts it back, with what it had then

    prod: the rollback to release 1 could NOT begin
    ");
    run.never_says("hunter");
    // Which is what the failed run wrote.
    assert_eq!(password(&environment), "aHVudGVyMg==");
    environment.trueup(&["rollback", "prod", "--release", "1", "--yes", "--var", OLD]).success();
    assert_eq!(password(&environment), "aHVudGVyMQ==");
    let live = environment.live_object("v1/configmaps/settings");
    assert_eq!(live["data"]["value"], "one");
}

#[test]
fn the_same_password_is_put_back_wherever_it_comes_from() {
    let environment = shop();
    apply(&environment, &["STAGE=one", "IMAGE=web:1", OLD]).success();
    environment.write("vars.yaml", "PASSWORD: hunter1\n");

    apply_with(&environment, &["STAGE=two", "IMAGE=web:crash"], &["--var-file", "vars.yaml"])
        .exits(5)
        .never_says("hunter");

    assert_eq!(password(&environment), "aHVudGVyMQ==");
}

#[test]
fn another_password_keeps_nothing_from_going_back_where_secrets_are_left_alone() {
    let environment = shop();
    apply(&environment, &["STAGE=one", "IMAGE=web:1", OLD]).success();

    apply_with(&environment, &["STAGE=two", "IMAGE=web:crash", NEW], &["--keep-secrets"])
        .exits(5)
        .never_says("hunter");

    // As the failed run, which rotated it, left it.
    assert_eq!(password(&environment), "aHVudGVyMg==");
    let live = environment.live_object("v1/configmaps/settings");
    assert_eq!(live["data"]["value"], "one");
}

#[test]
fn where_the_key_is_gone_a_password_isnt_taken_for_the_same() {
    let environment = shop();
    apply(&environment, &["STAGE=one", "IMAGE=web:1", OLD]).success();
    environment.delete("v1/secrets/trueup-shop-prod");

    let run = apply(&environment, &["STAGE=two", "IMAGE=web:crash", OLD]).exits(4);

    run.prints("whether PASSWORD had the same value in release 1 isn't known: its digest has another key");
}

#[test]
fn a_rollback_says_that_a_password_is_another_one_than_that_of_the_release() {
    let environment = shop();
    apply(&environment, &["STAGE=one", "IMAGE=web:1", OLD]).success();
    apply(&environment, &["STAGE=two", "IMAGE=web:1", OLD]).success();

    let run = environment.trueup(&["rollback", "prod", "--dry-run", "--var", NEW]).success();

    run.prints("release 1 had another value of PASSWORD").never_says("hunter");
    let run = environment.trueup(&["rollback", "prod", "--dry-run", "--var", OLD]).success();
    run.never_says("another value");
}

#[test]
fn a_hold_says_that_the_restored_release_had_other_variables() {
    let environment = shop();
    apply(&environment, &["STAGE=one", "IMAGE=web:1", OLD]).success();
    apply(&environment, &["STAGE=two", "IMAGE=web:1", OLD]).success();

    let other = ["rollback", "prod", "--yes", "--var", "STAGE=three", "--var", "IMAGE=web:1", "--var", NEW];
    environment.trueup(&other).success();

    let run = environment.trueup(&["hold", "show", "prod"]).success();
    run.prints("back to release 1, but with another PASSWORD, STAGE\n").never_says("hunter");
    let told = environment.trueup(&["hold", "show", "prod", "-o", "json"]).success().target();
    assert_eq!(told["hold"]["otherVariables"], trueup::json::json!(["PASSWORD", "STAGE"]));
    environment.trueup(&["hold", "clear", "prod", "--yes"]).success();
    apply(&environment, &["STAGE=four", "IMAGE=web:1", OLD]).success();
    environment.trueup(&["rollback", "prod", "--release", "1", "--yes", "--var", OLD]).success();
    environment.trueup(&["hold", "show", "prod"]).success().prints("back to release 1\n");
}
