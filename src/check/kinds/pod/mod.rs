//! Pods, wherever they are described: `ValidatePodSpec` and what it calls in
//! `pkg/apis/core/validation/validation.go` (Kubernetes 1.36). Where feature
//! gates decide, what any of them allows is allowed.

mod affinity;
mod container;
mod environment;
mod mounts;
mod network;
mod probe;
mod resources;
mod security;
mod volume;

use std::collections::HashSet;

use super::labels;
use super::report::Report;
use crate::check::place::Place;
use crate::object::names;
use volume::Volumes;

pub(super) use resources::{amount, name as resource_name};
pub(super) use volume::{host_path, nfs};

/// The template of a workload's pods.
pub(super) fn template(at: &Place<'_>, claims: &HashSet<&str>, report: &mut Report<'_>) {
    labels::metadata(&at.field("metadata"), report);
    check(&at.field("spec"), claims, report);
}

/// The `spec` of a `Pod` itself.
pub(super) fn only(spec: &Place<'_>, report: &mut Report<'_>) {
    check(spec, &HashSet::new(), report);
    let debugging = spec.field("ephemeralContainers");
    if !debugging.is_empty() {
        report.error(
            &debugging,
            "conflicting-fields",
            "can only be added to a pod that is there, by kubectl debug",
        );
    }
}

/// A pod's `spec`. `claims` names the volumes that come from elsewhere (a
/// `StatefulSet`'s claim templates).
fn check(spec: &Place<'_>, claims: &HashSet<&str>, report: &mut Report<'_>) {
    let mut volumes = volume::check(&spec.field("volumes"), report);
    volumes.add_claims(claims);
    containers(spec, &volumes, report);
    settings(spec, report);
    affinity::check(spec, report);
    network::check(spec, report);
    security::pod(spec, report);
}

fn containers(spec: &Place<'_>, volumes: &Volumes<'_>, report: &mut Report<'_>) {
    let (main, init) = (spec.field("containers"), spec.field("initContainers"));
    if main.is_empty() {
        report.error(&main, "missing-field", "needs at least one container");
    }
    let grace = spec.field("terminationGracePeriodSeconds");
    let pod = container::Pod { volumes, grace: if grace.is_set() { grace.number() } else { Some(30) } };
    let names: HashSet<&str> =
        main.items().filter_map(|container| container.value().get("name")?.as_str()).collect();
    for container in main.items() {
        container::regular(&container, &pod, report);
    }
    container::host_ports(&main, report);
    for container in init.items() {
        container::init(&container, &pod, report);
        let name = container.field("name");
        if let Some(taken) = name.text().filter(|name| names.contains(name)) {
            report.error(&name, "duplicate", format!("{taken:?} is the name of another container too"));
        }
    }
}

/// Fields that stand for themselves.
fn settings(spec: &Place<'_>, report: &mut Report<'_>) {
    report.one_of(&spec.field("restartPolicy"), &["Always", "OnFailure", "Never"]);
    report.one_of(&spec.field("preemptionPolicy"), &["PreemptLowerPriority", "Never"]);
    report.within(&spec.field("activeDeadlineSeconds"), 1, i64::from(i32::MAX));
    report.one_of(&spec.down(&["os", "name"]), &["linux", "windows"]);
    labels::labels(&spec.field("nodeSelector"), report);
    for field in ["serviceAccountName", "nodeName", "priorityClassName", "runtimeClassName"] {
        report.named(&spec.field(field), names::subdomain);
    }
    for field in ["hostname", "subdomain"] {
        report.named(&spec.field(field), names::label);
    }
    for gate in spec.field("readinessGates").items() {
        report.named(&gate.field("conditionType"), names::label_key);
    }
    for gate in spec.field("schedulingGates").items() {
        report.named(&gate.field("name"), names::label_key);
    }
    resources::overhead(&spec.field("overhead"), report);
}
