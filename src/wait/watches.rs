//! The watches that waits need: those of the kinds waited for, and of the pods behind
//! workloads. Waits that begin one after the other share them: there is one a kind and
//! namespace, however many objects are waited for.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, PoisonError};

use futures::StreamExt as _;
use futures::stream::{BoxStream, SelectAll};
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinHandle;

use crate::cluster::{Cluster, Resource, Scope, WatchEvent};
use crate::json::Value;
use crate::object::GroupKind;

/// From so many namespaces on, a kind is watched in all of them at once.
const MANY: usize = 16;

/// A kind to watch, and in which namespaces.
#[derive(Debug, Clone)]
pub(super) struct Watched {
    pub(super) resource: Arc<Resource>,
    pub(super) namespaces: BTreeSet<Option<String>>,
}

/// One watch: a kind in a scope.
#[derive(Debug)]
pub(super) struct Watch {
    pub(super) resource: Arc<Resource>,
    pub(super) scope: Scope,
}

/// What a watch saw, and which watch that was.
pub(super) type Told = (Arc<Watch>, WatchEvent<Arc<Value>>);

/// What watches see.
pub(super) type Events = SelectAll<BoxStream<'static, Told>>;

/// Kind, version and namespace of a watch.
type Key = (GroupKind, String, Option<String>);

/// Opens a watch.
type Open = dyn Fn(&Watch) -> BoxStream<'static, WatchEvent> + Send;

/// The watches of a run. They end when this is dropped.
pub struct Watches {
    open: Box<Open>,
    shared: Mutex<BTreeMap<Key, Shared>>,
}

impl Watches {
    /// Nothing is watched yet.
    pub fn of(cluster: &Cluster) -> Self {
        let cluster = cluster.clone();
        Self::opened_by(move |watch| cluster.watch(&watch.resource, &watch.scope).boxed())
    }

    fn opened_by(open: impl Fn(&Watch) -> BoxStream<'static, WatchEvent> + Send + 'static) -> Self {
        Self { open: Box::new(open), shared: Mutex::default() }
    }

    /// All that there is to see of these: first everything that is there, then what
    /// changes.
    pub(super) fn events(&self, watched: &[Watched]) -> Events {
        let mut events = SelectAll::new();
        for Watched { resource, namespaces } in watched {
            for scope in scopes(namespaces) {
                let receiver = self.join(Watch { resource: resource.clone(), scope });
                let stream = futures::stream::unfold(receiver, async |mut receiver| {
                    receiver.recv().await.map(|event| (event, receiver))
                });
                events.push(stream.boxed());
            }
        }
        events
    }

    fn join(&self, watch: Watch) -> UnboundedReceiver<Told> {
        let mut all = self.shared.lock().unwrap_or_else(PoisonError::into_inner);
        let shared = all.entry(key(&watch)).or_insert_with(|| Shared::new((self.open)(&watch), watch));
        shared.known.lock().unwrap_or_else(PoisonError::into_inner).join()
    }
}

fn key(Watch { resource, scope }: &Watch) -> Key {
    let namespace = match scope {
        Scope::Namespace(namespace) => Some(namespace.clone()),
        Scope::All => None,
    };
    (resource.kind.clone(), resource.version.clone(), namespace)
}

fn scopes(namespaces: &BTreeSet<Option<String>>) -> Vec<Scope> {
    if namespaces.len() >= MANY {
        return vec![Scope::All];
    }
    namespaces.iter().map(|namespace| namespace.clone().map_or(Scope::All, Scope::Namespace)).collect()
}

/// A watch that several listen to.
struct Shared {
    known: Arc<Mutex<Known>>,
    reading: JoinHandle<()>,
}

impl Shared {
    fn new(mut stream: BoxStream<'static, WatchEvent>, watch: Watch) -> Self {
        let known = Arc::new(Mutex::new(Known::new(watch)));
        let telling = known.clone();
        let reading = tokio::spawn(async move {
            while let Some(event) = stream.next().await {
                telling.lock().unwrap_or_else(PoisonError::into_inner).take(event.shared());
            }
        });
        Self { known, reading }
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        self.reading.abort();
    }
}

/// Namespace and name.
type Name = (Option<String>, String);

/// What a watch has told so far, for those who join later.
struct Known {
    watch: Arc<Watch>,
    /// How each object was last: of those that are there, and those that were deleted.
    there: BTreeMap<Name, Arc<Value>>,
    gone: BTreeMap<Name, Arc<Value>>,
    listeners: Vec<UnboundedSender<Told>>,
}

impl Known {
    fn new(watch: Watch) -> Self {
        Self { watch: Arc::new(watch), there: BTreeMap::new(), gone: BTreeMap::new(), listeners: Vec::new() }
    }

    fn take(&mut self, event: WatchEvent<Arc<Value>>) {
        match &event {
            WatchEvent::Seen(object) => {
                let name = name(object);
                self.gone.remove(&name);
                self.there.insert(name, object.clone());
            }
            WatchEvent::Gone(object) => {
                let name = name(object);
                self.there.remove(&name);
                self.gone.insert(name, object.clone());
            }
            // Whatever isn't in this list isn't told of any more.
            WatchEvent::Listing => self.there.clear(),
            WatchEvent::Listed | WatchEvent::Broken(_) => {}
        }
        // Those who have ended their wait listen no more.
        self.listeners.retain(|listener| listener.send((self.watch.clone(), event.clone())).is_ok());
    }

