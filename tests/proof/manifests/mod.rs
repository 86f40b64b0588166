//! Random manifests of the kinds people deploy most.

mod core;
mod custom;
pub(crate) mod definitions;
mod other;
mod workloads;

use trueup::json::{Value, json};

use super::random::Random;

/// A kind: where its objects are and how to make one.
pub(crate) struct Candidate {
    pub(crate) api_version: &'static str,
    pub(crate) kind: &'static str,
    /// The path of the collection.
    pub(crate) path: &'static str,
    pub(crate) builtin: bool,
    make: fn(&mut Random, &str) -> Value,
}

impl Candidate {
    /// The name of an object by its number.
    pub(crate) fn name(&self, number: usize) -> String {
        match self.kind {
            "CustomResourceDefinition" => format!("p{number}s.made.example.com"),
            _ => format!("p{number}"),
        }
    }

    /// A manifest of this name.
    pub(crate) fn manifest(&self, random: &mut Random, name: &str) -> Value {
        let mut object = (self.make)(random, name);
        object["apiVersion"] = json!(self.api_version);
        object["kind"] = json!(self.kind);
        let labels = object["metadata"]["labels"].clone();
        let mut metadata =
            json!({"name": name, "labels": {"applyset.kubernetes.io/part-of": "applyset-test-v1"}});
        random.maybe(
            &mut metadata,
            "annotations",
            &[json!({}), json!({"a": "b"}), json!({"a.b/c": "", "d": "e"})],
        );
        if let Value::Object(labels) = labels {
            for (key, value) in labels {
                metadata["labels"][key] = value;
            }
        }
        random.maybe(&mut metadata, "creationTimestamp", &[json!(null)]);
        object["metadata"] = metadata;
        random.maybe(&mut object, "status", &[json!({})]);
        object
    }
}

const fn kind(
    api_version: &'static str,
    kind: &'static str,
    path: &'static str,
    make: fn(&mut Random, &str) -> Value,
) -> Candidate {
    Candidate { api_version, kind, path, builtin: true, make }
}

const fn custom_kind(
    name: &'static str,
    path: &'static str,
    make: fn(&mut Random, &str) -> Value,
) -> Candidate {
    Candidate { builtin: false, ..kind("proof.example.com/v1", name, path, make) }
}

/// Every kind that is tried.
pub(crate) const KINDS: &[Candidate] = &[
    kind("apps/v1", "Deployment", "/apis/apps/v1/namespaces/default/deployments", workloads::deployment),
    kind("apps/v1", "StatefulSet", "/apis/apps/v1/namespaces/default/statefulsets", workloads::stateful_set),
    kind("apps/v1", "DaemonSet", "/apis/apps/v1/namespaces/default/daemonsets", workloads::daemon_set),
    kind("batch/v1", "CronJob", "/apis/batch/v1/namespaces/default/cronjobs", workloads::cron_job),
    kind("batch/v1", "Job", "/apis/batch/v1/namespaces/default/jobs", workloads::job),
    kind("v1", "PodTemplate", "/api/v1/namespaces/default/podtemplates", workloads::pod_template),
    kind("v1", "Service", "/api/v1/namespaces/default/services", core::service),
    kind("v1", "ConfigMap", "/api/v1/namespaces/default/configmaps", core::config_map),
    kind("v1", "Secret", "/api/v1/namespaces/default/secrets", core::secret),
    kind("v1", "ServiceAccount", "/api/v1/namespaces/default/serviceaccounts", core::service_account),
    kind("v1", "PersistentVolumeClaim", "/api/v1/namespaces/default/persistentvolumeclaims", core::claim),
    kind("v1", "LimitRange", "/api/v1/namespaces/default/limitranges", core::limit_range),
    kind("v1", "ResourceQuota", "/api/v1/namespaces/default/resourcequotas", core::resource_quota),
    kind(
        "rbac.authorization.k8s.io/v1",
        "Role",
        "/apis/rbac.authorization.k8s.io/v1/namespaces/default/roles",
        other::role,
    ),
    kind(
        "rbac.authorization.k8s.io/v1",
        "RoleBinding",
        "/apis/rbac.authorization.k8s.io/v1/namespaces/default/rolebindings",
        other::role_binding,
    ),
    kind(
        "rbac.authorization.k8s.io/v1",
        "ClusterRole",
        "/apis/rbac.authorization.k8s.io/v1/clusterroles",
        other::cluster_role,
    ),
    kind(
        "networking.k8s.io/v1",
        "NetworkPolicy",
        "/apis/networking.k8s.io/v1/namespaces/default/networkpolicies",
        other::network_policy,
    ),
    kind(
        "networking.k8s.io/v1",
        "Ingress",
        "/apis/networking.k8s.io/v1/namespaces/default/ingresses",
        other::ingress,
    ),
    kind(
        "autoscaling/v2",
        "HorizontalPodAutoscaler",
        "/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers",
        other::autoscaler,
    ),
    kind(
        "policy/v1",
        "PodDisruptionBudget",
        "/apis/policy/v1/namespaces/default/poddisruptionbudgets",
        other::disruption_budget,
    ),
    kind("storage.k8s.io/v1", "StorageClass", "/apis/storage.k8s.io/v1/storageclasses", other::storage_class),
    kind(
        "scheduling.k8s.io/v1",
        "PriorityClass",
        "/apis/scheduling.k8s.io/v1/priorityclasses",
        other::priority_class,
    ),
    kind(
        "admissionregistration.k8s.io/v1",
        "ValidatingWebhookConfiguration",
        "/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations",
        other::webhooks,
    ),
    kind(
        "apiextensions.k8s.io/v1",
        "CustomResourceDefinition",
        "/apis/apiextensions.k8s.io/v1/customresourcedefinitions",
        other::definition,
    ),
    kind("v1", "Namespace", "/api/v1/namespaces", other::namespace),
    kind(
        "rbac.authorization.k8s.io/v1",
        "ClusterRoleBinding",
        "/apis/rbac.authorization.k8s.io/v1/clusterrolebindings",
        other::cluster_role_binding,
    ),
    kind("v1", "PersistentVolume", "/api/v1/persistentvolumes", core::volume),
    custom_kind("Thing", "/apis/proof.example.com/v1/namespaces/default/things", custom::thing),
    custom_kind("Free", "/apis/proof.example.com/v1/frees", custom::free),
    custom_kind("Aged", "/apis/proof.example.com/v1/namespaces/default/ageds", custom::aged),
];
