//! Planning again under the lock, where something came between, and not where
//! nothing did.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use trueup::json::json;

use crate::harness::manifests::config_map;
use crate::harness::{Reply, Request, TestEnvironment};

/// Runs this, which must succeed. How many requests of this sort it sends.
fn counted(environment: &TestEnvironment, arguments: &[&str], is_counted: fn(&Request) -> bool) -> usize {
    let count = Arc::new(AtomicUsize::new(0));
    let counting = count.clone();
    let (run, _) = environment.trueup_through(arguments, move |request, _| {
        counting.fetch_add(usize::from(is_counted(request)), Ordering::Relaxed);
        Reply::Pass
    });
    run.success();
    count.load(Ordering::Relaxed)
}

#[test]
fn a_run_that_another_came_before_plans_again() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "1"));
    environment.apply();
    let other = environment.commit_file("deploy/a.yaml", &config_map("a", "x", "2"));
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "1"));
    environment.commit_file("deploy/b.yaml", &config_map("b", "x", "1"));
    let lock = environment.lock();

    let run = environment.apply_and_before("PUT", &lock, || {
        environment.trueup(&["apply", "prod", "--yes", "--ref", &other]).success();
    });

    run.success().complains("the cluster changed meanwhile, this is planned anew");
    assert_eq!(environment.live_object("v1/configmaps/a")["data"]["x"], "1");
    environment.trueup(&["plan", "prod", "--exit-code"]).success();
}

#[test]
fn a_run_that_nothing_came_before_reads_the_cluster_once() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "1"));
    environment.apply();
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "2"));
    let is_list =
        |request: &Request| request.path.ends_with("/configmaps") && request.query.contains("part-of");

    let planned = counted(&environment, &["plan", "prod"], is_list);
    let applied = counted(&environment, &["apply", "prod", "--yes"], is_list);

    assert!(planned > 0);
    assert_eq!(applied, planned);
}

#[test]
fn what_somebody_writes_before_the_lock_is_taken_is_not_overwritten_blindly() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "1"));
    environment.apply();
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "2"));
    let lock = environment.lock();

    let run = environment.apply_and_before("PUT", &lock, || {
        environment.edit("v1/configmaps/a", &json!({"data": {"x": "3"}}));
    });

    run.exits(1).prints("ConfigMap/a was changed by somebody else since the plan was made");
    assert_eq!(environment.live_object("v1/configmaps/a")["data"]["x"], "3");
}

#[test]
fn an_apply_that_only_notes_another_commit_writes_the_lock_and_the_commit() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/a.yaml", &config_map("a", "x", "1"));
    environment.apply();
    let apply = ["apply", "prod", "--yes"];
    // To ask who one is takes a POST.
    let is_write = |request: &Request| request.is_write() && !request.path.ends_with("/selfsubjectreviews");

    let of_the_same_commit = counted(&environment, &apply, is_write);
    environment.commit_file("README.md", "Not deployed.");
    let of_another_commit = counted(&environment, &apply, is_write);

    assert_eq!((of_the_same_commit, of_another_commit), (0, 3));
}
