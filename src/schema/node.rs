//! One schema, as both OpenAPI documents and custom resource definitions say
//! it: the part of OpenAPI v3 that Kubernetes uses, with its extensions.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::json::Value;

/// A schema's position among its [`Schemas`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct SchemaId(pub u32);

/// Schemas that refer to each other (in circles too).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Schemas(pub Vec<Schema>);

impl Schemas {
    /// Adds one and says where it is.
    pub fn add(&mut self, schema: Schema) -> SchemaId {
        self.0.push(schema);
        SchemaId(u32::try_from(self.0.len() - 1).unwrap_or(u32::MAX))
    }

    /// The schema at a position that [`Schemas::add`] gave.
    pub fn get(&self, id: SchemaId) -> &Schema {
        &self.0[id.0 as usize]
    }
}

/// The type of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Type {
    /// A map.
    Object,
    /// A list.
    Array,
    /// A text.
    String,
    /// A whole number.
    Integer,
    /// Any number.
    Number,
    /// True or false.
    Boolean,
    /// `x-kubernetes-int-or-string`, or the built-in `IntOrString`.
    IntOrString,
    /// The built-in `Quantity`: a number or a text such as `500m`.
    Quantity,
}

/// What a map may hold beside its properties.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Rest {
    /// Nothing: other fields are unknown.
    #[default]
    Closed,
    /// Anything (`x-kubernetes-preserve-unknown-fields`, `additionalProperties: true`).
    Any,
    /// Values of this schema (`additionalProperties`).
    Of(SchemaId),
}

/// How a list tells its items apart (`x-kubernetes-list-type`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ListType {
    /// It doesn't.
    #[default]
    Atomic,
    /// By their value: no two are the same.
    Set,
    /// By these fields: no two items share them all.
    Map(Vec<String>),
}

/// Bounds on values (JSON Schema validation, RFC draft-fge-json-schema-validation-00).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the names are JSON Schema's")]
pub struct Bounds {
    pub pattern: Option<String>,
    pub minimum: Option<f64>,
    pub exclusive_minimum: bool,
    pub maximum: Option<f64>,
    pub exclusive_maximum: bool,
    pub multiple_of: Option<f64>,
    pub min_length: Option<u64>,
    pub max_length: Option<u64>,
    pub min_items: Option<u64>,
    pub max_items: Option<u64>,
    pub unique_items: bool,
    pub min_properties: Option<u64>,
    pub max_properties: Option<u64>,
}

/// Schemas that must hold together, one of them, exactly one, or not.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[allow(missing_docs, reason = "the names are JSON Schema's")]
pub struct Logic {
    pub all_of: Vec<SchemaId>,
    pub any_of: Vec<SchemaId>,
    pub one_of: Vec<SchemaId>,
    pub not: Option<SchemaId>,
}

/// A rule in CEL (`x-kubernetes-validations`).
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, rename_all = "camelCase")]
pub struct Rule {
    /// The expression over `self` (and `oldSelf`).
    pub rule: String,
    /// What to say when it doesn't hold.
    pub message: Option<String>,
    /// An expression that gives the message.
    pub message_expression: Option<String>,
    /// The field below `self` that is to blame, such as `.spec.replicas`.
    pub field_path: Option<String>,
    /// Whether a rule that uses `oldSelf` holds for creations too.
    pub optional_old_self: bool,
}

/// What a value may be. The default takes nothing but an empty map, null or
/// any scalar: say `kind` and `rest`.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Schema {
    /// Its type; absent where any type is taken.
    pub kind: Option<Type>,
    /// A map's known fields.
    pub properties: BTreeMap<String, SchemaId>,
    /// A map's other fields.
    pub rest: Rest,
    /// A list's items; absent where they may be anything.
    pub items: Option<SchemaId>,
    /// How a list tells its items apart.
    pub list: ListType,
    /// Fields that must be there.
    pub required: Vec<String>,
    /// What the API server puts where nothing is. (Of the built-in kinds only
    /// texts: other defaults are partly zero values of Go.)
    pub default: Option<Value>,
    /// Whether null is taken. (Built-in kinds take null anywhere, as absent.)
    pub nullable: bool,
    /// Such as `date-time`, `int32`, `byte`.
    pub format: Option<String>,
    /// The only values taken; any, when empty. Those of the built-in kinds hold `""`,
    /// which counts as none there.
    pub values: Vec<Value>,
    /// `x-kubernetes-embedded-resource`: has apiVersion, kind and metadata.
    pub embedded: bool,
    /// Bounds.
    pub bounds: Option<Box<Bounds>>,
    /// Combined schemas.
    pub logic: Option<Box<Logic>>,
    /// Rules in CEL.
    pub rules: Vec<Rule>,
}

impl Schema {
    /// The schema of a map's field, known or not; `None` where it may be
    /// anything, or isn't there.
    pub fn field(&self, name: &str) -> Option<SchemaId> {
        self.properties.get(name).copied().or(match self.rest {
            Rest::Of(id) => Some(id),
            Rest::Any | Rest::Closed => None,
        })
    }
}
