//! Policies of admission and their bindings:
//! `pkg/apis/admissionregistration/validation` (Kubernetes 1.36). What is
//! written in CEL isn't looked into.

use std::collections::HashSet;

use super::report::Report;
use super::{labels, webhook};
use crate::check::place::Place;
use crate::object::names;

/// A `ValidatingAdmissionPolicy`.
pub(super) fn policy(spec: &Place<'_>, report: &mut Report<'_>) {
    report.one_of(&spec.field("failurePolicy"), &["Fail", "Ignore"]);
    let (validations, audits) = (spec.field("validations"), spec.field("auditAnnotations"));
    if validations.is_empty() && audits.is_empty() {
        report.error(&validations, "missing-field", "needs at least one, or auditAnnotations");
    }
    for validation in validations.items() {
        one(&validation, report);
    }
    for audit in audits.items() {
        if report.required(&audit.field("key")) {
            report.named(&audit.field("key"), names::label_key);
        }
        report.required(&audit.field("valueExpression"));
    }
    let constraints = spec.field("matchConstraints");
    if report.required(&constraints) {
        report.required(&constraints.field("resourceRules"));
        resources(&constraints, report);
    }
    let param = spec.field("paramKind");
    if param.is_set() {
        report.required(&param.field("apiVersion"));
        report.required(&param.field("kind"));
    }
    webhook::conditions(&spec.field("matchConditions"), report);
    variables(&spec.field("variables"), report);
}

fn one(at: &Place<'_>, report: &mut Report<'_>) {
    let (expression, message) = (at.field("expression"), at.field("message"));
    if expression.is_empty() || expression.text().is_some_and(|text| text.trim().is_empty()) {
        report.error(&expression, "missing-field", "needs an expression in CEL");
    }
    if let Some(text) = message.text() {
        if text.trim().is_empty() {
            report.error(&message, "missing-field", "has nothing but space");
        } else if text.contains('\n') {
            report.error(&message, "malformed-text", "has more than one line");
        }
    }
    report.one_of(&at.field("reason"), &["Unauthorized", "Forbidden", "Invalid", "RequestEntityTooLarge"]);
}

fn variables(at: &Place<'_>, report: &mut Report<'_>) {
    let mut taken = HashSet::new();
    for variable in at.items() {
        let name = variable.field("name");
        report.required(&name);
        report.required(&variable.field("expression"));
        let Some(text) = name.text() else { continue };
        let is_word = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
        if !is_word || text.starts_with(|c: char| c.is_ascii_digit()) {
            report.error(
                &name,
                "malformed-name",
                format!("{text:?} isn't a name in CEL: letters, digits and \"_\""),
            );
        } else if !taken.insert(text) {
            report.error(&name, "duplicate", format!("{text:?} is the name of another variable too"));
        }
    }
}

fn resources(at: &Place<'_>, report: &mut Report<'_>) {
    for rule in at.field("resourceRules").items().chain(at.field("excludeResourceRules").items()) {
        webhook::rule(&rule, report);
    }
    report.one_of(&at.field("matchPolicy"), &["Equivalent", "Exact"]);
    labels::selector(&at.field("namespaceSelector"), report);
    labels::selector(&at.field("objectSelector"), report);
}

/// A `ValidatingAdmissionPolicyBinding`.
pub(super) fn binding(spec: &Place<'_>, report: &mut Report<'_>) {
    if report.required(&spec.field("policyName")) {
        report.named(&spec.field("policyName"), names::subdomain);
    }
    let actions = spec.field("validationActions");
    report.required(&actions);
    for action in actions.items() {
        report.one_of(&action, &["Deny", "Warn", "Audit"]);
    }
    let has = |name: &str| actions.items().any(|action| action.is(name));
    if has("Deny") && has("Warn") {
        report.error(&actions, "conflicting-fields", "has Deny and Warn, but only one of them is allowed");
    }
    let param = spec.field("paramRef");
    if param.is_set() {
        report.one_field(&param, &["name", "selector"], true);
        if report.required(&param.field("parameterNotFoundAction")) {
            report.one_of(&param.field("parameterNotFoundAction"), &["Allow", "Deny"]);
        }
    }
    resources(&spec.field("matchResources"), report);
}
