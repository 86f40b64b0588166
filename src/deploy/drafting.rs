//! What a run leaves on record of each object, but for how it's judged in the end: all that
//! is known once everything is written, and so made while that is waited for.

use super::fates::{Fate, live_after};
use super::memory::Memory;
use super::planning::Planned;
use super::resolve::Desired;
use crate::cluster::MANAGER;
use crate::diff::{LastWritten, Schemas};
use crate::json::Value;
use crate::object::ObjectId;
use crate::parallel;
use crate::plan::Verb;
use crate::release::{DigestKey, PART_OF, Protected, RecordedObject, protect};

/// So many objects are drafted before whoever else has something to do gets to it.
const AT_ONCE: usize = 256;

/// One for each desired object, in their order; none of what isn't there.
pub(super) type Drafts = Vec<Option<RecordedObject>>;

/// What it takes to draft a record.
#[derive(Clone, Copy)]
pub(super) struct Drafting<'a> {
    /// What was planned.
    pub(super) planned: &'a Planned,
    /// What is known of the releases before.
    pub(super) memory: &'a Memory,
    /// What secret values are digested by.
    pub(super) key: &'a DigestKey,
}

impl Drafting<'_> {
    /// Every desired object as it was written or found; what couldn't be written as the last
    /// record has it, but for what was deleted and couldn't be created again.
    pub(super) async fn drafts(&self, fates: &[Fate]) -> Drafts {
        let live = live_after(self.planned, fates);
        let is_gone = |id: &ObjectId| {
            fates.iter().any(|fate| {
                let action = &self.planned.plan.actions[fate.at];
                fate.done.touched && action.action == Verb::Replace && action.id() == *id
            })
        };
        let draft = |object: &Desired| match live.get(object.id()) {
            Some(live) if self.planned.kept.contains(object.id()) => self.as_it_stays(object, live),
            Some(live) => Some(self.as_it_is(object, live)),
            None => self.previous(object.id()).filter(|_| !is_gone(object.id())),
        };
        let mut drafts = Vec::with_capacity(self.planned.desired.len());
        for some in self.planned.desired.chunks(AT_ONCE) {
            drafts.extend(parallel::each(some.iter().collect(), draft));
            tokio::task::yield_now().await;
        }
        drafts
    }

    /// As the last record has it.
    pub(super) fn previous(&self, id: &ObjectId) -> Option<RecordedObject> {
        self.memory.record.as_ref()?.find(id).cloned()
    }

    /// A Secret that was left alone: as the last record has it. Where that doesn't know what
    /// was written last, as it is, unless it isn't ours at all.
    fn as_it_stays(&self, object: &Desired, live: &Value) -> Option<RecordedObject> {
        let memory = self.memory;
        let was_killed = memory.parent.as_ref().is_some_and(|parent| parent.state.unrecorded().is_some());
        let is_member = live["metadata"]["labels"][PART_OF] == memory.target.applyset_id().as_str();
        match self.previous(object.id()) {
            Some(previous) if !was_killed || !is_member => Some(previous),
            _ => is_member.then(|| self.as_it_is(object, live)),
        }
    }

    fn as_it_is(&self, object: &Desired, live: &Value) -> RecordedObject {
        let keep =
            |value: &Value| -> Protected { protect(value, object.id(), &object.manifest.secrets, self.key) };
        let manifest = keep(&object.manifest.body);
        let last = LastWritten::of(live, MANAGER, Schemas::builtin());
        let written = last.as_ref().map(|last| keep(&last.values));
        RecordedObject {
            object: object.manifest.object_ref(),
            uid: live["metadata"]["uid"].as_str().map(str::to_owned),
            source: Some(object.source().into()),
            fields: last.map(|last| last.fields).unwrap_or_default(),
            written: written.filter(|written| *written != manifest),
            manifest,
            health: None,
        }
    }
}
