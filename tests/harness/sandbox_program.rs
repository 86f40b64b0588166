//! Finds the sandbox's program, and builds it with Go when it is missing or
//! older than its sources. Standard library only: the tests and the demo both
//! include this file.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;
use std::{env, io};

/// The program, ready to run. `say` gets a line when it has to be built, which
/// takes minutes the first time and seconds afterwards.
pub(crate) fn locate(say: impl Fn(&str)) -> Result<PathBuf, String> {
    if let Some(named) = env::var_os("TRUEUP_SANDBOX") {
        let program = PathBuf::from(named);
        return if program.is_file() {
            Ok(program)
        } else {
            Err(format!("TRUEUP_SANDBOX names {}, which isn't a file", program.display()))
        };
    }
    let sources = Path::new(env!("CARGO_MANIFEST_DIR")).join("sandbox");
    let folder = target_folder().join("sandbox");
    up_to_date(&sources, &folder, say).map_err(|error| format!("can't build the sandbox: {error}"))
}

/// Where Cargo puts what it builds.
fn target_folder() -> PathBuf {
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    env::var_os("CARGO_TARGET_DIR").map_or_else(|| manifest.join("target"), |folder| manifest.join(folder))
}

/// The program in `folder`, built again if a source is newer. A lock keeps
/// test runs that start at the same time from building twice.
fn up_to_date(sources: &Path, folder: &Path, say: impl Fn(&str)) -> io::Result<PathBuf> {
    fs::create_dir_all(folder)?;
    let lock = File::create(folder.join("build.lock"))?;
    lock.lock()?;
    let program = folder.join("trueup-sandbox");
    let changed = newest_change(sources)?;
    let built = fs::metadata(&program).and_then(|metadata| metadata.modified()).ok();
    if built.is_none_or(|built| built < changed) {
        say("building the sandbox, a whole Kubernetes control plane, with Go (minutes the first time)");
        build(sources, &program)?;
    }
    Ok(program)
}

/// Builds beside the program and moves it into place: an older one may be
/// running. The time it gets is that of the build's start, so that a source
/// saved meanwhile counts as newer.
fn build(sources: &Path, program: &Path) -> io::Result<()> {
    let fresh = program.with_extension("new");
    let began = SystemTime::now();
    let outcome = Command::new("go")
        .args(["build", "-ldflags", "-s -w", "-o"])
        .arg(&fresh)
        .arg(".")
        .current_dir(sources)
        .output()
        .map_err(|error| without_go(&error))?;
    if !outcome.status.success() {
        return Err(io::Error::other(format!(
            "`go build` in {} failed:\n{}",
            sources.display(),
            String::from_utf8_lossy(&outcome.stderr)
        )));
    }
    File::options().write(true).open(&fresh)?.set_modified(began)?;
    fs::rename(&fresh, program)
}

fn without_go(error: &io::Error) -> io::Error {
    if error.kind() != ErrorKind::NotFound {
        return io::Error::other(format!("can't run `go`: {error}"));
    }
    io::Error::other(
        "there is no `go` on PATH\n\n\
         hint: install Go (https://go.dev/dl), or name a built one: TRUEUP_SANDBOX=/path/to/trueup-sandbox\n\
         hint: the tests also run on a cluster of yours that may be filled with rubbish, if both are set:\n      \
         TRUEUP_TEST_KUBECONFIG=/path/to/kubeconfig TRUEUP_TEST_CONTEXT=its-context cargo test",
    )
}

/// When a file that goes into the program was changed last.
fn newest_change(folder: &Path) -> io::Result<SystemTime> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let changed = if entry.file_type()?.is_dir() {
            newest_change(&entry.path())?
        } else if is_source(&entry.path()) {
            entry.metadata()?.modified()?
        } else {
            continue;
        };
        newest = newest.max(changed);
    }
    Ok(newest)
}

fn is_source(path: &Path) -> bool {
    let is_test = path.file_stem().and_then(OsStr::to_str).is_some_and(|stem| stem.ends_with("_test"));
    let extension = path.extension().and_then(OsStr::to_str).unwrap_or_default();
    matches!(extension, "go" | "mod" | "sum" | "yaml") && !is_test
}
