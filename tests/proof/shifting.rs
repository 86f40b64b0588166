//! Definitions that change between an apply and the next plan: other defaults,
//! keys, ways to merge, fields more or less, another stored version.

use std::time::Duration;

use trueup::diff::normalise;
use trueup::json::{Value, json};

use super::manifests::definitions::{definition, plural, version};
use super::random::Random;
use super::server::Server;
use super::tally::Tally;
use super::{MANAGER, check, define, schemas};

const OBJECTS: usize = 8;

/// Changes the definition of a kind of its own this often, each time with
/// objects from before.
pub(super) async fn try_all(
    server: &Server,
    random: &mut Random,
    worker: usize,
    shifts: usize,
    tally: &mut Tally,
) {
    let kind = format!("Shift{worker}");
    let mut fields = [spec(random), spec(random)];
    for round in 0..shifts {
        shift(server, random, &kind, &fields, 2 * round).await;
        let path = |number: usize| {
            format!("/apis/proof.example.com/v1/namespaces/default/{}/r{round}n{number}", plural(&kind))
        };
        let mut objects = Vec::new();
        for number in 0..OBJECTS {
            objects.push(make(server, random, &kind, &path(number)).await);
        }
        for fields in &mut fields {
            for _ in 0..=random.below(3) {
                change(random, fields);
            }
        }
        let live = shift(server, random, &kind, &fields, 2 * round + 1).await;
        let mut schemas = schemas(server).await;
        schemas.add_definition(&live);
        for (number, object) in objects.iter().enumerate() {
            let Some(object) = object else {
                tally.note("Shift not made");
                continue;
            };
            check(server, &schemas, "Shift (other definition)", &path(number), object, tally).await;
            if server.apply(&path(number), MANAGER, "&force=true", object).await.is_ok() {
                check(server, &schemas, "Shift (applied again)", &path(number), object, tally).await;
            }
            let _ = server.request("DELETE", &path(number), "application/json", None).await;
        }
    }
}

