//! Lists that merge item by item. (Merging keeps live's order only while the
//! desired items stand in live in the desired order.)

use super::super::schema::{ListMerge, Node};
use super::maps::{Field, UNTYPED};
use super::{Doubt, Element, FieldSet, Proved, Prover, leaf};
use crate::json::{Map, Value};

impl<'a> Prover<'a> {
    pub(super) fn prove_list_value(&mut self, want: &'a [Value], field: Field<'a, '_>) -> Proved {
        let Field { mine, have, node, apart, .. } = field;
        let merge = match node.list_merge() {
            None => return Err(Doubt::Unknown("it isn't of its type")),
            Some(ListMerge::Atomic) => return self.prove_atomic(field),
            Some(merge) => merge,
        };
        let have = have.ok_or(Doubt::Unknown("a list isn't there"))?;
        let have = have.as_array().ok_or(Doubt::Differs)?;
        if want.is_empty() {
            // Owned as the key of a map; merging nothing changes nothing.
            return leaf(mine);
        }
        if mine.is_member() != apart || mine.children().len() != want.len() {
            return Err(Doubt::Differs);
        }
        match merge {
            ListMerge::Keys(keys) => self.prove_keyed(want, have, field, keys),
            ListMerge::Atomic | ListMerge::Set => prove_set(want, mine, have),
        }
    }

    fn prove_keyed(
        &mut self,
        want: &'a [Value],
        have: &'a [Value],
        field: Field<'a, '_>,
        keys: &[String],
    ) -> Proved {
        let items = field.node.items().ok_or(UNTYPED)?;
        let entries = read_entries(field.mine)?;
        if entries.iter().any(|entry| !entry.is_by(keys)) {
            return Err(Doubt::Unknown("a list's items were told apart otherwise when it was applied"));
        }
        let mut used = vec![false; entries.len()];
        let mut next = 0;
        for want in want {
            let want_map = want.as_object().ok_or(Doubt::Unknown("a list's item isn't a map"))?;
            let position = only(entries.iter().map(|entry| entry.is_of(want_map, keys, items)))?;
            let entry = &entries[position];
            if std::mem::replace(&mut used[position], true) {
                return Err(Doubt::Unknown("two items of a list have the same key"));
            }
            let found =
                only(have.iter().map(|item| item.as_object().is_some_and(|item| entry.is_in(item, keys))))?;
            if found < next {
                return Err(Doubt::Unknown("the items of a list stand in another order"));
            }
            next = found + 1;
            let (mine, have) = (entry.mine, Some(&have[found]));
            self.below(entry.element, |prover| {
                prover.prove_item(Field { want, mine, have, node: items, apart: true })
            })?;
        }
        Ok(())
    }

    fn prove_item(&mut self, field: Field<'a, '_>) -> Proved {
        if !field.mine.is_member() {
            return Err(Doubt::Differs);
        }
        self.prove_value(field)
    }
}

/// An entry `k:{…}` of our fields.
struct Entry<'a, 'f> {
    element: Element<'a>,
    keys: Map,
    mine: &'f FieldSet<'a>,
}

impl Entry<'_, '_> {
    /// Whether it tells its item apart by no other fields than these.
    fn is_by(&self, known_keys: &[String]) -> bool {
        self.keys.keys().all(|name| known_keys.contains(name))
    }

    /// Whether it is this desired item's: each key field is equal, or absent
    /// in both the item and our fields of it, and has its default. (That of a
    /// custom kind's key may have changed since it was applied.)
    fn is_of(&self, item: &Map, known_keys: &[String], items: Node<'_>) -> bool {
        let equal = self.keys.iter().all(|(name, value)| match item.get(name) {
            Some(wanted) => wanted == value,
            None => self.mine.field(name).is_none() && items.defaults_to(name, value),
        });
        equal && self.names_all(item, known_keys)
    }

    /// Whether it is this live item's.
    fn is_in(&self, item: &Map, known_keys: &[String]) -> bool {
        self.keys.iter().all(|(name, value)| item.get(name) == Some(value))
            && self.names_all(item, known_keys)
    }

    /// Whether the item has no key field that the entry lacks.
    fn names_all(&self, item: &Map, known_keys: &[String]) -> bool {
        known_keys.iter().all(|name| self.keys.contains_key(name) || !item.contains_key(name))
    }
}

fn read_entries<'a, 'f>(mine: &'f FieldSet<'a>) -> Result<Vec<Entry<'a, 'f>>, Doubt> {
    let read = |(element, mine): &'f (Element<'a>, FieldSet<'a>)| {
        let keys = element.key_fields().filter(|keys| !keys.is_empty());
        keys.map(|keys| Entry { element: *element, keys, mine })
    };
    let entries: Option<Vec<_>> = mine.children().iter().map(read).collect();
    entries.ok_or(Doubt::Differs)
}

/// The position of the only one; none or several say nothing certain.
fn only(found: impl Iterator<Item = bool>) -> Result<usize, Doubt> {
    let mut positions = found.enumerate().filter(|(_, found)| *found).map(|(position, _)| position);
    let first = positions.next().ok_or(Doubt::Differs)?;
    match positions.next() {
        None => Ok(first),
        Some(_) => Err(Doubt::Unknown("several items of a list have the same key")),
    }
}

/// Each desired value is ours, is live once, and stands there in the same order.
fn prove_set(want: &[Value], mine: &FieldSet<'_>, have: &[Value]) -> Proved {
    let values: Option<Vec<Value>> = mine.children().iter().map(|(element, _)| element.set_value()).collect();
    let values = values.ok_or(Doubt::Differs)?;
    mine.children().iter().try_for_each(|(_, below)| leaf(below))?;
    let mut next = 0;
    for want in want {
        if matches!(want, Value::Object(_) | Value::Array(_) | Value::Null) || super::is_inexact(want) {
            return Err(Doubt::Unknown("a set holds more than plain values"));
        }
        only(values.iter().map(|value| value == want))?;
        let found = only(have.iter().map(|value| value == want))?;
        // A value that is desired twice is behind itself.
        if found < next {
            return Err(Doubt::Unknown("the items of a list stand in another order"));
        }
        next = found + 1;
    }
    Ok(())
}
