//! One run at a time: a target's lock, which is a Lease.
//!
//! It is renewed while it's held. A holder that can't renew it in time, or finds
//! another in its place, learns so before anybody else may take it, and starts
//! no new writes.

use std::time::{Duration, Instant};

use jiff::Timestamp;
use tokio::sync::{oneshot, watch};
use tokio::task::JoinHandle;

use super::identity::Target;
use super::lease::{Held, HeldBy, Holder, Lease, Observation};
use super::lease_store::Leases;
use super::process::Processes;
use super::renewal::{Moment, keep};
use crate::cluster::{ApiError, Cluster};
use crate::error::{CommandError, Diagnostic, Exit};

/// How often whoever waits looks at the Lease.
const TICK: Duration = Duration::from_secs(1);

/// How long is waited before looking again when two came at once.
const CONTEST_PAUSE: Duration = Duration::from_millis(100);

/// How long freeing the lock may take, at the end of a run.
const RELEASE_TIMEOUT: Duration = Duration::from_secs(10);

/// A held lock. Dropped without [`Lock::release`] it is no longer renewed, and
/// expires.
#[derive(Debug)]
pub struct Lock {
    leases: Leases,
    holder: Holder,
    lost: watch::Receiver<bool>,
    stop: oneshot::Sender<()>,
    renewing: JoinHandle<Lease>,
}

/// Why a lock can't be had, shown or freed.
#[derive(Debug, thiserror::Error)]
pub enum LockError {
    /// Somebody else holds it.
    #[error("another run holds the lock of {target}: {held_by}")]
    Held {
        /// The target.
        target: Target,
        /// Who, and since when.
        held_by: Box<HeldBy>,
    },
    /// A request failed.
    #[error("can't {verb} the lock {lease}")]
    Api {
        /// What was to be done: `read`, `write`.
        verb: &'static str,
        /// `namespace/Lease/name`.
        lease: String,
        /// Why it failed.
        error: ApiError,
    },
}

/// Takes a target's lock. While another holds it, waits up to `wait`; `on_wait`
/// is told about each holder that is waited for.
///
/// A lock whose holder is certainly dead is taken at once, an abandoned one when
/// it wasn't renewed for its duration: only who waits for longer than that can
/// see it.
pub async fn acquire(
    cluster: &Cluster,
    target: &Target,
    holder: Holder,
    wait: Duration,
    mut on_wait: impl FnMut(&HeldBy),
) -> Result<Lock, LockError> {
    let leases = Leases { cluster: cluster.apart(), target: target.clone() };
    let mut attempt = Attempt {
        leases,
        holder,
        processes: Processes::of_this_machine(),
        observation: Observation::default(),
        start: Instant::now(),
    };
    let mut waited_for = None;
    loop {
        let asked = Moment::now();
        match attempt.look().await? {
            Found::Taken(lease) => return Ok(Lock::start(attempt.leases, attempt.holder, lease, asked)),
            Found::Contested => tokio::time::sleep(CONTEST_PAUSE).await,
            Found::Held(held_by) => {
                let left = wait.saturating_sub(attempt.start.elapsed());
                if left.is_zero() {
                    let held_by = Box::new(held_by);
                    return Err(LockError::Held { target: target.clone(), held_by });
                }
                if waited_for.as_ref() != Some(&held_by) {
                    on_wait(&held_by);
                    waited_for = Some(held_by);
                }
                tokio::time::sleep(TICK.min(left)).await;
            }
        }
    }
}

/// Who holds a target's lock and until when, if anybody does.
pub async fn show(cluster: &Cluster, target: &Target) -> Result<Option<Held>, LockError> {
    Ok(look(cluster, target).await?.flatten())
}

/// The same; nothing at all where no run ever had it.
pub async fn look(cluster: &Cluster, target: &Target) -> Result<Option<Option<Held>>, LockError> {
    let leases = Leases { cluster: cluster.clone(), target: target.clone() };
    let lease = leases.read().await.map_err(|error| leases.failed("read", error))?;
    Ok(lease.map(|lease| lease.held(&Processes::of_this_machine())))
}

/// Ends somebody else's lock. If its holder is alive after all, it finds the lock
/// lost at its next renewal, a few seconds later. `false` when `held_by` isn't
/// its holder any more.
pub async fn break_lock(cluster: &Cluster, target: &Target, held_by: &HeldBy) -> Result<bool, LockError> {
    let leases = Leases { cluster: cluster.clone(), target: target.clone() };
    loop {
        let lease = leases.read().await.map_err(|error| leases.failed("read", error))?;
        let Some(lease) = lease.filter(|lease| lease.held_by().as_ref() == Some(held_by)) else {
            return Ok(false);
        };
        match leases.replace(&lease.freed(Timestamp::now())).await {
            Ok(_) => return Ok(true),
            // Renewed in between.
            Err(error) if error.is_conflict() => {}
            Err(error) => return Err(leases.failed("write", error)),
        }
    }
}

/// Coming at a lock.
struct Attempt {
    leases: Leases,
    holder: Holder,
    processes: Processes,
    observation: Observation,
    start: Instant,
}

/// What came of looking at a lock once.
enum Found {
    /// It is ours.
    Taken(Lease),
    /// Somebody else wrote it at the same moment.
    Contested,
    /// Somebody else has it.
    Held(HeldBy),
}

