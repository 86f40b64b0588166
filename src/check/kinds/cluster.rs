//! Small kinds of the cluster itself (Kubernetes 1.36).

use std::collections::HashSet;

use super::address;
use super::report::Report;
use crate::check::place::Place;
use crate::object::names;

/// `HighestUserDefinablePriority` of `pkg/apis/scheduling`.
const HIGHEST_PRIORITY: i64 = 1_000_000_000;
const SYSTEM_PRIORITIES: [&str; 2] = ["system-node-critical", "system-cluster-critical"];

/// A `PriorityClass`: `pkg/apis/scheduling/validation`.
pub(super) fn priority_class(object: &Place<'_>, report: &mut Report<'_>) {
    let (name, value) = (object.down(&["metadata", "name"]), object.field("value"));
    report.one_of(&object.field("preemptionPolicy"), &["PreemptLowerPriority", "Never"]);
    match name.text() {
        Some(text) if text.starts_with("system-") => {
            if !SYSTEM_PRIORITIES.contains(&text) {
                report.error(
                    &name,
                    "malformed-name",
                    format!("{text:?} starts with \"system-\", which is Kubernetes' own"),
                );
            }
        }
        _ => {
            if let Some(number) = value.number().filter(|number| *number > HIGHEST_PRIORITY) {
                report.error(
                    &value,
                    "out-of-range",
                    format!("is {number}, but must be at most {HIGHEST_PRIORITY}"),
                );
            }
        }
    }
}

/// A `RuntimeClass`: `pkg/apis/node/validation`.
pub(super) fn runtime_class(object: &Place<'_>, report: &mut Report<'_>) {
    if report.required(&object.field("handler")) {
        report.named(&object.field("handler"), names::label);
    }
}

/// A `Lease`: `pkg/apis/coordination/validation`.
pub(super) fn lease(spec: &Place<'_>, report: &mut Report<'_>) {
    report.at_least(&spec.field("leaseDurationSeconds"), 1);
    report.at_least(&spec.field("leaseTransitions"), 0);
}

/// An `APIService`: k8s.io/kube-aggregator `pkg/apis/apiregistration/validation`.
pub(super) fn api_service(object: &Place<'_>, report: &mut Report<'_>) {
    let spec = object.field("spec");
    let (name, group, version) =
        (object.down(&["metadata", "name"]), spec.field("group"), spec.field("version"));
    let expected = format!("{}.{}", version.text().unwrap_or_default(), group.text().unwrap_or_default());
    if name.text().is_some_and(|text| text != expected) {
        report.error(&name, "malformed-name", format!("must be VERSION.GROUP of its spec: {expected:?}"));
    }
    for (field, most) in [("groupPriorityMinimum", 20_000), ("versionPriority", 1000)] {
        if report.required(&spec.field(field)) {
            report.within(&spec.field(field), 1, most);
        }
    }
    let (service, insecure, bundle) =
        (spec.field("service"), spec.field("insecureSkipTLSVerify"), spec.field("caBundle"));
    if service.is_set() {
        report.required(&service.field("namespace"));
        report.required(&service.field("name"));
        report.within(&service.field("port"), 1, 65535);
        if insecure.is_true() && !bundle.is_empty() {
            report.error(&insecure, "conflicting-fields", "can't be there with a caBundle");
        }
    } else if insecure.is_true() || !bundle.is_empty() {
        report.error(&spec, "conflicting-fields", "has insecureSkipTLSVerify or a caBundle, but no service");
    }
}

/// A `Namespace`'s finalizers: `ValidateNamespace` of `pkg/apis/core/validation`.
pub(super) fn namespace(spec: &Place<'_>, report: &mut Report<'_>) {
    for at in spec.field("finalizers").items() {
        report.named(&at, names::label_key);
        if let Some(text) = at.text().filter(|text| {
            !text.contains('/') && !matches!(*text, "kubernetes" | "orphan" | "foregroundDeletion")
        }) {
            report.error(&at, "malformed-name", format!("{text:?} needs a domain before it"));
        }
    }
}

/// A `Node`'s taints: `ValidateNode` of `pkg/apis/core/validation`.
pub(super) fn node(spec: &Place<'_>, report: &mut Report<'_>) {
    let mut taken = HashSet::new();
    for taint in spec.field("taints").items() {
        let (key, effect) = (taint.field("key"), taint.field("effect"));
        if report.required(&key) {
            report.named(&key, names::label_key);
        }
        report.named(&taint.field("value"), names::label_value);
        if report.required(&effect) {
            report.one_of(&effect, &["NoSchedule", "PreferNoSchedule", "NoExecute"]);
        }
        if key.text().zip(effect.text()).is_some_and(|pair| !taken.insert(pair)) {
            report.error(&taint, "duplicate", "has the same key and effect as another");
        }
    }
}

/// An `EndpointSlice`: `pkg/apis/discovery/validation`.
pub(super) fn endpoint_slice(object: &Place<'_>, report: &mut Report<'_>) {
    let kind = object.field("addressType");
    if report.required(&kind) {
        report.one_of(&kind, &["IPv4", "IPv6", "FQDN"]);
    }
    for endpoint in object.field("endpoints").items() {
        report.required(&endpoint.field("addresses"));
        for at in endpoint.field("addresses").items() {
            let Some(text) = at.text() else { continue };
            let found = address::parse(text);
            match kind.text() {
                Some("IPv4") if !found.is_some_and(|address| address.is_ipv4()) => {
                    report.error(&at, "malformed-address", format!("{text:?} isn't an IPv4 address"));
                }
                Some("IPv6") if !found.is_some_and(|address| address.is_ipv6()) => {
                    report.error(&at, "malformed-address", format!("{text:?} isn't an IPv6 address"));
                }
                _ => {}
            }
        }
    }
    for port in object.field("ports").items() {
        report.named(&port.field("name"), names::label);
        report.one_of(&port.field("protocol"), &["TCP", "UDP", "SCTP"]);
    }
}

/// `Endpoints`: `ValidateEndpoints` of `pkg/apis/core/validation`.
pub(super) fn endpoints(object: &Place<'_>, report: &mut Report<'_>) {
    for subset in object.field("subsets").items() {
        for at in subset.field("addresses").items().chain(subset.field("notReadyAddresses").items()) {
            let ip = at.field("ip");
            report.required(&ip);
            address::address(&ip, report);
            if let Some(text) = ip
                .text()
                .filter(|text| address::parse(text).is_some_and(|ip| ip.is_loopback() || ip.is_unspecified()))
            {
                report.error(&ip, "malformed-address", format!("{text} is this machine's own"));
            }
        }
        let list = subset.field("ports");
        let are_several = list.items().count() > 1;
        for port in list.items() {
            report.within(&port.field("port"), 1, 65535);
            report.named(&port.field("name"), names::label);
            report.one_of(&port.field("protocol"), &["TCP", "UDP", "SCTP"]);
            if are_several {
                report.required(&port.field("name"));
            }
        }
    }
}

/// A `CSIDriver`: `pkg/apis/storage/validation`.
pub(super) fn csi_driver(spec: &Place<'_>, report: &mut Report<'_>) {
    for mode in spec.field("volumeLifecycleModes").items() {
        report.one_of(&mode, &["Persistent", "Ephemeral"]);
    }
    report.one_of(&spec.field("fsGroupPolicy"), &["ReadWriteOnceWithFSType", "File", "None"]);
}
