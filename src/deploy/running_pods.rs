//! What pods that run need, asked of the cluster where a workload may have pods of an
//! earlier template.

use std::collections::{HashMap, HashSet};

use futures::future::{join_all, try_join_all};

use super::observe::Live;
use super::resolve::Desired;
use super::stuck::{pods, selector};
use crate::cluster::{ApiError, Cluster, Resource, Scope};
use crate::health::{has_older_pods, is_active_pod, may_have_older_pods};
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
            may_have_older_pods(live).then_some((object.id(), live))
        });
        let needs = found.map(async |(id, live)| match needs(cluster, id, live).await {
            Ok(needs) => (id.clone(), Some(needs)),
            Err(_) => (id.clone(), (!has_older_pods(live)).then(HashSet::new)),
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
    Ok(listed
        .iter()
        .filter(|pod| is_active_pod(pod))
        .flat_map(|pod| named_by(&kind, namespace, pod))
        .collect())
}

fn named_by(kind: &GroupKind, namespace: &str, object: &Value) -> Vec<ObjectId> {
    let name = object["metadata"]["name"].as_str().unwrap_or_default();
    pod_references(&Node::new(&ObjectId::new(kind.clone(), Some(namespace), name), object))
}
