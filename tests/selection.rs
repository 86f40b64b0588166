//! `--only` and `--except`: a part of the target is planned and applied, and all else
//! stays as it is, live and on record.

use trueup::json::{Value, json};

use crate::harness::manifests::{config_map, definition_of_tills, deployment, secret};
use crate::harness::{TestEnvironment, action, changing, verb, wait_until};

/// Two settings and an old one, deployed; then both are changed, and the old one leaves.
fn shop() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    for (name, value) in [("settings", "one"), ("other", "one"), ("old", "one")] {
        environment.write(&format!("deploy/{name}.yaml"), &config_map(name, "value", value));
    }
    environment.commit("Open the shop");
    environment.apply();
    environment.write("deploy/settings.yaml", &config_map("settings", "value", "two"));
    environment.write("deploy/other.yaml", &config_map("other", "value", "two"));
    environment.remove("deploy/old.yaml");
    environment.commit("Change two, remove one");
    environment
}

#[track_caller]
fn value(environment: &TestEnvironment, name: &str) -> Option<String> {
    let live = environment.live(&format!("v1/configmaps/{name}"))?;
    Some(live["data"]["value"].as_str().expect("a value").to_owned())
}

#[track_caller]
fn plan(environment: &TestEnvironment, options: &[&str]) -> Value {
    environment.trueup(&[&["plan", "prod", "-o", "json"], options].concat()).success().target()
}

#[track_caller]
fn status(environment: &TestEnvironment) -> Value {
    environment.trueup(&["status", "prod", "-o", "json"]).success().target()
}

#[test]
fn only_what_is_chosen_is_applied_and_nothing_is_deleted() {
    let environment = shop();

    let run = environment.trueup(&["apply", "prod", "--yes", "--only", "ConfigMap/settings"]).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes --only ConfigMap/settings
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Change two, remove one", Ada Example, [ago], main
      deployed release 1, commit $COMMIT1
      partial  --only ConfigMap/settings; the rest stays as it is, nothing is deleted

      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.value: one → two  ← $COMMIT2 (line 6)

    Plan: 1 to update
    digest v1:[digest]
    ([n] requests, [time])
    prod: release 2 is healthy
      ($COMMIT2 "Change two, remove one", --only ConfigMap/settings, 1 changed, 0 unchanged, [time])
    --- stderr
    updated  $NAMESPACE/ConfigMap/settings
    --- exit status 0
    "#);
    assert_eq!(value(&environment, "settings").as_deref(), Some("two"));
    assert_eq!(value(&environment, "other").as_deref(), Some("one"));
    assert_eq!(value(&environment, "old").as_deref(), Some("one"));
    environment
        .trueup(&["plan", "prod", "--only", "ConfigMap/settings", "--exit-code"])
        .success()
        .prints("prod: nothing to change of --only ConfigMap/settings");
}

#[test]
fn after_a_part_the_plan_for_the_whole_still_tells_git_from_drift() {
    let environment = shop();
    environment.trueup(&["apply", "prod", "--yes", "--only", "ConfigMap/settings"]).success();

    let whole = plan(&environment, &[]);

    assert_eq!(changing(&whole), ["ConfigMap/other", "ConfigMap/old"]);
    let change = &action(&whole, "ConfigMap/other")["changes"][0];
    assert_eq!(
        (&change["cause"], &change["commit"]["subject"]),
        (&"commit".into(), &"Change two, remove one".into())
    );
    assert_eq!(verb(&whole, "ConfigMap/old"), "delete");
    // The commit of a part isn't what is deployed.
    assert_eq!(whole["deployed"]["release"], 1);
    assert_eq!(status(&environment)["drift"], json!({"objects": 0, "fields": 0}));

    environment.edit("v1/configmaps/other", &json!({"data": {"value": "mine"}}));
    environment.edit("v1/configmaps/settings", &json!({"data": {"value": "mine"}}));

    assert_eq!(status(&environment)["drift"], json!({"objects": 2, "fields": 2}));
    let whole = plan(&environment, &[]);
    assert_eq!(action(&whole, "ConfigMap/settings")["causes"], json!(["drift"]));
    assert_eq!(action(&whole, "ConfigMap/other")["causes"], json!(["commit", "drift"]));
    environment.apply();
    assert_eq!(value(&environment, "old"), None);
    assert_eq!(status(&environment)["deployed"]["release"], 3);
}

