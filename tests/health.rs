//! Waiting for health: what apply waits for, and what it says when something
//! doesn't get ready. The sandbox reads an image's tag: how its pods fare.

use trueup::json::json;

use crate::harness::manifests::{config_map, deployment, job};
use crate::harness::{TestEnvironment, action, wait_until};

#[test]
fn a_wait_ends_when_its_time_is_over() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));

    let run = environment.trueup(&["apply", "prod", "--yes", "--wait-timeout", "2s"]).exits(4);

    run.complains("web");
}

#[test]
fn a_job_that_fails_is_a_failed_deployment() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/migrate.yaml", &job("migrate", "migrate:job-fail", &[]));

    let outcome = environment.trueup(&["apply", "prod", "--yes", "-o", "json"]).exits(4).target();

    assert_eq!(action(&outcome, "Job/migrate")["health"], "failed");
}

#[test]
fn a_job_is_waited_for_until_it_is_complete() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/migrate.yaml", &job("migrate", "migrate:job-slow", &[]));

    environment.apply();

    assert_eq!(environment.live_object("batch/v1/jobs/migrate")["status"]["succeeded"], 1);
}

#[test]
fn a_job_that_is_gone_as_soon_as_it_is_complete_was_complete() {
    let mut environment = TestEnvironment::new();
    let job = job("migrate", "migrate:job-slow", &[]);
    let job = job.replacen("spec:\n", "spec:\n  ttlSecondsAfterFinished: 0\n", 1);
    environment.commit_file("deploy/migrate.yaml", &job);

    environment.apply();

    wait_until("the Job is gone", || environment.live("batch/v1/jobs/migrate").is_none());
}

#[test]
fn somebody_who_scales_while_it_is_waited_for_does_not_end_the_wait_too_early() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    let run = environment.spawn(&["apply", "prod", "--yes", "--wait-timeout", "8s"]);
    let pods = || environment.live_list("v1/pods").len();
    wait_until("a pod is there", || pods() == 1);

    environment.edit("apps/v1/deployments/web/scale", &json!({"spec": {"replicas": 2}}));
    wait_until("another pod is there", || pods() == 2);

    run.end().exits(4).prints("Deployment/web");
}

#[test]
fn what_somebody_scales_to_zero_while_it_is_waited_for_is_not_waited_for_any_more() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    let run = environment.spawn(&["apply", "prod", "--yes"]);
    wait_until("a pod is there", || environment.live_list("v1/pods").len() == 1);

    environment.edit("apps/v1/deployments/web/scale", &json!({"spec": {"replicas": 0}}));

    run.end().success();
    environment.trueup(&["diff", "prod", "--drift"]).success().prints("spec.replicas");
}

#[test]
fn a_fix_over_a_broken_rollout_becomes_healthy() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:missing"));
    environment.trueup(&["apply", "prod", "--yes"]).exits(4);
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:2"));

    environment.apply();

    assert_eq!(environment.live_object("apps/v1/deployments/web")["status"]["readyReplicas"], 1);
}

#[test]
fn a_fix_is_not_failed_by_the_deadline_of_the_rollout_before() {
    let mut environment = TestEnvironment::new();
    let recreated = |image: &str| {
        let rollout = "  progressDeadlineSeconds: 1\n  strategy: {type: Recreate}\n  replicas: 3\n";
        deployment("web", image).replace("  replicas: 1\n", rollout)
    };
    environment.commit_file("deploy/web.yaml", &recreated("web:never-ready"));
    environment.trueup(&["apply", "prod", "--yes"]).exits(4).complains("web");
    wait_until("the deadline is exceeded", || {
        let live = environment.live_object("apps/v1/deployments/web");
        live["status"]["conditions"].to_string().contains("ProgressDeadlineExceeded")
    });
    // Its pods take two seconds: the old ones go, the condition stands, and the
    // status is of the new generation.
    environment.commit_file(
        "deploy/web.yaml",
        &recreated("web:slow").replace("progressDeadlineSeconds: 1", "progressDeadlineSeconds: 60"),
    );

    environment.apply();

    assert_eq!(environment.live_object("apps/v1/deployments/web")["status"]["readyReplicas"], 3);
}

#[test]
fn what_failed_stays_failed_for_an_apply_that_changes_nothing_else() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:missing"));
    environment.trueup(&["apply", "prod", "--yes"]).exits(4);

    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();

    assert_eq!(status["health"]["failed"], 1, "{status}");
    assert_eq!(status["deployed"]["result"], "unhealthy");
}

#[test]
fn a_paused_deployment_is_not_waited_for() {
    let mut environment = TestEnvironment::new();
    let paused = deployment("web", "web:1").replace("spec:\n  replicas", "spec:\n  paused: true\n  replicas");
    environment.commit_file("deploy/web.yaml", &paused);

    environment.apply();
}

#[test]
fn a_deployment_scaled_to_zero_is_ready() {
    let mut environment = TestEnvironment::new();
    let none = deployment("web", "web:missing").replace("replicas: 1", "replicas: 0");
    environment.commit_file("deploy/web.yaml", &none);

    environment.apply();
}

