//! A run: the lock, the plan made again, the inventory widened, the plan carried
//! out, the record, the inventory narrowed. In this order a run that is killed
//! at any moment leaves nothing outside of the inventory.

use std::time::{Duration, Instant};

use futures::future::join;
use jiff::Timestamp;

use super::assemble::Work;
use super::attempting::{self, Ending};
use super::carry::{Carried, Carrying};
use super::expecting::Expected;
use super::explain::warned;
use super::failure;
use super::fates::{Fate, Halt, milliseconds, note_of_kept, outcomes, result, since};
use super::leaving::Departure;
use super::locked::Locked;
use super::planning::{Options, Planned, plan_again};
use super::refusing::explained;
use super::resolve::{Desired, defined_kinds};
use super::setup::Setup;
use super::telling::Telling;
use super::unwell;
use crate::apply::{ActionOutcome, ActionResult, Event, Manner, RunResult, Stop, TargetOutcome};
use crate::cluster::{ApplyMode, Cluster, MANAGER, Resource};
use crate::error::{CommandError, Diagnostic, Exit};
use crate::git::CommitId;
use crate::health::Health;
use crate::json::{Value, json};
use crate::object::{ObjectId, ObjectRef};
use crate::parallel;
use crate::plan::{TargetPlan, Verb};
use crate::release::actor::{host, server_user};
use crate::release::{Actor, HeldBy, Holder, Lock, LockError, ReleaseResult, Run, State, inventory, lock};
use crate::render::Vars;

/// What follows a run, and answers for whoever started it.
pub trait Listener: Send {
    /// Something happened.
    fn event(&mut self, event: Event);
    /// Another run holds the lock and is waited for.
    fn waits_for(&mut self, held: &HeldBy);
    /// The plan has changed since it was shown. Whether to go on with this one.
    fn agrees(&mut self, planned: &Planned) -> bool;
    /// The run failed, and this puts an earlier release back.
    fn rolls_back(&mut self, failed: &TargetOutcome, undone: &Undone, planned: &Planned);
}

/// What a rollback undoes and puts back.
#[derive(Debug, Clone)]
pub struct Undone {
    /// The release that is undone.
    pub of: u64,
    /// The release that is put back, if it is one.
    pub to: Option<u64>,
    /// Whether trueup does it by itself, after a failure.
    pub automatic: bool,
    /// The variables of the command line that are others than the release had that is put
    /// back: their names.
    pub others: Vec<String>,
    /// Nothing may be deployed from then on until that is ended: why, which may be empty.
    pub holds_everything: Option<String>,
}

impl Undone {
    /// One that somebody asked for, as the release was.
    pub(super) fn by_hand(of: u64, to: Option<u64>) -> Self {
        Self { of, to, automatic: false, others: Vec::new(), holds_everything: None }
    }
}

/// What was deployed at an earlier commit, by the configuration in hand and these
/// variables.
pub type Earlier<'a> = dyn Fn(&CommitId, &Vars) -> Result<Setup, CommandError> + 'a;

/// How to run.
#[derive(Debug, Clone)]
pub struct RunOptions {
    /// How to plan.
    pub planning: Options,
    /// Why guards are overridden.
    pub reason: Option<String>,
    /// Start nothing more after the first failure.
    pub fail_fast: bool,
    /// How long to wait for health; not at all when absent.
    pub wait: Option<Duration>,
    /// Judge the unchanged objects, too: the run fails where they aren't healthy.
    pub wait_for_all: bool,
    /// How long to wait for another run on the same target.
    pub lock_timeout: Duration,
    /// What the plan must be.
    pub expected: Option<Expected>,
    /// What a rollback undoes.
    pub undone: Option<Undone>,
    /// Live Secrets stay as they are when this run is undone.
    pub keeps_secrets_back: bool,
    /// Nothing came between the plan and the run: nobody was asked, and no other
    /// environment had its turn.
    pub is_fresh: bool,
}

/// Who runs this, and in which pipeline.
pub(super) struct Identity {
    pub(super) actor: Actor,
    pub(super) run: Option<Run>,
    pub(super) host: Option<String>,
}

