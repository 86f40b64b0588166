//! The releases of a target, newest first.

use std::collections::BTreeMap;

use jiff::Timestamp;

pub use super::finding::Wanted;
use super::finding::find;
use super::memory::{releases, target_of};
use super::recording::summary_of;
use super::setup::Setup;
use crate::apply::RunResult;
use crate::cluster::Cluster;
use crate::error::{CommandError, Diagnostic};
use crate::plan::{CommitRef, Summary as PlanSummary};
use crate::release::history::read_record;
use crate::release::{
    Attempt, AttemptResult, Commit, Kept, Listed, Parent, Record, RecordedVariable, ReleaseResult, Run,
    Running, Summary, Trailer,
};
use crate::report::{
    HistoryRow, ReleaseAction, ReleaseAttempt, ReleaseDetails, ReleaseOverride, ReleaseRun, ReleaseVariable,
};

/// What the history holds.
pub struct History {
    /// The releases, newest first.
    pub rows: Vec<HistoryRow>,
    /// What is worth telling, one line each.
    pub notes: Vec<String>,
}

/// Reads it, or one release of it in full.
pub async fn read(setup: &Setup, cluster: &Cluster, wanted: &Wanted) -> Result<History, CommandError> {
    let (listed, parent) = releases(setup, cluster).await?;
    let mut history = History { rows: Vec::new(), notes: interrupted(parent.as_ref()) };
    let gone = gone(setup, &listed, parent.as_ref());
    if let Some((release, why)) = &gone {
        if *wanted == Wanted::Named(release.to_string()) {
            return Err(Diagnostic::new(why.clone()).hint("the next apply makes a new one").into());
        }
        history.notes.push(why.clone());
    }
    let killed = |running: &Running, finished_by| killed(&setup.environment, running, finished_by);
    let unrecorded = parent.iter().flat_map(|parent| parent.state.killed.iter().rev());
    history.rows.extend(unrecorded.map(|running| killed(running, None)));
    // Newest first: of several that undid one release the first counts.
    let mut undone: BTreeMap<u64, u64> = BTreeMap::new();
    for summary in listed.iter().filter_map(Listed::summary) {
        let of = summary.rollback.as_ref().map(|rollback| rollback.of);
        of.into_iter().for_each(|of| _ = undone.entry(of).or_insert(summary.release));
    }
    for entry in &listed {
        match entry {
            Listed::Summary(summary) => {
                history.rows.push(row(&setup.environment, summary));
                let before = summary.killed.iter().rev();
                history.rows.extend(before.map(|running| killed(running, Some(summary.release))));
            }
            Listed::Broken { release, why } => {
                refuse_broken(setup, *release, why, wanted)?;
                history.notes.push(format!("release {release} can't be read: {why}"));
            }
        }
    }
    let attempts = parent.iter().flat_map(|parent| &parent.state.attempts);
    history.rows.extend(attempts.map(|attempt| attempted(&setup.environment, attempt)));
    history.rows.sort_by_key(|row| std::cmp::Reverse(row.release));
    history.rows.iter_mut().for_each(|row| row.undone_by = undone.get(&row.release).copied());
    if let Some(number) = find(setup, &history.rows, wanted)? {
        history.rows.retain(|row| row.release == number);
        let summary = listed.iter().filter_map(Listed::summary).find(|summary| summary.release == number);
        if let (Some(row), Some(summary)) = (history.rows.first_mut(), summary) {
            let record =
                read_record(cluster, &target_of(setup, cluster)?, number).await.map_err(Diagnostic::from)?;
            row.details = Some(Box::new(details(summary, &record)));
        }
    }
    Ok(history)
}

/// The deployed release, if somebody deleted its record.
fn gone(setup: &Setup, listed: &[Listed], parent: Option<&Parent>) -> Option<(u64, String)> {
    let release = parent?.state.deployed.as_ref()?.release;
    let is_there = listed.iter().any(|listed| listed.release() == release);
    let why = format!("{}: release {release} is deployed, but its record is gone", setup.environment);
    (!is_there).then_some((release, why))
}

