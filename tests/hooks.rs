//! Jobs and Pods that run at a moment of a run.

use trueup::json::json;

use crate::harness::manifests::{config_map, deployment, secret};
use crate::harness::{Run, TestEnvironment, action, changing, wait_until};

/// A Job of one try, with annotations such as `trueup.dev/hook: pre-apply`. The
/// sandbox reads the image's tag: `:job-fail` fails, `:job-slow` takes three seconds.
fn job(name: &str, image: &str, annotations: &[&str]) -> String {
    let annotations: String = annotations.iter().map(|line| format!("    {line}\n")).collect();
    format!(
        "apiVersion: batch/v1
kind: Job
metadata:
  name: {name}
  annotations:
{annotations}spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: {name}
          image: {image}
"
    )
}

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
          it hasn't succeeded yet as it is now
      + create  $NAMESPACE/ConfigMap/settings  deploy/a.yaml:1
      > run  $NAMESPACE/Job/smoke  deploy/c.yaml:1  post-apply
          it hasn't succeeded yet as it is now
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
fn a_hook_that_is_gone_is_no_drift_and_no_change() {
    let mut environment = TestEnvironment::new();
    environment
        .write("deploy/migrate.yaml", &job("migrate", "shop:1", &[PRE, "trueup.dev/hook-delete: succeeded"]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    environment.apply();

    assert!(environment.live("batch/v1/jobs/migrate").is_none(), "it succeeded");
    environment.trueup(&["plan", "prod", "--exit-code"]).exits(0);
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).exits(0);
    environment.trueup(&["status", "prod", "--exit-code"]).exits(0);
}

#[test]
fn a_hook_that_its_time_to_live_removes_at_once_has_succeeded() {
    let mut environment = TestEnvironment::new();
    let hook = job("migrate", "shop:1", &[PRE])
        .replace("  backoffLimit: 0\n", "  backoffLimit: 0\n  ttlSecondsAfterFinished: 0\n");
    environment.write("deploy/migrate.yaml", &hook);
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));

    environment.apply();

    assert!(environment.live("v1/configmaps/settings").is_some());
    wait_until("its time is over", || environment.live("batch/v1/jobs/migrate").is_none());
    environment.trueup(&["plan", "prod", "--exit-code"]).exits(0);
}

#[test]
fn a_hook_that_takes_too_long_has_failed() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let hook = job("migrate", "shop:never-ready", &[PRE, "trueup.dev/hook-timeout: 1s"]);
    environment.write(
        "deploy/migrate.yaml",
        &hook.replace("restartPolicy: Never", "restartPolicy: Never\n      nodeSelector: {none: such}"),
    );
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(6);

    run.complains("not done after 1s").never_says("settings ran");
    assert!(environment.live("v1/configmaps/settings").is_none());
}

