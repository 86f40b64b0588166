//! Hooks that fail, can't run, or aren't waited for any longer.

use trueup::json::json;

use super::{POST, PRE, apply_json, job, saying, stuck, uid};
use crate::harness::manifests::{config_map, deployment, secret};
use crate::harness::{Running, TestEnvironment, action, changing, wait_until};

#[test]
fn a_failing_pre_apply_hook_stops_everything_and_tells_its_last_words() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/token.yaml", &secret("token", "token", "hunter2hunter2"));
    let hook =
        saying(&job("migrate", "shop:job-fail", &[PRE]), "connecting\\npanic: hunter2hunter2 is wrong");
    environment.write("deploy/migrate.yaml", &hook);
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));

    let run = apply_json(&environment).exits(6).never_says("hunter2hunter2");

    let outcome = run.target();
    assert_eq!(outcome["result"], "partial");
    let migrate = action(&outcome, "Job/migrate");
    assert_eq!((&migrate["result"], &migrate["health"]), (&json!("failed"), &json!("failed")));
    assert_eq!(outcome["failure"]["object"]["name"], "migrate");
    assert_eq!(outcome["failure"]["logs"], json!(["connecting", "panic: ‹masked› is wrong"]));
    assert_eq!(action(&outcome, "ConfigMap/settings")["result"], "skipped");
    assert!(environment.live("v1/configmaps/settings").is_none());
    let cause = outcome["failure"]["cause"].to_string();
    assert!(cause.contains("deploy/migrate.yaml"), "{cause}");
}

#[test]
fn a_hook_that_takes_too_long_has_failed() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let hook = job("migrate", "shop:1", &[PRE, "trueup.dev/hook-timeout: 1s"]);
    environment.write("deploy/migrate.yaml", &stuck(&hook));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(6);

    run.complains("not done after 1s");
    assert!(environment.live("v1/configmaps/settings").is_none());
}

#[test]
fn a_failing_post_apply_hook_is_a_release_that_isnt_healthy_and_runs_again() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/smoke.yaml", &job("smoke", "shop:job-fail", &[POST]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));

    let outcome = apply_json(&environment).exits(4).target();

    assert_eq!(outcome["result"], "unhealthy");
    assert_eq!(outcome["failure"]["object"]["name"], "smoke");
    let first = uid(&environment, "batch/v1/jobs/smoke");
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(changing(&plan), ["Job/smoke"], "it hasn't succeeded");
    apply_json(&environment).exits(4);
    assert_ne!(uid(&environment, "batch/v1/jobs/smoke"), first);

    environment.commit_file("deploy/smoke.yaml", &job("smoke", "shop:1", &[POST]));
    assert_eq!(apply_json(&environment).success().target()["result"], "healthy");
    environment.trueup(&["plan", "prod", "--exit-code"]).exits(0);
}

#[test]
fn a_hook_for_failures_runs_when_something_fails_and_only_then() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/page.yaml", &job("page", "shop:1", &["trueup.dev/hook: on-failure"]));
    environment.write("deploy/smoke.yaml", &job("smoke", "shop:1", &[POST]));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    let outcome = apply_json(&environment).success().target();
    assert!(
        outcome["actions"]
            .as_array()
            .expect("actions")
            .iter()
            .all(|action| action["object"]["name"] != "page")
    );
    assert!(environment.live("batch/v1/jobs/page").is_none());

    environment.commit_file("deploy/web.yaml", &deployment("web", "web:missing"));
    let outcome = apply_json(&environment).exits(4).target();

    assert_eq!(outcome["failure"]["object"]["name"], "web");
    assert_eq!(action(&outcome, "Job/smoke")["result"], "skipped");
    let page = action(&outcome, "Job/page");
    assert_eq!(
        (&page["result"], &page["health"], &page["hook"]["on"]),
        (&json!("done"), &json!("ready"), &json!("on-failure"))
    );
    assert_eq!(environment.live_object("batch/v1/jobs/page")["status"]["succeeded"], 1);
}

