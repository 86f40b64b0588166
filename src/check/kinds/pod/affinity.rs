//! Where pods may run: affinity, tolerations and spreading
//! (`validateAffinity`, `ValidateTolerations`,
//! `validateTopologySpreadConstraints`).

use std::collections::HashSet;

use crate::check::kinds::labels;
use crate::check::kinds::report::Report;
use crate::check::place::Place;
use crate::object::names;

const NODE_OPERATORS: [&str; 6] = ["In", "NotIn", "Exists", "DoesNotExist", "Gt", "Lt"];
const EFFECTS: [&str; 3] = ["NoSchedule", "PreferNoSchedule", "NoExecute"];

/// What the pod's `spec` says about it.
pub(super) fn check(spec: &Place<'_>, report: &mut Report<'_>) {
    let affinity = spec.field("affinity");
    nodes(&affinity.field("nodeAffinity"), report);
    pods(&affinity.field("podAffinity"), report);
    pods(&affinity.field("podAntiAffinity"), report);
    for toleration in spec.field("tolerations").items() {
        tolerate(&toleration, report);
    }
    spread(&spec.field("topologySpreadConstraints"), report);
}

fn nodes(at: &Place<'_>, report: &mut Report<'_>) {
    let required = at.field("requiredDuringSchedulingIgnoredDuringExecution");
    if required.is_set() {
        let terms = required.field("nodeSelectorTerms");
        report.required(&terms);
        for term in terms.items() {
            node_term(&term, report);
        }
    }
    for preferred in at.field("preferredDuringSchedulingIgnoredDuringExecution").items() {
        weight(&preferred, report);
        node_term(&preferred.field("preference"), report);
    }
}

fn node_term(at: &Place<'_>, report: &mut Report<'_>) {
    for expression in at.field("matchExpressions").items() {
        labels::requirement(&expression, &NODE_OPERATORS, report);
    }
}

fn pods(at: &Place<'_>, report: &mut Report<'_>) {
    for term in at.field("requiredDuringSchedulingIgnoredDuringExecution").items() {
        pod_term(&term, report);
    }
    for preferred in at.field("preferredDuringSchedulingIgnoredDuringExecution").items() {
        weight(&preferred, report);
        pod_term(&preferred.field("podAffinityTerm"), report);
    }
}

fn pod_term(at: &Place<'_>, report: &mut Report<'_>) {
    let topology = at.field("topologyKey");
    if report.required(&topology) {
        report.named(&topology, names::label_key);
    }
    labels::selector(&at.field("labelSelector"), report);
    labels::selector(&at.field("namespaceSelector"), report);
    for namespace in at.field("namespaces").items() {
        report.named(&namespace, names::label);
    }
}

fn weight(at: &Place<'_>, report: &mut Report<'_>) {
    report.within(&at.field("weight"), 1, 100);
}

fn tolerate(at: &Place<'_>, report: &mut Report<'_>) {
    let (key, operator, value, effect) =
        (at.field("key"), at.field("operator"), at.field("value"), at.field("effect"));
    report.named(&key, names::label_key);
    if key.is_empty() && !operator.is("Exists") && at.value().is_object() {
        report.error(at, "missing-field", "needs a key, or operator: Exists to tolerate everything");
    }
    if !operator.is_empty() {
        report.one_of(&operator, &["Equal", "Exists", "Lt", "Gt"]);
    }
    if operator.is("Exists") && !value.is_empty() {
        report.error(&value, "conflicting-fields", "can't be there with operator: Exists");
    } else if operator.is_empty() || operator.is("Equal") {
        report.named(&value, names::label_value);
    }
    if !effect.is_empty() {
        report.one_of(&effect, &EFFECTS);
    }
    let seconds = at.field("tolerationSeconds");
    if seconds.is_set() && !effect.is("NoExecute") {
        report.error(&seconds, "conflicting-fields", "can only be there with effect: NoExecute");
    }
}

fn spread(constraints: &Place<'_>, report: &mut Report<'_>) {
    let mut taken = HashSet::new();
    for at in constraints.items() {
        let (topology, when) = (at.field("topologyKey"), at.field("whenUnsatisfiable"));
        report.at_least(&at.field("maxSkew"), 1);
        if report.required(&topology) {
            report.named(&topology, names::label_key);
        }
        if report.required(&when) {
            report.one_of(&when, &["DoNotSchedule", "ScheduleAnyway"]);
        }
        let domains = at.field("minDomains");
        report.at_least(&domains, 1);
        if domains.is_set() && when.is("ScheduleAnyway") {
            report.error(
                &domains,
                "conflicting-fields",
                "can only be there with whenUnsatisfiable: DoNotSchedule",
            );
        }
        if topology.text().zip(when.text()).is_some_and(|pair| !taken.insert(pair)) {
            report.error(&at, "duplicate", "has the same topologyKey and whenUnsatisfiable as another");
        }
        for policy in ["nodeAffinityPolicy", "nodeTaintsPolicy"] {
            report.one_of(&at.field(policy), &["Honor", "Ignore"]);
        }
        labels::selector(&at.field("labelSelector"), report);
    }
}
