//! Running programs: how long they take, and how much memory.

use std::path::PathBuf;
use std::process::{Command, Output, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// The folder, home and kubeconfig that programs run with. Nothing else of the
/// environment reaches them.
pub(crate) struct Surroundings {
    /// Where they run.
    pub(crate) folder: PathBuf,
    /// Their user's home, which also holds what they cache.
    pub(crate) home: PathBuf,
    /// How they reach the cluster.
    pub(crate) kubeconfig: PathBuf,
}

impl Surroundings {
    /// A program with these arguments.
    pub(crate) fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", &self.home)
            .env("KUBECONFIG", &self.kubeconfig)
            .env("NO_COLOR", "1")
            .stdin(Stdio::null());
        command
    }

    /// trueup with these arguments.
    pub(crate) fn trueup(&self, arguments: &[&str]) -> Command {
        self.command(env!("CARGO_BIN_EXE_trueup"), arguments)
    }
}

/// How long a program takes that ends with one of these codes, and what it
/// printed.
pub(crate) fn timed(mut command: Command, codes: &[i32]) -> (Duration, Output) {
    let start = Instant::now();
    let output = command.output().expect("the program starts");
    let took = start.elapsed();
    let is_fine = output.status.code().is_some_and(|code| codes.contains(&code));
    assert!(is_fine, "{command:?}: {}\n{}", output.status, String::from_utf8_lossy(&output.stderr));
    (took, output)
}

/// The most memory that a program has held, in bytes. Absent where there is no
/// `/proc`.
pub(crate) fn peak_memory(mut command: Command) -> Option<u64> {
    let mut child = command.stdout(Stdio::null()).spawn().expect("the program starts");
    let watched = watch_memory(child.id());
    child.wait().expect("a child");
    watched.join().expect("a thread")
}

/// Watches the most memory that a process has held, in bytes: the kernel's own
/// high-water mark, read again and again until the process ends.
pub(crate) fn watch_memory(process: u32) -> JoinHandle<Option<u64>> {
    thread::spawn(move || {
        let mut peak = None;
        // A process that has ended has no memory, whether or not it was waited for.
        while let Some(now) = high_water(process) {
            peak = peak.max(Some(now));
            thread::sleep(Duration::from_millis(1));
        }
        peak
    })
}

fn high_water(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches(" kB").parse().ok()?;
    Some(kilobytes * 1024)
}

/// Whether a program is on `PATH`.
pub(crate) fn is_on_path(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(program).is_file())
}

/// The middle one of some measurements.
pub(crate) fn median<T: Ord + Clone>(mut measured: Vec<T>) -> T {
    measured.sort();
    measured[measured.len() / 2].clone()
}
