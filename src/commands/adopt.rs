//! `trueup adopt`: takes objects over that another tool or environment has.

use clap::builder::NonEmptyStringValueParser;

use super::applying::{self, Purpose, Running};
use super::{Planning, What, select};
use crate::cli::Global;
use crate::config::Adoption;
use crate::deploy::setup::Setup;
use crate::error::{CommandError, Exit};
use crate::object::NamedObject;
use crate::ui::Terminal;

/// Takes objects over that another tool or environment has
///
/// They have to be in the repository, and become as it says: the plan shows what of
/// them changes, and what their owners have set and goes. `apply` by itself takes over
/// only what nobody claims.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The environment of trueup.yaml
    #[arg(value_name = "ENV")]
    environment: String,
    /// An object: Kind/name, Kind.group/name or namespace/Kind/name
    #[arg(value_name = "OBJECT", required = true)]
    objects: Vec<NamedObject>,
    /// Read from this commit, branch or tag instead of the work tree
    #[arg(long = "ref", value_name = "REF")]
    reference: Option<String>,
    /// Take the work tree although it isn't committed
    #[arg(long, conflicts_with = "reference")]
    dirty: bool,
    #[command(flatten)]
    running: Running,
    /// Let a plan pass that this guard refuses (repeatable; needs --reason)
    #[arg(long = "override", value_name = "GUARD", requires = "reason", value_parser = crate::guard::NAMES)]
    overrides: Vec<String>,
    /// Why a guard is overridden; it is recorded
    #[arg(long, value_name = "TEXT", requires = "overrides", value_parser = NonEmptyStringValueParser::new())]
    reason: Option<String>,
}

/// Plans, asks, takes over, waits and records.
pub async fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    let what = What { environments: vec![args.environment], reference: args.reference, ..What::default() };
    let [mut setup]: [Setup; 1] = select(global, &what)?
        .try_into()
        .map_err(|_| CommandError::usage("objects are taken into one environment: name one"))?;
    setup.rules.adoption = Adoption::Asked;
    let planning = Planning {
        only: args.objects.iter().map(Into::into).collect(),
        overrides: args.overrides,
        reason: args.reason,
        ..Planning::default()
    };
    let purpose = Purpose::Adopt { may_be_dirty: args.dirty };
    applying::all(global, terminal, vec![setup], &planning, &args.running, &purpose).await
}
