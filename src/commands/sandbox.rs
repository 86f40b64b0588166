//! `trueup sandbox`: a throw-away control plane on this machine. The control
//! plane is a program of its own; this finds it and hands over.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use clap::Subcommand;
use serde::Deserialize;

use crate::cli::{Global, Output};
use crate::error::{CommandError, Diagnostic, Exit};
use crate::ui::Terminal;

/// The program's name.
const PROGRAM: &str = "trueup-sandbox";

/// Names the program's file, before all other places where it may be.
const VARIABLE: &str = "TRUEUP_SANDBOX";

/// Runs a throw-away Kubernetes control plane on this machine
///
/// A real API server, etcd, controllers and scheduler, with pods that are
/// played: for trying things out and for tests.
#[derive(Debug, clap::Args)]
pub struct Args {
    #[command(subcommand)]
    action: Action,
    /// Its folder; needed when there are several
    #[arg(long, value_name = "DIR", global = true)]
    dir: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Action {
    /// Starts one and leaves it running
    Start,
    /// Stops it and removes its folder
    Stop,
    /// Says whether it runs, and how to reach it
    Status,
}

/// What the program says about a running control plane.
#[derive(Debug, Deserialize)]
struct Started {
    kubeconfig: String,
    context: String,
    dir: String,
    version: String,
}

/// Starts, stops or looks.
pub fn run(global: &Global, args: Args, terminal: &Terminal) -> Result<Exit, CommandError> {
    let program = program()?;
    let dir = args.dir.unwrap_or_else(default_dir);
    match args.action {
        Action::Start => start(global, &program, &dir, terminal),
        Action::Stop => hand_over(&program, "stop", &dir, terminal),
        Action::Status => hand_over(&program, "status", &dir, terminal),
    }
}

/// Where the program is: named by the environment, beside trueup, or on PATH.
fn program() -> Result<PathBuf, CommandError> {
    if let Some(named) = std::env::var_os(VARIABLE).map(PathBuf::from) {
        let missing = || Diagnostic::new(format!("{VARIABLE} names {}, which isn't a file", named.display()));
        return if named.is_file() { Ok(named) } else { Err(missing().into()) };
    }
    let beside = std::env::current_exe().ok().and_then(|own| Some(own.parent()?.join(PROGRAM)));
    let on_path = std::env::var_os("PATH")
        .into_iter()
        .flat_map(|path| std::env::split_paths(&path).map(|folder| folder.join(PROGRAM)).collect::<Vec<_>>());
    beside.into_iter().chain(on_path).find(|file| file.is_file()).ok_or_else(|| {
        Diagnostic::new(format!("{PROGRAM} isn't beside trueup, nor on PATH"))
            .hint(format!(
                "build it with Go from trueup's sources (sandbox/README.md), or name it with {VARIABLE}"
            ))
            .hint("an existing cluster does as well: every other command works with any kubeconfig")
            .into()
    })
}

/// One folder a user: the sandbox that `start`, `stop` and `status` mean when
/// none is named.
fn default_dir() -> PathBuf {
    let user = std::env::var("USER").unwrap_or_else(|_| "user".to_owned());
    std::env::temp_dir().join(format!("trueup-sandbox-of-{user}"))
}

fn start(global: &Global, program: &Path, dir: &Path, terminal: &Terminal) -> Result<Exit, CommandError> {
    let step = terminal.step("starting the control plane");
    let failed = |why: String| Diagnostic::new("the control plane didn't start").because(why);
    let mut child = Command::new(program)
        .args(["start", "--detached", "--dir"])
        .arg(dir)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    let mut line = String::new();
    let output = child.stdout.take().map(BufReader::new);
    output
        .map(|mut output| output.read_line(&mut line))
        .transpose()
        .map_err(|error| failed(error.to_string()))?;
    drop(step);
    if line.is_empty() {
        let mut said = String::new();
        // What it said is only for the message.
        let _ = child.stderr.take().map(|mut errors| errors.read_to_string(&mut said));
        return Err(failed(said.trim().to_owned()).into());
    }
    if global.output == Output::Json {
        terminal.data(&line);
        return Ok(Exit::Done);
    }
    let started: Started = serde_json::from_str(&line).map_err(|error| failed(error.to_string()))?;
    terminal.data(&format!(
        "Kubernetes {} runs in {}\n\n  export KUBECONFIG={}   # context {}\n\nStop it with: {}\n",
        started.version,
        started.dir,
        for_shell(&started.kubeconfig),
        started.context,
        stop_command(std::env::var_os(VARIABLE).map(|_| program), &started.dir)
    ));
    Ok(Exit::Done)
}

/// What stops it, to be pasted: `named` is the program's file where only the environment
/// of this process names it.
fn stop_command(named: Option<&Path>, dir: &str) -> String {
    let absolute = |file: &Path| std::path::absolute(file).unwrap_or_else(|_| file.to_path_buf());
    let named = named.map(|file| format!("{VARIABLE}={} ", for_shell(&absolute(file).to_string_lossy())));
    format!("{}trueup sandbox stop --dir {}", named.unwrap_or_default(), for_shell(dir))
}

/// A word that a shell takes as it is.
fn for_shell(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-+:@%,".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', "'\\''"))
}

/// Lets the program answer by itself.
fn hand_over(program: &Path, verb: &str, dir: &Path, terminal: &Terminal) -> Result<Exit, CommandError> {
    let output = Command::new(program).arg(verb).arg(dir).stdin(Stdio::null()).output().map_err(|error| {
        Diagnostic::new(format!("can't run {}", program.display())).because(error.to_string())
    })?;
    terminal.data(&String::from_utf8_lossy(&output.stdout));
    let said = String::from_utf8_lossy(&output.stderr);
    said.lines().for_each(|line| terminal.note(line));
    Ok(if output.status.success() { Exit::Done } else { Exit::Error })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_that_stops_it_works_as_it_is_pasted() {
        assert_eq!(stop_command(None, "/tmp/a"), "trueup sandbox stop --dir /tmp/a");
        assert_eq!(
            stop_command(Some(Path::new("/opt/it's here/box")), "/tmp/a b"),
            "TRUEUP_SANDBOX='/opt/it'\\''s here/box' trueup sandbox stop --dir '/tmp/a b'"
        );
    }
}
