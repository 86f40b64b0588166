//! The releases of a target, newest first.

use std::collections::BTreeMap;

use super::memory::releases;
use super::recording::summary_of;
use super::setup::Setup;
use crate::apply::RunResult;
use crate::cluster::Cluster;
use crate::error::{CommandError, Diagnostic};
use crate::plan::{CommitRef, Summary as PlanSummary};
use crate::release::{Commit, Listed, Parent, ReleaseResult, Running, Summary};
use crate::report::HistoryRow;

/// What the history holds.
pub struct History {
    /// The releases, newest first.
    pub rows: Vec<HistoryRow>,
    /// What is worth telling, one line each.
    pub notes: Vec<String>,
}

/// Reads it, or one release of it.
pub async fn read(setup: &Setup, cluster: &Cluster, release: Option<u64>) -> Result<History, CommandError> {
    let (listed, parent) = releases(setup, cluster).await?;
    let mut history = History { rows: Vec::new(), notes: interrupted(parent.as_ref()) };
    let killed = |running: &Running, finished_by| killed(&setup.environment, running, finished_by);
    let unrecorded = parent.iter().flat_map(|parent| parent.state.killed.iter().rev());
    history.rows.extend(unrecorded.map(|running| killed(running, None)));
    // Newest first: of several that undid one release the first counts.
    let mut undone: BTreeMap<u64, u64> = BTreeMap::new();
    for summary in listed.iter().filter_map(Listed::summary) {
        let of = summary.rollback.as_ref().map(|rollback| rollback.of);
        of.into_iter().for_each(|of| _ = undone.entry(of).or_insert(summary.release));
    }
    for entry in listed {
        match entry {
            Listed::Summary(summary) => {
                history.rows.push(row(&setup.environment, &summary));
                let before = summary.killed.iter().rev();
                history.rows.extend(before.map(|running| killed(running, Some(summary.release))));
            }
            Listed::Broken { release, why } => {
                history.notes.push(format!("release {release} can't be read: {why}"));
            }
        }
    }
    history.rows.iter_mut().for_each(|row| row.undone_by = undone.get(&row.release).copied());
    if let Some(wanted) = release {
        history.rows.retain(|row| row.release == wanted);
        if history.rows.is_empty() {
            return Err(Diagnostic::new(format!("{} has no release {wanted}", setup.environment))
                .hint(format!("trueup history {} lists them", setup.environment))
                .into());
        }
    }
    Ok(history)
}

fn interrupted(parent: Option<&Parent>) -> Vec<String> {
    parent.and_then(|parent| parent.state.running.as_ref()).map(unfinished).into_iter().collect()
}

/// A run that began and never ended was killed, or is under way.
pub(super) fn unfinished(running: &Running) -> String {
    format!(
        "release {} was begun by {} at {} and isn't finished: it is under way, or was killed",
        running.release, running.actor, running.started_at
    )
}

fn row(environment: &str, summary: &Summary) -> HistoryRow {
    let took = summary.finished_at.duration_since(summary.started_at).as_millis();
    HistoryRow {
        target: environment.to_owned(),
        release: summary.release,
        at: summary.finished_at,
        commit: summary.commit.as_ref().map(commit_ref),
        actor: Some(summary.actor.name.clone()),
        run: summary.run.as_ref().map(|run| run.reference().to_owned()),
        result: run_result(summary.result),
        summary: summary_of(summary.counts),
        duration_ms: u64::try_from(took).unwrap_or_default(),
        restored: summary.rollback.as_ref().and_then(|rollback| rollback.to),
        undone_by: None,
        selection: summary.selection.clone(),
        finished_by: None,
    }
}

/// A run that was killed: how much of it was done is known only together with the
/// release that finished it.
fn killed(environment: &str, running: &Running, finished_by: Option<u64>) -> HistoryRow {
    HistoryRow {
        target: environment.to_owned(),
        release: running.release,
        at: running.started_at,
        commit: running.commit.as_ref().map(commit_ref),
        actor: Some(running.actor.clone()),
        run: None,
        result: RunResult::Interrupted,
        summary: PlanSummary::default(),
        duration_ms: 0,
        restored: None,
        undone_by: None,
        selection: None,
        finished_by,
    }
}

/// A recorded commit as output names it.
pub fn commit_ref(commit: &Commit) -> CommitRef {
    CommitRef {
        sha: commit.sha.clone(),
        reference: commit.reference.clone(),
        author: commit.author.clone(),
        subject: commit.subject.clone(),
        time: commit.time,
        dirty: commit.dirty,
    }
}

/// A recorded result as output names it.
pub fn run_result(result: ReleaseResult) -> RunResult {
    match result {
        ReleaseResult::Healthy => RunResult::Healthy,
        ReleaseResult::Applied => RunResult::Applied,
        ReleaseResult::Unhealthy => RunResult::Unhealthy,
        ReleaseResult::Partial => RunResult::Partial,
        ReleaseResult::Interrupted => RunResult::Interrupted,
    }
}
