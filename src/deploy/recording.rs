//! What a run leaves on record: every object of the target as it is now, and
//! the run in short. Pure.

use jiff::Timestamp;

use super::drafting::{Drafting, Drafts};
use super::fates::Fate;
use super::planning::Planned;
use super::resolve::Desired;
use crate::apply::{ActionResult, HookReport, RunResult};
use crate::health::Health;
use crate::json::Value;
use crate::object::{ObjectId, ObjectRef};
use crate::plan::{CommitRef, Summary as PlanSummary, Verb};
use crate::release::{
    Actor, Commit, Counts, DigestKey, Override, Record, RecordedAction, RecordedObject, RecordedVariable,
    ReleaseResult, Rollback, Run, Running, Summary, TOOL, Trailer, protect,
};

/// What is known of a run besides its fates.
pub(super) struct Circumstances {
    /// Its number.
    pub release: u64,
    /// Who runs it.
    pub actor: Actor,
    /// The CI run.
    pub run: Option<Run>,
    /// When the first write was about to be made.
    pub started_at: Timestamp,
    /// When everything was judged.
    pub finished_at: Timestamp,
    /// The variables of the command line.
    pub vars: Vec<RecordedVariable>,
    /// The commit's trailers.
    pub trailers: Vec<(String, String)>,
    /// What it undid and put back.
    pub rollback: Option<Rollback>,
    /// The guards that were overridden, and why.
    pub overrides: Vec<Override>,
    /// The part of the target that it was about; absent for the whole.
    pub selection: Option<String>,
    /// Why it didn't end well.
    pub cause: Option<String>,
    /// The runs before it that were killed.
    pub killed: Vec<Running>,
}

/// The record of a run; `None` when nothing was written, which is no release.
pub(super) async fn record(
    drafting: &Drafting<'_>,
    drafts: Option<Drafts>,
    fates: &[Fate],
    result: RunResult,
    circumstances: Circumstances,
) -> Option<Record> {
    let result = release_result(result)?;
    let planned = drafting.planned;
    let drafts = match drafts {
        Some(drafts) => drafts,
        None => drafting.drafts(fates).await,
    };
    let summary = Summary {
        release: circumstances.release,
        result,
        commit: planned.plan.commit.as_ref().map(|commit| commit_of(commit, circumstances.trailers)),
        actor: circumstances.actor,
        run: circumstances.run,
        tool: TOOL.to_owned(),
        plan_digest: planned.plan.digest.clone(),
        content: String::new(),
        started_at: circumstances.started_at,
        finished_at: circumstances.finished_at,
        counts: counts(planned, fates),
        selection: circumstances.selection,
        rollback: circumstances.rollback,
        overrides: circumstances.overrides,
        vars: Some(circumstances.vars),
        cause: circumstances.cause,
        killed: circumstances.killed,
    };
    let record = Record::new(summary, objects(drafting, drafts, fates));
    Some(Record { actions: actions(planned, fates), ..record })
}

/// What was to be done, and whether it was.
fn actions(planned: &Planned, fates: &[Fate]) -> Vec<RecordedAction> {
    let made = planned.made.iter().map(|id| RecordedAction {
        action: Verb::Create,
        object: ObjectRef::new(id, "v1"),
        failed: false,
    });
    let done = fates.iter().map(|fate| {
        let action = &planned.plan.actions[fate.at];
        let failed = fate.done.result != ActionResult::Done;
        RecordedAction { action: action.action, object: action.object.clone(), failed }
    });
    made.chain(done.filter(|action| action.action != Verb::Unchanged)).collect()
}

fn release_result(result: RunResult) -> Option<ReleaseResult> {
    match result {
        RunResult::Healthy => Some(ReleaseResult::Healthy),
        RunResult::Applied => Some(ReleaseResult::Applied),
        RunResult::Unhealthy | RunResult::RolledBack => Some(ReleaseResult::Unhealthy),
        RunResult::Partial => Some(ReleaseResult::Partial),
        RunResult::Interrupted => Some(ReleaseResult::Interrupted),
        RunResult::Failed
        | RunResult::Refused
        | RunResult::Superseded
        | RunResult::Unchanged
        | RunResult::Deleted => None,
    }
}

