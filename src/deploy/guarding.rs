//! What the guards are asked about a plan, and how much they may say on the way
//! back.

use super::assemble::Work;
use super::memory::Memory;
use super::planning::Options;
use super::resolve::Desired;
use super::setup::Setup;
use crate::config::DriftRule;
use crate::guard::{self, Drifted};
use crate::object::{GroupKind, ObjectId, OnImmutable, on_immutable};
use crate::plan::order::is_for_pods;
use crate::plan::{Action, GuardVerdict, Judgement, Verb};

/// In a rollback limits, drift, and where a commit comes from only warn; what is protected, or another's, still
/// refuses.
pub(super) fn lenient(guards: Vec<GuardVerdict>, is_rollback: bool) -> Vec<GuardVerdict> {
    let softened = |guard: GuardVerdict| match guard.guard.as_str() {
        "delete-limit" | "everything-removed" | "immutable" | "drift" | "branch" | "config" | "signature"
            if is_rollback && guard.overridable =>
        {
            GuardVerdict { verdict: Judgement::Warn, ..guard }
        }
        _ => guard,
    };
    guards.into_iter().map(softened).collect()
}

/// What stands against doing this here and now.
pub(super) fn circumstances(
    setup: &Setup,
    options: &Options,
    memory: Option<&Memory>,
    dirty: &[String],
    actions: &[Action],
) -> Vec<GuardVerdict> {
    let uncommitted = if options.may_be_dirty { None } else { guard::uncommitted(dirty) };
    let verdicts = [uncommitted, drift(setup, memory, actions)];
    verdicts.into_iter().flatten().collect()
}

/// What somebody changed live since the last record, and would be overwritten.
fn drift(setup: &Setup, memory: Option<&Memory>, actions: &[Action]) -> Option<GuardVerdict> {
    let judgement = match setup.requires.drift {
        DriftRule::Allow => Judgement::Allow,
        DriftRule::Warn => Judgement::Warn,
        DriftRule::Refuse => Judgement::Refuse,
    };
    let Some(record) = &memory?.record else {
        let changes = |action: &&Action| matches!(action.action, Verb::Update | Verb::Replace);
        actions.iter().find(changes)?;
        return guard::unknown_drift(memory?.parent.as_ref()?.state.recorded?, judgement);
    };
    let drifted: Vec<Drifted> = actions.iter().filter_map(Drifted::of).collect();
    guard::drift(&drifted, record.summary.release, judgement)
}

/// Whether an object had left with the last release already, and stayed for pods: the guards
/// let that pass then.
fn has_left_before(memory: Option<&Memory>, id: &ObjectId) -> bool {
    let record = memory.and_then(|memory| memory.record.as_ref()).filter(|_| is_for_pods(&id.kind));
    record.and_then(|record| record.find(id)).is_some_and(|object| object.left)
}

/// What stands against deleting objects, or against creating them again.
pub(super) fn deletion_guards(
    setup: &Setup,
    options: &Options,
    memory: Option<&Memory>,
    actions: &[Action],
    work: &[Work],
    desired: &[Desired],
) -> Vec<GuardVerdict> {
    let deleted: Vec<ObjectId> =
        // Its controller makes a pod again.
        actions
            .iter()
            .zip(work)
            .filter(|(action, work)| {
                action.action == Verb::Delete && !matches!(work, Work::Unstick { .. })
            })
            .map(|(action, _)| action.id())
            .collect();
    let protects = |kind: &GroupKind| setup.protect.iter().any(|pattern| pattern.matches(kind));
    let limit = options.max_delete.unwrap_or(setup.delete_limit);
    let total = desired.len() + deleted.len();
    let counted = deleted.iter().filter(|id| !has_left_before(memory, id)).count();
    let replaced: Vec<(ObjectId, Option<OnImmutable>)> = actions
        .iter()
        .zip(work)
        .filter(|(action, _)| action.action == Verb::Replace)
        .map(|(action, work)| (action.id(), work.body().and_then(on_immutable)))
        .collect();
    let replacements = guard::replacements(&replaced, setup.replace_limit.allowed(total));
    let new = deleted.iter().filter(|id| !has_left_before(memory, id));
    let lost: Vec<&ObjectId> = new.chain(replaced.iter().map(|(id, _)| id)).collect();
    let verdicts = [
        guard::everything_removed(deleted.len(), desired.len()),
        guard::protected(lost, protects),
        guard::too_many(counted, total, limit.allowed(total)),
    ];
    verdicts.into_iter().flatten().chain(replacements).collect()
}
