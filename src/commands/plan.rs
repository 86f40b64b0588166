//! `trueup plan`: what apply would do, in order, and whether it may.

use std::path::PathBuf;

use super::planned::{self, Layout};
use super::{Planning, What, saved, select};
use crate::cli::Global;
use crate::error::{CommandError, Exit};
use crate::report::json::Kind;
use crate::ui::Terminal;

/// Shows what apply would do, in order, and whether it may
///
/// Reads the cluster and asks it by dry runs; writes nothing to it.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    planning: Planning,
    /// Save the plan, for apply --plan
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Exit with 2 when there is something to do
    #[arg(long)]
    exit_code: bool,
    /// List the objects too that stay as they are
    #[arg(long)]
    show_unchanged: bool,
}

/// Plans and prints.
pub async fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    let setups = select(global, &args.what)?;
    let plans = planned::all(&setups, &args.planning.to_look(), terminal).await?;
    let plans: Vec<_> = plans.into_iter().map(|(planned, _)| planned.into_plan()).collect();
    if let Some(file) = &args.out {
        saved::save(file, &plans)?;
    }
    let layout = Layout { show_unchanged: args.show_unchanged, ..Layout::of(Kind::Plan) };
    planned::print(global, terminal, layout, &plans)?;
    let changes = plans.iter().any(|plan| !plan.is_empty());
    let exit = if args.exit_code && changes { Exit::Changes } else { Exit::Done };
    Ok(planned::refusal(&plans).unwrap_or(exit))
}
