//! How the fields of each kind merge: which maps and lists are atomic, what
//! tells the items of the others apart, and which scalars are quantities. It is
//! the part of a kind's `OpenAPI` schema that server-side apply goes by.
//!
//! The built-in kinds come with the program, for each version of Kubernetes
//! that it knows; a custom kind's come from its definition.

mod compact;
mod definition;
#[cfg(test)]
mod generate;
mod node;
mod openapi;
mod versions;

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};

pub(super) use node::Node;

use crate::json::{Map, Value};

/// The types of every known kind.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Schemas {
    /// What holds where this has nothing of its own.
    #[serde(skip)]
    base: Option<&'static Schemas>,
    /// The root type's name by `apps/v1/Deployment`.
    kinds: HashMap<String, String>,
    /// Types by their `OpenAPI` names.
    types: HashMap<String, Type>,
    /// What the server does to values of these types, which no `OpenAPI` says.
    #[serde(skip)]
    habits: HashMap<String, Habits>,
    /// By `example.com/v1/Thing`: the schemas of custom kinds that the server
    /// brings each of their objects into line with.
    #[serde(skip)]
    structures: HashMap<String, Vec<Value>>,
}

/// What the server does to the values of a type.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Habits {
    /// Values that it gives to fields which aren't there.
    #[serde(default)]
    pub(super) defaults: Map,
    /// Fields that it leaves out (or answers with null) when they are `""`, `0`, `false`, `{}` or `[]`:
    /// they are plain scalars, slices and maps with `omitempty` in its Go type, so
    /// that it can't tell the two apart (pointers it can).
    #[serde(default)]
    pub(super) omits: Vec<String>,
}

/// What a value may be, each with how it merges. A field that isn't listed
/// anywhere is a scalar.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Type {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) scalar: Option<Scalar>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) map: Option<MapType>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) list: Option<ListType>,
}

/// How a scalar compares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum Scalar {
    /// By its text.
    Plain,
    /// The server rewrites it: see [`super::quantity`].
    Quantity,
}

/// A map or a struct.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct MapType {
    /// Whether it merges as a whole.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(super) atomic: bool,
    /// The fields that aren't plain scalars.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) fields: BTreeMap<String, TypeRef>,
    /// The type of every other key; without it, it's a struct, and every other
    /// field a scalar.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) rest: Option<TypeRef>,
    /// The values of fields that aren't there, where the schema decides that.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub(super) defaults: Map,
}

/// A list.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct ListType {
    /// How it merges.
    pub(super) merge: ListMerge,
    /// The type of its items; scalars without it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) items: Option<TypeRef>,
}

/// How a list merges.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::diff) enum ListMerge {
    /// As a whole.
    #[default]
    Atomic,
    /// As a set of scalars.
    Set,
    /// Item by item, told apart by these fields.
    Keys(Vec<String>),
}

impl ListMerge {
    /// Whether it merges as a whole.
    pub(super) fn is_atomic(&self) -> bool {
        *self == Self::Atomic
    }
}

/// A type by name or in place.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum TypeRef {
    /// By its `OpenAPI` name.
    Named(String),
    /// By its `OpenAPI` name, but merging otherwise than it says itself.
    Merging { named: String, atomic: bool },
    /// In place.
    Inline(Box<Type>),
}

#[allow(clippy::trivially_copy_pass_by_ref, reason = "serde calls it so")]
fn is_false(flag: &bool) -> bool {
    !flag
}

static BUILTIN: LazyLock<Schemas> = LazyLock::new(|| {
    // Both are checked in, and a test reads them.
    let mut schemas: Schemas = serde_json::from_str(include_str!("builtin.json")).unwrap_or_default();
    schemas.habits = serde_json::from_str(include_str!("habits.json")).unwrap_or_default();
    schemas
});

const OBJECT_META: &str = "io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta";

impl Schemas {
    /// The built-in kinds of Kubernetes 1.36, beta versions included.
    pub fn builtin() -> &'static Self {
        &BUILTIN
    }

    /// Whether anything is known of this kind.
    pub fn knows(&self, api_version: &str, kind: &str) -> bool {
        self.of_kind(api_version, kind).is_some()
    }

    /// The type of a kind's objects; `None` when nothing is known of it.
    pub(super) fn of_kind(&self, api_version: &str, kind: &str) -> Option<Node<'_>> {
        let kind = format!("{api_version}/{kind}");
        self.named(self.layers().find_map(|layer| layer.kinds.get(&kind))?)
    }

    /// What the server brings every object of a custom kind into line with;
    /// nothing for the built-in kinds.
    pub(super) fn structures(&self, api_version: &str, kind: &str) -> &[Value] {
        self.structures.get(&format!("{api_version}/{kind}")).map_or(&[], Vec::as_slice)
    }

    /// The type of `metadata`, which is the same for all kinds.
    pub(super) fn metadata(&self) -> Option<Node<'_>> {
        self.named(OBJECT_META)
    }

    fn layers(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(self.base)
    }

    fn named(&self, name: &str) -> Option<Node<'_>> {
        let kind = self.layers().find_map(|layer| layer.types.get(name))?;
        let habits = self.layers().find_map(|layer| layer.habits.get(name));
        Some(Node { schemas: self, habits, kind, atomic: None })
    }

    fn resolve<'a>(&'a self, reference: &'a TypeRef) -> Option<Node<'a>> {
        match reference {
            TypeRef::Named(name) => self.named(name),
            TypeRef::Merging { named, atomic } => Some(Node { atomic: Some(*atomic), ..self.named(named)? }),
            TypeRef::Inline(kind) => Some(Node { schemas: self, habits: None, kind, atomic: None }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checked_in_tables_are_read() {
        let builtin = Schemas::builtin();
        for (version, kind) in [("apps/v1", "Deployment"), ("v1", "Secret"), ("batch/v1", "CronJob")] {
            assert!(builtin.knows(version, kind), "{version} {kind}");
        }
        assert!(!builtin.knows("example.com/v1", "Thing"));
        let unknown: Vec<_> =
            builtin.habits.keys().filter(|name| !builtin.types.contains_key(*name)).collect();
        assert_eq!(unknown, [""; 0], "habits of types that aren't there");
        assert!(builtin.habits.len() > 20);
    }

    #[test]
    fn every_named_type_is_there() {
        let builtin = Schemas::builtin();
        let text = serde_json::to_string(builtin).expect("serialises");
        let names: Vec<&str> = text.split('"').filter(|part| part.starts_with("io.k8s.")).collect();
        assert!(names.len() > 300);
        for name in names {
            assert!(builtin.types.contains_key(name), "{name}");
        }
    }
}
