//! What a state says after each sort of run.

use super::super::attempt::fixtures::refused;
use super::super::summary::ReleaseResult;
use super::super::summary::fixtures::summary;
use super::*;

fn target() -> Target {
    Target::new("shop", "prod", "shop").expect("well formed")
}

fn time() -> Timestamp {
    "2026-01-02T03:04:05Z".parse().expect("a time")
}

fn running(release: u64) -> Running {
    Running { release, commit: summary(release).commit, started_at: time(), actor: "ada".into() }
}

fn unhealthy(release: u64) -> Summary {
    Summary { result: ReleaseResult::Unhealthy, ..summary(release) }
}

fn releases(state: &State) -> (Option<u64>, Option<u64>, Option<u64>) {
    let number = |pointer: &Option<Pointer>| pointer.as_ref().map(|pointer| pointer.release);
    (number(&state.deployed), number(&state.healthy), state.recorded)
}

fn full() -> State {
    let mut state = State::new(&target());
    state.finish(&summary(1));
    state.begin(running(2));
    state.hold = Some(Hold {
        commits: vec!["d".repeat(40)],
        from: 2,
        to: Some(1),
        restored: None,
        others: Vec::new(),
        changed: Vec::new(),
        uncommitted: Vec::new(),
        everything: false,
        by: "ada".into(),
        at: time(),
        reason: Some("it was slow".into()),
    });
    state
}

