//! Running a hook: its object of before goes, a watch is opened, it's made anew and
//! followed to its end.
//!
//! It's watched from before it's made: an object that its own time to live removes
//! as soon as it has ended is seen to end all the same.

mod following;
mod logs;
mod sight;

use std::time::Duration;

use super::deletion::{self, gone};
use super::event::Event;
use super::executor::Stop;
use super::write::{Job, Unwritten, Write, Written, carries, changed_meanwhile, precondition};
use crate::cluster::{ApplyMode, Cluster, MANAGER, Precondition};
use crate::error::Diagnostic;
use crate::health::{Cause, Health, Verdict};
use crate::json::Value;
use crate::object::{Deletion, Hook};
use following::{End, follow};
use sight::Sight;

/// How long the first list of a watch may take; then the hook is made all the same.
const OPENING: Duration = Duration::from_secs(10);

/// A hook that is to run.
#[derive(Debug)]
pub struct HookRun<'a> {
    /// What is sent.
    pub write: Write<'a>,
    /// When its object goes.
    pub deletion: Deletion,
    /// The object of before, as the plan saw it.
    pub before: Option<&'a Value>,
    /// How long it may take.
    pub timeout: Duration,
    /// The label that makes an object of before ours, as key and value; absent without
    /// an inventory.
    pub label: Option<(String, String)>,
}

/// How a hook ended.
#[derive(Debug, Clone)]
pub struct HookReport {
    /// Ready when it succeeded; neither ready nor failed when it was left running.
    pub verdict: Verdict,
    /// Who is to blame, where it failed.
    pub causes: Vec<Cause>,
    /// The last lines of its logs, without secrets.
    pub logs: Vec<String>,
    /// What couldn't be cleared away.
    pub left: Option<String>,
}

impl HookReport {
    /// Whether it succeeded.
    pub fn has_succeeded(&self) -> bool {
        self.verdict.health == Health::Ready
    }
}

/// What hooks need besides the cluster.
#[derive(Clone, Copy)]
pub struct Watching<'a> {
    /// Why nothing more may be waited for, once there is a reason.
    pub stop: &'a Stop,
    /// Takes what happens meanwhile.
    pub tell: &'a dyn Fn(Event),
    /// Takes secrets out of what others say.
    pub scrub: &'a dyn Fn(&str) -> String,
}

/// Runs it to its end. An error when it couldn't be made, or failed.
pub(super) async fn run(
    cluster: &Cluster,
    job: &Job<'_>,
    hook: &HookRun<'_>,
    watching: Watching<'_>,
    explain: &super::Explain<'_>,
) -> Result<Written, Unwritten> {
    let mut touched = clear(cluster, job, hook).await.map_err(|why| Unwritten::new(why, false))?;
    let mut sight = Sight::open(cluster, job);
    let _ = tokio::time::timeout(OPENING, sight.opened()).await;
    let namespace = job.id.namespace.as_deref();
    let body = &hook.write.body;
    let made = cluster.apply(&job.resource, namespace, &job.id.name, body, MANAGER, ApplyMode::default());
    let made = made.await.map_err(|error| Unwritten::new(explain(hook.write.manifest, error), touched))?;
    touched = true;
    let End { verdict, causes, logs } = follow(cluster, job, hook, made, sight, watching).await;
    let left = clear_after(cluster, job, hook, verdict.health).await;
    let report = HookReport { verdict, causes, logs, left };
    if report.verdict.health == Health::Failed {
        let why = Diagnostic::new(format!("hook {} failed: {}", job.id, report.verdict.message)).at(hook
            .write
            .manifest
            .source
            .location());
        return Err(Unwritten { why, touched, hook: Some(report) });
    }
    Ok(Written { returned: None, hook: Some(report) })
}

/// Deletes the object of before. Whether there was one.
async fn clear(cluster: &Cluster, job: &Job<'_>, hook: &HookRun<'_>) -> Result<bool, Diagnostic> {
    let live = cluster.get(&job.resource, job.id.namespace.as_deref(), &job.id.name).await;
    let live = live.map_err(|error| Diagnostic::from(error).at(hook.write.manifest.source.location()))?;
    let Some(live) = live else { return Ok(false) };
    let is_ours = match &hook.label {
        Some(label) => carries(&live, label),
        // Without an inventory nothing is labelled.
        None => Hook::of(&live).is_some(),
    };
    let is_known =
        hook.before.as_ref().is_some_and(|seen| seen["metadata"]["uid"] == live["metadata"]["uid"]);
    let seen = precondition(&live).filter(|_| (is_ours || is_known) && hook.deletion.before);
    let seen = seen.ok_or_else(|| changed_meanwhile(job, &hook.write))?;
    delete(cluster, job, hook, &seen).await?;
    gone(cluster, job, &hook.write, &seen).await?;
    Ok(true)
}

/// Deletes this very object, however often its controller writes it meanwhile.
async fn delete(
    cluster: &Cluster,
    job: &Job<'_>,
    hook: &HookRun<'_>,
    seen: &Precondition,
) -> Result<(), Diagnostic> {
    deletion::delete(cluster, job, seen, |_| true, || changed_meanwhile(job, &hook.write)).await
}

/// Deletes its object when it has ended, where it says so. What went wrong with
/// that, which is no failure of the hook.
async fn clear_after(cluster: &Cluster, job: &Job<'_>, hook: &HookRun<'_>, health: Health) -> Option<String> {
    let goes = match health {
        Health::Ready => hook.deletion.succeeded,
        Health::Failed => hook.deletion.failed,
        _ => false,
    };
    if !goes {
        return None;
    }
    let live = cluster.get(&job.resource, job.id.namespace.as_deref(), &job.id.name).await;
    let outcome = match live.map_err(Diagnostic::from) {
        Ok(None) => Ok(()),
        Ok(Some(live)) => match precondition(&live) {
            Some(seen) => delete(cluster, job, hook, &seen).await,
            None => Ok(()),
        },
        Err(why) => Err(why),
    };
    outcome.err().map(|why| format!("hook {} is over, but couldn't be deleted: {}", job.id, why.message))
}
