//! `trueup forget`: lets objects go without deleting them.

use super::applying::{self, Purpose, Running};
use super::{Planning, What, select};
use crate::cli::Global;
use crate::config::Period;
use crate::deploy::leaving::Departure;
use crate::error::{CommandError, Exit};
use crate::object::NamedObject;
use crate::ui::Terminal;

/// Lets objects go without deleting them
///
/// They stay as they are, but nothing of them is trueup's any more. Take them out
/// of the repository first: the next apply would take them in again.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The environment of trueup.yaml
    #[arg(value_name = "ENV")]
    environment: String,
    /// An object: Kind/name, Kind.group/name or namespace/Kind/name
    #[arg(value_name = "OBJECT", required = true)]
    objects: Vec<NamedObject>,
    /// Don't ask
    #[arg(short, long)]
    yes: bool,
    /// Only show the plan
    #[arg(long)]
    dry_run: bool,
    /// How long to wait for another run on the same target [default: 1m]
    #[arg(long, value_name = "DURATION")]
    lock_timeout: Option<Period>,
}

/// Plans, asks, lets go and records.
pub async fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    let what = What { environments: vec![args.environment], ..What::default() };
    let setups = select(global, &what)?;
    if setups.len() > 1 {
        return Err(CommandError::usage("objects are of one environment: name one"));
    }
    let running = Running::without_waiting(args.yes, args.dry_run, args.lock_timeout);
    let purpose = Purpose::Leave(Departure::Objects(args.objects));
    applying::all(global, terminal, setups, &Planning::default(), &running, &purpose).await
}
