//! Which of the namespaces that a plan needs aren't there yet.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::try_join_all;

use super::dependencies::Set;
use super::lists::Lists;
use super::memory::Memory;
use super::resolve::Desired;
use super::selecting::choose_too;
use crate::cluster::{ApiError, Cluster, Resource, Scope};
use crate::error::Diagnostic;
use crate::object::{Manifest, kinds};

/// Up to this many namespaces are looked up by name.
const BY_NAME: usize = 4;

/// Asks for all, where so many are needed.
pub(super) fn begin(lists: &Lists, needed: &BTreeSet<String>) {
    if needed.len() > BY_NAME {
        lists.begin(&resource(), &Scope::All, None);
    }
}

fn resource() -> Resource {
    Resource::core("Namespace", "namespaces", false)
}

/// The namespaces of the desired objects and of the inventory that aren't
/// there. One that may not be looked up is taken to be there: whatever is sent
/// to it will tell.
pub(super) async fn missing(
    cluster: &Cluster,
    set: Set<'_>,
    memory: Option<&Memory>,
    lists: &Lists,
) -> Result<BTreeSet<String>, ApiError> {
    let mut needed: BTreeSet<&str> =
        set.runs_or_is_there().filter_map(|object| object.id().namespace.as_deref()).collect();
    needed.extend(memory.map(|memory| memory.target.state_namespace()));
    let resource = resource();
    if needed.len() <= BY_NAME && !lists.has(&resource, &Scope::All, None) {
        let looked = needed.iter().map(|name| exists(cluster, &resource, name));
        let found = try_join_all(looked).await?;
        return Ok(needed
            .iter()
            .zip(found)
            .filter(|(_, found)| !found)
            .map(|(name, _)| (*name).to_owned())
            .collect());
    }
    let listed = match lists.take(&resource, &Scope::All, None).finish().await {
        Err(error) if error.is_forbidden() => return Ok(BTreeSet::new()),
        other => other?,
    };
    let there: BTreeSet<&str> = listed.iter().map(|(id, _)| id.name.as_str()).collect();
    Ok(needed.difference(&there).map(|name| (*name).to_owned()).collect())
}

async fn exists(cluster: &Cluster, resource: &Resource, name: &str) -> Result<bool, ApiError> {
    match cluster.get(resource, None, name).await {
        Err(error) if error.is_forbidden() => Ok(true),
        other => Ok(other?.is_some()),
    }
}

/// An object in a namespace that isn't there and that the set doesn't make
/// can't be deployed.
pub(super) fn refuse_missing(
    absent: &BTreeSet<String>,
    set: Set<'_>,
    memory: Option<&Memory>,
    left_out: &[Manifest],
) -> Result<(), Vec<Diagnostic>> {
    let made: BTreeSet<&str> = set
        .desired
        .iter()
        .filter(|object| kinds::is_namespace(&object.id().kind))
        .map(|object| object.id().name.as_str())
        .chain(memory.map(|memory| memory.target.state_namespace()))
        .collect();
    let mut first: BTreeMap<&str, &Desired> = BTreeMap::new();
    for object in set.runs_or_is_there() {
        if let Some(namespace) =
            object.id().namespace.as_deref().filter(|name| absent.contains(*name) && !made.contains(name))
        {
            first.entry(namespace).or_insert(object);
        }
    }
    let is_left_out = |name: &str| {
        left_out.iter().any(|manifest| kinds::is_namespace(&manifest.id.kind) && manifest.id.name == name)
    };
    let hint = |name: &str| {
        if is_left_out(name) {
            choose_too(&format!("Namespace/{name}"))
        } else {
            "add the Namespace to the sources, create it, or choose another with -n".to_owned()
        }
    };
    let findings: Vec<Diagnostic> = first
        .into_iter()
        .map(|(namespace, object)| {
            Diagnostic::new(format!("{}: there is no namespace {namespace:?}", object.id()))
                .at(object.source().location())
                .hint(hint(namespace))
        })
        .collect();
    if findings.is_empty() { Ok(()) } else { Err(findings) }
}
