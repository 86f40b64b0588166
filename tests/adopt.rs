//! `trueup adopt`: objects of other tools and environments are taken over by name.

use trueup::json::{Value, json};

use crate::harness::manifests::{config_map, of_helm};
use crate::harness::{TestEnvironment, action, verb};

/// The label that makes an object a member of the test's inventory.
const PART_OF: &str = "applyset.kubernetes.io/part-of";

/// A setting that a Helm release has, with something that Git doesn't know, and
/// another one that nobody has.
fn of_a_release() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let mut live = of_helm();
    live["data"]["extra"] = json!("yes");
    environment.create_by("helm", "v1/configmaps", &live);
    environment.write("deploy/other.yaml", &config_map("other", "level", "info"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment
}

fn settings(environment: &TestEnvironment) -> Value {
    environment.live_object("v1/configmaps/settings")
}

#[test]
fn an_object_of_a_helm_release_is_taken_over_when_it_is_asked_for() {
    let environment = of_a_release();
    environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    let run = environment.trueup(&["adopt", "prod", "ConfigMap/settings", "--yes"]).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup adopt prod ConfigMap/settings --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/settings.yaml", Ada Example, [ago], main
      partial  --only ConfigMap/settings; the rest stays as it is, nothing is deleted

      * adopt  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
        - data.extra: "yes"
          data.level: debug → info  ← $COMMIT1 (line 6)
        - metadata.annotations:
            meta.helm.sh/release-name: web
            meta.helm.sh/release-namespace: shop
        - metadata.labels["app.kubernetes.io/managed-by"]: Helm
          takes over what was set by helm

    note: the Helm release shop/web still counts $NAMESPACE/ConfigMap/settings as its
      own; before it changes or deletes it: annotate it with helm.sh/resource-policy: keep and uninstall
      the release

    Plan: 1 to adopt
    digest v1:[digest]
    ([n] requests, [time])
    prod: release 1 is healthy
      ($COMMIT1 "Change deploy/settings.yaml", --only ConfigMap/settings, 1 changed, 0 unchanged, [time])
    --- stderr
    adopted  $NAMESPACE/ConfigMap/settings
    --- exit status 0
    "#);
    let live = settings(&environment);
    assert_eq!(live["data"], json!({"level": "info"}));
    assert_eq!(live["metadata"]["annotations"], json!(null));
    assert!(live["metadata"]["labels"][PART_OF].is_string());
    // Nothing else was done, and nobody claims it any more.
    assert_eq!(environment.live("v1/configmaps/other"), None);
    environment.apply();
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    environment.trueup(&["history", "prod"]).success().prints("adopt ConfigMap/settings");
}

#[test]
fn an_object_of_another_environment_is_taken_over() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.write("trueup.yaml", &environment.configuration().replace("name: shop", "name: store"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "other", "warn"));
    let before = settings(&environment)["metadata"]["labels"][PART_OF].clone();

    environment.trueup(&["adopt", "prod", "ConfigMap/settings", "--yes"]).success();

    let live = settings(&environment);
    assert_eq!(live["data"], json!({"other": "warn"}));
    assert_ne!(live["metadata"]["labels"][PART_OF], before);
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
    // Whose it was leaves it alone.
    environment.write("trueup.yaml", &environment.configuration());
    environment.commit("Be the shop again");
    environment.trueup(&["apply", "prod", "--yes"]).exits(3).prints("belongs to the ApplySet");
    environment.remove("deploy/settings.yaml");
    environment.commit_file("deploy/other.yaml", &config_map("other", "level", "info"));
    environment.apply();
    assert_eq!(settings(&environment), live);
}

#[test]
fn what_nobody_may_adopt_by_the_configuration_is_adopted_by_name() {
    let mut environment = TestEnvironment::new();
    environment.write("trueup.yaml", &(environment.configuration() + "adopt: never\n"));
    environment.create_namespace();
    environment
        .create("v1/configmaps", &json!({"metadata": {"name": "settings"}, "data": {"level": "debug"}}));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.trueup(&["apply", "prod", "--yes"]).exits(3);

    let plan = environment.trueup(&["adopt", "prod", "ConfigMap/settings", "--dry-run", "-o", "json"]);

    let plan = plan.success().target();
    assert_eq!(verb(&plan, "ConfigMap/settings"), "adopt");
    assert_eq!(action(&plan, "ConfigMap/settings")["changes"][0]["path"], "data.level");
    assert_eq!(settings(&environment)["data"]["level"], "debug");
    environment.trueup(&["adopt", "prod", "ConfigMap/settings", "--yes"]).success();
    assert_eq!(settings(&environment)["data"]["level"], "info");
}

#[test]
fn what_cant_be_taken_over_is_told_and_nothing_is() {
    let environment = of_a_release();
    let before = environment.footprint();

    let run =
        environment.trueup(&["adopt", "prod", "ConfigMap/settings", "ConfigMap/other", "--yes"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup adopt prod ConfigMap/settings ConfigMap/other --yes
    --- stderr
    error: $NAMESPACE/ConfigMap/other can't be taken over: it isn't there yet
     --> deploy/other.yaml:1:1

    hint: `trueup apply` makes it
    --- exit status 1
    ");
    environment
        .trueup(&["adopt", "prod", "ConfigMap/setings", "--yes"])
        .exits(1)
        .complains("no object fits ConfigMap/setings")
        .complains("did you mean \"ConfigMap/settings\"?");
    environment.trueup(&["adopt", "prod", "ConfigMap/settings"]).exits(64).complains("use --yes in scripts");
    environment.trueup(&["adopt", "prod", "settings", "--yes"]).exits(64).complains("expected Kind/name");
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "warn"));
    environment.trueup(&["adopt", "prod", "ConfigMap/settings", "--yes"]).exits(1).complains("--dirty");
    assert_eq!(environment.footprint(), before);

    environment.trueup(&["adopt", "prod", "ConfigMap/settings", "--yes", "--dirty"]).success();
    environment
        .trueup(&["adopt", "prod", "ConfigMap/settings", "--yes", "--dirty"])
        .exits(1)
        .complains("it is this environment's already");
}

#[test]
fn an_inventory_is_never_taken_over() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    let mine = environment.configuration();
    environment.write("trueup.yaml", &mine.replace("name: shop", "name: store"));
    environment.commit_file("deploy/stolen.yaml", &config_map("trueup-shop-prod", "level", "info"));
    let before = environment.footprint();

    environment
        .trueup(&["adopt", "prod", "ConfigMap/trueup-shop-prod", "--yes"])
        .exits(3)
        .prints("an inventory or a");

    assert_eq!(environment.footprint(), before);
}
