//! Reading the kinds of an API server from its `OpenAPI` (v3) documents.

use super::catalogue::{Catalogue, Kind};
use super::definition::{Definition, Others, Reference};
use super::required;
use crate::json::{Map, Value};
use crate::schema::{ListType, Type};

const GROUP_VERSION_KIND: &str = "x-kubernetes-group-version-kind";
const INT_OR_STRING: &str = "io.k8s.apimachinery.pkg.util.intstr.IntOrString";
const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const RAW_EXTENSION: &str = "io.k8s.apimachinery.pkg.runtime.RawExtension";

impl Catalogue {
    /// Takes in one document, that of a group and version: those of its kinds
    /// whose objects have a path of their own, and what they refer to.
    pub(super) fn add_openapi(&mut self, document: &Value) {
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
        let paths = document.get("paths").and_then(Value::as_object);
        let (Some(schemas), Some(paths)) = (schemas, paths) else { return };
        for (path, methods) in paths {
            let Some((namespaced, operation)) = main_operation(path, methods) else { continue };
            let Some((api_version, kind)) = operation.get(GROUP_VERSION_KIND).and_then(names_of) else {
                continue;
            };
            let Some(definition) = root_of(schemas, &api_version, &kind) else { continue };
            self.add_definitions(definition, schemas);
            self.kinds.insert((api_version, kind), Kind { definition: definition.to_owned(), namespaced });
        }
    }

    fn add_definitions(&mut self, name: &str, schemas: &Map) {
        let mut missing = vec![name.to_owned()];
        while let Some(name) = missing.pop() {
            if self.definitions.contains_key(&name) {
                continue;
            }
            let Some(schema) = schemas.get(&name).and_then(Value::as_object) else { continue };
            let definition = named(&name, schema);
            missing.extend(definition.names().into_iter().map(str::to_owned));
            self.definitions.insert(name, definition);
        }
    }
}

/// Whether a path's objects are in a namespace, and an operation on one: its
/// creation, or reading it where it can't be created. `None` for lists over
/// all namespaces, subresources and watches.
fn main_operation<'a>(path: &str, methods: &'a Value) -> Option<(bool, &'a Value)> {
    let path = path.strip_prefix('/')?;
    let below_version = path.strip_prefix("api/").map_or_else(
        || path.strip_prefix("apis/").and_then(|rest| rest.splitn(3, '/').nth(2)),
        |rest| rest.split_once('/').map(|(_, rest)| rest),
    )?;
    let (namespaced, resource) = match below_version.strip_prefix("namespaces/{namespace}/") {
        Some(resource) => (true, resource),
        None => (false, below_version),
    };
    let operation = match resource.split('/').collect::<Vec<_>>().as_slice() {
        [resource] if !resource.is_empty() => methods.get("post"),
        ["watch", _] => None,
        [_, "{name}"] => methods.get("get"),
        _ => None,
    };
    Some((namespaced, operation?))
}

/// The definition of a kind: the one that says so, of this kind only (that of
/// `DeleteOptions` is of many).
fn root_of<'a>(schemas: &'a Map, api_version: &str, kind: &str) -> Option<&'a str> {
    let is_root = |schema: &Value| match schema.get(GROUP_VERSION_KIND).and_then(Value::as_array) {
        Some(kinds) if kinds.len() == 1 => {
            names_of(&kinds[0]).is_some_and(|(version, name)| version == api_version && name == kind)
        }
        _ => false,
    };
    schemas.iter().find(|(_, schema)| is_root(schema)).map(|(name, _)| name.as_str())
}

/// The `apiVersion` and the kind.
fn names_of(value: &Value) -> Option<(String, String)> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let (group, version, kind) = (text("group")?, text("version")?, text("kind")?);
    let api_version = if group.is_empty() { version.to_owned() } else { format!("{group}/{version}") };
    Some((api_version, kind.to_owned()))
}

/// A definition. Those of types that write their own JSON are known by name.
fn named(name: &str, schema: &Map) -> Definition {
    match name {
        INT_OR_STRING => Definition { kind: Some(Type::IntOrString), ..Definition::default() },
        QUANTITY => Definition { kind: Some(Type::Quantity), ..Definition::default() },
        RAW_EXTENSION => anything(),
        _ => {
            let mut definition = read(schema);
            definition.required.retain(|field| required::is_insisted_on(name, field));
            definition
        }
    }
}

fn anything() -> Definition {
    Definition { rest: Others::Any, ..Definition::default() }
}

fn read(schema: &Map) -> Definition {
    let text = |name: &str| schema.get(name).and_then(Value::as_str);
    let Some(kind) = text("type").and_then(type_of) else { return anything() };
    Definition {
        kind: Some(kind),
        properties: properties(schema).map(|(name, below)| (name.clone(), reference(below))).collect(),
        rest: if kind == Type::Object { others(schema) } else { Others::Closed },
        items: schema.get("items").map(reference),
        list: list_type(schema),
        required: texts(schema.get("required")),
        // Those that are zero values of Go say nothing; those of other types are of
        // no key.
        default: text("default").filter(|default| !default.is_empty()).map(str::to_owned),
        format: text("format").filter(|format| !format.is_empty()).map(str::to_owned),
        values: texts(schema.get("enum")),
    }
}

fn type_of(name: &str) -> Option<Type> {
    Some(match name {
        "object" => Type::Object,
        "array" => Type::Array,
        "string" => Type::String,
        "integer" => Type::Integer,
        "number" => Type::Number,
        "boolean" => Type::Boolean,
        _ => return None,
    })
}

fn properties(schema: &Map) -> impl Iterator<Item = (&String, &Value)> {
    schema.get("properties").and_then(Value::as_object).into_iter().flatten()
}

/// A struct without fields (`FieldsV1`) takes anything.
fn others(schema: &Map) -> Others {
    match schema.get("additionalProperties") {
        Some(Value::Bool(false)) => Others::Closed,
        Some(Value::Bool(true)) => Others::Any,
        Some(below) => Others::Of(reference(below)),
        None if properties(schema).next().is_none() => Others::Any,
        None => Others::Closed,
    }
}

/// What server-side apply goes by (`getListElementRelationship` of
/// k8s.io/kube-openapi `pkg/schemaconv`): before Kubernetes 1.30 some lists have
/// but the older extensions of patches.
fn list_type(schema: &Map) -> ListType {
    let text = |name: &str| schema.get(name).and_then(Value::as_str);
    match (text("x-kubernetes-list-type"), text("x-kubernetes-patch-strategy")) {
        (Some("set"), _) => ListType::Set,
        (Some("map"), _) => ListType::Map(texts(schema.get("x-kubernetes-list-map-keys"))),
        (None, Some("merge" | "merge,retainKeys")) => text("x-kubernetes-patch-merge-key")
            .map_or(ListType::Set, |key| ListType::Map(vec![key.to_owned()])),
        _ => ListType::Atomic,
    }
}

fn texts(list: Option<&Value>) -> Vec<String> {
    let items = list.and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| item.as_str().map(str::to_owned)).collect()
}

/// The schema of a property, an item or a value: a reference, which is alone
/// in an `allOf` where a default stands beside it, or in place.
fn reference(schema: &Value) -> Reference {
    let target = |schema: &Value| Some(schema.get("$ref")?.as_str()?.rsplit('/').next()?.to_owned());
    let of_one = || match schema.get("allOf")?.as_array()?.as_slice() {
        [only] => target(only),
        _ => None,
    };
    match target(schema).or_else(of_one) {
        Some(name) => Reference::Named(name),
        None => Reference::Inline(Box::new(schema.as_object().map_or_else(anything, read))),
    }
}
