//! `requires.order`: commits that come out of order.

use std::path::{Path, PathBuf};

use trueup::json::Value;

use crate::harness::manifests::{config_map, deployment};
use crate::harness::{TestEnvironment, wait_until};

/// Lines aren't broken: where they would be depends on the machine's name.
fn wide() -> TestEnvironment {
    TestEnvironment::new().variable("COLUMNS", "1000")
}

/// A setting of three commits, of which the third is deployed.
fn deployed() -> (TestEnvironment, Vec<String>) {
    let mut environment = wide();
    let commits = ["one", "two", "three"].map(|value| {
        environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", value))
    });
    environment.apply();
    (environment, commits.into())
}

/// Sets what is required of an apply, and commits that.
fn require(environment: &mut TestEnvironment, requires: &str) {
    let configuration = format!("{}    requires: {requires}\n", environment.configuration());
    environment.write("trueup.yaml", &configuration);
    environment.commit("Require something");
}

/// A branch with a commit of its own, beside what is on `main`.
fn branch_off(environment: &mut TestEnvironment, at: &str) -> String {
    environment.repository.git(&["checkout", "--quiet", "-b", "side", at]);
    let side = environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "side"));
    environment.repository.git(&["checkout", "--quiet", "main"]);
    side
}

fn deployed_commit(environment: &TestEnvironment) -> Value {
    let status = environment.trueup(&["status", "prod", "-o", "json"]).success().target();
    status["deployed"]["commit"]["sha"].clone()
}

#[test]
fn an_older_commit_is_refused_and_told_of_the_rollback() {
    let (environment, _) = deployed();
    let before = environment.footprint();

    let run = environment.trueup(&["apply", "prod", "--ref", "HEAD~1", "--yes"]).exits(3);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --ref HEAD~1 --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Change deploy/settings.yaml", Ada Example, [ago], HEAD~1
      deployed release 1, commit $COMMIT3

      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.value: three → two  ← $COMMIT2 (line 6)

    Plan: 1 to update
    digest v1:[digest]
    ([n] requests, [time])
    refused: order: $COMMIT2 is older than the deployed commit $COMMIT3 (release 1 by tester@[host] at [timestamp]): `trueup rollback prod $COMMIT2` goes back to it
      --override order --reason TEXT lets it pass

    prod: refused by order, nothing was written ($COMMIT2 "Change deploy/settings.yaml", [time])
    --- exit status 3
    "#);
    assert_eq!(environment.footprint(), before);
    environment.trueup(&["rollback", "prod", "HEAD~1", "--yes"]).success();
    assert_eq!(environment.setting(), "two");
}

#[test]
fn an_older_commit_that_changes_nothing_is_refused_as_well() {
    let mut environment = wide();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "one"));
    environment.commit_file("README.md", "Hello");
    environment.apply();

    environment.trueup(&["apply", "prod", "--ref", "HEAD~1", "--yes"]).exits(3).prints("order:");

    assert_eq!(deployed_commit(&environment), environment.repository.commits()[1].as_str());
}

#[test]
fn a_plan_of_an_older_commit_stays_useful() {
    let (environment, _) = deployed();
    let run = environment.trueup(&["plan", "prod", "--ref", "HEAD~1"]).success();
    run.prints("apply would be refused now: order:").prints("three → two");
    let diff = environment.trueup(&["diff", "prod", "--ref", "HEAD~1", "-o", "json"]).success().target();
    assert_eq!(diff["guards"][0]["guard"], "order", "{diff}");
    environment.trueup(&["plan", "prod", "--ref", "HEAD~1", "--exit-code"]).exits(2);
}

#[test]
fn an_override_lets_an_older_commit_pass_and_is_recorded() {
    let (environment, _) = deployed();

    let reason = ["--override", "order", "--reason", "Two has to run tonight"];
    let run = environment.trueup(&[&["apply", "prod", "--ref", "HEAD~1", "--yes"][..], &reason].concat());

    run.success().prints("overridden: ");
    assert_eq!(environment.setting(), "two");
    let record = environment.live_object("v1/configmaps/trueup-shop-prod.r2");
    let summary = record["data"]["summary"].as_str().expect("a summary");
    let summary: Value = serde_json::from_str(summary).expect("JSON");
    assert_eq!(summary["overrides"][0]["guard"], "order", "{summary}");
    assert_eq!(summary["overrides"][0]["reason"], "Two has to run tonight");
}

