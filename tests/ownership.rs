//! Objects that are there already: adopted when nobody claims them, refused
//! when somebody does.

use trueup::json::{Value, json};
use trueup::object::FieldPath;

use crate::harness::manifests::{config_map, deployment, of_helm};
use crate::harness::{TestEnvironment, action, verb};

#[test]
fn an_object_that_nobody_claims_is_adopted() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.create(
        "v1/configmaps",
        &json!({"metadata": {"name": "settings"}, "data": {"level": "debug", "extra": "kept"}}),
    );
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(verb(&plan, "ConfigMap/settings"), "adopt");
    environment.apply();

    let data = environment.live_object("v1/configmaps/settings")["data"].clone();
    assert_eq!(data, json!({"level": "info", "extra": "kept"}));
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn an_object_of_a_helm_release_is_refused() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.create("v1/configmaps", &of_helm());
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    let before = environment.footprint();

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/settings.yaml", Ada Example, [ago], main

      * adopt  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.level: debug → info  ← $COMMIT1 (line 6)
          takes data.level from somebody

    Plan: 1 to adopt
    digest v1:[digest]
    ([n] requests, [time])
    refused: owner: $NAMESPACE/ConfigMap/settings belongs to the Helm release
      shop/web: annotate it with helm.sh/resource-policy: keep and uninstall the release
      --override owner --reason TEXT lets it pass

    prod: refused by owner, nothing was written ($COMMIT1 "Change deploy/settings.yaml", [time])
    --- exit status 3
    "#);
    assert_eq!(environment.footprint(), before);
    environment.trueup(&["plan", "prod"]).exits(3);
}

#[test]
fn an_object_of_another_environment_is_refused() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.write("trueup.yaml", &environment.configuration().replace("name: shop", "name: store"));
    environment.commit("Rename the project");
    let before = environment.footprint();

    environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    assert_eq!(environment.footprint(), before);
}

#[test]
fn the_same_object_in_two_environments_is_refused() {
    let mut environment = TestEnvironment::new();
    let both = format!("{}  again:\n    namespace: {}\n", environment.configuration(), environment.namespace);
    environment.write("trueup.yaml", &both);
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();

    environment.trueup(&["apply", "again", "--yes"]).exits(3);
}

#[test]
fn a_field_that_another_applier_owns_is_taken_and_the_plan_says_from_whom() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.apply_as(
        "other-tool",
        "v1/configmaps/settings",
        &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"level": "debug"}}),
    );

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(
        action(&plan, "ConfigMap/settings")["takesFrom"],
        json!([{"manager": "other-tool", "fields": ["data.level"]}])
    );
    environment.apply();

    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "info");
}

#[test]
fn an_object_that_disappears_between_plan_and_apply_is_made_again() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.delete("v1/configmaps/settings");

    environment.apply();

    assert!(environment.live("v1/configmaps/settings").is_some());
}

#[test]
fn another_repository_of_the_same_name_is_refused() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    let before = environment.footprint();
    std::fs::remove_dir_all(environment.root().join(".git")).expect("no repository");
    environment.repository.git(&["init", "--quiet", "--initial-branch=main"]);
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Change deploy/settings.yaml", Ada Example, [ago], main
      deployed release 1, commit $COMMIT1

      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.level: info → warn  ← $COMMIT2 (line 6)

    Plan: 1 to update
    digest v1:[digest]
    ([n] requests, [time])
    refused: repository: release 1 deployed commit $COMMIT1, which
      isn't in this repository: fetch it; if its history was rewritten, override this; else give this
      repository a name of its own
      --override repository --reason TEXT lets it pass

    prod: refused by repository, nothing was written ($COMMIT2 "Change deploy/settings.yaml", [time])
    --- exit status 3
    "#);
    assert_eq!(environment.footprint(), before);
    environment.trueup(&["plan", "prod"]).success();
}

#[test]
fn an_object_that_kubectl_applied_is_adopted_for_good() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.apply_as(
        "kubectl",
        "v1/configmaps/settings",
        &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"level": "debug"}}),
    );
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    environment.apply();

    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment.remove("deploy/settings.yaml");
    environment.commit_file("deploy/other.yaml", &config_map("other", "x", "1"));
    environment.apply();
    assert!(environment.live("v1/configmaps/settings").is_none());
}