/// One that can't be read can't be shown either.
fn refuse_broken(setup: &Setup, release: u64, why: &str, wanted: &Wanted) -> Result<(), CommandError> {
    if *wanted != Wanted::Named(release.to_string()) {
        return Ok(());
    }
    let what = format!("release {release} of {} can't be read", setup.environment);
    Err(Diagnostic::new(what).because(why).hint("status, plan and apply don't need it").into())
}

fn details(summary: &Summary, record: &Record) -> ReleaseDetails {
    let rollback = summary.rollback.as_ref();
    ReleaseDetails {
        started_at: summary.started_at,
        user: summary.actor.user.clone(),
        run: summary.run.clone().map(|Run { system, url, id, actor }| ReleaseRun { system, url, id, actor }),
        trailers: summary
            .commit
            .iter()
            .flat_map(|commit| &commit.trailers)
            .map(|Trailer { key, value }| format!("{key}: {value}"))
            .collect(),
        tool: summary.tool.clone(),
        digest: summary.plan_digest.clone(),
        overrides: summary
            .overrides
            .iter()
            .map(|it| ReleaseOverride { guard: it.guard.clone(), reason: it.reason.clone() })
            .collect(),
        vars: summary.vars.as_ref().map(|vars| vars.iter().map(variable).collect()),
        cause: summary.cause.clone(),
        rolled_back: rollback.map(|rollback| rollback.of),
        automatic: rollback.is_some_and(|rollback| rollback.automatic),
        finished: summary.killed.iter().map(|killed| killed.release).collect(),
        actions: record
            .actions
            .iter()
            .map(|it| ReleaseAction { action: it.action, object: it.object.clone(), failed: it.failed })
            .collect(),
    }
}

fn variable(variable: &RecordedVariable) -> ReleaseVariable {
    ReleaseVariable {
        name: variable.name.clone(),
        value: variable.told_value(),
        secret: variable.kept() == Kept::Secret,
    }
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
        commit: summary.commit.as_ref().map(commit_ref),
        actor: Some(summary.actor.name.clone()),
        run: summary.run.as_ref().map(|run| run.reference().to_owned()),
        summary: summary_of(summary.counts),
        duration_ms: u64::try_from(took).unwrap_or_default(),
        restored: summary.rollback.as_ref().and_then(|rollback| rollback.to),
        selection: summary.selection.clone(),
        vars: summary.vars.iter().flatten().map(|variable| variable.name.clone()).collect(),
        ..bare(environment, summary.release, summary.finished_at, run_result(summary.result))
    }
}

/// A run that was killed: how much of it was done is known only together with the
/// release that finished it.
fn killed(environment: &str, running: &Running, finished_by: Option<u64>) -> HistoryRow {
    HistoryRow {
        commit: running.commit.as_ref().map(commit_ref),
        actor: Some(running.actor.clone()),
        finished_by,
        ..bare(environment, running.release, running.started_at, RunResult::Interrupted)
    }
}

/// A run that wrote nothing.
fn attempted(environment: &str, attempt: &Attempt) -> HistoryRow {
    let result = match attempt.result {
        AttemptResult::Failed => RunResult::Failed,
        AttemptResult::Refused => RunResult::Refused,
        AttemptResult::Interrupted => RunResult::Interrupted,
    };
    HistoryRow {
        commit: attempt.commit.as_ref().map(commit_ref),
        actor: Some(attempt.actor.clone()),
        run: attempt.run.clone(),
        selection: attempt.selection.clone(),
        attempt: Some(Box::new(ReleaseAttempt {
            times: attempt.times,
            since: attempt.since,
            guards: attempt.guards.clone(),
            cause: attempt.cause.clone(),
        })),
        ..bare(environment, attempt.release, attempt.at, result)
    }
}

/// A run of which nothing else is known.
fn bare(environment: &str, release: u64, at: Timestamp, result: RunResult) -> HistoryRow {
    HistoryRow {
        target: environment.to_owned(),
        release,
        at,
        commit: None,
        actor: None,
        run: None,
        result,
        summary: PlanSummary::default(),
        duration_ms: 0,
        restored: None,
        undone_by: None,
        selection: None,
        vars: Vec::new(),
        attempt: None,
        finished_by: None,
        details: None,
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
