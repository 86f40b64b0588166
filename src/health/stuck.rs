//! Pods that hold a `StatefulSet` up when its template is put back: with
//! `OrderedReady` its controller waits until each pod runs and is ready before it
//! replaces any (`processReplica` in
//! `pkg/controller/statefulset/stateful_set_control.go` of Kubernetes 1.36), also a pod
//! of a template that never will (<https://github.com/kubernetes/kubernetes/issues/67250>).

use jiff::{SignedDuration, Timestamp};

use super::container::Container;
use super::live::Live;
use super::pod;
use super::revision::REVISION_HASH;
use crate::json::Value;

/// A container that has crashed before and was started again not longer ago isn't
/// trusted to be ready: without a readiness probe it is so until it crashes again.
const JUST_STARTED: SignedDuration = SignedDuration::from_secs(10);

/// The pods that keep this live `StatefulSet` from becoming as `after` says: its own,
/// not ready to stay, and of a revision that is left. None where that isn't certain.
pub fn stuck_pods<'a>(set: &Value, after: &Value, pods: &'a [Value], now: Timestamp) -> Vec<&'a Value> {
    let live = Live(set);
    if !waits_for_each(live) || !rolls(Live(after)) || !live.is_observed() || live.is_deleting() {
        return Vec::new();
    }
    let Some(left) = Left::of(live, Live(after)) else { return Vec::new() };
    let is_stuck = |found: &&Value| {
        let found = Live(found);
        live.uid().is_some()
            && found.controller() == live.uid()
            && (is_unready(found) || is_just_restarted(found, now))
            && found.label(REVISION_HASH).is_some_and(|revision| left.has(revision))
    };
    pods.iter().filter(is_stuck).collect()
}

/// Whether this is still the pod that was found to be stuck, and not on its way out.
pub fn is_same_pod(before: &Value, now: &Value) -> bool {
    let (before, now) = (Live(before), Live(now));
    now.uid() == before.uid()
        && now.controller() == before.controller()
        && now.label(REVISION_HASH) == before.label(REVISION_HASH)
        && pod::is_active(now)
}

/// Whether a pod that was found to be stuck still is.
pub fn is_still_stuck(before: &Value, now: &Value) -> bool {
    is_same_pod(before, now) && is_unready(Live(now))
}

/// Whether the controller has seen the spec of a live object as it is.
pub fn is_observed(object: &Value) -> bool {
    Live(object).is_observed()
}

/// Whether a `StatefulSet` has rolled out and all its replicas are ready: none of them is
/// stuck.
pub fn is_rolled_out(set: &Value) -> bool {
    let live = Live(set);
    live.text("/status/currentRevision") == live.text("/status/updateRevision")
        && live.count("/status/readyReplicas") >= live.count("/status/replicas")
}

fn is_unready(found: Live<'_>) -> bool {
    pod::is_active(found) && !pod::is_ready(found)
}

fn is_just_restarted(found: Live<'_>, now: Timestamp) -> bool {
    let is_young = |since: Timestamp| now.duration_since(since) < JUST_STARTED;
    let crashed = Container::all_of(found).filter(|container| container.restarts() > 0);
    pod::is_active(found) && crashed.filter_map(Container::running_since).any(is_young)
}

fn waits_for_each(set: Live<'_>) -> bool {
    matches!(set.text("/spec/podManagementPolicy"), None | Some("OrderedReady"))
}

/// With `OnDelete` a person decides when pods go.
fn rolls(set: Live<'_>) -> bool {
    matches!(set.text("/spec/updateStrategy/type"), None | Some("RollingUpdate"))
}

