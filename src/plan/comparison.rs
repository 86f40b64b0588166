//! What two commits' objects differ in, before any cluster.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Action, CommitRef, Summary, Verb};

/// How the objects of an environment differ between two commits.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TargetComparison {
    /// The environment's name.
    pub target: String,
    /// The commit that is compared from.
    pub from: CommitRef,
    /// The commit that is compared to.
    pub to: CommitRef,
    /// What would become of each object, by object: a creation, an update with its
    /// fields, a deletion, or nothing.
    pub actions: Vec<Action>,
    /// How many of each sort.
    pub summary: Summary,
    /// What is worth knowing besides, one line each.
    pub notes: Vec<String>,
}

impl TargetComparison {
    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        self.summary.changes() == 0
    }

    /// The objects that differ.
    pub fn changing(&self) -> impl Iterator<Item = &Action> {
        self.actions.iter().filter(|action| action.action != Verb::Unchanged)
    }
}

impl CommitRef {
    /// As it was asked for, else its shortened id.
    pub fn name(&self) -> &str {
        self.reference.as_deref().unwrap_or_else(|| self.sha.get(..7).unwrap_or(&self.sha))
    }
}