impl Identity {
    /// As the holder of a lock, from now on.
    pub(super) fn holder(&self) -> Holder {
        Holder::this(&self.actor, self.run.as_ref(), self.host.clone(), Timestamp::now())
    }
}

/// Finds that out.
pub(super) async fn identify(cluster: &Cluster) -> Result<Identity, CommandError> {
    let environment = |name: &str| std::env::var(name).ok();
    let run = Run::detect(&environment);
    let user = server_user(cluster).await.map_err(Diagnostic::from)?;
    let host = host(&environment);
    let actor = Actor::new(user, run.as_ref(), host.as_deref(), &environment);
    Ok(Identity { actor, run, host })
}

/// Runs a plan that was shown and agreed to. When it fails and earlier commits can be
/// deployed, the last healthy release is put back.
pub async fn run(
    setup: &Setup,
    cluster: &Cluster,
    planned: Planned,
    options: &RunOptions,
    earlier: Option<&Earlier<'_>>,
    stop: &Stop,
    listener: &mut dyn Listener,
) -> Result<TargetOutcome, CommandError> {
    let ongoing = Ongoing { setup, cluster, options, earlier, stop, start: Instant::now() };
    match planned.memory {
        None => Ok(ongoing.without_inventory(&planned, listener).await),
        Some(_) if planned.plan.is_empty() && !ongoing.has_to_go_on(&planned) => {
            Ok(ongoing.unchanged(&planned).await)
        }
        Some(_) => ongoing.with_inventory(planned, listener).await,
    }
}

/// Whether what was written last is on no record any more.
pub(super) fn lacks_record(planned: &Planned) -> bool {
    planned.memory.as_ref().is_some_and(|memory| memory.is_record_lost)
}

/// Whether any of these objects wasn't seen to be healthy by the last release.
fn is_part_unsettled(planned: &Planned) -> bool {
    let record = planned.memory.as_ref().and_then(|memory| memory.record.as_ref());
    let health = |object: &Desired| record?.find(object.id())?.health;
    record.is_some_and(|record| record.summary.result != ReleaseResult::Healthy)
        && planned.desired.iter().any(|object| health(object) != Some(Health::Ready))
}

/// What all steps of a run share.
pub(super) struct Ongoing<'a> {
    pub(super) setup: &'a Setup,
    pub(super) cluster: &'a Cluster,
    pub(super) options: &'a RunOptions,
    pub(super) earlier: Option<&'a Earlier<'a>>,
    pub(super) stop: &'a Stop,
    pub(super) start: Instant,
}

/// The lock, once this run has it.
struct Taken {
    lock: Lock,
    telling: Telling,
    /// Another run had it first.
    waited: bool,
}

/// What became of planning again under the lock.
enum Again {
    /// The plan may be carried out.
    Agreed,
    /// A guard refuses it now.
    Refused,
    /// It's another one, which nobody agreed to.
    Declined,
    /// A newer commit was deployed meanwhile.
    Superseded,
}

