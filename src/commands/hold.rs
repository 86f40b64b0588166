//! `trueup hold`: what may not be deployed again after a rollback, and ending that.

use std::time::Duration;

use clap::Subcommand;
use jiff::Timestamp;

use super::applying::LOCK_TIMEOUT;
use super::asking::Question;
use super::select::select_one;
use super::{What, no_reports};
use crate::cli::{Global, Output};
use crate::cluster::Cluster;
use crate::config::Period;
use crate::deploy::holds;
use crate::deploy::setup::Setup;
use crate::error::{CommandError, Diagnostic, Exit};
use crate::release::HeldBy;
use crate::report::json::{self, Kind};
use crate::report::{HoldReport, text};
use crate::ui::Terminal;

/// Shows what may not be deployed again after a rollback, or ends that
///
/// After a rollback the commits that were rolled back are held, and others for as
/// long as they bring back what was rolled back. A commit that mends or reverts it
/// is deployed as usual, and ends the hold.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Shows what is held, since when, by whom and why
    Show(Target),
    /// Ends the hold: everything may be deployed again
    Clear {
        #[command(flatten)]
        target: Target,
        /// Don't ask
        #[arg(short, long)]
        yes: bool,
        /// How long to wait for another run on the same target [default: 1m]
        #[arg(long, value_name = "DURATION")]
        lock_timeout: Option<Period>,
    },
}

#[derive(Debug, clap::Args)]
struct Target {
    /// The environment of trueup.yaml
    #[arg(value_name = "ENV")]
    environment: Option<String>,
}

/// Looks, or ends it.
pub async fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    no_reports(global, "hold")?;
    if !matches!(global.output, Output::Text | Output::Json) {
        return Err(CommandError::usage("hold prints text or json"));
    }
    let (target, clears) = match args.action {
        Action::Show(target) => (target, None),
        Action::Clear { target, yes, lock_timeout } => (target, Some((yes, lock_timeout))),
    };
    let what = What::recorded(target.environment, None);
    let setup = select_one(global, &what, "a hold is of one environment: name one")?;
    let cluster = setup.access.connect().await.map_err(Diagnostic::from)?;
    let report = match clears {
        None => holds::report(&setup, holds::look(&setup, &cluster).await?.as_ref(), false),
        Some((yes, wait)) => {
            let wait = wait.map_or(LOCK_TIMEOUT, |Period(wait)| wait);
            end(&setup, &cluster, yes, wait, terminal).await?
        }
    };
    match global.output {
        Output::Json => terminal.data(&json::document(Kind::Hold, Some(&setup.environment), &[report])),
        _ => terminal.data(&as_text(&report, terminal)),
    }
    Ok(Exit::Done)
}

/// Ends the hold, if there is one and that is agreed to.
async fn end(
    setup: &Setup,
    cluster: &Cluster,
    yes: bool,
    wait: Duration,
    terminal: &Terminal,
) -> Result<HoldReport, CommandError> {
    let Some(held) = holds::look(setup, cluster).await? else {
        return Ok(holds::report(setup, None, false));
    };
    if !yes {
        confirm(&holds::report(setup, Some(&held), false), terminal)?;
    }
    let waits_for = |by: &HeldBy| terminal.note(&format!("{}: waiting for {by}", setup.environment));
    let ended = holds::end(setup, cluster, &held, wait, waits_for).await?;
    Ok(holds::report(setup, ended.then_some(&held), ended))
}

fn confirm(report: &HoldReport, terminal: &Terminal) -> Result<(), CommandError> {
    let question = Question {
        subject: "that the hold is ended",
        told: &as_text(report, terminal),
        asked: &format!("End the hold of {}?", report.target),
        otherwise: "not ended",
    };
    question.ask(terminal)
}

fn as_text(report: &HoldReport, terminal: &Terminal) -> String {
    text::hold(report, &text::TextOptions::new(terminal.width(), Timestamp::now()))
}
