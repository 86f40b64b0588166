//! Who owns which fields of a live object: its `metadata.managedFields`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::FieldSet;
use crate::json::Value;

/// How a manager writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub enum Operation {
    /// Server-side apply: the manager owns what its manifest holds.
    Apply,
    /// Any other write: the manager owns what it changed.
    Update,
}

/// The fields that one manager owns by one kind of write. They are read only
/// when asked for: of most entries nobody ever asks.
#[derive(Clone, Copy)]
pub struct ManagedEntry<'a> {
    /// The manager's name.
    pub manager: &'a str,
    /// How it wrote.
    pub operation: Operation,
    /// The subresource through which it wrote (`status`, `scale`), if any.
    pub subresource: Option<&'a str>,
    /// The API version of the fields' paths.
    pub api_version: &'a str,
    /// When it last changed anything, to the second.
    pub time: Option<Timestamp>,
    fields: &'a Value,
}

impl<'a> ManagedEntry<'a> {
    /// The entries of a live object, in the server's order; `None` when there
    /// is anything in them that isn't known. No entries: empty.
    pub fn of(object: &'a Value) -> Option<Vec<Self>> {
        match object.get("metadata").and_then(|metadata| metadata.get("managedFields")) {
            None | Some(Value::Null) => Some(Vec::new()),
            Some(entries) => entries.as_array()?.iter().map(Self::parse).collect(),
        }
    }

    fn parse(entry: &'a Value) -> Option<Self> {
        let text = |name: &str| entry.get(name).and_then(Value::as_str);
        if text("fieldsType")? != "FieldsV1" {
            return None;
        }
        Some(Self {
            manager: text("manager").unwrap_or_default(),
            operation: match text("operation")? {
                "Apply" => Operation::Apply,
                "Update" => Operation::Update,
                _ => return None,
            },
            subresource: text("subresource").filter(|name| !name.is_empty()),
            api_version: text("apiVersion")?,
            time: text("time").and_then(|time| time.parse().ok()),
            fields: entry.get("fieldsV1")?,
        })
    }

    /// The fields; `None` when there is anything in them that isn't known.
    pub fn fields(&self) -> Option<FieldSet<'a>> {
        FieldSet::parse(self.fields)
    }

    /// The fields as the server wrote them (`fieldsV1`).
    pub fn raw_fields(&self) -> &'a Value {
        self.fields
    }

    /// Whether this is what `manager` applied to the object itself.
    pub fn is_apply_of(&self, manager: &str) -> bool {
        self.manager == manager && self.operation == Operation::Apply && self.subresource.is_none()
    }

    /// What `manager` applied, when there is exactly one such entry.
    pub fn applied_by(object: &'a Value, manager: &str) -> Option<Self> {
        let entries = Self::of(object)?;
        let mut own = entries.into_iter().filter(|entry| entry.is_apply_of(manager));
        let first = own.next()?;
        own.next().is_none().then_some(first)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn entry(manager: &str, operation: &str, subresource: Option<&str>) -> Value {
        let mut entry = json!({
            "manager": manager, "operation": operation, "apiVersion": "apps/v1",
            "time": "2026-01-02T03:04:05Z", "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:replicas": {}}}
        });
        if let Some(name) = subresource {
            entry["subresource"] = json!(name);
        }
        entry
    }

    fn object(entries: &[Value]) -> Value {
        json!({"metadata": {"managedFields": entries}})
    }

    #[test]
    fn entries_are_read_in_full() {
        let object = object(&[entry("kube-controller-manager", "Update", Some("status"))]);
        let entries = ManagedEntry::of(&object).expect("known");
        assert_eq!(entries[0].manager, "kube-controller-manager");
        assert_eq!(entries[0].operation, Operation::Update);
        assert_eq!(entries[0].subresource, Some("status"));
        assert_eq!(entries[0].api_version, "apps/v1");
        assert_eq!(entries[0].time.expect("a time").to_string(), "2026-01-02T03:04:05Z");
        assert_eq!(entries[0].fields().expect("known").paths()[0].to_string(), "spec.replicas");
    }

    #[test]
    fn only_the_one_apply_entry_of_the_object_itself_is_ours() {
        let update = entry("trueup", "Update", None);
        let scale = entry("trueup", "Apply", Some("scale"));
        let apply = entry("trueup", "Apply", None);
        let has_own = |entries: &[Value]| ManagedEntry::applied_by(&object(entries), "trueup").is_some();
        assert!(has_own(&[update.clone(), apply.clone(), scale.clone()]));
        assert!(!has_own(&[update, scale]));
        assert!(!has_own(&[apply.clone(), apply]));
        assert!(!has_own(&[]));
    }

    #[test]
    fn what_isnt_known_is_never_skipped() {
        let mut odd = entry("trueup", "Apply", None);
        odd["fieldsType"] = json!("FieldsV2");
        assert!(ManagedEntry::of(&object(&[odd])).is_none());
        assert!(ManagedEntry::of(&object(&[entry("a", "Merge", None)])).is_none());
        assert_eq!(ManagedEntry::of(&json!({"metadata": {}})).map(|entries| entries.len()), Some(0));
    }
}
