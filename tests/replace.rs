//! Objects with a field that can't be changed in place.

use crate::harness::manifests::{config_map, deployment};
use crate::harness::{TestEnvironment, verb};

const REPLACE: &str = "metadata:\n  annotations: {trueup.dev/on-immutable: replace}\n";

/// A `Deployment` that is deployed, and in the work tree has another selector.
fn other_selector(first_lines: &str) -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    let other = deployment("web", "web:1").replace("app: web", "app: shop");
    environment.commit_file("deploy/web.yaml", &other.replacen("metadata:\n", first_lines, 1));
    environment
}

fn uid(environment: &TestEnvironment, path: &str) -> String {
    environment.live_object(path)["metadata"]["uid"].as_str().expect("a uid").to_owned()
}

#[test]
fn a_manifest_that_allows_it_is_deleted_and_created_again() {
    let environment = other_selector(REPLACE);
    let before = uid(&environment, "apps/v1/deployments/web");
    let plan = environment.trueup(&["plan", "prod"]).success();
    insta::assert_snapshot!(plan.snapshot(), @r#"
    $ trueup plan prod
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Change deploy/web.yaml", Ada Example, [ago], main
      deployed release 1, commit $COMMIT1

      ± replace  $NAMESPACE/Deployment/web  deploy/web.yaml:1  ← $COMMIT2
          spec.selector can't be changed in place, so it's deleted and created again: all of its pods
          stop, and others start
        + metadata.annotations["trueup.dev/on-immutable"]: replace
          spec.selector.matchLabels.app: web → shop
          spec.template.metadata.labels.app: web → shop

    ± 1 object will be deleted and created again:
      $NAMESPACE/Deployment/web

    Plan: 1 to replace
    digest v1:[digest]
    ([n] requests, [time])
    --- exit status 0
    "#);

    environment.apply();

    assert_ne!(uid(&environment, "apps/v1/deployments/web"), before);
    let live = environment.live_object("apps/v1/deployments/web");
    assert_eq!(live["spec"]["selector"]["matchLabels"]["app"], "shop");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn without_leave_it_is_refused_and_an_override_lets_it_pass() {
    let environment = other_selector("metadata:\n");
    let before = environment.footprint();
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).exits(3);
    assert_eq!(verb(&plan.target(), "Deployment/web"), "replace");
    let digest = plan.target()["digest"].as_str().expect("a digest").to_owned();
    environment.trueup(&["apply", "prod", "--yes"]).exits(3);
    assert_eq!(environment.footprint(), before);

    environment
        .trueup(&[
            "apply",
            "prod",
            "--expect",
            &digest,
            "--override",
            "immutable",
            "--reason",
            "a new selector",
        ])
        .success();

    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn the_configuration_may_allow_some() {
    let environment = other_selector("metadata:\n");
    let allowing = format!("{}    limits: {{replace: 1}}\n", environment.configuration());
    environment.write("trueup.yaml", &allowing);

    environment.trueup(&["apply", "prod", "--yes", "--dirty"]).success();
}

#[test]
fn a_manifest_that_forbids_it_is_refused_whatever_is_overridden() {
    let environment = other_selector(&REPLACE.replace("replace", "refuse"));
    let arguments = ["apply", "prod", "--yes", "--override", "immutable", "--reason", "try"];
    environment.trueup(&arguments).exits(3).prints("forbids it");
}

#[test]
fn an_annotation_that_says_nothing_is_an_error() {
    let environment = other_selector(&REPLACE.replace("immutable: replace", "immutable: replce"));
    insta::assert_snapshot!(environment.trueup(&["plan", "prod"]).exits(1).snapshot(), @r#"
    $ trueup plan prod
    --- stderr
    error: $NAMESPACE/Deployment/web: trueup.dev/on-immutable is either replace or refuse, but not "replce"
     --> deploy/web.yaml:1:1

    hint: did you mean "replace"?
    --- exit status 1
    "#);
}

#[test]
fn a_new_object_that_is_wrong_is_told_before_the_old_one_is_deleted() {
    let mut environment = other_selector(REPLACE);
    let wrong = environment.read("deploy/web.yaml").replace("image: web:1", "image: \"\"");
    environment.commit_file("deploy/web.yaml", &wrong);
    let before = environment.footprint();

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup apply prod --yes
    --- stderr
    error: $NAMESPACE/Deployment/web: spec.selector: field is immutable
     --> deploy/web.yaml:8:3

    hint: this field can't be changed on a live object: delete the object first, then apply

    error: $NAMESPACE/Deployment/web: spec.template.spec.containers[name=web].image is required
     --> deploy/web.yaml:18:11

    2 errors
    --- exit status 1
    ");
    assert_eq!(environment.footprint(), before);
}

#[test]
fn a_protected_kind_is_not_replaced() {
    let mut environment = TestEnvironment::new();
    let claim = |size: &str| {
        format!(
            "apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata:\n  name: data\n  annotations: \
             {{trueup.dev/on-immutable: replace}}\nspec:\n  accessModes: [{size}]\n  resources: {{requests: \
             {{storage: 1Gi}}}}\n"
        )
    };
    environment.write("deploy/other.yaml", &config_map("other", "x", "1"));
    environment.commit_file("deploy/claim.yaml", &claim("ReadWriteOnce"));
    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();
    environment.commit_file("deploy/claim.yaml", &claim("ReadWriteMany"));

    environment.trueup(&["apply", "prod", "--yes"]).exits(3).prints("would delete protected");
}

#[test]
fn a_rollback_replaces_what_cannot_be_changed_back() {
    let environment = other_selector(REPLACE);
    environment.apply();

    environment.trueup(&["rollback", "prod", "--yes"]).success();

    let live = environment.live_object("apps/v1/deployments/web");
    assert_eq!(live["spec"]["selector"]["matchLabels"]["app"], "web");
}

#[test]
fn what_others_have_set_goes_with_an_object_that_is_replaced() {
    let environment = other_selector(REPLACE);
    let theirs =
        trueup::json::json!({"metadata": {"labels": {"team": "front"}}, "spec": {"minReadySeconds": 3}});
    environment.edit("apps/v1/deployments/web", &theirs);
    let plan = environment.trueup(&["plan", "prod"]).success();
    assert!(plan.stdout.contains("- metadata.labels.team: front"), "{plan}");
    assert!(plan.stdout.contains("spec.minReadySeconds: 3"), "{plan}");

    environment.apply();

    let live = environment.live_object("apps/v1/deployments/web");
    assert!(live["metadata"]["labels"].get("team").is_none(), "{live}");
    assert!(live["spec"].get("minReadySeconds").is_none_or(|seconds| *seconds != 3), "{live}");
}

#[test]
fn a_status_that_is_written_meanwhile_doesnt_keep_an_object_from_being_replaced() {
    let environment = other_selector(REPLACE);
    let web = "apps/v1/deployments/web";
    let before = uid(&environment, web);

    let run = environment.apply_and_before("DELETE", web, || {
        let condition = trueup::json::json!({"status": {"conditions": [
            {"type": "Odd", "status": "True", "reason": "Test", "message": ""}]}});
        environment.edit_as("somebody", "apps/v1/deployments/web/status", &condition);
    });

    run.success();
    assert_ne!(uid(&environment, web), before);
}
