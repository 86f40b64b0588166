//! What a manifest needs without naming it: by labels, or through another object.

use std::collections::HashMap;

use super::references::{bound_accounts, items, pod};
use super::{Index, Node};
use crate::json::{Map, Value};
use crate::object::{GroupKind, ObjectId, selector};

/// A soft edge.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Soft {
    /// Who waits.
    pub(super) from: usize,
    /// For what.
    pub(super) to: usize,
    /// Whether that must be ready, and not only written.
    pub(super) ready: bool,
}

/// The pods of a node.
struct Pods<'a> {
    at: usize,
    namespace: Option<&'a str>,
    labels: Option<&'a Map>,
}

/// All such edges.
pub(super) fn selected(nodes: &[Node<'_>], index: &Index<'_>) -> Vec<Soft> {
    let pods: Vec<Pods<'_>> = nodes.iter().enumerate().filter_map(|(at, node)| pods_of(at, node)).collect();
    let bound = bound(nodes);
    let mut edges = Vec::new();
    for (from, node) in nodes.iter().enumerate() {
        let mut edge = |to, ready| edges.push(Soft { from, to, ready });
        if let Some(account) = pod(node).and_then(|pod| account(pod, node)) {
            bound.get(&account).into_iter().flatten().for_each(|&to| edge(to, false));
        }
        match (node.id.kind.group.as_str(), node.id.kind.kind.as_str()) {
            ("policy", "PodDisruptionBudget") => {
                let wanted = &node.body["spec"]["selector"];
                let own = pods.iter().filter(|pods| pods.namespace == node.id.namespace.as_deref());
                let fitting = own.filter(|pods| wanted.is_object() && selector::fits(wanted, pods.labels));
                fitting.for_each(|pods| edge(pods.at, false));
            }
            ("admissionregistration.k8s.io" | "apiregistration.k8s.io", _) => {
                for to in services(node).filter_map(|id| index.get(&id).copied()) {
                    edge(to, false);
                    behind(&nodes[to], &pods).for_each(|to| edge(to, true));
                }
            }
            _ => {}
        }
    }
    edges
}

fn pods_of<'a>(at: usize, node: &Node<'a>) -> Option<Pods<'a>> {
    let labels = pod(node)?["metadata"]["labels"].as_object();
    Some(Pods { at, namespace: node.id.namespace.as_deref(), labels })
}

/// The account that a pod runs as, where it names one.
fn account(pod: &Value, node: &Node<'_>) -> Option<ObjectId> {
    let name = pod["spec"]["serviceAccountName"].as_str()?;
    Some(ObjectId::new(GroupKind::new("", "ServiceAccount"), node.id.namespace.as_deref(), name))
}

/// The bindings of each account: its pods need its rights.
fn bound(nodes: &[Node<'_>]) -> HashMap<ObjectId, Vec<usize>> {
    let mut bound: HashMap<ObjectId, Vec<usize>> = HashMap::new();
    let bindings =
        nodes.iter().enumerate().filter(|(_, node)| node.id.kind.group == "rbac.authorization.k8s.io");
    for (at, node) in bindings {
        bound_accounts(node).for_each(|account| bound.entry(account).or_default().push(at));
    }
    bound
}

/// The Services that the API server would call.
fn services(node: &Node<'_>) -> impl Iterator<Item = ObjectId> {
    let webhooks = items(&node.body["webhooks"]).map(|webhook| &webhook["clientConfig"]["service"]);
    webhooks.chain([&node.body["spec"]["service"]]).filter_map(|service| {
        let (namespace, name) = (service["namespace"].as_str()?, service["name"].as_str()?);
        Some(ObjectId::new(GroupKind::new("", "Service"), Some(namespace), name))
    })
}

/// The workloads behind a Service.
fn behind<'a>(service: &Node<'a>, pods: &'a [Pods<'a>]) -> impl Iterator<Item = usize> + use<'a> {
    let wanted = service.body["spec"]["selector"].as_object().filter(|labels| !labels.is_empty());
    let namespace = service.id.namespace.as_deref();
    let own = pods.iter().filter(move |pods| pods.namespace == namespace);
    own.filter(move |pods| wanted.is_some_and(|wanted| selector::has_all(wanted, pods.labels)))
        .map(|pods| pods.at)
}
