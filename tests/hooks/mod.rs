//! Jobs and Pods that run at a moment of a run.

mod failing;
mod leaving;
mod others;

use trueup::json::json;

use crate::harness::manifests::{config_map, deployment, job, secret};
use crate::harness::{Run, TestEnvironment, action, changing};

const PRE: &str = "trueup.dev/hook: pre-apply";
const POST: &str = "trueup.dev/hook: post-apply";

/// What its pods log, instead of the sandbox's own lines.
fn saying(job: &str, lines: &str) -> String {
    job.replacen(
        "  template:\n",
        &format!(
            "  template:\n    metadata:\n      annotations:\n        sandbox.trueup.dev/logs: \"{lines}\"\n"
        ),
        1,
    )
}

/// Its pods wait for a node that isn't there, for ever.
fn stuck(job: &str) -> String {
    job.replace("restartPolicy: Never", "restartPolicy: Never\n      nodeSelector: {none: such}")
}

fn uid(environment: &TestEnvironment, path: &str) -> String {
    environment.live_object(path)["metadata"]["uid"].as_str().expect("a uid").to_owned()
}

fn apply_json(environment: &TestEnvironment) -> Run {
    environment.trueup(&["apply", "prod", "--yes", "-o", "json"])
}

#[test]
fn a_pre_apply_hook_is_over_before_anything_else_is_written() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/migrate.yaml", &job("migrate", "shop:1", &[PRE]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));

    let run = environment.apply_and_before("PATCH", "v1/configmaps/settings", || {
        let job = environment.live_object("batch/v1/jobs/migrate");
        assert_eq!(job["status"]["succeeded"], 1, "{job}");
    });

    run.success();
    assert!(environment.live("v1/configmaps/settings").is_some());
}

#[test]
fn the_plan_shows_which_hooks_run_when_and_why() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/b.yaml", &job("migrate", "shop:1", &[PRE, "trueup.dev/hook-timeout: 10m"]));
    environment.write("deploy/c.yaml", &job("smoke", "shop:1", &[POST, "trueup.dev/hook-delete: succeeded"]));
    environment.write("deploy/d.yaml", &job("page", "shop:1", &["trueup.dev/hook: on-failure"]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));

    let run = environment.trueup(&["plan", "prod"]).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup plan prod
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/a.yaml", Ada Example, [ago], main

      > run  $NAMESPACE/Job/migrate  deploy/b.yaml:1  pre-apply
      + create  $NAMESPACE/ConfigMap/settings  deploy/a.yaml:1
      > run  $NAMESPACE/Job/smoke  deploy/c.yaml:1  post-apply
      > run  $NAMESPACE/Job/page  deploy/d.yaml:1  on-failure
          only if the run fails

    Plan: 1 to create, 2 hooks to run
    digest v1:[digest]
    ([n] requests, [time])
    --- exit status 0
    "#);
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(changing(&plan), ["Job/migrate", "ConfigMap/settings", "Job/smoke", "Job/page"]);
    assert_eq!(
        action(&plan, "Job/migrate")["hook"],
        json!({"on": "pre-apply", "weight": 0, "delete": ["before"], "timeoutMs": 600_000})
    );
    assert_eq!(action(&plan, "ConfigMap/settings")["after"][0]["name"], "migrate");
    assert_eq!(plan["summary"]["run"], 2, "that of a failure doesn't count");
}

#[test]
fn what_a_hook_needs_comes_before_it_and_the_rest_after() {
    let mut environment = TestEnvironment::new();
    let hook = job("migrate", "shop:1", &[PRE]).replace(
        "          image: shop:1\n",
        "          image: shop:1\n          envFrom: [{configMapRef: {name: database}}]\n",
    );
    environment.write(
        "deploy/migrate.yaml",
        &hook.replace("restartPolicy", "serviceAccountName: migrator\n      restartPolicy"),
    );
    environment
        .write("deploy/account.yaml", "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: migrator}\n");
    environment.write(
        "deploy/database.yaml",
        &config_map("database", "host", "db")
            .replace("metadata:\n", "metadata:\n  annotations: {trueup.dev/wave: \"7\"}\n"),
    );
    environment.write("deploy/a.yaml", &config_map("another", "level", "info"));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();

    let namespace = format!("Namespace/{}", environment.namespace);
    assert_eq!(
        changing(&plan),
        [
            &namespace,
            "ServiceAccount/migrator",
            "ConfigMap/database",
            "Job/migrate",
            "ConfigMap/another",
            "Deployment/web"
        ]
    );
    environment.apply();
    environment.trueup(&["plan", "prod", "--exit-code"]).exits(0);
}

