//! The first thing that went wrong, told in full: the object, the reason, the
//! container, its last log lines and the warnings about it.

use super::assemble::Work;
use super::fates::Fate;
use super::planning::Planned;
use super::secrets::Secrets;
use crate::apply::{FailedContainer, Failure, HookReport};
use crate::cluster::{Cluster, Resource, Scope};
use crate::error::Diagnostic;
use crate::health::{Cause, Health};
use crate::json::Value;
use crate::object::ObjectRef;

/// How many log lines are told.
const LOG_LINES: u32 = 20;

/// How many warnings are told.
const WARNINGS: usize = 10;

/// The first failure among the fates: a write that failed, else an object that
/// isn't healthy.
pub(super) async fn of(cluster: &Cluster, planned: &Planned, fates: &[Fate]) -> Option<Failure> {
    if let Some(fate) = fates.iter().find(|fate| fate.done.result == crate::apply::ActionResult::Failed) {
        let object = planned.plan.actions[fate.at].object.clone();
        let cause = fate.done.why.clone()?;
        if let Some(hook) = &fate.done.hook {
            return Some(hook_failure(cluster, object, cause, hook, &Secrets::of(planned.objects())).await);
        }
        return Some(Failure { object, cause, containers: Vec::new(), events: Vec::new(), logs: Vec::new() });
    }
    // Those that have failed come before those that merely aren't ready.
    let unhealthy = |wanted: fn(Health) -> bool| {
        fates.iter().find(|fate| fate.ended.as_ref().is_some_and(|ended| wanted(ended.verdict.health)))
    };
    let fate = unhealthy(|health| health == Health::Failed)
        .or_else(|| unhealthy(|health| health != Health::Ready))?;
    Some(unhealthy_object(cluster, planned, fate).await)
}

/// A hook that failed: its logs were read while it ran.
async fn hook_failure(
    cluster: &Cluster,
    object: ObjectRef,
    cause: Diagnostic,
    hook: &HookReport,
    secrets: &Secrets<'_>,
) -> Failure {
    let namespace = object.namespace.clone().unwrap_or_default();
    let pods: Vec<&str> = hook.causes.iter().map(|cause| cause.pod.as_str()).collect();
    let events = warnings(cluster, &namespace, &object.name, &pods).await;
    Failure {
        object,
        cause,
        containers: hook.causes.iter().map(container).collect(),
        events: events.into_iter().map(|event| secrets.scrub(&event)).collect(),
        logs: hook.logs.clone(),
    }
}

async fn unhealthy_object(cluster: &Cluster, planned: &Planned, fate: &Fate) -> Failure {
    let action = &planned.plan.actions[fate.at];
    let id = action.id();
    let (verdict, causes) = match &fate.ended {
        Some(ended) => (ended.verdict.message.clone(), ended.causes.as_slice()),
        None => (String::new(), &[][..]),
    };
    let message = format!("{id} isn't healthy: {verdict}");
    let cause = match &planned.work[fate.at] {
        Work::Write { at, .. } => Diagnostic::new(message).at(planned.desired[*at].source().location()),
        _ => Diagnostic::new(message),
    };
    let namespace = id.namespace.clone().unwrap_or_default();
    let pods: Vec<&str> = causes.iter().map(|cause| cause.pod.as_str()).collect();
    let (events, logs) = futures::join!(
        warnings(cluster, &namespace, &id.name, &pods),
        logs(cluster, &namespace, causes.first())
    );
    let secrets = Secrets::of(planned.objects());
    let clean = |line: String| secrets.scrub(&line);
    Failure {
        object: action.object.clone(),
        cause,
        containers: causes.iter().map(container).collect(),
        events: events.into_iter().map(clean).collect(),
        logs: logs.into_iter().map(clean).collect(),
    }
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

/// The last lines of the failing container: of its last run, if it is between
/// two. Logs may be unreadable for many reasons; then there are none.
async fn logs(cluster: &Cluster, namespace: &str, cause: Option<&Cause>) -> Vec<String> {
    let Some((cause, container)) = cause.and_then(|cause| Some((cause, cause.container.as_deref()?))) else {
        return Vec::new();
    };
    if cause.exit_code.is_none() && cause.reason != "CrashLoopBackOff" {
        // It never ran.
        return Vec::new();
    }
    let previous = cluster.logs(namespace, &cause.pod, container, true, LOG_LINES).await;
    let text = match previous {
        Ok(text) if !text.is_empty() => text,
        _ => cluster.logs(namespace, &cause.pod, container, false, LOG_LINES).await.unwrap_or_default(),
    };
    text.lines().map(str::to_owned).collect()
}

/// Warning events about the object and its pods, oldest first, each once.
async fn warnings(cluster: &Cluster, namespace: &str, name: &str, pods: &[&str]) -> Vec<String> {
    let events = Resource::core("Event", "events", true);
    let Ok(events) = cluster.list(&events, &Scope::Namespace(namespace.to_owned()), None).await else {
        return Vec::new();
    };
    let concerns = |event: &&Value| {
        let involved = event["involvedObject"]["name"].as_str().unwrap_or_default();
        event["type"] == "Warning" && (involved == name || pods.contains(&involved))
    };
    let mut told: Vec<(String, String)> = events
        .iter()
        .filter(concerns)
        .map(|event| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            let when = [&event["lastTimestamp"], &event["eventTime"]]
                .into_iter()
                .find_map(Value::as_str)
                .unwrap_or_default();
            (when.to_owned(), format!("{}: {}", text(&event["reason"]), text(&event["message"])))
        })
        .collect();
    told.sort();
    let mut lines: Vec<String> = Vec::new();
    for (_, line) in told {
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    lines.split_off(lines.len().saturating_sub(WARNINGS))
}
