//! Rules about what others own: `ignore`, `conflicts`, `adopt`, and what a
//! manifest says itself.

use trueup::json::json;

use crate::harness::manifests::{config_map, deployment, of_helm};
use crate::harness::{TestEnvironment, action, verb};

/// A configuration with a top-level section more.
fn with_rules(environment: &mut TestEnvironment, rules: &str) {
    environment.write("trueup.yaml", &format!("{}{rules}\n", environment.configuration()));
    environment.commit("Change the rules");
}

#[test]
fn an_ignored_field_is_left_to_whoever_sets_it() {
    let mut environment = TestEnvironment::new();
    with_rules(&mut environment, "ignore:\n  - {kind: Deployment, fields: [spec.replicas]}");
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.edit_as("scaler", "apps/v1/deployments/web/scale", &json!({"spec": {"replicas": 4}}));

    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    let web = action(&plan, "Deployment/web");
    assert_eq!(web["changes"], json!([]), "only ownership changes");
    environment.apply();
    assert_eq!(environment.live_object("apps/v1/deployments/web")["spec"]["replicas"], 4);
    let run = environment.trueup(&["plan", "prod", "--exit-code"]).success();
    assert!(run.snapshot().contains("spec.replicas is ignored"), "{}", run.snapshot());

    // Still so when something else changes, and it is no drift.
    environment.edit_as("scaler", "apps/v1/deployments/web/scale", &json!({"spec": {"replicas": 2}}));
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:2"));
    environment.apply();
    let live = environment.live_object("apps/v1/deployments/web");
    assert_eq!(live["spec"]["replicas"], 2);
    assert_eq!(live["spec"]["template"]["spec"]["containers"][0]["image"], "web:2");
}

#[test]
fn an_ignored_field_that_only_we_own_isnt_reset() {
    let mut environment = TestEnvironment::new();
    environment
        .commit_file("deploy/web.yaml", &deployment("web", "web:1").replace("replicas: 1", "replicas: 3"));
    environment.apply();
    with_rules(&mut environment, "ignore:\n  - {fields: [spec.replicas]}");
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1").replace("  replicas: 1\n", ""));

    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment
        .commit_file("deploy/web.yaml", &deployment("web", "web:2").replace("replicas: 1", "replicas: 2"));
    environment.apply();

    assert_eq!(environment.live_object("apps/v1/deployments/web")["spec"]["replicas"], 3);
}

#[test]
fn a_rule_for_a_manager_ends_where_another_one_sets_the_field() {
    let mut environment = TestEnvironment::new();
    with_rules(&mut environment, "ignore:\n  - {fields: [data.level], managers: [tuner-*]}");
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.edit_as("tuner-1", "v1/configmaps/settings", &json!({"data": {"level": "tuned"}}));
    environment.apply();
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "tuned");

    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));
    let plan = environment.trueup(&["plan", "prod", "-o", "json"]).success().target();
    assert_eq!(action(&plan, "ConfigMap/settings")["changes"][0]["to"], "info");
}

#[test]
fn a_manifest_says_itself_which_of_its_fields_are_left_alone() {
    let annotated = |level: &str| {
        config_map("settings", "level", level).replace(
            "  name: settings\n",
            "  name: settings\n  annotations:\n    trueup.dev/ignore-fields: data.level\n",
        )
    };
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &annotated("info"));
    environment.apply();
    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));

    environment.commit_file("deploy/settings.yaml", &annotated("warn"));
    environment.apply();

    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "debug");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
}

#[test]
fn an_object_that_is_only_created_is_never_changed() {
    let once = |level: &str| {
        config_map("settings", "level", level).replace(
            "  name: settings\n",
            "  name: settings\n  annotations:\n    trueup.dev/create-only: \"true\"\n",
        )
    };
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &once("info"));
    environment.apply();
    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));
    environment.commit_file("deploy/settings.yaml", &once("warn"));

    let plan = environment.trueup(&["plan", "prod", "--exact", "-o", "json"]).success().target();
    assert_eq!(verb(&plan, "ConfigMap/settings"), "unchanged");
    assert_eq!(action(&plan, "ConfigMap/settings")["reason"], "is only created, never changed");
    environment.apply();
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "debug");
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();

    // It's made again when it is gone, and goes when Git takes it out.
    environment.delete("v1/configmaps/settings");
    environment.apply();
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "warn");
    environment.remove("deploy/settings.yaml");
    environment.commit_file("deploy/other.yaml", &config_map("other", "x", "1"));
    environment.apply();
    assert!(environment.live("v1/configmaps/settings").is_none());
}

