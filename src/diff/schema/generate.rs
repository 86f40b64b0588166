//! Makes `versions.json`: see "The built-in kinds" in `docs/contributing.md`.

use std::collections::BTreeMap;
use std::path::Path;
use std::{env, fs};

use super::{Schemas, Type, TypeRef};
use crate::json::Value;
use crate::schema::{Minor, published_documents};

/// The version that `builtin.json` comes from.
const TABLE: Minor = Minor::new(1, 36);

#[test]
#[ignore = "needs go, and downloads the sources of every version"]
fn the_types_of_other_versions_are_those_that_kubernetes_publishes() {
    let versions: BTreeMap<Minor, Schemas> =
        published_documents().iter().map(|(version, documents)| (*version, read(documents))).collect();
    assert!(versions.keys().eq(Minor::shipped()), "versions are missing");
    let table = &versions[&TABLE];
    let builtin = Schemas::builtin();
    // What is published has groups, too, that a server doesn't serve unasked.
    let published = table.clone().compacted();
    let is_published = |(name, of): (&String, &Type)| published.types.get(name) == Some(of);
    assert!(builtin.types.iter().all(is_published), "the table isn't that of Kubernetes {TABLE}");
    let text = text(&versions.iter().map(|(version, of)| (*version, differing(of, table))).collect());
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/diff/schema/versions.json");
    if env::var_os("TRUEUP_UPDATE").is_some() {
        fs::write(path, text).expect("written");
        return;
    }
    let shipped = fs::read_to_string(path).expect("a file");
    assert!(shipped == text, "versions.json is stale: run this test with TRUEUP_UPDATE=1");
}

fn read(documents: &[Value]) -> Schemas {
    let mut schemas = Schemas::default();
    documents.iter().for_each(|document| schemas.add_openapi(document));
    schemas
}

/// The types of the table that this version merges differently, as it does.
fn differing(of: &Schemas, table: &Schemas) -> BTreeMap<String, Type> {
    let compacted = of.clone().compacted().types;
    let kept = compacted.into_iter().filter(|(name, _)| Schemas::builtin().types.contains_key(name));
    kept.filter(|(name, _)| !agree(&of.types[name], &table.types[name])).collect()
}

/// Whether values of both types merge alike. A field that only one of them has
/// is never there on servers of the other: nobody can own it.
fn agree(left: &Type, right: &Type) -> bool {
    let maps = match (&left.map, &right.map) {
        (Some(left), Some(right)) => {
            let shared =
                left.fields.iter().filter_map(|(name, below)| Some((below, right.fields.get(name)?)));
            let rest = match (&left.rest, &right.rest) {
                (Some(left), Some(right)) => agree_below(left, right),
                (left, right) => left.is_none() && right.is_none(),
            };
            left.atomic == right.atomic && rest && { shared }.all(|(left, right)| agree_below(left, right))
        }
        (left, right) => left.is_none() && right.is_none(),
    };
    let lists = match (&left.list, &right.list) {
        (Some(left), Some(right)) => {
            let items = match (&left.items, &right.items) {
                (Some(left), Some(right)) => agree_below(left, right),
                (left, right) => left.is_none() && right.is_none(),
            };
            left.merge == right.merge && items
        }
        (left, right) => left.is_none() && right.is_none(),
    };
    left.scalar == right.scalar && maps && lists
}

fn agree_below(left: &TypeRef, right: &TypeRef) -> bool {
    match (left, right) {
        (TypeRef::Inline(left), TypeRef::Inline(right)) => agree(left, right),
        _ => left == right,
    }
}

/// A line a type.
fn text(versions: &BTreeMap<Minor, BTreeMap<String, Type>>) -> String {
    let json = |value: &Type| serde_json::to_string(value).expect("serialises");
    let section = |(version, types): (&Minor, &BTreeMap<String, Type>)| {
        let lines: Vec<String> =
            types.iter().map(|(name, of)| format!("\n  \"{name}\": {}", json(of))).collect();
        format!("\"{version}\": {{{}}}", lines.join(","))
    };
    let sections: Vec<String> = versions.iter().map(section).collect();
    format!("{{\n{}\n}}\n", sections.join(",\n"))
}
