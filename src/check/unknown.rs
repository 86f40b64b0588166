//! Kinds that there aren't, or not any more, or not for long.

use super::known::Kinds;
use super::{Finding, Severity};
use crate::error::did_you_mean;
use crate::object::{FieldPath, GroupKind, Manifest};
use crate::schema::lifecycle;

/// A kind that there isn't.
pub(super) const UNKNOWN_KIND: &str = "unknown-kind";

/// What is to be said of an object whose kind isn't known.
pub(super) fn kind(kinds: &Kinds, manifest: &Manifest, position: usize) -> Finding {
    let kind = &manifest.id.kind;
    if Kinds::owns(kind) {
        return builtin(kinds, manifest, position);
    }
    let versions: Vec<&str> =
        kinds.defined(kind).iter().filter(|known| known.served).map(|known| known.version.as_str()).collect();
    if !kinds.defined(kind).is_empty() {
        let message = format!("{kind} isn't served at version {:?}", manifest.version);
        let hint = format!("its definition serves {}", versions.join(", "));
        return error("apiVersion", position, message, Some(hint));
    }
    undefined(kinds, kind, position)
}

/// A kind of a group that is Kubernetes' own.
fn builtin(kinds: &Kinds, manifest: &Manifest, position: usize) -> Finding {
    let (api_version, kind) = (manifest.api_version().to_string(), manifest.id.kind.kind.as_str());
    let versions = kinds.builtin.api_versions_of(kind);
    if !versions.is_empty() {
        let message = format!("{api_version} has no kind {kind} in Kubernetes {}", kinds.version);
        let hint = newer(&api_version, kind).unwrap_or_else(|| format!("it's in {}", versions.join(" and ")));
        return error("apiVersion", position, message, Some(hint));
    }
    let beside = kinds.builtin.kinds().filter(|(version, _)| *version == api_version).map(|(_, kind)| kind);
    let anywhere = || kinds.builtin.kinds().map(|(_, kind)| kind);
    let meant = || did_you_mean(kind, beside).or_else(|| did_you_mean(kind, anywhere()));
    let hint = newer(&api_version, kind).or_else(|| Some(format!("did you mean {:?}?", meant()?)));
    let message = format!("{api_version} has no kind {kind} in Kubernetes {}", kinds.version);
    error("kind", position, message, hint)
}

/// That the kind came later.
fn newer(api_version: &str, kind: &str) -> Option<String> {
    let introduced = lifecycle(api_version, kind)?.introduced?;
    Some(format!("it came with Kubernetes {introduced}"))
}

/// A custom kind that nothing here defines: it may be in the cluster.
fn undefined(kinds: &Kinds, kind: &GroupKind, position: usize) -> Finding {
    let meant = did_you_mean(&kind.kind, kinds.defined_in(&kind.group));
    let hint = meant.map_or_else(
        || "add its CustomResourceDefinition to the set, or name it in `schemas:` of trueup.yaml".to_owned(),
        |meant| format!("did you mean {meant:?}?"),
    );
    Finding {
        severity: Severity::Note,
        ..error(
            "kind",
            position,
            format!("{kind} isn't defined here, so its objects aren't checked"),
            Some(hint),
        )
    }
}

fn error(field: &str, object: usize, message: String, hint: Option<String>) -> Finding {
    Finding {
        object,
        severity: Severity::Error,
        rule: UNKNOWN_KIND,
        path: FieldPath::fields([field]),
        message,
        hints: hint.into_iter().collect(),
    }
}
