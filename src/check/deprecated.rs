//! API versions on their way out (the Kubernetes deprecation policy; the
//! `k8s:prerelease-lifecycle-gen` marks of k8s.io/api).

use super::known::Known;
use super::{Finding, Severity};
use crate::object::{FieldPath, Manifest};
use crate::schema::{Lifecycle, Minor, lifecycle};

/// A version that is to be removed.
const DEPRECATED: &str = "deprecated-api";
/// A version that was removed.
pub(super) const REMOVED: &str = "removed-api";

/// That the API server would warn of this object's version.
pub(super) fn check(
    known: &Known<'_>,
    manifest: &Manifest,
    version: Minor,
    object: usize,
) -> Option<Finding> {
    let (message, hint) = match known {
        Known::Custom(kind) => (kind.deprecated.clone()?, None),
        Known::Builtin(_) => {
            let (api_version, kind) = (manifest.api_version().to_string(), manifest.id.kind.kind.as_str());
            let lifecycle = lifecycle(&api_version, kind)?;
            let since = lifecycle.deprecated.filter(|since| *since <= version)?;
            let until = lifecycle.removed.map(|removed| format!(" and gone in {removed}"));
            let until = until.unwrap_or_default();
            let message = format!("{api_version} {kind} is deprecated since Kubernetes {since}{until}");
            (message, replacement(lifecycle))
        }
    };
    Some(finding(object, Severity::Note, DEPRECATED, message, hint))
}

/// That the version was removed before this version of Kubernetes.
pub(super) fn removed(manifest: &Manifest, version: Minor, object: usize) -> Option<Finding> {
    let (api_version, kind) = (manifest.api_version().to_string(), manifest.id.kind.kind.as_str());
    let lifecycle = lifecycle(&api_version, kind)?;
    let removed = lifecycle.removed.filter(|removed| *removed <= version)?;
    let message = format!("{api_version} {kind} is gone since Kubernetes {removed}");
    Some(finding(object, Severity::Error, REMOVED, message, replacement(lifecycle)))
}

fn replacement(lifecycle: Lifecycle) -> Option<String> {
    lifecycle.replacement.map(|(api_version, kind)| format!("{api_version} {kind} takes its place"))
}

fn finding(
    object: usize,
    severity: Severity,
    rule: &'static str,
    message: String,
    hint: Option<String>,
) -> Finding {
    let path = FieldPath::fields(["apiVersion"]);
    Finding { object, severity, rule, path, message, hints: hint.into_iter().collect() }
}
