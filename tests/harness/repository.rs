//! A Git repository for one test, made with the `git` program.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A repository. Authors and dates are fixed: equal content has equal commits.
pub(crate) struct Repository {
    /// Its work tree.
    pub folder: PathBuf,
    commits: Vec<String>,
}

impl Repository {
    /// An empty one, on branch `main`.
    pub(crate) fn init(folder: &Path) -> Self {
        fs::create_dir_all(folder).expect("a folder");
        let repository = Self { folder: folder.to_owned(), commits: Vec::new() };
        repository.git(&["init", "--quiet", "--initial-branch=main"]);
        repository
    }

    /// Commits everything in the work tree. The commit's id.
    #[track_caller]
    pub(crate) fn commit(&mut self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        let id = self.git(&["rev-parse", "HEAD"]);
        self.commits.push(id.clone());
        id
    }

    /// The commits made so far, oldest first.
    pub(crate) fn commits(&self) -> &[String] {
        &self.commits
    }

    /// Runs git here. What it printed, without the last line's end.
    #[track_caller]
    pub(crate) fn git(&self, arguments: &[&str]) -> String {
        // Each commit is a minute younger than the one before.
        let date = format!("2026-01-05T10:{:02}:00Z", self.commits.len() % 60);
        let output = Command::new("git")
            .args(arguments)
            .current_dir(&self.folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .envs([
                ("GIT_CONFIG_GLOBAL", "/dev/null"),
                ("GIT_CONFIG_NOSYSTEM", "1"),
                ("GIT_AUTHOR_NAME", "Ada Example"),
                ("GIT_AUTHOR_EMAIL", "ada@shop.example"),
                ("GIT_AUTHOR_DATE", &date),
                ("GIT_COMMITTER_NAME", "Ada Example"),
                ("GIT_COMMITTER_EMAIL", "ada@shop.example"),
                ("GIT_COMMITTER_DATE", &date),
            ])
            .output()
            .expect("git on PATH");
        assert!(
            output.status.success(),
            "git {arguments:?} failed:\n{}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }
}
