//! A target's lock as it is shown.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The lock of one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LockReport {
    /// The target: the environment's name.
    pub target: String,
    /// The lock; `null` when nobody holds it.
    pub lock: Option<LockState>,
    /// Whether this command ended it.
    pub broken: bool,
}

/// A lock that is held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LockState {
    /// One line about the holder.
    pub holder: String,
    /// Who it is.
    pub actor: Option<String>,
    /// The machine.
    pub host: Option<String>,
    /// The process there.
    pub pid: Option<u32>,
    /// The CI run: its address or number.
    pub run: Option<String>,
    /// Since when, by the holder's clock.
    pub since: Option<Timestamp>,
    /// When it was renewed last, by the holder's clock.
    pub renewed_at: Option<Timestamp>,
    /// When it expires unless it's renewed, by the holder's clock.
    pub expires_at: Option<Timestamp>,
    /// Whether it is certain that the holder's process has ended: the next run
    /// takes the lock at once.
    pub dead: bool,
}
