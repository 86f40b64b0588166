//! Why a field changes: Git moved, or the cluster did.
//!
//! Decided by the last record: where live still has what was written last, Git
//! must have moved; where it hasn't, the cluster did. Values are compared in
//! the form in which records keep them, so that secrets need not be known; those
//! whose digests were made without their key, or with another, say nothing.

use super::model::{Cause, FieldChange};
use crate::diff::{self, Writer};
use crate::json::Value;
use crate::object::{Change, FieldPath, ObjectId};
use crate::release::{self, Comparison};

/// What the last run that wrote left of an object.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The object's uid.
    pub uid: Option<String>,
    /// The values at the applied paths as the server returned them.
    pub written: Value,
}

/// The last record, by identity.
pub type Past = std::collections::BTreeMap<ObjectId, Recorded>;

/// A change with its cause. `kept` is the live object in the records' form.
pub fn with_cause(
    change: Change,
    recorded: Option<&Recorded>,
    kept: &Value,
    live: &Value,
    manager: &str,
) -> FieldChange {
    let cause = recorded.map_or(Cause::Unknown, |recorded| cause(&change.path, &recorded.written, kept));
    told(change, cause, live, manager)
}

/// A change with the cause that it is known to have; of drift also who wrote last
/// and when.
pub fn told(change: Change, cause: Cause, live: &Value, manager: &str) -> FieldChange {
    let writer = (cause == Cause::Drift).then(|| diff::who_changed(live, &change.path, manager)).flatten();
    let (by, when) = writer.map_or((None, None), |Writer { manager, time, .. }| (Some(manager), time));
    FieldChange {
        path: change.path,
        op: change.op,
        from: change.from,
        to: change.to,
        cause: Some(cause),
        by,
        when,
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
        let recorded = Recorded { uid: None, written: json!({"data": {"a": "hmac:key.one"}}) };
        let told = |kept: &str| {
            let change = Change { path: path.clone(), op: Op::Change, from: None, to: None };
            with_cause(change, Some(&recorded), &json!({"data": {"a": kept}}), &live, "trueup")
        };
        let drifted = told("hmac:key.two");
        assert_eq!((drifted.cause, drifted.by.as_deref()), (Some(Cause::Drift), Some("somebody")));
        let unknown = told("hmac:unknown");
        assert_eq!((unknown.cause, unknown.by), (Some(Cause::Unknown), None));
    }
}
