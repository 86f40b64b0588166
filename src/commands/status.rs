//! `trueup status`: what is deployed, whether it drifted, and its health.

use jiff::Timestamp;

use super::{What, no_reports, select};
use crate::cli::{Global, Output};
use crate::deploy::status;
use crate::error::{CommandError, Diagnostic, Exit};
use crate::report::json::{self, Kind};
use crate::report::text;
use crate::ui::Terminal;

/// Shows what is deployed, whether it drifted, and its health
#[derive(Debug, clap::Args)]
pub struct Args {
    /// Environments of trueup.yaml; a glob such as 'prod-*' names several
    #[arg(value_name = "ENV")]
    environments: Vec<String>,
    /// All environments
    #[arg(long, conflicts_with = "environments")]
    all: bool,
    /// The name under which what -f named was deployed
    #[arg(long, value_name = "NAME", conflicts_with_all = ["environments", "all"])]
    name: Option<String>,
    /// Exit with 2 when something drifted, isn't healthy, or isn't deployed yet
    #[arg(long)]
    exit_code: bool,
}

/// Looks and prints.
pub async fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    no_reports(global, "status")?;
    let what = What { environments: args.environments, all: args.all, ..What::recorded(None, args.name) };
    let setups = select(global, &what)?;
    let now = Timestamp::now();
    let mut reports = Vec::with_capacity(setups.len());
    for setup in &setups {
        let cluster = setup.access.connect().await.map_err(Diagnostic::from)?;
        let _step = terminal.step("looking");
        reports.push(status::read(setup, &cluster, now).await?);
    }
    match global.output {
        Output::Text => {
            let options = text::TextOptions {
                full: terminal.is_verbose(),
                ..text::TextOptions::new(terminal.width(), now)
            };
            let texts: Vec<String> = reports.iter().map(|report| text::status(report, &options)).collect();
            terminal.data(&texts.join("\n"));
        }
        Output::Json => {
            let environment = (reports.len() == 1).then(|| reports[0].target.as_str());
            terminal.data(&json::document(Kind::Status, environment, &reports));
        }
        _ => return Err(CommandError::usage("status prints text or json")),
    }
    let pending = reports.iter().any(status::is_pending);
    Ok(if args.exit_code && pending { Exit::Changes } else { Exit::Done })
}
