//! `PersistentVolumeClaims`.

use super::context::Context;
use super::live::{Condition, Live};
use super::verdict::Verdict;

/// What the volume controller writes onto a claim as soon as something is to
/// be provisioned for it; with binding on first use that's not before a pod
/// that uses the claim has been given a node.
const TAKEN_UP: [&str; 3] = [
    "volume.kubernetes.io/storage-provisioner",
    "volume.beta.kubernetes.io/storage-provisioner",
    "volume.kubernetes.io/selected-node",
];

/// What a claim's controllers write when a change of it went wrong.
const TROUBLES: [&str; 3] = ["ControllerResizeError", "NodeResizeError", "ModifyVolumeError"];

/// Ready when bound, or while nothing uses it and it binds on first use:
/// waiting for that would wait for a pod that may never come.
pub(super) fn judge(live: Live<'_>, context: &Context<'_>) -> Verdict {
    match live.text("/status/phase") {
        Some("Bound") => trouble(live).unwrap_or_else(|| Verdict::ready("bound")),
        Some("Lost") => Verdict::failed("Lost", "the volume it was bound to is gone"),
        Some("Pending") => pending(live, context),
        _ => not_bound(),
    }
}

fn trouble(live: Live<'_>) -> Option<Verdict> {
    let condition = TROUBLES.iter().find_map(|kind| live.condition(kind).filter(Condition::is_true))?;
    Some(Verdict::progressing(condition.reason_or_kind(), condition.text()))
}

fn pending(live: Live<'_>, context: &Context<'_>) -> Verdict {
    match context.binds_on_first_use {
        _ if is_taken_up(live) => not_bound(),
        Some(true) => Verdict::ready_but("WaitForFirstConsumer", "bound when a pod first uses it"),
        // The claim itself doesn't say when its class binds, but a class that
        // binds at once leaves a mark on it within a second.
        None if context.is_over(context.patience.controller, live.created()) => {
            Verdict::ready_but("NotBound", "not bound: that may have to wait for a pod that uses it")
        }
        Some(false) | None => not_bound(),
    }
}

fn not_bound() -> Verdict {
    Verdict::progressing("NotBound", "not bound yet")
}

/// Whether a volume is on its way: one is being provisioned, or it asks for a
/// volume by name, or for any that an administrator made (an empty class).
fn is_taken_up(live: Live<'_>) -> bool {
    TAKEN_UP.iter().any(|key| live.annotation(key).is_some())
        || live.text("/spec/volumeName").is_some()
        || live.at("/spec/storageClassName").is_some_and(|class| class == "")
}

#[cfg(test)]
mod tests {
    use crate::health::fixtures::{NOW, assert_verdicts, object, time, told};
    use crate::health::{Context, judge_in};
    use crate::json::{Value, json};

    fn claim(spec: Value, status: Value) -> Value {
        object("v1", "PersistentVolumeClaim", spec, status)
    }

    fn created(mut claim: Value, time: &str, annotations: Value) -> Value {
        claim["metadata"]["creationTimestamp"] = json!(time);
        claim["metadata"]["annotations"] = annotations;
        claim
    }

    #[test]
    fn a_claim_is_ready_when_bound() {
        let class = || json!({"storageClassName": "fast"});
        let pending = || json!({"phase": "Pending"});
        let taken_up = json!({"volume.kubernetes.io/storage-provisioner": "csi.example"});
        let old = "2026-03-01T11:00:00Z";
        assert_verdicts([
            ("no status", claim(class(), json!({})), "progressing NotBound: not bound yet"),
            ("bound", claim(class(), json!({"phase": "Bound"})), "ready: bound"),
            (
                "lost",
                claim(class(), json!({"phase": "Lost"})),
                "failed Lost: the volume it was bound to is gone",
            ),
            (
                "just created",
                created(claim(class(), pending()), "2026-03-01T11:59:45Z", json!({})),
                "progressing NotBound: not bound yet",
            ),
            (
                "nothing uses it",
                claim(class(), pending()),
                "ready NotBound: not bound: that may have to wait for a pod that uses it",
            ),
            (
                "being provisioned",
                created(claim(class(), pending()), old, taken_up),
                "progressing NotBound: not bound yet",
            ),
            (
                "a pod that uses it has its node",
                created(claim(class(), pending()), old, json!({"volume.kubernetes.io/selected-node": "n"})),
                "progressing NotBound: not bound yet",
            ),
            (
                "no class: it waits for a volume made by hand",
                claim(json!({"storageClassName": ""}), pending()),
                "progressing NotBound: not bound yet",
            ),
            (
                "a change of its size went wrong",
                claim(
                    class(),
                    json!({"phase": "Bound", "conditions": [
                        {"type": "ControllerResizeError", "status": "True", "message": "volume is in use"},
                    ]}),
                ),
                "progressing ControllerResizeError: volume is in use",
            ),
        ]);
    }

    #[test]
    fn its_class_decides_where_it_is_known() {
        let claim = claim(json!({"storageClassName": "fast"}), json!({"phase": "Pending"}));
        let judged = |on_first_use| {
            let context = Context { binds_on_first_use: Some(on_first_use), ..Context::at(time(NOW)) };
            told(&judge_in(&claim, &context))
        };
        assert_eq!(judged(true), "ready WaitForFirstConsumer: bound when a pod first uses it");
        assert_eq!(judged(false), "progressing NotBound: not bound yet");
    }
}
