//! A value in an object together with where it is.

use serde_json::{Map, Value};

use crate::object::{FieldPath, Step};

/// A value, and the way to it from the object's root. Cheap to go down with;
/// the path is only made where something is said.
#[derive(Debug, Clone)]
pub(super) struct At<'a> {
    pub(super) value: &'a Value,
    way: Vec<Name<'a>>,
}

#[derive(Debug, Clone, Copy)]
enum Name<'a> {
    Field(&'a str),
    Index(usize),
}

impl<'a> At<'a> {
    /// The object itself.
    pub(super) fn root(value: &'a Value) -> Self {
        Self { value, way: Vec::new() }
    }

    /// A field of a map.
    pub(super) fn field(&self, name: &'a str) -> Option<Self> {
        Some(self.then(self.value.get(name)?, Name::Field(name)))
    }

    /// A field of a field and so on.
    pub(super) fn down(&self, names: &[&'a str]) -> Option<Self> {
        names.iter().try_fold(self.clone(), |at, name| at.field(name))
    }

    /// The items of the list in this field; none where there is no list.
    pub(super) fn each(&self, name: &'a str) -> Vec<Self> {
        let Some(list) = self.field(name) else { return Vec::new() };
        let items = list.value.as_array().into_iter().flatten().enumerate();
        items.map(|(index, item)| list.then(item, Name::Index(index))).collect()
    }

    /// The text in this field, if it's one with something in it.
    pub(super) fn text(&self, name: &str) -> Option<&'a str> {
        self.value.get(name)?.as_str().filter(|text| !text.is_empty())
    }

    /// Whether this field is true.
    pub(super) fn is(&self, name: &str) -> bool {
        self.value.get(name) == Some(&Value::Bool(true))
    }

    /// The map in this field.
    pub(super) fn map(&self, name: &str) -> Option<&'a Map<String, Value>> {
        self.value.get(name)?.as_object()
    }

    /// Where this is.
    pub(super) fn path(&self) -> FieldPath {
        let mut path = FieldPath::root();
        for name in &self.way {
            path.push(match name {
                Name::Field(name) => Step::Field((*name).to_owned()),
                Name::Index(index) => Step::Index(*index),
            });
        }
        path
    }

    fn then(&self, value: &'a Value, name: Name<'a>) -> Self {
        let mut way = Vec::with_capacity(self.way.len() + 1);
        way.extend_from_slice(&self.way);
        way.push(name);
        Self { value, way }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn it_knows_where_it_is() {
        let object = json!({"spec": {"ports": [{"name": ""}, {"name": "http", "on": true}]}});
        let spec = At::root(&object).field("spec").expect("a spec");
        let ports = spec.each("ports");
        assert_eq!(ports[1].path().to_string(), "spec.ports[1]");
        assert_eq!((ports[0].text("name"), ports[1].text("name")), (None, Some("http")));
        assert!(ports[1].is("on") && !ports[0].is("on"));
        assert!(spec.each("nothing").is_empty() && spec.down(&["ports", "x"]).is_none());
    }
}
