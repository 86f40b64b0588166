//! The part of a run that writes, under the lock: the inventory is widened, the
//! plan carried out, the release recorded, the inventory narrowed.

use std::collections::BTreeSet;

use futures::future::join;
use jiff::Timestamp;
use tokio::sync::watch;

use super::assemble::Work;
use super::attempting::Ending;
use super::carry::{Carried, Carrying};
use super::drafting::{Drafting, Drafts};
use super::fates::{Fate, Halt};
use super::holding::{self, Rendering, Undoing};
use super::leaving::unfinished;
use super::memory::Memory;
use super::observe;
use super::planning::Planned;
use super::recording::{Circumstances, commit_of, record};
use super::running::{Identity, Listener, Ongoing, lacks_record};
use super::telling::Telling;
use super::variables::digested;
use crate::apply::{ActionResult, RunResult, Stop, TargetOutcome};
use crate::error::{CommandError, Diagnostic};
use crate::object::GroupKind;
use crate::parallel;
use crate::plan::{Judgement, Verb};
use crate::release::history::{list_summaries, stored, trim, write_record};
use crate::release::key::ensure_key;
use crate::release::{
    Attempt, DigestKey, Hold, Listed, Lock, Override, PART_OF, Parent, Pointer, Record, ReleaseResult,
    Rollback, Running, State, inventory,
};

/// A run that holds the lock.
pub(super) struct Locked<'a> {
    pub(super) ongoing: &'a Ongoing<'a>,
    pub(super) planned: &'a Planned,
    pub(super) identity: &'a Identity,
    pub(super) lock: &'a Lock,
    pub(super) telling: &'a Telling,
}

/// A run that is about to write.
struct Begun {
    parent: Parent,
    release: u64,
    started_at: Timestamp,
    key: DigestKey,
    /// What the run before wrote is on no record.
    was_killed: bool,
    /// What was held before.
    former_hold: Option<Hold>,
    /// The releases before this one, newest first.
    releases: Vec<Listed>,
}

