//! The built-in cluster-scoped kinds that have a state: Namespaces,
//! `PersistentVolumes`, `APIServices`.

use super::context::Context;
use super::live::Live;
use super::verdict::Verdict;

/// Ready when active.
pub(super) fn judge_namespace(live: Live<'_>, _: &Context<'_>) -> Verdict {
    match live.text("/status/phase") {
        Some("Active") => Verdict::ready("active"),
        Some("Terminating") => Verdict::deleting("being deleted with everything in it"),
        _ => Verdict::progressing("NotActive", "not active yet"),
    }
}

/// Ready unless it's pending, or its reclamation failed.
pub(super) fn judge_persistent_volume(live: Live<'_>, _: &Context<'_>) -> Verdict {
    match live.text("/status/phase") {
        Some("Failed") => {
            let message = live.text("/status/message").unwrap_or("its reclamation failed");
            Verdict::failed(live.text("/status/reason").unwrap_or("Failed"), message)
        }
        Some(phase @ ("Available" | "Bound" | "Released")) => Verdict::ready(phase.to_lowercase()),
        _ => Verdict::progressing("Pending", "not available yet"),
    }
}

/// Ready when the API server reaches what serves it.
pub(super) fn judge_api_service(live: Live<'_>, _: &Context<'_>) -> Verdict {
    match live.condition("Available") {
        Some(condition) if condition.is_true() => Verdict::ready("available"),
        Some(condition) => condition.not_true(),
        None => Verdict::progressing("NotAvailable", "not available yet"),
    }
}

#[cfg(test)]
mod tests {
    use crate::health::fixtures::{assert_verdicts, object};
    use crate::json::{Value, json};

    fn phase(kind: &str, phase: &str) -> Value {
        object("v1", kind, json!({}), json!({"phase": phase}))
    }

    #[test]
    fn namespaces_are_ready_when_active() {
        assert_verdicts([
            ("active", phase("Namespace", "Active"), "ready: active"),
            (
                "going, by its phase",
                phase("Namespace", "Terminating"),
                "deleting Deleting: being deleted with everything in it",
            ),
            (
                "no status",
                object("v1", "Namespace", json!({}), json!(null)),
                "progressing NotActive: not active yet",
            ),
        ]);
    }

    #[test]
    fn volumes_are_ready_unless_pending_or_failed() {
        assert_verdicts([
            ("free", phase("PersistentVolume", "Available"), "ready: available"),
            ("in use", phase("PersistentVolume", "Bound"), "ready: bound"),
            ("left", phase("PersistentVolume", "Released"), "ready: released"),
            ("pending", phase("PersistentVolume", "Pending"), "progressing Pending: not available yet"),
            ("failed", phase("PersistentVolume", "Failed"), "failed Failed: its reclamation failed"),
        ]);
    }

    #[test]
    fn api_services_are_ready_when_available() {
        let of = |conditions: Value| {
            object("apiregistration.k8s.io/v1", "APIService", json!({}), json!({"conditions": conditions}))
        };
        assert_verdicts([
            ("just created", of(json!([])), "progressing NotAvailable: not available yet"),
            (
                "no pod behind it",
                of(json!([{"type": "Available", "status": "False", "reason": "MissingEndpoints",
                           "message": "endpoints for service/metrics in \"kube-system\" have no addresses"}])),
                "progressing MissingEndpoints: endpoints for service/metrics in \"kube-system\" have no addresses",
            ),
            (
                "served by the API server itself",
                of(json!([{"type": "Available", "status": "True", "reason": "Local"}])),
                "ready: available",
            ),
        ]);
    }
}
