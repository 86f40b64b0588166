//! Where a commit and the rules that it's deployed by come from: the branch that it must
//! be on, and whether the checkout's rules are the newest.

use super::memory::Memory;
use super::setup::{Origin, Setup};
use super::standing::deployments;
use crate::git::{CommitId, GitError, Repository};
use crate::guard::{self, OffBranch};
use crate::plan::{CommitRef, GuardVerdict};

/// The commit isn't on the branch that is required, or nobody can tell.
pub(super) fn off_branch(setup: &Setup, commit: Option<&CommitRef>) -> Option<GuardVerdict> {
    let branch = setup.requires.branch.as_ref()?;
    let repository = setup.origin.repository()?;
    let branch = repository.required_branch(branch);
    let id = commit.and_then(|commit| commit.sha.parse::<CommitId>().ok());
    let name = id.map_or_else(|| "what isn't committed".to_owned(), |id| id.short());
    let off = match branch.tip {
        None => OffBranch::NoBranch { fetch: branch.fetch },
        Some(tip) => {
            let elsewhere = OffBranch::Elsewhere { tip: tip.short(), fetch: branch.fetch };
            match id.map(|id| repository.is_ancestor(&id, &tip)) {
                Some(Ok(true)) => return None,
                Some(Err(GitError::Shallow { fetch, .. })) => OffBranch::Unknown { fetch },
                _ => elsewhere,
            }
        }
    };
    Some(guard::branch(&name, &branch.name, &off))
}

/// The configuration that is checked out lacks changes that the deployed commit has: an
/// old clone must not deploy by old rules.
pub(super) fn old_rules(setup: &Setup, memory: Option<&Memory>) -> Option<GuardVerdict> {
    let file = setup.configuration.as_ref()?;
    let repository = setup.origin.repository()?;
    let head = checked_out(&setup.origin, repository)?;
    let state = &memory?.parent.as_ref()?.state;
    let (_, deployed) =
        deployments(state).find(|(commit, _)| is_older(repository, file, &head, commit).unwrap_or(false))?;
    Some(guard::old_rules(file, &head.short(), &deployed))
}

/// Whether `head` lacks a change to the file that `deployed` has. `None` when that can't
/// be told.
fn is_older(repository: &Repository, file: &str, head: &CommitId, deployed: &CommitId) -> Option<bool> {
    let blob = |commit: &CommitId| Some(repository.entry(commit, file).ok()??.blob());
    let then = blob(deployed)?;
    if blob(head).as_ref() == Some(&then) {
        return Some(false);
    }
    let parted = repository.merge_base(head, deployed).ok()??;
    Some(blob(&parted) != Some(then))
}

/// Whether the rules are older can't be told: the deployed commit isn't here.
pub(super) fn unknown_rules(setup: &Setup, memory: Option<&Memory>) -> Option<GuardVerdict> {
    let file = setup.configuration.as_ref()?;
    let repository = setup.origin.repository()?;
    let state = &memory?.parent.as_ref()?.state;
    let (commit, deployed) = deployments(state).find(|(commit, _)| !repository.contains(commit))?;
    Some(guard::unknown_rules(file, &deployed, repository.fetch_commit(&commit).as_deref()))
}

/// The commit whose configuration is in hand.
fn checked_out(origin: &Origin, repository: &Repository) -> Option<CommitId> {
    match origin {
        // There is nothing else in a bare repository.
        Origin::Commit { commit, .. } if repository.is_bare() => Some(*commit),
        _ => repository.head().ok().flatten(),
    }
}
