//! What somebody else does exactly between trueup's plan and its write.

use trueup::json::{Value, json};

use crate::harness::manifests::{config_map, deployment, service};
use crate::harness::{Run, TestEnvironment};

const SETTINGS: &str = "v1/configmaps/settings";

/// A deployed setting with another one beside it, which Git doesn't have any more.
fn about_to_be_deleted() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.commit_file("deploy/other.yaml", &config_map("other", "x", "1"));
    environment.apply();
    environment.remove("deploy/settings.yaml");
    environment.commit("Remove the settings");
    environment
}

/// A deployed setting, which Git wants otherwise.
fn about_to_be_updated() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.apply();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "warn"));
    environment
}

/// Deletes the setting and makes another one of that name, with these labels, which
/// no apply could change.
fn make_again(environment: &TestEnvironment, labels: &Value) {
    environment.delete(SETTINGS);
    let metadata = json!({"name": "settings", "labels": labels});
    let theirs = json!({"metadata": metadata, "data": {"level": "theirs"}, "immutable": true});
    environment.create("v1/configmaps", &theirs);
}

fn labels(environment: &TestEnvironment) -> Value {
    environment.live_object(SETTINGS)["metadata"]["labels"].clone()
}

fn level(environment: &TestEnvironment) -> Value {
    environment.live_object(SETTINGS)["data"]["level"].clone()
}

/// The plan doesn't hold any more: nothing is written, and nothing is said of
/// fields that can't be changed.
#[track_caller]
fn is_planned_anew(run: Run) -> Run {
    run.exits(1).prints("hint: plan again").never_says("immutable").never_says("replace")
}

#[test]
fn an_object_that_loses_its_label_just_before_its_deletion_stays() {
    let environment = about_to_be_deleted();

    let run = environment.apply_and_before("DELETE", SETTINGS, || {
        environment
            .edit(SETTINGS, &json!({"metadata": {"labels": {"applyset.kubernetes.io/part-of": null}}}));
    });

    is_planned_anew(run).complains("is no longer what the plan would delete");
    assert_eq!(level(&environment), "info");
}

#[test]
fn an_object_that_is_made_again_just_before_its_deletion_stays_whatever_its_labels() {
    let environment = about_to_be_deleted();
    let labels = labels(&environment);

    let run = environment.apply_and_before("DELETE", SETTINGS, || make_again(&environment, &labels));

    is_planned_anew(run).complains("is no longer what the plan would delete");
    assert_eq!(level(&environment), "theirs");
}

#[test]
fn an_object_that_gets_an_owner_just_before_its_deletion_stays() {
    let environment = about_to_be_deleted();
    let owner = environment.live_object("v1/configmaps/other")["metadata"]["uid"].clone();
    let reference = json!({"apiVersion": "v1", "kind": "ConfigMap", "name": "other", "uid": owner});

    let run = environment.apply_and_before("DELETE", SETTINGS, || {
        environment.edit(SETTINGS, &json!({"metadata": {"ownerReferences": [reference]}}));
    });

    is_planned_anew(run).complains("is no longer what the plan would delete");
    assert_eq!(level(&environment), "info");
}

#[test]
fn an_object_that_is_only_written_just_before_its_deletion_is_deleted() {
    let environment = about_to_be_deleted();

    let run = environment.apply_and_before("DELETE", SETTINGS, || {
        environment.edit(SETTINGS, &json!({"data": {"extra": "1"}}));
    });

    run.success();
    assert!(environment.live(SETTINGS).is_none());
}

#[test]
fn an_object_that_is_gone_just_before_its_deletion_is_deleted() {
    let environment = about_to_be_deleted();

    let run = environment.apply_and_before("DELETE", SETTINGS, || environment.delete(SETTINGS));

    run.success();
}

#[test]
fn an_object_that_is_gone_just_before_its_update_isnt_made_again() {
    let environment = about_to_be_updated();

    let run = environment.apply_and_before("PATCH", SETTINGS, || environment.delete(SETTINGS));

    is_planned_anew(run).complains("was changed by somebody else since the plan was made");
    assert!(environment.live(SETTINGS).is_none());
}

#[test]
fn an_object_that_is_made_again_just_before_its_update_stays_as_it_is() {
    let environment = about_to_be_updated();
    let labels = labels(&environment);

    let run = environment.apply_and_before("PATCH", SETTINGS, || make_again(&environment, &labels));

    is_planned_anew(run).complains("was changed by somebody else since the plan was made");
    assert_eq!(level(&environment), "theirs");
}

