//! Letting an object go: it stays as it is, and is no longer ours.

use super::write::{Job, REPLANS, carries};
use crate::cluster::{Cluster, MANAGER, Patch};
use crate::diff;
use crate::error::Diagnostic;
use crate::json::Value;

/// Lets it go. One that is gone, or that isn't ours any more, is done.
pub(super) async fn let_go(
    cluster: &Cluster,
    job: &Job<'_>,
    seen: &Value,
    label: &(String, String),
) -> Result<(), Diagnostic> {
    let namespace = job.id.namespace.as_deref();
    let failed = || Diagnostic::new(format!("{} could not be let go", job.id));
    let mut live = seen.clone();
    for _ in 0..=REPLANS {
        let ops = diff::let_go(&live, MANAGER, &label.0);
        let patch = Patch { ops: &ops, manager: MANAGER, dry_run: false };
        match cluster.patch(&job.resource, namespace, &job.id.name, patch).await {
            Ok(_) => return Ok(()),
            Err(error) if error.is_not_found() => return Ok(()),
            Err(error) if error.is_conflict() => {}
            Err(error) => return Err(failed().because(error.to_string())),
        }
        // Somebody wrote it, which is no reason to hold on to it.
        let now = cluster.get(&job.resource, namespace, &job.id.name).await;
        let now = now.map_err(|error| failed().because(error.to_string()))?;
        let is_same = |now: &Value| now["metadata"]["uid"] == seen["metadata"]["uid"];
        match now.filter(|now| is_same(now) && carries(now, label)) {
            Some(now) => live = now,
            None => return Ok(()),
        }
    }
    Err(failed().because("it is written faster than that"))
}
