//! Deleting one object, and waiting until it's gone.

use std::time::{Duration, Instant};

use super::write::{Job, LOOK_AGAIN, REPLANS, Write, changed_meanwhile, precondition};
use crate::cluster::{ApiError, Cluster, Precondition, Resource};
use crate::error::Diagnostic;
use crate::json::Value;
use crate::object::ObjectId;

/// How long an object that is replaced may take to go.
const VANISHING: Duration = Duration::from_secs(60);

/// Deletes this very object. One that is gone is done; one that was written
/// meanwhile is deleted only if it's still what was meant (`is_meant`).
pub(super) async fn delete(
    cluster: &Cluster,
    job: &Job<'_>,
    seen: &Precondition,
    is_meant: impl Fn(&Value) -> bool,
    other: impl Fn() -> Diagnostic,
) -> Result<(), Diagnostic> {
    let namespace = job.id.namespace.as_deref();
    let mut seen = seen.clone();
    for _ in 0..=REPLANS {
        match cluster.delete(&job.resource, namespace, &job.id.name, &seen).await {
            Ok(()) => return Ok(()),
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) if error.is_conflict() => {
                let live = cluster.get(&job.resource, namespace, &job.id.name).await;
                let Some(live) = live.map_err(|error| failed(job, error))? else { return Ok(()) };
                let now = precondition(&live).filter(|now| now.uid == seen.uid && is_meant(&live));
                seen = now.ok_or_else(&other)?;
            }
            Err(error) => return Err(failed(job, error)),
        }
    }
    Err(Diagnostic::new(format!("{} is written faster than it can be deleted", job.id)))
}

/// Waits until the object that is replaced is gone.
pub(super) async fn gone(
    cluster: &Cluster,
    job: &Job<'_>,
    write: &Write<'_>,
    seen: &Precondition,
) -> Result<(), Diagnostic> {
    let deadline = Instant::now() + VANISHING;
    let is_over = || Instant::now() > deadline;
    let vanished = until_gone(cluster, &job.resource, &job.id, &seen.uid, is_over).await;
    match vanished.map_err(|error| failed(job, error))? {
        Vanished::Gone => Ok(()),
        Vanished::MadeAgain => Err(changed_meanwhile(job, write)),
        Vanished::StillThere(live) => Err(still_there(job, write, &live)),
    }
}

/// What became of a deleted object.
pub enum Vanished {
    /// Nothing of its name is there any more.
    Gone,
    /// Another object has its name.
    MadeAgain,
    /// It's still there, like this.
    StillThere(Value),
}

/// Waits until the object of this uid is gone, or nobody waits any longer (`is_over`).
pub async fn until_gone(
    cluster: &Cluster,
    resource: &Resource,
    id: &ObjectId,
    uid: &str,
    is_over: impl Fn() -> bool,
) -> Result<Vanished, ApiError> {
    loop {
        match cluster.get(resource, id.namespace.as_deref(), &id.name).await? {
            None => return Ok(Vanished::Gone),
            Some(live) if live["metadata"]["uid"] != uid => return Ok(Vanished::MadeAgain),
            Some(live) if is_over() => return Ok(Vanished::StillThere(live)),
            Some(_) => tokio::time::sleep(LOOK_AGAIN).await,
        }
    }
}

fn still_there(job: &Job<'_>, write: &Write<'_>, live: &Value) -> Diagnostic {
    let message = format!("{} was deleted to be created again, but isn't gone after {VANISHING:?}", job.id);
    let diagnostic =
        Diagnostic::new(message).at(write.manifest.source.location()).hint("apply again when it's gone");
    match held_by(live) {
        Some(held) => diagnostic.because(held),
        None => diagnostic,
    }
}

/// What keeps a deleted object from being gone, in words.
pub fn held_by(live: &Value) -> Option<String> {
    let finalizers = live["metadata"]["finalizers"].as_array().into_iter().flatten();
    let finalizers: Vec<&str> = finalizers.filter_map(Value::as_str).collect();
    (!finalizers.is_empty()).then(|| format!("its finalizers hold it: {}", finalizers.join(", ")))
}

fn failed(job: &Job<'_>, error: ApiError) -> Diagnostic {
    Diagnostic::new(format!("{} could not be deleted", job.id)).because(error.to_string())
}
