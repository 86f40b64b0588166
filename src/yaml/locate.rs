//! Where a field stands, found by reading the text again.

use serde_json::Value;

use super::json;
use super::tree::{Content, Node, NodeId, Place, Reader, Tree};
use super::value::{is_merge, key_text, scalar_value};
use crate::object::{FieldPath, Step};

/// The line and column, both from 1, at which a field starts in a document of
/// a text (documents count from 1): its key, or the item itself in a list.
///
/// When the path goes deeper than the document does, or an item isn't there,
/// it's the place of the deepest part that exists. Through aliases and merges
/// it leads to where the field is written. `None` when there is no such
/// document or the text can't be read up to its end.
pub fn locate(text: &str, document: u32, path: &FieldPath) -> Option<(u32, u32)> {
    find(text, document, path).map(|(key, _)| key)
}

/// The same, but the place of the field's value where the field exists.
pub fn locate_value(text: &str, document: u32, path: &FieldPath) -> Option<(u32, u32)> {
    find(text, document, path).map(|(_, value)| value)
}

type LineAndColumn = (u32, u32);

fn find(text: &str, document: u32, path: &FieldPath) -> Option<(LineAndColumn, LineAndColumn)> {
    if let Some((object, line, column)) = json::object_in_row(text, document) {
        let (key, value) = find_in(object, 1, path)?;
        let moved = |(inner_line, inner_column): LineAndColumn| {
            let column = if inner_line == 1 { column - 1 + inner_column } else { inner_column };
            (line - 1 + inner_line, column)
        };
        return Some((moved(key), moved(value)));
    }
    find_in(text, document, path)
}

fn find_in(text: &str, document: u32, path: &FieldPath) -> Option<(LineAndColumn, LineAndColumn)> {
    let mut reader = Reader::new(text);
    loop {
        let tree = reader.next_document().ok()??;
        if tree.number == document {
            let found = walk(&tree, path);
            let value = tree.node(found.node).place;
            return Some(((found.key.line, found.key.column), (value.line, value.column)));
        }
    }
}

/// A node and the place that stands for it: its key's, or its own.
#[derive(Clone, Copy)]
struct Found {
    key: Place,
    node: NodeId,
}

fn walk(tree: &Tree<'_>, path: &FieldPath) -> Found {
    let mut found = Found { key: tree.root().place, node: tree.root_id() };
    for step in path.steps() {
        let node = tree.followed(found.node);
        let next = match (step, &node.content) {
            (Step::Field(name), Content::Mapping(entries)) => field(tree, entries, name),
            (Step::Index(index), Content::Sequence(items)) => items.get(*index).map(|id| item(tree, *id)),
            (Step::Key(keys), Content::Sequence(items)) => items
                .iter()
                .find(|id| keys.iter().all(|(name, wanted)| has(tree, **id, name, wanted)))
                .map(|id| item(tree, *id)),
            (Step::Value(wanted), Content::Sequence(items)) => {
                items.iter().find(|id| is(tree.followed(**id), wanted)).map(|id| item(tree, *id))
            }
            _ => None,
        };
        match next {
            Some(next) => found = next,
            None => break,
        }
    }
    found
}

fn item(tree: &Tree<'_>, id: NodeId) -> Found {
    Found { key: tree.node(id).place, node: id }
}

/// An entry of a map by its name: a written one, or one that a merge brings.
fn field(tree: &Tree<'_>, entries: &[(NodeId, NodeId)], name: &str) -> Option<Found> {
    let written = entries.iter().find(|(key, _)| {
        let place = tree.node(*key).place;
        !is_merge(tree.node(*key)) && key_text(tree.followed(*key), place).is_ok_and(|key| key == name)
    });
    if let Some((key, node)) = written {
        return Some(Found { key: tree.node(*key).place, node: *node });
    }
    let mut merges = entries.iter().filter(|(key, _)| is_merge(tree.node(*key)));
    merges.find_map(|(_, source)| merged_field(tree, *source, name))
}

fn merged_field(tree: &Tree<'_>, source: NodeId, name: &str) -> Option<Found> {
    match &tree.followed(source).content {
        Content::Mapping(entries) => field(tree, entries, name),
        Content::Sequence(sources) => sources.iter().find_map(|source| merged_field(tree, *source, name)),
        _ => None,
    }
}

/// Whether the item is a map that has this value in this field.
fn has(tree: &Tree<'_>, id: NodeId, name: &str, wanted: &Value) -> bool {
    let Content::Mapping(entries) = &tree.followed(id).content else { return false };
    field(tree, entries, name).is_some_and(|found| is(tree.followed(found.node), wanted))
}

/// Whether the node is this scalar.
fn is(node: &Node<'_>, wanted: &Value) -> bool {
    match &node.content {
        Content::Scalar(scalar) => scalar_value(scalar, node.place).is_ok_and(|value| value == *wanted),
        _ => false,
    }
}
