//! Making an inventory again that somebody deleted, or that lacks something: from
//! the objects that carry its label, and from the records.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::future::join_all;

use super::memory::{namespace_of, target_of};
use super::observe::{Observed, id_of};
use super::running::{identify, locked_out};
use super::setup::Setup;
use crate::cluster::{ApiError, Cluster, Discovery, MANAGER, Resource, Scope};
use crate::diff::ManagedEntry;
use crate::error::{CommandError, Diagnostic};
use crate::json::Value;
use crate::object::{FieldPath, GroupKind, ObjectId, Step};
use crate::release::history::{list_summaries, read_record};
use crate::release::{HeldBy, Listed, PART_OF, Parent, Record, Target, inventory, lock};
use crate::report::{RebuildReport, words};

/// An inventory as it would be.
pub struct Rebuilt {
    /// What is told of it.
    pub report: RebuildReport,
    target: Target,
    parent: Parent,
}

/// Looks for everything that belongs to a target. Sends nothing but reads.
pub async fn look(setup: &Setup, cluster: &Cluster) -> Result<Rebuilt, CommandError> {
    let observed = Observed::of(cluster).await.map_err(Diagnostic::from)?;
    observed.check_pinned(setup, cluster)?;
    let target = target_of(setup, cluster)?;
    let (there, listed) = futures::join!(inventory::read(cluster, &target), list_summaries(cluster, &target));
    let (there, listed) = (there.map_err(Diagnostic::from)?, listed.map_err(Diagnostic::from)?);
    let mut notes = Vec::new();
    let newest = newest_readable(cluster, &target, &listed, &mut notes).await;
    let mut parent = Parent::rebuilt(&target, listed.iter().filter_map(Listed::summary), newest.as_ref());
    let mut namespaces = parent.namespaces.clone();
    namespaces.extend(there.iter().flat_map(|there| there.namespaces.clone()));
    let found = members(cluster, &observed.discovery, &target, &namespaces, &mut notes).await?;
    let (kinds, spanned): (BTreeSet<GroupKind>, BTreeSet<String>) = (
        found.iter().map(|id| id.kind.clone()).collect(),
        found.iter().filter_map(|id| id.namespace.clone()).collect(),
    );
    let is_there = there.is_some();
    if let Some(there) = there {
        // What is there is only added to: a kind that nothing was found of may be one
        // that can't be listed now.
        parent = there;
        // Records are kept of what was found by them, too.
        parent.state.catch_up(listed.iter().filter_map(Listed::summary));
    }
    let before = (parent.group_kinds.clone(), parent.namespaces.clone());
    parent.group_kinds.extend(kinds);
    parent.namespaces.extend(spanned);
    let adds = before != (parent.group_kinds.clone(), parent.namespaces.clone());
    let report = RebuildReport {
        target: setup.environment.clone(),
        cluster: observed.cluster_ref(cluster),
        namespace: namespace_of(setup, cluster).to_owned(),
        inventory: format!("{}/ConfigMap/{}", target.state_namespace(), target.parent_name()),
        is_there,
        is_complete: is_there && !adds,
        objects: found.into_iter().collect(),
        kinds: parent.group_kinds.iter().map(ToString::to_string).collect(),
        namespaces: parent.namespaces.iter().cloned().collect(),
        release: parent.state.deployed.as_ref().map(|deployed| deployed.release),
        notes,
    };
    Ok(Rebuilt { report, target, parent })
}

/// Writes it under the lock, if nobody has made it meanwhile.
pub async fn write(
    cluster: &Cluster,
    rebuilt: Rebuilt,
    wait: Duration,
    waits_for: impl FnMut(&HeldBy),
) -> Result<(), CommandError> {
    let holder = identify(cluster).await?.holder();
    let lock = lock::acquire(cluster, &rebuilt.target, holder, wait, waits_for).await.map_err(locked_out)?;
    let written = write_locked(cluster, rebuilt).await;
    // One that can't be released expires by itself.
    let _ = lock.release().await;
    written
}

