//! The objects that a manifest names, as far as it stumbles without them.

use super::Node;
use crate::json::Value;
use crate::object::{GroupKind, ObjectId};

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
