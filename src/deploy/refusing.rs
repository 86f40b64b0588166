//! What makes a plan impossible: manifests that can't be what they say, or that
//! the server refuses.

use std::collections::{BTreeMap, BTreeSet};

use super::explain::{explain, explain_as_one};
use super::memory::Memory;
use super::observe;
use super::predict::{Guessed, Prediction, Prophet};
use super::resolve::Desired;
use super::setup::Setup;
use crate::cluster::ApiError;
use crate::error::{CommandError, Diagnostic};
use crate::json::Value;
use crate::object::{Manifest, ObjectId, misread};
use crate::plan::order::{Node, references};

/// The inventory, its lock and its key are trueup's: a manifest of their name
/// would destroy them.
pub(super) fn refuse_own(desired: &[Desired], memory: Option<&Memory>) -> Result<(), Vec<Diagnostic>> {
    let Some(target) = memory.map(|memory| &memory.target) else { return Ok(()) };
    let is_own = |object: &&Desired| {
        let id = object.id();
        id.namespace.as_deref() == Some(target.state_namespace())
            && id.name == target.parent_name()
            && matches!(id.kind.kind.as_str(), "ConfigMap" | "Secret" | "Lease")
    };
    let findings: Vec<Diagnostic> = desired
        .iter()
        .filter(is_own)
        .map(|object| {
            Diagnostic::new(format!(
                "{} is where trueup keeps what it knows of this environment",
                object.id()
            ))
            .at(object.source().location())
            .hint("give the object another name")
        })
        .collect();
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// Annotations of ours that say nothing.
pub(super) fn refuse_misread(desired: &[Desired]) -> Result<(), Vec<Diagnostic>> {
    let findings: Vec<Diagnostic> = desired.iter().flat_map(|object| misread(&object.manifest)).collect();
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}

/// What the server refuses is an error of the manifests, all of them at once,
/// and so is what it would refuse by a simulation: but for objects that lean on
/// what isn't there yet.
pub(super) fn refuse_invalid(
    setup: &Setup,
    prophet: &Prophet<'_>,
    desired: &[Desired],
    bodies: &[Value],
    live: &observe::Live,
    predictions: Vec<Result<Prediction, ApiError>>,
    mut simulated: BTreeMap<usize, Vec<Diagnostic>>,
) -> Result<Vec<Prediction>, CommandError> {
    let is_new = |prediction: &Result<Prediction, ApiError>| matches!(prediction, Ok(Prediction::Written(predicted)) if predicted.live.is_none());
    let new: BTreeSet<&ObjectId> = desired
        .iter()
        .zip(&predictions)
        .filter(|(_, found)| is_new(found))
        .map(|(object, _)| object.id())
        .collect();
    // Admission may look for what the same run makes: an account, a priority class.
    let needs_new = |object: &Desired| {
        let node = Node::new(object.id(), &object.manifest.body);
        references(&node).iter().any(|id| new.contains(id))
    };
    let is_too_early = |object: &Desired, error: &ApiError| error.is_forbidden() && needs_new(object);
    let too_early: Vec<bool> = desired
        .iter()
        .zip(&predictions)
        .map(|(object, found)| found.as_ref().is_err_and(|error| is_too_early(object, error)))
        .collect();
    let mut findings: Vec<Diagnostic> = Vec::new();
    let mut kept = Vec::with_capacity(predictions.len());
    for (at, (((object, body), prediction), too_early)) in
        desired.iter().zip(bodies).zip(predictions).zip(too_early).enumerate()
    {
        findings.extend(simulated.remove(&at).into_iter().flatten());
        match prediction {
            Ok(prediction) => kept.push(prediction),
            Err(_) if too_early => {
                let before = live.get(object.id(), &object.manifest.version);
                kept.push(prophet.guess(before, body, Guessed::TooEarly));
            }
            Err(error) => findings.extend(all_explained(setup, &object.manifest, error)),
        }
    }
    if findings.is_empty() { Ok(kept) } else { Err(findings.into()) }
}

/// Why the server refused a manifest: each thing with the line of the field to
/// blame.
pub(super) fn all_explained(setup: &Setup, manifest: &Manifest, error: ApiError) -> Vec<Diagnostic> {
    let text = setup.text_of(&manifest.source);
    explain(manifest, error, text.as_deref())
}

/// The same as one diagnostic.
pub(super) fn explained(setup: &Setup, manifest: &Manifest, error: ApiError) -> Diagnostic {
    let text = setup.text_of(&manifest.source);
    explain_as_one(manifest, error, text.as_deref())
}
