//! Whether another process on this machine is still alive, as far as `/proc`
//! says so for certain.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// One process, told apart from every other that ever ran: the machine's boot,
/// the PID namespace (containers repeat host names and process ids), the id and
/// when it started (ids are used again).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Process {
    /// The kernel's random id of this boot.
    pub boot_id: String,
    /// The PID namespace, such as `pid:[4026531836]`.
    pub pid_namespace: String,
    /// The id within that namespace.
    pub pid: u32,
    /// When it started, in clock ticks since boot.
    pub process_start: u64,
}

/// The process information of this machine. Elsewhere than on Linux there is
/// none, and nothing is ever certain.
#[derive(Debug, Clone)]
pub(super) struct Processes {
    root: PathBuf,
}

impl Processes {
    /// What the kernel says.
    pub(super) fn of_this_machine() -> Self {
        Self { root: PathBuf::from("/proc") }
    }

    /// This process. `None` where `/proc` isn't there or isn't of our own PID
    /// namespace (a container may have the host's).
    pub(super) fn this(&self) -> Option<Process> {
        let pid = std::process::id();
        let own = fs::read_link(self.root.join("self")).ok()?;
        if own != Path::new(&pid.to_string()) {
            return None;
        }
        let boot_id = fs::read_to_string(self.root.join("sys/kernel/random/boot_id")).ok()?;
        let pid_namespace = fs::read_link(self.root.join("self/ns/pid")).ok()?;
        let stat = fs::read_to_string(self.root.join("self/stat")).ok()?;
        Some(Process {
            boot_id: boot_id.trim().to_owned(),
            pid_namespace: pid_namespace.to_str()?.to_owned(),
            pid,
            process_start: Stat::parse(&stat)?.start,
        })
    }

    /// Whether it is certain that a process is no more. In doubt it isn't.
    pub(super) fn is_dead(&self, process: &Process) -> bool {
        let Some(this) = self.this() else { return false };
        if process.boot_id != this.boot_id || process.pid_namespace != this.pid_namespace {
            return false;
        }
        match fs::read_to_string(self.root.join(process.pid.to_string()).join("stat")) {
            Ok(stat) => {
                Stat::parse(&stat).is_some_and(|stat| stat.start != process.process_start || stat.is_zombie())
            }
            Err(error) => error.kind() == ErrorKind::NotFound && !self.hides_others(),
        }
    }

    /// Whether other users' processes may be invisible (mount option `hidepid`).
    fn hides_others(&self) -> bool {
        match fs::read_to_string(self.root.join("self/mountinfo")) {
            Ok(mounts) => mounts.lines().any(hides_processes),
            Err(_) => true,
        }
    }

    /// This machine's name.
    pub(super) fn host(&self) -> Option<String> {
        let name = fs::read_to_string(self.root.join("sys/kernel/hostname")).ok()?;
        Some(name.trim().to_owned()).filter(|name| !name.is_empty())
    }
}

/// A line of `mountinfo`: after ` - ` come file system type, source and options.
fn hides_processes(mount: &str) -> bool {
    let Some((_, after)) = mount.split_once(" - ") else { return false };
    let mut fields = after.split(' ');
    fields.next() == Some("proc")
        && fields
            .nth(1)
            .unwrap_or_default()
            .split(',')
            .any(|option| option.strip_prefix("hidepid=").is_some_and(|level| level != "0" && level != "off"))
}

/// What is needed of `/proc/PID/stat` (proc(5)).
struct Stat {
    state: char,
    start: u64,
}

impl Stat {
    /// The second field, the program's name in brackets, may hold anything,
    /// brackets too; after it come the state (third) and, as the 22nd, the start.
    fn parse(text: &str) -> Option<Self> {
        let (_, after) = text.rsplit_once(')')?;
        let mut fields = after.split_ascii_whitespace();
        let state = fields.next()?.chars().next()?;
        let start = fields.nth(18)?.parse().ok()?;
        Some(Self { state, start })
    }

