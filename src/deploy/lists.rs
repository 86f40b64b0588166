//! Lists that are under way: what a plan will need is asked for while the
//! sources are still read, by what the inventory says. What they turn out to
//! need besides, or instead, is asked for when it is known.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::memory::Memory;
use super::observe::{Found, told_apart};
use super::under_way::UnderWay;
use super::{autoscaling, members, namespaces};
use crate::cluster::{ApiError, Cluster, Discovery, Resource, Scope};
use crate::object::GroupKind;

/// What a list is of: a kind at a version, somewhere, and with a label.
type Subject = (GroupKind, String, Scope, Option<String>);

/// A list that is under way.
pub(super) type Listing = UnderWay<Result<Found, ApiError>>;

/// The lists of one plan.
pub(super) struct Lists {
    cluster: Cluster,
    begun: Mutex<BTreeMap<Subject, Listing>>,
}

impl Lists {
    /// None yet.
    pub(super) fn of(cluster: &Cluster) -> Self {
        Self { cluster: cluster.clone(), begun: Mutex::default() }
    }

    /// Those that a plan needs whose objects are what the inventory says.
    pub(super) fn by_inventory(cluster: &Cluster, discovery: &Discovery, memory: Option<&Memory>) -> Self {
        let lists = Self::of(cluster);
        if let Some(memory) = memory.filter(|memory| memory.parent.is_some()) {
            let (kinds, namespaces) = (memory.kinds(), memory.namespaces());
            members::begin(&lists, discovery, &kinds, &namespaces, &memory.target.members());
            autoscaling::begin(&lists, discovery, &kinds, &namespaces);
            namespaces::begin(&lists, &namespaces);
        }
        lists
    }

    /// Where they are asked for.
    pub(super) fn cluster(&self) -> &Cluster {
        &self.cluster
    }

    /// Asks for one.
    pub(super) fn begin(&self, resource: &Resource, scope: &Scope, selector: Option<&str>) {
        let listing = self.ask(resource, scope, selector);
        self.begun().insert(subject(resource, scope, selector), listing);
    }

    /// Whether it is under way.
    pub(super) fn has(&self, resource: &Resource, scope: &Scope, selector: Option<&str>) -> bool {
        self.begun().contains_key(&subject(resource, scope, selector))
    }

    /// One of them; asked for only now if it isn't under way.
    pub(super) fn take(&self, resource: &Resource, scope: &Scope, selector: Option<&str>) -> Listing {
        let begun = self.begun().remove(&subject(resource, scope, selector));
        begun.unwrap_or_else(|| self.ask(resource, scope, selector))
    }

    fn ask(&self, resource: &Resource, scope: &Scope, selector: Option<&str>) -> Listing {
        let (cluster, resource) = (self.cluster.clone(), resource.clone());
        let (scope, selector) = (scope.clone(), selector.map(str::to_owned));
        UnderWay::begin(async move {
            let objects = cluster.list(&resource, &scope, selector.as_deref()).await?;
            Ok(told_apart(&resource.kind, objects))
        })
    }

    fn begun(&self) -> MutexGuard<'_, BTreeMap<Subject, Listing>> {
        // Nobody panics while holding it.
        self.begun.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn subject(resource: &Resource, scope: &Scope, selector: Option<&str>) -> Subject {
    (resource.kind.clone(), resource.version.clone(), scope.clone(), selector.map(str::to_owned))
}
