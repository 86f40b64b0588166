//! What is known of the objects waited for: their newest state, the pods behind
//! them, and the verdicts. No I/O; time comes in.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::Duration;

use jiff::Timestamp;

use super::listing::{Listing, Listings};
use super::neighbours::Neighbours;
use super::watches::{Watch, Watched, behind};
use super::{Awaited, Ended};
use crate::apply::Event;
use crate::cluster::WatchEvent;
use crate::health::{Cause, Context, Health, Newest, Owned, Verdict, has_succeeded, judge_workload_in};
use crate::json::Value;
use crate::object::{GroupKind, ObjectId};
use crate::parallel;

struct Row {
    awaited: Awaited,
    newest: Arc<Value>,
    limit: Duration,
    gone: bool,
    verdict: Option<Verdict>,
    causes: Vec<Cause>,
    newest_pods: Newest,
    took: Duration,
}

impl Row {
    fn is_settled(&self) -> bool {
        matches!(self.verdict.as_ref().map(|verdict| verdict.health), Some(Health::Ready | Health::Failed))
    }
}

/// All objects waited for.
pub(super) struct Board {
    rows: Vec<Row>,
    index: BTreeMap<ObjectId, usize>,
    neighbours: Neighbours,
    listings: Listings,
    touched: BTreeSet<usize>,
}

impl Board {
    /// Nothing is known yet. What has no limit of its own is waited for as long as `limit`.
    pub(super) fn new(awaited: Vec<Awaited>, limit: Duration) -> Self {
        let index = awaited.iter().enumerate().map(|(at, awaited)| (awaited.id.clone(), at)).collect();
        let row = |awaited: Awaited| Row {
            newest: awaited.written.clone(),
            limit: awaited.limit.unwrap_or(limit),
            awaited,
            gone: false,
            verdict: None,
            causes: Vec::new(),
            newest_pods: Newest::default(),
            took: Duration::ZERO,
        };
        Self {
            rows: awaited.into_iter().map(row).collect(),
            index,
            neighbours: Neighbours::default(),
            listings: Listings::default(),
            touched: BTreeSet::new(),
        }
    }

    /// Whether nothing is waited for any more.
    pub(super) fn is_settled(&self) -> bool {
        self.rows.iter().all(Row::is_settled)
    }

    /// How long is waited at most for what isn't settled; `None` if all is.
    pub(super) fn longest_wait(&self) -> Option<Duration> {
        self.rows.iter().filter(|row| !row.is_settled()).map(|row| row.limit).max()
    }

    /// Whether something happened since the last judgement.
    pub(super) fn is_touched(&self) -> bool {
        !self.touched.is_empty() || self.neighbours.is_touched()
    }

    /// What has to be watched for the objects that aren't settled.
    pub(super) fn scopes(&self) -> Vec<Watched> {
        let mut watched: BTreeMap<(GroupKind, String), Watched> = BTreeMap::new();
        for row in self.rows.iter().filter(|row| !row.is_settled()) {
            let namespace = row.awaited.id.namespace.clone();
            let own = std::iter::once(row.awaited.resource.clone());
            for resource in own.chain(behind(&row.awaited.id.kind).into_iter().map(Arc::new)) {
                let key = (resource.kind.clone(), resource.version.clone());
                let entry = watched.entry(key);
                let entry = entry.or_insert_with(|| Watched { resource, namespaces: BTreeSet::new() });
                entry.namespaces.insert(namespace.clone());
            }
        }
        watched.into_values().collect()
    }

    /// Takes what a watch saw.
    pub(super) fn take(&mut self, watch: &Watch, event: &WatchEvent<Arc<Value>>) {
        match event {
            WatchEvent::Seen(object) => {
                let id = identity(watch, object);
                self.listings.saw(watch, &id);
                self.place(&id, object, false);
            }
            WatchEvent::Gone(object) => self.place(&identity(watch, object), object, true),
            WatchEvent::Listing => self.listings.begin(watch),
            WatchEvent::Listed => {
                if let Some(listing) = self.listings.end(watch) {
                    self.remove_unseen(&listing);
                }
            }
            // A watch that is broken for a while is tried again; what was seen
            // stays until something newer is.
            WatchEvent::Broken(_) => {}
        }
    }

