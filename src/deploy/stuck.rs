//! Pods of what is rolled back that would hold their `StatefulSet` up: they are found,
//! and their deletions become part of the plan. Sends nothing but reads and dry runs.

use std::sync::Arc;

use jiff::Timestamp;

use super::assemble::{Assembled, Work};
use super::predict::{Predicted, Prediction};
use super::resolve::Desired;
use crate::cluster::{ApiError, Cluster, Resource, Scope};
use crate::health::{is_rolled_out, stuck_pods};
use crate::json::Value;
use crate::object::{GroupKind, ObjectId, ObjectRef};
use crate::plan::{Action, Cause, Verb};

/// What was found.
#[derive(Default)]
pub(super) struct Stuck {
    pods: Vec<StuckPod>,
    /// What can't be found out or done, one line each.
    pub(super) notes: Vec<String>,
}

/// A pod that is deleted.
struct StuckPod {
    /// The position of its `StatefulSet` among the desired objects.
    at: usize,
    id: ObjectId,
    live: Value,
}

/// How pods are reached.
pub(super) fn pods() -> Arc<Resource> {
    Arc::new(Resource::core("Pod", "pods", true))
}

/// Looks for them. Where this user lacks the right to see or to delete them, a note says
/// so: the rollback itself may go well all the same.
pub(super) async fn find(
    cluster: &Cluster,
    desired: &[Desired],
    predictions: &[Prediction],
) -> Result<Stuck, ApiError> {
    let mut stuck = Stuck::default();
    for (at, (object, prediction)) in desired.iter().zip(predictions).enumerate() {
        let Some((before, after)) = before_and_after(object, prediction) else { continue };
        let namespace = object.id().namespace.clone().unwrap_or_default();
        let scope = Scope::Namespace(namespace.clone());
        let listed = match cluster.list(&pods(), &scope, selector(before).as_deref()).await {
            Err(error) if error.is_forbidden() => {
                stuck.notes.push(unseen(object.id(), &namespace));
                continue;
            }
            listed => listed?,
        };
        for live in stuck_pods(before, after, &listed, Timestamp::now()) {
            stuck.take(cluster, at, object.id(), live).await?;
        }
    }
    Ok(stuck)
}

impl Stuck {
    async fn take(
        &mut self,
        cluster: &Cluster,
        at: usize,
        set: &ObjectId,
        live: &Value,
    ) -> Result<(), ApiError> {
        let Some(name) = live["metadata"]["name"].as_str() else { return Ok(()) };
        let id = ObjectId::new(GroupKind::new("", "Pod"), set.namespace.as_deref(), name);
        match cluster.try_delete(&pods(), set.namespace.as_deref(), name).await {
            Ok(()) => self.pods.push(StuckPod { at, id, live: live.clone() }),
            Err(error) if error.is_not_found() => {}
            Err(error) if error.is_forbidden() => self.notes.push(undeletable(set, &id, &error)),
            Err(error) => return Err(error),
        }
        Ok(())
    }

    /// Adds the deletions to the actions: each right after what is done to its set.
    pub(super) fn add_to(self, desired: &[Desired], assembled: &mut Assembled) {
        assembled.notes.extend(self.notes);
        for StuckPod { at, id, live } in self.pods {
            let set = desired[at].id();
            let Some(position) = assembled.actions.iter().position(|action| action.id() == *set) else {
                continue;
            };
            let before = &assembled.actions[position];
            let is_written = before.action != Verb::Unchanged;
            let action = Action {
                wave: if is_written { before.wave + 1 } else { 0 },
                after: if is_written { vec![before.object.clone()] } else { Vec::new() },
                causes: vec![Cause::Commit],
                reason: Some(format!(
                    "it isn't ready, and {}/{} would wait for it before it replaces it",
                    set.kind.kind, set.name
                )),
                ..Action::new(Verb::Delete, ObjectRef::new(&id, "v1"))
            };
            assembled.actions.insert(position + 1, action);
            assembled.work.insert(position + 1, Work::Unstick { at, live });
        }
    }
}

/// A `StatefulSet` that is there, as it is and as it would be, if any of its pods may be
/// stuck.
fn before_and_after<'a>(object: &Desired, prediction: &'a Prediction) -> Option<(&'a Value, &'a Value)> {
    if object.id().kind != GroupKind::new("apps", "StatefulSet") {
        return None;
    }
    let (before, after) = match prediction {
        Prediction::Unchanged { live } => (live.as_ref(), live.as_ref()),
        Prediction::Written(Predicted { live: Some(live), after, guessed: None, .. }) => (live, after),
        Prediction::Written(_) | Prediction::Replaced(_) | Prediction::Unreadable => return None,
    };
    (!is_rolled_out(before)).then_some((before, after))
}

/// The labels of a workload's pods; without, all of the namespace are looked at. There may be
/// more to its selector.
pub(super) fn selector(workload: &Value) -> Option<String> {
    let selector = &workload["spec"]["selector"];
    // A ReplicationController has no more than labels.
    let labels = selector.get("matchLabels").unwrap_or(selector).as_object()?;
    let named = labels.iter().filter_map(|(key, value)| Some(format!("{key}={}", value.as_str()?)));
    Some(named.collect::<Vec<_>>().join(",")).filter(|selector| !selector.is_empty())
}

fn unseen(set: &ObjectId, namespace: &str) -> String {
    format!(
        "no right to list pods in namespace {namespace}: {set} stays stuck where one of its pods isn't ready, until \
         somebody deletes that pod"
    )
}

fn undeletable(set: &ObjectId, pod: &ObjectId, error: &ApiError) -> String {
    let namespace = pod.namespace.as_deref().unwrap_or_default();
    format!(
        "{set} stays stuck until somebody deletes {pod}, which isn't ready, and this user may not ({error}): \
         kubectl delete pod {} -n {namespace}",
        pod.name
    )
}
