//! What is deployed and how it is.

mod around;
mod distance;
mod family;
mod object;
mod warnings;
mod watching;

use std::cell::LazyCell;

use futures::future::OptionFuture;
use jiff::Timestamp;

pub use around::Depth;
pub use watching::watch;

use super::history::{commit_ref, run_result, unfinished};
use super::locking;
use super::memory::Memory;
use super::present::{Measure, Presence, Present, look, unknown_drift};
use super::setup::Setup;
use crate::cluster::Cluster;
use crate::error::CommandError;
use crate::health::Health;
use crate::object::Needles;
use crate::plan::ClusterRef;
use crate::release::history::read_record;
use crate::release::{DigestKey, Running, Summary};
use crate::report::{DeployedState, HealthCount, HoldState, ObjectStatus, OwnedStatus, StatusReport};
use around::{Around, Locking, seen};
use family::Families;
use object::{drift, pods, status};

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
        // Where all is well there is nothing to take them out of.
        let secrets = LazyCell::new(|| self.secrets());
        let is_recorded = memory.is_some_and(|memory| memory.record.is_some());
        let status = |object: &Present| {
            let mut status = status(object, around, now);
            if let Some(live) = seen(object).filter(|_| self.depth == Depth::Tree) {
                status.owned = families.tree(live, around, now);
            }
            scrubbed(status, &secrets)
        };
        let objects: Vec<ObjectStatus> = self.objects.iter().map(status).collect();
        let mut warnings = warnings::recent(&self.objects, around, &families, now);
        warnings.iter_mut().for_each(|warning| warning.message = secrets.scrub(&warning.message));
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
            lock: match &around.lock {
                Locking::Held(held) => Some(locking::state(held)),
                Locking::Untaken | Locking::Free | Locking::Unknown => None,
            },
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
        let running = running.map(|running| {
            let Running { release, actor, started_at, .. } = running;
            match &self.around.lock {
                Locking::Untaken | Locking::Free => format!(
                    "release {release} was begun by {actor} at {started_at:.0} and killed: the next run finishes it"
                ),
                Locking::Held(_) => {
                    format!("release {release} is under way: begun by {actor} at {started_at:.0}")
                }
                Locking::Unknown => unfinished(running),
            }
        });
        let notes = memory.into_iter().flat_map(|memory| memory.notes.clone());
        notes
            .chain(memory.filter(|memory| self.was_deployed_to(memory)).map(Memory::lost))
            .chain(running)
            .chain(unknown_drift(&self.objects, memory))
            .chain(self.around.notes.clone())
            .collect()
    }

    /// Whether runs have left something though nothing is recorded: a first one that was
    /// refused leaves no more than a lock that is free again.
    fn was_deployed_to(&self, memory: &Memory) -> bool {
        memory.parent.is_none()
            && (matches!(self.around.lock, Locking::Free) || matches!(memory.key, DigestKey::Known(_)))
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

    /// What takes the target's secrets out of others' words: a kubelet's message can quote
    /// an argument.
    fn secrets(&self) -> Needles {
        let holders = self.objects.iter().filter(|object| !object.secrets.is_empty());
        Needles::of(holders.filter_map(|object| Some((seen(object)?, &object.secrets))))
    }
}

fn scrubbed(status: ObjectStatus, secrets: &Needles) -> ObjectStatus {
    let message = scrubbed_message(status.health, status.message, secrets);
    let owned = status.owned.into_iter().map(|owned| scrubbed_owned(owned, secrets)).collect();
    ObjectStatus { message, owned, ..status }
}

fn scrubbed_owned(status: OwnedStatus, secrets: &Needles) -> OwnedStatus {
    let message = scrubbed_message(status.health, status.message, secrets);
    let owned = status.owned.into_iter().map(|owned| scrubbed_owned(owned, secrets)).collect();
    OwnedStatus { message, owned, ..status }
}

/// What is ready has nothing to tell but numbers.
fn scrubbed_message(health: Health, message: String, secrets: &Needles) -> String {
    if health == Health::Ready { message } else { secrets.scrub(&message) }
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
