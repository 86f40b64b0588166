//! What apply and rollback have in common: showing the plan, asking, carrying
//! it out with progress, and the verdict.

use std::path::PathBuf;
use std::time::Duration;

use super::asking::Question;
use super::ended::{Ended, Ran, exit, fell_short};
use super::following::{OnTerminal, show, show_refused};
use super::planned::{self, Layout};
use super::saved::SavedPlans;
use super::signals::{self, Listening};
use super::way_back::WayBack;
use super::{Planning, annotates};
use crate::apply::Stop;
use crate::cli::{Global, Output, Report, ReportKind};
use crate::cluster::Cluster;
use crate::config::Period;
use crate::deploy::expecting::Expected;
use crate::deploy::leaving::Departure;
use crate::deploy::planning::{Options, Planned};
use crate::deploy::running::{self, RunOptions, Undone};
use crate::deploy::setup::{Setup, refuse_dirty};
use crate::error::{CommandError, Diagnostic, Exit};
use crate::object::NamedObject;
use crate::parallel;
use crate::plan::{GuardVerdict, Selection, TargetPlan};
use crate::report::github;
use crate::report::json::Kind;
use crate::ui::Terminal;

/// How long another run is waited for unless something else is asked for: long
/// enough for the lock of a killed run to expire.
pub(super) const LOCK_TIMEOUT: Duration = Duration::from_secs(60);

/// Options of what writes.
#[derive(Debug, Clone, Default, clap::Args)]
pub(super) struct Running {
    /// Don't ask
    #[arg(short, long)]
    yes: bool,
    /// Refuse unless the plan is the one saved in this file
    #[arg(long, value_name = "FILE", conflicts_with = "expect")]
    plan: Option<PathBuf>,
    /// Refuse unless the plan has this digest
    #[arg(long, value_name = "DIGEST")]
    expect: Option<String>,
    /// Only show the plan
    #[arg(long)]
    dry_run: bool,
    /// Start nothing more after the first failure
    #[arg(long)]
    fail_fast: bool,
    /// Don't wait for health
    #[arg(long, conflicts_with = "wait_timeout")]
    no_wait: bool,
    /// Whose health decides how the run ends: of what it changes, or of everything [default: changed]
    #[arg(long, value_name = "WHAT", value_enum, conflicts_with = "no_wait")]
    wait: Option<WaitFor>,
    /// How long to wait for health
    #[arg(long, value_name = "DURATION")]
    wait_timeout: Option<Period>,
    /// How long to wait for another run on the same target [default: 1m]
    #[arg(long, value_name = "DURATION")]
    lock_timeout: Option<Period>,
}

/// Whose health is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum WaitFor {
    /// Of what the run changes; what else isn't healthy is told
    Changed,
    /// Of everything
    All,
}

/// What a run is for.
pub(super) enum Purpose {
    /// To make the cluster as the repository says.
    Apply {
        /// Uncommitted files may be deployed.
        may_be_dirty: bool,
        /// How the last healthy release is put back when that fails; not possible without
        /// a configuration.
        way_back: Option<WayBack>,
        /// A commit that is older than the deployed one needn't be deployed.
        skips_superseded: bool,
    },
    /// To take objects over, whoever has them.
    Adopt {
        /// Uncommitted files may be deployed.
        may_be_dirty: bool,
    },
    /// To undo a release.
    Rollback {
        /// What that undoes and puts back.
        undone: Undone,
        /// Live Secrets stay as they are.
        keep_secrets: bool,
    },
    /// To let objects go.
    Forget(Vec<NamedObject>),
    /// To delete the whole target.
    Delete {
        /// What has to be typed.
        name: String,
    },
}

