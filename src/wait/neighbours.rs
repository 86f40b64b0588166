//! What lies behind workloads, by whose it is: an event about a pod concerns the one
//! workload that it belongs to, however many there are in its namespace.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::listing::Listing;
use crate::health::{Owned, controller};
use crate::json::Value;
use crate::object::{GroupKind, ObjectId};

/// The `ReplicaSet`s and pods that are seen.
#[derive(Default)]
pub(super) struct Neighbours {
    replica_sets: Shelf,
    pods: Shelf,
    /// The uids of those whose `ReplicaSet`s or pods aren't any more as they were.
    touched: BTreeSet<String>,
}

impl Neighbours {
    /// Whether anything changed since it was asked what.
    pub(super) fn is_touched(&self) -> bool {
        !self.touched.is_empty()
    }

    /// The uids of those that something changed for since this was asked last.
    pub(super) fn take_touched(&mut self) -> BTreeSet<String> {
        std::mem::take(&mut self.touched)
    }

    /// Whether any of these is the object with this uid, or one of its `ReplicaSet`s.
    pub(super) fn are_of(&self, touched: &BTreeSet<String>, uid: &str) -> bool {
        touched.contains(uid)
            || self.replica_sets.of(uid).filter_map(uid_of).any(|replica_set| touched.contains(replica_set))
    }

    /// All that belongs to the object with this uid.
    pub(super) fn of(&self, uid: &str) -> Owned<'_> {
        let replica_sets: Vec<&Value> = self.replica_sets.of(uid).collect();
        let owners = replica_sets.iter().copied().filter_map(uid_of);
        let pods = owners.chain([uid]).flat_map(|owner| self.pods.of(owner)).collect();
        Owned { replica_sets, pods }
    }

    /// The object is now like this. What is neither a `ReplicaSet` nor a pod is passed
    /// over.
    pub(super) fn see(&mut self, id: &ObjectId, object: &Arc<Value>) {
        let Some(shelf) = self.shelf(&id.kind) else { return };
        let before = shelf.remove(id);
        let now = shelf.insert(id, object.clone());
        self.touched.extend(before.into_iter().chain(now));
    }

    /// The object is gone.
    pub(super) fn forget(&mut self, id: &ObjectId) {
        let Some(shelf) = self.shelf(&id.kind) else { return };
        let before = shelf.remove(id);
        self.touched.extend(before);
    }

    /// What a complete list doesn't have is gone.
    pub(super) fn remove_unseen(&mut self, listing: &Listing) {
        let Some(shelf) = self.shelf(&listing.kind) else { return };
        let unseen: Vec<ObjectId> = shelf.objects.keys().filter(|id| listing.lacks(id)).cloned().collect();
        for id in unseen {
            self.forget(&id);
        }
    }

    fn shelf(&mut self, kind: &GroupKind) -> Option<&mut Shelf> {
        if kind.is("", "Pod") {
            Some(&mut self.pods)
        } else if kind.is("apps", "ReplicaSet") {
            Some(&mut self.replica_sets)
        } else {
            None
        }
    }
}

/// The objects of one kind.
#[derive(Default)]
struct Shelf {
    objects: BTreeMap<ObjectId, Arc<Value>>,
    /// Which of them an object controls, by its uid.
    by_owner: BTreeMap<String, BTreeSet<ObjectId>>,
}

impl Shelf {
    fn of(&self, owner: &str) -> impl Iterator<Item = &Value> {
        self.by_owner.get(owner).into_iter().flatten().filter_map(|id| self.objects.get(id).map(Arc::as_ref))
    }

    /// Whose it is.
    fn insert(&mut self, id: &ObjectId, object: Arc<Value>) -> Option<String> {
        let owner = controller(&object).map(str::to_owned);
        if let Some(owner) = &owner {
            self.by_owner.entry(owner.clone()).or_default().insert(id.clone());
        }
        self.objects.insert(id.clone(), object);
        owner
    }

    /// Whose it was.
    fn remove(&mut self, id: &ObjectId) -> Option<String> {
        let object = self.objects.remove(id)?;
        let owner = controller(&object)?;
        if let Some(owned) = self.by_owner.get_mut(owner) {
            owned.remove(id);
            if owned.is_empty() {
                self.by_owner.remove(owner);
            }
        }
        Some(owner.to_owned())
    }
}

fn uid_of(object: &Value) -> Option<&str> {
    object["metadata"]["uid"].as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn owned(kind: &str, name: &str, owner: &str) -> (ObjectId, Arc<Value>) {
        let group = if kind == "Pod" { "" } else { "apps" };
        let owners = json!([{"uid": owner, "controller": true}]);
        let object =
            json!({"metadata": {"namespace": "shop", "name": name, "uid": name, "ownerReferences": owners}});
        (ObjectId::new(GroupKind::new(group, kind), Some("shop"), name), Arc::new(object))
    }

    fn seen(all: &[(ObjectId, Arc<Value>)]) -> Neighbours {
        let mut neighbours = Neighbours::default();
        for (id, object) in all {
            neighbours.see(id, object);
        }
        neighbours
    }

    fn names(neighbours: &Neighbours, uid: &str) -> Vec<String> {
        let owned = neighbours.of(uid);
        let all = owned.replica_sets.into_iter().chain(owned.pods);
        all.filter_map(uid_of).map(str::to_owned).collect()
    }

    #[test]
    fn a_deployment_has_its_replica_sets_and_their_pods_whichever_came_first() {
        let [set, pod] = [owned("ReplicaSet", "web-1", "web"), owned("Pod", "web-1-a", "web-1")];
        let [other, its] = [owned("ReplicaSet", "api-1", "api"), owned("Pod", "api-1-a", "api-1")];
        for all in [[&set, &pod, &other, &its], [&pod, &its, &other, &set]] {
            let neighbours = seen(&all.map(Clone::clone));
            assert_eq!(names(&neighbours, "web"), ["web-1", "web-1-a"]);
            assert_eq!(names(&neighbours, "web-1"), ["web-1-a"], "as a ReplicaSet by itself");
        }
    }

    #[test]
    fn a_pod_touches_its_own_workload_only() {
        let mut neighbours =
            seen(&[owned("ReplicaSet", "web-1", "web"), owned("ReplicaSet", "api-1", "api")]);
        neighbours.take_touched();
        let (id, pod) = owned("Pod", "web-1-a", "web-1");
        neighbours.see(&id, &pod);
        let touched = neighbours.take_touched();
        assert!(neighbours.are_of(&touched, "web"));
        assert!(!neighbours.are_of(&touched, "api"));
        assert!(!neighbours.is_touched());
        neighbours.forget(&id);
        assert!(neighbours.is_touched(), "it went");
        assert_eq!(names(&neighbours, "web"), ["web-1"]);
    }

    #[test]
    fn a_pod_that_is_given_up_touches_both_its_owners() {
        let (id, pod) = owned("Pod", "a", "one");
        let mut neighbours = seen(&[(id.clone(), pod)]);
        neighbours.take_touched();
        neighbours.see(&id, &owned("Pod", "a", "two").1);
        assert_eq!(neighbours.take_touched(), ["one".to_owned(), "two".to_owned()].into());
        assert_eq!((names(&neighbours, "one").len(), names(&neighbours, "two").len()), (0, 1));
    }
}
