//! What becomes of members that aren't desired any more: they are deleted, or let
//! go, or stay for a reason. Pure.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::assemble::{Assembled, Membership, Work};
use super::observe::Live;
use super::ordering::Part;
use super::resolve::Desired;
use super::running_pods::RunningPods;
use super::still_needed::{self, Workload};
use crate::cluster::{MANAGER, Resource};
use crate::json::Value;
use crate::object::{Hook, ObjectId, ObjectRef, kinds};
use crate::plan::order::{self, Node, is_for_pods};
use crate::plan::prune::{Evidence, Removal, removal};
use crate::plan::{Action, Cause, Verb};

/// A member that leaves.
pub(super) type Leaving<'a> = (&'a ObjectId, &'a Arc<Resource>, &'a Value);

/// The members that left: those that are deleted, and those that stay, each for its
/// reason.
#[derive(Default)]
pub(super) struct Left<'a> {
    deleted: Vec<Leaving<'a>>,
    forgotten: Vec<(Leaving<'a>, String)>,
    /// Whose pods of former templates may need any of it; `None` where they aren't asked.
    workloads: Option<Vec<Workload>>,
    /// There may be a way back, for which what leaves is needed.
    is_unsettled: bool,
}

impl Left<'_> {
    /// Looks for those whose pods may still need what leaves. What pods need that nobody is
    /// about to replace doesn't leave.
    pub(super) fn keep_for_pods(&mut self, parts: &[Part], running: &RunningPods, notes: &mut Vec<String>) {
        if let Some(workloads) = &mut self.workloads
            && self.deleted.iter().any(|(id, ..)| is_for_pods(&id.kind))
        {
            *workloads = still_needed::workloads(parts, running);
            still_needed::spare(&mut self.deleted, &self.forgotten, workloads, notes);
        }
    }

    /// Whether anything but hooks of before leaves.
    pub(super) fn changes_something(&self) -> bool {
        !self.forgotten.is_empty() || self.deleted.iter().any(|(.., live)| Hook::of(live).is_none())
    }

    /// Adds what becomes of them, from this wave on, after all that is written.
    pub(super) fn leave(self, wave: u32, assembled: &mut Assembled) {
        let begin = assembled.actions.len();
        leave(&self.deleted, self.forgotten, Leave { wave, causes: &[Cause::Commit] }, assembled);
        if let Some(workloads) = self.workloads {
            still_needed::put_off(assembled, begin, &workloads, self.is_unsettled);
        }
    }
}

/// Decides what becomes of members that aren't wanted any more.
pub(super) fn left<'a>(
    wanted: &HashSet<&ObjectId>,
    desired: &[Desired],
    live: &'a Live,
    membership: Membership<'_>,
    assembled: &mut Assembled,
) -> Left<'a> {
    let mut leaving = live.members().filter(|(id, ..)| !wanted.contains(id)).peekable();
    let uids = leaving.peek().map(|_| uids(desired, live)).unwrap_or_default();
    let (mut deleted, mut forgotten) = (Vec::new(), Vec::new());
    for (id, resource, object) in leaving {
        let evidence = Evidence {
            label: membership.label,
            manager: MANAGER,
            state_namespace: membership.state_namespace,
            namespaces: membership.namespaces,
            desired: &uids,
            recorded: membership.adopting.past.get(id).and_then(|recorded| recorded.uid),
        };
        match removal(id, object, evidence) {
            Removal::Prune | Removal::Forget(_) if membership.keep_removed => {
                assembled.notes.push(format!("{id} isn't in the repository any more and stays (--no-prune)"));
            }
            Removal::Prune | Removal::Forget(_) if membership.keep_secrets && kinds::is_secret(&id.kind) => {
                assembled.kept.push(id.clone());
            }
            Removal::Prune => deleted.push((id, resource, object)),
            Removal::Forget(why) => forgotten.push(((id, resource, object), format!("it stays: {why}"))),
            Removal::Keep(why) => assembled.notes.push(format!("{id} isn't deleted: {why}")),
            Removal::Pass => {}
        }
    }
    for kind in &live.unknown {
        let message = format!("objects of {kind} may have to be deleted, but its API server doesn't answer");
        assembled.notes.push(message);
    }
    if membership.keep_secrets {
        keep_namespaces(&mut deleted, desired, assembled);
    }
    let workloads = (!membership.removes_at_once).then(Vec::new);
    Left { deleted, forgotten, workloads, is_unsettled: membership.is_unsettled }
}

