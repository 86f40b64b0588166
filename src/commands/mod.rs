//! One file a subcommand: its arguments, and a `run` that hands them to the
//! pipeline and prints what comes back. No logic of deploying lives here.

pub mod adopt;
pub mod apply;
mod applying;
mod asking;
mod between;
pub mod check;
pub mod completions;
pub mod delete;
pub mod diff;
mod ended;
mod following;
pub mod forget;
pub mod health;
pub mod history;
pub mod hold;
pub mod lock;
pub mod plan;
mod planned;
pub mod render;
pub mod rollback;
pub mod sandbox;
mod saved;
mod select;
mod signals;
mod split;
pub mod status;
mod unused;
mod vars;
mod way_back;

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

pub use select::select;
pub use signals::quitting;

use crate::cli::{Cli, Command, Global, Output, Report};
use crate::deploy::setup::Setup;
use crate::error::{CommandError, Exit};
use crate::plan::Pattern;
use crate::schema::Minor;
use crate::ui::Terminal;

/// What to deploy, and to which environments.
#[derive(Debug, Clone, Default, Args)]
pub struct What {
    /// Environments of trueup.yaml; a glob such as 'prod-*' names several
    #[arg(value_name = "ENV")]
    pub environments: Vec<String>,
    /// All environments
    #[arg(long)]
    pub all: bool,
    #[command(flatten)]
    #[allow(missing_docs, reason = "a doc comment would replace the command's own help")]
    pub files: Files,
    /// Read from this commit, branch or tag instead of the work tree
    #[arg(long = "ref", value_name = "REF")]
    pub reference: Option<String>,
    /// Whether it is only about what was deployed before: no source is read then.
    #[arg(skip)]
    pub looks_back: bool,
    /// Set a variable for sources with `substitute: true`, or for what -f names (repeatable)
    #[arg(long = "var", value_name = "NAME=VALUE", value_parser = vars::assignment)]
    pub vars: Vec<(String, String)>,
    /// Set the variables that this YAML file has (repeatable; --var wins)
    #[arg(long = "var-file", value_name = "FILE")]
    pub var_files: Vec<PathBuf>,
}

impl What {
    /// A target that was deployed before: an environment, what -f named, or by both
    /// names an environment whose configuration isn't at hand. Nothing is read from
    /// files then.
    pub fn recorded(environment: Option<String>, name: Option<String>) -> Self {
        let paths = name.iter().map(|_| PathBuf::from(".")).collect();
        Self {
            environments: environment.into_iter().collect(),
            files: Files { paths, name },
            looks_back: true,
            ..Self::default()
        }
    }
}

/// Sources without a configuration.
#[derive(Debug, Clone, Default, Args)]
pub struct Files {
    /// A file or folder to deploy without a trueup.yaml, - for standard input (repeatable)
    #[arg(short = 'f', long = "filename", value_name = "PATH")]
    pub paths: Vec<PathBuf>,
    /// Keep an inventory and a history for what -f names, under this name
    #[arg(long, value_name = "NAME", requires = "paths")]
    pub name: Option<String>,
}

/// What charts see of a cluster where none is asked.
#[derive(Debug, Clone, Default, Args)]
pub struct Capabilities {
    /// Render charts as for this version of Kubernetes, such as 1.34 [default: the newest known]
    #[arg(long, value_name = "VERSION")]
    pub kubernetes_version: Option<Minor>,
    /// Render charts as where this is served, too: a version such as monitoring.coreos.com/v1, or a kind
    /// such as monitoring.coreos.com/v1/ServiceMonitor (repeatable)
    #[arg(long = "api-version", value_name = "VERSION[/KIND]", value_parser = NonEmptyStringValueParser::new())]
    pub api_versions: Vec<String>,
}

impl Capabilities {
    /// Whether any was given.
    fn is_given(&self) -> bool {
        self.kubernetes_version.is_some() || !self.api_versions.is_empty()
    }

    /// An environment as it is for a cluster with these.
    fn lend(&self, setup: &mut Setup) {
        if let Some(version) = self.kubernetes_version {
            setup.means.kubernetes = Some(format!("v{version}.0"));
        }
        setup.means.served.extend(self.api_versions.iter().cloned());
    }
}

