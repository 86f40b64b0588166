//! A target's state as it goes on: what is there is read once, then watched. What
//! the watches tell is put in place of what was read; only a new release, or an
//! object that goes, is read again.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use futures::StreamExt as _;
use futures::stream::{BoxStream, SelectAll};
use jiff::Timestamp;
use tokio::time::Instant;

use super::super::present::{Present, Sight};
use super::super::setup::Setup;
use super::Look;
use super::around::{self, Depth, seen};
use crate::apply::Stop;
use crate::cluster::{Cluster, Resource, Scope, WatchEvent};
use crate::error::CommandError;
use crate::json::Value;
use crate::object::GroupKind;
use crate::release::{PART_OF, Parent};
use crate::report::StatusReport;

/// How long events are gathered before they are told together.
const GATHERED: Duration = Duration::from_millis(200);

/// How often what is known is judged again: verdicts may depend on time. Nothing is
/// asked for then.
const JUDGED_AGAIN: Duration = Duration::from_secs(5);

/// What a watch is of.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Subject {
    /// The target's own objects of a kind in a namespace.
    Members(GroupKind, Option<String>),
    /// The inventory.
    Parent,
    /// The pods of a namespace.
    Pods(String),
    /// Its `ReplicaSet`s.
    ReplicaSets(String),
}

/// The number of a watch, and what it saw.
type Event = (usize, WatchEvent);

/// Tells of the state now and whenever it may have changed, until it is stopped or
/// nobody listens any more.
pub async fn watch(
    setup: &Setup,
    cluster: &Cluster,
    depth: Depth,
    stop: &Stop,
    tell: &mut dyn FnMut(&StatusReport) -> bool,
) -> Result<(), CommandError> {
    let mut stop = stop.clone();
    loop {
        let mut look = tokio::select! {
            look = Look::at(setup, cluster, depth) => look?,
            _ = stop.wait_for(Option::is_some) => return Ok(()),
        };
        if !tell(&look.report(setup, Timestamp::now())) {
            return Ok(());
        }
        if Following::begin(cluster, &look).follow(setup, &mut look, &mut stop, tell).await == Ended::Stopped
        {
            return Ok(());
        }
    }
}

/// Why there is nothing more to follow.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Ended {
    /// Nobody wants to know any more.
    Stopped,
    /// What was read has to be read again.
    Outdated,
}

/// What is followed, and what it told of since.
struct Following {
    events: SelectAll<BoxStream<'static, Event>>,
    subjects: Vec<Subject>,
    /// The pods or `ReplicaSet`s of each watch of such.
    known: BTreeMap<usize, Known>,
    /// The members that each watch of such has told of since its list began.
    members: BTreeMap<usize, BTreeSet<String>>,
    /// The inventory's version that was read; `None` where it isn't there.
    parent: Option<String>,
    is_touched: bool,
    is_outdated: bool,
}

impl Following {
    fn begin(cluster: &Cluster, look: &Look) -> Self {
        let mut events = SelectAll::new();
        let mut subjects = Vec::new();
        for (subject, stream) in streams(cluster, look) {
            let at = subjects.len();
            subjects.push(subject);
            events.push(stream.map(move |event| (at, event)).boxed());
        }
        let parent = look.memory.as_ref().and_then(|memory| memory.parent.as_ref());
        Self {
            events,
            subjects,
            known: BTreeMap::new(),
            members: BTreeMap::new(),
            parent: parent.and_then(Parent::version).map(str::to_owned),
            is_touched: false,
            is_outdated: false,
        }
    }

    async fn follow(
        &mut self,
        setup: &Setup,
        look: &mut Look,
        stop: &mut Stop,
        tell: &mut dyn FnMut(&StatusReport) -> bool,
    ) -> Ended {
        let mut due = Instant::now() + JUDGED_AGAIN;
        loop {
            tokio::select! {
                Some(event) = self.events.next() => {
                    self.take(setup, look, event);
                    if self.is_touched || self.is_outdated {
                        due = due.min(Instant::now() + GATHERED);
                    }
                }
                () = tokio::time::sleep_until(due) => {
                    if self.is_outdated {
                        return Ended::Outdated;
                    }
                    self.place(look);
                    if !tell(&look.report(setup, Timestamp::now())) {
                        return Ended::Stopped;
                    }
                    self.is_touched = false;
                    due = Instant::now() + JUDGED_AGAIN;
                }
                _ = stop.wait_for(Option::is_some) => return Ended::Stopped,
            }
        }
    }

