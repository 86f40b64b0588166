//! Which pods are of a workload's newest template. Trouble of older ones says
//! nothing of the rollout.

use schemars::JsonSchema;
use serde::Serialize;

use super::live::Live;
use super::pod;
use crate::json::Value;

/// The label that the Deployment controller adds to a pod template.
const TEMPLATE_HASH: &str = "pod-template-hash";
/// The label with the revision of a `StatefulSet`'s or `DaemonSet`'s pod.
pub(super) const REVISION_HASH: &str = "controller-revision-hash";
/// A `DaemonSet`'s template generation, which the API server itself counts up
/// with each change of the template, and the label that its pods carry of it.
const DAEMON_GENERATION: &str = "deprecated.daemonset.template.generation";
const DAEMON_POD_GENERATION: &str = "pod-template-generation";

/// What lies in a workload's namespace; what isn't the workload's own is left
/// out of consideration.
#[derive(Debug, Clone, Default)]
pub struct Owned<'a> {
    /// The `ReplicaSet`s, needed for Deployments only.
    pub replica_sets: Vec<&'a Value>,
    /// The pods.
    pub pods: Vec<&'a Value>,
}

impl<'a> Owned<'a> {
    /// All of these.
    pub fn of(replica_sets: &'a [Value], pods: &'a [Value]) -> Self {
        Self { replica_sets: replica_sets.iter().collect(), pods: pods.iter().collect() }
    }
}

/// The kinds of workloads that have pods, by how they have them.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Family {
    Deployment,
    StatefulSet,
    DaemonSet,
    /// `ReplicaSet`s and `ReplicationController`s.
    ReplicaSet,
    Job,
}

impl Family {
    pub(super) fn of(workload: Live<'_>) -> Option<Self> {
        let kind = workload.kind()?;
        match (kind.group.as_str(), kind.kind.as_str()) {
            ("apps", "Deployment") => Some(Self::Deployment),
            ("apps", "StatefulSet") => Some(Self::StatefulSet),
            ("apps", "DaemonSet") => Some(Self::DaemonSet),
            ("apps", "ReplicaSet") | ("", "ReplicationController") => Some(Self::ReplicaSet),
            ("batch", "Job") => Some(Self::Job),
            _ => None,
        }
    }

    /// Whether it replaces its pods when its template changes.
    pub(super) fn has_revisions(self) -> bool {
        matches!(self, Self::Deployment | Self::StatefulSet | Self::DaemonSet)
    }
}

/// The pods of a workload's newest template, in short.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Newest {
    /// The `ReplicaSet` between a Deployment and them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub replica_set: Option<String>,
    /// How many there are to do their work.
    pub pods: usize,
}

/// The pods of a workload, each list ordered by name.
pub(super) struct Pods<'a> {
    /// All of them, of whichever template, also those that are over.
    pub(super) all: Vec<&'a Value>,
    /// Those of the newest template that are there to do their work. None
    /// while it can't be told which those are.
    pub(super) newest: Vec<Live<'a>>,
    /// The others that are there to do their work.
    pub(super) older: Vec<Live<'a>>,
    /// The name of a Deployment's newest `ReplicaSet`.
    replica_set: Option<&'a str>,
}

impl<'a> Pods<'a> {
    /// The pods of this workload.
    pub(super) fn of(workload: Live<'_>, family: Family, owned: &Owned<'a>) -> Self {
        match family {
            Family::Deployment => of_deployment(workload, owned),
            Family::StatefulSet => of_stateful_set(workload, owned),
            Family::DaemonSet => of_daemon_set(workload, owned),
            Family::ReplicaSet | Family::Job => {
                Self::split(controlled_by(&owned.pods, workload.uid().as_slice()), |_| true)
            }
        }
    }

