//! The repository of the story: a copy of `fixtures/shop`, changed on the way.

use std::path::Path;
use std::process::Command;
use std::{fs, io};

/// Where the API has the shop's Deployments.
pub(crate) const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/shop-prod/deployments";

/// Where the API has the shop's `ConfigMaps`.
pub(crate) const CONFIG_MAPS: &str = "/api/v1/namespaces/shop-prod/configmaps";

/// Copies the fixture to a new folder.
pub(crate) fn copy_to(folder: &Path) -> Result<(), String> {
    let fixture = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/shop");
    copy(&fixture, folder).map_err(|error| format!("can't copy {}: {error}", fixture.display()))
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            copy(&entry.path(), &target)?;
        } else {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

/// Replaces text in a file, which must have it.
pub(crate) fn change(file: &Path, from: &str, to: &str) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{}: {error}", file.display()))?;
    if !text.contains(from) {
        return Err(format!("{} has no {from:?} to change", file.display()));
    }
    fs::write(file, text.replace(from, to)).map_err(|error| format!("{}: {error}", file.display()))
}

/// Runs git with an author of its own and without the user's settings. What it
/// printed.
pub(crate) fn git(folder: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git")
        .args(["-c", "user.name=Ada Example", "-c", "user.email=ada@shop.example"])
        .args(arguments)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .env_remove("GIT_DIR")
        .env_remove("GIT_WORK_TREE")
        .output()
        .map_err(|error| format!("can't run git: {error}"))?;
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(format!("git {}: {}", arguments.join(" "), String::from_utf8_lossy(&output.stderr).trim()))
    }
}
