//! Taking over what client-side tools have set. They leave fields in
//! `metadata.managedFields` that nobody would ever take away: a field that leaves
//! Git would stay. So the entries of known tools become the manager's own, as if it
//! had applied what they set, and an apply then removes what isn't wanted.
//!
//! The same is done by `csaupgrade` of client-go (`k8s.io/client-go/util/csaupgrade`)
//! for kubectl's own entries.

use super::ManagedEntry;
use super::field_set::FieldSet;
use super::local::without_dropped;
use crate::json::{Value, json};

/// Managers whose fields are taken over: what people and tools set that don't
/// apply on the server's side, or that trueup replaces. `before-first-apply` is what
/// the server itself calls the owner of whatever was there before the first apply.
/// Not `kubectl-rollout` and the like, whose marks are no part of a manifest, and
/// never a manager that isn't known: it may be a controller.
pub const CLIENT_SIDE: [&str; 11] = [
    "before-first-apply",
    "helm",
    "kapp",
    "kluctl",
    "kubectl",
    "kubectl-client-side-apply",
    "kubectl-create",
    "kubectl-edit",
    "kubectl-patch",
    "kubectl-replace",
    "kubectl-set",
];

/// Whose fields become the manager's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Migration {
    /// The managers, sorted.
    pub managers: Vec<String>,
    /// The object's managed fields afterwards.
    pub managed_fields: Value,
}

impl Migration {
    /// What of a live object becomes `manager`'s, from those managers that
    /// `is_former` names; `None` when there is nothing to take over. Entries of a
    /// subresource, or at another version than the object was read at, stay.
    pub fn of(live: &Value, manager: &str, is_former: impl Fn(&str) -> bool) -> Option<Self> {
        let raw = live["metadata"]["managedFields"].as_array()?;
        let entries = ManagedEntry::of(live)?;
        let version = live["apiVersion"].as_str()?;
        let is_mine = |entry: &ManagedEntry<'_>| entry.is_apply_of(manager);
        let is_taken = |entry: &ManagedEntry<'_>| {
            !is_mine(entry)
                && entry.subresource.is_none()
                && entry.api_version == version
                && is_former(entry.manager)
        };
        // A second entry, or one at another version, is for the server to sort out.
        let mut mine = entries.iter().filter(|entry| is_mine(entry));
        if mine.next().is_some_and(|entry| entry.api_version != version) || mine.next().is_some() {
            return None;
        }
        let mut managers: Vec<String> =
            entries.iter().filter(|entry| is_taken(entry)).map(|entry| entry.manager.to_owned()).collect();
        managers.sort();
        managers.dedup();
        let joined = |entry: &&ManagedEntry<'_>| is_mine(entry) || is_taken(entry);
        let mut fields = FieldSet::default();
        for entry in entries.iter().filter(joined) {
            fields = fields.union(&entry.fields()?);
        }
        let time = entries.iter().filter(joined).filter_map(|entry| entry.time).max();
        let mut own = json!({
            "manager": manager, "operation": "Apply", "apiVersion": version,
            "fieldsType": "FieldsV1", "fieldsV1": fields.to_json(),
        });
        if let Some(time) = time {
            own["time"] = Value::from(time.to_string());
        }
        let others = raw.iter().zip(&entries).filter(|(_, entry)| !joined(entry)).map(|(raw, _)| raw.clone());
        let managed_fields = std::iter::once(own).chain(others).collect();
        (!managers.is_empty()).then_some(Self { managers, managed_fields })
    }

    /// The JSON patch (RFC 6902) that does it, if the object is still as it was
    /// read: with another `resourceVersion` the server answers with a conflict.
    pub fn patch(&self, live: &Value) -> Value {
        json!([
            {"op": "replace", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
            {"op": "replace", "path": "/metadata/managedFields", "value": self.managed_fields},
        ])
    }

    /// The live object as it is once the former managers' fields are the manager's.
    #[must_use]
    pub fn of_live(&self, live: &Value) -> Value {
        let mut migrated = live.clone();
        migrated["metadata"]["managedFields"] = self.managed_fields.clone();
        migrated
    }

    /// `applied`, the live object after an apply of `body` without the migration,
    /// as it would be with it: what only the former managers owned and `body` doesn't
    /// have goes. What the server fills in for it isn't there yet.
    #[must_use]
    pub fn without_former(&self, applied: &Value, body: &Value, manager: &str) -> Value {
        let mut left = without_dropped(&self.of_live(applied), body, manager);
        left["metadata"]["managedFields"] = self.left_of(&applied["metadata"]["managedFields"]);
        left
    }

    /// What an apply leaves of the managed fields, without the former managers'.
    fn left_of(&self, applied: &Value) -> Value {
        let is_former = |entry: &Value| {
            let manager = entry["manager"].as_str().unwrap_or_default();
            entry.get("subresource").is_none() && self.managers.iter().any(|former| former == manager)
        };
        applied.as_array().into_iter().flatten().filter(|entry| !is_former(entry)).cloned().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(manager: &str, operation: &str, fields: Value) -> Value {
        json!({"manager": manager, "operation": operation, "apiVersion": "v1", "time": "2026-01-02T03:04:05Z",
            "fieldsType": "FieldsV1", "fieldsV1": fields})
    }

    fn live(entries: &[Value]) -> Value {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1", "b": "2", "c": "3"},
            "metadata": {"name": "x", "resourceVersion": "7", "managedFields": entries}})
    }

    fn migration(entries: &[Value]) -> Option<Migration> {
        Migration::of(&live(entries), "trueup", |manager| CLIENT_SIDE.contains(&manager))
    }

    #[test]
    fn known_managers_entries_become_one_of_ours_and_the_rest_stays() {
        let controller = entry("controller", "Update", json!({"f:data": {"f:c": {}}}));
        let mut status = entry("kubectl-edit", "Update", json!({"f:status": {}}));
        status["subresource"] = json!("status");
        let found = migration(&[
            entry("kubectl-client-side-apply", "Update", json!({"f:data": {".": {}, "f:a": {}}})),
            controller.clone(),
            entry("helm", "Apply", json!({"f:data": {"f:b": {}}})),
            status.clone(),
        ])
        .expect("something to take over");
        assert_eq!(found.managers, ["helm", "kubectl-client-side-apply"]);
        let own = entry("trueup", "Apply", json!({"f:data": {".": {}, "f:a": {}, "f:b": {}}}));
        assert_eq!(found.managed_fields, json!([own, controller, status]));
    }

    #[test]
    fn nothing_is_taken_from_unknown_managers_and_other_versions() {
        assert_eq!(migration(&[entry("controller", "Update", json!({"f:data": {}}))]), None);
        let mut older = entry("kubectl-edit", "Update", json!({"f:data": {"f:a": {}}}));
        older["apiVersion"] = json!("v1beta1");
        assert_eq!(migration(&[older]), None);
        assert_eq!(migration(&[]), None);
    }

    #[test]
    fn what_only_former_managers_owned_goes() {
        let entries = [
            entry("kubectl-edit", "Update", json!({"f:data": {"f:a": {}, "f:b": {}, "f:c": {}}})),
            entry("controller", "Update", json!({"f:data": {"f:c": {}}})),
        ];
        let migration = migration(&entries).expect("something to take over");
        let body = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1"}});
        let after = migration.without_former(&live(&entries), &body, "trueup");
        assert_eq!(after["data"], json!({"a": "1", "c": "3"}));
    }
}
