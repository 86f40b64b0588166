//! Taking over what client-side tools have set. They leave fields in
//! `metadata.managedFields` that nobody would ever take away: a field that leaves
//! Git would stay. So the entries of known tools become the manager's own, as if it
//! had applied what they set, and an apply then removes what isn't wanted.
//!
//! And where an object doesn't say any more which fields are the manager's, or says
//! it in a way that the server doesn't understand any more, that is put right.
//!
//! The same is done by `csaupgrade` of client-go (`k8s.io/client-go/util/csaupgrade`)
//! for kubectl's own entries.

use std::collections::BTreeSet;

use jiff::Timestamp;

use super::field_set::FieldSet;
use super::local::without_dropped;
use super::{Conflict, ManagedEntry};
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

/// What is to become the manager's own, besides what the object says that it
/// applied.
pub struct Sources<'a> {
    /// Whether a manager's fields are taken over.
    pub is_former: &'a dyn Fn(&str) -> bool,
    /// Whether the server doesn't know an API version any more (`group/version`).
    pub is_gone: &'a dyn Fn(&str) -> bool,
    /// The fields that the manager applied last (`fieldsV1`), for an object that
    /// doesn't say any more which are its.
    pub applied: Option<&'a Value>,
}

/// Whose fields become the manager's own.
#[derive(Debug, Clone, PartialEq)]
pub struct Migration {
    /// The managers, sorted.
    pub managers: Vec<String>,
    /// API versions that the server doesn't know any more, sorted: who owned fields
    /// at them owns them at the object's version. While it is asked to convert to
    /// one, the server answers an apply with an error, and any other write drops all
    /// managed fields (<https://github.com/kubernetes/kubernetes/issues/111937>).
    pub gone: Vec<String>,
    /// The fields that the manager applied last, where the object doesn't say any
    /// more which are its.
    pub restored: Option<Value>,
    /// The object's managed fields afterwards.
    pub managed_fields: Value,
}

