//! The kinds that come with the program are those of a real API server.

mod served;
mod trial;

use std::collections::HashSet;

use trueup::json::Value;
use trueup::schema::{Builtin, Minor, Rest, Schema, SchemaId};

use crate::harness::ControlPlane;

#[test]
fn every_kind_that_the_server_serves_is_known() {
    let api = &ControlPlane::shared().api;
    let documents = served::documents(|path| api.get(path).unwrap_or_else(|| panic!("no {path}")));
    let served = Builtin::from_openapi(&documents);
    let version = api.get("/version").expect("a version")["gitVersion"].to_string();
    let version: Minor = version.trim_matches('"').parse().expect("a version");
    let known = Builtin::of(version).expect("shipped");

    assert!(served.kinds().count() > 60);
    let mut compared = HashSet::new();
    for (api_version, kind) in served.kinds() {
        let wanted = served.kind(api_version, kind).expect("listed");
        let found = known.kind(api_version, kind).unwrap_or_else(|| panic!("{api_version} {kind}"));
        assert_eq!(found.namespaced, wanted.namespaced, "{api_version} {kind}");
        let what = format!("{api_version} {kind}");
        assert_same(&what, (known, found.root), (&served, wanted.root), &mut compared);
    }
}

/// Both, and all that they refer to, must be the same but for where they are.
fn assert_same(
    what: &str,
    left: (&Builtin, SchemaId),
    right: (&Builtin, SchemaId),
    compared: &mut HashSet<(SchemaId, SchemaId)>,
) {
    if !compared.insert((left.1, right.1)) {
        return;
    }
    let (known, served) = (left.0.schemas().get(left.1), right.0.schemas().get(right.1));
    assert_eq!(alone(known), alone(served), "{what}");
    let (mut known, mut served) = (below(known), below(served));
    known.sort();
    served.sort();
    assert_eq!(names(&known), names(&served), "{what}");
    for ((name, a), (_, b)) in known.iter().zip(&served) {
        assert_same(&format!("{what}.{name}"), (left.0, *a), (right.0, *b), compared);
    }
}

/// A schema without those that it refers to.
fn alone(schema: &Schema) -> Schema {
    let rest = match schema.rest {
        Rest::Of(_) => Rest::Of(SchemaId(0)),
        other => other,
    };
    Schema { properties: std::collections::BTreeMap::new(), items: None, rest, ..schema.clone() }
}

fn below(schema: &Schema) -> Vec<(String, SchemaId)> {
    let rest = if let Rest::Of(id) = schema.rest { Some(("{}".to_owned(), id)) } else { None };
    let items = schema.items.map(|id| ("[]".to_owned(), id));
    let properties = schema.properties.iter().map(|(name, id)| (name.clone(), *id));
    properties.chain(rest).chain(items).collect()
}

fn names(below: &[(String, SchemaId)]) -> Vec<&str> {
    below.iter().map(|(name, _)| name.as_str()).collect()
}

/// The objects of the trial: they hold most fields that are called required.
fn objects() -> Vec<Value> {
    let documents = trueup::yaml::documents(include_str!("objects.yaml")).expect("YAML");
    documents.into_iter().map(|document| document.value).collect()
}
