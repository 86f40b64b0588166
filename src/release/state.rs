//! What the parent says beside its membership: which release and commit is
//! deployed, which was healthy last, whether a run is under way, the hold, and
//! the next number.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::SCHEMA;
use super::attempt::{self, Attempt};
use super::hold::Hold;
use super::identity::Target;
use super::run::Run;
use super::summary::{Commit, Summary};
use crate::json::{Value, from_value};

/// The most killed runs that a state keeps in mind.
const MOST_KILLED: usize = 10;

/// The state of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    schema: String,
    target: TargetName,
    /// The last run over the whole target that wrote, whatever its outcome.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub deployed: Option<Pointer>,
    /// The last one that became healthy.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub healthy: Option<Pointer>,
    /// The newest release that has a record, runs over a part included: what
    /// was written last, and what drift is measured against.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub recorded: Option<u64>,
    /// The run under way; if nobody holds the lock, one that was killed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub running: Option<Running>,
    /// Runs that were killed and that no record tells of yet, oldest first: the
    /// newest few.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub killed: Vec<Running>,
    /// Runs that wrote nothing, oldest first: the newest few.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub attempts: Vec<Attempt>,
    /// What may not be deployed again.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hold: Option<Hold>,
    /// The lowest number that was never given to a release.
    pub next: u64,
}

/// Which target a state is of: `a-b` in `c` and `a` in `b-c` would have parents
/// of one name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct TargetName {
    name: String,
    environment: String,
}

/// A deployment of a commit.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pointer {
    /// The release.
    pub release: u64,
    /// The commit's full id; absent when it was deployed from outside a repository.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub commit: Option<String>,
    /// Whether the work tree differed from the commit.
    pub dirty: bool,
    /// When the run ended.
    pub at: Timestamp,
    /// Who ran it.
    pub actor: String,
    /// The CI run: its address or number.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub run: Option<String>,
}

/// A run that is under way, or was when it was killed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Running {
    /// The number that it will record.
    pub release: u64,
    /// The commit, without its trailers; absent outside a repository.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub commit: Option<Commit>,
    /// When it was about to write.
    pub started_at: Timestamp,
    /// Who runs it.
    pub actor: String,
}

/// Why a state can't be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum StateError {
    /// It isn't a state at all.
    #[error("{0}")]
    Malformed(String),
    /// It holds something that this program doesn't know and mustn't drop.
    #[error("written by a newer trueup ({0})")]
    Newer(String),
    /// It is another target's.
    #[error("it belongs to {name:?} in environment {environment:?}, whose names join to the same text")]
    OtherTarget {
        /// That target's name.
        name: String,
        /// Its environment.
        environment: String,
    },
}

impl State {
    /// Whether the last release of the whole wasn't seen to be healthy, or one of a part
    /// came after it.
    pub fn is_unsettled(&self) -> bool {
        let number = |pointer: &Option<Pointer>| pointer.as_ref().map(|pointer| pointer.release);
        let deployed = number(&self.deployed);
        deployed != number(&self.healthy) || self.recorded > deployed
    }

    /// The state of a target that nothing was ever deployed to.
    pub fn new(target: &Target) -> Self {
        let target =
            TargetName { name: target.name().to_owned(), environment: target.environment().to_owned() };
        Self {
            schema: SCHEMA.to_owned(),
            target,
            deployed: None,
            healthy: None,
            recorded: None,
            running: None,
            killed: Vec::new(),
            attempts: Vec::new(),
            hold: None,
            next: 1,
        }
    }

    /// Reads a state. Since it'll be written back, anything unknown in it is an error.
    pub fn parse(target: &Target, text: &str) -> Result<Self, StateError> {
        let malformed = |error: serde_json::Error| StateError::Malformed(error.to_string());
        let value: Value = serde_json::from_str(text).map_err(malformed)?;
        match value["schema"].as_str() {
            None => return Err(StateError::Malformed("no schema".into())),
            Some(SCHEMA) => {}
            Some(schema) => return Err(StateError::Newer(schema.to_owned())),
        }
        let state = from_value::<Self>(value.clone()).map_err(malformed)?;
        let known = crate::json::to_value(&state).map_err(malformed)?;
        if let Some(field) = unknown_field(&value, &known) {
            return Err(StateError::Newer(format!("unknown field {field}")));
        }
        if state.target.name != target.name() || state.target.environment != target.environment() {
            let TargetName { name, environment } = state.target;
            return Err(StateError::OtherTarget { name, environment });
        }
        Ok(state)
    }

