//! A type in its place: what a value there may be and how it merges.

use super::{Habits, ListMerge, MapType, Scalar, Schemas, Type};
use crate::json::Value;

static SCALAR: Type = Type { scalar: Some(Scalar::Plain), map: None, list: None };

/// The type of one field or item.
#[derive(Clone, Copy)]
pub(in crate::diff) struct Node<'a> {
    pub(super) schemas: &'a Schemas,
    pub(super) habits: Option<&'a Habits>,
    pub(super) kind: &'a Type,
    /// How its maps merge here, where that isn't what the type says.
    pub(super) atomic: Option<bool>,
}

impl<'a> Node<'a> {
    /// Whether it may be a scalar.
    pub(in crate::diff) fn is_scalar(&self) -> bool {
        self.kind.scalar.is_some()
    }

    /// Whether it is a quantity.
    pub(in crate::diff) fn is_quantity(&self) -> bool {
        self.kind.scalar == Some(Scalar::Quantity)
    }

    /// Whether it may be anything: JSON that the server keeps as it is.
    pub(in crate::diff) fn is_anything(&self) -> bool {
        self.is_scalar() && self.kind.map.is_some() && self.kind.list.is_some()
    }

    /// Whether a map here merges as a whole; `None` if it can't be a map.
    pub(in crate::diff) fn atomic_map(&self) -> Option<bool> {
        self.kind.map.as_ref().map(|map| self.atomic.unwrap_or(map.atomic))
    }

    /// How a list here merges; `None` if it can't be a list.
    pub(in crate::diff) fn list_merge(&self) -> Option<&'a ListMerge> {
        self.kind.list.as_ref().map(|list| &list.merge)
    }

    /// The type of a map's key, and whether the map takes any key (a key is
    /// then owned apart from what is below it).
    pub(in crate::diff) fn field(&self, name: &str) -> Option<(Self, bool)> {
        let MapType { fields, rest, .. } = self.kind.map.as_ref()?;
        match (fields.get(name), rest) {
            (Some(reference), _) => Some((self.schemas.resolve(reference)?, false)),
            (None, Some(reference)) => Some((self.schemas.resolve(reference)?, true)),
            (None, None) => Some((self.scalar(), false)),
        }
    }

    /// The type of a list's items.
    pub(in crate::diff) fn items(&self) -> Option<Self> {
        match &self.kind.list.as_ref()?.items {
            Some(reference) => self.schemas.resolve(reference),
            None => Some(self.scalar()),
        }
    }

    /// A plain scalar instead.
    pub(in crate::diff) fn scalar(&self) -> Self {
        Node { schemas: self.schemas, habits: None, kind: &SCALAR, atomic: None }
    }

    /// Whether the server gives this value to this field when it isn't there.
    pub(in crate::diff) fn defaults_to(&self, field: &str, value: &Value) -> bool {
        let by_schema = self.kind.map.as_ref().map(|map| &map.defaults);
        let by_habit = self.habits.map(|habits| &habits.defaults);
        by_schema.into_iter().chain(by_habit).any(|defaults| defaults.get(field) == Some(value))
    }

    /// Whether the server leaves this field out when it has this value.
    pub(in crate::diff) fn omits(&self, field: &str, value: &Value) -> bool {
        let is_zero = match value {
            Value::Bool(flag) => !flag,
            Value::String(text) => text.is_empty(),
            Value::Number(number) => number.as_i64() == Some(0),
            Value::Array(items) => items.is_empty(),
            Value::Object(map) => map.is_empty(),
            Value::Null => false,
        };
        is_zero && self.habits.is_some_and(|habits| habits.omits.iter().any(|name| name == field))
    }
}
