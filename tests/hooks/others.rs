//! Hooks as Argo CD and Helm know them.

use super::{apply_json, job};
use crate::harness::manifests::{config_map, deployment};
use crate::harness::{TestEnvironment, changing};

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
fn one_hook_may_run_at_two_moments() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment
        .write("deploy/both.yaml", &job("both", "shop:1", &["argocd.argoproj.io/hook: PreSync,PostSync"]));
    environment.commit_file("deploy/a.yaml", &config_map("settings", "level", "info"));

    let outcome = apply_json(&environment).success().target();

    assert_eq!(changing(&outcome), ["Job/both", "ConfigMap/settings", "Job/both"]);
    let moments: Vec<_> = outcome["actions"]
        .as_array()
        .expect("actions")
        .iter()
        .filter_map(|action| action["hook"]["on"].as_str())
        .collect();
    assert_eq!(moments, ["pre-apply", "post-apply"]);
    environment.trueup(&["plan", "prod", "--exit-code"]).exits(0);
}
