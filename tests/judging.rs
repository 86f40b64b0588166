//! `trueup health`: live objects that somebody else has fetched are judged.

use trueup::json::json;

use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, deployment};

/// What is live of a `Deployment` that got ready and one that crashes, and of a
/// `ConfigMap`, as kubectl prints it.
fn fetched(environment: &mut TestEnvironment) -> String {
    environment.write("deploy/web.yaml", &deployment("web", "web:1"));
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "debug"));
    environment.commit_file("deploy/broken.yaml", &deployment("broken", "web:crash"));
    environment.trueup(&["apply", "prod", "--yes"]).exits(4);
    let paths = ["apps/v1/deployments/web", "apps/v1/deployments/broken", "v1/configmaps/settings"];
    let items: Vec<_> = paths.map(|path| environment.live_object(path)).into();
    json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}

#[test]
fn live_objects_are_judged_one_a_line() {
    let mut environment = TestEnvironment::new();
    let list = fetched(&mut environment);

    let run = environment.trueup_reading(&["health", "-f", "-"], &list).success();
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup health -f -
    HEALTH  OBJECT  WHY
    ready  $NAMESPACE/Deployment/web  1 replica ready
    progressing  $NAMESPACE/Deployment/broken  ReplicasNotReady: 0 of 1 replicas ready
    ready  $NAMESPACE/ConfigMap/settings
    --- exit status 0
    ");
    environment.trueup_reading(&["health", "-f", "-", "--exit-code"], &list).exits(2);

    environment.write("live/list.json", &list);
    let ready = environment.live_object("apps/v1/deployments/web").to_string();
    environment.write("ready.yaml", &ready);
    environment.trueup(&["health", "-f", "ready.yaml", "--exit-code"]).success();
    let run = environment.trueup(&["health", "-f", "live", "-f", "ready.yaml", "-o", "json"]).success();
    let health = &run.json()["objects"];
    let of = |at: usize| (health[at]["object"]["name"].clone(), health[at]["health"].clone());
    assert_eq!(of(0), (json!("web"), json!("ready")));
    assert_eq!(of(1).0, "broken");
    assert_ne!(of(1).1, "ready");
    assert_eq!(of(3), of(0));
}

#[test]
fn nothing_to_judge_is_said_as_such() {
    let environment = TestEnvironment::without_configuration();
    let run = environment
        .trueup_reading(&["health", "-f", "-"], r#"{"apiVersion": "v1", "kind": "List", "items": []}"#);
    run.success().prints("no objects\n");
}

#[test]
fn what_is_no_live_object_is_told_with_its_place() {
    let environment = TestEnvironment::without_configuration();
    environment
        .write("bad.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n---\nkind: Pod\n---\n- 1\n");
    let run = environment.trueup(&["health", "-f", "bad.yaml", "-f", "missing.yaml"]).exits(1);
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup health -f bad.yaml -f missing.yaml
    --- stderr
    error: a live object has an apiVersion, a kind and a metadata.name
     --> bad.yaml:5:1 (document 2)

    error: an object is a map, but this is a list
     --> bad.yaml:7:1 (document 3)

    error: missing.yaml doesn't exist

    3 errors
    --- exit status 1
    ");
    environment.trueup(&["health"]).exits(64);
    environment.trueup(&["health", "-f", "bad.yaml", "-o", "markdown"]).exits(64);
}
