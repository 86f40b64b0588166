//! `trueup delete`: deletes a whole target.

use clap::builder::NonEmptyStringValueParser;

use super::applying::{self, Purpose, Running};
use super::select::select_one;
use super::{Planning, What};
use crate::cli::Global;
use crate::config::Period;
use crate::error::{CommandError, Exit};
use crate::ui::Terminal;

/// Deletes a whole target: its objects, and its history
///
/// Only what trueup deployed is deleted. Protected kinds need --override protect;
/// the namespace in which the history was stays.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The environment of trueup.yaml
    #[arg(value_name = "ENV", required_unless_present = "name")]
    environment: Option<String>,
    /// The name under which what -f named was deployed
    #[arg(long, value_name = "NAME", conflicts_with = "environment")]
    name: Option<String>,
    /// Don't ask (needs --confirm)
    #[arg(short, long, requires = "confirm")]
    yes: bool,
    /// The environment's name, or what --name says, once more, instead of typing it when asked
    #[arg(long, value_name = "ENV", requires = "yes")]
    confirm: Option<String>,
    /// Only show the plan
    #[arg(long, conflicts_with = "yes")]
    dry_run: bool,
    /// Let a plan pass that this guard refuses (repeatable; needs --reason)
    #[arg(long = "override", value_name = "GUARD", requires = "reason", value_parser = ["protect", "repository"])]
    overrides: Vec<String>,
    /// Why a guard is overridden
    #[arg(long, value_name = "TEXT", requires = "overrides", value_parser = NonEmptyStringValueParser::new())]
    reason: Option<String>,
    /// How long to wait until all of it is gone
    #[arg(long, value_name = "DURATION")]
    wait_timeout: Option<Period>,
    /// How long to wait for another run on the same target [default: 1m]
    #[arg(long, value_name = "DURATION")]
    lock_timeout: Option<Period>,
}

/// Plans, asks and deletes.
pub async fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    let recorded = What::recorded(args.environment, args.name.clone());
    let setup = select_one(global, &recorded, "delete is for one environment: name one")?;
    let what = if args.name.is_some() { "name" } else { "environment" };
    let name = args.name.unwrap_or_else(|| setup.environment.clone());
    if let Some(confirmed) = args.confirm.filter(|confirmed| *confirmed != name) {
        return Err(CommandError::usage(format!("--confirm says {confirmed:?}, but the {what} is {name:?}")));
    }
    let planning = Planning { overrides: args.overrides, reason: args.reason, ..Planning::default() };
    let running = Running::without_waiting(args.yes, args.dry_run, args.lock_timeout);
    let running = running.until_gone(args.wait_timeout);
    let purpose = Purpose::Delete { name };
    applying::all(global, terminal, vec![setup], &planning, &running, &purpose).await
}
