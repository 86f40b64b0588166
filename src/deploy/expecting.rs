//! What a plan must be to be carried out: the one that was saved, or one with
//! this digest.

use std::sync::Arc;

use crate::error::{CommandError, Diagnostic, Exit};
use crate::plan::{Selection, TargetPlan, difference};

/// The plan that is expected.
#[derive(Debug, Clone)]
pub struct Expected {
    /// Its digest.
    pub digest: String,
    /// The plan itself, where it was saved.
    pub saved: Option<Saved>,
}

/// A plan that was saved to a file.
#[derive(Debug, Clone)]
pub struct Saved {
    /// The file.
    pub file: String,
    /// The plan.
    pub plan: Arc<TargetPlan>,
}

impl Expected {
    /// Refuses another plan.
    pub fn check(&self, plan: &TargetPlan) -> Result<(), CommandError> {
        if plan.digest.as_ref() == Some(&self.digest) { Ok(()) } else { Err(self.stale(plan)) }
    }

    /// The plan isn't the expected one. Against a saved one it's told how it
    /// differs.
    pub fn stale(&self, plan: &TargetPlan) -> CommandError {
        match &self.saved {
            None => self.another_digest(plan),
            Some(saved) => self.another_plan(saved, plan),
        }
    }

    fn another_digest(&self, plan: &TargetPlan) -> CommandError {
        let diagnostic = Diagnostic::new(format!("{}: the plan isn't the expected one", plan.target))
            .because(format!("its digest is {}, expected was {}", now(plan), self.digest))
            .hint("look at today's plan, and have that one approved");
        CommandError::new(Exit::Refused, diagnostic)
    }

    fn another_plan(&self, saved: &Saved, plan: &TargetPlan) -> CommandError {
        let difference = difference(&saved.plan, plan);
        let mut diagnostic =
            Diagnostic::new(format!("{}: the plan isn't the one saved in {}", plan.target, saved.file))
                .because(format!("its digest is {}, the saved one's is {}", now(plan), self.digest));
        if saved.plan.namespace != plan.namespace {
            let (then, now) = (&saved.plan.namespace, &plan.namespace);
            diagnostic = diagnostic.because(format!("it's for namespace {now}, the saved one is for {then}"));
        }
        if saved.plan.selection != plan.selection {
            let (then, now) = (part(saved.plan.selection.as_ref()), part(plan.selection.as_ref()));
            diagnostic = diagnostic.because(format!("it's for {now}, the saved one is for {then}"));
        }
        if difference.actions.is_empty() {
            let what = "its actions read the same: what differs is nothing that a plan file holds";
            diagnostic = diagnostic.because(what);
        }
        let diagnostic = diagnostic.hint("plan anew with --out, and have that one approved");
        CommandError::new(Exit::Refused, diagnostic).with_difference(difference)
    }
}

/// What a plan is for, in words.
fn part(selection: Option<&Selection>) -> String {
    selection.map_or_else(|| "everything".to_owned(), ToString::to_string)
}

fn now(plan: &TargetPlan) -> &str {
    plan.digest.as_deref().unwrap_or("none: it is only approximate")
}
