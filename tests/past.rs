//! `trueup history` of one release in full, and the Events that runs leave.

use trueup::json::{Value, json};

use crate::harness::manifests::{config_map, deployment, service};
use crate::harness::{Reply, Request, TestEnvironment};

const PARENT: &str = "v1/configmaps/trueup-shop-prod";
const FIRST: &str = "v1/configmaps/trueup-shop-prod.r1";

/// Three releases: a good one, one that fails, and the way back.
fn rolled_back() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/settings.yaml", &config_map("settings", "level", "info"));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.remove("deploy/settings.yaml");
    environment.write("deploy/web.yaml", &deployment("web", "web:missing"));
    environment.commit("Log nothing\n\nReviewed-by: Grace <grace@example.com>");
    environment.trueup(&["apply", "prod", "--yes"]).exits(4);
    environment.trueup(&["rollback", "prod", "--yes"]).success();
    environment
}

fn details(environment: &TestEnvironment, release: &str) -> Value {
    environment.trueup(&["history", "prod", release, "-o", "json"]).success().target()
}

#[test]
fn a_release_is_told_in_full_with_its_objects_and_cause_and_what_undid_it() {
    let environment = rolled_back();

    let failed = environment.trueup(&["history", "prod", "2"]).success();
    let back = environment.trueup(&["history", "prod", "3"]).success();
    let told = details(&environment, "2");

    insta::assert_snapshot!(failed.snapshot(), @r#"
    $ trueup history prod 2
    release 2 of prod: unhealthy
      commit  $COMMIT2 "Log nothing", Ada Example, [ago], main
                Reviewed-by: Grace <grace@example.com>
      by  tester@[host] (as ordinary of the API server)
      when  [timestamp], [ago], took [time]
      plan  v1:[digest]
      links  rolled back by release 3
      cause  $NAMESPACE/Deployment/web isn't healthy: the image web:missing isn't in
                its registry
      tool  trueup/v0.1.0

      ~ updated  $NAMESPACE/Deployment/web
      - deleted  $NAMESPACE/ConfigMap/settings
    --- exit status 0
    "#);
    insta::assert_snapshot!(back.snapshot(), @r#"
    $ trueup history prod 3
    release 3 of prod: healthy
      commit  $COMMIT1 "Change deploy/web.yaml", Ada Example, [ago]
      by  tester@[host] (as ordinary of the API server)
      when  [timestamp], [ago], took [time]
      plan  v1:[digest]
      links  rolled release 2 back to release 1
      tool  trueup/v0.1.0

      + created  $NAMESPACE/ConfigMap/settings
      ~ updated  $NAMESPACE/Deployment/web
    --- exit status 0
    "#);
    assert_eq!((&told["undoneBy"], &told["result"]), (&json!(3), &json!("unhealthy")));
    assert_eq!(told["details"]["trailers"][0], "Reviewed-by: Grace <grace@example.com>");
    assert!(told["details"]["user"].is_string() && told["details"]["digest"].is_string(), "{told}");
    let list = environment.trueup(&["history", "prod", "-o", "json"]).success().json();
    assert!(list["targets"][0].get("details").is_none());
}

#[test]
fn a_release_is_named_by_commit_branch_and_time() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "a", "1"));
    environment.apply();
    let second = environment.commit_file("deploy/a.yaml", &config_map("a", "a", "2"));
    environment.apply();
    let release = |arguments: &[&str]| {
        let arguments: Vec<&str> =
            ["history", "prod", "-o", "json"].iter().chain(arguments).copied().collect();
        environment.trueup(&arguments).success().target()["release"].clone()
    };
    let first = details(&environment, "1")["at"].as_str().expect("a time").to_owned();

    assert_eq!(release(&[&second[..8]]), 2);
    assert_eq!(release(&["main"]), 2);
    assert_eq!(release(&["HEAD~1"]), 1);
    assert_eq!(release(&["--at", &first]), 1);
    assert_eq!(release(&["--at", "2100-01-01"]), 2);
    environment.trueup(&["history", "prod", "--at", "2000-01-01"]).exits(1).complains("had no release at");
    environment.trueup(&["history", "prod", "--at", "yesterday"]).exits(64).complains("with its zone");
    environment.trueup(&["history", "prod", "7"]).exits(1).complains("has no release 7");
    environment.trueup(&["history", "prod", "nothing"]).exits(1).complains("has no release nothing");
}

