//! `DaemonSets`.

use super::context::Context;
use super::live::Live;
use super::verdict::{Verdict, plural};

/// Ready when every node that should run a pod runs an updated and available
/// one. With `OnDelete` a person decides when pods are replaced, so it's ready
/// and says so.
pub(super) fn judge(live: Live<'_>, _: &Context<'_>) -> Verdict {
    // Without these its controller hasn't looked at it at all, and every
    // number would be 0.
    let observed = live.at("/status/observedGeneration").is_some();
    let Some(wanted) = live.integer("/status/desiredNumberScheduled").filter(|_| observed) else {
        return Verdict::progressing("NotObserved", "its controller hasn't seen it yet");
    };
    let updated = live.count("/status/updatedNumberScheduled");
    if live.text("/spec/updateStrategy/type") == Some("OnDelete") {
        let message = format!("{updated} of {wanted} pods updated: pods change when they are deleted");
        return Verdict::ready_but("OnDelete", message);
    }
    let lacks = |has: i64, reason: &str, what: &str| {
        (has < wanted).then(|| Verdict::progressing(reason, format!("{has} of {wanted} pods {what}")))
    };
    lacks(live.count("/status/currentNumberScheduled"), "PodsMissing", "created")
        .or_else(|| lacks(updated, "PodsOutdated", "updated"))
        .or_else(|| lacks(live.count("/status/numberReady"), "PodsNotReady", "ready"))
        .or_else(|| lacks(live.count("/status/numberAvailable"), "PodsUnavailable", "available"))
        .unwrap_or_else(|| Verdict::ready(format!("{} ready", plural(wanted, "pod"))))
}

#[cfg(test)]
mod tests {
    use crate::health::fixtures::{assert_verdicts, object};
    use crate::json::{Value, json};

    fn daemon_set(spec: Value, counts: [i64; 5]) -> Value {
        let [desired, current, updated, ready, available] = counts;
        let status = json!({
            "observedGeneration": 3, "numberMisscheduled": 0, "desiredNumberScheduled": desired,
            "currentNumberScheduled": current, "updatedNumberScheduled": updated,
            "numberReady": ready, "numberAvailable": available,
        });
        object("apps/v1", "DaemonSet", spec, status)
    }

    #[test]
    fn a_rollout_is_told_step_by_step() {
        let of = |counts| daemon_set(json!({"updateStrategy": {"type": "RollingUpdate"}}), counts);
        // What the API server itself writes at creation.
        let fresh = json!({
            "currentNumberScheduled": 0, "desiredNumberScheduled": 0, "numberMisscheduled": 0, "numberReady": 0,
        });
        assert_verdicts([
            (
                "just created",
                object("apps/v1", "DaemonSet", json!({}), fresh),
                "progressing NotObserved: its controller hasn't seen it yet",
            ),
            ("no node wants it", of([0, 0, 0, 0, 0]), "ready: 0 pods ready"),
            ("being created", of([3, 1, 1, 0, 0]), "progressing PodsMissing: 1 of 3 pods created"),
            ("being updated", of([3, 3, 2, 3, 3]), "progressing PodsOutdated: 2 of 3 pods updated"),
            ("starting", of([3, 3, 3, 2, 2]), "progressing PodsNotReady: 2 of 3 pods ready"),
            (
                "ready for too short",
                of([3, 3, 3, 3, 2]),
                "progressing PodsUnavailable: 2 of 3 pods available",
            ),
            ("done", of([3, 3, 3, 3, 3]), "ready: 3 pods ready"),
            (
                "OnDelete",
                daemon_set(json!({"updateStrategy": {"type": "OnDelete"}}), [3, 3, 1, 3, 3]),
                "ready OnDelete: 1 of 3 pods updated: pods change when they are deleted",
            ),
        ]);
    }
}
