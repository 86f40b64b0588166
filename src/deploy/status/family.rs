//! Which objects controllers made for which: by owner references.

use std::collections::{BTreeSet, HashMap};

use jiff::Timestamp;

use super::around::{Around, uid};
use crate::health::{self, Context, Owned, WorkloadVerdict};
use crate::json::Value;
use crate::report::OwnedStatus;

/// Who owns what, in all namespaces of a target.
pub(super) struct Families<'a> {
    by_owner: HashMap<&'a str, Vec<&'a Value>>,
}

impl<'a> Families<'a> {
    /// Of everything that was found around.
    pub(super) fn of(around: &'a Around) -> Self {
        let mut by_owner: HashMap<&str, Vec<&Value>> = HashMap::new();
        for neighbours in around.namespaces.values() {
            let all = neighbours.replica_sets.iter().chain(&neighbours.others).chain(&neighbours.pods);
            for object in all {
                let owners = object["metadata"]["ownerReferences"].as_array().into_iter().flatten();
                for owner in owners.filter_map(|owner| owner["uid"].as_str()) {
                    by_owner.entry(owner).or_default().push(object);
                }
            }
        }
        for owned in by_owner.values_mut() {
            owned.sort_by_key(|object| (text(object, "kind"), name(object)));
        }
        Self { by_owner }
    }

    /// What belongs to an object, at any distance; each once.
    pub(super) fn descendants(&self, object: &Value) -> Vec<&'a Value> {
        let mut seen: BTreeSet<&str> = uid(object).into_iter().collect();
        let (mut found, mut next): (Vec<&Value>, Vec<&str>) = (Vec::new(), seen.iter().copied().collect());
        while let Some(owner) = next.pop() {
            for owned in self.by_owner.get(owner).into_iter().flatten() {
                if let Some(uid) = uid(owned).filter(|uid| seen.insert(*uid)) {
                    found.push(*owned);
                    next.push(uid);
                }
            }
        }
        found
    }

    /// The same as a tree, judged.
    pub(super) fn tree(&self, object: &Value, around: &Around, now: Timestamp) -> Vec<OwnedStatus> {
        self.below(uid(object), &mut uid(object).into_iter().collect(), around, now)
    }

    fn below<'v>(
        &'v self,
        owner: Option<&str>,
        above: &mut BTreeSet<&'v str>,
        around: &Around,
        now: Timestamp,
    ) -> Vec<OwnedStatus>
    where
        'a: 'v,
    {
        let owned = owner.and_then(|owner| self.by_owner.get(owner)).into_iter().flatten();
        let mut statuses = Vec::new();
        for object in owned {
            // Nothing is its own ancestor, whatever somebody wrote there.
            if uid(object).is_some_and(|uid| above.insert(uid)) {
                let owned = self.below(uid(object), above, around, now);
                // Old ReplicaSets are kept for rollbacks and hold nothing.
                if !(owned.is_empty() && is_retired(object)) {
                    statuses.push(status(object, owned, around, now));
                }
            }
        }
        statuses
    }
}

fn is_retired(object: &Value) -> bool {
    text(object, "kind") == "ReplicaSet" && object["spec"]["replicas"] == 0
}

fn status(object: &Value, owned: Vec<OwnedStatus>, around: &Around, now: Timestamp) -> OwnedStatus {
    let neighbours = around.namespaces.get(object["metadata"]["namespace"].as_str().unwrap_or_default());
    let family = neighbours
        .map_or_else(Owned::default, |neighbours| Owned::of(&neighbours.replica_sets, &neighbours.pods));
    let WorkloadVerdict { verdict, pods, .. } = health::judge_workload_in(object, &family, &Context::at(now));
    OwnedStatus {
        kind: text(object, "kind").to_owned(),
        name: name(object).to_owned(),
        health: verdict.health,
        reason: verdict.reason,
        message: verdict.message,
        age: super::object::age(object, now),
        restarts: usize::try_from(pods.restarts).unwrap_or_default(),
        owned,
    }
}

fn text<'v>(object: &'v Value, field: &str) -> &'v str {
    object[field].as_str().unwrap_or_default()
}

/// The name.
pub(super) fn name(object: &Value) -> &str {
    object["metadata"]["name"].as_str().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::super::around::Neighbours;
    use super::*;
    use crate::json::json;

    fn object(kind: &str, name: &str, owner: Option<&str>) -> Value {
        let owners: Vec<Value> = owner.iter().map(|owner| json!({"uid": owner})).collect();
        json!({"apiVersion": "v1", "kind": kind, "metadata": {"name": name, "namespace": "shop", "uid": name,
            "ownerReferences": owners}})
    }

    fn around(pods: Vec<Value>, replica_sets: Vec<Value>) -> Around {
        let neighbours = Neighbours { pods, replica_sets, ..Neighbours::default() };
        Around { namespaces: [("shop".to_owned(), neighbours)].into(), ..Around::default() }
    }

    fn names(tree: &[OwnedStatus]) -> Vec<String> {
        let told = |owned: &OwnedStatus| format!("{}({})", owned.name, names(&owned.owned).join(" "));
        tree.iter().map(told).collect()
    }

    #[test]
    fn a_tree_goes_down_to_pods_and_leaves_retired_replica_sets_out() {
        let mut retired = object("ReplicaSet", "web-1", Some("web"));
        retired["spec"] = json!({"replicas": 0});
        let around = around(
            vec![object("Pod", "web-2-b", Some("web-2")), object("Pod", "web-2-a", Some("web-2"))],
            vec![
                retired,
                object("ReplicaSet", "web-2", Some("web")),
                object("ReplicaSet", "api-1", Some("api")),
            ],
        );
        let tree =
            Families::of(&around).tree(&object("Deployment", "web", None), &around, Timestamp::UNIX_EPOCH);
        assert_eq!(names(&tree), ["web-2(web-2-a() web-2-b())"]);
    }

    #[test]
    fn owners_that_go_in_circles_end() {
        let around = around(vec![object("Pod", "a", Some("b")), object("Pod", "b", Some("a"))], Vec::new());
        let families = Families::of(&around);
        assert_eq!(names(&families.tree(&object("Pod", "a", None), &around, Timestamp::UNIX_EPOCH)), ["b()"]);
        assert_eq!(families.descendants(&object("Pod", "a", None)).len(), 1);
    }
}
