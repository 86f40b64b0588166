//! Carrying out a plan: its writes, then what leaves, then the wait for health, hooks before
//! and after all that, and what leaves only when all is well.

use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap, HashSet};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::{OptionFuture, join, join_all};
use jiff::Timestamp;

use super::assemble::Work;
use super::drafting::{Drafting, Drafts};
use super::fates::{Fate, is_well};
use super::planning::Planned;
use super::readiness::Waiting;
use super::refusing::explained;
use super::running_pods;
use super::secrets::Secrets;
use super::setup::Setup;
use crate::apply::{ActionResult, Done, Event, Job, Manner, Means, Stop, Watching, execute};
use crate::cluster::{ApiError, Cluster};
use crate::health::{Baseline, has_older_pods};
use crate::json::Value;
use crate::object::{GroupKind, Manifest, Moment, ObjectId};
use crate::parallel;
use crate::wait::{Awaited, Watches, wait};

/// What became of actions whose objects weren't waited for.
fn unawaited(positions: Vec<usize>, done: Vec<Done>) -> impl Iterator<Item = Fate> {
    positions.into_iter().zip(done).map(|(at, done)| Fate { at, done, ended: None })
}

fn skipped(jobs: &[Job<'_>], why: &str) -> Vec<Done> {
    jobs.iter().map(|_| Done::skipped(why)).collect()
}

/// Jobs, and the positions of their actions in the plan.
type Jobs<'a> = (Vec<Job<'a>>, Vec<usize>);

/// Why nothing is deleted.
const UNWRITTEN: &str = "skipped, because not everything could be written";

/// Why something isn't deleted yet.
const STILL_NEEDED: &str = "it stays, because pods from before may still need it";

/// What is done with the plan.
pub(super) struct Carrying<'a> {
    /// Where the plan comes from.
    pub setup: &'a Setup,
    /// The cluster.
    pub cluster: &'a Cluster,
    /// The plan.
    pub planned: &'a Planned,
    /// How many actions at once, and what a failure means for the rest.
    pub manner: Manner,
    /// How long to wait for health; not at all when absent.
    pub wait: Option<Duration>,
    /// Judge the unchanged objects too: nobody knows whether they are healthy.
    pub judge_all: bool,
    /// Why no new writes may be started.
    pub stop: &'a Stop,
    /// The kinds that the set itself defines.
    pub defined: BTreeSet<GroupKind>,
    /// How what it leaves on record is drafted, if anything is.
    pub drafting: Option<Drafting<'a>>,
}

/// What came of it.
pub(super) struct Carried {
    /// What became of each action, in the plan's order; unchanged objects have none.
    pub(super) fates: Vec<Fate>,
    /// What was drafted of the record, where there was time for it.
    pub(super) drafts: Option<Drafts>,
}