#[test]
fn a_state_reads_like_this_and_is_read_back() {
    insta::assert_snapshot!(full().to_text(), @r#"
    {
      "schema": "trueup/v1",
      "target": {
        "name": "shop",
        "environment": "prod"
      },
      "deployed": {
        "release": 1,
        "commit": "0000000000000000000000000000000000000001",
        "dirty": false,
        "at": "2026-01-02T03:06:00Z",
        "actor": "ada@laptop"
      },
      "healthy": {
        "release": 1,
        "commit": "0000000000000000000000000000000000000001",
        "dirty": false,
        "at": "2026-01-02T03:06:00Z",
        "actor": "ada@laptop"
      },
      "recorded": 1,
      "running": {
        "release": 2,
        "commit": {
          "sha": "0000000000000000000000000000000000000002",
          "ref": "main",
          "author": "Ada <ada@example.com>",
          "subject": "Serve more shops",
          "time": "2026-01-02T03:04:05Z",
          "dirty": false,
          "trailers": []
        },
        "startedAt": "2026-01-02T03:04:05Z",
        "actor": "ada"
      },
      "hold": {
        "commits": [
          "dddddddddddddddddddddddddddddddddddddddd"
        ],
        "from": 2,
        "to": 1,
        "everything": false,
        "by": "ada",
        "at": "2026-01-02T03:04:05Z",
        "reason": "it was slow"
      },
      "next": 3
    }
    "#);
    assert_eq!(State::parse(&target(), &full().to_text()), Ok(full()));
    let new = State::new(&target());
    assert_eq!(State::parse(&target(), &new.to_text()), Ok(new));
}

#[test]
fn whatever_a_newer_version_added_is_an_error_and_never_dropped() {
    for (place, expected) in [
        ("", "unknown field later"),
        ("/deployed", "unknown field deployed.later"),
        ("/hold", "unknown field hold.later"),
    ] {
        let mut value: Value = serde_json::from_str(&full().to_text()).expect("JSON");
        value.pointer_mut(place).expect("a place")["later"] = false.into();
        assert_eq!(State::parse(&target(), &value.to_string()), Err(StateError::Newer(expected.into())));
    }
    let text = full().to_text().replace("trueup/v1", "trueup/v2");
    assert_eq!(State::parse(&target(), &text), Err(StateError::Newer("trueup/v2".into())));
}

#[test]
fn a_state_that_isnt_one_is_an_error() {
    for text in ["", "[]", "{}", r#"{"schema": "trueup/v1"}"#, r#"{"schema": "trueup/v1", "next": -1}"#] {
        assert!(matches!(State::parse(&target(), text), Err(StateError::Malformed(_))), "{text}");
    }
}

#[test]
fn a_target_whose_name_joins_to_the_same_text_is_told_apart() {
    let one = Target::new("shop-eu", "prod", "shop").expect("well formed");
    let other = Target::new("shop", "eu-prod", "shop").expect("well formed");
    assert_eq!(one.applyset_id(), other.applyset_id());
    assert_eq!(
        State::parse(&other, &State::new(&one).to_text()),
        Err(StateError::OtherTarget { name: "shop-eu".into(), environment: "prod".into() })
    );
}

#[test]
fn the_deployed_release_is_the_last_that_wrote_and_the_healthy_one_is_kept_beside_it() {
    let mut state = State::new(&target());
    state.finish(&summary(1));
    assert_eq!(releases(&state), (Some(1), Some(1), Some(1)));
    for result in [ReleaseResult::Unhealthy, ReleaseResult::Partial, ReleaseResult::Interrupted] {
        let mut state = state.clone();
        state.finish(&Summary { result, ..summary(2) });
        assert_eq!(releases(&state), (Some(2), Some(1), Some(2)), "{result:?}");
    }
}

#[test]
fn a_run_over_a_part_is_recorded_but_deploys_no_commit() {
    let mut state = State::new(&target());
    state.finish(&summary(1));
    state.finish(&Summary { selection: Some("--only kind=Job".into()), ..summary(2) });
    assert_eq!(releases(&state), (Some(1), Some(1), Some(2)));
    assert_eq!(state.next, 3);
}

#[test]
fn a_run_that_changed_nothing_moves_the_commit_but_not_the_number() {
    let mut state = State::new(&target());
    state.finish(&summary(4));
    let run = Pointer { release: 0, commit: Some("e".repeat(40)), ..Pointer::to(&summary(9)) };
    state.move_to(run.clone(), false);
    let moved = Pointer { release: 4, ..run.clone() };
    assert_eq!(state.deployed, Some(moved.clone()));
    assert_eq!(state.healthy, Some(Pointer::to(&summary(4))));
    state.move_to(run, true);
    assert_eq!(state.healthy, Some(moved));
    assert_eq!(state.next, 5);
}

#[test]
fn numbers_are_never_given_twice() {
    let mut state = State::new(&target());
    assert_eq!(state.next_release(None), 1);
    assert_eq!(state.next_release(Some(7)), 8);
    state.begin(running(8));
    state.give_up();
    assert_eq!(state.next_release(Some(7)), 9);
    assert_eq!(state.running, None);
}

#[test]
fn a_run_that_wrote_nothing_changes_nothing_but_what_is_told_of_it() {
    let mut state = State::new(&target());
    state.finish(&summary(1));
    let before = state.clone();
    state.attempted(refused(2, 1));
    state.attempted(refused(3, 2));
    assert_eq!(state.attempts.len(), 1);
    assert_eq!(state, State { attempts: state.attempts.clone(), next: 4, ..before.clone() });
    assert_eq!(state.pinned(), before.pinned());
    assert_eq!(State::parse(&target(), &state.to_text()), Ok(state));
}

#[test]
fn a_killed_run_shows_as_interrupted_and_makes_the_next_run_record() {
    let mut state = State::new(&target());
    assert!(state.needs_record(false), "nothing is recorded yet");
    state.finish(&summary(1));
    assert!(!state.needs_record(false) && state.needs_record(true));
    state.begin(running(2));
    assert_eq!(state.unrecorded(), Some(&running(2)));
    assert!(state.needs_record(false));
    state.finish(&summary(3));
    assert_eq!(state.unrecorded(), None);
}

#[test]
fn every_killed_run_is_kept_in_mind_until_a_record_tells_of_it() {
    let mut state = State::new(&target());
    state.finish(&summary(1));
    for release in 2..=4 {
        state.begin(running(release));
    }
    assert_eq!(state.killed, [running(2), running(3)]);
    state.give_up();
    assert_eq!(state.unrecorded(), Some(&running(3)), "4 wrote nothing");
    assert!(state.needs_record(false));
    state.begin(running(5));
    state.finish(&summary(5));
    assert_eq!((state.killed.as_slice(), state.unrecorded()), (&[][..], None));
}

#[test]
fn however_often_runs_are_killed_the_state_stays_small() {
    let mut state = State::new(&target());
    (1..=100).for_each(|release| state.begin(running(release)));
    assert_eq!(state.killed.len(), MOST_KILLED);
    assert_eq!(state.killed.last(), Some(&running(99)));
}

#[test]
fn a_run_killed_after_its_record_was_written_is_caught_up_with() {
    let mut state = State::new(&target());
    state.finish(&summary(1));
    state.begin(running(2));
    state.catch_up(&[unhealthy(2), summary(1)]);
    assert_eq!(releases(&state), (Some(2), Some(1), Some(2)));
    assert_eq!(state.unrecorded(), None);
}

#[test]
fn catching_up_with_what_is_known_changes_nothing() {
    let mut state = State::new(&target());
    state.finish(&summary(1));
    state.finish(&unhealthy(2));
    let before = state.clone();
    state.catch_up(&[summary(1), unhealthy(2)]);
    assert_eq!(state, before);
}

#[test]
fn a_lost_state_is_found_again_in_the_records() {
    let mut state = State::new(&target());
    state.catch_up(&[unhealthy(9), summary(8), summary(3)]);
    assert_eq!(releases(&state), (Some(9), Some(8), Some(9)));
    assert_eq!(state.next, 10);
}

#[test]
fn records_that_are_referred_to_are_pinned() {
    let mut state = full();
    state.finish(&unhealthy(5));
    assert_eq!(state.pinned(), BTreeSet::from([1, 2, 5]));
}
