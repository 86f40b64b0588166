//! Volumes and their sources (`ValidateVolumes`, `validateVolumeSource`).

use std::collections::HashSet;

use super::environment;
use crate::check::kinds::report::Report;
use crate::check::kinds::storage;
use crate::check::place::Place;
use crate::object::names;

const LARGEST_MODE: i64 = 0o777;

/// What `downwardAPI` may write into a file.
const FILE_FIELDS: [&str; 5] =
    ["metadata.name", "metadata.namespace", "metadata.labels", "metadata.annotations", "metadata.uid"];

/// A pod's volumes by name.
#[derive(Debug, Default)]
pub(super) struct Volumes<'a> {
    names: HashSet<&'a str>,
    claims: HashSet<&'a str>,
    is_unclear: bool,
}

impl<'a> Volumes<'a> {
    pub(super) fn add_claims(&mut self, claims: &HashSet<&'a str>) {
        self.names.extend(claims);
        self.claims.extend(claims);
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.names.contains(name)
    }

    pub(super) fn is_claim(&self, name: &str) -> bool {
        self.claims.contains(name)
    }

    /// Whether what is wrong with the volumes themselves hides which there are.
    pub(super) fn is_unclear(&self) -> bool {
        self.is_unclear
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        let mut names: Vec<&str> = self.names.iter().copied().collect();
        names.sort_unstable();
        names.into_iter()
    }
}

/// Checks `volumes`, and says which there are.
pub(super) fn check<'a>(at: &Place<'a>, report: &mut Report<'_>) -> Volumes<'a> {
    let mut volumes = Volumes { is_unclear: at.is_set() && !at.value().is_array(), ..Volumes::default() };
    for volume in at.items() {
        let name = volume.field("name");
        if report.required(&name) {
            report.named(&name, names::label);
        }
        if let Some(text) = name.text() {
            if !volumes.names.insert(text) {
                report.error(&name, "duplicate", format!("{text:?} is the name of another volume too"));
            }
            if volume.field("persistentVolumeClaim").is_set() || volume.field("ephemeral").is_set() {
                volumes.claims.insert(text);
            }
        }
        source(&volume, report);
    }
    volumes
}

/// A path below some folder (`validateLocalDescendingPath`).
pub(super) fn relative(at: &Place<'_>, report: &mut Report<'_>) {
    let Some(text) = at.text() else { return };
    if text.starts_with('/') {
        report.error(at, "malformed-path", format!("{text:?} starts with \"/\", but must be relative"));
    }
    no_climbing(at, report);
}

fn no_climbing(at: &Place<'_>, report: &mut Report<'_>) {
    if let Some(text) = at.text().filter(|text| text.split('/').any(|part| part == "..")) {
        report.error(at, "malformed-path", format!("{text:?} has \"..\", which isn't allowed"));
    }
}

/// Without a source it's an `emptyDir`.
fn source(volume: &Place<'_>, report: &mut Report<'_>) {
    let sources: Vec<(&str, Place<'_>)> =
        volume.entries().filter(|(field, source)| *field != "name" && source.is_set()).collect();
    if let [(first, _), (second, at), ..] = sources.as_slice() {
        report.error(
            at,
            "conflicting-fields",
            format!("has {first} and {second}, but a volume has only one source"),
        );
    }
    for (field, at) in &sources {
        match *field {
            "emptyDir" => super::amount(&at.field("sizeLimit"), report),
            "hostPath" => host_path(at, report),
            "configMap" => files(at, "name", report),
            "secret" => files(at, "secretName", report),
            "persistentVolumeClaim" => _ = report.required(&at.field("claimName")),
            "nfs" => nfs(at, report),
            "csi" => _ = report.required(&at.field("driver")),
            "downwardAPI" => downward(at, report),
            "projected" => projected(at, report),
            "ephemeral" => ephemeral(at, report),
            _ => {}
        }
    }
}

/// A path of the node (`validateHostPathVolumeSource`).
pub(in crate::check::kinds) fn host_path(at: &Place<'_>, report: &mut Report<'_>) {
    let types =
        ["", "DirectoryOrCreate", "Directory", "FileOrCreate", "File", "Socket", "CharDevice", "BlockDevice"];
    report.required(&at.field("path"));
    no_climbing(&at.field("path"), report);
    report.one_of(&at.field("type"), &types);
}

/// A path of another host (`validateNFSVolumeSource`).
pub(in crate::check::kinds) fn nfs(at: &Place<'_>, report: &mut Report<'_>) {
    let path = at.field("path");
    report.required(&at.field("server"));
    if report.required(&path)
        && let Some(text) = path.text().filter(|text| !text.starts_with('/'))
    {
        report.error(&path, "malformed-path", format!("{text:?} must start with \"/\""));
    }
}

fn files<'a>(at: &Place<'a>, name: &'a str, report: &mut Report<'_>) {
    report.required(&at.field(name));
    mode(&at.field("defaultMode"), report);
    items(at, report);
}

