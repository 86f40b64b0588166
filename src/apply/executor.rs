//! The executor: starts each job the moment the jobs it waits for are done,
//! a bounded number at once, and stops starting when told to.

use std::future::Future;
use std::sync::Arc;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::future::LocalBoxFuture;
use futures::stream::FuturesUnordered;
use tokio::sync::watch;

use super::board::Board;
use super::event::Event;
use super::hook::{HookReport, Watching};
use super::outcome::ActionResult;
use super::write::{Explain, Job, carry_out};
use crate::cluster::Cluster;
use crate::error::Diagnostic;
use crate::json::Value;

/// How jobs are carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// How many are under way at once, at most.
    pub concurrency: usize,
    /// Start nothing more after a failure. Otherwise what doesn't need what failed goes on.
    pub fail_fast: bool,
}

/// Why no new writes may be started, once there is a reason.
pub type Stop = watch::Receiver<Option<String>>;

/// What became of a job.
#[derive(Debug)]
pub struct Done {
    /// Whether it was carried out.
    pub result: ActionResult,
    /// The object as the server returned it; `None` for deletions and failures.
    pub returned: Option<Arc<Value>>,
    /// Why it failed or was skipped.
    pub why: Option<Diagnostic>,
    /// Whether it failed when the object wasn't what it was any more, such as between
    /// the two halves of a replacement.
    pub touched: bool,
    /// How long the write took.
    pub took: Duration,
    /// How a hook ended.
    pub hook: Option<HookReport>,
}

impl Done {
    /// It wasn't tried, for this reason.
    pub fn skipped(why: &str) -> Self {
        Self::of(ActionResult::Skipped, Some(Diagnostic::new(why)))
    }

    /// There was nothing to do; this is the object.
    pub fn already(live: Arc<Value>) -> Self {
        Self { returned: Some(live), ..Self::of(ActionResult::Done, None) }
    }

    pub(super) fn of(result: ActionResult, why: Option<Diagnostic>) -> Self {
        Self { result, returned: None, why, touched: false, took: Duration::ZERO, hook: None }
    }
}

/// A job, and its object as the server returned it.
pub type Returned = (usize, Arc<Value>);

/// The object of a job that isn't ready, and why.
pub type Unready = (usize, String);

/// Waits until the objects of these jobs are ready, as far as they are going to be.
/// They come as their writes returned them; those that aren't ready in the end go.
pub type Readiness<'a> = dyn Fn(Vec<Returned>) -> LocalBoxFuture<'a, Vec<Unready>> + 'a;

/// What jobs need besides the cluster.
#[derive(Clone, Copy)]
pub struct Means<'a> {
    /// How they are carried out.
    pub manner: Manner,
    /// Tells why the server refused a manifest.
    pub explain: &'a Explain<'a>,
    /// Waits for what others depend on.
    pub ready: &'a Readiness<'a>,
    /// What hooks are followed with; its reason to stop is everyone's.
    pub watching: Watching<'a>,
}

