//! Where a program is.

use std::env;
use std::ffi::OsStr;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};

/// A program that isn't there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotFound {
    /// Why, one line.
    pub why: String,
}

/// A program by its name on PATH, or by a path (which has a `/` in it).
pub fn find(program: &Path) -> Result<PathBuf, NotFound> {
    if program.components().count() > 1 || program.is_absolute() {
        return if is_program(program) {
            Ok(program.to_owned())
        } else {
            Err(NotFound { why: format!("{} isn't a program", program.display()) })
        };
    }
    let path = env::var_os("PATH").unwrap_or_default();
    on_path(program, &path)
        .ok_or_else(|| NotFound { why: format!("there is no {} on PATH", program.display()) })
}

/// Folders of PATH that aren't absolute are passed over: what they mean depends
/// on where trueup runs, which is a repository of anybody's.
fn on_path(name: &Path, path: &OsStr) -> Option<PathBuf> {
    let folders = env::split_paths(path).filter(|folder| folder.is_absolute());
    folders.map(|folder| folder.join(name)).find(|program| is_program(program))
}

fn is_program(path: &Path) -> bool {
    path.metadata().is_ok_and(|found| found.is_file() && found.permissions().mode() & 0o111 != 0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs;

    #[test]
    fn a_program_is_found_on_path_but_not_in_the_folder_at_hand() {
        let folder = tempfile::tempdir().expect("a folder");
        let program = folder.path().join("render");
        fs::write(&program, "").expect("a file");
        let path = folder.path().as_os_str();
        assert_eq!(on_path(Path::new("render"), path), None, "it can't be run");
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("a mode");
        assert_eq!(on_path(Path::new("render"), path), Some(program.clone()));
        assert_eq!(on_path(Path::new("other"), path), None);
        assert_eq!(on_path(Path::new("Cargo.toml"), OsStr::new(".")), None);
        assert_eq!(find(&program), Ok(program.clone()));
        let missing = folder.path().join("missing");
        assert_eq!(
            find(&missing).map_err(|error| error.why),
            Err(format!("{} isn't a program", missing.display()))
        );
    }
}
