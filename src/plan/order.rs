//! What must be done before what: a graph over the objects of one plan.
//!
//! Hard edges are promises of Kubernetes: a namespace before what lives in it,
//! a custom resource definition before its objects. Soft edges are what a
//! rollout would otherwise stumble over: configuration, accounts and rights
//! before the workloads that use them. A soft edge that would close a cycle is
//! dropped.
//!
//! In: identities and manifests. Out: for each object the indices of those that
//! come before, and an order that respects them. Ties keep the order of
//! [`ObjectId`], so the result never depends on how the input was sorted.

use std::collections::{BTreeMap, BTreeSet};

use crate::json::Value;
use crate::object::{GroupKind, ObjectId, kinds};

/// One object to be ordered.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    /// Its identity.
    pub id: &'a ObjectId,
    /// Its manifest.
    pub body: &'a Value,
}

/// The order of a set of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Order {
    /// The nodes' indices, each after all that it waits for.
    pub sequence: Vec<usize>,
    /// For each node the indices of the nodes that it waits for, sorted.
    pub after: Vec<Vec<usize>>,
    /// For each node the length of the longest chain before it.
    pub wave: Vec<u32>,
}

/// Orders objects for creating and updating.
pub fn order(nodes: &[Node<'_>]) -> Order {
    let index: BTreeMap<&ObjectId, usize> =
        nodes.iter().enumerate().map(|(at, node)| (node.id, at)).collect();
    let mut after: Vec<BTreeSet<usize>> = vec![BTreeSet::new(); nodes.len()];
    hard_edges(nodes, &index, &mut after);
    for (from, to) in soft_edges(nodes, &index) {
        if from != to && !reaches(&after, to, from) {
            after[from].insert(to);
        }
    }
    let after: Vec<Vec<usize>> = after.into_iter().map(|set| set.into_iter().collect()).collect();
    let sequence = sequence(nodes, &after);
    let mut wave = vec![0; nodes.len()];
    for &at in &sequence {
        wave[at] = after[at].iter().map(|&before| wave[before] + 1).max().unwrap_or(0);
    }
    Order { sequence, after, wave }
}

/// Namespaces and definitions wait for nothing, so these edges close no cycle.
fn hard_edges(nodes: &[Node<'_>], index: &BTreeMap<&ObjectId, usize>, after: &mut [BTreeSet<usize>]) {
    let definitions = definitions(nodes);
    for (at, node) in nodes.iter().enumerate() {
        if let Some(namespace) = &node.id.namespace
            && let Some(&before) = index.get(&namespace_id(namespace))
        {
            after[at].insert(before);
        }
        if let Some(&before) = definitions.get(&node.id.kind)
            && !kinds::is_crd(&node.id.kind)
        {
            after[at].insert(before);
        }
    }
}

fn namespace_id(name: &str) -> ObjectId {
    ObjectId::new(GroupKind::new("", "Namespace"), None, name)
}

/// The kinds that definitions in the set introduce.
fn definitions(nodes: &[Node<'_>]) -> BTreeMap<GroupKind, usize> {
    let mut definitions = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate().filter(|(_, node)| kinds::is_crd(&node.id.kind)) {
        if let Some(kind) = kinds::defined_by(node.body) {
            definitions.insert(kind, at);
        }
    }
    definitions
}

/// Pairs (user, used).
fn soft_edges(nodes: &[Node<'_>], index: &BTreeMap<&ObjectId, usize>) -> Vec<(usize, usize)> {
    let mut edges = Vec::new();
    for (at, node) in nodes.iter().enumerate() {
        let used = references(node);
        edges.extend(used.iter().filter_map(|id| index.get(id)).map(|&to| (at, to)));
    }
    edges
}

/// The objects that a manifest names.
pub fn references(node: &Node<'_>) -> Vec<ObjectId> {
    let mut found = Vec::new();
    let namespace = node.id.namespace.as_deref();
    if let Some(pod) = pod_spec(node) {
        pod_references(pod, namespace, &mut found);
    }
    if node.id.kind.group == "rbac.authorization.k8s.io" {
        binding_references(node, &mut found);
    }
    found
}

fn pod_spec<'a>(node: &Node<'a>) -> Option<&'a Value> {
    let spec = &node.body["spec"];
    match (node.id.kind.group.as_str(), node.id.kind.kind.as_str()) {
        ("", "Pod") => Some(spec),
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("batch", "Job")
        | ("", "ReplicationController") => Some(&spec["template"]["spec"]),
        ("batch", "CronJob") => Some(&spec["jobTemplate"]["spec"]["template"]["spec"]),
        _ => None,
    }
}

fn pod_references(pod: &Value, namespace: Option<&str>, found: &mut Vec<ObjectId>) {
    let mut add = |kind: &str, name: &Value| {
        if let Some(name) = name.as_str() {
            found.push(ObjectId::new(GroupKind::new("", kind), namespace, name));
        }
    };
    add("ServiceAccount", &pod["serviceAccountName"]);
    for secret in items(&pod["imagePullSecrets"]) {
        add("Secret", &secret["name"]);
    }
    for volume in items(&pod["volumes"]) {
        add("ConfigMap", &volume["configMap"]["name"]);
        add("Secret", &volume["secret"]["secretName"]);
        add("PersistentVolumeClaim", &volume["persistentVolumeClaim"]["claimName"]);
        for source in items(&volume["projected"]["sources"]) {
            add("ConfigMap", &source["configMap"]["name"]);
            add("Secret", &source["secret"]["name"]);
        }
    }
    for container in items(&pod["initContainers"]).chain(items(&pod["containers"])) {
        for from in items(&container["envFrom"]) {
            add("ConfigMap", &from["configMapRef"]["name"]);
            add("Secret", &from["secretRef"]["name"]);
        }
        for variable in items(&container["env"]) {
            add("ConfigMap", &variable["valueFrom"]["configMapKeyRef"]["name"]);
            add("Secret", &variable["valueFrom"]["secretKeyRef"]["name"]);
        }
    }
    if let Some(class) = pod["priorityClassName"].as_str() {
        found.push(ObjectId::new(GroupKind::new("scheduling.k8s.io", "PriorityClass"), None, class));
    }
}

/// A binding waits for its role and its subjects.
fn binding_references(node: &Node<'_>, found: &mut Vec<ObjectId>) {
    let role = &node.body["roleRef"];
    if let (Some(kind), Some(name)) = (role["kind"].as_str(), role["name"].as_str()) {
        let namespace = node.id.namespace.as_deref().filter(|_| kind == "Role");
        found.push(ObjectId::new(GroupKind::new("rbac.authorization.k8s.io", kind), namespace, name));
    }
    for subject in items(&node.body["subjects"]).filter(|subject| subject["kind"] == "ServiceAccount") {
        let namespace = subject["namespace"].as_str().or(node.id.namespace.as_deref());
        if let Some(name) = subject["name"].as_str() {
            found.push(ObjectId::new(GroupKind::new("", "ServiceAccount"), namespace, name));
        }
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}

/// Whether `target` comes before `start`, directly or not.
fn reaches(after: &[BTreeSet<usize>], start: usize, target: usize) -> bool {
    let mut open = vec![start];
    let mut seen = BTreeSet::new();
    while let Some(at) = open.pop() {
        if at == target {
            return true;
        }
        if seen.insert(at) {
            open.extend(&after[at]);
        }
    }
    false
}

/// Kahn's algorithm, the smallest rank and identity first among those that wait
/// for nothing more.
fn sequence(nodes: &[Node<'_>], after: &[Vec<usize>]) -> Vec<usize> {
    let mut waiting: Vec<usize> = after.iter().map(Vec::len).collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (at, befores) in after.iter().enumerate() {
        befores.iter().for_each(|&before| users[before].push(at));
    }
    let key = |at: usize| (rank(&nodes[at].id.kind), nodes[at].id, at);
    let mut free: BTreeSet<_> = (0..nodes.len()).filter(|&at| waiting[at] == 0).map(key).collect();
    let mut sequence = Vec::with_capacity(nodes.len());
    while let Some((_, _, at)) = free.pop_first() {
        sequence.push(at);
        for &user in &users[at] {
            waiting[user] -= 1;
            if waiting[user] == 0 {
                free.insert(key(user));
            }
        }
    }
    sequence
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use proptest::prelude::*;

    fn id(group: &str, kind: &str, namespace: Option<&str>, name: &str) -> ObjectId {
        ObjectId::new(GroupKind::new(group, kind), namespace, name)
    }

    fn names(objects: &[(ObjectId, Value)]) -> Vec<String> {
        let nodes: Vec<Node<'_>> = objects.iter().map(|(id, body)| Node { id, body }).collect();
        order(&nodes).sequence.into_iter().map(|at| objects[at].0.to_string()).collect()
    }

    #[test]
    fn a_namespace_comes_before_its_content_and_a_definition_before_its_objects() {
        let definition = json!({"spec": {"group": "example.com", "names": {"kind": "Till"}}});
        let objects = [
            (id("example.com", "Till", Some("shop"), "a"), json!({})),
            (id("apiextensions.k8s.io", "CustomResourceDefinition", None, "tills.example.com"), definition),
            (id("", "Namespace", None, "shop"), json!({})),
        ];
        assert_eq!(
            names(&objects),
            ["Namespace/shop", "CustomResourceDefinition/tills.example.com", "shop/Till/a"]
        );
    }

    #[test]
    fn a_workload_waits_for_what_its_pods_name() {
        let pod = json!({"spec": {"template": {"spec": {"serviceAccountName": "web",
            "containers": [{"envFrom": [{"configMapRef": {"name": "settings"}}]}]}}}});
        let objects = [
            (id("apps", "Deployment", Some("shop"), "web"), pod),
            (id("", "ConfigMap", Some("shop"), "settings"), json!({})),
            (id("", "ConfigMap", Some("other"), "settings"), json!({})),
            (id("", "ServiceAccount", Some("shop"), "web"), json!({})),
        ];
        let nodes: Vec<Node<'_>> = objects.iter().map(|(id, body)| Node { id, body }).collect();
        let order = order(&nodes);
        assert_eq!(order.after[0], [1, 3]);
        assert_eq!((order.wave[0], order.wave[2]), (1, 0));
    }

    #[test]
    fn soft_edges_that_close_a_cycle_are_dropped() {
        // Three bindings, each with the next as its role: the API server refuses
        // them, but only once they are sent.
        let binding = |name: &str, role: &str| {
            let body = json!({"roleRef": {"kind": "RoleBinding", "name": role}});
            (id("rbac.authorization.k8s.io", "RoleBinding", None, name), body)
        };
        let objects = [binding("a", "b"), binding("b", "c"), binding("c", "a"), binding("d", "d")];
        let nodes: Vec<Node<'_>> = objects.iter().map(|(id, body)| Node { id, body }).collect();
        let order = order(&nodes);
        assert_eq!(order.after, [vec![1], vec![2], vec![], vec![]]);
        assert_eq!(order.sequence, [2, 1, 0, 3]);
        assert_eq!(order.wave, [2, 1, 0, 0]);
    }

    proptest! {
        #[test]
        fn everything_comes_once_and_after_what_it_waits_for(
            picks in prop::collection::btree_set((0usize..4, 0usize..3, "[a-c]"), 0..24),
            seed in any::<u64>(),
        ) {
            let kinds = [("", "Namespace"), ("", "ConfigMap"), ("apps", "Deployment"), ("rbac.authorization.k8s.io", "RoleBinding")];
            let mut objects: Vec<(ObjectId, Value)> = picks.into_iter().map(|(kind, namespace, name)| {
                let (group, kind) = kinds[kind];
                let namespace = (kind != "Namespace").then(|| ["a", "b", "c"][namespace]);
                let body = json!({"spec": {"template": {"spec": {"volumes": [{"configMap": {"name": name}}]}}},
                    "roleRef": {"kind": "RoleBinding", "name": "a"}});
                (id(group, kind, namespace, &name), body)
            }).collect();
            objects.sort_by(|a, b| a.0.cmp(&b.0));
            objects.dedup_by(|a, b| a.0 == b.0);
            let sorted = names(&objects);
            let nodes: Vec<Node<'_>> = objects.iter().map(|(id, body)| Node { id, body }).collect();
            let order = order(&nodes);
            prop_assert_eq!(order.sequence.len(), objects.len());
            let position: BTreeMap<usize, usize> = order.sequence.iter().enumerate().map(|(p, &at)| (at, p)).collect();
            for (at, befores) in order.after.iter().enumerate() {
                for before in befores {
                    prop_assert!(position[before] < position[&at]);
                }
            }
            // The same set in another order of input.
            let turn = usize::try_from(seed % 7).unwrap_or(0).min(objects.len());
            objects.rotate_left(turn);
            prop_assert_eq!(names(&objects), sorted);
        }
    }
}