/// The revisions that are left.
enum Left<'a> {
    /// This one.
    Only(&'a str),
    /// All others.
    AllBut(&'a str),
}

impl<'a> Left<'a> {
    /// What has rolled out in full last (`currentRevision`) is what a rollback mostly
    /// goes to; its pods are left alone.
    fn of(set: Live<'a>, after: Live<'_>) -> Option<Self> {
        let (current, update) = (set.text("/status/currentRevision")?, set.text("/status/updateRevision")?);
        let is_changed = set.at("/spec/template") != after.at("/spec/template");
        Some(match (is_changed, current == update) {
            (false, _) => Self::AllBut(update),
            (true, true) => Self::Only(update),
            (true, false) => Self::AllBut(current),
        })
    }

    fn has(&self, revision: &str) -> bool {
        match self {
            Self::Only(left) => revision == *left,
            Self::AllBut(kept) => revision != *kept,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn set(image: &str, current: &str, update: &str) -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "StatefulSet",
            "metadata": {"name": "db", "uid": "set", "generation": 3},
            "spec": {"replicas": 3, "template": {"spec": {"containers": [{"name": "db", "image": image}]}}},
            "status": {"observedGeneration": 3, "currentRevision": current, "updateRevision": update},
        })
    }

    fn pod(name: &str, revision: &str, ready: &str) -> Value {
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {
                "name": name, "uid": name, "labels": {"controller-revision-hash": revision},
                "ownerReferences": [{"kind": "StatefulSet", "name": "db", "uid": "set", "controller": true}],
            },
            "status": {"phase": "Running", "conditions": [{"type": "Ready", "status": ready}]},
        })
    }

    /// The names of the stuck ones of these pods: of the good revision, ready and not,
    /// and of the bad one, ready and not.
    fn stuck(set: &Value, after: &Value) -> Vec<String> {
        let pods = [
            pod("good-ready", "good", "True"),
            pod("good-unready", "good", "False"),
            pod("bad-ready", "bad", "True"),
            pod("bad-unready", "bad", "False"),
        ];
        let now = "2026-03-01T12:00:00Z".parse().expect("a time");
        let names = stuck_pods(set, after, &pods, now).into_iter();
        names.map(|pod| pod["metadata"]["name"].as_str().expect("a name").to_owned()).collect()
    }

    fn changed(mut object: Value, pointer: &str, value: Value) -> Value {
        *object.pointer_mut(pointer).expect("a field") = value;
        object
    }

    #[test]
    fn only_unready_pods_of_what_is_left_are_stuck() {
        let bad = set("db:2", "good", "bad");
        let good = set("db:1", "", "");
        assert_eq!(stuck(&bad, &good), ["bad-unready"]);
        // It never rolled out in full.
        assert_eq!(stuck(&set("db:2", "bad", "bad"), &good), ["bad-unready"]);
        // It was put back before, and its pod wasn't.
        assert_eq!(stuck(&set("db:1", "bad", "good"), &good), ["bad-unready"]);
        // Two bad ones after each other: the pod is of the first.
        assert_eq!(stuck(&set("db:3", "good", "worse"), &good), ["bad-unready"]);
    }

    #[test]
    fn what_isnt_certain_is_left_alone() {
        let (bad, good) = (set("db:2", "good", "bad"), set("db:1", "", ""));
        let none: [&str; 0] = [];
        let spec = |key: &str, value: Value| {
            let mut object = bad.clone();
            object["spec"][key] = value;
            object
        };
        let mut on_delete = good.clone();
        on_delete["spec"]["updateStrategy"] = json!({"type": "OnDelete"});
        assert_eq!(stuck(&spec("podManagementPolicy", json!("Parallel")), &good), none);
        assert_eq!(stuck(&bad, &on_delete), none);
        assert_eq!(stuck(&changed(bad.clone(), "/status/observedGeneration", json!(2)), &good), none);
        assert_eq!(stuck(&changed(bad.clone(), "/metadata/uid", json!("another")), &good), none);
        assert_eq!(stuck(&changed(bad.clone(), "/status", json!({"observedGeneration": 3})), &good), none);
        // Nothing of the template is put back.
        assert_eq!(stuck(&bad, &bad), ["good-unready"]);
        assert_eq!(stuck(&json!({}), &json!({})), none);
    }

    #[test]
    fn a_container_between_two_crashes_isnt_taken_for_ready() {
        let now: Timestamp = "2026-03-01T12:00:00Z".parse().expect("a time");
        let is_stuck = |started: &str, restarts: i64| {
            let mut running = pod("db-0", "bad", "True");
            running["status"]["containerStatuses"] = json!([
                {"name": "db", "ready": true, "restartCount": restarts, "state": {"running": {"startedAt": started}}},
            ]);
            !stuck_pods(&set("db:2", "good", "bad"), &set("db:1", "", ""), &[running], now).is_empty()
        };
        assert!(is_stuck("2026-03-01T11:59:55Z", 3));
        assert!(!is_stuck("2026-03-01T11:59:55Z", 0));
        assert!(!is_stuck("2026-03-01T11:59:30Z", 3));
    }

    #[test]
    fn a_pod_that_moved_on_isnt_stuck_any_more() {
        let before = pod("db-0", "bad", "False");
        assert!(is_still_stuck(&before, &before));
        assert!(!is_still_stuck(&before, &pod("db-0", "bad", "True")));
        assert!(is_same_pod(&before, &pod("db-0", "bad", "True")));
        assert!(!is_still_stuck(&before, &pod("db-0", "good", "False")));
        assert!(!is_still_stuck(&before, &changed(before.clone(), "/metadata/uid", json!("another"))));
        let mut going = before.clone();
        going["metadata"]["deletionTimestamp"] = json!("2026-03-01T11:59:00Z");
        assert!(!is_still_stuck(&before, &going) && !is_same_pod(&before, &going));
    }
}
