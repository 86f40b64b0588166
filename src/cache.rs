//! What is kept on disk from one run to the next: where the user's cache folder is, and
//! files in it that are never half.
//!
//! What is kept says nothing that couldn't be found out again. A file that is broken
//! counts as none, and one that can't be written is no error.

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

/// trueup's folder for things of one kind: `$XDG_CACHE_HOME/trueup/KIND`, else below
/// `~/Library/Caches` on macOS and `~/.cache` elsewhere. `None` where there is no such
/// folder.
pub(crate) fn folder(kind: &str) -> Option<PathBuf> {
    let usual = if cfg!(target_os = "macos") { "Library/Caches" } else { ".cache" };
    below(std::env::var_os("XDG_CACHE_HOME"), std::env::home_dir(), usual, kind)
}

/// The variable counts only if it's absolute, as its specification has it.
fn below(variable: Option<OsString>, home: Option<PathBuf>, usual: &str, kind: &str) -> Option<PathBuf> {
    let named = variable.map(PathBuf::from).filter(|path| path.is_absolute());
    let caches = named.or_else(|| home.filter(|home| home.is_absolute()).map(|home| home.join(usual)))?;
    Some(caches.join("trueup").join(kind))
}

/// A file's content, no more than `most` bytes of it.
pub(crate) fn read(file: &Path, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    File::open(file)?.take(most).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Puts a file in its place, in a folder that only this user may look into. Never half:
/// it's written beside its place and moved there.
pub(crate) fn write(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let folder = file.parent().ok_or(io::ErrorKind::NotFound)?;
    let beside = file.with_extension(format!("{:08x}", getrandom::u32().unwrap_or_default()));
    let written = create_in(folder, &beside)
        .and_then(|mut file| file.write_all(bytes))
        .and_then(|()| fs::rename(&beside, file));
    if written.is_err() {
        // Whatever is left of it is in nobody's way.
        let _ = fs::remove_file(&beside);
    }
    written
}

fn create_in(folder: &Path, file: &Path) -> io::Result<File> {
    match create(file) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            make_folder(folder)?;
            create(file)
        }
        created => created,
    }
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn create(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_folder_is_the_users_cache_folder() {
        let found = |variable: Option<&str>, home: Option<&str>| {
            below(variable.map(OsString::from), home.map(PathBuf::from), ".cache", "discovery")
        };
        let expected = |path: &str| Some(PathBuf::from(path).join("trueup/discovery"));
        assert_eq!(found(Some("/caches"), Some("/home/ada")), expected("/caches"));
        assert_eq!(found(None, Some("/home/ada")), expected("/home/ada/.cache"));
        for ignored in ["", "caches"] {
            assert_eq!(found(Some(ignored), Some("/home/ada")), expected("/home/ada/.cache"));
        }
        assert_eq!(found(None, None), None);
        assert_eq!(found(None, Some("")), None);
    }

    #[cfg(unix)]
    #[test]
    fn only_its_owner_may_read_what_is_kept() {
        use std::os::unix::fs::PermissionsExt as _;
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("trueup/kind/file");
        for content in ["a", "b"] {
            write(&file, content.as_bytes()).expect("a file");
            assert_eq!(read(&file, 100).expect("a file"), content.as_bytes());
        }
        let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
        assert_eq!(mode(&file), 0o600);
        assert_eq!(mode(file.parent().expect("a folder")), 0o700);
        assert_eq!(fs::read_dir(file.parent().expect("a folder")).expect("a folder").count(), 1);
    }
}
