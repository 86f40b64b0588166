//! What pods need before they start: ConfigMaps, Secrets, claims and a service
//! account (core/v1 `PodSpec`).

use super::template::Template;
use super::{MISSING_KEY, Notes, meant};
use crate::check::place::Place;
use crate::json::{Map, Value};
use crate::object::Manifest;

pub(super) fn check(template: &Template<'_>, notes: &mut Notes<'_, '_>) {
    for container in template.containers() {
        variables(&container, notes);
    }
    for volume in template.spec.field("volumes").items() {
        sources(&volume, notes);
        for source in volume.down(&["projected", "sources"]).items() {
            sources(&source, notes);
        }
        named(&volume.field("persistentVolumeClaim"), "PersistentVolumeClaim", "claimName", notes);
    }
    for secret in template.spec.field("imagePullSecrets").items() {
        named(&secret, "Secret", "name", notes);
    }
    named(&template.spec, "ServiceAccount", "serviceAccountName", notes);
}

fn variables(container: &Place<'_>, notes: &mut Notes<'_, '_>) {
    for source in container.field("envFrom").items() {
        for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
            named(&source.field(field), kind, "name", notes);
        }
    }
    for variable in container.field("env").items() {
        for (field, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
            let reference = variable.down(&["valueFrom", field]);
            if let Some(found) = named(&reference, kind, "name", notes) {
                key(&reference, found, notes);
            }
        }
    }
}

/// The ConfigMap and Secret of a volume, or of one of a projected volume's
/// sources.
fn sources(volume: &Place<'_>, notes: &mut Notes<'_, '_>) {
    let secret = volume.field("secret");
    // A volume's Secret has another name than that of a projected source.
    let name = if secret.field("secretName").text().is_some() { "secretName" } else { "name" };
    for (source, kind, name) in [(volume.field("configMap"), "ConfigMap", "name"), (secret, "Secret", name)] {
        let Some(found) = named(&source, kind, name, notes) else { continue };
        for item in source.field("items").items() {
            if !source.field("optional").is_true() {
                key(&item, found, notes);
            }
        }
    }
}

/// The core object that a field names, unless the pod can do without it.
fn named<'a>(
    reference: &Place<'_>,
    kind: &str,
    field: &'static str,
    notes: &mut Notes<'_, 'a>,
) -> Option<&'a Manifest> {
    let at = reference.field(field);
    if reference.field("optional").is_true() {
        return notes.index.find("", kind, notes.namespace(), at.text()?);
    }
    notes.need("", kind, &at)
}

/// A key of a ConfigMap or Secret that is in the set.
fn key(reference: &Place<'_>, object: &Manifest, notes: &mut Notes<'_, '_>) {
    let at = reference.field("key");
    let Some(wanted) = at.text().filter(|_| !reference.field("optional").is_true()) else { return };
    let keys = || {
        let maps = ["data", "binaryData", "stringData"].map(|field| object.body.get(field));
        maps.into_iter().flatten().filter_map(Value::as_object).flat_map(Map::keys)
    };
    // One without content is filled by somebody else.
    if keys().next().is_none() || keys().any(|key| key == wanted) {
        return;
    }
    let message = format!("{} {:?} has no key {wanted:?}", object.id.kind.kind, object.id.name);
    notes.add(MISSING_KEY, &at, message, meant(wanted, keys().map(String::as_str)));
}
