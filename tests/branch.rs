//! `requires.branch`, and the rules of an old checkout.

use std::path::PathBuf;

use crate::harness::TestEnvironment;
use crate::harness::manifests::config_map;

fn settings(value: &str) -> String {
    config_map("settings", "value", value)
}

/// Lines aren't broken: where they would be depends on the machine's name.
fn wide() -> TestEnvironment {
    TestEnvironment::new().variable("COLUMNS", "1000")
}

/// A repository whose commits must be on `main`, with a branch `side` beside it.
fn on_main() -> TestEnvironment {
    let mut environment = wide();
    require(&environment, "{branch: main}");
    environment.commit_file("deploy/settings.yaml", &settings("one"));
    environment.repository.git(&["checkout", "--quiet", "-b", "side"]);
    environment.commit_file("deploy/settings.yaml", &settings("side"));
    environment.repository.git(&["checkout", "--quiet", "main"]);
    environment
}

fn require(environment: &TestEnvironment, requires: &str) {
    let configuration = format!("{}    requires: {requires}\n", environment.configuration());
    environment.write("trueup.yaml", &configuration);
}

#[test]
fn a_commit_that_is_not_on_the_branch_is_refused() {
    let environment = on_main();

    let run = environment.trueup(&["apply", "prod", "--ref", "side", "--yes"]).exits(3);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --ref side --yes
    prod on $SERVER ([version]), namespace $NAMESPACE
      commit  $COMMIT2 "Change deploy/settings.yaml", Ada Example, [ago], side

      + create  Namespace/$NAMESPACE  the inventory, the lock and the history live there
      + create  $NAMESPACE/ConfigMap/settings  deploy/settings.yaml:1  (approximate)

    approximate: 1 action could not be tried on the server; what it is shown to do is approximate
    Plan: 2 to create
    ([n] requests, [time])
    refused: branch: $COMMIT2 isn't on main (at $COMMIT1), which `requires.branch` asks for: merge it
      --override branch --reason TEXT lets it pass

    prod: refused by branch, nothing was written ($COMMIT2 "Change deploy/settings.yaml", [time])
    --- exit status 3
    "#);
    assert!(environment.footprint().is_empty());
    let plan = environment.trueup(&["plan", "prod", "--ref", "side"]).success();
    plan.prints("apply would be refused now: branch:");
    environment.apply();
    environment.repository.git(&["merge", "--quiet", "side"]);
    environment.apply();
    assert_eq!(environment.setting(), "side");
}

#[test]
fn an_override_lets_a_branch_pass_and_a_rollback_only_warns() {
    let environment = on_main();
    environment.apply();
    let passing = ["--override", "branch", "--reason", "A hot fix"];
    environment
        .trueup(&[&["apply", "prod", "--ref", "side", "--yes"][..], &passing].concat())
        .success()
        .prints("overridden: ");
    environment.trueup(&["rollback", "prod", "--yes"]).success().never_says("branch:");

    environment.trueup(&["rollback", "prod", "side", "--yes"]).success().prints("warning: branch:");

    assert_eq!(environment.setting(), "side");
}

#[test]
fn with_a_branch_what_diverged_is_refused_unless_any_order_will_do() {
    let mut environment = on_main();
    environment.trueup(&["apply", "prod", "--ref", "side", "--yes"]).exits(3);
    let side = ["--ref", "side", "--override", "branch", "--reason", "A hot fix"];
    environment.trueup(&[&["apply", "prod", "--yes"][..], &side].concat()).success();
    environment.commit_file("README.md", "Hello");

    environment.trueup(&["apply", "prod", "--yes"]).exits(3).prints("order: ").prints("has diverged from");

    require(&environment, "{branch: main, order: newer}");
    environment.commit("Let it diverge");
    environment.apply();
    assert_eq!(environment.setting(), "one");
}

#[test]
fn where_there_is_a_remote_its_branch_counts() {
    let environment = on_main();
    let clone = environment.clone_with(&[]);
    let git = |arguments: &[&str]| {
        let folder = clone.to_string_lossy();
        environment.repository.git(&[&["-C", &*folder][..], arguments].concat())
    };
    std::fs::write(clone.join("deploy/settings.yaml"), settings("mine")).expect("a file");
    git(&["commit", "--quiet", "--all", "--message", "Not pushed"]);

    let run = environment.trueup_in(&clone, &["apply", "prod", "--yes"]).exits(3);

    run.prints("isn't on origin/main (at").prints("`git fetch origin main:refs/remotes/origin/main`");
    git(&["push", "--quiet", "origin", "HEAD:refs/heads/other"]);
    environment.repository.git(&["merge", "--quiet", "other"]);
    git(&["fetch", "--quiet", "origin", "main:refs/remotes/origin/main"]);
    environment.trueup_in(&clone, &["apply", "prod", "--yes"]).success();
    assert_eq!(environment.setting(), "mine");
}