impl Migration {
    /// What of a live object becomes `manager`'s; `None` when nothing does, and no
    /// version is gone. Of former managers, entries of a subresource stay, and those
    /// at another version that the server can still convert.
    pub fn of(live: &Value, manager: &str, sources: &Sources<'_>) -> Option<Self> {
        let entries = ManagedEntry::of(live)?;
        let version = live["apiVersion"].as_str()?;
        let is_mine = |entry: &ManagedEntry<'_>| entry.is_apply_of(manager);
        let is_gone =
            |entry: &ManagedEntry<'_>| entry.api_version != version && (sources.is_gone)(entry.api_version);
        let is_taken = |entry: &ManagedEntry<'_>| {
            let is_of_version = entry.api_version == version || is_gone(entry);
            !is_mine(entry)
                && entry.subresource.is_none()
                && is_of_version
                && (sources.is_former)(entry.manager)
        };
        // A second entry, or one at another version, is for the server to sort out.
        let mut mine = entries.iter().filter(|entry| is_mine(entry) && !is_gone(entry));
        if mine.next().is_some_and(|entry| entry.api_version != version) || mine.next().is_some() {
            return None;
        }
        let is_unsaid = !entries.iter().any(is_mine);
        let restored = sources.applied.filter(|fields| is_unsaid && fields.is_object());
        let managers = names(&entries, is_taken, |entry| entry.manager);
        let gone = names(&entries, is_gone, |entry| entry.api_version);
        if managers.is_empty() && gone.is_empty() && restored.is_none() {
            return None;
        }
        let is_joined = |entry: &ManagedEntry<'_>| is_mine(entry) || is_taken(entry);
        let joined: Vec<_> = entries.iter().filter(|entry| is_joined(entry)).collect();
        let fields = joined_fields(&joined, restored)?;
        let mut managed_fields = Vec::new();
        if !fields.is_empty() {
            let time = joined.iter().filter_map(|entry| entry.time).max();
            managed_fields.push(own_entry(manager, version, &fields, time));
        }
        let raw = live["metadata"]["managedFields"].as_array().into_iter().flatten();
        for (raw, entry) in raw.zip(&entries).filter(|(_, entry)| !is_joined(entry)) {
            let mut other = raw.clone();
            if is_gone(entry) {
                other["apiVersion"] = Value::from(version);
            }
            add(&mut managed_fields, other)?;
        }
        let restored = restored.cloned();
        Some(Self { managers, gone, restored, managed_fields: Value::Array(managed_fields) })
    }

    /// The same for the object as it is by now; `None` if that is another migration.
    pub fn again(&self, live: &Value, manager: &str) -> Option<Self> {
        let sources = Sources {
            is_former: &|manager| self.managers.iter().any(|former| former == manager),
            is_gone: &|version| self.gone.iter().any(|gone| gone == version),
            applied: self.restored.as_ref(),
        };
        let is_same = |again: &Self| {
            (&again.managers, &again.gone, &again.restored) == (&self.managers, &self.gone, &self.restored)
        };
        Self::of(live, manager, &sources).filter(is_same)
    }

    /// Whether the object is as this leaves it, whenever that was.
    pub fn is_done(&self, live: &Value) -> bool {
        let timeless = |entries: &Value| -> Vec<Value> {
            let entries = entries.as_array().into_iter().flatten().cloned();
            let without_time = |mut entry: Value| {
                entry.as_object_mut().map(|entry| entry.remove("time"));
                entry
            };
            entries.map(without_time).collect()
        };
        let (now, wanted) = (timeless(&live["metadata"]["managedFields"]), timeless(&self.managed_fields));
        now.len() == wanted.len() && wanted.iter().all(|entry| now.contains(entry))
    }

    /// The JSON patch (RFC 6902) that does it, if the object is still as it was
    /// read: with another `resourceVersion` the server answers with a conflict.
    pub fn patch(&self, live: &Value) -> Value {
        json!([
            {"op": "replace", "path": "/metadata/resourceVersion", "value": live["metadata"]["resourceVersion"]},
            {"op": "add", "path": "/metadata/managedFields", "value": self.managed_fields},
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

    /// What a forced apply leaves of the managed fields, with these conflicts.
    pub fn without_taken(&self, conflicts: &[Conflict]) -> Value {
        let left = |entry: &Value| {
            let manager = entry["manager"].as_str().unwrap_or_default();
            let mut left = entry.clone();
            for taken in conflicts.iter().filter(|conflict| conflict.manager == manager) {
                let fields = left["fieldsV1"].take();
                let fields = FieldSet::parse(&fields).unwrap_or_default();
                left["fieldsV1"] = fields.without(taken.field.steps()).to_json();
            }
            left
        };
        self.managed_fields.as_array().into_iter().flatten().map(left).collect()
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

/// What these entries have, and what is restored.
fn joined_fields<'a>(entries: &[&ManagedEntry<'a>], restored: Option<&'a Value>) -> Option<FieldSet<'a>> {
    let first = restored.map_or_else(|| Some(FieldSet::default()), FieldSet::parse)?;
    entries.iter().try_fold(first, |joined, entry| Some(joined.union(&entry.fields()?)))
}

fn own_entry(manager: &str, version: &str, fields: &FieldSet<'_>, time: Option<Timestamp>) -> Value {
    let mut own = json!({
        "manager": manager, "operation": "Apply", "apiVersion": version,
        "fieldsType": "FieldsV1", "fieldsV1": fields.to_json(),
    });
    if let Some(time) = time {
        own["time"] = Value::from(time.to_string());
    }
    own
}

/// What such entries are called, sorted.
fn names<'e>(
    entries: &[ManagedEntry<'e>],
    is_meant: impl Fn(&ManagedEntry<'e>) -> bool,
    name: impl Fn(&ManagedEntry<'e>) -> &'e str,
) -> Vec<String> {
    let found: BTreeSet<&str> = entries.iter().filter(|entry| is_meant(entry)).map(name).collect();
    found.into_iter().map(str::to_owned).collect()
}

/// Adds an entry, joined with one that the server takes for the same (apimachinery,
/// `util/managedfields/internal/managedfields.go`, `BuildManagerIdentifier`).
fn add(entries: &mut Vec<Value>, entry: Value) -> Option<()> {
    let identity = |entry: &Value| {
        let names = ["manager", "operation", "subresource", "apiVersion"];
        let time = if entry["operation"] == "Apply" { None } else { entry.get("time").cloned() };
        (names.map(|name| entry.get(name).cloned()), time)
    };
    match entries.iter_mut().find(|known| identity(known) == identity(&entry)) {
        None => entries.push(entry),
        Some(known) => {
            let (one, other) = (known["fieldsV1"].take(), &entry["fieldsV1"]);
            known["fieldsV1"] = FieldSet::parse(&one)?.union(&FieldSet::parse(other)?).to_json();
        }
    }
    Some(())
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

    fn of(entries: &[Value], applied: Option<&Value>) -> Option<Migration> {
        let sources = Sources {
            is_former: &|manager| CLIENT_SIDE.contains(&manager),
            is_gone: &|version| version == "v1alpha1",
            applied,
        };
        Migration::of(&live(entries), "trueup", &sources)
    }

    fn migration(entries: &[Value]) -> Option<Migration> {
        of(entries, None)
    }

    fn at(version: &str, entry: &Value) -> Value {
        let mut entry = entry.clone();
        entry["apiVersion"] = json!(version);
        entry
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
    #[test]
    fn entries_at_a_version_that_is_gone_are_brought_to_the_objects() {
        let own = entry("trueup", "Apply", json!({"f:data": {"f:a": {}}}));
        let other = entry("other", "Apply", json!({"f:data": {"f:b": {}}}));
        let other_now = entry("other", "Apply", json!({"f:data": {"f:c": {}}}));
        let served = at("v1beta1", &entry("older", "Apply", json!({"f:data": {"f:c": {}}})));
        let (gone, other_gone) = (at("v1alpha1", &own), at("v1alpha1", &other));
        let found = migration(&[gone.clone(), other_gone.clone(), other_now, served.clone()])
            .expect("something to put right");
        let joined = entry("other", "Apply", json!({"f:data": {"f:b": {}, "f:c": {}}}));
        assert_eq!(found.managed_fields, json!([own, joined, served]));
        assert_eq!(
            (found.gone, found.managers, found.restored),
            (vec!["v1alpha1".to_owned()], Vec::new(), None)
        );
        // Nothing is made ours that wasn't.
        let found = migration(std::slice::from_ref(&other_gone)).expect("something to put right");
        assert_eq!(found.managed_fields, json!([other]));
        // Writes at different times stay apart, as the server keeps them.
        let mut update = at("v1alpha1", &entry("controller", "Update", json!({"f:status": {}})));
        update["time"] = json!("2026-01-03T03:04:05Z");
        let now = entry("controller", "Update", json!({"f:data": {}}));
        let found = migration(&[update.clone(), now.clone()]).expect("something to put right");
        assert_eq!(found.managed_fields, json!([at("v1", &update), now]));
    }

    #[test]
    fn what_was_applied_last_counts_only_where_the_object_says_nothing() {
        let fields = json!({"f:data": {"f:a": {}, "f:b": {}}});
        let found = of(&[], Some(&fields)).expect("something to put right");
        let mut own = entry("trueup", "Apply", fields.clone());
        own.as_object_mut().expect("a map").remove("time");
        assert_eq!(found.managed_fields, json!([own]));
        assert_eq!(found.restored, Some(fields.clone()));
        let said = entry("trueup", "Apply", json!({"f:data": {"f:a": {}}}));
        assert_eq!(of(&[said], Some(&fields)), None);
        assert_eq!(of(&[], Some(&Value::Null)), None);
    }

    #[test]
    fn what_an_apply_takes_is_no_more_its_owners() {
        let own = at("v1alpha1", &entry("trueup", "Apply", json!({"f:data": {"f:a": {}}})));
        let other = entry("other", "Apply", json!({"f:data": {"f:a": {}, "f:b": {}}}));
        let found = migration(&[own, other]).expect("something to put right");
        let field = crate::object::FieldPath::fields(["data", "a"]);
        let left = found.without_taken(&[Conflict { manager: "other".to_owned(), field }]);
        assert_eq!(left[0]["fieldsV1"], json!({"f:data": {"f:a": {}}}));
        assert_eq!(left[1]["fieldsV1"], json!({"f:data": {"f:b": {}}}));
    }

    #[test]
    fn it_is_the_same_migration_only_while_the_same_is_to_be_put_right() {
        let own = at("v1alpha1", &entry("trueup", "Apply", json!({"f:data": {"f:a": {}}})));
        let edited = entry("kubectl-edit", "Update", json!({"f:data": {"f:b": {}}}));
        let found = migration(&[own.clone(), edited.clone()]).expect("something to put right");
        let controller = entry("controller", "Update", json!({"f:data": {"f:c": {}}}));
        let again = found.again(&live(&[own.clone(), edited.clone(), controller.clone()]), "trueup");
        assert_eq!(again.map(|again| again.managed_fields[1].clone()), Some(controller));
        assert_eq!(found.again(&live(&[own]), "trueup"), None);
        assert_eq!(found.again(&live(&[edited]), "trueup"), None);
        assert_eq!(found.again(&live(&[]), "trueup"), None);
    }
}