    fn split(mut all: Vec<Live<'a>>, is_newest: impl Fn(Live<'a>) -> bool) -> Self {
        all.sort_by_key(|pod| pod.name());
        let active = all.iter().copied().filter(|found| pod::is_active(*found));
        let (newest, older) = active.partition(|found| is_newest(*found));
        Self { all: all.into_iter().map(|pod| pod.0).collect(), newest, older, replica_set: None }
    }

    /// Those of the newest template, in short.
    pub(super) fn newest(&self) -> Newest {
        Newest { replica_set: self.replica_set.map(str::to_owned), pods: self.newest.len() }
    }
}

fn controlled_by<'a>(objects: &[&'a Value], owners: &[&str]) -> Vec<Live<'a>> {
    let is_ours = |object: &Live<'_>| object.controller().is_some_and(|owner| owners.contains(&owner));
    objects.iter().copied().map(Live).filter(is_ours).collect()
}

fn of_deployment<'a>(deployment: Live<'_>, owned: &Owned<'a>) -> Pods<'a> {
    let replica_sets = controlled_by(&owned.replica_sets, deployment.uid().as_slice());
    let owners: Vec<&str> = replica_sets.iter().filter_map(|set| set.uid()).collect();
    let newest = newest_replica_set(deployment, &replica_sets);
    let uid = newest.and_then(Live::uid);
    let pods =
        Pods::split(controlled_by(&owned.pods, &owners), |pod| uid.is_some() && pod.controller() == uid);
    Pods { replica_set: newest.map(Live::name), ..pods }
}

/// The one with the Deployment's own pod template, the oldest of several: the
/// controller's rule (`FindNewReplicaSet`). The revisions that it numbers them
/// with are no help: while a Recreate is scaling the old pods down, and for a
/// moment after a revert, the Deployment carries the old `ReplicaSet`'s number
/// beside an `observedGeneration` that is current already.
fn newest_replica_set<'a>(deployment: Live<'_>, replica_sets: &[Live<'a>]) -> Option<Live<'a>> {
    let equal = replica_sets.iter().filter(|set| is_of_same_template(deployment, **set));
    equal.min_by_key(|set| (set.created(), set.name())).copied()
}

fn is_of_same_template(deployment: Live<'_>, replica_set: Live<'_>) -> bool {
    let equal =
        |pointer: &str, except: &str| equal_but(deployment.at(pointer), replica_set.at(pointer), except);
    deployment.at("/spec/template").is_some()
        && equal("/spec/template", "metadata")
        && equal("/spec/template/metadata", "labels")
        && equal("/spec/template/metadata/labels", TEMPLATE_HASH)
}

/// Whether two maps are equal but for one key; a null is as good as absent.
fn equal_but(one: Option<&Value>, other: Option<&Value>, except: &str) -> bool {
    fn entries<'a>(map: Option<&'a Value>, except: &str) -> impl Iterator<Item = (&'a String, &'a Value)> {
        let all = map.and_then(Value::as_object).into_iter().flatten();
        all.filter(move |(key, value)| *key != except && !value.is_null())
    }
    entries(one, except).eq(entries(other, except))
}

fn of_stateful_set<'a>(set: Live<'_>, owned: &Owned<'a>) -> Pods<'a> {
    let update = set.text("/status/updateRevision");
    Pods::split(controlled_by(&owned.pods, set.uid().as_slice()), |pod| {
        update.is_some() && pod.label(REVISION_HASH) == update
    })
}

/// The newest pods carry the template's generation, or share the revision of
/// one that does: a template that was rolled back gets a new generation and
/// its old revision.
fn of_daemon_set<'a>(set: Live<'_>, owned: &Owned<'a>) -> Pods<'a> {
    let all = controlled_by(&owned.pods, set.uid().as_slice());
    let generation = set.annotation(DAEMON_GENERATION);
    let has_generation =
        |pod: &Live<'_>| generation.is_some() && pod.label(DAEMON_POD_GENERATION) == generation;
    let hashes: Vec<&str> =
        all.iter().filter(|pod| has_generation(pod)).filter_map(|pod| pod.label(REVISION_HASH)).collect();
    Pods::split(all, |pod| {
        has_generation(&pod) || pod.label(REVISION_HASH).is_some_and(|hash| hashes.contains(&hash))
    })
}
