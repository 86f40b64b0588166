//! Dividing the desired objects: those that the command line chooses, and the rest,
//! which stays as it is and as it was recorded. Pure.

use std::collections::{BTreeMap, HashSet};

use super::memory::Memory;
use crate::cluster::Discovery;
use crate::error::Diagnostic;
use crate::object::{GroupKind, Manifest, ObjectId, kinds};
use crate::plan::{Candidate, Selection};
use crate::release::RecordedObject;

/// The objects that are chosen, and the rest.
pub(super) struct Part {
    pub chosen: Vec<Manifest>,
    pub left_out: Vec<Manifest>,
}

/// Divides the manifests. The rest isn't looked at any closer: its kinds needn't be
/// known to the cluster. An error where a pattern fits none, or where what is chosen
/// is of a kind that only the rest would define.
pub(super) fn divide(
    mut manifests: Vec<Manifest>,
    selection: Option<&Selection>,
    discovery: &Discovery,
    namespace: &str,
) -> Result<Part, Vec<Diagnostic>> {
    let Some(selection) = selection else {
        return Ok(Part { chosen: manifests, left_out: Vec::new() });
    };
    place(&mut manifests, discovery, namespace);
    let candidates: Vec<Candidate<'_>> = manifests.iter().map(Candidate::of).collect();
    let problems = selection.problems(&candidates);
    if !problems.is_empty() {
        return Err(problems);
    }
    let (chosen, left_out): (Vec<_>, Vec<_>) =
        manifests.into_iter().partition(|manifest| selection.selects(Candidate::of(manifest)));
    let undefined = undefined(&chosen, &left_out, discovery);
    if undefined.is_empty() { Ok(Part { chosen, left_out }) } else { Err(undefined) }
}

/// Gives objects that name no namespace the one that they would be sent to. Of a kind
/// that nobody knows it isn't known whether it has one.
fn place(manifests: &mut [Manifest], discovery: &Discovery, namespace: &str) {
    let defined: BTreeMap<GroupKind, bool> = definitions(manifests)
        .map(|(kind, definition)| (kind, definition.body["spec"]["scope"] == "Namespaced"))
        .collect();
    for manifest in manifests.iter_mut().filter(|manifest| manifest.id.namespace.is_none()) {
        let served = discovery.preferred(&manifest.id.kind).map(|resource| resource.namespaced);
        if served.or_else(|| defined.get(&manifest.id.kind).copied()) == Some(true) {
            manifest.id.namespace = Some(namespace.to_owned());
        }
    }
}

/// The kinds that manifests define.
fn definitions(manifests: &[Manifest]) -> impl Iterator<Item = (GroupKind, &Manifest)> {
    let definitions = manifests.iter().filter(|manifest| kinds::is_crd(&manifest.id.kind));
    definitions.filter_map(|definition| Some((kinds::defined_by(&definition.body)?, definition)))
}

/// Chosen objects whose kind the cluster doesn't have, and whose definition isn't
/// chosen.
fn undefined(chosen: &[Manifest], left_out: &[Manifest], discovery: &Discovery) -> Vec<Diagnostic> {
    let defined: HashSet<GroupKind> = definitions(chosen).map(|(kind, _)| kind).collect();
    let left_out: BTreeMap<GroupKind, &Manifest> = definitions(left_out).collect();
    let lacking = chosen.iter().filter_map(|manifest| {
        let kind = &manifest.id.kind;
        let is_known = defined.contains(kind) || discovery.find(kind, &manifest.version).is_ok();
        left_out.get(kind).filter(|_| !is_known).map(|definition| (manifest, definition))
    });
    lacking
        .map(|(manifest, definition)| {
            let version = &manifest.version;
            let what =
                format!("{}: the cluster has no {} at version {version:?}", manifest.id, manifest.id.kind);
            Diagnostic::new(what)
                .at(manifest.source.location())
                .because(format!("its definition isn't chosen: {}", definition.source.location()))
                .hint(choose_too(&definition.id.to_string()))
        })
        .collect()
}

/// What to do about an object that is needed and isn't chosen.
pub(super) fn choose_too(object: &str) -> String {
    format!("choose it, too: --only {object}; or deploy it first")
}

/// What stays on record as it was: all that isn't chosen.
pub(super) fn not_chosen(memory: &Memory, chosen: &HashSet<&ObjectId>) -> Vec<ObjectId> {
    let recorded = memory.record.iter().flat_map(|record| &record.objects).map(RecordedObject::id);
    recorded.filter(|id| !chosen.contains(id)).collect()
}
