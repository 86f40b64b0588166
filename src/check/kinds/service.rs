//! Services: `validateService` of `pkg/apis/core/validation`
//! (Kubernetes 1.36).

use std::collections::HashSet;
use std::net::IpAddr;

use super::report::Report;
use super::{address, labels, ports};
use crate::check::place::Place;
use crate::object::names;

/// Longest time that a client stays with its pod, in seconds: a day.
const LONGEST_AFFINITY: i64 = 86_400;

/// A `Service`.
pub(super) fn check(spec: &Place<'_>, report: &mut Report<'_>) {
    let kind = spec.field("type");
    report.one_of(&kind, &["ExternalName", "ClusterIP", "NodePort", "LoadBalancer"]);
    labels::labels(&spec.field("selector"), report);
    match kind.text().unwrap_or("ClusterIP") {
        "ExternalName" => external(spec, report),
        kind => internal(spec, kind, report),
    }
    port_list(spec, kind.text().unwrap_or("ClusterIP"), report);
    affinity(spec, report);
    only_for(spec, kind.text().unwrap_or("ClusterIP"), report);
    for at in spec.field("externalIPs").items() {
        external_address(&at, report);
    }
    report.one_of(&spec.field("internalTrafficPolicy"), &["Cluster", "Local"]);
    report.one_of(&spec.field("ipFamilyPolicy"), &["SingleStack", "PreferDualStack", "RequireDualStack"]);
    report.one_of(&spec.field("trafficDistribution"), &["PreferClose", "PreferSameZone", "PreferSameNode"]);
    for family in spec.field("ipFamilies").items() {
        report.one_of(&family, &["IPv4", "IPv6"]);
    }
}

fn external(spec: &Place<'_>, report: &mut Report<'_>) {
    let (name, cluster) = (spec.field("externalName"), spec.field("clusterIP"));
    if report.required(&name)
        && let Some(text) = name.text()
    {
        report.judged(&name, text.strip_suffix('.').unwrap_or(text), names::subdomain);
    }
    if !cluster.is_empty() {
        report.error(&cluster, "conflicting-fields", "can't be there with type: ExternalName");
    }
}

fn internal(spec: &Place<'_>, kind: &str, report: &mut Report<'_>) {
    let (cluster, ports) = (spec.field("clusterIP"), spec.field("ports"));
    let is_headless = cluster.is("None");
    if is_headless && kind != "ClusterIP" {
        report.error(&cluster, "conflicting-fields", format!("can't be None with type: {kind}"));
    }
    if cluster.text().is_some_and(|text| text != "None") {
        address::address(&cluster, report);
    }
    if !is_headless && ports.is_empty() {
        report.error_with_hint(
            &ports,
            "missing-field",
            "needs at least one port",
            "only clusterIP: None and type: ExternalName go without",
        );
    }
}

fn port_list(spec: &Place<'_>, kind: &str, report: &mut Report<'_>) {
    let list = spec.field("ports");
    let are_several = list.items().count() > 1;
    let (mut names, mut numbers, mut node_ports) = (HashSet::new(), HashSet::new(), HashSet::new());
    for port in list.items() {
        let (name, number, node) = (port.field("name"), port.field("port"), port.field("nodePort"));
        let protocol = port.field("protocol").text().unwrap_or("TCP");
        one_port(&port, report);
        if are_several && name.is_empty() {
            report.error(&name, "missing-field", "is missing: with several ports each needs a name");
        }
        if let Some(text) = name.text().filter(|text| !names.insert(*text)) {
            report.error(&name, "duplicate", format!("{text:?} is the name of another port too"));
        }
        if let Some(value) = number.number().filter(|value| !numbers.insert((protocol, *value))) {
            report.error(&number, "duplicate", format!("{value} is there twice for {protocol}"));
        }
        let Some(value) = node.number().filter(|value| *value != 0) else { continue };
        if matches!(kind, "ClusterIP" | "ExternalName") {
            report.error(&node, "conflicting-fields", format!("can't be there with type: {kind}"));
        } else if !node_ports.insert((protocol, value)) {
            report.error(&node, "duplicate", format!("{value} is there twice for {protocol}"));
        }
    }
}

/// `validateServicePort`.
fn one_port(port: &Place<'_>, report: &mut Report<'_>) {
    let target = port.field("targetPort");
    report.named(&port.field("name"), names::label);
    report.within(&port.field("port"), 1, 65535);
    report.one_of(&port.field("protocol"), &["TCP", "UDP", "SCTP"]);
    report.named(&port.field("appProtocol"), names::label_key);
    if target.number() != Some(0) {
        ports::number_or_name(&target, report);
    }
}

fn affinity(spec: &Place<'_>, report: &mut Report<'_>) {
    let affinity = spec.field("sessionAffinity");
    report.one_of(&affinity, &["ClientIP", "None"]);
    if affinity.is("ClientIP") {
        let timeout = spec.down(&["sessionAffinityConfig", "clientIP", "timeoutSeconds"]);
        report.within(&timeout, 1, LONGEST_AFFINITY);
    }
}

/// Fields that only some types of services have.
fn only_for(spec: &Place<'_>, kind: &str, report: &mut Report<'_>) {
    let is_balanced = kind == "LoadBalancer";
    for field in ["loadBalancerClass", "allocateLoadBalancerNodePorts"] {
        if spec.field(field).is_set() && !is_balanced {
            report.error(
                &spec.field(field),
                "conflicting-fields",
                "can only be there with type: LoadBalancer",
            );
        }
    }
    let ranges = spec.field("loadBalancerSourceRanges");
    if !ranges.is_empty() && !is_balanced {
        report.error(&ranges, "conflicting-fields", "can only be there with type: LoadBalancer");
    }
    for range in ranges.items() {
        address::range(&range, report);
    }
    let traffic = spec.field("externalTrafficPolicy");
    let is_reached =
        is_balanced || kind == "NodePort" || (kind == "ClusterIP" && !spec.field("externalIPs").is_empty());
    if is_reached {
        report.one_of(&traffic, &["Cluster", "Local"]);
    } else if !traffic.is_empty() {
        report.error(
            &traffic,
            "conflicting-fields",
            "can only be there where the service is reached from outside",
        );
    }
    let health = spec.field("healthCheckNodePort");
    report.within(&health, 0, 65535);
    if health.number().is_some_and(|port| port != 0) && !(is_balanced && traffic.is("Local")) {
        let message = "can only be there with type: LoadBalancer and externalTrafficPolicy: Local";
        report.error(&health, "conflicting-fields", message);
    }
}

/// `ValidateNonSpecialIP`.
fn external_address(at: &Place<'_>, report: &mut Report<'_>) {
    address::address(at, report);
    let is_special = |address: IpAddr| {
        let is_link_local = match address {
            IpAddr::V4(address) => address.is_link_local(),
            IpAddr::V6(address) => address.is_unicast_link_local(),
        };
        address.is_unspecified() || address.is_loopback() || is_link_local
    };
    if let Some(text) = at.text().filter(|text| address::parse(text).is_some_and(is_special)) {
        report.error(at, "malformed-address", format!("{text} can't be reached from outside"));
    }
}
