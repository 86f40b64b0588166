//! What is held after a rollback, as it is shown.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The hold of one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HoldReport {
    /// The target: the environment's name.
    pub target: String,
    /// The hold; `null` when nothing is held.
    pub hold: Option<HoldDetail>,
    /// Whether this command ended it.
    pub cleared: bool,
}

/// A hold that is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HoldDetail {
    /// Why, in the words of whoever rolled back, or what the release failed of.
    pub reason: Option<String>,
    /// Whether every commit is held.
    pub everything: bool,
    /// Since when.
    pub since: Timestamp,
    /// Who rolled back.
    pub by: String,
    /// The release that was rolled back.
    pub release: u64,
    /// The release that was restored, if it was one.
    pub restored: Option<u64>,
    /// The restored commit.
    pub restored_commit: Option<String>,
    /// The variables of the command line that were others than the restored release had.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub other_variables: Vec<String>,
    /// The held commits, newest first.
    pub commits: Vec<String>,
    /// The objects that the rolled-back release had changed: a commit that has them as
    /// they were then is held, too.
    pub objects: Vec<String>,
}
