//! Structure, types, bounds, formats, lists and combined schemas.

use trueup::json::{Value, json};

use super::{Feature, feature};

pub(super) fn all() -> Vec<Feature> {
    [scalars(), formats(), structures(), combined()].into_iter().flatten().collect()
}

fn scalars() -> Vec<Feature> {
    vec![
        feature(
            "whole",
            json!({"type": "integer"}),
            &[json!(1), json!(-5), json!(1.0), json!(i64::MAX)],
            &[json!(null), json!(1.5), json!("1"), json!(true), json!([1]), json!({})],
        ),
        feature(
            "whole32",
            json!({"type": "integer", "format": "int32"}),
            &[json!(2_147_483_647)],
            &[json!(2_147_483_648_i64)],
        ),
        feature("number", json!({"type": "number"}), &[json!(1), json!(1.5)], &[json!("1.5")]),
        feature("flag", json!({"type": "boolean"}), &[json!(true)], &[json!("true"), json!(1)]),
        feature(
            "text",
            json!({"type": "string"}),
            &[json!(""), json!("a")],
            &[json!(1), json!(true), json!(["a"])],
        ),
        feature(
            "bounded",
            json!({"type": "integer", "minimum": 1, "maximum": 10, "multipleOf": 3}),
            &[json!(3), json!(9)],
            &[json!(0), json!(12), json!(4)],
        ),
        feature(
            "between",
            json!({"type": "number", "minimum": 0, "exclusiveMinimum": true, "maximum": 1, "exclusiveMaximum": true}),
            &[json!(0.5)],
            &[json!(0), json!(1), json!(0.0), json!(1.5)],
        ),
        feature(
            "tenths",
            json!({"type": "number", "multipleOf": 0.1}),
            &[json!(0.3), json!(0.7)],
            &[json!(0.35)],
        ),
        feature(
            "word",
            json!({"type": "string", "minLength": 2, "maxLength": 4, "pattern": "^[a-zé]+$"}),
            &[json!("ab"), json!("éééé")],
            &[json!("a"), json!("abcde"), json!("AB"), json!("a b")],
        ),
        feature(
            "somewhere",
            json!({"type": "string", "pattern": "\\d{2}"}),
            &[json!("a12b")],
            &[json!("a1b"), json!("١٢")],
        ),
        feature(
            "choice",
            json!({"type": "string", "enum": ["Always", "Never"]}),
            &[json!("Never")],
            &[json!("never"), json!("")],
        ),
        feature("numbers", json!({"type": "integer", "enum": [1, 2]}), &[json!(1), json!(2.0)], &[json!(3)]),
        feature(
            "either",
            json!({"x-kubernetes-int-or-string": true}),
            &[json!(80), json!("http")],
            &[json!(1.5), json!(true), json!([])],
        ),
        feature(
            "eitherBounded",
            json!({"x-kubernetes-int-or-string": true, "maximum": 100, "pattern": "^[0-9]+%$"}),
            &[json!(80), json!("25%")],
            &[json!(101), json!("x")],
        ),
        feature(
            "maybe",
            json!({"type": "string", "nullable": true}),
            &[json!(null), json!("a")],
            &[json!(1)],
        ),
        feature(
            "maybeChoice",
            json!({"type": "string", "nullable": true, "enum": ["a"]}),
            &[json!("a")],
            &[json!("b"), json!(null)],
        ),
        feature(
            "required",
            json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}),
            &[json!({"a": ""})],
            &[json!({}), json!({"a": null})],
        ),
        feature(
            "requiredMaybe",
            json!({"type": "object", "required": ["a"], "properties": {"a": {"type": "string", "nullable": true}}}),
            &[json!({"a": null})],
            &[json!({})],
        ),
    ]
}

fn formats() -> Vec<Feature> {
    let of = |name: &'static str, format: &str, good: &[&str], bad: &[&str]| {
        let values = |texts: &[&str]| texts.iter().map(|text| json!(text)).collect::<Vec<Value>>();
        feature(name, json!({"type": "string", "format": format}), &values(good), &values(bad))
    };
    vec![
        of("date", "date", &["2026-01-31"], &["2026-02-30", "31.1.2026", "2026-1-31"]),
        of(
            "time",
            "date-time",
            &["2026-01-31T12:00:00Z", "2026-01-31t12:00:00.25+01:00"],
            &["2026-01-31", "2026-01-31T24:00:00Z", "noon"],
        ),
        of("span", "duration", &["1h30m", "22 ns", "0", "3 weeks", "-5m"], &["", "soon", "1", "h"]),
        of("bytes", "byte", &["dHJ1ZXVw"], &["trueup!", "YQ", ""]),
        of(
            "uri",
            "uri",
            &["https://example.com/a?b=c", "/a", "mailto:a@b.c"],
            &["example.com", "", "http://a:b/"],
        ),
        of("email", "email", &["a@b.c", "A <a@b.c>"], &["a", "a@b@c"]),
        of("host", "hostname", &["example.com", "a"], &["my-host", "a_b.com", "-a.com"]),
        of("four", "ipv4", &["10.0.0.1", "010.0.0.1"], &["10.0.0.256", "::1"]),
        of("six", "ipv6", &["::1"], &["10.0.0.1", "::g"]),
        of("range", "cidr", &["10.0.0.0/8", "2001:db8::/32"], &["10.0.0.0", "10.0.0.0/33"]),
        of("mac", "mac", &["01:23:45:67:89:ab"], &["01:23"]),
        of("uuid", "uuid", &["A987FBC9-4BED-3078-CF07-9141BA07C9F3"], &["a987"]),
        of(
            "uuid4",
            "uuid4",
            &["625e63f3-58f5-40b7-83a1-a72ad31acffb"],
            &["A987FBC9-4BED-3078-CF07-9141BA07C9F3"],
        ),
        of("isbn", "isbn", &["0321751043", "978-0321751041"], &["0321751044"]),
        of("card", "creditcard", &["4111-1111-1111-1111"], &["4111-1111-1111-1112"]),
        of("ssn", "ssn", &["111-11-1111"], &["111111111"]),
        of("hex", "hexcolor", &["#FFFFFF", "fff"], &["#ff"]),
        of("rgb", "rgbcolor", &["rgb(255,255,255)"], &["rgb(256,0,0)"]),
        of("oid", "bsonobjectid", &["507f1f77bcf86cd799439011"], &["507f"]),
        of("short", "k8s-short-name", &["a-1"], &["A", "a.b"]),
        of("long", "k8s-long-name", &["a.b"], &["a..b"]),
        of("unheard", "of-nobody", &["", "anything"], &[]),
    ]
}

