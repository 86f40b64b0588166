//! What pods need before they start: ConfigMaps, Secrets, claims and a service
//! account (core/v1 `PodSpec`).

use serde_json::Value;

use super::template::Template;
use super::{MISSING_KEY, Notes, meant};
use crate::check::at::At;
use crate::object::Manifest;

pub(super) fn check(template: &Template<'_>, notes: &mut Notes<'_, '_>) {
    for container in template.containers() {
        variables(&container, notes);
    }
    for volume in template.spec.each("volumes") {
        sources(&volume, notes);
        for source in volume.field("projected").iter().flat_map(|projected| projected.each("sources")) {
            sources(&source, notes);
        }
        if let Some(claim) = volume.field("persistentVolumeClaim") {
            named(&claim, "PersistentVolumeClaim", "claimName", notes);
        }
    }
    for secret in template.spec.each("imagePullSecrets") {
        named(&secret, "Secret", "name", notes);
    }
    named(&template.spec, "ServiceAccount", "serviceAccountName", notes);
}

fn variables(container: &At<'_>, notes: &mut Notes<'_, '_>) {
    for source in container.each("envFrom") {
        for (field, kind) in [("configMapRef", "ConfigMap"), ("secretRef", "Secret")] {
            if let Some(reference) = source.field(field) {
                named(&reference, kind, "name", notes);
            }
        }
    }
    for source in container.each("env").iter().filter_map(|variable| variable.field("valueFrom")) {
        for (field, kind) in [("configMapKeyRef", "ConfigMap"), ("secretKeyRef", "Secret")] {
            let Some(reference) = source.field(field) else { continue };
            if let Some(found) = named(&reference, kind, "name", notes) {
                key(&reference, found, notes);
            }
        }
    }
}

/// The ConfigMap and Secret of a volume, or of one of a projected volume's
/// sources.
fn sources(volume: &At<'_>, notes: &mut Notes<'_, '_>) {
    let secret = volume.field("secret");
    // A volume's Secret has another name than that of a projected source.
    let name = if secret.as_ref().is_some_and(|secret| secret.text("secretName").is_some()) {
        "secretName"
    } else {
        "name"
    };
    for (source, kind, name) in [(volume.field("configMap"), "ConfigMap", "name"), (secret, "Secret", name)] {
        let Some(source) = source else { continue };
        let Some(found) = named(&source, kind, name, notes) else { continue };
        for item in source.each("items") {
            if !source.is("optional") {
                key(&item, found, notes);
            }
        }
    }
}

/// The core object that a field names, unless the pod can do without it.
fn named<'a>(
    reference: &At<'_>,
    kind: &str,
    field: &'static str,
    notes: &mut Notes<'_, 'a>,
) -> Option<&'a Manifest> {
    let name = reference.text(field)?;
    let at = reference.field(field)?;
    if reference.is("optional") {
        return notes.index.find("", kind, notes.namespace(), name);
    }
    notes.need("", kind, name, &at)
}

/// A key of a ConfigMap or Secret that is in the set.
fn key(reference: &At<'_>, object: &Manifest, notes: &mut Notes<'_, '_>) {
    let Some((wanted, at)) = reference.text("key").zip(reference.field("key")) else { return };
    if reference.is("optional") {
        return;
    }
    let keys = || {
        let maps = ["data", "binaryData", "stringData"].map(|field| object.body.get(field));
        maps.into_iter().flatten().filter_map(Value::as_object).flat_map(serde_json::Map::keys)
    };
    // One without content is filled by somebody else.
    if keys().next().is_none() || keys().any(|key| key == wanted) {
        return;
    }
    let message = format!("{} {:?} has no key {wanted:?}", object.id.kind.kind, object.id.name);
    notes.add(MISSING_KEY, &at, message, meant(wanted, keys().map(String::as_str)));
}
