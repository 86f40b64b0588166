//! The hooks of a set: which of them run this time, where they stand among the
//! objects, and whether one has to run because it's new or has changed. Pure.

use std::collections::BTreeSet;

use super::assemble::Work;
use super::memory::Memory;
use super::resolve::Desired;
use super::sending::Sending;
use crate::health::has_succeeded;
use crate::json::Value;
use crate::object::{Hook, Moment, ObjectId, Occasion, left_out};
use crate::plan::order::{Place, Turn};
use crate::plan::{Action, Cause, HookRef, Verb};
use crate::release::{Comparison, compare};
use crate::report::words;

/// A hook.
pub struct Hooked {
    /// Its object, as it would be sent without the membership label.
    pub object: Desired,
    /// What its annotations say.
    pub hook: Hook,
}

/// All hooks of a set.
#[derive(Default)]
pub struct Hooks {
    /// The hooks, by identity.
    pub all: Vec<Hooked>,
    /// Which of them run this time, by position, and when.
    turns: Vec<(usize, Moment)>,
    /// Those that don't.
    away: Vec<usize>,
    /// What other tools' annotations leave out of every run, whatever it is.
    pub left_out: Vec<Desired>,
}

/// How the hooks of a set stand before a run.
pub(super) struct Standing {
    /// Those that have to run because they haven't succeeded yet as they are now: where
    /// nothing is remembered, all of them.
    pub due: BTreeSet<usize>,
    /// Those that run only once, did, and are still there.
    done: BTreeSet<usize>,
    /// Nothing was deployed yet: everything is new.
    is_first: bool,
}

impl Hooks {
    /// Takes them out of the objects of a set.
    pub(super) fn among(objects: Vec<Desired>) -> (Vec<Desired>, Self) {
        let (mut desired, mut hooks) = (Vec::with_capacity(objects.len()), Self::default());
        for object in objects {
            if left_out(&object.manifest.body).is_some() {
                hooks.left_out.push(object);
            } else if let Some(hook) = Hook::of(&object.manifest.body) {
                hooks.all.push(Hooked { object, hook });
            } else {
                desired.push(object);
            }
        }
        hooks.all.sort_by(|one, other| one.object.id().cmp(other.object.id()));
        (desired, hooks)
    }

    /// Decides which run in such a run.
    pub(super) fn take_turns(&mut self, occasion: Occasion) {
        for (at, hooked) in self.all.iter().enumerate() {
            let moments = hooked.hook.moments(occasion);
            if moments.is_empty() {
                self.away.push(at);
            }
            self.turns.extend(moments.into_iter().map(|moment| (at, moment)));
        }
    }

    /// Their identities, and those of what is left out: nobody deletes these.
    pub(super) fn ids(&self) -> impl Iterator<Item = &ObjectId> {
        self.objects().map(Desired::id)
    }

    /// The same as objects.
    pub(super) fn objects(&self) -> impl Iterator<Item = &Desired> {
        self.all.iter().map(|hooked| &hooked.object).chain(&self.left_out)
    }

    /// The same, given away.
    pub(super) fn into_objects(self) -> impl Iterator<Item = Desired> {
        self.all.into_iter().map(|hooked| hooked.object).chain(self.left_out)
    }

    /// What is left out, in one line.
    pub(super) fn notes(&self) -> Option<String> {
        let told = |object: &Desired| Some(format!("{} ({})", object.id(), left_out(&object.manifest.body)?));
        let told: Vec<String> = self.left_out.iter().filter_map(told).collect();
        (!told.is_empty()).then(|| format!("not deployed, as their annotations say: {}", words::list(&told)))
    }

    /// The hooks as nodes of a graph: one for each turn, then those that have none.
    pub(super) fn places(&self) -> impl Iterator<Item = (&Desired, Place)> {
        let turns = self.turns.iter().map(|&(at, moment)| (&self.all[at].object, self.place(at, moment)));
        turns.chain(self.away.iter().map(|&at| (&self.all[at].object, Place::Away)))
    }

    /// The object of such a node.
    pub(super) fn object_of(&self, nth: usize) -> &Desired {
        let turn = self.turns.get(nth).map(|(at, _)| *at);
        &self.all[turn.unwrap_or_else(|| self.away[nth - self.turns.len()])].object
    }

    fn place(&self, at: usize, moment: Moment) -> Place {
        let Hook { weight, one_by_one, .. } = self.all[at].hook;
        match moment {
            Moment::During => Place::Among,
            _ => Place::Hook(Turn { moment, weight, one_by_one }),
        }
    }

    /// How they stand before the run. What is there of an object `live` says.
    pub(super) fn standing<'a>(
        &self,
        memory: Option<&Memory>,
        live: impl Fn(&Desired) -> Option<&'a Value>,
    ) -> Standing {
        let is_done = |Hooked { object, hook }: &Hooked| {
            let has_succeeded = || live(object).is_some_and(has_succeeded);
            !hook.deletion.before && has_succeeded() && !has_changed(object, memory)
        };
        let done: BTreeSet<usize> = (0..self.all.len()).filter(|&at| is_done(&self.all[at])).collect();
        let runs = self.turns.iter().filter(|(_, moment)| *moment != Moment::OnFailure);
        let runs = runs.map(|(at, _)| *at).filter(|at| !done.contains(at));
        let due = runs.filter(|&at| is_due(&self.all[at].object, memory)).collect();
        let is_first = memory.is_none_or(|memory| memory.deployed().is_none());
        Standing { due, done, is_first }
    }

    /// The actions of this run's hooks, in the order of their nodes; none for those that
    /// ran once and for all.
    pub(super) fn parts(&self, standing: &Standing, sending: &Sending<'_>) -> Vec<Option<(Action, Work)>> {
        let part = |&(at, moment): &(usize, Moment)| {
            if standing.done.contains(&at) {
                return None;
            }
            let Hooked { object, hook } = &self.all[at];
            let is_due = standing.due.contains(&at) && moment != Moment::OnFailure;
            let reason = match moment {
                Moment::OnFailure => Some("only if the run fails"),
                _ if is_due && !standing.is_first => Some("it hasn't succeeded yet as it is now"),
                _ => None,
            };
            let action = Action {
                source: Some(object.source().into()),
                hook: Some(HookRef::new(hook, moment)),
                causes: if is_due { vec![Cause::Commit] } else { Vec::new() },
                reason: reason.map(str::to_owned),
                ..Action::new(Verb::Run, object.manifest.object_ref())
            };
            Some((action, Work::Hook { at, body: sending.labelled(object), live: None }))
        };
        self.turns.iter().map(part).collect()
    }
}

/// What isn't on record as it is now hasn't succeeded since. Where the record can't
/// be read, nobody knows, and it isn't run for that.
fn is_due(object: &Desired, memory: Option<&Memory>) -> bool {
    let Some(memory) = memory else { return true };
    let is_unknown = || memory.parent.as_ref().is_some_and(|parent| parent.state.recorded.is_some());
    match (&memory.record, memory.past().get(object.id())) {
        (None, _) => !is_unknown(),
        (Some(_), None) => true,
        (Some(_), Some(_)) => has_changed(object, Some(memory)),
    }
}

/// Whether it's on record with another content.
fn has_changed(object: &Desired, memory: Option<&Memory>) -> bool {
    let recorded = memory.and_then(|memory| Some((memory, memory.past().get(object.id())?)));
    recorded.is_some_and(|(memory, recorded)| {
        let now = memory.keep_form(object.id(), &object.manifest.body, recorded);
        compare(recorded.manifest, &now) == Comparison::Different
    })
}
