//! What a prediction does to the owners of fields, and who wrote a field.

use std::collections::BTreeMap;

use jiff::Timestamp;

use super::{FieldSet, ManagedEntry, Operation};
use crate::json::{Map, Value};
use crate::object::FieldPath;

/// Whether the API server's prediction changes nothing at all, ownership
/// included. The times in managed fields, `resourceVersion` and `generation` don't
/// count (a `NetworkPolicy` with `ingress: []` gets a new generation from every
/// identical apply), nor does that a list's items name no kind.
pub fn is_noop(live: &Value, predicted: &Value) -> bool {
    let (Some(live), Some(predicted)) = (live.as_object(), predicted.as_object()) else { return false };
    let lacks_type = |name: &str| !(live.contains_key(name) && predicted.contains_key(name));
    let same_root = same_except(live, predicted, |name| {
        name == "metadata" || (matches!(name, "apiVersion" | "kind") && lacks_type(name))
    });
    let metadata = |object: &Map| object.get("metadata").and_then(Value::as_object).cloned();
    let (Some(live), Some(predicted)) = (metadata(live), metadata(predicted)) else { return false };
    same_root
        && same_except(&live, &predicted, |name| {
            matches!(name, "managedFields" | "resourceVersion" | "generation")
        })
        && untimed_entries(&live) == untimed_entries(&predicted)
}

fn same_except(a: &Map, b: &Map, ignored: impl Fn(&str) -> bool) -> bool {
    let counted = |map: &Map| map.keys().filter(|name| !ignored(name)).count();
    counted(a) == counted(b) && a.iter().all(|(name, value)| ignored(name) || b.get(name) == Some(value))
}

/// The managed fields without their times, in an order that doesn't depend on
/// them.
fn untimed_entries(metadata: &Map) -> Vec<String> {
    let entries = metadata.get("managedFields").and_then(Value::as_array).into_iter().flatten();
    let mut texts: Vec<String> = entries
        .map(|entry| {
            let mut entry = entry.clone();
            if let Some(map) = entry.as_object_mut() {
                map.remove("time");
            }
            entry.to_string()
        })
        .collect();
    texts.sort_unstable();
    texts
}

/// Whether the prediction changes which fields `manager` owns by apply, or at
/// which API version. An apply may do that without changing any value.
pub fn ownership_changed(live: &Value, predicted: &Value, manager: &str) -> bool {
    let own = |object| ManagedEntry::applied_by(object, manager);
    match (own(live), own(predicted)) {
        (Some(live), Some(predicted)) => {
            live.api_version != predicted.api_version || live.raw_fields() != predicted.raw_fields()
        }
        (live, predicted) => live.is_some() || predicted.is_some(),
    }
}

/// Fields that an apply takes from a manager.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenFields {
    /// Who owns them now.
    pub manager: String,
    /// The fields; one that stands for all below it has none of these.
    pub fields: Vec<FieldPath>,
}

/// What other managers own now and don't in the prediction: what a forced apply
/// by `manager` takes from them. Sorted by manager. Entries that can't be read
/// are left out.
pub fn taken_from(live: &Value, predicted: &Value, manager: &str) -> Vec<TakenFields> {
    let after = owned_by_others(predicted, manager);
    let taken = |(owner, before): (&str, FieldSet<'_>)| {
        let lost = after.get(owner).map_or_else(|| before.clone(), |after| before.difference(after));
        let fields = lost.topmost();
        (!fields.is_empty()).then(|| TakenFields { manager: owner.to_owned(), fields })
    };
    owned_by_others(live, manager).into_iter().filter_map(taken).collect()
}

fn owned_by_others<'a>(object: &'a Value, manager: &str) -> BTreeMap<&'a str, FieldSet<'a>> {
    let mut owned: BTreeMap<&str, FieldSet<'_>> = BTreeMap::new();
    for entry in ManagedEntry::of(object).unwrap_or_default() {
        if entry.manager == manager {
            continue;
        }
        if let Some(fields) = entry.fields() {
            let all = owned.entry(entry.manager).or_default();
            *all = all.union(&fields);
        }
    }
    owned
}

/// Who wrote a field, as far as the server knows: a manager, not a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Writer {
    /// The manager.
    pub manager: String,
    /// How it wrote.
    pub operation: Operation,
    /// When it last changed anything in the object.
    pub time: Option<Timestamp>,
}

/// Who else than `manager` by its apply owns this path now, or something below
/// it: the one who wrote last. `None` when nobody does (the field is gone, or is
/// only ours).
pub fn who_changed(live: &Value, path: &FieldPath, manager: &str) -> Option<Writer> {
    let others: Vec<_> =
        ManagedEntry::of(live)?.into_iter().filter(|entry| !entry.is_apply_of(manager)).collect();
    let owner = latest(&others, |fields| fields.covers(path))
        .or_else(|| latest(&others, |fields| fields.touches(path)))?;
    Some(Writer { manager: owner.manager.to_owned(), operation: owner.operation, time: owner.time })
}

