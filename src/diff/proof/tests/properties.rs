//! What must hold of any object.

use proptest::prelude::*;

use super::{Schemas, UNCHANGED, Value, thing};
use crate::json::json;

/// A manifest for any schema: scalars, maps that merge and lists with names.
fn manifest() -> impl Strategy<Value = Value> {
    let scalar = prop_oneof![
        (0..3).prop_map(Value::from),
        "[ab]{0,2}".prop_map(Value::from),
        any::<bool>().prop_map(Value::from)
    ];
    let value = scalar.prop_recursive(3, 24, 4, |below| {
        let map = prop::collection::btree_map("[a-d]", below, 1..4);
        prop_oneof![
            map.clone().prop_map(|map| Value::Object(map.into_iter().collect())),
            prop::collection::btree_map("[x-z]", map, 1..3).prop_map(|items| {
                let item = |(name, map): (String, std::collections::BTreeMap<String, Value>)| {
                    let mut item: crate::json::Map = map.into_iter().collect();
                    item.insert("name".into(), name.into());
                    Value::Object(item)
                };
                items.into_iter().map(item).collect()
            }),
        ]
    });
    prop::collection::btree_map("[a-d]", value, 1..4).prop_map(|map| Value::Object(map.into_iter().collect()))
}

/// The fields that an apply of this value owns.
fn owned(value: &Value) -> Value {
    match value {
        Value::Object(map) => {
            let fields = map.iter().map(|(name, below)| (format!("f:{name}"), owned_apart(below)));
            Value::Object(fields.collect())
        }
        Value::Array(items) => {
            let entry = |item: &Value| (format!("k:{{\"name\":{}}}", item["name"]), owned_apart(item));
            Value::Object(items.iter().map(entry).collect())
        }
        _ => json!({}),
    }
}

/// The same as the key of a map that takes any key, or as a list's item.
fn owned_apart(value: &Value) -> Value {
    let mut fields = owned(value);
    if fields.as_object().is_some_and(|fields| !fields.is_empty()) {
        fields["."] = json!({});
    }
    fields
}

/// Anything at all, with lists told apart by `name`.
fn anything() -> Schemas {
    let mut schemas = Schemas::of_server("v1.36.3");
    schemas.add_openapi(&json!({"components": {"schemas": {
        "anything": {
            "additionalProperties": {"$ref": "#/components/schemas/anything"},
            "items": {"$ref": "#/components/schemas/anything"},
            "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"]
        },
        "thing": {
            "type": "object", "properties": {"spec": {"$ref": "#/components/schemas/anything"}},
            "x-kubernetes-group-version-kind": [{"group": "example.com", "version": "v1", "kind": "Thing"}]
        }
    }}}));
    schemas
}

/// The paths of all scalars.
fn scalars(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(name, below)| scalars(below, &format!("{at}/{name}"), found));
        }
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, below)| scalars(below, &format!("{at}/{index}"), found));
        }
        _ => found.push(at.to_owned()),
    }
}

proptest! {
    #[test]
    fn what_differs_in_any_leaf_is_never_unchanged(spec in manifest(), choice in any::<prop::sample::Index>(), in_live in any::<bool>()) {
        let schemas = anything();
        let case = |desired: &Value, live: &Value| thing(desired, &owned(&spec), live).prove_by(&schemas);
        prop_assert_eq!(case(&spec, &spec), UNCHANGED);
        let mut paths = Vec::new();
        scalars(&spec, "", &mut paths);
        let mut other = spec.clone();
        let path: &String = choice.get(&paths);
        *other.pointer_mut(path).expect("a leaf") = json!("something else");
        let (desired, live) = if in_live { (&spec, &other) } else { (&other, &spec) };
        prop_assert_ne!(case(desired, live), UNCHANGED);
    }

    #[test]
    fn what_owns_more_or_less_than_desired_is_never_unchanged(spec in manifest(), other in manifest()) {
        let proof = thing(&spec, &owned(&other), &spec).prove_by(&anything());
        prop_assert_eq!(proof == UNCHANGED, owned(&spec) == owned(&other));
    }
}
