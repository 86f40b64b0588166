//! Kinds that are treated specially somewhere, named once.

use super::GroupKind;
use crate::json::Value;

/// `Namespace` of the core group.
pub fn is_namespace(kind: &GroupKind) -> bool {
    kind.is("", "Namespace")
}

/// `Secret` of the core group.
pub fn is_secret(kind: &GroupKind) -> bool {
    kind.is("", "Secret")
}

/// Whether objects of this kind give somebody rights.
pub fn is_binding(kind: &GroupKind) -> bool {
    kind.group == "rbac.authorization.k8s.io"
        && matches!(kind.kind.as_str(), "RoleBinding" | "ClusterRoleBinding")
}

/// `CustomResourceDefinition`.
pub fn is_crd(kind: &GroupKind) -> bool {
    kind.is("apiextensions.k8s.io", "CustomResourceDefinition")
}

/// The kind that a `CustomResourceDefinition` defines, as far as it says so.
pub fn defined_by(definition: &Value) -> Option<GroupKind> {
    let spec = &definition["spec"];
    Some(GroupKind::new(spec["group"].as_str()?, spec["names"]["kind"].as_str()?))
}

/// The versions of it that a `CustomResourceDefinition` serves.
pub fn served_by(definition: &Value) -> impl Iterator<Item = &str> {
    let versions = definition["spec"]["versions"].as_array().into_iter().flatten();
    let served = versions.filter(|version| version["served"] == true);
    served.filter_map(|version| version["name"].as_str())
}

/// Whether an object is the parent of an ApplySet (KEP-3659), or one of trueup's
/// records: only the tool that keeps it may write it.
pub fn is_bookkeeping(object: &Value) -> bool {
    let labels = &object["metadata"]["labels"];
    labels.get("applyset.kubernetes.io/id").is_some() || labels.get("trueup.dev/target").is_some()
}

/// Whether a built-in kind lives in namespaces; `None` for kinds that aren't
/// built in. From the API groups of Kubernetes 1.36; for what is said without a
/// cluster.
pub fn builtin_is_namespaced(kind: &GroupKind) -> Option<bool> {
    let is_cluster_scoped = match kind.group.as_str() {
        "" => matches!(kind.kind.as_str(), "Namespace" | "Node" | "PersistentVolume" | "ComponentStatus"),
        "rbac.authorization.k8s.io" => matches!(kind.kind.as_str(), "ClusterRole" | "ClusterRoleBinding"),
        "storage.k8s.io" => kind.kind != "CSIStorageCapacity",
        "networking.k8s.io" => matches!(kind.kind.as_str(), "IngressClass" | "IPAddress" | "ServiceCIDR"),
        "certificates.k8s.io" => kind.kind != "PodCertificateRequest",
        "resource.k8s.io" => !kind.kind.starts_with("ResourceClaim"),
        "apiextensions.k8s.io"
        | "apiregistration.k8s.io"
        | "admissionregistration.k8s.io"
        | "scheduling.k8s.io"
        | "node.k8s.io"
        | "flowcontrol.apiserver.k8s.io"
        | "storagemigration.k8s.io" => true,
        _ => false,
    };
    is_builtin(kind).then_some(!is_cluster_scoped)
}

/// Whether a kind comes with Kubernetes itself: its group has no dot, or ends
/// in `.k8s.io` and isn't one of the groups that add-ons keep there.
pub fn is_builtin(kind: &GroupKind) -> bool {
    const GROUPS: [&str; 20] = [
        "",
        "admissionregistration.k8s.io",
        "apiextensions.k8s.io",
        "apiregistration.k8s.io",
        "apps",
        "authentication.k8s.io",
        "authorization.k8s.io",
        "autoscaling",
        "batch",
        "certificates.k8s.io",
        "coordination.k8s.io",
        "discovery.k8s.io",
        "events.k8s.io",
        "flowcontrol.apiserver.k8s.io",
        "networking.k8s.io",
        "node.k8s.io",
        "policy",
        "rbac.authorization.k8s.io",
        "scheduling.k8s.io",
        "storage.k8s.io",
    ];
    GROUPS.contains(&kind.group.as_str())
        || matches!(kind.group.as_str(), "resource.k8s.io" | "storagemigration.k8s.io")
}
