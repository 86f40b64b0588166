//! Reading types from `OpenAPI` v3, as the API server's own `schemaconv`
//! (k8s.io/kube-openapi) does for server-side apply.

use std::collections::BTreeMap;

use super::{ListMerge, ListType, MapType, OBJECT_META, Scalar, Schemas, Type, TypeRef};
use crate::json::{Map, Value};

const QUANTITY: &str = "io.k8s.apimachinery.pkg.api.resource.Quantity";
const EMBEDDED: &str = "x-kubernetes-embedded-resource";
const RAW_EXTENSION: &str = "io.k8s.apimachinery.pkg.runtime.RawExtension";

/// A value of any type whose maps merge and whose lists don't.
const DEDUCED: &str = "__untyped_deduced_";
/// A value of any type that merges as a whole.
const UNTYPED: &str = "__untyped_atomic_";

impl Schemas {
    /// Takes in the kinds of one group and version, from the document that the
    /// server has at `/openapi/v3/apis/GROUP/VERSION`. What was known of them
    /// is replaced.
    pub fn add_openapi(&mut self, document: &Value) {
        let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
        for (name, schema) in schemas.into_iter().flatten() {
            let Some(schema) = schema.as_object() else { continue };
            self.types.insert(name.clone(), named_type(name, schema));
            if let Some(kind) = kind_of(schema) {
                self.kinds.insert(kind, name.clone());
            }
        }
        self.types.insert(DEDUCED.to_owned(), any(false));
        self.types.insert(UNTYPED.to_owned(), any(true));
    }
}

/// The type of a custom kind's objects, from the schema in its definition.
pub(super) fn custom_type(schema: &Map) -> Type {
    let mut root = schema.clone();
    root.insert(EMBEDDED.to_owned(), Value::Bool(true));
    read(&root, Context { keeps_unknown: false, defaults: true })
}

/// `apps/v1/Deployment`, if the schema is that of one kind (that of `DeleteOptions`
/// is of many).
fn kind_of(schema: &Map) -> Option<String> {
    let [kind] = schema.get("x-kubernetes-group-version-kind")?.as_array()?.as_slice() else { return None };
    let text = |name: &str| kind.get(name).and_then(Value::as_str);
    let (group, version, kind) = (text("group")?, text("version")?, text("kind")?);
    Some(if group.is_empty() { format!("{version}/{kind}") } else { format!("{group}/{version}/{kind}") })
}

fn any(atomic: bool) -> Type {
    let below = TypeRef::Named(if atomic { UNTYPED } else { DEDUCED }.to_owned());
    let items = TypeRef::Named(UNTYPED.to_owned());
    Type {
        scalar: Some(Scalar::Plain),
        map: Some(MapType { atomic, rest: Some(below), ..MapType::default() }),
        list: Some(ListType { merge: ListMerge::Atomic, items: Some(items) }),
    }
}

fn named_type(name: &str, schema: &Map) -> Type {
    match name {
        QUANTITY => Type { scalar: Some(Scalar::Quantity), ..Type::default() },
        RAW_EXTENSION => any(true),
        _ => read(schema, Context { keeps_unknown: false, defaults: !name.starts_with("io.k8s.") }),
    }
}

/// What a schema inherits from the one around it.
#[derive(Clone, Copy)]
struct Context {
    /// Whether fields that it doesn't list are kept.
    keeps_unknown: bool,
    /// Whether the server gives every field that isn't there the `default` of
    /// the schema, as it does for custom resources. (Those of the built-in kinds
    /// are partly zero values of Go.)
    defaults: bool,
}

fn read(schema: &Map, mut context: Context) -> Type {
    context.keeps_unknown |=
        schema.get("x-kubernetes-preserve-unknown-fields").and_then(Value::as_bool) == Some(true);
    let scalar = Some(Scalar::Plain);
    match schema.get("type").and_then(Value::as_str) {
        Some("object") => Type { map: Some(read_map(schema, context)), ..Type::default() },
        Some("array") => Type { list: Some(read_list(schema, context)), ..Type::default() },
        Some(_) => Type { scalar, ..Type::default() },
        None => Type { scalar, map: Some(read_map(schema, context)), list: Some(read_list(schema, context)) },
    }
}

