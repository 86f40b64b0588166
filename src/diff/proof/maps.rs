//! Maps and scalars.

use super::super::quantity;
use super::super::schema::Node;
use super::{Doubt, Element, FieldSet, Proved, Prover, is_inexact, leaf};
use crate::json::{Map, Value};

/// What an apply needn't own at the root.
const ROOT_IDENTITY: [&str; 2] = ["apiVersion", "kind"];

/// What an apply needn't own in `metadata`.
const NAME: [&str; 2] = ["name", "namespace"];

/// A field's type isn't known.
pub(super) const UNTYPED: Doubt = Doubt::Unknown("how its kind merges isn't known");

/// A field's value side by side: as desired, as we own it, live.
#[derive(Clone, Copy)]
pub(super) struct Field<'a, 'f> {
    pub(super) want: &'a Value,
    pub(super) mine: &'f FieldSet<'a>,
    pub(super) have: Option<&'a Value>,
    /// Its type.
    pub(super) node: Node<'a>,
    /// Whether the field itself is owned apart from what is below it: the key
    /// of a map that takes any key, or an item of a list.
    pub(super) apart: bool,
}

impl<'a> Prover<'a> {
    /// The object as a whole.
    pub(super) fn prove_root(
        &mut self,
        desired: &'a Value,
        mine: &FieldSet<'a>,
        live: &'a Value,
        root: Node<'a>,
    ) -> Proved {
        let (Some(desired), Some(live)) = (desired.as_object(), live.as_object()) else {
            return Err(Doubt::Unknown("it isn't a map"));
        };
        let mut owned = 0;
        for (name, want) in desired {
            if ROOT_IDENTITY.contains(&name.as_str()) {
                continue;
            }
            let have = live.get(name);
            owned += if name == "metadata" {
                self.prove_metadata(want, mine, have)?
            } else {
                self.prove_field(name, want, mine, have, root)?
            };
        }
        all_seen(mine, owned)
    }

    /// How many of our fields it has accounted for.
    fn prove_metadata(
        &mut self,
        want: &'a Value,
        mine: &FieldSet<'a>,
        have: Option<&'a Value>,
    ) -> Result<usize, Doubt> {
        let (Some(want), Some(have)) = (want.as_object(), have.and_then(Value::as_object)) else {
            return Err(Doubt::Unknown("its metadata isn't a map"));
        };
        let metadata = self.schemas.metadata().ok_or(UNTYPED)?;
        let Some(mine) = mine.field("metadata") else {
            let named_only = want.keys().all(|name| NAME.contains(&name.as_str()));
            return if named_only { Ok(0) } else { Err(Doubt::Differs) };
        };
        self.below(Element::Field("metadata"), |prover| {
            let mut owned = 0;
            for (name, want) in want.iter().filter(|(name, _)| !NAME.contains(&name.as_str())) {
                owned += prover.prove_field(name, want, mine, have.get(name), metadata)?;
            }
            all_seen(mine, owned)
        })?;
        Ok(1)
    }

    /// A map that merges field by field.
    fn prove_map(&mut self, want: &'a Map, mine: &FieldSet<'a>, have: &'a Map, node: Node<'a>) -> Proved {
        let mut owned = 0;
        for (name, want) in want {
            owned += self.prove_field(name, want, mine, have.get(name), node)?;
        }
        all_seen(mine, owned)
    }

    /// One field of a map, below our fields of that map. How many of these it
    /// has accounted for.
    fn prove_field(
        &mut self,
        name: &'a str,
        want: &'a Value,
        mine: &FieldSet<'a>,
        have: Option<&'a Value>,
        map: Node<'a>,
    ) -> Result<usize, Doubt> {
        let (node, apart) = map.field(name).ok_or(UNTYPED)?;
        let owned = mine.field(name);
        if !apart && merges_as_nothing(want, node) {
            // An empty list that merges is owned by nobody and changes nothing.
            return match (owned, have) {
                (Some(_), _) => Err(Doubt::Differs),
                (None, Some(Value::Array(_))) => Ok(0),
                (None, None) if map.omits(name, want) => {
                    self.below(Element::Field(name), |prover| prover.unshared()).map(|()| 0)
                }
                (None, _) => Err(Doubt::Unknown("an empty list isn't there")),
            };
        }
        let mine = owned.ok_or(Doubt::Differs)?;
        self.below(Element::Field(name), |prover| {
            if have.is_none_or(Value::is_null) && map.omits(name, want) {
                leaf(mine)?;
                return prover.unshared();
            }
            prover.prove_value(Field { want, mine, have, node, apart })
        })?;
        Ok(1)
    }

    pub(super) fn prove_value(&mut self, field: Field<'a, '_>) -> Proved {
        match field.want {
            Value::Object(want) => self.prove_map_value(want, field),
            Value::Array(want) => self.prove_list_value(want, field),
            _ => self.prove_scalar(field),
        }
    }

    fn prove_map_value(&mut self, want: &'a Map, field: Field<'a, '_>) -> Proved {
        let Field { mine, have, node, apart, .. } = field;
        let have = have.ok_or(Doubt::Unknown("a map isn't there"))?;
        match node.atomic_map() {
            None => return Err(Doubt::Unknown("it isn't of its type")),
            Some(true) => return self.prove_atomic(field),
            Some(false) => {}
        }
        let have = have.as_object().ok_or(Doubt::Differs)?;
        if want.is_empty() {
            // Merging nothing into a map leaves it. But then `prune` takes out, for a
            // while, what nobody owns below it: if an empty list is all that is left,
            // it finds no field there any more, and the map goes as a whole.
            if have.values().any(holds_empty_list) {
                return Err(Doubt::Unknown("it is empty, and live has an empty list there"));
            }
            return leaf(mine);
        }
        if mine.is_leaf() {
            return Err(Doubt::Unknown("it merged as a whole when it was applied, or was empty"));
        }
        if mine.is_member() != apart {
            return Err(Doubt::Differs);
        }
        self.prove_map(want, mine, have, node)
    }

    fn prove_scalar(&self, field: Field<'a, '_>) -> Proved {
        let Field { want, mine, have, node, .. } = field;
        leaf(mine)?;
        if !want.is_null() && !node.is_scalar() {
            return Err(Doubt::Unknown("it isn't of its type"));
        }
        let have = have.ok_or(Doubt::Unknown("a value isn't there"))?;
        if node.is_quantity() && want != have {
            let written = quantity::as_the_server_writes_it(want);
            let same = written.is_some_and(|written| have.as_str() == Some(written.as_str()));
            return if same { self.unshared() } else { Err(Doubt::Differs) };
        }
        if is_inexact(want) {
            return Err(Doubt::Unknown("a number with a fraction"));
        }
        if want == have { Ok(()) } else { Err(Doubt::Differs) }
    }
}

/// Whether there is an empty list anywhere in it.
fn holds_empty_list(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.values().any(holds_empty_list),
        Value::Array(items) => items.is_empty() || items.iter().any(holds_empty_list),
        _ => false,
    }
}

/// Whether it is an empty list of a type that merges item by item.
fn merges_as_nothing(want: &Value, node: Node<'_>) -> bool {
    let is_empty = want.as_array().is_some_and(Vec::is_empty);
    is_empty && node.list_merge().is_some_and(|merge| !merge.is_atomic())
}

/// Whether our fields hold nothing that the manifest doesn't.
pub(super) fn all_seen(mine: &FieldSet<'_>, seen: usize) -> Proved {
    if mine.children().len() == seen { Ok(()) } else { Err(Doubt::Differs) }
}
