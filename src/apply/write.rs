//! One write: what is sent, under which conditions, and what is tried again.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::deletion::{delete, gone};
use super::forget::let_go;
use super::hook::{self, HookReport, HookRun, Watching};
use super::takeover::{Takeover, take_over};
use super::unstick::Unstick;
use crate::cluster::{ApiError, ApplyMode, Cluster, MANAGER, Precondition, Resource};
use crate::diff;
use crate::error::Diagnostic;
use crate::json::Value;
use crate::object::{Manifest, ObjectId, RawChange};
use crate::plan::Verb;

/// Tells why the server refused a manifest.
pub type Explain<'a> = dyn Fn(&Manifest, ApiError) -> Diagnostic + Sync + 'a;

/// How often a write is planned again after a conflict.
pub(super) const REPLANS: usize = 5;

/// How long a definition may take to be established.
const ESTABLISHING: Duration = Duration::from_secs(60);

/// How long the server may take to take in a changed definition.
const TAKING_IN: Duration = Duration::from_secs(5);

/// How often is looked whether something that is waited for has come.
pub(super) const LOOK_AGAIN: Duration = Duration::from_millis(100);

/// One action, ready to be carried out.
#[derive(Debug)]
pub struct Job<'a> {
    /// The object.
    pub id: ObjectId,
    /// What is done to it.
    pub verb: Verb,
    /// How it is reached.
    pub resource: Arc<Resource>,
    /// The jobs, by position, that must be done before.
    pub after: Vec<usize>,
    /// The jobs, by position, whose objects must be ready before.
    pub after_ready: Vec<usize>,
    /// Its wave: everything of the waves before must be ready. What is in none
    /// waits for no wave, and no wave for it.
    pub wave: Option<i32>,
    /// What is sent.
    pub task: Task<'a>,
}

impl Job<'_> {
    /// Whether nothing is sent.
    pub(super) fn is_wait(&self) -> bool {
        matches!(self.task, Task::Await { .. })
    }
}

/// What is sent.
#[derive(Debug)]
pub enum Task<'a> {
    /// A server-side apply.
    Write(Box<Write<'a>>),
    /// A hook runs to its end.
    Hook(Box<HookRun<'a>>),
    /// A deletion, if the object is still the one that was planned.
    Delete {
        /// What must still be true.
        precondition: Precondition,
        /// The label that makes it ours, as key and value.
        label: (String, String),
    },
    /// A pod that holds its `StatefulSet` up is deleted, if it still does.
    Unstick(Unstick<'a>),
    /// Nothing: the object is as it should be, or isn't ours, and others wait
    /// until it's ready.
    Await {
        /// The object as it is.
        live: Arc<Value>,
    },
    /// The object stays, and is no longer ours.
    Forget {
        /// The object that the plan saw.
        live: &'a Value,
        /// The label that makes it ours, as key and value.
        label: (String, String),
    },
}

/// A server-side apply.
pub struct Write<'a> {
    /// Where the object stands, for errors.
    pub manifest: &'a Manifest,
    /// What is sent.
    pub body: &'a Value,
    /// The object that the plan saw; `None` for a creation.
    pub precondition: Option<Precondition>,
    /// What the plan says will change, to compare with after a conflict.
    pub planned: &'a [RawChange],
    /// The kind is defined in the same set: its path may not be served yet, or a
    /// new field not be known.
    pub new_kind: bool,
    /// The object defines a kind: done when that is established.
    pub establishes: bool,
    /// The object that the plan saw, where a field can't be changed in place: it is
    /// deleted first.
    pub replaces: Option<&'a Value>,
    /// What becomes trueup's of others' fields before.
    pub takeover: Option<Takeover<'a>>,
}

impl<'a> Write<'a> {
    /// A creation.
    pub fn anew(manifest: &'a Manifest, body: &'a Value) -> Self {
        Self {
            manifest,
            body,
            precondition: None,
            planned: &[],
            new_kind: false,
            establishes: false,
            replaces: None,
            takeover: None,
        }
    }
}

/// Leaves the body out: it may be a Secret.
impl std::fmt::Debug for Write<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Write").field("manifest", &self.manifest).finish_non_exhaustive()
    }
}