    fn take(&mut self, setup: &Setup, look: &mut Look, (at, event): Event) {
        match (&self.subjects[at], event) {
            (Subject::Members(..), WatchEvent::Listing) => {
                self.members.insert(at, BTreeSet::new());
            }
            (Subject::Members(..), WatchEvent::Seen(object)) => {
                let name = object["metadata"]["name"].as_str().unwrap_or_default();
                self.members.entry(at).or_default().insert(name.to_owned());
                self.is_touched |= see(setup, look, object);
            }
            (Subject::Members(kind, namespace), WatchEvent::Listed) => {
                let told = self.members.remove(&at).unwrap_or_default();
                self.is_outdated |= lacks_any(look, kind, namespace.as_deref(), &told);
            }
            // It lost our label, or is gone: which of them has to be looked at.
            (Subject::Members(..), WatchEvent::Gone(_)) => self.is_outdated = true,
            (Subject::Parent, WatchEvent::Seen(object)) => {
                self.is_outdated |= object["metadata"]["resourceVersion"].as_str() != self.parent.as_deref();
            }
            (Subject::Parent, WatchEvent::Gone(_)) => self.is_outdated |= self.parent.is_some(),
            (Subject::Pods(_) | Subject::ReplicaSets(_), event) => {
                self.is_touched |= self.known.entry(at).or_default().take(event);
            }
            (_, WatchEvent::Listing | WatchEvent::Listed | WatchEvent::Broken(_)) => {}
        }
    }

    /// What the watches know takes the place of what was read.
    fn place(&self, look: &mut Look) {
        for (at, known) in &self.known {
            let Some(objects) = known.all() else { continue };
            match &self.subjects[*at] {
                Subject::Pods(namespace) => {
                    look.around.namespaces.entry(namespace.clone()).or_default().pods = objects;
                }
                Subject::ReplicaSets(namespace) => {
                    look.around.namespaces.entry(namespace.clone()).or_default().replica_sets = objects;
                }
                Subject::Members(..) | Subject::Parent => {}
            }
        }
    }
}

/// Whether anything that was read as a member isn't there any more.
fn lacks_any(look: &Look, kind: &GroupKind, namespace: Option<&str>, told: &BTreeSet<String>) -> bool {
    let Some(memory) = &look.memory else { return false };
    let id = memory.target.applyset_id();
    look.objects.iter().any(|present| {
        let recorded = &present.recorded.object;
        let is_member = seen(present).is_some_and(|live| live["metadata"]["labels"][PART_OF] == id.as_str());
        is_member
            && recorded.id().kind == *kind
            && recorded.namespace.as_deref() == namespace
            && !told.contains(&recorded.name)
    })
}

/// Puts a member in place of what was read of it. Whether there is such a one, and
/// it has changed.
fn see(setup: &Setup, look: &mut Look, object: Value) -> bool {
    let Some(memory) = &look.memory else { return false };
    let is_it = |present: &&mut Present| {
        let recorded = &present.recorded.object;
        object["metadata"]["name"] == recorded.name.as_str()
            && object["metadata"]["namespace"].as_str() == recorded.namespace.as_deref()
            && object["kind"] == recorded.kind.as_str()
            && object["apiVersion"] == recorded.api_version().as_str()
    };
    let Some(present) = look.objects.iter_mut().find(is_it) else { return false };
    if seen(present).is_some_and(|known| *known == object) {
        return false;
    }
    present.see(object, &memory.key, &setup.rules);
    true
}

/// The objects that a watch has told of.
#[derive(Default)]
struct Known {
    there: Option<BTreeMap<String, Value>>,
    listing: BTreeMap<String, Value>,
}

