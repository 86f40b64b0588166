//! `trueup check`: everything that can be checked without a cluster.

use super::{What, annotates, planned, select, unused};
use crate::cli::{Global, Output, ReportKind};
use crate::deploy::checking::{self, Options};
use crate::error::{CommandError, Exit};
use crate::report::{CheckReport, github, json, junit, markdown, text};
use crate::schema::Minor;
use crate::ui::Terminal;

/// Checks the desired objects without a cluster
///
/// Reads them and says all that is wrong: what can't be read, what the API
/// server would refuse (unknown kinds and fields, wrong values), and, as notes,
/// what would probably not work (references that lead nowhere, deprecated
/// versions). Exits with 1 if there are errors.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(flatten)]
    what: What,
    /// Check against this version of Kubernetes, such as 1.34 [default: the newest known]
    #[arg(long, value_name = "VERSION")]
    kubernetes_version: Option<Minor>,
    /// Take notes for errors
    #[arg(long)]
    strict: bool,
}

/// Checks and prints.
pub fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    if global.output == Output::Yaml {
        return Err(CommandError::usage("check prints text, json or markdown"));
    }
    planned::check_reports(&global.reports)?;
    let setups = select(global, &args.what)?;
    let options = Options { version: args.kubernetes_version.unwrap_or(Minor::NEWEST), strict: args.strict };
    let checked = checking::check(&setups, options);
    let (report, used) = checked.map_err(|error| CommandError::usage(error.to_string()))?;
    setups.iter().flat_map(|setup| &setup.notes).for_each(|note| terminal.note(note));
    // What can't be read may ask for anything.
    if report.summary.errors == 0 {
        unused::warn(&setups, &used, terminal);
    }
    print(global, &report, terminal)?;
    Ok(if report.summary.errors > 0 { Exit::Error } else { Exit::Done })
}

fn print(global: &Global, report: &CheckReport, terminal: &Terminal) -> Result<(), CommandError> {
    match global.output {
        Output::Text => terminal.data(&text::check(report)),
        Output::Json | Output::Jsonl => terminal.data(&json::check(report)),
        Output::Yaml | Output::Markdown => terminal.data(&markdown::check(report)),
    }
    if annotates(global) {
        terminal.annotate(&github::check(report));
    }
    planned::write_reports(&global.reports, |kind| match kind {
        ReportKind::Json => Ok(json::check(report)),
        ReportKind::Markdown => Ok(markdown::check(report)),
        ReportKind::Junit => Ok(junit::check(report)),
    })
}
