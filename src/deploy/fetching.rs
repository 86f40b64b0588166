//! Fetching the history that the guards need and this clone lacks, where the
//! configuration lets that be done.

use std::sync::Arc;

use super::memory::Memory;
use super::origins::is_branch_unknown;
use super::planning::Options;
use super::setup::Setup;
use super::standing::{commit_id, deployments, order_of};
use crate::git::CommitId;
use crate::guard::Order;
use crate::parallel;
use crate::plan::CommitRef;
use crate::remote::fetch_history;

/// Fetches what is lacking. What keeps it from being fetched, in words: the guards then
/// judge by what is here, and what nobody knows doesn't pass.
pub(super) async fn fetch_lacking(
    setup: &Setup,
    options: &Options,
    memory: Option<&Memory>,
    commit: Option<&CommitRef>,
) -> Option<String> {
    let repository = setup.origin.repository().filter(|_| setup.fetches && !options.without_guards)?;
    if repository.has_learnt() || !lacks(setup, memory, commit) {
        return None;
    }
    let (repository, wanted) = (Arc::clone(repository), wanted(memory, commit));
    let fetched = parallel::beside(move || fetch_history(&repository, &wanted)).await;
    fetched.err().map(|error| error.in_one_line())
}

/// Whether anything that guards ask about can't be told from what is here.
fn lacks(setup: &Setup, memory: Option<&Memory>, commit: Option<&CommitRef>) -> bool {
    let Some((repository, id)) = setup.origin.repository().zip(commit_id(commit)) else { return false };
    let state = memory.and_then(|memory| memory.parent.as_ref()).map(|parent| &parent.state);
    let mut deployed = state.into_iter().flat_map(deployments);
    let is_order_unknown = deployed
        .any(|(other, _)| matches!(order_of(repository, &id, &other), None | Some(Order::Unknown(_))));
    is_order_unknown || is_branch_unknown(setup, repository, &id)
}

/// The commits whose histories are asked for beside those of branches.
fn wanted(memory: Option<&Memory>, commit: Option<&CommitRef>) -> Vec<CommitId> {
    let state = memory.and_then(|memory| memory.parent.as_ref()).map(|parent| &parent.state);
    let deployed = state.into_iter().flat_map(deployments).map(|(commit, _)| commit);
    commit_id(commit).into_iter().chain(deployed).collect()
}
