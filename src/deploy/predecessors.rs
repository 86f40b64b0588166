//! Whether the commit that is to be deployed has proved itself in other environments, by
//! their histories.

use futures::future::join_all;
use jiff::Timestamp;

use super::memory::releases;
use super::planning::Options;
use super::setup::Setup;
use super::standing::commit_id;
use crate::error::{CommandError, Diagnostic};
use crate::guard::{self, Lived};
use crate::plan::{CommitRef, GuardVerdict};
use crate::release::{Listed, lived};

/// What speaks against deploying the commit yet. An environment that can't be read is a
/// refusal and no error: the plan is as useful without it.
pub(super) async fn too_early(
    setup: &Setup,
    options: &Options,
    commit: Option<&CommitRef>,
) -> Vec<GuardVerdict> {
    // The way back needs nobody's consent.
    if options.is_rollback || setup.predecessors.is_empty() {
        return Vec::new();
    }
    let clean = commit.filter(|commit| !commit.dirty);
    let name = match commit_id(clean) {
        Some(id) => id.short(),
        None => "what isn't committed".to_owned(),
    };
    let now = Timestamp::now();
    let found = setup.predecessors.iter().map(|earlier| async {
        let lived = match clean {
            Some(commit) => in_environment(earlier, &commit.sha, now).await,
            None => Ok(Lived::Never),
        };
        let lived = lived.unwrap_or_else(|error| Lived::Unknown(words(&error)));
        guard::after(&name, &earlier.environment, &lived, setup.requires.soak, now)
    });
    join_all(found).await.into_iter().flatten().collect()
}

async fn in_environment(setup: &Setup, commit: &str, now: Timestamp) -> Result<Lived, CommandError> {
    let cluster = setup.access.connect().await.map_err(Diagnostic::from)?;
    let (listed, parent) = releases(setup, &cluster).await?;
    let Some(parent) = parent else { return Ok(Lived::Never) };
    if let Some(hold) = parent.state.hold.as_ref().filter(|hold| hold.names(commit)) {
        return Ok(Lived::RolledBack(hold.reason.clone()));
    }
    let summaries = listed.iter().filter_map(Listed::summary);
    Ok(lived(commit, summaries, &parent.state, now).map_or(Lived::Never, Lived::For))
}

/// An error in one line.
fn words(error: &CommandError) -> String {
    error.diagnostics.iter().map(Diagnostic::in_one_line).collect::<Vec<_>>().join(": ")
}
