//! What is deployed and how it is.

mod around;
mod distance;
mod family;
mod warnings;
mod watching;

use futures::future::OptionFuture;
use jiff::Timestamp;

pub use around::Depth;
pub use watching::watch;

use super::history::{commit_ref, run_result, unfinished};
use super::locking;
use super::memory::Memory;
use super::present::{Measure, Presence, Present, Sight, look, unknown_drift};
use super::setup::Setup;
use crate::cluster::Cluster;
use crate::error::CommandError;
use crate::health::{self, Context, Health, Owned, WorkloadVerdict};
use crate::json::Value;
use crate::object::scrub;
use crate::plan::ClusterRef;
use crate::release::Summary;
use crate::release::history::read_record;
use crate::report::{
    DeployedState, DriftCount, HealthCount, HoldState, ObjectStatus, OwnedStatus, PodCount, StatusReport,
};
use around::{Around, seen};
use family::Families;

/// Everything that was seen of a target.
struct Look {
    cluster: ClusterRef,
    namespace: String,
    memory: Option<Memory>,
    objects: Vec<Present>,
    around: Around,
    summary: Option<Summary>,
    depth: Depth,
    requests: usize,
}

/// Looks at a target.
pub async fn read(
    setup: &Setup,
    cluster: &Cluster,
    depth: Depth,
    now: Timestamp,
) -> Result<StatusReport, CommandError> {
    Ok(Look::at(setup, cluster, depth).await?.report(setup, now))
}

impl Look {
    async fn at(setup: &Setup, cluster: &Cluster, depth: Depth) -> Result<Self, CommandError> {
        let already = cluster.requests();
        let Presence { namespace, observed, memory, objects } =
            look(setup, cluster, Measure::Written).await?;
        let target = memory.as_ref().map(|memory| &memory.target);
        let (around, summary) = futures::join!(
            around::fetch(cluster, target, &objects, depth),
            OptionFuture::from(memory.as_ref().map(|memory| deployed_summary(cluster, memory))),
        );
        let requests = cluster.requests() - already;
        let cluster = observed.cluster_ref(cluster);
        Ok(Self { cluster, namespace, memory, objects, around, summary: summary.flatten(), depth, requests })
    }

    fn report(&self, setup: &Setup, now: Timestamp) -> StatusReport {
        let (memory, around) = (self.memory.as_ref(), &self.around);
        let families = Families::of(around);
        let is_recorded = memory.is_some_and(|memory| memory.record.is_some());
        let status = |object: &Present| {
            let mut status = status(object, around, now);
            if let Some(live) = seen(object).filter(|_| self.depth == Depth::Tree) {
                status.owned = families.tree(live, around, now);
            }
            self.scrubbed(status)
        };
        let objects: Vec<ObjectStatus> = self.objects.iter().map(status).collect();
        let mut warnings = warnings::recent(&self.objects, around, &families, now);
        warnings.iter_mut().for_each(|warning| warning.message = self.scrub(&warning.message));
        let apart = distance::distance(setup, memory);
        let state = memory.and_then(|memory| memory.parent.as_ref()).map(|parent| &parent.state);
        StatusReport {
            target: setup.environment.clone(),
            cluster: self.cluster.clone(),
            namespace: self.namespace.clone(),
            deployed: memory.and_then(|memory| self.deployed(setup, memory)),
            healthy: state.and_then(|state| state.healthy.as_ref()).map(|healthy| healthy.release),
            behind: apart.behind,
            ahead: apart.ahead,
            compared: apart.compared,
            hold: state.and_then(|state| state.hold.as_ref()).map(|hold| HoldState {
                reason: hold
                    .reason
                    .clone()
                    .unwrap_or_else(|| format!("release {} was rolled back", hold.from)),
                since: hold.at,
                by: Some(hold.by.clone()),
            }),
            lock: around.lock.iter().flatten().next().map(locking::state),
            drift: drift(&objects, is_recorded),
            health: HealthCount::of(&objects),
            pods: pods(&objects),
            objects,
            warnings,
            notes: self.notes(),
            requests: self.requests,
        }
    }

