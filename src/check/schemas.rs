//! An object against what its kind may hold.

use super::deprecated::REMOVED;
use super::known::{Kinds, Known};
use super::unknown::UNKNOWN_KIND;
use super::{Finding, Severity, deprecated, kinds as rules, unknown};
use crate::object::kinds::is_crd;
use crate::object::{FieldPath, Manifest};
use crate::schema::Violation;
use crate::schema::custom::{CustomKind, Judgement, Unchecked, definition_violations};
use crate::schema::validate::{Origin, violations};

/// A field that the kind doesn't have.
const UNKNOWN_FIELD: &str = "unknown-field";
/// A value that the kind doesn't take.
const SCHEMA: &str = "schema";
/// A rule of a custom kind that can't be judged here.
const UNCHECKED: &str = "unchecked-rule";
/// A namespace where there can be none.
const NAMESPACE: &str = "namespace";

pub(super) fn check(kinds: &Kinds, manifest: &Manifest, position: usize, findings: &mut Vec<Finding>) {
    let known = kinds.find(manifest);
    if let Some(known) = &known {
        findings.extend(deprecated::check(known, manifest, kinds.version, position));
    }
    match known {
        Some(Known::Builtin(kind)) => {
            let found = violations(kinds.builtin.schemas(), kind.root, &manifest.body, Origin::Builtin);
            let first = findings.len();
            findings.extend(found.into_iter().map(|violation| finding(violation, position)));
            add_rules(manifest, position, first, findings);
        }
        Some(Known::Custom(kind)) => custom(kind, manifest, position, findings),
        None => {
            let removed = deprecated::removed(manifest, kinds.version, position);
            findings.push(removed.unwrap_or_else(|| unknown::kind(kinds, manifest, position)));
        }
    }
    if manifest.id.namespace.is_some() && kinds.is_namespaced(manifest) == Some(false) {
        findings.push(needless_namespace(manifest, position));
    }
}

/// Whether it's the schema or a rule of the kind that a value doesn't fit.
pub(super) fn is_about_value(finding: &Finding) -> bool {
    ![UNKNOWN_FIELD, NAMESPACE, UNKNOWN_KIND, REMOVED].contains(&finding.rule)
}

/// What the kind's own rules say, but of fields of which the schema said
/// something already.
fn add_rules(manifest: &Manifest, position: usize, first: usize, findings: &mut Vec<Finding>) {
    let mut found = Vec::new();
    rules::check(manifest, position, &mut found);
    if is_crd(&manifest.id.kind) {
        let wrong = definition_violations(&manifest.body);
        found.extend(wrong.into_iter().map(|violation| finding(violation, position)));
    }
    found.retain(|one| findings[first..].iter().all(|told| told.path != one.path));
    findings.extend(found);
}

fn custom(kind: &CustomKind, manifest: &Manifest, position: usize, findings: &mut Vec<Finding>) {
    let Judgement { violations, unchecked } = kind.judge(&manifest.body);
    findings.extend(violations.into_iter().map(|violation| finding(violation, position)));
    let note = |Unchecked { path, rule, reason, .. }: Unchecked| Finding {
        object: position,
        severity: Severity::Note,
        rule: UNCHECKED,
        path,
        message: format!("the rule {rule:?} can't be judged here: {reason}"),
        hints: Vec::new(),
    };
    findings.extend(unchecked.into_iter().map(note));
}

pub(super) fn finding(violation: Violation, object: usize) -> Finding {
    let Violation { path, message, hint, .. } = violation;
    let rule = if message == "unknown field" { UNKNOWN_FIELD } else { SCHEMA };
    Finding { object, severity: Severity::Error, rule, path, message, hints: hint.into_iter().collect() }
}

fn needless_namespace(manifest: &Manifest, object: usize) -> Finding {
    Finding {
        object,
        severity: Severity::Error,
        rule: NAMESPACE,
        path: FieldPath::fields(["metadata", "namespace"]),
        message: format!("a {} has no namespace", manifest.id.kind.kind),
        hints: vec!["remove metadata.namespace".to_owned()],
    }
}