fn items(at: &Place<'_>, report: &mut Report<'_>) {
    for item in at.field("items").items() {
        report.required(&item.field("key"));
        report.required(&item.field("path"));
        file_path(&item.field("path"), report);
        mode(&item.field("mode"), report);
    }
}

/// `ValidateLocalNonReservedPath`.
fn file_path(at: &Place<'_>, report: &mut Report<'_>) {
    relative(at, report);
    if let Some(text) =
        at.text().filter(|text| text.starts_with("..") && !text.starts_with("../") && *text != "..")
    {
        report.error(at, "malformed-path", format!("{text:?} starts with \"..\", which isn't allowed"));
    }
}

fn mode(at: &Place<'_>, report: &mut Report<'_>) {
    if let Some(number) = at.number().filter(|number| !(0..=LARGEST_MODE).contains(number)) {
        let message = format!("is {number}, but must be from 0 to 511 (0777)");
        report.error_with_hint(at, "out-of-range", message, "octal numbers start with a 0, as in 0644");
    }
}

fn downward(at: &Place<'_>, report: &mut Report<'_>) {
    mode(&at.field("defaultMode"), report);
    for item in at.field("items").items() {
        report.required(&item.field("path"));
        file_path(&item.field("path"), report);
        mode(&item.field("mode"), report);
        report.one_field(&item, &["fieldRef", "resourceFieldRef"], true);
        let (field, resource) = (item.field("fieldRef"), item.field("resourceFieldRef"));
        if field.is_set() {
            environment::pod_field(&field.field("fieldPath"), &FILE_FIELDS, report);
        }
        if resource.is_set() {
            report.required(&resource.field("containerName"));
            environment::container_field(&resource.field("resource"), report);
        }
    }
}

/// `validateProjectionSources`.
fn projected(at: &Place<'_>, report: &mut Report<'_>) {
    mode(&at.field("defaultMode"), report);
    for source in at.field("sources").items() {
        let kinds = [
            "secret",
            "configMap",
            "downwardAPI",
            "serviceAccountToken",
            "clusterTrustBundle",
            "podCertificate",
        ];
        report.one_field(&source, &kinds, false);
        for field in ["secret", "configMap"] {
            if source.field(field).is_set() {
                report.required(&source.field(field).field("name"));
                items(&source.field(field), report);
            }
        }
        if source.field("downwardAPI").is_set() {
            downward(&source.field("downwardAPI"), report);
        }
        let token = source.field("serviceAccountToken");
        if token.is_set() {
            report.required(&token.field("path"));
            report.within(&token.field("expirationSeconds"), 600, 1 << 32);
        }
    }
}

fn ephemeral(at: &Place<'_>, report: &mut Report<'_>) {
    let template = at.field("volumeClaimTemplate");
    if report.required(&template) {
        storage::claim(&template.field("spec"), report);
    }
}
