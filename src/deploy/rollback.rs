//! Where a rollback goes: a ref, a release, or the newest healthy release
//! before the current one.

use super::memory::{releases, target_of};
use super::running::Undone;
use super::setup::Setup;
use super::variables::{Doubtful, are_same, need_key, others, others_than, replayed, told, told_others};
use crate::cluster::Cluster;
use crate::error::{CommandError, Diagnostic};
use crate::git::{CommitId, GitError, Repository};
use crate::release::key::read_key;
use crate::release::{DigestKey, Hold, Parent, ReleaseResult, Summary};
use crate::render::Vars;

/// What was asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Destination {
    /// A commit, branch or tag.
    Reference(String),
    /// A release.
    Release(u64),
    /// The newest healthy release of other content before the current one.
    LastHealthy,
}

/// What was found.
#[derive(Debug, Clone)]
pub struct Found {
    /// The commit to deploy.
    pub commit: CommitId,
    /// The variables of the command line, with those that the release had.
    pub vars: Vars,
    /// Which those are, for people.
    pub notes: Vec<String>,
    /// What that undoes and puts back.
    pub undone: Undone,
}

/// The release that an automatic rollback puts back, and how it's rendered again, where
/// that is known here.
pub(super) struct Goal {
    /// The release.
    pub release: u64,
    /// How.
    pub way: Result<Way, CommandError>,
}

/// How a release is rendered again.
pub(super) struct Way {
    /// Its commit.
    pub commit: CommitId,
    /// Its variables.
    pub vars: Vars,
    /// Which those are, for people.
    pub notes: Vec<String>,
    /// Those that the release may have had otherwise: what they go into isn't to be written.
    pub doubtful: Option<Doubtful>,
}

impl Way {
    /// As the release was recorded; what isn't on record comes from what is given.
    fn of(repository: &Repository, release: &Summary, given: &Vars) -> Result<Self, CommandError> {
        let commit = commit_of(repository, release)?;
        Ok(Self {
            commit,
            vars: replayed(release, given)?,
            notes: told(release, &Vars::default()).into_iter().collect(),
            doubtful: None,
        })
    }
}

/// Finds where a rollback goes that follows a failure by itself: the same place that one
/// without a destination goes to. `None` when nothing else was ever healthy.
pub(super) async fn after_failure(
    setup: &Setup,
    cluster: &Cluster,
    failed: u64,
) -> Result<Option<Goal>, CommandError> {
    let (listed, parent) = releases(setup, cluster).await?;
    let releases: Vec<&Summary> = listed.iter().filter_map(|listed| listed.summary()).collect();
    let hold = parent.as_ref().and_then(|parent| parent.state.hold.as_ref());
    let Some(release) = last_healthy(&releases, failed, hold) else { return Ok(None) };
    let key = key_for(setup, cluster, release).await?;
    let doubtful = key.and_then(|key| others_than(&setup.environment, release, &setup.given, &key));
    let way = Way::of(repository(setup)?, release, &setup.given).map(|way| Way { doubtful, ..way });
    Ok(Some(Goal { release: release.release, way }))
}

/// The key by which the variables that are given are compared with those of a release, where
/// one is needed.
async fn key_for(
    setup: &Setup,
    cluster: &Cluster,
    release: &Summary,
) -> Result<Option<DigestKey>, CommandError> {
    if !need_key(release, &setup.given) {
        return Ok(None);
    }
    Ok(Some(read_key(cluster, &target_of(setup, cluster)?).await))
}

/// The variables with which a release is put back: what is told of them, and the names of
/// those that are others than it had.
async fn varied(
    setup: &Setup,
    cluster: &Cluster,
    release: &Summary,
) -> Result<(Vec<String>, Vec<String>), CommandError> {
    let key = key_for(setup, cluster, release).await?;
    let secrets = key.as_ref().and_then(|key| told_others(release, &setup.given, key));
    let notes = told(release, &setup.given).into_iter().chain(secrets).collect();
    Ok((notes, others(release, &setup.given, key.as_ref())))
}

fn repository(setup: &Setup) -> Result<&Repository, Diagnostic> {
    let repository = setup.origin.repository();
    Ok(repository.ok_or_else(|| Diagnostic::new("a rollback needs the Git repository"))?)
}