fn read_map(schema: &Map, context: Context) -> MapType {
    let properties = schema.get("properties").and_then(Value::as_object);
    let fields = properties.into_iter().flatten();
    let fields = fields.filter_map(|(name, below)| Some((name.clone(), reference(below, context)?)));
    let mut fields: BTreeMap<String, TypeRef> = fields.collect();
    if schema.get(EMBEDDED).and_then(Value::as_bool) == Some(true) {
        // As `addEmbeddedProperties` of k8s.io/apiextensions-apiserver does.
        let plain = || TypeRef::Inline(Box::new(Type { scalar: Some(Scalar::Plain), ..Type::default() }));
        fields.insert("apiVersion".to_owned(), plain());
        fields.insert("kind".to_owned(), plain());
        fields.insert("metadata".to_owned(), TypeRef::Named(OBJECT_META.to_owned()));
    }
    let deduced = || TypeRef::Named(DEDUCED.to_owned());
    let rest = match schema.get("additionalProperties") {
        None if context.keeps_unknown || fields.is_empty() => Some(deduced()),
        Some(Value::Bool(true)) => Some(deduced()),
        None | Some(Value::Bool(false)) => None,
        Some(below) => Some(reference(below, context).unwrap_or_else(deduced)),
    };
    let defaults = properties.into_iter().flatten().filter(|_| context.defaults);
    let defaults = defaults.filter_map(|(name, below)| Some((name.clone(), below.get("default")?.clone())));
    MapType { atomic: map_type(schema) == Some("atomic"), fields, rest, defaults: defaults.collect() }
}

fn map_type(schema: &Map) -> Option<&str> {
    schema.get("x-kubernetes-map-type").and_then(Value::as_str)
}

fn read_list(schema: &Map, context: Context) -> ListType {
    let untyped = || TypeRef::Named(UNTYPED.to_owned());
    let items = schema.get("items").and_then(|items| reference(items, context)).unwrap_or_else(untyped);
    ListType { merge: list_merge(schema), items: Some(items) }
}

/// Atomic unless it says otherwise.
fn list_merge(schema: &Map) -> ListMerge {
    let text = |name: &str| schema.get(name).and_then(Value::as_str);
    match (text("x-kubernetes-list-type"), text("x-kubernetes-patch-strategy")) {
        (Some("set"), _) => ListMerge::Set,
        (Some("map"), _) => ListMerge::Keys(
            schema
                .get("x-kubernetes-list-map-keys")
                .and_then(Value::as_array)
                .into_iter()
                .flatten()
                .filter_map(|key| key.as_str().map(str::to_owned))
                .collect(),
        ),
        (None, Some("merge" | "merge,retainKeys")) => text("x-kubernetes-patch-merge-key")
            .map_or(ListMerge::Set, |key| ListMerge::Keys(vec![key.to_owned()])),
        _ => ListMerge::Atomic,
    }
}