impl Locked<'_> {
    pub(super) async fn run(&self, listener: &mut dyn Listener) -> Result<TargetOutcome, CommandError> {
        let Some(memory) = &self.planned.memory else {
            return Ok(self.ongoing.unchanged(self.planned).await);
        };
        let (parent, releases) = self.caught_up(memory).await?;
        let is_part = self.ongoing.options.planning.selection.is_some();
        if let Some(unfinished) = unfinished(&parent.state).filter(|_| is_part) {
            return Err(unfinished.into());
        }
        let was_killed = !is_part && (parent.state.needs_record(false) || lacks_record(self.planned));
        let is_unsettled = was_killed || self.ongoing.is_unsettled(self.planned, &parent.state);
        let deletes = self.ongoing.options.planning.deletes_everything();
        if self.planned.plan.is_empty() && !is_unsettled && !deletes {
            let notes = if is_part { Vec::new() } else { self.note_commit(memory, parent).await? };
            let mut outcome = self.untouched(listener).await;
            outcome.notes.extend(notes);
            return Ok(outcome);
        }
        let judge_all = is_unsettled || self.ongoing.waits_for_all();
        let begun = self.begin(memory, parent, releases, was_killed).await?;
        self.telling.begins(&begun.parent);
        let (stop, _forwarding) = stopped_by(self.ongoing.stop, self.lock);
        let drafting = self.drafting(memory, &begun);
        let carrying = self.ongoing.carrying(self.planned, &stop, judge_all);
        let carrying = Carrying { drafting: Some(drafting), ..carrying };
        let Carried { fates, drafts } = carrying.carry_out(&mut |event| listener.event(event)).await;
        let halt = self.halt();
        let mut outcome = self.ongoing.outcome(self.planned, &fates, halt).await;
        if halt == Some(Halt::LockLost) {
            outcome.notes.push("nothing was recorded, because the lock was lost".to_owned());
            return Ok(outcome);
        }
        if deletes && fates.iter().all(|fate| fate.done.result == ActionResult::Done) {
            match self.delete_memory(memory, &begun.parent).await {
                Ok(()) => {
                    outcome.result = RunResult::Deleted;
                    return Ok(outcome);
                }
                Err(why) => self.left_over(why, &mut outcome),
            }
        }
        let (parent, release) = (begun.parent.clone(), begun.release);
        self.conclude(memory, begun, &fates, drafts, &mut outcome).await;
        parallel::discard(fates);
        self.telling.ends(&parent, release, &outcome);
        Ok(outcome)
    }

    /// There is nothing to do, and nothing to record. Whether all is healthy is looked at
    /// where that is asked for.
    async fn untouched(&self, listener: &mut dyn Listener) -> TargetOutcome {
        let unchanged = self.ongoing.unchanged(self.planned).await;
        if !self.ongoing.waits_for_all() {
            return unchanged;
        }
        let (stop, _forwarding) = stopped_by(self.ongoing.stop, self.lock);
        let carrying = self.ongoing.carrying(self.planned, &stop, true);
        let Carried { fates, .. } = carrying.carry_out(&mut |event| listener.event(event)).await;
        let outcome = self.ongoing.outcome(self.planned, &fates, self.halt()).await;
        TargetOutcome { release: unchanged.release, ..outcome }
    }

    /// All members were deleted, but something is left.
    fn left_over(&self, why: Diagnostic, outcome: &mut TargetOutcome) {
        outcome.result = if self.halt().is_some() { RunResult::Interrupted } else { RunResult::Partial };
        let (why, target) = (why.in_one_line(), &self.planned.plan.target);
        outcome.notes.push(format!("{why}; `trueup delete {target}` again finishes it"));
    }

    pub(super) fn halt(&self) -> Option<Halt> {
        if *self.lock.lost().borrow() {
            return Some(Halt::LockLost);
        }
        self.ongoing.stop.borrow().is_some().then_some(Halt::Interrupted)
    }

    /// The inventory, with every release that it doesn't know of yet, and all releases.
    async fn caught_up(&self, memory: &Memory) -> Result<(Parent, Vec<Listed>), CommandError> {
        let releases =
            list_summaries(self.ongoing.cluster, &memory.target).await.map_err(Diagnostic::from)?;
        let mut parent = memory.parent.clone().unwrap_or_else(|| Parent::new(&memory.target));
        parent.state.catch_up(releases.iter().filter_map(Listed::summary));
        Ok((parent, releases))
    }

    /// Takes everything that is about to be written into the inventory, under
    /// the number of a new release.
    async fn begin(
        &self,
        memory: &Memory,
        mut parent: Parent,
        releases: Vec<Listed>,
        was_killed: bool,
    ) -> Result<Begun, CommandError> {
        let started_at = Timestamp::now();
        let former_hold = parent.state.hold.clone();
        // From here on, so that nobody deploys it again after a rollback that is killed.
        if self.ongoing.options.undone.is_some() {
            parent.state.hold = self.held(&parent.state, started_at);
        }
        let release = parent.state.next_release(releases.first().map(Listed::release));
        let (kinds, namespaces) = spanned(self.planned);
        let running = Running {
            release,
            commit: self.planned.plan.commit.as_ref().map(|commit| commit_of(commit, Vec::new()).bounded()),
            started_at,
            actor: self.identity.actor.name.clone(),
        };
        let cluster = self.ongoing.cluster;
        let parent = inventory::widen(cluster, &memory.target, parent, &kinds, &namespaces, running).await;
        let parent = parent.map_err(Diagnostic::from)?;
        let has_secrets = self.planned.objects().any(|object| !object.manifest.secrets.is_empty());
        let key = if has_secrets { ensure_key(cluster, &memory.target).await } else { memory.key.clone() };
        Ok(Begun { parent, release, started_at, key, was_killed, former_hold, releases })
    }

    /// Records what came of it. What can't be recorded is told in the outcome:
    /// the objects are written all the same.
    async fn conclude(
        &self,
        memory: &Memory,
        begun: Begun,
        fates: &[Fate],
        drafts: Option<Drafts>,
        outcome: &mut TargetOutcome,
    ) {
        let record = self.record(memory, &begun, fates, drafts, outcome).await;
        let release = record.as_ref().map(|record| record.summary.release);
        let ending = Ending::of(outcome).filter(|_| record.is_none());
        let attempt =
            ending.map(|it| it.attempt(begun.release, self.planned, self.identity, self.ongoing.selection()));
        let is_complete = fates.iter().all(|fate| fate.done.result == ActionResult::Done);
        match self.remember(memory, begun, record.ok_or(attempt), is_complete).await {
            Ok(notes) => {
                outcome.release = release;
                outcome.notes.extend(notes);
            }
            Err(error) => {
                outcome.notes.extend(error.diagnostics.iter().map(unrecorded));
                if !matches!(outcome.result, RunResult::Failed | RunResult::Interrupted) {
                    outcome.result = RunResult::Partial;
                }
            }
        }
    }

    fn drafting<'d>(&'d self, memory: &'d Memory, begun: &'d Begun) -> Drafting<'d> {
        Drafting { planned: self.planned, memory, key: &begun.key }
    }

    /// A release is what wrote something, and what puts a killed run's traces
    /// on record.
    async fn record(
        &self,
        memory: &Memory,
        begun: &Begun,
        fates: &[Fate],
        drafts: Option<Drafts>,
        outcome: &TargetOutcome,
    ) -> Option<Record> {
        let wrote = fates.iter().any(|fate| {
            fate.done.touched
                || (fate.done.result == ActionResult::Done
                    && self.planned.plan.actions[fate.at].action != Verb::Unchanged)
        });
        // Or what shows that the release before became healthy after all.
        let settles = outcome.result == RunResult::Healthy
            || (begun.was_killed && outcome.result != RunResult::Interrupted);
        if !wrote && !settles {
            return None;
        }
        let undone = self.ongoing.options.undone.as_ref();
        let circumstances = Circumstances {
            release: begun.release,
            actor: self.identity.actor.clone(),
            run: self.identity.run.clone(),
            started_at: begun.started_at,
            finished_at: Timestamp::now(),
            vars: digested(&self.planned.vars, &self.ongoing.setup.given, &begun.key),
            trailers: self.trailers(),
            rollback: undone.map(|undone| Rollback {
                of: undone.of,
                to: undone.to,
                automatic: undone.automatic,
            }),
            overrides: self.overrides(),
            selection: self.ongoing.selection(),
            cause: outcome.failure.as_ref().map(|failure| failure.cause.message.clone()),
            killed: begun.parent.state.killed.clone(),
        };
        record(&self.drafting(memory, begun), drafts, fates, outcome.result, circumstances).await
    }

    /// Writes the record, or what there is to tell of a run that wrote nothing; then what
    /// points to it, with the inventory narrowed when all of the plan was carried out;
    /// then trims old records. Notes tell what went wrong after the record was safe.
    async fn remember(
        &self,
        memory: &Memory,
        begun: Begun,
        record: Result<Record, Option<Attempt>>,
        is_complete: bool,
    ) -> Result<Vec<String>, CommandError> {
        let (cluster, target) = (self.ongoing.cluster, &memory.target);
        let (mut parent, mut releases) = (begun.parent, begun.releases);
        let mut notes = Vec::new();
        match record {
            Ok(record) => {
                write_record(cluster, target, &record).await.map_err(Diagnostic::from)?;
                parent.state.finish(&record.summary);
                let is_well =
                    matches!(record.summary.result, ReleaseResult::Healthy | ReleaseResult::Applied);
                notes.extend(self.settle_hold(&mut parent.state, &begun.key, is_well));
                releases.insert(0, Listed::Summary(Box::new(record.summary.clone())));
                parallel::discard(record);
            }
            Err(attempt) => {
                parent.state.give_up();
                parent.state.hold = begun.former_hold;
                attempt.into_iter().for_each(|attempt| parent.state.attempted(attempt));
            }
        }
        let pinned = parent.state.pinned();
        let (noted, stored) =
            join(self.note(memory, parent, is_complete, &mut notes), stored(cluster, target)).await;
        noted?;
        let keep =
            self.ongoing.setup.inventory.as_ref().map_or(usize::MAX, |inventory| inventory.keep as usize);
        let trimming = async { trim(cluster, target, &releases, &stored?, keep, &pinned).await };
        if let Err(error) = trimming.await {
            notes.push(format!("old releases could not be trimmed: {error}"));
        }
        Ok(notes)
    }

    /// Writes what the inventory is after a run, with no more kinds and namespaces than
    /// remain when all of the plan was carried out.
    async fn note(
        &self,
        memory: &Memory,
        parent: Parent,
        is_complete: bool,
        notes: &mut Vec<String>,
    ) -> Result<(), CommandError> {
        let (cluster, target) = (self.ongoing.cluster, &memory.target);
        let narrows = is_complete && self.ongoing.options.planning.removes();
        let remaining = if narrows { Some(self.remaining(memory).await) } else { None };
        let remaining = remaining.and_then(|span| span.map_err(|error| notes.extend(told(&error))).ok());
        let written = match remaining {
            Some((kinds, namespaces)) => {
                inventory::narrow(cluster, target, parent, &kinds, &namespaces).await
            }
            None => inventory::write(cluster, target, parent).await,
        };
        written.map(drop).map_err(|error| Diagnostic::from(error).into())
    }

    /// The kinds and namespaces in which members remain: the desired ones, and
    /// those in which something stays or is still being deleted.
    async fn remaining(&self, memory: &Memory) -> Result<Span, CommandError> {
        let (mut kinds, mut namespaces) = desired_span(self.planned);
        let id = memory.target.applyset_id();
        for work in &self.planned.work {
            let (Work::Delete { resource, live } | Work::Forget { resource, live }) = work else { continue };
            let gone = observe::id_of(&resource.kind, live);
            let left = self.ongoing.cluster.get(resource, gone.namespace.as_deref(), &gone.name).await;
            let left = left.map_err(Diagnostic::from)?;
            if left.is_some_and(|object| object["metadata"]["labels"][PART_OF] == id.as_str()) {
                kinds.insert(gone.kind);
                namespaces.extend(gone.namespace);
            }
        }
        for member in &self.planned.lingering {
            kinds.insert(member.kind.clone());
            namespaces.extend(member.namespace.clone());
        }
        for kind in &self.planned.unknown_kinds {
            kinds.insert(kind.clone());
            namespaces.extend(memory.namespaces());
        }
        Ok((kinds, namespaces))
    }

    /// A run that changes nothing moves the commit and not the number.
    async fn note_commit(&self, memory: &Memory, mut parent: Parent) -> Result<Vec<String>, CommandError> {
        if self.ongoing.options.undone.is_some() {
            parent.state.hold = self.held(&parent.state, Timestamp::now());
        }
        let commit = self.planned.plan.commit.as_ref();
        let pointer = Pointer {
            release: 0,
            commit: commit.map(|commit| commit.sha.clone()),
            dirty: commit.is_some_and(|commit| commit.dirty),
            at: Timestamp::now(),
            actor: self.identity.actor.name.clone(),
            run: self.identity.run.as_ref().map(|run| run.reference().to_owned()),
        };
        let number = |pointer: &Option<Pointer>| pointer.as_ref().map(|pointer| pointer.release);
        let healthy = number(&parent.state.healthy) == number(&parent.state.deployed);
        parent.state.move_to(pointer, healthy);
        let notes = self.settle_hold(&mut parent.state, &memory.key, healthy);
        inventory::write(self.ongoing.cluster, &memory.target, parent).await.map_err(Diagnostic::from)?;
        Ok(notes)
    }

    /// What is held once this rollback is under way.
    fn held(&self, state: &State, at: Timestamp) -> Option<Hold> {
        let undone = self.ongoing.options.undone.as_ref()?;
        let (setup, planned, by) = (self.ongoing.setup, self.planned, &self.identity.actor.name);
        Undoing { setup, planned, undone, state, by, at }.hold()
    }

    /// A rollback tells what it holds; the deployment of a commit that the hold let pass
    /// may be the end of it, once that is well.
    fn settle_hold(&self, state: &mut State, key: &DigestKey, is_well: bool) -> Vec<String> {
        let options = self.ongoing.options;
        let setup = self.ongoing.setup;
        if options.undone.is_some() {
            return state.hold.iter().flat_map(|hold| holding::told(hold, setup)).collect();
        }
        let is_whole = options.planning.selection.is_none() && options.planning.departure.is_none();
        let Some(hold) = state.hold.take_if(|_| is_whole && is_well) else { return Vec::new() };
        let repository = setup.origin.repository().map(|repository| repository.history());
        let was_committed = !hold.commits.is_empty();
        let rendering = Rendering::of(self.planned.objects().collect(), key, true);
        state.hold = holding::after(hold, repository, self.planned.plan.commit.as_ref(), &rendering);
        let why = if was_committed {
            "what was rolled back is in this commit's history"
        } else {
            "what was rolled back is mended"
        };
        let is_over = state.hold.is_none();
        is_over.then(|| format!("the hold is over, since {why}")).into_iter().collect()
    }

    fn trailers(&self) -> Vec<(String, String)> {
        let found = || {
            let repository = self.ongoing.setup.origin.repository()?;
            let id = self.planned.plan.commit.as_ref()?.sha.parse().ok()?;
            Some(repository.commit(&id).ok()?.trailers)
        };
        found().unwrap_or_default()
    }

    fn overrides(&self) -> Vec<Override> {
        let options = self.ongoing.options;
        let reason = options.reason.clone().unwrap_or_default();
        let guards = &self.planned.plan.guards;
        let passed = |name: &&String| {
            guards.iter().any(|guard| guard.guard == **name && guard.verdict == Judgement::Warn)
        };
        let names = options.planning.overrides.iter().filter(passed);
        names.map(|name| Override { guard: name.clone(), reason: reason.clone() }).collect()
    }
}

