//! Leaving fields of a live object alone: which of a manifest's fields aren't
//! sent, because they're somebody else's to set.
//!
//! A field leaves the manifest only where that changes nothing: an apply resets
//! what only its manager owned and no longer sends. There the live value is sent
//! instead. Nor can a part of an atomic value be left out, or anything of an object
//! that is deleted and created again: it has the live value, too.

mod place;

#[cfg(test)]
mod tests;

use super::list_keys::ListKeys;
use super::{FieldSet, ManagedEntry, TakenFields};
use crate::json::Value;
use crate::object::{FieldPath, FieldPattern, Step, is_any, may_be_same};
use place::{Place, get, put, take};

/// Who owns what of a live object.
pub struct Ownership<'a> {
    live: &'a Value,
    mine: FieldSet<'a>,
    others: Vec<(&'a str, FieldSet<'a>)>,
    keys: ListKeys<'a>,
    /// There is something in the managed fields that isn't known.
    is_unknown: bool,
    /// The object is made anew: nobody owns anything of the new one.
    is_anew: bool,
}

/// A field whose value another manager has set.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Conflict {
    /// The other manager.
    pub manager: String,
    /// The field.
    pub field: FieldPath,
}

impl<'a> Ownership<'a> {
    /// What `manager` owns by its applies, and what others do.
    pub fn of(live: &'a Value, manager: &str) -> Self {
        let entries = ManagedEntry::of(live);
        let mut ownership = Self {
            live,
            mine: FieldSet::default(),
            others: Vec::new(),
            keys: ListKeys::of([live, &Value::Null]),
            is_unknown: entries.is_none(),
            is_anew: false,
        };
        for entry in entries.unwrap_or_default() {
            match entry.fields() {
                None => ownership.is_unknown = true,
                Some(fields) if entry.is_apply_of(manager) => ownership.mine = ownership.mine.union(&fields),
                Some(fields) => ownership.others.push((entry.manager, fields)),
            }
        }
        ownership.without_hollow()
    }

    /// Whose keys of a map were all taken still owns the map, which then looks like a
    /// value owned as a whole. It's none where anybody owns something below.
    fn without_hollow(mut self) -> Self {
        let all = self.all().fold(FieldSet::default(), |all, fields| all.union(fields));
        self.mine = self.mine.without_hollow(&all);
        for (_, fields) in &mut self.others {
            *fields = fields.without_hollow(&all);
        }
        self
    }

    /// The same for an object that is deleted and created again: what is left alone is
    /// sent as it is live, whoever owns it.
    #[must_use]
    pub fn made_anew(self) -> Self {
        Self { is_anew: true, ..self }
    }

    /// Makes the fields that are meant, and all below them, no matter of `body`:
    /// an apply of it leaves them as they are. `by` says whose fields only;
    /// everybody's when absent. Whether `body` wanted anything else there.
    pub fn leave_alone(
        &self,
        body: &mut Value,
        fields: &FieldPattern,
        by: Option<&dyn Fn(&str) -> bool>,
    ) -> bool {
        let mut units = Vec::new();
        let at = Place { body: Some(body), live: Some(self.live), keys: Some(&self.keys) };
        self.find(fields.steps(), at, &mut FieldPath::root(), &mut units);
        let is_theirs = |field: &FieldPath| {
            by.is_none_or(|by| {
                self.others.iter().any(|(manager, fields)| by(manager) && fields.touches(field))
            })
        };
        let mut differs = false;
        for field in units.iter().filter(|field| is_theirs(field)) {
            differs |= get(body, field).is_some_and(|wanted| field.get(self.live) != Some(wanted));
            self.settle(body, field);
        }
        differs
    }

    /// The fields that others own with other values than `body` has, sorted.
    pub fn conflicts(&self, body: &Value) -> Vec<Conflict> {
        let mut conflicts: Vec<Conflict> = Vec::new();
        for (manager, fields) in &self.others {
            let differing = fields.leaves().into_iter().filter(|field| {
                get(body, field)
                    .is_some_and(|wanted| *wanted != *field.get(self.live).unwrap_or(&Value::Null))
            });
            conflicts.extend(differing.map(|field| Conflict { manager: (*manager).to_owned(), field }));
        }
        conflicts.sort();
        conflicts.dedup();
        conflicts
    }

    /// Takes these fields out of `body`.
    pub fn give_way(&self, body: &mut Value, conflicts: &[Conflict]) {
        for conflict in conflicts {
            self.settle(body, &conflict.field);
        }
    }

    /// What `manager` owned and doesn't own `after`, but others still do: it stays
    /// as it is. By owner.
    pub fn shared_but_dropped(&self, after: &Self) -> Vec<TakenFields> {
        let dropped = self.mine.difference(&after.mine).leaves();
        let staying = after.others.iter().filter_map(|(manager, theirs)| {
            let fields: Vec<FieldPath> =
                dropped.iter().filter(|field| theirs.covers(field)).cloned().collect();
            (!fields.is_empty()).then(|| TakenFields { manager: (*manager).to_owned(), fields })
        });
        staying.collect()
    }

    /// The fields that a pattern means, down to what can only be left alone as a
    /// whole.
    fn find(&self, steps: &[Step], at: Place<'_>, path: &mut FieldPath, units: &mut Vec<FieldPath>) {
        let Some((step, below)) = steps.split_first() else {
            self.refine(at, path, units);
            return;
        };
        for (found, place) in at.children() {
            // An item that Git doesn't have goes, whatever of it would be left alone.
            let goes = place.body.is_none() && !below.is_empty() && !matches!(found, Step::Field(_));
            if !goes && (is_any(step) || may_be_same(step, &found)) {
                path.push(found);
                self.find(below, place, path, units);
                path.pop();
            }
        }
    }

    fn refine(&self, at: Place<'_>, path: &mut FieldPath, units: &mut Vec<FieldPath>) {
        if !at.is_map() || self.is_whole(path) {
            units.push(path.clone());
            return;
        }
        for (found, place) in at.children() {
            path.push(found);
            if place.body.is_some() || self.is_anew || self.mine.touches(path) {
                self.refine(place, path, units);
            }
            path.pop();
        }
    }

    fn is_whole(&self, path: &FieldPath) -> bool {
        self.all().any(|fields| fields.has_leaf_at_or_above(path))
    }

    fn all(&self) -> impl Iterator<Item = &FieldSet<'a>> {
        std::iter::once(&self.mine).chain(self.others.iter().map(|(_, fields)| fields))
    }

    /// Takes one field out of `body`, or puts the live value there.
    fn settle(&self, body: &mut Value, field: &FieldPath) {
        let is_part = self.all().any(|fields| fields.has_leaf_above(field));
        let is_sent = || self.is_unknown || self.is_anew || is_part || self.is_only_mine(field);
        let live = field.get(self.live).filter(|_| is_sent());
        match live {
            Some(live) => put(body, field.steps(), live.clone()),
            None => take(body, field.steps()),
        }
    }

    /// Whether something of it is owned by nobody else.
    fn is_only_mine(&self, field: &FieldPath) -> bool {
        let is_shared = |field: &FieldPath| self.others.iter().any(|(_, fields)| fields.touches(field));
        self.mine.leaves().iter().any(|leaf| leaf.starts_with(field) && !is_shared(leaf))
    }
}
