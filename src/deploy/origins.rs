//! Where a commit and the rules that it's deployed by come from: the branch that it must
//! be on, and whether the checkout's rules are the newest.

use std::path::Path;

use jiff::Timestamp;

use super::memory::Memory;
use super::setup::{Origin, Setup, normalised};
use super::standing::{commit_id, deployments};
use crate::git::{CommitId, GitError, Repository};
use crate::guard::{self, OffBranch, Unsigned};
use crate::plan::{CommitRef, GuardVerdict};
use crate::signature::Keys;

/// The commit isn't on the branch that is required, or nobody can tell.
pub(super) fn off_branch(setup: &Setup, commit: Option<&CommitRef>) -> Option<GuardVerdict> {
    let branch = setup.requires.branch.as_ref()?;
    let repository = setup.origin.repository()?.history();
    let branch = repository.required_branch(branch);
    let id = commit_id(commit);
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

/// Whether it can't be told from what is here if the commit is on the branch.
pub(super) fn is_branch_unknown(setup: &Setup, repository: &Repository, commit: &CommitId) -> bool {
    let Some(branch) = &setup.requires.branch else { return false };
    match repository.required_branch(branch).tip {
        None => true,
        Some(tip) => matches!(repository.is_ancestor(commit, &tip), Err(GitError::Shallow { .. })),
    }
}

/// Nobody has signed the commit whose keys are required.
pub(super) fn unsigned(setup: &Setup, commit: Option<&CommitRef>) -> Option<GuardVerdict> {
    if setup.requires.signed_by.is_empty() {
        return None;
    }
    let repository = setup.origin.repository()?;
    let id = commit_id(commit);
    let (Some(id), Some(false)) = (id, commit.map(|commit| commit.dirty)) else {
        return Some(guard::signature("", &Unsigned::Dirty));
    };
    let why = match (keys(setup, repository), repository.signed(&id)) {
        (Err(why), _) => Unsigned::Unknown(why),
        (_, Err(error)) => Unsigned::Unknown(error.to_string()),
        (_, Ok(None)) => Unsigned::NotSigned,
        (Ok(keys), Ok(Some(signed))) => {
            let verified = keys.verify(&signed.content, &signed.signature, Timestamp::now());
            Unsigned::Unverified(verified.err()?)
        }
    };
    Some(guard::signature(&id.short(), &why))
}

/// The keys that the checkout names: in a bare repository as the commit has them.
fn keys(setup: &Setup, repository: &Repository) -> Result<Keys, String> {
    let folder = setup.configuration.as_deref().map(Path::new).and_then(Path::parent);
    let mut keys = Keys::default();
    for file in &setup.requires.signed_by {
        let path = normalised(&folder.unwrap_or(Path::new("")).join(file));
        let unreadable = |why: String| format!("{file} can't be read: {why}");
        let text = match (repository.root(), checked_out(&setup.origin, repository)) {
            (Some(root), _) => {
                std::fs::read(root.join(&path)).map_err(|error| unreadable(error.to_string()))?
            }
            (None, Some(commit)) => {
                let read = repository.read(&commit, &path.to_string_lossy());
                let read = read.map_err(|error| unreadable(error.to_string()))?.into_iter().next();
                read.ok_or_else(|| unreadable("it isn't there".to_owned()))?.bytes
            }
            (None, None) => return Err(unreadable("there is no commit".to_owned())),
        };
        keys.read(&String::from_utf8_lossy(&text)).map_err(unreadable)?;
    }
    Ok(keys)
}

/// The configuration that is checked out lacks changes that the deployed commit has: an
/// old clone must not deploy by old rules.
pub(super) fn old_rules(setup: &Setup, memory: Option<&Memory>) -> Option<GuardVerdict> {
    let file = setup.configuration.as_ref()?;
    let repository = setup.origin.repository()?;
    let head = checked_out(&setup.origin, repository)?;
    let state = &memory?.parent.as_ref()?.state;
    let (_, deployed) = deployments(state)
        .find(|(commit, _)| is_older(repository.history(), file, &head, commit).unwrap_or(false))?;
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
    let repository = setup.origin.repository()?.history();
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
