//! What the tests of all rules share: objects in few words, verdicts as text.

use jiff::Timestamp;

use super::{Verdict, judge};
use crate::json::{Value, json};

/// The time at which the tests judge. Objects were created an hour before.
pub(super) const NOW: &str = "2026-03-01T12:00:00Z";

pub(super) fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// An object of generation 3 that its controller has seen, with the given
/// spec and status laid over.
pub(super) fn object(api_version: &str, kind: &str, spec: Value, status: Value) -> Value {
    let mut object = json!({
        "apiVersion": api_version,
        "kind": kind,
        "metadata": {
            "name": "web",
            "namespace": "shop",
            "uid": "uid-web",
            "generation": 3,
            "creationTimestamp": "2026-03-01T11:00:00Z",
        },
        "spec": spec,
    });
    if !status.is_null() {
        object["status"] = status;
    }
    object
}

/// A verdict as `progressing ReplicasOutdated: 2 of 3 replicas updated`.
pub(super) fn told(verdict: &Verdict) -> String {
    let reason = if verdict.reason.is_empty() { String::new() } else { format!(" {}", verdict.reason) };
    let message = if verdict.message.is_empty() { String::new() } else { format!(": {}", verdict.message) };
    format!("{}{reason}{message}", verdict.health)
}

/// Judges each object of a table and compares with what is expected of it.
#[track_caller]
pub(super) fn assert_verdicts<'a>(table: impl IntoIterator<Item = (&'a str, Value, &'a str)>) {
    let wrong: Vec<String> = table
        .into_iter()
        .map(|(case, object, expected)| (case, told(&judge(&object, time(NOW))), expected))
        .filter(|(_, found, expected)| found != expected)
        .map(|(case, found, expected)| format!("{case}\n  expected {expected}\n  found    {found}"))
        .collect();
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

/// A pod of a template, scheduled and initialised at `since`, with one
/// container `web` in this state.
pub(super) fn pod(name: &str, since: &str, state: Value) -> Value {
    let running = state.get("running").is_some();
    let condition = |kind: &str, holds: bool| json!({"type": kind, "status": if holds { "True" } else { "False" }, "lastTransitionTime": since});
    let mut pod = object(
        "v1",
        "Pod",
        json!({
            "restartPolicy": "Always",
            "containers": [{"name": "web", "image": "registry.example/web:1"}],
        }),
        json!({
            "observedGeneration": 3,
            "phase": if running { "Running" } else { "Pending" },
            "startTime": since,
            "conditions": [
                condition("PodReadyToStartContainers", true), condition("Initialized", true),
                condition("Ready", running), condition("ContainersReady", running), condition("PodScheduled", true),
            ],
            "containerStatuses": [{
                "name": "web", "image": "registry.example/web:1", "ready": running, "started": running,
                "restartCount": 0, "state": state,
            }],
        }),
    );
    pod["metadata"]["name"] = json!(name);
    pod["metadata"]["creationTimestamp"] = json!(since);
    pod
}

/// The state of a container that waits.
pub(super) fn waiting(reason: &str, message: &str) -> Value {
    json!({"waiting": {"reason": reason, "message": message}})
}

/// The same object, controlled by the one with this uid.
pub(super) fn controlled_by(uid: &str, mut object: Value) -> Value {
    object["metadata"]["ownerReferences"] =
        json!([{"apiVersion": "apps/v1", "kind": "Owner", "name": "web", "uid": uid, "controller": true}]);
    object
}

/// The same object with this label.
pub(super) fn labelled(key: &str, value: &str, mut object: Value) -> Value {
    object["metadata"]["labels"][key] = json!(value);
    object
}
