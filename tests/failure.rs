//! What is told of something that didn't become healthy: one screen with the cause.
//! The sandbox reads an image's tag: how its pods fare.

use regex::Regex;
use trueup::json::json;

use crate::harness::manifests::{deployment, secret};
use crate::harness::{Run, TestEnvironment};

const APPLY: [&str; 3] = ["apply", "prod", "--yes"];

/// What a run says from the error on, but for what depends on the moment.
fn screen(run: &Run) -> String {
    let said = run.snapshot();
    let from = said.find("\nerror: ").unwrap_or_else(|| panic!("no error\n{said}")) + 1;
    let to = said.find("\n--- stderr").unwrap_or(said.len());
    let restarts = Regex::new(r"\d+ restarts?").expect("a pattern");
    let times = Regex::new(r" \(\d+ times\)").expect("a pattern");
    times.replace_all(&restarts.replace_all(&said[from..to], "[n] restarts"), "").into_owned()
}

/// A shop that was healthy, and then deploys this.
fn broken_by(web: &str) -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.commit_file("deploy/web.yaml", web);
    environment
}

#[test]
fn an_image_that_isnt_there() {
    let environment = broken_by(&deployment("web", "shop.example/web:missing"));

    let run = environment.trueup(&APPLY).exits(4);

    // The kubelet says it in other words when it backs off.
    let screen = screen(&run);
    let (error, rest) = screen
        .split_once("\n    ErrImagePull")
        .or(screen.split_once("\n    ImagePullBackOff"))
        .expect("a reason");
    insta::assert_snapshot!(error, @r#"
    error: $NAMESPACE/Deployment/web isn't healthy: the image shop.example/web:missing isn't in its registry
     --> deploy/web.yaml:1:1
    caused by: $COMMIT2 "Change deploy/web.yaml" by Ada Example <ada@shop.example> (deploy/web.yaml:17)

    hint: correct its name or tag, or push it first
    hint: trueup rollback prod puts release 1 back

    Deployment/web → ReplicaSet/web-64bb7fd459 → 1 of 1 pod → container web
    "#);
    assert!(rest.contains("shop.example/web:missing: not found"), "{rest}");
}

#[test]
fn a_crash_loop() {
    let environment = broken_by(&deployment("web", "web:crash"));

    let run = environment.trueup(&APPLY).exits(4);

    insta::assert_snapshot!(screen(&run), @r#"
    error: $NAMESPACE/Deployment/web isn't healthy: container web ends with exit code 1, [n] restarts
     --> deploy/web.yaml:1:1
    caused by: $COMMIT2 "Change deploy/web.yaml" by Ada Example <ada@shop.example> (deploy/web.yaml:17)

    hint: its log says why
    hint: trueup rollback prod puts release 1 back

    Deployment/web → ReplicaSet/web-7dddf79b5f → 1 of 1 pod → container web
        CrashLoopBackOff, pod web-7dddf79b5f-[pod]
        exit code 1, [n] restarts

    events:
      │ BackOff: Back-off restarting failed container web

    last log lines of web:
      │ starting web
      │ connecting to the database at 10.0.0.7:5432
      │ panic: dial tcp 10.0.0.7:5432: connect: connection refused

    prod: release 2 is NOT healthy: $NAMESPACE/Deployment/web
      ($COMMIT2 "Change deploy/web.yaml", 1 changed, 0 unchanged, [time])
    "#);
}

#[test]
fn a_config_map_that_is_missing() {
    let named = "\n          envFrom:\n            - configMapRef: {name: settings, optional: false}\n";
    let environment = broken_by(&(deployment("web", "web:bad-config").trim_end().to_owned() + named));

    let run = environment.trueup(&APPLY).exits(4);

    insta::assert_snapshot!(screen(&run), @r#"
    error: $NAMESPACE/Deployment/web isn't healthy: the ConfigMap settings isn't there
     --> deploy/web.yaml:1:1
    caused by: $COMMIT2 "Change deploy/web.yaml" by Ada Example <ada@shop.example> (deploy/web.yaml:17)

    hint: add it, or correct the name
    hint: trueup rollback prod puts release 1 back

    Deployment/web → ReplicaSet/web-6566f5884b → 1 of 1 pod → container web
        CreateContainerConfigError, pod web-6566f5884b-[pod]
        configmap "settings" not found

    prod: release 2 is NOT healthy: $NAMESPACE/Deployment/web
      ($COMMIT2 "Change deploy/web.yaml", 1 changed, 0 unchanged, [time])
    "#);
}

#[test]
fn a_pod_that_no_node_takes() {
    let choosy = deployment("web", "web:1")
        .replace("      containers:", "      nodeSelector: {disk: ssd}\n      containers:");
    let environment = broken_by(&choosy);

    let run = environment.trueup(&APPLY).exits(4);

    insta::assert_snapshot!(screen(&run), @r#"
    error: $NAMESPACE/Deployment/web isn't healthy: no node takes it: 0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector
     --> deploy/web.yaml:1:1
    caused by: $COMMIT2 "Change deploy/web.yaml" by Ada Example <ada@shop.example> (deploy/web.yaml:15)

    hint: compare its nodeSelector and affinity with the nodes' labels
    hint: trueup rollback prod puts release 1 back

    Deployment/web → ReplicaSet/web-7cf9f7dc45 → 1 of 1 pod
        Unschedulable, pod web-7cf9f7dc45-[pod]
        0/1 nodes are available: 1 node(s) didn't match Pod's node affinity/selector. no new claims to
        deallocate, preemption: 0/1 nodes are available: 1 Preemption is not helpful for scheduling.

    prod: release 2 is NOT healthy: $NAMESPACE/Deployment/web
      ($COMMIT2 "Change deploy/web.yaml", 1 changed, 0 unchanged, [time])
    "#);
}

#[test]
fn pods_over_the_quota() {
    let environment = broken_by(&deployment("web", "web:2"));
    let quota = json!({"metadata": {"name": "small"}, "spec": {"hard": {"pods": "1"}}});
    environment.create("v1/resourcequotas", &quota);
    crate::harness::wait_until("the quota is counted", || {
        environment.live_object("v1/resourcequotas/small")["status"]["used"]["pods"] == "1"
    });

    let run = environment.trueup(&APPLY).exits(4);

    insta::assert_snapshot!(screen(&run), @r#"
    error: $NAMESPACE/Deployment/web isn't healthy: the quota small is used up: requested: pods=1, used: pods=1, limited: pods=1
     --> deploy/web.yaml:1:1
    caused by: $COMMIT2 "Change deploy/web.yaml" by Ada Example <ada@shop.example> (deploy/web.yaml:17)

    hint: ask for less, make room, or have the quota raised
    hint: trueup rollback prod puts release 1 back

    Deployment/web → ReplicaSet/web-85d5b476dd

    events:
      │ FailedCreate: Error creating: pods "web-85d5b476dd-…" is forbidden: exceeded quota: small, requested: pods=1, used: pods=1, limited: pods=1

    prod: release 2 is NOT healthy: $NAMESPACE/Deployment/web
      ($COMMIT2 "Change deploy/web.yaml", 1 changed, 0 unchanged, [time])
    "#);
}

#[test]
fn a_probe_that_fails_until_the_time_is_over() {
    let environment = broken_by(&deployment("web", "web:never-ready"));

    let run = environment.trueup(&["apply", "prod", "--yes", "--wait-timeout", "2s"]).exits(4);

    insta::assert_snapshot!(screen(&run), @r#"
    error: $NAMESPACE/Deployment/web isn't healthy: the readiness probe of container web fails: HTTP probe failed with statuscode: 503
     --> deploy/web.yaml:1:1
    caused by: $COMMIT2 "Change deploy/web.yaml" by Ada Example <ada@shop.example> (deploy/web.yaml:17)

    hint: see whether the program answers what the probe asks, at its path and port
    hint: trueup rollback prod puts release 1 back

    Deployment/web → ReplicaSet/web-6d775cd9bb → 1 of 1 pod → container web
        NotReady, pod web-6d775cd9bb-[pod]
        it runs but isn't ready

    events:
      │ Unhealthy: Readiness probe failed: HTTP probe failed with statuscode: 503

    last log lines of web:
      │ starting web
      │ listening on :8080
      │ GET /healthz 503: the cache isn't filled yet

    prod: release 2 is NOT healthy: $NAMESPACE/Deployment/web
      ($COMMIT2 "Change deploy/web.yaml", 1 changed, 0 unchanged, [time])
    "#);
}

#[test]
fn the_same_as_json() {
    let environment = broken_by(&deployment("web", "web:crash"));

    let outcome = environment.trueup(&["apply", "prod", "--yes", "-o", "json"]).exits(4).target();

    let failure = &outcome["failure"];
    assert_eq!(failure["trouble"], "crashed");
    assert_eq!(failure["object"]["name"], "web");
    assert_eq!(failure["commit"]["subject"], "Change deploy/web.yaml");
    assert_eq!(failure["cause"]["location"]["path"], "deploy/web.yaml");
    assert_eq!(failure["chain"].as_array().map(Vec::len), Some(4), "{failure}");
    let container = &failure["containers"][0];
    assert_eq!((&container["container"], &container["exitCode"]), (&json!("web"), &json!(1)));
    assert_eq!(container["reason"], "CrashLoopBackOff");
    let last = failure["logs"].as_array().and_then(|lines| lines.last()).expect("log lines");
    assert_eq!(last, "panic: dial tcp 10.0.0.7:5432: connect: connection refused");
}

#[test]
fn secrets_in_a_log_are_masked_also_those_of_before() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/db.yaml", &secret("db", "password", "winter-password"));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.write("deploy/db.yaml", &secret("db", "password", "summer-password"));
    let logs =
        "      annotations: {sandbox.trueup.dev/logs: \"tried winter-password and summer-password\"}\n";
    let chatty = deployment("web", "web:crash").replace("      labels:\n", &format!("{logs}      labels:\n"));
    // The log is in the manifest only because this is a test: trueup reads it back.
    environment.commit_file("deploy/web.yaml", &chatty);

    let run = environment.trueup(&APPLY).exits(4);

    let screen = screen(&run);
    assert!(screen.contains("│ tried ‹masked› and ‹masked›"), "{screen}");
}

#[test]
fn what_went_wrong_before_isnt_told_again() {
    let mut environment = TestEnvironment::new();
    let set = |image: &str| deployment("web", image).replace("kind: Deployment", "kind: StatefulSet");
    environment.commit_file("deploy/web.yaml", &set("web:missing"));
    environment.trueup(&APPLY).exits(4).prints("isn't in its registry");
    environment.commit_file("deploy/web.yaml", &set("web:crash"));
    environment.trueup(&["apply", "prod", "--yes", "--no-wait"]).success();
    // The next pod has the same name.
    environment.delete("v1/pods/web-0");

    let run = environment.trueup(&APPLY).exits(4);

    let screen = screen(&run);
    assert!(screen.contains("container web ends with exit code 1"), "{screen}");
    assert!(!screen.contains("web:missing"), "{screen}");
}
