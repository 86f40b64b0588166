//! What is deployed and how it is.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;
use jiff::Timestamp;

use super::history::{commit_ref, run_result};
use super::memory::Memory;
use super::present::{Measure, Presence, Present, Sight, look, unknown_drift};
use super::setup::Setup;
use crate::cluster::{Cluster, Resource, Scope};
use crate::error::CommandError;
use crate::git::Distance;
use crate::health::{self, Context, Health, Owned, WorkloadVerdict};
use crate::json::Value;
use crate::release::Summary;
use crate::release::history::read_record;
use crate::report::{
    DeployedState, DriftCount, HealthCount, HoldState, ObjectStatus, PodCount, StatusReport,
};

/// The `ReplicaSets` and pods of each namespace that has workloads.
type Neighbours = BTreeMap<String, (Vec<Value>, Vec<Value>)>;

/// Looks at a target.
pub async fn read(setup: &Setup, cluster: &Cluster, now: Timestamp) -> Result<StatusReport, CommandError> {
    let Presence { namespace, observed, memory, objects } = look(setup, cluster, Measure::Written).await?;
    let neighbours = neighbours(cluster, &objects).await;
    let is_recorded = memory.as_ref().is_some_and(|memory| memory.record.is_some());
    let unknown = unknown_drift(&objects);
    let objects: Vec<ObjectStatus> = objects.iter().map(|object| status(object, &neighbours, now)).collect();
    let (behind, ahead, compared) = distance(setup, memory.as_ref());
    let summary = deployed_summary(cluster, memory.as_ref()).await;
    let state = memory.as_ref().and_then(|memory| memory.parent.as_ref()).map(|parent| &parent.state);
    Ok(StatusReport {
        target: setup.environment.clone(),
        cluster: observed.cluster_ref(cluster),
        namespace,
        deployed: memory.as_ref().and_then(|memory| deployed(memory, summary.as_ref())),
        healthy: state.and_then(|state| state.healthy.as_ref()).map(|healthy| healthy.release),
        behind,
        ahead,
        compared,
        hold: state.and_then(|state| state.hold.as_ref()).map(|hold| HoldState {
            reason: hold.reason.clone().unwrap_or_else(|| format!("release {} was rolled back", hold.from)),
            since: hold.at,
            by: Some(hold.by.clone()),
        }),
        drift: drift(&objects, is_recorded),
        health: HealthCount::of(&objects),
        objects,
        notes: memory.into_iter().flat_map(|memory| memory.notes).chain(unknown).collect(),
    })
}

/// How much moved of the objects of which that is known. That nothing did is
/// only said when all are.
fn drift(objects: &[ObjectStatus], is_recorded: bool) -> Option<DriftCount> {
    let known: Vec<usize> = objects.iter().filter_map(|object| object.drift).collect();
    let fields: usize = known.iter().sum();
    let is_complete = is_recorded && known.len() == objects.len();
    (is_complete || fields > 0)
        .then(|| DriftCount { objects: known.iter().filter(|fields| **fields > 0).count(), fields })
}

/// Whether something drifted, isn't healthy, or isn't deployed yet.
pub fn is_pending(report: &StatusReport) -> bool {
    report.deployed.is_none()
        || report.behind.is_some_and(|behind| behind > 0)
        || report.drift.is_some_and(|drift| drift.objects > 0)
        || report.health.ready < report.objects.len()
}

/// The deployed release in short: the last record's, unless that is of a run over a
/// part.
async fn deployed_summary(cluster: &Cluster, memory: Option<&Memory>) -> Option<Summary> {
    let memory = memory?;
    let release = memory.parent.as_ref()?.state.deployed.as_ref()?.release;
    match memory.record.as_ref().filter(|record| record.summary.release == release) {
        Some(record) => Some(record.summary.clone()),
        None => Some(read_record(cluster, &memory.target, release).await.ok()?.summary),
    }
}

fn deployed(memory: &Memory, summary: Option<&Summary>) -> Option<DeployedState> {
    let pointer = memory.parent.as_ref()?.state.deployed.as_ref()?;
    let commit = summary.and_then(|summary| summary.commit.as_ref()).map(commit_ref);
    Some(DeployedState {
        release: pointer.release,
        // A run that changed nothing moved the commit and not the release.
        commit: commit.filter(|commit| Some(&commit.sha) == pointer.commit.as_ref()),
        actor: Some(pointer.actor.clone()),
        run: pointer.run.clone(),
        at: pointer.at,
        restored: summary.and_then(|summary| summary.rollback.as_ref()).and_then(|rollback| rollback.to),
        result: summary.map_or(crate::apply::RunResult::Applied, |summary| run_result(summary.result)),
    })
}

/// How far the deployed commit is from the one that is checked out.
fn distance(setup: &Setup, memory: Option<&Memory>) -> (Option<usize>, Option<usize>, Option<String>) {
    let found = || {
        let repository = setup.origin.repository()?;
        let deployed = memory?.parent.as_ref()?.state.deployed.as_ref()?.commit.as_ref()?.parse().ok()?;
        let head = repository.head().ok()??;
        match repository.count_between(&deployed, &head).ok()? {
            Distance::Known { ahead, behind } => {
                Some((Some(ahead), Some(behind), repository.head_name().or_else(|| Some(head.short()))))
            }
            Distance::Unknown => None,
        }
    };
    found().unwrap_or_default()
}

