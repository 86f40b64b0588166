//! Runs that wrote nothing: they failed, were refused or interrupted once they had the
//! lock. They are no releases: nothing is deployed by them, and nothing goes back to them.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::summary::{Commit, shorten};

/// The most that a state keeps in mind.
const MOST: usize = 20;

/// A run that wrote nothing, or several in a row that came to the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    /// The number that it took; of several the last one.
    pub release: u64,
    /// How it ended.
    pub result: AttemptResult,
    /// The commit, without its trailers; absent outside a repository.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub commit: Option<Commit>,
    /// Who ran it last.
    pub actor: String,
    /// The CI run: its address or number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub run: Option<String>,
    /// When the last one ended.
    pub at: Timestamp,
    /// When the first one did.
    pub since: Timestamp,
    /// How many there were in a row.
    pub times: u32,
    /// What it was limited to; absent for the whole target.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub selection: Option<String>,
    /// The guards that refused it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub guards: Vec<String>,
    /// Why, one line. Holds no secret value.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cause: Option<String>,
}

/// How a run ended that wrote nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum AttemptResult {
    /// What was to be written couldn't be.
    Failed,
    /// A guard refused it.
    Refused,
    /// It was interrupted before its first write.
    Interrupted,
}

impl Attempt {
    /// Whether this is the same as another just before: a pipeline that tries again and
    /// again. Guards tell the time, so their words may differ.
    fn repeats(&self, before: &Self) -> bool {
        let what = |it: &Self| {
            let commit = it.commit.as_ref().map(|commit| (commit.sha.clone(), commit.dirty));
            (it.result, commit, it.selection.clone(), it.guards.clone())
        };
        let has_same_cause = !self.guards.is_empty() || self.cause == before.cause;
        self.release == before.release + 1 && what(self) == what(before) && has_same_cause
    }

    fn bounded(mut self) -> Self {
        self.cause.iter_mut().for_each(shorten);
        self.selection.iter_mut().for_each(shorten);
        self.run.iter_mut().for_each(shorten);
        shorten(&mut self.actor);
        self.commit = self.commit.map(|commit| Commit { trailers: Vec::new(), ..commit }.bounded());
        self
    }
}

/// Takes one more in; the same again only counts.
pub(super) fn add(attempts: &mut Vec<Attempt>, attempt: Attempt) {
    let attempt = attempt.bounded();
    match attempts.last_mut().filter(|last| attempt.repeats(last)) {
        Some(last) => {
            let (since, times) = (last.since, last.times.saturating_add(attempt.times));
            *last = Attempt { since, times, ..attempt };
        }
        None => attempts.push(attempt),
    }
    attempts.drain(..attempts.len().saturating_sub(MOST));
}

#[cfg(test)]
pub(super) mod fixtures {
    use super::*;

    /// A run of one commit that a hold refused.
    pub(in super::super) fn refused(release: u64, minute: u32) -> Attempt {
        let at: Timestamp = format!("2026-01-02T03:{minute:02}:00Z").parse().expect("a time");
        Attempt {
            release,
            result: AttemptResult::Refused,
            commit: super::super::summary::fixtures::summary(1).commit,
            actor: "ci".into(),
            run: None,
            at,
            since: at,
            times: 1,
            selection: None,
            guards: vec!["hold".into()],
            cause: Some(format!("held for {minute} minutes")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::fixtures::refused;
    use super::*;

    fn told(attempts: &[Attempt]) -> Vec<(u64, u32)> {
        attempts.iter().map(|attempt| (attempt.release, attempt.times)).collect()
    }

    #[test]
    fn a_pipeline_that_is_refused_again_and_again_takes_one_place() {
        let mut attempts = Vec::new();
        (5..=14).for_each(|release| add(&mut attempts, refused(release, 10)));
        assert_eq!(told(&attempts), [(14, 10)]);
        assert_eq!(attempts[0].since, refused(5, 10).at);
    }

    #[test]
    fn what_comes_to_something_else_or_after_a_release_counts_anew() {
        let mut attempts = vec![refused(5, 1)];
        add(&mut attempts, refused(7, 2));
        add(&mut attempts, Attempt { guards: vec!["order".into()], ..refused(8, 3) });
        add(&mut attempts, Attempt { commit: None, ..refused(9, 4) });
        assert_eq!(told(&attempts), [(5, 1), (7, 1), (8, 1), (9, 1)]);
        let failed = |release, cause: &str| Attempt {
            result: AttemptResult::Failed,
            guards: Vec::new(),
            cause: Some(cause.into()),
            ..refused(release, 5)
        };
        add(&mut attempts, failed(10, "no right"));
        add(&mut attempts, failed(11, "no right"));
        add(&mut attempts, failed(12, "no answer"));
        assert_eq!(told(&attempts[4..]), [(11, 2), (12, 1)]);
    }

    #[test]
    fn only_the_newest_are_kept_however_long_their_texts() {
        let mut attempts = Vec::new();
        for number in 0..100 {
            let cause = Some("x".repeat(100_000));
            add(&mut attempts, Attempt { cause, ..refused(number * 2, 1) });
        }
        assert_eq!(attempts.len(), MOST);
        assert!(serde_json::to_vec(&attempts).expect("JSON").len() < 50_000);
    }
}