#[test]
fn a_commit_beside_the_deployed_one_passes_unless_only_forward_will_do() {
    let (mut environment, commits) = deployed();
    let side = branch_off(&mut environment, &commits[0]);
    require(&mut environment, "{order: forward}");

    let run = environment.trueup(&["apply", "prod", "--ref", "side", "--yes"]).exits(3);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --ref side --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT4 "Change deploy/settings.yaml", Ada Example, [ago], side
      deployed release 1, commit $COMMIT3

      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.value: three → side  ← $COMMIT4 (line 6)

    Plan: 1 to update
    digest v1:[digest]
    ([n] requests, [time])
    refused: order: $COMMIT4 has diverged from the deployed commit $COMMIT3 (release 1 by tester@[host] at [timestamp]): they part at $COMMIT1; merge or rebase first
      --override order --reason TEXT lets it pass

    prod: refused by order, nothing was written ($COMMIT4 "Change deploy/settings.yaml", [time])
    --- exit status 3
    "#);
    environment.trueup(&["plan", "prod", "--ref", "side"]).success().prints("apply would be refused now:");
    assert_eq!(environment.setting(), "three");
    require(&mut environment, "{order: newer}");
    environment.trueup(&["apply", "prod", "--ref", "side", "--yes"]).success();
    assert_eq!(deployed_commit(&environment), side.as_str());
}

#[test]
fn where_order_is_no_matter_any_commit_passes() {
    let (mut environment, _) = deployed();
    require(&mut environment, "{order: any}");
    environment.trueup(&["apply", "prod", "--ref", "HEAD~3", "--yes"]).success();
    assert_eq!(environment.setting(), "one");
}

#[test]
fn an_unknown_order_is_refused_with_the_ones_that_exist() {
    let mut environment = wide();
    require(&mut environment, "{order: forwards}");
    environment.trueup(&["plan", "prod"]).exits(1).complains("newer, forward or any");
}

#[test]
fn a_pipeline_that_came_too_late_may_succeed_without_doing_anything() {
    let (environment, _) = deployed();
    let before = environment.footprint();

    let run =
        environment.trueup(&["apply", "prod", "--ref", "HEAD~1", "--yes", "--skip-superseded"]).success();

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --ref HEAD~1 --yes --skip-superseded
    note: $COMMIT2 is older than the deployed commit $COMMIT3 (release 1 by tester@[host] at [timestamp])

    prod: superseded: a newer commit is deployed ($COMMIT2 "Change deploy/settings.yaml", [time])
    --- exit status 0
    "#);
    let run = environment
        .trueup(&["apply", "--ref", "HEAD~1", "--yes", "--skip-superseded", "-o", "json"])
        .success();
    assert_eq!(run.target()["result"], "superseded");
    assert_eq!(environment.footprint(), before);
    environment
        .trueup(&["apply", "prod", "--yes", "--skip-superseded"])
        .success()
        .prints("nothing to change");
}

#[test]
fn of_two_pipelines_the_older_one_gives_way_while_it_waits() {
    let mut environment = wide();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));
    environment.apply();
    let older = environment.commit_file("deploy/web.yaml", &deployment("web", "web:2"));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    let newer = environment.spawn(&["apply", "prod", "--yes", "--wait-timeout", "3s"]);
    let image = || {
        let web = environment.live_object("apps/v1/deployments/web");
        web["spec"]["template"]["spec"]["containers"][0]["image"].clone()
    };
    wait_until("the newer one is written", || image() == "web:never-ready");

    let run = environment.trueup(&["apply", "prod", "--ref", &older, "--yes", "--skip-superseded"]).success();

    run.prints("superseded").prints("begun by tester");
    newer.end().exits(4);
    environment.trueup(&["apply", "prod", "--ref", &older, "--yes"]).exits(3);
    assert_eq!(image(), "web:never-ready");
}

#[test]
fn what_is_deployed_between_the_plan_and_the_lock_counts() {
    let (mut environment, _) = deployed();
    let older = environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "four"));
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "five"));
    let lock = environment.lock();
    let apply = ["apply", "prod", "--ref", &older, "--yes"];
    let deploy_newer = || drop(environment.apply());

    let run = environment.trueup_and_before(
        &[&apply[..], &["--skip-superseded"]].concat(),
        "PUT",
        &lock,
        deploy_newer,
    );

    run.success().prints("prod: superseded");
    assert_eq!(environment.setting(), "five");
    let history = environment.trueup(&["history", "prod", "-o", "json"]).success().json();
    assert_eq!(history["targets"].as_array().map(Vec::len), Some(2), "{history}");
}

#[test]
fn a_shallow_clone_that_cannot_tell_says_how_it_could() {
    let (mut environment, _) = deployed();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "four"));
    let shallow = environment.clone_with(&["--depth=1"]);

    let run = environment.trueup_in(&shallow, &["apply", "prod", "--yes"]).exits(3);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT4 "Change deploy/settings.yaml", Ada Example, [ago], main
      deployed release 1, commit $COMMIT3

      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.value: three → four

    Plan: 1 to update
    digest v1:[digest]
    ([n] requests, [time])
    note: the history of this clone is cut off, so the commit behind 1 change isn't known: git fetch --unshallow brings the rest
    refused: order: this clone is shallow, so that nobody can tell whether $COMMIT4 is newer than the deployed commit $COMMIT3 (release 1 by tester@[host] at [timestamp]): git fetch --unshallow --tags origin '+refs/heads/*:refs/remotes/origin/*' (in GitHub Actions: `fetch-depth: 0` of the checkout)
      --override order --reason TEXT lets it pass

    prod: refused by order, nothing was written ($COMMIT4 "Change deploy/settings.yaml", [time])
    --- exit status 3
    "#);
    assert_eq!(environment.setting(), "three");
    environment.repository.git(&["-C", &shallow.to_string_lossy(), "fetch", "--quiet", "--depth", "2"]);
    environment.trueup_in(&shallow, &["apply", "prod", "--yes"]).success();
    assert_eq!(environment.setting(), "four");
}

