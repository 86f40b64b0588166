//! Following a run on the terminal: its plan, its progress, and what must be asked
//! meanwhile.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use jiff::Timestamp;

use super::signals::Listening;
use crate::apply::{Event, TargetOutcome};
use crate::cli::{Global, Output};
use crate::deploy::planning::Planned;
use crate::deploy::running::{Listener, Undone};
use crate::plan::TargetPlan;
use crate::release::HeldBy;
use crate::report::json::Happened;
use crate::report::text;
use crate::ui::{Progress, ProgressOptions, Terminal};

/// The time between two looks at what a run is at.
const TICK: Duration = Duration::from_millis(200);

/// Follows a run on the terminal, and asks there what must be asked.
pub(super) struct OnTerminal<'a> {
    global: &'a Global,
    terminal: &'a Terminal,
    listening: &'a Listening,
    progress: Arc<Mutex<Option<Progress>>>,
    ticking: tokio::task::JoinHandle<()>,
    yes: bool,
    target: String,
    /// The notes that were shown with plans.
    told: Vec<String>,
}

impl<'a> OnTerminal<'a> {
    /// Begins to follow the run of this plan. `yes`: nobody is asked.
    pub(super) fn new(
        global: &'a Global,
        terminal: &'a Terminal,
        listening: &'a Listening,
        yes: bool,
        plan: &TargetPlan,
    ) -> Self {
        let progress = terminal.progress(progress_options(global, plan), Instant::now());
        progress.stream(|| about_to_be_done(plan));
        let progress = Arc::new(Mutex::new(Some(progress)));
        let ticked = progress.clone();
        let ticking = tokio::spawn(async move {
            loop {
                tokio::time::sleep(TICK).await;
                with(&ticked, |progress| progress.tick(Instant::now()));
            }
        });
        let target = plan.target.clone();
        Self { global, terminal, listening, progress, ticking, yes, target, told: Vec::new() }
    }

    /// The notes that were shown with the plans of the run, which the first isn't one of.
    pub(super) fn told(self) -> Vec<String> {
        self.told
    }

    /// What was being drawn is no longer.
    pub(super) fn finish(&mut self) {
        self.ticking.abort();
        let progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(progress) = progress {
            progress.finish();
        }
    }
}

fn progress_options(global: &Global, plan: &TargetPlan) -> ProgressOptions {
    let streams = global.output == Output::Jsonl;
    let events_of = streams.then(|| plan.target.clone());
    ProgressOptions { total: plan.summary.changes(), target: None, events_of }
}

fn about_to_be_done(plan: &TargetPlan) -> Happened {
    Happened::Planned { digest: plan.digest.clone(), summary: plan.summary }
}

fn with(progress: &Mutex<Option<Progress>>, act: impl FnOnce(&mut Progress)) {
    if let Some(progress) = progress.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
        act(progress);
    }
}

impl Listener for OnTerminal<'_> {
    fn event(&mut self, event: Event) {
        with(&self.progress, |progress| progress.on(&event, Instant::now()));
    }

    fn waits_for(&mut self, held: &HeldBy) {
        with(&self.progress, |progress| progress.stream(|| Happened::Locked { reason: held.to_string() }));
        self.terminal.note(&format!("{}: waiting for {held}", self.target));
    }

    fn agrees(&mut self, planned: &Planned) -> bool {
        with(&self.progress, |progress| progress.stream(|| about_to_be_done(&planned.plan)));
        if self.yes {
            self.terminal
                .note(&format!("{}: the cluster changed meanwhile, this is planned anew", self.target));
            return true;
        }
        let options = text::TextOptions::new(self.terminal.width(), Timestamp::now());
        self.terminal.note(&format!("{}: the cluster changed meanwhile, the plan is now:", self.target));
        self.terminal.data(&text::plan(&planned.plan, &options));
        self.told.extend(planned.plan.notes.clone());
        self.listening.asking(|| self.terminal.confirm("Apply this instead?"))
    }

    fn rolls_back(&mut self, failed: &TargetOutcome, undone: &Undone, planned: &Planned) {
        let plan = &planned.plan;
        let mut progress = self.progress.lock().unwrap_or_else(PoisonError::into_inner);
        // What the failed run was at is no longer drawn; this one begins anew.
        progress.take().into_iter().for_each(Progress::finish);
        self.terminal.note(&text::rolling_back(failed, undone.to));
        if !self.terminal.is_screen() && is_shown(self.global, self.terminal, plan) {
            self.terminal.data(&text::rollback_heading(&plan.target, undone.to));
        }
        let show = if planned.is_refused() { show_refused } else { show };
        self.told.extend(show(self.global, self.terminal, plan));
        let next = self.terminal.progress(progress_options(self.global, plan), Instant::now());
        let commit = plan.commit.as_ref().map(|commit| commit.sha.clone());
        next.stream(|| Happened::RollingBack { of: undone.of, to: undone.to, commit });
        next.stream(|| about_to_be_done(plan));
        *progress = Some(next);
    }
}

/// People read the plan before they answer; machines get the outcome only. The notes that
/// were shown with it.
pub(super) fn show(global: &Global, terminal: &Terminal, plan: &TargetPlan) -> Vec<String> {
    if !is_shown(global, terminal, plan) {
        return Vec::new();
    }
    let options = text::TextOptions::new(terminal.width(), Timestamp::now());
    terminal.data(&text::plan(plan, &options));
    plan.notes.clone()
}

/// The same for a plan that is refused: why, and what else there is to know, is told at the
/// end.
pub(super) fn show_refused(global: &Global, terminal: &Terminal, plan: &TargetPlan) -> Vec<String> {
    show(global, terminal, &TargetPlan { guards: Vec::new(), notes: Vec::new(), ..plan.clone() })
}

fn is_shown(global: &Global, terminal: &Terminal, plan: &TargetPlan) -> bool {
    let is_wanted = !terminal.is_quiet() || terminal.is_interactive();
    global.output == Output::Text && !plan.is_empty() && is_wanted
}
