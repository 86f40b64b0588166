//! Pods, as objects of their own.

use schemars::JsonSchema;
use serde::Serialize;

use super::cause::Cause;
use super::container::Container;
use super::context::Context;
use super::doom;
use super::live::{Condition, Live};
use super::verdict::Verdict;
use crate::json::Value;

/// Ready when it succeeded, or runs and is ready; failed when it won't recover
/// by itself.
pub(super) fn judge(live: Live<'_>, context: &Context<'_>) -> Verdict {
    match live.text("/status/phase") {
        Some("Succeeded") => Verdict::ready("succeeded"),
        Some("Running") if is_ready(live) => Verdict::ready("running and ready"),
        Some("Pending" | "Running" | "Failed") | None => unready(live, context),
        Some(phase) => Verdict::unknown("PhaseUnknown", format!("its phase is {phase}")),
    }
}

fn unready(live: Live<'_>, context: &Context<'_>) -> Verdict {
    if let Some(doom) = doom::doom_in(live, context) {
        let cause = Cause::of(live, doom);
        Verdict::failed(&cause.reason, cause.words_beside_reason())
    } else {
        let cause = what_it_waits_for(live);
        Verdict::progressing(&cause.reason, cause.words_beside_reason())
    }
}

/// What a pod that isn't ready waits for, as far as it says.
pub(super) fn what_it_waits_for(live: Live<'_>) -> Cause {
    let scheduled = live.condition("PodScheduled").filter(|it| !it.is_true());
    let waiting = Container::all_of(live).find(|container| container.waiting().is_some());
    let unready = Container::all_of(live).find(|it| !it.is_init() && it.is_running() && !it.is_ready());
    match (scheduled, waiting, unready) {
        (Some(condition), ..) => Cause::of_pod(live, condition.reason_or_kind(), &condition.text()),
        (_, Some(container), _) => {
            let (reason, message) = container.waiting().unwrap_or_default();
            Cause::of_container(live, container, reason, message)
        }
        (_, _, Some(container)) => {
            Cause::of_container(live, container, "NotReady", "it runs but isn't ready")
        }
        _ => Cause::of_pod(live, "NotReady", "not ready yet"),
    }
}

pub(super) fn is_ready(live: Live<'_>) -> bool {
    live.condition("Ready").as_ref().is_some_and(Condition::is_true)
}

/// Whether a pod is still there to do its work: not on its way out, and not
/// over.
pub(super) fn is_active(live: Live<'_>) -> bool {
    !live.is_deleting() && !matches!(live.text("/status/phase"), Some("Succeeded" | "Failed"))
}

/// How many pods there are, and how they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PodCount {
    /// Those ready.
    pub ready: u32,
    /// Those that exist: without the ones that are over or being deleted.
    pub total: u32,
    /// The restarts of all their containers.
    pub restarts: i64,
}

/// Counts these pods.
pub fn pod_count(pods: &[&Value]) -> PodCount {
    let active = pods.iter().map(|pod| Live(pod)).filter(|pod| is_active(*pod));
    active.fold(PodCount::default(), |count, pod| PodCount {
        ready: count.ready.saturating_add(u32::from(is_ready(pod))),
        total: count.total.saturating_add(1),
        restarts: Container::all_of(pod)
            .fold(count.restarts, |sum, container| sum.saturating_add(container.restarts())),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::fixtures::{assert_verdicts, object, pod, waiting};
    use crate::json::{Value, json};

    const OLD: &str = "2026-03-01T11:59:00Z";

    fn phase(phase: &str) -> Value {
        object("v1", "Pod", json!({}), json!({"phase": phase}))
    }

    #[test]
    fn a_pod_is_told_step_by_step() {
        let mut unready = pod("web-1", OLD, json!({"running": {"startedAt": OLD}}));
        unready["status"]["conditions"][2]["status"] = json!("False");
        unready["status"]["containerStatuses"][0]["ready"] = json!(false);
        let mut unscheduled = object("v1", "Pod", json!({}), json!({"phase": "Pending"}));
        unscheduled["status"]["conditions"] = json!([
            {"type": "PodScheduled", "status": "False", "reason": "SchedulingGated",
             "message": "Scheduling is blocked due to non-empty scheduling gates"},
        ]);
        let mut evicted = phase("Failed");
        evicted["status"]["reason"] = json!("Evicted");
        evicted["status"]["message"] = json!("The node was low on resource: memory.");
        assert_verdicts([
            (
                "just created",
                object("v1", "Pod", json!({}), json!({})),
                "progressing NotReady: not ready yet",
            ),
            (
                "held back",
                unscheduled,
                "progressing SchedulingGated: Scheduling is blocked due to non-empty scheduling gates",
            ),
            (
                "being created",
                pod("web-1", OLD, waiting("ContainerCreating", "")),
                "progressing ContainerCreating: container web: ContainerCreating",
            ),
            ("not ready", unready, "progressing NotReady: container web: it runs but isn't ready"),
            ("ready", pod("web-1", OLD, json!({"running": {}})), "ready: running and ready"),
            ("done", phase("Succeeded"), "ready: succeeded"),
            ("evicted", evicted, "failed Evicted: The node was low on resource: memory."),
            (
                "no image",
                pod("web-1", OLD, waiting("ErrImagePull", "web:1: not found")),
                "failed ErrImagePull: container web: web:1: not found",
            ),
            ("its node is lost", phase("Unknown"), "unknown PhaseUnknown: its phase is Unknown"),
        ]);
    }

    #[test]
    fn pods_are_counted_without_those_that_are_over() {
        let ready = pod("web-1", OLD, json!({"running": {}}));
        let mut restarted = pod("web-2", OLD, waiting("CrashLoopBackOff", ""));
        restarted["status"]["containerStatuses"][0]["restartCount"] = json!(4);
        restarted["status"]["initContainerStatuses"] = json!([{"name": "proxy", "restartCount": 1}]);
        let mut going = ready.clone();
        going["metadata"]["deletionTimestamp"] = json!(OLD);
        let count = pod_count(&[&ready, &restarted, &going, &phase("Failed"), &phase("Succeeded")]);
        assert_eq!(count, PodCount { ready: 1, total: 2, restarts: 5 });
    }
}