    fn place(&mut self, id: &ObjectId, object: &Arc<Value>, gone: bool) {
        if let Some(&at) = self.index.get(id) {
            let row = &mut self.rows[at];
            let written = &row.awaited.written;
            // One that went may be the one that was replaced.
            let counts = if gone { is_same(object, written) } else { !is_older(object, written) };
            if counts {
                (row.newest, row.gone) = (object.clone(), gone);
                self.touched.insert(at);
            }
        }
        if gone {
            self.neighbours.forget(id);
        } else {
            self.neighbours.see(id, object);
        }
    }

    /// What a complete list doesn't have was deleted while nobody watched.
    fn remove_unseen(&mut self, listing: &Listing) {
        for (at, row) in self.rows.iter_mut().enumerate() {
            if !row.gone && listing.lacks(&row.awaited.id) {
                row.gone = true;
                self.touched.insert(at);
            }
        }
        self.neighbours.remove_unseen(listing);
    }

    /// Judges everything that isn't settled.
    pub(super) fn judge_all(&mut self, now: Timestamp, elapsed: Duration, on_event: &mut dyn FnMut(Event)) {
        self.judge_touched(true, now, elapsed, on_event);
    }

    /// Judges what something happened to, or everything that isn't settled.
    pub(super) fn judge_touched(
        &mut self,
        all: bool,
        now: Timestamp,
        elapsed: Duration,
        on_event: &mut dyn FnMut(Event),
    ) {
        let touched = std::mem::take(&mut self.touched);
        let owners = self.neighbours.take_touched();
        for (at, row) in self.rows.iter_mut().enumerate().filter(|(_, row)| !row.is_settled()) {
            let uid = row.newest["metadata"]["uid"].as_str().unwrap_or_default().to_owned();
            if all || touched.contains(&at) || self.neighbours.are_of(&owners, &uid) {
                judge(row, &self.neighbours.of(&uid), now, elapsed, on_event);
            }
        }
    }

    pub(super) fn into_outcomes(mut self) -> Vec<Ended> {
        let unknown = || Verdict { health: Health::Unknown, reason: String::new(), message: String::new() };
        let ended = |row: &mut Row| Ended {
            verdict: row.verdict.take().unwrap_or_else(unknown),
            causes: std::mem::take(&mut row.causes),
            newest: std::mem::take(&mut row.newest_pods),
            took: row.took,
        };
        let ended = self.rows.iter_mut().map(ended).collect();
        parallel::discard(self);
        ended
    }
}

fn identity(watch: &Watch, object: &Value) -> ObjectId {
    let metadata = &object["metadata"];
    let name = metadata["name"].as_str().unwrap_or_default();
    ObjectId::new(watch.resource.kind.clone(), metadata["namespace"].as_str(), name)
}

fn is_same(one: &Value, other: &Value) -> bool {
    one["metadata"]["uid"] == other["metadata"]["uid"]
}

/// Whether this is the object from before our write: a cache may still hold it, or
/// the one that was there before it was replaced.
fn is_older(seen: &Value, written: &Value) -> bool {
    let is_same = is_same(seen, written);
    let (seen, written) = (&seen["metadata"], &written["metadata"]);
    if is_same {
        return seen["generation"].as_u64() < written["generation"].as_u64();
    }
    let version = |metadata: &Value| metadata["resourceVersion"].as_str()?.parse::<u64>().ok();
    seen["creationTimestamp"].as_str() < written["creationTimestamp"].as_str()
        || matches!((version(seen), version(written)), (Some(seen), Some(written)) if seen < written)
}

