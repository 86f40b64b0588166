//! `trueup rollback`: deploys an earlier commit again, out of Git's database.

use trueup::json::{Value, json};

use crate::harness::manifests::{config_map, deployment};
use crate::harness::{Running, TestEnvironment, changing, wait_until};

/// Three releases of one setting: `one`, `two`, `three`. Their commits.
fn three_releases() -> (TestEnvironment, Vec<String>) {
    let mut environment = TestEnvironment::new();
    let commits = ["one", "two", "three"].map(|value| {
        let commit = environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", value));
        environment.apply();
        commit
    });
    (environment, commits.into())
}

#[test]
fn without_a_ref_it_goes_to_the_release_before() {
    let (environment, commits) = three_releases();

    let run = environment.trueup(&["rollback", "prod", "--yes"]).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup rollback prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Change deploy/settings.yaml", Ada Example, [ago]
      deployed release 3, commit $COMMIT3

      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.value: three → two  ← $COMMIT2 (line 6)

    Plan: 1 to update
    digest v1:[digest]
    ([n] requests, [time])
    note: $COMMIT3 is held: `apply` refuses it until a commit mends or reverts that, or until `trueup
      hold clear prod`
    note: `git revert $COMMIT3` makes Git say what the cluster has now

    prod: release 4 is healthy ($COMMIT2 "Change deploy/settings.yaml", 1 changed, 0 unchanged, [time])
    --- stderr
    updated  $NAMESPACE/ConfigMap/settings
    --- exit status 0
    "#);
    assert_eq!(environment.setting(), "two");
    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();
    assert_eq!(status["deployed"]["commit"]["sha"], commits[1].as_str());
    assert_eq!((&status["deployed"]["release"], &status["deployed"]["restored"]), (&4.into(), &2.into()));
    let status = environment.trueup(&["status", "prod"]).success();
    assert!(status.stdout.contains("release 4, back to 2, healthy"), "{status}");
}

#[test]
fn a_second_rollback_goes_on_backwards() {
    let (environment, _) = three_releases();
    environment.trueup(&["rollback", "prod", "--yes"]).success();

    environment.trueup(&["rollback", "prod", "--yes"]).success();

    assert_eq!(environment.setting(), "one");
}

#[test]
fn it_goes_to_a_release_by_its_number() {
    let (environment, _) = three_releases();
    environment.trueup(&["rollback", "prod", "--release", "1", "--yes"]).success();
    assert_eq!(environment.setting(), "one");
}

#[test]
fn it_goes_to_any_ref() {
    let (environment, commits) = three_releases();
    environment.repository.git(&["tag", "good", &commits[0]]);
    environment.repository.git(&["branch", "stable", &commits[1]]);

    for (reference, expected) in
        [("good", "one"), ("stable", "two"), ("HEAD~2", "one"), (&commits[2][..8], "three")]
    {
        environment.trueup(&["rollback", "prod", reference, "--yes"]).success();
        assert_eq!(environment.setting(), expected, "{reference}");
    }
}

#[test]
fn it_renders_from_git_and_leaves_the_work_tree_alone() {
    let (environment, _) = three_releases();
    environment.write("deploy/settings.yaml", "not even YAML: [");
    environment.write("trueup.yaml", &environment.configuration());

    environment.trueup(&["rollback", "prod", "HEAD~1", "--yes"]).success();

    assert_eq!(environment.setting(), "two");
    assert_eq!(environment.read("deploy/settings.yaml"), "not even YAML: [");
    assert_eq!(environment.repository.git(&["diff", "--name-only"]), "deploy/settings.yaml");
}

#[test]
fn it_deletes_what_the_earlier_commit_did_not_have() {
    let (mut environment, _) = three_releases();
    environment.commit_file("deploy/added.yaml", &config_map("added", "a", "1"));
    environment.apply();

    environment.trueup(&["rollback", "prod", "--yes"]).success();

    assert!(environment.live("v1/configmaps/added").is_none());
    assert_eq!(environment.setting(), "three");
}

#[test]
fn it_brings_back_what_was_removed_since() {
    let (mut environment, _) = three_releases();
    environment.remove("deploy/settings.yaml");
    environment.commit_file("deploy/added.yaml", &config_map("added", "a", "1"));
    environment.apply();

    environment.trueup(&["rollback", "prod", "HEAD~1", "--yes"]).success();

    assert_eq!(environment.setting(), "three");
}

#[test]
fn it_restores_what_ran_before_a_failed_release() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:missing"));
    environment.trueup(&["apply", "prod", "--yes"]).exits(4);

    environment.trueup(&["rollback", "prod", "--yes"]).success();

    let live = environment.live_object("apps/v1/deployments/web");
    assert_eq!(live["spec"]["template"]["spec"]["containers"][0]["image"], "web:1");
    assert_eq!(live["status"]["readyReplicas"], 1);
}

