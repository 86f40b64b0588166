//! Carrying out a plan: its writes, then what leaves, then the wait for
//! health, and what came of it all.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::time::{Duration, Instant};

use futures::FutureExt as _;
use jiff::Timestamp;

use super::assemble::Work;
use super::planning::Planned;
use super::readiness::Waiting;
use super::refusing::explained;
use super::secrets::Secrets;
use super::setup::Setup;
use crate::apply::{
    ActionOutcome, ActionResult, Done, Event, Job, RunResult, Stop, Takeover, Task, Write, execute,
    precondition,
};
use crate::cluster::{ApiError, Cluster};
use crate::health::{Baseline, Health};
use crate::json::Value;
use crate::object::{GroupKind, Manifest, ObjectId, ObjectRef, kinds};
use crate::plan::Verb;
use crate::release::PART_OF;
use crate::wait::{Awaited, Ended, Watches, wait};

/// What became of one action.
pub(super) struct Fate {
    /// Its position in the plan.
    pub at: usize,
    /// What became of its write.
    pub done: Done,
    /// What became of the object, where it was waited for.
    pub ended: Option<Ended>,
}

/// What is done with the plan.
pub(super) struct Carrying<'a> {
    /// Where the plan comes from.
    pub setup: &'a Setup,
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The plan.
    pub planned: &'a Planned,
    /// How long to wait for health; not at all when absent.
    pub wait: Option<Duration>,
    /// Judge the unchanged objects too: nobody knows whether they are healthy.
    pub judge_all: bool,
    /// Why no new writes may be started.
    pub stop: &'a Stop,
    /// The kinds that the set itself defines.
    pub defined: BTreeSet<GroupKind>,
}