impl Attempt {
    async fn look(&mut self) -> Result<Found, LockError> {
        let lease = self.leases.read().await.map_err(|error| self.leases.failed("read", error))?;
        let Some(lease) = lease else {
            let new = Lease::new(&self.leases.target).taken(&self.holder, Timestamp::now());
            return self.found(self.leases.create(&new).await);
        };
        let Some(held_by) = lease.held_by() else {
            return self.take(&lease).await;
        };
        if lease.is_held_by(&self.holder) {
            // We took it, but the answer was lost.
            return self.found(self.leases.replace(&lease.renewed(Timestamp::now())).await);
        }
        let is_dead = held_by.holder.as_ref().is_some_and(|holder| holder.is_dead(&self.processes));
        if self.observation.has_expired(&lease, self.start.elapsed()) || is_dead {
            return self.take(&lease).await;
        }
        Ok(Found::Held(held_by))
    }

    async fn take(&self, lease: &Lease) -> Result<Found, LockError> {
        self.found(self.leases.replace(&lease.taken(&self.holder, Timestamp::now())).await)
    }

    fn found(&self, written: Result<Lease, ApiError>) -> Result<Found, LockError> {
        match written {
            Ok(lease) => Ok(Found::Taken(lease)),
            Err(error) if error.is_conflict() => Ok(Found::Contested),
            Err(error) => Err(self.leases.failed("write", error)),
        }
    }
}

impl Lock {
    fn start(leases: Leases, holder: Holder, lease: Lease, renewed: Moment) -> Self {
        let (sender, lost) = watch::channel(false);
        let (stop, stopped) = oneshot::channel();
        let renewing = tokio::spawn(keep(leases.clone(), holder.clone(), lease, renewed, sender, stopped));
        Self { leases, holder, lost, stop, renewing }
    }

    /// Becomes `true` when the lock is lost: nothing may be written from then
    /// on. (When the lock is released, the sender is gone without that.)
    pub fn lost(&self) -> watch::Receiver<bool> {
        self.lost.clone()
    }

    /// Lets others have the lock. One that was lost is left alone.
    pub async fn release(self) -> Result<(), LockError> {
        let leases = self.leases.clone();
        bounded(&leases, self.free()).await.map(drop)
    }

    /// Lets others have the lock, and deletes the Lease unless somebody took it
    /// meanwhile. For when the whole target is deleted.
    pub async fn remove(self) -> Result<(), LockError> {
        let leases = self.leases.clone();
        let freed = bounded(&leases, self.free()).await?;
        match freed {
            Some(lease) => bounded(&leases, leases.delete(&lease)).await,
            None => Ok(()),
        }
    }

    /// Stops renewing and frees the Lease, unless another has it by now.
    async fn free(self) -> Result<Option<Lease>, ApiError> {
        // Fails if renewing has ended by itself, which is as well.
        let _ = self.stop.send(());
        let Ok(mut lease) = self.renewing.await else { return Ok(None) };
        if *self.lost.borrow() {
            return Ok(None);
        }
        loop {
            match self.leases.replace(&lease.freed(Timestamp::now())).await {
                Ok(freed) => return Ok(Some(freed)),
                Err(error) if error.is_conflict() => match self.leases.read().await? {
                    Some(there) if there.is_held_by(&self.holder) => lease = there,
                    _ => return Ok(None),
                },
                Err(error) if error.is_not_found() => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }
}

/// At the end of a run nobody wants to wait for long.
async fn bounded<T>(
    leases: &Leases,
    request: impl Future<Output = Result<T, ApiError>>,
) -> Result<T, LockError> {
    let outcome = tokio::time::timeout(RELEASE_TIMEOUT, request).await.unwrap_or_else(|_| {
        let why = format!("no answer within {} s", RELEASE_TIMEOUT.as_secs());
        Err(ApiError::Transport { server: leases.cluster.server().to_owned(), why })
    });
    outcome.map_err(|error| leases.failed("write", error))
}

impl From<LockError> for Diagnostic {
    fn from(error: LockError) -> Self {
        let diagnostic = Self::new(error.to_string());
        match error {
            LockError::Held { .. } => diagnostic
                .hint("wait for it with --lock-timeout")
                .hint("the lock of a run that is dead expires within 30 s by itself"),
            LockError::Api { error, .. } => diagnostic.because(error.to_string()),
        }
    }
}

/// A lock that is held refuses (exit 3); a request that failed is an error.
impl From<LockError> for CommandError {
    fn from(error: LockError) -> Self {
        let exit = match error {
            LockError::Held { .. } => Exit::Refused,
            LockError::Api { .. } => Exit::Error,
        };
        Self::new(exit, error.into())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_held_lock_refuses_and_names_its_holder() {
        let target = Target::new("shop", "prod", "shop").expect("well formed");
        let held_by = HeldBy {
            identity: "ada@laptop pid 4711".into(),
            since: Some("2026-01-02T03:04:05Z".parse().expect("a time")),
            holder: None,
        };
        let error = CommandError::from(LockError::Held { target, held_by: Box::new(held_by) });
        assert_eq!(error.exit, Exit::Refused);
        insta::assert_json_snapshot!(error.diagnostics, @r#"
        [
          {
            "message": "another run holds the lock of shop/prod: ada@laptop pid 4711, since 2026-01-02T03:04:05Z",
            "hints": [
              "wait for it with --lock-timeout",
              "the lock of a run that is dead expires within 30 s by itself"
            ]
          }
        ]
        "#);
    }
}
