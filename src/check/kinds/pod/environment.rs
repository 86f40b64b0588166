//! Environment variables (`ValidateEnv`, `ValidateEnvFrom`).

use crate::check::kinds::report::{Report, any_of};
use crate::check::place::Place;
use crate::object::names::{self, Misnamed};

/// What `fieldRef` of a variable may name.
const POD_FIELDS: [&str; 9] = [
    "metadata.name",
    "metadata.namespace",
    "metadata.uid",
    "spec.nodeName",
    "spec.serviceAccountName",
    "status.hostIP",
    "status.hostIPs",
    "status.podIP",
    "status.podIPs",
];

/// What `resourceFieldRef` may name, and what starts with the last two.
const CONTAINER_FIELDS: [&str; 8] = [
    "limits.cpu",
    "limits.memory",
    "limits.ephemeral-storage",
    "requests.cpu",
    "requests.memory",
    "requests.ephemeral-storage",
    "requests.hugepages-",
    "limits.hugepages-",
];

const SOURCES: [&str; 5] = ["fieldRef", "resourceFieldRef", "configMapKeyRef", "secretKeyRef", "fileKeyRef"];

/// `env` and `envFrom` of a container.
pub(super) fn check(container: &Place<'_>, report: &mut Report<'_>) {
    for variable in container.field("env").items() {
        let name = variable.field("name");
        if report.required(&name) {
            report.named(&name, variable_name);
        }
        source(&variable, report);
    }
    for from in container.field("envFrom").items() {
        report.named(&from.field("prefix"), variable_name);
        report.one_field(&from, &["configMapRef", "secretRef"], true);
        for field in ["configMapRef", "secretRef"] {
            let reference = from.field(field);
            if reference.is_set() {
                report.required(&reference.field("name"));
            }
        }
    }
}

/// `IsRelaxedEnvVarName`, which holds since 1.30.
fn variable_name(text: &str) -> Result<(), Misnamed> {
    names::printable(text, '=')
}

fn source(variable: &Place<'_>, report: &mut Report<'_>) {
    let from = variable.field("valueFrom");
    if !from.is_set() {
        return;
    }
    report.one_field(&from, &SOURCES, true);
    if variable.field("value").text().is_some() && SOURCES.iter().any(|source| from.field(source).is_set()) {
        report.error(&from, "conflicting-fields", "can't be there beside value");
    }
    for field in ["configMapKeyRef", "secretKeyRef"] {
        let reference = from.field(field);
        if reference.is_set() {
            report.required(&reference.field("name"));
            if report.required(&reference.field("key")) {
                report.named(&reference.field("key"), names::config_key);
            }
        }
    }
    let (field, resource) = (from.field("fieldRef"), from.field("resourceFieldRef"));
    if field.is_set() {
        pod_field(&field.field("fieldPath"), &POD_FIELDS, report);
    }
    if resource.is_set() {
        container_field(&resource.field("resource"), report);
    }
}

/// A field of the pod: one of these, or one label or annotation
/// (`validateObjectFieldSelector`).
pub(super) fn pod_field(at: &Place<'_>, allowed: &[&str], report: &mut Report<'_>) {
    if !report.required(at) {
        return;
    }
    let Some(text) = at.text() else { return };
    let subscript = text.strip_suffix("']").and_then(|text| text.split_once("['"));
    match subscript {
        Some(("metadata.labels", key)) => report.judged(at, key, names::label_key),
        Some(("metadata.annotations", key)) => report.judged(at, key, names::annotation_key),
        _ => report.one_of(at, allowed),
    }
}

/// A field of a container's resources.
pub(super) fn container_field(at: &Place<'_>, report: &mut Report<'_>) {
    if !report.required(at) {
        return;
    }
    let is_known = |text: &str| {
        CONTAINER_FIELDS
            .iter()
            .any(|known| if known.ends_with('-') { text.starts_with(known) } else { text == *known })
    };
    if let Some(text) = at.text().filter(|text| !is_known(text)) {
        let message = format!("is {text:?}, but must be {}", any_of(&CONTAINER_FIELDS[..6]));
        report.error(at, "unknown-value", message);
    }
}
