//! Services.

use super::address;
use super::context::Context;
use super::live::Live;
use super::verdict::Verdict;

/// Ready unless it is a load balancer that has no address yet. kstatus is content
/// with a cluster address, which every Service has at once: without one it isn't
/// from an API server.
pub(super) fn judge(live: Live<'_>, _: &Context<'_>) -> Verdict {
    if live.text("/spec/type") != Some("LoadBalancer") {
        return Verdict::ready("");
    }
    if live.text("/spec/clusterIP").is_none() {
        return Verdict::progressing("AddressPending", "it has no cluster address yet");
    }
    match address::of_load_balancer(live).next() {
        Some(address) => Verdict::ready(format!("reachable at {address}")),
        None => Verdict::progressing("AddressPending", "the load balancer has no address yet"),
    }
}

#[cfg(test)]
mod tests {
    use crate::health::fixtures::{assert_verdicts, object};
    use crate::json::{Value, json};

    fn service(kind: &str, ingress: Value) -> Value {
        let spec = json!({"type": kind, "clusterIP": "10.96.0.10"});
        object("v1", "Service", spec, json!({"loadBalancer": ingress}))
    }

    #[test]
    fn only_a_load_balancer_is_waited_for() {
        let address = |key: &str, value: &str| json!({"ingress": [{key: value}]});
        assert_verdicts([
            ("inside", service("ClusterIP", json!({})), "ready"),
            ("by a port of the nodes", service("NodePort", json!({})), "ready"),
            ("an alias", service("ExternalName", json!({})), "ready"),
            (
                "a load balancer",
                service("LoadBalancer", json!({})),
                "progressing AddressPending: the load balancer has no address yet",
            ),
            (
                "one with an address",
                service("LoadBalancer", address("ip", "203.0.113.7")),
                "ready: reachable at 203.0.113.7",
            ),
            (
                "one with a name",
                service("LoadBalancer", address("hostname", "lb.example")),
                "ready: reachable at lb.example",
            ),
            (
                "one from nowhere",
                object(
                    "v1",
                    "Service",
                    json!({"type": "LoadBalancer"}),
                    json!({"loadBalancer": address("ip", "1.1.1.1")}),
                ),
                "progressing AddressPending: it has no cluster address yet",
            ),
        ]);
    }
}
