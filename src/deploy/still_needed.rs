//! What pods of a former template may still need: a pod that is started again, on another
//! node say, looks for its ConfigMaps and Secrets anew. So these go when the pods that
//! replace it are ready, and stay as long as they aren't. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::assemble::{Assembled, Work};
use super::ordering::Part;
use super::removing::Leaving;
use super::running_pods::{RunningPods, replaces_pods};
use crate::object::{ObjectId, ObjectRef, kinds};
use crate::plan::order::{Node, has_pods, is_for_pods, pod_references, references};
use crate::plan::{Action, Verb};

/// A workload whose pods of a former template may need something.
pub(super) struct Workload {
    object: ObjectRef,
    /// What they need and those of its template don't; `None` where nobody knows, or where
    /// the last release may have to be undone.
    former: Option<HashSet<ObjectId>>,
    /// Whether they will be replaced, by this run or by one before it.
    is_under_way: bool,
}

impl Workload {
    fn of((action, work): &(Action, Work), running: &RunningPods) -> Option<Self> {
        let (live, wanted, is_written) = match work {
            Work::Write { live: Some(live), after, .. } => (live, after, true),
            Work::Keep { live, .. } => (live.as_ref(), live.as_ref(), false),
            _ => return None,
        };
        let id = action.id();
        let of_pods = running.of(&id);
        let is_unsettled = has_pods(&Node::new(&id, live)) && running.is_unsettled(&id);
        if !is_written && of_pods.is_none() && !is_unsettled {
            return None;
        }
        let former = match of_pods {
            _ if is_unsettled => None,
            Some(None) => None,
            of_pods => {
                let named = pod_references(&Node::new(&id, live)).into_iter();
                let mut former: HashSet<ObjectId> =
                    named.chain(of_pods.cloned().flatten().into_iter().flatten()).collect();
                for needed in pod_references(&Node::new(&id, wanted)) {
                    former.remove(&needed);
                }
                Some(former)
            }
        };
        let is_any = former.as_ref().is_none_or(|former| !former.is_empty());
        let is_under_way = is_written || is_unsettled || replaces_pods(live);
        is_any.then(|| Self { object: action.object.clone(), former, is_under_way })
    }

    fn needs(&self, id: &ObjectId) -> bool {
        match &self.former {
            Some(former) => former.contains(id),
            None => is_for_pods(&id.kind) && id.namespace == self.object.id().namespace,
        }
    }
}

/// Those of a plan.
pub(super) fn workloads(parts: &[Part], running: &RunningPods) -> Vec<Workload> {
    parts.iter().flatten().filter_map(|part| Workload::of(part, running)).collect()
}

/// Takes out of what is to be deleted what is needed by pods that nobody is about to
/// replace, and tells of it.
pub(super) fn spare(deleted: &mut Vec<Leaving<'_>>, workloads: &[Workload], notes: &mut Vec<String>) {
    let mut spared: BTreeMap<ObjectId, ObjectRef> = BTreeMap::new();
    for (id, ..) in deleted.iter() {
        let user = workloads.iter().find(|workload| !workload.is_under_way && workload.needs(id));
        spared.extend(user.map(|workload| ((*id).clone(), workload.object.clone())));
    }
    while let Some(more) = next_spared(deleted, &spared) {
        spared.insert(more.0, more.1);
    }
    deleted.retain(|(id, ..)| !spared.contains_key(id));
    notes.extend(spared.into_iter().map(|(id, user)| {
        format!("{id} isn't deleted: pods of {} that aren't of its present template need it", user.id())
    }));
}

/// Something that is spared with what is spared: what that names, and the rights of an
/// account.
fn next_spared(
    deleted: &[Leaving<'_>],
    spared: &BTreeMap<ObjectId, ObjectRef>,
) -> Option<(ObjectId, ObjectRef)> {
    let named = |(id, _, live): &Leaving<'_>| references(&Node::new(id, live));
    let left = || deleted.iter().filter(|(id, ..)| !spared.contains_key(id));
    let binding = left().filter(|(id, ..)| kinds::is_binding(&id.kind)).find_map(|one| {
        let account = named(one).into_iter().find(|id| is_for_pods(&id.kind) && spared.contains_key(id))?;
        Some((one.0.clone(), spared[&account].clone()))
    });
    binding.or_else(|| {
        deleted.iter().filter(|(id, ..)| spared.contains_key(id)).find_map(|one| {
            let named: HashSet<ObjectId> = named(one).into_iter().collect();
            let (id, ..) = left().find(|(id, ..)| named.contains(id))?;
            Some(((*id).clone(), spared[one.0].clone()))
        })
    })
}

/// Makes the deletions, which begin at this action, wait for workloads whose pods may need
/// what is deleted. What goes after such a one waits as well, and so do the rights of an
/// account that stays.
pub(super) fn keep_for_pods(assembled: &mut Assembled, begin: usize, workloads: &[Workload]) {
    let leaving = &mut assembled.actions[begin..];
    let mut awaited: HashMap<ObjectId, Vec<ObjectRef>> = HashMap::new();
    for deletion in leaving.iter().filter(|action| action.action == Verb::Delete) {
        let id = deletion.id();
        let users = workloads.iter().filter(|workload| workload.needs(&id));
        let own: Vec<ObjectRef> = users.map(|workload| workload.object.clone()).collect();
        let rights =
            deletion.after.iter().map(ObjectRef::id).filter(|before| kinds::is_binding(&before.kind));
        for kept in rights.chain([id.clone()]).filter(|_| !own.is_empty()) {
            awaited.entry(kept).or_default().extend(own.iter().cloned());
        }
    }
    if awaited.is_empty() {
        return;
    }
    for deletion in leaving.iter_mut().filter(|action| action.action == Verb::Delete) {
        let before = deletion.after.iter().filter_map(|before| awaited.get(&before.id()));
        let mut all: Vec<ObjectRef> = before.flatten().cloned().collect();
        all.extend(awaited.remove(&deletion.id()).unwrap_or_default());
        all.sort_by_key(ObjectRef::id);
        all.dedup();
        if !all.is_empty() {
            awaited.insert(deletion.id(), all.clone());
            deletion.after_ready = all;
        }
    }
}