impl Known {
    /// Takes an event in; whether anything is another than before.
    fn take(&mut self, event: WatchEvent) -> bool {
        let name = |object: &Value| object["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        match (event, &mut self.there) {
            (WatchEvent::Listing, there) => {
                *there = None;
                self.listing.clear();
                false
            }
            (WatchEvent::Listed, there) => {
                *there = Some(std::mem::take(&mut self.listing));
                true
            }
            (WatchEvent::Seen(object), Some(there)) => {
                let before = there.insert(name(&object), object.clone());
                before.is_none_or(|before| before != object)
            }
            (WatchEvent::Seen(object), None) => {
                self.listing.insert(name(&object), object);
                false
            }
            (WatchEvent::Gone(object), Some(there)) => there.remove(&name(&object)).is_some(),
            (WatchEvent::Gone(_) | WatchEvent::Broken(_), _) => false,
        }
    }

    /// All of them, once they are known.
    fn all(&self) -> Option<Vec<Value>> {
        Some(self.there.as_ref()?.values().cloned().collect())
    }
}

/// The watches that a target needs.
fn streams(cluster: &Cluster, look: &Look) -> Vec<(Subject, BoxStream<'static, WatchEvent>)> {
    let Some(memory) = &look.memory else { return Vec::new() };
    let state = Scope::Namespace(memory.target.state_namespace().to_owned());
    let config_maps = Resource::core("ConfigMap", "configmaps", true);
    let parent = cluster.watch_one(&config_maps, &state, &memory.target.parent_name());
    let mut streams = vec![(Subject::Parent, parent.boxed())];
    let selector = memory.target.members();
    let mut kinds: BTreeMap<(GroupKind, Option<String>), Arc<Resource>> = BTreeMap::new();
    for object in look.objects.iter().filter(|object| matches!(object.sight, Sight::Live(_) | Sight::Gone)) {
        if let Some(resource) = &object.resource {
            let key = (resource.kind.clone(), object.recorded.object.namespace.clone());
            kinds.entry(key).or_insert_with(|| resource.clone());
        }
    }
    for ((kind, namespace), resource) in kinds {
        let scope = namespace.clone().map_or(Scope::All, Scope::Namespace);
        let members = Subject::Members(kind, namespace);
        streams.push((members, cluster.watch_labelled(&resource, &scope, &selector).boxed()));
    }
    let pods = Resource::core("Pod", "pods", true);
    let replica_sets = Resource::known("apps", "v1", "ReplicaSet", "replicasets", true);
    for namespace in around::with_workloads(&look.objects, look.depth) {
        let scope = Scope::Namespace(namespace.clone());
        streams.push((Subject::Pods(namespace.clone()), cluster.watch(&pods, &scope).boxed()));
        streams.push((Subject::ReplicaSets(namespace), cluster.watch(&replica_sets, &scope).boxed()));
    }
    streams
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn pod(name: &str, phase: &str) -> Value {
        json!({"metadata": {"name": name}, "status": {"phase": phase}})
    }

    fn names(known: &Known) -> Option<Vec<String>> {
        let name = |pod: &Value| pod["metadata"]["name"].as_str().unwrap_or_default().to_owned();
        Some(known.all()?.iter().map(name).collect())
    }

    #[test]
    fn nothing_is_known_until_a_list_is_complete_and_a_new_list_forgets_the_rest() {
        let mut known = Known::default();
        assert!(!known.take(WatchEvent::Listing) && !known.take(WatchEvent::Seen(pod("a", "Pending"))));
        assert_eq!(names(&known), None);
        assert!(known.take(WatchEvent::Listed));
        assert!(known.take(WatchEvent::Seen(pod("b", "Pending"))));
        assert_eq!(names(&known), Some(vec!["a".into(), "b".into()]));
        assert!(
            known.take(WatchEvent::Gone(pod("a", "Pending"))) && !known.take(WatchEvent::Gone(pod("c", "")))
        );
        known.take(WatchEvent::Listing);
        known.take(WatchEvent::Seen(pod("d", "Running")));
        known.take(WatchEvent::Listed);
        assert_eq!(names(&known), Some(vec!["d".into()]));
    }
}
