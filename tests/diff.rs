//! `trueup diff`: what differs, field by field.

use trueup::json::json;

use crate::harness::manifests::{config_map, deployment};
use crate::harness::{TestEnvironment, action, changing};

#[test]
fn a_diff_shows_what_git_and_the_cluster_disagree_about() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/web.yaml", &deployment("web", "web:1"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();
    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:2"));

    let diff = environment.trueup(&["diff", "prod"]).success();

    insta::assert_snapshot!(diff.snapshot(), @r#"
    $ trueup diff prod
    ~ $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.level: debug → info  ← changed live by kubectl-edit, [ago]
          takes data.level from kubectl-edit
    ~ $NAMESPACE/Deployment/web  deploy/web.yaml:1
          spec.template.spec.containers[name=web].image: web:1 → web:2
            ← $COMMIT2 "Change deploy/web.yaml", Ada Example, [ago] (line 17)

    prod: 2 to update
    --- exit status 0
    "#);
}

#[test]
fn a_diff_of_the_work_tree_needs_no_commit() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "warn"));

    environment.trueup(&["diff", "prod", "--exit-code"]).exits(2).prints("warn");
}

#[test]
fn drift_is_what_the_cluster_moved_whatever_git_says() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &config_map("a", "level", "info"));
    environment.commit_file("deploy/b.yaml", &config_map("b", "level", "info"));
    environment.apply();
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
    environment.edit("v1/configmaps/a", &json!({"data": {"level": "debug"}}));
    environment.commit_file("deploy/b.yaml", &config_map("b", "level", "warn"));

    let drift = environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).exits(2);
    insta::assert_snapshot!(drift.snapshot(), @"
    $ trueup diff prod --drift --exit-code
    ~ $NAMESPACE/ConfigMap/a  deploy/a.yaml:1
          data.level: info → debug  ← changed live by kubectl-edit, [ago]

    prod: 1 changed live, 1 as deployed
    --- exit status 2
    ");
    let drift = environment.trueup(&["diff", "prod", "--drift", "-o", "json"]).success().target();

    assert_eq!(changing(&drift), ["ConfigMap/a"]);
    assert_eq!(action(&drift, "ConfigMap/a")["changes"][0]["by"], "kubectl-edit");
}

#[test]
fn an_object_that_somebody_deleted_is_drift() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &config_map("a", "level", "info"));
    environment.commit_file("deploy/b.yaml", &config_map("b", "level", "info"));
    environment.apply();
    environment.delete("v1/configmaps/a");

    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).exits(2).prints("ConfigMap/a");
    environment.apply();

    assert!(environment.live("v1/configmaps/a").is_some());
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
}

#[test]
fn what_the_server_fills_in_is_no_drift() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();

    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
    environment.trueup(&["diff", "prod", "--exit-code"]).success();
}

#[test]
fn drift_before_the_first_deployment_is_nothing() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
}