/// A commit as records have it.
pub(super) fn commit_of(commit: &CommitRef, trailers: Vec<(String, String)>) -> Commit {
    Commit {
        sha: commit.sha.clone(),
        reference: commit.reference.clone(),
        author: commit.author.clone(),
        subject: commit.subject.clone(),
        time: commit.time,
        dirty: commit.dirty,
        trailers: trailers.into_iter().map(|(key, value)| Trailer { key, value }).collect(),
    }
}

fn counts(planned: &Planned, fates: &[Fate]) -> Counts {
    let mut counts = Counts {
        unchanged: planned.summary().unchanged,
        create: usize::from(planned.made.is_some()),
        ..Counts::default()
    };
    let changes = |fate: &&Fate| planned.plan.actions[fate.at].action != Verb::Unchanged;
    for fate in fates.iter().filter(changes) {
        let count = match (fate.done.result, planned.plan.actions[fate.at].action) {
            (ActionResult::Done, Verb::Create) => &mut counts.create,
            (ActionResult::Done, Verb::Update) => &mut counts.update,
            (ActionResult::Done, Verb::Replace) => &mut counts.replace,
            (ActionResult::Done, Verb::Delete) => &mut counts.delete,
            (ActionResult::Done, Verb::Adopt) => &mut counts.adopt,
            (ActionResult::Done, Verb::Forget) => &mut counts.forget,
            (ActionResult::Done, Verb::Run) => &mut counts.run,
            (ActionResult::Done, Verb::Unchanged) => &mut counts.unchanged,
            _ => &mut counts.failed,
        };
        *count += 1;
    }
    counts
}

/// The counts as plans have them.
pub(super) fn summary_of(counts: Counts) -> PlanSummary {
    PlanSummary {
        create: counts.create,
        update: counts.update,
        replace: counts.replace,
        delete: counts.delete,
        adopt: counts.adopt,
        forget: counts.forget,
        run: counts.run,
        unchanged: counts.unchanged,
    }
}

/// Every object that the target has after the run: as was drafted, with how it was judged
/// in the end; hooks; what couldn't be deleted or let go as the last record has it.
fn objects(drafting: &Drafting<'_>, drafts: Drafts, fates: &[Fate]) -> Vec<RecordedObject> {
    let Drafting { planned, key, .. } = drafting;
    let mut health = vec![None; planned.desired.len()];
    for fate in fates {
        if let Some(at) = planned.work[fate.at].desired() {
            health[at] = fate.ended.as_ref().map(|ended| ended.verdict.health);
        }
    }
    let judged = |((draft, health), object): ((Option<RecordedObject>, Option<Health>), &Desired)| {
        let health = health.filter(|_| !planned.kept.contains(object.id()));
        let draft = draft?;
        Some(RecordedObject { health: health.or(draft.health), ..draft })
    };
    let mut objects: Vec<RecordedObject> =
        drafts.into_iter().zip(health).zip(&planned.desired).filter_map(judged).collect();
    let hooks = planned.hooks.all.iter().map(|hooked| &hooked.object);
    objects.extend(hooks.filter(|hook| may_rest(planned, fates, hook.id())).map(|hook| settled(hook, key)));
    let unremoved = fates.iter().filter(|fate| {
        let leaves = matches!(planned.plan.actions[fate.at].action, Verb::Delete | Verb::Forget);
        leaves && fate.done.result != ActionResult::Done
    });
    objects.extend(planned.lingering.iter().filter_map(|id| drafting.previous(id)));
    let unremoved = unremoved.filter_map(|fate| drafting.previous(&planned.plan.actions[fate.at].id()));
    objects.extend(unremoved.map(|object| RecordedObject { left: true, ..object }));
    objects
}

/// Whether a hook needn't run again as it is: it succeeded, or wasn't to run. What ran
/// only because of a failure doesn't count.
fn may_rest(planned: &Planned, fates: &[Fate], id: &ObjectId) -> bool {
    let mut runs = fates.iter().filter(|fate| {
        let action = &planned.plan.actions[fate.at];
        action.action == Verb::Run && !action.is_for_failure() && action.id() == *id
    });
    runs.all(|fate| fate.done.hook.as_ref().is_some_and(HookReport::has_succeeded))
}

/// A hook on record: whether its object is there is no matter.
fn settled(object: &Desired, key: &DigestKey) -> RecordedObject {
    RecordedObject {
        object: object.manifest.object_ref(),
        uid: None,
        source: Some(object.source().into()),
        fields: Value::Null,
        written: None,
        manifest: protect(&object.manifest.body, object.id(), &object.manifest.secrets, key),
        health: None,
        left: false,
    }
}
