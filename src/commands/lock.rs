//! `trueup lock`: who holds an environment's lock, and breaking it.

use clap::Subcommand;
use jiff::Timestamp;

use super::asking::Question;
use super::select::select_one;
use super::{What, no_reports};
use crate::cli::{Global, Output};
use crate::cluster::Cluster;
use crate::deploy::locking;
use crate::deploy::setup::Setup;
use crate::error::{CommandError, Diagnostic, Exit};
use crate::report::json::{self, Kind};
use crate::report::visible::visible;
use crate::report::{LockReport, text};
use crate::ui::Terminal;

/// Shows who holds an environment's lock, or breaks it
///
/// A run holds the lock while it writes. The lock of a run that died expires
/// within 30 seconds by itself.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Shows who holds the lock, since when, and when it expires
    Show(Target),
    /// Ends the lock; a run that holds it starts no new writes
    Break {
        #[command(flatten)]
        target: Target,
        /// Don't ask
        #[arg(short, long)]
        yes: bool,
    },
}

#[derive(Debug, clap::Args)]
struct Target {
    /// The environment of trueup.yaml
    #[arg(value_name = "ENV")]
    environment: Option<String>,
    /// The name under which what -f named was deployed
    #[arg(long, value_name = "NAME", conflicts_with = "environment")]
    name: Option<String>,
}

/// Looks, or breaks.
pub async fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    no_reports(global, "lock")?;
    if !matches!(global.output, Output::Text | Output::Json) {
        return Err(CommandError::usage("lock prints text or json"));
    }
    let (target, breaks) = match args.action {
        Action::Show(target) => (target, None),
        Action::Break { target, yes } => (target, Some(yes)),
    };
    let what = What::recorded(target.environment, target.name);
    let setup = select_one(global, &what, "a lock is of one environment: name one")?;
    let cluster = setup.access.connect().await.map_err(Diagnostic::from)?;
    let report = match breaks {
        None => locking::report(&setup, locking::look(&setup, &cluster).await?.as_ref(), false),
        Some(yes) => end(&setup, &cluster, yes, terminal).await?,
    };
    match global.output {
        Output::Json => terminal.data(&json::document(Kind::Lock, Some(&setup.environment), &[report])),
        _ => terminal.data(&as_text(&report, terminal)),
    }
    Ok(Exit::Done)
}

/// Ends the lock, if there is one and that is agreed to.
async fn end(
    setup: &Setup,
    cluster: &Cluster,
    yes: bool,
    terminal: &Terminal,
) -> Result<LockReport, CommandError> {
    let Some(held) = locking::look(setup, cluster).await? else {
        return Ok(locking::report(setup, None, false));
    };
    if !yes {
        confirm(&locking::report(setup, Some(&held), false), terminal)?;
    }
    let broken = locking::end(setup, cluster, &held).await?;
    Ok(locking::report(setup, broken.then_some(&held), broken))
}

fn confirm(report: &LockReport, terminal: &Terminal) -> Result<(), CommandError> {
    let holder = report.lock.as_ref().map(|lock| lock.holder.as_str()).unwrap_or_default();
    let question = Question {
        subject: "that the lock is broken",
        told: &as_text(report, terminal),
        asked: &format!("Break the lock of {}, held by {}?", report.target, visible(holder)),
        otherwise: "not broken",
    };
    question.ask(terminal)
}

fn as_text(report: &LockReport, terminal: &Terminal) -> String {
    text::lock(report, &text::TextOptions::new(terminal.width(), Timestamp::now()))
}
