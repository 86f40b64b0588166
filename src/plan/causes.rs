//! Why a field changes: Git moved, or the cluster did.
//!
//! Decided by the last record: where live still has what was written last, Git
//! must have moved; where it hasn't, the cluster did. Values are compared in
//! the form in which records keep them, so that secrets need not be known; those
//! whose digests were made without their key, or with another, say nothing.

use super::model::{Cause, FieldChange};
use crate::diff::{self, Writer};
use crate::json::Value;
use crate::object::{Change, FieldPath, ObjectId, SecretPaths, Shown};
use crate::release::{self, Comparison, Record, RecordedObject};

/// What the last run that wrote left of an object.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recorded<'a> {
    /// The object's uid.
    pub uid: Option<&'a str>,
    /// The values at the applied paths as the server returned them.
    pub written: &'a Value,
    /// The manifest.
    pub manifest: &'a Value,
    /// The applied fields (`fieldsV1`); null where they weren't known.
    pub fields: &'a Value,
}

/// The last record, if it is known.
#[derive(Debug, Clone, Copy)]
pub struct Past<'a>(pub Option<&'a Record>);

impl<'a> Past<'a> {
    /// What it has of an object.
    pub fn get(self, id: &ObjectId) -> Option<Recorded<'a>> {
        self.0?.find(id).map(Recorded::of)
    }
}

impl<'a> Recorded<'a> {
    /// As an object was recorded.
    pub fn of(object: &'a RecordedObject) -> Self {
        Self {
            uid: object.uid.as_deref(),
            written: object.written().value(),
            manifest: object.manifest.value(),
            fields: &object.fields,
        }
    }

    /// Whether Git has moved at a path since then. `wanted` is the manifest of
    /// today in the records' form.
    pub fn is_superseded(&self, path: &FieldPath, wanted: &Value) -> bool {
        match (path.get(self.manifest), path.get(wanted)) {
            (Some(then), Some(now)) => release::compare(then, now) == Comparison::Different,
            (None, None) => false,
            (None, Some(_)) | (Some(_), None) => true,
        }
    }

    /// What was written at a path, for people: nothing where a secret is in it.
    fn shown(&self, path: &FieldPath, secret: &SecretPaths) -> Option<Shown> {
        let value = path.get(self.written)?;
        let is_open = secret.is_empty() || {
            let without = secret.replace(self.written, |_| Value::Null);
            !secret.hides(path) && path.get(&without) == Some(value)
        };
        is_open.then(|| Shown::Value(value.clone()))
    }
}

/// A change with its cause. `kept` is the live object in the records' form.
pub fn with_cause(
    change: Change,
    recorded: Option<Recorded<'_>>,
    kept: &Value,
    live: &Value,
    secret: &SecretPaths,
    manager: &str,
) -> FieldChange {
    let cause = recorded.map_or(Cause::Unknown, |recorded| cause(&change.path, recorded.written, kept));
    let told = told(change, cause, live, manager);
    let recorded = recorded.filter(|_| cause == Cause::Drift);
    let deployed = recorded.and_then(|recorded| recorded.shown(&told.path, secret));
    FieldChange { deployed, ..told }
}

/// A change where a run that was killed may have written without a record: what
/// nobody else owns may be from that run.
#[must_use]
pub fn maybe_own(change: FieldChange) -> FieldChange {
    if change.cause == Some(Cause::Drift) && change.by.is_none() {
        return FieldChange { cause: Some(Cause::Unknown), deployed: None, ..change };
    }
    change
}

/// A change with the cause that it is known to have; of drift also who wrote last,
/// how and when.
pub fn told(change: Change, cause: Cause, live: &Value, manager: &str) -> FieldChange {
    let writer = (cause == Cause::Drift).then(|| diff::who_changed(live, &change.path, manager)).flatten();
    let (by, operation, when) = writer.map_or((None, None, None), |Writer { manager, operation, time }| {
        (Some(manager), Some(operation), time)
    });
    FieldChange {
        path: change.path,
        op: change.op,
        from: change.from,
        to: change.to,
        cause: Some(cause),
        by,
        operation,
        when,
        deployed: None,
        commit: None,
        uncommitted: false,
        variables: Vec::new(),
    }
}

fn cause(path: &FieldPath, written: &Value, kept: &Value) -> Cause {
    match (path.get(written), path.get(kept)) {
        // Never written by us, so Git asks for it now.
        (None, _) => Cause::Commit,
        (Some(then), Some(now)) => match release::compare(&narrowed(now, then), then) {
            Comparison::Same => Cause::Commit,
            Comparison::Different => Cause::Drift,
            // Secrets without their key.
            Comparison::Unknown => Cause::Unknown,
        },
        (Some(_), None) => Cause::Drift,
    }
}

