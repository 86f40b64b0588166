//! Containers and their ports.

use std::collections::HashSet;

use super::volume::Volumes;
use super::{environment, mounts, probe, resources, security};
use crate::check::kinds::report::Report;
use crate::check::place::Place;
use crate::object::names;

/// What containers need to know of their pod.
pub(super) struct Pod<'p, 'a> {
    pub(super) volumes: &'p Volumes<'a>,
    /// How many seconds there are for an orderly end, if that can be told.
    pub(super) grace: Option<i64>,
}

/// One of `containers` (`validateContainers`).
pub(super) fn regular(at: &Place<'_>, pod: &Pod<'_, '_>, report: &mut Report<'_>) {
    common(at, pod, report);
    report.one_of(&at.field("restartPolicy"), &["Always", "OnFailure", "Never"]);
    probe::all(at, pod.grace, report);
}

/// One of `initContainers` (`validateInitContainers`).
pub(super) fn init(at: &Place<'_>, pod: &Pod<'_, '_>, report: &mut Report<'_>) {
    common(at, pod, report);
    let policy = at.field("restartPolicy");
    report.one_of(&policy, &["Always", "OnFailure", "Never"]);
    if policy.is("Always") {
        probe::all(at, pod.grace, report);
        return;
    }
    for field in ["lifecycle", "livenessProbe", "readinessProbe", "startupProbe"] {
        let found = at.field(field);
        if found.is_set() {
            let message = "can't be there in an init container that ends before the others start";
            report.error_with_hint(
                &found,
                "conflicting-fields",
                message,
                "with restartPolicy: Always it runs beside them",
            );
        }
    }
}

fn common(at: &Place<'_>, pod: &Pod<'_, '_>, report: &mut Report<'_>) {
    let (name, image) = (at.field("name"), at.field("image"));
    if report.required(&name) {
        report.named(&name, names::label);
    }
    if report.required(&image)
        && let Some(text) = image.text().filter(|text| text.trim() != *text)
    {
        report.error(&image, "malformed-image", format!("{text:?} has space before or after it"));
    }
    report.one_of(&at.field("imagePullPolicy"), &["Always", "Never", "IfNotPresent"]);
    report.one_of(&at.field("terminationMessagePolicy"), &["File", "FallbackToLogsOnError"]);
    ports(&at.field("ports"), report);
    environment::check(at, report);
    mounts::check(at, pod.volumes, report);
    resources::check(&at.field("resources"), report);
    security::container(at, report);
}

/// `validateContainerPorts`.
fn ports(at: &Place<'_>, report: &mut Report<'_>) {
    let mut taken = HashSet::new();
    for port in at.items() {
        let name = port.field("name");
        report.named(&name, names::port_name);
        if let Some(text) = name.text().filter(|text| !taken.insert(*text)) {
            report.error(
                &name,
                "duplicate",
                format!("{text:?} is the name of another port of this container"),
            );
        }
        report.within(&port.field("containerPort"), 1, 65535);
        report.within(&port.field("hostPort"), 0, 65535);
        report.one_of(&port.field("protocol"), &["TCP", "UDP", "SCTP"]);
    }
}

/// Ports of the node, of which each can be taken once
/// (`AccumulateUniqueHostPorts`).
pub(super) fn host_ports(containers: &Place<'_>, report: &mut Report<'_>) {
    let mut taken = HashSet::new();
    for port in containers.items().flat_map(|container| container.field("ports").items().collect::<Vec<_>>())
    {
        let host = port.field("hostPort");
        let Some(number) = host.number().filter(|number| *number != 0) else { continue };
        let protocol = port.field("protocol").text().unwrap_or("TCP");
        let address = port.field("hostIP").text().unwrap_or_default();
        if !taken.insert((protocol, address, number)) {
            report.error(&host, "duplicate", format!("{number} is taken by another port of this pod"));
        }
    }
}
