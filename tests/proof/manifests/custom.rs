//! Custom resources: one field of every way to merge, anything at all, and a
//! kind that is stored in another version.

use trueup::json::{Value, json};

use super::super::random::Random;

pub(super) fn thing(random: &mut Random, _: &str) -> Value {
    let mut spec = json!({});
    random.maybe(&mut spec, "atomicMap", &[json!({}), json!({"a": "1"}), json!({"a": "1", "b": "2"})]);
    random.maybe(&mut spec, "map", &[json!({}), json!({"a": "1"}), json!({"b": "2"})]);
    random.maybe(
        &mut spec,
        "objects",
        &[json!({}), json!({"k1": {"v": 1}, "k2": {}}), json!({"k1": {"v": 2}})],
    );
    random.maybe(&mut spec, "set", &[json!([]), json!(["a", "b"]), json!(["b"]), json!(["c", "a"])]);
    random.maybe(&mut spec, "list", &[json!([]), json!([1, 2]), json!([2])]);
    random.maybe(
        &mut spec,
        "keyed",
        &[
            json!([]),
            json!([{"name": "a"}, {"name": "b", "kind": "y", "value": 0}]),
            json!([{"name": "b", "kind": "x"}, {"name": "a", "value": 1}]),
        ],
    );
    random.maybe(&mut spec, "optionalKey", &[json!([{"a": "1"}]), json!([{"a": "1", "b": "2"}, {"a": "2"}])]);
    random.maybe(
        &mut spec,
        "any",
        &[
            json!({}),
            json!({"x": {"y": [1, {"z": null}]}, "n": null}),
            json!([1, 2]),
            json!("text"),
            json!({"x": {"y": [1]}, "f": {}}),
        ],
    );
    random.maybe(&mut spec, "port", &[json!(80), json!("http")]);
    random.maybe(&mut spec, "defaulted", &[json!("default"), json!("other")]);
    random.maybe(&mut spec, "nullable", &[json!(null), json!("x")]);
    random.maybe(&mut spec, "plain", &[json!("x"), json!("z"), json!("")]);
    random.maybe(&mut spec, "ratio", &[json!(2), json!(3)]);
    random.maybe(
        &mut spec,
        "nested",
        &[json!({}), json!({"list": []}), json!({"list": [{"a": 1}]}), json!({"map": {"x": {}}})],
    );
    random.maybe(&mut spec, "nullableMap", &[json!(null), json!({}), json!({"a": 1}), json!({"a": null})]);
    random.maybe(&mut spec, "nullableList", &[json!(null), json!([]), json!([{"name": "a"}])]);
    random.maybe(
        &mut spec,
        "embedded",
        &[
            json!({"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": "1"}}),
            json!({"apiVersion": "v1", "kind": "X", "metadata": {"name": "a", "finalizers": ["x/y"]}, "spec": null}),
        ],
    );
    random.maybe(&mut spec, "replicas", &[json!(1), json!(2)]);
    random.maybe(&mut spec, "listOfLists", &[json!([[1], [2, 3]]), json!([[]])]);
    if random.once_in(4) {
        make_odd(random, &mut spec);
    }
    json!({"spec": spec})
}

/// What is never proved: the server drops it, refuses it, or reads it otherwise.
fn make_odd(random: &mut Random, spec: &mut Value) {
    let (name, value) = random
        .pick(&[
            ("setOfMaps", json!([{"a": "1"}, {"a": "2"}])),
            ("ratio", json!(0.5)),
            ("ratio", json!(1.0)),
            ("any", json!({"x": {"y": [1]}, "f": 0.5})),
            ("plain", json!(null)),
            ("optionalKey", json!([{"a": "1", "b": "2"}, {"a": "1"}])),
            ("embedded", json!({"apiVersion": "v1", "kind": "X", "metadata": {"labels": {}, "unknown": 1}})),
            ("embedded", json!({"apiVersion": "v1", "kind": "X", "metadata": {"creationTimestamp": null}})),
        ])
        .clone();
    spec[name] = value;
}

/// Of a kind that takes anything, and whose objects are in no namespace.
pub(super) fn free(random: &mut Random, _: &str) -> Value {
    let mut object = json!({});
    let values = [
        json!({}),
        json!([]),
        json!(null),
        json!("text"),
        json!(7),
        json!({"a": {"b": [1, {"c": null}]}, "d": null}),
        json!({"a": {"b": [1]}}),
        json!([{"name": "a"}, {"name": "b"}]),
        json!([["x"], []]),
    ];
    for field in ["spec", "data", "other"] {
        random.maybe(&mut object, field, &values);
    }
    object
}

/// Of a kind that is stored in another version than the one it is written at.
pub(super) fn aged(random: &mut Random, _: &str) -> Value {
    let mut spec = json!({});
    random.maybe(&mut spec, "a", &[json!(1), json!(2)]);
    random.maybe(&mut spec, "b", &[json!(7), json!(8)]);
    random.maybe(&mut spec, "gone", &[json!("x")]);
    random.maybe(
        &mut spec,
        "list",
        &[json!([]), json!([{"name": "a"}]), json!([{"name": "b"}, {"name": "a", "v": 1}])],
    );
    json!({"spec": spec})
}
