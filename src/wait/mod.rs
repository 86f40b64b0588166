//! Waiting until what was written is healthy: one watch a kind and namespace for all
//! of a run's waits, judged by [`crate::health`], with a time limit.
//!
//! In: the objects as the server returned them from our writes. Out: a verdict
//! for each, with the containers to blame. It never writes anything and never
//! judges an object by a state from before its write.

mod board;
mod listing;
mod neighbours;
mod watches;

use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::{Stream, StreamExt as _};
use jiff::Timestamp;

use crate::apply::{Event, Stop};
use crate::cluster::Resource;
use crate::health::{Baseline, Cause, Newest, Rule, Verdict};
use crate::json::Value;
use crate::object::ObjectId;
use board::Board;
use watches::Told;

pub use watches::Watches;

/// How long events are gathered before what they touch is judged again.
const GATHERED: Duration = Duration::from_millis(20);

/// How often everything pending is judged again: verdicts may depend on time.
const JUDGED_AGAIN: Duration = Duration::from_secs(1);

/// An object to wait for.
#[derive(Debug, Clone)]
pub struct Awaited {
    /// Its identity.
    pub id: ObjectId,
    /// How it is reached.
    pub resource: Arc<Resource>,
    /// The object as our write returned it.
    pub written: Arc<Value>,
    /// What was seen of it before our write.
    pub baseline: Option<Baseline>,
    /// The user's own rule for its health.
    pub rule: Option<Rule>,
    /// How long it may take, instead of as long as all the others.
    pub limit: Option<Duration>,
}

/// What became of an object.
#[derive(Debug, Clone)]
pub struct Ended {
    /// The last verdict.
    pub verdict: Verdict,
    /// Who is to blame, where it isn't ready.
    pub causes: Vec<Cause>,
    /// The pods of its newest template.
    pub newest: Newest,
    /// How long it was waited for.
    pub took: Duration,
}

/// Waits for all of them: until each is ready or has failed, the time is up, or
/// the run is stopped. The answers are in the objects' order.
pub async fn wait(
    watches: &Watches,
    awaited: Vec<Awaited>,
    limit: Duration,
    stop: &Stop,
    on_event: &mut dyn FnMut(Event),
) -> Vec<Ended> {
    let start = Instant::now();
    let mut board = Board::new(awaited, limit);
    board.judge_all(Timestamp::now(), start.elapsed(), on_event);
    if board.is_settled() {
        return board.into_outcomes();
    }
    let events = watches.events(&board.scopes());
    follow(events, &mut board, start, stop, on_event).await;
    // Nothing that was seen goes unjudged, however the wait ended.
    board.judge_all(Timestamp::now(), start.elapsed(), on_event);
    board.into_outcomes()
}

/// Takes events and judges, until all is settled, the time is up, or the run is
/// stopped. Events that never pause don't put off judging.
async fn follow(
    mut events: impl Stream<Item = Told> + Unpin,
    board: &mut Board,
    start: Instant,
    stop: &Stop,
    on_event: &mut dyn FnMut(Event),
) {
    let mut stop = stop.clone();
    let mut all_due = Instant::now() + JUDGED_AGAIN;
    let mut touched_due = None;
    while let Some(end) = board.longest_wait().map(|limit| start + limit) {
        if Instant::now() >= end {
            break;
        }
        let due = touched_due.map_or(all_due, |due| all_due.min(due));
        let now = Instant::now();
        if now >= due {
            board.judge_touched(now >= all_due, Timestamp::now(), start.elapsed(), on_event);
            touched_due = None;
            if now >= all_due {
                all_due = now + JUDGED_AGAIN;
            }
            continue;
        }
        tokio::select! {
            Some((watch, event)) = events.next() => {
                board.take(&watch, &event);
                if board.is_touched() && touched_due.is_none() {
                    touched_due = Some(Instant::now() + GATHERED);
                }
            }
            () = tokio::time::sleep_until(due.min(end).into()) => {}
            Ok(_) = stop.wait_for(Option::is_some) => break,
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::stream;
    use tokio::sync::watch;

    use super::watches::Watch;
    use super::*;
    use crate::cluster::{Scope, WatchEvent};
    use crate::health::Health;
    use crate::json::json;

    fn job(complete: bool) -> Value {
        let conditions = if complete { json!([{"type": "Complete", "status": "True"}]) } else { json!([]) };
        json!({"apiVersion": "batch/v1", "kind": "Job", "metadata": {"name": "seed", "namespace": "shop", "uid": "seed"},
            "spec": {"completions": 1}, "status": {"conditions": conditions}})
    }

    fn watched(resource: Resource) -> Arc<Watch> {
        Arc::new(Watch { resource: Arc::new(resource), scope: Scope::Namespace("shop".to_owned()) })
    }

    fn jobs() -> Arc<Watch> {
        watched(Resource::known("batch", "v1", "Job", "jobs", true))
    }

    /// An event about a pod of the job.
    fn pod() -> WatchEvent<Arc<Value>> {
        let owners = json!([{"uid": "seed", "controller": true}]);
        let metadata = json!({"name": "seed-a", "namespace": "shop", "ownerReferences": owners});
        WatchEvent::Seen(Arc::new(json!({"metadata": metadata})))
    }

    const SHORT: Duration = Duration::from_secs(5);

    fn board() -> Board {
        let resource = jobs().resource.clone();
        let id = ObjectId::new(resource.kind.clone(), Some("shop"), "seed");
        Board::new(
            vec![Awaited {
                id,
                resource,
                written: Arc::new(job(false)),
                baseline: None,
                rule: None,
                limit: None,
            }],
            SHORT,
        )
    }

    #[tokio::test]
    async fn events_that_never_pause_dont_put_off_judging() {
        let pods = watched(Resource::core("Pod", "pods", true));
        let pod = pod();
        let steady = stream::repeat((pods, pod)).then(|event| async {
            tokio::time::sleep(Duration::from_millis(2)).await;
            event
        });
        let done = stream::iter([(jobs(), WatchEvent::Seen(Arc::new(job(true))))]);
        let (mut board, start) = (board(), Instant::now());
        let (_sender, stop) = watch::channel(None);
        follow(Box::pin(done.chain(steady)), &mut board, start, &stop, &mut |_| {}).await;
        assert!(board.is_settled());
        assert!(start.elapsed() < JUDGED_AGAIN, "took {:?}", start.elapsed());
        assert_eq!(board.into_outcomes()[0].verdict.health, Health::Ready);
    }

    #[tokio::test]
    async fn a_stop_ends_it_under_steady_events_too() {
        let pods = watched(Resource::core("Pod", "pods", true));
        let pod = pod();
        let (mut board, start) = (board(), Instant::now());
        let (_sender, stop) = watch::channel(Some("interrupted".to_owned()));
        follow(stream::repeat((pods, pod)), &mut board, start, &stop, &mut |_| {}).await;
        assert!(start.elapsed() < JUDGED_AGAIN, "took {:?}", start.elapsed());
    }
}
