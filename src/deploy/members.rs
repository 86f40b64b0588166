//! The members of an inventory as they are: one list a kind, selected by the
//! membership label.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use futures::future::join_all;

use super::lists::{Listing, Lists};
use super::observe::{Found, Live, Sought, Wanted};
use crate::cluster::{ApiError, Discovery, Resource, Scope};
use crate::object::GroupKind;

/// Asks for the members that an inventory has of these kinds.
pub(super) fn begin(
    lists: &Lists,
    discovery: &Discovery,
    kinds: &BTreeSet<GroupKind>,
    namespaces: &BTreeSet<String>,
    selector: &str,
) {
    for resource in kinds.iter().filter_map(|kind| discovery.preferred(kind)) {
        if let Some(scope) = scope(resource, namespaces) {
            lists.begin(resource, &scope, Some(selector));
        }
    }
}

/// Where members of a kind are looked for: in the one namespace that there is,
/// else in the whole cluster. Nowhere, if they live in namespaces and there is none.
fn scope(resource: &Resource, namespaces: &BTreeSet<String>) -> Option<Scope> {
    match (resource.namespaced, namespaces.len()) {
        (true, 0 | 1) => namespaces.first().cloned().map(Scope::Namespace),
        _ => Some(Scope::All),
    }
}

/// Finds the members.
pub(super) async fn find(
    lists: &Lists,
    discovery: &Discovery,
    wanted: Wanted<'_>,
    selector: &str,
    live: &mut Live,
) -> Result<(), ApiError> {
    let (resources, unknown) = resources(discovery, wanted);
    live.unknown = unknown;
    // All begin before the first is waited for.
    let begun: Vec<Option<Listing>> = resources
        .iter()
        .map(|resource| {
            scope(resource, wanted.namespaces).map(|scope| lists.take(resource, &scope, Some(selector)))
        })
        .collect();
    let found = resources.iter().zip(begun).map(|(resource, first)| async {
        match first {
            Some(first) => list(lists, resource, wanted.namespaces, selector, first).await,
            None => Ok(Vec::new()),
        }
    });
    for (resource, found) in resources.iter().zip(join_all(found).await) {
        match found {
            Err(error) if wanted.tolerant && error.is_forbidden() => {
                live.forbidden.insert(resource.kind.clone());
            }
            found => live.add_members(resource, found?),
        }
    }
    live.complete();
    Ok(())
}

/// The resources to list: the desired objects' own versions, and the preferred
/// one of other kinds in the inventory. A kind that complete discovery doesn't
/// have is gone, and its objects with it.
fn resources(discovery: &Discovery, wanted: Wanted<'_>) -> (Vec<Arc<Resource>>, Vec<GroupKind>) {
    let mut resources: BTreeMap<(GroupKind, String), Arc<Resource>> = BTreeMap::new();
    for Sought { resource, .. } in wanted.sought {
        let resource: &Arc<Resource> = resource;
        resources
            .entry((resource.kind.clone(), resource.version.clone()))
            .or_insert_with(|| resource.clone());
    }
    let listed: BTreeSet<GroupKind> = resources.keys().map(|(kind, _)| kind.clone()).collect();
    let mut unknown = Vec::new();
    for kind in wanted.kinds.difference(&listed) {
        match discovery.preferred(kind) {
            Some(resource) => {
                resources.insert((kind.clone(), resource.version.clone()), Arc::new(resource.clone()));
            }
            None if discovery.is_broken(&kind.group) => unknown.push(kind.clone()),
            None => {}
        }
    }
    (resources.into_values().collect(), unknown)
}

/// What came of the first list; where the whole cluster may not be listed, of
/// one of each namespace.
async fn list(
    lists: &Lists,
    resource: &Resource,
    namespaces: &BTreeSet<String>,
    selector: &str,
    first: Listing,
) -> Result<Found, ApiError> {
    match first.finish().await {
        Err(error) if error.is_forbidden() && resource.namespaced && namespaces.len() > 1 => {
            let scopes = namespaces.iter().cloned().map(Scope::Namespace);
            let each: Vec<Listing> =
                scopes.map(|scope| lists.take(resource, &scope, Some(selector))).collect();
            let mut found = Vec::new();
            for listed in join_all(each.into_iter().map(Listing::finish)).await {
                found.extend(listed?);
            }
            Ok(found)
        }
        outcome => outcome,
    }
}
