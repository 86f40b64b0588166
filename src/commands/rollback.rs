//! `trueup rollback`: an ordinary apply of an earlier commit.

use std::path::PathBuf;

use super::applying::{self, Purpose, Running};
use super::{Planning, What, select, vars};
use crate::cli::Global;
use crate::deploy::rollback::{self, Destination};
use crate::error::{CommandError, Diagnostic, Exit};
use crate::render::Decryption;
use crate::ui::Terminal;

/// Deploys an earlier commit again
///
/// Without REF and --release: the newest healthy release before the current one.
/// The commit is rendered out of the repository's history; the work tree isn't
/// touched.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The environment of trueup.yaml
    #[arg(value_name = "ENV")]
    environment: String,
    /// The commit, branch or tag to go back to
    #[arg(value_name = "REF")]
    reference: Option<String>,
    /// The release to go back to
    #[arg(long, value_name = "N", conflicts_with = "reference")]
    release: Option<u64>,
    /// Hold everything afterwards, until `trueup hold clear`, instead of what was rolled back alone
    #[arg(long, value_name = "REASON", num_args = 0..=1, default_missing_value = "")]
    hold: Option<String>,
    /// Leave live Secrets as they are: neither change nor delete them; what is missing is created
    #[arg(long)]
    keep_secrets: bool,
    /// Set a variable instead of what the release had, or one whose value isn't recorded (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = vars::assignment)]
    vars: Vec<(String, String)>,
    /// Set the variables that this YAML file has (repeatable; --var wins)
    #[arg(long = "var-file", value_name = "FILE")]
    var_files: Vec<PathBuf>,
    #[command(flatten)]
    planning: Planning,
    #[command(flatten)]
    running: Running,
}

/// Finds the commit, then plans, asks, applies, waits and records.
pub async fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    let what = What {
        environments: vec![args.environment],
        vars: args.vars,
        var_files: args.var_files,
        ..What::default()
    };
    let destination = match (args.reference, args.release) {
        (Some(reference), _) => Destination::Reference(reference),
        (None, Some(release)) => Destination::Release(release),
        (None, None) => Destination::LastHealthy,
    };
    let directory = select::directory(global)?;
    let given = vars::given(&what, &directory)?;
    let checkout = select::checkout(global, &what, &directory, select::discover(&directory)?)?;
    let [setup] = select::of_checkout(global, &what, &checkout, &given)?.try_into().map_err(|_| {
        CommandError::usage("a rollback is of one environment").hint("roll the others back one by one")
    })?;
    let cluster = setup.access.connect().await.map_err(Diagnostic::from)?;
    let mut found = rollback::find(&setup, &cluster, &destination).await?;
    let what =
        What { reference: Some(found.commit.to_string()), environments: vec![setup.environment], ..what };
    let mut setups = select::of_checkout(global, &what, &checkout, &given)?;
    let decryption = if args.keep_secrets { Decryption::KeepSecrets } else { Decryption::Earlier };
    for setup in &mut setups {
        setup.give(&found.vars);
        setup.notes.extend(found.notes.clone());
        setup.means.decryption = decryption;
    }
    found.undone.holds_everything = args.hold;
    let purpose = Purpose::Rollback { undone: found.undone, keep_secrets: args.keep_secrets };
    applying::all(global, terminal, setups, &args.planning, &args.running, &purpose).await
}