/// What of `live` is where something was written: others may have added more.
fn narrowed(live: &Value, written: &Value) -> Value {
    match (live, written) {
        (Value::Object(live), Value::Object(written)) => written
            .iter()
            .filter_map(|(key, written)| Some((key.clone(), narrowed(live.get(key)?, written))))
            .collect(),
        (Value::Array(live), Value::Array(written)) if live.len() == written.len() => {
            live.iter().zip(written).map(|(live, written)| narrowed(live, written)).collect()
        }
        (live, _) => live.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use crate::object::Op;

    fn recorded<'a>(written: &'a Value, manifest: &'a Value) -> Recorded<'a> {
        Recorded { uid: None, written, manifest, fields: &Value::Null }
    }

    fn of(path: &[&str], written: Value, kept: Value) -> Cause {
        cause(&FieldPath::fields(path.iter().copied()), &written, &kept)
    }

    #[test]
    fn live_as_written_means_that_git_moved_and_otherwise_the_cluster_did() {
        let written = json!({"spec": {"replicas": 3}});
        assert_eq!(
            of(&["spec", "replicas"], written.clone(), json!({"spec": {"replicas": 3}})),
            Cause::Commit
        );
        assert_eq!(
            of(&["spec", "replicas"], written.clone(), json!({"spec": {"replicas": 5}})),
            Cause::Drift
        );
        assert_eq!(of(&["spec", "replicas"], written.clone(), json!({"spec": {}})), Cause::Drift);
        assert_eq!(of(&["spec", "paused"], written, json!({"spec": {"paused": true}})), Cause::Commit);
    }

    #[test]
    fn what_others_added_below_is_no_drift_of_ours() {
        let written = json!({"data": {"a": "1"}});
        assert_eq!(of(&["data"], written, json!({"data": {"a": "1", "b": "2"}})), Cause::Commit);
    }

    #[test]
    fn what_was_written_below_and_is_gone_is_drift() {
        let written = json!({"data": {"a": "1", "b": ["x"]}});
        assert_eq!(of(&["data"], written.clone(), json!({"data": {"b": ["x"]}})), Cause::Drift);
        assert_eq!(of(&["data"], written, json!({"data": {"a": "1", "b": ["x", "y"]}})), Cause::Drift);
    }

    #[test]
    fn a_secret_that_cant_be_compared_is_unknown_and_no_drift() {
        let cause = |then: &str, now: &str| {
            of(&["data", "a"], json!({"data": {"a": then}}), json!({"data": {"a": now}}))
        };
        assert_eq!(cause("hmac:key.one", "hmac:key.one"), Cause::Commit);
        assert_eq!(cause("hmac:key.one", "hmac:key.two"), Cause::Drift);
        assert_eq!(cause("hmac:key.one", "hmac:other.one"), Cause::Unknown);
        assert_eq!(cause("hmac:key.one", "hmac:unknown"), Cause::Unknown);
        assert_eq!(cause("hmac:unknown", "hmac:unknown"), Cause::Unknown);
    }

    #[test]
    fn nobody_is_named_for_a_secret_that_cant_be_compared() {
        let path = FieldPath::fields(["data", "a"]);
        let live = json!({"apiVersion": "v1", "kind": "Secret", "data": {"a": "eA=="}, "metadata": {
            "name": "a", "managedFields": [{"manager": "somebody", "operation": "Update",
            "apiVersion": "v1", "fieldsType": "FieldsV1", "fieldsV1": {"f:data": {"f:a": {}}}}]}});
        let written = json!({"data": {"a": "hmac:key.one"}});
        let recorded = recorded(&written, &written);
        let secret = SecretPaths::of(&crate::object::GroupKind::new("", "Secret"));
        let told = |kept: &str| {
            let change = Change { path: path.clone(), op: Op::Change, from: None, to: None };
            with_cause(change, Some(recorded), &json!({"data": {"a": kept}}), &live, &secret, "trueup")
        };
        let drifted = told("hmac:key.two");
        assert_eq!((drifted.cause, drifted.by.as_deref()), (Some(Cause::Drift), Some("somebody")));
        assert_eq!((drifted.operation, drifted.deployed), (Some(diff::Operation::Update), None));
        let unknown = told("hmac:unknown");
        assert_eq!((unknown.cause, unknown.by), (Some(Cause::Unknown), None));
    }

    #[test]
    fn what_the_last_release_left_is_told_unless_a_secret_is_in_it() {
        let written = json!({"metadata": {"labels": {"a": "1"}}, "data": {"a": "hmac:key.one"}});
        let recorded = recorded(&written, &written);
        let secret = SecretPaths::of(&crate::object::GroupKind::new("", "Secret"));
        let shown = |path: &[&str], secret: &SecretPaths| {
            recorded.shown(&FieldPath::fields(path.iter().copied()), secret)
        };
        assert_eq!(shown(&["metadata", "labels", "a"], &secret), Some(Shown::Value(json!("1"))));
        for path in [&["data", "a"][..], &["data"], &[], &["data", "b"]] {
            assert_eq!(shown(path, &secret), None, "{path:?}");
        }
        let open = SecretPaths::default();
        assert_eq!(shown(&["data", "a"], &open), Some(Shown::Value(json!("hmac:key.one"))));
    }

    #[test]
    fn git_has_moved_where_the_manifest_isnt_what_it_was_whatever_the_server_made_of_it() {
        let written = json!({"spec": {"cpu": "1", "replicas": 3}});
        let manifest = json!({"spec": {"cpu": "1000m", "replicas": 3}});
        let wanted = json!({"spec": {"cpu": "1000m", "replicas": 5, "paused": true}});
        let moved = |field: &str| {
            recorded(&written, &manifest).is_superseded(&FieldPath::fields(["spec", field]), &wanted)
        };
        assert_eq!(["cpu", "replicas", "paused", "none"].map(moved), [false, true, true, false],);
        let secret = |then: &str, now: &str| {
            let written = json!({"data": then});
            recorded(&written, &written).is_superseded(&FieldPath::fields(["data"]), &json!({"data": now}))
        };
        assert!(secret("hmac:key.one", "hmac:key.two"));
        assert!(!secret("hmac:key.one", "hmac:other.two"));
    }
}
