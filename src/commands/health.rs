//! `trueup health`: judges live objects that somebody else has fetched.

use std::path::PathBuf;

use jiff::Timestamp;

use super::{no_reports, select};
use crate::cli::{Global, Output};
use crate::error::{CommandError, Exit};
use crate::health::{self, Health};
use crate::render::{self, SourceTree};
use crate::report::json::{self, HealthRecord};
use crate::report::text;
use crate::ui::Terminal;

/// Judges live objects given as YAML or JSON, without a cluster
///
/// Tells of each whether it is ready, progressing, failed, being deleted, or not to
/// be told, and why: `kubectl get all -o yaml | trueup health -f -`.
#[derive(Debug, clap::Args)]
pub struct Args {
    /// A file or folder with live objects, - for standard input (repeatable)
    #[arg(short = 'f', long = "filename", value_name = "PATH", required = true)]
    paths: Vec<PathBuf>,
    /// Exit with 2 when something isn't ready
    #[arg(long)]
    exit_code: bool,
}

/// Judges and prints.
pub fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    no_reports(global, "health")?;
    if matches!(global.output, Output::Yaml | Output::Markdown) {
        return Err(CommandError::usage("health prints text or json"));
    }
    let paths: Vec<String> = args.paths.iter().map(|path| path.to_string_lossy().into_owned()).collect();
    let stdin = select::stdin(&paths)?.map(|bytes| bytes.to_vec());
    let tree = SourceTree::AdHoc { directory: select::directory(global)?, stdin };
    let objects = render::live(&tree, &paths)?;
    let now = Timestamp::now();
    let judged =
        objects.into_iter().map(|live| HealthRecord::new(live.object, health::judge(&live.body, now)));
    let judged: Vec<HealthRecord> = judged.collect();
    terminal.data(&match global.output {
        Output::Json => json::health(&judged),
        _ => text::health(&judged, terminal.width()),
    });
    let all_ready = judged.iter().all(|record| record.health == Health::Ready);
    Ok(if args.exit_code && !all_ready { Exit::Changes } else { Exit::Done })
}
