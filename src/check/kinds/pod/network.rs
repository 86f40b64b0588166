//! DNS and the pod's view of hosts (`validateDNSPolicy`,
//! `validatePodDNSConfig`, `ValidateHostAliases`).

use crate::check::kinds::address;
use crate::check::kinds::report::Report;
use crate::check::place::Place;
use crate::object::names;

const MOST_SERVERS: usize = 3;
const MOST_SEARCHES: usize = 32;

/// What the pod's `spec` says about it.
pub(super) fn check(spec: &Place<'_>, report: &mut Report<'_>) {
    let (policy, config) = (spec.field("dnsPolicy"), spec.field("dnsConfig"));
    report.one_of(&policy, &["ClusterFirstWithHostNet", "ClusterFirst", "Default", "None"]);
    let (servers, searches) = (config.field("nameservers"), config.field("searches"));
    if policy.is("None") && servers.is_empty() {
        report.error(&servers, "missing-field", "is empty, but dnsPolicy: None needs at least one");
    }
    at_most(&servers, MOST_SERVERS, report);
    at_most(&searches, MOST_SEARCHES, report);
    for server in servers.items() {
        address::address(&server, report);
    }
    for search in searches.items() {
        if let Some(text) = search.text().filter(|text| *text != ".") {
            report.judged(&search, text, search_domain);
        }
    }
    for option in config.field("options").items() {
        report.required(&option.field("name"));
    }
    for alias in spec.field("hostAliases").items() {
        address::address(&alias.field("ip"), report);
        for name in alias.field("hostnames").items() {
            report.named(&name, names::subdomain);
        }
    }
    if spec.field("hostNetwork").is_true() {
        same_ports(spec, report);
    }
}

/// Underscores are allowed since 1.34, and an ending dot.
fn search_domain(text: &str) -> Result<(), names::Misnamed> {
    let plain = text.strip_suffix('.').unwrap_or(text).replace('_', "a");
    names::subdomain(&plain)
}

fn at_most(list: &Place<'_>, most: usize, report: &mut Report<'_>) {
    let count = list.items().count();
    if count > most {
        report.error(list, "out-of-range", format!("has {count} entries, but at most {most} are allowed"));
    }
}

/// `validatePodHostNetworkDeps`.
fn same_ports(spec: &Place<'_>, report: &mut Report<'_>) {
    for container in spec.field("containers").items() {
        for port in container.field("ports").items() {
            let host = port.field("hostPort");
            let numbers = host.number().zip(port.field("containerPort").number());
            if let Some((_, inner)) = numbers.filter(|(outer, inner)| *outer != 0 && outer != inner) {
                report.error(
                    &host,
                    "conflicting-fields",
                    format!("must be the containerPort, {inner}, with hostNetwork"),
                );
            }
        }
    }
}
