//! Kinds without a rule of their own: by the conditions that their controllers
//! commonly write.

use super::context::Context;
use super::live::{Condition, Live};
use super::verdict::Verdict;

/// Conditions that say, while they aren't true, that an object isn't there
/// yet. kstatus knows `Ready` alone, and with that calls most objects of public
/// CRDs that aren't ready, ready.
const TELLING: [&str; 7] =
    ["Ready", "Available", "Synced", "Healthy", "Programmed", "Established", "Succeeded"];

/// Ready when every telling condition is true, or when there is none; but a
/// custom resource whose controller has yet to write a status is given time.
pub(super) fn judge(live: Live<'_>, context: &Context<'_>) -> Verdict {
    if let Some(verdict) = without_status(live, context) {
        return verdict;
    }
    TELLING
        .iter()
        .filter_map(|kind| live.condition(kind))
        .find_map(|condition| not_told_or_not_true(live, &condition))
        .unwrap_or_else(|| Verdict::ready(live.condition("Ready").map_or("", |ready| ready.message)))
}

/// A condition that speaks of an older generation says nothing. Where the
/// status as a whole says what it observed, that is believed instead: some
/// controllers leave a condition's own figure behind.
fn not_told_or_not_true(live: Live<'_>, condition: &Condition<'_>) -> Option<Verdict> {
    if live.at("/status/observedGeneration").is_none() && condition.is_older_than(live) {
        return Some(condition.not_observed());
    }
    (!condition.is_true()).then(|| condition.not_true())
}

fn without_status(live: Live<'_>, context: &Context<'_>) -> Option<Verdict> {
    let is_written =
        live.at("/status").and_then(|status| status.as_object()).is_some_and(|it| !it.is_empty());
    if is_written || !context.expects_status {
        return None;
    }
    let verdict = if context.is_over(context.patience.controller, live.created()) {
        Verdict::ready_but("NoStatus", "no controller has written a status")
    } else {
        Verdict::progressing("NoStatus", "no controller has written a status yet")
    };
    Some(verdict)
}

#[cfg(test)]
mod tests {
    use crate::health::fixtures::{NOW, assert_verdicts, object, time, told};
    use crate::health::{Baseline, Context, judge_in, judge_since};
    use crate::json::{Value, json};

    fn custom(status: Value) -> Value {
        object("example.com/v1", "Database", json!({}), status)
    }

    fn condition(kind: &str, status: &str) -> Value {
        json!({"type": kind, "status": status, "reason": "Because", "message": "it is so"})
    }

    #[test]
    fn telling_conditions_decide() {
        let with = |conditions: Value| custom(json!({"conditions": conditions}));
        assert_verdicts([
            ("no status at all", custom(json!(null)), "ready"),
            ("conditions that tell nothing", with(json!([condition("Degraded", "False")])), "ready"),
            ("ready", with(json!([condition("Ready", "True")])), "ready: it is so"),
            ("not ready", with(json!([condition("Ready", "False")])), "progressing Because: it is so"),
            ("not known", with(json!([condition("Ready", "Unknown")])), "progressing Because: it is so"),
            (
                "ready, but the last change isn't taken over",
                with(json!([condition("Ready", "True"), condition("Synced", "False")])),
                "progressing Because: it is so",
            ),
            ("not healthy", with(json!([condition("Healthy", "False")])), "progressing Because: it is so"),
            (
                "still running",
                with(json!([condition("Succeeded", "Unknown")])),
                "progressing Because: it is so",
            ),
            (
                "reconciling comes first",
                with(json!([condition("Ready", "True"), condition("Reconciling", "True")])),
                "progressing Because: it is so",
            ),
            (
                "stalled comes before ready",
                with(json!([condition("Ready", "True"), condition("Stalled", "True")])),
                "failed Because: it is so",
            ),
        ]);
    }

    #[test]
    fn a_condition_counts_for_the_generation_that_it_observed() {
        let mut old = condition("Ready", "True");
        old["observedGeneration"] = json!(2);
        assert_verdicts([
            (
                "from before the change",
                custom(json!({"conditions": [old]})),
                "progressing NotObserved: Ready is from before the last change",
            ),
            (
                "the status as a whole is newer",
                custom(json!({"observedGeneration": 3, "conditions": [old]})),
                "ready: it is so",
            ),
            (
                "the status as a whole is older",
                custom(json!({"observedGeneration": 2, "conditions": [condition("Ready", "True")]})),
                "progressing NotObserved: its controller hasn't seen the last change yet",
            ),
        ]);
    }

    #[test]
    fn a_controller_gets_time_to_write_a_status_where_one_is_expected() {
        let judged = |now: &str, status: Value| {
            let context = Context { expects_status: true, ..Context::at(time(now)) };
            told(&judge_in(&custom(status), &context))
        };
        assert_eq!(
            judged("2026-03-01T11:00:29Z", json!({})),
            "progressing NoStatus: no controller has written a status yet"
        );
        assert_eq!(
            judged("2026-03-01T11:00:30Z", json!(null)),
            "ready NoStatus: no controller has written a status"
        );
        assert_eq!(judged("2026-03-01T11:00:01Z", json!({"phase": "Up"})), "ready");
    }

    #[test]
    fn what_stalled_before_our_write_is_given_time() {
        let object = custom(json!({"conditions": [condition("Stalled", "True")]}));
        let baseline = Baseline::of(&object);
        assert_eq!(
            told(&judge_since(&object, Some(&baseline), time(NOW))),
            "progressing Because: still as before the change: it is so"
        );
    }
}
