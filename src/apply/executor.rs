//! The executor: starts each job the moment the jobs it waits for are done,
//! a bounded number at once, and stops starting when told to.

use std::collections::BTreeSet;
use std::future::Future;
use std::time::{Duration, Instant};

use futures::StreamExt as _;
use futures::stream::FuturesUnordered;
use tokio::sync::watch;

use super::event::Event;
use super::outcome::ActionResult;
use super::write::{Explain, Job, Unwritten, Written, carry_out};
use crate::cluster::Cluster;
use crate::error::Diagnostic;
use crate::json::Value;

/// How many writes are under way at once.
const CONCURRENCY: usize = 16;

/// Why no new writes may be started, once there is a reason.
pub type Stop = watch::Receiver<Option<String>>;

/// What became of a job.
#[derive(Debug)]
pub struct Done {
    /// Whether it was carried out.
    pub result: ActionResult,
    /// The object as the server returned it; `None` for deletions and failures.
    pub returned: Option<Value>,
    /// Why it failed or was skipped.
    pub why: Option<Diagnostic>,
    /// Whether it failed when the object wasn't what it was any more, such as between
    /// the two halves of a replacement.
    pub touched: bool,
    /// How long the write took.
    pub took: Duration,
}

impl Done {
    /// It wasn't tried, for this reason.
    pub fn skipped(why: &str) -> Self {
        Self::of(ActionResult::Skipped, Some(Diagnostic::new(why)))
    }

    /// There was nothing to do; this is the object.
    pub fn already(live: Value) -> Self {
        Self { returned: Some(live), ..Self::of(ActionResult::Done, None) }
    }

    fn of(result: ActionResult, why: Option<Diagnostic>) -> Self {
        Self { result, returned: None, why, touched: false, took: Duration::ZERO }
    }
}

/// Carries out all jobs; the outcomes are in the jobs' order.
pub async fn execute(
    cluster: &Cluster,
    jobs: &[Job],
    stop: &Stop,
    explain: &Explain<'_>,
    on_event: &mut dyn FnMut(Event),
) -> Vec<Done> {
    let mut board = Board::new(jobs);
    let mut running = FuturesUnordered::new();
    let mut stop = stop.clone();
    let mut stopped = announce(&mut stop, !jobs.is_empty(), on_event);
    loop {
        while !stopped && running.len() < CONCURRENCY {
            let Some(at) = board.next() else { break };
            on_event(Event::Started { id: jobs[at].id.clone(), verb: jobs[at].verb });
            running.push(timed(at, carry_out(cluster, &jobs[at], explain)));
        }
        if running.is_empty() {
            return board.into_outcomes();
        }
        tokio::select! {
            biased;
            Some((at, took, outcome)) = running.next() => board.finish(at, took, outcome, on_event),
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

/// Which jobs are ready, running, done.
struct Board<'a> {
    jobs: &'a [Job],
    ready: BTreeSet<usize>,
    missing: Vec<usize>,
    users: Vec<Vec<usize>>,
    outcomes: Vec<Option<Done>>,
}

impl<'a> Board<'a> {
    fn new(jobs: &'a [Job]) -> Self {
        let missing: Vec<usize> = jobs.iter().map(|job| job.after.len()).collect();
        let mut users = vec![Vec::new(); jobs.len()];
        for (at, job) in jobs.iter().enumerate() {
            job.after.iter().for_each(|&before| users[before].push(at));
        }
        let ready = (0..jobs.len()).filter(|&at| missing[at] == 0).collect();
        Self { jobs, ready, missing, users, outcomes: jobs.iter().map(|_| None).collect() }
    }

    fn next(&mut self) -> Option<usize> {
        self.ready.pop_first()
    }

    /// How many jobs are running or not started yet.
    fn unfinished(&self) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.is_none()).count()
    }

    fn finish(
        &mut self,
        at: usize,
        took: Duration,
        outcome: Result<Written, Unwritten>,
        on_event: &mut dyn FnMut(Event),
    ) {
        let job = &self.jobs[at];
        match outcome {
            Ok(written) => {
                on_event(Event::Written { id: job.id.clone(), verb: job.verb });
                let done = Done::of(ActionResult::Done, None);
                self.outcomes[at] = Some(Done { returned: written.returned, took, ..done });
                self.release_users(at);
            }
            Err(Unwritten { why, touched }) => {
                on_event(Event::Failed { id: job.id.clone(), why: why.message.clone() });
                let failed = Done::of(ActionResult::Failed, Some(why));
                self.outcomes[at] = Some(Done { touched, took, ..failed });
                self.skip_users(at, on_event);
            }
        }
    }

    fn release_users(&mut self, at: usize) {
        for &user in &self.users[at] {
            self.missing[user] -= 1;
            if self.missing[user] == 0 && self.outcomes[user].is_none() {
                self.ready.insert(user);
            }
        }
    }

    /// Everything that waits for a failed job, directly or not, isn't tried.
    fn skip_users(&mut self, failed: usize, on_event: &mut dyn FnMut(Event)) {
        let mut open = self.users[failed].clone();
        while let Some(at) = open.pop() {
            if self.outcomes[at].is_some() {
                continue;
            }
            let because = &self.jobs[failed].id;
            on_event(Event::Skipped { id: self.jobs[at].id.clone(), because: because.clone() });
            let why = Diagnostic::new(format!("skipped, because {because} failed"));
            self.outcomes[at] = Some(Done::of(ActionResult::Skipped, Some(why)));
            open.extend(&self.users[at]);
        }
    }

    fn into_outcomes(self) -> Vec<Done> {
        let untouched = || Done::of(ActionResult::NotStarted, None);
        self.outcomes.into_iter().map(|done| done.unwrap_or_else(untouched)).collect()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

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

    fn deletion() -> Job {
        let resource = Arc::new(Resource::core("ConfigMap", "configmaps", true));
        let precondition = Precondition { uid: "u".to_owned(), resource_version: "1".to_owned() };
        Job {
            id: ObjectId::new(resource.kind.clone(), Some("shop"), "settings"),
            verb: Verb::Delete,
            resource,
            after: Vec::new(),
            task: Task::Delete { precondition, label: ("owner".to_owned(), "us".to_owned()) },
        }
    }

    #[tokio::test]
    async fn stopping_is_told_once_where_it_holds_something_back() {
        let cluster = cluster().await;
        let (_sender, stop) = watch::channel(Some("interrupted".to_owned()));
        let explain = |_: &crate::object::Manifest, error: crate::cluster::ApiError| error.into();
        let mut events = Vec::new();
        let writes = execute(&cluster, &[], &stop, &explain, &mut |event| events.push(event)).await;
        let done = execute(&cluster, &[deletion()], &stop, &explain, &mut |event| events.push(event)).await;
        assert!(writes.is_empty());
        assert_eq!(done[0].result, ActionResult::NotStarted);
        assert!(matches!(&events[..], [Event::Stopping { why }] if why == "interrupted"), "{events:?}");
        assert_eq!(cluster.requests(), 0);
    }
}
