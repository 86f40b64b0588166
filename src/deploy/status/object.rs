//! The objects of a target as they are now, one by one and together.

use jiff::Timestamp;

use super::super::present::{Present, Sight};
use super::around::Around;
use crate::health::{self, Context, Health, Owned, WorkloadVerdict};
use crate::json::Value;
use crate::report::{DriftCount, ObjectStatus, PodCount};

/// Its health, pods, addresses and drift.
pub(super) fn status(object: &Present, around: &Around, now: Timestamp) -> ObjectStatus {
    let reference = object.recorded.object.clone();
    let drift = object.moved.as_ref().map(Vec::len);
    let unseen = |health, reason: &str, message: &str| ObjectStatus {
        object: reference.clone(),
        health,
        reason: reason.to_owned(),
        message: message.to_owned(),
        age: None,
        pods: None,
        addresses: Vec::new(),
        drift,
        owned: Vec::new(),
    };
    let live = match &object.sight {
        Sight::Live(live) => live,
        Sight::Gone => return unseen(Health::Failed, "Deleted", "it is gone: somebody deleted it"),
        Sight::Forbidden => return unseen(Health::Unknown, "Forbidden", "this user may not read it"),
        Sight::NoAnswer => {
            return unseen(Health::Unknown, "NoAnswer", "the API server of its group doesn't answer");
        }
    };
    let namespace = reference.namespace.clone().unwrap_or_default();
    let owned = around
        .namespaces
        .get(&namespace)
        .map_or_else(Owned::default, |neighbours| Owned::of(&neighbours.replica_sets, &neighbours.pods));
    let context = Context::at(now).ruled_by(object.rule.as_ref());
    let WorkloadVerdict { verdict, pods, .. } = health::judge_workload_in(live, &owned, &context);
    ObjectStatus {
        health: verdict.health,
        reason: verdict.reason,
        message: verdict.message,
        age: age(live, now),
        pods: (pods.total > 0).then(|| PodCount {
            ready: pods.ready as usize,
            total: pods.total as usize,
            restarts: usize::try_from(pods.restarts).unwrap_or_default(),
        }),
        addresses: health::addresses(live),
        drift,
        object: reference,
        owned: Vec::new(),
    }
}

/// How many seconds ago it was created.
pub(super) fn age(live: &Value, now: Timestamp) -> Option<u64> {
    let created: Timestamp = live["metadata"]["creationTimestamp"].as_str()?.parse().ok()?;
    u64::try_from(now.duration_since(created).as_secs()).ok()
}

/// All pods together, where there are any.
pub(super) fn pods(objects: &[ObjectStatus]) -> Option<PodCount> {
    let all = objects.iter().filter_map(|object| object.pods);
    all.reduce(|sum, one| PodCount {
        ready: sum.ready + one.ready,
        total: sum.total + one.total,
        restarts: sum.restarts + one.restarts,
    })
}

/// How much moved of the objects of which that is known. That nothing did is
/// only said when all are.
pub(super) fn drift(objects: &[ObjectStatus], is_recorded: bool) -> Option<DriftCount> {
    let known: Vec<usize> = objects.iter().filter_map(|object| object.drift).collect();
    let fields: usize = known.iter().sum();
    let is_complete = is_recorded && known.len() == objects.len();
    (is_complete || fields > 0)
        .then(|| DriftCount { objects: known.iter().filter(|fields| **fields > 0).count(), fields })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use crate::object::SecretPaths;

    fn unseen(sight: Sight) -> ObjectStatus {
        let recorded = json!({"version": "v1", "group": "metrics.example", "kind": "Gauge",
            "namespace": "shop", "name": "a", "manifest": {}});
        let recorded = crate::json::from_value(recorded).expect("a recorded object");
        let present = Present {
            recorded,
            resource: None,
            sight,
            rule: None,
            secrets: SecretPaths::default(),
            moved: None,
        };
        status(&present, &Around::default(), Timestamp::UNIX_EPOCH)
    }

    #[test]
    fn an_unknown_object_hides_no_drift_of_the_others() {
        let with = |drift| ObjectStatus { drift, ..unseen(Sight::Gone) };
        let counted =
            |objects: &[ObjectStatus]| drift(objects, true).map(|drift| (drift.objects, drift.fields));
        assert_eq!(counted(&[with(Some(2)), with(None), with(Some(0)), with(Some(1))]), Some((2, 3)));
        assert_eq!(counted(&[with(Some(0)), with(Some(0))]), Some((0, 0)));
        assert_eq!(counted(&[with(Some(0)), with(None)]), None);
        assert_eq!(counted(&[with(None)]), None);
        assert_eq!(counted(&[]), Some((0, 0)));
        assert_eq!(drift(&[], false), None);
    }

    #[test]
    fn what_nobody_could_look_for_isnt_told_as_deleted() {
        let told = |sight| {
            let status = unseen(sight);
            (status.health, status.reason)
        };
        assert_eq!(told(Sight::Gone), (Health::Failed, "Deleted".to_owned()));
        assert_eq!(told(Sight::Forbidden), (Health::Unknown, "Forbidden".to_owned()));
        assert_eq!(told(Sight::NoAnswer), (Health::Unknown, "NoAnswer".to_owned()));
    }
}