#[test]
fn what_cant_be_a_hook_is_told_with_its_place() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write(
        "deploy/a.yaml",
        &config_map("settings", "a", "b")
            .replace("metadata:\n", &format!("metadata:\n  annotations: {{{PRE}}}\n")),
    );
    environment.write(
        "deploy/b.yaml",
        &job(
            "wrong",
            "shop:1",
            &[
                "trueup.dev/hook: pre-aply",
                "trueup.dev/hook-timeout: soon",
                "trueup.dev/hook-delete: succeded",
            ],
        ),
    );
    environment.write("deploy/c.yaml", &job("idle", "shop:1", &["trueup.dev/hook-timeout: 5m"]));
    environment.write(
        "deploy/d.yaml",
        &job("suspended", "shop:1", &[PRE]).replace("  backoffLimit: 0\n", "  suspend: true\n"),
    );
    environment.commit_file(
        "deploy/e.yaml",
        &format!("apiVersion: v1\nkind: Pod\nmetadata:\n  name: endless\n  annotations: {{{PRE}}}\nspec:\n  containers: [{{name: x, image: x}}]\n"),
    );

    environment.commit_file(
        "deploy/f.yaml",
        &job("once", "shop:1", &["trueup.dev/hook: pre-apply, on-failure", "trueup.dev/hook-delete: never"]),
    );

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/ConfigMap/settings: trueup.dev/hook: only Jobs and Pods can be hooks
     --> deploy/a.yaml:1:1

    hint: leave the annotation out: what hooks need comes before them anyway

    error: $NAMESPACE/Job/wrong: trueup.dev/hook: "pre-aply" is no moment
     --> deploy/b.yaml:1:1

    hint: did you mean "pre-apply"?

    error: $NAMESPACE/Job/wrong: trueup.dev/hook-delete is before, succeeded or never, but not "succeded"
     --> deploy/b.yaml:1:1

    hint: did you mean "succeeded"?

    error: $NAMESPACE/Job/wrong: trueup.dev/hook-timeout: "soon" isn't a duration: it must start with a number, as in [time]
     --> deploy/b.yaml:1:1

    hint: such as [time], 5m or 1h30m, in quotes

    error: $NAMESPACE/Job/idle: trueup.dev/hook-timeout says nothing: it isn't a hook
     --> deploy/c.yaml:1:1

    error: $NAMESPACE/Job/suspended: a hook that is suspended never ends: spec.suspend is true
     --> deploy/d.yaml:1:1

    error: $NAMESPACE/Pod/endless: a hook that is restarted whenever it ends never ends: spec.restartPolicy is Always
     --> deploy/e.yaml:1:1

    hint: set it to Never or OnFailure

    error: $NAMESPACE/Job/once: trueup.dev/hook-delete is never, so that it can run but once, but it has several moments
     --> deploy/f.yaml:1:1

    hint: leave it out, or name one moment

    8 errors
    --- exit status 1
    "#);
    assert!(environment.live_list("batch/v1/jobs").is_empty());
}

#[test]
fn a_hook_that_the_server_refuses_is_told_before_anything_is_written() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/a.yaml", &config_map("settings", "a", "b"));
    environment.commit_file(
        "deploy/migrate.yaml",
        &job("migrate", "shop:1", &[POST]).replace("restartPolicy: Never", "restartPolicy: Always"),
    );

    environment
        .trueup(&["apply", "prod", "--yes"])
        .exits(1)
        .complains("deploy/migrate.yaml")
        .complains("restartPolicy");

    assert!(environment.live("v1/configmaps/settings").is_none());
}

/// An apply whose early hook runs and doesn't end.
fn while_its_hook_runs() -> (TestEnvironment, Running) {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/migrate.yaml", &stuck(&job("migrate", "shop:1", &[PRE])));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    let running = environment.spawn(&["apply", "prod", "--yes", "-o", "json"]);
    wait_until("the hook runs", || {
        environment.live("batch/v1/jobs/migrate").is_some_and(|job| job["status"]["active"] == 1)
    });
    (environment, running)
}

