//! Roles and bindings: `pkg/apis/rbac/validation` (Kubernetes 1.36).

use super::labels;
use super::report::Report;
use crate::check::place::Place;
use crate::object::names;

const GROUP: &str = "rbac.authorization.k8s.io";

/// A `Role` or a `ClusterRole`.
pub(super) fn role(object: &Place<'_>, is_namespaced: bool, report: &mut Report<'_>) {
    for rule in object.field("rules").items() {
        report.required(&rule.field("verbs"));
        let urls = rule.field("nonResourceURLs");
        if urls.is_empty() {
            report.required(&rule.field("apiGroups"));
            report.required(&rule.field("resources"));
        } else if is_namespaced {
            report.error_with_hint(
                &urls,
                "conflicting-fields",
                "can't be there in a Role",
                "they belong into a ClusterRole",
            );
        } else if ["apiGroups", "resources", "resourceNames"]
            .iter()
            .any(|field| !rule.field(field).is_empty())
        {
            report.error_with_hint(
                &urls,
                "conflicting-fields",
                "can't be there with resources",
                "make two rules of it",
            );
        }
    }
    let aggregation = object.field("aggregationRule");
    if aggregation.is_set() {
        report.required(&aggregation.field("clusterRoleSelectors"));
        for selector in aggregation.field("clusterRoleSelectors").items() {
            labels::selector(&selector, report);
        }
    }
}

/// A `RoleBinding` or a `ClusterRoleBinding`.
pub(super) fn binding(object: &Place<'_>, is_namespaced: bool, report: &mut Report<'_>) {
    let role = object.field("roleRef");
    let kinds: &[&str] = if is_namespaced { &["Role", "ClusterRole"] } else { &["ClusterRole"] };
    // Left out, the API server fills it in.
    if !role.field("apiGroup").is_empty() {
        report.one_of(&role.field("apiGroup"), &[GROUP]);
    }
    if report.required(&role.field("kind")) {
        report.one_of(&role.field("kind"), kinds);
    }
    if report.required(&role.field("name")) {
        report.named(&role.field("name"), names::path_segment);
    }
    for subject in object.field("subjects").items() {
        one_subject(&subject, is_namespaced, report);
    }
}

/// `ValidateRoleBindingSubject`.
fn one_subject(at: &Place<'_>, is_namespaced: bool, report: &mut Report<'_>) {
    let (kind, name, group) = (at.field("kind"), at.field("name"), at.field("apiGroup"));
    if report.required(&kind) {
        report.one_of(&kind, &["ServiceAccount", "User", "Group"]);
    }
    report.required(&name);
    if kind.is("ServiceAccount") {
        report.named(&name, names::subdomain);
        if !group.is_empty() {
            report.error(&group, "conflicting-fields", "must be empty for a ServiceAccount");
        }
        if !is_namespaced {
            report.required(&at.field("namespace"));
        }
    } else if !group.is_empty() {
        report.one_of(&group, &[GROUP]);
    }
}
