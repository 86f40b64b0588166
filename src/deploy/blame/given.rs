//! Which variables of the command line have changed a field since the last release.
//! Pure.

use std::collections::{BTreeSet, HashMap};
use std::ptr;

use super::super::assemble::Work;
use super::super::memory::Memory;
use super::super::resolve::Desired;
use super::super::variables::changed;
use super::parts::field;
use crate::json::Value;
use crate::object::{FieldPath, Manifest, Step};
use crate::plan::{Action, Cause};
use crate::render::Vars;

/// Fills in the variables that went into a changed field, and that are others than the
/// last release was given.
pub(in super::super) fn tell_given(
    given: &Vars,
    memory: Option<&Memory>,
    desired: &[Desired],
    work: &[Work],
    actions: &mut [Action],
) {
    let Some((memory, record)) = memory.and_then(|memory| Some((memory, memory.record.as_ref()?))) else {
        return;
    };
    let others = changed(&record.summary, given, &memory.key);
    if others.is_empty() {
        return;
    }
    for (action, work) in actions.iter_mut().zip(work) {
        let Work::Write { at, .. } = work else { continue };
        let manifest = &desired[*at].manifest;
        let uses = Uses::of(manifest, &others);
        if uses.0.is_empty() {
            continue;
        }
        for change in action.changes.iter_mut().filter(|change| change.cause == Some(Cause::Commit)) {
            change.variables = uses.in_field(manifest, &change.path);
        }
    }
}

/// Variables, by the values in an object that they went into, and by all around those.
/// Paths may name items of a list by their position or by their keys; a value is itself.
struct Uses<'a>(HashMap<*const Value, BTreeSet<&'a str>>);

impl<'a> Uses<'a> {
    /// Of variables of these names.
    fn of(manifest: &'a Manifest, names: &BTreeSet<String>) -> Self {
        let mut uses: HashMap<*const Value, BTreeSet<&str>> = HashMap::new();
        for (name, path) in manifest.vars.as_deref().into_iter().flatten() {
            if names.contains(name) {
                for value in way(manifest, path) {
                    uses.entry(ptr::from_ref(value)).or_default().insert(name);
                }
            }
        }
        Self(uses)
    }

    /// Those that went into a field, or into a part of it.
    fn in_field(&self, manifest: &Manifest, path: &FieldPath) -> Vec<String> {
        let place = field(manifest, path).map(|(_, value)| ptr::from_ref(value));
        let names = place.and_then(|place| self.0.get(&place)).into_iter().flatten();
        names.map(|&name| name.to_owned()).collect()
    }
}

/// The values on the way to one, with it. A Secret's texts are among its data by now.
fn way<'a>(manifest: &'a Manifest, path: &FieldPath) -> Vec<&'a Value> {
    let is_text = |step: &Step| matches!(step, Step::Field(field) if field == "stringData");
    let mut steps = path.steps().to_vec();
    if let Some(first) =
        steps.first_mut().filter(|first| is_text(first) && manifest.body.get("stringData").is_none())
    {
        *first = Step::Field("data".to_owned());
    }
    let mut value = &manifest.body;
    let inner = |step: Step| {
        value = FieldPath::root().then(step).get(value)?;
        Some(value)
    };
    steps.into_iter().map_while(inner).collect()
}
