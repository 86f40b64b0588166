//! A value in an object, and the way to it.

use std::sync::Arc;

use crate::json::Value;
use crate::object::{FieldPath, Step};

/// A value with its way from the object's root. Cheap to go down with: the
/// path is only made for a finding.
///
/// Null is as good as nothing, as it is for the API server. Below a value of
/// the wrong type (about which the schema says enough) a place is lost: it
/// holds nothing, and nothing is missing there.
#[derive(Debug, Clone)]
pub(super) struct Place<'a> {
    value: &'a Value,
    way: Option<Arc<Way<'a>>>,
    is_lost: bool,
}

#[derive(Debug)]
struct Way<'a> {
    before: Option<Arc<Way<'a>>>,
    turn: Turn<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Turn<'a> {
    Field(&'a str),
    Index(usize),
}

const NOTHING: &Value = &Value::Null;

impl<'a> Place<'a> {
    /// The object itself.
    pub(super) fn root(value: &'a Value) -> Self {
        Self { value, way: None, is_lost: false }
    }

    /// A field, whether it's there or not.
    pub(super) fn field(&self, name: &'a str) -> Self {
        let value = self.value.get(name).unwrap_or(NOTHING);
        let is_lost = self.is_lost || !(self.value.is_object() || self.value.is_null());
        Self { value, way: Some(self.then(Turn::Field(name))), is_lost }
    }

    /// A field of a field and so on.
    pub(super) fn down(&self, names: &[&'a str]) -> Self {
        names.iter().fold(self.clone(), |place, name| place.field(name))
    }

    /// The items of a list.
    pub(super) fn items(&self) -> impl Iterator<Item = Self> + use<'a> {
        let place = self.clone();
        let list = self.value.as_array().into_iter().flatten().enumerate();
        list.map(move |(index, value)| Self {
            value,
            way: Some(place.then(Turn::Index(index))),
            is_lost: place.is_lost,
        })
    }

    /// The entries of a map.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a str, Self)> + use<'a> {
        let place = self.clone();
        let map = self.value.as_object().into_iter().flatten();
        map.map(move |(name, value)| {
            (name.as_str(), Self { value, way: Some(place.then(Turn::Field(name))), is_lost: place.is_lost })
        })
    }

    /// The value itself.
    pub(super) fn value(&self) -> &'a Value {
        self.value
    }

    /// Whether there is something.
    pub(super) fn is_set(&self) -> bool {
        !self.value.is_null()
    }

    /// Whether nothing is there, or a text, list or map with nothing in it.
    pub(super) fn is_empty(&self) -> bool {
        !self.is_lost
            && match self.value {
                Value::Null => true,
                Value::String(text) => text.is_empty(),
                Value::Array(items) => items.is_empty(),
                Value::Object(fields) => fields.is_empty(),
                Value::Bool(_) | Value::Number(_) => false,
            }
    }

    /// The text, if it's one with something in it.
    pub(super) fn text(&self) -> Option<&'a str> {
        self.value.as_str().filter(|text| !text.is_empty())
    }

    /// The whole number, if it's one.
    pub(super) fn number(&self) -> Option<i64> {
        self.value.as_i64()
    }

    /// Whether it's `true`.
    pub(super) fn is_true(&self) -> bool {
        self.value == &Value::Bool(true)
    }

    /// Whether it's this text.
    pub(super) fn is(&self, text: &str) -> bool {
        self.value.as_str() == Some(text)
    }

    /// Where this is.
    pub(super) fn path(&self) -> FieldPath {
        let mut steps = Vec::new();
        let mut way = self.way.as_deref();
        while let Some(Way { before, turn }) = way {
            steps.push(*turn);
            way = before.as_deref();
        }
        let mut path = FieldPath::root();
        for turn in steps.into_iter().rev() {
            path.push(match turn {
                Turn::Field(name) => Step::Field(name.to_owned()),
                Turn::Index(index) => Step::Index(index),
            });
        }
        path
    }

    fn then(&self, turn: Turn<'a>) -> Arc<Way<'a>> {
        Arc::new(Way { before: self.way.clone(), turn })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn a_place_knows_its_way_and_what_is_there() {
        let object = json!({"spec": {"ports": [{"port": 1}, {"port": 2, "name": "a"}], "empty": "", "map": {"k": true}}});
        let spec = Place::root(&object).field("spec");
        let second = spec.field("ports").items().nth(1).expect("a port");
        assert_eq!(second.field("port").path().to_string(), "spec.ports[1].port");
        assert_eq!((second.field("port").number(), second.field("name").text()), (Some(2), Some("a")));
        assert!(
            spec.field("empty").is_empty() && spec.field("empty").is_set() && spec.field("none").is_empty()
        );
        let entries: Vec<_> =
            spec.field("map").entries().map(|(name, place)| (name, place.is_true())).collect();
        assert_eq!(entries, [("k", true)]);
    }

    #[test]
    fn nothing_is_missing_below_a_value_of_the_wrong_type() {
        let object = json!({"spec": "text"});
        let root = Place::root(&object);
        assert!(!root.down(&["spec", "ports"]).is_empty());
        assert!(root.down(&["none", "ports"]).is_empty());
    }
}
