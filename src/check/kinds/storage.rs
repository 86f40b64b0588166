//! Claims, volumes and storage classes: `ValidatePersistentVolumeClaimSpec`
//! and `ValidatePersistentVolumeSpec` of `pkg/apis/core/validation`,
//! `pkg/apis/storage/validation` (Kubernetes 1.36).

use std::collections::HashSet;

use super::labels;
use super::pod::{self, host_path, nfs};
use super::quantity;
use super::report::Report;
use crate::check::place::Place;
use crate::object::names;

const ACCESS_MODES: [&str; 4] = ["ReadWriteOnce", "ReadOnlyMany", "ReadWriteMany", "ReadWriteOncePod"];
const NO_SOURCE: [&str; 9] = [
    "capacity",
    "accessModes",
    "claimRef",
    "persistentVolumeReclaimPolicy",
    "storageClassName",
    "mountOptions",
    "volumeMode",
    "nodeAffinity",
    "volumeAttributesClassName",
];

/// The `spec` of a `PersistentVolumeClaim`.
pub(super) fn claim(spec: &Place<'_>, report: &mut Report<'_>) {
    access_modes(&spec.field("accessModes"), report);
    report.one_of(&spec.field("volumeMode"), &["Filesystem", "Block"]);
    labels::selector(&spec.field("selector"), report);
    report.named(&spec.field("storageClassName"), names::subdomain);
    let storage = spec.down(&["resources", "requests", "storage"]);
    if report.required(&storage) {
        positive(&storage, report);
    }
    for field in ["dataSource", "dataSourceRef"] {
        let source = spec.field(field);
        if source.is_set() {
            report.required(&source.field("kind"));
            report.required(&source.field("name"));
        }
    }
}

/// The `spec` of a `PersistentVolume`.
pub(super) fn volume(spec: &Place<'_>, report: &mut Report<'_>) {
    access_modes(&spec.field("accessModes"), report);
    let capacity = spec.field("capacity");
    let storage = capacity.field("storage");
    if report.required(&storage) {
        positive(&storage, report);
    }
    for (name, other) in capacity.entries().filter(|(name, _)| *name != "storage") {
        report.error(
            &other,
            "unknown-resource",
            format!("{name:?} is nothing that a volume has: only storage"),
        );
    }
    report.one_of(&spec.field("persistentVolumeReclaimPolicy"), &["Delete", "Recycle", "Retain"]);
    report.one_of(&spec.field("volumeMode"), &["Filesystem", "Block"]);
    report.named(&spec.field("storageClassName"), names::subdomain);
    source(spec, report);
}

fn source(spec: &Place<'_>, report: &mut Report<'_>) {
    let sources: Vec<(&str, Place<'_>)> =
        spec.entries().filter(|(field, at)| !NO_SOURCE.contains(field) && at.is_set()).collect();
    match sources.as_slice() {
        [] => report.error(spec, "missing-field", "needs a source, such as csi, nfs or hostPath"),
        [(first, _), (second, at), ..] => {
            report.error(
                at,
                "conflicting-fields",
                format!("has {first} and {second}, but a volume has only one source"),
            );
        }
        [_] => {}
    }
    let (host, local, csi) = (spec.field("hostPath"), spec.field("local"), spec.field("csi"));
    if host.is_set() {
        host_path(&host, report);
        if host.field("path").is("/") && spec.field("persistentVolumeReclaimPolicy").is("Recycle") {
            report.error(&host, "conflicting-fields", "is the whole node, which Recycle would empty");
        }
    }
    if spec.field("nfs").is_set() {
        nfs(&spec.field("nfs"), report);
    }
    if local.is_set() {
        report.required(&local.field("path"));
        if !spec.down(&["nodeAffinity", "required"]).is_set() {
            report.error(&local, "missing-field", "needs nodeAffinity.required: it's on one node");
        }
    }
    if csi.is_set() {
        report.required(&csi.field("driver"));
        report.required(&csi.field("volumeHandle"));
    }
}

fn access_modes(at: &Place<'_>, report: &mut Report<'_>) {
    if !report.required(at) {
        return;
    }
    for mode in at.items() {
        report.one_of(&mode, &ACCESS_MODES);
    }
    if at.items().count() > 1 && at.items().any(|mode| mode.is("ReadWriteOncePod")) {
        report.error(at, "conflicting-fields", "has ReadWriteOncePod, which can only be there alone");
    }
}

fn positive(at: &Place<'_>, report: &mut Report<'_>) {
    pod::amount(at, report);
    if quantity::billionths(at.value()) == Some(0) {
        report.error(at, "out-of-range", "is 0, but must be more");
    }
}

/// A `StorageClass`.
pub(super) fn class(object: &Place<'_>, report: &mut Report<'_>) {
    let provisioner = object.field("provisioner");
    if report.required(&provisioner)
        && let Some(text) = provisioner.text()
    {
        let lower = text.to_lowercase();
        if let Err(fault) = names::label_key(&lower) {
            report.error(&provisioner, "malformed-name", format!("{text:?} {fault}"));
        }
    }
    report.one_of(&object.field("reclaimPolicy"), &["Delete", "Retain"]);
    report.one_of(&object.field("volumeBindingMode"), &["Immediate", "WaitForFirstConsumer"]);
    for (key, parameter) in object.field("parameters").entries() {
        if key.is_empty() {
            report.error(&parameter, "malformed-name", "has no key");
        }
    }
    let mut terms = HashSet::new();
    for term in object.field("allowedTopologies").items() {
        if !terms.insert(term.value().to_string()) {
            report.error(&term, "duplicate", "is there twice");
        }
    }
}
