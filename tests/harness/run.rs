//! One run of trueup, and what can be said about it.

use std::io::{Read, Write as _};
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use trueup::json::Value;

use super::POLL;
use super::environment::wait_until;
use super::rewrite::Rewriter;

/// No run of a test takes longer, unless it hangs.
const LONGEST: Duration = Duration::from_secs(120);

/// A run that has ended.
pub(crate) struct Run {
    /// The exit code; `None` when a signal ended the process.
    pub code: Option<i32>,
    /// All of standard output.
    pub stdout: String,
    /// All of standard error.
    pub stderr: String,
    command: String,
    rewriter: Rewriter,
}

/// What a run has said so far on one of its outputs.
type Heard = Arc<Mutex<Vec<u8>>>;

/// A run that is under way.
#[must_use]
pub(crate) struct Running {
    child: Child,
    stdout: JoinHandle<String>,
    stderr: JoinHandle<String>,
    printed: Heard,
    complaints: Heard,
    command: String,
    rewriter: Rewriter,
}

impl Running {
    /// Starts a command, with this on its standard input.
    pub(super) fn start(command: Command, input: Option<&str>, shown: String, rewriter: Rewriter) -> Self {
        Self::begin(command, input, None, shown, rewriter)
    }

    /// Starts a command whose standard output is read until this is in it, and closed.
    pub(super) fn start_for(command: Command, part: &str, shown: String, rewriter: Rewriter) -> Self {
        Self::begin(command, None, Some(part.to_owned()), shown, rewriter)
    }

    fn begin(
        mut command: Command,
        input: Option<&str>,
        until: Option<String>,
        shown: String,
        rewriter: Rewriter,
    ) -> Self {
        let stdin = if input.is_some() { Stdio::piped() } else { Stdio::null() };
        let mut child = command
            .stdin(stdin)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the trueup program starts");
        if let Some((mut pipe, input)) = child.stdin.take().zip(input) {
            // A program that doesn't read it all isn't this test's concern.
            let _ = pipe.write_all(input.as_bytes());
        }
        let stdout = child.stdout.take().expect("a pipe");
        let stderr = child.stderr.take().expect("a pipe");
        let (printed, complaints) = (Heard::default(), Heard::default());
        let (printing, heard) = (printed.clone(), complaints.clone());
        Self {
            child,
            stdout: thread::spawn(move || read(stdout, &printing, until.as_deref())),
            stderr: thread::spawn(move || read(stderr, &heard, None)),
            printed,
            complaints,
            command: shown,
            rewriter,
        }
    }

    /// Waits until standard error has this in it.
    #[track_caller]
    pub(crate) fn until_it_complains(&self, part: &str) {
        wait_until(&format!("it says {part:?}"), || {
            let heard = self.complaints.lock().unwrap_or_else(PoisonError::into_inner);
            String::from_utf8_lossy(&heard).contains(part)
        });
    }

    /// Sends a signal such as `INT` or `KILL`.
    pub(crate) fn signal(&self, name: &str) {
        // The shell's own kill: Rust's standard library has none but SIGKILL.
        let script = format!("kill -{name} {}", self.child.id());
        let status = Command::new("sh").args(["-c", &script]).status().expect("a shell");
        assert!(status.success(), "{script}");
    }

    /// Whether it has printed this on standard output so far.
    pub(crate) fn has_printed(&self, part: &str) -> bool {
        let printed = self.printed.lock().expect("nobody panics while holding it");
        String::from_utf8_lossy(&printed).contains(part)
    }

    /// Kills it at once.
    pub(crate) fn kill(&mut self) {
        self.child.kill().expect("a process to kill");
    }

    /// Whether it has ended.
    pub(crate) fn has_ended(&mut self) -> bool {
        self.child.try_wait().expect("a status").is_some()
    }

