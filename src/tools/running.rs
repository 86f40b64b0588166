//! The programs that run, and the folders that they work in, so that a signal can
//! end both: a process has its signals as a whole, and so this is the process's.

use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rustix::process::{Pid, Signal, kill_process_group};

/// So often a folder is removed again that somebody still writes into.
const TRIES: u32 = 100;

/// Between two of those.
const SOON: Duration = Duration::from_millis(5);

static RUNNING: Mutex<Running> =
    Mutex::new(Running { is_stopped: false, programs: BTreeSet::new(), folders: BTreeSet::new() });

struct Running {
    /// Whether no program may begin any more.
    is_stopped: bool,
    /// Programs that haven't been waited for; each has a process group of its own.
    programs: BTreeSet<i32>,
    folders: BTreeSet<PathBuf>,
}

fn running() -> MutexGuard<'static, Running> {
    RUNNING.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Kills every program that runs, with all that it has started, and lets none begin
/// any more.
pub fn stop() {
    let mut running = running();
    running.is_stopped = true;
    let groups = running.programs.iter().filter_map(|program| Pid::from_raw(*program));
    groups.for_each(|group| {
        let _ = kill_process_group(group, Signal::KILL);
    });
}

/// Whether they were stopped.
pub fn is_stopped() -> bool {
    running().is_stopped
}

/// Removes the folders of all programs, when they were stopped and the process is about
/// to end.
pub fn clear() {
    for _ in 0..TRIES {
        let folders: Vec<PathBuf> = running().folders.iter().cloned().collect();
        // Whoever still writes a file into one may have made it anew.
        if folders.iter().filter(|folder| !is_removed(folder)).count() == 0 {
            return;
        }
        thread::sleep(SOON);
    }
}

fn is_removed(folder: &Path) -> bool {
    let _ = fs::remove_dir_all(folder);
    !folder.exists()
}

/// Starts a program; `None` when they were stopped.
pub(super) fn begin(command: &mut Command) -> io::Result<Option<Child>> {
    let mut running = running();
    if running.is_stopped {
        return Ok(None);
    }
    let child = command.spawn()?;
    running.programs.insert(Pid::from_child(&child).as_raw_pid());
    Ok(Some(child))
}

/// Whether it has ended. Then its number may be another process's.
pub(super) fn ended(child: &mut Child) -> Option<ExitStatus> {
    let mut running = running();
    let status = child.try_wait().ok().flatten()?;
    running.programs.remove(&Pid::from_child(child).as_raw_pid());
    Some(status)
}

/// Kills a program, with all that it has started.
pub(super) fn kill(child: &mut Child) {
    let mut running = running();
    // It hasn't been waited for, so the number is still its own.
    let _ = kill_process_group(Pid::from_child(child), Signal::KILL);
    let _ = child.wait();
    running.programs.remove(&Pid::from_child(child).as_raw_pid());
}

/// A folder is used from here on.
pub(super) fn enter(folder: &Path) {
    running().folders.insert(folder.to_owned());
}

/// It's gone.
pub(super) fn leave(folder: &Path) {
    running().folders.remove(folder);
}
