//! What is seen of a hook: its object and its pods, from before it's made.

use std::collections::BTreeMap;

use futures::StreamExt as _;
use futures::stream::{BoxStream, SelectAll};

use crate::apply::write::Job;
use crate::cluster::{Cluster, Resource, Scope, WatchEvent};
use crate::json::Value;

/// Of which watch an event is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Of {
    Hook,
    Pods,
}

/// The watches, and what they have shown.
pub(super) struct Sight {
    events: SelectAll<BoxStream<'static, (Of, WatchEvent)>>,
    /// The pods of its name, this one's and earlier ones'.
    pods: BTreeMap<String, Value>,
    /// Whether a list is under way that may lack it.
    listing: bool,
    /// Whether its watch is broken.
    blind: bool,
}

/// What an event says about the hook's object.
pub(super) enum Seen {
    /// It's like this now.
    Now(Value),
    /// It's gone, and was like this last.
    Gone(Value),
    /// It isn't where it should be, or nothing can be seen: somebody should look.
    Doubt,
    /// Something about its pods.
    Pods,
}

impl Sight {
    pub(super) fn open(cluster: &Cluster, job: &Job<'_>) -> Self {
        let scope = job.id.namespace.clone().map_or(Scope::All, Scope::Namespace);
        let own = cluster.watch_one(&job.resource, &scope, &job.id.name);
        let mut events = SelectAll::new();
        events.push(own.map(|event| (Of::Hook, event)).boxed());
        if !job.id.kind.is("", "Pod") {
            let label = format!("batch.kubernetes.io/job-name={}", job.id.name);
            let pods = cluster.watch_labelled(&Resource::core("Pod", "pods", true), &scope, &label);
            events.push(pods.map(|event| (Of::Pods, event)).boxed());
        }
        Self { events, pods: BTreeMap::new(), listing: false, blind: false }
    }

    /// Waits until what comes next isn't missed. A watch that can't be opened isn't
    /// waited for.
    pub(super) async fn opened(&mut self) {
        while let Some((of, event)) = self.events.next().await {
            let is_open = matches!(event, WatchEvent::Listed | WatchEvent::Broken(_));
            self.take(of, event, None);
            if of == Of::Hook && is_open {
                return;
            }
        }
    }

    /// The next thing that is seen of the object with this uid.
    pub(super) async fn next(&mut self, uid: &Value) -> Option<Seen> {
        loop {
            let (of, event) = self.events.next().await?;
            if let Some(seen) = self.take(of, event, Some(uid)) {
                return Some(seen);
            }
        }
    }

    /// Whether nothing can be seen of its object for now.
    pub(super) fn is_blind(&self) -> bool {
        self.blind
    }

    fn take(&mut self, of: Of, event: WatchEvent, uid: Option<&Value>) -> Option<Seen> {
        if of == Of::Hook {
            self.blind = matches!(event, WatchEvent::Broken(_));
        }
        let is_ours = |object: &Value| uid == Some(&object["metadata"]["uid"]);
        match (of, event) {
            (Of::Hook, WatchEvent::Seen(object)) if is_ours(&object) => {
                self.listing = false;
                Some(Seen::Now(object))
            }
            (Of::Hook, WatchEvent::Gone(object)) if is_ours(&object) => Some(Seen::Gone(object)),
            (Of::Hook, WatchEvent::Listing) => {
                self.listing = true;
                None
            }
            (Of::Hook, WatchEvent::Listed) => std::mem::take(&mut self.listing).then_some(Seen::Doubt),
            (_, WatchEvent::Broken(_)) => Some(Seen::Doubt),
            (Of::Pods, WatchEvent::Seen(pod)) => {
                let name = pod["metadata"]["name"].as_str().unwrap_or_default().to_owned();
                self.pods.insert(name, pod);
                Some(Seen::Pods)
            }
            (Of::Pods, WatchEvent::Gone(pod)) => {
                self.pods.remove(pod["metadata"]["name"].as_str().unwrap_or_default());
                Some(Seen::Pods)
            }
            _ => None,
        }
    }

    /// The pods that belong to this object.
    pub(super) fn pods(&self, uid: &Value) -> Vec<Value> {
        let is_its = |pod: &&Value| {
            let mut owners = pod["metadata"]["ownerReferences"].as_array().into_iter().flatten();
            owners.any(|owner| owner["uid"] == *uid)
        };
        self.pods.values().filter(is_its).cloned().collect()
    }
}
