//! `CustomResourceDefinitions`.

use super::context::Context;
use super::live::Live;
use super::verdict::Verdict;

/// Ready when established: only then does the API server take its objects.
/// Failed when its names clash with another's, or when it can't be
/// established for another reason than that it is being installed.
pub(super) fn judge(live: Live<'_>, context: &Context<'_>) -> Verdict {
    let failed = |kind: &str| {
        live.condition(kind).filter(|condition| {
            condition.is_false()
                && condition.reason != "Installing"
                && context.counts(live, condition, context.patience.controller)
        })
    };
    if let Some(condition) = failed("NamesAccepted").or_else(|| failed("Established")) {
        return Verdict::failed(condition.reason_or_kind(), condition.text());
    }
    match live.condition("Established") {
        Some(condition) if condition.is_true() => Verdict::ready("established"),
        _ => Verdict::progressing("Installing", "not established yet"),
    }
}

#[cfg(test)]
mod tests {
    use crate::health::fixtures::{NOW, assert_verdicts, object, time, told};
    use crate::health::{Baseline, judge_since};
    use crate::json::{Value, json};

    fn definition(conditions: Value) -> Value {
        object(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            json!({"group": "example.com"}),
            json!({"conditions": conditions}),
        )
    }

    fn condition(kind: &str, status: &str, reason: &str, message: &str) -> Value {
        json!({"type": kind, "status": status, "reason": reason, "message": message,
               "lastTransitionTime": "2026-03-01T11:00:00Z"})
    }

    fn clash() -> Value {
        definition(json!([
            condition("NamesAccepted", "False", "KindConflict", "\"Toy\" is already in use"),
            condition("Established", "False", "NotAccepted", "not all names are accepted"),
        ]))
    }

    #[test]
    fn a_definition_is_ready_when_established() {
        let accepted = || condition("NamesAccepted", "True", "NoConflicts", "no conflicts found");
        let names = "the initial names have been accepted";
        assert_verdicts([
            ("just created", definition(json!([])), "progressing Installing: not established yet"),
            (
                "being installed",
                definition(json!([accepted(), condition("Established", "False", "Installing", names)])),
                "progressing Installing: not established yet",
            ),
            (
                "established",
                definition(json!([
                    accepted(),
                    condition("Established", "True", "InitialNamesAccepted", names)
                ])),
                "ready: established",
            ),
            ("its names clash", clash(), "failed KindConflict: \"Toy\" is already in use"),
            (
                "an established one whose new names clash",
                definition(json!([
                    condition("NamesAccepted", "False", "PluralConflict", "\"toys\" is already in use"),
                    condition("Established", "True", "InitialNamesAccepted", names),
                ])),
                "failed PluralConflict: \"toys\" is already in use",
            ),
            (
                "not established for another reason",
                definition(json!([accepted(), condition("Established", "False", "Broken", "it's broken")])),
                "failed Broken: it's broken",
            ),
        ]);
    }

    #[test]
    fn a_clash_from_before_a_fix_does_not_count_at_once() {
        let baseline = Baseline::of(&clash());
        let verdict = judge_since(&clash(), Some(&baseline), time(NOW));
        assert_eq!(told(&verdict), "progressing Installing: not established yet");
    }
}
