//! Running a program: no shell, a clean environment, and an end in any case.

use std::env;
use std::ffi::OsString;
use std::io::{self, Read, Write};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::thread;
use std::time::{Duration, Instant};

use super::{Keys, Workspace, running};

/// So much of what a program complains about is kept.
const MOST_COMPLAINTS: usize = 64 * 1024;

/// Between two looks at whether a program has ended that has closed its output.
const SOON: Duration = Duration::from_millis(2);

/// After a kill, so long is waited for what was printed before.
const LAST_WORDS: Duration = Duration::from_millis(200);

/// Variables that say how to get into the network, handed on to who may.
const NETWORK: [&str; 8] = [
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
];

/// A proxy that nobody listens at.
const NOWHERE: &str = "http://127.0.0.1:1";

/// One run of a program.
#[derive(Debug)]
pub struct Call<'a> {
    /// The program.
    pub program: &'a Path,
    /// Its arguments.
    pub arguments: Vec<OsString>,
    /// Its surroundings; it runs in the folder of the files.
    pub workspace: &'a Workspace,
    /// Whether it may fetch things.
    pub may_fetch: bool,
    /// The keys that it decrypts with, if it does.
    pub keys: Option<&'a Keys>,
    /// What it reads on standard input.
    pub input: Option<&'a [u8]>,
}

/// What a run may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// The longest that it may take.
    pub time: Duration,
    /// The most bytes that it may print.
    pub output: u64,
}

/// Why there is no output.
#[derive(Debug)]
pub enum Failure {
    /// It couldn't be started.
    NotStarted(io::Error),
    /// It took too long, and was killed.
    TooLong(Duration),
    /// It printed too much, and was killed.
    TooMuch(u64),
    /// It ended with this exit code, and complained.
    Failed(i32, String),
    /// Somebody killed it with this signal.
    Killed(i32, String),
    /// It was [stopped](super::stop), or couldn't begin any more.
    Stopped,
}

/// What it printed.
pub fn run(call: &Call<'_>, limits: Limits) -> Result<Vec<u8>, Failure> {
    limited(command(call), call.input, limits)
}

/// What a command printed, given this to read, within these limits.
pub fn limited(mut command: Command, input: Option<&[u8]>, limits: Limits) -> Result<Vec<u8>, Failure> {
    let deadline = Instant::now() + limits.time;
    // What it starts itself ends with it.
    command.stdout(Stdio::piped()).stderr(Stdio::piped()).process_group(0);
    let begun = running::begin(&mut command).map_err(Failure::NotStarted)?;
    let mut child = begun.ok_or(Failure::Stopped)?;
    if let Some((pipe, input)) = child.stdin.take().zip(input) {
        writing(pipe, input.to_vec());
    }
    let printed = reading(child.stdout.take(), limits.output);
    let complained = reading(child.stderr.take(), MOST_COMPLAINTS as u64);
    let output = match printed.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
        Ok(Some(output)) if output.len() as u64 <= limits.output => output,
        Ok(_) => return Err(killed(child, Failure::TooMuch(limits.output))),
        Err(_) => return Err(killed(child, Failure::TooLong(limits.time))),
    };
    let Some(status) = ended(&mut child, deadline) else {
        return Err(killed(child, Failure::TooLong(limits.time)));
    };
    if status.success() {
        return Ok(output);
    }
    if running::is_stopped() {
        return Err(Failure::Stopped);
    }
    Err(failure(status, &complained))
}

fn command(call: &Call<'_>) -> Command {
    let Call { program, arguments, workspace, may_fetch, keys, input } = call;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .current_dir(workspace.tree())
        .env_clear()
        .env("PATH", env::var_os("PATH").unwrap_or_default())
        .env("HOME", workspace.home())
        .env("TMPDIR", workspace.temporary())
        .env("LC_ALL", "C.UTF-8")
        .env("GIT_TERMINAL_PROMPT", "0")
        .stdin(if input.is_some() { Stdio::piped() } else { Stdio::null() });
    if let Some(keys) = keys {
        command.envs(keys.variables()).env("SOPS_DISABLE_VERSION_CHECK", "1");
    }
    if *may_fetch {
        command.envs(NETWORK.iter().filter_map(|name| Some((*name, env::var_os(name)?))));
    } else {
        let proxies = ["http_proxy", "https_proxy", "all_proxy", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"];
        command.envs(proxies.map(|name| (name, NOWHERE))).env("GIT_ALLOW_PROTOCOL", "none");
    }
    command
}

/// Writes into a pipe on a thread of its own. Who doesn't read it all has said why.
fn writing(mut pipe: impl Write + Send + 'static, input: Vec<u8>) {
    thread::spawn(move || {
        let _ = pipe.write_all(&input);
    });
}

/// Reads a pipe on a thread of its own: its first bytes, one more than `most` where there
/// are more, or nothing where it breaks. The rest is read as well: a full pipe would stop
/// the program.
fn reading(pipe: Option<impl Read + Send + 'static>, most: u64) -> Receiver<Option<Vec<u8>>> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || {
        let Some(mut pipe) = pipe else { return };
        let mut bytes = Vec::new();
        let read = pipe.by_ref().take(most + 1).read_to_end(&mut bytes);
        let _ = sender.send(read.is_ok().then_some(bytes));
        let _ = io::copy(&mut pipe, &mut io::sink());
    });
    receiver
}

