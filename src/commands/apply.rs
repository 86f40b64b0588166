//! `trueup apply`: makes the cluster as the repository says.

use super::applying::{self, Purpose, Running};
use super::{Planning, What, select};
use crate::cli::Global;
use crate::error::{CommandError, Exit};
use crate::ui::Terminal;

/// Makes the cluster as the repository says, waits, and records it
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    planning: Planning,
    #[command(flatten)]
    running: Running,
    /// Deploy the work tree although it isn't committed
    #[arg(long, conflicts_with = "reference")]
    dirty: bool,
    /// Succeed and change nothing when the deployed commit is newer than this one
    #[arg(long)]
    skip_superseded: bool,
}

/// Plans, asks, applies, waits and records.
pub async fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    let setups = select(global, &args.what)?;
    let purpose = Purpose::Apply { may_be_dirty: args.dirty, skips_superseded: args.skip_superseded };
    applying::all(global, terminal, setups, &args.planning, &args.running, &purpose).await
}