#[test]
fn who_ran_it_and_what_was_overridden_is_told() {
    let mut environment = TestEnvironment::new()
        .variable("GITHUB_ACTIONS", "true")
        .variable("GITHUB_SERVER_URL", "https://github.com")
        .variable("GITHUB_REPOSITORY", "acme/shop")
        .variable("GITHUB_RUN_ID", "42")
        .variable("GITHUB_ACTOR", "ada");
    let guarded = format!("{}    limits: {{delete: 0}}\n", environment.configuration());
    environment.write("trueup.yaml", &guarded);
    environment.write("deploy/old.yaml", &config_map("old", "a", "1"));
    environment.commit_file("deploy/a.yaml", &config_map("a", "a", "1"));
    environment.apply();
    environment.remove("deploy/old.yaml");
    environment.commit("Keep nothing old");
    let overriding = ["--override", "delete-limit", "--reason", "nobody reads it"];
    let apply: Vec<&str> = ["apply", "prod", "--yes"].iter().chain(&overriding).copied().collect();
    environment.trueup(&apply).success();

    let release = environment.trueup(&["history", "prod", "2"]).success();

    release
        .prints("ada (as ")
        .prints("GitHub Actions, https://github.com/acme/shop/actions/runs/42")
        .prints("delete-limit: nobody reads it")
        .prints("- deleted");
}

#[test]
fn a_run_that_failed_halfway_is_on_record() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.write("deploy/a.yaml", &config_map("a", "a", "1"));
    environment.commit("Begin");
    environment.apply();
    environment.write("deploy/a.yaml", &config_map("a", "a", "2"));
    environment.write("deploy/b.yaml", &service("b", 80));
    environment.commit("Go on");
    let refused = environment.path("v1/services/b");
    let status =
        json!({"kind": "Status", "status": "Failure", "code": 403, "reason": "Forbidden", "message": "no"});
    let (run, _proxy) = environment.trueup_through(&["apply", "prod", "--yes"], move |request, _| {
        if request.is_write() && request.path == refused {
            Reply::Answer(403, "Content-Type: application/json\r\n", status.to_string())
        } else {
            Reply::Pass
        }
    });
    let run = run.exits(6);

    let told = environment.trueup(&["history", "prod", "2"]).success();
    assert!(
        told.stdout.contains("partial") && told.stdout.contains("but failed or wasn't reached"),
        "{run}{told}"
    );
}

/// Answers each write of this object as a server does whose rules forbid it.
fn forbidding(
    environment: &TestEnvironment,
    path: &str,
) -> impl Fn(&Request, usize) -> Reply + Send + Sync + 'static {
    let forbidden = environment.path(path);
    let status =
        json!({"kind": "Status", "status": "Failure", "code": 403, "reason": "Forbidden", "message": "no"});
    move |request, _| {
        if request.is_write() && request.path == forbidden {
            Reply::Answer(403, "Content-Type: application/json\r\n", status.to_string())
        } else {
            Reply::Pass
        }
    }
}

#[test]
fn a_run_that_failed_and_wrote_nothing_is_told_and_is_no_release() {
    let mut environment = TestEnvironment::new();
    for value in ["one", "two"] {
        environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", value));
        environment.apply();
    }
    let commit = environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "three"));
    for _ in 0..2 {
        let forbidding = forbidding(&environment, "v1/configmaps/settings");
        environment.trueup_through(&["apply", "prod", "--yes"], forbidding).0.exits(1);
    }

    let told = environment.trueup(&["history", "prod", "4"]).success();

    insta::assert_snapshot!(told.snapshot(), @r#"
    $ trueup history prod 4
    release 4 of prod: failed
      commit  $COMMIT3 "Change deploy/settings.yaml", Ada Example, [ago], main
      by  tester@[host]
      when  [timestamp], [ago]
      cause  $NAMESPACE/ConfigMap/settings: no
                it wrote nothing; 2 times in a row, the first [ago]
    --- exit status 0
    "#);
    let list = environment.trueup(&["history", "prod", "-o", "json"]).success().json();
    let of = |key: &str| -> Vec<Value> {
        list["targets"].as_array().expect("rows").iter().map(|row| row[key].clone()).collect()
    };
    assert_eq!(of("release"), [4, 2, 1].map(Value::from));
    assert_eq!(of("result"), ["failed", "healthy", "healthy"].map(Value::from));
    assert_eq!(list["targets"][0]["attempt"]["times"], 2);
    environment.trueup(&["status", "prod"]).success().prints("release 2, healthy").prints("1 commit behind");
    environment.trueup(&["history", "prod", &commit]).success().prints("release 4 of prod: failed");
    environment.trueup(&["rollback", "prod", "--yes", "--release", "4"]).exits(1).complains("no release 4");
    environment.trueup(&["rollback", "prod", "--yes"]).success();
    assert_eq!(environment.setting(), "one");
}

