//! What became of a plan's actions, and how the run ended by that. Pure.

use std::time::{Duration, Instant};

use super::planning::Planned;
use crate::apply::{ActionOutcome, ActionResult, Done, HookOutcome, HookReport, RunResult};
use crate::health::{Health, Newest};
use crate::plan::{Action, Verb};
use crate::report::words;
use crate::wait::Ended;

/// What became of one action.
pub(super) struct Fate {
    /// Its position in the plan.
    pub at: usize,
    /// What became of its write.
    pub done: Done,
    /// What became of the object, where it was waited for.
    pub ended: Option<Ended>,
}

impl Fate {
    /// What a hook's own follower saw of it stands for what would be waited for.
    pub(super) fn take_hook(&mut self) {
        if let Some(hook) = &self.done.hook {
            let (verdict, causes) = (hook.verdict.clone(), hook.causes.clone());
            self.ended = Some(Ended { verdict, causes, newest: Newest::default(), took: Duration::ZERO });
        }
    }
}

/// Whether nothing went wrong so far.
pub(super) fn is_well(fate: &Fate) -> bool {
    let is_ready = |ended: &Ended| ended.verdict.health == Health::Ready;
    fate.done.result == ActionResult::Done
        && fate.ended.as_ref().is_none_or(is_ready)
        && fate.done.hook.as_ref().is_none_or(HookReport::has_succeeded)
}

/// What kept a run from starting new writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Halt {
    /// Whoever started it.
    Interrupted,
    /// The lock was lost, and somebody else may be writing.
    LockLost,
}

impl Halt {
    /// In words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Interrupted => "the run was interrupted",
            Self::LockLost => "the lock was lost",
        }
    }
}

/// So many are named in a note.
const NAMED: usize = 3;

/// Whether something stays for pods from before, which is so because of what isn't ready,
/// or isn't over.
fn stays(action: &Action, fate: &Fate) -> bool {
    action.is_put_off() && fate.done.result == ActionResult::Skipped
}

/// What is to be said of what stays though all is well.
pub(super) fn note_of_kept(planned: &Planned, fates: &[Fate]) -> Option<String> {
    let actions = fates.iter().map(|fate| (&planned.plan.actions[fate.at], fate));
    let kept: Vec<String> = actions
        .filter(|(action, fate)| stays(action, fate))
        .map(|(action, _)| action.id().to_string())
        .collect();
    let stay = if kept.len() == 1 { "stays" } else { "stay" };
    (!kept.is_empty()).then(|| {
        let names = words::first_few(&kept, NAMED);
        format!("{names} {stay}, because pods of a former template may still need that; the next apply sees whether they do")
    })
}

/// How the run ended, by the fates of its actions. A halt that came when
/// everything was done halted nothing.
pub(super) fn result(planned: &Planned, fates: &[Fate], waited: bool, halt: Option<Halt>) -> RunResult {
    let action = |fate: &Fate| &planned.plan.actions[fate.at];
    // What ran because the run had failed doesn't change how it ended.
    let counted = || fates.iter().filter(|fate| !action(fate).is_for_failure());
    // Hooks that come when everything is ready say how that is.
    let is_late = |fate: &Fate| action(fate).hook.as_ref().is_some_and(|hook| hook.on.is_late());
    let is_verdict = |fate: &Fate| {
        is_late(fate) && (fate.done.hook.is_some() || fate.done.result == ActionResult::Skipped)
    };
    let is_write = |fate: &Fate| {
        action(fate).action != Verb::Unchanged && !is_verdict(fate) && !stays(action(fate), fate)
    };
    let writes = || counted().filter(|fate| is_write(fate));
    let count = |wanted: ActionResult| writes().filter(|fate| fate.done.result == wanted).count();
    let (failed, not_started) = (count(ActionResult::Failed), count(ActionResult::NotStarted));
    let skipped = count(ActionResult::Skipped);
    let is_touched = || counted().any(|fate| fate.done.touched);
    let waited = waited || fates.iter().any(is_late);
    let wrote = count(ActionResult::Done) > 0 || planned.made.is_some() || is_touched();
    let verdicts = || counted().filter_map(|fate| fate.ended.as_ref()).map(|ended| ended.verdict.health);
    let is_settled = verdicts().all(|health| matches!(health, Health::Ready | Health::Failed));
    match halt.filter(|_| not_started > 0 || !is_settled) {
        Some(Halt::Interrupted) => return RunResult::Interrupted,
        Some(Halt::LockLost) if wrote => return RunResult::Partial,
        Some(Halt::LockLost) => return RunResult::Failed,
        None => {}
    }
    match (wrote, failed) {
        (false, 1..) => RunResult::Failed,
        (true, 1..) => RunResult::Partial,
        // Something that others depend on didn't get ready.
        (false, _) if skipped > 0 => RunResult::Failed,
        _ if skipped > 0 => RunResult::Partial,
        _ if fates.is_empty() => RunResult::Unchanged,
        _ if !waited => RunResult::Applied,
        _ if verdicts().all(|health| health == Health::Ready) => RunResult::Healthy,
        _ => RunResult::Unhealthy,
    }
}

/// What became of each action, for people.
pub(super) fn outcomes(planned: &Planned, fates: &[Fate]) -> Vec<ActionOutcome> {
    fates
        .iter()
        .filter(|fate| planned.plan.actions[fate.at].action != Verb::Unchanged)
        .map(|fate| {
            let action = &planned.plan.actions[fate.at];
            let verdict = fate.ended.as_ref().map(|ended| &ended.verdict);
            let unready = verdict
                .filter(|verdict| verdict.health != Health::Ready)
                .map(|verdict| verdict.message.clone());
            let waited = fate.ended.as_ref().map_or(Duration::ZERO, |ended| ended.took);
            ActionOutcome {
                object: action.object.clone(),
                action: action.action,
                result: fate.done.result,
                health: verdict.map(|verdict| verdict.health),
                hook: action.hook.as_ref().map(|hook| HookOutcome {
                    on: hook.on,
                    logs: fate.done.hook.as_ref().map(|hook| hook.logs.clone()).unwrap_or_default(),
                }),
                // Of a hook that failed, its end says it shorter.
                reason: unready.or(fate.done.why.as_ref().map(|why| why.message.clone())),
                duration_ms: milliseconds(fate.done.took + waited),
            }
        })
        .collect()
}

/// A duration as output has it.
pub(super) fn milliseconds(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}

/// The time since a start, as output has it.
pub(super) fn since(start: Instant) -> u64 {
    milliseconds(start.elapsed())
}
