//! One changed field: raw as the comparison finds it, masked as people see it.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{FieldPath, Shown, Step};
use crate::json::Value;

/// What happens to a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Op {
    /// It wasn't there.
    Add,
    /// It won't be there.
    Remove,
    /// It has another value.
    Change,
}

/// A changed field with its real values, which may be secret: it is never
/// printed or recorded, only turned into a [`Change`].
#[derive(Clone, PartialEq)]
pub struct RawChange {
    /// Where.
    pub path: FieldPath,
    /// What happens.
    pub op: Op,
    /// The value before; `None` when it is added.
    pub from: Option<Value>,
    /// The value after; `None` when it is removed.
    pub to: Option<Value>,
}

impl RawChange {
    /// A field (or a whole subtree) that wasn't there.
    pub fn add(path: FieldPath, to: Value) -> Self {
        Self { path, op: Op::Add, from: None, to: Some(to) }
    }

    /// A field (or a whole subtree) that won't be there.
    pub fn remove(path: FieldPath, from: Value) -> Self {
        Self { path, op: Op::Remove, from: Some(from), to: None }
    }

    /// A field with another value.
    pub fn change(path: FieldPath, from: Value, to: Value) -> Self {
        Self { path, op: Op::Change, from: Some(from), to: Some(to) }
    }
}

/// Leaves every value out, those that name a list's items too: they may be
/// secret.
impl fmt::Debug for RawChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RawChange({:?} ", self.op)?;
        for step in self.path.steps() {
            match step {
                Step::Field(name) => write!(f, "/{name}")?,
                Step::Index(index) => write!(f, "/{index}")?,
                Step::Key(_) | Step::Value(_) => f.write_str("/…")?,
            }
        }
        f.write_str(")")
    }
}

/// A changed field as it is printed, reported and recorded: no value in it is
/// secret.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Where.
    pub path: FieldPath,
    /// What happens.
    pub op: Op,
    /// The value before; absent when it is added.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub from: Option<Shown>,
    /// The value after; absent when it is removed.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub to: Option<Shown>,
}

/// A key that is there with `null` is a value (`null`), not an absent one.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Shown>, D::Error> {
    Shown::deserialize(deserializer).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn changes_are_read_back_as_written_null_included() {
        let change = Change {
            path: FieldPath::fields(["spec", "note"]),
            op: Op::Change,
            from: Some(Shown::Value(Value::Null)),
            to: Some(Shown::Masked(2)),
        };
        let written = crate::json::to_value(&change).expect("serialises");
        assert_eq!(written, json!({"path": "spec.note", "op": "change", "from": null, "to": "‹masked #2›"}));
        assert_eq!(crate::json::from_value::<Change>(written).expect("reads"), change);
        let added: Change =
            crate::json::from_value(json!({"path": "a", "op": "add", "to": 1})).expect("reads");
        assert_eq!(added.from, None);
    }

    #[test]
    fn debugging_a_raw_change_shows_no_value() {
        let path = FieldPath::fields(["data", "key"]).then(Step::Value(json!("hunter2")));
        let raw = RawChange::change(path, json!("hunter2"), json!("swordfish"));
        assert_eq!(format!("{raw:?}"), "RawChange(Change /data/key/…)");
    }
}
