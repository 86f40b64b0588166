//! Which variables of the command line have changed a field since the last release.
//! Pure.

use std::collections::BTreeSet;
use std::ptr;

use super::super::assemble::Work;
use super::super::resolve::Desired;
use super::super::variables::changed;
use super::parts::field;
use crate::json::Value;
use crate::object::{FieldPath, Manifest, Step};
use crate::plan::{Action, Cause};
use crate::release::{DigestKey, Summary};
use crate::render::Vars;

/// Fills in the variables that went into a changed field, and that are others than the
/// last release was given.
pub(in super::super) fn tell_given(
    given: &Vars,
    (release, key): (&Summary, &DigestKey),
    desired: &[Desired],
    work: &[Work],
    actions: &mut [Action],
) {
    let others = changed(release, given, key);
    if others.is_empty() {
        return;
    }
    for (action, work) in actions.iter_mut().zip(work) {
        let Work::Write { at, .. } = work else { continue };
        let manifest = &desired[*at].manifest;
        let asked = action.changes.iter_mut().filter(|change| change.cause == Some(Cause::Commit));
        for change in asked {
            change.variables = went_into(manifest, &change.path, &others);
        }
    }
}

/// Those of these variables that went into a field or into a part of it.
fn went_into(manifest: &Manifest, path: &FieldPath, names: &BTreeSet<String>) -> Vec<String> {
    let Some((_, place)) = field(manifest, path) else { return Vec::new() };
    let uses = manifest.vars.as_deref().into_iter().flatten();
    let went = uses.filter(|(name, path)| names.contains(name) && is_in(path, place, &manifest.body));
    went.map(|(name, _)| name.clone()).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Whether a path leads to a place in an object, or through it. Paths may name items of a
/// list by their position or by their keys.
fn is_in(path: &FieldPath, place: &Value, body: &Value) -> bool {
    let mut way = FieldPath::root();
    // A Secret's texts are among its data by now.
    let path = match path.steps() {
        [Step::Field(field), rest @ ..] if field == "stringData" && path.get(body).is_none() => {
            &FieldPath::fields(["data"]).join(rest)
        }
        _ => path,
    };
    path.steps().iter().any(|step| {
        way = way.then(step.clone());
        way.get(body).is_some_and(|value| ptr::eq(value, place))
    })
}
