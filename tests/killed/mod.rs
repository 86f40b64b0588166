//! Runs that are killed (SIGKILL) just before any one of their requests, and what the
//! next run makes of it.

mod shop;

use std::thread;

use trueup::json::json;

use crate::harness::TestEnvironment;
use crate::harness::manifests::{config_map, secret};
use shop::{PARENT, Shop, begun, check_told};

/// So many series of runs go on at once: each kills at every so many-th request.
const LANES: usize = 4;

const APPLY: [&str; 7] = ["apply", "prod", "--yes", "--max-delete", "20", "--lock-timeout", "0s"];

const DELETE: [&str; 7] = ["delete", "prod", "--yes", "--confirm", "prod", "--lock-timeout", "0s"];

#[test]
fn a_run_killed_before_any_of_its_requests_is_completed_by_the_next() {
    let killed = in_lanes(kill_every_change);
    assert!(killed > 100, "a run of 40 objects makes more than {killed} requests");
}

#[test]
fn a_first_run_killed_before_any_of_its_requests_is_completed_by_the_next() {
    let killed = in_lanes(kill_every_opening);
    assert!(killed > 20, "a first run makes more than {killed} requests");
}

#[test]
fn a_deletion_killed_before_any_of_its_requests_is_completed_by_the_next() {
    let killed = in_lanes(kill_every_deletion);
    assert!(killed > 20, "a deletion makes more than {killed} requests");
}

/// Kills before each request, in series: they are given the first request, and answer
/// how many runs they killed.
#[allow(clippy::print_stdout, reason = "shown with --nocapture")]
fn in_lanes(kill_every: fn(usize) -> usize) -> usize {
    let name = thread::current().name().unwrap_or_default().to_owned();
    let killed = thread::scope(|scope| {
        let lane = |first| {
            let thread = thread::Builder::new().name(name.clone());
            thread.spawn_scoped(scope, move || kill_every(first)).expect("a thread")
        };
        let lanes: Vec<_> = (1..=LANES).map(lane).collect();
        lanes.into_iter().map(|lane| lane.join().expect("a lane without a failure")).sum()
    });
    println!("killed before each of {killed} requests");
    killed
}

/// Kills one run after the other, each some requests later than the one before,
/// until one comes to its end.
fn kill_every_change(first: usize) -> usize {
    let mut shop = Shop::open();
    shop.change();
    for (turn, nth) in (first..).step_by(LANES).enumerate() {
        let before = shop.written();
        let (run, request) = shop.environment.kill_before_request(nth, &APPLY);
        let Some(request) = request else {
            run.success();
            shop.check_completed("not killed at all");
            return turn;
        };
        let moment = moment(nth, &request);
        shop.check_members(&moment);
        // The run after one that has written nothing is the next one to be killed,
        // and gets further.
        if shop.written() != before {
            let begun = begun(&shop.environment);
            shop.complete(&moment);
            check_told(&shop.environment, begun, &moment);
            shop.change();
        }
    }
    unreachable!("requests end")
}

fn moment(nth: usize, request: &str) -> String {
    format!("killed before request {nth}, {request}")
}

/// A shop that was never opened: not even its namespace is there.
fn planned() -> TestEnvironment {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/a.yaml", &config_map("a", "x", "1"));
    environment.write("deploy/b.yaml", &config_map("b", "x", "1"));
    environment.commit_file("deploy/db.yaml", &secret("db", "password", "winter-password"));
    environment
}

fn kill_every_opening(first: usize) -> usize {
    let mut environment = planned();
    for (turn, nth) in (first..).step_by(LANES).enumerate() {
        let (run, request) = environment.kill_before_request(nth, &APPLY);
        let Some(request) = request else {
            run.success();
            return turn;
        };
        let moment = moment(nth, &request);
        if environment.live_namespace().is_some() {
            let begun = begun(&environment);
            let is_leaked = environment.live(PARENT).is_none() && !members(&environment).is_empty();
            assert!(!is_leaked, "{moment}: there are objects and no inventory");
            let run = environment.trueup(&APPLY);
            assert_eq!(run.code, Some(0), "{moment}: the next run doesn't complete\n{run}");
            assert_eq!(members(&environment), ["a", "b", "db"], "{moment}");
            check_told(&environment, begun, &moment);
            environment = planned();
        }
    }
    unreachable!("requests end")
}

/// The names of the shop's objects that are there.
fn members(environment: &TestEnvironment) -> Vec<&'static str> {
    let paths = [("v1/configmaps/a", "a"), ("v1/configmaps/b", "b"), ("v1/secrets/db", "db")];
    paths.into_iter().filter(|(path, _)| environment.live(path).is_some()).map(|(_, name)| name).collect()
}

fn kill_every_deletion(first: usize) -> usize {
    let environment = planned();
    environment.create_namespace();
    let foreign = environment.create("v1/configmaps", &json!({"metadata": {"name": "foreign"}}));
    for (turn, nth) in (first..).step_by(LANES).enumerate() {
        if environment.live(PARENT).is_none() {
            environment.trueup(&APPLY).success();
        }
        let before = environment.footprint();
        let (run, request) = environment.kill_before_request(nth, &DELETE);
        let Some(request) = request else {
            run.success();
            return turn;
        };
        let moment = moment(nth, &request);
        if environment.footprint() != before {
            // The run that was killed may have got to its very end.
            let is_over = environment.live(PARENT).is_none();
            let run = environment.trueup(&DELETE);
            assert_eq!(run.code, Some(i32::from(is_over)), "{moment}: the next run doesn't complete\n{run}");
            assert_eq!(members(&environment), [""; 0], "{moment}");
            assert_eq!(environment.live(PARENT), None, "{moment}: the inventory is still there");
            assert_eq!(environment.live("v1/configmaps/foreign").as_ref(), Some(&foreign), "{moment}");
        }
    }
    unreachable!("requests end")
}