impl Carrying<'_> {
    /// Carries it out. The fates are in the plan's order; unchanged objects have
    /// none.
    pub(super) async fn carry_out(&self, on_event: &mut dyn FnMut(Event)) -> Vec<Fate> {
        // Objects have their creation in whole seconds.
        let start = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
        let explain = |manifest: &Manifest, error: ApiError| explained(self.setup, manifest, error);
        let (writes, positions) = self.writes();
        let secrets = Secrets::of(self.planned);
        let listener = RefCell::new(on_event);
        let tell = |event| listener.borrow_mut()(event);
        let watches = Watches::of(self.cluster);
        let waiting = Waiting {
            watches: &watches,
            jobs: &writes,
            rules: &self.setup.rules,
            limit: self.wait.unwrap_or(self.setup.wait_timeout),
            stop: self.stop,
            secrets: &secrets,
            tell: &tell,
            baseline: &|job, written| {
                let live = positions.get(job).and_then(|&at| self.before(at, written));
                baseline(live, start)
            },
            ended: RefCell::default(),
        };
        let ready = |objects| waiting.until_ready(objects).boxed_local();
        let mut on_event = &tell;
        let done = execute(self.cluster, &writes, self.stop, &explain, &ready, &mut on_event).await;
        let mut ended = waiting.ended.take();
        let all_written = done.iter().all(|done| done.result == ActionResult::Done);
        let fate = |(job, (&at, done))| Fate { at, done, ended: ended.remove(&job) };
        let mut fates: Vec<Fate> = positions.iter().zip(done).enumerate().map(fate).collect();
        let (removals, positions) = self.removals();
        let done = if all_written {
            execute(self.cluster, &removals, self.stop, &explain, &ready, &mut on_event).await
        } else {
            // What is still needed may be among what would be deleted.
            removals
                .iter()
                .map(|_| Done::skipped("skipped, because not everything could be written"))
                .collect()
        };
        fates.extend(positions.into_iter().zip(done).map(|(at, done)| Fate { at, done, ended: None }));
        if self.judge_all {
            fates.extend(self.kept());
        }
        if let Some(limit) = self.wait {
            self.wait_for(&watches, &mut fates, limit, (start, &secrets), &mut on_event).await;
        }
        fates
    }

    /// Unchanged objects, as if they had just been written.
    fn kept(&self) -> impl Iterator<Item = Fate> {
        self.planned.work.iter().enumerate().filter_map(|(at, work)| match work {
            Work::Keep { live, .. } => {
                Some(Fate { at, done: Done::already(live.as_ref().clone()), ended: None })
            }
            _ => None,
        })
    }

    fn writes(&self) -> (Vec<Job>, Vec<usize>) {
        let planned = self.planned;
        let positions: Vec<usize> =
            (0..planned.work.len()).filter(|&at| matches!(planned.work[at], Work::Write { .. })).collect();
        let ids: Vec<ObjectId> = positions.iter().map(|&at| planned.plan.actions[at].id()).collect();
        let index: BTreeMap<&ObjectId, usize> = ids.iter().enumerate().map(|(job, id)| (id, job)).collect();
        let mut jobs: Vec<Job> = positions.iter().filter_map(|&at| self.write(at, &index)).collect();
        self.add_awaited(&positions, &index, &mut jobs);
        (jobs, positions)
    }

    /// What others depend on and isn't written is waited for all the same: jobs
    /// beyond those of the plan's actions.
    fn add_awaited(&self, positions: &[usize], index: &BTreeMap<&ObjectId, usize>, jobs: &mut Vec<Job>) {
        let mut awaited: BTreeMap<ObjectId, usize> = BTreeMap::new();
        for (job, &at) in positions.iter().enumerate() {
            for id in self.planned.plan.actions[at].after_ready.iter().map(ObjectRef::id) {
                if index.contains_key(&id) {
                    continue;
                }
                let known = awaited.get(&id).copied();
                let Some(before) = known.or_else(|| {
                    jobs.push(self.awaiting(&id)?);
                    Some(jobs.len() - 1)
                }) else {
                    continue;
                };
                awaited.insert(id, before);
                jobs[job].after_ready.push(before);
            }
        }
    }

    /// A job that only waits for an object: one that stays as it is, or isn't ours.
    fn awaiting(&self, id: &ObjectId) -> Option<Job> {
        let (resource, live) = match self.planned.work_on(id) {
            Some(Work::Keep { at, live }) => {
                (self.planned.desired[*at].resource.clone(), live.as_ref().clone())
            }
            _ => self.planned.outside.get(id).map(|found| (found.resource.clone(), found.live.clone()))?,
        };
        let (verb, task) = (Verb::Unchanged, Task::Await { live });
        Some(Job {
            id: id.clone(),
            verb,
            resource,
            after: Vec::new(),
            after_ready: Vec::new(),
            wave: None,
            task,
        })
    }

    /// The object from before a write, if it's the same one.
    fn before(&self, position: usize, written: &Value) -> Option<&Value> {
        match &self.planned.work[position] {
            Work::Write { live, .. } => live.as_ref().filter(|live| is_same(live, written)),
            _ => None,
        }
    }

    fn write(&self, position: usize, index: &BTreeMap<&ObjectId, usize>) -> Option<Job> {
        let Work::Write { at, body, live, raw, migration, .. } = &self.planned.work[position] else {
            return None;
        };
        let (action, object) = (&self.planned.plan.actions[position], &self.planned.desired[*at]);
        let write = Write {
            manifest: object.manifest.clone(),
            body: body.clone(),
            precondition: live.as_ref().and_then(precondition),
            planned: raw.clone(),
            new_kind: !object.served || self.defined.contains(&object.id().kind),
            establishes: kinds::is_crd(&object.id().kind),
            replaces: action.action == Verb::Replace,
            takeover: live
                .clone()
                .zip(migration.clone())
                .map(|(live, migration)| Takeover { live, migration }),
        };
        let jobs = |objects: &[ObjectRef]| {
            objects.iter().filter_map(|before| index.get(&before.id()).copied()).collect()
        };
        Some(Job {
            id: object.id().clone(),
            verb: action.action,
            resource: object.resource.clone(),
            after: jobs(&action.after),
            after_ready: jobs(&action.after_ready),
            wave: action.declared_wave,
            task: Task::Write(Box::new(write)),
        })
    }

    /// Deletions, each wave of the plan after the one before, and what is let go.
    fn removals(&self) -> (Vec<Job>, Vec<usize>) {
        let id = self.planned.memory.as_ref().map(|memory| memory.target.applyset_id()).unwrap_or_default();
        let label = || (PART_OF.to_owned(), id.clone());
        let mut jobs: Vec<Job> = Vec::new();
        let mut positions = Vec::new();
        let (mut current, mut begun, mut before) = (None, 0, 0..0);
        for (at, work) in self.planned.work.iter().enumerate() {
            let (resource, after, task) = match work {
                Work::Delete { resource, live } => {
                    let Some(precondition) = precondition(live) else { continue };
                    let wave = self.planned.plan.actions[at].wave;
                    if current != Some(wave) {
                        (current, before, begun) = (Some(wave), begun..jobs.len(), jobs.len());
                    }
                    (resource, before.clone().collect(), Task::Delete { precondition, label: label() })
                }
                Work::Forget { resource, live } => {
                    (resource, Vec::new(), Task::Forget { live: Box::new(live.clone()), label: label() })
                }
                Work::Write { .. } | Work::Keep { .. } | Work::Bootstrap => continue,
            };
            let action = &self.planned.plan.actions[at];
            jobs.push(Job {
                id: action.id(),
                verb: action.action,
                resource: resource.clone(),
                after,
                after_ready: Vec::new(),
                wave: None,
                task,
            });
            positions.push(at);
        }
        (jobs, positions)
    }

    async fn wait_for(
        &self,
        watches: &Watches,
        fates: &mut [Fate],
        limit: Duration,
        (start, secrets): (Timestamp, &Secrets<'_>),
        on_event: &mut dyn FnMut(Event),
    ) {
        let mut waited = Vec::new();
        let mut awaited = Vec::new();
        for (nth, fate) in fates.iter().enumerate().filter(|(_, fate)| fate.ended.is_none()) {
            let Some(written) = &fate.done.returned else { continue };
            let (Work::Write { at, .. } | Work::Keep { at, .. }) = &self.planned.work[fate.at] else {
                continue;
            };
            let object = &self.planned.desired[*at];
            waited.push(nth);
            awaited.push(Awaited {
                id: object.id().clone(),
                resource: object.resource.clone(),
                written: written.clone(),
                baseline: Some(baseline(self.before(fate.at, written), start)),
                rule: self.setup.rules.health_of(&object.id().kind),
            });
        }
        let mut scrubbed = |event: Event| on_event(secrets.scrub_event(event));
        let ended = wait(watches, awaited, limit, self.stop, &mut scrubbed).await;
        for (nth, ended) in waited.into_iter().zip(ended) {
            fates[nth].ended = Some(secrets.scrub_ended(ended));
        }
    }
}

