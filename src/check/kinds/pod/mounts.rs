//! Where volumes are mounted (`ValidateVolumeMounts`, `ValidateVolumeDevices`).

use std::collections::HashSet;

use super::volume::{self, Volumes};
use crate::check::kinds::report::Report;
use crate::check::place::Place;
use crate::error::did_you_mean;

/// `volumeMounts` and `volumeDevices` of a container.
pub(super) fn check(container: &Place<'_>, volumes: &Volumes<'_>, report: &mut Report<'_>) {
    let mut paths = HashSet::new();
    for mount in container.field("volumeMounts").items() {
        known(&mount.field("name"), volumes, report);
        let path = mount.field("mountPath");
        if report.required(&path)
            && let Some(text) = path.text().filter(|text| !paths.insert(*text))
        {
            report.error(&path, "duplicate", format!("{text:?} is mounted twice"));
        }
        sub_path(&mount, report);
        propagation(&mount.field("mountPropagation"), container, report);
    }
    for device in container.field("volumeDevices").items() {
        let name = device.field("name");
        known(&name, volumes, report);
        if name.text().is_some_and(|name| volumes.has(name) && !volumes.is_claim(name)) {
            report.error(
                &name,
                "conflicting-fields",
                "isn't a claim: only a persistentVolumeClaim can be a device",
            );
        }
        report.required(&device.field("devicePath"));
    }
}

fn known(name: &Place<'_>, volumes: &Volumes<'_>, report: &mut Report<'_>) {
    if !report.required(name) || volumes.is_unclear() {
        return;
    }
    let Some(text) = name.text().filter(|text| !volumes.has(text)) else { return };
    let message = format!("{text:?} isn't a volume of this pod");
    match did_you_mean(text, volumes.names()) {
        Some(meant) => {
            report.error_with_hint(name, "unknown-volume", message, format!("did you mean {meant:?}?"));
        }
        None => report.error_with_hint(name, "unknown-volume", message, "add it to the pod's volumes"),
    }
}

fn sub_path(mount: &Place<'_>, report: &mut Report<'_>) {
    let (path, expression) = (mount.field("subPath"), mount.field("subPathExpr"));
    volume::relative(&path, report);
    volume::relative(&expression, report);
    if path.text().is_some() && expression.text().is_some() {
        report.error(&expression, "conflicting-fields", "can't be there beside subPath");
    }
}

fn propagation(at: &Place<'_>, container: &Place<'_>, report: &mut Report<'_>) {
    report.one_of(at, &["Bidirectional", "HostToContainer", "None"]);
    if at.is("Bidirectional") && !container.down(&["securityContext", "privileged"]).is_true() {
        report.error(at, "conflicting-fields", "is Bidirectional, which only privileged containers can have");
    }
}