#[test]
fn a_manifest_in_the_place_of_the_inventory_is_refused() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    let inventory = environment.live_object("v1/configmaps/trueup-shop-prod");
    environment.commit_file("deploy/mine.yaml", &config_map("trueup-shop-prod", "state", "x"));

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(1);

    assert!(run.stderr.contains("deploy/mine.yaml:1"), "{run}");
    assert_eq!(environment.live_object("v1/configmaps/trueup-shop-prod")["data"], inventory["data"]);
}

/// What `kubectl apply` (client-side), `kubectl edit` and a controller have set.
fn applied_by_kubectl(environment: &TestEnvironment) {
    environment.create_namespace();
    let settings = json!({"apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "settings", "annotations": {"kubectl.kubernetes.io/last-applied-configuration": "{}"}},
        "data": {"level": "debug", "old": "1", "tuned": "0"}});
    environment.create_by("kubectl-client-side-apply", "v1/configmaps", &settings);
    environment.edit("v1/configmaps/settings", &json!({"data": {"edited": "1"}}));
    environment.edit_as("tuner", "v1/configmaps/settings", &json!({"data": {"tuned": "7"}}));
}

#[test]
fn what_client_side_tools_have_set_is_taken_over_and_goes_when_git_doesnt_have_it() {
    let mut environment = TestEnvironment::new();
    applied_by_kubectl(&environment);
    let settings = config_map("settings", "level", "info");
    environment.commit_file("deploy/settings.yaml", &(settings.clone() + "  new: \"1\"\n"));

    insta::assert_snapshot!(environment.trueup(&["plan", "prod"]).success().snapshot(), @r#"
    $ trueup plan prod
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/settings.yaml", Ada Example, [ago], main

      * adopt  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
        - data.edited: "1"
          data.level: debug → info  ← $COMMIT1 (line 6)
        + data.new: "1"  ← $COMMIT1 (line 7)
        - data.old: "1"
        - metadata.annotations:
            kubectl.kubernetes.io/last-applied-configuration: "{}"
          takes over what was set by kubectl-client-side-apply and kubectl-edit

    Plan: 1 to adopt
    digest v1:[digest]
    ([n] requests, [time])
    --- exit status 0
    "#);
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    let adopted = action(&plan, "ConfigMap/settings");
    assert_eq!(adopted["migrates"], json!(["kubectl-client-side-apply", "kubectl-edit"]));
    assert_eq!(adopted["takesFrom"], json!([]));
    environment.apply();

    let live = environment.live_object("v1/configmaps/settings");
    assert_eq!(live["data"], json!({"level": "info", "new": "1", "tuned": "7"}));
    assert_eq!(live["metadata"]["annotations"], json!(null));
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment.trueup(&["plan", "prod", "--exact", "--exit-code"]).success();

    environment.commit_file("deploy/settings.yaml", &settings);
    environment.apply();
    assert_eq!(
        environment.live_object("v1/configmaps/settings")["data"],
        json!({"level": "info", "tuned": "7"})
    );
}

#[test]
fn what_an_adoption_takes_away_is_shown_as_the_server_makes_it() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let mut web: Value = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
        "replicas": 3, "minReadySeconds": 5, "paused": true, "strategy": {"type": "Recreate"},
        "selector": {"matchLabels": {"app": "web"}},
        "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [
            {"name": "web", "image": "web:1", "args": ["-v"]}, {"name": "side", "image": "side:1"}]}}}});
    environment.create_by("helm", "apps/v1/deployments", &web);
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1").replace("  replicas: 1\n", ""));

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    let changes = action(&plan, "Deployment/web")["changes"].as_array().expect("changes").clone();
    let paths: Vec<&str> = changes.iter().filter_map(|change| change["path"].as_str()).collect();
    insta::assert_debug_snapshot!(paths, @r#"
    [
        "spec.minReadySeconds",
        "spec.paused",
        "spec.replicas",
        "spec.strategy.rollingUpdate",
        "spec.strategy.type",
        "spec.template.spec.containers[name=web].args",
        "spec.template.spec.containers[name=side]",
    ]
    "#);
    environment.apply();

    // The plan has shown what there is now, the server's defaults included.
    let live = environment.live_object("apps/v1/deployments/web");
    for change in &changes {
        let path = FieldPath::parse(change["path"].as_str().expect("a path")).expect("a path");
        assert_eq!(path.get(&live), change.get("to"), "{path}");
    }
    web = live["spec"].clone();
    assert_eq!((&web["replicas"], &web["strategy"]["type"]), (&json!(1), &json!("RollingUpdate")));
    environment.trueup(&["plan", "prod", "--exact", "--exit-code"]).success();
}