/// Applies a definition with these schemas of v1 and v2, and waits until the
/// server goes by it: `probe` takes nothing but the number.
async fn shift(
    server: &Server,
    random: &mut Random,
    kind: &str,
    fields: &[Value; 2],
    number: usize,
) -> Value {
    let is_first_stored = random.once_in(2);
    let [first, second] = fields.clone().map(|mut spec| {
        spec["properties"]["probe"] = json!({"type": "string", "enum": [number.to_string()]});
        spec
    });
    let versions = [version("v1", is_first_stored, &first), version("v2", !is_first_stored, &second)];
    let live = define(server, &definition(kind, "Namespaced", &versions), "setup").await;
    let path = format!("/apis/proof.example.com/v1/namespaces/default/{}/probe", plural(kind));
    let probe = json!({
        "apiVersion": "proof.example.com/v1", "kind": kind, "metadata": {"name": "probe"},
        "spec": {"probe": number.to_string()}
    });
    for _ in 0..400 {
        if server.apply(&path, "probe", "&force=true&dryRun=All", &probe).await.is_ok() {
            return live;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the server doesn't go by the definition of {kind}: {live}");
}

/// An object that the server took, perhaps with fields of another manager.
async fn make(server: &Server, random: &mut Random, kind: &str, path: &str) -> Option<Value> {
    let name = path.rsplit('/').next().expect("a name");
    for _ in 0..5 {
        let mut object = json!({
            "apiVersion": "proof.example.com/v1", "kind": kind, "spec": values(random),
            "metadata": {"name": name, "labels": {"a": "b"}}
        });
        normalise(&mut object, false);
        if server.apply(path, MANAGER, "&force=true", &object).await.is_ok() {
            if random.once_in(3) {
                let mut theirs = object.clone();
                theirs["spec"] = values(random);
                let _ = server.merge(path, "kubectl-edit", &theirs).await;
            }
            return Some(object);
        }
    }
    None
}

fn values(random: &mut Random) -> Value {
    let mut spec = json!({});
    random.maybe(
        &mut spec,
        "keyed",
        &[json!([{"name": "a"}]), json!([{"name": "a"}, {"name": "b", "kind": "y"}])],
    );
    random.maybe(&mut spec, "list", &[json!([]), json!(["a"]), json!(["b", "a"])]);
    random.maybe(&mut spec, "map", &[json!({}), json!({"a": "1"}), json!({"a": "1", "b": "2"})]);
    random.maybe(&mut spec, "items", &[json!([]), json!([{"a": 1}]), json!([{"a": 1, "b": 7}, {}])]);
    random.maybe(&mut spec, "value", &[json!(1), json!("1"), json!(null)]);
    random.maybe(&mut spec, "free", &[json!({"x": {"y": 1}}), json!({}), json!({"known": {"z": 1}})]);
    random.maybe(&mut spec, "extra", &[json!("x")]);
    spec
}

const FIELDS: [&str; 7] = ["keyed", "list", "map", "items", "value", "free", "extra"];

fn spec(random: &mut Random) -> Value {
    let mut spec = json!({"type": "object", "properties": {}});
    for name in FIELDS {
        set(random, &mut spec, name);
    }
    spec
}

fn change(random: &mut Random, spec: &mut Value) {
    let name = *random.pick(&FIELDS);
    set(random, spec, name);
}

/// Gives a field one of its schemas.
fn set(random: &mut Random, spec: &mut Value, name: &str) {
    let text = json!({"type": "string"});
    let with_default = |default: &Value| json!({"type": default.as_str().map_or("integer", |_| "string"), "default": default});
    let keyed = |keys: &[&str], kind: Value, required: &[&str]| {
        json!({"type": "array", "x-kubernetes-list-type": "map", "x-kubernetes-list-map-keys": keys, "items": {
            "type": "object", "required": required, "properties": {"name": text, "kind": kind}
        }})
    };
    let list = |kind: &str| json!({"type": "array", "items": text, "x-kubernetes-list-type": kind});
    let map =
        |kind: &str| json!({"type": "object", "additionalProperties": text, "x-kubernetes-map-type": kind});
    let items = |b: Value| json!({"type": "array", "items": {"type": "object", "properties": {"a": {"type": "integer"}, "b": b}}});
    let variants: Vec<Value> = match name {
        "keyed" => vec![
            keyed(&["name", "kind"], with_default(&json!("x")), &["name"]),
            keyed(&["name", "kind"], with_default(&json!("x")), &["name"]),
            keyed(&["name", "kind"], with_default(&json!("y")), &["name"]),
            keyed(&["name"], text.clone(), &["name"]),
            keyed(&["name"], with_default(&json!("x")), &["name"]),
            json!({"type": "array", "items": {"type": "object", "properties": {"name": text, "kind": text}}}),
        ],
        "list" => vec![list("set"), list("atomic"), json!({"x-kubernetes-preserve-unknown-fields": true})],
        "map" => vec![
            map("granular"),
            map("atomic"),
            json!({"type": "object", "properties": {"a": text, "b": text}}),
            json!({"type": "object", "properties": {"a": text}, "x-kubernetes-preserve-unknown-fields": true}),
            json!({"type": "object", "properties": {"a": text, "b": text, "c": with_default(&json!("3"))}}),
        ],
        "items" => vec![
            items(json!({"type": "integer"})),
            items(with_default(&json!(7))),
            items(with_default(&json!(8))),
        ],
        "value" => vec![
            json!({"x-kubernetes-int-or-string": true}),
            json!({"type": "integer"}),
            json!({"type": "integer", "nullable": true}),
            with_default(&json!(1)),
            json!({"type": "string", "nullable": true}),
        ],
        "free" => vec![
            json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true}),
            json!({"type": "object", "x-kubernetes-preserve-unknown-fields": true, "properties": {
                "known": {"type": "object", "properties": {"z": {"type": "integer"}}}
            }}),
            json!({"type": "object", "additionalProperties": {"type": "object", "x-kubernetes-preserve-unknown-fields": true}}),
        ],
        _ => vec![text.clone(), text.clone(), with_default(&json!("x")), json!(null)],
    };
    let chosen = random.pick(&variants).clone();
    let Some(properties) = spec["properties"].as_object_mut() else { return };
    if chosen.is_null() {
        properties.remove(name);
    } else {
        properties.insert(name.to_owned(), chosen);
    }
}
