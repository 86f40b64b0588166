//! Deleting one object, and waiting until it's gone.

use std::time::{Duration, Instant};

use super::write::{Job, LOOK_AGAIN, REPLANS, Write, changed_meanwhile, precondition};
use crate::cluster::{ApiError, Cluster, Precondition};
use crate::error::Diagnostic;
use crate::json::Value;

/// How long an object that is replaced may take to go.
const VANISHING: Duration = Duration::from_secs(60);

/// Deletes this very object. One that is gone is done; one that was written
/// meanwhile is deleted only if it's still what was meant (`is_meant`).
pub(super) async fn delete(
    cluster: &Cluster,
    job: &Job,
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
    job: &Job,
    write: &Write,
    seen: &Precondition,
) -> Result<(), Diagnostic> {
    let deadline = Instant::now() + VANISHING;
    loop {
        let live = cluster.get(&job.resource, job.id.namespace.as_deref(), &job.id.name).await;
        let Some(live) = live.map_err(|error| failed(job, error))? else { return Ok(()) };
        if live["metadata"]["uid"] != seen.uid.as_str() {
            return Err(changed_meanwhile(job, write));
        }
        if Instant::now() > deadline {
            return Err(still_there(job, write, &live));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
    }
}

fn still_there(job: &Job, write: &Write, live: &Value) -> Diagnostic {
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

fn failed(job: &Job, error: ApiError) -> Diagnostic {
    Diagnostic::new(format!("{} could not be deleted", job.id)).because(error.to_string())
}
