//! `ReplicaSets` and `ReplicationControllers`, which have the same status.

use super::context::Context;
use super::live::Live;
use super::replicas::{self, Replicas};
use super::verdict::{Verdict, plural};

/// Ready when as many replicas as wanted exist, all available; failed when none can be
/// made.
pub(super) fn judge(live: Live<'_>, context: &Context<'_>) -> Verdict {
    let replicas = Replicas::read(live);
    let labelled = Replicas { existing: live.count("/status/fullyLabeledReplicas"), ..replicas };
    labelled
        .too_few_exist()
        .or_else(|| replicas.too_few_ready())
        .or_else(|| replicas.too_few_available())
        .or_else(|| replicas.too_many_exist())
        .map(|shortfall| replicas::explain(live, shortfall, replicas.existing > 0, context))
        .or_else(|| replicas::failure(live).map(|it| Verdict::progressing(it.reason_or_kind(), it.text())))
        .unwrap_or_else(|| Verdict::ready(format!("{} ready", plural(replicas.wanted, "replica"))))
}

#[cfg(test)]
mod tests {
    use crate::health::fixtures::{assert_verdicts, object};
    use crate::json::{Value, json};

    fn replica_set(wanted: i64, [existing, labelled, ready, available]: [i64; 4]) -> Value {
        let status = json!({
            "observedGeneration": 3, "replicas": existing, "fullyLabeledReplicas": labelled,
            "readyReplicas": ready, "availableReplicas": available,
        });
        object("apps/v1", "ReplicaSet", json!({"replicas": wanted}), status)
    }

    #[test]
    fn replicas_are_counted() {
        let mut refused = replica_set(2, [0, 0, 0, 0]);
        refused["status"]["conditions"] = json!([
            {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
             "message": "pods \"web-\" is forbidden: exceeded quota: small"},
        ]);
        let mut controller = replica_set(2, [2, 2, 2, 2]);
        controller["apiVersion"] = json!("v1");
        controller["kind"] = json!("ReplicationController");
        assert_verdicts([
            (
                "none yet",
                replica_set(2, [0, 0, 0, 0]),
                "progressing ReplicasMissing: 0 of 2 replicas created",
            ),
            ("starting", replica_set(2, [2, 2, 1, 1]), "progressing ReplicasNotReady: 1 of 2 replicas ready"),
            (
                "young",
                replica_set(2, [2, 2, 2, 0]),
                "progressing ReplicasUnavailable: 0 of 2 replicas available",
            ),
            (
                "scaling down",
                replica_set(2, [3, 3, 3, 3]),
                "progressing ReplicasExtra: 1 replica more than wanted still to go",
            ),
            (
                "refused",
                refused,
                "progressing FailedCreate: 0 of 2 replicas created: pods \"web-\" is forbidden: exceeded quota: small",
            ),
            ("done", replica_set(2, [2, 2, 2, 2]), "ready: 2 replicas ready"),
            ("a replication controller", controller, "ready: 2 replicas ready"),
        ]);
    }
}
