//! Where an object can be reached, for people.

use super::live::Live;
use crate::json::Value;

/// The addresses that an object names: a load balancer's, an Ingress's or
/// route's host names first and then where they are served, a Gateway's. In the
/// object's order, each once; empty for whatever has none.
pub fn addresses(object: &Value) -> Vec<String> {
    let live = Live(object);
    let Some(kind) = live.kind() else { return Vec::new() };
    let found: Vec<&str> = match (kind.group.as_str(), kind.kind.as_str()) {
        ("", "Service") => of_load_balancer(live).chain(texts(live, "/spec/externalIPs")).collect(),
        ("networking.k8s.io", "Ingress") => {
            let hosts = live.items("/spec/rules").filter_map(|rule| rule.text("/host"));
            hosts.chain(of_load_balancer(live)).collect()
        }
        ("gateway.networking.k8s.io", "Gateway") => {
            live.items("/status/addresses").filter_map(|address| address.text("/value")).collect()
        }
        ("gateway.networking.k8s.io", _) => texts(live, "/spec/hostnames").collect(),
        _ => Vec::new(),
    };
    once_each(&found)
}

/// The addresses in `status.loadBalancer`, host name before IP.
pub(super) fn of_load_balancer(live: Live<'_>) -> impl Iterator<Item = &str> {
    live.items("/status/loadBalancer/ingress")
        .filter_map(|ingress| ingress.text("/hostname").or_else(|| ingress.text("/ip")))
}

fn texts<'a>(live: Live<'a>, pointer: &str) -> impl Iterator<Item = &'a str> {
    live.items(pointer).filter_map(|item| item.0.as_str())
}

fn once_each(found: &[&str]) -> Vec<String> {
    let first = |(position, address): &(usize, &&str)| !found[..*position].contains(address);
    found.iter().enumerate().filter(first).map(|(_, address)| (*address).to_owned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::fixtures::object;
    use crate::json::json;

    #[test]
    fn objects_name_their_addresses_each_once() {
        let balancer =
            json!({"loadBalancer": {"ingress": [{"ip": "203.0.113.7"}, {"hostname": "lb.example"}]}});
        let table = [
            (
                object(
                    "v1",
                    "Service",
                    json!({"type": "LoadBalancer", "externalIPs": ["203.0.113.7"]}),
                    balancer.clone(),
                ),
                vec!["203.0.113.7", "lb.example"],
            ),
            (
                object(
                    "networking.k8s.io/v1",
                    "Ingress",
                    json!({"rules": [{"host": "shop.example"}, {"host": "shop.example"}, {"http": {}}]}),
                    balancer,
                ),
                vec!["shop.example", "203.0.113.7", "lb.example"],
            ),
            (
                object(
                    "gateway.networking.k8s.io/v1",
                    "Gateway",
                    json!({}),
                    json!({"addresses": [{"type": "IPAddress", "value": "203.0.113.8"}]}),
                ),
                vec!["203.0.113.8"],
            ),
            (
                object(
                    "gateway.networking.k8s.io/v1",
                    "HTTPRoute",
                    json!({"hostnames": ["shop.example"]}),
                    json!({}),
                ),
                vec!["shop.example"],
            ),
            (
                object("v1", "Service", json!({"type": "ClusterIP", "clusterIP": "10.96.0.1"}), json!({})),
                vec![],
            ),
            (
                object("example.com/v1", "Ingress", json!({"rules": [{"host": "a.example"}]}), json!({})),
                vec![],
            ),
        ];
        for (object, expected) in table {
            assert_eq!(addresses(&object), expected, "{object}");
        }
    }
}
