//! `-o jsonl`: what happens, as it happens, a line each.

use trueup::json::Value;

use crate::harness::manifests::{config_map, deployment};
use crate::harness::{Run, TestEnvironment, wait_until};

fn lines(run: &Run) -> Vec<Value> {
    let read = |line: &str| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"));
    run.stdout.lines().map(read).collect()
}

/// What happened to an object, in order.
fn of<'a>(lines: &'a [Value], name: &str) -> Vec<&'a str> {
    let its = lines.iter().filter(|line| line["object"]["name"] == name);
    its.map(|line| line["event"].as_str().expect("an event")).collect()
}

#[test]
fn a_run_is_streamed_event_by_event_and_ends_in_its_outcome() {
    let mut environment = TestEnvironment::new();
    environment.write("deploy/settings.yaml", &config_map("settings", "a", "1"));
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:1"));

    let run = environment.trueup(&["apply", "prod", "--yes", "-o", "jsonl"]).success();

    let lines = lines(&run);
    let (outcome, events) = lines.split_last().expect("lines");
    assert_eq!((&outcome["kind"], &outcome["targets"][0]["result"]), (&"Outcome".into(), &"healthy".into()));
    assert!(events.iter().all(|line| line["kind"] == "Event" && line["target"] == "prod"), "{run}");
    assert_eq!((&events[0]["event"], &events[0]["summary"]["create"]), (&"planned".into(), &3.into()));
    assert_eq!(of(events, "settings"), ["started", "written", "health"]);
    let web = of(events, "web");
    assert_eq!(web[..2], ["started", "written"]);
    assert!(web[2..].iter().all(|event| *event == "health"), "{web:?}");
    let last = events.iter().rfind(|line| line["object"]["name"] == "web").expect("its health");
    assert_eq!(last["health"], "ready");
}

#[test]
fn nothing_to_do_is_a_plan_and_an_outcome() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/settings.yaml", &config_map("settings", "a", "1"));
    environment.apply();

    let run = environment.trueup(&["apply", "prod", "--yes", "-o", "jsonl"]).success();

    let kinds: Vec<Value> = lines(&run).iter().map(|line| line["kind"].clone()).collect();
    assert_eq!(kinds, ["Event", "Outcome"]);
}

#[test]
fn what_fails_ends_the_stream_with_its_failure() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:crash"));

    let run = environment.trueup(&["apply", "prod", "--yes", "-o", "jsonl"]).exits(4);

    let lines = lines(&run);
    let outcome = lines.last().expect("lines");
    assert_eq!(outcome["targets"][0]["failure"]["trouble"], "crashed");
    assert!(lines.iter().any(|line| line["health"] == "failed"), "{run}");
}

#[test]
fn an_interrupt_ends_the_stream_with_its_outcome() {
    let mut environment = TestEnvironment::new();
    environment.commit_file("deploy/web.yaml", &deployment("web", "web:never-ready"));
    let running = environment.spawn(&["apply", "prod", "--yes", "-o", "jsonl"]);
    wait_until("it is written", || environment.live("apps/v1/deployments/web").is_some());

    running.signal("INT");
    let run = running.end().exits(130);

    assert_eq!(lines(&run).last().expect("lines")["targets"][0]["result"], "interrupted");
}

#[test]
fn an_error_is_a_line_too() {
    let environment = TestEnvironment::new();
    let run = environment.trueup(&["apply", "nowhere", "--yes", "-o", "jsonl"]).exits(1);
    assert_eq!(lines(&run).first().expect("a line")["kind"], "Error");
    environment
        .trueup(&["plan", "prod", "-o", "jsonl"])
        .exits(64)
        .complains("-o jsonl is for apply, rollback, forget and delete");
}
