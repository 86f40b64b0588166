//! Ingresses.

use super::address;
use super::context::Context;
use super::live::Live;
use super::verdict::Verdict;

/// Ready when it has an address. Many controllers never write one, and the
/// object doesn't tell which it has, so after a while it's ready without; and
/// at once where no class is set and so no controller serves it.
pub(super) fn judge(live: Live<'_>, context: &Context<'_>) -> Verdict {
    if let Some(address) = address::of_load_balancer(live).next() {
        return Verdict::ready(format!("reachable at {address}"));
    }
    let has_class = live.text("/spec/ingressClassName").is_some()
        || live.annotation("kubernetes.io/ingress.class").is_some();
    if !has_class {
        return Verdict::ready_but("NoClass", "no ingress class is set");
    }
    if context.is_over(context.patience.controller, live.created()) {
        return Verdict::ready_but("NoAddress", "its controller has published no address");
    }
    Verdict::progressing("AddressPending", "no address yet")
}

#[cfg(test)]
mod tests {
    use crate::health::fixtures::{assert_verdicts, object};
    use crate::json::{Value, json};

    fn ingress(spec: Value, status: Value, created: &str) -> Value {
        let mut ingress = object("networking.k8s.io/v1", "Ingress", spec, json!({"loadBalancer": status}));
        ingress["metadata"]["creationTimestamp"] = json!(created);
        ingress
    }

    #[test]
    fn an_ingress_is_given_a_while_for_its_address() {
        let (old, young) = ("2026-03-01T11:59:00Z", "2026-03-01T11:59:50Z");
        let class = || json!({"ingressClassName": "nginx"});
        let mut annotated = ingress(json!({}), json!({}), young);
        annotated["metadata"]["annotations"] = json!({"kubernetes.io/ingress.class": "nginx"});
        assert_verdicts([
            (
                "with an address",
                ingress(class(), json!({"ingress": [{"hostname": "lb.example"}]}), young),
                "ready: reachable at lb.example",
            ),
            ("young", ingress(class(), json!({}), young), "progressing AddressPending: no address yet"),
            (
                "young, with its class as an annotation",
                annotated,
                "progressing AddressPending: no address yet",
            ),
            (
                "its controller writes none",
                ingress(class(), json!({}), old),
                "ready NoAddress: its controller has published no address",
            ),
            ("no class", ingress(json!({}), json!({}), young), "ready NoClass: no ingress class is set"),
        ]);
    }
}
