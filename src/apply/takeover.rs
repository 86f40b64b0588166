//! Before an apply: fields that client-side tools have set, or that the object says
//! no more to be trueup's, become trueup's, so that the apply takes away what isn't
//! wanted.

use super::write::{Explain, Job, REPLANS, Write, changed_meanwhile, precondition};
use crate::cluster::{Cluster, MANAGER, Patch, Precondition};
use crate::diff::{self, Migration};
use crate::error::Diagnostic;
use crate::json::Value;

/// What becomes trueup's.
pub struct Takeover<'a> {
    /// The object that the plan saw.
    pub live: &'a Value,
    /// What becomes of its managed fields.
    pub migration: &'a Migration,
}

/// Takes over. What must be true of the object now when it's written.
///
/// Controllers write all the time: after a conflict the object is read again, and
/// it goes on if nothing has changed but what is theirs (the status).
pub(super) async fn take_over(
    cluster: &Cluster,
    job: &Job<'_>,
    write: &Write<'_>,
    takeover: &Takeover<'_>,
    explain: &Explain<'_>,
) -> Result<Precondition, Diagnostic> {
    let namespace = job.id.namespace.as_deref();
    let Takeover { live: seen, migration } = takeover;
    let (mut live, mut migration) = ((*seen).clone(), (*migration).clone());
    for _ in 0..=REPLANS {
        let ops = migration.patch(&live);
        let patch = Patch { ops: &ops, manager: MANAGER, dry_run: false };
        match cluster.patch(&job.resource, namespace, &job.id.name, patch).await {
            Ok(migrated) => return precondition(&migrated).ok_or_else(|| changed_meanwhile(job, write)),
            Err(error) if error.is_conflict() => {}
            Err(error) => return Err(explain(write.manifest, error)),
        }
        let now = cluster.get(&job.resource, namespace, &job.id.name).await;
        let now = now.map_err(|error| explain(write.manifest, error))?;
        let now = now.filter(|now| now["metadata"]["uid"] == seen["metadata"]["uid"]);
        let now = now.filter(|now| diff::changes(seen, now).is_empty());
        live = now.ok_or_else(|| changed_meanwhile(job, write))?;
        if migration.is_done(&live) {
            // By ourselves: the answer was lost.
            return precondition(&live).ok_or_else(|| changed_meanwhile(job, write));
        }
        migration = migration.again(&live, MANAGER).ok_or_else(|| changed_meanwhile(job, write))?;
    }
    Err(changed_meanwhile(job, write))
}
