//! What is to be done of a plan, as jobs for the executor: what is sent, what of the plan it
//! must still agree with, and what it waits for.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::assemble::Work;
use super::carry::Carrying;
use super::hooks::Hooked;
use super::stuck::pods;
use crate::apply::{HookRun, Job, Takeover, Task, Unstick, Write, precondition};
use crate::object::{Moment, ObjectId, ObjectRef, kinds};
use crate::plan::Verb;
use crate::release::PART_OF;

impl<'a> Carrying<'a> {
    pub(super) fn writes(&self) -> (Vec<Job<'a>>, Vec<usize>) {
        let planned = self.planned;
        let is_among = |at: &usize| match &planned.work[*at] {
            Work::Write { .. } | Work::Unstick { .. } => true,
            Work::Hook { .. } => self.moment(*at).is_some_and(|moment| !moment.is_after_all()),
            _ => false,
        };
        self.jobs((0..planned.work.len()).filter(is_among).collect())
    }

    /// The hooks of some moments, with their positions in the plan.
    pub(super) fn hooks_at(&self, is_meant: impl Fn(Moment) -> bool) -> (Vec<Job<'a>>, Vec<usize>) {
        let positions = 0..self.planned.work.len();
        self.jobs(positions.filter(|&at| self.moment(at).is_some_and(&is_meant)).collect())
    }

    /// When a hook runs.
    fn moment(&self, position: usize) -> Option<Moment> {
        self.planned.plan.actions[position].hook.as_ref().map(|hook| hook.on)
    }

    fn jobs(&self, positions: Vec<usize>) -> (Vec<Job<'a>>, Vec<usize>) {
        let ids: Vec<ObjectId> = positions.iter().map(|&at| self.planned.plan.actions[at].id()).collect();
        let index: BTreeMap<&ObjectId, usize> = ids.iter().enumerate().map(|(job, id)| (id, job)).collect();
        let mut jobs: Vec<Job<'a>> = positions.iter().filter_map(|&at| self.job(at, &index)).collect();
        self.add_awaited(&positions, &index, &mut jobs);
        (jobs, positions)
    }

    /// What others depend on and isn't written is waited for all the same: jobs
    /// beyond those of the plan's actions.
    fn add_awaited(&self, positions: &[usize], index: &BTreeMap<&ObjectId, usize>, jobs: &mut Vec<Job<'a>>) {
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
    fn awaiting(&self, id: &ObjectId) -> Option<Job<'a>> {
        let (resource, live) = if let Some(Work::Keep { at, live }) = self.planned.work_on(id) {
            (self.planned.desired[*at].resource.clone(), live.clone())
        } else {
            let found = self.planned.outside.get(id)?;
            (found.resource.clone(), Arc::new(found.live.clone()))
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

    fn job(&self, position: usize, index: &BTreeMap<&ObjectId, usize>) -> Option<Job<'a>> {
        let action = &self.planned.plan.actions[position];
        let jobs = |objects: &[ObjectRef]| {
            objects.iter().filter_map(|before| index.get(&before.id()).copied()).collect()
        };
        let (object, task) = match &self.planned.work[position] {
            Work::Unstick { at, live } => {
                let set = &self.planned.desired[*at];
                let unstick = Unstick { set: set.id(), resource: &set.resource, pod: live };
                return Some(Job {
                    id: action.id(),
                    verb: action.action,
                    resource: pods(),
                    after: jobs(&action.after),
                    after_ready: Vec::new(),
                    wave: None,
                    task: Task::Unstick(unstick),
                });
            }
            Work::Write { at, body, live, raw, migration, .. } => {
                let object = &self.planned.desired[*at];
                let write = Write {
                    precondition: live.as_ref().and_then(precondition),
                    planned: raw,
                    new_kind: !object.served || self.defined.contains(&object.id().kind),
                    establishes: kinds::is_crd(&object.id().kind),
                    replaces: live.as_ref().filter(|_| action.action == Verb::Replace),
                    takeover: live
                        .as_ref()
                        .zip(migration.as_ref())
                        .map(|(live, migration)| Takeover { live, migration }),
                    ..Write::anew(&object.manifest, body)
                };
                (object, Task::Write(Box::new(write)))
            }
            Work::Hook { at, body, live } => {
                let Hooked { object, hook } = &self.planned.hooks.all[*at];
                let run = HookRun {
                    write: Write::anew(&object.manifest, body),
                    deletion: hook.deletion,
                    before: live.as_ref(),
                    timeout: hook.timeout.unwrap_or(self.limit()),
                    label: self.planned.memory.as_ref().map(|_| self.label()),
                };
                (object, Task::Hook(Box::new(run)))
            }
            _ => return None,
        };
        Some(Job {
            id: object.id().clone(),
            verb: action.action,
            resource: object.resource.clone(),
            after: jobs(&action.after),
            after_ready: jobs(&action.after_ready),
            wave: action.declared_wave,
            task,
        })
    }

    /// The label of what is ours.
    fn label(&self) -> (String, String) {
        let id = self.planned.memory.as_ref().map(|memory| memory.target.applyset_id());
        (PART_OF.to_owned(), id.unwrap_or_default())
    }

    /// Deletions, each wave of the plan after the one before, and what is let go: as far as
    /// it's meant.
    pub(super) fn removals(&self, is_meant: impl Fn(usize) -> bool) -> (Vec<Job<'a>>, Vec<usize>) {
        let mut jobs: Vec<Job<'a>> = Vec::new();
        let mut positions = Vec::new();
        let (mut current, mut begun, mut before) = (None, 0, 0..0);
        for (at, work) in self.planned.work.iter().enumerate().filter(|(at, _)| is_meant(*at)) {
            let (resource, after, task) = match work {
                Work::Delete { resource, live } => {
                    let Some(precondition) = precondition(live) else { continue };
                    let wave = self.planned.plan.actions[at].wave;
                    if current != Some(wave) {
                        (current, before, begun) = (Some(wave), begun..jobs.len(), jobs.len());
                    }
                    (resource, before.clone().collect(), Task::Delete { precondition, label: self.label() })
                }
                Work::Forget { resource, live } => {
                    (resource, Vec::new(), Task::Forget { live, label: self.label() })
                }
                Work::Write { .. }
                | Work::Keep { .. }
                | Work::Unstick { .. }
                | Work::Hook { .. }
                | Work::Bootstrap => continue,
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
}
