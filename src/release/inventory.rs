//! Reading and writing the inventory's parent.
//!
//! It is widened before the first write and narrowed after the last deletion,
//! so that whatever a killed process left behind is still listed by the next.

use std::collections::BTreeSet;

use super::identity::Target;
use super::parent::Parent;
use super::parent_error::ParentError;
use super::state::Running;
use crate::cluster::{ApiError, ApplyMode, Cluster, MANAGER, Precondition, Resource};
use crate::json::Value;
use crate::object::GroupKind;

/// A resourceVersion that no object ever has: etcd counts from 1, which is
/// nothing at all. Applied with it, an object is created if it isn't there, and
/// is a conflict if it is.
const ONLY_CREATE: &str = "1";

/// Reads the parent; `None` when the target has none.
pub async fn read(cluster: &Cluster, target: &Target) -> Result<Option<Parent>, ParentError> {
    let found =
        get(cluster, target).await.map_err(|error| ParentError::Read { parent: name(target), error })?;
    found.map(|config_map| parse(target, &config_map)).transpose()
}

/// Adds kinds and namespaces, and says that a run is under way. Comes before
/// the run's first write.
pub async fn widen(
    cluster: &Cluster,
    target: &Target,
    mut parent: Parent,
    kinds: &BTreeSet<GroupKind>,
    namespaces: &BTreeSet<String>,
    running: Running,
) -> Result<Parent, ParentError> {
    parent.widen(kinds, namespaces);
    parent.state.begin(running);
    write(cluster, target, parent).await
}

/// Leaves only these kinds and namespaces (and the parent's own). Only for when
/// it is certain that no member is left elsewhere, not even one that is being
/// deleted.
pub async fn narrow(
    cluster: &Cluster,
    target: &Target,
    mut parent: Parent,
    kinds: &BTreeSet<GroupKind>,
    namespaces: &BTreeSet<String>,
) -> Result<Parent, ParentError> {
    parent.narrow(target, kinds, namespaces);
    write(cluster, target, parent).await
}

/// Writes the parent, if nobody else did since it was read.
pub async fn write(cluster: &Cluster, target: &Target, parent: Parent) -> Result<Parent, ParentError> {
    let mut body = parent.compose(target);
    match &parent.stored {
        // The uid too: with a version alone, a parent that was deleted
        // meanwhile would be made again.
        Some(stored) => {
            body["metadata"]["uid"] = stored.uid.as_str().into();
            body["metadata"]["resourceVersion"] = stored.resource_version.as_str().into();
        }
        None => body["metadata"]["resourceVersion"] = ONLY_CREATE.into(),
    }
    let mode = ApplyMode { dry_run: false, force: true };
    let resource = config_maps();
    let namespace = Some(target.state_namespace());
    let applied = cluster.apply(&resource, namespace, &target.parent_name(), &body, MANAGER, mode).await;
    match applied {
        Ok(config_map) => parse(target, &config_map),
        Err(error) if error.is_conflict() || error.is_invalid() => {
            after_conflict(cluster, target, &parent, error).await
        }
        Err(error) => Err(ParentError::Write { parent: name(target), error }),
    }
}

/// Deletes the parent: the last thing to go when a whole target is deleted, once
/// no member is left.
pub async fn remove(cluster: &Cluster, target: &Target, parent: &Parent) -> Result<(), ParentError> {
    let Some(stored) = &parent.stored else { return Ok(()) };
    let precondition =
        Precondition { uid: stored.uid.clone(), resource_version: stored.resource_version.clone() };
    let namespace = Some(target.state_namespace());
    match cluster.delete(&config_maps(), namespace, &target.parent_name(), &precondition).await {
        Err(error) if error.is_conflict() => Err(ParentError::Changed { parent: name(target) }),
        Err(error) if !error.is_not_found() => Err(ParentError::Write { parent: name(target), error }),
        _ => Ok(()),
    }
}

/// A conflict is also what the answer to a repeated request looks like whose
/// first answer was lost: then what is there is what was to be written.
async fn after_conflict(
    cluster: &Cluster,
    target: &Target,
    wanted: &Parent,
    error: ApiError,
) -> Result<Parent, ParentError> {
    let changed = match read(cluster, target).await {
        Ok(Some(there)) if there.says_the_same_as(wanted) => return Ok(there),
        Ok(there) => there.and_then(|there| there.stored) != wanted.stored,
        Err(_) => false,
    };
    if changed || error.is_conflict() {
        return Err(ParentError::Changed { parent: name(target) });
    }
    Err(ParentError::Write { parent: name(target), error })
}

async fn get(cluster: &Cluster, target: &Target) -> Result<Option<Value>, ApiError> {
    cluster.get(&config_maps(), Some(target.state_namespace()), &target.parent_name()).await
}

fn parse(target: &Target, config_map: &Value) -> Result<Parent, ParentError> {
    Parent::parse(target, config_map)
        .map_err(|problem| ParentError::Unusable { parent: name(target), problem })
}

fn config_maps() -> Resource {
    Resource::core("ConfigMap", "configmaps", true)
}

/// How messages name the parent.
fn name(target: &Target) -> String {
    format!("{}/ConfigMap/{}", target.state_namespace(), target.parent_name())
}