/// The type of a property, an item or a value: by name, or in place.
fn reference(schema: &Value, context: Context) -> Option<TypeRef> {
    let schema = schema.as_object()?;
    let target = |schema: &Map| Some(schema.get("$ref")?.as_str()?.rsplit('/').next()?.to_owned());
    let of_one = || match schema.get("allOf")?.as_array()?.as_slice() {
        [only] => target(only.as_object()?),
        _ => None,
    };
    Some(match target(schema).or_else(of_one) {
        Some(named) => match map_type(schema) {
            Some(merge) => TypeRef::Merging { named, atomic: merge == "atomic" },
            None => TypeRef::Named(named),
        },
        None => TypeRef::Inline(Box::new(read(schema, context))),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn schemas(spec: &Value) -> Schemas {
        let mut schemas = Schemas::default();
        schemas.add_openapi(&json!({"components": {"schemas": {
            "com.example.v1.Thing": {
                "type": "object", "properties": {"spec": spec},
                "x-kubernetes-group-version-kind": [{"group": "example.com", "version": "v1", "kind": "Thing"}]
            },
            "com.example.v1.Reference": {
                "type": "object", "x-kubernetes-map-type": "atomic", "properties": {"name": {"type": "string"}}
            },
            QUANTITY: {"oneOf": [{"type": "string"}, {"type": "number"}]},
            RAW_EXTENSION: {"type": "object"}
        }}}));
        schemas
    }

    /// The node of `spec`.
    fn with_spec<T>(spec: Value, look: impl FnOnce(super::super::Node<'_>) -> T) -> T {
        let schemas = schemas(&spec);
        let root = schemas.of_kind("example.com/v1", "Thing").expect("known");
        let (node, apart) = root.field("spec").expect("a field");
        assert!(!apart, "a struct's field");
        look(node)
    }

    #[test]
    fn maps_merge_unless_they_say_otherwise() {
        assert_eq!(with_spec(json!({"type": "object"}), |node| node.atomic_map()), Some(false));
        let atomic = json!({"type": "object", "x-kubernetes-map-type": "atomic"});
        assert_eq!(with_spec(atomic, |node| node.atomic_map()), Some(true));
        assert_eq!(with_spec(json!({"type": "string"}), |node| node.atomic_map()), None);
    }

    #[test]
    fn lists_are_atomic_unless_they_say_otherwise() {
        let merge = |extensions: Value| {
            let mut spec = json!({"type": "array", "items": {"type": "string"}});
            spec.as_object_mut().expect("a map").extend(extensions.as_object().expect("a map").clone());
            with_spec(spec, |node| node.list_merge().cloned()).expect("a list")
        };
        let keys = |names: &[&str]| ListMerge::Keys(names.iter().map(|name| (*name).to_owned()).collect());
        for (extensions, wanted) in [
            (json!({}), ListMerge::Atomic),
            (
                json!({"x-kubernetes-list-type": "atomic", "x-kubernetes-patch-strategy": "merge"}),
                ListMerge::Atomic,
            ),
            (json!({"x-kubernetes-list-type": "set"}), ListMerge::Set),
            (
                json!({"x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["a", "b"]}),
                keys(&["a", "b"]),
            ),
            (
                json!({"x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "a"}),
                keys(&["a"]),
            ),
            (json!({"x-kubernetes-patch-strategy": "merge"}), ListMerge::Set),
            (json!({"x-kubernetes-patch-strategy": "retainKeys"}), ListMerge::Atomic),
        ] {
            assert_eq!(merge(extensions.clone()), wanted, "{extensions}");
        }
    }

    #[test]
    fn a_reference_may_merge_otherwise_than_its_type() {
        let reference = json!({"$ref": "#/components/schemas/com.example.v1.Reference"});
        assert_eq!(with_spec(json!({"allOf": [reference]}), |node| node.atomic_map()), Some(true));
        let overridden = json!({"allOf": [reference], "x-kubernetes-map-type": "granular"});
        assert_eq!(with_spec(overridden, |node| node.atomic_map()), Some(false));
    }

    #[test]
    fn quantities_and_raw_objects_are_known_by_name() {
        let quantity = json!({"$ref": format!("#/components/schemas/{QUANTITY}")});
        assert!(with_spec(quantity, |node| node.is_quantity() && node.is_scalar()));
        let raw = json!({"$ref": format!("#/components/schemas/{RAW_EXTENSION}")});
        assert!(with_spec(raw, |node| node.is_anything() && node.atomic_map() == Some(true)));
    }

    #[test]
    fn unknown_fields_are_kept_below_the_schema_that_says_so() {
        let spec = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {
            "known": {"type": "object", "properties": {"a": {"type": "integer"}}}
        }});
        with_spec(spec, |node| {
            let (unknown, apart) = node.field("unknown").expect("any field");
            assert!(apart && unknown.is_anything() && unknown.atomic_map() == Some(false));
            assert!(unknown.list_merge().expect("may be a list").is_atomic());
            let (known, apart) = node.field("known").expect("a field");
            assert!(!apart && !known.is_anything());
            assert!(known.field("other").expect("inherited").1);
            assert!(!known.field("a").expect("a field").1);
        });
    }

    #[test]
    fn the_keys_of_a_map_of_anything_are_owned_apart() {
        for below in [json!({"type": "integer"}), json!(true)] {
            let spec = json!({"type": "object", "additionalProperties": below});
            assert!(with_spec(spec, |node| node.field("key").expect("any field").1), "{below}");
        }
    }

    #[test]
    fn only_a_custom_resources_schema_gives_defaults() {
        let spec = json!({"type": "object", "properties": {"a": {"type": "integer", "default": 7}}});
        assert!(with_spec(spec.clone(), |node| node.defaults_to("a", &json!(7))
            && !node.defaults_to("a", &json!(8))));
        let builtin = named_type("io.k8s.api.core.v1.Thing", spec.as_object().expect("a map"));
        assert!(builtin.map.expect("a map").defaults.is_empty());
    }

    #[test]
    fn a_schema_of_several_kinds_is_of_none() {
        let kind = json!({"group": "", "version": "v1", "kind": "DeleteOptions"});
        let many = json!({"x-kubernetes-group-version-kind": [kind, kind]});
        assert_eq!(kind_of(many.as_object().expect("a map")), None);
        let one = json!({"x-kubernetes-group-version-kind": [kind]});
        assert_eq!(kind_of(one.as_object().expect("a map")).as_deref(), Some("v1/DeleteOptions"));
    }
}
