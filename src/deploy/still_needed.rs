//! What pods of a former template may still need: a pod that is started again, on another
//! node say, looks for its ConfigMaps and Secrets anew. So these go when the pods that
//! replace it are ready, and stay as long as they aren't. Pure.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::assemble::{Assembled, Work};
use super::ordering::Part;
use super::removing::Leaving;
use super::running_pods::RunningPods;
use crate::health::replaces_pods;
use crate::json::Value;
use crate::object::{ObjectId, ObjectRef, kinds};
use crate::plan::order::{Node, is_for_pods, pod_references, references};
use crate::plan::{Action, Verb};

/// A workload whose pods of a former template may need something.
pub(super) struct Workload {
    object: ObjectRef,
    /// What they need and those of its template don't; `None` where nobody knows.
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
        let of_pods = match running.of(&id) {
            None if !is_written => return None,
            None => Some(HashSet::new()),
            Some(of_pods) => of_pods.clone(),
        };
        let former = of_pods.map(|mut former| {
            former.extend(pod_references(&Node::new(&id, live)));
            for needed in pod_references(&Node::new(&id, wanted)) {
                former.remove(&needed);
            }
            former
        });
        let is_any = former.as_ref().is_none_or(|former| !former.is_empty());
        let is_under_way = is_written || replaces_pods(live);
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
/// replace, or by those of a workload that is let go, and tells of it.
pub(super) fn spare(
    deleted: &mut Vec<Leaving<'_>>,
    forgotten: &[(Leaving<'_>, String)],
    workloads: &[Workload],
    notes: &mut Vec<String>,
) {
    let mut users: HashMap<ObjectId, ObjectId> = HashMap::new();
    for ((id, _, live), _) in forgotten {
        users.extend(pod_references(&Node::new(id, live)).into_iter().map(|needed| (needed, (*id).clone())));
    }
    let stuck = || workloads.iter().filter(|workload| !workload.is_under_way);
    let user = |id: &ObjectId| {
        let stuck = stuck().find(|workload| workload.needs(id)).map(|workload| workload.object.id());
        stuck.or_else(|| users.get(id).cloned())
    };
    let first: Vec<(usize, ObjectId)> =
        deleted.iter().enumerate().filter_map(|(at, (id, ..))| Some((at, user(id)?))).collect();
    if first.is_empty() {
        return;
    }
    let spared = with_what_belongs_to_it(deleted, first);
    notes.extend(spared.iter().map(|(&at, user)| {
        format!("{} isn't deleted: pods of {user} that nobody replaces need it", deleted[at].0)
    }));
    let mut at = 0;
    deleted.retain(|_| {
        at += 1;
        !spared.contains_key(&(at - 1))
    });
}

/// What is spared, by its position, with whose pods need it: what spared objects name is
/// spared as well, and so are the rights of an account.
fn with_what_belongs_to_it(
    deleted: &[Leaving<'_>],
    mut next: Vec<(usize, ObjectId)>,
) -> BTreeMap<usize, ObjectId> {
    let position: HashMap<&ObjectId, usize> =
        deleted.iter().enumerate().map(|(at, (id, ..))| (*id, at)).collect();
    let named: Vec<Vec<usize>> = deleted
        .iter()
        .map(|(id, _, live)| {
            let named = references(&Node::new(id, live)).into_iter();
            named.filter_map(|named| position.get(&named).copied()).collect()
        })
        .collect();
    let mut bindings: HashMap<usize, Vec<usize>> = HashMap::new();
    for (at, _) in deleted.iter().enumerate().filter(|(_, (id, ..))| kinds::is_binding(&id.kind)) {
        named[at].iter().for_each(|&account| bindings.entry(account).or_default().push(at));
    }
    let mut spared = BTreeMap::new();
    while let Some((at, user)) = next.pop() {
        if spared.insert(at, user.clone()).is_some() {
            continue;
        }
        let rights = bindings.get(&at).filter(|_| is_for_pods(&deleted[at].0.kind)).into_iter().flatten();
        next.extend(named[at].iter().chain(rights).map(|&more| (more, user.clone())));
    }
    spared
}

/// What a deletion waits for.
#[derive(Clone, Default)]
struct Awaited {
    /// These workloads, whose pods may need it.
    users: Vec<ObjectRef>,
    /// That all is well.
    all: bool,
}

impl Awaited {
    fn add(&mut self, other: &Self) {
        self.users.extend(other.users.iter().cloned());
        self.all |= other.all;
    }

    fn is_nothing(&self) -> bool {
        self.users.is_empty() && !self.all
    }
}

/// Makes the deletions, which begin at this action, wait for workloads whose pods may need
/// what is deleted. What goes after such a one waits as well, and so do the rights of an
/// account that stays. Where there may be a way back, all of it waits until all is well; and
/// what can't be made again or whose users nobody sees, always.
pub(super) fn put_off(assembled: &mut Assembled, begin: usize, workloads: &[Workload], is_unsettled: bool) {
    let (leaving, work) = (&mut assembled.actions[begin..], &assembled.work[begin..]);
    let mut awaited: HashMap<ObjectId, Awaited> = HashMap::new();
    for (deletion, work) in leaving.iter().zip(work) {
        let Work::Delete { live, .. } = work else { continue };
        let id = deletion.id();
        let all = is_for_pods(&id.kind) && (is_unsettled || waits_always(&id, live));
        let users = workloads.iter().filter(|workload| !all && workload.needs(&id));
        let own = Awaited { users: users.map(|workload| workload.object.clone()).collect(), all };
        let rights =
            deletion.after.iter().map(ObjectRef::id).filter(|before| kinds::is_binding(&before.kind));
        for kept in rights.chain([id.clone()]).filter(|_| !own.is_nothing()) {
            awaited.entry(kept).or_default().add(&own);
        }
    }
    if awaited.is_empty() {
        return;
    }
    for deletion in leaving.iter_mut().filter(|action| action.action == Verb::Delete) {
        let mut whole = awaited.remove(&deletion.id()).unwrap_or_default();
        deletion.after.iter().filter_map(|before| awaited.get(&before.id())).for_each(|it| whole.add(it));
        if whole.is_nothing() {
            continue;
        }
        if whole.all {
            whole.users.clear();
        }
        whole.users.sort_by_key(ObjectRef::id);
        whole.users.dedup();
        (deletion.after_ready, deletion.after_all) = (whole.users.clone(), whole.all);
        awaited.insert(deletion.id(), whole);
    }
}

/// A claim is data, which no way back makes again. A Secret by which images are pulled may be
/// an account's: then no template names it.
fn waits_always(id: &ObjectId, live: &Value) -> bool {
    id.kind.kind == "PersistentVolumeClaim"
        || live["type"].as_str().is_some_and(|kind| kind.starts_with("kubernetes.io/dockerc"))
}