fn judge(
    row: &mut Row,
    owned: &Owned<'_>,
    now: Timestamp,
    elapsed: Duration,
    on_event: &mut dyn FnMut(Event),
) {
    let (verdict, causes, newest) = if row.gone {
        (gone(&row.newest), Vec::new(), Newest::default())
    } else {
        let context = Context::at(now).since(row.awaited.baseline.as_ref());
        let context = context.ruled_by(row.awaited.rule.as_ref());
        let judged = judge_workload_in(&row.newest, owned, &context);
        (judged.verdict, judged.causes, judged.newest)
    };
    row.took = elapsed;
    (row.causes, row.newest_pods) = (causes, newest);
    if row.verdict.as_ref() != Some(&verdict) {
        on_event(Event::Health { id: row.awaited.id.clone(), verdict: verdict.clone() });
        row.verdict = Some(verdict);
    }
}

/// What isn't there any more has failed, unless it had done its work, as a Job has that
/// its TTL takes away.
fn gone(last: &Value) -> Verdict {
    if has_succeeded(last) {
        let message = "it succeeded, and is gone since".to_owned();
        return Verdict { health: Health::Ready, reason: String::new(), message };
    }
    let message = "it was deleted while it was waited for".to_owned();
    Verdict { health: Health::Failed, reason: "Deleted".to_owned(), message }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cluster::{Resource, Scope};
    use crate::json::json;

    fn deployment(generation: u64, ready: u64) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "web", "namespace": "shop", "generation": generation, "uid": "d"},
            "spec": {"replicas": 1},
            "status": {"observedGeneration": 2, "replicas": ready, "updatedReplicas": ready, "readyReplicas": ready,
                "availableReplicas": ready, "conditions": [
                    {"type": "Progressing", "status": "True", "reason": "NewReplicaSetAvailable"},
                    {"type": "Available", "status": "True"}]}})
    }

    fn board(written: Value) -> (Board, Watch) {
        let watch = watch(Resource::known("apps", "v1", "Deployment", "deployments", true), "shop");
        let id = ObjectId::new(watch.resource.kind.clone(), Some("shop"), "web");
        let awaited = Awaited {
            id,
            resource: watch.resource.clone(),
            written: Arc::new(written),
            baseline: None,
            rule: None,
            limit: None,
        };
        (Board::new(vec![awaited], Duration::from_secs(5)), watch)
    }

    fn watch(resource: Resource, namespace: &str) -> Watch {
        Watch { resource: Arc::new(resource), scope: Scope::Namespace(namespace.to_owned()) }
    }

    fn pod(namespace: &str, name: &str) -> WatchEvent<Arc<Value>> {
        let owners = json!([{"uid": namespace, "controller": true}]);
        let metadata = json!({"namespace": namespace, "name": name, "ownerReferences": owners});
        WatchEvent::Seen(Arc::new(json!({"metadata": metadata})))
    }

    fn pods<'a>(board: &'a Board, namespace: &str) -> Vec<&'a str> {
        let pods = board.neighbours.of(namespace).pods.into_iter();
        pods.filter_map(|pod| pod["metadata"]["name"].as_str()).collect()
    }

    fn judge_at(board: &mut Board) {
        board.judge_all(Timestamp::UNIX_EPOCH, Duration::ZERO, &mut |_| {});
    }

    #[test]
    fn a_state_from_before_the_write_settles_nothing() {
        let (mut board, watch) = board(deployment(3, 1));
        judge_at(&mut board);
        assert!(!board.is_settled());
        board.take(&watch, &WatchEvent::Seen(Arc::new(deployment(2, 1))));
        judge_at(&mut board);
        assert!(!board.is_settled(), "that was generation 2, and ours is 3");
        let mut observed = deployment(3, 1);
        observed["status"]["observedGeneration"] = json!(3);
        board.take(&watch, &WatchEvent::Seen(Arc::new(observed)));
        judge_at(&mut board);
        assert!(board.is_settled());
    }

    #[test]
    fn the_object_that_was_replaced_settles_nothing() {
        let mut written = deployment(1, 0);
        (written["metadata"]["uid"], written["metadata"]["resourceVersion"]) = (json!("new"), json!("100"));
        let (mut board, watch) = board(written);
        let mut before = deployment(2, 1);
        before["metadata"]["resourceVersion"] = json!("99");
        board.take(&watch, &WatchEvent::Seen(Arc::new(before.clone())));
        board.take(&watch, &WatchEvent::Gone(Arc::new(before)));
        judge_at(&mut board);
        assert!(!board.is_settled());
    }

    #[test]
    fn an_object_deleted_meanwhile_has_failed() {
        let (mut board, watch) = board(deployment(3, 1));
        board.take(&watch, &WatchEvent::Gone(Arc::new(deployment(3, 1))));
        judge_at(&mut board);
        assert_eq!(board.into_outcomes()[0].verdict.reason, "Deleted");
    }

    #[test]
    fn a_job_that_was_complete_when_it_went_has_not_failed() {
        let job = |status: Value| {
            json!({"apiVersion": "batch/v1", "kind": "Job", "status": status,
                "metadata": {"name": "web", "namespace": "shop", "generation": 1, "uid": "j"}})
        };
        let complete = json!({"conditions": [{"type": "Complete", "status": "True"}]});
        for (status, health) in [(json!({"active": 1}), Health::Failed), (complete, Health::Ready)] {
            let (mut board, watch) = board(job(json!({})));
            board.take(&watch, &WatchEvent::Gone(Arc::new(job(status))));
            judge_at(&mut board);
            assert_eq!(board.into_outcomes()[0].verdict.health, health);
        }
    }

    #[test]
    fn what_a_later_list_lacks_is_gone() {
        let (mut board, deployments) = board(deployment(3, 0));
        board.take(&deployments, &WatchEvent::Listing);
        board.take(&deployments, &WatchEvent::Seen(Arc::new(deployment(3, 0))));
        board.take(&deployments, &WatchEvent::Listed);
        judge_at(&mut board);
        assert!(!board.is_settled(), "the list has it");
        board.take(&deployments, &WatchEvent::Listing);
        judge_at(&mut board);
        assert!(!board.is_settled(), "the list may still come to it");
        board.take(&deployments, &WatchEvent::Listed);
        assert!(board.is_touched());
        judge_at(&mut board);
        assert_eq!(board.into_outcomes()[0].verdict.reason, "Deleted");
    }

    #[test]
    fn a_later_list_clears_the_pods_of_its_own_scope_only() {
        let (mut board, deployments) = board(deployment(3, 0));
        let [shop, other] = ["shop", "other"].map(|it| watch(Resource::core("Pod", "pods", true), it));
        board.take(&other, &pod("other", "x"));
        board.take(&shop, &pod("shop", "old"));
        board.take(&shop, &pod("shop", "kept"));
        judge_at(&mut board);
        board.take(&shop, &WatchEvent::Listing);
        board.take(&deployments, &WatchEvent::Listing);
        board.take(&shop, &pod("shop", "kept"));
        board.take(&deployments, &WatchEvent::Listed);
        assert_eq!(pods(&board, "shop"), ["kept", "old"], "that was another kind's list");
        board.take(&shop, &WatchEvent::Listed);
        assert_eq!((pods(&board, "shop"), pods(&board, "other")), (vec!["kept"], vec!["x"]));
    }

    #[test]
    fn a_list_broken_off_counts_no_more() {
        let (mut board, _) = board(deployment(3, 0));
        let shop = watch(Resource::core("Pod", "pods", true), "shop");
        board.take(&shop, &WatchEvent::Listing);
        board.take(&shop, &pod("shop", "a"));
        board.take(&shop, &WatchEvent::Broken("reset".to_owned()));
        board.take(&shop, &WatchEvent::Listing);
        board.take(&shop, &pod("shop", "b"));
        board.take(&shop, &WatchEvent::Listed);
        assert_eq!(pods(&board, "shop"), ["b"]);
    }

    #[test]
    fn a_deployments_pods_and_replica_sets_are_watched_with_it() {
        let (board, _) = board(deployment(3, 0));
        let kinds: Vec<String> = board.scopes().iter().map(|watched| watched.resource.full_name()).collect();
        assert_eq!(kinds, ["pods", "deployments.apps", "replicasets.apps"]);
    }
}