/// How to plan.
#[derive(Debug, Clone, Default, Args)]
pub struct Planning {
    /// Ask the API server about every object, even where a proof exists
    #[arg(long)]
    pub exact: bool,
    /// Leave objects alone that are no longer in the repository
    #[arg(long)]
    pub no_prune: bool,
    /// Only the objects that this fits: KIND/NAME, NAMESPACE/KIND/NAME, kind=, name=, namespace=,
    /// label= or path=, with commas for all at once and * for any text (repeatable; deletes nothing)
    #[arg(long, value_name = "PATTERN")]
    pub only: Vec<Pattern>,
    /// All but the objects that this fits, as with --only (repeatable; deletes nothing)
    #[arg(long, value_name = "PATTERN")]
    pub except: Vec<Pattern>,
    /// How many requests may be under way at once; fewer while the server is busy [default: 16]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u8).range(1..))]
    pub concurrency: Option<u8>,
    /// Tell for each change which commit asked for it (the default)
    #[arg(long, overrides_with = "no_cause")]
    pub cause: bool,
    /// Don't look for the commits that asked for changes
    #[arg(long, overrides_with = "cause")]
    pub no_cause: bool,
    /// Refuse to delete more objects than this: a number, or a share such as 20%
    #[arg(long, value_name = "N|N%")]
    pub max_delete: Option<crate::config::Limit>,
    /// Let a plan pass that this guard refuses (repeatable; needs --reason)
    #[arg(long = "override", value_name = "GUARD", requires = "reason", value_parser = crate::guard::NAMES)]
    pub overrides: Vec<String>,
    /// Why a guard is overridden; it is recorded
    #[arg(long, value_name = "TEXT", requires = "overrides", value_parser = NonEmptyStringValueParser::new())]
    pub reason: Option<String>,
}

/// Reports are for what plans and applies; nothing is promised and not written.
fn no_reports(global: &Global, command: &str) -> Result<(), CommandError> {
    if global.reports.is_empty() {
        return Ok(());
    }
    Err(CommandError::usage(format!("{command} has no --report")).hint("use -o json and redirect it"))
}

/// Whether annotations are wanted: they were asked for, or this is a step of
/// GitHub Actions.
fn annotates(global: &Global) -> bool {
    global.reports.contains(&Report::Github) || is_github()
}

/// Whether this is a step of GitHub Actions.
pub fn is_github() -> bool {
    std::env::var_os("GITHUB_ACTIONS").is_some_and(|value| value == "true")
}

/// Runs the command that the command line names.
pub async fn run(cli: Cli, terminal: &Terminal) -> Result<Exit, CommandError> {
    let Cli { global, command } = cli;
    let is_run =
        matches!(command, Command::Apply(_) | Command::Rollback(_) | Command::Forget(_) | Command::Delete(_));
    if global.output == Output::Jsonl && !is_run {
        return Err(CommandError::usage("-o jsonl is for apply, rollback, forget and delete"));
    }
    signals::watch()?;
    match command {
        Command::Render(args) => render::run(&global, args, terminal),
        Command::Check(args) => check::run(&global, args, terminal),
        Command::Diff(args) => diff::run(&global, args, terminal).await,
        Command::Plan(args) => plan::run(&global, args, terminal).await,
        Command::Apply(args) => apply::run(&global, args, terminal).await,
        Command::Rollback(args) => rollback::run(&global, args, terminal).await,
        Command::Adopt(args) => adopt::run(&global, args, terminal).await,
        Command::Forget(args) => forget::run(&global, args, terminal).await,
        Command::Delete(args) => delete::run(&global, args, terminal).await,
        Command::Status(args) => status::run(&global, args, terminal).await,
        Command::History(args) => history::run(&global, args, terminal).await,
        Command::Health(args) => health::run(&global, args, terminal),
        Command::Hold(args) => hold::run(&global, args, terminal).await,
        Command::Lock(args) => lock::run(&global, args, terminal).await,
        Command::Sandbox(args) => sandbox::run(&global, args, terminal),
        Command::Completions(args) => completions::run(args, terminal),
    }
}
