//! Gateway API: each condition counts only for the generation that it
//! observed, and routes have conditions for each parent.

use super::context::Context;
use super::live::{Condition, Live};
use super::verdict::Verdict;

/// Ready when accepted and programmed.
pub(super) fn judge_gateway(live: Live<'_>, _: &Context<'_>) -> Verdict {
    let conditions: Vec<_> = live.conditions().collect();
    lacking(live, &conditions, &["Accepted", "Programmed"]).unwrap_or_else(|| Verdict::ready("programmed"))
}

/// Ready when its controller accepted it.
pub(super) fn judge_gateway_class(live: Live<'_>, _: &Context<'_>) -> Verdict {
    let conditions: Vec<_> = live.conditions().collect();
    lacking(live, &conditions, &["Accepted"]).unwrap_or_else(|| Verdict::ready("accepted"))
}

/// Routes: ready when every parent accepted it with all its references found.
pub(super) fn judge_route(live: Live<'_>, _: &Context<'_>) -> Verdict {
    let mut parents = live.items("/status/parents").peekable();
    if parents.peek().is_none() {
        return Verdict::progressing("NotObserved", "no parent has taken it up yet");
    }
    parents.find_map(|parent| lacking_of_parent(live, parent)).unwrap_or_else(|| Verdict::ready("accepted"))
}

fn lacking_of_parent(live: Live<'_>, parent: Live<'_>) -> Option<Verdict> {
    let conditions: Vec<_> = parent.items("/conditions").filter_map(Condition::read).collect();
    let lacking = lacking(live, &conditions, &["Accepted", "ResolvedRefs"])?;
    let name = parent.text("/parentRef/name").unwrap_or("a parent");
    Some(Verdict { message: format!("{name}: {}", lacking.message), ..lacking })
}

/// The first of the wanted conditions that isn't true for the generation as
/// it is now.
fn lacking(live: Live<'_>, conditions: &[Condition<'_>], wanted: &[&str]) -> Option<Verdict> {
    wanted.iter().find_map(|kind| match conditions.iter().find(|condition| condition.kind == *kind) {
        Some(condition) if condition.is_older_than(live) => Some(condition.not_observed()),
        Some(condition) if condition.is_true() => None,
        Some(condition) => Some(condition.not_true()),
        None => Some(Verdict::progressing("NotObserved", format!("{kind} isn't told yet"))),
    })
}

#[cfg(test)]
mod tests {
    use crate::health::fixtures::{assert_verdicts, object};
    use crate::json::{Value, json};

    fn condition(kind: &str, status: &str, generation: i64) -> Value {
        json!({"type": kind, "status": status, "reason": "Because", "message": "it is so",
               "observedGeneration": generation})
    }

    fn gateway(conditions: Value) -> Value {
        object("gateway.networking.k8s.io/v1", "Gateway", json!({}), json!({"conditions": conditions}))
    }

    fn route(parents: Value) -> Value {
        object("gateway.networking.k8s.io/v1", "HTTPRoute", json!({}), json!({"parents": parents}))
    }

    fn parent(name: &str, accepted: &str, resolved: &str, generation: i64) -> Value {
        json!({"parentRef": {"name": name}, "controllerName": "example.com/gateway", "conditions": [
            condition("Accepted", accepted, generation), condition("ResolvedRefs", resolved, generation),
        ]})
    }

    #[test]
    fn gateways_are_ready_when_programmed() {
        assert_verdicts([
            ("no status", gateway(json!([])), "progressing NotObserved: Accepted isn't told yet"),
            (
                "accepted",
                gateway(json!([condition("Accepted", "True", 3), condition("Programmed", "False", 3)])),
                "progressing Because: it is so",
            ),
            (
                "programmed before the change",
                gateway(json!([condition("Accepted", "True", 2), condition("Programmed", "True", 2)])),
                "progressing NotObserved: Accepted is from before the last change",
            ),
            (
                "programmed",
                gateway(json!([condition("Accepted", "True", 3), condition("Programmed", "True", 3)])),
                "ready: programmed",
            ),
        ]);
    }

    #[test]
    fn routes_are_ready_when_every_parent_accepts_them() {
        assert_verdicts([
            ("no parent", route(json!([])), "progressing NotObserved: no parent has taken it up yet"),
            ("accepted", route(json!([parent("front", "True", "True", 3)])), "ready: accepted"),
            (
                "by one of two",
                route(json!([parent("front", "True", "True", 3), parent("back", "False", "True", 3)])),
                "progressing Because: back: it is so",
            ),
            (
                "its Service is missing",
                route(json!([parent("front", "True", "False", 3)])),
                "progressing Because: front: it is so",
            ),
            (
                "accepted before the change",
                route(json!([parent("front", "True", "True", 2)])),
                "progressing NotObserved: front: Accepted is from before the last change",
            ),
        ]);
    }
}
