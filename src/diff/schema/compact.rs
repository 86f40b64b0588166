//! Leaving out of types what proofs don't ask for, to keep the table that comes
//! with the program small.

use std::collections::{BTreeSet, HashMap};

use super::{ListType, MapType, OBJECT_META, Scalar, Schemas, Type, TypeRef};

impl Schemas {
    /// The stable and beta kinds that are objects (they have `metadata`), without
    /// their `status`, with plain scalars left out and no type that nothing
    /// refers to.
    #[must_use]
    pub fn compacted(mut self) -> Self {
        let plain: BTreeSet<String> =
            self.types.iter().filter(|(_, kind)| is_plain(kind)).map(|(name, _)| name.clone()).collect();
        for kind in self.types.values_mut() {
            strip(kind, &plain);
        }
        let types = &self.types;
        self.kinds.retain(|kind, name| !kind.contains("alpha") && types.get(name).is_some_and(is_object));
        for name in self.kinds.values() {
            let fields = self.types.get_mut(name).and_then(|kind| kind.map.as_mut());
            if let Some(map) = fields {
                map.fields.remove("status");
            }
        }
        let mut used = HashMap::new();
        let roots = self.kinds.values().map(String::as_str).chain([OBJECT_META]);
        for name in roots {
            keep(name, &mut self.types, &mut used);
        }
        self.types = used;
        self
    }
}

fn is_plain(kind: &Type) -> bool {
    kind.scalar == Some(Scalar::Plain) && kind.map.is_none() && kind.list.is_none()
}

fn is_object(kind: &Type) -> bool {
    let metadata = kind.map.as_ref().and_then(|map| map.fields.get("metadata"));
    matches!(metadata, Some(TypeRef::Named(name)) if name == OBJECT_META)
}

fn strip(kind: &mut Type, plain: &BTreeSet<String>) {
    let is_plain_reference = |reference: &TypeRef| match reference {
        TypeRef::Named(name) | TypeRef::Merging { named: name, .. } => plain.contains(name),
        TypeRef::Inline(kind) => is_plain(kind),
    };
    if let Some(MapType { fields, rest, .. }) = &mut kind.map {
        // Where any key is taken, being listed says something.
        if rest.is_none() {
            fields.retain(|_, below| !is_plain_reference(below));
        }
        fields.values_mut().chain(rest).for_each(|below| strip_reference(below, plain));
    }
    if let Some(ListType { items, .. }) = &mut kind.list {
        *items = items.take().filter(|below| !is_plain_reference(below));
        if let Some(below) = items {
            strip_reference(below, plain);
        }
    }
}

fn strip_reference(reference: &mut TypeRef, plain: &BTreeSet<String>) {
    if let TypeRef::Inline(kind) = reference {
        strip(kind, plain);
    }
}

/// Moves a type and all that it refers to.
fn keep(name: &str, from: &mut HashMap<String, Type>, to: &mut HashMap<String, Type>) {
    let Some(kind) = from.remove(name) else { return };
    let mut names = Vec::new();
    references(&kind, &mut names);
    to.insert(name.to_owned(), kind);
    for name in names {
        keep(&name, from, to);
    }
}

fn references(kind: &Type, names: &mut Vec<String>) {
    let in_map = kind.map.iter().flat_map(|map| map.fields.values().chain(&map.rest));
    let in_list = kind.list.iter().filter_map(|list| list.items.as_ref());
    for reference in in_map.chain(in_list) {
        match reference {
            TypeRef::Named(name) | TypeRef::Merging { named: name, .. } => names.push(name.clone()),
            TypeRef::Inline(kind) => references(kind, names),
        }
    }
}
