//! `HorizontalPodAutoscalers` (conditions as
//! `pkg/controller/podautoscaler/horizontal.go` of Kubernetes 1.36 writes them).

use super::context::Context;
use super::live::Live;
use super::verdict::Verdict;

/// Ready when it can read its target's scale and its metrics. Switched off, by
/// a target that is scaled to zero, is ready too.
pub(super) fn judge(live: Live<'_>, _: &Context<'_>) -> Verdict {
    let Some(able) = live.condition("AbleToScale") else {
        return Verdict::progressing("NotObserved", "its controller hasn't seen it yet");
    };
    if !able.is_true() {
        return able.not_true();
    }
    match live.condition("ScalingActive") {
        Some(active) if active.is_true() => Verdict::ready("scaling"),
        Some(active) if active.reason == "ScalingDisabled" => {
            Verdict::ready_but("ScalingDisabled", "switched off: its target is scaled to zero")
        }
        Some(active) => active.not_true(),
        None => Verdict::progressing("NotObserved", "it hasn't read its metrics yet"),
    }
}

#[cfg(test)]
mod tests {
    use crate::health::fixtures::{assert_verdicts, object};
    use crate::json::{Value, json};

    fn autoscaler(conditions: Value) -> Value {
        object(
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            json!({"maxReplicas": 5}),
            json!({"currentReplicas": 1, "desiredReplicas": 1, "conditions": conditions}),
        )
    }

    fn able() -> Value {
        json!({"type": "AbleToScale", "status": "True", "reason": "ReadyForNewScale",
               "message": "recommended size matches current size"})
    }

    #[test]
    fn an_autoscaler_is_ready_when_it_can_scale() {
        let active = |status: &str, reason: &str, message: &str| json!({"type": "ScalingActive", "status": status, "reason": reason, "message": message});
        assert_verdicts([
            (
                "just created",
                object("autoscaling/v2", "HorizontalPodAutoscaler", json!({}), json!({})),
                "progressing NotObserved: its controller hasn't seen it yet",
            ),
            (
                "its target doesn't exist",
                autoscaler(json!([{"type": "AbleToScale", "status": "False", "reason": "FailedGetScale",
                                   "message": "the HPA controller was unable to get the target's current scale"}])),
                "progressing FailedGetScale: the HPA controller was unable to get the target's current scale",
            ),
            (
                "no metrics",
                autoscaler(json!([
                    able(),
                    active("False", "FailedGetResourceMetric", "no metrics returned")
                ])),
                "progressing FailedGetResourceMetric: no metrics returned",
            ),
            (
                "switched off",
                autoscaler(json!([
                    able(),
                    active("False", "ScalingDisabled", "scaling is disabled since …")
                ])),
                "ready ScalingDisabled: switched off: its target is scaled to zero",
            ),
            (
                "scaling",
                autoscaler(json!([able(), active("True", "ValidMetricFound", "…")])),
                "ready: scaling",
            ),
            (
                "at its limit",
                autoscaler(json!([able(), active("True", "ValidMetricFound", "…"),
                    {"type": "ScalingLimited", "status": "True", "reason": "TooManyReplicas", "message": "…"}])),
                "ready: scaling",
            ),
        ]);
    }
}
