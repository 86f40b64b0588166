//! A definition's schema as nodes.

use std::collections::BTreeMap;

use super::metadata::object_meta;
use crate::json::{Map, Value};
use crate::schema::{Bounds, ListType, Logic, Rest, Rule, Schema, SchemaId, Schemas, Type};

/// How deep a schema may be. What is deeper takes anything.
const DEEPEST: usize = 200;

/// Adds the schema of a whole object, with the fields that all objects have.
pub(super) fn root_of(schemas: &mut Schemas, schema: &Value) -> SchemaId {
    let mut reader = Reader { schemas, metadata: None };
    let mut root = reader.node(schema, 0, Place::Structure);
    reader.resource_fields(&mut root, schema, false);
    reader.schemas.add(root)
}

/// Adds a schema that isn't a whole object's.
pub(in crate::schema) fn node_of(schemas: &mut Schemas, schema: &Value) -> SchemaId {
    Reader { schemas, metadata: None }.add(schema, 0, Place::Structure)
}

/// Whether a schema says what there is, or only what holds for it (below
/// `allOf`, `anyOf`, `oneOf` and `not`).
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Structure,
    Condition,
}

struct Reader<'a> {
    schemas: &'a mut Schemas,
    /// `ObjectMeta`, once it's needed.
    metadata: Option<SchemaId>,
}

impl Reader<'_> {
    fn add(&mut self, schema: &Value, depth: usize, place: Place) -> SchemaId {
        let node = self.node(schema, depth, place);
        self.schemas.add(node)
    }

    fn node(&mut self, schema: &Value, depth: usize, place: Place) -> Schema {
        let Some(map) = schema.as_object().filter(|_| depth < DEEPEST) else {
            return Schema { rest: Rest::Any, nullable: true, ..Schema::default() };
        };
        let embedded = flag(map, "x-kubernetes-embedded-resource");
        let mut node = Schema {
            kind: type_of(map),
            properties: self.properties(map, depth, place),
            rest: self.rest(map, depth, place),
            items: map.get("items").map(|items| self.add(items, depth + 1, place)),
            list: list_type(map),
            required: texts(map, "required"),
            default: map.get("default").cloned().filter(|default| !default.is_null()),
            nullable: flag(map, "nullable"),
            format: text(map, "format"),
            values: map.get("enum").and_then(Value::as_array).cloned().unwrap_or_default(),
            embedded,
            bounds: bounds(map).map(Box::new),
            logic: self.logic(map, depth).map(Box::new),
            rules: rules(map),
        };
        if embedded {
            self.resource_fields(&mut node, schema, true);
        }
        node
    }

    fn properties(&mut self, map: &Map, depth: usize, place: Place) -> BTreeMap<String, SchemaId> {
        let Some(properties) = map.get("properties").and_then(Value::as_object) else {
            return BTreeMap::new();
        };
        properties.iter().map(|(name, schema)| (name.clone(), self.add(schema, depth + 1, place))).collect()
    }

    fn rest(&mut self, map: &Map, depth: usize, place: Place) -> Rest {
        match map.get("additionalProperties") {
            Some(Value::Bool(true)) => Rest::Any,
            Some(schema @ Value::Object(_)) => Rest::Of(self.add(schema, depth + 1, place)),
            _ if place == Place::Condition || flag(map, "x-kubernetes-preserve-unknown-fields") => Rest::Any,
            _ => Rest::Closed,
        }
    }

    fn logic(&mut self, map: &Map, depth: usize) -> Option<Logic> {
        let mut forms = |name: &str| -> Vec<SchemaId> {
            let forms = map.get(name).and_then(Value::as_array).into_iter().flatten();
            forms.map(|schema| self.add(schema, depth + 1, Place::Condition)).collect()
        };
        let [all_of, any_of, one_of] = ["allOf", "anyOf", "oneOf"].map(&mut forms);
        let not = map.get("not").map(|schema| self.add(schema, depth + 1, Place::Condition));
        let logic = Logic { all_of, any_of, one_of, not };
        (logic != Logic::default()).then_some(logic)
    }

    /// apiVersion, kind and metadata, which every resource has; what the
    /// schema says of them holds as well. Embedded ones must have the first
    /// two.
    fn resource_fields(&mut self, node: &mut Schema, schema: &Value, embedded: bool) {
        let metadata = *self.metadata.get_or_insert_with(|| object_meta(self.schemas));
        for name in ["apiVersion", "kind"] {
            let any = Schema { kind: Some(Type::String), ..Schema::default() };
            node.properties.entry(name.to_owned()).or_insert_with(|| self.schemas.add(any));
        }
        let metadata = match schema.pointer("/properties/metadata") {
            Some(more) => {
                let more = self.add(more, 1, Place::Condition);
                let logic = Logic { all_of: vec![more], ..Logic::default() };
                let both = Schema { logic: Some(Box::new(logic)), ..self.schemas.get(metadata).clone() };
                self.schemas.add(both)
            }
            None => metadata,
        };
        node.properties.insert("metadata".to_owned(), metadata);
        node.embedded = embedded;
    }
}

fn type_of(map: &Map) -> Option<Type> {
    if flag(map, "x-kubernetes-int-or-string") {
        return Some(Type::IntOrString);
    }
    match map.get("type")?.as_str()? {
        "object" => Some(Type::Object),
        "array" => Some(Type::Array),
        "string" => Some(Type::String),
        "integer" => Some(Type::Integer),
        "number" => Some(Type::Number),
        "boolean" => Some(Type::Boolean),
        _ => None,
    }
}

fn list_type(map: &Map) -> ListType {
    match map.get("x-kubernetes-list-type").and_then(Value::as_str) {
        Some("set") => ListType::Set,
        Some("map") => ListType::Map(texts(map, "x-kubernetes-list-map-keys")),
        _ => ListType::Atomic,
    }
}

fn bounds(map: &Map) -> Option<Bounds> {
    let number = |name: &str| map.get(name).and_then(Value::as_f64);
    let count = |name: &str| map.get(name).and_then(Value::as_u64);
    let bounds = Bounds {
        pattern: text(map, "pattern").filter(|pattern| !pattern.is_empty()),
        minimum: number("minimum"),
        exclusive_minimum: flag(map, "exclusiveMinimum"),
        maximum: number("maximum"),
        exclusive_maximum: flag(map, "exclusiveMaximum"),
        multiple_of: number("multipleOf"),
        min_length: count("minLength"),
        max_length: count("maxLength"),
        min_items: count("minItems"),
        max_items: count("maxItems"),
        unique_items: flag(map, "uniqueItems"),
        min_properties: count("minProperties"),
        max_properties: count("maxProperties"),
    };
    (bounds != Bounds::default()).then_some(bounds)
}

fn rules(map: &Map) -> Vec<Rule> {
    let rules = map.get("x-kubernetes-validations").and_then(Value::as_array).into_iter().flatten();
    rules.filter_map(|rule| crate::json::from_value(rule.clone()).ok()).collect()
}

fn flag(map: &Map, name: &str) -> bool {
    map.get(name).and_then(Value::as_bool).unwrap_or_default()
}

fn text(map: &Map, name: &str) -> Option<String> {
    map.get(name).and_then(Value::as_str).map(str::to_owned)
}

fn texts(map: &Map, name: &str) -> Vec<String> {
    let texts = map.get(name).and_then(Value::as_array).into_iter().flatten();
    texts.filter_map(Value::as_str).map(str::to_owned).collect()
}
