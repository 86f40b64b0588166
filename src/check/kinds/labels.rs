//! Labels, annotations and selectors in the middle of objects. After
//! k8s.io/apimachinery `pkg/apis/meta/v1/validation` (Kubernetes 1.36).

use super::report::Report;
use crate::check::place::Place;
use crate::json::Value;
use crate::object::names;

/// A map of labels, such as a template's or a `nodeSelector`.
pub(super) fn labels(at: &Place<'_>, report: &mut Report<'_>) {
    for (key, value) in at.entries() {
        report.judged(&value, key, names::label_key);
        report.named(&value, names::label_value);
    }
}

/// The labels and annotations of what an object is a template for.
pub(super) fn metadata(at: &Place<'_>, report: &mut Report<'_>) {
    labels(&at.field("labels"), report);
    for (key, value) in at.field("annotations").entries() {
        report.judged(&value, key, names::annotation_key);
    }
}

/// A label selector (`ValidateLabelSelector`).
pub(super) fn selector(at: &Place<'_>, report: &mut Report<'_>) {
    labels(&at.field("matchLabels"), report);
    for expression in at.field("matchExpressions").items() {
        requirement(&expression, &["In", "NotIn", "Exists", "DoesNotExist"], report);
    }
}

/// A key, an operator and values; nodes have more operators than labels.
pub(super) fn requirement(at: &Place<'_>, operators: &[&str], report: &mut Report<'_>) {
    let (key, operator, values) = (at.field("key"), at.field("operator"), at.field("values"));
    if report.required(&key) {
        report.named(&key, names::label_key);
    }
    if report.required(&operator) {
        report.one_of(&operator, operators);
    }
    match operator.text() {
        Some("In" | "NotIn") if values.is_empty() => {
            report.error(&values, "missing-field", "needs a value for this operator");
        }
        Some("Exists" | "DoesNotExist") if !values.is_empty() => {
            report.error(&values, "conflicting-fields", "can't be there with Exists and DoesNotExist");
        }
        Some("Gt" | "Lt") if values.items().count() != 1 => {
            report.error(&values, "out-of-range", "must be exactly one for Gt and Lt");
        }
        _ => {}
    }
    for value in values.items() {
        report.named(&value, names::label_value);
    }
}

/// Whether there is anything that a selector asks for.
pub(super) fn is_empty(selector: &Place<'_>) -> bool {
    selector.field("matchLabels").is_empty() && selector.field("matchExpressions").is_empty()
}

/// Whether a selector takes these labels; what isn't well formed takes any.
pub(super) fn fits(selector: &Place<'_>, labels: &Place<'_>) -> bool {
    let has = |key: &str, value: &Value| labels.value().get(key) == Some(value);
    let exact = selector.field("matchLabels").entries().all(|(key, value)| has(key, value.value()));
    exact && selector.field("matchExpressions").items().all(|expression| holds(&expression, labels))
}

fn holds(expression: &Place<'_>, labels: &Place<'_>) -> bool {
    let Some(key) = expression.field("key").text() else { return true };
    let found = labels.value().get(key);
    let values = expression.field("values");
    let is_listed = || values.items().any(|value| found == Some(value.value()));
    match expression.field("operator").text() {
        Some("In") => is_listed(),
        Some("NotIn") => !is_listed(),
        Some("Exists") => found.is_some(),
        Some("DoesNotExist") => found.is_none(),
        _ => true,
    }
}
