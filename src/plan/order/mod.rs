//! What must be done before what: a graph over the objects of one plan.
//!
//! Hard edges are promises of Kubernetes (a namespace before what lives in it, a
//! custom resource definition before its objects) and what manifests ask for: what
//! an object depends on comes before it, a lower wave before a higher. They are
//! never dropped: where they close a cycle, there is no order. Soft edges are what
//! a rollout would otherwise stumble over: configuration, accounts and rights
//! before the workloads that use them, and workloads that answer the API server,
//! ready, before it is told to ask them. A soft edge that would close a cycle is
//! dropped.
//!
//! In: identities and manifests. Out: for each object the indices of those that
//! come before, and an order that respects them. Ties keep the order of
//! [`ObjectId`], so the result never depends on how the input was sorted.

mod hard;
mod hooks;
mod others;
mod references;
mod removal;
mod selected;
mod sequence;
#[cfg(test)]
mod tests;

use std::collections::{BTreeSet, HashMap};

use crate::json::Value;
use crate::object::{GroupKind, ObjectId};
pub use hard::{Cycle, Edge, Hard, Outside, Why};
pub use hooks::{Place, Turn};
pub use others::KPT_DEPENDS_ON;
pub use references::{is_for_pods, pod_references, references};
pub use removal::{Removal, removal};
use selected::{Soft, selected};
use sequence::{levels, sequence};

/// One object to be ordered.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    /// Its identity.
    pub id: &'a ObjectId,
    /// Its manifest.
    pub body: &'a Value,
    /// Where it stands among hooks.
    pub place: Place,
}

impl<'a> Node<'a> {
    /// An object that is no hook.
    pub fn new(id: &'a ObjectId, body: &'a Value) -> Self {
        Self { id, body, place: Place::Among }
    }
}

/// The order of a set of objects.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Order {
    /// The nodes' indices, each after all that it waits for.
    pub sequence: Vec<usize>,
    /// For each node the indices of the nodes that it waits for, sorted; but for
    /// those that only its wave makes it wait for.
    pub after: Vec<Vec<usize>>,
    /// Those of them that must be ready, and not only written.
    pub ready: Vec<Vec<usize>>,
    /// Those that must be ready only if they are written at all.
    ready_if_written: Vec<Vec<usize>>,
    /// For each node the length of the longest chain before it.
    pub wave: Vec<u32>,
    /// For each node the wave that manifests ask for, [`AHEAD`] for what comes before
    /// all waves; `None` where no manifest asks for one.
    pub declared: Option<Vec<i32>>,
}

/// The wave of hooks that come before the objects, and of what they need.
pub const AHEAD: i32 = i32::MIN;

/// The wave of hooks that come after the objects.
pub const BEHIND: i32 = i32::MAX;

/// Nodes by identity.
type Index<'a> = HashMap<&'a ObjectId, usize>;

/// Orders objects for creating and updating.
pub fn order(nodes: &[Node<'_>]) -> Result<Order, Cycle> {
    Ok(Hard::of(nodes)?.order(nodes))
}

impl Hard {
    /// The order that keeps these edges, and as many soft ones as can be.
    pub fn order(&self, nodes: &[Node<'_>]) -> Order {
        let index = index(nodes);
        let mut after = vec![BTreeSet::new(); nodes.len()];
        let mut ready = vec![BTreeSet::new(); nodes.len()];
        for edge in &self.edges {
            after[edge.from].insert(edge.to);
            if edge.why == Why::DependsOn {
                ready[edge.from].insert(edge.to);
            }
        }
        let soft = soft_edges(nodes, &index);
        let ahead = hooks::ahead(nodes, &after, &soft);
        hooks::stand(nodes, &ahead, &mut after);
        let waves = self.waves.as_deref().map(|waves| hooks::waves(nodes, &ahead, waves));
        let waves = waves.as_deref();
        let mut ready_if_written = vec![Vec::new(); nodes.len()];
        for Soft { from, to, ready } in soft {
            if from != to && nodes[to].place.is_among() && may_follow(&after, waves, from, to) {
                after[from].insert(to);
                if ready {
                    ready_if_written[from].push(to);
                }
            }
        }
        let (after, ready) = (sorted(after), sorted(ready));
        let sequence = sequence(nodes, &after, waves);
        let wave = levels(&sequence, &after, waves);
        Order { sequence, after, ready, ready_if_written, wave, declared: waves.map(<[i32]>::to_vec) }
    }
}

impl Order {
    /// The order among the nodes of which this holds: who waits for one that is
    /// left out waits for what that one waits for.
    #[must_use]
    pub fn among(&self, stays: impl Fn(usize) -> bool) -> Self {
        let mut through: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); self.after.len()];
        let mut after = vec![Vec::new(); self.after.len()];
        for &at in &self.sequence {
            let mut befores = BTreeSet::new();
            for &before in &self.after[at] {
                if stays(before) {
                    befores.insert(before);
                } else {
                    befores.extend(&through[before]);
                }
            }
            if stays(at) {
                after[at] = befores.into_iter().collect();
            } else {
                through[at] = befores;
            }
        }
        let sequence: Vec<usize> = self.sequence.iter().copied().filter(|&at| stays(at)).collect();
        let wave = levels(&sequence, &after, self.declared.as_deref());
        let also = |at: usize| self.ready_if_written[at].iter().copied().filter(|&before| stays(before));
        let ready = self.ready.iter().enumerate();
        let ready = ready.map(|(at, ready)| ready.iter().copied().chain(also(at)).collect::<BTreeSet<_>>());
        let ready = sorted(ready.collect());
        let ready_if_written = vec![Vec::new(); self.after.len()];
        Self { sequence, after, wave, ready, ready_if_written, declared: self.declared.clone() }
    }
}

