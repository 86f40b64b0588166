//! Deployments (`pkg/controller/deployment/progress.go` of Kubernetes 1.36).

use jiff::SignedDuration;

use super::context::Context;
use super::live::Live;
use super::replicas::{self, Replicas};
use super::verdict::{Verdict, plural};

/// `spec.progressDeadlineSeconds` of this value means that there is none, and
/// then the controller writes no Progressing condition.
const NO_DEADLINE: i64 = 2_147_483_647;

/// Ready when all replicas are of the newest template, available, and the only
/// ones; failed past its progress deadline, and when no new pod can be made. A paused Deployment is ready and
/// says so: its rollout waits for a person, so waiting for it is pointless.
pub(super) fn judge(live: Live<'_>, context: &Context<'_>) -> Verdict {
    let replicas = Replicas::read(live);
    if live.flag("/spec/paused") {
        let Replicas { wanted, updated, .. } = replicas;
        let message =
            format!("paused with {updated} of {wanted} replicas updated: it goes on when it's resumed");
        return Verdict::ready_but("Paused", message);
    }
    deadline_exceeded(live, context)
        .or_else(|| explained_shortfall(live, context))
        .or_else(|| not_concluded(live))
        .unwrap_or_else(|| Verdict::ready(format!("{} ready", plural(replicas.wanted, "replica"))))
}

fn deadline_exceeded(live: Live<'_>, context: &Context<'_>) -> Option<Verdict> {
    let progressing = live.condition("Progressing")?;
    // The condition isn't stamped again for as long as its status and reason
    // stay, so one from before our write that outlasts a whole deadline counts.
    let deadline = SignedDuration::from_secs(live.count("/spec/progressDeadlineSeconds"));
    let exceeded =
        progressing.reason == "ProgressDeadlineExceeded" && context.counts(live, &progressing, deadline);
    exceeded.then(|| {
        let state = explained_shortfall(live, context)
            .map_or("the rollout isn't complete".to_owned(), |found| found.message);
        let message = format!("no progress for {} s: {state}", deadline.as_secs());
        Verdict::failed(progressing.reason, message)
    })
}

fn explained_shortfall(live: Live<'_>, context: &Context<'_>) -> Option<Verdict> {
    let replicas = Replicas::read(live);
    replicas.shortfall().map(|shortfall| replicas::explain(live, shortfall, replicas.updated > 0, context))
}

/// The numbers are right, but the controller hasn't concluded the rollout.
fn not_concluded(live: Live<'_>) -> Option<Verdict> {
    let has_deadline = live.integer("/spec/progressDeadlineSeconds").is_some_and(|it| it != NO_DEADLINE);
    let progressing = live.condition("Progressing");
    let concluded = progressing
        .as_ref()
        .is_some_and(|condition| condition.is_true() && condition.reason == "NewReplicaSetAvailable");
    if has_deadline && !concluded {
        let message = progressing.map_or("the rollout has not begun".to_owned(), |found| found.text());
        return Some(Verdict::progressing("RolloutNotComplete", message));
    }
    match live.condition("Available") {
        Some(available) if available.is_true() => None,
        Some(available) => Some(available.not_true()),
        None => Some(Verdict::progressing("NotAvailable", "not available yet")),
    }
}

#[cfg(test)]
mod tests {
    use crate::health::fixtures::{NOW, assert_verdicts, object, time, told};
    use crate::health::{Baseline, judge_since};
    use crate::json::{Value, json};

    fn deployment(spec: Value, status: Value) -> Value {
        let mut spec = spec;
        spec["progressDeadlineSeconds"] = json!(600);
        let mut status = status;
        status["observedGeneration"] = json!(3);
        object("apps/v1", "Deployment", spec, status)
    }

    fn conditions(progressing: &str, available: &str) -> Value {
        let (progresses, reason) = match progressing {
            "ProgressDeadlineExceeded" | "ReplicaSetCreateError" => ("False", progressing),
            reason => ("True", reason),
        };
        json!([
            {"type": "Available", "status": available, "reason": "MinimumReplicasAvailable",
             "message": "Deployment has minimum availability.",
             "lastUpdateTime": "2026-03-01T11:00:10Z", "lastTransitionTime": "2026-03-01T11:00:10Z"},
            {"type": "Progressing", "status": progresses, "reason": reason,
             "message": "ReplicaSet \"web-5d9c8b7f6\" is progressing.",
             "lastUpdateTime": "2026-03-01T11:59:00Z", "lastTransitionTime": "2026-03-01T11:00:00Z"},
        ])
    }

