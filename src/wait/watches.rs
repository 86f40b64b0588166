//! The watches that a wait needs: those of the kinds waited for, and of the
//! pods behind workloads.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures::StreamExt as _;
use futures::stream::{BoxStream, SelectAll};

use crate::cluster::{Cluster, Resource, Scope, WatchEvent};
use crate::object::GroupKind;

/// From so many namespaces on, a kind is watched in all of them at once.
const MANY: usize = 16;

/// A kind to watch, and in which namespaces.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    pub(super) resource: Arc<Resource>,
    pub(super) namespaces: BTreeSet<Option<String>>,
}

/// One watch: a kind in a scope.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) resource: Arc<Resource>,
    pub(super) scope: Scope,
}

/// All events of all watches.
pub(super) fn of(
    cluster: &Cluster,
    watched: &[Watched],
) -> SelectAll<BoxStream<'static, (Arc<Watch>, WatchEvent)>> {
    let mut streams = SelectAll::new();
    for Watched { resource, namespaces } in watched {
        for scope in scopes(namespaces) {
            let stream = cluster.watch(resource, &scope);
            let watch = Arc::new(Watch { resource: resource.clone(), scope });
            streams.push(stream.map(move |event| (watch.clone(), event)).boxed());
        }
    }
    streams
}

fn scopes(namespaces: &BTreeSet<Option<String>>) -> Vec<Scope> {
    if namespaces.len() >= MANY {
        return vec![Scope::All];
    }
    namespaces.iter().map(|namespace| namespace.clone().map_or(Scope::All, Scope::Namespace)).collect()
}

/// The kinds whose objects lie between a workload and its containers.
pub(super) fn behind(kind: &GroupKind) -> Vec<Resource> {
    let pods = Resource::core("Pod", "pods", true);
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("apps", "Deployment") => {
            vec![Resource::known("apps", "v1", "ReplicaSet", "replicasets", true), pods]
        }
        ("apps", "ReplicaSet" | "StatefulSet" | "DaemonSet")
        | ("batch", "Job")
        | ("", "ReplicationController") => {
            vec![pods]
        }
        _ => Vec::new(),
    }
}
