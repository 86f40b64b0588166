//! A private folder for one run of a program.

use std::fs::{self, DirBuilder, File, Metadata};
use std::io;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _};
use std::path::{Path, PathBuf};
use std::sync::Once;
use std::time::Duration;

use super::{memory, running};

/// What the names of such folders begin with.
const PREFIX: &str = "trueup-render-";

/// Held as long as the folder is used.
const LOCK: &str = "lock";

/// A folder without a lock is somebody's who is just making it; after this time
/// nobody's.
const ABANDONED: Duration = Duration::from_secs(60 * 60);

/// A folder that only this user may look into, removed when it's dropped. What a
/// killed run left behind, the next one removes.
#[derive(Debug)]
pub struct Workspace {
    root: PathBuf,
    _lock: File,
}

impl Workspace {
    /// Makes one among the system's temporary files.
    pub fn create() -> io::Result<Self> {
        static SWEEP: Once = Once::new();
        let parent = std::env::temp_dir().canonicalize()?;
        let workspace = Self::create_in(&parent)?;
        SWEEP.call_once(|| sweep(&parent, &workspace.root));
        Ok(workspace)
    }

    /// Makes one in memory, for what may never be on a disk; `None` where there is no
    /// file system of that kind.
    pub fn create_in_memory() -> io::Result<Option<Self>> {
        static SWEEP: Once = Once::new();
        let runtime = std::env::var_os("XDG_RUNTIME_DIR").map(PathBuf::from);
        let usual = [std::env::temp_dir(), PathBuf::from("/dev/shm")];
        let folders = usual.into_iter().chain(runtime).filter(|folder| memory::holds(folder));
        let mut failure = None;
        for parent in folders.filter_map(|folder| folder.canonicalize().ok()) {
            match Self::create_in(&parent) {
                Ok(workspace) => {
                    SWEEP.call_once(|| sweep(&parent, &workspace.root));
                    return Ok(Some(workspace));
                }
                Err(error) => failure = Some(error),
            }
        }
        failure.map_or(Ok(None), Err)
    }

    fn create_in(parent: &Path) -> io::Result<Self> {
        let number = getrandom::u64().map_err(|error| io::Error::other(error.to_string()))?;
        let root = parent.join(format!("{PREFIX}{number:016x}"));
        running::enter(&root);
        DirBuilder::new().mode(0o700).create(&root).inspect_err(|_| running::leave(&root))?;
        // Locked before it has its name, so that nobody ever sees it unlocked.
        let unnamed = root.join("lock.new");
        let made = File::create_new(&unnamed).and_then(|lock| {
            lock.lock()?;
            fs::rename(&unnamed, root.join(LOCK))?;
            ["tree", "home", "tmp"].iter().try_for_each(|name| fs::create_dir(root.join(name)))?;
            Ok(lock)
        });
        match made {
            Ok(lock) => Ok(Self { root, _lock: lock }),
            Err(error) => {
                let _ = fs::remove_dir_all(&root);
                running::leave(&root);
                Err(error)
            }
        }
    }

    /// The files that the program is given.
    pub fn tree(&self) -> PathBuf {
        self.root.join("tree")
    }

    /// The program's home.
    pub fn home(&self) -> PathBuf {
        self.root.join("home")
    }

    /// Where it keeps temporary files.
    pub fn temporary(&self) -> PathBuf {
        self.root.join("tmp")
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        // What can't be removed now, a later run removes.
        let _ = fs::remove_dir_all(&self.root);
        running::leave(&self.root);
    }
}

/// Removes what killed runs of the same user left.
fn sweep(parent: &Path, own: &Path) {
    let Ok(user) = own.symlink_metadata().map(|found| found.uid()) else { return };
    for entry in parent.read_dir().into_iter().flatten().flatten() {
        let path = entry.path();
        let is_named = entry.file_name().to_str().is_some_and(|name| name.starts_with(PREFIX));
        let is_ours = |found: &Metadata| found.is_dir() && found.uid() == user;
        let found = path.symlink_metadata().ok().filter(|found| is_named && path != own && is_ours(found));
        if found.is_some_and(|found| is_abandoned(&path, &found)) {
            let _ = fs::remove_dir_all(&path);
        }
    }
}

fn is_abandoned(folder: &Path, found: &Metadata) -> bool {
    match File::open(folder.join(LOCK)) {
        Ok(lock) => lock.try_lock().is_ok(),
        Err(_) => found.modified().is_ok_and(|at| at.elapsed().is_ok_and(|age| age > ABANDONED)),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    fn folders(parent: &Path) -> usize {
        parent.read_dir().expect("a folder").count()
    }

    #[test]
    fn only_its_owner_may_look_into_it_and_it_goes_with_its_end() {
        let parent = tempfile::tempdir().expect("a folder");
        let workspace = Workspace::create_in(parent.path()).expect("a workspace");
        let mode = workspace.root.metadata().expect("a folder").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
        fs::write(workspace.tree().join("file"), "x").expect("a file");
        drop(workspace);
        assert_eq!(folders(parent.path()), 0);
    }

    #[test]
    fn what_a_killed_run_left_is_removed_and_what_is_in_use_stays() {
        let parent = tempfile::tempdir().expect("a folder");
        let own = Workspace::create_in(parent.path()).expect("a workspace");
        let other = Workspace::create_in(parent.path()).expect("a workspace");
        let killed = Workspace::create_in(parent.path()).expect("a workspace");
        let Workspace { root, _lock: lock } = &killed;
        lock.unlock().expect("unlocked");
        let root = root.clone();
        std::mem::forget(killed);
        let being_made = parent.path().join("trueup-render-0");
        fs::create_dir(&being_made).expect("a folder");
        fs::create_dir(parent.path().join("other")).expect("a folder");

        sweep(parent.path(), &own.root);

        assert!(!root.exists() && being_made.exists() && other.root.exists() && own.root.exists());
        assert_eq!(folders(parent.path()), 4);
    }
}
