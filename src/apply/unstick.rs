//! Deleting a pod that holds its `StatefulSet` up.

use std::time::{Duration, Instant};

use super::deletion::delete;
use super::write::{Job, LOOK_AGAIN, precondition};
use crate::cluster::{Cluster, Resource};
use crate::error::Diagnostic;
use crate::health::{is_observed, is_same_pod, is_still_stuck};
use crate::json::Value;
use crate::object::ObjectId;

/// How long a controller may take to see what was written.
const SEEING: Duration = Duration::from_secs(60);

/// A pod that is ready for so long stays ready, or is replaced as usual.
const STAYING: Duration = Duration::from_secs(15);

/// A pod to delete, once its `StatefulSet` was put back.
#[derive(Debug)]
pub struct Unstick<'a> {
    /// The `StatefulSet`.
    pub set: &'a ObjectId,
    /// How that is reached.
    pub resource: &'a Resource,
    /// The pod that the plan saw.
    pub pod: &'a Value,
}

/// Deletes it. One that is gone, or has become ready to stay, is done: its controller
/// replaces it then.
pub(super) async fn unstick(
    cluster: &Cluster,
    job: &Job<'_>,
    unstick: &Unstick<'_>,
) -> Result<(), Diagnostic> {
    until_seen(cluster, job, unstick).await?;
    let deadline = Instant::now() + STAYING;
    let is_still = |live: &Value| is_still_stuck(unstick.pod, live);
    loop {
        let now = cluster.get(&job.resource, job.id.namespace.as_deref(), &job.id.name).await?;
        let Some(now) = now.filter(|now| is_same_pod(unstick.pod, now)) else { return Ok(()) };
        // Its kubelet writes its status all the time: what is deleted is what is there now.
        match precondition(&now).filter(|_| is_still(&now)) {
            Some(seen) => {
                let other = || Diagnostic::new(format!("{} isn't what it was any more", job.id));
                return delete(cluster, job, &seen, is_still, other).await;
            }
            None if Instant::now() > deadline => return Ok(()),
            None => tokio::time::sleep(LOOK_AGAIN).await,
        }
    }
}

/// Waits until the controller knows what the set should be by now: before, it would make
/// the pod again as it was.
async fn until_seen(cluster: &Cluster, job: &Job<'_>, unstick: &Unstick<'_>) -> Result<(), Diagnostic> {
    let deadline = Instant::now() + SEEING;
    let Unstick { set, resource, .. } = unstick;
    loop {
        match cluster.get(resource, set.namespace.as_deref(), &set.name).await? {
            Some(live) if !is_observed(&live) && Instant::now() < deadline => {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            Some(live) if !is_observed(&live) => {
                let why = format!("the controller of {set} hasn't seen its last change after {SEEING:?}");
                return Err(Diagnostic::new(format!("{} wasn't deleted", job.id)).because(why));
            }
            _ => return Ok(()),
        }
    }
}
