//! Taking objects over that somebody has asked for by name: what can't be taken over
//! is an error. Pure.

use std::collections::HashMap;

use super::resolve::Desired;
use crate::error::Diagnostic;
use crate::object::ObjectId;
use crate::plan::{Action, Cause, Verb};

/// Objects that aren't there, and those that are trueup's already.
pub(super) fn refuse_unadoptable(desired: &[Desired], actions: &[Action]) -> Result<(), Vec<Diagnostic>> {
    let actions: HashMap<ObjectId, &Action> = actions.iter().map(|action| (action.id(), action)).collect();
    let problem = |object: &Desired| {
        let id = object.id();
        let (what, hint) = match actions.get(id) {
            Some(action) if action.causes.contains(&Cause::Adopt) => return None,
            Some(action) if action.action == Verb::Create => ("isn't there yet", "`trueup apply` makes it"),
            _ => ("is this environment's already", "`trueup apply` changes it"),
        };
        let problem = Diagnostic::new(format!("{id} can't be taken over: it {what}"));
        Some(problem.at(object.source().location()).hint(hint))
    };
    let problems: Vec<Diagnostic> = desired.iter().filter_map(problem).collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}
