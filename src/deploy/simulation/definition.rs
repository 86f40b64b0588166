//! A definition as the run leaves it, and what is different from how it is live.

use std::collections::{BTreeMap, BTreeSet};

use crate::json::{Map, Value};
use crate::schema::custom::CustomKind;

/// What a run makes of a definition.
pub(super) struct Definition<'a> {
    /// As it will be.
    pub after: &'a Value,
    versions: BTreeMap<String, CustomKind>,
    /// The version that is stored, where no webhook converts.
    stored: Option<String>,
    is_written: bool,
    changed: BTreeSet<String>,
}

impl<'a> Definition<'a> {
    /// A definition that the run makes, or changes from `live`.
    pub(super) fn written(live: Option<&Value>, after: &'a Value) -> Self {
        let kept = Self::kept(after);
        let is_changed = |name: &&String| live.is_none_or(|live| !is_same(live, after, name));
        let changed = kept.versions.keys().filter(is_changed).cloned().collect();
        Self { is_written: true, changed, ..kept }
    }

    /// A definition that stays as it is.
    pub(super) fn kept(live: &'a Value) -> Self {
        let kinds = CustomKind::of_definition(live).into_iter();
        let converts = live["spec"]["conversion"]["strategy"] == "Webhook";
        Self {
            after: live,
            versions: kinds.map(|kind| (kind.version.clone(), kind)).collect(),
            stored: stored(live).filter(|_| !converts).map(str::to_owned),
            is_written: false,
            changed: BTreeSet::new(),
        }
    }

    /// A version that will be served.
    pub(super) fn version(&self, name: &str) -> Option<Version<'_>> {
        let kind = self.versions.get(name).filter(|kind| kind.served)?;
        let stored = self.stored.as_ref().filter(|stored| *stored != name);
        Some(Version { kind, stored: stored.and_then(|stored| self.versions.get(stored)) })
    }

    /// The versions that will be served, the definition's first one first.
    pub(super) fn served(&self) -> Vec<&str> {
        let named = self.after["spec"]["versions"].as_array().into_iter().flatten();
        named
            .filter(|version| version["served"] == true)
            .filter_map(|version| version["name"].as_str())
            .collect()
    }

    /// Whether a webhook converts its objects from version to version.
    pub(super) fn converts(&self) -> bool {
        self.after["spec"]["conversion"]["strategy"] == "Webhook"
    }

    /// Whether the run writes it.
    pub(super) fn is_written(&self) -> bool {
        self.is_written
    }

    /// Whether the run changes what objects of a version may hold, what becomes
    /// of them, or whether there are any.
    pub(super) fn changes(&self, version: &str) -> bool {
        self.changed.contains(version)
    }
}

/// One version, with the one that its objects are stored in if that's another.
pub(super) struct Version<'a> {
    pub kind: &'a CustomKind,
    stored: Option<&'a CustomKind>,
}

impl Version<'_> {
    /// What the server would make of an object.
    pub(super) fn read(&self, object: &Value) -> Value {
        let object = self.kind.read(object);
        self.stored.map_or_else(|| object.clone(), |stored| self.kind.read(&stored.read(&object)))
    }
}

fn stored(definition: &Value) -> Option<&str> {
    let versions = definition["spec"]["versions"].as_array()?;
    versions.iter().find(|version| version["storage"] == true)?["name"].as_str()
}

/// Whether all that counts for the objects of a version is the same in both.
fn is_same(live: &Value, after: &Value, name: &str) -> bool {
    let of_kind =
        |definition: &Value, field: &str| definition["spec"].get(field).cloned().unwrap_or_default();
    let same_ways = ["conversion", "preserveUnknownFields", "scope"];
    stored(live) == stored(after)
        && same_ways.iter().all(|field| of_kind(live, field) == of_kind(after, field))
        && [Some(name), stored(after)].into_iter().flatten().all(|name| form(live, name) == form(after, name))
}

/// What a version is for its objects: whether it's served, its schema without
/// the words for people, and whether its status is written apart.
fn form(definition: &Value, name: &str) -> Option<(bool, Value, bool)> {
    let versions = definition["spec"]["versions"].as_array()?;
    let version = versions.iter().find(|version| version["name"] == name)?;
    let schema = version.pointer("/schema/openAPIV3Schema").map(without_words).unwrap_or_default();
    Some((version["served"] == true, schema, version.pointer("/subresources/status").is_some()))
}

