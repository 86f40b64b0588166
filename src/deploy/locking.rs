//! Looking at a target's lock, and ending somebody else's.

use super::memory::target_of;
use super::observe::check_pinned;
use super::setup::Setup;
use crate::cluster::Cluster;
use crate::error::{CommandError, Diagnostic};
use crate::release::{Held, lock};
use crate::report::{LockReport, LockState};

/// Who holds the lock of a target, if anybody does.
pub async fn look(setup: &Setup, cluster: &Cluster) -> Result<Option<Held>, CommandError> {
    check_pinned(setup, cluster).await?;
    Ok(lock::show(cluster, &target_of(setup, cluster)?).await?)
}

/// Ends a lock that was looked at. `false` when it was released meanwhile. If its
/// holder lives after all, it starts no new writes from its next renewal on.
pub async fn end(setup: &Setup, cluster: &Cluster, held: &Held) -> Result<bool, CommandError> {
    let target = target_of(setup, cluster)?;
    if lock::break_lock(cluster, &target, &held.by).await? {
        return Ok(true);
    }
    match lock::show(cluster, &target).await? {
        None => Ok(false),
        Some(other) => {
            let what = format!("the lock of {target} was taken by another run meanwhile: {}", other.by);
            Err(Diagnostic::new(what).hint("nothing was broken; look again with `trueup lock show`").into())
        }
    }
}

/// The lock as it is shown.
pub fn report(setup: &Setup, held: Option<&Held>, broken: bool) -> LockReport {
    LockReport { target: setup.environment.clone(), lock: held.map(state), broken }
}

pub(super) fn state(held: &Held) -> LockState {
    let holder = held.by.holder.as_ref();
    LockState {
        holder: held.by.identity.clone(),
        actor: holder.map(|holder| holder.actor.clone()),
        host: holder.and_then(|holder| holder.host.clone()),
        pid: holder.and_then(|holder| holder.process.as_ref()).map(|process| process.pid),
        run: holder.and_then(|holder| holder.run.clone()),
        since: held.by.since,
        renewed_at: held.renewed,
        expires_at: held.expires,
        dead: held.is_dead,
    }
}
