//! `trueup history`: the releases of an environment, or one in full.

use jiff::Timestamp;

use super::{What, no_reports, select};
use crate::cli::{Global, Output};
use crate::deploy::history::{self, History};
use crate::error::{CommandError, Diagnostic, Exit};
use crate::report::json::{self, Kind};
use crate::report::text;
use crate::ui::Terminal;

/// Lists the releases, or shows one
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The environment of trueup.yaml
    #[arg(value_name = "ENV")]
    environment: Option<String>,
    /// The number of the release to show
    #[arg(value_name = "N")]
    release: Option<u64>,
    /// The name under which what -f named was deployed
    #[arg(long, value_name = "NAME", conflicts_with = "environment")]
    name: Option<String>,
}

/// Lists or shows.
pub async fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    no_reports(global, "history")?;
    let what = What::recorded(args.environment, args.name);
    let setups = select(global, &what)?;
    let mut rows = Vec::new();
    for setup in &setups {
        let cluster = setup.access.connect().await.map_err(Diagnostic::from)?;
        let _step = terminal.step("reading the history");
        let History { rows: found, notes } = history::read(setup, &cluster, args.release).await?;
        for note in notes {
            terminal.note(&format!("note: {note}"));
        }
        rows.extend(found);
    }
    let environment = setups.first().map(|setup| setup.environment.as_str());
    match global.output {
        Output::Text => {
            terminal.data(&text::history(&rows, &text::TextOptions::new(terminal.width(), Timestamp::now())));
        }
        Output::Json => terminal.data(&json::document(Kind::History, environment, &rows)),
        _ => return Err(CommandError::usage("history prints text or json")),
    }
    Ok(Exit::Done)
}
