//! Maps: their fields, those that are missing, and those that nobody knows.

use super::{Checker, Origin};
use crate::json::{Map, Value};
use crate::object::Step;
use crate::schema::{Bounds, Rest, Schema, SchemaId, Violation};

impl Checker<'_> {
    pub(super) fn map(&mut self, id: SchemaId, schema: &Schema, map: &Map) {
        self.above.push((id, self.path.steps().len()));
        for (name, value) in map {
            if let Some(known) = schema.properties.get(name) {
                self.below(Step::Field(name.clone()), *known, value);
            } else {
                self.other_field(id, schema, map, name, value);
            }
        }
        self.above.pop();
        self.missing(schema, map);
        if schema.embedded {
            self.embedded(map);
        }
        if let Some(bounds) = &schema.bounds {
            self.size(bounds, map.len());
        }
    }

    fn other_field(&mut self, id: SchemaId, schema: &Schema, map: &Map, name: &str, value: &Value) {
        match schema.rest {
            Rest::Of(rest) => self.below(Step::Field(name.to_owned()), rest, value),
            // Without a type it's a part of another schema, which knows.
            Rest::Closed if schema.kind.is_some() => {
                let (path, hint) = (self.path.field(name), self.meant(id, map, name));
                let message = "unknown field".to_owned();
                self.found.push(Violation { path, message, hint, structural: true });
            }
            Rest::Any | Rest::Closed => {}
        }
    }

    fn missing(&mut self, schema: &Schema, map: &Map) {
        for name in &schema.required {
            let there = map.get(name).is_some_and(|value| self.origin == Origin::Custom || !value.is_null());
            if !there {
                self.refuse_at(self.path.field(name), "is missing".to_owned(), None);
            }
        }
    }

    /// k8s.io/apiextensions-apiserver `pkg/apiserver/schema/objectmeta`.
    fn embedded(&mut self, map: &Map) {
        for name in ["apiVersion", "kind"] {
            match map.get(name) {
                None => self.refuse_at(self.path.field(name), "is missing".to_owned(), None),
                Some(Value::String(text)) if text.is_empty() => {
                    self.refuse_at(self.path.field(name), "must not be empty".to_owned(), None);
                }
                Some(_) => {}
            }
        }
    }

    fn size(&mut self, bounds: &Bounds, size: usize) {
        self.between(size, bounds.min_properties, bounds.max_properties, ["field", "fields"]);
    }

    /// Says if a count is out of bounds.
    pub(super) fn between(&mut self, count: usize, least: Option<u64>, most: Option<u64>, unit: [&str; 2]) {
        let units = |number: u64| format!("{number} {}", if number == 1 { unit[0] } else { unit[1] });
        let count = count as u64;
        if let Some(least) = least.filter(|least| count < *least) {
            self.refuse(format!("must have at least {}, but has {count}", units(least)), None);
        }
        if let Some(most) = most.filter(|most| count > *most) {
            self.refuse(format!("must have at most {}, but has {count}", units(most)), None);
        }
    }
}
