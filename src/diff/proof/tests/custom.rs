//! Custom resources, by their live definition: what a change of the definition
//! since the last apply does to the proof, and what the server makes of values.

use super::*;

fn properties(properties: Value) -> Value {
    json!({"type": "object", "properties": properties})
}

/// Lists of items told apart by `keys`, of which `kind` has this default.
fn keyed(keys: &[&str], default: Option<&str>) -> Schemas {
    let mut kind = json!({"type": "string"});
    if let Some(default) = default {
        kind["default"] = json!(default);
    }
    custom_schemas(&properties(json!({"list": {
        "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys,
        "items": {"type": "object", "properties": {"name": {"type": "string"}, "kind": kind}}
    }})))
}

#[test]
fn the_default_of_a_key_must_still_be_what_it_was() {
    let mine = json!({"f:list": {"k:{\"kind\":\"x\",\"name\":\"a\"}": {".": {}, "f:name": {}}}});
    let live = json!({"list": [{"name": "a", "kind": "x"}]});
    let case = thing(&json!({"list": [{"name": "a"}]}), &mine, &live);
    assert_eq!(case.prove_by(&keyed(&["name", "kind"], Some("x"))), UNCHANGED);
    assert_eq!(case.prove_by(&keyed(&["name", "kind"], Some("y"))), Proof::Differs);
    assert_eq!(case.prove_by(&keyed(&["name", "kind"], None)), Proof::Differs);
}

#[test]
fn the_keys_of_a_list_must_still_be_what_they_were() {
    let list = json!({"list": [{"name": "a", "kind": "x"}]});
    let by_both =
        json!({"f:list": {"k:{\"kind\":\"x\",\"name\":\"a\"}": {".": {}, "f:kind": {}, "f:name": {}}}});
    let by_name = json!({"f:list": {"k:{\"name\":\"a\"}": {".": {}, "f:kind": {}, "f:name": {}}}});
    let both = keyed(&["name", "kind"], None);
    let name = keyed(&["name"], None);
    assert_eq!(thing(&list, &by_both, &list).prove_by(&both), UNCHANGED);
    assert_eq!(thing(&list, &by_name, &list).prove_by(&name), UNCHANGED);
    assert!(is_unknown(thing(&list, &by_both, &list).prove_by(&name)));
    assert_eq!(thing(&list, &by_name, &list).prove_by(&both), Proof::Differs);
}

#[test]
fn a_list_or_map_must_still_merge_as_it_did() {
    let list = |kind: &str| {
        custom_schemas(&properties(json!({"list": {
            "type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": kind
        }})))
    };
    let value = json!({"list": ["a"]});
    let (whole, apart) = (json!({"f:list": {}}), json!({"f:list": {"v:\"a\"": {}}}));
    assert_eq!(thing(&value, &whole, &value).prove_by(&list("atomic")), UNCHANGED);
    assert_eq!(thing(&value, &apart, &value).prove_by(&list("set")), UNCHANGED);
    assert!(is_unknown(thing(&value, &apart, &value).prove_by(&list("atomic"))));
    assert_ne!(thing(&value, &whole, &value).prove_by(&list("set")), UNCHANGED);
    let nothing = json!({"list": []});
    assert_eq!(thing(&nothing, &whole, &nothing).prove_by(&list("atomic")), UNCHANGED);
    assert_ne!(thing(&nothing, &whole, &nothing).prove_by(&list("set")), UNCHANGED);

    let map = |kind: &str| {
        custom_schemas(&properties(json!({"map": {
            "type": "object", "additionalProperties": {"type": "string"}, "x-kubernetes-map-type": kind
        }})))
    };
    let value = json!({"map": {"a": "1"}});
    let (whole, apart) = (json!({"f:map": {}}), json!({"f:map": {"f:a": {}}}));
    assert_eq!(thing(&value, &whole, &value).prove_by(&map("atomic")), UNCHANGED);
    assert_eq!(thing(&value, &apart, &value).prove_by(&map("granular")), UNCHANGED);
    assert_ne!(thing(&value, &apart, &value).prove_by(&map("atomic")), UNCHANGED);
    assert_ne!(thing(&value, &whole, &value).prove_by(&map("granular")), UNCHANGED);
}

/// Seen on a real control plane: the apply makes one field of what the other
/// manager owns, though no value changes.
#[test]
fn what_others_own_must_still_merge_as_it_did() {
    let with = |kind: &str| {
        custom_schemas(&properties(json!({
            "a": {"type": "integer"},
            "list": {"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": kind},
            "free": {"x-kubernetes-preserve-unknown-fields": true}
        })))
    };
    let prove_beside = |theirs: Value, kind: &str| {
        let live = json!({"a": 1, "list": ["x"], "free": {"y": [1]}});
        let case = thing(&json!({"a": 1}), &json!({"f:a": {}}), &live);
        case.shared_with("other", "Update", &json!({"f:spec": theirs})).prove_by(&with(kind))
    };
    let apart = json!({"f:list": {".": {}, "v:\"x\"": {}}, "f:free": {".": {}, "f:y": {}}});
    assert_eq!(prove_beside(apart.clone(), "set"), UNCHANGED);
    assert!(is_unknown(prove_beside(apart, "atomic")));
    let whole = json!({"f:list": {}, "f:free": {}});
    assert_eq!(prove_beside(whole.clone(), "atomic"), UNCHANGED);
    assert_eq!(prove_beside(whole, "set"), UNCHANGED);
}

