//! `trueup apply --rollback-on-failure`: what fails is undone in the same run.

use trueup::json::{Value, json};

use crate::harness::manifests::{config_map, deployment, job, secret};
use crate::harness::{Reply, Run, TestEnvironment, action, wait_until};

const APPLY: [&str; 4] = ["apply", "prod", "--yes", "--rollback-on-failure"];

/// The same with further arguments.
fn apply_with(environment: &TestEnvironment, more: &[&str]) -> Run {
    environment.trueup(&[&APPLY[..], more].concat())
}

/// A shop that was healthy, and then wants an image that crashes.
fn broken() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:crash"));
    environment
}

/// Adds this key to the environment.
fn configure(environment: &TestEnvironment, key: &str) {
    environment.write("trueup.yaml", &format!("{}    {key}\n", environment.configuration()));
}

fn image(environment: &TestEnvironment) -> String {
    let live = environment.live_object("apps/v1/deployments/web");
    live["spec"]["template"]["spec"]["containers"][0]["image"].as_str().expect("an image").to_owned()
}

/// What the server says to what it doesn't let in.
fn refusal() -> Reply {
    let status = json!({"kind": "Status", "apiVersion": "v1", "status": "Failure", "code": 403,
        "reason": "Forbidden", "message": "closed for today"});
    Reply::Answer(403, "", status.to_string())
}

/// The releases, newest first.
fn history(environment: &TestEnvironment) -> Vec<Value> {
    let history = environment.trueup(&["history", "prod", "-o", "json"]).success().json();
    history["targets"].as_array().expect("releases").clone()
}

/// What it says from the error on, but for what depends on the moment.
fn screen(run: &Run) -> String {
    let said = run.snapshot();
    let from = said.find("\nerror: ").unwrap_or_else(|| panic!("no error\n{said}")) + 1;
    let to = said.find("\n--- stderr").unwrap_or(said.len());
    let of_the_moment = [
        (r"\d+ restarts?", "[n] restarts"),
        (r" \(\d+ times\)", ""),
        (r"smoke-[a-z0-9]{5}", "smoke-[pod]"),
        (r"\nevents:\n  │ BackoffLimitExceeded: .*\n", ""),
    ];
    of_the_moment.iter().fold(said[from..to].to_owned(), |said, (pattern, stable)| {
        regex::Regex::new(pattern).expect("a pattern").replace_all(&said, *stable).into_owned()
    })
}

