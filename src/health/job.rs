//! Jobs (conditions as in `batch/v1` of Kubernetes 1.36).

use super::context::Context;
use super::live::{Condition, Live};
use super::verdict::{Verdict, plural};

/// Ready when complete, failed when it failed or is about to. Merely started
/// isn't ready (kstatus says it is): what comes after a Job needs its result.
/// A suspended Job is ready and says so.
pub(super) fn judge(live: Live<'_>, _: &Context<'_>) -> Verdict {
    let holds = |kind: &str| live.condition(kind).filter(Condition::is_true);
    let succeeded = live.count("/status/succeeded");
    // A finished Job never changes again, so a failure from before our own
    // write counts like a new one.
    if let Some(failed) = holds("Failed").or_else(|| holds("FailureTarget")) {
        return Verdict::failed(failed.reason_or_kind(), failed.text());
    }
    if holds("Complete").is_some() {
        return Verdict::ready(format!("complete: {} succeeded", plural(succeeded, "pod")));
    }
    if live.flag("/spec/suspend") {
        return Verdict::ready_but("Suspended", "suspended: it doesn't run until it's resumed");
    }
    let active = live.count("/status/active");
    if live.at("/status/startTime").is_none() {
        return Verdict::progressing("NotStarted", "not started yet");
    }
    let completions = live.integer("/spec/completions").map(|wanted| format!(" of {wanted}"));
    let message = format!(
        "{succeeded}{} succeeded, {active} active, {} failed",
        completions.unwrap_or_default(),
        live.count("/status/failed"),
    );
    Verdict::progressing("Running", message)
}

#[cfg(test)]
mod tests {
    use crate::health::fixtures::{assert_verdicts, object};
    use crate::json::{Value, json};

    fn job(spec: Value, status: Value) -> Value {
        object("batch/v1", "Job", spec, status)
    }

    fn condition(kind: &str, reason: &str, message: &str) -> Value {
        json!({"type": kind, "status": "True", "reason": reason, "message": message,
               "lastProbeTime": "2026-03-01T11:30:00Z", "lastTransitionTime": "2026-03-01T11:30:00Z"})
    }

    #[test]
    fn a_job_is_ready_when_it_is_complete() {
        let spec = || json!({"completions": 2, "parallelism": 1, "backoffLimit": 6, "suspend": false});
        let started = "2026-03-01T11:29:00Z";
        let limit = "Job has reached the specified backoff limit";
        assert_verdicts([
            ("just created", job(spec(), json!({})), "progressing NotStarted: not started yet"),
            (
                "started",
                job(spec(), json!({"startTime": started, "active": 1, "ready": 1})),
                "progressing Running: 0 of 2 succeeded, 1 active, 0 failed",
            ),
            (
                "half done",
                job(spec(), json!({"startTime": started, "active": 1, "succeeded": 1, "failed": 2})),
                "progressing Running: 1 of 2 succeeded, 1 active, 2 failed",
            ),
            (
                "as many as it takes (a work queue)",
                job(json!({"parallelism": 3}), json!({"startTime": started, "active": 3})),
                "progressing Running: 0 succeeded, 3 active, 0 failed",
            ),
            (
                "about to be complete",
                job(
                    spec(),
                    json!({"startTime": started, "succeeded": 2, "conditions": [
                        condition("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods"),
                    ]}),
                ),
                "progressing Running: 2 of 2 succeeded, 0 active, 0 failed",
            ),
            (
                "complete",
                job(
                    spec(),
                    json!({"startTime": started, "succeeded": 2, "completionTime": started, "conditions": [
                        condition("SuccessCriteriaMet", "CompletionsReached", "Reached expected number of succeeded pods"),
                        condition("Complete", "CompletionsReached", "Reached expected number of succeeded pods"),
                    ]}),
                ),
                "ready: complete: 2 pods succeeded",
            ),
            (
                "about to fail",
                job(
                    spec(),
                    json!({"startTime": started, "active": 1, "failed": 7, "conditions": [
                        condition("FailureTarget", "BackoffLimitExceeded", limit),
                    ]}),
                ),
                "failed BackoffLimitExceeded: Job has reached the specified backoff limit",
            ),
            (
                "past its deadline",
                job(
                    spec(),
                    json!({"startTime": started, "failed": 1, "conditions": [
                        condition("FailureTarget", "DeadlineExceeded", "Job was active longer than specified deadline"),
                        condition("Failed", "DeadlineExceeded", "Job was active longer than specified deadline"),
                    ]}),
                ),
                "failed DeadlineExceeded: Job was active longer than specified deadline",
            ),
            (
                "suspended",
                job(
                    json!({"suspend": true}),
                    json!({"conditions": [condition("Suspended", "JobSuspended", "Job suspended")]}),
                ),
                "ready Suspended: suspended: it doesn't run until it's resumed",
            ),
            (
                "resumed, which the condition doesn't say yet",
                job(spec(), json!({"conditions": [condition("Suspended", "JobSuspended", "Job suspended")]})),
                "progressing NotStarted: not started yet",
            ),
        ]);
    }
}
