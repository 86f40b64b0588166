use proptest::prelude::*;

use super::*;
use crate::json::{Value, json};
use crate::schema::custom::node_of;
use crate::schema::{ListType, Rest};

/// Schemas are written as definitions write them.
fn check(schema: &Value, object: &Value, origin: Origin) -> Vec<String> {
    let mut schemas = Schemas::default();
    let root = node_of(&mut schemas, schema);
    violations(&schemas, root, object, origin).into_iter().map(told).collect()
}

fn told(violation: Violation) -> String {
    let hint = violation.hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
    format!("{}: {}{hint}", violation.path, violation.message)
}

/// Schema, values that it takes, values that it doesn't with what is said.
type Case<'a> = (Value, &'a [Value], &'a [(Value, &'a str)]);

#[track_caller]
fn table(cases: &[Case<'_>]) {
    for (schema, good, bad) in cases {
        let around = json!({"type": "object", "properties": {"it": schema}});
        for value in *good {
            let told = check(&around, &json!({"it": value}), Origin::Custom);
            assert_eq!(told, Vec::<String>::new(), "{value} fits {schema}");
        }
        for (value, expected) in *bad {
            let told = check(&around, &json!({"it": value}), Origin::Custom);
            assert_eq!(told.join("\n"), *expected, "{value} against {schema}");
        }
    }
}

#[test]
fn types_are_told_in_plain_words() {
    table(&[
        (
            json!({"type": "integer"}),
            &[json!(1), json!(-1), json!(1.0), json!(i64::MAX)],
            &[
                (json!(1.5), "it: must be a whole number, but is a number with a fraction"),
                (json!("80"), "it: must be a whole number, but is a text (remove the quotes: 80)"),
                (json!("eighty"), "it: must be a whole number, but is a text"),
                (json!([]), "it: must be a whole number, but is a list"),
                (json!(null), "it: must be a whole number, but is null (give it a value, or leave it out)"),
                (
                    json!(u64::MAX),
                    "it: must be between -9223372036854775808 and 9223372036854775807, but is 18446744073709551615",
                ),
            ],
        ),
        (
            json!({"type": "string"}),
            &[json!(""), json!("80")],
            &[
                (
                    json!(8080),
                    "it: must be a text, but is a number (put it into quotes, just as it's written)",
                ),
                (
                    json!(true),
                    "it: must be a text, but is the boolean true (put it into quotes, just as it's written)",
                ),
                (json!({}), "it: must be a text, but is a map"),
            ],
        ),
        (
            json!({"type": "boolean"}),
            &[json!(true)],
            &[
                (json!("true"), "it: must be true or false, but is a text (remove the quotes: true)"),
                (json!("yes"), "it: must be true or false, but is a text"),
                (json!(1), "it: must be true or false, but is a number"),
            ],
        ),
        (
            json!({"type": "number"}),
            &[json!(1), json!(1.5)],
            &[(json!("1.5"), "it: must be a number, but is a text (remove the quotes: 1.5)")],
        ),
        (
            json!({"type": "array", "items": {"type": "string"}}),
            &[json!([]), json!(["a"])],
            &[
                (json!("a"), "it: must be a list, but is a text"),
                (json!(["a", null]), "it[1]: must be a text, but is null (give it a value, or leave it out)"),
            ],
        ),
        (
            json!({"type": "object", "additionalProperties": {"type": "string"}}),
            &[json!({"a/b": "1"})],
            &[
                (
                    json!({"a/b": 1}),
                    "it[\"a/b\"]: must be a text, but is a number (put it into quotes, just as it's written)",
                ),
                (json!([]), "it: must be a map, but is a list"),
            ],
        ),
        (
            json!({"x-kubernetes-int-or-string": true}),
            &[json!(80), json!("http")],
            &[
                (json!(1.5), "it: must be a whole number or a text, but is a number with a fraction"),
                (json!(true), "it: must be a whole number or a text, but is the boolean true"),
            ],
        ),
        (json!({"type": "string", "nullable": true}), &[json!(null)], &[]),
        (
            json!({"x-kubernetes-preserve-unknown-fields": true}),
            &[json!(null), json!(1), json!({"a": [{}]})],
            &[],
        ),
    ]);
}

#[test]
fn bounds_hold() {
    table(&[
        (
            json!({"type": "integer", "format": "int32", "minimum": 1, "maximum": 10}),
            &[json!(1), json!(10)],
            &[
                (json!(0), "it: must be at least 1, but is 0"),
                (json!(11), "it: must be at most 10, but is 11"),
                (
                    json!(3_000_000_000_i64),
                    "it: must be between -2147483648 and 2147483647, but is 3000000000",
                ),
            ],
        ),
        (
            json!({"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1, "exclusiveMaximum": true}),
            &[json!(0.5)],
            &[
                (json!(0), "it: must be more than 0, but is 0"),
                (json!(1), "it: must be less than 1, but is 1"),
            ],
        ),
        (
            json!({"type": "integer", "multipleOf": 5}),
            &[json!(10), json!(0)],
            &[(json!(7), "it: must be a multiple of 5, but is 7")],
        ),
        (
            json!({"type": "number", "multipleOf": 0.1}),
            &[json!(0.3)],
            &[(json!(0.35), "it: must be a multiple of 0.1, but is 0.35")],
        ),
        (
            json!({"type": "string", "minLength": 2, "maxLength": 3, "pattern": "^[a-zé]+$"}),
            &[json!("ab"), json!("éé")],
            &[
                (json!("a"), "it: must have at least 2 characters, but has 1"),
                (json!("abcd"), "it: must have at most 3 characters, but has 4"),
                (json!("AB"), "it: must match ^[a-zé]+$, but is \"AB\""),
            ],
        ),
        (
            json!({"type": "array", "items": {"type": "integer"}, "minItems": 1, "maxItems": 2}),
            &[json!([1])],
            &[
                (json!([]), "it: must have at least 1 item, but has 0"),
                (json!([1, 2, 3]), "it: must have at most 2 items, but has 3"),
            ],
        ),
        (
            json!({"type": "object", "additionalProperties": {"type": "string"}, "minProperties": 1, "maxProperties": 1}),
            &[json!({"a": ""})],
            &[
                (json!({}), "it: must have at least 1 field, but has 0"),
                (json!({"a": "", "b": ""}), "it: must have at most 1 field, but has 2"),
            ],
        ),
        (
            json!({"type": "string", "enum": ["Always", "Never"]}),
            &[json!("Never")],
            &[
                (
                    json!("never"),
                    "it: must be one of \"Always\", \"Never\", but is \"never\" (did you mean \"Never\"?)",
                ),
                (json!("x"), "it: must be one of \"Always\", \"Never\", but is \"x\""),
            ],
        ),
        (
            json!({"type": "string", "format": "ipv4"}),
            &[json!("10.0.0.1")],
            &[(json!("x"), "it: must be an IPv4 address, but is \"x\"")],
        ),
    ]);
}

#[test]
fn lists_tell_their_items_apart() {
    let keyed = json!({
        "type": "array",
        "x-kubernetes-list-type": "map",
        "x-kubernetes-list-map-keys": ["name", "port"],
        "items": {"type": "object", "properties": {"name": {"type": "string"}, "port": {"type": "integer"}, "x": {"type": "integer"}}},
    });
    table(&[
        (
            json!({"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}}),
            &[json!(["a", "b"])],
            &[(json!(["a", "b", "a"]), "it[2]: is there twice: \"a\" is already it[0]")],
        ),
        (
            keyed,
            &[json!([{"name": "a", "port": 1}, {"name": "a", "port": 2}, {"name": "a"}])],
            &[
                (
                    json!([{"name": "a", "port": 1}, {"x": 1, "port": 1, "name": "a"}]),
                    "it[1]: is there twice: name=\"a\", port=1 is already it[0]",
                ),
                (json!([{"name": "a"}, {"name": "a"}]), "it[1]: is there twice: name=\"a\" is already it[0]"),
            ],
        ),
    ]);
}

#[test]
fn forms_are_combined() {
    let branch = |field: &str| json!({"required": [field], "properties": {field: {"minimum": 1}}});
    let map = |logic: &str, forms: Value| {
        let number = json!({"type": "integer"});
        json!({"type": "object", "properties": {"a": number, "b": number}, logic: forms})
    };
    table(&[
        (
            map("oneOf", json!([branch("a"), branch("b")])),
            &[json!({"a": 1}), json!({"a": 0, "b": 1})],
            &[
                (
                    json!({}),
                    "it: fits none of the 2 forms of which it must have one: it.a is missing; or it.b is missing",
                ),
                (json!({"a": 1, "b": 1}), "it: must have exactly one of several forms, but fits 2"),
            ],
        ),
        (
            map("anyOf", json!([branch("a"), branch("b")])),
            &[json!({"a": 1, "b": 1})],
            &[(
                json!({"a": 0}),
                "it: fits none of the 2 forms it may have: it.a must be at least 1, but is 0; or it.b is missing",
            )],
        ),
        (
            map("allOf", json!([branch("a"), branch("b")])),
            &[json!({"a": 1, "b": 1})],
            &[(json!({"a": 1}), "it.b: is missing")],
        ),
        (
            map("not", branch("a")),
            &[json!({"a": 0})],
            &[(json!({"a": 1}), "it: has the form that it must not have (`not` in its schema)")],
        ),
    ]);
}

fn pod_schema() -> Value {
    let container = json!({"type": "object", "required": ["name"], "properties": {
        "name": {"type": "string"}, "image": {"type": "string"},
        "ports": {"type": "array", "items": {"type": "object", "properties": {"containerPort": {"type": "integer"}}}},
    }});
    let pod = json!({"type": "object", "required": ["containers"], "properties": {
        "containers": {"type": "array", "items": container},
        "initContainers": {"type": "array", "items": container},
        "restartPolicy": {"type": "string"},
    }});
    json!({"type": "object", "properties": {"spec": {"type": "object", "required": ["template"], "properties": {
        "replicas": {"type": "integer"},
        "template": {"type": "object", "properties": {"spec": pod}},
    }}}})
}

#[test]
fn an_unknown_field_was_meant_to_be_another_or_elsewhere() {
    let template = json!({"spec": {"containers": []}});
    let cases = [
        (
            json!({"spec": {"replica": 1, "template": template}}),
            "spec.replica: unknown field (did you mean \"spec.replicas\"?)",
        ),
        (
            json!({"spec": {"Replicas": 1, "template": template}}),
            "spec.Replicas: unknown field (did you mean \"spec.replicas\"?)",
        ),
        (json!({"replicas": 1}), "replicas: unknown field (it belongs in \"spec\")"),
        (
            json!({"spec": {"template": {"replicas": 1}}}),
            "spec.template.replicas: unknown field (it belongs in \"spec\")",
        ),
        (
            json!({"spec": {"restartPolicy": "Never", "template": {}}}),
            "spec.restartPolicy: unknown field (it belongs in \"spec.template.spec\")",
        ),
        (
            json!({"spec": {"template": {"spec": {"containers": [], "ports": []}}}}),
            "spec.template.spec.ports: unknown field (it belongs in the items of \"spec.template.spec.containers\")",
        ),
        (json!({"spec": {"template": {}, "zzzzzz": 1}}), "spec.zzzzzz: unknown field"),
        (
            json!({"spec": {"template": {"spec": {"containers": [{"name": "a", "restartPolicy": "x"}]}}}}),
            "spec.template.spec.containers[0].restartPolicy: unknown field (it belongs in \"spec.template.spec\")",
        ),
    ];
    for (object, expected) in cases {
        assert_eq!(check(&pod_schema(), &object, Origin::Builtin).join("\n"), expected, "{object}");
    }
}

#[test]
fn what_is_required_must_be_there() {
    let told =
        check(&pod_schema(), &json!({"spec": {"template": {"spec": {"containers": [{}]}}}}), Origin::Builtin);
    assert_eq!(told, ["spec.template.spec.containers[0].name: is missing"]);
    let null = json!({"spec": {"template": null}});
    assert_eq!(check(&pod_schema(), &null, Origin::Builtin), ["spec.template: is missing"]);
}

#[test]
fn built_in_kinds_take_null_as_absent() {
    let object = json!({"spec": {"replicas": null, "template": {"spec": {"containers": null, "restartPolicy": null}}}});
    assert_eq!(check(&pod_schema(), &object, Origin::Builtin), ["spec.template.spec.containers: is missing"]);
}

#[test]
fn embedded_resources_have_a_version_and_a_kind() {
    let schema = json!({"type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true});
    table(&[(
        schema,
        &[
            json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": null}, "spec": {"x": 1}}),
        ],
        &[
            (json!({}), "it.apiVersion: is missing\nit.kind: is missing"),
            (json!({"apiVersion": "", "kind": "Pod"}), "it.apiVersion: must not be empty"),
            (
                json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"label": {}, "annotations": {"port": 80}}}),
                "it.metadata.annotations.port: must be a text, but is a number (put it into quotes, just as it's written)\n\
                 it.metadata.label: unknown field (did you mean \"it.metadata.labels\"?)",
            ),
        ],
    )]);
}

#[test]
fn quantities_and_defaults_of_built_in_keys() {
    let mut schemas = Schemas::default();
    let quantity = schemas.add(Schema { kind: Some(Type::Quantity), ..Schema::default() });
    let limits =
        schemas.add(Schema { kind: Some(Type::Object), rest: Rest::Of(quantity), ..Schema::default() });
    let found =
        violations(&schemas, limits, &json!({"cpu": 1, "memory": "1 Gi", "x": true}), Origin::Builtin);
    let told: Vec<String> = found.into_iter().map(told).collect();
    assert_eq!(
        told,
        [
            "memory: \"1 Gi\" isn't a quantity (a number with an optional unit: 500m, 2, 1.5Gi)",
            "x: must be a quantity such as 500m or 1Gi, but is the boolean true",
        ]
    );

    let protocol =
        schemas.add(Schema { kind: Some(Type::String), default: Some("TCP".into()), ..Schema::default() });
    let port = schemas.add(Schema { kind: Some(Type::Integer), ..Schema::default() });
    let properties = [("port".to_owned(), port), ("protocol".to_owned(), protocol)].into();
    let item = schemas.add(Schema { kind: Some(Type::Object), properties, ..Schema::default() });
    let list = ListType::Map(vec!["port".to_owned(), "protocol".to_owned()]);
    let ports = schemas.add(Schema { kind: Some(Type::Array), items: Some(item), list, ..Schema::default() });
    let twice = json!([{"port": 1}, {"port": 1, "protocol": "UDP"}, {"port": 1, "protocol": "TCP"}]);
    let found = violations(&schemas, ports, &twice, Origin::Builtin);
    assert_eq!(found.len(), 1);
    assert_eq!(told_of(&found[0]), "[2]: is there twice: port=1, protocol=\"TCP\" is already [0]");
}

fn told_of(violation: &Violation) -> String {
    told(violation.clone())
}

#[test]
fn circles_end_where_the_object_ends() {
    let mut schemas = Schemas::default();
    let node = schemas.add(Schema::default());
    schemas.0[0] = Schema {
        kind: Some(Type::Object),
        properties: [("next".to_owned(), node)].into(),
        required: vec!["value".to_owned()],
        rest: Rest::Any,
        ..Schema::default()
    };
    let found =
        violations(&schemas, node, &json!({"value": 1, "next": {"value": 2, "next": {}}}), Origin::Builtin);
    assert_eq!(found.into_iter().map(told).collect::<Vec<_>>(), ["next.next.value: is missing"]);
}

/// Any JSON, with the field names of the schemas below among its keys.
fn json_values() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map("(spec|it|a|b|items|name|metadata|port|[a-z]{1,3})", inner, 0..5)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn no_value_makes_it_panic(value in json_values()) {
        let schema = json!({"type": "object", "properties": {
            "it": {"type": "array", "x-kubernetes-list-type": "set", "items": {"x-kubernetes-int-or-string": true, "multipleOf": 2}},
            "items": {"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name"], "items": {"type": "object", "properties": {"name": {"type": "string", "format": "date-time", "pattern": "^a"}}}},
            "a": {"type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true},
            "b": {"anyOf": [{"minimum": 1}, {"format": "cidr"}], "not": {"required": ["name"]}},
        }});
        check(&schema, &value, Origin::Custom);
        check(&schema, &value, Origin::Builtin);
    }

    #[test]
    fn no_text_makes_a_format_panic(text in ".{0,40}") {
        for name in ["uri", "email", "hostname", "ipv4", "cidr", "mac", "uuid", "isbn", "creditcard", "ssn", "rgbcolor", "byte", "date", "date-time", "duration", "k8s-long-name"] {
            format::holds_in_custom_kinds(name, &text);
            format::holds_in_built_in_kinds(name, &text);
        }
        quantity::is_quantity(&text);
    }
}