#[test]
fn a_field_that_may_not_be_taken_refuses_the_plan() {
    let mut environment = TestEnvironment::new();
    with_rules(&mut environment, "conflicts:\n  - {kind: ConfigMap, managers: [kubectl-*], do: fail}");
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));
    let before = environment.footprint();

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    let text = run.snapshot();
    assert!(text.contains("refused: conflict: data.level of"), "{text}");
    assert_eq!(environment.footprint(), before);
    environment.trueup(&["apply", "prod", "--yes", "--override", "conflict", "--reason", "agreed"]).success();
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "info");
}

#[test]
fn a_field_that_is_yielded_stays_as_its_owner_has_it() {
    let mut environment = TestEnvironment::new();
    with_rules(&mut environment, "conflicts: yield");
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.edit("v1/configmaps/settings", &json!({"data": {"level": "debug"}}));
    let settings = config_map("settings", "level", "info") + "  more: \"1\"\n";
    environment.commit_file("deploy/settings.yaml", &settings);

    environment.apply();

    let data = environment.live_object("v1/configmaps/settings")["data"].clone();
    assert_eq!(data, json!({"level": "debug", "more": "1"}));
    let run = environment.trueup(&["plan", "prod", "--exit-code"]).success();
    assert!(run.snapshot().contains("data.level to kubectl-edit"), "{}", run.snapshot());
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
}

#[test]
fn existing_objects_arent_adopted_where_none_may_be() {
    let mut environment = TestEnvironment::new();
    with_rules(&mut environment, "adopt: never");
    environment.create_namespace();
    environment
        .create("v1/configmaps", &json!({"metadata": {"name": "settings"}, "data": {"level": "debug"}}));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    let before = environment.footprint();

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    assert!(run.snapshot().contains("refused: adopt:"), "{}", run.snapshot());
    assert_eq!(environment.footprint(), before);
}

#[test]
fn existing_objects_arent_replaced_either_where_none_may_be_adopted() {
    let mut environment = TestEnvironment::new();
    with_rules(&mut environment, "adopt: never");
    environment.create_namespace();
    environment.create(
        "v1/configmaps",
        &json!({"metadata": {"name": "settings"}, "immutable": true, "data": {"level": "debug"}}),
    );
    let settings = config_map("settings", "level", "info")
        .replace("metadata:\n", "metadata:\n  annotations: {trueup.dev/on-immutable: replace}\n");
    environment.commit_file("deploy/settings.yaml", &settings);
    let before = environment.footprint();

    let run = environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    assert!(run.snapshot().contains("refused: adopt:"), "{}", run.snapshot());
    assert_eq!(environment.footprint(), before);
}

#[test]
fn an_ignored_field_isnt_reset_when_the_object_is_adopted() {
    let mut environment = TestEnvironment::new();
    with_rules(&mut environment, "ignore:\n  - {kind: Deployment, fields: [spec.replicas]}");
    environment.create_namespace();
    let web = json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": {
        "replicas": 4, "selector": {"matchLabels": {"app": "web"}}, "template": {
            "metadata": {"labels": {"app": "web"}}, "spec": {"containers": [{"name": "web", "image": "web:1"}]}}}});
    environment.create_by("kubectl-client-side-apply", "apps/v1/deployments", &web);
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));

    environment.apply();

    assert_eq!(environment.live_object("apps/v1/deployments/web")["spec"]["replicas"], 4);
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn git_wins_over_what_is_taken_over_though_others_are_yielded_to() {
    let mut environment = TestEnvironment::new();
    with_rules(&mut environment, "conflicts: yield");
    environment.create_namespace();
    let settings = json!({"metadata": {"name": "settings"}, "data": {"level": "debug", "size": "9"}});
    environment.create_by("kubectl-client-side-apply", "v1/configmaps", &settings);
    environment.edit_as("tuner", "v1/configmaps/settings", &json!({"data": {"size": "7"}}));
    let settings = config_map("settings", "level", "info") + "  size: \"1\"\n";
    environment.commit_file("deploy/settings.yaml", &settings);

    environment.apply();

    let data = environment.live_object("v1/configmaps/settings")["data"].clone();
    assert_eq!(data, json!({"level": "info", "size": "7"}));
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn an_ignored_field_stays_when_the_object_is_replaced() {
    let mut environment = TestEnvironment::new();
    with_rules(&mut environment, "ignore:\n  - {kind: Deployment, fields: [spec.replicas]}");
    let allowing = "metadata:\n  annotations: {trueup.dev/on-immutable: replace}\n";
    let web = deployment("web", "web:1").replacen("metadata:\n", allowing, 1);
    environment.commit_file("deploy/web.yaml", &web);
    environment.apply();
    environment.edit_as("scaler", "apps/v1/deployments/web/scale", &json!({"spec": {"replicas": 3}}));
    environment.commit_file("deploy/web.yaml", &web.replace("app: web", "app: shop"));

    environment.apply();

    let live = environment.live_object("apps/v1/deployments/web");
    assert_eq!(
        (&live["spec"]["replicas"], &live["spec"]["selector"]["matchLabels"]["app"]),
        (&json!(3), &json!("shop"))
    );
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn an_owner_that_hands_its_objects_over_is_named_in_the_configuration() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.create("v1/configmaps", &of_helm());
    with_rules(&mut environment, "adopt: [{from: helm, name: other}]");
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.trueup(&["plan", "prod"]).exits(3);
    with_rules(&mut environment, "adopt: [{from: helm, name: web}]");

    environment.apply();

    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["level"], "info");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn a_dropped_field_that_others_own_too_stays_and_the_plan_says_so() {
    let mut environment = TestEnvironment::new();
    let settings = config_map("settings", "level", "info");
    environment.commit_file("deploy/settings.yaml", &(settings.clone() + "  more: \"1\"\n"));
    environment.apply();
    environment.apply_as(
        "other-tool",
        "v1/configmaps/settings",
        &json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "settings"}, "data": {"more": "1"}}),
    );
    environment.commit_file("deploy/settings.yaml", &settings);

    let run = environment.trueup(&["plan", "prod"]).success();
    assert!(run.snapshot().contains("data.more stays: owned by other-tool, too"), "{}", run.snapshot());
    environment.apply();
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["more"], "1");
}