impl Ongoing<'_> {
    /// Whether unchanged objects have to be judged too, because the release before
    /// wasn't seen to be healthy.
    pub(super) fn is_unsettled(&self, planned: &Planned, state: &State) -> bool {
        let is_part = self.options.planning.selection.is_some();
        let is_unsettled = if is_part { is_part_unsettled(planned) } else { state.is_unsettled() };
        // What comes when everything is ready waits for what wasn't the last time.
        let waits = self.options.wait.is_some() || planned.has_late_hooks();
        waits && is_unsettled
    }

    /// What the run is limited to, in words: a part that is chosen, or what leaves.
    pub(super) fn selection(&self) -> Option<String> {
        let planning = &self.options.planning;
        if let Some(selection) = &planning.selection {
            return Some(if planning.adopts {
                format!("adopt {}", selection.names())
            } else {
                selection.to_string()
            });
        }
        let named = match planning.departure.as_ref()? {
            Departure::Everything => return Some("delete".to_owned()),
            Departure::Objects(named) => named,
        };
        let named: Vec<String> = named.iter().map(ToString::to_string).collect();
        Some(format!("forget {}", named.join(" ")))
    }

    /// Whether unchanged objects are to be judged in any case.
    pub(super) fn waits_for_all(&self) -> bool {
        self.options.wait.is_some() && self.options.wait_for_all
    }

    /// Whether a run that changes nothing still has to note another commit, or to
    /// find out what became of the run before: one that was killed, or one that
    /// didn't become healthy. A job that is tried again must not turn green by
    /// having nothing to do.
    fn has_to_go_on(&self, planned: &Planned) -> bool {
        let parent = planned.memory.as_ref().and_then(|memory| memory.parent.as_ref());
        let Some(parent) = parent.filter(|_| !self.options.planning.deletes_everything()) else {
            return true;
        };
        if self.options.planning.selection.is_some() {
            return self.waits_for_all() || self.is_unsettled(planned, &parent.state);
        }
        let commit = planned.plan.commit.as_ref();
        let same = parent.state.deployed.as_ref().is_some_and(|deployed| {
            deployed.commit.as_ref() == commit.map(|commit| &commit.sha)
                && deployed.dirty == commit.is_some_and(|commit| commit.dirty)
        });
        !same
            || lacks_record(planned)
            || parent.state.needs_record(false)
            || self.waits_for_all()
            || self.is_unsettled(planned, &parent.state)
    }

    async fn without_inventory(&self, planned: &Planned, listener: &mut dyn Listener) -> TargetOutcome {
        let Carried { fates, .. } = self
            .carrying(planned, self.stop, self.waits_for_all())
            .carry_out(&mut |event| listener.event(event))
            .await;
        let halt = self.stop.borrow().is_some().then_some(Halt::Interrupted);
        self.outcome(planned, &fates, halt).await
    }

    pub(super) fn carrying<'c>(
        &'c self,
        planned: &'c Planned,
        stop: &'c Stop,
        judge_all: bool,
    ) -> Carrying<'c> {
        Carrying {
            setup: self.setup,
            cluster: self.cluster,
            planned,
            manner: Manner { concurrency: self.cluster.concurrency(), fail_fast: self.options.fail_fast },
            wait: self.options.wait,
            judge_all,
            stop,
            defined: defined_kinds(&planned.desired),
            drafting: None,
        }
    }

    async fn with_inventory(
        &self,
        mut planned: Planned,
        listener: &mut dyn Listener,
    ) -> Result<TargetOutcome, CommandError> {
        let identity = identify(self.cluster).await?;
        let made_namespace = self.bootstrap(&planned).await?;
        if let Some(id) = planned.bootstrap.clone().filter(|_| made_namespace) {
            listener.event(Event::Written { id: id.clone(), verb: Verb::Create });
            planned.made = Some(id);
        }
        let outcome = self.under_lock(&mut planned, &identity, listener).await;
        parallel::discard(planned);
        // The namespace is there now, whatever came after.
        outcome.map_err(|error| if made_namespace { partly(error) } else { error })
    }

    async fn under_lock(
        &self,
        planned: &mut Planned,
        identity: &Identity,
        listener: &mut dyn Listener,
    ) -> Result<TargetOutcome, CommandError> {
        let Some(Taken { lock, telling, waited }) = self.lock(planned, identity, listener).await? else {
            return Ok(blank(&planned.plan, RunResult::Interrupted));
        };
        let mut ending = None;
        let mut outcome = match self.again(planned, waited, listener).await {
            Ok(Again::Agreed) => {
                let locked = Locked { ongoing: self, planned, identity, lock: &lock, telling: &telling };
                match locked.run(listener).await {
                    Ok(outcome) => Ok(locked.undo_failure(outcome, listener).await),
                    Err(error) => {
                        ending = Some(Ending::error(&error));
                        Err(error)
                    }
                }
            }
            Ok(Again::Refused) => {
                ending = Some(Ending::refused(&planned.plan.guards));
                Ok(refused(planned))
            }
            Ok(Again::Superseded) => Ok(superseded(planned)),
            Ok(Again::Declined) => {
                Err(Diagnostic::new("not applied: the plan changed and wasn't confirmed").into())
            }
            Err(error) => {
                ending = Some(Ending::error(&error));
                Err(error)
            }
        };
        if let Some(ending) = ending {
            let unnoted = attempting::note(self.cluster, planned, identity, self.selection(), ending).await;
            outcome.iter_mut().for_each(|outcome| outcome.notes.extend(unnoted.clone()));
        }
        let is_deleted = outcome.as_ref().is_ok_and(|outcome| outcome.result == RunResult::Deleted);
        let release = async { if is_deleted { lock.remove().await } else { lock.release().await } };
        let (released, ()) = join(release, telling.finish()).await;
        let mut outcome = outcome?;
        if let Err(error) = released {
            outcome.notes.push(format!("the lock could not be released and expires by itself: {error}"));
        }
        Ok(outcome)
    }

    /// Takes the lock; `None` when the run was interrupted while it waited.
    async fn lock(
        &self,
        planned: &Planned,
        identity: &Identity,
        listener: &mut dyn Listener,
    ) -> Result<Option<Taken>, CommandError> {
        let Some(memory) = &planned.memory else { return Ok(None) };
        let mut waited = false;
        let holder = identity.holder();
        let waits = |held: &HeldBy| {
            waited = true;
            listener.waits_for(held);
        };
        let acquiring = lock::acquire(self.cluster, &memory.target, holder, self.options.lock_timeout, waits);
        let mut stop = self.stop.clone();
        let taken = tokio::select! {
            // A lock that is half taken ends with this process.
            Ok(_) = stop.wait_for(Option::is_some) => return Ok(None),
            taken = acquiring => taken.map_err(locked_out)?,
        };
        let telling = Telling::new(self.cluster, &memory.target);
        Ok(Some(Taken { lock: taken, telling, waited }))
    }

    /// Whether the plan needn't be made again: nothing came between it and the lock,
    /// and no other run wrote meanwhile, which the inventory would tell. Whoever else
    /// writes could do so the moment after a second plan just as well: that is what the
    /// preconditions of each write are for.
    async fn is_still_true(&self, planned: &Planned, waited: bool) -> Result<bool, CommandError> {
        let Some(memory) = planned.memory.as_ref().filter(|_| self.options.is_fresh && !waited) else {
            return Ok(false);
        };
        if planned.bootstrap.is_some() {
            return Ok(false);
        }
        let parent = inventory::read(self.cluster, &memory.target).await.map_err(Diagnostic::from)?;
        Ok(parent == memory.parent)
    }

    /// Makes the namespace that lock and inventory live in, if it's missing.
    /// Whether it had to.
    async fn bootstrap(&self, planned: &Planned) -> Result<bool, CommandError> {
        let Some(id) = &planned.bootstrap else { return Ok(false) };
        match planned.work_on(id) {
            Some(Work::Write { at, body, .. }) => self.make_desired(planned, *at, body, id).await,
            _ => self.make_bare(id).await,
        }
    }

    /// As the set has it.
    async fn make_desired(
        &self,
        planned: &Planned,
        at: usize,
        body: &Value,
        id: &ObjectId,
    ) -> Result<bool, CommandError> {
        let namespaces = Resource::core("Namespace", "namespaces", false);
        let sent = self.cluster.apply(&namespaces, None, &id.name, body, MANAGER, ApplyMode::default()).await;
        sent.map_err(|error| explained(self.setup, &planned.desired[at].manifest, error))?;
        Ok(true)
    }

    async fn make_bare(&self, id: &ObjectId) -> Result<bool, CommandError> {
        let namespaces = Resource::core("Namespace", "namespaces", false);
        let body = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": id.name}});
        match self.cluster.create(&namespaces, None, &body, MANAGER).await {
            Err(error) if error.is_already_exists() => Ok(false),
            Err(error) => Err(Diagnostic::from(error).into()),
            Ok(_) => Ok(true),
        }
    }

    /// Plans the same objects again, now that nobody else deploys here, unless the plan is
    /// still true. One that is no longer the one that was agreed to is asked about.
    async fn again(
        &self,
        planned: &mut Planned,
        waited: bool,
        listener: &mut dyn Listener,
    ) -> Result<Again, CommandError> {
        if self.is_still_true(planned, waited).await? {
            return Ok(Again::Agreed);
        }
        let (agreed, made) = (planned.identity.clone(), planned.made.take());
        *planned = plan_again(self.setup, self.cluster, &self.options.planning, planned).await?;
        planned.made = made;
        if planned.superseded.is_some() {
            return Ok(Again::Superseded);
        }
        if let Some(expected) = self.options.expected.as_ref().filter(|_| planned.identity != agreed) {
            return Err(expected.stale(&planned.plan));
        }
        if planned.is_refused() {
            return Ok(Again::Refused);
        }
        if planned.identity != agreed && !listener.agrees(planned) {
            return Ok(Again::Declined);
        }
        Ok(Again::Agreed)
    }

    /// What came of it, with the first failure told in full.
    pub(super) async fn outcome(
        &self,
        planned: &Planned,
        fates: &[Fate],
        halt: Option<Halt>,
    ) -> TargetOutcome {
        let result = result(planned, fates, self.options.wait.is_some(), halt);
        let is_well = matches!(result, RunResult::Healthy | RunResult::Applied | RunResult::Unchanged);
        let failure = if is_well { None } else { failure::of(self.cluster, planned, fates, result).await };
        let mut notes = planned.plan.notes.clone();
        let warned = warned(self.setup, self.cluster, planned.objects());
        notes.extend(warned.into_iter().filter(|warning| !planned.plan.notes.contains(warning)));
        notes.extend(fates.iter().filter_map(|fate| fate.done.hook.as_ref()?.left.clone()));
        if halt.is_none() {
            notes.extend(unwell::note(self.cluster, &self.setup.rules, planned, fates).await);
        }
        notes.extend(note_of_kept(planned, fates).filter(|_| is_well));
        notes.extend(halt.map(|halt| format!("no new writes were started: {}", halt.words())));
        TargetOutcome {
            actions: made(planned).into_iter().chain(outcomes(planned, fates)).collect(),
            summary: planned.summary(),
            failure,
            requests: self.cluster.requests(),
            duration_ms: milliseconds(self.start.elapsed()),
            notes,
            ..blank(&planned.plan, result)
        }
    }

    pub(super) async fn unchanged(&self, planned: &Planned) -> TargetOutcome {
        let mut outcome = blank(&planned.plan, RunResult::Unchanged);
        outcome.notes.extend(unwell::note(self.cluster, &self.setup.rules, planned, &[]).await);
        outcome.release = planned.plan.deployed.as_ref().map(|deployed| deployed.release);
        outcome.duration_ms = since(self.start) + planned.plan.duration_ms;
        outcome
    }
}

