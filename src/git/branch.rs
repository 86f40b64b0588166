//! The branch that deployed commits must be on.

use super::{CommitId, Repository};

/// A branch as it is known here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequiredBranch {
    /// How it is called: `origin/main`, or `main` where there is no remote.
    pub name: String,
    /// Its newest commit that is known here; absent when the branch isn't.
    pub tip: Option<CommitId>,
    /// The command that brings it up to date. `None` without a remote.
    pub fetch: Option<String>,
}

impl Repository {
    /// A branch of the remote (`origin`, if there are several), or a local one where
    /// there is no remote. What is only local isn't what others have agreed to.
    pub fn required_branch(&self, branch: &str) -> RequiredBranch {
        let local = format!("refs/heads/{branch}");
        let Some(remote) = self.remote() else {
            return RequiredBranch { name: branch.to_owned(), tip: self.tip(&local), fetch: None };
        };
        let name = format!("{remote}/{branch}");
        let tracked = self.tip(&format!("refs/remotes/{name}"));
        // A bare clone has the remote's branches as its own.
        let tip = tracked.or_else(|| self.tip(&local).filter(|_| self.is_bare()));
        let fetch = self.fetch_remote_branch(&name);
        RequiredBranch { name, tip, fetch }
    }

    fn tip(&self, reference: &str) -> Option<CommitId> {
        let repository = self.local();
        let mut found = repository.try_find_reference(reference).ok().flatten()?;
        Some(CommitId::new(found.peel_to_id().ok()?.detach()))
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;

    #[test]
    fn a_remotes_branch_counts_where_there_is_a_remote() {
        let fixture = Fixture::new();
        let first = fixture.commit("a", "1");
        let own = fixture.repository().required_branch("main");
        assert_eq!((own.name.as_str(), own.tip, own.fetch), ("main", Some(first), None));
        let clone = fixture.clone_with(&[]);
        clone.commit("a", "2");
        let remote = clone.repository().required_branch("main");
        assert_eq!((remote.name.as_str(), remote.tip), ("origin/main", Some(first)));
        let bare = fixture.clone_with(&["--bare"]);
        assert_eq!(bare.repository().required_branch("main").tip, Some(first));
    }

    #[test]
    fn a_branch_that_is_not_here_comes_with_the_command_that_brings_it() {
        let fixture = Fixture::new();
        fixture.commit("a", "1");
        fixture.git(&["branch", "side"]);
        assert_eq!(fixture.repository().required_branch("prod").tip, None);
        let clone = fixture.clone_with(&["--single-branch", "--branch=side"]);
        let main = clone.repository().required_branch("main");
        assert_eq!(main.tip, None);
        let fetch = main.fetch.expect("a remote");
        assert_eq!(fetch, "git fetch origin main:refs/remotes/origin/main");
        clone.git(&fetch.split_whitespace().skip(1).collect::<Vec<_>>());
        assert!(clone.repository().required_branch("main").tip.is_some());
    }
}