    /// As it is stored: JSON that people can read.
    pub fn to_text(&self) -> String {
        // Nothing in it can't be serialised.
        serde_json::to_string_pretty(self).unwrap_or_default()
    }

    /// The newest run that may have written what no record tells of: one that was
    /// killed, if nobody is running now.
    pub fn unrecorded(&self) -> Option<&Running> {
        self.running.as_ref().or(self.killed.last())
    }

    /// Whether a run must be recorded: because it wrote, because nothing is
    /// recorded yet, or because the run before was killed, and what it wrote is
    /// in no record.
    pub fn needs_record(&self, wrote: bool) -> bool {
        wrote || self.deployed.is_none() || self.unrecorded().is_some()
    }

    /// The number of the next release: never one that was given before, not
    /// even to a run that was killed. `highest` is the highest number that any
    /// part of a record has, should the state have been lost.
    pub fn next_release(&self, highest: Option<u64>) -> u64 {
        self.next.max(highest.map_or(1, |highest| highest + 1))
    }

    /// A run is about to write: its number is taken. The one that is still said to be
    /// running was killed.
    pub fn begin(&mut self, running: Running) {
        self.next = self.next.max(running.release + 1);
        self.killed.extend(self.running.replace(running));
        self.killed.drain(..self.killed.len().saturating_sub(MOST_KILLED));
    }

    /// A run's record is written.
    pub fn finish(&mut self, summary: &Summary) {
        self.next = self.next.max(summary.release + 1);
        self.recorded = self.recorded.max(Some(summary.release));
        self.running = self.running.take().filter(|running| running.release > summary.release);
        self.killed.retain(|killed| killed.release > summary.release);
        if summary.selection.is_none() {
            let pointer = Pointer::to(summary);
            if summary.is_healthy_whole() {
                self.healthy = Some(pointer.clone());
            }
            self.deployed = Some(pointer);
        }
    }

    /// A run ended without having written anything. Its number stays taken, and what
    /// was killed before it stays to be recorded.
    pub fn give_up(&mut self) {
        self.running = None;
    }

    /// A run ended without having written anything, and that is worth telling.
    pub fn attempted(&mut self, attempt: Attempt) {
        self.next = self.next.max(attempt.release + 1);
        attempt::add(&mut self.attempts, attempt);
    }

    /// A run found nothing to do: the commit moves on, the number doesn't. The
    /// last healthy one follows if everything was seen to be healthy.
    pub fn move_to(&mut self, run: Pointer, healthy: bool) {
        let Some(deployed) = &mut self.deployed else { return };
        *deployed = Pointer { release: deployed.release, ..run };
        if healthy {
            self.healthy = Some(deployed.clone());
        }
    }

    /// Takes in records that the state doesn't know of yet: a run that was
    /// killed between writing its record and pointing to it, or a parent that
    /// was lost. `summaries` are in any order.
    pub fn catch_up<'a>(&mut self, summaries: impl IntoIterator<Item = &'a Summary>) {
        let mut unseen: Vec<&Summary> =
            summaries.into_iter().filter(|summary| Some(summary.release) > self.recorded).collect();
        unseen.sort_by_key(|summary| summary.release);
        for summary in unseen {
            self.finish(summary);
        }
    }

    /// The releases whose records are still needed.
    pub fn pinned(&self) -> BTreeSet<u64> {
        let pointers = [&self.deployed, &self.healthy].into_iter().flatten();
        pointers
            .map(|pointer| pointer.release)
            .chain(self.recorded)
            .chain(self.hold.iter().flat_map(Hold::releases))
            .collect()
    }
}

impl Pointer {
    /// Points to a release.
    pub fn to(summary: &Summary) -> Self {
        Self {
            release: summary.release,
            commit: summary.commit.as_ref().map(|commit| commit.sha.clone()),
            dirty: summary.commit.as_ref().is_some_and(|commit| commit.dirty),
            at: summary.finished_at,
            actor: summary.actor.name.clone(),
            run: summary.run.as_ref().map(|run: &Run| run.reference().to_owned()),
        }
    }
}

/// The first field of `value`, as a path, that `known` doesn't have; nulls don't
/// count.
fn unknown_field(value: &Value, known: &Value) -> Option<String> {
    match (value, known) {
        (Value::Object(value), Value::Object(known)) => value
            .iter()
            .filter(|(_, value)| !value.is_null())
            .find_map(|(name, value)| match known.get(name) {
                None => Some(name.clone()),
                Some(known) => unknown_field(value, known).map(|below| format!("{name}.{below}")),
            }),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
