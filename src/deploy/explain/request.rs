//! What is said of the request as a whole: names that don't match, what isn't
//! there, what is too large, fields that somebody else sets.

use super::field::{Field, Subject};
use super::objection::Objection;
use super::values::quoted;
use crate::cluster::{FieldCause, StatusError};

/// The objections of such an answer.
pub(super) fn objections(subject: &Subject<'_>, status: &StatusError) -> Vec<Objection> {
    let conflicts = status.causes.iter().filter(|cause| cause.reason == "FieldManagerConflict");
    let conflicts: Vec<Objection> = conflicts.map(|cause| conflict(subject, cause)).collect();
    if !conflicts.is_empty() {
        return conflicts;
    }
    let message = status.message.as_str();
    too_large(status)
        .or_else(|| missing_namespace(subject, message))
        .or_else(|| named_otherwise(subject, message))
        .or_else(|| named_first(subject, message))
        .into_iter()
        .collect()
}

/// A field that another manager has set, where it mustn't be taken.
fn conflict(subject: &Subject<'_>, cause: &FieldCause) -> Objection {
    let field = subject.field(&cause.field).unwrap_or_default();
    let manager = quoted(&cause.message).into_iter().next().unwrap_or_default();
    Objection::at(field, &format!("{manager:?} has set it in the cluster"))
        .hint("the object has come into being since the plan was made: plan again")
}

/// A limit of the API server or of etcd (k8s.io/apiserver
/// `pkg/endpoints/handlers/rest.go`, etcd `server/etcdserver/errors`).
fn too_large(status: &StatusError) -> Option<Objection> {
    let limit = status.message.split_once("limit is ").map(|(_, limit)| format!(" ({limit} bytes)"));
    let is_etcd = status.message.contains("etcdserver: request is too large");
    (status.code == 413 || is_etcd).then(|| {
        let limit = limit.unwrap_or_default();
        Objection::new(format!("is larger than the cluster stores{limit}"))
            .hint("split it, or keep what is large outside of the cluster")
    })
}

/// `namespaces "nowhere" not found`.
fn missing_namespace(subject: &Subject<'_>, message: &str) -> Option<Objection> {
    let rest = message.strip_prefix("namespaces ").filter(|rest| rest.ends_with(" not found"))?;
    let name = quoted(rest).into_iter().next()?;
    let field = subject.field("metadata.namespace");
    Some(Objection::about(field, format!("the namespace {name:?} doesn't exist")))
}

/// `the namespace of the provided object does not match the namespace sent on
/// the request`, or its name.
fn named_otherwise(subject: &Subject<'_>, message: &str) -> Option<Objection> {
    let what = match () {
        () if message.starts_with("the namespace of the ") => "namespace",
        () if message.starts_with("the name of the object ") => "name",
        () => return None,
    };
    let field = subject.field(&format!("metadata.{what}"))?;
    Some(Objection::at(field, &format!("isn't the {what} that the request was sent for")))
}

/// `metadata.managedFields must be nil`: a message that starts with a field.
fn named_first(subject: &Subject<'_>, message: &str) -> Option<Objection> {
    let (path, said) = message.split_once(' ')?;
    let field: Field = subject.field(path).filter(|field| subject.value(field).is_some())?;
    Some(Objection::at(field, &said.replace("must be nil", "must be left out")))
}