#[test]
fn the_history_tells_what_a_release_was_limited_to() {
    let environment = shop();
    environment.trueup(&["apply", "prod", "--yes", "--except", "name=other"]).success();

    let run = environment.trueup(&["history", "prod"]).success();

    run.prints("--except name=other: Change two, remove one");
    let history = environment.trueup(&["history", "prod", "-o", "json"]).success().json();
    assert_eq!(history["targets"][0]["selection"], "--except name=other");
    assert_eq!(history["targets"][1]["selection"], json!(null));
}

#[test]
fn what_is_left_out_needs_no_kind_that_the_cluster_knows() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/settings.yaml", &config_map("settings", "value", "one"));
    environment.commit_file(
        "deploy/monitor.yaml",
        "apiVersion: nowhere.example/v1\nkind: Monitor\nmetadata: {name: web}\n",
    );
    environment.trueup(&["plan", "prod"]).exits(1).complains("unknown kind Monitor.nowhere.example");

    environment.create_namespace();
    environment.trueup(&["apply", "prod", "--yes", "--except", "kind=Monitor"]).success();

    assert_eq!(value(&environment, "settings").as_deref(), Some("one"));
}

#[test]
fn a_pattern_that_fits_nothing_changes_nothing() {
    let environment = shop();
    let before = environment.footprint();

    let run = environment
        .trueup(&["apply", "prod", "-y", "--only", "ConfigMap/setings", "--except", "kind=configMap"])
        .exits(1);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod -y --only ConfigMap/setings --except kind=configMap
    --- stderr
    error: no object fits ConfigMap/setings

    hint: did you mean "ConfigMap/settings"?

    error: no object fits kind=configMap

    hint: did you mean "kind=ConfigMap"?

    2 errors
    --- exit status 1
    "#);
    assert_eq!(environment.footprint(), before);
    environment.trueup(&["plan", "prod", "--only", "settings"]).exits(64).complains("expected Kind/name");
    environment
        .trueup(&["plan", "prod", "--only", "name=settings", "--except", "kind=ConfigMap"])
        .exits(1)
        .complains("nothing is left to deploy of --only name=settings --except kind=ConfigMap");
}

#[test]
fn what_is_chosen_waits_for_what_it_depends_on_though_that_is_left_out() {
    let mut environment = TestEnvironment::new();
    let depends =
        format!("  annotations: {{trueup.dev/depends-on: apps/Deployment/db}}\n{}", "  name: web\n");
    let web = config_map("web", "value", "one").replace("  name: web\n", &depends);
    environment.write("deploy/db.yaml", &deployment("db", "db:never-ready"));
    environment.commit_file("deploy/web.yaml", &web);
    environment.create_namespace();
    let only = ["apply", "prod", "--yes", "--wait-timeout", "2s", "--only", "ConfigMap/web"];

    let run = environment.trueup(&only).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup apply prod --yes --wait-timeout 2s --only ConfigMap/web
    --- stderr
    error: $NAMESPACE/ConfigMap/web: trueup.dev/depends-on names $NAMESPACE/Deployment/db, which isn't there
     --> deploy/web.yaml:1:1
    caused by: it isn't in the cluster yet, and isn't chosen

    hint: choose it, too: --only $NAMESPACE/Deployment/db; or deploy it first
    --- exit status 1
    ");
    assert_eq!(environment.live("v1/configmaps/web"), None);

    environment.trueup(&["apply", "prod", "--yes", "--no-wait", "--only", "kind=Deployment"]).success();
    environment.trueup(&only).exits(1).prints("db isn't ready");
    assert_eq!(environment.live("v1/configmaps/web"), None);
    environment.commit_file("deploy/db.yaml", &deployment("db", "db:1"));
    environment.trueup(&["apply", "prod", "--yes", "--only", "kind=Deployment"]).success();
    environment.trueup(&only).success();
}