fn structures() -> Vec<Feature> {
    let any = json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true});
    vec![
        feature(
            "closed",
            json!({"type": "object", "properties": {"a": {"type": "string"}}}),
            &[json!({"a": "b"}), json!({})],
            &[json!({"b": "c"}), json!({"a": "b", "A": "c"})],
        ),
        feature(
            "map",
            json!({"type": "object", "additionalProperties": {"type": "integer"}, "minProperties": 1, "maxProperties": 2}),
            &[json!({"a/b": 1})],
            &[json!({"a": "1"}), json!({}), json!({"a": 1, "b": 2, "c": 3})],
        ),
        feature("anything", any.clone(), &[json!({"a": {"b": [1, "x", null]}})], &[json!([]), json!("a")]),
        feature(
            "untyped",
            json!({"x-kubernetes-preserve-unknown-fields": true}),
            &[json!([]), json!("a"), json!({"x": 1})],
            &[],
        ),
        feature(
            "partly",
            json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {"a": {"type": "integer"}}}),
            &[json!({"a": 1, "b": []})],
            &[json!({"a": "x"})],
        ),
        feature(
            "embedded",
            json!({"type": "object", "x-kubernetes-embedded-resource": true, "x-kubernetes-preserve-unknown-fields": true}),
            &[json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"x": 1}})],
            &[
                json!({}),
                json!({"apiVersion": "v1"}),
                json!({"apiVersion": "", "kind": "Pod"}),
                json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"labels": {"a": 1}}}),
                json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"nam": "a"}}),
            ],
        ),
        feature(
            "list",
            json!({"type": "array", "items": {"type": "string"}, "minItems": 1, "maxItems": 2}),
            &[json!(["a", "a"])],
            &[json!([]), json!(["a", "b", "c"]), json!([1]), json!([null]), json!("a")],
        ),
        feature(
            "set",
            json!({"type": "array", "x-kubernetes-list-type": "set", "items": {"type": "string"}}),
            &[json!(["a", "b"])],
            &[json!(["a", "b", "a"])],
        ),
        feature(
            "keyed",
            json!({
                "type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": ["name", "port"],
                "items": {"type": "object", "required": ["name"], "properties": {"name": {"type": "string"}, "port": {"type": "integer", "default": 80}}},
            }),
            &[json!([{"name": "a"}, {"name": "a", "port": 81}, {"name": "b"}])],
            &[json!([{"name": "a"}, {"name": "a", "port": 80}]), json!([{"port": 80}])],
        ),
        feature(
            "nested",
            json!({"type": "array", "items": {"type": "object", "properties": {"a": {"type": "array", "items": {"type": "integer"}}}}}),
            &[json!([{"a": [1]}])],
            &[json!([{"a": ["1"]}]), json!([{"b": []}])],
        ),
    ]
}

fn combined() -> Vec<Feature> {
    let pair = |logic: &str, forms: Value| {
        let number = json!({"type": "integer"});
        json!({"type": "object", "properties": {"a": number, "b": number}, logic: forms})
    };
    let branches = json!([{"required": ["a"]}, {"required": ["b"]}]);
    vec![
        feature(
            "oneOf",
            pair("oneOf", branches.clone()),
            &[json!({"a": 1}), json!({"b": 1})],
            &[json!({}), json!({"a": 1, "b": 1})],
        ),
        feature("anyOf", pair("anyOf", branches.clone()), &[json!({"a": 1, "b": 1})], &[json!({})]),
        feature("allOf", pair("allOf", branches), &[json!({"a": 1, "b": 1})], &[json!({"a": 1})]),
        feature("not", pair("not", json!({"required": ["a"]})), &[json!({"b": 1})], &[json!({"a": 1})]),
        feature(
            "values",
            pair(
                "anyOf",
                json!([{"properties": {"a": {"minimum": 5}}}, {"properties": {"b": {"enum": [7]}}}]),
            ),
            &[json!({"a": 5}), json!({"a": 1, "b": 7}), json!({})],
            &[json!({"a": 1, "b": 1})],
        ),
        feature(
            "addresses",
            json!({"type": "string", "oneOf": [{"format": "ipv4"}, {"format": "ipv6"}]}),
            &[json!("10.0.0.1"), json!("::1")],
            &[json!("x")],
        ),
    ]
}