impl Carrying<'_> {
    /// Carries it out.
    pub(super) async fn carry_out(&self, on_event: &mut dyn FnMut(Event)) -> Carried {
        // Objects have their creation in whole seconds.
        let start = Timestamp::from_second(Timestamp::now().as_second()).unwrap_or_default();
        let explain = |manifest: &Manifest, error: ApiError| explained(self.setup, manifest, error);
        let (writes, positions) = self.writes();
        let secrets = Secrets::of(self.planned);
        let listener = RefCell::new(on_event);
        let tell = |event| listener.borrow_mut()(event);
        let watches = Watches::of(self.cluster);
        let waiting = Waiting {
            watches: &watches,
            jobs: &writes,
            rules: &self.setup.rules,
            limit: self.limit(),
            stop: self.stop,
            secrets: &secrets,
            tell: &tell,
            baseline: &|job, written| {
                let live = positions.get(job).and_then(|&at| self.before(at, written));
                baseline(live, start)
            },
            ended: RefCell::default(),
        };
        let ready = |objects| waiting.until_ready(objects).boxed_local();
        let scrub = |text: &str| secrets.scrub(text);
        let watching = Watching { stop: self.stop, tell: &tell, scrub: &scrub };
        let means = Means { manner: self.manner, explain: &explain, ready: &ready, watching };
        let mut on_event = &tell;
        let done = execute(self.cluster, &writes, means, &mut on_event).await;
        let mut ended = waiting.ended.take();
        let all_written = done.iter().all(|done| done.result == ActionResult::Done);
        let fate = |(job, (&at, done))| Fate { at, done, ended: ended.remove(&job) };
        let mut fates: Vec<Fate> = positions.iter().zip(done).enumerate().map(fate).collect();
        let (removals, positions) = self.removals(|at| !self.is_deferred(at));
        let done = if all_written {
            execute(self.cluster, &removals, means, &mut on_event).await
        } else {
            // What is still needed may be among what would be deleted.
            skipped(&removals, UNWRITTEN)
        };
        fates.extend(unawaited(positions, done));
        if self.judge_all {
            fates.extend(self.kept());
        }
        let late_hooks = self.hooks_at(Moment::is_late);
        let mut drafts = None;
        if self.wait.is_some() || !late_hooks.0.is_empty() {
            drafts =
                self.wait_for(&watches, &mut fates, self.limit(), (start, &secrets), &mut on_event).await;
        }
        let (late, positions) = late_hooks;
        let done = if fates.iter().all(is_well) {
            execute(self.cluster, &late, means, &mut on_event).await
        } else {
            let is_done = fates.iter().all(|fate| fate.done.result == ActionResult::Done);
            let what = if is_done { "is ready" } else { "could be written" };
            skipped(&late, &format!("skipped, because not everything {what}"))
        };
        fates.extend(unawaited(positions, done));
        let is_over = all_written && fates.iter().all(is_well);
        let ((freed, positions), (kept, kept_positions)) = self.deferred(is_over).await;
        let done = execute(self.cluster, &freed, means, &mut on_event).await;
        fates.extend(unawaited(positions, done));
        let all_well = fates.iter().all(is_well);
        let why = if all_written { STILL_NEEDED } else { UNWRITTEN };
        fates.extend(unawaited(kept_positions, skipped(&kept, why)));
        if self.stop.borrow().is_none() && !all_well {
            let (hooks, positions) = self.hooks_at(|moment| moment == Moment::OnFailure);
            let done = execute(self.cluster, &hooks, means, &mut on_event).await;
            fates.extend(unawaited(positions, done));
        }
        for fate in &mut fates {
            fate.take_hook();
        }
        parallel::discard(watches);
        Carried { fates, drafts }
    }

    /// Whether a deletion comes when others are ready.
    fn is_deferred(&self, position: usize) -> bool {
        self.planned.plan.actions[position].is_put_off()
    }

    /// Those deletions: of which no pod of a former template needs anything any more, and the
    /// others. Unless all is well they all stay: there may be a way back.
    async fn deferred(&self, is_well: bool) -> (Jobs<'_>, Jobs<'_>) {
        let actions = &self.planned.plan.actions;
        let mut needed: HashMap<ObjectId, HashSet<ObjectId>> = HashMap::new();
        for action in (0..actions.len()).filter(|&at| is_well && self.is_deferred(at)).map(|at| &actions[at])
        {
            for user in &action.after_ready {
                needed.entry(user.id()).or_default().insert(action.id());
            }
        }
        let over =
            needed.into_iter().map(async |(user, needed)| self.is_over(&user, &needed).await.then_some(user));
        let over: HashSet<ObjectId> = join_all(over).await.into_iter().flatten().collect();
        let is_free =
            |at: usize| is_well && actions[at].after_ready.iter().all(|user| over.contains(&user.id()));
        let deferred = |free: bool| self.removals(|at| self.is_deferred(at) && is_free(at) == free);
        (deferred(true), deferred(false))
    }

    /// Whether no pod of a workload that runs needs any of these. Where pods can't be seen,
    /// the workload says whether all are of its template.
    async fn is_over(&self, workload: &ObjectId, needed: &HashSet<ObjectId>) -> bool {
        let at = self.planned.work_on(workload).and_then(Work::desired);
        let Some(object) = at.map(|at| &self.planned.desired[at]) else { return false };
        let live = self.cluster.get(&object.resource, workload.namespace.as_deref(), &workload.name).await;
        match live {
            Ok(Some(live)) => match running_pods::needs(self.cluster, workload, &live).await {
                Ok(still) => needed.is_disjoint(&still),
                Err(_) => !has_older_pods(&live),
            },
            Ok(None) => true,
            Err(_) => false,
        }
    }

    /// How long anything is waited for.
    pub(super) fn limit(&self) -> Duration {
        self.wait.unwrap_or(self.setup.wait_timeout)
    }

    /// Unchanged objects, as if they had just been written.
    fn kept(&self) -> impl Iterator<Item = Fate> {
        self.planned.work.iter().enumerate().filter_map(|(at, work)| match work {
            Work::Keep { live, .. } => Some(Fate { at, done: Done::already(live.clone()), ended: None }),
            _ => None,
        })
    }

    /// The object from before a write, if it's the same one.
    fn before(&self, position: usize, written: &Value) -> Option<&Value> {
        match &self.planned.work[position] {
            Work::Write { live, .. } => live.as_ref().filter(|live| is_same(live, written)),
            _ => None,
        }
    }

    /// Waits for health, and meanwhile drafts the record.
    async fn wait_for(
        &self,
        watches: &Watches,
        fates: &mut [Fate],
        limit: Duration,
        (start, secrets): (Timestamp, &Secrets<'_>),
        on_event: &mut dyn FnMut(Event),
    ) -> Option<Drafts> {
        let mut waited = Vec::new();
        let mut awaited = Vec::new();
        for (nth, fate) in fates.iter().enumerate().filter(|(_, fate)| fate.ended.is_none()) {
            let Some(written) = &fate.done.returned else { continue };
            let Some(at) = self.planned.work[fate.at].desired() else { continue };
            let object = &self.planned.desired[at];
            waited.push(nth);
            awaited.push(Awaited {
                id: object.id().clone(),
                resource: object.resource.clone(),
                written: written.clone(),
                baseline: Some(baseline(self.before(fate.at, written), start)),
                rule: self.setup.rules.health_of(&object.id().kind),
                limit: self.setup.rules.patience_with(&object.id().kind),
            });
        }
        let mut scrubbed = |event: Event| on_event(secrets.scrub_event(event));
        let drafting = OptionFuture::from(self.drafting.as_ref().map(|drafting| drafting.drafts(fates)));
        let waiting = wait(watches, awaited, limit, self.stop, &mut scrubbed);
        let (ended, drafts) = join(waiting, drafting).await;
        for (nth, ended) in waited.into_iter().zip(ended) {
            fates[nth].ended = Some(secrets.scrub_ended(ended));
        }
        drafts
    }
}

/// What was seen of an object before its write, and when that was.
fn baseline(before: Option<&Value>, start: Timestamp) -> Baseline {
    before.map(Baseline::of).unwrap_or_default().written_at(start)
}

/// Whether it's one object, and not one and its successor.
fn is_same(before: &Value, after: &Value) -> bool {
    before["metadata"]["uid"] == after["metadata"]["uid"]
}