#[test]
fn an_interrupt_ends_the_wait_for_a_hook_and_the_next_run_runs_it_anew() {
    let (mut environment, running) = while_its_hook_runs();

    running.signal("INT");
    let outcome = running.end().exits(130).target();

    assert_eq!(outcome["result"], "interrupted");
    assert_eq!(action(&outcome, "ConfigMap/settings")["result"], "notStarted");
    assert!(environment.live("v1/configmaps/settings").is_none());
    let left = uid(&environment, "batch/v1/jobs/migrate");
    environment.commit_file("deploy/migrate.yaml", &job("migrate", "shop:1", &[PRE]));
    environment.apply();
    assert_ne!(uid(&environment, "batch/v1/jobs/migrate"), left);
    assert!(environment.live("v1/configmaps/settings").is_some());
}

#[test]
fn nothing_can_wait_for_a_hook_that_comes_last() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/smoke.yaml", &job("smoke", "shop:1", &[POST]));
    let settings = config_map("settings", "a", "b")
        .replace("metadata:\n", "metadata:\n  annotations: {trueup.dev/depends-on: batch/Job/smoke}\n");
    environment.commit_file("deploy/a.yaml", &settings);

    environment
        .trueup(&["plan", "prod"])
        .exits(1)
        .complains("these objects wait for each other")
        .complains("is a hook that runs when all objects are ready");
}

#[test]
fn a_post_apply_hook_waits_for_what_wasnt_ready_the_last_time() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/smoke.yaml", &job("smoke", "shop:1", &[POST]));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    environment.trueup(&["apply", "prod", "--yes", "--wait-timeout", "1s"]).exits(4);

    let outcome =
        environment.trueup(&["apply", "prod", "--yes", "--no-wait", "--wait-timeout", "1s", "-o", "json"]);
    assert_eq!(outcome.code, Some(64), "one or the other");
    let configuration = environment.configuration();
    environment.write(
        "trueup.yaml",
        &configuration.replace("version: 1\n", "version: 1\ndefaults: {wait: {timeout: 1s}}\n"),
    );
    environment.commit("Wait less");
    let outcome =
        environment.trueup(&["apply", "prod", "--yes", "--no-wait", "-o", "json"]).exits(4).target();

    assert_eq!(action(&outcome, "Job/smoke")["result"], "skipped");
    assert!(environment.live("batch/v1/jobs/smoke").is_none());
}

#[test]
fn without_the_right_to_run_a_hook_nothing_is_written() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/smoke.yaml", &job("smoke", "shop:1", &[POST]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    let all = ["get", "list", "create", "update", "patch", "delete"];
    environment.allow("deployer", &json!([
        {"apiGroups": ["", "coordination.k8s.io"], "resources": ["configmaps", "secrets", "leases"], "verbs": all},
        {"apiGroups": ["batch"], "resources": ["jobs"], "verbs": ["get", "list"]},
    ]));

    let run = environment.trueup(&["apply", "prod", "--yes", "--as", "deployer"]).exits(1);

    run.complains("cannot patch resource \"jobs\"");
    assert!(environment.live("v1/configmaps/settings").is_none());
}

#[test]
fn a_pod_that_is_run_again_has_time_to_succeed() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let pod = format!(
        "apiVersion: v1
kind: Pod
metadata:
  name: migrate
  annotations: {{{PRE}, trueup.dev/hook-timeout: 4s}}
spec:
  restartPolicy: OnFailure
  containers: [{{name: x, image: x:job-fail}}]
"
    );
    environment.commit_file("deploy/migrate.yaml", &pod);

    let outcome = apply_json(&environment).exits(6).target();

    let reason = action(&outcome, "Pod/migrate")["reason"].clone();
    assert!(reason.as_str().is_some_and(|reason| reason.contains("not done after 4s")), "{reason}");
    assert_eq!(
        environment.live_object("v1/pods/migrate")["status"]["phase"],
        "Running",
        "it's left as it is"
    );
}

#[test]
fn a_hook_that_somebody_deletes_has_failed() {
    let (environment, running) = while_its_hook_runs();

    environment.delete("batch/v1/jobs/migrate");
    let outcome = running.end().exits(6).target();

    let reason = action(&outcome, "Job/migrate")["reason"].clone();
    assert_eq!(reason, "it was deleted before it was seen to end");
    assert!(environment.live("v1/configmaps/settings").is_none());
}