#[test]
fn what_does_not_become_healthy_is_undone_in_the_same_run() {
    let environment = broken();

    let run = apply_with(&environment, &[]).exits(5);

    insta::assert_snapshot!(screen(&run), @r#"
    error: $NAMESPACE/Deployment/web isn't healthy: container web ends with exit code 1, [n] restarts
     --> deploy/web.yaml:1:1
    caused by: $COMMIT2 "Change deploy/web.yaml" by Ada Example <ada@shop.example> (deploy/web.yaml:17)

    hint: its log says why

    Deployment/web → ReplicaSet/web-7dddf79b5f → 1 of 1 pod → container web
        CrashLoopBackOff, pod web-7dddf79b5f-[pod]
        exit code 1, [n] restarts

    events:
      │ BackOff: Back-off restarting failed container web

    last log lines of web:
      │ starting web
      │ connecting to the database at 10.0.0.7:5432
      │ panic: dial tcp 10.0.0.7:5432: connect: connection refused

    prod: release 2 did NOT become healthy and was rolled back
      ($COMMIT2 "Change deploy/web.yaml", 1 changed, 0 unchanged, [time])

    note: $COMMIT2 is held: `apply` refuses it until a commit mends or reverts that, or until `trueup
      hold clear prod`
    note: `git revert $COMMIT2` makes Git say what the cluster has now

    prod: rollback to release 1: release 3 is healthy
      ($COMMIT1 "Change deploy/web.yaml", 1 changed, 0 unchanged, [time])
    "#);
    assert_eq!(image(&environment), "web:1");
    assert_eq!(environment.live_object("apps/v1/deployments/web")["status"]["readyReplicas"], 1);
    environment.trueup(&["plan", "prod", "--ref", "HEAD~1", "--exit-code"]).success();
}

#[test]
fn two_plans_in_one_file_have_a_heading_between_them() {
    let environment = broken();

    let run = apply_with(&environment, &[]).exits(5);

    let heading = "\nprod: rolling back to release 1\nprod on ";
    let at = run.stdout.find(heading).unwrap_or_else(|| panic!("no heading\n{run}"));
    assert_eq!(run.stdout[..at].matches("Plan: 1 to update").count(), 1, "{run}");
    assert_eq!(run.stdout[at..].matches("Plan: 1 to update").count(), 1, "{run}");
    assert_eq!(run.stdout.matches("prod: rolling back").count(), 1, "{run}");
}

#[test]
fn both_releases_are_on_record() {
    let environment = broken();

    apply_with(&environment, &[]).exits(5).prints("release 2 did NOT become healthy and was rolled back");

    let run = environment.trueup(&["history", "prod"]).success();
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup history prod
    RELEASE  RESULT  WHEN  COMMIT  BY  CHANGES  SUBJECT
    3  healthy  [ago]  $COMMIT1  tester@[host]  ~1  back to 1: Change deploy/web.yaml
    2  unhealthy  [ago]  $COMMIT2  tester@[host]  ~1  undone by 3: Change deploy/web.yaml
    1  healthy  [ago]  $COMMIT1  tester@[host]  +2  Change deploy/web.yaml
    --- exit status 0
    ");
    let rows = history(&environment);
    assert_eq!((&rows[0]["restored"], &rows[1]["undoneBy"]), (&1.into(), &3.into()));
    let status = environment.trueup(&["status", "prod"]).success();
    status.prints("release 3, back to 1, healthy");
}

#[test]
fn the_configuration_may_ask_for_it() {
    let environment = broken();
    configure(&environment, "rollbackOnFailure: true");

    environment.trueup(&["apply", "prod", "--yes", "--dirty"]).exits(5);

    assert_eq!(image(&environment), "web:1");
}

#[test]
fn the_outcome_has_that_of_the_rollback_inside() {
    let environment = broken();

    let outcome = apply_with(&environment, &["-o", "json"]).exits(5).target();

    assert_eq!(outcome["result"], "rolledBack");
    assert_eq!((&outcome["release"], &outcome["failure"]["object"]["name"]), (&2.into(), &"web".into()));
    let rollback = &outcome["rollback"];
    assert_eq!(
        (&rollback["of"], &rollback["to"], &rollback["after"]),
        (&2.into(), &1.into(), &"unhealthy".into())
    );
    assert_eq!((&rollback["release"], &rollback["result"]), (&3.into(), &"healthy".into()));
    assert_eq!(rollback["commit"]["sha"], environment.repository.commits()[0].as_str());
    assert_eq!(action(rollback, "Deployment/web")["result"], "done");
    assert!(rollback["failure"].is_null() && rollback["errors"].is_null(), "{rollback}");
}

#[test]
fn events_of_both_runs_are_streamed_and_one_outcome() {
    let environment = broken();

    let run = apply_with(&environment, &["-o", "jsonl"]).exits(5);

    let lines: Vec<Value> =
        run.stdout.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect();
    let told: Vec<&str> = lines
        .iter()
        .map(|line| line["event"].as_str().unwrap_or("outcome"))
        .filter(|event| !matches!(*event, "health" | "waiting"))
        .collect();
    let run = ["planned", "started", "written"];
    assert_eq!(told, [&run[..], &["rollingBack"], &run, &["outcome"]].concat());
    let back = lines.iter().find(|line| line["event"] == "rollingBack").expect("the event");
    assert_eq!((&back["of"], &back["to"]), (&2.into(), &1.into()));
    assert_eq!(back["commit"], environment.repository.commits()[0].as_str());
}

#[test]
fn markdown_and_annotations_tell_both() {
    let environment = broken();

    let run = apply_with(&environment, &["-o", "markdown", "--report", "github"]).exits(5);

    run.prints("### prod: ↩️ release 2 did NOT become healthy and was rolled back")
        .prints("### prod: ✅ rollback to release 1: release 3 is healthy")
        .complains("::error file=deploy/web.yaml,line=1,col=1,title=trueup::");
}

#[test]
fn what_was_written_in_part_is_undone() {
    let mut environment = broken();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:2"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "a", "1"));
    let path = environment.path("v1/configmaps/settings");

    let (run, _) = environment.trueup_through(&APPLY, move |request, _| {
        let is_written = request.path == path && request.method == "PATCH" && request.is_write();
        if is_written { refusal() } else { Reply::Pass }
    });

    run.exits(5).prints("release 2 was applied only IN PART (1 done, 1 failed) and was rolled back");
    assert_eq!(image(&environment), "web:1");
}

#[test]
fn a_hook_that_fails_is_a_failure_too() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "one"));
    environment.apply();
    environment.write("deploy/settings.yaml", &config_map("settings", "value", "two"));
    environment.commit_file("deploy/smoke.yaml", &hook("post-apply", "smoke:job-fail"));

    let outcome = apply_with(&environment, &["-o", "json"]).exits(5).target();

    assert_eq!(outcome["failure"]["object"]["name"], "smoke");
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["value"], "one");
}

