//! Real repositories for tests, made by the `git` program in temporary folders:
//! fixed names and times, no configuration but their own.

use std::cell::Cell;
use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::{CommitId, Repository};

/// 2024-01-01T00:00:00Z; each commit is made a minute after the one before.
const FIRST_COMMIT: u64 = 1_704_067_200;

/// A folder with a repository in it, on branch `main`.
pub(crate) struct Fixture {
    folder: TempDir,
    clock: Cell<u64>,
}

impl Fixture {
    /// An empty repository.
    pub(crate) fn new() -> Self {
        let fixture = Self::without_repository();
        fixture.git(&["init", "--quiet", "--initial-branch=main"]);
        fixture
    }

    /// A folder that is no repository.
    pub(crate) fn without_repository() -> Self {
        Self { folder: tempfile::tempdir().expect("a temporary folder"), clock: Cell::new(FIRST_COMMIT) }
    }

    /// A clone of this one, made with these options.
    pub(crate) fn clone_with(&self, options: &[&str]) -> Self {
        let clone = Self::without_repository();
        let url = format!("file://{}", self.path().display());
        clone.git(&[&["clone", "--quiet"], options, &[&url, "."]].concat());
        clone
    }

    /// Its folder, without symbolic links.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().canonicalize().expect("it exists")
    }

    /// Opens it.
    pub(crate) fn repository(&self) -> Repository {
        Repository::discover(self.folder.path()).expect("opens").expect("is a repository")
    }

    /// Writes a text file, making folders as needed.
    pub(crate) fn write(&self, path: &str, text: &str) {
        self.write_bytes(path, text.as_bytes());
    }

    /// Writes a file, making folders as needed.
    pub(crate) fn write_bytes(&self, path: &str, bytes: &[u8]) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("folders");
        std::fs::write(path, bytes).expect("written");
    }

    /// Makes a symbolic link.
    pub(crate) fn link(&self, path: &str, target: &str) {
        let path = self.folder.path().join(path);
        std::fs::create_dir_all(path.parent().expect("below the folder")).expect("folders");
        std::os::unix::fs::symlink(target, path).expect("linked");
    }

    /// Writes a file and commits everything.
    pub(crate) fn commit(&self, path: &str, text: &str) -> CommitId {
        self.write(path, text);
        self.commit_all(&format!("Change {path}"))
    }

    /// Commits everything.
    pub(crate) fn commit_all(&self, message: &str) -> CommitId {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "-m", message]);
        self.id("HEAD")
    }

    /// The commit that `git` thinks a reference is.
    pub(crate) fn id(&self, reference: &str) -> CommitId {
        self.git(&["rev-parse", &format!("{reference}^{{commit}}")]).parse().expect("an id")
    }

    /// Makes commits from `git fast-import` commands, which is quick for many.
    pub(crate) fn import(&self, commands: &[String]) {
        self.write("commands", &commands.concat());
        let commands = std::fs::File::open(self.folder.path().join("commands")).expect("opens");
        let mut git = Command::new("git");
        git.args(["fast-import", "--quiet"]).stdin(commands);
        self.run(git, self.folder.path());
    }

    /// Runs `git` in the folder, expecting success, and returns what it printed.
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        self.git_in(self.folder.path(), arguments)
    }

    /// Runs `git` elsewhere.
    pub(crate) fn git_in(&self, folder: &Path, arguments: &[&str]) -> String {
        let mut git = Command::new("git");
        git.args(["-c", "protocol.file.allow=always", "-c", "advice.detachedHead=false"]).args(arguments);
        let printed = self.run(git, folder);
        if arguments.contains(&"commit") || arguments.contains(&"merge") {
            self.clock.set(self.clock.get() + 60);
        }
        printed
    }

    fn run(&self, mut git: Command, folder: &Path) -> String {
        let now = self.clock.get();
        let output = git
            .current_dir(folder)
            .env_clear()
            .envs(std::env::var_os("PATH").map(|path| ("PATH", path)))
            .envs([
                ("HOME", "/nonexistent"),
                ("GIT_CONFIG_NOSYSTEM", "1"),
                ("GIT_AUTHOR_NAME", "Author"),
                ("GIT_AUTHOR_EMAIL", "author@example.com"),
                ("GIT_COMMITTER_NAME", "Committer"),
                ("GIT_COMMITTER_EMAIL", "committer@example.com"),
                ("LC_ALL", "C"),
                ("TZ", "UTC"),
            ])
            .env("GIT_AUTHOR_DATE", format!("{now} +0000"))
            .env("GIT_COMMITTER_DATE", format!("{} +0000", now + 1))
            .output()
            .expect("git runs");
        let (out, err) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
        assert!(output.status.success(), "{git:?}: {out}{err}");
        out.trim().to_owned()
    }
}
