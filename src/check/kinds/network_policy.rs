//! Network policies: `pkg/apis/networking/validation` (Kubernetes 1.36).

use super::address::{self, Range};
use super::labels;
use super::report::Report;
use crate::check::place::Place;
use crate::object::names;

/// A `NetworkPolicy`.
pub(super) fn check(spec: &Place<'_>, report: &mut Report<'_>) {
    labels::selector(&spec.field("podSelector"), report);
    for (direction, peers) in [("ingress", "from"), ("egress", "to")] {
        for rule in spec.field(direction).items() {
            for at in rule.field("ports").items() {
                port(&at, report);
            }
            for at in rule.field(peers).items() {
                peer(&at, report);
            }
        }
    }
    let types = spec.field("policyTypes");
    if types.items().count() > 2 {
        report.error(&types, "out-of-range", "has more than two entries");
    }
    for kind in types.items() {
        report.one_of(&kind, &["Ingress", "Egress"]);
    }
}

fn port(at: &Place<'_>, report: &mut Report<'_>) {
    let (port, end) = (at.field("port"), at.field("endPort"));
    report.one_of(&at.field("protocol"), &["TCP", "UDP", "SCTP"]);
    report.within(&port, 1, 65535);
    report.named(&port, names::port_name);
    if !end.is_set() {
        return;
    }
    report.within(&end, 1, 65535);
    if !port.is_set() {
        report.error(&end, "conflicting-fields", "needs a port to start from");
    } else if port.text().is_some() {
        report.error(&end, "conflicting-fields", "needs a port by number to start from");
    } else if port.number().zip(end.number()).is_some_and(|(first, last)| last < first) {
        report.error(&end, "out-of-range", "must not be below port");
    }
}

fn peer(at: &Place<'_>, report: &mut Report<'_>) {
    let (pods, namespaces, block) =
        (at.field("podSelector"), at.field("namespaceSelector"), at.field("ipBlock"));
    let has_selector = pods.is_set() || namespaces.is_set();
    labels::selector(&pods, report);
    labels::selector(&namespaces, report);
    if block.is_set() && has_selector {
        report.error(&block, "conflicting-fields", "can't be there with a selector");
    } else if !block.is_set() && !has_selector && (at.value().is_object() || !at.is_set()) {
        report.error(at, "missing-field", "needs podSelector, namespaceSelector or ipBlock");
    }
    if block.is_set() {
        ip_block(&block, report);
    }
}

/// `ValidateIPBlock`.
fn ip_block(at: &Place<'_>, report: &mut Report<'_>) {
    let cidr = at.field("cidr");
    if !report.required(&cidr) {
        return;
    }
    address::range(&cidr, report);
    let whole = cidr.text().and_then(Range::parse);
    for except in at.field("except").items() {
        address::range(&except, report);
        let part = except.text().and_then(Range::parse);
        if whole.zip(part).is_some_and(|(whole, part)| !whole.has_within(&part)) {
            report.error(&except, "out-of-range", "must lie within cidr and be smaller");
        }
    }
}
