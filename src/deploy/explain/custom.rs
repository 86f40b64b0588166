//! What is said of custom resources: by the schema of their definition
//! (k8s.io/kube-openapi `pkg/validation/errors`), and by its rules in CEL
//! (k8s.io/apiextensions-apiserver `pkg/apiserver/schema/cel/validation.go`).

use super::field::{Field, Subject};

/// `spec.image in body should be …` names the field again.
pub(super) fn in_body(field: &Field, why: &str) -> String {
    let Some((_, rest)) = why.split_once(" in body ").filter(|_| !field.is_root()) else {
        return why.to_owned();
    };
    match rest.strip_prefix("should ") {
        Some(rest) => format!("must {rest}"),
        None => rest.to_owned(),
    }
}

/// The first field of the manifest that a rule without a message is about:
/// `failed rule: !has(self.replicas) || …` below the field with the rule, or
/// `failed expression: object.spec.replicas < 5`.
pub(super) fn mentioned(subject: &Subject<'_>, field: &Field, why: &str) -> Option<Field> {
    let (start, rule) = match (why.split_once("failed rule: "), why.split_once("failed expression: ")) {
        (Some((_, rule)), _) => ("self.", rule),
        (_, Some((_, rule))) => ("object.", rule),
        _ => return None,
    };
    let paths = rule.match_indices(start).map(|(at, _)| {
        let rest = &rule[at + start.len()..];
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || "._".contains(c)));
        rest[..end.unwrap_or(rest.len())].trim_matches('.')
    });
    let fields = paths.map(|path| path.split('.').fold(field.clone(), |field, name| field.field(name)));
    fields
        .max_by_key(|field| subject.value(field).map_or(0, |_| field.found.steps().len()))
        .filter(|field| subject.value(field).is_some())
}