    /// Somebody else listens from now on, after what is known already. That isn't told as
    /// a list: what is missing may have been made since the list.
    fn join(&mut self) -> UnboundedReceiver<Told> {
        let (listener, receiver) = unbounded_channel();
        let there = self.there.values().cloned().map(WatchEvent::Seen);
        for event in there.chain(self.gone.values().cloned().map(WatchEvent::Gone)) {
            // The receiver is just above.
            _ = listener.send((self.watch.clone(), event));
        }
        self.listeners.push(listener);
        receiver
    }
}

fn name(object: &Value) -> Name {
    let text = |field: &str| object["metadata"][field].as_str().map(str::to_owned);
    (text("namespace"), text("name").unwrap_or_default())
}

/// The kinds whose objects lie between a workload and its containers.
pub(super) fn behind(kind: &GroupKind) -> Vec<Resource> {
    let pods = Resource::core("Pod", "pods", true);
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("apps", "Deployment") => {
            vec![Resource::known("apps", "v1", "ReplicaSet", "replicasets", true), pods]
        }
        ("apps", "ReplicaSet" | "StatefulSet" | "DaemonSet")
        | ("batch", "Job")
        | ("", "ReplicationController") => {
            vec![pods]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use super::*;
    use crate::json::json;

    fn pod(name: &str) -> Value {
        json!({"metadata": {"namespace": "shop", "name": name}})
    }

    fn pods_of(namespace: &str) -> Watched {
        Watched {
            resource: Arc::new(Resource::core("Pod", "pods", true)),
            namespaces: [Some(namespace.to_owned())].into(),
        }
    }

    fn told(receiver: &mut UnboundedReceiver<Told>) -> Vec<String> {
        let word = |event: &WatchEvent<Arc<Value>>| match event {
            WatchEvent::Listing => "listing".to_owned(),
            WatchEvent::Seen(object) => format!("seen {}", name(object).1),
            WatchEvent::Gone(object) => format!("gone {}", name(object).1),
            WatchEvent::Listed => "listed".to_owned(),
            WatchEvent::Broken(why) => why.clone(),
        };
        std::iter::from_fn(|| receiver.try_recv().ok()).map(|(_, event)| word(&event)).collect()
    }

    fn fresh() -> Known {
        let resource = Arc::new(Resource::core("Pod", "pods", true));
        Known::new(Watch { resource, scope: Scope::Namespace("shop".to_owned()) })
    }

    #[test]
    fn whoever_joins_later_is_told_what_is_there_and_what_went_but_no_list() {
        let mut shared = fresh();
        let mut first = shared.join();
        for event in [
            WatchEvent::Listing,
            WatchEvent::Seen(pod("a")),
            WatchEvent::Seen(pod("b")),
            WatchEvent::Listed,
            WatchEvent::Gone(pod("b")),
        ] {
            shared.take(event.shared());
        }
        assert_eq!(told(&mut first), ["listing", "seen a", "seen b", "listed", "gone b"]);
        let mut second = shared.join();
        assert_eq!(told(&mut second), ["seen a", "gone b"]);
        shared.take(WatchEvent::Seen(pod("c")).shared());
        assert_eq!((told(&mut first), told(&mut second)), (vec!["seen c".into()], vec!["seen c".into()]));
        shared.take(WatchEvent::Listing);
        shared.take(WatchEvent::Seen(pod("b")).shared());
        assert_eq!(told(&mut shared.join()), ["seen b"]);
    }

    #[tokio::test]
    async fn hundreds_of_waits_share_one_watch_a_kind_and_namespace() {
        let opened = Arc::new(AtomicUsize::new(0));
        let counter = opened.clone();
        let watches = Watches::opened_by(move |_| {
            counter.fetch_add(1, Ordering::SeqCst);
            futures::stream::iter([WatchEvent::Listing, WatchEvent::Seen(pod("a"))]).boxed()
        });
        let waits: Vec<Events> = (0..300).map(|_| watches.events(&[pods_of("shop")])).collect();
        let other = watches.events(&[pods_of("other")]);
        assert_eq!(opened.load(Ordering::SeqCst), 2);
        for mut events in waits.into_iter().chain([other]) {
            let has_seen = async |events: &mut Events| {
                while let Some((_, event)) = events.next().await {
                    if matches!(event, WatchEvent::Seen(_)) {
                        return true;
                    }
                }
                false
            };
            assert!(has_seen(&mut events).await);
        }
    }

    #[test]
    fn many_namespaces_are_watched_at_once() {
        let namespaces = |count: usize| (0..count).map(|number| Some(format!("n{number}"))).collect();
        assert_eq!(scopes(&namespaces(MANY - 1)).len(), MANY - 1);
        assert_eq!(scopes(&namespaces(MANY)).len(), 1);
    }
}
