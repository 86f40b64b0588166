//! A running sandbox. The tests and the demo both include this file.

use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use serde::Deserialize;

/// A sandbox that stops by itself when this value, or this whole process,
/// ends: it then reads the end of its standard input.
#[derive(Debug)]
pub(crate) struct RunningSandbox {
    /// Has a context for each user; the current one may do everything.
    pub kubeconfig: PathBuf,
    _input: Option<ChildStdin>,
    _process: Child,
}

/// What a sandbox says about itself once it is ready.
#[derive(Deserialize)]
struct Record {
    kubeconfig: PathBuf,
}

impl RunningSandbox {
    /// Starts one and waits until it is ready. Its errors go to `errors`.
    pub(crate) fn start(program: &Path, arguments: &[&str], errors: Stdio) -> Result<Self, String> {
        let mut process = Command::new(program)
            .arg("start")
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(errors)
            .spawn()
            .map_err(|error| format!("can't start {}: {error}", program.display()))?;
        let input = process.stdin.take();
        let output = process.stdout.take().ok_or("the sandbox has no standard output")?;
        let mut line = String::new();
        BufReader::new(output)
            .read_line(&mut line)
            .map_err(|error| format!("can't read what the sandbox says: {error}"))?;
        let Record { kubeconfig } = serde_json::from_str(&line)
            .map_err(|_| "the sandbox ended before it was ready; above is what it said".to_owned())?;
        Ok(Self { kubeconfig, _input: input, _process: process })
    }
}
