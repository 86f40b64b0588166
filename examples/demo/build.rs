//! Builds the trueup program beside this example.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use crate::stage::progress;

/// The program, up to date.
pub(crate) fn trueup() -> Result<PathBuf, String> {
    progress("building trueup");
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut build = Command::new(cargo);
    build.args(["build", "--quiet", "--locked", "--bin", "trueup"]).current_dir(env!("CARGO_MANIFEST_DIR"));
    if !cfg!(debug_assertions) {
        build.arg("--release");
    }
    let status = build.status().map_err(|error| format!("can't run cargo: {error}"))?;
    if !status.success() {
        return Err("trueup doesn't build".into());
    }
    beside_this().ok_or_else(|| "there is no trueup beside the folder of this example".into())
}

/// This is `target/debug/examples/demo`; that is `target/debug/trueup`.
fn beside_this() -> Option<PathBuf> {
    let example = env::current_exe().ok()?;
    let program = example.parent()?.parent()?.join(format!("trueup{}", env::consts::EXE_SUFFIX));
    program.is_file().then_some(program)
}