#[test]
fn a_namespace_that_is_left_out_has_to_be_there() {
    let mut environment = TestEnvironment::new();
    let elsewhere = environment.unique("elsewhere");
    let there = config_map("there", "value", "one")
        .replace("  name: there\n", &format!("  name: there\n  namespace: {elsewhere}\n"));
    environment.write(
        "deploy/namespace.yaml",
        &format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: {elsewhere}}}\n"),
    );
    environment.commit_file("deploy/there.yaml", &there);

    environment
        .trueup(&["apply", "prod", "--yes", "--only", "kind=ConfigMap"])
        .exits(1)
        .complains(&format!("there is no namespace {elsewhere:?}"))
        .complains(&format!("choose it, too: --only Namespace/{elsewhere}"));
    environment
        .trueup(&["apply", "prod", "--yes", "--only", "kind=ConfigMap", "--only", "kind=Namespace"])
        .success();
}

#[test]
fn a_definition_that_is_left_out_has_to_be_there() {
    let mut environment = TestEnvironment::new();
    let group = environment.unique("tills.example");
    let version = "    - name: v1\n      served: true\n      storage: true\n      schema: {openAPIV3Schema: {type: object}}\n";
    environment.write("deploy/tills.yaml", &definition_of_tills(&group, version));
    environment.commit_file(
        "deploy/till.yaml",
        &format!("apiVersion: {group}/v1\nkind: Till\nmetadata: {{name: one}}\n"),
    );
    environment.create_namespace();

    environment
        .trueup(&["apply", "prod", "--yes", "--only", "kind=Till"])
        .exits(1)
        .complains(&format!("the cluster has no Till.{group} at version \"v1\""))
        .complains("its definition isn't chosen: deploy/tills.yaml:1")
        .complains(&format!("choose it, too: --only CustomResourceDefinition/tills.{group}"));

    environment.trueup(&["apply", "prod", "--yes", "--only", "kind=CustomResourceDefinition"]).success();
    environment.trueup(&["apply", "prod", "--yes", "--only", "kind=Till"]).success();
    assert!(environment.live(&format!("{group}/v1/tills/one")).is_some());
}

#[test]
fn a_saved_plan_of_a_part_is_carried_out_for_that_part() {
    let environment = shop();
    environment.trueup(&["plan", "prod", "--only", "name=settings", "--out", "plan.json"]).success();

    environment
        .trueup(&["apply", "prod", "--yes", "--plan", "plan.json", "--only", "name=other"])
        .exits(3)
        .complains("it's for --only name=other, the saved one is for --only name=settings");
    environment.trueup(&["apply", "prod", "--yes", "--plan", "plan.json"]).success();

    assert_eq!(value(&environment, "settings").as_deref(), Some("two"));
    assert_eq!(value(&environment, "other").as_deref(), Some("one"));
    assert_eq!(status(&environment)["deployed"]["release"], 1);
}

#[test]
fn a_part_that_isnt_healthy_doesnt_turn_green_by_trying_again() {
    let mut environment = shop();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:crash"));
    let only = ["apply", "prod", "--yes", "--only", "kind=Deployment"];
    environment.trueup(&only).exits(4);

    environment.trueup(&only).exits(4);
    environment.trueup(&["apply", "prod", "--yes"]).exits(4);

    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.trueup(&only).success();
    environment.trueup(&only).success().prints("nothing to change");
}

#[test]
fn a_rollback_after_parts_undoes_them() {
    let environment = shop();
    environment.trueup(&["apply", "prod", "--yes", "--only", "kind=ConfigMap"]).success();
    environment.delete("v1/configmaps/old");
    // Nothing is left to do, but only now is the commit deployed as a whole.
    environment.apply().prints("release 3 is healthy");

    environment.trueup(&["rollback", "prod", "--yes"]).success().prints("Open the shop");

    assert_eq!(value(&environment, "settings").as_deref(), Some("one"));
    assert_eq!(value(&environment, "old").as_deref(), Some("one"));
}

