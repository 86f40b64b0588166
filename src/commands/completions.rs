//! `trueup completions`: a shell's completion script, on standard output.

use clap::CommandFactory as _;
use clap_complete::Shell;

use crate::cli::Cli;
use crate::error::{CommandError, Exit};
use crate::ui::Terminal;

/// Prints a shell's completion script
#[derive(Debug, clap::Args)]
pub struct Args {
    /// The shell
    #[arg(value_enum)]
    pub shell: Shell,
}

/// Prints it.
pub fn run(args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    terminal.data(&script(args.shell));
    Ok(Exit::Done)
}

/// The completion script for a shell.
pub fn script(shell: Shell) -> String {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "trueup", &mut text);
    String::from_utf8_lossy(&text).into_owned()
}
