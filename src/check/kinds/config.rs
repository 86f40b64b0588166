//! `ConfigMaps` and Secrets: `ValidateConfigMap` and `ValidateSecret` of
//! `pkg/apis/core/validation` (Kubernetes 1.36).
//!
//! Nothing here quotes a value.

use std::collections::BTreeMap;

use super::bytes::decoded;
use super::report::Report;
use crate::check::place::Place;
use crate::object::names;

/// Of all values together, in bytes (`MaxSecretSize`).
const LARGEST: usize = 1024 * 1024;

/// A `ConfigMap`.
pub(super) fn config_map(object: &Place<'_>, report: &mut Report<'_>) {
    let (data, binary) = (object.field("data"), object.field("binaryData"));
    let mut size = 0;
    for (key, value) in data.entries() {
        report.judged(&value, key, names::config_key);
        size += value.value().as_str().map_or(0, str::len);
        if binary.field(key).is_set() {
            report.error(&value, "duplicate", "is there in binaryData too");
        }
    }
    for (key, value) in binary.entries() {
        report.judged(&value, key, names::config_key);
        size += decoded(&value, "plain text belongs into data", report).map_or(0, |bytes| bytes.len());
    }
    check_size(object, size, report);
}

/// A `Secret`. `stringData` goes over `data`.
pub(super) fn secret(object: &Place<'_>, report: &mut Report<'_>) {
    let mut values: BTreeMap<&str, (Place<'_>, Option<Vec<u8>>)> = BTreeMap::new();
    for (key, value) in object.field("data").entries() {
        report.judged(&value, key, names::config_key);
        let bytes = if value.is_set() {
            decoded(&value, "plain text belongs into stringData", report)
        } else {
            Some(Vec::new())
        };
        values.insert(key, (value, bytes));
    }
    for (key, value) in object.field("stringData").entries() {
        report.judged(&value, key, names::config_key);
        let bytes = value.value().as_str().map(|text| text.as_bytes().to_vec());
        values.insert(key, (value, bytes));
    }
    let size = values.values().filter_map(|(_, bytes)| bytes.as_ref()).map(Vec::len).sum();
    check_size(object, size, report);
    let kind = object.field("type");
    let missing = missing_keys(kind.text().unwrap_or_default(), |key| {
        values.get(key).is_some_and(|(_, bytes)| {
            key != "ssh-privatekey" || bytes.as_ref().is_none_or(|bytes| !bytes.is_empty())
        })
    });
    for key in missing {
        let message = format!("is {}, which needs the key {key:?} in data", kind.text().unwrap_or_default());
        report.error(&kind, "missing-field", message);
    }
    match kind.text() {
        Some("kubernetes.io/dockerconfigjson") => json(values.get(".dockerconfigjson"), report),
        Some("kubernetes.io/dockercfg") => json(values.get(".dockercfg"), report),
        Some("kubernetes.io/service-account-token") => {
            let account = object.down(&["metadata", "annotations", "kubernetes.io/service-account.name"]);
            if account.is_empty() {
                report.error(
                    &kind,
                    "missing-field",
                    "needs the annotation kubernetes.io/service-account.name",
                );
            }
        }
        _ => {}
    }
}

/// The keys that a type of Secret needs and hasn't.
fn missing_keys(kind: &str, has: impl Fn(&str) -> bool) -> Vec<&'static str> {
    let needed: &[&str] = match kind {
        "kubernetes.io/dockercfg" => &[".dockercfg"],
        "kubernetes.io/dockerconfigjson" => &[".dockerconfigjson"],
        "kubernetes.io/basic-auth" if !has("password") => &["username"],
        "kubernetes.io/ssh-auth" => &["ssh-privatekey"],
        "kubernetes.io/tls" => &["tls.crt", "tls.key"],
        _ => &[],
    };
    needed.iter().copied().filter(|key| !has(key)).collect()
}

fn json(value: Option<&(Place<'_>, Option<Vec<u8>>)>, report: &mut Report<'_>) {
    let Some((at, Some(bytes))) = value else { return };
    let parsed = serde_json::from_slice::<crate::json::Value>(bytes);
    if !parsed.is_ok_and(|value| value.is_object() || value.is_null()) {
        report.error(at, "malformed-json", "isn't a map in JSON, as this type of Secret needs it");
    }
}

fn check_size(object: &Place<'_>, size: usize, report: &mut Report<'_>) {
    if size > LARGEST {
        report.error(
            &object.field("data"),
            "too-large",
            format!("has {size} bytes in all, but at most {LARGEST} are allowed"),
        );
    }
}
