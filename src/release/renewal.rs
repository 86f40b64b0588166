//! Keeping a lock that is held: renewing it in time, and noticing its loss
//! before anybody else may take it.

use std::time::{Duration, Instant, SystemTime};

use jiff::Timestamp;
use tokio::sync::{oneshot, watch};

use super::lease::{Holder, Lease};
use super::lease_store::Leases;

/// How often a held lock is renewed.
const RENEW_EVERY: Duration = Duration::from_secs(10);

/// Without a renewal for this long, the lock counts as lost: a little before
/// others may take it, so that writes under way have come to an end by then.
const GIVE_UP_AFTER: Duration = Duration::from_secs(25);

/// How long one renewal may take.
const RENEWAL_TIMEOUT: Duration = Duration::from_secs(8);

/// How often the holder looks at the clocks.
const TICK: Duration = Duration::from_secs(1);

/// A moment by both clocks. The monotonic one stands still while a machine
/// sleeps, the other may jump.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    monotonic: Instant,
    wall: SystemTime,
}

/// The time since a moment, by both clocks.
#[derive(Debug, Clone, Copy)]
struct Elapsed {
    monotonic: Duration,
    wall: Duration,
}

impl Moment {
    pub(super) fn now() -> Self {
        Self { monotonic: Instant::now(), wall: SystemTime::now() }
    }

    fn elapsed(&self) -> Elapsed {
        Elapsed { monotonic: self.monotonic.elapsed(), wall: self.wall.elapsed().unwrap_or_default() }
    }
}

/// What is to be done about a lock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Due {
    /// Nothing yet.
    Nothing,
    /// To renew it, within this time.
    Renewal(Duration),
    /// To count it as lost.
    Loss,
}

impl Due {
    /// After this long without a renewal. A clock that jumped, or a machine that
    /// slept, is a reason to renew at once, but none to give up.
    fn after(elapsed: Elapsed) -> Self {
        let left = GIVE_UP_AFTER.saturating_sub(elapsed.monotonic);
        if left.is_zero() {
            Self::Loss
        } else if elapsed.monotonic.max(elapsed.wall) >= RENEW_EVERY {
            Self::Renewal(left.min(RENEWAL_TIMEOUT))
        } else {
            Self::Nothing
        }
    }
}

/// What came of a renewal.
enum Renewal {
    Renewed(Lease),
    Lost,
    Failed,
}

/// Renews a Lease until it's told to stop or the lock is lost, and gives back
/// the Lease as it was last.
pub(super) async fn keep(
    leases: Leases,
    holder: Holder,
    mut lease: Lease,
    mut renewed: Moment,
    lost: watch::Sender<bool>,
    mut stop: oneshot::Receiver<()>,
) -> Lease {
    loop {
        tokio::select! {
            _ = &mut stop => return lease,
            () = tokio::time::sleep(TICK) => {}
        }
        let outcome = match Due::after(renewed.elapsed()) {
            Due::Nothing => continue,
            Due::Loss => Renewal::Lost,
            Due::Renewal(limit) => {
                // What counts is when it was asked for: nobody can have seen it earlier.
                let asked = Moment::now();
                let outcome = tokio::select! {
                    _ = &mut stop => return lease,
                    outcome = tokio::time::timeout(limit, renew(&leases, &holder, &lease)) => outcome,
                };
                if matches!(outcome, Ok(Renewal::Renewed(_))) {
                    renewed = asked;
                }
                outcome.unwrap_or(Renewal::Failed)
            }
        };
        match outcome {
            Renewal::Renewed(now) => lease = now,
            Renewal::Failed => {}
            Renewal::Lost => {
                lost.send_replace(true);
                return lease;
            }
        }
    }
}

/// Renews a Lease once. One that only somebody's note was put on is still ours.
async fn renew(leases: &Leases, holder: &Holder, lease: &Lease) -> Renewal {
    match leases.replace(&lease.renewed(Timestamp::now())).await {
        Ok(lease) => return Renewal::Renewed(lease),
        Err(error) if error.is_conflict() || error.is_not_found() => {}
        Err(_) => return Renewal::Failed,
    }
    match leases.read().await {
        Ok(Some(there)) if there.is_held_by(holder) => {
            let renewed = leases.replace(&there.renewed(Timestamp::now())).await;
            renewed.map_or(Renewal::Failed, Renewal::Renewed)
        }
        Ok(_) => Renewal::Lost,
        Err(_) => Renewal::Failed,
    }
}

#[cfg(test)]
mod tests {
    use super::super::lease::DURATION;
    use super::*;

    fn after(monotonic: u64, wall: u64) -> Due {
        Due::after(Elapsed { monotonic: Duration::from_secs(monotonic), wall: Duration::from_secs(wall) })
    }

    #[test]
    fn a_lock_is_renewed_in_time_and_given_up_before_others_may_take_it() {
        assert_eq!(after(9, 9), Due::Nothing);
        assert_eq!(after(10, 10), Due::Renewal(RENEWAL_TIMEOUT));
        assert_eq!(after(20, 20), Due::Renewal(Duration::from_secs(5)));
        assert_eq!(after(25, 25), Due::Loss);
        assert!(GIVE_UP_AFTER < DURATION);
    }

    #[test]
    fn a_machine_that_slept_or_a_clock_that_jumped_renews_at_once() {
        assert_eq!(after(2, 3600), Due::Renewal(RENEWAL_TIMEOUT));
        assert_eq!(after(2, 0), Due::Nothing);
    }
}