    fn complete() -> Value {
        json!({
            "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3,
            "conditions": conditions("NewReplicaSetAvailable", "True"),
        })
    }

    #[test]
    fn a_rollout_is_told_step_by_step() {
        assert_verdicts([
            (
                "just created",
                object(
                    "apps/v1",
                    "Deployment",
                    json!({"replicas": 3, "progressDeadlineSeconds": 600}),
                    json!({}),
                ),
                "progressing ReplicasMissing: 0 of 3 replicas created",
            ),
            (
                "the controller hasn't seen the change",
                object("apps/v1", "Deployment", json!({"replicas": 3}), {
                    let mut status = complete();
                    status["observedGeneration"] = json!(2);
                    status
                }),
                "progressing NotObserved: its controller hasn't seen the last change yet",
            ),
            (
                "replacing",
                deployment(
                    json!({"replicas": 3}),
                    json!({
                        "replicas": 4, "updatedReplicas": 2, "readyReplicas": 3, "availableReplicas": 3,
                        "unavailableReplicas": 1, "conditions": conditions("ReplicaSetUpdated", "True"),
                    }),
                ),
                "progressing ReplicasOutdated: 2 of 3 replicas updated",
            ),
            (
                "the last old one is going",
                deployment(
                    json!({"replicas": 3}),
                    json!({
                        "replicas": 4, "updatedReplicas": 3, "readyReplicas": 4, "availableReplicas": 4,
                        "conditions": conditions("ReplicaSetUpdated", "True"),
                    }),
                ),
                "progressing ReplicasExtra: 1 replica more than wanted still to go",
            ),
            (
                "starting",
                deployment(
                    json!({"replicas": 3}),
                    json!({
                        "replicas": 3, "updatedReplicas": 3, "readyReplicas": 1, "availableReplicas": 1,
                        "conditions": conditions("ReplicaSetUpdated", "False"),
                    }),
                ),
                "progressing ReplicasNotReady: 1 of 3 replicas ready",
            ),
            (
                "ready, but not for minReadySeconds",
                deployment(
                    json!({"replicas": 3, "minReadySeconds": 30}),
                    json!({
                        "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 2,
                        "conditions": conditions("ReplicaSetUpdated", "True"),
                    }),
                ),
                "progressing ReplicasUnavailable: 2 of 3 replicas available",
            ),
            (
                "the numbers are right but the rollout isn't concluded",
                deployment(
                    json!({"replicas": 3}),
                    json!({
                        "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3,
                        "conditions": conditions("ReplicaSetUpdated", "True"),
                    }),
                ),
                "progressing RolloutNotComplete: ReplicaSet \"web-5d9c8b7f6\" is progressing.",
            ),
            (
                "complete but not available",
                deployment(
                    json!({"replicas": 3}),
                    json!({
                        "replicas": 3, "updatedReplicas": 3, "readyReplicas": 3, "availableReplicas": 3,
                        "conditions": [
                            {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"},
                            {"type": "Available", "status": "False", "reason": "MinimumReplicasUnavailable",
                             "message": "Deployment does not have minimum availability."},
                        ],
                    }),
                ),
                "progressing MinimumReplicasUnavailable: Deployment does not have minimum availability.",
            ),
            ("complete", deployment(json!({"replicas": 3}), complete()), "ready: 3 replicas ready"),
        ]);
    }

    #[test]
    fn special_cases() {
        let mut without_deadline = deployment(
            json!({}),
            json!({
                "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1,
                "conditions": [{"type": "Available", "status": "True"}],
            }),
        );
        without_deadline["spec"]["progressDeadlineSeconds"] = json!(2_147_483_647);
        assert_verdicts([
            (
                "scaled to zero",
                deployment(
                    json!({"replicas": 0}),
                    json!({"conditions": conditions("NewReplicaSetAvailable", "True")}),
                ),
                "ready: 0 replicas ready",
            ),
            (
                "scaling to zero",
                deployment(
                    json!({"replicas": 0}),
                    json!({
                        "replicas": 2, "updatedReplicas": 2, "readyReplicas": 2, "availableReplicas": 2,
                        "conditions": conditions("NewReplicaSetAvailable", "True"),
                    }),
                ),
                "progressing ReplicasExtra: 2 replicas more than wanted still to go",
            ),
            (
                "without a deadline there's no Progressing condition",
                without_deadline,
                "ready: 1 replica ready",
            ),
            (
                "paused in the middle of a rollout",
                deployment(
                    json!({"replicas": 3, "paused": true}),
                    json!({
                        "replicas": 4, "updatedReplicas": 1, "readyReplicas": 3, "availableReplicas": 3,
                        "conditions": [{"type": "Progressing", "status": "Unknown", "reason": "DeploymentPaused",
                                        "message": "Deployment is paused"}],
                    }),
                ),
                "ready Paused: paused with 1 of 3 replicas updated: it goes on when it's resumed",
            ),
            (
                "past its deadline",
                deployment(
                    json!({"replicas": 3}),
                    json!({
                        "replicas": 4, "updatedReplicas": 1, "readyReplicas": 3, "availableReplicas": 3,
                        "conditions": conditions("ProgressDeadlineExceeded", "True"),
                    }),
                ),
                "failed ProgressDeadlineExceeded: no progress for 600 s: 1 of 3 replicas updated",
            ),
            (
                "pods can't be created",
                deployment(
                    json!({"replicas": 1}),
                    json!({"conditions": [
                        {"type": "Progressing", "status": "True", "reason": "NewReplicaSetCreated"},
                        {"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
                         "message": "pods \"web-5d9c8b7f6-\" is forbidden: exceeded quota: small"},
                    ]}),
                ),
                "progressing FailedCreate: 0 of 1 replicas created: \
                 pods \"web-5d9c8b7f6-\" is forbidden: exceeded quota: small",
            ),
            (
                "a kind of the same name in another group",
                object("example.com/v1", "Deployment", json!({"replicas": 3}), json!({})),
                "ready",
            ),
        ]);
    }

    #[test]
    fn pods_that_are_refused_for_long_fail_the_rollout() {
        let refused = |updated: u64| {
            let mut object = deployment(
                json!({"replicas": 3}),
                json!({
                    "replicas": 3, "updatedReplicas": updated,
                    "conditions": conditions("ReplicaSetUpdated", "False"),
                }),
            );
            let failure = json!({"type": "ReplicaFailure", "status": "True", "reason": "FailedCreate",
                "message": "exceeded quota: small", "lastUpdateTime": "2026-03-01T11:30:00Z"});
            let conditions = object["status"]["conditions"].as_array_mut();
            conditions.expect("conditions").push(failure);
            object
        };
        let before = Baseline::of(&refused(0)).written_at(time("2026-03-01T11:59:00Z"));
        let judged = |object: &Value, now: &str| told(&judge_since(object, Some(&before), time(now)));
        let said = "FailedCreate: 0 of 3 replicas updated: exceeded quota: small";
        assert_eq!(judged(&refused(0), "2026-03-01T11:59:14Z"), format!("progressing {said}"));
        assert_eq!(judged(&refused(0), "2026-03-01T11:59:15Z"), format!("failed {said}"));
        let goes_on = "progressing FailedCreate: 1 of 3 replicas updated: exceeded quota: small";
        assert_eq!(judged(&refused(1), NOW), goes_on);
    }

    #[test]
    fn the_deadline_of_the_rollout_before_does_not_fail_its_fix() {
        let broken = |time: &str| {
            let mut object = deployment(
                json!({"replicas": 1}),
                json!({
                    "replicas": 1, "updatedReplicas": 1,
                    "conditions": conditions("ProgressDeadlineExceeded", "False"),
                }),
            );
            object["status"]["conditions"][1]["lastUpdateTime"] = json!(time);
            object
        };
        let before = Baseline::of(&broken("2026-03-01T11:30:00Z")).written_at(time("2026-03-01T11:55:00Z"));
        let judged = |object: &Value, now: &str| told(&judge_since(object, Some(&before), time(now)));
        assert_eq!(
            judged(&broken("2026-03-01T11:30:00Z"), NOW),
            "progressing ReplicasNotReady: 0 of 1 replicas ready"
        );
        let failed = "failed ProgressDeadlineExceeded: no progress for 600 s: 0 of 1 replicas ready";
        assert_eq!(judged(&broken("2026-03-01T11:58:00Z"), NOW), failed);
        // A revert to a ReplicaSet that never progresses isn't stamped again.
        assert_eq!(judged(&broken("2026-03-01T11:30:00Z"), "2026-03-01T12:05:00Z"), failed);
    }
}
