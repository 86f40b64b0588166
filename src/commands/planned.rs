//! What the commands that plan have in common: planning several environments,
//! printing plans, and what their guards mean for the exit code.

use std::fs::OpenOptions;
use std::path::Path;

use jiff::Timestamp;

use super::{Planning, annotates, unused};
use crate::cli::{Global, Output, Report, ReportKind};
use crate::cluster::Cluster;
use crate::deploy::planning::{Options, Planned, plan};
use crate::deploy::setup::Setup;
use crate::error::{CommandError, Diagnostic, Exit};
use crate::plan::{Judgement, Selection, TargetPlan};
use crate::report::json::{self, Kind};
use crate::report::{github, markdown, text};
use crate::ui::Terminal;

impl Planning {
    /// How to plan.
    pub fn options(&self) -> Options {
        Options {
            exact: self.exact,
            keep_removed: self.no_prune,
            removes_at_once: false,
            selection: self.selection(),
            adopts: false,
            max_delete: self.max_delete,
            overrides: self.overrides.clone(),
            concurrency: self.concurrency.map(usize::from),
            may_guess: false,
            without_commits: self.no_cause,
            without_guards: false,
            may_be_dirty: false,
            departure: None,
            restores: None,
            skips_superseded: false,
            is_rollback: false,
            is_automatic: false,
            keep_secrets: false,
        }
    }

    /// The part of the target that is chosen; `None` for the whole.
    pub(super) fn selection(&self) -> Option<Selection> {
        Selection::of(&self.only, &self.except)
    }

    /// How to plan for looking only.
    pub fn to_look(&self) -> Options {
        Options { may_guess: true, ..self.options() }
    }
}

/// A client for each environment, then their plans, all at once. Clients come
/// first: a credential plugin may talk to the terminal.
pub(super) async fn all(
    setups: &[Setup],
    options: &Options,
    terminal: &Terminal,
) -> Result<Vec<(Planned, Cluster)>, CommandError> {
    let mut clusters = Vec::with_capacity(setups.len());
    for setup in setups {
        let cluster = setup.access.connect().await.map_err(Diagnostic::from)?;
        clusters.push(match options.concurrency {
            Some(requests) => cluster.at_most(requests),
            None => cluster,
        });
    }
    let step = terminal.step("planning");
    let plans = setups.iter().zip(&clusters).map(|(setup, cluster)| plan(setup, cluster, options));
    let plans = futures::future::join_all(plans).await;
    drop(step);
    let mut planned = Vec::with_capacity(plans.len());
    let mut failures: Option<CommandError> = None;
    for (plan, cluster) in plans.into_iter().zip(clusters) {
        match plan {
            Ok(plan) => planned.push((plan, cluster)),
            Err(failure) => failures = Some(CommandError::joined(failures, failure)),
        }
    }
    if let Some(failures) = failures {
        return Err(failures);
    }
    unused::warn(setups, planned.iter().flat_map(|(planned, _)| &planned.used), terminal);
    Ok(planned)
}

/// How plans are laid out as text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Layout {
    /// As a plan or as a diff.
    pub kind: Kind,
    /// What moved live, not what would be done.
    pub is_drift: bool,
    /// List the objects too that stay as they are.
    pub show_unchanged: bool,
}

impl Layout {
    /// The ordinary layout of a kind.
    pub(super) fn of(kind: Kind) -> Self {
        Self { kind, is_drift: false, show_unchanged: false }
    }
}

/// Prints plans as asked for, and writes the reports.
pub(super) fn print(
    global: &Global,
    terminal: &Terminal,
    layout: Layout,
    plans: &[TargetPlan],
) -> Result<(), CommandError> {
    let environment = match plans {
        [one] => Some(one.target.as_str()),
        _ => None,
    };
    let as_json = || json::document(layout.kind, environment, plans);
    let as_markdown = || if layout.is_drift { markdown::drifts(plans) } else { markdown::plans(plans) };
    match global.output {
        Output::Text => terminal.data(&as_text(layout, plans, terminal)),
        Output::Json | Output::Jsonl => terminal.data(&as_json()),
        Output::Markdown => terminal.data(&as_markdown()),
        Output::Yaml => {
            return Err(CommandError::usage("-o yaml is for render; here it's text, json or markdown"));
        }
    }
    if annotates(global) {
        let annotations: String =
            plans.iter().map(|plan| github::guards(&plan.target, &plan.guards)).collect();
        terminal.annotate(&annotations);
    }
    write_reports(&global.reports, |kind| match kind {
        ReportKind::Json => Ok(as_json()),
        ReportKind::Markdown => Ok(as_markdown()),
        ReportKind::Junit => Err(no_junit()),
    })
}

fn as_text(layout: Layout, plans: &[TargetPlan], terminal: &Terminal) -> String {
    let options = text::TextOptions {
        show_unchanged: layout.show_unchanged,
        full: terminal.is_verbose(),
        ..text::TextOptions::new(terminal.width(), Timestamp::now())
    };
    let render = match layout.kind {
        _ if layout.is_drift => text::drift,
        Kind::Diff => text::diff,
        _ => text::plan,
    };
    plans.iter().map(|plan| render(plan, &options)).collect::<Vec<_>>().join("\n")
}

/// Whether the reports can be written, before there is anything to report.
pub(super) fn check_reports(reports: &[Report]) -> Result<(), CommandError> {
    for file in reports.iter().filter_map(file_of) {
        let mut options = OpenOptions::new();
        options.append(true).create(true).open(file).map_err(|error| unwritable(file, &error))?;
    }
    Ok(())
}

fn file_of(report: &Report) -> Option<&Path> {
    match report {
        Report::File { file, .. } => Some(file),
        Report::Github => None,
    }
}

/// Only a check has test cases.
pub(super) fn no_junit() -> CommandError {
    CommandError::usage("only check has a junit report").hint("json and markdown are for every plan")
}

/// Writes the reports that were asked for.
pub(super) fn write_reports(
    reports: &[Report],
    content: impl Fn(ReportKind) -> Result<String, CommandError>,
) -> Result<(), CommandError> {
    for report in reports {
        if let Report::File { kind, file } = report {
            std::fs::write(file, content(*kind)?).map_err(|error| unwritable(file, &error))?;
        }
    }
    Ok(())
}

pub(super) fn unwritable(file: &Path, error: &std::io::Error) -> CommandError {
    Diagnostic::new(format!("can't write {}", file.display())).because(error.to_string()).into()
}

/// The exit code that guards about what would happen ask for.
pub(super) fn refusal(plans: &[TargetPlan]) -> Option<Exit> {
    let refuses = |plan: &TargetPlan| {
        plan.guards.iter().any(|guard| guard.verdict == Judgement::Refuse && guard.about_what)
    };
    plans.iter().any(refuses).then_some(Exit::Refused)
}