fn latest<'e, 'a>(
    entries: &'e [ManagedEntry<'a>],
    owns: impl Fn(&FieldSet<'_>) -> bool,
) -> Option<&'e ManagedEntry<'a>> {
    let owners = entries.iter().filter(|entry| entry.fields().is_some_and(|fields| owns(&fields)));
    owners.max_by_key(|entry| (entry.time, entry.manager))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn entry(manager: &str, operation: &str, minute: u8, fields: &Value) -> Value {
        json!({
            "manager": manager, "operation": operation, "apiVersion": "apps/v1",
            "time": format!("2026-01-02T03:{minute:02}:00Z"), "fieldsType": "FieldsV1", "fieldsV1": fields
        })
    }

    fn object(entries: &[Value]) -> Value {
        json!({"metadata": {"name": "web", "managedFields": entries}, "spec": {"replicas": 1}})
    }

    #[test]
    fn trap_5_a_new_generation_alone_is_nothing() {
        let live = json!({"metadata": {"name": "a", "generation": 7, "resourceVersion": "1"}, "spec": {}});
        let mut predicted = json!({
            "apiVersion": "networking.k8s.io/v1", "kind": "NetworkPolicy",
            "metadata": {"name": "a", "generation": 8, "resourceVersion": "2"}, "spec": {}
        });
        assert!(is_noop(&live, &predicted));
        predicted["spec"]["ingress"] = json!([]);
        assert!(!is_noop(&live, &predicted));
    }

    #[test]
    fn times_of_managed_fields_are_nothing_but_their_fields_are_something() {
        let fields = json!({"f:spec": {"f:replicas": {}}});
        let live = object(&[entry("trueup", "Apply", 1, &fields), entry("b", "Update", 2, &fields)]);
        let later = object(&[entry("b", "Update", 2, &fields), entry("trueup", "Apply", 3, &fields)]);
        assert!(is_noop(&live, &later));
        assert!(!is_noop(&live, &object(&[entry("trueup", "Apply", 1, &fields)])));
    }

    #[test]
    fn a_changed_kind_label_or_status_is_not_nothing() {
        let live = json!({"kind": "A", "metadata": {"labels": {"a": "1"}}, "status": {"x": 1}});
        for (field, value) in [("kind", json!("B")), ("metadata", json!({})), ("status", json!({}))] {
            let mut predicted = live.clone();
            predicted[field] = value;
            assert!(!is_noop(&live, &predicted), "{field}");
        }
    }

    #[test]
    fn ownership_may_change_without_any_value() {
        let live = object(&[entry("trueup", "Apply", 1, &json!({"f:spec": {"f:strategy": {}}}))]);
        let predicted =
            object(&[entry("trueup", "Apply", 2, &json!({"f:spec": {"f:strategy": {"f:type": {}}}}))]);
        assert!(ownership_changed(&live, &predicted, "trueup"));
        assert!(!ownership_changed(&live, &live, "trueup"));
        assert!(!ownership_changed(&live, &predicted, "somebody"));
        assert!(ownership_changed(&object(&[]), &predicted, "trueup"));
    }

    #[test]
    fn what_a_forced_apply_takes_is_told_by_owner() {
        let live = object(&[
            entry("kubectl", "Update", 1, &json!({"f:spec": {"f:replicas": {}, "f:paused": {}}})),
            entry("hpa", "Update", 1, &json!({"f:spec": {"f:replicas": {}}})),
            entry("trueup", "Apply", 1, &json!({"f:spec": {"f:replicas": {}}})),
        ]);
        let predicted = object(&[
            entry("kubectl", "Update", 1, &json!({"f:spec": {"f:paused": {}}})),
            entry("trueup", "Apply", 1, &json!({"f:spec": {"f:replicas": {}}})),
        ]);
        let replicas = vec![FieldPath::fields(["spec", "replicas"])];
        assert_eq!(
            taken_from(&live, &predicted, "trueup"),
            [
                TakenFields { manager: "hpa".into(), fields: replicas.clone() },
                TakenFields { manager: "kubectl".into(), fields: replicas },
            ]
        );
        assert_eq!(taken_from(&live, &live, "trueup"), []);
    }

    #[test]
    fn the_last_other_owner_of_a_field_is_named() {
        let live = object(&[
            entry("trueup", "Apply", 9, &json!({"f:spec": {"f:replicas": {}, "f:paused": {}}})),
            entry("kubectl-edit", "Update", 5, &json!({"f:spec": {"f:replicas": {}}})),
            entry("hpa", "Update", 7, &json!({"f:spec": {"f:replicas": {}, "f:selector": {}}})),
        ]);
        let who = |path: &str| {
            who_changed(&live, &FieldPath::parse(path).expect("a path"), "trueup")
                .map(|writer| writer.manager)
        };
        assert_eq!(who("spec.replicas").as_deref(), Some("hpa"));
        assert_eq!(who("spec.selector.matchLabels.app").as_deref(), Some("hpa"));
        assert_eq!(who("spec").as_deref(), Some("hpa"));
        assert_eq!(who("spec.paused"), None);
        assert_eq!(who("spec.template"), None);
    }
}
