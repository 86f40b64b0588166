//! `trueup diff`: field by field, what differs between the repository and the
//! cluster, with `--drift` what moved in the cluster, or with `A..B` between two
//! commits.

use super::between::{Comparing, Range};
use super::planned::{self, Layout};
use super::{Capabilities, Planning, What, select};
use crate::cli::{Global, Output};
use crate::deploy::drift::{self, Measure};
use crate::deploy::planning::Options;
use crate::error::{CommandError, Diagnostic, Exit};
use crate::report::json::Kind;
use crate::report::text;
use crate::ui::Terminal;

/// Shows field by field what differs between the repository and the cluster
///
/// With A..B among the environments, it shows how what is rendered differs between
/// two commits, branches or tags: `trueup diff prod main..HEAD`. A side that is left
/// out is HEAD. No cluster is asked then.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    what: What,
    #[command(flatten)]
    planning: Planning,
    #[command(flatten)]
    capabilities: Capabilities,
    /// Show only what moved in the cluster since the last deployment
    #[arg(long)]
    drift: bool,
    /// With --drift: what others have set beside what was deployed counts, too
    #[arg(long, requires = "drift")]
    strict: bool,
    /// Show YAML before and after, as a patch
    #[arg(long, conflicts_with_all = ["drift", "show_unchanged"])]
    unified: bool,
    /// Exit with 2 when something differs
    #[arg(long)]
    exit_code: bool,
    /// List the objects too that don't differ
    #[arg(long)]
    show_unchanged: bool,
}

/// Compares and prints.
pub async fn run(global: &Global, mut args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    if let Some(range) = Range::take(&mut args.what.environments)? {
        let Args { what, planning, capabilities, drift, unified, exit_code, show_unchanged, strict: _ } =
            args;
        if drift {
            return Err(CommandError::usage("--drift is about a cluster, and A..B looks at none"));
        }
        return Comparing {
            global,
            terminal,
            capabilities: &capabilities,
            unified,
            show_unchanged,
            exit_code,
        }
        .run(&what, &planning, &range);
    }
    if args.capabilities.is_given() {
        return Err(CommandError::usage(
            "--kubernetes-version and --api-version are for A..B: here the cluster says what it is",
        ));
    }
    let setups = select(global, &args.what)?;
    let options = Options { without_guards: true, ..args.planning.to_look() };
    let plans = if args.drift {
        let measure = if args.strict { Measure::Strict } else { Measure::Written };
        let mut plans = Vec::with_capacity(setups.len());
        for setup in &setups {
            let cluster = setup.access.connect().await.map_err(Diagnostic::from)?;
            let _step = terminal.step("comparing");
            plans.push(drift::plan(setup, &cluster, options.selection.as_ref(), measure).await?);
        }
        plans
    } else {
        let plans = planned::all(&setups, &options, terminal).await?;
        if args.unified && global.output == Output::Text {
            setups.iter().zip(&plans).for_each(|(setup, (planned, _))| {
                terminal.data(&text::unified(&planned.versions(&setup.rules), ["live", "desired"]));
            });
        }
        plans.into_iter().map(|(planned, _)| planned.into_plan()).collect()
    };
    if !args.unified || global.output != Output::Text {
        let layout =
            Layout { is_drift: args.drift, show_unchanged: args.show_unchanged, ..Layout::of(Kind::Diff) };
        planned::print(global, terminal, layout, &plans)?;
    }
    let differs = plans.iter().any(|plan| !plan.is_empty());
    Ok(if args.exit_code && differs { Exit::Changes } else { Exit::Done })
}
