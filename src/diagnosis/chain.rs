//! From the object to the container to blame.

use crate::health::{Cause, Newest};
use crate::object::ObjectId;

/// `Deployment/web`, `ReplicaSet/web-5d9f7`, `3 of 3 pods`, `container web`: from the
/// object to what is to blame, as far as that is known. Empty when that is the object
/// itself.
pub fn chain(object: &ObjectId, newest: &Newest, causes: &[Cause]) -> Vec<String> {
    let replica_set = newest.replica_set.as_ref().map(|name| format!("ReplicaSet/{name}"));
    let pods = causes.first().map(|first| pods(first, newest, causes)).filter(|_| !object.kind.is("", "Pod"));
    let container = causes.first().and_then(|first| {
        let role = if first.init { "init container" } else { "container" };
        first.container.as_ref().map(|name| format!("{role} {name}"))
    });
    let links: Vec<String> = [replica_set, pods, container].into_iter().flatten().collect();
    if links.is_empty() {
        return links;
    }
    std::iter::once(format!("{}/{}", object.kind.kind, object.name)).chain(links).collect()
}

/// How many fare like the first.
fn pods(first: &Cause, newest: &Newest, causes: &[Cause]) -> String {
    let alike = |cause: &&Cause| (&cause.container, cause.init) == (&first.container, first.init);
    let count = causes.iter().filter(alike).count();
    // A Job's pods that are over are none of the newest.
    let total = newest.pods.max(count);
    format!("{count} of {total} {}", if total == 1 { "pod" } else { "pods" })
}