#[test]
fn an_unchanged_hook_runs_again_with_a_change_and_not_without_one() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/migrate.yaml", &job("migrate", "shop:1", &[PRE]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    let first = uid(&environment, "batch/v1/jobs/migrate");

    environment.apply().prints("nothing to change");
    assert_eq!(uid(&environment, "batch/v1/jobs/migrate"), first, "nothing has changed");

    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "debug"));
    environment.apply();
    let second = uid(&environment, "batch/v1/jobs/migrate");
    assert_ne!(second, first, "the one of before went, and a new one came");

    environment.commit_file("deploy/migrate.yaml", &job("migrate", "shop:2", &[PRE]));
    environment.apply();
    assert_ne!(uid(&environment, "batch/v1/jobs/migrate"), second, "the hook itself has changed");
    environment.trueup(&["plan", "prod", "--exit-code"]).exits(0);
}

#[test]
fn a_post_apply_hook_begins_when_everything_is_ready() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/smoke.yaml", &job("smoke", "shop:1", &[POST]));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:slow"));

    let run = environment.apply_and_before("PATCH", "batch/v1/jobs/smoke", || {
        assert_eq!(environment.live_object("apps/v1/deployments/web")["status"]["readyReplicas"], 1);
    });

    run.success();
    assert_eq!(environment.live_object("batch/v1/jobs/smoke")["status"]["succeeded"], 1);
}

#[test]
fn without_waiting_for_health_a_post_apply_hook_still_does() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/smoke.yaml", &job("smoke", "shop:1", &[POST]));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:slow"));

    let outcome =
        environment.trueup(&["apply", "prod", "--yes", "--no-wait", "-o", "json"]).success().target();

    assert_eq!(outcome["result"], "healthy");
    assert_eq!(action(&outcome, "Deployment/web")["health"], "ready");
    assert_eq!(action(&outcome, "Job/smoke")["health"], "ready");
}

#[test]
fn a_rollback_has_hooks_of_its_own() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/migrate.yaml", &job("migrate", "shop:1", &[PRE]));
    environment.write("deploy/before.yaml", &job("before", "shop:1", &["trueup.dev/hook: pre-rollback"]));
    environment.write("deploy/after.yaml", &job("after", "shop:1", &["trueup.dev/hook: post-rollback"]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    assert!(environment.live("batch/v1/jobs/before").is_none(), "this was no rollback");
    let migrated = uid(&environment, "batch/v1/jobs/migrate");
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "debug"));
    environment.apply();
    let again = uid(&environment, "batch/v1/jobs/migrate");
    assert_ne!(again, migrated);

    let outcome = environment.trueup(&["rollback", "prod", "--yes", "-o", "json"]).success().target();

    assert_eq!(changing(&outcome), ["Job/before", "ConfigMap/settings", "Job/after"]);
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "info");
    assert_eq!(uid(&environment, "batch/v1/jobs/migrate"), again, "that's for going forward");
}

#[test]
fn what_a_hook_says_is_told_as_it_says_it_without_secrets() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/token.yaml", &secret("token", "token", "hunter2hunter2"));
    let hook = saying(&job("migrate", "shop:1", &[PRE]), "3 tables\\nwith hunter2hunter2");
    environment.commit_file("deploy/migrate.yaml", &hook);

    let run = environment.trueup(&["apply", "prod", "--yes"]).success().never_says("hunter2hunter2");

    run.complains("Job/migrate │ 3 tables").complains("Job/migrate │ with ‹masked›");
}