/// A write that the server took.
#[derive(Debug)]
pub(super) struct Written {
    /// The object as the server returned it; `None` for deletions and hooks.
    pub(super) returned: Option<Arc<Value>>,
    /// How a hook ended.
    pub(super) hook: Option<HookReport>,
}

/// A write that failed.
#[derive(Debug)]
pub(super) struct Unwritten {
    /// Why.
    pub(super) why: Diagnostic,
    /// Whether the object isn't what it was, all the same.
    pub(super) touched: bool,
    /// How a hook ended.
    pub(super) hook: Option<HookReport>,
}

impl Unwritten {
    pub(super) fn new(why: Diagnostic, touched: bool) -> Self {
        Self { why, touched, hook: None }
    }
}

/// Carries out one job.
pub(super) async fn carry_out(
    cluster: &Cluster,
    job: &Job<'_>,
    explain: &Explain<'_>,
    watching: Watching<'_>,
) -> Result<Written, Unwritten> {
    let mut touched = false;
    let outcome = match &job.task {
        Task::Hook(hook) => return hook::run(cluster, job, hook, watching, explain).await,
        Task::Write(write) => {
            let returned = apply(cluster, job, write, explain, &mut touched).await;
            returned.map(|returned| Some(Arc::new(returned)))
        }
        Task::Delete { precondition, label } => {
            let other = || {
                Diagnostic::new(format!("{} is no longer what the plan would delete", job.id))
                    .hint("plan again")
            };
            delete(cluster, job, precondition, |live| may_go(live, label), other).await.map(|()| None)
        }
        Task::Unstick(unstick) => super::unstick::unstick(cluster, job, unstick).await.map(|()| None),
        Task::Await { live } => Ok(Some(live.clone())),
        Task::Forget { live, label } => let_go(cluster, job, live, label).await.map(|()| None),
    };
    match outcome {
        Ok(returned) => Ok(Written { returned, hook: None }),
        Err(why) => Err(Unwritten::new(why, touched)),
    }
}

async fn apply(
    cluster: &Cluster,
    job: &Job<'_>,
    write: &Write<'_>,
    explain: &Explain<'_>,
    touched: &mut bool,
) -> Result<Value, Diagnostic> {
    let mut precondition = write.precondition.clone();
    if let Some(seen) = precondition.take_if(|_| write.replaces.is_some()) {
        // Its controller may write its status meanwhile; what anybody else writes isn't
        // what was agreed to.
        let is_same = |live: &Value| {
            write.replaces.as_ref().is_some_and(|before| diff::changes(before, live).is_empty())
        };
        delete(cluster, job, &seen, is_same, || changed_meanwhile(job, write)).await?;
        *touched = true;
        gone(cluster, job, write, &seen).await?;
    }
    if let Some(takeover) = &write.takeover {
        precondition = Some(take_over(cluster, job, write, takeover, explain).await?);
        *touched = true;
    }
    let mut replans = 0;
    let returned = loop {
        match send(cluster, job, write, precondition.as_ref()).await {
            Ok(returned) => break returned,
            Err(error) if error.is_conflict() && precondition.is_some() && replans < REPLANS => {
                match replan(cluster, job, write, explain).await? {
                    Replanned::Same(newer) => precondition = Some(newer),
                    Replanned::Already(live) => break live,
                }
                replans += 1;
            }
            Err(error) => return Err(explain(write.manifest, error)),
        }
    };
    *touched = true;
    if write.establishes { established(cluster, job, returned).await } else { Ok(returned) }
}

/// Sends it once, or for as long as a kind that was just defined isn't served.
async fn send(
    cluster: &Cluster,
    job: &Job<'_>,
    write: &Write<'_>,
    precondition: Option<&Precondition>,
) -> Result<Value, ApiError> {
    let mut body = write.body.clone();
    if let Some(precondition) = precondition {
        body["metadata"]["uid"] = Value::from(precondition.uid.as_str());
        body["metadata"]["resourceVersion"] = Value::from(precondition.resource_version.as_str());
    }
    let mode = ApplyMode { dry_run: false, force: precondition.is_some() };
    let start = Instant::now();
    loop {
        let outcome = cluster
            .apply(&job.resource, job.id.namespace.as_deref(), &job.id.name, &body, MANAGER, mode)
            .await;
        match outcome {
            Err(error) if write.new_kind && is_behind(&error, start.elapsed()) => {
                tokio::time::sleep(LOOK_AGAIN).await;
            }
            outcome => return outcome,
        }
    }
}