/// What was seen of an object before its write, and when that was.
fn baseline(before: Option<&Value>, start: Timestamp) -> Baseline {
    before.map(Baseline::of).unwrap_or_default().written_at(start)
}

/// Whether it's one object, and not one and its successor.
fn is_same(before: &Value, after: &Value) -> bool {
    before["metadata"]["uid"] == after["metadata"]["uid"]
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

/// How the run ended, by the fates of its actions. A halt that came when
/// everything was done halted nothing.
pub(super) fn result(planned: &Planned, fates: &[Fate], waited: bool, halt: Option<Halt>) -> RunResult {
    let changes = |fate: &&Fate| planned.plan.actions[fate.at].action != Verb::Unchanged;
    let count =
        |wanted: ActionResult| fates.iter().filter(changes).filter(|fate| fate.done.result == wanted).count();
    let (failed, not_started) = (count(ActionResult::Failed), count(ActionResult::NotStarted));
    let skipped = count(ActionResult::Skipped);
    let is_touched = || fates.iter().any(|fate| fate.done.touched);
    let wrote = count(ActionResult::Done) > 0 || planned.made.is_some() || is_touched();
    let verdicts = || fates.iter().filter_map(|fate| fate.ended.as_ref()).map(|ended| ended.verdict.health);
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
                reason: fate.done.why.as_ref().map(|why| why.message.clone()).or(unready),
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

/// The object as it is after the run: as the write returned it, or as it was.
pub(super) fn live_after<'a>(planned: &'a Planned, fates: &'a [Fate]) -> BTreeMap<ObjectId, &'a Value> {
    let mut live = BTreeMap::new();
    for work in &planned.work {
        if let Work::Keep { at, live: object } = work {
            live.insert(planned.desired[*at].id().clone(), object.as_ref());
        }
    }
    for fate in fates {
        if let Some(returned) = &fate.done.returned {
            live.insert(planned.plan.actions[fate.at].id(), returned);
        }
    }
    live
}