#[test]
fn a_branch_that_is_not_here_is_refused_with_the_fetch_that_brings_it() {
    let environment = on_main();
    let clone = environment.clone_with(&["--single-branch", "--branch=side"]);

    let run = environment.trueup_in(&clone, &["apply", "prod", "--yes"]).exits(3);

    run.prints("since that branch isn't here: `git fetch origin main:refs/remotes/origin/main`");
    assert!(environment.footprint().is_empty());
    require(&environment, "{branch: production}");
    let run = environment.trueup(&["plan", "prod"]).success();
    run.prints("there is no such branch, and no remote to fetch it from");
}

#[test]
fn a_shallow_clone_that_cannot_see_the_branch_says_what_to_fetch() {
    let mut environment = on_main();
    environment.commit_file("deploy/settings.yaml", &settings("two"));
    let clone = environment.clone_with(&["--depth=1", "--no-single-branch", "--branch=side"]);

    let run = environment.trueup_in(&clone, &["apply", "prod", "--yes"]).exits(3);

    run.prints("can't be told, since this clone is shallow: `git fetch --unshallow").prints("fetch-depth: 0");
}

/// Two releases, of which the second has stricter rules, and a clone from before it.
fn old_clone() -> (TestEnvironment, PathBuf) {
    let mut environment = wide();
    environment.commit_file("deploy/settings.yaml", &settings("one"));
    environment.apply();
    let clone = environment.clone_with(&[]);
    environment.write("trueup.yaml", &format!("{}    limits: {{delete: 0}}\n", environment.configuration()));
    environment.commit_file("deploy/settings.yaml", &settings("two"));
    environment.apply();
    (environment, clone)
}

#[test]
fn an_old_checkout_does_not_deploy_by_old_rules() {
    let (mut environment, clone) = old_clone();
    let folder = clone.to_string_lossy();
    environment.commit("Newer");
    environment.repository.git(&["-C", &*folder, "fetch", "--quiet"]);

    let run = environment.trueup_in(&clone, &["apply", "prod", "--ref", "origin/main", "--yes"]).exits(3);

    insta::assert_snapshot!(run.snapshot(), @r#"
    $ trueup apply prod --ref origin/main --yes
    refused: config: the trueup.yaml that is checked out ($COMMIT1) is older than that of the deployed commit $COMMIT2 (release 2 by tester@[host] at [timestamp]), and so are the rules in it: check out a commit that has its changes
      --override config --reason TEXT lets it pass

    prod: refused by config, nothing was written ($COMMIT3 "Newer", [time])
    --- exit status 3
    "#);
    let plan = environment.trueup_in(&clone, &["plan", "prod", "--ref", "origin/main"]).success();
    plan.prints("apply would be refused now: config:");
    environment
        .trueup_in(&clone, &["rollback", "prod", "HEAD", "--yes", "--dry-run"])
        .success()
        .prints("warning: config:");
    environment.repository.git(&["-C", &*folder, "pull", "--quiet"]);
    environment.trueup_in(&clone, &["apply", "prod", "--ref", "origin/main", "--yes"]).success();
}

#[test]
fn a_checkout_with_rules_of_its_own_is_not_an_old_one() {
    let mut environment = wide();
    environment.commit_file("deploy/settings.yaml", &settings("one"));
    environment.repository.git(&["checkout", "--quiet", "-b", "side"]);
    require(&environment, "{drift: refuse}");
    environment.commit_file("deploy/settings.yaml", &settings("side"));
    environment.repository.git(&["checkout", "--quiet", "main"]);
    environment.commit_file("deploy/settings.yaml", &settings("two"));
    environment.apply();
    environment.repository.git(&["checkout", "--quiet", "side"]);

    environment.apply();

    assert_eq!(environment.setting(), "side");
}

#[test]
fn a_clone_that_does_not_know_the_deployed_commit_cannot_tell_whose_rules_are_newer() {
    let mut environment = wide();
    require(&environment, "{order: any}");
    environment.commit_file("deploy/settings.yaml", &settings("one"));
    environment.apply();
    environment.commit_file("deploy/settings.yaml", &settings("two"));
    let clone = environment.clone_with(&["--depth=1"]);

    let run = environment.trueup_in(&clone, &["apply", "prod", "--yes"]).exits(3);

    run.prints("refused: config: this clone doesn't know the deployed commit")
        .prints("git fetch --unshallow");
}
