//! Autoscalers: `pkg/apis/autoscaling/validation` (Kubernetes 1.36).

use super::quantity;
use super::report::Report;
use crate::check::place::Place;
use crate::object::{ApiVersion, names};

/// The field of each type of metric.
const SOURCES: [(&str, &str); 5] = [
    ("Object", "object"),
    ("Pods", "pods"),
    ("Resource", "resource"),
    ("External", "external"),
    ("ContainerResource", "containerResource"),
];

const LONGEST_WINDOW: i64 = 3600;
const LONGEST_PERIOD: i64 = 1800;

/// A `HorizontalPodAutoscaler` of any version.
pub(super) fn check(spec: &Place<'_>, report: &mut Report<'_>) {
    let (least, most, metrics) =
        (spec.field("minReplicas"), spec.field("maxReplicas"), spec.field("metrics"));
    report.at_least(&least, 0);
    if report.required(&most) {
        report.at_least(&most, 1);
    }
    let bounds = least.number().zip(most.number());
    if let Some((least, most)) = bounds.filter(|(least, most)| *most >= 1 && most < least) {
        report.error(
            &spec.field("maxReplicas"),
            "out-of-range",
            format!("is {most}, but minReplicas is {least}"),
        );
    }
    if least.number() == Some(0)
        && !metrics
            .items()
            .any(|metric| metric.field("type").is("Object") || metric.field("type").is("External"))
    {
        report.error(&least, "out-of-range", "is 0, which needs a metric of type Object or External");
    }
    target(&spec.field("scaleTargetRef"), report);
    report.at_least(&spec.field("targetCPUUtilizationPercentage"), 1);
    for at in metrics.items() {
        metric(&at, report);
    }
    for direction in ["scaleUp", "scaleDown"] {
        scaling(&spec.down(&["behavior", direction]), report);
    }
}

/// `ValidateCrossVersionObjectReference`.
fn target(at: &Place<'_>, report: &mut Report<'_>) {
    for field in ["kind", "name"] {
        if report.required(&at.field(field)) {
            report.named(&at.field(field), names::path_segment);
        }
    }
    let version = at.field("apiVersion");
    if let Some(text) = version.text().filter(|text| ApiVersion::parse(text).is_none()) {
        report.error(&version, "malformed-name", format!("{text:?} is neither VERSION nor GROUP/VERSION"));
    }
}

fn metric(at: &Place<'_>, report: &mut Report<'_>) {
    let kind = at.field("type");
    if report.required(&kind) {
        report.one_of(&kind, &SOURCES.map(|(kind, _)| kind));
    }
    let Some((kind, field)) = SOURCES.iter().copied().find(|(known, _)| kind.is(known)) else { return };
    report.required(&at.field(field));
    for (_, other) in SOURCES.iter().filter(|(_, other)| *other != field && at.field(other).is_set()) {
        report.error(&at.field(other), "conflicting-fields", format!("can't be there with type: {kind}"));
    }
    let source = at.field(field);
    if !source.is_set() {
        return;
    }
    match kind {
        "Resource" => _ = report.required(&source.field("name")),
        "ContainerResource" => {
            report.required(&source.field("name"));
            if report.required(&source.field("container")) {
                report.named(&source.field("container"), names::label);
            }
        }
        _ => {
            let name = source.down(&["metric", "name"]);
            if report.required(&name) {
                report.named(&name, names::path_segment);
            }
        }
    }
    if kind == "Object" {
        target(&source.field("describedObject"), report);
    }
    amounts(&source.field("target"), kind, report);
}

/// `validateMetricTarget`, and which amount each type of metric needs.
fn amounts(at: &Place<'_>, kind: &str, report: &mut Report<'_>) {
    let (value, average, share) =
        (at.field("value"), at.field("averageValue"), at.field("averageUtilization"));
    if report.required(&at.field("type")) {
        report.one_of(&at.field("type"), &["Utilization", "Value", "AverageValue"]);
    }
    for amount in [&value, &average] {
        if quantity::billionths(amount.value()).is_some_and(|amount| amount <= 0) {
            report.error(amount, "out-of-range", "must be more than 0");
        }
    }
    report.at_least(&share, 1);
    let (first, second) = match kind {
        "Resource" | "ContainerResource" => (&share, &average),
        "Pods" => (&average, &average),
        _ => (&value, &average),
    };
    if !first.is_set() && !second.is_set() {
        let message = match kind {
            "Resource" | "ContainerResource" => "needs averageUtilization or averageValue",
            "Pods" => "needs averageValue",
            _ => "needs value or averageValue",
        };
        report.error(at, "missing-field", message);
    } else if first.is_set() && second.is_set() && !matches!(kind, "Pods" | "Object") {
        report.error(at, "conflicting-fields", "has two amounts, but only one is allowed");
    }
}

/// `validateScalingRules`.
fn scaling(at: &Place<'_>, report: &mut Report<'_>) {
    report.within(&at.field("stabilizationWindowSeconds"), 0, LONGEST_WINDOW);
    report.one_of(&at.field("selectPolicy"), &["Max", "Min", "Disabled"]);
    let policies = at.field("policies");
    if policies.value().as_array().is_some_and(Vec::is_empty) {
        report.error(&policies, "missing-field", "needs at least one policy");
    }
    for policy in policies.items() {
        let kind = policy.field("type");
        if report.required(&kind) {
            report.one_of(&kind, &["Pods", "Percent"]);
        }
        report.at_least(&policy.field("value"), 1);
        report.within(&policy.field("periodSeconds"), 1, LONGEST_PERIOD);
    }
}