/// Finds the commit to go back to.
pub async fn find(
    setup: &Setup,
    cluster: &Cluster,
    destination: &Destination,
) -> Result<Found, CommandError> {
    let repository = repository(setup)?;
    let (listed, parent) = releases(setup, cluster).await?;
    let environment = &setup.environment;
    let parent =
        parent.ok_or_else(|| Diagnostic::new(format!("nothing was ever deployed to {environment}")))?;
    let deployed = parent.state.deployed.as_ref().map_or(0, |deployed| deployed.release);
    // A run that is under way, or was killed, may have written already.
    let of = parent.state.unrecorded().map_or(deployed, |running| running.release);
    let releases: Vec<&Summary> = listed.iter().filter_map(|listed| listed.summary()).collect();
    let current = releases.iter().find(|release| release.release == deployed).copied();
    let is_same = |release| are_same(current, release, &setup.given);
    let with_given = |mut vars: Vars| {
        vars.extend(&setup.given);
        vars
    };
    if let Destination::Reference(reference) = destination {
        let commit = repository.resolve(reference).map_err(|error| unknown(reference, &releases, error))?;
        let to = releases.iter().find(|release| sha(release) == Some(commit.to_string().as_str())).copied();
        if is_same(to) {
            refuse_deployed(environment, &parent, &commit)?;
        }
        let replayed = to.map(|release| replayed(release, &setup.given)).transpose()?;
        let (notes, others) = match to {
            Some(to) => varied(setup, cluster, to).await?,
            None => Default::default(),
        };
        let undone = Undone { others, ..Undone::by_hand(of, to.map(|release| release.release)) };
        return Ok(Found { commit, vars: with_given(replayed.unwrap_or_default()), notes, undone });
    }
    let release = match destination {
        Destination::Release(number) => releases
            .iter()
            .find(|release| release.release == *number)
            .ok_or_else(|| no_release(environment, *number))?,
        _ => last_healthy(&releases, of, parent.state.hold.as_ref())
            .ok_or_else(|| nothing_healthy(environment))?,
    };
    if is_same(Some(release)) {
        refuse_deployed(environment, &parent, &commit_of(repository, release)?)?;
    }
    let Way { commit, vars, .. } = Way::of(repository, release, &setup.given)?;
    let (notes, others) = varied(setup, cluster, release).await?;
    let undone = Undone { others, ..Undone::by_hand(of, Some(release.release)) };
    Ok(Found { commit, vars: with_given(vars), notes, undone })
}

/// A release is named by its number elsewhere.
fn unknown(reference: &str, releases: &[&Summary], error: GitError) -> Diagnostic {
    let is_release = |number: u64| releases.iter().any(|release| release.release == number);
    let finding = error.diagnostic();
    match reference.parse() {
        Ok(number) if is_release(number) => {
            finding.hint(format!("--release {number} goes back to that release"))
        }
        _ => finding,
    }
}

fn sha(release: &Summary) -> Option<&str> {
    release.commit.as_ref().map(|commit| commit.sha.as_str())
}

/// The newest healthy release before the current one, or before the one that
/// this restored, with other content, and whose commit isn't held: the releases are
/// newest first.
fn last_healthy<'a>(releases: &[&'a Summary], current: u64, hold: Option<&Hold>) -> Option<&'a Summary> {
    let deployed = releases.iter().find(|release| release.release == current);
    let before = deployed
        .and_then(|deployed| deployed.rollback.as_ref())
        .and_then(|rollback| rollback.to)
        .unwrap_or(current);
    let content = deployed.map(|deployed| deployed.content.as_str());
    releases
        .iter()
        .find(|release| {
            release.release < before
                && release.result == ReleaseResult::Healthy
                && release.selection.is_none()
                && release.commit.as_ref().is_some_and(|commit| !commit.dirty)
                && !sha(release).is_some_and(|sha| hold.is_some_and(|hold| hold.names(sha)))
                && Some(release.content.as_str()) != content
        })
        .copied()
}

fn commit_of(repository: &Repository, release: &Summary) -> Result<CommitId, CommandError> {
    let number = release.release;
    let sha = sha(release).ok_or_else(|| {
        Diagnostic::new(format!("release {number} was deployed from outside a repository"))
            .hint("name a commit")
    })?;
    let commit: CommitId = sha.parse().map_err(|_| {
        Diagnostic::new(format!("the record of release {number} names {sha:?}, which isn't a commit's id"))
    })?;
    if repository.contains(&commit) {
        return Ok(commit);
    }
    let missing = Diagnostic::new(format!("the commit of release {number} isn't in this clone: {sha}"));
    Err(match repository.fetch_commit(&commit) {
        Some(fetch) => missing.hint(format!("fetch it: {fetch}")),
        None => missing.hint("go back in a clone that has it, or to another release"),
    }
    .into())
}

fn refuse_deployed(environment: &str, parent: &Parent, commit: &CommitId) -> Result<(), CommandError> {
    let deployed = parent.state.deployed.as_ref().filter(|_| parent.state.unrecorded().is_none());
    let healthy = parent.state.healthy.as_ref().map(|healthy| healthy.release);
    let same = deployed.filter(|deployed| deployed.commit.as_deref() == Some(commit.to_string().as_str()));
    match same {
        // One that isn't healthy may be deployed again to finish it.
        Some(deployed) if healthy == Some(deployed.release) && !deployed.dirty => {
            Err(Diagnostic::new(format!("{} is what is deployed to {environment}", commit.short()))
                .hint("trueup apply puts drift right")
                .into())
        }
        _ => Ok(()),
    }
}

fn no_release(environment: &str, number: u64) -> Diagnostic {
    Diagnostic::new(format!("{environment} has no release {number}"))
        .hint(format!("trueup history {environment} lists them"))
}

/// There is nowhere to go.
pub(super) fn nothing_healthy(environment: &str) -> Diagnostic {
    Diagnostic::new(format!("no earlier healthy release of {environment} has other content"))
        .hint(format!("trueup history {environment} lists the releases; name a commit or --release N"))
}
