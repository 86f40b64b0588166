//! A release as the history lists it.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::apply::RunResult;
use crate::plan::{CommitRef, Summary};

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
    /// The release whose record holds what this one did, when it was killed.
    pub finished_by: Option<u64>,
}
