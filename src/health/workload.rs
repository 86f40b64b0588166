//! Workloads judged together with their pods: a rollout that can't recover is
//! told at once, with its cause, instead of at its deadline.

use std::cmp::Reverse;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::cause::Cause;
use super::context::{Baseline, Context};
use super::doom::{self, Doom};
use super::live::Live;
use super::pod::{self, PodCount};
use super::revision::{Family, Newest, Owned, Pods};
use super::verdict::{Health, Verdict};
use crate::json::Value;

/// The judgement of a workload.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkloadVerdict {
    /// The verdict. One that fails because of its pods has the first cause's
    /// reason, and says how many of how many pods it concerns.
    pub verdict: Verdict,
    /// The pods that keep it from being ready: those that won't recover by
    /// themselves, or where there are none of those, those that aren't
    /// ready. Ordered by pod, a Job's newest first; empty for what is ready.
    pub causes: Vec<Cause>,
    /// Its pods, old and new.
    pub pods: PodCount,
    /// Those of its newest template.
    pub newest: Newest,
}

/// Judges a workload with the `ReplicaSet`s and pods of its namespace. Whatever
/// isn't a workload is judged by itself.
///
/// The workload must be as it was returned by our own write, or newer. A
/// failure may turn into progress again when a container that crashes is run
/// once more, and a Job's failed pods go: whoever waits keeps the first failure,
/// and the last causes seen.
pub fn judge_workload(
    workload: &Value,
    owned: &Owned<'_>,
    baseline: Option<&Baseline>,
    now: Timestamp,
) -> WorkloadVerdict {
    judge_workload_in(workload, owned, &Context::at(now).since(baseline))
}

/// The same, with all that may be known.
pub fn judge_workload_in(workload: &Value, owned: &Owned<'_>, context: &Context<'_>) -> WorkloadVerdict {
    let live = Live(workload);
    let verdict = super::judge_in(workload, context);
    match Family::of(live) {
        Some(family) => {
            let pods = Pods::of(live, family, owned);
            let count = pod::pod_count(&pods.all);
            let (verdict, causes) = with_pods(live, family, &pods, verdict, context);
            WorkloadVerdict { verdict, causes, pods: count, newest: pods.newest() }
        }
        None if is_pod(live) => {
            let doomed = doom::doom_in(live, context).filter(|_| verdict.health == Health::Failed);
            let causes = doomed.map(|doom| Cause::of(live, doom)).into_iter().collect();
            WorkloadVerdict { verdict, causes, pods: pod::pod_count(&[workload]), newest: Newest::default() }
        }
        None => WorkloadVerdict {
            verdict,
            causes: Vec::new(),
            pods: PodCount::default(),
            newest: Newest::default(),
        },
    }
}

fn is_pod(live: Live<'_>) -> bool {
    live.kind().is_some_and(|kind| kind.is("", "Pod"))
}

fn with_pods(
    live: Live<'_>,
    family: Family,
    pods: &Pods<'_>,
    verdict: Verdict,
    context: &Context<'_>,
) -> (Verdict, Vec<Cause>) {
    match verdict.health {
        Health::Failed => {
            let causes = causes_of_failure(family, pods, context);
            (with_first_cause(verdict, &causes), causes)
        }
        // As long as its controller hasn't seen our write, its pods are those
        // of before.
        Health::Progressing if live.is_observed() => {
            let doomed = doomed(&pods.newest, context);
            let verdict = if doomed.is_empty() {
                blocked(live, family, pods, context).unwrap_or(verdict)
            } else {
                with_doomed(family, pods.newest.len(), &doomed, verdict)
            };
            let causes = if doomed.is_empty() { unready(&pods.newest) } else { causes(doomed) };
            (verdict, causes)
        }
        _ => (verdict, Vec::new()),
    }
}

fn with_first_cause(verdict: Verdict, causes: &[Cause]) -> Verdict {
    match causes.first() {
        Some(cause) => {
            let message = format!("{}; {}: {}", verdict.message, cause.pod, cause.words());
            Verdict { message, ..verdict }
        }
        None => verdict,
    }
}

type Doomed<'a> = Vec<(Live<'a>, Doom)>;

fn doomed<'a>(pods: &[Live<'a>], context: &Context<'_>) -> Doomed<'a> {
    pods.iter().filter_map(|pod| Some((*pod, doom::doom_in(*pod, context)?))).collect()
}

fn causes(doomed: Doomed<'_>) -> Vec<Cause> {
    doomed.into_iter().map(|(pod, doom)| Cause::of(pod, doom)).collect()
}

/// A rollout with pods that won't recover: failed if that stops it, otherwise
/// progressing with a word of it.
fn with_doomed(family: Family, total: usize, doomed: &Doomed<'_>, verdict: Verdict) -> Verdict {
    let stops = |(_, doom): &&(Live<'_>, Doom)| family != Family::Job || doom.is_before_any_run();
    let stopping = doomed.iter().filter(stops).count();
    let is_stopped = match family {
        // What replaces all its pods at will fails when none is left to hope for.
        Family::Deployment | Family::ReplicaSet => stopping == total,
        Family::StatefulSet | Family::DaemonSet | Family::Job => stopping > 0,
    };
    let Some((pod, doom)) = doomed.iter().find(|found| !is_stopped || stops(found)) else {
        return verdict;
    };
    let cause = Cause::of(*pod, doom.clone());
    let which = if family.has_revisions() { "new pods" } else { "pods" };
    let sentence =
        format!("{} of {total} {which} won't recover: {}: {}", doomed.len(), cause.pod, cause.words());
    if is_stopped {
        Verdict::failed(&cause.reason, sentence)
    } else {
        Verdict { message: format!("{}; {sentence}", verdict.message), ..verdict }
    }
}

/// A `StatefulSet` that makes one pod after the other doesn't replace a pod of
/// an older revision that never gets ready: somebody has to delete it.
fn blocked(live: Live<'_>, family: Family, pods: &Pods<'_>, context: &Context<'_>) -> Option<Verdict> {
    let in_order = live.text("/spec/podManagementPolicy") != Some("Parallel");
    if family != Family::StatefulSet || !in_order {
        return None;
    }
    let (pod, doom) = doomed(&pods.older, context).into_iter().next()?;
    let cause = Cause::of(pod, doom);
    let message = format!(
        "{} is of an older revision and must be deleted for the update to go on: {}",
        cause.pod,
        cause.words()
    );
    Some(Verdict::progressing("BlockedByPod", message))
}

/// A rollout's doomed pods, or else the ones that aren't ready. A Job's pods
/// are deleted when it fails, so what's left of them counts as well.
fn causes_of_failure(family: Family, pods: &Pods<'_>, context: &Context<'_>) -> Vec<Cause> {
    if family == Family::Job {
        let mut all: Vec<_> = pods.all.iter().map(|pod| Live(pod)).collect();
        all.sort_by_key(|pod| Reverse(pod.created()));
        let cause = |pod| Some(Cause::of(pod, doom::trouble(pod, context)?));
        return all.into_iter().filter_map(cause).collect();
    }
    let doomed = doomed(&pods.newest, context);
    if !doomed.is_empty() {
        return causes(doomed);
    }
    unready(&pods.newest)
}

fn unready(pods: &[Live<'_>]) -> Vec<Cause> {
    pods.iter().filter(|pod| !pod::is_ready(**pod)).map(|pod| pod::what_it_waits_for(*pod)).collect()
}

#[cfg(test)]
mod tests;
