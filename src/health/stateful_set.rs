//! `StatefulSets` (`pkg/controller/statefulset/stateful_set_control.go` of
//! Kubernetes 1.36; its controller never writes a condition).

use super::context::Context;
use super::live::Live;
use super::replicas::Replicas;
use super::verdict::{Verdict, plural};

/// Ready when all replicas are ready and of the update's revision, or as many
/// of them as a partition lets through. With `OnDelete` a person decides when
/// pods are replaced, so it's ready and says so.
pub(super) fn judge(live: Live<'_>, _: &Context<'_>) -> Verdict {
    let replicas = Replicas::read(live);
    if live.text("/spec/updateStrategy/type") == Some("OnDelete") {
        return on_delete(replicas);
    }
    replicas
        .too_few_exist()
        .or_else(|| replicas.too_few_ready())
        .or_else(|| not_available_long_enough(live, replicas))
        .or_else(|| replicas.too_many_exist())
        .or_else(|| match live.count("/spec/updateStrategy/rollingUpdate/partition") {
            partition if partition > 0 => partition_not_updated(replicas, partition),
            _ => not_updated(live, replicas),
        })
        .unwrap_or_else(|| Verdict::ready(format!("{} ready", plural(replicas.wanted, "replica"))))
}

fn on_delete(replicas: Replicas) -> Verdict {
    let Replicas { wanted, updated, .. } = replicas;
    let message = format!("{updated} of {wanted} replicas updated: pods change when they are deleted");
    Verdict::ready_but("OnDelete", message)
}

fn not_available_long_enough(live: Live<'_>, replicas: Replicas) -> Option<Verdict> {
    (live.count("/spec/minReadySeconds") > 0).then(|| replicas.too_few_available())?
}

fn partition_not_updated(replicas: Replicas, partition: i64) -> Option<Verdict> {
    let wanted = replicas.wanted.saturating_sub(partition).max(0);
    (replicas.updated < wanted).then(|| {
        let message =
            format!("{} of {wanted} replicas above partition {partition} updated", replicas.updated);
        Verdict::progressing("ReplicasOutdated", message)
    })
}

fn not_updated(live: Live<'_>, replicas: Replicas) -> Option<Verdict> {
    let same_revision = live.text("/status/currentRevision") == live.text("/status/updateRevision");
    let current = live.count("/status/currentReplicas");
    (current.min(replicas.updated) < replicas.wanted || !same_revision).then(|| {
        let message = format!("{} of {} replicas updated", replicas.updated, replicas.wanted);
        Verdict::progressing("ReplicasOutdated", message)
    })
}

#[cfg(test)]
mod tests {
    use crate::health::fixtures::{assert_verdicts, object};
    use crate::json::{Value, json};

    fn stateful_set(spec: Value, status: Value) -> Value {
        let mut status = status;
        status["observedGeneration"] = json!(3);
        object("apps/v1", "StatefulSet", spec, status)
    }

    /// The numbers of a set: replicas, ready, current and updated, between the
    /// revisions `web-1` and `web-2`.
    fn rolling(replicas: i64, ready: i64, current: i64, updated: i64) -> Value {
        json!({
            "replicas": replicas, "readyReplicas": ready, "availableReplicas": ready,
            "currentReplicas": current, "updatedReplicas": updated,
            "currentRevision": "web-1", "updateRevision": "web-2",
        })
    }

    fn settled() -> Value {
        json!({
            "replicas": 3, "readyReplicas": 3, "availableReplicas": 3, "currentReplicas": 3,
            "updatedReplicas": 3, "currentRevision": "web-2", "updateRevision": "web-2",
        })
    }

    #[test]
    fn a_rollout_is_told_step_by_step() {
        let short_lived = json!({"replicas": 3, "minReadySeconds": 60});
        let mut young = settled();
        young["availableReplicas"] = json!(1);
        assert_verdicts([
            (
                "its controller hasn't seen it",
                object(
                    "apps/v1",
                    "StatefulSet",
                    json!({"replicas": 3}),
                    json!({"observedGeneration": 2, "replicas": 3}),
                ),
                "progressing NotObserved: its controller hasn't seen the last change yet",
            ),
            (
                "created one by one",
                stateful_set(json!({"replicas": 3}), rolling(1, 0, 0, 1)),
                "progressing ReplicasMissing: 1 of 3 replicas created",
            ),
            (
                "all exist, not all are ready",
                stateful_set(json!({"replicas": 3}), rolling(3, 2, 2, 1)),
                "progressing ReplicasNotReady: 2 of 3 replicas ready",
            ),
            (
                "scaling down",
                stateful_set(json!({"replicas": 1}), rolling(3, 3, 3, 3)),
                "progressing ReplicasExtra: 2 replicas more than wanted still to go",
            ),
            (
                "between two replacements all are ready",
                stateful_set(json!({"replicas": 3}), rolling(3, 3, 2, 1)),
                "progressing ReplicasOutdated: 1 of 3 replicas updated",
            ),
            (
                "all updated, but the revision isn't concluded",
                stateful_set(json!({"replicas": 3}), rolling(3, 3, 3, 3)),
                "progressing ReplicasOutdated: 3 of 3 replicas updated",
            ),
            (
                "ready, but not for minReadySeconds",
                stateful_set(short_lived, young),
                "progressing ReplicasUnavailable: 1 of 3 replicas available",
            ),
            ("done", stateful_set(json!({"replicas": 3}), settled()), "ready: 3 replicas ready"),
        ]);
    }

    #[test]
    fn special_cases() {
        let partition = |partition: i64| json!({"replicas": 3, "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"partition": partition}}});
        assert_verdicts([
            (
                "OnDelete",
                stateful_set(
                    json!({"replicas": 3, "updateStrategy": {"type": "OnDelete"}}),
                    rolling(3, 3, 2, 1),
                ),
                "ready OnDelete: 1 of 3 replicas updated: pods change when they are deleted",
            ),
            (
                "a partition that isn't through",
                stateful_set(partition(1), rolling(3, 3, 2, 1)),
                "progressing ReplicasOutdated: 1 of 2 replicas above partition 1 updated",
            ),
            (
                "a partition that is",
                stateful_set(partition(2), rolling(3, 3, 2, 1)),
                "ready: 3 replicas ready",
            ),
            (
                "a partition above all",
                stateful_set(partition(9), rolling(3, 3, 3, 0)),
                "ready: 3 replicas ready",
            ),
            (
                "the default partition is none",
                stateful_set(partition(0), rolling(3, 3, 2, 1)),
                "progressing ReplicasOutdated: 1 of 3 replicas updated",
            ),
            (
                "scaled to zero",
                stateful_set(
                    json!({"replicas": 0}),
                    json!({
                        "replicas": 0, "availableReplicas": 0, "currentRevision": "web-2", "updateRevision": "web-2",
                    }),
                ),
                "ready: 0 replicas ready",
            ),
        ]);
    }
}
