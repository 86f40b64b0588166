//! What the lists of a watch show to be gone: a watch that couldn't be resumed
//! lists everything again, and never says what was deleted in between.

use std::collections::{BTreeMap, BTreeSet};

use super::watches::Watch;
use crate::cluster::Scope;
use crate::object::{GroupKind, ObjectId};

/// Kind, version and scope of a watch.
type Key = (GroupKind, String, Option<String>);

/// The lists under way.
#[derive(Default)]
pub(super) struct Listings {
    seen: BTreeMap<Key, BTreeSet<ObjectId>>,
}

impl Listings {
    /// A list begins; one that was broken off counts no more.
    pub(super) fn begin(&mut self, watch: &Watch) {
        self.seen.insert(key(watch), BTreeSet::new());
    }

    /// An object was seen, in a list or after it.
    pub(super) fn saw(&mut self, watch: &Watch, id: &ObjectId) {
        if let Some(seen) = self.seen.get_mut(&key(watch)) {
            seen.insert(id.clone());
        }
    }

    /// The list is complete; `None` if it never began.
    pub(super) fn end(&mut self, watch: &Watch) -> Option<Listing> {
        let key = key(watch);
        let seen = self.seen.remove(&key)?;
        let (kind, _, namespace) = key;
        Some(Listing { kind, namespace, seen })
    }
}

fn key(Watch { resource, scope }: &Watch) -> Key {
    let namespace = match scope {
        Scope::Namespace(namespace) => Some(namespace.clone()),
        Scope::All => None,
    };
    (resource.kind.clone(), resource.version.clone(), namespace)
}

/// A complete list.
pub(super) struct Listing {
    pub(super) kind: GroupKind,
    namespace: Option<String>,
    seen: BTreeSet<ObjectId>,
}

impl Listing {
    /// Whether the object would have been in the list if it still existed.
    pub(super) fn lacks(&self, id: &ObjectId) -> bool {
        let covered = id.kind == self.kind && (self.namespace.is_none() || self.namespace == id.namespace);
        covered && !self.seen.contains(id)
    }
}
