//! Webhooks of admission: `pkg/apis/admissionregistration/validation`
//! (Kubernetes 1.36).

use std::collections::HashSet;

use super::report::Report;
use super::{bytes, labels};
use crate::check::place::Place;
use crate::object::names::{self, Misnamed};

const OPERATIONS: [&str; 5] = ["CREATE", "UPDATE", "DELETE", "CONNECT", "*"];

/// A `ValidatingWebhookConfiguration` or a `MutatingWebhookConfiguration`.
pub(super) fn check(object: &Place<'_>, report: &mut Report<'_>) {
    let mut taken = HashSet::new();
    for hook in object.field("webhooks").items() {
        let name = hook.field("name");
        if report.required(&name) {
            report.named(&name, qualified);
        }
        if let Some(text) = name.text().filter(|text| !taken.insert(*text)) {
            report.error(&name, "duplicate", format!("{text:?} is the name of another webhook too"));
        }
        one(&hook, report);
    }
}

fn one(hook: &Place<'_>, report: &mut Report<'_>) {
    for rule in hook.field("rules").items() {
        self::rule(&rule, report);
    }
    report.one_of(&hook.field("failurePolicy"), &["Fail", "Ignore"]);
    report.one_of(&hook.field("matchPolicy"), &["Equivalent", "Exact"]);
    report.one_of(&hook.field("reinvocationPolicy"), &["Never", "IfNeeded"]);
    if report.required(&hook.field("sideEffects")) {
        report.one_of(&hook.field("sideEffects"), &["None", "NoneOnDryRun"]);
    }
    report.within(&hook.field("timeoutSeconds"), 1, 30);
    let versions = hook.field("admissionReviewVersions");
    if report.required(&versions)
        && !versions.items().any(|version| version.is("v1") || version.is("v1beta1"))
    {
        report.error(&versions, "unknown-value", "must have v1 (or v1beta1)");
    }
    labels::selector(&hook.field("namespaceSelector"), report);
    labels::selector(&hook.field("objectSelector"), report);
    conditions(&hook.field("matchConditions"), report);
    client(&hook.field("clientConfig"), report);
}

/// `IsFullyQualifiedName`: a domain of at least three parts.
fn qualified(text: &str) -> Result<(), Misnamed> {
    names::subdomain(text)?;
    names::at_least_parts(text, 3)
}

/// What a rule takes (`validateRule`).
pub(super) fn rule(at: &Place<'_>, report: &mut Report<'_>) {
    for field in ["apiGroups", "apiVersions", "resources", "operations"] {
        let list = at.field(field);
        report.required(&list);
        if list.items().count() > 1 && list.items().any(|item| item.is("*")) {
            report.error(&list, "conflicting-fields", "has \"*\" and more, but \"*\" stands for everything");
        }
    }
    for operation in at.field("operations").items() {
        report.one_of(&operation, &OPERATIONS);
    }
    report.one_of(&at.field("scope"), &["Cluster", "Namespaced", "*"]);
}

/// Conditions in CEL, which isn't looked into.
pub(super) fn conditions(at: &Place<'_>, report: &mut Report<'_>) {
    let mut taken = HashSet::new();
    for condition in at.items() {
        let name = condition.field("name");
        if report.required(&name) {
            report.named(&name, names::label_key);
        }
        if let Some(text) = name.text().filter(|text| !taken.insert(*text)) {
            report.error(&name, "duplicate", format!("{text:?} is the name of another condition too"));
        }
        report.required(&condition.field("expression"));
    }
}

/// `ValidateWebhookURL`, `ValidateWebhookService` of k8s.io/apiserver.
fn client(at: &Place<'_>, report: &mut Report<'_>) {
    report.one_field(at, &["url", "service"], true);
    let (url, service) = (at.field("url"), at.field("service"));
    bytes::decoded(&at.field("caBundle"), "it takes the PEM text of the certificates, in base64", report);
    if let Some(Err(why)) = url.text().map(secure) {
        report.error_with_hint(&url, "malformed-url", why, "such as \"https://hook.example.com/check\"");
    }
    if !service.is_set() {
        return;
    }
    report.required(&service.field("name"));
    report.required(&service.field("namespace"));
    report.within(&service.field("port"), 1, 65535);
    let path = service.field("path");
    let Some(text) = path.text() else { return };
    if !text.starts_with('/') {
        report.error(&path, "malformed-path", format!("{text:?} must start with \"/\""));
    } else if text != "/" {
        let steps = text.trim_start_matches('/').trim_end_matches('/');
        let is_fine = !text.starts_with("//") && steps.split('/').all(|step| names::subdomain(step).is_ok());
        if !is_fine {
            report.error(&path, "malformed-path", format!("{text:?} has a part that isn't a DNS name"));
        }
    }
}

fn secure(url: &str) -> Result<(), String> {
    let Some(rest) = url.strip_prefix("https://") else {
        return Err(format!("{url:?} must start with https://"));
    };
    if rest.starts_with('/') || rest.is_empty() {
        return Err(format!("{url:?} has no host"));
    }
    match rest.find(['?', '#', '@']) {
        Some(_) => Err(format!("{url:?} can't have a user, a query or a fragment")),
        None => Ok(()),
    }
}
