//! `trueup apply`: makes the cluster as the repository says.

use super::applying::{self, Purpose, Running};
use super::way_back::WayBack;
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
    /// When it fails, put the last healthy release back
    #[arg(long, conflicts_with_all = ["no_wait", "only", "except", "paths"])]
    rollback_on_failure: bool,
    /// In a rollback after a failure, leave live Secrets as they are: neither change nor delete them
    #[arg(long)]
    keep_secrets: bool,
    /// Succeed and change nothing when the deployed commit is newer than this one
    #[arg(long)]
    skip_superseded: bool,
}

/// Plans, asks, applies, waits and records.
pub async fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    let (setups, checkout) = select::with_checkout(global, &args.what)?;
    let is_asked_for = args.rollback_on_failure;
    let goes_back = is_asked_for || setups.iter().any(|setup| setup.rollback_on_failure);
    if args.keep_secrets && !goes_back {
        let unused = CommandError::usage("--keep-secrets is for a rollback, and none follows a failure here");
        return Err(unused.hint("ask for one with --rollback-on-failure"));
    }
    let way_back = checkout.filter(|_| goes_back);
    let way_back = way_back.map(|checkout| WayBack::of(checkout, is_asked_for, args.keep_secrets));
    let purpose =
        Purpose::Apply { may_be_dirty: args.dirty, way_back, skips_superseded: args.skip_superseded };
    applying::all(global, terminal, setups, &args.planning, &args.running, &purpose).await
}
