//! What an Ingress leads to (networking/v1 `IngressSpec`).

use serde_json::Value;

use super::{MISSING_PORT, Notes, meant};
use crate::check::at::At;
use crate::object::Manifest;

pub(super) fn check(notes: &mut Notes<'_, '_>) {
    let Some(spec) = notes.object().field("spec") else { return };
    if let Some(service) = spec.down(&["defaultBackend", "service"]) {
        backend(&service, notes);
    }
    let rules = spec.each("rules");
    for path in rules.iter().filter_map(|rule| rule.field("http")).flat_map(|http| http.each("paths")) {
        if let Some(service) = path.down(&["backend", "service"]) {
            backend(&service, notes);
        }
    }
    for tls in spec.each("tls") {
        if let Some((name, at)) = tls.text("secretName").zip(tls.field("secretName")) {
            notes.need("", "Secret", name, &at);
        }
    }
}

fn backend(backend: &At<'_>, notes: &mut Notes<'_, '_>) {
    let Some((name, at)) = backend.text("name").zip(backend.field("name")) else { return };
    let Some(service) = notes.need("", "Service", name, &at) else { return };
    if let Some(port) = backend.down(&["port", "number"]) {
        has_port(service, "port", &port, notes);
    }
    if let Some(port) = backend.down(&["port", "name"]) {
        has_port(service, "name", &port, notes);
    }
}

/// A Service's port by its number (`port`) or its name (`name`).
fn has_port(service: &Manifest, field: &str, wanted: &At<'_>, notes: &mut Notes<'_, '_>) {
    let ports = service.body["spec"]["ports"].as_array().map_or(&[][..], Vec::as_slice);
    if !ports.iter().any(|port| port.get(field) == Some(wanted.value)) {
        let message = format!("Service {:?} has no port {}", service.id.name, wanted.value);
        let names = ports.iter().filter_map(|port| port[field].as_str());
        let hint = wanted.value.as_str().and_then(|name| meant(name, names));
        notes.add(MISSING_PORT, wanted, message, hint.or_else(|| its_ports(ports, field)));
    }
}

fn its_ports(ports: &[Value], field: &str) -> Option<String> {
    let ports: Vec<String> = ports.iter().filter_map(|port| port.get(field)).map(Value::to_string).collect();
    (!ports.is_empty()).then(|| format!("it has {}", ports.join(", ")))
}
