//! Maps and lists that merge as a whole.

use super::super::quantity;
use super::super::schema::Node;
use super::maps::Field;
use super::{Doubt, Proved, Prover, is_inexact};
use crate::json::Value;

impl<'a> Prover<'a> {
    /// Live is the desired value, or what the server makes of it.
    pub(super) fn prove_atomic(&mut self, field: Field<'a, '_>) -> Proved {
        let Field { want, mine, have, node, .. } = field;
        if !mine.is_leaf() {
            return Err(Doubt::Unknown("its schema has changed since it was applied"));
        }
        let have = have.ok_or(Doubt::Unknown("an atomic value isn't there"))?;
        if holds_inexact(want, node) {
            return Err(Doubt::Unknown("a number with a fraction"));
        }
        if want == have {
            Ok(())
        } else if becomes(want, have, node) {
            self.unshared()
        } else {
            Err(Doubt::Differs)
        }
    }
}

/// Whether there is a number anywhere in it that isn't read exactly enough. A
/// quantity is: what it's compared with is text.
fn holds_inexact(value: &Value, node: Node<'_>) -> bool {
    match value {
        Value::Object(map) => map.iter().any(|(name, below)| match node.field(name) {
            Some((node, _)) => holds_inexact(below, node),
            None => holds_inexact(below, node.scalar()),
        }),
        Value::Array(items) => {
            let node = node.items().unwrap_or_else(|| node.scalar());
            items.iter().any(|item| holds_inexact(item, node))
        }
        scalar => is_inexact(scalar) && !node.is_quantity(),
    }
}

/// Whether the server makes `have` of `want`: it rewrites quantities, adds known
/// defaults, and leaves known zero values out.
fn becomes(want: &Value, have: &Value, node: Node<'_>) -> bool {
    match (want, have) {
        (Value::Object(want), Value::Object(have)) => {
            let kept = want.iter().all(|(name, want)| match (have.get(name), node.field(name)) {
                (Some(have), Some((below, _))) => becomes(want, have, below),
                (Some(have), None) => want == have,
                (None, _) => node.omits(name, want),
            });
            let added = have.iter().filter(|(name, _)| !want.contains_key(name));
            kept && added.into_iter().all(|(name, value)| node.defaults_to(name, value))
        }
        (Value::Array(want), Value::Array(have)) => {
            let same =
                |(want, have)| node.items().map_or_else(|| want == have, |items| becomes(want, have, items));
            want.len() == have.len() && want.iter().zip(have).all(same)
        }
        _ if want == have => true,
        _ => {
            node.is_quantity()
                && quantity::as_the_server_writes_it(want).as_deref() == have.as_str()
                && have.is_string()
        }
    }
}
