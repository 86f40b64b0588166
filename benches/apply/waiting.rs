//! What waiting adds: how long a run goes on after the last object became ready, as
//! a client sees it that does nothing but watch.

use std::collections::BTreeMap;
use std::pin::pin;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use k8s_openapi::api::apps::v1::Deployment;
use kube::api::{WatchEvent, WatchParams};
use kube::{Api, Client};

use crate::scene::{Applied, Scene};

/// When each Deployment was seen to be ready first, by its name.
type Ready = Arc<Mutex<BTreeMap<String, Instant>>>;

/// Applies a scene with so many Deployments, and waits. Also how long that went on
/// after the last of them was ready.
pub(crate) fn apply(scene: &Scene, changed: usize, deployments: usize) -> (Applied, Duration) {
    let ready = Ready::default();
    let watching = scene.runtime().spawn(watch(scene.runtime().block_on(scene.client()), ready.clone()));
    let applied = scene.apply_and_wait(changed);
    watching.abort();
    let ready = ready.lock().expect("nobody panicked");
    assert_eq!(ready.len(), deployments, "Deployments that were seen to be ready");
    let last = ready.values().max().expect("a Deployment");
    (applied, applied.ended.saturating_duration_since(*last))
}

async fn watch(client: Client, ready: Ready) {
    let api: Api<Deployment> = Api::all(client);
    // The server ends the watch of who is too slow for it.
    loop {
        let mut events = pin!(api.watch(&WatchParams::default(), "0").await.expect("a watch"));
        while let Some(Ok(event)) = events.next().await {
            if let WatchEvent::Added(seen) | WatchEvent::Modified(seen) = event
                && is_ready(&seen)
            {
                let name = seen.metadata.name.expect("a name");
                ready.lock().expect("nobody panicked").entry(name).or_insert_with(Instant::now);
            }
        }
    }
}

/// As `kubectl rollout status` judges it.
fn is_ready(deployment: &Deployment) -> bool {
    let Some(status) = &deployment.status else { return false };
    let wanted = deployment.spec.as_ref().and_then(|spec| spec.replicas);
    let is_complete = [status.updated_replicas, status.available_replicas, status.replicas]
        .iter()
        .all(|count| count.unwrap_or_default() == wanted.unwrap_or(1));
    is_complete
        && status.observed_generation == deployment.metadata.generation
        && status.conditions.iter().flatten().any(|condition| condition.type_ == "Available")
}
