//! What is deployed and how it is, as data: what `status -o json` prints.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::LockState;
use crate::apply::RunResult;
use crate::error::Diagnostic;
use crate::health::Health;
use crate::object::ObjectRef;
use crate::plan::{ClusterRef, CommitRef};

/// The state of one target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusReport {
    /// The target: the environment's name.
    pub target: String,
    /// The cluster.
    pub cluster: ClusterRef,
    /// The namespace of objects that name none.
    pub namespace: String,
    /// The last run that wrote; absent when nothing was deployed.
    pub deployed: Option<DeployedState>,
    /// The newest release that became healthy.
    pub healthy: Option<u64>,
    /// How many commits of the compared ref aren't deployed; absent when that
    /// can't be told (no checkout).
    pub behind: Option<usize>,
    /// How many deployed commits aren't in the compared ref.
    pub ahead: Option<usize>,
    /// The ref that `behind` and `ahead` are about, such as `main`.
    pub compared: Option<String>,
    /// What may not be deployed again after a rollback.
    pub hold: Option<HoldState>,
    /// The lock; `null` when nobody holds it, or nobody may say.
    pub lock: Option<LockState>,
    /// How much the cluster moved; absent when that can't be told.
    pub drift: Option<DriftCount>,
    /// How many objects are in which health.
    pub health: HealthCount,
    /// The pods of all objects together; absent when there are none.
    pub pods: Option<PodCount>,
    /// Every object of the target.
    pub objects: Vec<ObjectStatus>,
    /// Recent warnings about them and what controllers made for them, each once.
    pub warnings: Vec<ObjectWarning>,
    /// What is worth knowing besides, one line each.
    pub notes: Vec<String>,
    /// How many requests the look took.
    pub requests: usize,
}

/// The state of a target, or why it isn't known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(untagged)]
pub enum TargetStatus {
    /// It is known.
    Known(Box<StatusReport>),
    /// It isn't.
    Unknown(UnknownStatus),
}

/// A target of which nothing is known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UnknownStatus {
    /// The target: the environment's name.
    pub target: String,
    /// Why: at least one.
    pub errors: Vec<Diagnostic>,
}

impl TargetStatus {
    /// The target: the environment's name.
    pub fn target(&self) -> &str {
        match self {
            Self::Known(report) => &report.target,
            Self::Unknown(unknown) => &unknown.target,
        }
    }
}

/// A recent warning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectWarning {
    /// The target's object that it comes from in the end.
    pub object: ObjectRef,
    /// The reason, what it says, and how often.
    pub message: String,
}

/// The last run that wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeployedState {
    /// The release's number.
    pub release: u64,
    /// Its commit; absent when it was deployed from outside a repository.
    pub commit: Option<CommitRef>,
    /// Who deployed it.
    pub actor: Option<String>,
    /// The pipeline run that deployed it: its address.
    pub run: Option<String>,
    /// When.
    pub at: Timestamp,
    /// The release that this one put back, when it was a rollback.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub restored: Option<u64>,
    /// How it ended.
    pub result: RunResult,
}

/// A hold that is in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HoldState {
    /// Why, one line.
    pub reason: String,
    /// Since when.
    pub since: Timestamp,
    /// Who rolled back, or asked for the hold.
    pub by: Option<String>,
}

/// How much differs from what was last written, of what could be compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DriftCount {
    /// Objects that differ or are gone.
    pub objects: usize,
    /// Fields that differ.
    pub fields: usize,
}

/// How many objects are in which health.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HealthCount {
    /// Ready.
    pub ready: usize,
    /// Not ready yet, or being deleted.
    pub progressing: usize,
    /// Failed.
    pub failed: usize,
    /// Nobody can tell.
    pub unknown: usize,
}

impl HealthCount {
    /// Counts objects.
    pub fn of(objects: &[ObjectStatus]) -> Self {
        let mut count = Self::default();
        for object in objects {
            match object.health {
                Health::Ready => count.ready += 1,
                Health::Progressing | Health::Deleting => count.progressing += 1,
                Health::Failed => count.failed += 1,
                Health::Unknown => count.unknown += 1,
            }
        }
        count
    }
}

/// One object of a target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectStatus {
    /// The object.
    pub object: ObjectRef,
    /// Its health.
    pub health: Health,
    /// Why, in one word; empty for what is simply ready.
    pub reason: String,
    /// The same in one line for people.
    pub message: String,
    /// How many seconds ago it was created; absent when it is gone.
    pub age: Option<u64>,
    /// Its pods, for what has any.
    pub pods: Option<PodCount>,
    /// Where it can be reached: host names, addresses, ports.
    pub addresses: Vec<String>,
    /// How many of its fields differ from what was last written; absent when
    /// that can't be told.
    pub drift: Option<usize>,
    /// What controllers made for it; only with `--tree`.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub owned: Vec<OwnedStatus>,
}

/// An object that a controller made.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnedStatus {
    /// Its kind.
    pub kind: String,
    /// Its name; it lies in its owner's namespace.
    pub name: String,
    /// Its health.
    pub health: Health,
    /// Why, in one word; empty for what is simply ready.
    pub reason: String,
    /// The same in one line for people.
    pub message: String,
    /// How many seconds ago it was created.
    pub age: Option<u64>,
    /// How often its containers restarted.
    pub restarts: usize,
    /// What it owns itself.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub owned: Vec<OwnedStatus>,
}

/// The pods of a workload.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PodCount {
    /// Those that are ready.
    pub ready: usize,
    /// Those that are wanted.
    pub total: usize,
    /// How often their containers restarted, all together.
    pub restarts: usize,
}
