//! Kinds of well-known controllers, by the same rules that users write: when they
//! are ready, and when they won't get there by themselves.
//!
//! A kind is here when the conditions that controllers commonly write
//! (`generic`) say too little of it: they miss a failure or a suspension, hold
//! back what is fine, or call ready what has no status yet. Sources are the
//! controllers' own API documents.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::rule::Rule;
use crate::object::GroupKind;

mod table;

#[cfg(test)]
mod tests;

use table::TABLE;

/// Kinds of a group that are judged alike.
struct Known {
    group: &'static str,
    kinds: &'static [&'static str],
    /// Ready while this holds.
    current: &'static str,
    /// Failed while this holds; empty where the controller tries again for ever.
    failed: &'static str,
}

/// The rule of a kind, if it's known.
pub(super) fn rule_of(kind: &GroupKind) -> Option<&'static Rule> {
    static RULES: OnceLock<HashMap<GroupKind, Rule>> = OnceLock::new();
    let rules = RULES.get_or_init(|| {
        let pairs = |known: &'static Known| {
            known.kinds.iter().map(move |kind| (GroupKind::new(known.group, *kind), rule(known)))
        };
        TABLE.iter().flat_map(pairs).collect()
    });
    rules.get(kind)
}

/// A row is an expression that the tests have read.
fn rule(known: &Known) -> Rule {
    let predicate = |text: &str| text.parse().expect("an expression of the table");
    Rule {
        current: predicate(known.current),
        failed: (!known.failed.is_empty()).then(|| predicate(known.failed)),
    }
}
