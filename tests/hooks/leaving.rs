//! When the objects of hooks go, and whose they are.

use trueup::json::json;

use super::{PRE, job, stuck, uid};
use crate::harness::manifests::config_map;
use crate::harness::{TestEnvironment, action, wait_until};

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
fn a_killed_runs_hook_is_found_and_goes_with_the_target() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/migrate.yaml", &stuck(&job("migrate", "shop:1", &[PRE])));
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
fn a_hook_becomes_an_ordinary_object_and_a_hook_again() {
    let mut environment = TestEnvironment::new();
    environment
        .write("deploy/migrate.yaml", &job("migrate", "shop:1", &[PRE, "trueup.dev/hook-delete: succeeded"]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    environment.apply();

    environment.commit_file("deploy/migrate.yaml", &job("migrate", "shop:1", &["a: b"]));
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    let created = action(&plan, "Job/migrate");
    assert_eq!(
        (&created["action"], &created["causes"]),
        (&json!("create"), &json!(["commit"])),
        "it isn't drift"
    );
    environment.apply();
    let ordinary = uid(&environment, "batch/v1/jobs/migrate");

    environment.commit_file("deploy/migrate.yaml", &job("migrate", "shop:1", &[PRE]));
    environment.apply();
    assert_ne!(uid(&environment, "batch/v1/jobs/migrate"), ordinary);
    environment.trueup(&["plan", "prod", "--exit-code"]).exits(0);
}

#[test]
fn a_deleted_target_takes_its_hooks_along() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/migrate.yaml", &job("migrate", "shop:1", &[PRE]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));
    environment.apply();

    environment.trueup(&["delete", "prod", "--yes", "--confirm", "prod"]).success();

    assert!(environment.live("batch/v1/jobs/migrate").is_none());
    assert!(environment.live("v1/configmaps/settings").is_none());
}