#[test]
fn without_an_inventory_hooks_run_each_time() {
    let environment = TestEnvironment::without_configuration();
    environment.create_namespace();
    environment.write("job.yaml", &job("migrate", "shop:1", &["trueup.dev/hook: pre-apply, post-apply"]));
    let apply = || environment.trueup(&["apply", "-f", "job.yaml", "--yes"]).success();

    apply();
    let first = uid(&environment, "batch/v1/jobs/migrate");
    apply();

    assert_ne!(uid(&environment, "batch/v1/jobs/migrate"), first);
}

#[test]
fn a_pod_can_be_a_hook() {
    let mut environment = TestEnvironment::new();
    let pod = format!(
        "apiVersion: v1\nkind: Pod\nmetadata:\n  name: migrate\n  annotations: {{{PRE}}}\nspec:\n  restartPolicy: Never\n  containers: [{{name: x, image: x}}]\n"
    );
    environment.write("deploy/migrate.yaml", &pod);
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));

    let run = environment.apply_and_before("PATCH", "v1/configmaps/settings", || {
        assert_eq!(environment.live_object("v1/pods/migrate")["status"]["phase"], "Succeeded");
    });
    run.success();

    environment.commit_file("deploy/migrate.yaml", &pod.replace("image: x", "image: x:job-fail"));
    let outcome = apply_json(&environment).exits(6).target();
    assert_eq!(outcome["failure"]["containers"][0]["exitCode"], 3);
}

#[test]
fn a_saved_plan_holds_its_hooks_whatever_is_left_of_them() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/migrate.yaml", &job("migrate", "shop:1", &[PRE]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "debug"));
    environment.trueup(&["plan", "prod", "--out", "plan.json"]).success();
    environment.delete("batch/v1/jobs/migrate");

    environment.trueup(&["apply", "prod", "--yes", "--plan", "plan.json"]).success();

    assert!(environment.live("batch/v1/jobs/migrate").is_some());
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "warn"));
    environment.trueup(&["plan", "prod", "--out", "plan.json"]).success();
    environment.commit_file("deploy/migrate.yaml", &job("migrate", "shop:2", &[PRE]));
    environment.trueup(&["apply", "prod", "--yes", "--plan", "plan.json"]).exits(3).complains("Job/migrate");
}

#[test]
fn who_may_not_watch_looks_until_a_hook_has_ended() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/migrate.yaml", &job("migrate", "shop:1", &[PRE]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    let all = ["get", "list", "create", "update", "patch", "delete"];
    environment.allow("deployer", &json!([
        {"apiGroups": ["", "batch", "coordination.k8s.io"], "resources": ["configmaps", "secrets", "jobs", "leases"], "verbs": all},
    ]));

    environment.trueup(&["apply", "prod", "--yes", "--no-wait", "--as", "deployer"]).success();

    assert!(environment.live("v1/configmaps/settings").is_some());
}

#[test]
fn what_an_early_hook_depends_on_is_ready_before_it() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &config_map("settings", "level", "info"));
    environment.write("deploy/db.yaml", &deployment("db", "db:slow"));
    environment.commit_file(
        "deploy/migrate.yaml",
        &job("migrate", "shop:1", &[PRE, "trueup.dev/depends-on: apps/Deployment/db"]),
    );

    let run = environment.apply_and_before("PATCH", "batch/v1/jobs/migrate", || {
        assert_eq!(environment.live_object("apps/v1/deployments/db")["status"]["readyReplicas"], 1);
        assert!(environment.live("v1/configmaps/settings").is_none());
    });

    run.success();
    assert!(environment.live("v1/configmaps/settings").is_some());
}

#[test]
fn who_may_only_read_sees_which_hooks_would_run() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/migrate.yaml", &job("migrate", "shop:1", &[PRE]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "debug"));
    environment.allow(
        "reader",
        &json!([{"apiGroups": ["", "batch"], "resources": ["configmaps", "secrets", "jobs"], "verbs": ["get", "list"]}]),
    );

    let plan = environment.trueup(&["plan", "prod", "--as", "reader", "-o", "json"]).success().target();

    assert_eq!(changing(&plan), ["Job/migrate", "ConfigMap/settings"]);
}
