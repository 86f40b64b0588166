//! What may not be deployed again after a rollback, as data.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A hold. It names commits rather than a range: a pipeline's shallow clone
/// often doesn't know the history between two commits, but always its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// The held commits' full ids: the rolled-back one, then its ancestors back
    /// to the restored one, which is left out. At most [`Hold::MOST_COMMITS`].
    pub commits: Vec<String>,
    /// The release that was rolled back: what it changed is held too.
    pub from: u64,
    /// The release that was restored; absent when a ref was restored that was
    /// never released here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<u64>,
    /// The restored commit's full id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub restored: Option<String>,
    /// Hold every commit until somebody clears the hold.
    pub everything: bool,
    /// Who rolled back.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, in the words of whoever did it, or the failure's cause.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

impl Hold {
    /// How many commits a hold names at most, so that it fits beside everything
    /// else in one `ConfigMap`. The newest are named.
    pub const MOST_COMMITS: usize = 1000;

    /// The releases whose records the hold needs.
    pub fn releases(&self) -> impl Iterator<Item = u64> {
        [Some(self.from), self.to].into_iter().flatten()
    }
}