#[test]
fn a_hook_that_left_git_is_deleted() {
    let mut environment = TestEnvironment::new();
    environment
        .write("deploy/migrate.yaml", &job("migrate", "shop:1", &[PRE, "trueup.dev/hook-delete: never"]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    assert!(environment.live("batch/v1/jobs/migrate").is_some());

    environment.remove("deploy/migrate.yaml");
    environment.commit("Migrate no more");
    environment.apply();

    assert!(environment.live("batch/v1/jobs/migrate").is_none());
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
fn hooks_of_argo_cd_and_helm_run_as_they_are() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let argo = |name: &str, hook: &str, wave: &str| {
        job(
            name,
            "shop:1",
            &[
                &format!("argocd.argoproj.io/hook: {hook}"),
                &format!("argocd.argoproj.io/sync-wave: \"{wave}\""),
            ],
        )
    };
    let helm = |name: &str, hook: &str| {
        job(name, "shop:1", &[&format!("helm.sh/hook: {hook}"), "helm.sh/hook-delete-policy: hook-succeeded"])
    };
    environment.write("deploy/a.yaml", &argo("second", "PreSync", "2"));
    environment.write("deploy/b.yaml", &argo("first", "PreSync", "1"));
    environment.write("deploy/c.yaml", &argo("checked", "PostSync", "0"));
    environment.write("deploy/d.yaml", &argo("skipped", "Skip", "0"));
    environment.write("deploy/e.yaml", &helm("install", "pre-install"));
    environment.write("deploy/f.yaml", &helm("upgrade", "pre-upgrade"));
    environment.write("deploy/g.yaml", &helm("test", "test"));
    environment.write(
        "deploy/h.yaml",
        &config_map("theirs", "a", "b").replace(
            "metadata:\n",
            "metadata:\n  annotations: {helm.sh/hook: \"pre-install,pre-upgrade\"}\n",
        ),
    );
    environment.commit_file("deploy/z.yaml", &config_map("settings", "level", "info"));

    let first = apply_json(&environment).success().target();

    assert_eq!(
        changing(&first),
        ["ConfigMap/theirs", "Job/install", "Job/first", "Job/second", "ConfigMap/settings", "Job/checked"]
    );
    let notes = first["notes"].to_string();
    assert!(
        notes.contains("Job/skipped (argocd.argoproj.io/hook: Skip)")
            && notes.contains("Job/test (helm.sh/hook: test)"),
        "{notes}"
    );
    assert!(environment.live("batch/v1/jobs/install").is_none(), "it succeeded");
    assert!(environment.live("batch/v1/jobs/first").is_some());
    assert!(environment.live("v1/configmaps/theirs").is_some());
    environment.trueup(&["plan", "prod", "--exit-code"]).exits(0);

    environment.commit_file("deploy/z.yaml", &config_map("settings", "level", "debug"));
    let second = apply_json(&environment).success().target();
    assert_eq!(
        changing(&second),
        ["Job/upgrade", "Job/first", "Job/second", "ConfigMap/settings", "Job/checked"]
    );
}

#[test]
fn a_sync_hook_runs_among_the_objects_in_its_wave() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write(
        "deploy/a.yaml",
        &config_map("late", "a", "b")
            .replace("metadata:\n", "metadata:\n  annotations: {argocd.argoproj.io/sync-wave: \"2\"}\n"),
    );
    environment.write(
        "deploy/b.yaml",
        &job(
            "between",
            "shop:1",
            &[
                "argocd.argoproj.io/hook: Sync",
                "argocd.argoproj.io/sync-wave: \"1\"",
                "argocd.argoproj.io/hook-delete-policy: HookSucceeded",
            ],
        ),
    );
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));

    let run = environment.apply_and_before("PATCH", "batch/v1/jobs/between", || {
        assert_eq!(environment.live_object("apps/v1/deployments/web")["status"]["readyReplicas"], 1);
        assert!(environment.live("v1/configmaps/late").is_none());
    });

    run.success();
    assert!(environment.live("v1/configmaps/late").is_some());
    assert!(environment.live("batch/v1/jobs/between").is_none());
}

#[test]
fn a_hook_may_let_its_name_be_finished() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let hook = job("migrate", "shop:1", &["argocd.argoproj.io/hook: PreSync"]).replacen(
        "  name: migrate\n",
        "  generateName: migrate-\n",
        1,
    );
    environment.write("deploy/migrate.yaml", &hook);
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    let jobs = environment.live_list("batch/v1/jobs");
    let name = |job: &trueup::json::Value| job["metadata"]["name"].as_str().expect("a name").to_owned();
    assert_eq!(jobs.len(), 1);
    assert!(name(&jobs[0]).starts_with("migrate-") && name(&jobs[0]).len() == 16, "{}", name(&jobs[0]));

    environment.commit_file("deploy/migrate.yaml", &hook.replace("shop:1", "shop:2"));
    environment.apply();
    let again = environment.live_list("batch/v1/jobs");
    assert_eq!((again.len(), name(&again[0])), (1, name(&jobs[0])), "the one takes the other's place");
}

#[test]
fn a_hook_that_is_never_deleted_runs_once() {
    let mut environment = TestEnvironment::new();
    let hook = |image: &str| job("migrate", image, &[PRE, "trueup.dev/hook-delete: never"]);
    environment.write("deploy/migrate.yaml", &hook("shop:1"));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    let first = uid(&environment, "batch/v1/jobs/migrate");

    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "debug"));
    environment.apply();
    assert_eq!(uid(&environment, "batch/v1/jobs/migrate"), first);

    environment.commit_file("deploy/migrate.yaml", &hook("shop:2"));
    environment
        .trueup(&["apply", "prod", "--yes"])
        .exits(1)
        .complains("it ran with another manifest")
        .complains("deploy/migrate.yaml:1");
    assert_eq!(uid(&environment, "batch/v1/jobs/migrate"), first);
}