fn index<'a>(nodes: &[Node<'a>]) -> Index<'a> {
    // A hook that runs at several moments is there several times: the first counts.
    nodes.iter().enumerate().rev().map(|(at, node)| (node.id, at)).collect()
}

fn sorted(sets: Vec<BTreeSet<usize>>) -> Vec<Vec<usize>> {
    sets.into_iter().map(|set| set.into_iter().collect()).collect()
}

/// The strongest first: what is named before what is only selected.
fn soft_edges(nodes: &[Node<'_>], index: &Index<'_>) -> Vec<Soft> {
    let mut edges = Vec::new();
    for (from, node) in nodes.iter().enumerate() {
        let used = references(node);
        let used = used.iter().filter_map(|id| index.get(id));
        edges.extend(used.map(|&to| Soft { from, to, ready: false }));
    }
    edges.extend(selected(nodes, index));
    edges
}

/// Whether nothing that must be kept says that `from` comes before `to`. Edges
/// never lead to a later wave, so that a way back stays within one.
fn may_follow(after: &[BTreeSet<usize>], waves: Option<&[i32]>, from: usize, to: usize) -> bool {
    match waves.map(|waves| waves[to].cmp(&waves[from])) {
        Some(std::cmp::Ordering::Less) => true,
        Some(std::cmp::Ordering::Greater) => false,
        Some(std::cmp::Ordering::Equal) | None => {
            !reaches(after, to, from, |at| waves.is_none_or(|waves| waves[at] == waves[from]))
        }
    }
}

/// Whether `target` comes before `start`, directly or not, by nodes of which
/// `within` holds.
fn reaches(after: &[BTreeSet<usize>], start: usize, target: usize, within: impl Fn(usize) -> bool) -> bool {
    let mut open = vec![start];
    let mut seen = BTreeSet::new();
    while let Some(at) = open.pop() {
        if at == target {
            return true;
        }
        if seen.insert(at) {
            open.extend(after[at].iter().copied().filter(|&before| within(before)));
        }
    }
    false
}

/// Where a kind stands among objects that don't name each other: what others
/// lean on first, what intercepts requests last.
pub fn rank(kind: &GroupKind) -> u8 {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Namespace") => 0,
        ("apiextensions.k8s.io", _) => 1,
        ("scheduling.k8s.io" | "storage.k8s.io" | "node.k8s.io", _)
        | ("", "ResourceQuota" | "LimitRange") => 2,
        ("", "ServiceAccount") | ("rbac.authorization.k8s.io", _) => 3,
        ("", "ConfigMap" | "Secret" | "PersistentVolume" | "PersistentVolumeClaim") => 4,
        ("", "Service") => 5,
        ("admissionregistration.k8s.io" | "apiregistration.k8s.io", _) => 9,
        ("apps" | "batch" | "", _) => 6,
        ("autoscaling" | "policy" | "networking.k8s.io", _) => 7,
        _ => 8,
    }
}
