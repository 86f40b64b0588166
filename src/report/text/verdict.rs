//! How a run ended, in a sentence.

use anstyle::Style;

use crate::apply::{ActionResult, RollbackOutcome, RunResult, TargetOutcome};
use crate::plan::Judgement;
use crate::report::palette::{DANGER, FAINT, GOOD, WARNING};
use crate::report::visible::visible;
use crate::report::words;

/// The sentence and how loud it is.
pub(crate) fn verdict(outcome: &TargetOutcome) -> (Style, String) {
    let release = outcome.release.map_or_else(String::new, |number| format!("release {number} "));
    let it = if release.is_empty() { "it ".to_owned() } else { release };
    let ended = if outcome.result == RunResult::RolledBack { outcome.result } else { outcome.ended() };
    match ended {
        RunResult::Healthy => (GOOD, format!("{it}is healthy")),
        RunResult::Applied => (GOOD, format!("{it}is applied; its health was not waited for")),
        RunResult::Unhealthy => (DANGER, format!("{it}is NOT healthy{}", blamed(outcome))),
        RunResult::Failed => (DANGER, format!("failed, nothing was written{}", blamed(outcome))),
        RunResult::RolledBack if outcome.ended() == RunResult::Partial => {
            (DANGER, format!("{it}was applied only IN PART ({}) and was rolled back", tally(outcome)))
        }
        RunResult::RolledBack => (DANGER, format!("{it}did NOT become healthy and was rolled back")),
        RunResult::Partial => (DANGER, format!("the cluster is BETWEEN TWO STATES: {}", tally(outcome))),
        RunResult::Refused => (DANGER, format!("refused{}, nothing was written", refusing(outcome))),
        RunResult::Superseded => (FAINT, "superseded: a newer commit is deployed".to_owned()),
        RunResult::Interrupted => (WARNING, format!("interrupted: {}", tally(outcome))),
        RunResult::Unchanged => (Style::new(), "nothing to change".to_owned()),
        RunResult::Deleted => (GOOD, "deleted, with its history".to_owned()),
    }
}

/// The same of a rollback that followed by itself.
pub(crate) fn verdict_on_rollback(rollback: &RollbackOutcome) -> (Style, String) {
    let to = rollback.to.map_or_else(String::new, |to| format!(" to release {to}"));
    if !rollback.errors.is_empty() {
        return (DANGER, format!("the rollback{to} could NOT begin"));
    }
    let (style, sentence) = verdict(&rollback.outcome);
    (style, format!("rollback{to}: {sentence}"))
}

fn blamed(outcome: &TargetOutcome) -> String {
    let name = |failure: &crate::apply::Failure| visible(&failure.object.id().to_string()).into_owned();
    outcome.failure.as_ref().map_or_else(String::new, |failure| format!(": {}", name(failure)))
}

fn refusing(outcome: &TargetOutcome) -> String {
    let refusing: Vec<_> = outcome
        .guards
        .iter()
        .filter(|verdict| verdict.verdict == Judgement::Refuse)
        .map(|verdict| visible(&verdict.guard).into_owned())
        .collect();
    if refusing.is_empty() { String::new() } else { format!(" by {}", words::list(&refusing)) }
}

/// `3 done, 1 failed, 2 skipped`.
fn tally(outcome: &TargetOutcome) -> String {
    let number = |result| outcome.actions.iter().filter(|action| action.result == result).count();
    let counted = [
        (number(ActionResult::Done), "done"),
        (number(ActionResult::Failed), "failed"),
        (number(ActionResult::Skipped), "skipped"),
        (number(ActionResult::NotStarted), "not started"),
    ];
    let said: Vec<_> = counted
        .into_iter()
        .filter(|(number, _)| *number > 0)
        .map(|(number, what)| format!("{number} {what}"))
        .collect();
    if said.is_empty() { "nothing was written".to_owned() } else { said.join(", ") }
}

/// How a run ended, in a word or two.
pub(crate) fn word(result: RunResult) -> (Style, &'static str) {
    match result {
        RunResult::Healthy => (GOOD, "healthy"),
        RunResult::Applied => (GOOD, "applied"),
        RunResult::Unhealthy => (DANGER, "unhealthy"),
        RunResult::Failed => (DANGER, "failed"),
        RunResult::RolledBack => (DANGER, "rolled back"),
        RunResult::Partial => (DANGER, "partial"),
        RunResult::Refused => (WARNING, "refused"),
        RunResult::Superseded => (FAINT, "superseded"),
        RunResult::Interrupted => (WARNING, "interrupted"),
        RunResult::Unchanged => (FAINT, "unchanged"),
        RunResult::Deleted => (GOOD, "deleted"),
    }
}