    fn notes(&self) -> Vec<String> {
        let memory = self.memory.as_ref();
        let running = memory.and_then(|memory| memory.parent.as_ref()?.state.running.as_ref());
        let running = running.map(|running| match &self.around.lock {
            Some(None) => {
                let Begun { release, actor, at } = Begun::of(running);
                format!("release {release} was begun by {actor} at {at} and killed: the next run finishes it")
            }
            Some(Some(_)) => {
                let Begun { release, actor, at } = Begun::of(running);
                format!("release {release} is under way: begun by {actor} at {at}")
            }
            None => unfinished(running),
        });
        let notes = memory.into_iter().flat_map(|memory| memory.notes.clone());
        notes
            .chain(running)
            .chain(unknown_drift(&self.objects, memory))
            .chain(self.around.notes.clone())
            .collect()
    }

    fn deployed(&self, setup: &Setup, memory: &Memory) -> Option<DeployedState> {
        let pointer = memory.parent.as_ref()?.state.deployed.as_ref()?;
        let summary = self.summary.as_ref();
        let commit = summary.and_then(|summary| summary.commit.as_ref()).map(commit_ref);
        // A run that changed nothing moved the commit and not the release.
        let commit = commit.filter(|commit| Some(&commit.sha) == pointer.commit.as_ref());
        Some(DeployedState {
            release: pointer.release,
            commit: commit.or_else(|| distance::commit(setup, memory, pointer.dirty)),
            actor: Some(pointer.actor.clone()),
            run: pointer.run.clone(),
            at: pointer.at,
            restored: summary.and_then(|summary| summary.rollback.as_ref()).and_then(|rollback| rollback.to),
            result: summary.map_or(crate::apply::RunResult::Applied, |summary| run_result(summary.result)),
        })
    }

    /// Others' words without the target's secrets: a kubelet's message can quote an
    /// argument.
    fn scrub(&self, text: &str) -> String {
        let holders = self.objects.iter().filter(|object| !object.secrets.is_empty());
        let holders = holders.filter_map(|object| Some((seen(object)?, &object.secrets)));
        holders.fold(text.to_owned(), |text, (live, paths)| scrub(&text, live, paths))
    }

    fn scrubbed(&self, status: ObjectStatus) -> ObjectStatus {
        let message = self.scrubbed_message(status.health, status.message);
        let owned = status.owned.into_iter().map(|owned| self.scrubbed_owned(owned)).collect();
        ObjectStatus { message, owned, ..status }
    }

    fn scrubbed_owned(&self, status: OwnedStatus) -> OwnedStatus {
        let message = self.scrubbed_message(status.health, status.message);
        let owned = status.owned.into_iter().map(|owned| self.scrubbed_owned(owned)).collect();
        OwnedStatus { message, owned, ..status }
    }

    /// What is ready has nothing to tell but numbers.
    fn scrubbed_message(&self, health: Health, message: String) -> String {
        if health == Health::Ready { message } else { self.scrub(&message) }
    }
}

/// A run that hasn't ended, in words.
struct Begun<'a> {
    release: u64,
    actor: &'a str,
    at: String,
}

impl<'a> Begun<'a> {
    fn of(running: &'a crate::release::Running) -> Self {
        Self { release: running.release, actor: &running.actor, at: format!("{:.0}", running.started_at) }
    }
}

/// All pods together, where there are any.
fn pods(objects: &[ObjectStatus]) -> Option<PodCount> {
    let all = objects.iter().filter_map(|object| object.pods);
    all.reduce(|sum, one| PodCount {
        ready: sum.ready + one.ready,
        total: sum.total + one.total,
        restarts: sum.restarts + one.restarts,
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
async fn deployed_summary(cluster: &Cluster, memory: &Memory) -> Option<Summary> {
    let release = memory.parent.as_ref()?.state.deployed.as_ref()?.release;
    match memory.record.as_ref().filter(|record| record.summary.release == release) {
        Some(record) => Some(record.summary.clone()),
        None => Some(read_record(cluster, &memory.target, release).await.ok()?.summary),
    }
}

fn status(object: &Present, around: &Around, now: Timestamp) -> ObjectStatus {
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
        owned: Vec::new(),
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
    let owned = around.namespaces.get(&namespace).map_or_else(Owned::default, |neighbours| Owned {
        replica_sets: &neighbours.replica_sets,
        pods: &neighbours.pods,
    });
    let context = Context::at(now).ruled_by(object.rule.as_ref());
    let WorkloadVerdict { verdict, pods, .. } = health::judge_workload_in(live, &owned, &context);
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
        owned: Vec::new(),
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
        let present = Present {
            recorded,
            resource: None,
            sight,
            rule: None,
            secrets: SecretPaths::default(),
            moved: None,
        };
        status(&present, &Around::default(), Timestamp::UNIX_EPOCH)
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
