//! Replicas: Git's, an autoscaler's, or somebody's who scales by hand.

use trueup::json::json;

use crate::harness::manifests::deployment;
use crate::harness::{TestEnvironment, action};

const WEB: &str = "apps/v1/deployments/web";

const AUTOSCALER: &str = "apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: web
spec:
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
  minReplicas: 1
  maxReplicas: 5
";

/// A Deployment of three replicas, which only trueup has set; Git names none any
/// more.
fn without_replicas() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    let web = deployment("web", "web:1");
    environment.commit_file("deploy/web.yaml", &web.replace("replicas: 1", "replicas: 3"));
    environment.apply();
    environment.commit_file("deploy/web.yaml", &web.replace("  replicas: 1\n", ""));
    environment
}

fn replicas(environment: &TestEnvironment) -> trueup::json::Value {
    environment.live_object(WEB)["spec"]["replicas"].clone()
}

#[test]
fn replicas_that_leave_git_are_reset_and_the_plan_says_so() {
    let environment = without_replicas();

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    let change = &action(&plan, "Deployment/web")["changes"][0];
    assert_eq!(
        (&change["path"], &change["from"], &change["to"]),
        (&json!("spec.replicas"), &json!(3), &json!(1))
    );
    environment.apply();

    assert_eq!(replicas(&environment), 1);
}

#[test]
fn replicas_that_leave_git_for_an_autoscaler_stay() {
    let mut environment = without_replicas();
    environment.commit_file("deploy/scale.yaml", AUTOSCALER);

    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();

    assert_eq!(replicas(&environment), 3);
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment.trueup(&["plan", "prod", "--exit-code", "--exact"]).success();
}

#[test]
fn replicas_that_leave_git_stay_for_an_autoscaler_that_somebody_else_made() {
    let environment = without_replicas();
    let theirs = json!({"metadata": {"name": "theirs"}, "spec": {
        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
        "minReplicas": 1, "maxReplicas": 5,
    }});
    environment.create("autoscaling/v2/horizontalpodautoscalers", &theirs);

    environment.apply();

    assert_eq!(replicas(&environment), 3);
}

#[test]
fn scaling_by_hand_without_an_autoscaler_is_drift_and_put_right() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    // What `kubectl scale` sends: its entry is of the subresource, like an autoscaler's.
    environment.edit_as("kubectl", &format!("{WEB}/scale"), &json!({"spec": {"replicas": 4}}));

    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).exits(2).prints("spec.replicas");
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    let update = action(&plan, "Deployment/web");
    assert_eq!(update["causes"], json!(["drift"]));
    assert_eq!(update["takesFrom"], json!([{"manager": "kubectl", "fields": ["spec.replicas"]}]));
    environment.apply();

    assert_eq!(replicas(&environment), 1);
}
