//! Lists: their items, and items that are there twice.

use std::collections::BTreeMap;

use super::{Checker, Origin};
use crate::json::Value;
use crate::object::{FieldPath, Step};
use crate::schema::{ListType, Schema, Schemas};

impl Checker<'_> {
    pub(super) fn list(&mut self, schema: &Schema, items: &[Value]) {
        if let Some(of) = schema.items {
            for (index, item) in items.iter().enumerate() {
                self.below(Step::Index(index), of, item);
            }
        }
        match &schema.list {
            ListType::Atomic => {}
            ListType::Set => self.once(items.iter().map(|item| Some(item.to_string()))),
            ListType::Map(keys) => self.once_by_key(schema, keys, items),
        }
        if let Some(bounds) = &schema.bounds {
            self.between(items.len(), bounds.min_items, bounds.max_items, ["item", "items"]);
            if bounds.unique_items {
                self.once(items.iter().map(|item| Some(item.to_string())));
            }
        }
    }

    fn once_by_key(&mut self, schema: &Schema, keys: &[String], items: &[Value]) {
        let schemas = self.schemas;
        let defaults =
            keys.iter().map(|key| self.takes_defaults().then(|| default_of(schemas, schema, key)).flatten());
        let defaults: Vec<Option<&Value>> = defaults.collect();
        self.once(items.iter().map(|item| {
            let map = item.as_object()?;
            let values = keys.iter().zip(&defaults).filter_map(|(key, default)| {
                let value = map.get(key).filter(|value| !value.is_null()).or(*default)?;
                Some(format!("{key}={value}"))
            });
            Some(values.collect::<Vec<_>>().join(", "))
        }));
    }

    /// Whether a key that an item leaves out stands for its default. A custom
    /// kind's defaults are filled in already.
    fn takes_defaults(&self) -> bool {
        self.origin == Origin::Builtin
    }

    /// Says which items are there already.
    fn once(&mut self, keys: impl Iterator<Item = Option<String>>) {
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        for (index, key) in keys.enumerate() {
            let Some(key) = key else { continue };
            if let Some(first) = seen.get(&key) {
                let what =
                    if key.is_empty() { "the same item".to_owned() } else { super::words::cut(&key, 60) };
                let first: FieldPath = self.path.then(Step::Index(*first));
                let message = format!("is there twice: {what} is already {first}");
                self.refuse_at(self.path.then(Step::Index(index)), message, None);
            } else {
                seen.insert(key, index);
            }
        }
    }
}

fn default_of<'a>(schemas: &'a Schemas, list: &Schema, key: &str) -> Option<&'a Value> {
    let items = schemas.get(list.items?);
    schemas.get(*items.properties.get(key)?).default.as_ref()
}