#[test]
fn live_must_have_every_default_already() {
    let value = json!({"a": 1});
    let case = thing(&value, &json!({"f:a": {}}), &value);
    let integer = json!({"type": "integer"});
    let with = |other: Value| custom_schemas(&properties(json!({"a": integer, "b": other})));
    assert_eq!(case.prove_by(&with(integer.clone())), UNCHANGED);
    assert!(is_unknown(case.prove_by(&with(json!({"type": "integer", "default": 7})))));
    let live = json!({"a": 1, "b": 8});
    let had_another = thing(&value, &json!({"f:a": {}}), &live);
    assert_eq!(had_another.prove_by(&with(json!({"type": "integer", "default": 7}))), UNCHANGED);
}

#[test]
fn a_default_inside_a_value_that_merges_as_a_whole_must_be_todays() {
    let with = |default: i64| {
        custom_schemas(&properties(json!({"list": {"type": "array", "items": properties(json!({
            "a": {"type": "integer"}, "b": {"type": "integer", "default": default}
        }))}})))
    };
    let live = json!({"list": [{"a": 1, "b": 7}]});
    let case = thing(&json!({"list": [{"a": 1}]}), &json!({"f:list": {}}), &live);
    assert_eq!(case.prove_by(&with(7)), UNCHANGED);
    assert_eq!(case.prove_by(&with(8)), Proof::Differs);
}

#[test]
fn live_must_hold_nothing_that_the_server_would_drop_or_refuse() {
    let value = json!({"a": 1});
    let prove_beside = |live: Value, schema: Value| {
        thing(&value, &json!({"f:a": {}}), &live).prove_by(&custom_schemas(&schema))
    };
    let struct_of_a = properties(json!({"a": {"type": "integer"}}));
    assert_eq!(prove_beside(json!({"a": 1}), struct_of_a.clone()), UNCHANGED);
    assert!(is_unknown(prove_beside(json!({"a": 1, "gone": 1}), struct_of_a.clone())));
    let mut open = struct_of_a;
    open["x-kubernetes-preserve-unknown-fields"] = json!(true);
    assert_eq!(prove_beside(json!({"a": 1, "kept": {"x": null}}), open), UNCHANGED);
    let other = |kind: Value| properties(json!({"a": {"type": "integer"}, "other": kind}));
    for (live, kind) in [
        (json!("text"), json!({"type": "integer"})),
        (json!(1.5), json!({"type": "integer"})),
        (json!({}), json!({"type": "array", "items": {"type": "string"}})),
        (json!([]), json!({"type": "object"})),
        (json!(true), json!({"x-kubernetes-int-or-string": true})),
        (json!(null), json!({"type": "string"})),
        (
            json!(["x", "x"]),
            json!({"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"}),
        ),
    ] {
        assert!(is_unknown(prove_beside(json!({"a": 1, "other": live}), other(kind.clone()))), "{kind}");
    }
    for (live, kind) in [
        (json!(1), json!({"type": "number"})),
        (json!(80), json!({"x-kubernetes-int-or-string": true})),
        (json!("http"), json!({"x-kubernetes-int-or-string": true})),
        (json!(null), json!({"type": "string", "nullable": true})),
        (json!({"k": ["v"]}), json!({"x-kubernetes-preserve-unknown-fields": true})),
        (
            json!(["x", "y"]),
            json!({"type": "array", "items": {"type": "string"}, "x-kubernetes-list-type": "set"}),
        ),
    ] {
        let proof = prove_beside(json!({"a": 1, "other": live}), other(kind.clone()));
        assert_eq!(proof, UNCHANGED, "{kind}");
    }
}

#[test]
fn keyed_items_must_be_distinct_whoever_owns_them() {
    let value = json!({"list": [{"name": "a", "kind": "x"}]});
    let mine =
        json!({"f:list": {"k:{\"kind\":\"x\",\"name\":\"a\"}": {".": {}, "f:kind": {}, "f:name": {}}}});
    let prove_with = |theirs: Value| {
        let live = json!({"list": [value["list"][0], theirs, {"name": "b", "kind": "y"}]});
        thing(&value, &mine, &live).prove_by(&keyed(&["name", "kind"], None))
    };
    assert_eq!(prove_with(json!({"name": "b", "kind": "x"})), UNCHANGED);
    assert_eq!(prove_with(json!({"name": "b"})), UNCHANGED);
    assert!(is_unknown(prove_with(json!({"name": "b", "kind": "y"}))));
    assert!(is_unknown(prove_with(json!({}))));
    assert!(is_unknown(prove_with(json!({"name": null, "kind": "x"}))));
}