impl Purpose {
    fn options(&self, planning: &Planning) -> Options {
        Options {
            may_be_dirty: !matches!(
                self,
                Self::Apply { may_be_dirty: false, .. } | Self::Adopt { may_be_dirty: false }
            ),
            adopts: matches!(self, Self::Adopt { .. }),
            skips_superseded: matches!(self, Self::Apply { skips_superseded: true, .. }),
            restores: self.undone().and_then(|undone| undone.to),
            is_rollback: matches!(self, Self::Rollback { .. }),
            keep_secrets: matches!(self, Self::Rollback { keep_secrets: true, .. }),
            departure: match self {
                Self::Forget(objects) => Some(Departure::Objects(objects.clone())),
                Self::Delete { .. } => Some(Departure::Everything),
                Self::Apply { .. } | Self::Adopt { .. } | Self::Rollback { .. } => None,
            },
            ..planning.options()
        }
    }

    fn undone(&self) -> Option<&Undone> {
        match self {
            Self::Rollback { undone, .. } => Some(undone),
            Self::Apply { .. } | Self::Adopt { .. } | Self::Forget(_) | Self::Delete { .. } => None,
        }
    }

    fn way_back(&self) -> Option<&WayBack> {
        match self {
            Self::Apply { way_back, .. } => way_back.as_ref(),
            Self::Adopt { .. } | Self::Rollback { .. } | Self::Forget(_) | Self::Delete { .. } => None,
        }
    }

    /// Asks whether to go on. Who deletes everything has to type its name.
    fn is_agreed(&self, terminal: &Terminal, target: &str) -> bool {
        match self {
            Self::Apply { .. } | Self::Rollback { .. } => {
                terminal.confirm(&format!("Apply this to {target}?"))
            }
            Self::Adopt { .. } => terminal.confirm(&format!("Take these objects over into {target}?")),
            Self::Forget(_) => terminal.confirm(&format!("Let these objects of {target} go?")),
            Self::Delete { name } => {
                terminal.ask(&format!("Type {name} to delete all of it:")).as_deref() == Some(name)
            }
        }
    }

    /// How scripts go on without being asked.
    fn unasked(&self) -> &'static str {
        match self {
            Self::Delete { .. } => "use --yes and --confirm ENV in scripts",
            Self::Forget(_) | Self::Apply { .. } | Self::Adopt { .. } | Self::Rollback { .. } => {
                "use --yes in scripts"
            }
        }
    }

    /// Whether a plan of no actions does something all the same.
    fn deletes_everything(&self) -> bool {
        matches!(self, Self::Delete { .. })
    }
}

impl Running {
    /// For what changes nothing that would have to become healthy.
    pub(super) fn without_waiting(yes: bool, dry_run: bool, lock_timeout: Option<Period>) -> Self {
        Self { yes, dry_run, no_wait: true, lock_timeout, ..Self::default() }
    }

    /// For what waits until it's gone.
    pub(super) fn until_gone(self, wait_timeout: Option<Period>) -> Self {
        Self { no_wait: false, wait_timeout, ..self }
    }

    /// Whether nothing is to be written.
    pub(super) fn is_dry(&self) -> bool {
        self.dry_run
    }

    /// How long another run is waited for.
    pub(super) fn lock_wait(&self) -> Duration {
        self.lock_timeout.map_or(LOCK_TIMEOUT, |Period(timeout)| timeout)
    }

    /// Asks whether to go on, unless that is said already.
    pub(super) fn confirm(&self, terminal: &Terminal, question: &str) -> Result<(), CommandError> {
        if self.yes {
            return Ok(());
        }
        Question { subject: "this", told: "", asked: question, otherwise: "not done" }.ask(terminal)
    }

    /// What the plan of each setup must be, if that is asked for.
    fn expected(&self, setups: &[Setup]) -> Result<Vec<Option<Expected>>, CommandError> {
        let Some(file) = &self.plan else {
            let expected = self.expect.clone().map(|digest| Expected { digest, saved: None });
            return Ok(vec![expected; setups.len()]);
        };
        let saved = SavedPlans::read(file)?;
        setups.iter().map(|setup| saved.expected(&setup.environment).map(Some)).collect()
    }
}

/// A saved plan is for one cluster.
fn held_to(mut setup: Setup, expected: Option<&Expected>) -> Setup {
    let saved = expected.and_then(|expected| expected.saved.as_ref());
    setup.planned_for = saved.map(|saved| saved.plan.cluster.clone());
    setup
}

