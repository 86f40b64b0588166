//! Ports that probes and hooks name: the kubelet looks for them among those of
//! the same container (pkg/probe `ResolveContainerPort`).

use super::template::Template;
use super::{MISSING_PORT, Notes, meant};
use crate::check::at::At;

/// Where a container may name a port.
const PLACES: [&[&str]; 5] = [
    &["livenessProbe"],
    &["readinessProbe"],
    &["startupProbe"],
    &["lifecycle", "postStart"],
    &["lifecycle", "preStop"],
];

pub(super) fn check(template: &Template<'_>, notes: &mut Notes<'_, '_>) {
    for container in template.containers() {
        for place in PLACES {
            let Some(handler) = container.down(place) else { continue };
            for action in ["httpGet", "tcpSocket"] {
                if let Some(port) = handler.down(&[action, "port"]) {
                    named(&container, &port, notes);
                }
            }
        }
    }
}

fn named(container: &At<'_>, port: &At<'_>, notes: &mut Notes<'_, '_>) {
    let Some(name) = port.value.as_str().filter(|name| name.parse::<u16>().is_err()) else { return };
    let names = || container.each("ports").into_iter().filter_map(|port| port.text("name"));
    if !names().any(|known| known == name) {
        let message = format!("this container has no port of the name {name:?}");
        notes.add(MISSING_PORT, port, message, meant(name, names()));
    }
}