/// Whether the server may not have taken in yet what was just defined: the kind
/// isn't served, or a new field not known.
fn is_behind(error: &ApiError, waited: Duration) -> bool {
    (error.is_not_found() && waited < ESTABLISHING) || (error.is_refused_object() && waited < TAKING_IN)
}

/// What a conflict turned out to be.
enum Replanned {
    /// The object has been written meanwhile, but its part of the plan is the same.
    Same(Precondition),
    /// It is as it should be: the answer to our own write was lost.
    Already(Value),
}

/// After a conflict: the object has been written meanwhile. Goes on only if its
/// part of the plan is still the same.
async fn replan(
    cluster: &Cluster,
    job: &Job<'_>,
    write: &Write<'_>,
    explain: &Explain<'_>,
) -> Result<Replanned, Diagnostic> {
    let namespace = job.id.namespace.as_deref();
    let changed = || changed_meanwhile(job, write);
    let live = cluster
        .get(&job.resource, namespace, &job.id.name)
        .await
        .map_err(|error| explain(write.manifest, error))?;
    let live = live.ok_or_else(changed)?;
    let uid = live["metadata"]["uid"].as_str();
    let is_same_object = uid.is_some() && uid == write.precondition.as_ref().map(|seen| seen.uid.as_str());
    // What the server would say of another object is no matter.
    if !is_same_object {
        return Err(changed());
    }
    let mode = ApplyMode { dry_run: true, force: true };
    let after = cluster
        .apply(&job.resource, namespace, &job.id.name, write.body, MANAGER, mode)
        .await
        .map_err(|error| explain(write.manifest, error))?;
    if diff::is_noop(&live, &after) {
        return Ok(Replanned::Already(live));
    }
    if diff::changes(&live, &after) != write.planned {
        return Err(changed());
    }
    precondition(&live).map(Replanned::Same).ok_or_else(changed)
}

pub(super) fn changed_meanwhile(job: &Job<'_>, write: &Write<'_>) -> Diagnostic {
    Diagnostic::new(format!("{} was changed by somebody else since the plan was made", job.id))
        .at(write.manifest.source.location())
        .hint("plan again")
}

/// What must still be true of this object when it is written.
pub fn precondition(live: &Value) -> Option<Precondition> {
    let metadata = &live["metadata"];
    Some(Precondition {
        uid: metadata["uid"].as_str()?.to_owned(),
        resource_version: metadata["resourceVersion"].as_str()?.to_owned(),
    })
}

/// Waits until a definition is established, so that its objects can be sent.
async fn established(cluster: &Cluster, job: &Job<'_>, mut definition: Value) -> Result<Value, Diagnostic> {
    let deadline = Instant::now() + ESTABLISHING;
    while !is_established(&definition) {
        if Instant::now() > deadline {
            return Err(Diagnostic::new(format!("{} was not established within {ESTABLISHING:?}", job.id)));
        }
        tokio::time::sleep(LOOK_AGAIN).await;
        definition = match cluster.get(&job.resource, None, &job.id.name).await {
            Ok(Some(definition)) => definition,
            Ok(None) => return Err(Diagnostic::new(format!("{} was deleted by somebody else", job.id))),
            Err(error) => return Err(error.into()),
        };
    }
    Ok(definition)
}

fn is_established(definition: &Value) -> bool {
    let conditions = definition["status"]["conditions"].as_array();
    conditions
        .into_iter()
        .flatten()
        .any(|condition| condition["type"] == "Established" && condition["status"] == "True")
}

/// Whether an object carries this label, given as key and value.
pub(super) fn carries(live: &Value, (key, value): &(String, String)) -> bool {
    live["metadata"]["labels"][key] == value.as_str()
}

/// Whether an object that was written since may still be deleted: it carries our
/// label, and has no owner.
fn may_go(live: &Value, label: &(String, String)) -> bool {
    let owners = live["metadata"]["ownerReferences"].as_array();
    carries(live, label) && owners.is_none_or(Vec::is_empty)
}