#[test]
fn an_object_that_changes_elsewhere_just_before_its_update_is_updated() {
    let environment = about_to_be_updated();

    let run = environment.apply_and_before("PATCH", SETTINGS, || {
        environment.edit(SETTINGS, &json!({"data": {"extra": "1"}}));
    });

    run.success();
    assert_eq!(environment.live_object(SETTINGS)["data"], json!({"extra": "1", "level": "warn"}));
}

#[test]
fn a_field_that_changes_just_before_its_update_stays_as_it_is() {
    let environment = about_to_be_updated();

    let run = environment.apply_and_before("PATCH", SETTINGS, || {
        environment.edit(SETTINGS, &json!({"data": {"level": "debug"}}));
    });

    is_planned_anew(run).complains("was changed by somebody else since the plan was made");
    assert_eq!(level(&environment), "debug");
    environment.apply();
    assert_eq!(level(&environment), "warn");
}

#[test]
fn an_object_that_somebody_makes_just_before_its_creation_keeps_its_values() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));

    let run = environment.apply_and_before("PATCH", SETTINGS, || {
        let theirs = json!({"metadata": {"name": "settings"}, "data": {"level": "theirs"}});
        environment.create("v1/configmaps", &theirs);
    });

    run.exits(1)
        .complains("data.level: \"somebody\" has set it in the cluster")
        .prints("hint: the object has come into being since the plan was made: plan again");
    assert_eq!(level(&environment), "theirs");
}

#[test]
fn an_object_that_is_made_again_just_before_its_replacement_stays() {
    let mut environment = TestEnvironment::new();
    let web = "apps/v1/deployments/web";
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    let replaced = deployment("web", "web:1").replace("app: web", "app: shop").replacen(
        "metadata:\n",
        "metadata:\n  annotations: {trueup.dev/on-immutable: replace}\n",
        1,
    );
    environment.commit_file("deploy/web.yaml", &replaced);
    let theirs = json!({"metadata": {"name": "web"}, "spec": {
        "selector": {"matchLabels": {"app": "theirs"}},
        "template": {"metadata": {"labels": {"app": "theirs"}},
            "spec": {"containers": [{"name": "web", "image": "theirs:1"}]}},
    }});

    let run = environment.apply_and_before("DELETE", web, || {
        environment.delete(web);
        environment.create("apps/v1/deployments", &theirs);
    });

    run.exits(1).complains("was changed by somebody else since the plan was made");
    let live = environment.live_object(web);
    assert_eq!(live["spec"]["selector"]["matchLabels"]["app"], "theirs");
}

/// A setting that `kubectl apply` has made, which Git wants otherwise and without
/// one of its keys.
fn about_to_be_adopted() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let theirs = json!({"metadata": {"name": "settings"}, "data": {"level": "debug", "old": "1"}});
    environment.create_by("kubectl-client-side-apply", "v1/configmaps", &theirs);
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment
}

#[test]
fn an_object_that_changes_just_before_it_is_taken_over_stays_as_it_is() {
    let environment = about_to_be_adopted();

    let run = environment.apply_and_before("PATCH", SETTINGS, || {
        environment.edit_as("tuner", SETTINGS, &json!({"data": {"tuned": "7"}}));
    });

    is_planned_anew(run).complains("was changed by somebody else since the plan was made");
    let data = json!({"level": "debug", "old": "1", "tuned": "7"});
    assert_eq!(environment.live_object(SETTINGS)["data"], data);
    environment.apply();
    assert_eq!(environment.live_object(SETTINGS)["data"], json!({"level": "info", "tuned": "7"}));
}

#[test]
fn a_status_written_just_before_its_object_is_taken_over_is_no_matter() {
    let mut environment = TestEnvironment::new();
    let path = "v1/services/web";
    environment.create_namespace();
    let theirs = json!({"metadata": {"name": "web", "annotations": {"old": "1"}}, "spec": {
        "type": "LoadBalancer", "selector": {"app": "web"}, "ports": [{"name": "http", "port": 80}],
    }});
    environment.create_by("kubectl-client-side-apply", "v1/services", &theirs);
    let web = service("web", 80).replace("spec:\n", "spec:\n  type: LoadBalancer\n");
    environment.commit_file("deploy/web.yaml", &web);

    let run = environment.apply_and_before("PATCH", path, || {
        let address = json!({"loadBalancer": {"ingress": [{"ip": "203.0.113.9"}]}});
        environment.edit_as("balancer", &format!("{path}/status"), &json!({"status": address}));
    });

    run.success();
    assert_eq!(environment.live_object(path)["metadata"]["annotations"], json!(null));
}
