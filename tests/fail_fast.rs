//! `apply --fail-fast`: nothing more is started after the first failure.

use trueup::json::json;

use crate::harness::manifests::{config_map, deployment, service};
use crate::harness::{TestEnvironment, action, wait_until};

/// A namespace that takes one Service.
fn one_service() -> TestEnvironment {
    let environment = TestEnvironment::new();
    environment.create_namespace();
    // Each dry run passes a quota for itself; the second write does not.
    let quota = json!({"metadata": {"name": "few"}, "spec": {"hard": {"count/services": "1"}}});
    environment.create("v1/resourcequotas", &quota);
    wait_until("the quota is counted", || {
        !environment.live_object("v1/resourcequotas/few")["status"]["used"].is_null()
    });
    environment
}

#[test]
fn nothing_more_is_started_after_the_first_failure() {
    let mut environment = one_service();
    environment.write("deploy/a.yaml", &service("a", 80));
    environment.write("deploy/b.yaml", &service("b", 80));
    environment.write("deploy/c.yaml", &service("c", 80));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));

    let options = ["apply", "prod", "--yes", "--fail-fast", "--concurrency", "1"];
    let run = environment.trueup(&options).exits(6);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes --fail-fast --concurrency 1
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/web.yaml", Ada Example, [ago], main

      + create  $NAMESPACE/Service/a  deploy/a.yaml:1
      + create  $NAMESPACE/Service/b  deploy/b.yaml:1
      + create  $NAMESPACE/Service/c  deploy/c.yaml:1
      + create  $NAMESPACE/Deployment/web  deploy/web.yaml:1

    Plan: 4 to create
    digest v1:[digest]
    ([n] requests, [time])
      + created  $NAMESPACE/Service/a
      ! create skipped  $NAMESPACE/Service/c
          skipped, because $NAMESPACE/Service/b failed (--fail-fast)
      ! create skipped  $NAMESPACE/Deployment/web
          skipped, because $NAMESPACE/Service/b failed (--fail-fast)
      ! create failed  $NAMESPACE/Service/b

    error: $NAMESPACE/Service/b: exceeds the quota "few"
     --> deploy/b.yaml:1:1
    caused by: count/services: 1 wanted, 1 of 1 in use

    hint: ask for less, make room, or have the quota raised

    prod: the cluster is BETWEEN TWO STATES: 1 done, 1 failed, 2 skipped
      ($COMMIT1 "Change deploy/web.yaml", 1 changed, 0 unchanged, [time])
    --- stderr
    created  $NAMESPACE/Service/a
    failed  $NAMESPACE/Service/b: $NAMESPACE/Service/b: exceeds the quota "few"
    stopping $NAMESPACE/Service/b failed (--fail-fast); nothing more will be written
    --- exit status 6
    "#);
    assert_eq!(environment.live_list("v1/services").len(), 1);
    assert_eq!(environment.live("apps/v1/deployments/web"), None);
    // The next run goes on where this one ended.
    environment.edit("v1/resourcequotas/few", &json!({"spec": {"hard": {"count/services": "9"}}}));
    environment.trueup(&options).success();
    assert!(environment.live("apps/v1/deployments/web").is_some());
}

#[test]
fn nothing_is_deleted_after_a_failure_and_what_was_written_is_recorded() {
    let mut environment = one_service();
    environment.commit_file("deploy/old.yaml", &config_map("old", "a", "1"));
    environment.apply();
    environment.remove("deploy/old.yaml");
    environment.write("deploy/a.yaml", &service("a", 80));
    environment.write("deploy/b.yaml", &service("b", 80));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "a", "1"));

    let options = ["apply", "prod", "--yes", "--fail-fast", "--concurrency", "1", "-o", "json"];
    let outcome = environment.trueup(&options).exits(6).target();

    let of = |name: &str| action(&outcome, name)["result"].clone();
    assert_eq!(
        (of("ConfigMap/settings"), of("Service/b"), of("ConfigMap/old")),
        ("done".into(), "failed".into(), "skipped".into())
    );
    assert!(environment.live("v1/configmaps/old").is_some());
    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();
    assert_eq!((&status["deployed"]["result"], &status["drift"]["objects"]), (&"partial".into(), &0.into()));
}

#[test]
fn where_nothing_was_written_it_simply_failed() {
    let mut environment = one_service();
    environment.write("deploy/a.yaml", &service("a", 80));
    environment.commit_file("deploy/b.yaml", &service("b", 80));
    let other = json!({"metadata": {"name": "other"}, "spec": {"ports": [{"port": 80}]}});

    let options = ["apply", "prod", "--yes", "--fail-fast", "--concurrency", "1"];
    let run = environment.trueup_and_before(&options, "PATCH", "v1/services/a", || {
        environment.create("v1/services", &other);
    });

    run.exits(1).prints("failed, nothing was written").prints("create skipped");
}

#[test]
fn a_dependency_that_doesnt_get_ready_is_a_failure_too() {
    let mut environment = TestEnvironment::new();
    environment.create_namespace();
    let waved = |name: &str, wave: i32| {
        config_map(name, "a", "1").replace(
            &format!("  name: {name}\n"),
            &format!("  name: {name}\n  annotations: {{trueup.dev/wave: \"{wave}\"}}\n"),
        )
    };
    environment.write("deploy/db.yaml", &deployment("db", "db:crash"));
    environment.write("deploy/later.yaml", &waved("later", 1));
    environment.commit_file("deploy/last.yaml", &waved("last", 2));

    let options = ["apply", "prod", "--yes", "--fail-fast", "-o", "json"];
    let outcome = environment.trueup(&options).exits(6).target();

    for name in ["ConfigMap/later", "ConfigMap/last"] {
        assert_eq!(action(&outcome, name)["result"], "skipped", "{outcome}");
    }
    assert_eq!(environment.live("v1/configmaps/later"), None);
}
