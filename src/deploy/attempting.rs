//! Runs that had the lock and wrote nothing, on record: how they ended, and why.

use jiff::Timestamp;

use super::planned::Planned;
use super::recording::commit_of;
use super::running::Identity;
use crate::apply::{RunResult, TargetOutcome};
use crate::cluster::Cluster;
use crate::error::{CommandError, Diagnostic, Exit};
use crate::plan::{GuardVerdict, Judgement};
use crate::release::{Attempt, AttemptResult, inventory};

/// How it ended and why.
pub(super) struct Ending {
    result: AttemptResult,
    guards: Vec<String>,
    cause: Option<String>,
}

impl Ending {
    /// Guards refused it.
    pub(super) fn refused(verdicts: &[GuardVerdict]) -> Self {
        let refusals: Vec<&GuardVerdict> =
            verdicts.iter().filter(|verdict| verdict.verdict == Judgement::Refuse).collect();
        let told: Vec<&str> = refusals.iter().map(|refusal| refusal.message.as_str()).collect();
        Self {
            result: AttemptResult::Refused,
            guards: refusals.iter().map(|refusal| refusal.guard.clone()).collect(),
            cause: Some(told.join("; ")).filter(|cause| !cause.is_empty()),
        }
    }

    /// It ended with an error.
    pub(super) fn error(error: &CommandError) -> Self {
        let is_refusal = error.exit == Exit::Refused;
        let result = if is_refusal { AttemptResult::Refused } else { AttemptResult::Failed };
        let cause = error.diagnostics.first().map(|diagnostic| diagnostic.message.clone());
        Self { result, guards: Vec::new(), cause }
    }

    /// Nothing of its plan was written; `None` where that isn't how it ended.
    pub(super) fn of(outcome: &TargetOutcome) -> Option<Self> {
        let result = match outcome.result {
            RunResult::Failed => AttemptResult::Failed,
            RunResult::Interrupted => AttemptResult::Interrupted,
            _ => return None,
        };
        let cause = outcome.failure.as_ref().map(|failure| failure.cause.message.clone());
        Some(Self { result, guards: Vec::new(), cause })
    }

    /// As the state keeps it, under this number.
    pub(super) fn attempt(
        self,
        release: u64,
        planned: &Planned,
        identity: &Identity,
        selection: Option<String>,
    ) -> Attempt {
        let Self { result, guards, cause } = self;
        let at = Timestamp::now();
        Attempt {
            release,
            result,
            commit: planned.plan.commit.as_ref().map(|commit| commit_of(commit, Vec::new())),
            actor: identity.actor.name.clone(),
            run: identity.run.as_ref().map(|run| run.reference().to_owned()),
            at,
            since: at,
            times: 1,
            selection,
            guards,
            cause,
        }
    }
}

/// Notes a run that ended before it began to write. Nothing is made for that where there
/// is no inventory. What keeps it from being noted, in words.
pub(super) async fn note(
    cluster: &Cluster,
    planned: &Planned,
    identity: &Identity,
    selection: Option<String>,
    ending: Ending,
) -> Option<String> {
    let memory = planned.memory.as_ref()?;
    let noted = async {
        let Some(mut parent) = inventory::read(cluster, &memory.target).await? else { return Ok(()) };
        let release = parent.state.next_release(None);
        parent.state.attempted(ending.attempt(release, planned, identity, selection));
        inventory::write(cluster, &memory.target, parent).await.map(drop)
    };
    let error = noted.await.map_err(Diagnostic::from).err()?;
    Some(format!("this couldn't be noted in the history: {}", error.message))
}
