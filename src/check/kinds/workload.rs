//! Controllers of pods: `pkg/apis/apps/validation` and
//! `ValidateReplicationController` of `pkg/apis/core/validation`
//! (Kubernetes 1.36).

use std::collections::HashSet;

use super::report::Report;
use super::{labels, percent, pod, storage};
use crate::check::place::Place;
use crate::object::names;

/// A `Deployment`.
pub(super) fn deployment(spec: &Place<'_>, report: &mut Report<'_>) {
    common(spec, &HashSet::new(), report);
    deployment_strategy(&spec.field("strategy"), report);
    report.at_least(&spec.field("progressDeadlineSeconds"), 0);
    let deadline = spec.field("progressDeadlineSeconds");
    let ready = spec.field("minReadySeconds").number().unwrap_or(0);
    let (most, at) = if deadline.is_set() {
        (deadline.number(), deadline)
    } else {
        (Some(600), spec.field("minReadySeconds"))
    };
    if most.is_some_and(|most| most >= 0 && most <= ready) {
        let message =
            "leaves no time: progressDeadlineSeconds (600 by default) must be more than minReadySeconds";
        report.error(&at, "out-of-range", message);
    }
}

/// A `ReplicaSet`.
pub(super) fn replica_set(spec: &Place<'_>, report: &mut Report<'_>) {
    common(spec, &HashSet::new(), report);
}

/// A `DaemonSet`.
pub(super) fn daemon_set(spec: &Place<'_>, report: &mut Report<'_>) {
    common(spec, &HashSet::new(), report);
    let strategy = spec.field("updateStrategy");
    report.one_of(&strategy.field("type"), &["RollingUpdate", "OnDelete"]);
    let rolling = strategy.field("rollingUpdate");
    if strategy.field("type").is("OnDelete") || !rolling.is_set() {
        return;
    }
    let (surge, unavailable) = (rolling.field("maxSurge"), rolling.field("maxUnavailable"));
    percent::number_or_percent(&surge, true, report);
    percent::number_or_percent(&unavailable, true, report);
    match (percent::is_zero(&surge, true), percent::is_zero(&unavailable, false)) {
        (false, false) => {
            let message = "can't be there while maxUnavailable (1 by default) isn't 0";
            report.error_with_hint(&surge, "conflicting-fields", message, "set maxUnavailable: 0");
        }
        (true, true) => report.error(
            &unavailable,
            "conflicting-fields",
            "is 0, as is maxSurge: nothing could ever be replaced",
        ),
        _ => {}
    }
}

/// A `StatefulSet`.
pub(super) fn stateful_set(spec: &Place<'_>, report: &mut Report<'_>) {
    let templates = spec.field("volumeClaimTemplates");
    let claims =
        templates.items().filter_map(|template| template.down(&["metadata", "name"]).text()).collect();
    common(spec, &claims, report);
    for template in templates.items() {
        storage::claim(&template.field("spec"), report);
        report.named(&template.down(&["metadata", "name"]), names::label);
    }
    report.one_of(&spec.field("podManagementPolicy"), &["OrderedReady", "Parallel"]);
    report.at_least(&spec.down(&["ordinals", "start"]), 0);
    for when in ["whenDeleted", "whenScaled"] {
        report.one_of(&spec.down(&["persistentVolumeClaimRetentionPolicy", when]), &["Retain", "Delete"]);
    }
    let strategy = spec.field("updateStrategy");
    report.one_of(&strategy.field("type"), &["RollingUpdate", "OnDelete"]);
    let rolling = strategy.field("rollingUpdate");
    if strategy.field("type").is("OnDelete") && rolling.is_set() {
        report.error(&rolling, "conflicting-fields", "can't be there with type: OnDelete");
    }
    report.at_least(&rolling.field("partition"), 0);
}

/// A `ReplicationController`, whose selector is a map of labels.
pub(super) fn replication_controller(spec: &Place<'_>, report: &mut Report<'_>) {
    report.at_least(&spec.field("replicas"), 0);
    let (selector, template) = (spec.field("selector"), spec.field("template"));
    labels::labels(&selector, report);
    let labels = template.down(&["metadata", "labels"]);
    if selector.entries().any(|(key, wanted)| labels.value().get(key) != Some(wanted.value())) {
        does_not_fit(&labels, report);
    }
    if template.is_set() {
        pod::template(&template, &HashSet::new(), report);
        endless(&template.field("spec"), report);
    }
}

fn common(spec: &Place<'_>, claims: &HashSet<&str>, report: &mut Report<'_>) {
    for field in ["replicas", "minReadySeconds", "revisionHistoryLimit"] {
        report.at_least(&spec.field(field), 0);
    }
    let (selector, template) = (spec.field("selector"), spec.field("template"));
    let labels = template.down(&["metadata", "labels"]);
    labels::selector(&selector, report);
    if report.required(&selector) {
        if selector.value().is_object() && labels::is_empty(&selector) {
            report.error(
                &selector,
                "missing-field",
                "selects nothing: it needs matchLabels or matchExpressions",
            );
        } else if !labels::fits(&selector, &labels) {
            does_not_fit(&labels, report);
        }
    }
    let pod = template.field("spec");
    if report.required(&template) {
        pod::template(&template, claims, report);
        endless(&pod, report);
    }
}

fn does_not_fit(labels: &Place<'_>, report: &mut Report<'_>) {
    let message = "don't fit spec.selector, which must take the pods of this template";
    report.error(labels, "selector-mismatch", message);
}

/// Pods that are to run on and on.
fn endless(pod: &Place<'_>, report: &mut Report<'_>) {
    let (policy, deadline) = (pod.field("restartPolicy"), pod.field("activeDeadlineSeconds"));
    if policy.text().is_some_and(|policy| matches!(policy, "Never" | "OnFailure")) {
        report.error_with_hint(
            &policy,
            "unknown-value",
            "must be Always here",
            "what ends by itself is a Job",
        );
    }
    if deadline.is_set() {
        report.error_with_hint(
            &deadline,
            "conflicting-fields",
            "can't be there in what runs on and on",
            "what ends by itself is a Job",
        );
    }
}

/// `ValidateDeploymentStrategy`.
fn deployment_strategy(at: &Place<'_>, report: &mut Report<'_>) {
    let (kind, rolling) = (at.field("type"), at.field("rollingUpdate"));
    report.one_of(&kind, &["Recreate", "RollingUpdate"]);
    if !rolling.is_set() {
        return;
    }
    if kind.is("Recreate") {
        report.error(&rolling, "conflicting-fields", "can't be there with type: Recreate");
        return;
    }
    let (surge, unavailable) = (rolling.field("maxSurge"), rolling.field("maxUnavailable"));
    percent::number_or_percent(&surge, false, report);
    percent::number_or_percent(&unavailable, true, report);
    if percent::is_zero(&surge, false) && percent::is_zero(&unavailable, false) {
        report.error(
            &unavailable,
            "conflicting-fields",
            "is 0, as is maxSurge: nothing could ever be replaced",
        );
    }
}