/// Applies each setup in turn; the worst outcome counts.
pub(super) async fn all(
    global: &Global,
    terminal: &Terminal,
    setups: Vec<Setup>,
    planning: &Planning,
    running: &Running,
    purpose: &Purpose,
) -> Result<Exit, CommandError> {
    check_output(global)?;
    let expected = running.expected(&setups)?;
    let mut options = Options { removes_at_once: running.no_wait, ..purpose.options(planning) };
    options.selection = options.selection.or_else(|| saved_selection(&expected));
    if options.selection.is_some() && purpose.way_back().is_some_and(WayBack::is_asked_for) {
        let refused = "--rollback-on-failure puts the whole back, and the saved plan is for a part";
        return Err(CommandError::usage(refused));
    }
    let setups: Vec<Setup> = setups
        .into_iter()
        .zip(&expected)
        .map(|(setup, expected)| held_to(setup, expected.as_ref()))
        .collect();
    let planned = planned::all(&setups, &options, terminal).await?;
    if running.dry_run {
        return only_show(global, terminal, &expected, &planned);
    }
    if !options.may_be_dirty {
        planned.iter().try_for_each(|(planned, _)| refuse_dirty(&planned.dirty))?;
    }
    let (stop, listening) = signals::stop()?;
    let mut ended = Ended::new();
    for (((planned, cluster), setup), expected) in planned.into_iter().zip(&setups).zip(expected) {
        // Whoever interrupted one environment doesn't want the next.
        if stop.borrow().is_some() {
            ended.cut_short(&stop);
            break;
        }
        let run = OneRun {
            global,
            terminal,
            setup,
            cluster: &cluster,
            options: &options,
            planning,
            running,
            expected,
            purpose,
            is_alone: setups.len() == 1,
            stop: &stop,
            listening: &listening,
        };
        ended.take(run.run(planned).await);
    }
    parallel::discard(setups);
    ended.tell(global, terminal)
}

/// A saved plan of a part is carried out for that part.
fn saved_selection(expected: &[Option<Expected>]) -> Option<Selection> {
    expected.iter().flatten().find_map(|expected| expected.saved.as_ref()?.plan.selection.clone())
}

/// What cannot be printed is told before anything is written.
fn check_output(global: &Global) -> Result<(), CommandError> {
    if global.output == Output::Yaml {
        return Err(CommandError::usage("-o yaml is for render; here it's text, json or markdown"));
    }
    let is_junit = |report: &Report| matches!(report, Report::File { kind: ReportKind::Junit, .. });
    if global.reports.iter().any(is_junit) {
        return Err(planned::no_junit());
    }
    planned::check_reports(&global.reports)
}

/// `--dry-run` is the plan command, for the way back too.
fn only_show(
    global: &Global,
    terminal: &Terminal,
    expected: &[Option<Expected>],
    planned: &[(Planned, Cluster)],
) -> Result<Exit, CommandError> {
    let plans: Vec<TargetPlan> = planned.iter().map(|(planned, _)| planned.plan.clone()).collect();
    planned::print(global, terminal, Layout::of(Kind::Plan), &plans)?;
    let expected = expected.iter().zip(&plans);
    expected
        .filter_map(|(expected, plan)| Some((expected.as_ref()?, plan)))
        .try_for_each(|(expected, plan)| expected.check(plan))?;
    Ok(planned::refusal(&plans).unwrap_or(Exit::Done))
}

struct OneRun<'a> {
    global: &'a Global,
    terminal: &'a Terminal,
    setup: &'a Setup,
    cluster: &'a Cluster,
    options: &'a Options,
    planning: &'a Planning,
    running: &'a Running,
    expected: Option<Expected>,
    purpose: &'a Purpose,
    /// No other environment has its turn before this one.
    is_alone: bool,
    stop: &'a Stop,
    listening: &'a Listening,
}