#[test]
fn the_only_release_has_nothing_before_it() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "one"));
    environment.apply();
    let before = environment.footprint();

    let run = environment.trueup(&["rollback", "prod", "--yes"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup rollback prod --yes
    --- stderr
    error: no earlier healthy release of prod has other content

    hint: trueup history prod lists the releases; name a commit or --release N
    --- exit status 1
    ");
    assert_eq!(environment.footprint(), before);
}

#[test]
fn nothing_deployed_is_nothing_to_roll_back() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "one"));

    let run = environment.trueup(&["rollback", "prod", "--yes"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup rollback prod --yes
    --- stderr
    error: nothing was ever deployed to prod
    --- exit status 1
    ");
    assert!(environment.footprint().is_empty());
}

#[test]
fn a_release_that_never_was_is_an_error() {
    let (environment, _) = three_releases();
    let before = environment.footprint();

    let run = environment.trueup(&["rollback", "prod", "--release", "9", "--yes"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @"
    $ trueup rollback prod --release 9 --yes
    --- stderr
    error: prod has no release 9

    hint: trueup history prod lists them
    --- exit status 1
    ");
    assert_eq!(environment.footprint(), before);
}

#[test]
fn a_ref_that_isnt_there_is_an_error() {
    let (environment, _) = three_releases();
    let before = environment.footprint();

    let run = environment.trueup(&["rollback", "prod", "v9", "--yes"]).exits(1);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup rollback prod v9 --yes
    --- stderr
    error: no commit, branch or tag is called "v9"
    --- exit status 1
    "#);
    assert_eq!(environment.footprint(), before);
}

#[test]
fn a_commit_that_isnt_in_this_clone_is_told_with_what_to_fetch() {
    let (environment, commits) = three_releases();
    let clone = environment.clone_with(&["--depth=1"]);
    let before = environment.footprint();

    let run = environment.trueup_in(&clone, &["rollback", "prod", "--yes"]).exits(1);

    run.complains(&format!("the commit of release 2 isn't in this clone: {}", commits[1]))
        .complains("hint: fetch it: git fetch --unshallow");
    assert_eq!(environment.footprint(), before);
}

#[test]
fn a_dry_run_shows_the_way_back_and_does_not_go_it() {
    let (environment, _) = three_releases();

    let run = environment.trueup(&["rollback", "prod", "--dry-run", "-o", "json"]).success();

    assert_eq!(run.json()["kind"], "Plan");
    assert!(changing(&run.target()).contains(&"ConfigMap/settings".to_owned()), "{run}");
    assert_eq!(environment.setting(), "three");
}

/// Kubernetes doesn't replace the broken pod of an `OrderedReady` `StatefulSet` when
/// its spec is put back (<https://github.com/kubernetes/kubernetes/issues/67250>).
fn stateful_set_with_a_broken_pod() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    let db = |image: &str| {
        let set = deployment("db", image).replace("kind: Deployment", "kind: StatefulSet");
        set.replace("  replicas: 1\n", "  replicas: 1\n  serviceName: db\n")
    };
    environment.commit_file("deploy/db.yaml", &db("db:1"));
    environment.apply();
    environment.commit_file("deploy/db.yaml", &db("db:crash"));
    environment.trueup(&["apply", "prod", "--yes"]).exits(4);
    environment
}

fn image_of_pod(environment: &TestEnvironment) -> Value {
    environment.live_object("v1/pods/db-0")["spec"]["containers"][0]["image"].clone()
}

#[test]
fn a_broken_pod_of_a_stateful_set_is_deleted_as_the_plan_says() {
    let environment = stateful_set_with_a_broken_pod();

    let run = environment.trueup(&["rollback", "prod", "--yes"]).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup rollback prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT1 "Change deploy/db.yaml", Ada Example, [ago]
      deployed release 2, commit $COMMIT2

      ~ update  $NAMESPACE/StatefulSet/db  deploy/db.yaml:1
          spec.template.spec.containers[name=db].image: db:crash → db:1  ← $COMMIT1 (line 18)
      - delete  $NAMESPACE/Pod/db-0
          it isn't ready, and StatefulSet/db would wait for it before it replaces it

    - 1 object will be deleted:
      $NAMESPACE/Pod/db-0

    Plan: 1 to update, 1 to delete
    digest v1:[digest]
    ([n] requests, [time])
    note: $COMMIT2 is held: `apply` refuses it until a commit mends or reverts that, or until `trueup
      hold clear prod`
    note: `git revert $COMMIT2` makes Git say what the cluster has now

    prod: release 3 is healthy ($COMMIT1 "Change deploy/db.yaml", 2 changed, 0 unchanged, [time])
    --- stderr
    deleted  $NAMESPACE/Pod/db-0
    ready  $NAMESPACE/StatefulSet/db  ([time])
    updated  $NAMESPACE/StatefulSet/db
    --- exit status 0
    "#);
    assert_eq!(image_of_pod(&environment), "db:1");
    let history = environment.trueup(&["history", "prod"]).success();
    history.prints("~1 -1");
    // Pods are nobody's members.
    let parent = environment.live_object("v1/configmaps/trueup-shop-prod");
    let kinds = &parent["metadata"]["annotations"]["applyset.kubernetes.io/contains-group-kinds"];
    assert_eq!(kinds, "StatefulSet.apps");
}

#[test]
fn planning_leaves_the_broken_pod_alone() {
    let environment = stateful_set_with_a_broken_pod();
    let uid = || environment.live_object("v1/pods/db-0")["metadata"]["uid"].clone();
    let before = uid();

    let plan = environment.trueup(&["rollback", "prod", "--dry-run", "-o", "json"]).success().target();

    assert_eq!(changing(&plan), ["StatefulSet/db", "Pod/db-0"]);
    assert_eq!(uid(), before);
}

#[test]
fn an_automatic_rollback_deletes_it_too() {
    let mut environment = stateful_set_with_a_broken_pod();
    environment.trueup(&["rollback", "prod", "--yes"]).success();
    environment.end_hold();
    environment.commit("Try again");

    environment.trueup(&["apply", "prod", "--yes", "--rollback-on-failure"]).exits(5);

    assert_eq!(image_of_pod(&environment), "db:1");
}

#[test]
fn without_the_right_to_delete_pods_it_says_what_has_to_be_done() {
    let environment = stateful_set_with_a_broken_pod();
    environment.allow("clerk", &json!([
            {"apiGroups": [""], "resources": ["configmaps", "secrets"], "verbs": ["*"]},
            {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["*"]},
            {"apiGroups": ["apps"], "resources": ["statefulsets"], "verbs": ["*"]},
            {"apiGroups": [""], "resources": ["pods", "pods/log", "events"], "verbs": ["get", "list", "watch"]},
        ]));
    let rollback = ["rollback", "prod", "--yes", "--wait-timeout", "5s", "--as", "clerk"];

    let run = environment.trueup(&rollback).exits(4);

    run.prints("StatefulSet/db isn't healthy").prints("kubectl delete pod db-0 -n");
    assert_eq!(image_of_pod(&environment), "db:crash");
}

/// A good release, and an apply of one that never gets ready, under way.
fn with_an_apply_under_way() -> (TestEnvironment, Running) {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    let apply = environment.spawn(&["apply", "prod", "--yes"]);
    wait_until("the image is written", || image(&environment) == "web:never-ready");
    (environment, apply)
}

fn image(environment: &TestEnvironment) -> Value {
    let live = environment.live_object("apps/v1/deployments/web");
    live["spec"]["template"]["spec"]["containers"][0]["image"].clone()
}

const PATIENT: [&str; 5] = ["rollback", "prod", "--yes", "--lock-timeout", "60s"];

#[test]
fn a_rollback_during_an_apply_waits_and_then_undoes_it() {
    let (environment, apply) = with_an_apply_under_way();
    let rollback = environment.spawn(&PATIENT);
    rollback.until_it_complains("waiting for");

    apply.signal("INT");
    apply.end().exits(130);

    rollback.end().success().prints("release 3 is healthy");
    assert_eq!(image(&environment), "web:1");
    let history = environment.trueup(&["history", "prod"]).success();
    history.prints("back to 1").prints("undone by 3");
}

#[test]
fn two_rollbacks_at_once_go_back_once() {
    let (environment, apply) = with_an_apply_under_way();
    let rollbacks = [environment.spawn(&PATIENT), environment.spawn(&PATIENT)];
    rollbacks.iter().for_each(|rollback| rollback.until_it_complains("waiting for"));

    apply.signal("INT");
    apply.end().exits(130);

    let ends = rollbacks.map(|rollback| rollback.end().success().stdout);
    let say = |part: &str| ends.iter().filter(|end| end.contains(part)).count();
    assert_eq!((say("release 3 is healthy"), say("nothing to change")), (1, 1), "{ends:?}");
    assert_eq!(image(&environment), "web:1");
}

#[test]
fn a_release_that_its_commit_does_not_say_today_is_told() {
    let mut environment = TestEnvironment::new().variable("COLUMNS", "1000");
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "one"));
    environment.write("deploy/settings.yaml", &config_map("settings", "value", "mine"));
    environment.trueup(&["apply", "prod", "--yes", "--dirty"]).success();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "two"));
    environment.apply();

    let run = environment.trueup(&["rollback", "prod", "--release", "1", "--yes"]).success();

    run.prints("release 1 was deployed with files that weren't committed")
        .prints("ConfigMap/settings isn't what it was in release 1");
    assert_eq!(environment.setting(), "one");
    let run = environment.trueup(&["rollback", "prod", "--release", "2", "--yes"]).success();
    run.never_says("isn't what it was");
}
