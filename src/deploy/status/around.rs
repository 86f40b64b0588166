//! What lies around a target's objects: the pods and what else their controllers
//! make, the warnings about them, who holds the lock. Where this user may not look,
//! a note names the right that is missing.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::join_all;

use super::super::present::{Present, Sight};
use crate::cluster::{ApiError, Cluster, Resource, Scope};
use crate::json::Value;
use crate::release::{Held, LockError, Target, lock};
use crate::report::words;

/// From so many namespaces on, a kind is listed in all of them at once.
const MANY: usize = 5;

/// Everything around the objects.
#[derive(Default)]
pub(super) struct Around {
    /// By namespace.
    pub(super) namespaces: BTreeMap<String, Neighbours>,
    /// Who holds the lock.
    pub(super) lock: Locking,
    /// The rights that are missing, and what isn't known without them.
    pub(super) notes: Vec<String>,
}

/// Who holds the lock.
#[derive(Default)]
pub(super) enum Locking {
    /// Nobody may say.
    #[default]
    Unknown,
    /// Nobody, and nobody ever had it.
    Untaken,
    /// Nobody any more.
    Free,
    /// A run.
    Held(Box<Held>),
}

/// What lies in a namespace beside the target's own objects.
#[derive(Default)]
pub(super) struct Neighbours {
    pub(super) pods: Vec<Value>,
    pub(super) replica_sets: Vec<Value>,
    /// What else controllers make, where the whole tree is wanted.
    pub(super) others: Vec<Value>,
    /// Warning events.
    pub(super) events: Vec<Value>,
}

/// What is looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What the health of workloads hangs on.
    Health,
    /// Everything that their controllers make.
    Tree,
}

/// A kind to list, and what isn't known without.
struct Wanted {
    resource: Resource,
    namespaces: BTreeSet<String>,
    without: &'static str,
    place: fn(&mut Neighbours) -> &mut Vec<Value>,
}

/// Fetches it, all at once.
pub(super) async fn fetch(
    cluster: &Cluster,
    target: Option<&Target>,
    objects: &[Present],
    depth: Depth,
) -> Around {
    let wanted = wanted(objects, depth);
    let lists = join_all(wanted.iter().map(|wanted| list(cluster, wanted)));
    let held = async {
        match target {
            Some(target) => lock::look(cluster, target).await,
            None => Ok(None),
        }
    };
    let (lists, held) = futures::join!(lists, held);
    let mut around = Around::default();
    for (wanted, found) in wanted.iter().zip(lists) {
        around.take(wanted, found);
    }
    match held {
        Ok(None) => around.lock = Locking::Untaken,
        Ok(Some(None)) => around.lock = Locking::Free,
        Ok(Some(Some(held))) => around.lock = Locking::Held(Box::new(held)),
        Err(LockError::Api { error, .. }) => {
            around
                .notes
                .push(format!("whether somebody holds the lock isn't known: {}", why(&error, "get Leases")));
        }
        Err(error) => around.notes.push(format!("whether somebody holds the lock isn't known: {error}")),
    }
    around
}

impl Around {
    fn take(&mut self, wanted: &Wanted, found: Result<Vec<Value>, ApiError>) {
        match found {
            Ok(objects) => {
                for object in objects {
                    let namespace = object["metadata"]["namespace"].as_str().unwrap_or_default();
                    if wanted.namespaces.contains(namespace) {
                        let neighbours = self.namespaces.entry(namespace.to_owned()).or_default();
                        (wanted.place)(neighbours).push(object);
                    }
                }
            }
            Err(error) => {
                let right = format!("list {}", words::plural(&wanted.resource.kind.kind));
                self.notes.push(format!("{}: {}", wanted.without, why(&error, &right)));
            }
        }
    }
}

/// `no permission to list Pods`.
fn why(error: &ApiError, right: &str) -> String {
    if error.is_forbidden() { format!("no permission to {right}") } else { error.to_string() }
}

/// The namespaces in which pods may be the target's.
pub(super) fn with_workloads(objects: &[Present], depth: Depth) -> BTreeSet<String> {
    let is_workload = |group: &str, kind: &str| {
        matches!(group, "apps" | "batch") || (group.is_empty() && kind == "ReplicationController")
    };
    namespaces_of(objects, |group, kind| depth == Depth::Tree || is_workload(group, kind))
}

fn namespaces_of(objects: &[Present], is_meant: impl Fn(&str, &str) -> bool) -> BTreeSet<String> {
    let meant =
        objects.iter().filter(|object| is_meant(&object.recorded.object.group, &object.recorded.object.kind));
    meant.filter_map(|object| object.recorded.object.namespace.clone()).collect()
}

fn wanted(objects: &[Present], depth: Depth) -> Vec<Wanted> {
    let everywhere = namespaces_of(objects, |_, _| true);
    let is_tree = depth == Depth::Tree;
    let pods = with_workloads(objects, depth);
    let sets = namespaces_of(objects, |group, kind| is_tree || (group == "apps" && kind == "Deployment"));
    let others = if is_tree { everywhere.clone() } else { BTreeSet::new() };
    let of_tree = |group, kind, plural| Wanted {
        resource: Resource::known(group, "v1", kind, plural, true),
        namespaces: others.clone(),
        without: "not all that controllers made is known",
        place: |neighbours| &mut neighbours.others,
    };
    let mut wanted = vec![
        Wanted {
            resource: Resource::core("Pod", "pods", true),
            namespaces: pods,
            without: "workloads are judged without their pods",
            place: |neighbours| &mut neighbours.pods,
        },
        Wanted {
            resource: Resource::known("apps", "v1", "ReplicaSet", "replicasets", true),
            namespaces: sets,
            without: "Deployments are judged without their pods",
            place: |neighbours| &mut neighbours.replica_sets,
        },
        Wanted {
            resource: Resource::core("Event", "events", true),
            namespaces: everywhere,
            without: "recent warnings aren't known",
            place: |neighbours| &mut neighbours.events,
        },
        of_tree("batch", "Job", "jobs"),
        of_tree("apps", "Deployment", "deployments"),
        of_tree("apps", "StatefulSet", "statefulsets"),
        of_tree("apps", "DaemonSet", "daemonsets"),
    ];
    wanted.retain(|wanted| !wanted.namespaces.is_empty());
    wanted
}

/// In each namespace; where they are many, at once if this user may.
async fn list(cluster: &Cluster, wanted: &Wanted) -> Result<Vec<Value>, ApiError> {
    let fields = (wanted.resource.kind.kind == "Event").then_some("type=Warning");
    if wanted.namespaces.len() >= MANY {
        match cluster.list_by_field(&wanted.resource, &Scope::All, fields).await {
            Err(error) if error.is_forbidden() => {}
            found => return found,
        }
    }
    let scopes = wanted.namespaces.iter().cloned().map(Scope::Namespace).collect::<Vec<_>>();
    let lists = scopes.iter().map(|scope| cluster.list_by_field(&wanted.resource, scope, fields));
    let found: Result<Vec<_>, _> = join_all(lists).await.into_iter().collect();
    Ok(found?.concat())
}

/// The uids of live objects.
pub(super) fn uid(object: &Value) -> Option<&str> {
    object["metadata"]["uid"].as_str()
}

/// The live object, if it was seen.
pub(super) fn seen(object: &Present) -> Option<&Value> {
    match &object.sight {
        Sight::Live(live) => Some(live),
        Sight::Gone | Sight::Forbidden | Sight::NoAnswer => None,
    }
}