/// The API server takes such a definition, and then no server-side apply of an
/// object that has a value there.
#[test]
fn a_set_of_maps_is_for_the_server_to_judge() {
    let schemas = custom_schemas(&properties(json!({
        "a": {"type": "integer"},
        "set": {"type": "array", "x-kubernetes-list-type": "set", "items": {
            "type": "object", "x-kubernetes-map-type": "atomic", "properties": {"b": {"type": "integer"}}
        }}
    })));
    let prove_beside = |live: Value| {
        thing(&json!({"a": 1}), &json!({"f:a": {}}), &json!({"a": 1, "set": live})).prove_by(&schemas)
    };
    assert_eq!(prove_beside(json!([])), UNCHANGED);
    assert!(is_unknown(prove_beside(json!([{"b": 1}]))));
}

#[test]
fn what_a_schema_asks_of_the_objects_own_name_is_no_matter() {
    let mut definition = definition(&properties(json!({"a": {"type": "integer"}})));
    let schema = &mut definition["spec"]["versions"][0]["schema"]["openAPIV3Schema"];
    schema["properties"]["metadata"] =
        json!({"type": "object", "properties": {"name": {"type": "string", "maxLength": 10}}});
    let mut schemas = Schemas::of_server("v1.36.3");
    schemas.add_definition(&definition);
    let value = json!({"a": 1});
    assert_eq!(thing(&value, &json!({"f:a": {}}), &value).prove_by(&schemas), UNCHANGED);
}

/// Seen on a real control plane: with a default there that nobody owns, an apply
/// of `spec: {}` removes it all.
#[test]
fn an_empty_map_over_an_empty_list_is_unknown() {
    let schemas = keyed(&["name"], None);
    let prove_over = |live: Value| {
        let empty = Case::new("example.com/v1", "Thing", json!({"spec": {}}), &json!({"f:spec": {}}), live);
        empty.prove_by(&schemas)
    };
    assert_eq!(prove_over(json!({"spec": {}})), UNCHANGED);
    assert_eq!(prove_over(json!({"spec": {"list": [{"name": "a"}]}})), UNCHANGED);
    assert!(is_unknown(prove_over(json!({"spec": {"list": []}}))));
}

/// As pods in templates that say so: their metadata is a real one.
#[test]
fn an_embedded_object_has_an_objects_metadata() {
    let schemas = custom_schemas(&properties(json!({"template": {
        "type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true
    }})));
    let template = json!({"template": {
        "apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a", "finalizers": ["x/y"]}, "data": {"k": "v"}
    }});
    let mine = |finalizers: Value, data: Value| {
        json!({"f:template": {
            "f:apiVersion": {}, "f:kind": {}, "f:data": data,
            "f:metadata": {"f:name": {}, "f:finalizers": finalizers}
        }})
    };
    let set = json!({"v:\"x/y\"": {}});
    let data = json!({".": {}, "f:k": {}});
    assert_eq!(thing(&template, &mine(set, data.clone()), &template).prove_by(&schemas), UNCHANGED);
    assert_ne!(thing(&template, &mine(json!({}), data), &template).prove_by(&schemas), UNCHANGED);
}

#[test]
fn an_object_is_brought_into_line_with_the_stored_version_too() {
    let version = |name: &str, storage: bool, more: Value| {
        let mut spec = properties(json!({"a": {"type": "integer"}}));
        if let Some(more) = more.as_object() {
            spec["properties"].as_object_mut().expect("a map").extend(more.clone());
        }
        json!({"name": name, "served": true, "storage": storage,
            "schema": {"openAPIV3Schema": properties(json!({"spec": spec}))}})
    };
    let prove_stored_by = |more: Value| {
        let mut definition = definition(&json!({}));
        definition["spec"]["versions"] = json!([version("v1", false, json!({})), version("v2", true, more)]);
        let mut schemas = Schemas::of_server("v1.36.3");
        schemas.add_definition(&definition);
        thing(&json!({"a": 1}), &json!({"f:a": {}}), &json!({"a": 1})).prove_by(&schemas)
    };
    assert_eq!(prove_stored_by(json!({})), UNCHANGED);
    assert_eq!(prove_stored_by(json!({"b": {"type": "string"}})), UNCHANGED);
    assert!(is_unknown(prove_stored_by(json!({"b": {"type": "string", "default": "x"}}))));
    assert!(is_unknown(prove_stored_by(json!({"a": {"type": "string"}}))));
}

#[test]
fn a_ratio_is_never_proved() {
    let schemas = custom_schemas(&properties(json!({"ratio": {"type": "number"}})));
    let prove_ratio = |value: Value| {
        let spec = json!({"ratio": value});
        thing(&spec, &json!({"f:ratio": {}}), &spec).prove_by(&schemas)
    };
    assert!(is_unknown(prove_ratio(json!(0.5))));
    assert!(is_unknown(prove_ratio(json!(1e300))));
    assert_eq!(prove_ratio(json!(2)), UNCHANGED);
}
