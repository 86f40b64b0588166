//! How the desired objects' kinds merge, for the proof: the built-in kinds of
//! the server's version, and custom kinds by the definitions that are live.

use std::collections::BTreeSet;

use futures::future::try_join_all;

use super::observe;
use super::resolve::Desired;
use crate::cluster::{ApiError, Cluster, Resource, Scope};
use crate::diff::Schemas;
use crate::json::Value;
use crate::object::kinds;

/// Up to this many definitions are fetched by name. All definitions of a
/// cluster are tens of megabytes where there are many.
const BY_NAME: usize = 8;

/// The definitions of the desired custom kinds that are wanted, but for those
/// that are desired themselves: they come with the other live objects. A kind
/// without one (its API server is another), or whose definition may not be read,
/// is for dry runs.
pub(super) async fn definitions(
    cluster: &Cluster,
    desired: &[Desired],
    is_wanted: impl Fn(&Desired) -> bool,
) -> Result<Vec<Value>, ApiError> {
    let names = needed(desired, is_wanted);
    if names.is_empty() {
        return Ok(Vec::new());
    }
    if names.len() <= BY_NAME {
        let gets = names.iter().map(|name| async {
            unless_forbidden(cluster.get(&resource(), None, name).await).map(Option::flatten)
        });
        return Ok(try_join_all(gets).await?.into_iter().flatten().collect());
    }
    let listed = unless_forbidden(cluster.list(&resource(), &Scope::All, None).await)?;
    let is_needed =
        |definition: &Value| definition["metadata"]["name"].as_str().is_some_and(|name| names.contains(name));
    Ok(listed.into_iter().flatten().filter(is_needed).collect())
}

fn unless_forbidden<T>(answer: Result<T, ApiError>) -> Result<Option<T>, ApiError> {
    match answer {
        Err(error) if error.is_forbidden() => Ok(None),
        other => other.map(Some),
    }
}

/// What is known of the kinds on a server of this version.
pub(super) fn schemas(
    version: &str,
    definitions: &[Value],
    desired: &[Desired],
    live: &observe::Live,
) -> Schemas {
    let mut schemas = Schemas::of_server(version);
    let in_set = desired.iter().filter(|object| kinds::is_crd(&object.id().kind));
    let in_set = in_set.filter_map(|object| live.get(object.id(), &object.manifest.version));
    definitions.iter().chain(in_set).for_each(|definition| schemas.add_definition(definition));
    schemas
}

/// The names of the definitions to fetch.
fn needed(desired: &[Desired], is_wanted: impl Fn(&Desired) -> bool) -> BTreeSet<String> {
    let custom = desired.iter().filter(|object| object.served && !kinds::is_builtin(&object.id().kind));
    let custom = custom.filter(|object| is_wanted(object));
    let mut names: BTreeSet<String> = custom.map(|object| object.resource.full_name()).collect();
    for object in desired.iter().filter(|object| kinds::is_crd(&object.id().kind)) {
        names.remove(&object.id().name);
    }
    names
}

fn resource() -> Resource {
    Resource::known(
        "apiextensions.k8s.io",
        "v1",
        "CustomResourceDefinition",
        "customresourcedefinitions",
        false,
    )
}
