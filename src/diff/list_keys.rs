//! How the items of an object's lists are told apart, as far as its managed
//! fields say.

use std::collections::{BTreeMap, BTreeSet};

use super::schema::{ListMerge, Node};
use super::{Element, FieldSet, ManagedEntry};
use crate::json::{Map, Value};

/// What the managed fields of an object say about the lists at and below one
/// of its fields. All items of a list count as one.
#[derive(Debug, Default)]
pub(super) struct ListKeys<'a> {
    fields: BTreeMap<&'a str, Self>,
    items: Option<Box<Self>>,
    keys: BTreeSet<String>,
    is_set: bool,
}

impl<'a> ListKeys<'a> {
    /// What the managers of these objects (versions of the same one) know.
    /// An entry that can't be read says nothing.
    pub(super) fn of(objects: [&'a Value; 2]) -> Self {
        let entries = objects.into_iter().filter_map(ManagedEntry::of).flatten();
        let mut known = Self::default();
        for fields in entries.filter_map(|entry| entry.fields()) {
            known.add(&fields);
        }
        known
    }

    /// What a type says about the lists that these values of it have.
    pub(super) fn of_type(kind: Node<'_>, values: &[&'a Value]) -> Self {
        let mut known = Self::default();
        let maps = || values.iter().filter_map(|value| value.as_object());
        let names: BTreeSet<&'a str> = maps().flat_map(Map::keys).map(String::as_str).collect();
        for name in names {
            let below: Vec<&Value> = maps().filter_map(|map| map.get(name)).collect();
            if let Some((field, _)) = kind.field(name) {
                known.fields.insert(name, Self::of_type(field, &below));
            }
        }
        let items: Vec<&Value> = values.iter().filter_map(|value| value.as_array()).flatten().collect();
        if items.is_empty() {
            return known;
        }
        match kind.list_merge() {
            Some(ListMerge::Keys(keys)) => known.keys.extend(keys.iter().cloned()),
            Some(ListMerge::Set) => known.is_set = true,
            Some(ListMerge::Atomic) | None => {}
        }
        known.items = kind.items().map(|item| Box::new(Self::of_type(item, &items)));
        known
    }

    /// What these fields say.
    pub(super) fn in_fields(fields: &FieldSet<'a>) -> Self {
        let mut known = Self::default();
        known.add(fields);
        known
    }

    fn add(&mut self, set: &FieldSet<'a>) {
        for (element, below) in set.children() {
            match element {
                Element::Field(name) => self.fields.entry(name).or_default().add(below),
                Element::Key(_) => {
                    self.keys.extend(element.key_fields().into_iter().flatten().map(|(name, _)| name));
                    self.items.get_or_insert_default().add(below);
                }
                Element::Value(_) => self.is_set = true,
                Element::Index(_) => self.items.get_or_insert_default().add(below),
            }
        }
    }

    /// What is known below this field.
    pub(super) fn field(&self, name: &str) -> Option<&Self> {
        self.fields.get(name)
    }

    /// What is known of the list's items.
    pub(super) fn items(&self) -> Option<&Self> {
        self.items.as_deref()
    }

    /// The fields that tell the list's items apart, sorted; empty when nobody
    /// says.
    pub(super) fn keys(&self) -> Vec<&str> {
        self.keys.iter().map(String::as_str).collect()
    }

    /// Whether the list is a set of scalars.
    pub(super) fn is_set(&self) -> bool {
        self.is_set
    }
}
