//! How far the deployed commit is from one of the repository in hand, if there is
//! any.

use super::super::memory::Memory;
use super::super::setup::{Origin, Setup};
use crate::git::{CommitId, Distance};
use crate::plan::CommitRef;

/// How far, and from what.
#[derive(Debug, Default)]
pub(super) struct Apart {
    /// Commits that aren't deployed.
    pub(super) behind: Option<usize>,
    /// Deployed commits that aren't there.
    pub(super) ahead: Option<usize>,
    /// The branch, tag or commit.
    pub(super) compared: Option<String>,
}

/// From the commit that is checked out, or that was asked for.
pub(super) fn distance(setup: &Setup, memory: Option<&Memory>) -> Apart {
    let found = || {
        let repository = setup.origin.repository()?;
        let deployed = deployed(memory)?;
        let (here, name) = match &setup.origin {
            Origin::Commit { commit, reference, .. } => (*commit, reference.clone()),
            _ => (repository.head().ok()??, repository.head_name()),
        };
        match repository.count_between(&deployed, &here).ok()? {
            Distance::Known { ahead, behind } => Some(Apart {
                behind: Some(ahead),
                ahead: Some(behind),
                compared: name.or_else(|| Some(here.short())),
            }),
            Distance::Unknown => None,
        }
    };
    found().unwrap_or_default()
}

/// The deployed commit as the repository has it.
pub(super) fn commit(setup: &Setup, memory: &Memory, dirty: bool) -> Option<CommitRef> {
    let id = deployed(Some(memory))?;
    let commit = setup.origin.repository()?.commit(&id).ok()?;
    Some(CommitRef {
        sha: id.to_string(),
        reference: None,
        author: commit.author,
        subject: commit.subject,
        time: commit.author_time,
        dirty,
    })
}

fn deployed(memory: Option<&Memory>) -> Option<CommitId> {
    memory?.parent.as_ref()?.state.deployed.as_ref()?.commit.as_ref()?.parse().ok()
}