/// What became of the state namespace, when this run made it.
fn made(planned: &Planned) -> Option<ActionOutcome> {
    let id = planned.made.as_ref()?;
    Some(ActionOutcome {
        object: ObjectRef::new(id, "v1"),
        action: Verb::Create,
        result: ActionResult::Done,
        health: None,
        hook: None,
        reason: None,
        duration_ms: 0,
    })
}

pub(super) fn locked_out(error: LockError) -> CommandError {
    let exit = if matches!(error, LockError::Held { .. }) { Exit::Refused } else { Exit::Error };
    CommandError::new(exit, Diagnostic::from(error))
}

/// Something was written before this went wrong.
fn partly(error: CommandError) -> CommandError {
    CommandError { exit: if error.exit == Exit::Error { Exit::Partial } else { error.exit }, ..error }
}

/// What comes of a commit that is older than the deployed one, where that is no matter.
pub fn superseded(planned: &Planned) -> TargetOutcome {
    let mut outcome = blank(&planned.plan, RunResult::Superseded);
    outcome.notes.extend(planned.superseded.clone());
    outcome
}

/// What a plan that a guard refuses comes to.
pub fn refused(planned: &Planned) -> TargetOutcome {
    blank(&planned.plan, RunResult::Refused)
}

pub(super) fn blank(plan: &TargetPlan, result: RunResult) -> TargetOutcome {
    TargetOutcome {
        target: plan.target.clone(),
        selection: plan.selection.clone(),
        cluster: plan.cluster.clone(),
        namespace: plan.namespace.clone(),
        commit: plan.commit.clone(),
        release: None,
        digest: plan.digest.clone(),
        result,
        actions: Vec::new(),
        summary: plan.summary,
        guards: plan.guards.clone(),
        notes: plan.notes.clone(),
        failure: None,
        rollback: None,
        requests: plan.requests,
        duration_ms: plan.duration_ms,
    }
}