#[test]
fn rules_that_mean_nothing_are_errors() {
    let mut environment = TestEnvironment::new();
    let annotated = config_map("settings", "level", "info").replace(
        "  name: settings\n",
        "  name: settings\n  annotations: {trueup.dev/create-only: \"yes\", trueup.dev/ignore-fields: \"metadata.name\"}\n",
    );
    environment.commit_file("deploy/settings.yaml", &annotated);
    insta::assert_snapshot!(environment.trueup(&["plan", "prod"]).exits(1).snapshot(), @r#"
    $ trueup plan prod
    --- stderr
    error: $NAMESPACE/ConfigMap/settings: trueup.dev/create-only is either true or false, but not "yes"
     --> deploy/settings.yaml:1:1

    error: $NAMESPACE/ConfigMap/settings: trueup.dev/ignore-fields: "metadata.name" is part of what the object is
     --> deploy/settings.yaml:1:1

    2 errors
    --- exit status 1
    "#);

    with_rules(
        &mut environment,
        "ignore:\n  - {kind: deployment, fields: []}\n  - {fields: [metadata.name], manager: x}\nconflicts: maybe\nadopt: [{from: terraform, name: x}]",
    );
    insta::assert_snapshot!(environment.trueup(&["plan", "prod"]).exits(1).snapshot(), @r#"
    $ trueup plan prod
    --- stderr
    error: `ignore[0].kind`: "deployment" isn't a kind: it's written as in manifests, such as Namespace or Deployment.apps
     --> trueup.yaml:8:12

    error: `ignore[0].fields` is empty
     --> trueup.yaml:8:24

    error: `ignore[1].fields[0]`: "metadata.name" is part of what the object is
     --> trueup.yaml:9:15

    error: unknown key `ignore[1].manager`
     --> trueup.yaml:9:31

    hint: did you mean `managers`?

    error: `conflicts` must be take, fail or yield, not "maybe"
     --> trueup.yaml:10:12

    error: `adopt[0].from` must be helm, argocd, flux, kapp, kluctl or applyset, not "terraform"
     --> trueup.yaml:11:16

    6 errors
    --- exit status 1
    "#);
}

#[test]
fn an_object_that_is_only_created_and_is_being_deleted_is_told() {
    let mut environment = TestEnvironment::new();
    let once = config_map("settings", "level", "info").replace(
        "  name: settings\n",
        "  name: settings\n  annotations: {trueup.dev/create-only: \"true\"}\n",
    );
    environment.commit_file("deploy/settings.yaml", &once);
    environment.apply();
    let held = |finalizers| json!({"metadata": {"finalizers": finalizers}});
    environment.edit("v1/configmaps/settings", &held(json!(["example.com/never"])));
    environment.delete("v1/configmaps/settings");

    let plan = environment.trueup(&["plan", "prod"]).success();
    assert!(plan.stdout.contains("ConfigMap/settings is being deleted"), "{plan}");
    environment.edit("v1/configmaps/settings", &held(json!(null)));
}
