//! What a run leaves on record of each object, but for how it's judged in the end: all that
//! is known once everything is written, and so made while that is waited for.

use super::assemble::Work;
use super::fates::Fate;
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
        let standings: Vec<(&Desired, Standing<'_>)> =
            self.planned.desired.iter().zip(standings(self.planned, fates)).collect();
        let draft = |&(object, standing): &(&Desired, Standing<'_>)| match standing {
            Standing::There(live) if self.planned.kept.contains(object.id()) => {
                self.as_it_stays(object, live)
            }
            Standing::There(live) => Some(self.as_it_is(object, live)),
            Standing::Unknown => self.previous(object.id()),
            Standing::Gone => None,
        };
        let mut drafts = Vec::with_capacity(standings.len());
        for some in standings.chunks(AT_ONCE) {
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
            left: false,
        }
    }
}

/// What is known of a desired object once everything is written.
#[derive(Clone, Copy)]
enum Standing<'a> {
    /// As the write returned it, or as it was.
    There(&'a Value),
    /// Deleted, and it couldn't be created again.
    Gone,
    /// It couldn't be written.
    Unknown,
}

/// One for each desired object, in their order.
fn standings<'a>(planned: &'a Planned, fates: &'a [Fate]) -> Vec<Standing<'a>> {
    let mut standings = vec![Standing::Unknown; planned.desired.len()];
    for work in &planned.work {
        if let Work::Keep { at, live } = work {
            standings[*at] = Standing::There(live);
        }
    }
    for fate in fates {
        let Some(at) = planned.work[fate.at].desired() else { continue };
        if let Some(returned) = &fate.done.returned {
            standings[at] = Standing::There(returned);
        } else if fate.done.touched && planned.plan.actions[fate.at].action == Verb::Replace {
            standings[at] = Standing::Gone;
        }
    }
    standings
}