async fn write_locked(cluster: &Cluster, rebuilt: Rebuilt) -> Result<(), CommandError> {
    let Rebuilt { target, mut parent, .. } = rebuilt;
    let highest =
        crate::release::history::highest_number(cluster, &target).await.map_err(Diagnostic::from)?;
    parent.state.next = parent.state.next_release(highest);
    inventory::write(cluster, &target, parent).await.map_err(Diagnostic::from)?;
    Ok(())
}

async fn newest_readable(
    cluster: &Cluster,
    target: &Target,
    listed: &[Listed],
    notes: &mut Vec<String>,
) -> Option<Record> {
    for release in listed.iter().map(Listed::release) {
        match read_record(cluster, target, release).await {
            Ok(record) => return Some(record),
            Err(error) => notes.push(Diagnostic::from(error).message),
        }
    }
    None
}

/// The objects that carry the label and that trueup has applied: controllers copy
/// labels.
async fn members(
    cluster: &Cluster,
    discovery: &Discovery,
    target: &Target,
    namespaces: &BTreeSet<String>,
    notes: &mut Vec<String>,
) -> Result<BTreeSet<ObjectId>, CommandError> {
    let selector = target.members();
    let resources: Vec<&Resource> = discovery.kinds().filter_map(|kind| discovery.preferred(kind)).collect();
    let lists = resources.iter().map(|resource| list(cluster, resource, namespaces, &selector));
    let mut found = BTreeSet::new();
    let mut unlisted = Vec::new();
    for (resource, listed) in resources.iter().zip(join_all(lists).await) {
        match listed {
            Ok(objects) => {
                let own = objects.iter().filter(|object| is_own(object));
                found.extend(own.map(|object| id_of(&resource.kind, object)));
            }
            Err(error) if error.is_forbidden() => unlisted.push(words::plural(&resource.kind.kind)),
            Err(error) if error.is_not_listed() => {}
            Err(error) => return Err(Diagnostic::from(error).into()),
        }
    }
    if !unlisted.is_empty() {
        notes.push(format!(
            "no permission to list {}: objects of these kinds aren't found",
            words::list(&unlisted)
        ));
    }
    Ok(found)
}

/// Everywhere; where that isn't allowed, in the namespaces that are known.
async fn list(
    cluster: &Cluster,
    resource: &Resource,
    namespaces: &BTreeSet<String>,
    selector: &str,
) -> Result<Vec<Value>, ApiError> {
    match cluster.list_metadata(resource, &Scope::All, Some(selector)).await {
        Err(error) if error.is_forbidden() && resource.namespaced => {}
        listed => return listed,
    }
    let mut found = Vec::new();
    for namespace in namespaces {
        let scope = Scope::Namespace(namespace.clone());
        found.extend(cluster.list_metadata(resource, &scope, Some(selector)).await?);
    }
    Ok(found)
}

fn is_own(object: &Value) -> bool {
    let label = FieldPath::fields(["metadata", "labels"]).join(&[Step::Field(PART_OF.to_owned())]);
    let entry = ManagedEntry::applied_by(object, MANAGER);
    entry.and_then(|entry| entry.fields()).is_some_and(|fields| fields.contains(&label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn only_what_trueup_applied_with_the_label_is_its_own() {
        let object = |manager: &str, operation: &str, label: &str| {
            json!({"metadata": {"name": "a", "managedFields": [{"manager": manager, "operation": operation,
                "apiVersion": "v1", "fieldsType": "FieldsV1",
                "fieldsV1": {"f:metadata": {"f:labels": {format!("f:{label}"): {}}}}}]}})
        };
        assert!(is_own(&object("trueup", "Apply", PART_OF)));
        assert!(!is_own(&object("trueup", "Apply", "app")));
        assert!(!is_own(&object("endpoint-controller", "Update", PART_OF)));
        assert!(!is_own(&json!({"metadata": {"name": "a"}})));
    }
}
