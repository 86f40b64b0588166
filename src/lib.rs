//! `trueup` deploys a Git repository to Kubernetes: it renders what a commit
//! wants, computes with the API server's own server-side apply what would
//! change, does exactly that, waits until it is healthy, and records it.
//!
//! Data flows one way, each stage a plain function over plain data:
//!
//! ```text
//! git ──► render ──► desired ─┐
//!                             ├─► diff ─► plan ─► guard ─► apply ─► wait ─► release
//! cluster ──► discovery ──► live ┘
//! ```
//!
//! [`cluster`] is the only module that talks to Kubernetes, [`git`] the only
//! one that opens a repository and [`ui`] the only one that writes to the
//! terminal. `docs/architecture.md` is the map.

pub mod apply;
mod cache;
pub mod cel;
pub mod check;
pub mod cli;
pub mod cluster;
pub mod commands;
pub mod config;
pub mod deploy;
pub mod diagnosis;
pub mod diff;
pub mod error;
pub mod git;
pub mod guard;
pub mod health;
mod hex;
pub mod json;
pub mod object;
mod parallel;
pub mod plan;
pub mod release;
pub mod remote;
pub mod render;
pub mod report;
pub mod schema;
pub mod signature;
pub mod tools;
pub mod ui;
pub mod wait;
pub mod yaml;

use clap::Parser as _;
use cli::Output;
use error::{CommandError, Exit};
use std::ffi::OsString;
use ui::Terminal;

/// Runs the program with these arguments, its own name first. Prints what there
/// is to print and returns how it ended.
pub fn run(arguments: impl IntoIterator<Item = OsString>) -> Exit {
    let cli = match cli::Cli::try_parse_from(arguments) {
        Ok(cli) => cli,
        Err(error) => return usage(&error),
    };
    let terminal = Terminal::of_process(cli.global.settings());
    let output = cli.global.output;
    let outcome = runtime().and_then(|runtime| runtime.block_on(commands::run(cli, &terminal)));
    // What a signal has cut off isn't worth telling.
    commands::quitting().unwrap_or_else(|| finish(outcome, output, &terminal))
}

/// Help and version are answers, not errors.
fn usage(error: &clap::Error) -> Exit {
    // Nothing can be done about a terminal that can't be written to.
    let _ = error.print();
    if error.use_stderr() { Exit::Usage } else { Exit::Done }
}

fn runtime() -> Result<tokio::runtime::Runtime, CommandError> {
    tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| error::Diagnostic::new("can't start").because(error.to_string()).into())
}

fn finish(outcome: Result<Exit, CommandError>, output: Output, terminal: &Terminal) -> Exit {
    let exit = outcome.unwrap_or_else(|error| {
        match output {
            Output::Json => terminal.data(&report::json::error(&error)),
            Output::Jsonl => terminal.data(&report::json::error_line(&error)),
            Output::Text | Output::Yaml | Output::Markdown => {}
        }
        terminal.error(&error);
        if commands::is_github() {
            terminal.annotate(&report::github::annotations(report::Severity::Error, &error.diagnostics));
        }
        error.exit
    });
    match terminal.finish() {
        Ok(()) => exit,
        Err(failure) => {
            terminal.errors(&[failure]);
            exit.worst(Exit::Error)
        }
    }
}