/// One list of pods and one of `ReplicaSets` for each namespace with workloads.
/// Where that isn't allowed, workloads are judged by themselves.
async fn neighbours(cluster: &Cluster, objects: &[Present]) -> Neighbours {
    let has_pods = |object: &&Present| matches!(object.recorded.object.group.as_str(), "apps" | "batch");
    let namespaces: BTreeSet<String> = objects
        .iter()
        .filter(has_pods)
        .filter_map(|object| object.recorded.object.namespace.clone())
        .collect();
    let pods = Resource::core("Pod", "pods", true);
    let replica_sets = Resource::known("apps", "v1", "ReplicaSet", "replicasets", true);
    let lists = namespaces.into_iter().map(|namespace| {
        let (pods, replica_sets) = (&pods, &replica_sets);
        async move {
            let scope = Scope::Namespace(namespace.clone());
            let (sets, pods) =
                futures::join!(cluster.list(replica_sets, &scope, None), cluster.list(pods, &scope, None));
            (namespace, (sets.unwrap_or_default(), pods.unwrap_or_default()))
        }
    });
    join_all(lists).await.into_iter().collect()
}

fn status(object: &Present, neighbours: &Neighbours, now: Timestamp) -> ObjectStatus {
    let reference = object.recorded.object.clone();
    let drift = object.moved.as_ref().map(Vec::len);
    let unseen = |health, reason: &str, message: &str| ObjectStatus {
        object: reference.clone(),
        health,
        reason: reason.to_owned(),
        message: message.to_owned(),
        age: None,
        pods: None,
        addresses: Vec::new(),
        drift,
    };
    let live = match &object.sight {
        Sight::Live(live) => live,
        Sight::Gone => return unseen(Health::Failed, "Deleted", "it is gone: somebody deleted it"),
        Sight::Forbidden => return unseen(Health::Unknown, "Forbidden", "this user may not read it"),
        Sight::NoAnswer => {
            return unseen(Health::Unknown, "NoAnswer", "the API server of its group doesn't answer");
        }
    };
    let namespace = reference.namespace.clone().unwrap_or_default();
    let nothing = (Vec::new(), Vec::new());
    let (replica_sets, pods) = neighbours.get(&namespace).unwrap_or(&nothing);
    let context = Context::at(now).ruled_by(object.rule.as_ref());
    let WorkloadVerdict { verdict, pods, .. } =
        health::judge_workload_in(live, &Owned { replica_sets, pods }, &context);
    ObjectStatus {
        health: verdict.health,
        reason: verdict.reason,
        message: verdict.message,
        age: age(live, now),
        pods: (pods.total > 0).then(|| PodCount {
            ready: pods.ready as usize,
            total: pods.total as usize,
            restarts: usize::try_from(pods.restarts).unwrap_or_default(),
        }),
        addresses: health::addresses(live),
        drift,
        object: reference,
    }
}

fn age(live: &Value, now: Timestamp) -> Option<u64> {
    let created: Timestamp = live["metadata"]["creationTimestamp"].as_str()?.parse().ok()?;
    u64::try_from(now.duration_since(created).as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use crate::object::SecretPaths;

    fn unseen(sight: Sight) -> ObjectStatus {
        let recorded = json!({"version": "v1", "group": "metrics.example", "kind": "Gauge",
            "namespace": "shop", "name": "a", "manifest": {}});
        let recorded = crate::json::from_value(recorded).expect("a recorded object");
        let present = Present { recorded, sight, rule: None, secrets: SecretPaths::default(), moved: None };
        status(&present, &Neighbours::new(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn an_unknown_object_hides_no_drift_of_the_others() {
        let with = |drift| ObjectStatus { drift, ..unseen(Sight::Gone) };
        let counted =
            |objects: &[ObjectStatus]| drift(objects, true).map(|drift| (drift.objects, drift.fields));
        assert_eq!(counted(&[with(Some(2)), with(None), with(Some(0)), with(Some(1))]), Some((2, 3)));
        assert_eq!(counted(&[with(Some(0)), with(Some(0))]), Some((0, 0)));
        assert_eq!(counted(&[with(Some(0)), with(None)]), None);
        assert_eq!(counted(&[with(None)]), None);
        assert_eq!(counted(&[]), Some((0, 0)));
        assert_eq!(drift(&[], false), None);
    }

    #[test]
    fn what_nobody_could_look_for_isnt_told_as_deleted() {
        let told = |sight| {
            let status = unseen(sight);
            (status.health, status.reason)
        };
        assert_eq!(told(Sight::Gone), (Health::Failed, "Deleted".to_owned()));
        assert_eq!(told(Sight::Forbidden), (Health::Unknown, "Forbidden".to_owned()));
        assert_eq!(told(Sight::NoAnswer), (Health::Unknown, "NoAnswer".to_owned()));
    }
}
