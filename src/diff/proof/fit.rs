//! Whether fields are owned as their type has them today.
//!
//! Where a map or list that merged item by item merges as a whole by now, the
//! next apply makes one field of all that any manager owns below it
//! (`ReconcileFieldSetWithSchema` of sigs.k8s.io/structured-merge-diff v6,
//! which leaves the other direction alone).

use super::super::schema::{ListMerge, Node};
use super::{Element, FieldSet};

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