fn without_words(schema: &Value) -> Value {
    let Some(map) = schema.as_object() else { return schema.clone() };
    let each = |value: &Value| match value {
        Value::Array(schemas) => Value::Array(schemas.iter().map(without_words).collect()),
        Value::Object(_) => without_words(value),
        other => other.clone(),
    };
    let of_fields =
        |fields: &Map| fields.iter().map(|(name, below)| (name.clone(), without_words(below))).collect();
    let kept = map.iter().filter_map(|(name, value)| {
        let value = match (name.as_str(), value) {
            ("description" | "title" | "example" | "externalDocs", _) => return None,
            ("properties", Value::Object(fields)) => Value::Object(of_fields(fields)),
            ("items" | "additionalProperties" | "not" | "allOf" | "anyOf" | "oneOf", below) => each(below),
            (_, other) => other.clone(),
        };
        Some((name.clone(), value))
    });
    Value::Object(kept.collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn definition(schema: Value) -> Value {
        json!({"spec": {
            "group": "example.com", "names": {"kind": "Till", "plural": "tills"}, "scope": "Namespaced",
            "versions": [
                {"name": "v2", "served": true, "storage": false, "schema": {"openAPIV3Schema": schema.clone()}},
                {"name": "v1", "served": true, "storage": true, "schema": {"openAPIV3Schema": schema}},
                {"name": "v0", "served": false, "storage": false},
            ],
        }})
    }

    fn size(more: Value) -> Value {
        let mut size = json!({"type": "integer"});
        size.as_object_mut().expect("a map").extend(more.as_object().expect("a map").clone());
        json!({"type": "object", "properties": {"spec": {"type": "object", "properties": {"size": size}}}})
    }

    fn changed(live: &Value, after: &Value) -> Vec<bool> {
        let definition = Definition::written(Some(live), after);
        ["v2", "v1", "v0", "v9"].iter().map(|version| definition.changes(version)).collect()
    }

    #[test]
    fn other_words_and_columns_change_nothing_for_the_objects() {
        let live = definition(size(json!({})));
        let mut after = definition(size(json!({"description": "how many"})));
        after["metadata"] = json!({"annotations": {"version": "2"}});
        after["spec"]["versions"][0]["additionalPrinterColumns"] = json!([{"name": "Size"}]);
        assert_eq!(changed(&live, &after), [false; 4]);
        let described = |text| json!({"type": "object", "properties": {"description": {"type": text}}});
        let (live, after) = (definition(described("string")), definition(described("integer")));
        assert_eq!(changed(&live, &after), [true, true, true, false], "a field of that name");
    }

    #[test]
    fn what_is_stored_counts_for_every_version() {
        let live = definition(size(json!({})));
        let mut after = live.clone();
        after["spec"]["versions"][0]["schema"]["openAPIV3Schema"] = size(json!({"minimum": 1}));
        assert_eq!(changed(&live, &after), [true, false, false, false]);
        after = live.clone();
        after["spec"]["versions"][1]["schema"]["openAPIV3Schema"] = size(json!({"default": 1}));
        assert_eq!(changed(&live, &after), [true, true, true, false]);
        assert_eq!(Definition::written(None, &after).changed.len(), 3, "a new one");
    }

    #[test]
    fn an_object_gets_the_defaults_of_the_stored_version_too() {
        let mut both = definition(size(json!({})));
        both["spec"]["versions"][0]["schema"]["openAPIV3Schema"] = json!({"type": "object", "properties": {"spec": {
            "type": "object", "properties": {"size": {"type": "integer"}, "color": {"type": "string"}}}}});
        both["spec"]["versions"][1]["schema"]["openAPIV3Schema"] = size(json!({"default": 3}));
        let read = |definition: &Value| {
            let definition = Definition::kept(definition);
            definition.version("v2").map(|version| version.read(&json!({"spec": {"color": "red"}})))
        };
        assert_eq!(read(&both), Some(json!({"spec": {"size": 3}})));
        both["spec"]["conversion"] = json!({"strategy": "Webhook"});
        assert_eq!(read(&both), Some(json!({"spec": {"color": "red"}})), "nobody knows what a webhook does");
    }

    #[test]
    fn only_served_versions_are_there() {
        let definition = definition(size(json!({})));
        let definition = Definition::kept(&definition);
        assert_eq!(definition.served(), ["v2", "v1"]);
        assert!(definition.version("v0").is_none() && definition.version("v9").is_none());
    }
}
