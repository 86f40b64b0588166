//! The names of hooks that say how theirs begins (`metadata.generateName`): the same
//! in every run, so that one replaces the other.

use sha2::{Digest as _, Sha256};

use super::object::Place;
use crate::json::{Map, Value};
use crate::object::Hook;

/// As much of the beginning as leaves room for the end.
const BEGINNING: usize = 55;

/// Gives a hook its name: its beginning, and eight digits for the place in which it
/// stands.
pub(super) fn name(body: Map, place: &Place<'_>) -> Map {
    let mut object = Value::Object(body);
    let metadata = &object["metadata"];
    let is_unnamed = matches!(metadata.get("name"), None | Some(Value::Null));
    let beginning = metadata["generateName"].as_str().filter(|_| is_unnamed && Hook::of(&object).is_some());
    if let Some(name) = beginning.map(|beginning| named(beginning, place))
        && let Some(metadata) = object["metadata"].as_object_mut()
    {
        metadata.remove("generateName");
        metadata.insert("name".to_owned(), Value::from(name));
    }
    match object {
        Value::Object(body) => body,
        _ => Map::new(),
    }
}

fn named(beginning: &str, place: &Place<'_>) -> String {
    let at = format!("{}\n{}\n{}", place.file.path, place.document, place.path);
    let digest = Sha256::digest(at);
    let end = u32::from_be_bytes([digest[0], digest[1], digest[2], digest[3]]);
    let beginning: String = beginning.chars().take(BEGINNING).collect();
    format!("{beginning}{end:08x}")
}
