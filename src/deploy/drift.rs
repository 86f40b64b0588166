//! Drift as a plan: what moved in the cluster since the last run that wrote,
//! from what was written to what is live, with who did it.

use std::time::Instant;

use super::fates::since;
use super::memory::Memory;
use super::present::{Presence, Present, Sight, look, unknown_drift};
use super::setup::Setup;
use crate::cluster::{Cluster, MANAGER};
use crate::error::CommandError;
use crate::object::{Masks, mask_changes};
use crate::plan::causes::told;
use crate::plan::{Action, Cause, SourceRef, Summary, TargetPlan, Verb};

/// What moved. Without a record nothing is known, which is said in a note.
pub async fn plan(setup: &Setup, cluster: &Cluster) -> Result<TargetPlan, CommandError> {
    let (start, already) = (Instant::now(), cluster.requests());
    let Presence { namespace, observed, memory, objects } = look(setup, cluster).await?;
    let mut masks = Masks::new();
    let actions: Vec<Action> = objects.iter().map(|object| action(object, &mut masks)).collect();
    let mut notes: Vec<String> = memory.iter().flat_map(|memory| memory.notes.clone()).collect();
    if memory.as_ref().is_none_or(|memory| memory.record.is_none()) && notes.is_empty() {
        notes.push("nothing was deployed here by trueup, so nothing can have drifted".to_owned());
    }
    notes.extend(unknown_drift(&objects));
    Ok(TargetPlan {
        target: setup.environment.clone(),
        cluster: observed.cluster_ref(cluster),
        namespace,
        commit: None,
        deployed: memory.as_ref().and_then(Memory::deployed),
        digest: None,
        summary: Summary::of(&actions),
        actions,
        guards: Vec::new(),
        notes,
        requests: cluster.requests() - already,
        duration_ms: since(start),
    })
}

fn action(object: &Present, masks: &mut Masks) -> Action {
    let moved = object.moved.clone().unwrap_or_default();
    let verb = match &object.sight {
        Sight::Forbidden | Sight::NoAnswer => Verb::Unchanged,
        Sight::Gone => Verb::Delete,
        Sight::Live(_) if moved.is_empty() => Verb::Unchanged,
        Sight::Live(_) => Verb::Update,
    };
    let changes = match &object.sight {
        Sight::Live(live) => mask_changes(&object.secrets, moved, masks)
            .into_iter()
            .map(|change| told(change, Cause::Drift, live, MANAGER))
            .collect(),
        Sight::Gone | Sight::Forbidden | Sight::NoAnswer => Vec::new(),
    };
    let source = object.recorded.source.as_ref();
    Action {
        source: source.map(|source| SourceRef {
            path: source.path.clone(),
            line: source.line,
            document: source.document,
        }),
        causes: if verb == Verb::Unchanged { Vec::new() } else { vec![Cause::Drift] },
        changes,
        reason: (verb == Verb::Delete).then(|| "somebody deleted it".to_owned()),
        ..Action::new(verb, object.recorded.object.clone())
    }
}
