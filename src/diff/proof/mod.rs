//! Proving that applying a manifest would change nothing, from the live object
//! alone.
//!
//! What is proved: were `desired` applied (server-side, forced) by this manager
//! now, the API server would return `live` as it is, its managed fields
//! included. Three things make it so. Our entry in the managed fields holds
//! exactly the manifest's fields, so nothing of ours is left behind and nothing
//! new is taken. Live has the manifest's values there, in the manifest's order, so
//! that merging changes nothing. And where a value is merely equivalent (the
//! server rewrites a quantity, adds a default, leaves out a zero), nobody else
//! owns it, so nobody is evicted. How `ToFieldSet`, `Merge` and `Compare` of
//! sigs.k8s.io/structured-merge-diff v6 see a field is what the rules follow.
//!
//! Whatever isn't certain is unknown, and costs a dry-run: so does every object
//! of a kind of which the schemas know nothing. Not covered, by nature: an
//! admission policy, webhook or validation that is newer than live.

mod atomic;
mod fit;
mod lists;
mod maps;
mod settled;

use super::{Element, FieldSet, ManagedEntry, Schemas};
use crate::json::Value;
use crate::object::FieldPath;

/// What is known, without asking the API server, of what an apply would do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Proof {
    /// Nothing: it has been proved.
    Unchanged,
    /// Live isn't as the manifest has it. What an apply would do is for a
    /// dry-run to say.
    Differs,
    /// It can't be told without a dry-run, for this reason.
    Unknown(&'static str),
}

/// Why there is no proof.
enum Doubt {
    Differs,
    Unknown(&'static str),
}

type Proved = Result<(), Doubt>;

/// Whether applying `desired` as `manager` would leave `live` as it is. Both are
/// of the same API version; `desired` has gone through
/// [`normalise`](super::normalise()).
pub fn prove(desired: &Value, live: &Value, manager: &str, schemas: &Schemas) -> Proof {
    match prove_unchanged(desired, live, manager, schemas) {
        Ok(()) => Proof::Unchanged,
        Err(Doubt::Differs) => Proof::Differs,
        Err(Doubt::Unknown(why)) => Proof::Unknown(why),
    }
}

fn prove_unchanged(desired: &Value, live: &Value, manager: &str, schemas: &Schemas) -> Proved {
    let (api_version, kind) = check_identity(desired, live)?;
    let entries = ManagedEntry::of(live).ok_or(Doubt::Unknown("its managed fields can't be read"))?;
    if !fit::are_kept_apart(&entries) {
        return Err(Doubt::Unknown("the server would join entries of its managed fields"));
    }
    let (mine, others): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.is_apply_of(manager));
    let mine = match mine.as_slice() {
        [] => return Err(Doubt::Differs),
        [mine] => mine,
        _ => return Err(Doubt::Unknown("the manager has several entries")),
    };
    if mine.api_version != api_version {
        return Err(Doubt::Differs);
    }
    // The server drops entries of versions that it no longer serves.
    if others.iter().any(|entry| entry.api_version != api_version) {
        return Err(Doubt::Unknown("another manager wrote it in another API version"));
    }
    let root = schemas.of_kind(api_version, kind).ok_or(maps::UNTYPED)?;
    if root.atomic_map() != Some(false) {
        return Err(Doubt::Unknown("its kind merges as a whole"));
    }
    if !schemas.structures(api_version, kind).iter().all(|schema| settled::is_settled(live, schema)) {
        return Err(Doubt::Unknown("the server would bring it into line with its definition"));
    }
    // The table doesn't have the status of built-in kinds.
    let is_builtin = schemas.structures(api_version, kind).is_empty();
    let others_fit = |entry: &ManagedEntry<'_>| {
        (is_builtin && entry.subresource.is_some())
            || entry.fields().is_some_and(|fields| fit::is_owned_as(&fields, root))
    };
    if !others.iter().all(others_fit) {
        return Err(Doubt::Unknown("the server would bring another manager's fields into line"));
    }
    let fields = mine.fields().ok_or(Doubt::Unknown("its managed fields can't be read"))?;
    Prover { schemas, others, path: Vec::new() }.prove_root(desired, &fields, live, root)
}

/// Whether these are two versions of the same object, and live is to stay. The
/// API version and the kind.
fn check_identity<'a>(desired: &'a Value, live: &Value) -> Result<(&'a str, &'a str), Doubt> {
    let text = |object: &'a Value, name: &str| object.get(name).and_then(Value::as_str);
    let api_version = text(desired, "apiVersion").ok_or(Doubt::Unknown("it has no apiVersion"))?;
    let kind = text(desired, "kind").ok_or(Doubt::Unknown("it has no kind"))?;
    let (Some(wanted), Some(metadata)) = (desired.get("metadata"), live.get("metadata")) else {
        return Err(Doubt::Unknown("it has no metadata"));
    };
    // A list's items have no types of their own.
    let same = |found: Option<&Value>, wanted: Option<&Value>| found.is_none() || found == wanted;
    let same_type = same(live.get("apiVersion"), desired.get("apiVersion"))
        && same(live.get("kind"), desired.get("kind"));
    let same_name = wanted.get("name").is_some() && wanted.get("name") == metadata.get("name");
    if !same_type || !same_name || !same(wanted.get("namespace"), metadata.get("namespace")) {
        return Err(Doubt::Unknown("live isn't this object in this API version"));
    }
    if metadata.get("deletionTimestamp").is_some() {
        return Err(Doubt::Unknown("it is being deleted"));
    }
    Ok((api_version, kind))
}

/// The walk through desired, our fields and live, side by side.
struct Prover<'a> {
    schemas: &'a Schemas,
    others: Vec<ManagedEntry<'a>>,
    path: Vec<Element<'a>>,
}

impl<'a> Prover<'a> {
    /// Does something one element further down.
    fn below(&mut self, element: Element<'a>, walk: impl FnOnce(&mut Self) -> Proved) -> Proved {
        self.path.push(element);
        let proved = walk(self);
        self.path.pop();
        proved
    }

    /// Fine unless somebody else owns the field here, something below it, or a
    /// leaf above it.
    fn unshared(&self) -> Proved {
        let mut path = FieldPath::root();
        for step in self.path.iter().map(Element::step) {
            path.push(step);
        }
        let shares = |entry: &ManagedEntry<'_>| entry.fields().is_none_or(|fields| fields.touches(&path));
        if self.others.iter().any(shares) {
            return Err(Doubt::Unknown("another manager owns a value that is only equivalent"));
        }
        Ok(())
    }
}

/// The path itself must be ours, and nothing below it.
fn leaf(mine: &FieldSet<'_>) -> Proved {
    if mine.is_leaf() { Ok(()) } else { Err(Doubt::Differs) }
}

/// Numbers with a fraction, or beyond 64 bits, aren't read exactly enough.
fn is_inexact(value: &Value) -> bool {
    value.as_number().is_some_and(crate::json::Number::is_f64)
}

#[cfg(test)]
mod tests;
