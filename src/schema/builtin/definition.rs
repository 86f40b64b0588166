//! A schema as it's kept: by name where it's shared, else in place.

use std::collections::{BTreeMap, HashMap};

use serde::{Deserialize, Serialize};

use crate::json::Value;
use crate::schema::{ListType, Rest, Schema, SchemaId, Schemas, Type};

/// Schemas by their `OpenAPI` names, such as `io.k8s.api.core.v1.Container`.
pub(super) type Definitions = BTreeMap<String, Definition>;

/// What a value may be: the part of [`Schema`] that the built-in kinds use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub(super) struct Definition {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) kind: Option<Type>,
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) properties: BTreeMap<String, Reference>,
    #[serde(skip_serializing_if = "Others::is_closed")]
    pub(super) rest: Others,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) items: Option<Reference>,
    #[serde(skip_serializing_if = "is_atomic")]
    pub(super) list: ListType,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) required: Vec<String>,
    /// A text that the API server puts where nothing is: some fields that have one
    /// are keys of their list.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) default: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) format: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) values: Vec<String>,
}

/// What a map may hold beside its properties.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub(super) enum Others {
    /// Nothing.
    #[default]
    Closed,
    /// Anything.
    Any,
    /// Values of this schema.
    Of(Reference),
}

impl Others {
    fn is_closed(&self) -> bool {
        *self == Self::Closed
    }
}

fn is_atomic(list: &ListType) -> bool {
    *list == ListType::Atomic
}

/// A schema by its name, or in place.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Reference {
    Named(String),
    Inline(Box<Definition>),
}

impl Definition {
    /// The names of all that it refers to.
    pub(super) fn names(&self) -> Vec<&str> {
        let rest = if let Others::Of(reference) = &self.rest { Some(reference) } else { None };
        let references = self.properties.values().chain(&self.items).chain(rest);
        references.flat_map(Reference::names).collect()
    }
}

impl Reference {
    fn names(&self) -> Vec<&str> {
        match self {
            Self::Named(name) => vec![name],
            Self::Inline(definition) => definition.names(),
        }
    }
}

/// Makes [`Schemas`] of definitions, each once, however often it's referred to.
pub(super) struct Resolver<'a> {
    definitions: &'a Definitions,
    named: HashMap<&'a str, SchemaId>,
    inline: HashMap<&'a Definition, SchemaId>,
    pub(super) schemas: Schemas,
}

impl<'a> Resolver<'a> {
    pub(super) fn new(definitions: &'a Definitions) -> Self {
        Self { definitions, named: HashMap::new(), inline: HashMap::new(), schemas: Schemas::default() }
    }

    /// The schema of this name; one that takes anything, if there is none.
    pub(super) fn named(&mut self, name: &'a str) -> SchemaId {
        if let Some(id) = self.named.get(name) {
            return *id;
        }
        // Its place is known before its content, which may refer to it.
        let id = self.schemas.add(Schema { rest: Rest::Any, ..Schema::default() });
        self.named.insert(name, id);
        if let Some(definition) = self.definitions.get(name) {
            self.schemas.0[id.0 as usize] = self.schema(definition);
        }
        id
    }

    fn reference(&mut self, reference: &'a Reference) -> SchemaId {
        match reference {
            Reference::Named(name) => self.named(name),
            Reference::Inline(definition) => self.inline(definition),
        }
    }

    fn inline(&mut self, definition: &'a Definition) -> SchemaId {
        if let Some(id) = self.inline.get(definition) {
            return *id;
        }
        let schema = self.schema(definition);
        let id = self.schemas.add(schema);
        self.inline.insert(definition, id);
        id
    }

    fn schema(&mut self, definition: &'a Definition) -> Schema {
        let properties = definition.properties.iter();
        Schema {
            kind: definition.kind,
            properties: properties.map(|(name, below)| (name.clone(), self.reference(below))).collect(),
            rest: match &definition.rest {
                Others::Closed => Rest::Closed,
                Others::Any => Rest::Any,
                Others::Of(below) => Rest::Of(self.reference(below)),
            },
            items: definition.items.as_ref().map(|items| self.reference(items)),
            list: definition.list.clone(),
            required: definition.required.clone(),
            default: definition.default.clone().map(Into::into),
            format: definition.format.clone(),
            values: values(definition),
            ..Schema::default()
        }
    }
}

/// For Go an empty text is one that isn't there: most fields take it, though
/// it's never listed.
fn values(definition: &Definition) -> Vec<Value> {
    let mut values = definition.values.clone();
    if !values.is_empty() && !values.contains(&String::new()) {
        values.push(String::new());
    }
    values.into_iter().map(Value::String).collect()
}