/// The same, with leave to fetch the history that is lacking; the clone has the newest
/// commit alone, which isn't deployed.
fn shallow(more: &str) -> (TestEnvironment, PathBuf) {
    let mut environment = TestEnvironment::new().variable("COLUMNS", "1000");
    let configuration = environment.configuration() + more + "git: {fetch: true}\n";
    environment.write("trueup.yaml", &configuration);
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "one"));
    environment.apply();
    for value in ["two", "three"] {
        environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", value));
    }
    let clone = environment.clone_with(&["--depth=1"]);
    (environment, clone)
}

/// Everything about a clone that a fetch could change.
fn state_of(environment: &TestEnvironment, clone: &Path) -> Vec<String> {
    let clone = clone.to_string_lossy();
    let asked = [
        &["rev-parse", "--is-shallow-repository"][..],
        &["for-each-ref"],
        &["config", "--local", "--list"],
        &["count-objects", "-v"],
        &["status", "--porcelain"],
    ];
    asked.map(|asked| environment.repository.git(&[&["-C", &*clone], asked].concat())).into()
}

#[test]
fn a_shallow_clone_fetches_the_history_that_it_lacks_where_it_may() {
    let (environment, clone) = shallow("    requires: {branch: main}\n");
    let before = state_of(&environment, &clone);

    environment.trueup_in(&clone, &["plan", "prod"]).success().never_says("refused");
    environment.trueup_in(&clone, &["apply", "prod", "--yes"]).success();

    assert_eq!(environment.setting(), "three");
    assert_eq!(state_of(&environment, &clone), before);
    assert_eq!(before[0], "true", "it's still shallow");
    let first = environment.repository.commits()[0].clone();
    environment.repository.git(&[
        "-C",
        &clone.to_string_lossy(),
        "fetch",
        "--quiet",
        "--depth=1",
        "origin",
        &first,
    ]);
    let older = environment.trueup_in(&clone, &["apply", "prod", "--yes", "--ref", &first]).exits(3);
    older.prints("refused: order: ").prints("is older than the deployed commit");
}

#[test]
fn what_cannot_be_fetched_is_told_in_the_words_of_git_and_does_not_pass() {
    let (environment, clone) = shallow("");
    let url = "https://ada:hunter2@127.0.0.1:1/shop.git";
    environment.repository.git(&["-C", &clone.to_string_lossy(), "remote", "set-url", "origin", url]);

    let run = environment.trueup_in(&clone, &["apply", "prod", "--yes"]).exits(3).never_says("hunter2");

    run.prints("the history that this clone lacks can't be fetched: git ended with 128: fatal: ")
        .prints("refused: order: this clone is shallow");
    assert_eq!(environment.setting(), "one");
}

#[test]
fn where_all_is_known_nothing_is_fetched() {
    let (environment, clone) = shallow("");
    environment.trueup(&["apply", "prod", "--yes"]).success();
    let nowhere = ["-C", &*clone.to_string_lossy(), "remote", "set-url", "origin", "file:///nowhere"];
    environment.repository.git(&nowhere);

    environment.trueup_in(&clone, &["apply", "prod", "--yes"]).success().never_says("can't be fetched");
}

#[test]
fn a_history_that_was_rewritten_is_told_from_one_that_goes_on() {
    let (mut environment, _) = deployed();
    environment.repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "value", "other"));
    // It has only what is on a branch now.
    let clone = environment.clone_with(&[]);

    let run = environment.trueup_in(&clone, &["apply", "prod", "--yes"]).exits(3);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT4 "Change deploy/settings.yaml", Ada Example, [ago], main
      deployed release 1, commit $COMMIT3

      ~ update  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1
          data.value: three → other  ← $COMMIT4 (line 6)

    Plan: 1 to update
    digest v1:[digest]
    ([n] requests, [time])
    refused: repository: release 1 deployed commit $COMMIT3, which isn't in this repository: `git fetch origin $COMMIT3` may bring it; if its history was rewritten, override this; else give this repository a name of its own
      --override repository --reason TEXT lets it pass

    prod: refused by repository, nothing was written ($COMMIT4 "Change deploy/settings.yaml", [time])
    --- exit status 3
    "#);
    assert_eq!(environment.setting(), "three");
    let override_it = ["--override", "repository", "--reason", "We cleaned the history up"];
    let arguments = [&["apply", "prod", "--yes"][..], &override_it].concat();
    environment.trueup_in(&clone, &arguments).success();
    assert_eq!(environment.setting(), "other");
}