    /// It has ended, and nobody has asked for its exit status yet.
    fn is_zombie(&self) -> bool {
        matches!(self.state, 'Z' | 'X')
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    const MOUNT: &str = "25 30 0:24 / /proc rw,nosuid shared:14 - proc proc rw";

    fn stat(pid: u32, state: char, start: u64) -> String {
        format!("{pid} (a) b) {state} 1 1 1 0 -1 4194560 1 0 0 0 0 0 0 0 20 0 1 0 {start} 9 9")
    }

    struct Fixture {
        folder: tempfile::TempDir,
        processes: Processes,
    }

    /// A `/proc` with this process in it.
    fn fixture() -> Fixture {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path();
        let own = std::process::id();
        fs::create_dir_all(root.join("sys/kernel/random")).expect("a folder");
        fs::write(root.join("sys/kernel/random/boot_id"), "boot-1\n").expect("a file");
        fs::write(root.join("sys/kernel/hostname"), "laptop\n").expect("a file");
        fs::create_dir_all(root.join(own.to_string()).join("ns")).expect("a folder");
        symlink("pid:[1]", root.join(own.to_string()).join("ns/pid")).expect("a link");
        symlink(own.to_string(), root.join("self")).expect("a link");
        let processes = Processes { root: root.to_owned() };
        let fixture = Fixture { folder, processes };
        fixture.add(own, 'R', 100);
        fixture.mounts(MOUNT);
        fixture
    }

    impl Fixture {
        fn add(&self, pid: u32, state: char, start: u64) {
            let folder = self.folder.path().join(pid.to_string());
            fs::create_dir_all(&folder).expect("a folder");
            fs::write(folder.join("stat"), stat(pid, state, start)).expect("a file");
        }

        fn mounts(&self, mounts: &str) {
            fs::write(self.folder.path().join("self/mountinfo"), mounts).expect("a file");
        }
    }

    /// A process id that no test process has.
    const OTHER: u32 = 4_000_000_000;

    fn other(start: u64) -> Process {
        Process {
            boot_id: "boot-1".into(),
            pid_namespace: "pid:[1]".into(),
            pid: OTHER,
            process_start: start,
        }
    }

    #[test]
    fn a_process_that_is_gone_or_whose_id_is_anothers_now_is_dead() {
        let fixture = fixture();
        assert!(fixture.processes.is_dead(&other(5)), "no such process");
        fixture.add(OTHER, 'S', 5);
        assert!(!fixture.processes.is_dead(&other(5)), "alive");
        assert!(fixture.processes.is_dead(&other(4)), "its id was used again");
        fixture.add(OTHER, 'Z', 5);
        assert!(fixture.processes.is_dead(&other(5)), "a zombie");
    }

    #[test]
    fn nothing_is_certain_about_another_boot_or_container() {
        let fixture = fixture();
        assert!(!fixture.processes.is_dead(&Process { boot_id: "boot-2".into(), ..other(5) }));
        assert!(!fixture.processes.is_dead(&Process { pid_namespace: "pid:[2]".into(), ..other(5) }));
    }

    #[test]
    fn a_process_that_may_only_be_hidden_isnt_taken_for_dead() {
        let fixture = fixture();
        for options in ["rw,hidepid=2", "rw,hidepid=invisible"] {
            fixture.mounts(&format!("1 2 0:3 / /proc rw - proc proc {options}"));
            assert!(!fixture.processes.is_dead(&other(5)), "{options}");
        }
        fixture.mounts("1 2 0:3 / /proc rw - proc proc rw,hidepid=off");
        assert!(fixture.processes.is_dead(&other(5)));
    }

    #[test]
    fn another_namespaces_proc_says_nothing() {
        let fixture = fixture();
        fs::remove_file(fixture.folder.path().join("self")).expect("a link");
        symlink("1", fixture.folder.path().join("self")).expect("a link");
        assert_eq!(fixture.processes.this(), None);
        assert!(!fixture.processes.is_dead(&other(5)));
    }

    #[test]
    fn this_process_and_machine_are_known() {
        let fixture = fixture();
        let this = fixture.processes.this().expect("this process");
        assert_eq!((this.boot_id.as_str(), this.pid_namespace.as_str()), ("boot-1", "pid:[1]"));
        assert_eq!((this.pid, this.process_start), (std::process::id(), 100));
        assert!(!fixture.processes.is_dead(&this));
        assert_eq!(fixture.processes.host().as_deref(), Some("laptop"));
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn the_kernels_own_words_are_understood() {
        let processes = Processes::of_this_machine();
        let this = processes.this().expect("this process");
        assert!(this.process_start > 0 && !processes.is_dead(&this));
        assert!(processes.is_dead(&Process { process_start: this.process_start + 1, ..this }));
    }
}
