//! How the commit that is to be deployed stands to what is deployed: whether it
//! is known here, and whether its turn has come.

use super::dependencies::Set;
use super::holding::Rendering;
use super::memory::Memory;
use super::origins::{off_branch, old_rules, unknown_rules, unsigned};
use super::planning::Options;
use super::setup::Setup;
use crate::git::{CommitId, GitError, Relation, Repository};
use crate::guard::{self, Candidate, Deployed, Order};
use crate::plan::{CommitRef, GuardVerdict};
use crate::release::State;

/// What came of looking.
#[derive(Default)]
pub(super) struct Standing {
    /// What stands against deploying the commit here and now.
    pub(super) guards: Vec<GuardVerdict>,
    /// A newer commit is deployed, and nobody minds: which.
    pub(super) superseded: Option<String>,
}

/// Looks at the commit that is to be deployed.
pub(super) fn standing(
    setup: &Setup,
    options: &Options,
    memory: Option<&Memory>,
    commit: Option<&CommitRef>,
    set: Set<'_>,
) -> Standing {
    let mut standing = Standing::default();
    standing.guards.extend(unknown_history(setup, memory));
    // The way back leads to older commits.
    if !options.is_rollback {
        order(setup, options, memory, commit, &mut standing);
        standing.guards.extend(hold(setup, options, memory, commit, set));
    }
    standing.guards.extend(off_branch(setup, commit));
    standing.guards.extend(unsigned(setup, commit));
    if standing.guards.iter().all(|guard| !matches!(guard.guard.as_str(), "repository" | "order")) {
        standing.guards.extend(unknown_rules(setup, memory));
    }
    standing.guards.extend(old_rules(setup, memory));
    standing
}

/// A commit's id; `None` outside of a repository.
pub(super) fn commit_id(commit: Option<&CommitRef>) -> Option<CommitId> {
    commit?.sha.parse().ok()
}

/// The deployed commit must be known to this repository: two repositories under
/// one name would delete each other's objects. A shallow clone can't tell.
pub(super) fn unknown_history(setup: &Setup, memory: Option<&Memory>) -> Option<GuardVerdict> {
    let repository = setup.origin.repository()?.history();
    if repository.is_shallow() {
        return None;
    }
    let deployed = memory?.parent.as_ref()?.state.deployed.as_ref()?;
    let sha = deployed.commit.as_ref()?;
    let commit = sha.parse::<CommitId>().ok();
    if commit.as_ref().is_some_and(|commit| repository.contains(commit)) {
        return None;
    }
    let fetch = commit.and_then(|commit| repository.fetch_commit(&commit));
    Some(guard::other_repository(sha, deployed.release, fetch.as_deref()))
}

/// Whether the commit is older than what is deployed, or beside it.
fn order(
    setup: &Setup,
    options: &Options,
    memory: Option<&Memory>,
    commit: Option<&CommitRef>,
    standing: &mut Standing,
) {
    let Some(repository) = setup.origin.repository().map(|repository| repository.history()) else { return };
    let Some(state) = memory.and_then(|memory| memory.parent.as_ref()).map(|parent| &parent.state) else {
        return;
    };
    let Some(id) = commit_id(commit) else { return };
    for (other, deployed) in deployments(state) {
        let Some(order) = order_of(repository, &id, &other) else { continue };
        if options.skips_superseded && order == Order::Older {
            standing.superseded = Some(format!("{} is older than the deployed {deployed}", id.short()));
            return;
        }
        let rule = setup.requires.order;
        let refused = guard::order(&id.short(), &order, &deployed, rule, &setup.environment);
        if let Some(refused) = refused {
            standing.guards.push(refused);
            return;
        }
    }
}

/// Whether the commit, or what it renders, is held since a rollback.
fn hold(
    setup: &Setup,
    options: &Options,
    memory: Option<&Memory>,
    commit: Option<&CommitRef>,
    set: Set<'_>,
) -> Option<GuardVerdict> {
    let memory = memory?;
    let hold = memory.parent.as_ref()?.state.hold.as_ref()?;
    let objects = set.desired.iter().chain(set.hooks.objects()).collect();
    let rendering = Rendering::of(objects, &memory.key, options.selection.is_none());
    // Files that differ from their commit may be what mends it.
    let clean = commit.filter(|commit| !commit.dirty);
    let id = commit_id(commit);
    let name = match (id, clean) {
        (Some(id), Some(_)) => id.short(),
        (Some(_), None) => "what isn't committed".to_owned(),
        (None, _) => "this".to_owned(),
    };
    let candidate = Candidate { commit: clean.map(|commit| commit.sha.as_str()), name: &name };
    guard::hold(candidate, hold, |id| rendering.of_object(id), &setup.environment)
}

/// What is deployed, and what a run that is under way, or was killed, may have
/// deployed since.
pub(super) fn deployments(state: &State) -> impl Iterator<Item = (CommitId, Deployed)> {
    let deployed = state.deployed.as_ref().and_then(|pointer| {
        let id: CommitId = pointer.commit.as_ref()?.parse().ok()?;
        let deployed = Deployed {
            release: pointer.release,
            commit: id.short(),
            actor: pointer.actor.clone(),
            at: pointer.at,
            is_unrecorded: false,
        };
        Some((id, deployed))
    });
    let begun = state.unrecorded().and_then(|running| {
        let id: CommitId = running.commit.as_ref()?.sha.parse().ok()?;
        let deployed = Deployed {
            release: running.release,
            commit: id.short(),
            actor: running.actor.clone(),
            at: running.started_at,
            is_unrecorded: true,
        };
        Some((id, deployed))
    });
    deployed.into_iter().chain(begun)
}

/// `None` where a commit isn't here although everything should be, which
/// [`unknown_history`] is about.
pub(super) fn order_of(repository: &Repository, commit: &CommitId, deployed: &CommitId) -> Option<Order> {
    Some(match repository.relation(commit, deployed) {
        Ok(Relation::Same | Relation::Newer) => Order::Newer,
        Ok(Relation::Older) => Order::Older,
        Ok(Relation::Diverged(base)) => Order::Diverged(base.map(|base| base.short())),
        Err(GitError::Shallow { fetch, .. }) => Order::Unknown(fetch),
        Err(GitError::MissingCommit { fetch, .. }) if repository.is_shallow() => Order::Unknown(fetch),
        Err(_) => return None,
    })
}
