//! What pods from before may still need: a pod that is started again, on another node
//! say, looks for its ConfigMaps and Secrets anew. So these go when the pods that
//! replace it are ready, and stay when they never are. Pure.

use std::collections::{BTreeMap, HashMap};

use super::assemble::{Assembled, Work};
use super::ordering::Part;
use crate::json::Value;
use crate::object::{ObjectId, ObjectRef, kinds};
use crate::plan::order::{Node, is_for_pods, pod_references};
use crate::plan::{Action, Verb};

/// Makes the deletions, which begin at this action, wait for workloads whose pods may need
/// what is deleted: for those that are written before, and for those among the rest whose
/// last rollout isn't over. What goes after such a one waits as well, and so do the rights
/// of an account that stays.
pub(super) fn keep_for_pods(assembled: &mut Assembled, begin: usize, rest: &[Part]) {
    let (written, leaving) = assembled.actions.split_at_mut(begin);
    if !leaving.iter().any(|action| is_for_pods(&action.id().kind)) {
        return;
    }
    let users = Users::of(
        written.iter().zip(&assembled.work).chain(rest.iter().flatten().map(|(action, work)| (action, work))),
    );
    let mut awaited: BTreeMap<ObjectId, Vec<ObjectRef>> = BTreeMap::new();
    for deletion in leaving.iter().filter(|action| action.action == Verb::Delete) {
        let id = deletion.id();
        let own = users.of_object(&id);
        let rights =
            deletion.after.iter().map(ObjectRef::id).filter(|before| kinds::is_binding(&before.kind));
        for kept in rights.chain([id.clone()]).filter(|_| !own.is_empty()) {
            awaited.entry(kept).or_default().extend(own.iter().cloned());
        }
    }
    for deletion in leaving.iter_mut().filter(|action| action.action == Verb::Delete) {
        let before = deletion.after.iter().filter_map(|before| awaited.get(&before.id()));
        let inherited: Vec<ObjectRef> = before.flatten().cloned().collect();
        let mut all = awaited.remove(&deletion.id()).unwrap_or_default();
        all.extend(inherited);
        all.sort_by_key(ObjectRef::id);
        all.dedup();
        if !all.is_empty() {
            awaited.insert(deletion.id(), all.clone());
            deletion.after_ready = all;
        }
    }
}

/// Workloads, by what their pods may need.
#[derive(Default)]
struct Users<'a> {
    of: HashMap<ObjectId, Vec<&'a ObjectRef>>,
    /// Those that still have pods of a template before the last: what those need isn't
    /// said anywhere. By their namespaces.
    unknown: HashMap<Option<String>, Vec<&'a ObjectRef>>,
}

impl<'a> Users<'a> {
    fn of(workloads: impl Iterator<Item = (&'a Action, &'a Work)>) -> Self {
        let mut users = Self::default();
        for (action, work) in workloads {
            let (live, is_written) = match work {
                Work::Write { live: Some(live), .. } => (live, true),
                Work::Keep { live, .. } => (live.as_ref(), false),
                _ => continue,
            };
            if has_older_pods(live) {
                users.unknown.entry(action.id().namespace).or_default().push(&action.object);
            }
            if is_written {
                for needed in pod_references(&Node::new(&action.id(), live)) {
                    users.of.entry(needed).or_default().push(&action.object);
                }
            }
        }
        users
    }

    fn of_object(&self, id: &ObjectId) -> Vec<ObjectRef> {
        let unknown = self.unknown.get(&id.namespace).filter(|_| is_for_pods(&id.kind));
        let users = self.of.get(id).into_iter().chain(unknown).flatten();
        users.map(|&user| user.clone()).collect()
    }
}

/// Whether a workload has pods of an earlier template: its rollout isn't over, is paused, or
/// waits for somebody to delete pods; a `CronJob` has Jobs that run.
pub(super) fn has_older_pods(live: &Value) -> bool {
    let status = &live["status"];
    let count = |field: &str| status[field].as_u64().unwrap_or_default();
    let (updated, all) = match live["kind"].as_str() {
        Some("Deployment" | "StatefulSet") => ("updatedReplicas", "replicas"),
        Some("DaemonSet") => ("updatedNumberScheduled", "currentNumberScheduled"),
        Some("CronJob") => return status["active"].as_array().is_some_and(|jobs| !jobs.is_empty()),
        _ => return false,
    };
    let is_unseen = count("observedGeneration") < live["metadata"]["generation"].as_u64().unwrap_or_default();
    is_unseen || count(updated) < count(all)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn a_rollout_that_isnt_over_has_older_pods() {
        for (kind, status, expected) in [
            ("Deployment", json!({"replicas": 3, "updatedReplicas": 1, "observedGeneration": 2}), true),
            ("Deployment", json!({"replicas": 3, "updatedReplicas": 3, "observedGeneration": 2}), false),
            ("Deployment", json!({"replicas": 3, "updatedReplicas": 3, "observedGeneration": 1}), true),
            ("Deployment", json!({"observedGeneration": 2}), false),
            ("StatefulSet", json!({"replicas": 2, "updatedReplicas": 1, "observedGeneration": 2}), true),
            ("StatefulSet", json!({"replicas": 2, "updatedReplicas": 2, "observedGeneration": 2}), false),
            (
                "DaemonSet",
                json!({"currentNumberScheduled": 2, "updatedNumberScheduled": 1, "observedGeneration": 2}),
                true,
            ),
            (
                "DaemonSet",
                json!({"currentNumberScheduled": 2, "updatedNumberScheduled": 2, "observedGeneration": 2}),
                false,
            ),
            ("CronJob", json!({"active": [{"name": "nightly-1"}]}), true),
            ("CronJob", json!({}), false),
            ("ConfigMap", json!({"replicas": 3}), false),
        ] {
            let live = json!({"kind": kind, "metadata": {"generation": 2}, "status": status});
            assert_eq!(has_older_pods(&live), expected, "{kind} {status}");
        }
    }
}
