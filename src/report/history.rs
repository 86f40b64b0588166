//! A release as the history lists it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::apply::RunResult;
use crate::object::ObjectRef;
use crate::plan::{CommitRef, Summary, Verb};

/// One recorded release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryRow {
    /// The target: the environment's name.
    pub target: String,
    /// Its number, from 1.
    pub release: u64,
    /// When it was recorded, or begun, if it was killed.
    pub at: Timestamp,
    /// Its commit; absent when it was deployed from outside a repository.
    pub commit: Option<CommitRef>,
    /// Who deployed it.
    pub actor: Option<String>,
    /// The pipeline run that deployed it: its address.
    pub run: Option<String>,
    /// How it ended.
    pub result: RunResult,
    /// How many actions of each sort it had.
    pub summary: Summary,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
    /// The release that this one restored, when it was a rollback.
    pub restored: Option<u64>,
    /// The newest release that undid this one, as a rollback.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub undone_by: Option<u64>,
    /// The part of the target that it was about, such as `--only kind=Job`; absent for
    /// the whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub selection: Option<String>,
    /// The names of the variables of the command line that went into it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub vars: Vec<String>,
    /// What there is to tell of a run that wrote nothing, and so is no release: it failed,
    /// was refused or interrupted.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub attempt: Option<Box<ReleaseAttempt>>,
    /// The release whose record holds what this one did, when it was killed.
    pub finished_by: Option<u64>,
    /// All that is known of it; only where one release is asked for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub details: Option<Box<ReleaseDetails>>,
}

/// What one release was, in full.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseDetails {
    /// When the first write was about to be made.
    pub started_at: Timestamp,
    /// Whom the API server took the actor for; absent where it didn't say.
    pub user: Option<String>,
    /// The pipeline run that deployed it.
    pub run: Option<ReleaseRun>,
    /// The trailers of the commit's message.
    pub trailers: Vec<String>,
    /// The program that recorded it.
    pub tool: String,
    /// The digest of its plan; absent when parts of it were only approximate.
    pub digest: Option<String>,
    /// The guards that were overridden.
    pub overrides: Vec<ReleaseOverride>,
    /// The variables of the command line that went into it; absent where that wasn't
    /// recorded yet.
    pub vars: Option<Vec<ReleaseVariable>>,
    /// Why it didn't end well, one line.
    pub cause: Option<String>,
    /// The release that this one undid, when it was a rollback.
    pub rolled_back: Option<u64>,
    /// Whether it was rolled back without being asked to.
    pub automatic: bool,
    /// The releases just before it that were killed: what they wrote is in its record.
    pub finished: Vec<u64>,
    /// What was done, in the plan's order.
    pub actions: Vec<ReleaseAction>,
}

/// A run that wrote nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseAttempt {
    /// How many there were in a row that came to the same; the row is of the last one.
    pub times: u32,
    /// When the first of them ended.
    pub since: Timestamp,
    /// The guards that refused it.
    pub guards: Vec<String>,
    /// Why, one line.
    pub cause: Option<String>,
}

/// A pipeline run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseRun {
    /// The CI system's name, such as `GitHub Actions`.
    pub system: String,
    /// Where it can be looked at.
    pub url: Option<String>,
    /// The system's own number or name for it.
    pub id: Option<String>,
    /// Who started it, as the system knows them.
    pub actor: Option<String>,
}

/// A guard that was overridden.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseOverride {
    /// The guard.
    pub guard: String,
    /// The reason given.
    pub reason: String,
}

/// A variable of the command line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseVariable {
    /// Its name.
    pub name: String,
    /// Its value as text; absent where it isn't recorded.
    pub value: Option<String>,
    /// Whether it isn't recorded because it's a secret, rather than too long.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub secret: bool,
}

/// What was done to an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReleaseAction {
    /// What.
    pub action: Verb,
    /// To which.
    pub object: ObjectRef,
    /// Whether it failed, or wasn't reached.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub failed: bool,
}
