//! Looking at what is held after a rollback, and ending it.

use std::collections::BTreeSet;
use std::time::Duration;

use super::memory::target_of;
use super::observe::check_pinned;
use super::running::{identify, locked_out};
use super::setup::Setup;
use crate::cluster::Cluster;
use crate::error::{CommandError, Diagnostic};
use crate::release::{HeldBy, HeldObject, Hold, Target, inventory, lock};
use crate::report::{HoldDetail, HoldReport};

/// What is held of a target, if anything is.
pub async fn look(setup: &Setup, cluster: &Cluster) -> Result<Option<Hold>, CommandError> {
    check_pinned(setup, cluster).await?;
    let parent = inventory::read(cluster, &target_of(setup, cluster)?).await.map_err(Diagnostic::from)?;
    Ok(parent.and_then(|parent| parent.state.hold))
}

/// Ends a hold that was looked at: under the lock, since a run writes it, too. `false`
/// when it was over by then.
pub async fn end(
    setup: &Setup,
    cluster: &Cluster,
    seen: &Hold,
    wait: Duration,
    waits_for: impl FnMut(&HeldBy),
) -> Result<bool, CommandError> {
    let target = target_of(setup, cluster)?;
    let holder = identify(cluster).await?.holder();
    let lock = lock::acquire(cluster, &target, holder, wait, waits_for).await.map_err(locked_out)?;
    let ended = end_locked(cluster, &target, seen).await;
    // One that can't be released expires by itself.
    let _ = lock.release().await;
    ended
}

async fn end_locked(cluster: &Cluster, target: &Target, seen: &Hold) -> Result<bool, CommandError> {
    let parent = inventory::read(cluster, target).await.map_err(Diagnostic::from)?;
    let Some(mut parent) = parent.filter(|parent| parent.state.hold.is_some()) else { return Ok(false) };
    if parent.state.hold.as_ref() != Some(seen) {
        let what = format!("what is held of {target} was changed by another rollback meanwhile");
        return Err(Diagnostic::new(what)
            .hint("nothing was ended; look again with `trueup hold show`")
            .into());
    }
    parent.state.hold = None;
    inventory::write(cluster, target, parent).await.map_err(Diagnostic::from)?;
    Ok(true)
}

/// The hold as it is shown.
pub fn report(setup: &Setup, hold: Option<&Hold>, cleared: bool) -> HoldReport {
    HoldReport { target: setup.environment.clone(), hold: hold.map(detail), cleared }
}

fn detail(hold: &Hold) -> HoldDetail {
    HoldDetail {
        reason: hold.reason.clone(),
        everything: hold.everything,
        since: hold.at,
        by: hold.by.clone(),
        release: hold.from,
        restored: hold.to,
        restored_commit: hold.restored.clone(),
        other_variables: hold.others.clone(),
        commits: hold.commits.clone(),
        // Held for several releases perhaps, and named once.
        objects: hold
            .sets()
            .flatten()
            .map(HeldObject::id)
            .collect::<BTreeSet<_>>()
            .iter()
            .map(ToString::to_string)
            .collect(),
    }
}
