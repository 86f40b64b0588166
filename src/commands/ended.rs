//! What came of a run in each environment: printed once, at the end, and as one exit code.

use jiff::Timestamp;

use super::{annotates, planned, signals};
use crate::apply::{RunResult, Stop, TargetOutcome};
use crate::cli::{Global, Output, ReportKind};
use crate::error::{CommandError, Exit};
use crate::report::json::{self, Kind};
use crate::report::{github, markdown, text};
use crate::ui::Terminal;

/// A run that came to an end.
pub(super) struct Ran {
    /// What came of it.
    pub(super) outcome: TargetOutcome,
    /// As an exit code.
    pub(super) exit: Exit,
    /// The notes that were shown with its plans.
    pub(super) told: Vec<String>,
}

/// What became of the environments so far.
pub(super) struct Ended {
    exit: Exit,
    outcomes: Vec<TargetOutcome>,
    /// For each of them the notes that were shown with its plans.
    told: Vec<Vec<String>>,
    failure: Option<CommandError>,
}

impl Ended {
    /// Nothing yet.
    pub(super) fn new() -> Self {
        Self { exit: Exit::Done, outcomes: Vec::new(), told: Vec::new(), failure: None }
    }

    /// What became of the other environments is told even when one fails.
    pub(super) fn take(&mut self, run: Result<Ran, CommandError>) {
        match run {
            Ok(Ran { outcome, exit, told }) => {
                self.outcomes.push(outcome);
                self.told.push(told);
                self.exit = self.exit.worst(exit);
            }
            Err(error) => self.failure = Some(CommandError::joined(self.failure.take(), error)),
        }
    }

    /// Not all environments had their turn.
    pub(super) fn cut_short(&mut self, stop: &Stop) {
        self.exit = self.exit.worst(signals::exit(stop));
    }

    /// One document on standard output, whatever else went wrong.
    pub(super) fn tell(self, global: &Global, terminal: &Terminal) -> Result<Exit, CommandError> {
        let Self { exit, outcomes, told, failure } = self;
        match failure {
            Some(error) if outcomes.is_empty() => Err(error),
            failure => {
                let exit = report(global, terminal, &outcomes, &told).map_or_else(
                    |error| {
                        terminal.error(&error);
                        exit.worst(error.exit)
                    },
                    |()| exit,
                );
                Ok(failure.map_or(exit, |error| {
                    terminal.error(&error);
                    exit.worst(error.exit)
                }))
            }
        }
    }
}

/// Whether a run that wrote wasn't seen to end well.
pub(super) fn fell_short(result: RunResult) -> bool {
    matches!(result, RunResult::Applied | RunResult::Unhealthy | RunResult::Partial)
}

/// The exit code of one outcome.
pub(super) fn exit(outcome: &TargetOutcome, stop: &Stop) -> Exit {
    match outcome.result {
        RunResult::Healthy
        | RunResult::Applied
        | RunResult::Unchanged
        | RunResult::Superseded
        | RunResult::Deleted => Exit::Done,
        RunResult::Unhealthy => Exit::Unhealthy,
        RunResult::RolledBack => Exit::RolledBack,
        RunResult::Failed => Exit::Error,
        RunResult::Partial => Exit::Partial,
        RunResult::Refused => Exit::Refused,
        RunResult::Interrupted => signals::exit(stop),
    }
}

fn report(
    global: &Global,
    terminal: &Terminal,
    outcomes: &[TargetOutcome],
    told: &[Vec<String>],
) -> Result<(), CommandError> {
    let environment = match outcomes {
        [one] => Some(one.target.as_str()),
        _ => None,
    };
    let as_json = || json::document(Kind::Outcome, environment, outcomes);
    let as_markdown = || outcomes.iter().map(markdown::outcome).collect::<Vec<_>>().join("\n");
    let options = text::TextOptions::new(terminal.width(), Timestamp::now());
    match global.output {
        Output::Text => outcomes
            .iter()
            .zip(told)
            .for_each(|(outcome, told)| terminal.data(&text::outcome(outcome, told, &options))),
        Output::Json => terminal.data(&as_json()),
        Output::Jsonl => terminal.data(&json::document_line(Kind::Outcome, environment, outcomes)),
        Output::Markdown => terminal.data(&as_markdown()),
        Output::Yaml => {
            return Err(CommandError::usage("-o yaml is for render; here it's text, json or markdown"));
        }
    }
    if annotates(global) {
        terminal.annotate(&outcomes.iter().map(github::failure).collect::<String>());
    }
    planned::write_reports(&global.reports, |kind| match kind {
        ReportKind::Json => Ok(as_json()),
        ReportKind::Markdown => Ok(as_markdown()),
        ReportKind::Junit => Err(planned::no_junit()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interrupt_between_two_environments_is_no_success() {
        let (_sender, stop) = tokio::sync::watch::channel(Some("interrupted".to_owned()));
        let mut ended = Ended::new();
        ended.cut_short(&stop);
        assert_eq!(ended.exit, Exit::Interrupted);
    }
}
