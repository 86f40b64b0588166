//! The first thing that went wrong, told in full: the object, the reason and what to
//! do about it, the container, its last log lines and the warnings about it.

use super::fates::Fate;
use super::planning::Planned;
use super::secrets::Secrets;
use crate::apply::{ActionResult, FailedContainer, Failure, RunResult};
use crate::cluster::{Cluster, MANAGER, Resource, Scope};
use crate::diagnosis::{Diagnosis, Subject, Symptoms, Warning, chain, diagnose, told, warnings_about};
use crate::error::Diagnostic;
use crate::health::{Cause, Health};
use crate::json::Value;
use crate::object::ObjectId;
use crate::plan::{Action, LastCommit};
use crate::wait::Ended;

/// How many log lines are told.
const LOG_LINES: u32 = 20;

/// A log line is cut at so many characters.
const LONGEST_LINE: usize = 500;

/// How many warnings are told.
const WARNINGS: usize = 10;

/// For so many pods warnings are looked for: the others fare alike.
const PODS: usize = 10;

/// What containers wait for that were never run.
const NEVER_RUN: [&str; 9] = [
    "ErrImagePull",
    "ImagePullBackOff",
    "ImageInspectError",
    "InvalidImageName",
    "ErrImageNeverPull",
    "CreateContainerConfigError",
    "CreateContainerError",
    "ContainerCreating",
    "PodInitializing",
];

/// The first failure among the fates: a write that failed, else an object that
/// isn't healthy. What a run that was interrupted didn't wait for hasn't failed.
pub(super) async fn of(
    cluster: &Cluster,
    planned: &Planned,
    fates: &[Fate],
    result: RunResult,
) -> Option<Failure> {
    if let Some(fate) = fates.iter().find(|fate| fate.done.result == ActionResult::Failed) {
        return match (&fate.done.hook, &fate.ended) {
            (Some(hook), Some(ended)) => {
                // Its logs were read while it ran.
                let (cause, logs) = (fate.done.why.clone()?, hook.logs.clone());
                Some(Failure { cause, logs, ..unhealthy_object(cluster, planned, fate, ended).await })
            }
            _ => refused(planned, fate),
        };
    }
    // Those that have failed come before those that merely aren't ready.
    let unhealthy = |wanted: fn(Health) -> bool| {
        let mut judged = fates.iter().filter_map(|fate| Some((fate, fate.ended.as_ref()?)));
        judged.find(|(_, ended)| wanted(ended.verdict.health))
    };
    let is_over = result != RunResult::Interrupted;
    let (fate, ended) = unhealthy(|health| health == Health::Failed)
        .or_else(|| unhealthy(|health| health != Health::Ready).filter(|_| is_over))?;
    Some(unhealthy_object(cluster, planned, fate, ended).await)
}

/// A write that the server refused.
fn refused(planned: &Planned, fate: &Fate) -> Option<Failure> {
    let action = &planned.plan.actions[fate.at];
    Some(Failure {
        object: action.object.clone(),
        trouble: None,
        cause: fate.done.why.clone()?,
        commit: newest_commit(action).cloned(),
        chain: Vec::new(),
        containers: Vec::new(),
        events: Vec::new(),
        logs: Vec::new(),
    })
}

async fn unhealthy_object(cluster: &Cluster, planned: &Planned, fate: &Fate, ended: &Ended) -> Failure {
    let action = &planned.plan.actions[fate.at];
    let id = action.id();
    let namespace = id.namespace.clone().unwrap_or_default();
    let (events, logs) =
        futures::join!(events(cluster, &namespace, &id), logs(cluster, &namespace, ended.causes.first()));
    let warnings = warnings(&events, &id, fate, ended);
    let symptoms =
        Symptoms { verdict: &ended.verdict, cause: ended.causes.first(), warnings: warnings.as_slice() };
    let diagnosis = diagnose(&symptoms);
    let pods: Vec<&str> = ended.causes.iter().map(|cause| cause.pod.as_str()).collect();
    let makers: Vec<&str> =
        ended.newest.replica_set.as_deref().into_iter().chain([id.name.as_str()]).collect();
    let secrets = Secrets::of(planned);
    let clean = |line: String| secrets.scrub(&line);
    Failure {
        object: action.object.clone(),
        trouble: Some(diagnosis.trouble),
        cause: cause(planned, fate, diagnosis, &clean),
        commit: newest_commit(action).cloned(),
        chain: chain(&id, &ended.newest, &ended.causes),
        containers: ended.causes.iter().map(container).collect(),
        events: told(&warnings, &pods, &makers, WARNINGS).into_iter().map(clean).collect(),
        logs: logs.into_iter().map(clean).collect(),
    }
}

