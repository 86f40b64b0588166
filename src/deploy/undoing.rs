//! After a run that failed, under the same lock: the last healthy release is put back.

use std::time::Instant;

use super::attempting::{self, Ending};
use super::failure::way_back;
use super::locked::Locked;
use super::planning::{Options, Planned, plan};
use super::rollback::{Goal, Way, after_failure, nothing_healthy};
use super::running::{Earlier, Listener, Ongoing, RunOptions, Undone, blank, refused};
use super::secrets::Secrets;
use super::setup::Setup;
use super::variables::Doubtful;
use crate::apply::{ActionResult, RollbackOutcome, RunResult, TargetOutcome};
use crate::error::CommandError;
use crate::object::{ObjectId, kinds};
use crate::plan::Summary;

impl Locked<'_> {
    /// What the run came to: where it failed, and that is asked for, after going back.
    pub(super) async fn undo_failure(
        &self,
        mut failed: TargetOutcome,
        listener: &mut dyn Listener,
    ) -> TargetOutcome {
        let Some(earlier) = self.ongoing.earlier else { return failed };
        if !matches!(failed.result, RunResult::Unhealthy | RunResult::Partial) {
            return failed;
        }
        let of = match (self.halt(), failed.release) {
            (Some(halt), _) => return not_rolled_back(failed, halt.words()),
            (None, None) => return unrecorded(failed),
            (None, Some(of)) => of,
        };
        let (to, rolled_back) = match after_failure(self.ongoing.setup, self.ongoing.cluster, of).await {
            Ok(None) => {
                return not_rolled_back(failed, &nothing_healthy(&self.ongoing.setup.environment).message);
            }
            Ok(Some(Goal { release, way: Ok(way) })) => {
                let undone = Undone { automatic: true, ..Undone::by_hand(of, Some(release)) };
                (Some(release), self.go_back(earlier, way, undone, &failed, listener).await)
            }
            Ok(Some(Goal { release, way: Err(error) })) => (Some(release), Err(error)),
            Err(error) => (None, Err(error)),
        };
        let (outcome, errors) = match rolled_back {
            Ok(outcome) => (outcome, Vec::new()),
            Err(error) => (not_begun(&failed, self.planned), error.diagnostics),
        };
        let mut rollback = RollbackOutcome { of, after: failed.result, to, errors, outcome };
        failed.result = overall(failed.result, rollback.outcome.result);
        if let Some(hint) = way_back(self.planned) {
            // It was done, or has just been tried.
            let was_begun = !matches!(rollback.outcome.result, RunResult::Failed | RunResult::Refused);
            let failures = [failed.failure.as_mut().filter(|_| was_begun), rollback.outcome.failure.as_mut()];
            failures
                .into_iter()
                .flatten()
                .for_each(|failure| failure.cause.hints.retain(|told| *told != hint));
        }
        failed.rollback = Some(Box::new(rollback));
        failed
    }

    /// Deploys an earlier commit, as `rollback` does, but for the lock, which is held, and
    /// the question, which was answered by asking for this.
    async fn go_back(
        &self,
        earlier: &Earlier<'_>,
        way_back: Way,
        undone: Undone,
        failed: &TargetOutcome,
        listener: &mut dyn Listener,
    ) -> Result<TargetOutcome, CommandError> {
        let mut setup: Setup = earlier(&way_back.commit, &way_back.vars)?;
        setup.notes.extend(way_back.notes);
        let (cluster, start) = (self.ongoing.cluster, Instant::now());
        let options = way(self.ongoing.options, undone.clone());
        let before = cluster.requests();
        let mut planned = plan(&setup, cluster, &options.planning).await?;
        if let Some(doubtful) =
            way_back.doubtful.filter(|it| is_written(&planned, it, options.planning.keep_secrets))
        {
            return Err(doubtful.refusal.into());
        }
        planned.former.extend(Secrets::of(self.planned).to_owned());
        listener.rolls_back(failed, &undone, &planned);
        if planned.is_refused() {
            let ending = Ending::refused(&planned.plan.guards);
            let unnoted = attempting::note(cluster, &planned, self.identity, None, ending).await;
            let mut outcome = refused(&planned);
            outcome.notes.extend(unnoted);
            return Ok(outcome);
        }
        let (stop, options) = (self.ongoing.stop, &options);
        let ongoing = Ongoing { setup: &setup, cluster, options, earlier: None, stop, start };
        let locked = Locked { ongoing: &ongoing, planned: &planned, ..*self };
        let outcome = locked.run(listener).await?;
        Ok(TargetOutcome { requests: outcome.requests.saturating_sub(before), ..outcome })
    }
}

/// Whether anything would be as such a variable says, or is already: Secrets that are left
/// alone are as somebody else wants them.
fn is_written(planned: &Planned, doubtful: &Doubtful, keeps_secrets: bool) -> bool {
    let is_left = |id: &ObjectId| {
        keeps_secrets
            && kinds::is_secret(&id.kind)
            && planned.plan.changing().all(|action| action.id() != *id)
    };
    planned.objects().any(|object| doubtful.went_into(&object.manifest) && !is_left(object.id()))
}

/// How the way back is gone: as the way there was, but for what was said of that plan
/// alone.
fn way(options: &RunOptions, undone: Undone) -> RunOptions {
    let planning = Options {
        is_rollback: true,
        is_automatic: true,
        may_be_dirty: true,
        max_delete: None,
        overrides: Vec::new(),
        keep_secrets: options.keeps_secrets_back,
        ..options.planning.clone()
    };
    RunOptions { planning, reason: None, expected: None, undone: Some(undone), ..options.clone() }
}

/// How the whole ended, by the end of the run that failed and that of the rollback.
fn overall(failed: RunResult, rollback: RunResult) -> RunResult {
    match rollback {
        RunResult::Healthy | RunResult::Applied | RunResult::Unchanged => RunResult::RolledBack,
        RunResult::Unhealthy | RunResult::Partial | RunResult::Interrupted => rollback,
        // It wrote nothing: things are as the failed run left them.
        RunResult::Failed
        | RunResult::Refused
        | RunResult::RolledBack
        | RunResult::Superseded
        | RunResult::Deleted => failed,
    }
}

fn not_rolled_back(mut failed: TargetOutcome, why: &str) -> TargetOutcome {
    failed.notes.push(format!("not rolled back: {why}"));
    failed
}

/// Without a release of its own there is nothing that a rollback would undo.
fn unrecorded(failed: TargetOutcome) -> TargetOutcome {
    let wrote = failed.actions.iter().any(|action| action.result == ActionResult::Done);
    not_rolled_back(failed, if wrote { "the release isn't on record" } else { "this run changed nothing" })
}

/// A rollback of which nothing was begun.
fn not_begun(failed: &TargetOutcome, planned: &Planned) -> TargetOutcome {
    TargetOutcome {
        commit: None,
        digest: None,
        summary: Summary::default(),
        guards: Vec::new(),
        notes: Vec::new(),
        requests: 0,
        duration_ms: 0,
        target: failed.target.clone(),
        ..blank(&planned.plan, RunResult::Failed)
    }
}
