//! Refusing to take what others have: fields, where the configuration says
//! `conflicts: fail`, and objects, where it says `adopt: never`.

use super::deletions::listed;
use super::refuse;
use crate::object::{FieldPath, ObjectId};
use crate::plan::GuardVerdict;

/// Fields that other managers have set and that may not be taken from them: one
/// verdict for each manager.
pub fn conflicts(contested: &[(ObjectId, String, FieldPath)]) -> Vec<GuardVerdict> {
    let mut managers: Vec<&str> = contested.iter().map(|(_, manager, _)| manager.as_str()).collect();
    managers.sort_unstable();
    managers.dedup();
    let verdict = |manager: &str| {
        let theirs = contested.iter().filter(|(_, owner, _)| owner == manager);
        let fields: Vec<String> = theirs.map(|(id, _, field)| format!("{field} of {id}")).collect();
        let is = if fields.len() == 1 { "is" } else { "are" };
        let message = format!(
            "{} {is} set by {manager}, and `conflicts` says `fail`: take it out of the manifests, or let one of them go",
            listed(&fields)
        );
        refuse("conflict", message)
    };
    managers.into_iter().map(verdict).collect()
}

/// Objects that exist already, where none may be taken in.
pub fn adopted(ids: &[ObjectId]) -> Option<GuardVerdict> {
    let names: Vec<String> = ids.iter().map(ToString::to_string).collect();
    let (exist, them) = if ids.len() == 1 { ("exists", "it") } else { ("exist", "them") };
    (!ids.is_empty()).then(|| {
        let message = format!(
            "{} {exist} already, and `adopt` says `never`: delete {them} first, or give the object another name",
            listed(&names)
        );
        refuse("adopt", message)
    })
}
