//! `-f`: deploying files without a `trueup.yaml`.

use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, deployment};

/// Surroundings with the namespace that the context names.
fn with_namespace() -> TestEnvironment {
    let environment = TestEnvironment::without_configuration();
    environment.create_namespace();
    environment
}

#[test]
fn a_file_is_compared_and_applied_on_the_current_context() {
    let environment = with_namespace();
    environment.write("k8s/a.yaml", &config_map("a", "x", "1"));

    environment.trueup(&["diff", "-f", "k8s/"]).success().prints("ConfigMap/a");
    let run = environment.trueup(&["apply", "-f", "k8s/a.yaml", "--yes"]).success();

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup apply -f k8s/a.yaml --yes
    default on $SERVER ([version]), namespace $NAMESPACE

      + create  $NAMESPACE/ConfigMap/a  k8s/a.yaml:1

    Plan: 1 to create
    digest v1:[digest]
    ([n] requests, [time])
    default: it is healthy (1 changed, 0 unchanged, [time])
    --- stderr
    created  $NAMESPACE/ConfigMap/a
    --- exit status 0
    ");
    let live = environment.live_object("v1/configmaps/a");
    assert_eq!(live["data"]["x"], "1");
    assert!(live["metadata"]["labels"].is_null(), "{live}");
    environment.trueup(&["plan", "-f", "k8s", "--exit-code"]).success();
}

#[test]
fn nothing_but_the_objects_is_left_behind() {
    let environment = with_namespace();
    environment.write("a.yaml", &config_map("a", "x", "1"));
    environment.trueup(&["apply", "-f", "a.yaml", "--yes"]).success();

    let left = environment.footprint();
    assert!(left.len() == 1 && left[0].starts_with("v1/configmaps/a@"), "{left:?}");
}

#[test]
fn no_repository_is_needed() {
    let environment = with_namespace();
    std::fs::write(environment.outside().join("a.yaml"), config_map("a", "x", "1")).expect("a file");

    environment.trueup_in(environment.outside(), &["apply", "-f", "a.yaml", "--yes"]).success();

    assert!(environment.live("v1/configmaps/a").is_some());
}

#[test]
fn standard_input_is_a_file_too() {
    let environment = with_namespace();

    environment.trueup_reading(&["apply", "-f", "-", "--yes"], &config_map("a", "x", "1")).success();
    assert!(environment.live("v1/configmaps/a").is_some());

    let run = environment.trueup_reading(&["diff", "-f", "-"], "a: [");
    run.exits(1).complains(" --> <stdin>:1:4");
}

#[test]
fn several_files_make_one_deployment() {
    let environment = with_namespace();
    environment.write("a.yaml", &config_map("a", "x", "1"));
    environment.write("b.yaml", &config_map("b", "x", "1"));

    environment.trueup(&["apply", "-f", "a.yaml", "-f", "b.yaml", "--yes"]).success();

    assert!(environment.live("v1/configmaps/a").is_some() && environment.live("v1/configmaps/b").is_some());
}

#[test]
fn a_name_gives_it_an_inventory_and_a_history() {
    let environment = with_namespace();
    environment.write("k8s/a.yaml", &config_map("a", "x", "1"));
    environment.write("k8s/b.yaml", &config_map("b", "x", "1"));
    environment.trueup(&["apply", "-f", "k8s", "--name", "shop", "--yes"]).success();
    environment.remove("k8s/b.yaml");

    environment.trueup(&["apply", "-f", "k8s", "--name", "shop", "--yes"]).success();

    assert!(environment.live("v1/configmaps/a").is_some() && environment.live("v1/configmaps/b").is_none());
}

#[test]
fn a_deployment_is_waited_for() {
    let environment = with_namespace();
    environment.write("web.yaml", &deployment("web", "web:1"));
    environment.trueup(&["apply", "-f", "web.yaml", "--yes"]).success();
    assert_eq!(environment.live_object("apps/v1/deployments/web")["status"]["readyReplicas"], 1);

    environment.write("web.yaml", &deployment("web", "web:missing"));
    environment.trueup(&["apply", "-f", "web.yaml", "--yes"]).exits(4);
}

#[test]
fn the_namespace_option_says_where() {
    let environment = with_namespace();
    let other = environment.unique("other");
    let manifest = trueup::json::json!({"metadata": {"name": other}});
    environment.create_cluster_object("v1/namespaces", &manifest);
    environment.write("a.yaml", &config_map("a", "x", "1"));

    environment.trueup(&["apply", "-f", "a.yaml", "-n", &other, "--yes"]).success();

    assert!(environment.cluster_object(&format!("v1/namespaces/{other}/configmaps/a")).is_some());
}

#[test]
fn the_namespace_option_is_refused_where_the_environment_has_one() {
    let environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &config_map("a", "x", "1"));

    let run = environment.trueup(&["plan", "prod", "-n", "other"]).exits(64);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup plan prod -n other
    --- stderr
    error: -n other isn't possible: environment "prod" sets the namespace "$NAMESPACE"
    --- exit status 64
    "#);
}

#[test]
fn a_file_that_isnt_there_is_named() {
    let environment = with_namespace();

    let run = environment.trueup(&["apply", "-f", "nowhere.yaml", "--yes"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup apply -f nowhere.yaml --yes
    --- stderr
    error: nowhere.yaml doesn't exist
    --- exit status 1
    ");
}

#[test]
fn what_has_a_name_can_be_let_go_and_deleted() {
    let environment = with_namespace();
    environment.write("k8s/a.yaml", &config_map("a", "x", "1"));
    environment.write("k8s/b.yaml", &config_map("b", "x", "1"));
    environment.trueup(&["apply", "-f", "k8s", "--name", "shop", "--yes"]).success();
    environment.remove("k8s/b.yaml");
    let label = |name: &str| {
        let live = environment.live(&format!("v1/configmaps/{name}"))?;
        Some(live["metadata"]["labels"]["applyset.kubernetes.io/part-of"].is_string())
    };

    environment
        .trueup(&["forget", "-f", "k8s", "--name", "shop", "ConfigMap/a", "--yes"])
        .exits(1)
        .complains("is still in the repository");
    environment.trueup(&["forget", "-f", "k8s", "ConfigMap/b", "--yes"]).exits(1).complains("--name");
    environment.trueup(&["forget", "-f", "k8s", "--name", "shop", "ConfigMap/b", "--yes"]).success();
    assert_eq!((label("a"), label("b")), (Some(true), Some(false)));

    environment.trueup(&["delete", "--name", "shop", "--yes", "--confirm", "store"]).exits(64);
    environment.trueup(&["delete", "--yes", "--confirm", "shop"]).exits(64);
    assert_eq!(label("a"), Some(true));
    environment.trueup(&["delete", "--name", "shop", "--yes", "--confirm", "shop"]).success();
    assert_eq!((label("a"), label("b")), (None, Some(false)));
    assert_eq!(environment.live("v1/configmaps/trueup-shop-default"), None);
}