fn ended(child: &mut Child, deadline: Instant) -> Option<ExitStatus> {
    loop {
        if let Some(status) = running::ended(child) {
            return Some(status);
        }
        if Instant::now() >= deadline {
            return None;
        }
        thread::sleep(SOON);
    }
}

/// Kills the program, and all that it has started.
fn killed(mut child: Child, failure: Failure) -> Failure {
    running::kill(&mut child);
    failure
}

fn failure(status: ExitStatus, complained: &Receiver<Option<Vec<u8>>>) -> Failure {
    let complaints = match complained.recv_timeout(LAST_WORDS) {
        Ok(bytes) => {
            let mut bytes = bytes.unwrap_or_default();
            bytes.truncate(MOST_COMPLAINTS);
            String::from_utf8_lossy(&bytes).into_owned()
        }
        Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => String::new(),
    };
    match (status.signal(), status.code()) {
        (Some(signal), _) => Failure::Killed(signal, complaints),
        (None, code) => Failure::Failed(code.unwrap_or_default(), complaints),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sh(script: &str, limits: Limits) -> Result<String, String> {
        let workspace = Workspace::create().expect("a workspace");
        let arguments = vec!["-c".into(), script.into()];
        let program = Path::new("/bin/sh");
        let call =
            Call { program, arguments, workspace: &workspace, may_fetch: false, keys: None, input: None };
        let said = run(&call, limits).map_err(|failure| match failure {
            Failure::NotStarted(error) => error.to_string(),
            Failure::TooLong(time) => format!("longer than {time:?}"),
            Failure::TooMuch(bytes) => format!("more than {bytes}"),
            Failure::Failed(code, complaints) => format!("{code}: {complaints}"),
            Failure::Killed(signal, _) => format!("signal {signal}"),
            Failure::Stopped => "stopped".to_owned(),
        });
        said.map(|bytes| String::from_utf8(bytes).expect("text"))
    }

    const LIMITS: Limits = Limits { time: Duration::from_secs(60), output: 1000 };

    #[test]
    fn what_is_printed_comes_back_and_what_failed_says_why() {
        assert_eq!(sh("echo a; echo b >&2", LIMITS), Ok("a\n".into()));
        assert_eq!(sh("echo a; echo b >&2; exit 3", LIMITS), Err("3: b\n".into()));
        assert_eq!(sh("kill -TERM $$", LIMITS), Err("signal 15".into()));
    }

    #[test]
    fn nothing_of_the_callers_environment_but_path_is_seen() {
        let variables = sh("env | sort | sed 's/=.*//'", LIMITS).expect("variables");
        let names: Vec<&str> =
            variables.lines().filter(|name| !["PWD", "SHLVL", "_", "OLDPWD"].contains(name)).collect();
        let lower: Vec<String> = names.iter().map(|name| name.to_lowercase()).collect();
        let known = [
            "all_proxy",
            "git_allow_protocol",
            "git_terminal_prompt",
            "home",
            "http_proxy",
            "https_proxy",
            "lc_all",
            "path",
            "tmpdir",
        ];
        assert!(lower.iter().all(|name| known.contains(&name.as_str())), "{names:?}");
    }

    #[test]
    fn what_hangs_is_killed_with_what_it_started() {
        let limits = Limits { time: Duration::from_millis(100), ..LIMITS };
        let begun = Instant::now();
        assert_eq!(sh("sleep 60 & sleep 60", limits), Err("longer than 100ms".into()));
        assert_eq!(sh("exec >&- ; sleep 60", limits), Err("longer than 100ms".into()));
        assert!(begun.elapsed() < Duration::from_secs(30));
    }

    #[test]
    fn endless_output_is_cut_off() {
        assert_eq!(sh("yes", LIMITS), Err("more than 1000".into()));
        assert_eq!(
            sh("yes >&2 & i=0; while [ $i -lt 9 ]; do i=$((i+1)); done; kill $!; echo done", LIMITS),
            Ok("done\n".into())
        );
    }
}
