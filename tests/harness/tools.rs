//! The programs that render and decrypt, built from their Go modules as `tests/tools` pins
//! them: the tests are about the real ones.

use std::env;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::time::SystemTime;

/// A program that renders, decrypts or makes keys.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tool {
    Kustomize,
    Helm3,
    Helm4,
    Sops,
    AgeKeygen,
}

impl Tool {
    /// Its module's folder, its package, and the variable that holds its version.
    fn built_from(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Kustomize => (
                "kustomize",
                "sigs.k8s.io/kustomize/kustomize/v5",
                "sigs.k8s.io/kustomize/api/provenance.version=v5.8.2",
            ),
            Self::Helm3 => {
                ("helm3", "helm.sh/helm/v3/cmd/helm", "helm.sh/helm/v3/internal/version.version=v3.22.0")
            }
            Self::Helm4 => {
                ("helm4", "helm.sh/helm/v4/cmd/helm", "helm.sh/helm/v4/internal/version.version=v4.3.1")
            }
            Self::Sops => (
                "sops",
                "github.com/getsops/sops/v3/cmd/sops",
                "github.com/getsops/sops/v3/version.Version=3.13.3",
            ),
            Self::AgeKeygen => ("sops", "filippo.io/age/cmd/age-keygen", "main.Version=v1.3.2"),
        }
    }

    /// What it's called on PATH.
    fn command(self) -> &'static str {
        match self {
            Self::Kustomize => "kustomize",
            Self::Helm3 | Self::Helm4 => "helm",
            Self::Sops => "sops",
            Self::AgeKeygen => "age-keygen",
        }
    }

    /// The program, built once for all runs of the tests.
    pub(crate) fn program(self) -> PathBuf {
        static BUILT: [OnceLock<PathBuf>; 5] = [const { OnceLock::new() }; 5];
        let build = || build(self).unwrap_or_else(|error| panic!("{self:?} can't be built: {error}"));
        BUILT[self as usize].get_or_init(build).clone()
    }
}

/// A folder for PATH in which these programs, and no others, are.
pub(crate) fn folder_of(folder: &Path, tools: &[Tool]) -> String {
    fs::create_dir_all(folder).expect("a folder");
    for tool in tools {
        symlink(tool.program(), folder.join(tool.command())).expect("a link");
    }
    folder.to_str().expect("a path in UTF-8").to_owned()
}

/// Builds it into Cargo's folder unless it's there already. A lock keeps test runs
/// that start at the same time from building twice, and one build from another's way.
#[allow(clippy::print_stderr, reason = "it takes minutes, and whoever waits should know why")]
fn build(tool: Tool) -> io::Result<PathBuf> {
    let (module, package, version) = tool.built_from();
    let name = if tool == Tool::AgeKeygen { tool.command() } else { module };
    let manifest = Path::new(env!("CARGO_MANIFEST_DIR"));
    let module = manifest.join("tests/tools").join(module);
    let target = env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| manifest.join("target"), |folder| manifest.join(folder));
    let folder = target.join("tools");
    fs::create_dir_all(&folder)?;
    let lock = File::create(folder.join("build.lock"))?;
    lock.lock()?;
    let program = folder.join(name);
    let modified = |path: &Path| fs::metadata(path).and_then(|found| found.modified()).ok();
    let pinned = modified(&module.join("go.mod"));
    if modified(&program) >= pinned && program.is_file() {
        return Ok(program);
    }
    eprintln!("building {name} with Go (minutes the first time)");
    let (fresh, began) = (folder.join(format!("{name}.new")), SystemTime::now());
    let outcome = Command::new("go")
        .args(["build", "-ldflags", &format!("-s -w -X {version}"), "-o"])
        .arg(&fresh)
        .arg(package)
        .current_dir(&module)
        .output()?;
    if !outcome.status.success() {
        return Err(io::Error::other(String::from_utf8_lossy(&outcome.stderr).into_owned()));
    }
    File::options().write(true).open(&fresh)?.set_modified(began)?;
    fs::rename(&fresh, &program)?;
    Ok(program)
}

#[test]
fn every_program_can_be_built() {
    for tool in [Tool::Kustomize, Tool::Helm3, Tool::Helm4, Tool::Sops, Tool::AgeKeygen] {
        assert!(tool.program().is_file());
    }
}
