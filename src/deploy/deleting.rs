//! Deleting a whole target: its members, then what it remembers.

use std::borrow::Cow;
use std::time::Instant;

use super::assemble::{Assembled, Work};
use super::leaving::judged;
use super::locked::Locked;
use super::memory::Memory;
use super::observe::{self, Live};
use super::removing::{Leave, leave};
use super::setup::Setup;
use crate::apply::{Vanished, held_by, until_gone};
use crate::cluster::Resource;
use crate::error::{CommandError, Diagnostic};
use crate::guard;
use crate::json::Value;
use crate::object::kinds;
use crate::plan::prune::Removal;
use crate::release::{Parent, history, inventory, key};
use crate::report::words;

/// Plans the deletion of every member. What may not be deleted is let go, or told.
pub(super) fn everything(
    setup: &Setup,
    memory: &Memory,
    live: &Live,
    assembled: &mut Assembled,
) -> Result<(), CommandError> {
    if !live.unknown.is_empty() {
        let unknown: Vec<String> = live.unknown.iter().map(ToString::to_string).collect();
        let what = format!("which objects of {} there are isn't known", words::list(&unknown));
        return Err(Diagnostic::new(what).because("their API server doesn't answer").into());
    }
    let (mut deleted, mut forgotten) = (Vec::new(), Vec::new());
    let (state_namespace, namespaces) = (memory.target.state_namespace(), memory.namespaces());
    for leaving in live.members() {
        let (id, _, object) = leaving;
        match judged(memory, &namespaces, id, &undeleted(object)) {
            Removal::Prune => deleted.push(leaving),
            Removal::Forget(why) => forgotten.push((leaving, format!("it stays: {why}"))),
            Removal::Keep(_) if kinds::is_namespace(&id.kind) && id.name == state_namespace => {
                forgotten.push((leaving, "it stays: the inventory and the history lived in it".to_owned()));
            }
            Removal::Keep(why) => assembled.notes.push(format!("{id} isn't deleted: {why}")),
            Removal::Pass => {}
        }
    }
    let protects = |kind: &_| setup.protect.iter().any(|pattern| pattern.matches(kind));
    assembled.guards.extend(guard::protected(deleted.iter().map(|(id, ..)| *id), protects));
    assembled.notes.push(format!("the namespace {state_namespace} stays"));
    leave(&deleted, forgotten, Leave { wave: 0, causes: &[] }, assembled);
    Ok(())
}

/// The object as if nobody were deleting it: who waits for all to be gone waits for
/// those too that are going.
fn undeleted(object: &Value) -> Cow<'_, Value> {
    if object["metadata"].get("deletionTimestamp").is_none() {
        return Cow::Borrowed(object);
    }
    let mut undeleted = object.clone();
    undeleted["metadata"].as_object_mut().map(|metadata| metadata.remove("deletionTimestamp"));
    Cow::Owned(undeleted)
}

impl Locked<'_> {
    /// Deletes what the target remembers, once its members are gone; the inventory
    /// last, by which the next run finds what is left. Why not, if not.
    pub(super) async fn delete_memory(&self, memory: &Memory, parent: &Parent) -> Result<(), Diagnostic> {
        let deadline = Instant::now() + self.ongoing.options.wait.unwrap_or(self.ongoing.setup.wait_timeout);
        for work in &self.planned.work {
            if let Work::Delete { resource, live } = work {
                self.gone(resource, live, deadline).await?;
            }
        }
        let (cluster, target) = (self.ongoing.cluster, &memory.target);
        history::remove(cluster, target).await?;
        key::remove_key(cluster, target).await?;
        Ok(inventory::remove(cluster, target, parent).await?)
    }

    /// Waits until a deleted object is gone.
    async fn gone(&self, resource: &Resource, deleted: &Value, deadline: Instant) -> Result<(), Diagnostic> {
        let id = observe::id_of(&resource.kind, deleted);
        let uid = deleted["metadata"]["uid"].as_str().unwrap_or_default();
        let is_over = || Instant::now() > deadline || self.halt().is_some();
        match until_gone(self.ongoing.cluster, resource, &id, uid, is_over).await? {
            Vanished::Gone | Vanished::MadeAgain => Ok(()),
            Vanished::StillThere(live) => {
                let held = held_by(&live).map(|held| format!(", {held}")).unwrap_or_default();
                Err(Diagnostic::new(format!("{id} is still there{held}")))
            }
        }
    }
}