fn cause(
    planned: &Planned,
    fate: &Fate,
    diagnosis: Diagnosis,
    clean: &impl Fn(String) -> String,
) -> Diagnostic {
    let action = &planned.plan.actions[fate.at];
    let message = format!("{} isn't healthy: {}", action.id(), clean(diagnosis.words));
    let cause = match planned.work[fate.at].desired() {
        Some(at) => Diagnostic::new(message).at(planned.desired[at].source().location()),
        None => Diagnostic::new(message),
    };
    let cause = newest_commit(action).map(asked_for).into_iter().fold(cause, Diagnostic::because);
    diagnosis.hint.into_iter().chain(way_back(planned)).fold(cause, Diagnostic::hint)
}

/// The newest commit that asked for what this action does.
fn newest_commit(action: &Action) -> Option<&LastCommit> {
    let of_fields = action.changes.iter().filter_map(|change| change.commit.as_ref());
    action.commit.iter().chain(of_fields).max_by_key(|commit| commit.time)
}

fn asked_for(commit: &LastCommit) -> String {
    let line = commit.line.map(|line| format!(":{line}")).unwrap_or_default();
    format!("{} \"{}\" by {} ({}{line})", commit.sha.short(), commit.subject, commit.author, commit.path)
}

/// How to have the last healthy release back, if there is one.
pub(super) fn way_back(planned: &Planned) -> Option<String> {
    let state = &planned.memory.as_ref()?.parent.as_ref()?.state;
    let release = state.healthy.as_ref().filter(|healthy| !healthy.dirty)?.release;
    // Where nothing was changed, that release is the one that has become unhealthy.
    let is_current = state.deployed.as_ref().is_some_and(|deployed| deployed.release == release);
    if is_current && planned.plan.is_empty() {
        return None;
    }
    Some(format!("trueup rollback {} puts release {release} back", planned.plan.target))
}

fn container(cause: &Cause) -> FailedContainer {
    FailedContainer {
        pod: cause.pod.clone(),
        container: cause.container.clone(),
        reason: cause.reason.clone(),
        message: cause.message.clone(),
        exit_code: cause.exit_code,
    }
}

/// The last lines of the failing container: of its last run, if it has ended. Logs
/// may be unreadable for many reasons; then there are none.
async fn logs(cluster: &Cluster, namespace: &str, cause: Option<&Cause>) -> Vec<String> {
    let Some((cause, container)) = cause.and_then(|cause| Some((cause, cause.container.as_deref()?))) else {
        return Vec::new();
    };
    if cause.exit_code.is_none() && NEVER_RUN.contains(&cause.reason.as_str()) {
        return Vec::new();
    }
    let of = |previous| cluster.logs(namespace, &cause.pod, container, previous, LOG_LINES);
    // One that runs again has logged why it ended in its run before.
    let has_ended = cause.exit_code.is_some() || cause.reason == "CrashLoopBackOff";
    let previous = if has_ended { of(true).await.unwrap_or_default() } else { String::new() };
    let text = if previous.is_empty() { of(false).await.unwrap_or_default() } else { previous };
    text.lines().map(|line| line.chars().take(LONGEST_LINE).collect()).collect()
}

/// The events of the object's namespace. They may be unreadable; then there are none.
async fn events(cluster: &Cluster, namespace: &str, id: &ObjectId) -> Vec<Value> {
    // Those about objects outside of namespaces are in this one.
    let namespace = if id.namespace.is_some() { namespace } else { "default" };
    let events = Resource::core("Event", "events", true);
    cluster.list(&events, &Scope::Namespace(namespace.to_owned()), None).await.unwrap_or_default()
}

/// The warnings about the object since it was written, and about its newest pods and
/// what makes them.
fn warnings(events: &[Value], id: &ObjectId, fate: &Fate, ended: &Ended) -> Vec<Warning> {
    let written = fate.done.returned.as_deref();
    let uid = written.and_then(|object| object["metadata"]["uid"].as_str());
    let pods = ended.causes.iter().take(PODS);
    let mut subjects: Vec<Subject<'_>> =
        pods.map(|cause| Subject { name: &cause.pod, uid: cause.uid.as_deref() }).collect();
    subjects.push(Subject { name: &id.name, uid });
    subjects.extend(ended.newest.replica_set.iter().map(|name| Subject { name, uid: None }));
    warnings_about(events, &subjects, written.and_then(written_at))
}

/// When trueup's fields were written last, by the server's clock.
fn written_at(object: &Value) -> Option<&str> {
    let entries = object["metadata"]["managedFields"].as_array()?;
    let ours = entries.iter().filter(|entry| entry["manager"] == MANAGER && entry["subresource"].is_null());
    ours.filter_map(|entry| entry["time"].as_str()).max()
}