#[test]
fn only_what_is_ours_or_a_hook_is_deleted_before_a_hook_runs() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let template = json!({"spec": {"restartPolicy": "Never", "containers": [{"name": "x", "image": "x:1"}]}});
    let other = |name: &str, annotations: trueup::json::Value| {
        json!({"apiVersion": "batch/v1", "kind": "Job",
        "metadata": {"name": name, "annotations": annotations}, "spec": {"template": template}})
    };
    environment.create("batch/v1/jobs", &other("theirs", json!({})));
    environment.create("batch/v1/jobs", &other("migrate", json!({"helm.sh/hook": "pre-upgrade"})));
    environment.create(
        "batch/v1/jobs",
        &other(
            "tracked",
            json!({"helm.sh/hook": "pre-upgrade",
        "argocd.argoproj.io/tracking-id": "shop:batch/Job:shop/tracked"}),
        ),
    );
    environment.write("deploy/migrate.yaml", &job("migrate", "shop:1", &[PRE]));
    environment.commit_file("deploy/theirs.yaml", &job("theirs", "shop:1", &[PRE]));
    environment
        .trueup(&["apply", "prod", "--yes"])
        .exits(1)
        .complains("isn't a hook: it would be deleted")
        .complains("deploy/theirs.yaml:1");

    environment.remove("deploy/theirs.yaml");
    environment.commit_file("deploy/tracked.yaml", &job("tracked", "shop:1", &[PRE]));
    environment.trueup(&["apply", "prod", "--yes"]).exits(3).prints("the Argo CD application shop");

    environment.remove("deploy/tracked.yaml");
    environment.commit("Leave it to Argo CD");
    let before = uid(&environment, "batch/v1/jobs/migrate");
    environment.trueup(&["plan", "prod"]).success().prints("which isn't trueup's, is deleted");
    environment.apply();
    assert_ne!(uid(&environment, "batch/v1/jobs/migrate"), before);
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

    7 errors
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

#[test]
fn an_interrupt_ends_the_wait_for_a_hook_and_the_next_run_runs_it_anew() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/migrate.yaml", &job("migrate", "shop:job-slow", &[PRE]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    let running = environment.spawn(&["apply", "prod", "--yes", "-o", "json"]);
    wait_until("the hook runs", || {
        environment.live("batch/v1/jobs/migrate").is_some_and(|job| job["status"]["active"] == 1)
    });

    running.signal("INT");
    let outcome = running.end().exits(130).target();

    assert_eq!(outcome["result"], "interrupted");
    assert_eq!(action(&outcome, "ConfigMap/settings")["result"], "notStarted");
    assert!(environment.live("v1/configmaps/settings").is_none());
    let left = uid(&environment, "batch/v1/jobs/migrate");
    environment.apply();
    assert_ne!(uid(&environment, "batch/v1/jobs/migrate"), left);
    assert!(environment.live("v1/configmaps/settings").is_some());
}

#[test]
fn a_killed_runs_hook_is_found_and_goes_with_the_target() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/migrate.yaml", &job("migrate", "shop:job-slow", &[PRE]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    let running = environment.spawn(&["apply", "prod", "--yes"]);
    wait_until("the hook runs", || environment.live("batch/v1/jobs/migrate").is_some());
    running.signal("KILL");
    assert_eq!(running.end().code, None);

    environment.remove("deploy/migrate.yaml");
    environment.commit("Migrate no more");
    environment.apply();

    assert!(environment.live("batch/v1/jobs/migrate").is_none(), "nobody else would delete it");
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
fn without_an_inventory_hooks_run_each_time() {
    let environment = TestEnvironment::without_configuration();
    environment.create_namespace();
    environment.write("job.yaml", &job("migrate", "shop:1", &[PRE]));
    let apply = || environment.trueup(&["apply", "-f", "job.yaml", "--yes"]).success();

    apply();
    let first = uid(&environment, "batch/v1/jobs/migrate");
    apply();

    assert_ne!(uid(&environment, "batch/v1/jobs/migrate"), first);
}
