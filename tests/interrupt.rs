//! Runs that are interrupted or killed, and what the next one makes of it.

use crate::harness::manifests::{config_map, deployment};
use crate::harness::{TestEnvironment, action, wait_until};

/// A deployment that takes until it is stopped.
fn endless() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    environment
}

fn is_written(environment: &TestEnvironment, path: &str) {
    wait_until(&format!("{path} is there"), || environment.live(path).is_some());
}

#[test]
fn an_interrupt_is_recorded_and_the_lock_is_released() {
    let environment = endless();
    let running = environment.spawn(&["apply", "prod", "--yes"]);
    is_written(&environment, "apps/v1/deployments/web");

    running.signal("INT");
    let run = running.end().exits(130);

    // The controller may have made the pod by then, or not yet.
    let snapshot = run.snapshot().replace("replicas created", "replicas ready");
    insta::assert_snapshot!(snapshot, @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/web.yaml", Ada Example, [ago], main

      + create  Namespace/$NAMESPACE
          the inventory, the lock and the history live there
      + create  $NAMESPACE/Deployment/web  deploy/web.yaml:1  (approximate)

    approximate: 1 action could not be tried on the server; what it is shown to do is approximate
    Plan: 2 to create
    ([n] requests, [time])
      + created  Namespace/$NAMESPACE
      + created, not ready $NAMESPACE/Deployment/web
          0 of 1 replicas ready

    note: no new writes were started: the run was interrupted

    prod: interrupted: 2 done ($COMMIT1 "Change deploy/web.yaml", 2 changed, 0 unchanged, [time])
    --- stderr
    created  $NAMESPACE/Deployment/web
    created  Namespace/$NAMESPACE
    --- exit status 130
    "#);
    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();
    assert_eq!(status["deployed"]["result"], "interrupted");
    environment.trueup(&["apply", "prod", "--yes", "--no-wait", "--lock-timeout", "0s"]).success();
}

#[test]
fn a_termination_has_an_exit_code_of_its_own() {
    let environment = endless();
    let running = environment.spawn(&["apply", "prod", "--yes"]);
    is_written(&environment, "apps/v1/deployments/web");

    running.signal("TERM");

    running.end().exits(143);
}

#[test]
fn an_interrupt_ends_the_wait_for_what_others_depend_on() {
    let mut environment = endless();
    let late = config_map("late", "a", "1")
        .replace("  name: late", "  name: late\n  annotations: {trueup.dev/depends-on: apps/Deployment/web}");
    environment.commit_file("deploy/late.yaml", &late);
    let running = environment.spawn(&["apply", "prod", "--yes", "-o", "json"]);
    is_written(&environment, "apps/v1/deployments/web");

    running.signal("INT");
    let outcome = running.end().exits(130).target();

    assert_eq!(outcome["result"], "interrupted");
    assert_eq!(action(&outcome, "ConfigMap/late")["result"], "notStarted");
    assert_eq!(action(&outcome, "Deployment/web")["result"], "done");
    assert!(environment.live("v1/configmaps/late").is_none());
}

#[test]
fn a_second_interrupt_ends_it_at_once() {
    let environment = endless();
    let running = environment.spawn(&["apply", "prod", "--yes"]);
    is_written(&environment, "apps/v1/deployments/web");

    running.signal("INT");
    running.signal("INT");

    running.end().exits(130);
}

#[test]
fn a_killed_run_is_taken_over_at_once_by_the_next() {
    let environment = endless();
    let running = environment.spawn(&["apply", "prod", "--yes"]);
    is_written(&environment, "apps/v1/deployments/web");

    running.signal("KILL");
    assert_eq!(running.end().code, None);

    environment.trueup(&["apply", "prod", "--yes", "--no-wait", "--lock-timeout", "0s"]).success();
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

/// A run that was killed when it had written a new image over `web:1`, where drift
/// is refused.
fn killed_over_a_good_release() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    let rules = format!("{}    requires: {{drift: refuse}}\n", environment.configuration());
    environment.write("trueup.yaml", &rules);
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    let running = environment.spawn(&["apply", "prod", "--yes"]);
    wait_until("the image is written", || image(&environment) == "web:never-ready");
    running.signal("KILL");
    assert_eq!(running.end().code, None);
    environment
}

fn image(environment: &TestEnvironment) -> String {
    let live = environment.live_object("apps/v1/deployments/web");
    live["spec"]["template"]["spec"]["containers"][0]["image"].as_str().expect("an image").to_owned()
}

#[test]
fn what_a_killed_run_wrote_isnt_taken_for_somebodys_change() {
    let mut environment = killed_over_a_good_release();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:2"));

    environment.apply().never_says("changed live");

    assert_eq!(image(&environment), "web:2");
}

#[test]
fn a_rollback_undoes_a_run_that_was_killed() {
    let environment = killed_over_a_good_release();

    environment.trueup(&["rollback", "prod", "--yes"]).success();

    assert_eq!(image(&environment), "web:1");
    let status = environment.trueup(&["status", "prod"]).success();
    assert!(status.stdout.contains("release 3, back to 1, healthy"), "{status}");
}

#[test]
fn the_history_tells_of_killed_runs() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    for image in ["web:never-ready", "web:slow"] {
        environment.commit_file("deploy/web.yaml", &deployment("web", image));
        let running = environment.spawn(&["apply", "prod", "--yes"]);
        wait_until("the image is written", || self::image(&environment) == image);
        running.signal("KILL");
        assert_eq!(running.end().code, None);
    }

    let run = environment.trueup(&["history", "prod"]).success();
    run.complains("release 3 was begun by tester@").prints("2        interrupted");
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:4"));
    environment.apply();

    let run = environment.trueup(&["history", "prod"]).success();
    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup history prod
    RELEASE  RESULT  WHEN  COMMIT  BY  CHANGES  SUBJECT
    4  healthy  [ago]  $COMMIT4  tester@[host]  ~1  Change deploy/web.yaml
    3  interrupted  [ago]  $COMMIT3  tester@[host]  killed, finished by 4: Change deploy/w…
    2  interrupted  [ago]  $COMMIT2  tester@[host]  killed, finished by 4: Change deploy/w…
    1  healthy  [ago]  $COMMIT1  tester@[host]  +2  Change deploy/web.yaml
    --- exit status 0
    ");
}

#[test]
fn a_first_run_that_is_killed_leaks_nothing() {
    let mut environment = TestEnvironment::new();
    for name in ["a", "b", "c", "d"] {
        environment.write(&format!("deploy/{name}.yaml"), &config_map(name, "x", "1"));
    }
    environment.commit("Open the shop");
    let running = environment.spawn(&["apply", "prod", "--yes"]);
    is_written(&environment, "v1/configmaps/trueup-shop-prod");
    running.signal("KILL");
    let _ = running.end();
    for name in ["b", "c", "d"] {
        environment.remove(&format!("deploy/{name}.yaml"));
    }
    environment.commit("Think again");

    environment.trueup(&["apply", "prod", "--yes", "--lock-timeout", "0s", "--max-delete", "9"]).success();

    assert!(environment.live("v1/configmaps/a").is_some());
    for name in ["b", "c", "d"] {
        assert!(environment.live(&format!("v1/configmaps/{name}")).is_none(), "{name} leaked");
    }
}
