//! The command line's global part: options that every command has, and which
//! command it is.

use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use clap::{ArgAction, Args, Parser, Subcommand, ValueEnum};

use crate::cluster::Access;
use crate::commands;
use crate::config::Period;
use crate::ui::{Color, Settings};

/// Deploys a Git repository to Kubernetes.
///
/// Reads what a commit wants, computes with the API server exactly what would
/// change, does that and nothing else, waits until it is healthy, and records
/// it.
#[derive(Debug, Parser)]
#[command(
    name = "trueup",
    version,
    max_term_width = 100,
    propagate_version = true,
    disable_help_subcommand = true
)]
pub struct Cli {
    /// Options of every command.
    #[command(flatten)]
    pub global: Global,
    /// The command.
    #[command(subcommand)]
    pub command: Command,
}

/// What to do.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Prints the desired objects, each with its source
    Render(commands::render::Args),
    /// Checks the desired objects without a cluster
    Check(commands::check::Args),
    /// Shows field by field what differs between the repository and the cluster
    Diff(commands::diff::Args),
    /// Shows what apply would do, in order, and whether it may
    Plan(commands::plan::Args),
    /// Makes the cluster as the repository says, waits, and records it
    Apply(commands::apply::Args),
    /// Deploys an earlier commit again
    Rollback(commands::rollback::Args),
    /// Takes objects over that another tool or environment has
    Adopt(commands::adopt::Args),
    /// Lets objects go without deleting them
    Forget(commands::forget::Args),
    /// Deletes a whole target: its objects, and its history
    Delete(commands::delete::Args),
    /// Shows what is deployed, whether it drifted, and its health
    Status(commands::status::Args),
    /// Lists the releases, or shows one
    History(commands::history::Args),
    /// Judges live objects given as YAML or JSON, without a cluster
    Health(commands::health::Args),
    /// Shows what may not be deployed again after a rollback, or ends that
    Hold(commands::hold::Args),
    /// Shows who holds an environment's lock, or breaks it
    Lock(commands::lock::Args),
    /// Runs a throw-away Kubernetes control plane on this machine
    Sandbox(commands::sandbox::Args),
    /// Prints a shell's completion script
    Completions(commands::completions::Args),
}

/// Options of every command.
#[derive(Debug, Args)]
pub struct Global {
    /// Run as if started in this folder
    #[arg(short = 'C', value_name = "DIR", global = true)]
    pub directory: Option<PathBuf>,
    /// The configuration, instead of the trueup.yaml found from here upwards
    #[arg(long, value_name = "FILE", global = true)]
    pub config: Option<PathBuf>,
    /// The file of age keys that decrypts what SOPS has encrypted, instead of the one that its variables name
    #[arg(long, value_name = "FILE", global = true)]
    pub age_key_file: Option<PathBuf>,
    /// The kubeconfig file
    #[arg(long, value_name = "FILE", env = "TRUEUP_KUBECONFIG", global = true, help_heading = CONNECTION)]
    pub kubeconfig: Option<PathBuf>,
    /// The kubeconfig's context
    #[arg(long, value_name = "NAME", env = "TRUEUP_CONTEXT", global = true, help_heading = CONNECTION)]
    pub context: Option<String>,
    /// Neither use nor keep what earlier runs have kept in the user's cache folder
    #[arg(long, env = "TRUEUP_NO_CACHE", value_parser = FalseyValueParser::new(), global = true)]
    pub no_cache: bool,
    /// The namespace of objects that name none
    #[arg(short, long, value_name = "NAMESPACE", global = true, help_heading = CONNECTION)]
    pub namespace: Option<String>,
    /// How long one request may take
    #[arg(long, value_name = "DURATION", env = "TRUEUP_TIMEOUT", global = true, help_heading = CONNECTION)]
    pub timeout: Option<Period>,
    /// Act as this user
    #[arg(long = "as", value_name = "USER", env = "TRUEUP_AS", global = true, help_heading = CONNECTION)]
    pub as_user: Option<String>,
    /// Act as a member of this group (repeatable)
    #[arg(long = "as-group", value_name = "GROUP", global = true, help_heading = CONNECTION)]
    pub as_groups: Vec<String>,
    /// What to print on standard output
    #[arg(short, long, value_enum, default_value_t = Output::Text, env = "TRUEUP_OUTPUT", global = true, help_heading = OUTPUT)]
    pub output: Output,
    /// Writes a report to a file too: markdown=FILE, json=FILE or junit=FILE; or github, which annotates (repeatable)
    #[arg(long = "report", value_name = "KIND=FILE", global = true, help_heading = OUTPUT)]
    pub reports: Vec<Report>,
    /// When to use colour
    #[arg(long, value_enum, default_value_t = Color::Auto, env = "TRUEUP_COLOR", global = true, help_heading = OUTPUT)]
    pub color: Color,
    /// Print only the result and errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = OUTPUT)]
    pub quiet: bool,
    /// Say more
    #[arg(short, long, action = ArgAction::SetTrue, global = true, help_heading = OUTPUT)]
    pub verbose: bool,
}

const CONNECTION: &str = "Connection";
const OUTPUT: &str = "Output";

/// The forms of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Output {
    /// For people
    Text,
    /// One JSON document
    Json,
    /// JSON, a line for each event of a run and one for its outcome
    Jsonl,
    /// YAML, where objects are printed
    Yaml,
    /// Markdown, for plans, diffs and outcomes
    Markdown,
}

/// A report beside the output.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Report {
    /// One that is written to a file.
    File {
        /// Its form.
        kind: ReportKind,
        /// Where it goes.
        file: PathBuf,
    },
    /// Annotations for GitHub Actions, wherever this runs.
    Github,
}

/// The forms of reports in files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReportKind {
    /// What `-o json` prints.
    Json,
    /// For a pull request's comment or a job's summary.
    Markdown,
    /// `JUnit` XML, for a pipeline's list of tests.
    Junit,
}

impl std::str::FromStr for Report {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "github" {
            return Ok(Self::Github);
        }
        let (kind, file) = text.split_once('=').ok_or("expected KIND=FILE, or github")?;
        let kind = match kind {
            "json" => ReportKind::Json,
            "markdown" => ReportKind::Markdown,
            "junit" => ReportKind::Junit,
            "github" => return Err("github takes no file".into()),
            other => {
                return Err(format!("unknown report {other:?}: expected json, markdown, junit or github"));
            }
        };
        if file.is_empty() {
            return Err("no file after the '='".into());
        }
        Ok(Self::File { kind, file: file.into() })
    }
}

impl Global {
    /// What these options say about output.
    pub fn settings(&self) -> Settings {
        Settings { color: self.color, quiet: self.quiet, verbose: self.verbose }
    }

    /// The access that these options ask for.
    pub fn access(&self) -> Access {
        Access {
            kubeconfig: self.kubeconfig.clone(),
            context: self.context.clone(),
            user: self.as_user.clone(),
            groups: self.as_groups.clone(),
            timeout: self.timeout.map(|Period(timeout)| timeout),
            no_cache: self.no_cache,
        }
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn reports_are_read() {
        let report: Report = "markdown=plan.md".parse().expect("a report");
        assert_eq!(report, Report::File { kind: ReportKind::Markdown, file: "plan.md".into() });
        assert_eq!("github".parse(), Ok(Report::Github));
        for wrong in ["markdown", "pdf=x", "json=", "github=x"] {
            assert!(wrong.parse::<Report>().is_err(), "{wrong}");
        }
    }
}
