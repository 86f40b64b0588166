//! What manifests say themselves about how they're deployed: annotations that mean
//! nothing, and what they name that isn't there.

use super::{Finding, Severity};
use crate::error::Diagnostic;
use crate::json::Map;
use crate::object::{FieldPath, Manifest, misread};
use crate::plan::order::{Hard, Node};

/// An annotation of ours that can't be read.
const ANNOTATION: &str = "annotation";
/// An object that has to come before, and isn't in the set.
const MISSING: &str = "missing-reference";

/// Annotations of ours that say nothing.
pub(super) fn annotations(manifest: &Manifest, position: usize, findings: &mut Vec<Finding>) {
    findings.extend(misread(manifest).into_iter().map(|said| finding(manifest, position, said)));
}

fn finding(manifest: &Manifest, position: usize, said: Diagnostic) -> Finding {
    let Diagnostic { message, hints, .. } = said;
    // It begins with the object and the annotation, which a finding has by itself.
    let about = message.strip_prefix(&format!("{}: ", manifest.id)).unwrap_or(&message);
    let own = manifest.body["metadata"]["annotations"].as_object();
    let named = own.into_iter().flat_map(Map::keys).find(|name| about.starts_with(name.as_str()));
    let (path, message) = match named {
        Some(name) => (of_annotation(name), about[name.len()..].trim_start_matches([':', ' '])),
        None => (FieldPath::fields(["metadata", "annotations"]), about),
    };
    let message = message.to_owned();
    Finding { object: position, severity: Severity::Error, rule: ANNOTATION, path, message, hints }
}

/// What objects depend on that isn't among them: it may be in the cluster.
pub(super) fn missing(manifests: &[Manifest]) -> Vec<Finding> {
    let nodes: Vec<Node<'_>> =
        manifests.iter().map(|manifest| Node::new(&manifest.id, &manifest.body)).collect();
    // Where objects wait for each other, that is told by itself.
    let outside = Hard::of(&nodes).map(|hard| hard.outside).unwrap_or_default();
    let finding = |need: crate::plan::order::Outside| Finding {
        object: need.from,
        severity: Severity::Note,
        rule: MISSING,
        path: of_annotation(need.annotation),
        message: format!("names {}, which isn't in the set: it has to be in the cluster", need.reference),
        hints: Vec::new(),
    };
    outside.into_iter().map(finding).collect()
}

fn of_annotation(name: &str) -> FieldPath {
    FieldPath::fields(["metadata", "annotations", name])
}