/// Carries out all jobs; the outcomes are in the jobs' order.
pub async fn execute(
    cluster: &Cluster,
    jobs: &[Job<'_>],
    means: Means<'_>,
    on_event: &mut dyn FnMut(Event),
) -> Vec<Done> {
    let Means { manner, explain, ready, watching } = means;
    let mut board = Board::new(jobs, manner.fail_fast);
    let (mut running, mut waiting) = (FuturesUnordered::new(), FuturesUnordered::new());
    let mut stop = watching.stop.clone();
    let mut stopped = announce(&mut stop, !jobs.is_empty(), on_event);
    loop {
        while !stopped && running.len() < manner.concurrency {
            let Some(at) = board.next() else { break };
            if !jobs[at].is_wait() {
                on_event(Event::Started { id: jobs[at].id.clone(), verb: jobs[at].verb });
            }
            running.push(timed(at, carry_out(cluster, &jobs[at], explain, watching)));
        }
        while let Some((waits, objects)) = board.next_wait().filter(|_| !stopped) {
            let unready = ready(objects);
            waiting.push(async move { (waits, unready.await) });
        }
        if running.is_empty() && waiting.is_empty() {
            return board.into_outcomes();
        }
        tokio::select! {
            biased;
            Some((at, took, outcome)) = running.next() => {
                board.finish(at, took, outcome, on_event);
                // A hook ends with the reason to stop: nothing follows it.
                stopped = stopped || announce(&mut stop, board.unfinished() > running.len(), on_event);
            }
            Some((waits, unready)) = waiting.next() => {
                stopped = stopped || announce(&mut stop, board.unfinished() > 0, on_event);
                if !stopped {
                    board.end_wait(waits, unready, on_event);
                }
            }
            true = stop_requested(&mut stop), if !stopped => {
                stopped = announce(&mut stop, board.unfinished() > running.len(), on_event);
            }
            else => {}
        }
    }
}

async fn timed<T>(at: usize, work: impl Future<Output = T>) -> (usize, Duration, T) {
    let start = Instant::now();
    let outcome = work.await;
    (at, start.elapsed(), outcome)
}

/// Whether there is a reason to stop now; says so if that holds jobs back. A run
/// executes deletions only after all its writes were done, so it says so once.
fn announce(stop: &mut Stop, holds_back: bool, on_event: &mut dyn FnMut(Event)) -> bool {
    let why = stop.borrow_and_update().clone();
    let stopped = why.is_some();
    if let Some(why) = why.filter(|_| holds_back) {
        on_event(Event::Stopping { why });
    }
    stopped
}

/// Becomes true when there is a reason to stop; false when there never will be.
async fn stop_requested(stop: &mut Stop) -> bool {
    stop.wait_for(Option::is_some).await.is_ok()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use futures::FutureExt as _;

    use super::*;
    use crate::apply::Task;
    use crate::cluster::{Access, Precondition, Resource};
    use crate::object::ObjectId;
    use crate::plan::Verb;

    const KUBECONFIG: &str = r#"{"current-context": "a",
        "contexts": [{"name": "a", "context": {"cluster": "a", "user": "a"}}],
        "clusters": [{"name": "a", "cluster": {"server": "http://127.0.0.1:1"}}],
        "users": [{"name": "a", "user": {}}]}"#;

    async fn cluster() -> Cluster {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("config");
        std::fs::write(&file, KUBECONFIG).expect("a file");
        Access { kubeconfig: Some(file), ..Access::default() }.connect().await.expect("a client")
    }

    fn deletion() -> Job<'static> {
        let resource = Arc::new(Resource::core("ConfigMap", "configmaps", true));
        let precondition = Precondition { uid: "u".to_owned(), resource_version: "1".to_owned() };
        Job {
            id: ObjectId::new(resource.kind.clone(), Some("shop"), "settings"),
            verb: Verb::Delete,
            resource,
            after: Vec::new(),
            after_ready: Vec::new(),
            wave: None,
            task: Task::Delete { precondition, label: ("owner".to_owned(), "us".to_owned()) },
        }
    }

    #[tokio::test]
    async fn stopping_is_told_once_where_it_holds_something_back() {
        let cluster = cluster().await;
        let (_sender, stop) = watch::channel(Some("interrupted".to_owned()));
        let explain = |_: &crate::object::Manifest, error: crate::cluster::ApiError| error.into();
        let mut events = Vec::new();
        let ready = |_| async { Vec::new() }.boxed_local();
        let watching = Watching { stop: &stop, tell: &|_| {}, scrub: &str::to_owned };
        let manner = Manner { concurrency: 16, fail_fast: false };
        let means = Means { manner, explain: &explain, ready: &ready, watching };
        let writes = execute(&cluster, &[], means, &mut |event| events.push(event)).await;
        let deletions = [deletion()];
        let done = execute(&cluster, &deletions, means, &mut |event| events.push(event)).await;
        assert!(writes.is_empty());
        assert_eq!(done[0].result, ActionResult::NotStarted);
        assert!(matches!(&events[..], [Event::Stopping { why }] if why == "interrupted"), "{events:?}");
        assert_eq!(cluster.requests(), 0);
    }
}
