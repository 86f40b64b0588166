//! Disruption budgets: `pkg/apis/policy/validation` (Kubernetes 1.36).

use super::report::Report;
use super::{labels, percent};
use crate::check::place::Place;

/// A `PodDisruptionBudget`.
pub(super) fn check(spec: &Place<'_>, report: &mut Report<'_>) {
    report.one_field(spec, &["minAvailable", "maxUnavailable"], false);
    percent::number_or_percent(&spec.field("minAvailable"), true, report);
    percent::number_or_percent(&spec.field("maxUnavailable"), true, report);
    labels::selector(&spec.field("selector"), report);
    report.one_of(&spec.field("unhealthyPodEvictionPolicy"), &["IfHealthyBudget", "AlwaysAllow"]);
}