#[test]
fn a_claim_that_waits_for_its_first_pod_is_ready() {
    let mut environment = TestEnvironment::new();
    let claim = "apiVersion: v1
kind: PersistentVolumeClaim
metadata:
  name: cache
spec:
  accessModes: [ReadWriteOnce]
  resources:
    requests:
      storage: 1Gi
";
    environment.commit_file("deploy/cache.yaml", claim);

    environment.apply();
}

#[test]
fn objects_that_are_fine_are_told_from_those_that_arent() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.write("deploy/good.yaml", &deployment("good", "good:1"));
    environment.commit_file("deploy/bad.yaml", &deployment("bad", "bad:missing"));

    environment.trueup(&["apply", "prod", "--yes"]).exits(4);

    wait_until("good is ready", || {
        environment.live_object("apps/v1/deployments/good")["status"]["readyReplicas"] == 1
    });
    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();
    assert_eq!(status["health"], json!({"ready": 2, "progressing": 0, "failed": 1, "unknown": 0}));
}

#[test]
fn a_job_that_is_tried_again_does_not_turn_green_by_having_nothing_to_do() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    let apply = ["apply", "prod", "--yes", "--wait-timeout", "2s"];
    environment.trueup(&apply).exits(4);

    let again = environment.trueup(&apply).exits(4);

    assert!(again.stderr.contains("Deployment/web") || again.stdout.contains("Deployment/web"), "{again}");
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.trueup(&apply).success();
    environment.trueup(&apply).success();
}

/// A kind of its own, whose objects a rule of the configuration judges; `more` of that
/// rule's keys.
fn ruled(environment: &mut TestEnvironment, more: &str) -> String {
    let group = format!("{}.example", environment.unique("x"));
    let definition = json!({"apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
        "metadata": {"name": format!("databases.{group}")},
        "spec": {"group": group, "scope": "Namespaced", "names": {"kind": "Database", "plural": "databases"},
            "versions": [{"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema":
                {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}}]}});
    environment.write("deploy/definition.yaml", &definition.to_string());
    let rule = format!(
        "health:\n  - {{group: {group}, kind: Database, current: \"status.phase == 'Ready'\", failed: \
         \"status.phase == 'Broken'\"{more}}}\n"
    );
    environment.write("trueup.yaml", &format!("{}{rule}", environment.configuration()));
    group
}

/// Without a status subresource a manifest may say how it is.
fn database(group: &str, size: u8, phase: &str) -> String {
    let database = json!({"apiVersion": format!("{group}/v1"), "kind": "Database",
        "metadata": {"name": "main"}, "spec": {"size": size}, "status": {"phase": phase}});
    database.to_string()
}

#[test]
fn a_rule_says_how_long_its_kind_may_take() {
    let mut environment = TestEnvironment::new();
    let group = ruled(&mut environment, ", timeout: 1s");
    environment.commit_file("deploy/database.yaml", &database(&group, 1, "Making"));
    // Less than all the others, which have five minutes.
    environment.trueup(&["apply", "prod", "--yes"]).exits(4).prints("Making");

    let rules = environment.read("trueup.yaml").replace("timeout: 1s", "timeout: 1m");
    environment.write("trueup.yaml", &rules);
    environment.commit_file("deploy/database.yaml", &database(&group, 2, "Making"));
    // More than all the others.
    let running = environment.spawn(&["apply", "prod", "--yes", "--wait-timeout", "1ms"]);
    running.until_it_complains("updated");
    let ready = json!({"status": {"phase": "Ready"}});
    environment.edit(&format!("{group}/v1/databases/main"), &ready);
    running.end().success();
}

#[test]
fn a_rule_of_the_configuration_judges_a_kind_of_its_own() {
    let mut environment = TestEnvironment::new();
    let group = ruled(&mut environment, "");
    let database = |size, phase| database(&group, size, phase);
    environment.commit_file("deploy/database.yaml", &database(1, "Broken"));
    let outcome = environment.trueup(&["apply", "prod", "--yes", "-o", "json"]).exits(4).target();
    let judged = action(&outcome, "Database/main");
    assert_eq!((&judged["health"], &judged["reason"]), (&json!("failed"), &json!("Broken")), "{judged}");

    environment.commit_file("deploy/database.yaml", &database(2, "Making"));
    environment.trueup(&["apply", "prod", "--yes", "--wait-timeout", "1s"]).exits(4);
    let status = environment.trueup(&["status", "prod", "-o", "json"]).success();
    assert!(status.stdout.contains("RuleNotMet"), "{status}");

    environment.commit_file("deploy/database.yaml", &database(2, "Ready"));
    environment.apply();
}

#[test]
fn a_rule_that_is_no_expression_is_told_with_its_place() {
    let mut environment = TestEnvironment::new();
    let rule = "health:\n  - {kind: Database, current: \"status.phase ==\"}\n";
    environment.commit_file("trueup.yaml", &format!("{}{rule}", environment.configuration()));
    environment.trueup(&["plan", "prod"]).exits(1).complains(" --> trueup.yaml:8:");
    let rule = "health:\n  - {kind: Database, current: \"true\", timeout: soon}\n";
    environment.commit_file("trueup.yaml", &format!("{}{rule}", environment.configuration()));
    environment.trueup(&["plan", "prod"]).exits(1).complains("\"soon\" isn't a duration");
}
