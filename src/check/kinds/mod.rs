//! What the API server refuses in the built-in kinds beyond their schema: the
//! rules of its validation in Go (`pkg/apis/*/validation` of Kubernetes 1.36),
//! one file a family of kinds. `tests/agreement.rs` holds them against the
//! real server.
//!
//! A rule looks at one object alone and says nothing about types, which are
//! the schema's business. What some server since 1.27 accepts isn't refused,
//! unless nothing could come of it; nor is what depends on the cluster, or on
//! the object that's there already.

mod address;
mod admission_policy;
mod autoscaler;
mod bytes;
mod cluster;
mod config;
mod disruption_budget;
mod ingress;
mod job;
mod labels;
mod network_policy;
mod percent;
mod pod;
mod ports;
mod quantity;
mod quota;
mod rbac;
mod report;
mod schedule;
mod service;
mod storage;
#[cfg(test)]
mod tests;
mod webhook;
mod workload;

use std::collections::HashSet;

use super::Finding;
use super::place::Place;
use crate::object::Manifest;
use report::Report;

/// Adds what is wrong with one object. `position` is the manifest's in the
/// set.
pub fn check(object: &Manifest, position: usize, findings: &mut Vec<Finding>) {
    let root = Place::root(&object.body);
    let mut report = Report::new(position, findings);
    let kind = object.id.kind.kind.as_str();
    match object.id.kind.group.as_str() {
        "" => core(kind, &root, &mut report),
        "apps" => apps(kind, &root, &mut report),
        "batch" => batch(kind, &root, &mut report),
        "networking.k8s.io" => networking(kind, &root, &mut report),
        "rbac.authorization.k8s.io" => access(kind, &root, &mut report),
        "admissionregistration.k8s.io" => admission(kind, &root, &mut report),
        group => others(group, kind, &root, &mut report),
    }
}

fn core(kind: &str, root: &Place<'_>, report: &mut Report<'_>) {
    let spec = root.field("spec");
    match kind {
        "Pod" => pod::only(&spec, report),
        "PodTemplate" => pod::template(&root.field("template"), &HashSet::new(), report),
        "ReplicationController" => workload::replication_controller(&spec, report),
        "Service" => service::check(&spec, report),
        "ConfigMap" => config::config_map(root, report),
        "Secret" => config::secret(root, report),
        "PersistentVolumeClaim" => storage::claim(&spec, report),
        "PersistentVolume" => storage::volume(&spec, report),
        "ResourceQuota" => quota::quota(&spec, report),
        "LimitRange" => quota::limit_range(&spec, report),
        "Namespace" => cluster::namespace(&spec, report),
        "Node" => cluster::node(&spec, report),
        "Endpoints" => cluster::endpoints(root, report),
        _ => {}
    }
}

fn apps(kind: &str, root: &Place<'_>, report: &mut Report<'_>) {
    let spec = root.field("spec");
    match kind {
        "Deployment" => workload::deployment(&spec, report),
        "ReplicaSet" => workload::replica_set(&spec, report),
        "StatefulSet" => workload::stateful_set(&spec, report),
        "DaemonSet" => workload::daemon_set(&spec, report),
        _ => {}
    }
}

fn batch(kind: &str, root: &Place<'_>, report: &mut Report<'_>) {
    match kind {
        "Job" => job::job(root, report),
        "CronJob" => job::cron_job(&root.field("spec"), report),
        _ => {}
    }
}

fn networking(kind: &str, root: &Place<'_>, report: &mut Report<'_>) {
    match kind {
        "Ingress" => ingress::check(root, report),
        "IngressClass" => ingress::class(&root.field("spec"), report),
        "NetworkPolicy" => network_policy::check(&root.field("spec"), report),
        _ => {}
    }
}

fn access(kind: &str, root: &Place<'_>, report: &mut Report<'_>) {
    match kind {
        "Role" | "ClusterRole" => rbac::role(root, kind == "Role", report),
        "RoleBinding" | "ClusterRoleBinding" => rbac::binding(root, kind == "RoleBinding", report),
        _ => {}
    }
}

fn admission(kind: &str, root: &Place<'_>, report: &mut Report<'_>) {
    match kind {
        "ValidatingWebhookConfiguration" | "MutatingWebhookConfiguration" => webhook::check(root, report),
        "ValidatingAdmissionPolicy" => admission_policy::policy(&root.field("spec"), report),
        "ValidatingAdmissionPolicyBinding" => admission_policy::binding(&root.field("spec"), report),
        _ => {}
    }
}

fn others(group: &str, kind: &str, root: &Place<'_>, report: &mut Report<'_>) {
    let spec = root.field("spec");
    match (group, kind) {
        ("autoscaling", "HorizontalPodAutoscaler") => autoscaler::check(&spec, report),
        ("policy", "PodDisruptionBudget") => disruption_budget::check(&spec, report),
        ("storage.k8s.io", "StorageClass") => storage::class(root, report),
        ("storage.k8s.io", "CSIDriver") => cluster::csi_driver(&spec, report),
        ("scheduling.k8s.io", "PriorityClass") => cluster::priority_class(root, report),
        ("node.k8s.io", "RuntimeClass") => cluster::runtime_class(root, report),
        ("coordination.k8s.io", "Lease") => cluster::lease(&spec, report),
        ("apiregistration.k8s.io", "APIService") => cluster::api_service(root, report),
        ("discovery.k8s.io", "EndpointSlice") => cluster::endpoint_slice(root, report),
        _ => {}
    }
}
