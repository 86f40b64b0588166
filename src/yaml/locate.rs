//! Where a field stands, found by reading the text again.

use std::collections::HashMap;

use super::error::YamlError;
use super::json::{self, InRow};
use super::tree::{Content, Node, NodeId, Place, Reader, Tree};
use super::value::{is_merge, key_text, scalar_value, written_key};
use crate::json::Value;
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

/// The same as [`locate`] for many fields, documents and paths, reading the
/// text once. In their order.
pub fn locate_many(text: &str, wanted: &[(u32, &FieldPath)]) -> Vec<Option<(u32, u32)>> {
    find_many(text, wanted, |_, found, object| {
        let Place { line, column } = found.key;
        object.map_or((line, column), |object| moved(found.key, object))
    })
}

/// The scalars at these paths as they are written, where they aren't quoted and have no
/// tag: `1.10`, which is the number 1.1. In their order.
pub fn plain_scalars(text: &str, wanted: &[(u32, &FieldPath)]) -> Vec<Option<String>> {
    let scalars = find_many(text, wanted, |tree, found, _| match &tree.followed(found.node).content {
        Content::Scalar(scalar) if scalar.plain && scalar.tag.is_none() => Some(scalar.text.to_string()),
        _ => None,
    });
    scalars.into_iter().map(Option::flatten).collect()
}

/// What is at many fields, documents and paths, reading the text once.
fn find_many<T: Clone>(
    text: &str,
    wanted: &[(u32, &FieldPath)],
    of: impl Fn(&Tree<'_>, Found, Option<&InRow<'_>>) -> T,
) -> Vec<Option<T>> {
    let mut all = vec![None; wanted.len()];
    let mut of_document: HashMap<u32, Vec<usize>> = HashMap::new();
    for (position, (document, _)) in wanted.iter().enumerate() {
        of_document.entry(*document).or_default().push(position);
    }
    if let Some(row) = json::objects_in_row(text) {
        for (number, object) in (1..).zip(row) {
            let Some(positions) = of_document.get(&number) else { continue };
            let Some(tree) = document(object.text, 1) else { continue };
            for position in positions {
                all[*position] = Some(of(&tree, walk(&tree, wanted[*position].1), Some(&object)));
            }
        }
        return all;
    }
    let mut reader = Reader::new(text);
    while let Ok(Some(tree)) = reader.next_document() {
        for position in of_document.get(&tree.number).into_iter().flatten() {
            all[*position] = Some(of(&tree, walk(&tree, wanted[*position].1), None));
        }
    }
    all
}

type LineAndColumn = (u32, u32);

fn find(text: &str, number: u32, path: &FieldPath) -> Option<(LineAndColumn, LineAndColumn)> {
    if let Some(row) = json::objects_in_row(text) {
        let object = row.get(usize::try_from(number).ok()?.checked_sub(1)?);
        if let Some(object) = object {
            let tree = document(object.text, 1)?;
            let found = walk(&tree, path);
            return Some((moved(found.key, object), moved(tree.node(found.node).place, object)));
        }
    }
    let tree = document(text, number)?;
    let found = walk(&tree, path);
    let value = tree.node(found.node).place;
    Some(((found.key.line, found.key.column), (value.line, value.column)))
}

/// A place in an object of a row as one in the whole text.
fn moved(inner: Place, object: &InRow<'_>) -> LineAndColumn {
    let column = if inner.line == 1 { object.column - 1 + inner.column } else { inner.column };
    (object.line - 1 + inner.line, column)
}

fn document(text: &str, number: u32) -> Option<Tree<'_>> {
    let mut reader = Reader::new(text);
    loop {
        let tree = reader.next_document().ok()??;
        if tree.number == number {
            return Some(tree);
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
    let called = |text: fn(&Node<'_>, Place) -> Result<String, YamlError>| {
        entries.iter().find(|(key, _)| {
            let place = tree.node(*key).place;
            !is_merge(tree.node(*key)) && text(tree.followed(*key), place).is_ok_and(|key| key == name)
        })
    };
    // Some files keep their keys as they're written.
    let written = called(key_text).or_else(|| called(written_key));
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
