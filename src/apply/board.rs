//! Which jobs may start, are running, are done, and what they wait for.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use super::event::Event;
use super::executor::Returned;
use super::executor::{Done, Unready};
use super::hook::HookReport;
use super::outcome::ActionResult;
use super::write::{Job, Unwritten, Written};
use crate::error::Diagnostic;

/// What is waited for until it's ready.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    /// The object of one job, which others depend on.
    Job(usize),
    /// All of a wave.
    Wave(i32),
}

/// The jobs and where they are.
pub(super) struct Board<'a> {
    jobs: &'a [Job<'a>],
    /// The jobs that wait for no other, by wave.
    free: BTreeSet<(Option<i32>, usize)>,
    /// How many others each job waits for.
    missing: Vec<usize>,
    /// Who waits until a job is written.
    users: Vec<Vec<usize>>,
    /// Who waits until its object is ready.
    users_of_ready: Vec<Vec<usize>>,
    /// How many jobs of each wave aren't settled; the first of them is under way.
    open: BTreeMap<i32, usize>,
    waits: Vec<Wait>,
    outcomes: Vec<Option<Done>>,
    /// Whether a job was started.
    started: Vec<bool>,
    /// Whether nothing more is started after a failure.
    fail_fast: bool,
}

impl<'a> Board<'a> {
    pub(super) fn new(jobs: &'a [Job<'a>], fail_fast: bool) -> Self {
        let missing: Vec<usize> = jobs.iter().map(|job| job.after.len() + job.after_ready.len()).collect();
        let (mut users, mut users_of_ready) = (vec![Vec::new(); jobs.len()], vec![Vec::new(); jobs.len()]);
        let mut open = BTreeMap::new();
        for (at, job) in jobs.iter().enumerate() {
            job.after.iter().for_each(|&before| users[before].push(at));
            job.after_ready.iter().for_each(|&before| users_of_ready[before].push(at));
            if let Some(wave) = job.wave {
                *open.entry(wave).or_default() += 1;
            }
        }
        let free = (0..jobs.len()).filter(|&at| missing[at] == 0).map(|at| (jobs[at].wave, at)).collect();
        let (outcomes, started) = (jobs.iter().map(|_| None).collect(), vec![false; jobs.len()]);
        let waits = Vec::new();
        Self { jobs, free, missing, users, users_of_ready, open, waits, outcomes, started, fail_fast }
    }

    /// The next job to start. Those of no wave stand before all others.
    pub(super) fn next(&mut self) -> Option<usize> {
        let &(wave, at) = self.free.first()?;
        let may_start = wave.is_none() || wave == self.wave();
        may_start.then(|| {
            self.free.pop_first();
            self.started[at] = true;
            at
        })
    }

    /// The wave that is under way.
    fn wave(&self) -> Option<i32> {
        self.open.keys().next().copied()
    }

    /// The next wait to start, with the objects as they were written.
    pub(super) fn next_wait(&mut self) -> Option<(Wait, Vec<Returned>)> {
        let wait = self.waits.pop()?;
        let is_part = |at: &usize| match wait {
            Wait::Job(job) => job == *at,
            Wait::Wave(wave) => self.jobs[*at].wave == Some(wave) && self.users_of_ready[*at].is_empty(),
        };
        let written = |at: usize| Some((at, self.outcomes[at].as_ref()?.returned.clone()?));
        Some((wait, (0..self.jobs.len()).filter(is_part).filter_map(written).collect()))
    }

    /// How many jobs are running or not started yet.
    pub(super) fn unfinished(&self) -> usize {
        self.outcomes.iter().filter(|outcome| outcome.is_none()).count()
    }

    /// A job has ended.
    pub(super) fn finish(
        &mut self,
        at: usize,
        took: Duration,
        outcome: Result<Written, Unwritten>,
        on_event: &mut dyn FnMut(Event),
    ) {
        let job = &self.jobs[at];
        match outcome {
            Ok(written) => {
                let has_ended = written.hook.as_ref().is_none_or(HookReport::has_succeeded);
                if !job.is_wait() && has_ended {
                    on_event(Event::Written { id: job.id.clone(), verb: job.verb });
                }
                let done = Done::of(ActionResult::Done, None);
                self.outcomes[at] =
                    Some(Done { returned: written.returned, hook: written.hook, took, ..done });
                self.release(&self.users[at].clone());
                if self.users_of_ready[at].is_empty() {
                    self.settle(at);
                } else {
                    self.waits.push(Wait::Job(at));
                }
            }
            Err(Unwritten { why, touched, hook }) => {
                let said = hook.as_ref().map_or(&why.message, |hook| &hook.verdict.message);
                on_event(Event::Failed { id: job.id.clone(), why: said.clone() });
                let failed = Done::of(ActionResult::Failed, Some(why));
                self.outcomes[at] = Some(Done { touched, took, hook, ..failed });
                let users = [self.users[at].as_slice(), &self.users_of_ready[at], &self.later(at)].concat();
                self.skip(users, at, "failed", on_event);
                self.settle(at);
                self.stop_short(at, "failed", on_event);
            }
        }
    }

    /// A wait has ended.
    pub(super) fn end_wait(&mut self, wait: Wait, unready: Vec<Unready>, on_event: &mut dyn FnMut(Event)) {
        for (at, why) in &unready {
            let users = [self.users_of_ready[*at].as_slice(), &self.later(*at)].concat();
            self.skip(users, *at, &format!("isn't ready: {why}"), on_event);
            self.stop_short(*at, "isn't ready", on_event);
        }
        match wait {
            Wait::Job(at) => {
                if unready.is_empty() {
                    self.release(&self.users_of_ready[at].clone());
                }
                self.settle(at);
            }
            Wait::Wave(wave) => {
                self.open.remove(&wave);
            }
        }
    }

    /// One job less in its wave. When all are written and another wave follows, it's
    /// waited for.
    fn settle(&mut self, at: usize) {
        let Some(wave) = self.jobs[at].wave else { return };
        let Some(open) = self.open.get_mut(&wave) else { return };
        *open -= 1;
        if *open == 0 && self.later(at).iter().any(|&later| self.outcomes[later].is_none()) {
            self.waits.push(Wait::Wave(wave));
        }
    }

    /// The jobs of later waves.
    fn later(&self, at: usize) -> Vec<usize> {
        let Some(wave) = self.jobs[at].wave else { return Vec::new() };
        let is_later = |at: &usize| self.jobs[*at].wave.is_some_and(|other| other > wave);
        (0..self.jobs.len()).filter(is_later).collect()
    }

    fn release(&mut self, users: &[usize]) {
        for &user in users {
            self.missing[user] -= 1;
            if self.missing[user] == 0 && self.outcomes[user].is_none() {
                self.free.insert((self.jobs[user].wave, user));
            }
        }
    }

    /// These, and everything that waits for them, directly or not, aren't tried.
    fn skip(&mut self, mut open: Vec<usize>, failed: usize, why: &str, on_event: &mut dyn FnMut(Event)) {
        while let Some(at) = open.pop() {
            if self.outcomes[at].is_some() {
                continue;
            }
            let (job, because) = (&self.jobs[at], &self.jobs[failed].id);
            on_event(Event::Skipped { id: job.id.clone(), because: because.clone() });
            let why = Diagnostic::new(format!("skipped, because {because} {why}"));
            self.outcomes[at] = Some(Done::of(ActionResult::Skipped, Some(why)));
            self.free.remove(&(job.wave, at));
            open.extend(self.users[at].iter().chain(&self.users_of_ready[at]).chain(&self.later(at)));
            self.settle(at);
        }
    }

    /// Starts nothing more, where that is asked for. What is under way ends.
    fn stop_short(&mut self, failed: usize, why: &str, on_event: &mut dyn FnMut(Event)) {
        let is_left = |at: &usize| self.outcomes[*at].is_none() && !self.started[*at];
        let left: Vec<usize> = (0..self.jobs.len()).filter(is_left).collect();
        if !self.fail_fast || left.is_empty() {
            return;
        }
        let why = format!("{} {why} (--fail-fast)", self.jobs[failed].id);
        for at in left {
            self.outcomes[at] = Some(Done::skipped(&format!("skipped, because {why}")));
        }
        self.free.clear();
        self.waits.clear();
        on_event(Event::Stopping { why });
    }

    pub(super) fn into_outcomes(self) -> Vec<Done> {
        let untouched = || Done::of(ActionResult::NotStarted, None);
        self.outcomes.into_iter().map(|done| done.unwrap_or_else(untouched)).collect()
    }
}
