//! `trueup adopt`: takes objects over that another tool or environment has.

use clap::builder::NonEmptyStringValueParser;

use jiff::Timestamp;

use super::applying::{self, Purpose, Running};
use super::select::select_one;
use super::{Planning, What, no_reports};
use crate::cli::{Global, Output};
use crate::config::Adoption;
use crate::deploy::rebuilding;
use crate::error::{CommandError, Diagnostic, Exit};
use crate::object::NamedObject;
use crate::release::HeldBy;
use crate::report::{text, words};
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
    #[arg(value_name = "OBJECT", required_unless_present = "rebuild", conflicts_with = "rebuild")]
    objects: Vec<NamedObject>,
    /// Make an inventory again that was deleted, or lacks something: from the objects that carry its label and
    /// from the records
    #[arg(long, conflicts_with_all = ["reference", "dirty", "overrides"])]
    rebuild: bool,
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
    if args.rebuild {
        return rebuild(global, args.environment, &args.running, terminal).await;
    }
    let what = What { environments: vec![args.environment], reference: args.reference, ..What::default() };
    let mut setup = select_one(global, &what, "objects are taken into one environment: name one")?;
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

/// Looks for what belongs to the environment, shows it, asks, and writes the inventory.
async fn rebuild(
    global: &Global,
    environment: String,
    running: &Running,
    terminal: &Terminal,
) -> Result<Exit, CommandError> {
    no_reports(global, "adopt --rebuild")?;
    if global.output != Output::Text {
        return Err(CommandError::usage("adopt --rebuild prints text"));
    }
    let what = What::recorded(Some(environment), None);
    let setup = select_one(global, &what, "an inventory is of one environment: name one")?;
    let cluster = setup.access.connect().await.map_err(Diagnostic::from)?;
    let step = terminal.step("looking");
    let rebuilt = rebuilding::look(&setup, &cluster).await?;
    drop(step);
    let report = &rebuilt.report;
    if report.objects.is_empty() && report.release.is_none() {
        let what = format!(
            "nothing of {} is left: no object carries its label, and there are no records",
            report.target
        );
        return Err(Diagnostic::new(what).into());
    }
    let options = text::TextOptions::new(terminal.width(), Timestamp::now());
    let options = text::TextOptions { full: terminal.is_verbose(), ..options };
    terminal.data(&text::rebuild(report, &options));
    if report.is_complete || running.is_dry() {
        return Ok(Exit::Done);
    }
    let (target, count) = (report.target.clone(), report.objects.len());
    running.confirm(terminal, &format!("Make the inventory of {target} so?"))?;
    let waits_for = |by: &HeldBy| terminal.note(&format!("{target}: waiting for {by}"));
    rebuilding::write(&cluster, rebuilt, running.lock_wait(), waits_for).await?;
    terminal.note(&format!("{target}: the inventory is made again, with {}", words::count(count, "object")));
    Ok(Exit::Done)
}