    /// Waits for the end.
    #[must_use = "a run that nobody looks at tests nothing"]
    #[track_caller]
    pub(crate) fn end(mut self) -> Run {
        let deadline = Instant::now() + LONGEST;
        let (status, hung) = loop {
            if let Some(status) = self.child.try_wait().expect("a status") {
                break (status, false);
            }
            if Instant::now() > deadline {
                self.child.kill().expect("a process to kill");
                break (self.child.wait().expect("a status"), true);
            }
            thread::sleep(POLL);
        };
        let run = Run {
            code: status.code(),
            stdout: self.stdout.join().expect("standard output"),
            stderr: self.stderr.join().expect("standard error"),
            command: self.command,
            rewriter: self.rewriter,
        };
        assert!(!hung, "no end after {LONGEST:?}\n{run}");
        run
    }
}

/// Reads it to its end, or until this is in it; what was read so far is in `heard`.
fn read(mut pipe: impl Read, heard: &Mutex<Vec<u8>>, until: Option<&str>) -> String {
    let all = || heard.lock().unwrap_or_else(PoisonError::into_inner);
    let mut part = [0; 4096];
    loop {
        match pipe.read(&mut part).expect("output") {
            0 => return String::from_utf8(all().clone()).expect("output in UTF-8"),
            length => all().extend(&part[..length]),
        }
        let text = String::from_utf8_lossy(&all()).into_owned();
        if until.is_some_and(|until| text.contains(until)) {
            return text;
        }
    }
}

impl Run {
    /// Asserts exit code 0.
    #[track_caller]
    pub(crate) fn success(self) -> Self {
        self.exits(0)
    }

    /// Asserts the exit code.
    #[track_caller]
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, Some(code), "unexpected exit code\n{self}");
        self
    }

    /// Asserts that standard error has this in it.
    #[track_caller]
    pub(crate) fn complains(self, part: &str) -> Self {
        assert!(self.stderr.contains(part), "standard error doesn't say {part:?}\n{self}");
        self
    }

    /// Asserts that standard output has this in it.
    #[track_caller]
    pub(crate) fn prints(self, part: &str) -> Self {
        assert!(self.stdout.contains(part), "standard output doesn't say {part:?}\n{self}");
        self
    }

    /// Asserts that this is nowhere in the output.
    #[track_caller]
    pub(crate) fn never_says(self, part: &str) -> Self {
        assert!(
            !self.stdout.contains(part) && !self.stderr.contains(part),
            "the output says {part:?}\n{self}"
        );
        self
    }

    /// Standard output as one JSON document.
    #[track_caller]
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.stdout).unwrap_or_else(|error| panic!("not JSON: {error}\n{self}"))
    }

    /// The only target of standard output's JSON document.
    #[track_caller]
    pub(crate) fn target(&self) -> Value {
        let mut document = self.json();
        assert_eq!(document["schema"], "trueup/v1", "another format\n{self}");
        let targets = document["targets"].as_array_mut().unwrap_or_else(|| panic!("no targets\n{self}"));
        assert_eq!(targets.len(), 1, "not one target\n{self}");
        targets.remove(0)
    }

    /// Everything about the run that is the same each time: command, standard
    /// output, standard error, exit status.
    pub(crate) fn snapshot(&self) -> String {
        let rewriter = &self.rewriter;
        self.describe(
            &rewriter.rewrite_names(&self.command),
            &rewriter.rewrite(&self.stdout),
            &rewriter.rewrite_progress(&self.stderr),
        )
    }

    fn describe(&self, command: &str, stdout: &str, stderr: &str) -> String {
        let stderr = if stderr.is_empty() { String::new() } else { format!("--- stderr\n{stderr}") };
        let end = match self.code {
            Some(code) => format!("--- exit status {code}"),
            None => "--- ended by a signal".to_owned(),
        };
        format!("$ {command}\n{stdout}{stderr}{end}")
    }
}

impl std::fmt::Display for Run {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.describe(&self.command, &self.stdout, &self.stderr))
    }
}
