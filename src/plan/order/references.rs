//! The objects that a manifest names, as far as it stumbles without them.

use super::Node;
use crate::json::Value;
use crate::object::{ApiVersion, GroupKind, ObjectId};

/// The objects that a manifest names.
pub fn references(node: &Node<'_>) -> Vec<ObjectId> {
    let mut found = pod_references(node);
    let namespace = node.id.namespace.as_deref();
    match (node.id.kind.group.as_str(), node.id.kind.kind.as_str()) {
        ("rbac.authorization.k8s.io", _) => binding_references(node, &mut found),
        ("", "ServiceAccount") => {
            let secrets = items(&node.body["imagePullSecrets"]).chain(items(&node.body["secrets"]));
            found.extend(secrets.filter_map(|secret| named("", "Secret", namespace, &secret["name"])));
        }
        ("", "PersistentVolumeClaim") => found.extend(storage_class(&node.body["spec"])),
        ("apps", "StatefulSet") => {
            let spec = &node.body["spec"];
            found.extend(named("", "Service", namespace, &spec["serviceName"]));
            let claims = items(&spec["volumeClaimTemplates"]);
            found.extend(claims.filter_map(|claim| storage_class(&claim["spec"])));
        }
        ("autoscaling", "HorizontalPodAutoscaler") => found.extend(target(node)),
        ("networking.k8s.io", "Ingress") => ingress_references(node, &mut found),
        ("gateway.networking.k8s.io", _) => route_references(node, &mut found),
        _ => {}
    }
    found
}

/// The objects that the pods of a manifest name.
pub fn pod_references(node: &Node<'_>) -> Vec<ObjectId> {
    let mut found = Vec::new();
    if let Some(pod) = pod(node) {
        of_pod(&pod["spec"], node.id.namespace.as_deref(), &mut found);
    }
    found
}

/// Whether pods name objects of this kind that are in their namespace.
pub fn is_for_pods(kind: &GroupKind) -> bool {
    kind.group.is_empty()
        && matches!(kind.kind.as_str(), "ConfigMap" | "Secret" | "ServiceAccount" | "PersistentVolumeClaim")
}

fn named(group: &str, kind: &str, namespace: Option<&str>, name: &Value) -> Option<ObjectId> {
    Some(ObjectId::new(GroupKind::new(group, kind), namespace, name.as_str()?))
}

/// The pod that a manifest is or is a template of.
pub(super) fn pod<'a>(node: &Node<'a>) -> Option<&'a Value> {
    let spec = &node.body["spec"];
    match (node.id.kind.group.as_str(), node.id.kind.kind.as_str()) {
        ("", "Pod") => Some(node.body),
        ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
        | ("batch", "Job")
        | ("", "ReplicationController") => Some(&spec["template"]),
        ("batch", "CronJob") => Some(&spec["jobTemplate"]["spec"]["template"]),
        _ => None,
    }
}

fn storage_class(claim: &Value) -> Option<ObjectId> {
    named("storage.k8s.io", "StorageClass", None, &claim["storageClassName"])
}

/// What an autoscaler scales.
fn target(node: &Node<'_>) -> Option<ObjectId> {
    let target = &node.body["spec"]["scaleTargetRef"];
    let version = ApiVersion::parse(target["apiVersion"].as_str()?)?;
    named(&version.group, target["kind"].as_str()?, node.id.namespace.as_deref(), &target["name"])
}

fn ingress_references(node: &Node<'_>, found: &mut Vec<ObjectId>) {
    let (spec, namespace) = (&node.body["spec"], node.id.namespace.as_deref());
    let paths = items(&spec["rules"]).flat_map(|rule| items(&rule["http"]["paths"]));
    for backend in paths.map(|path| &path["backend"]).chain([&spec["defaultBackend"]]) {
        found.extend(named("", "Service", namespace, &backend["service"]["name"]));
    }
    let secrets = items(&spec["tls"]).filter_map(|tls| named("", "Secret", namespace, &tls["secretName"]));
    found.extend(secrets);
    found.extend(named("networking.k8s.io", "IngressClass", None, &spec["ingressClassName"]));
}

/// Routes of every kind name their gateways and backends alike.
fn route_references(node: &Node<'_>, found: &mut Vec<ObjectId>) {
    let spec = &node.body["spec"];
    let backends = items(&spec["rules"]).flat_map(|rule| items(&rule["backendRefs"]));
    let backends = backends.map(|backend| (backend, "", "Service"));
    let parents = items(&spec["parentRefs"]).map(|parent| (parent, "gateway.networking.k8s.io", "Gateway"));
    for (reference, group, kind) in backends.chain(parents) {
        let group = reference["group"].as_str().unwrap_or(group);
        let kind = reference["kind"].as_str().unwrap_or(kind);
        let namespace = reference["namespace"].as_str().or(node.id.namespace.as_deref());
        found.extend(named(group, kind, namespace, &reference["name"]));
    }
}

/// Kinds of volumes with a `secretRef` (`k8s.io/api/core/v1`, `VolumeSource`).
const SECRET_VOLUMES: [&str; 6] = ["cephfs", "flexVolume", "iscsi", "rbd", "scaleIO", "storageos"];

fn of_pod(pod: &Value, namespace: Option<&str>, found: &mut Vec<ObjectId>) {
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
        add("Secret", &volume["csi"]["nodePublishSecretRef"]["name"]);
        add("Secret", &volume["azureFile"]["secretName"]);
        for kind in SECRET_VOLUMES {
            add("Secret", &volume[kind]["secretRef"]["name"]);
        }
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
    found.extend(named("scheduling.k8s.io", "PriorityClass", None, &pod["priorityClassName"]));
    found.extend(named("node.k8s.io", "RuntimeClass", None, &pod["runtimeClassName"]));
}

/// A binding waits for its role and its subjects.
fn binding_references(node: &Node<'_>, found: &mut Vec<ObjectId>) {
    let role = &node.body["roleRef"];
    if let (Some(kind), Some(name)) = (role["kind"].as_str(), role["name"].as_str()) {
        let namespace = node.id.namespace.as_deref().filter(|_| kind == "Role");
        found.push(ObjectId::new(GroupKind::new("rbac.authorization.k8s.io", kind), namespace, name));
    }
    found.extend(bound_accounts(node));
}

/// The accounts that a binding gives rights to.
pub(super) fn bound_accounts<'a>(node: &Node<'a>) -> impl Iterator<Item = ObjectId> + use<'a> {
    let own = node.id.namespace.as_deref();
    let accounts = items(&node.body["subjects"]).filter(|subject| subject["kind"] == "ServiceAccount");
    accounts.filter_map(move |subject| {
        named("", "ServiceAccount", subject["namespace"].as_str().or(own), &subject["name"])
    })
}

pub(super) fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten()
}
