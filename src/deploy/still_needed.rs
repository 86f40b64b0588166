//! What pods from before may still need: a pod that is started again, on another node
//! say, looks for its ConfigMaps and Secrets anew. So these go when the pods that
//! replace it are ready, and stay when they never are. Pure.

use std::collections::HashMap;

use super::assemble::{Assembled, Work};
use crate::json::Value;
use crate::object::{ObjectId, ObjectRef};
use crate::plan::order::{Node, is_for_pods, pod_references};
use crate::plan::{Action, Verb};

/// Makes the deletions, which begin at this action, wait for the workloads that are
/// written before them and whose pods may need what is deleted; and those that come
/// after such a one, too.
pub(super) fn keep_for_pods(assembled: &mut Assembled, begin: usize) {
    let (written, leaving) = assembled.actions.split_at_mut(begin);
    if !leaving.iter().any(|action| is_for_pods(&action.id().kind)) {
        return;
    }
    let users = Users::of(written.iter().zip(&assembled.work));
    let mut waiting: HashMap<ObjectId, Vec<ObjectRef>> = HashMap::new();
    for deletion in leaving.iter_mut().filter(|action| action.action == Verb::Delete) {
        let id = deletion.id();
        let mut awaited = users.of_object(&id);
        let before = deletion.after.iter().filter_map(|before| waiting.get(&before.id()));
        awaited.extend(before.flatten().cloned());
        awaited.sort_by_key(ObjectRef::id);
        awaited.dedup();
        if !awaited.is_empty() {
            waiting.insert(id, awaited.clone());
            deletion.after_ready = awaited;
        }
    }
}

/// Workloads that are changed, by what their pods need.
#[derive(Default)]
struct Users<'a> {
    of: HashMap<ObjectId, Vec<&'a ObjectRef>>,
    /// Those that still have pods of a template before the last: what those need isn't
    /// said anywhere. By their namespaces.
    unknown: HashMap<Option<String>, Vec<&'a ObjectRef>>,
}

impl<'a> Users<'a> {
    fn of(written: impl Iterator<Item = (&'a Action, &'a Work)>) -> Self {
        let mut users = Self::default();
        for (action, work) in written {
            let Work::Write { live: Some(live), .. } = work else { continue };
            let id = action.id();
            if has_older_pods(live) {
                users.unknown.entry(id.namespace.clone()).or_default().push(&action.object);
            }
            for needed in pod_references(&Node::new(&id, live)) {
                users.of.entry(needed).or_default().push(&action.object);
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

/// Whether a Deployment, a `StatefulSet` or a `DaemonSet` has pods of an earlier template,
/// because the rollout before isn't over.
fn has_older_pods(live: &Value) -> bool {
    let status = &live["status"];
    let count = |field: &str| status[field].as_u64().unwrap_or_default();
    match live["kind"].as_str() {
        Some("Deployment") => count("updatedReplicas") < count("replicas"),
        Some("StatefulSet") => status["currentRevision"] != status["updateRevision"],
        Some("DaemonSet") => count("updatedNumberScheduled") < count("currentNumberScheduled"),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn a_rollout_that_isnt_over_has_older_pods() {
        for (kind, status, expected) in [
            ("Deployment", json!({"replicas": 3, "updatedReplicas": 1}), true),
            ("Deployment", json!({"replicas": 3, "updatedReplicas": 3}), false),
            ("Deployment", json!({}), false),
            ("StatefulSet", json!({"currentRevision": "a", "updateRevision": "b"}), true),
            ("StatefulSet", json!({"currentRevision": "b", "updateRevision": "b"}), false),
            ("DaemonSet", json!({"currentNumberScheduled": 2, "updatedNumberScheduled": 1}), true),
            ("DaemonSet", json!({"currentNumberScheduled": 2, "updatedNumberScheduled": 2}), false),
            ("ConfigMap", json!({"replicas": 3}), false),
        ] {
            assert_eq!(has_older_pods(&json!({"kind": kind, "status": status})), expected, "{kind} {status}");
        }
    }
}