#[test]
fn a_run_that_is_refused_once_it_has_the_lock_is_told() {
    let mut environment = TestEnvironment::new();
    for value in ["one", "two"] {
        environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", value));
        environment.apply();
    }
    environment.commit_file("deploy/other.yaml", &config_map("other", "value", "one"));
    let lock = environment.lock();

    let run = environment.apply_and_before("PUT", &lock, || {
        environment.trueup(&["rollback", "prod", "--yes"]).success();
    });

    run.exits(3).prints("refused: hold: ");
    let refused =
        environment.trueup(&["history", "prod", "-o", "json"]).success().json()["targets"][0].clone();
    assert_eq!((&refused["release"], &refused["result"]), (&json!(4), &json!("refused")));
    assert_eq!(refused["attempt"]["guards"], json!(["hold"]));
    assert!(
        refused["attempt"]["cause"].as_str().is_some_and(|cause| cause.contains("release 2 was rolled back"))
    );
    assert_eq!(environment.setting(), "one");
    environment.trueup(&["history", "prod"]).success().prints("by hold: Change deploy/other.yaml");
    environment.trueup(&["status", "prod"]).success().prints("release 3, back to 1, healthy");
}

#[test]
fn a_run_leaves_events_at_the_inventory_and_one_that_changes_nothing_none() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "a", "1"));
    environment.apply();
    let reasons = || {
        let events = environment.live_list("v1/events");
        let about = |event: &&Value| event["involvedObject"]["name"] == "trueup-shop-prod";
        let mut reasons: Vec<String> = events
            .iter()
            .filter(about)
            .map(|event| event["reason"].as_str().expect("a reason").to_owned())
            .collect();
        reasons.sort();
        reasons
    };
    assert_eq!(reasons(), ["Healthy", "Started"]);
    let uid = environment.live_object(PARENT)["metadata"]["uid"].clone();
    assert!(environment.live_list("v1/events").iter().any(|event| event["involvedObject"]["uid"] == uid));

    environment.apply();
    environment.trueup(&["plan", "prod"]).success();

    assert_eq!(reasons().len(), 2);
}

#[test]
fn without_the_right_to_make_events_a_run_goes_well() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    environment.commit_file("deploy/a.yaml", &config_map("a", "a", "1"));
    let clerk = environment.unique("clerk");
    environment.allow(
        &clerk,
        &json!([
            {"apiGroups": [""], "resources": ["configmaps"], "verbs": ["*"]},
            {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["*"]},
        ]),
    );

    let run = environment.trueup(&["apply", "prod", "--yes", "--as", &clerk]).success();

    run.never_says("events");
    assert!(environment.live_list("v1/events").iter().all(|event| event["source"]["component"] != "trueup"));
}

/// Puts something else where the first release's record was: it can't be edited.
fn replace_record(environment: &TestEnvironment, change: impl Fn(&mut Value)) {
    let mut record = environment.live_object(FIRST);
    environment.delete(FIRST);
    let labels = record["metadata"]["labels"].clone();
    record["metadata"] = json!({"name": "trueup-shop-prod.r1", "labels": labels});
    change(&mut record);
    environment.create("v1/configmaps", &record);
}

#[test]
fn a_record_of_a_newer_version_is_said_to_be_so_and_hinders_nobody() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "a", "1"));
    environment.apply();
    replace_record(&environment, |record| record["data"]["schema"] = json!("trueup/v2"));

    environment.trueup(&["history", "prod"]).success().complains("written by a newer trueup (trueup/v2)");
    environment.trueup(&["history", "prod", "1"]).exits(1).complains("written by a newer trueup (trueup/v2)");
    environment.trueup(&["status", "prod"]).success().prints("drift    unknown").prints("newer trueup");
    environment.commit_file("deploy/a.yaml", &config_map("a", "a", "2"));
    environment.apply();
    environment.trueup(&["status", "prod"]).success().prints("release 2, healthy").prints("drift    none");
}

#[test]
fn a_record_that_lacks_a_part_is_said_to_and_hinders_nobody() {
    let mut environment = TestEnvironment::new();
    let mut seed = 7_u64;
    let noise: String = (0..90_000)
        .map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            char::from(b'a' + u8::try_from((seed >> 33) % 26).expect("small"))
        })
        .collect();
    environment.commit_file("deploy/a.yaml", &config_map("a", "a", &noise));
    environment.apply();
    environment.delete("v1/configmaps/trueup-shop-prod.r1.1");

    environment.trueup(&["history", "prod"]).success().prints("healthy");
    environment.trueup(&["history", "prod", "1"]).exits(1).complains("trueup-shop-prod.r1.1");
    environment.trueup(&["status", "prod"]).success().prints("drift    unknown");
    environment.commit_file("deploy/a.yaml", &config_map("a", "a", "2"));
    environment.apply();
    environment.trueup(&["diff", "prod", "--drift", "--exit-code"]).success();
}

#[test]
fn a_record_that_is_damaged_is_told_from_one_that_isnt() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "a", "1"));
    environment.apply();
    replace_record(&environment, |record| record["data"]["sha256"] = json!("0".repeat(64)));

    environment.trueup(&["history", "prod", "1"]).exits(1);
    environment.trueup(&["status", "prod"]).success().prints("drift    unknown");
    environment.apply();
}
