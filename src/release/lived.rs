//! For how long a commit was live and healthy, by a target's history.

use jiff::{SignedDuration, Timestamp};

use super::state::State;
use super::summary::Summary;

/// A time in one piece.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stretch {
    /// Its beginning: everything was seen to be healthy.
    pub since: Timestamp,
    /// Its end: the next run was about to write. Absent for what is still so.
    pub until: Option<Timestamp>,
}

impl Stretch {
    /// How long it was, up to now at most; nothing where clocks disagree.
    pub fn length(&self, now: Timestamp) -> SignedDuration {
        self.until.unwrap_or(now).duration_since(self.since).max(SignedDuration::ZERO)
    }
}

/// The longest time in one piece for which this commit (a full id) was live and healthy,
/// as a whole and without uncommitted files. `releases` are newest first.
///
/// A run that changes nothing moves the commit on, and what it had deployed before is
/// live all the same: only the next release ends that.
pub fn lived<'a>(
    commit: &str,
    releases: impl DoubleEndedIterator<Item = &'a Summary>,
    state: &State,
    now: Timestamp,
) -> Option<Stretch> {
    let is_it = |summary: &Summary| {
        let deployed = summary.commit.as_ref();
        summary.is_healthy_whole() && deployed.is_some_and(|found| found.sha == commit && !found.dirty)
    };
    let mut stretches: Vec<Stretch> = Vec::new();
    let mut living: Option<Timestamp> = None;
    for summary in releases.rev() {
        if is_it(summary) {
            living.get_or_insert(summary.finished_at);
        } else if let Some(since) = living.take() {
            stretches.push(Stretch { since, until: Some(summary.started_at) });
        }
    }
    let living = living.or_else(|| moved_to(commit, state));
    // What a run that is under way, or was killed, has written isn't known yet.
    let until = state.unrecorded().map(|running| running.started_at);
    stretches.extend(living.map(|since| Stretch { since, until }));
    stretches.into_iter().max_by_key(|stretch| stretch.length(now))
}

/// Since when this commit is deployed, if a run that changed nothing moved there and
/// everything was healthy.
fn moved_to(commit: &str, state: &State) -> Option<Timestamp> {
    let [deployed, healthy] = [&state.deployed, &state.healthy].map(Option::as_ref);
    let deployed = deployed.filter(|deployed| deployed.commit.as_deref() == Some(commit))?;
    let is_healthy = healthy.is_some_and(|healthy| healthy.release == deployed.release);
    (is_healthy && !deployed.dirty && state.recorded == Some(deployed.release)).then_some(deployed.at)
}

#[cfg(test)]
mod tests {
    use super::super::identity::Target;
    use super::super::state::{Pointer, Running};
    use super::super::summary::{ReleaseResult, fixtures};
    use super::*;

    fn at(text: &str) -> Timestamp {
        format!("2026-01-02T{text}:00Z").parse().expect("a time")
    }

    /// Release `number` of a commit, a minute long.
    fn release(number: u64, commit: &str, finished: &str) -> Summary {
        let mut summary = fixtures::summary(number);
        summary.commit.as_mut().expect("a commit").sha = commit.into();
        summary.finished_at = at(finished);
        summary.started_at = at(finished) - SignedDuration::from_mins(1);
        summary
    }

    fn state(releases: &[Summary]) -> State {
        let mut state = State::new(&Target::new("shop", "staging", "shop").expect("a target"));
        state.catch_up(releases);
        state
    }

    fn found(commit: &str, releases: &[Summary], state: &State) -> Option<(Timestamp, Option<Timestamp>)> {
        let stretch = lived(commit, releases.iter().rev(), state, at("12:00"))?;
        Some((stretch.since, stretch.until))
    }

    #[test]
    fn a_commit_lives_from_its_health_to_the_next_release() {
        let releases = [release(1, "a", "10:00"), release(2, "b", "10:30"), release(3, "b", "11:00")];
        let state = state(&releases);
        assert_eq!(found("a", &releases, &state), Some((at("10:00"), Some(at("10:29")))));
        assert_eq!(found("b", &releases, &state), Some((at("10:30"), None)));
        assert_eq!(found("c", &releases, &state), None);
    }

    #[test]
    fn the_longest_time_counts() {
        let commits = [("a", "08:00"), ("b", "08:10"), ("a", "09:00"), ("b", "10:00"), ("a", "11:50")];
        let releases: Vec<Summary> =
            (1..).zip(commits).map(|(number, (commit, at))| release(number, commit, at)).collect();
        assert_eq!(found("a", &releases, &state(&releases)), Some((at("09:00"), Some(at("09:59")))));
    }

    #[test]
    fn what_was_not_healthy_whole_and_clean_did_not_live() {
        let unhealthy = Summary { result: ReleaseResult::Unhealthy, ..release(1, "a", "10:00") };
        let part = Summary { selection: Some("--only kind=Job".into()), ..release(1, "a", "10:00") };
        let mut dirty = release(1, "a", "10:00");
        dirty.commit.as_mut().expect("a commit").dirty = true;
        for summary in [unhealthy, part, dirty] {
            let releases = [summary];
            assert_eq!(found("a", &releases, &state(&releases)), None);
        }
    }

    #[test]
    fn a_run_that_changes_nothing_moves_to_its_commit_and_leaves_the_one_before_alive() {
        let releases = [release(1, "a", "10:00")];
        let mut state = state(&releases);
        let pointer = Pointer { at: at("11:00"), commit: Some("b".into()), ..Pointer::to(&releases[0]) };
        state.move_to(pointer, true);
        assert_eq!(found("b", &releases, &state), Some((at("11:00"), None)));
        assert_eq!(found("a", &releases, &state), Some((at("10:00"), None)));
    }

    #[test]
    fn a_run_under_way_ends_it() {
        let releases = [release(1, "a", "10:00")];
        let mut state = state(&releases);
        state.begin(Running { release: 2, commit: None, started_at: at("10:15"), actor: "ada".into() });
        assert_eq!(found("a", &releases, &state), Some((at("10:00"), Some(at("10:15")))));
    }
}
