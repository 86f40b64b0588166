//! Whether a workload still has pods of a former template, and whether it will replace
//! them. What its health says isn't enough: a workload that is paused, or that waits for
//! somebody to delete its pods, is ready with all of its old ones.

use super::live::Live;
use super::pod;
use super::replicas::Replicas;
use crate::json::Value;

/// Whether a workload may have pods of a former template.
pub fn may_have_older_pods(workload: &Value) -> bool {
    let live = Live(workload);
    match live.text("/kind") {
        Some("CronJob") => live.items("/status/active").next().is_some(),
        // They replace none.
        Some("ReplicaSet" | "ReplicationController") => true,
        _ => has_older_pods(workload),
    }
}

/// Whether a workload says that it has pods of a former template, or hasn't seen its
/// template yet: its rollout isn't over, is paused, or waits for somebody to delete pods.
pub fn has_older_pods(workload: &Value) -> bool {
    let live = Live(workload);
    let (updated, all) = match live.text("/kind") {
        Some("Deployment" | "StatefulSet") => {
            let Replicas { updated, existing, .. } = Replicas::read(live);
            (updated, existing)
        }
        Some("DaemonSet") => {
            (live.count("/status/updatedNumberScheduled"), live.count("/status/currentNumberScheduled"))
        }
        _ => return false,
    };
    let is_seen = live.at("/status/observedGeneration").is_some() && live.is_observed();
    !is_seen || updated < all
}

/// Whether a workload replaces all its pods by those of a new template, without anybody
/// who helps.
pub fn replaces_pods(workload: &Value) -> bool {
    let live = Live(workload);
    let is_on_delete = || live.text("/spec/updateStrategy/type") == Some("OnDelete");
    match live.text("/kind") {
        Some("Deployment") => !live.flag("/spec/paused"),
        Some("StatefulSet") => {
            !is_on_delete() && live.count("/spec/updateStrategy/rollingUpdate/partition") == 0
        }
        Some("DaemonSet") => !is_on_delete(),
        _ => false,
    }
}

/// Whether a pod may be started again where it is, or has yet to start.
pub fn is_active_pod(found: &Value) -> bool {
    pod::is_active(Live(found))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn a_rollout_that_isnt_over_may_have_older_pods() {
        for (kind, status, expected) in [
            ("Deployment", json!({"replicas": 3, "updatedReplicas": 1, "observedGeneration": 2}), true),
            ("Deployment", json!({"replicas": 3, "updatedReplicas": 3, "observedGeneration": 2}), false),
            ("Deployment", json!({"replicas": 3, "updatedReplicas": 3, "observedGeneration": 1}), true),
            ("Deployment", json!({"observedGeneration": 2}), false),
            ("StatefulSet", json!({"replicas": 2, "updatedReplicas": 1, "observedGeneration": 2}), true),
            ("StatefulSet", json!({"replicas": 2, "updatedReplicas": 2, "observedGeneration": 2}), false),
            (
                "DaemonSet",
                json!({"currentNumberScheduled": 2, "updatedNumberScheduled": 1, "observedGeneration": 2}),
                true,
            ),
            (
                "DaemonSet",
                json!({"currentNumberScheduled": 2, "updatedNumberScheduled": 2, "observedGeneration": 2}),
                false,
            ),
            ("ReplicaSet", json!({"replicas": 1, "observedGeneration": 2}), true),
            ("CronJob", json!({"active": [{"name": "nightly-1"}]}), true),
            ("CronJob", json!({}), false),
            ("ConfigMap", json!({"replicas": 3}), false),
        ] {
            let live = json!({"kind": kind, "metadata": {"generation": 2}, "status": status});
            assert_eq!(may_have_older_pods(&live), expected, "{kind} {status}");
        }
    }

    #[test]
    fn what_is_paused_or_waits_for_somebody_replaces_no_pods() {
        for (kind, spec, expected) in [
            ("Deployment", json!({}), true),
            ("Deployment", json!({"paused": true}), false),
            (
                "StatefulSet",
                json!({"updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": 0}}}),
                true,
            ),
            ("StatefulSet", json!({"updateStrategy": {"rollingUpdate": {"partition": 1}}}), false),
            ("StatefulSet", json!({"updateStrategy": {"type": "OnDelete"}}), false),
            ("DaemonSet", json!({"updateStrategy": {"type": "OnDelete"}}), false),
            ("ReplicaSet", json!({}), false),
        ] {
            assert_eq!(replaces_pods(&json!({"kind": kind, "spec": spec})), expected, "{kind} {spec}");
        }
    }

    #[test]
    fn a_pod_that_has_ended_or_goes_starts_no_more() {
        assert!(is_active_pod(&json!({"metadata": {}, "status": {"phase": "Pending"}})));
        assert!(!is_active_pod(&json!({"metadata": {}, "status": {"phase": "Failed"}})));
        assert!(!is_active_pod(&json!({"metadata": {"deletionTimestamp": "2026-01-01T00:00:00Z"}})));
    }
}
