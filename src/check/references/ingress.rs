//! What an Ingress leads to (networking/v1 `IngressSpec`).

use super::{MISSING_PORT, Notes, meant};
use crate::check::place::Place;
use crate::json::Value;
use crate::object::Manifest;

pub(super) fn check(notes: &mut Notes<'_, '_>) {
    let spec = notes.object().field("spec");
    backend(&spec.down(&["defaultBackend", "service"]), notes);
    for path in spec.field("rules").items().flat_map(|rule| rule.down(&["http", "paths"]).items()) {
        backend(&path.down(&["backend", "service"]), notes);
    }
    for tls in spec.field("tls").items() {
        notes.need("", "Secret", &tls.field("secretName"));
    }
}

fn backend(backend: &Place<'_>, notes: &mut Notes<'_, '_>) {
    let Some(service) = notes.need("", "Service", &backend.field("name")) else { return };
    has_port(service, "port", &backend.down(&["port", "number"]), notes);
    has_port(service, "name", &backend.down(&["port", "name"]), notes);
}

/// A Service's port by its number (`port`) or its name (`name`).
fn has_port(service: &Manifest, field: &str, wanted: &Place<'_>, notes: &mut Notes<'_, '_>) {
    let ports = service.body["spec"]["ports"].as_array().map_or(&[][..], Vec::as_slice);
    if wanted.is_set() && !ports.iter().any(|port| port.get(field) == Some(wanted.value())) {
        let message = format!("Service {:?} has no port {}", service.id.name, wanted.value());
        let names = ports.iter().filter_map(|port| port[field].as_str());
        let hint = wanted.value().as_str().and_then(|name| meant(name, names));
        notes.add(MISSING_PORT, wanted, message, hint.or_else(|| its_ports(ports, field)));
    }
}

fn its_ports(ports: &[Value], field: &str) -> Option<String> {
    let ports: Vec<String> = ports.iter().filter_map(|port| port.get(field)).map(Value::to_string).collect();
    (!ports.is_empty()).then(|| format!("it has {}", ports.join(", ")))
}
