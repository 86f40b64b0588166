//! Sources of Kubernetes, as Go modules.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Downloaded {
    dir: PathBuf,
}

/// Where modules such as `k8s.io/api@v0.36.3` are, downloaded if need be.
pub(super) fn folders(modules: &[String]) -> Vec<PathBuf> {
    let output = Command::new("go")
        .args(["mod", "download", "-json"])
        .args(modules)
        // Not in a module of ours.
        .current_dir(env::temp_dir())
        .output()
        .expect("go starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let modules = serde_json::Deserializer::from_slice(&output.stdout).into_iter::<Downloaded>();
    modules.map(|module| module.expect("what go says").dir).collect()
}
