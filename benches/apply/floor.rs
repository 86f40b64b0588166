//! What can't be undercut: the same objects, created by a client that does
//! nothing else.

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{StreamExt as _, stream};
use kube::api::{DynamicObject, PostParams};
use kube::core::GroupVersionKind;
use kube::discovery::ApiResource;
use kube::{Api, Client};

use crate::scene::Scene;

/// How many creations are under way at once.
const AT_ONCE: usize = 16;

/// Creates all objects of a scene. How long that took.
pub(crate) fn create(scene: &Scene) -> Duration {
    let objects: Vec<DynamicObject> = scene.manifests();
    scene.settle();
    scene.runtime().block_on(async {
        let client = Arc::new(scene.client().await);
        let start = Instant::now();
        let creations = stream::iter(objects).map(|object| {
            let client = client.clone();
            // On any core, as trueup's.
            async move { tokio::spawn(create_one(client, object)).await.expect("a creation") }
        });
        creations.buffer_unordered(AT_ONCE).for_each(|()| std::future::ready(())).await;
        start.elapsed()
    })
}

async fn create_one(client: Arc<Client>, object: DynamicObject) {
    let types = object.types.clone().expect("a kind");
    let kind = GroupVersionKind::try_from(&types).expect("a group and a version");
    let namespace = object.metadata.namespace.clone().expect("a namespace");
    let resource = ApiResource::from_gvk(&kind);
    let api: Api<DynamicObject> = Api::namespaced_with((*client).clone(), &namespace, &resource);
    api.create(&PostParams::default(), &object).await.expect("a new object");
}
