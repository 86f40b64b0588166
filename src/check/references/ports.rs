//! Ports that probes and hooks name: the kubelet looks for them among those of
//! the same container (pkg/probe `ResolveContainerPort`).

use super::template::Template;
use super::{MISSING_PORT, Notes, meant};
use crate::check::place::Place;

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
            let handler = container.down(place);
            for action in ["httpGet", "tcpSocket"] {
                named(&container, &handler.down(&[action, "port"]), notes);
            }
        }
    }
}

fn named(container: &Place<'_>, port: &Place<'_>, notes: &mut Notes<'_, '_>) {
    let Some(name) = port.value().as_str().filter(|name| name.parse::<u16>().is_err()) else { return };
    let names = || container.field("ports").items().filter_map(|port| port.field("name").text());
    if !names().any(|known| known == name) {
        let message = format!("this container has no port of the name {name:?}");
        notes.add(MISSING_PORT, port, message, meant(name, names()));
    }
}
