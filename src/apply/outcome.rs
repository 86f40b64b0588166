//! What a run did, as data: what `apply -o json` prints and the record keeps.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::diagnosis::Trouble;
use crate::error::Diagnostic;
use crate::health::Health;
use crate::object::{Moment, ObjectRef};
use crate::plan::{ClusterRef, CommitRef, GuardVerdict, LastCommit, Selection, Summary, Verb};

/// How a run on one target ended.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TargetOutcome {
    /// The target: the environment's name.
    pub target: String,
    /// The part of the target that the run was about; absent for the whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub selection: Option<Selection>,
    /// The cluster.
    pub cluster: ClusterRef,
    /// The namespace of objects that name none.
    pub namespace: String,
    /// The commit; absent outside a repository.
    pub commit: Option<CommitRef>,
    /// The number of the release that was recorded; absent when nothing was
    /// written or without an inventory.
    pub release: Option<u64>,
    /// The digest of the plan that was carried out.
    pub digest: Option<String>,
    /// How it ended.
    pub result: RunResult,
    /// What became of each action, in the plan's order; unchanged objects are left out.
    pub actions: Vec<ActionOutcome>,
    /// How many actions of each sort the plan had.
    pub summary: Summary,
    /// What the guards said.
    pub guards: Vec<GuardVerdict>,
    /// What is worth knowing besides, one line each.
    pub notes: Vec<String>,
    /// The first thing that went wrong.
    pub failure: Option<Failure>,
    /// What became of going back to the last healthy release by itself; absent where that
    /// wasn't tried.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rollback: Option<Box<RollbackOutcome>>,
    /// How many requests the run took.
    pub requests: usize,
    /// How long it took, in milliseconds.
    pub duration_ms: u64,
}

impl TargetOutcome {
    /// How the run itself ended, whatever a rollback made of it.
    pub fn ended(&self) -> RunResult {
        self.rollback.as_ref().map_or(self.result, |rollback| rollback.after)
    }
}

/// What became of a rollback that followed a failed run by itself.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RollbackOutcome {
    /// The release that was to be undone.
    pub of: u64,
    /// How the run of that release had ended.
    pub after: RunResult,
    /// The release that was to be put back; absent where it couldn't be found out.
    pub to: Option<u64>,
    /// Why it couldn't begin; empty when it did.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<Diagnostic>,
    /// How it ended, told as for any other run.
    #[serde(flatten)]
    pub outcome: TargetOutcome,
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum RunResult {
    /// Everything was written and became healthy.
    Healthy,
    /// Everything was written; health was not waited for.
    Applied,
    /// Everything was written, but something did not become healthy.
    Unhealthy,
    /// It failed before anything was written.
    Failed,
    /// It did not become healthy and was rolled back.
    RolledBack,
    /// Some writes were made and others failed.
    Partial,
    /// A guard refused.
    Refused,
    /// An older commit than the deployed one, passed over.
    Superseded,
    /// It was interrupted.
    Interrupted,
    /// There was nothing to do.
    Unchanged,
    /// The whole target was deleted.
    Deleted,
}

/// What became of one action.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionOutcome {
    /// The object.
    pub object: ObjectRef,
    /// What was to be done.
    pub action: Verb,
    /// Whether it was.
    pub result: ActionResult,
    /// The object's health at the end, where it was waited for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health: Option<Health>,
    /// For a hook: when it ran, and what it said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub hook: Option<HookOutcome>,
    /// Why it failed, was skipped or is not healthy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// From the start of its write until it was done (and healthy, where that
    /// was waited for), in milliseconds.
    pub duration_ms: u64,
}

/// What is told of a hook.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HookOutcome {
    /// The moment at which it ran.
    pub on: Moment,
    /// The last lines of its logs.
    pub logs: Vec<String>,
}

/// Whether an action was carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ActionResult {
    /// The server has it.
    Done,
    /// The server refused it, or it's a hook that didn't succeed.
    Failed,
    /// Not tried, because something it needs failed.
    Skipped,
    /// Not tried, because the run was interrupted or lost its lock.
    NotStarted,
}

/// The first thing that went wrong, as far as it is known.
#[derive(Debug, Clone, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Failure {
    /// The object.
    pub object: ObjectRef,
    /// Which of the usual troubles it is; absent when a request was refused.
    pub trouble: Option<Trouble>,
    /// What went wrong, where and why.
    pub cause: Diagnostic,
    /// The newest commit that asked for a change of the object in this run.
    pub commit: Option<LastCommit>,
    /// From the object to what is to blame, such as `Deployment/web`,
    /// `ReplicaSet/web-5d9f7`, `3 of 3 pods`, `container web`. Empty when that is the
    /// object itself.
    pub chain: Vec<String>,
    /// The containers to blame.
    pub containers: Vec<FailedContainer>,
    /// Warning events about the object and what belongs to it, each once, newest last.
    pub events: Vec<String>,
    /// The last lines of the first failing container's log: of its last run, if it has
    /// ended, else of the current one.
    pub logs: Vec<String>,
}

/// A container that keeps its workload from becoming healthy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FailedContainer {
    /// The pod.
    pub pod: String,
    /// The container; absent when the pod as a whole is to blame.
    pub container: Option<String>,
    /// Such as `CrashLoopBackOff`.
    pub reason: String,
    /// In words.
    pub message: String,
    /// The exit code, if it ran.
    pub exit_code: Option<i64>,
}
