//! `requires.after` and `requires.soak`: what has been tried elsewhere first.

use trueup::json::json;

use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, deployment};

/// `staging`, and `prod` which comes after it.
fn shop(requires: &str) -> TestEnvironment {
    let environment = TestEnvironment::new().variable("COLUMNS", "1000");
    let staging = environment.unique("staging");
    let configuration = format!(
        "{}    requires: {requires}\n  staging:\n    namespace: {staging}\n",
        environment.configuration()
    );
    environment.write("trueup.yaml", &configuration);
    environment
}

#[test]
fn what_was_never_elsewhere_is_refused() {
    let mut environment = shop("{after: [staging]}");
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "one"));

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/settings.yaml", Ada Example, [ago], main

      + create  Namespace/$NAMESPACE  the inventory, the lock and the history live there
      + create  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1  (approximate)

    approximate: 1 action could not be tried on the server; what it is shown to do is approximate
    Plan: 2 to create
    ([n] requests, [time])
    refused: after: $COMMIT1 was never live and healthy in staging, which `requires.after` asks for: deploy it there first
      --override after --reason TEXT lets it pass

    prod: refused by after, nothing was written ($COMMIT1 "Change deploy/settings.yaml", [time])
    --- exit status 3
    "#);
    assert!(environment.footprint().is_empty());
    let plan = environment.trueup(&["plan", "prod"]).success();
    plan.prints("apply would be refused now: after:");
    environment.trueup(&["apply", "staging", "--yes"]).success();
    environment.apply();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "two"));
    environment.trueup(&["apply", "prod", "--yes"]).exits(3).prints("was never live and healthy in staging");
}

#[test]
fn what_was_not_healthy_elsewhere_is_refused() {
    let mut environment = shop("{after: [staging]}");
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:missing"));
    environment.trueup(&["apply", "staging", "--yes"]).exits(4);

    environment.trueup(&["apply", "prod", "--yes"]).exits(3).prints("was never live and healthy in staging");
}

#[test]
fn what_was_not_there_for_long_enough_is_refused_with_when_it_will_be() {
    let mut environment = shop("{after: [staging], soak: 30m}");
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "one"));
    environment.trueup(&["apply", "staging", "--yes"]).success();

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    run.prints("asks for 30m of that: it may be deployed from 20");
    environment
        .trueup(&["apply", "prod", "--yes", "--override", "after", "--reason", "A hot fix"])
        .success()
        .prints("overridden: ");
}

#[test]
fn what_was_there_for_long_enough_passes_also_when_something_else_is_there_now() {
    let mut environment = shop("{after: [staging], soak: 1ms}");
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "one"));
    environment.trueup(&["apply", "staging", "--yes"]).success();
    let first = environment.repository.commits()[0].clone();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "two"));
    environment.trueup(&["apply", "staging", "--yes"]).success();

    environment.trueup(&["apply", "prod", "--ref", &first, "--yes"]).success();
}

#[test]
fn what_was_rolled_back_elsewhere_is_refused_and_a_rollback_asks_nobody() {
    let mut environment = shop("{after: [staging]}");
    for value in ["one", "two"] {
        environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", value));
        environment.trueup(&["apply", "staging", "--yes"]).success();
        environment.apply();
    }
    environment.trueup(&["rollback", "staging", "--yes"]).success();
    environment.edit("v1/configmaps/settings", &json!({"data": {"value": "somebody's"}}));

    environment.trueup(&["apply", "prod", "--yes"]).exits(3).prints("was rolled back in staging");

    environment.trueup(&["rollback", "prod", "--yes"]).success().never_says("after:");
}

#[test]
fn an_environment_that_cannot_be_read_is_a_refusal_and_the_plan_is_useful() {
    let mut environment = shop("{after: [staging]}");
    let configuration = environment.read("trueup.yaml");
    environment.write("trueup.yaml", &format!("{configuration}    context: nowhere\n"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "one"));

    let plan = environment.trueup(&["plan", "prod"]).success();

    plan.prints("in staging can't be told: ").prints("nowhere").prints("Plan: ");
    environment.trueup(&["apply", "prod", "--yes"]).exits(3);
}

#[test]
fn an_environment_that_is_not_there_is_an_error_with_its_place() {
    let environment = shop("{after: [stagin], soak: 5m}");
    let run = environment.trueup(&["plan", "prod"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup plan prod
    --- stderr
    error: `environments.prod.requires.after[0]`: unknown environment "stagin"
     --> trueup.yaml:7:24

    hint: did you mean `staging`?
    --- exit status 1
    "#);
    let environment = shop("{after: [prod]}");
    environment.trueup(&["plan", "prod"]).exits(1).complains("can't come after itself");
    let environment = shop("{soak: 5m}");
    environment.trueup(&["plan", "prod"]).exits(1).complains("`after` must say where");
}