/// A namespace that is deleted would take the Secrets with it that are left alone.
fn keep_namespaces(deleted: &mut Vec<Leaving<'_>>, desired: &[Desired], assembled: &mut Assembled) {
    let desired = desired.iter().map(Desired::id).filter(|id| kinds::is_secret(&id.kind));
    let secrets = desired.chain(&assembled.kept);
    let holding: BTreeSet<String> = secrets.filter_map(|id| id.namespace.clone()).collect();
    let (kept, left): (Vec<_>, Vec<_>) = std::mem::take(deleted)
        .into_iter()
        .partition(|(id, ..)| kinds::is_namespace(&id.kind) && holding.contains(&id.name));
    *deleted = left;
    let note = |(id, ..): &Leaving<'_>| format!("{id} isn't deleted: Secrets that are left alone are in it");
    assembled.notes.extend(kept.iter().map(note));
}

/// When members leave, and why.
#[derive(Clone, Copy)]
pub(super) struct Leave<'a> {
    /// The wave.
    pub wave: u32,
    /// The causes.
    pub causes: &'a [Cause],
}

/// Adds the deletions of members, and the letting go of those that stay, each for its
/// reason.
pub(super) fn leave(
    deleted: &[Leaving<'_>],
    mut forgotten: Vec<(Leaving<'_>, String)>,
    leave: Leave<'_>,
    assembled: &mut Assembled,
) {
    delete(deleted, leave, assembled);
    forgotten.sort_by_key(|((id, ..), _)| *id);
    for ((id, resource, object), reason) in forgotten {
        let action = leave.action(Verb::Forget, id, resource);
        assembled.actions.push(Action { reason: Some(reason), ..action });
        assembled.work.push(Work::Forget { resource: resource.clone(), live: object.clone() });
    }
}

impl Leave<'_> {
    fn action(self, verb: Verb, id: &ObjectId, resource: &Resource) -> Action {
        let action = Action::new(verb, ObjectRef::new(id, resource.version.as_str()));
        Action { wave: self.wave, causes: self.causes.to_vec(), ..action }
    }
}

/// Deletions, from this wave on: what leans on others goes first.
fn delete(removed: &[Leaving<'_>], leave: Leave<'_>, assembled: &mut Assembled) {
    let nodes: Vec<Node<'_>> = removed.iter().map(|(id, _, body)| Node::new(id, body)).collect();
    let order = order::removal(&nodes);
    let reference = |at: usize| ObjectRef::new(removed[at].0, removed[at].1.version.as_str());
    for (stage, wave) in order.stages.iter().zip(leave.wave..) {
        for &at in stage {
            let (id, resource, object) = removed[at];
            assembled.actions.push(Action {
                wave,
                declared_wave: order.declared.as_ref().map(|waves| waves[at]),
                after: order.after[at].iter().map(|&user| reference(user)).collect(),
                ..leave.action(Verb::Delete, id, resource)
            });
            assembled.work.push(Work::Delete { resource: resource.clone(), live: object.clone() });
        }
    }
}

/// The uids of the live objects that are desired.
fn uids(desired: &[Desired], live: &Live) -> BTreeSet<String> {
    desired
        .iter()
        .filter_map(|object| live.get(object.id(), &object.manifest.version))
        .filter_map(|live| live["metadata"]["uid"].as_str().map(str::to_owned))
        .collect()
}
