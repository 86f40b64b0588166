//! What pods that run need, asked of the cluster where a workload may have pods of an
//! earlier template.

use std::collections::{HashMap, HashSet};

use futures::future::{join_all, try_join_all};

use super::observe::Live;
use super::resolve::Desired;
use super::stuck::{pods, selector};
use crate::cluster::{ApiError, Cluster, Resource, Scope};
use crate::json::Value;
use crate::object::{GroupKind, ObjectId};
use crate::plan::order::{Node, is_for_pods, pod_references};

/// What the pods of workloads need, of those that may have older ones; `None` where that
/// can't be seen.
#[derive(Default)]
pub(super) struct RunningPods(HashMap<ObjectId, Option<HashSet<ObjectId>>>);

impl RunningPods {
    /// Looks at them where anything leaves that pods may need: at those of workloads that say
    /// that not all are of their template, and of those that say nothing.
    pub(super) async fn look(
        cluster: &Cluster,
        desired: &[Desired],
        live: &Live,
        wanted: &HashSet<&ObjectId>,
    ) -> Self {
        if !live.members().any(|(id, ..)| is_for_pods(&id.kind) && !wanted.contains(id)) {
            return Self::default();
        }
        let found = desired.iter().filter_map(|object| {
            let live = live.get(object.id(), &object.manifest.version)?;
            may_have_older(live).then_some((object.id(), live))
        });
        let needs = found.map(async |(id, live)| match needs(cluster, id, live).await {
            Ok(needs) => (id.clone(), Some(needs)),
            Err(_) => (id.clone(), (!has_older(live)).then(HashSet::new)),
        });
        Self(join_all(needs).await.into_iter().collect())
    }

    /// What those of a workload need; `None` for one that has no older ones.
    pub(super) fn of(&self, workload: &ObjectId) -> Option<&Option<HashSet<ObjectId>>> {
        self.0.get(workload)
    }
}

/// What the pods of a workload that run need; of a `CronJob`, those of the Jobs that run.
pub(super) async fn needs(
    cluster: &Cluster,
    workload: &ObjectId,
    live: &Value,
) -> Result<HashSet<ObjectId>, ApiError> {
    let Some(namespace) = workload.namespace.as_deref() else { return Ok(HashSet::new()) };
    if workload.kind.kind == "CronJob" {
        let jobs = Resource::known("batch", "v1", "Job", "jobs", true);
        let names = live["status"]["active"].as_array().into_iter().flatten();
        let names = names.filter_map(|job| job["name"].as_str());
        let found = try_join_all(names.map(async |name| cluster.get(&jobs, Some(namespace), name).await));
        let found = found.await?.into_iter().flatten();
        return Ok(found.flat_map(|job| named_by(&jobs.kind, namespace, &job)).collect());
    }
    let scope = Scope::Namespace(namespace.to_owned());
    let listed = cluster.list(&pods(), &scope, selector(live).as_deref()).await?;
    let kind = GroupKind::new("", "Pod");
    Ok(listed.iter().filter(|pod| is_running(pod)).flat_map(|pod| named_by(&kind, namespace, pod)).collect())
}

fn named_by(kind: &GroupKind, namespace: &str, object: &Value) -> Vec<ObjectId> {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    pod_references(&Node::new(&ObjectId::new(kind.clone(), Some(namespace), name), object))
}

/// Whether a pod may be started again where it is, or has yet to start.
fn is_running(pod: &Value) -> bool {
    pod["metadata"]["deletionTimestamp"].is_null()
        && !matches!(pod["status"]["phase"].as_str(), Some("Succeeded" | "Failed"))
}

/// Whether a workload may have pods of an earlier template.
fn may_have_older(live: &Value) -> bool {
    match live["kind"].as_str() {
        Some("CronJob") => live["status"]["active"].as_array().is_some_and(|jobs| !jobs.is_empty()),
        // They replace none.
        Some("ReplicaSet" | "ReplicationController") => true,
        _ => has_older(live),
    }
}

/// Whether a workload says that it has pods of an earlier template, or hasn't seen its
/// template yet: its rollout isn't over, is paused, or waits for somebody to delete pods.
pub(super) fn has_older(live: &Value) -> bool {
    let status = &live["status"];
    let count = |field: &str| status[field].as_u64().unwrap_or_default();
    let (updated, all) = match live["kind"].as_str() {
        Some("Deployment" | "StatefulSet") => ("updatedReplicas", "replicas"),
        Some("DaemonSet") => ("updatedNumberScheduled", "currentNumberScheduled"),
        _ => return false,
    };
    let is_unseen = count("observedGeneration") < live["metadata"]["generation"].as_u64().unwrap_or_default();
    is_unseen || count(updated) < count(all)
}

/// Whether a workload replaces all its pods by those of a new template, without anybody
/// who helps.
pub(super) fn replaces_pods(live: &Value) -> bool {
    let spec = &live["spec"];
    let strategy = &spec["updateStrategy"];
    match live["kind"].as_str() {
        Some("Deployment") => spec["paused"] != true,
        Some("StatefulSet") => {
            strategy["type"] != "OnDelete"
                && strategy["rollingUpdate"]["partition"].as_u64().unwrap_or_default() == 0
        }
        Some("DaemonSet") => strategy["type"] != "OnDelete",
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn a_rollout_that_isnt_over_may_have_older_pods() {
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
            ("ReplicaSet", json!({"replicas": 1, "observedGeneration": 2}), true),
            ("CronJob", json!({"active": [{"name": "nightly-1"}]}), true),
            ("CronJob", json!({}), false),
            ("ConfigMap", json!({"replicas": 3}), false),
        ] {
            let live = json!({"kind": kind, "metadata": {"generation": 2}, "status": status});
            assert_eq!(may_have_older(&live), expected, "{kind} {status}");
        }
    }

    #[test]
    fn what_is_paused_or_waits_for_somebody_replaces_no_pods() {
        for (kind, spec, expected) in [
            ("Deployment", json!({}), true),
            ("Deployment", json!({"paused": true}), false),
            (
                "StatefulSet",
                json!({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}}),
                true,
            ),
            ("StatefulSet", json!({"updateStrategy": {"rollingUpdate": {"partition": 1}}}), false),
            ("StatefulSet", json!({"updateStrategy": {"type": "OnDelete"}}), false),
            ("DaemonSet", json!({"updateStrategy": {"type": "OnDelete"}}), false),
            ("ReplicaSet", json!({}), false),
        ] {
            assert_eq!(replaces_pods(&json!({"kind": kind, "spec": spec})), expected, "{kind} {spec}");
        }
    }

    #[test]
    fn a_pod_that_has_ended_or_goes_starts_no_more() {
        assert!(is_running(&json!({"metadata": {}, "status": {"phase": "Pending"}})));
        assert!(!is_running(&json!({"metadata": {}, "status": {"phase": "Failed"}})));
        assert!(!is_running(&json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}})));
    }
}