impl OneRun<'_> {
    async fn run(&self, planned: Planned) -> Result<Ran, CommandError> {
        if planned.superseded.is_some() {
            let outcome = running::superseded(&planned);
            return Ok(Ran { outcome, exit: Exit::Done, told: Vec::new() });
        }
        let stale = self.stale(&planned.plan);
        let is_refused = stale.is_none() && planned.is_refused();
        // How it differs from the saved plan says more than all that it would do.
        let told = match &stale {
            Some(stale) if !stale.differences.is_empty() => Vec::new(),
            _ if is_refused => show_refused(self.global, self.terminal, &planned.plan),
            _ => show(self.global, self.terminal, &planned.plan),
        };
        if let Some(stale) = stale {
            return Err(stale);
        }
        if is_refused {
            self.annotate_guards(&planned.plan);
            return Ok(Ran { outcome: running::refused(&planned), exit: Exit::Refused, told });
        }
        let was_asked = self.confirm(&planned.plan)?;
        let way_back = self.purpose.way_back().filter(|way_back| way_back.is_meant_for(self.setup));
        let barred = way_back.and_then(|_| self.barred_way_back());
        let earlier = way_back
            .filter(|_| barred.is_none())
            .map(|way_back| way_back.earlier(self.global, &self.setup.environment));
        let mut listener =
            OnTerminal::new(self.global, self.terminal, self.listening, self.running.yes, &planned.plan);
        let options = RunOptions {
            planning: self.options.clone(),
            reason: self.planning.reason.clone(),
            fail_fast: self.running.fail_fast,
            wait_for_all: self.running.wait == Some(WaitFor::All),
            wait: (!self.running.no_wait).then(|| self.wait_timeout()),
            lock_timeout: self.running.lock_wait(),
            expected: self.expected.clone(),
            undone: self.purpose.undone().cloned(),
            keeps_secrets_back: way_back.is_some_and(WayBack::keeps_secrets),
            is_fresh: self.is_alone && !was_asked,
        };
        let (earlier, stop) = (earlier.as_deref(), self.stop);
        let outcome =
            running::run(self.setup, self.cluster, planned, &options, earlier, stop, &mut listener).await;
        listener.finish();
        let told = told.into_iter().chain(listener.told()).collect();
        let mut outcome = outcome?;
        if fell_short(outcome.result) {
            outcome.notes.extend(barred.map(|why| format!("not rolled back: {why}")));
        }
        let exit = exit(&outcome, self.stop);
        Ok(Ran { outcome, exit, told })
    }

    /// Why this run isn't rolled back when it fails, though the configuration says so.
    fn barred_way_back(&self) -> Option<&'static str> {
        if self.running.no_wait {
            return Some("with --no-wait nothing is known about health");
        }
        let is_part = self.options.selection.is_some();
        is_part.then_some("only a part was applied, and a rollback is of the whole")
    }

    fn annotate_guards(&self, plan: &TargetPlan) {
        if annotates(self.global) {
            let verdicts: Vec<_> = plan.guards.iter().map(GuardVerdict::on_apply).collect();
            self.terminal.annotate(&github::guards(&plan.target, &verdicts));
        }
    }

    fn wait_timeout(&self) -> Duration {
        self.running.wait_timeout.map_or(self.setup.wait_timeout, |Period(timeout)| timeout)
    }

    fn stale(&self, plan: &TargetPlan) -> Option<CommandError> {
        self.expected.as_ref()?.check(plan).err()
    }

    /// Asks whether to go on, where that is to be asked: whether it was.
    fn confirm(&self, plan: &TargetPlan) -> Result<bool, CommandError> {
        let does_nothing = plan.is_empty() && !self.purpose.deletes_everything();
        if self.running.yes || self.expected.is_some() || does_nothing {
            return Ok(false);
        }
        if !self.terminal.is_interactive() {
            let unasked = CommandError::usage("nobody is there to confirm the plan");
            return Err(unasked.hint(self.purpose.unasked()));
        }
        if self.listening.asking(|| self.purpose.is_agreed(self.terminal, &plan.target)) {
            Ok(true)
        } else {
            Err(CommandError::new(Exit::Error, Diagnostic::new("not applied: the plan wasn't confirmed")))
        }
    }
}