/// A Job that is a hook at this moment, and how it fares by its image's tag.
fn hook(moment: &str, image: &str) -> String {
    job("smoke", image, &[&format!("trueup.dev/hook: {moment}")])
}

/// A healthy release with a hook for rollbacks, and then one that isn't healthy.
fn broken_with_hook(hook: &str) -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/smoke.yaml", hook);
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:crash"));
    environment
}

#[test]
fn a_rollback_that_does_not_become_healthy_shows_both_causes() {
    let environment = broken_with_hook(&hook("post-rollback", "smoke:job-fail"));

    let run = apply_with(&environment, &[]).exits(4);

    insta::assert_snapshot!(screen(&run), @r#"
    error: $NAMESPACE/Deployment/web isn't healthy: container web ends with exit code 1, [n] restarts
     --> deploy/web.yaml:1:1
    caused by: $COMMIT2 "Change deploy/web.yaml" by Ada Example <ada@shop.example> (deploy/web.yaml:17)

    hint: its log says why

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

      1 change done and well
      ! run failed  $NAMESPACE/Job/smoke

    error: hook $NAMESPACE/Job/smoke failed: Job has reached the specified backoff limit; smoke-[pod]: container smoke: Error: exit code 3
     --> deploy/smoke.yaml:1:1

    Job/smoke → 1 of 1 pod → container smoke
        Error, pod smoke-[pod]
        exit code 3

    last log lines of smoke:
      │ starting smoke
      │ applying migration 0042_add_customer
      │ error: migration 0042_add_customer: relation "orders" does not exist

    note: $COMMIT2 is held: `apply` refuses it until a commit mends or reverts that, or until `trueup
      hold clear prod`
    note: `git revert $COMMIT2` makes Git say what the cluster has now

    prod: rollback to release 1: release 3 is NOT healthy: $NAMESPACE/Job/smoke
      ($COMMIT1 "Change deploy/web.yaml", 1 changed, 0 unchanged, [time])
    "#);
    let results: Vec<Value> = history(&environment).iter().map(|row| row["result"].clone()).collect();
    assert_eq!(results, ["unhealthy", "unhealthy", "healthy"]);
}

#[test]
fn a_rollback_that_is_written_in_part_leaves_things_between_two_states() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/settings.yaml", &config_map("settings", "value", "one"));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.write("deploy/settings.yaml", &config_map("settings", "value", "two"));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:crash"));
    let web = environment.path("apps/v1/deployments/web");

    let arguments = [&APPLY[..], &["-o", "json"]].concat();
    let (run, _) = environment.trueup_through(&arguments, move |request, before| {
        let is_rollback =
            request.path == web && request.method == "PATCH" && request.is_write() && before > 0;
        if is_rollback { refusal() } else { Reply::Pass }
    });

    let outcome = run.exits(6).target();
    assert_eq!((&outcome["result"], &outcome["rollback"]["after"]), (&"partial".into(), &"unhealthy".into()));
    let rollback = &outcome["rollback"];
    assert_eq!((&rollback["result"], &rollback["release"]), (&"partial".into(), &3.into()));
    assert_eq!(action(rollback, "ConfigMap/settings")["result"], "done");
    assert_eq!(action(rollback, "Deployment/web")["result"], "failed");
}

#[test]
fn a_guard_that_refuses_the_rollback_leaves_things_as_they_are() {
    let mut environment = broken();
    environment.write("deploy/claim.yaml", CLAIM);
    environment.commit("Keep data");

    let run = apply_with(&environment, &[]).exits(4);

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
      ($COMMIT3 "Keep data", 2 changed, 0 unchanged, [time])

    refused: protect: would delete protected $NAMESPACE/PersistentVolumeClaim/data
      --override protect --reason TEXT lets it pass

    prod: rollback to release 1: refused by protect, nothing was written
      ($COMMIT1 "Change deploy/web.yaml", [time])
    "#);
    assert_eq!(image(&environment), "web:crash");
}

const CLAIM: &str = "apiVersion: v1
kind: PersistentVolumeClaim
metadata: {name: data}
spec:
  accessModes: [ReadWriteOnce]
  resources: {requests: {storage: 1Gi}}
";