#[test]
fn the_first_deployment_may_be_a_part() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/password.yaml", &secret("password", "word", "hunter2"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "one"));

    environment
        .trueup(&["apply", "prod", "--yes", "--only", "kind=Secret"])
        .success()
        .prints("release 1 is healthy");

    assert_eq!(status(&environment)["deployed"], json!(null));
    environment
        .trueup(&["apply", "prod", "--yes", "--only", "kind=Secret"])
        .success()
        .prints("nothing to change");
    assert_eq!(changing(&plan(&environment, &[])), ["ConfigMap/settings"]);
    environment.trueup(&["apply", "prod", "--yes", "--only", "kind=ConfigMap"]).success();
    // The Secret is still on record, by its digests.
    environment.edit("v1/secrets/password", &json!({"stringData": {"word": "mine"}}));
    assert_eq!(status(&environment)["drift"], json!({"objects": 1, "fields": 1}));
    environment.apply();
    assert_eq!(status(&environment)["deployed"]["release"], 3);
}

#[test]
fn a_killed_run_is_finished_before_a_part_is_applied() {
    let mut environment = shop();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    let run = environment.spawn(&["apply", "prod", "--yes"]);
    wait_until("the deployment is written", || environment.live("apps/v1/deployments/web").is_some());
    run.signal("KILL");
    assert_eq!(run.end().code, None);
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "three"));

    environment
        .trueup(&["apply", "prod", "--yes", "--only", "name=settings"])
        .exits(1)
        .complains("isn't finished")
        .complains("`trueup apply` finishes it");

    assert_eq!(value(&environment, "settings").as_deref(), Some("two"));
}

#[test]
fn drift_and_commits_are_compared_in_part() {
    let environment = shop();
    environment.edit("v1/configmaps/settings", &json!({"data": {"value": "mine"}}));
    environment.edit("v1/configmaps/old", &json!({"data": {"value": "mine"}}));

    let drift =
        environment.trueup(&["diff", "prod", "--drift", "--only", "path=deploy/old.yaml", "-o", "json"]);
    assert_eq!(changing(&drift.success().target()), ["ConfigMap/old"]);
    let commits = environment.trueup(&["diff", "prod", "HEAD~1..HEAD", "--except", "name=other"]).success();
    commits.prints("ConfigMap/settings").prints("ConfigMap/old").never_says("ConfigMap/other");
    let live = environment.trueup(&["diff", "prod", "--only", "ConfigMap/other"]).success();
    live.prints("one → two").never_says("ConfigMap/settings");
}

#[test]
fn files_without_a_configuration_are_applied_in_part() {
    let environment = TestEnvironment::without_configuration();
    environment.create_namespace();
    environment
        .write("all.yaml", &[config_map("a", "value", "one"), config_map("b", "value", "one")].join("---\n"));

    environment.trueup(&["apply", "-f", "all.yaml", "--yes", "--only", "name=a"]).success();

    assert_eq!((value(&environment, "a").as_deref(), value(&environment, "b")), (Some("one"), None));
}

#[test]
fn a_part_that_is_interrupted_leaves_the_rest_on_record() {
    let mut environment = shop();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    let run = environment.spawn(&["apply", "prod", "--yes", "--only", "kind=Deployment"]);
    wait_until("the deployment is written", || environment.live("apps/v1/deployments/web").is_some());
    run.signal("INT");

    run.end().exits(130);

    let status = status(&environment);
    assert_eq!((&status["deployed"]["release"], &status["drift"]["objects"]), (&1.into(), &0.into()));
    assert_eq!(status["objects"].as_array().expect("objects").len(), 4);
    assert_eq!(
        changing(&plan(&environment, &[])),
        ["ConfigMap/other", "ConfigMap/settings", "ConfigMap/old"]
    );
}
