//! Whether an apply would leave the managed fields of others as they are.
//!
//! Their fields must be owned as the type has them today.
//! Where a map or list that merged item by item merges as a whole by now, the
//! next apply makes one field of all that any manager owns below it
//! (`ReconcileFieldSetWithSchema` of sigs.k8s.io/structured-merge-diff v6,
//! which leaves the other direction alone).

use std::collections::BTreeSet;

use super::super::schema::{ListMerge, Node};
use super::{Element, FieldSet, ManagedEntry};
use crate::json::Map;

/// Whether no two of an object's entries are one to the server, and none is
/// empty: it would go. The `scale` subresource leaves such entries behind.
/// (`BuildManagerIdentifier` of k8s.io/apimachinery `pkg/util/managedfields`.)
pub(super) fn are_kept_apart(entries: &[ManagedEntry<'_>]) -> bool {
    let mut seen = BTreeSet::new();
    entries.iter().all(|entry| {
        let is_empty = entry.raw_fields().as_object().is_none_or(Map::is_empty);
        !is_empty && seen.insert((entry.manager, entry.operation, entry.api_version, entry.subresource))
    })
}

/// Whether an apply would leave these fields, of any manager, as they are.
pub(super) fn is_owned_as(fields: &FieldSet<'_>, node: Node<'_>) -> bool {
    fields.children().iter().all(|(element, below)| {
        let node = match element {
            Element::Field(name) => node.field(name).map(|(node, _)| node),
            Element::Key(_) | Element::Value(_) | Element::Index(_) => node.items(),
        };
        node.is_none_or(|node| fits(below, node))
    })
}

fn fits(fields: &FieldSet<'_>, node: Node<'_>) -> bool {
    // Of what may be anything, the server doesn't look at the fields.
    if node.is_anything() && node.atomic_map() == Some(false) {
        return true;
    }
    let is_atomic = match node.atomic_map() {
        Some(is_atomic) => is_atomic,
        None => node.list_merge().is_some_and(ListMerge::is_atomic),
    };
    if is_atomic { fields.is_leaf() } else { is_owned_as(fields, node) }
}
