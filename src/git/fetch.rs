//! The exact `git fetch` command that brings what this clone lacks. It is only
//! ever shown: nothing here runs it.

use std::collections::BTreeSet;

use super::{CommitId, Repository};

impl Repository {
    /// Every branch and tag with all of their history. `None` without a remote.
    pub(super) fn fetch_everything(&self) -> Option<String> {
        let remote = self.remote()?;
        let branches = quoted(&format!("+refs/heads/*:refs/remotes/{remote}/*"));
        Some(format!("{} --tags {} {branches}", self.fetch_command(), quoted(&remote)))
    }

    /// One commit, if the remote still has it; in a shallow clone the whole
    /// history, without which the commit would say little. `None` without a remote.
    pub fn fetch_commit(&self, commit: &CommitId) -> Option<String> {
        if self.is_shallow() {
            return self.fetch_everything();
        }
        Some(format!("git fetch {} {commit}", quoted(&self.remote()?)))
    }

    /// The content that a partial clone left out (needs Git 2.36).
    pub(super) fn fetch_content(&self) -> Option<String> {
        Some(format!("git fetch --refetch --no-filter {}", quoted(&self.remote()?)))
    }

    /// One branch of a remote, when `reference` reads like `origin/BRANCH`.
    pub(super) fn fetch_remote_branch(&self, reference: &str) -> Option<String> {
        self.remotes().iter().find_map(|remote| {
            let branch = reference.strip_prefix(remote.as_str())?.strip_prefix('/')?;
            let branches = quoted(&format!("{branch}:refs/remotes/{remote}/{branch}"));
            Some(format!("{} {} {branches}", self.fetch_command(), quoted(remote)))
        })
    }

    fn fetch_command(&self) -> &'static str {
        if self.is_shallow() { "git fetch --unshallow" } else { "git fetch" }
    }

    /// The remote to ask: `origin` if there is one.
    pub fn remote(&self) -> Option<String> {
        let remotes = self.remotes();
        remotes.iter().find(|name| *name == "origin").or_else(|| remotes.first()).cloned()
    }

    /// The remotes by name: those configured, and those whose branches are
    /// here (another user's configuration isn't read).
    fn remotes(&self) -> Vec<String> {
        let repository = self.local();
        let configured = repository.remote_names().into_iter().map(|name| name.to_string());
        let mut names: BTreeSet<String> = configured.collect();
        let tracked = self.names("refs/remotes/");
        names.extend(tracked.iter().filter_map(|name| Some(name.split_once('/')?.0.to_owned())));
        names.into_iter().collect()
    }

    /// The references below a prefix such as `refs/tags/`, without it, sorted.
    /// What can't be read is left out: these are suggestions.
    pub(super) fn names(&self, prefix: &str) -> Vec<String> {
        let repository = self.local();
        let Ok(references) = repository.references() else { return Vec::new() };
        let Ok(all) = references.all() else { return Vec::new() };
        let full = all.filter_map(Result::ok).map(|reference| reference.name().as_bstr().to_string());
        full.filter_map(|name| name.strip_prefix(prefix).map(str::to_owned)).collect()
    }
}

/// A word as a shell takes it literally.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '/' | ':' | '-' | '+');
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn odd_names_are_quoted_for_the_shell() {
        assert_eq!(quoted("feature/x-1"), "feature/x-1");
        assert_eq!(quoted("it's;rm"), r"'it'\''s;rm'");
    }
}