#[test]
fn a_rollback_that_is_interrupted_is_recorded() {
    let stuck = hook("pre-rollback", "smoke:1")
        .replace("restartPolicy: Never", "restartPolicy: Never\n      nodeSelector: {none: such}");
    let environment = broken_with_hook(&stuck);
    let running = environment.spawn(&[&APPLY[..], &["-o", "json"]].concat());
    wait_until("the rollback's hook is there", || environment.live("batch/v1/jobs/smoke").is_some());

    running.signal("INT");
    let outcome = running.end().exits(130).target();

    assert_eq!(
        (&outcome["result"], &outcome["rollback"]["result"]),
        (&"interrupted".into(), &"interrupted".into())
    );
    let results: Vec<Value> = history(&environment).iter().map(|row| row["result"].clone()).collect();
    assert_eq!(results, ["interrupted", "unhealthy", "healthy"]);
    environment.end_hold();
    environment.trueup(&["apply", "prod", "--yes", "--no-wait", "--lock-timeout", "0s"]).success();
}

#[test]
fn the_first_release_has_nothing_to_go_back_to() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:crash"));

    let run = apply_with(&environment, &[]).exits(4);

    run.prints("not rolled back: no earlier healthy release of prod has other content");
}

#[test]
fn a_shallow_clone_says_what_to_fetch() {
    let environment = broken();
    let clone = environment.clone_with(&["--depth=1"]);

    let passing = ["--override", "order", "--reason", "a shallow clone can't tell"];
    let run = environment.trueup_in(&clone, &[&APPLY[..], &passing].concat()).exits(4);

    let commit = &environment.repository.commits()[0];
    run.prints(&format!("error: the commit of release 1 isn't in this clone: {commit}"))
        .prints("hint: fetch it: git fetch --unshallow")
        .prints("prod: the rollback to release 1 could NOT begin")
        .prints("trueup rollback prod puts release 1 back");
    assert_eq!(image(&environment), "web:crash");
}

#[test]
fn a_run_that_changes_nothing_is_not_undone() {
    let environment = broken();
    environment.trueup(&["apply", "prod", "--yes"]).exits(4);

    let run = apply_with(&environment, &[]).exits(4);

    run.prints("not rolled back: this run changed nothing")
        .prints("trueup rollback prod puts release 1 back");
    assert_eq!(image(&environment), "web:crash");
}

#[test]
fn an_interrupted_run_is_not_undone() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    let running = environment.spawn(&APPLY);
    wait_until("the image is written", || image(&environment) == "web:never-ready");

    running.signal("INT");
    running.end().exits(130);

    assert_eq!(image(&environment), "web:never-ready");
    assert_eq!(history(&environment).len(), 2);
}

#[test]
fn a_run_whose_lock_is_lost_is_not_undone() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    let running = environment.spawn(&APPLY);
    wait_until("the image is written", || image(&environment) == "web:never-ready");

    let broken = environment.trueup(&["lock", "break", "prod", "--yes"]).success();

    broken.prints("the lock of prod is broken");
    running.end().exits(6).prints("not rolled back: the lock was lost");
    assert_eq!(image(&environment), "web:never-ready");
}

#[test]
fn what_would_not_be_known_to_fail_is_not_asked_for() {
    let environment = broken();
    let before = environment.footprint();

    for more in [&["--no-wait"][..], &["--only", "Deployment/web"], &["--except", "Deployment/web"]] {
        let run = apply_with(&environment, more).exits(64);
        run.complains("--rollback-on-failure");
    }
    environment.trueup(&["apply", "-f", "deploy", "--yes", "--rollback-on-failure"]).exits(64);

    assert_eq!(environment.footprint(), before);
}

#[test]
fn where_the_configuration_asks_for_it_a_note_says_why_not() {
    let environment = broken();
    configure(&environment, "rollbackOnFailure: true");
    let apply =
        |option: &[&str]| environment.trueup(&[&["apply", "prod", "--yes", "--dirty"], option].concat());

    let run = apply(&["--no-wait"]).success();
    run.prints("not rolled back: with --no-wait nothing is known about health");
    let run = apply(&["--only", "Deployment/web"]).exits(4);
    run.prints("not rolled back: only a part was applied, and a rollback is of the whole");

    assert_eq!(image(&environment), "web:crash");
}

#[test]
fn secrets_of_the_failed_run_are_masked_in_the_rollback() {
    let password = "correct-horse-battery";
    let says = format!(
        "  template:\n    metadata: {{annotations: {{sandbox.trueup.dev/logs: 'it was {password}'}}}}\n"
    );
    let smoke = hook("post-rollback", "smoke:job-fail").replacen("  template:\n", &says, 1);
    let mut environment = broken_with_hook(&smoke);
    environment.commit_file("deploy/credentials.yaml", &secret("credentials", "password", password));

    for (output, code) in [("jsonl", 4), ("text", 4)] {
        let run = apply_with(&environment, &["-o", output]).exits(code);
        run.never_says(password).prints("it was ‹masked›");
        environment.end_hold();
    }

    assert!(environment.live("v1/secrets/credentials").is_none());
}
