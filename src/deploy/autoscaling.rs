//! Replicas that an autoscaler sets: while a `HorizontalPodAutoscaler` or a
//! KEDA `ScaledObject` targets an object, its replicas aren't Git's.
//!
//! They are left out of what is sent once another manager owns them. Until then
//! the live value is sent: leaving out what only we own would reset it to 1.

use std::collections::BTreeSet;

use futures::future::join_all;

use super::lists::Lists;
use super::observe::Found;
use super::resolve::Desired;
use crate::cluster::{ApiError, Discovery, Resource, Scope};
use crate::json::Value;
use crate::object::{GroupKind, ObjectId};

/// The objects whose replicas are an autoscaler's.
#[derive(Debug, Default)]
pub(super) struct Autoscaled {
    /// What autoscalers target.
    pub(super) targets: BTreeSet<ObjectId>,
    /// Namespaces whose autoscalers may not be read.
    pub(super) unknown: BTreeSet<String>,
}

/// Asks for the autoscalers that objects of these kinds may have.
pub(super) fn begin(
    lists: &Lists,
    discovery: &Discovery,
    scaled: &BTreeSet<GroupKind>,
    namespaces: &BTreeSet<String>,
) {
    if scaled.iter().any(is_scaled) && namespaces.len() > 1 {
        for resource in kinds().iter().filter_map(|kind| discovery.preferred(kind)) {
            lists.begin(resource, &Scope::All, None);
        }
    }
}

/// Looks at the autoscalers in the set, and at those that are live and stay:
/// not at those of our own (`is_ours`) that the set doesn't have any more. Asks
/// only if any desired object may have replicas at all.
pub(super) async fn autoscaled(
    lists: &Lists,
    discovery: &Discovery,
    desired: &[Desired],
    is_ours: impl Fn(&Value) -> bool,
) -> Result<Autoscaled, ApiError> {
    let namespaces: BTreeSet<&str> = desired
        .iter()
        .filter(|object| may_have_replicas(object))
        .filter_map(|object| object.id().namespace.as_deref())
        .collect();
    let in_set = desired.iter().filter_map(|object| target(&object.id().kind, &object.manifest.body));
    let mut autoscaled = Autoscaled { targets: in_set.collect(), unknown: BTreeSet::new() };
    if namespaces.is_empty() {
        return Ok(autoscaled);
    }
    for kind in kinds() {
        let Some(resource) = discovery.preferred(&kind) else { continue };
        let live = list(lists, resource, &namespaces, &mut autoscaled.unknown).await?;
        let stays = |object: &&Value| !is_ours(object);
        let live = live.iter().map(|(_, object)| object.as_ref());
        autoscaled.targets.extend(live.filter(stays).filter_map(|object| target(&kind, object)));
    }
    Ok(autoscaled)
}

fn kinds() -> [GroupKind; 2] {
    [GroupKind::new("autoscaling", "HorizontalPodAutoscaler"), GroupKind::new("keda.sh", "ScaledObject")]
}

/// The manifest of an autoscaled object mostly says nothing of replicas: what it
/// said of them until now must not be reset when it goes.
fn may_have_replicas(object: &Desired) -> bool {
    is_scaled(&object.id().kind) || object.manifest.body["spec"].get("replicas").is_some()
}

fn is_scaled(kind: &GroupKind) -> bool {
    ["Deployment", "ReplicaSet", "StatefulSet"].iter().any(|scaled| kind.is("apps", scaled))
}

/// One list of the cluster where there are several namespaces or it is under way,
/// or of each where that isn't allowed; namespaces that may not be read are named.
async fn list(
    lists: &Lists,
    resource: &Resource,
    namespaces: &BTreeSet<&str>,
    unknown: &mut BTreeSet<String>,
) -> Result<Found, ApiError> {
    if namespaces.len() > 1 || lists.has(resource, &Scope::All, None) {
        match lists.take(resource, &Scope::All, None).finish().await {
            Err(error) if error.is_forbidden() => {}
            outcome => return outcome,
        }
    }
    let each = namespaces.iter().map(|name| async move {
        let scope = Scope::Namespace((*name).to_owned());
        (*name, lists.take(resource, &scope, None).finish().await)
    });
    let mut found = Vec::new();
    for (namespace, listed) in join_all(each).await {
        match listed {
            Err(error) if error.is_forbidden() => {
                unknown.insert(namespace.to_owned());
            }
            listed => found.extend(listed?),
        }
    }
    Ok(found)
}

/// What an autoscaler scales. KEDA's default is a Deployment.
fn target(kind: &GroupKind, autoscaler: &Value) -> Option<ObjectId> {
    if !kinds().contains(kind) {
        return None;
    }
    let reference = &autoscaler["spec"]["scaleTargetRef"];
    let group =
        reference["apiVersion"].as_str().unwrap_or("apps/v1").split_once('/').map_or("", |(group, _)| group);
    let kind = reference["kind"].as_str().unwrap_or("Deployment");
    let namespace = autoscaler["metadata"]["namespace"].as_str();
    Some(ObjectId::new(GroupKind::new(group, kind), namespace, reference["name"].as_str()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn an_autoscaler_names_its_target() {
        let autoscaler = json!({"metadata": {"namespace": "shop"},
            "spec": {"scaleTargetRef": {"apiVersion": "apps/v1", "kind": "StatefulSet", "name": "db"}}});
        let found = target(&kinds()[0], &autoscaler).expect("a target");
        assert_eq!(found, ObjectId::new(GroupKind::new("apps", "StatefulSet"), Some("shop"), "db"));
        assert_eq!(target(&GroupKind::new("", "ConfigMap"), &autoscaler), None);
    }
}