/// Kinds and namespaces.
type Span = (BTreeSet<GroupKind>, BTreeSet<String>);

/// What is about to be written: the desired kinds and namespaces, and those of
/// what leaves.
fn spanned(planned: &Planned) -> Span {
    let (mut kinds, mut namespaces) = desired_span(planned);
    let actions = planned.plan.actions.iter().zip(&planned.work);
    let leaving = actions.filter(|(_, work)| matches!(work, Work::Delete { .. } | Work::Forget { .. }));
    for (action, _) in leaving {
        let id = action.id();
        kinds.insert(id.kind);
        namespaces.extend(id.namespace);
    }
    (kinds, namespaces)
}

fn desired_span(planned: &Planned) -> Span {
    let kinds = planned.objects().map(|object| object.id().kind.clone()).collect();
    let namespaces = planned.objects().filter_map(|object| object.id().namespace.clone()).collect();
    (kinds, namespaces)
}

/// Stops when the run is interrupted, and when its lock is lost.
fn stopped_by(interrupt: &Stop, lock: &Lock) -> (Stop, Forwarding) {
    let (sender, stop) = watch::channel(interrupt.borrow().clone());
    let (mut interrupt, mut lost) = (interrupt.clone(), lock.lost());
    let forwarding = tokio::spawn(async move {
        let why = tokio::select! {
            Ok(why) = interrupt.wait_for(Option::is_some) => why.clone(),
            Ok(_) = lost.wait_for(|lost| *lost) => Some(Halt::LockLost.words().to_owned()),
            else => return,
        };
        sender.send_replace(why);
    });
    (stop, Forwarding(forwarding))
}

/// Ends the forwarding when it is dropped.
struct Forwarding(tokio::task::JoinHandle<()>);

impl Drop for Forwarding {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn told(error: &CommandError) -> impl Iterator<Item = String> {
    error
        .diagnostics
        .iter()
        .map(|diagnostic| format!("the inventory wasn't narrowed: {}", diagnostic.message))
}

fn unrecorded(diagnostic: &Diagnostic) -> String {
    format!("the release could not be recorded: {}", diagnostic.in_one_line())
}
