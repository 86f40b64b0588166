//! Drift as a plan: what moved in the cluster since the last run that wrote,
//! from what was written to what is live, with who did it.

use std::time::Instant;

use super::fates::since;
use super::memory::Memory;
pub use super::present::Measure;
use super::present::{Presence, Present, Sight, look, unknown_drift};
use super::setup::Setup;
use crate::cluster::{Cluster, MANAGER};
use crate::error::{CommandError, Diagnostic};
use crate::object::{Masks, ObjectId, mask_changes};
use crate::plan::causes::told;
use crate::plan::{Action, Candidate, Cause, Selection, SourceRef, Summary, TargetPlan, Verb};

/// What moved. Without a record nothing is known, which is said in a note.
pub async fn plan(
    setup: &Setup,
    cluster: &Cluster,
    selection: Option<&Selection>,
    measure: Measure,
) -> Result<TargetPlan, CommandError> {
    let (start, already) = (Instant::now(), cluster.requests());
    let Presence { namespace, observed, memory, mut objects } = look(setup, cluster, measure).await?;
    if let Some(selection) = selection {
        choose(&mut objects, selection)?;
    }
    let mut masks = Masks::new();
    let actions: Vec<Action> = objects.iter().map(|object| action(object, &mut masks)).collect();
    let mut notes: Vec<String> = memory.iter().flat_map(|memory| memory.notes.clone()).collect();
    if memory.as_ref().is_none_or(|memory| memory.record.is_none()) && notes.is_empty() {
        notes.push("nothing was deployed here by trueup, so nothing can have drifted".to_owned());
    }
    notes.extend(unknown_drift(&objects, memory.as_ref()));
    Ok(TargetPlan {
        target: setup.environment.clone(),
        selection: selection.cloned(),
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

/// Leaves only what is chosen.
fn choose(objects: &mut Vec<Present>, selection: &Selection) -> Result<(), Vec<Diagnostic>> {
    let ids: Vec<ObjectId> = objects.iter().map(|object| object.recorded.id()).collect();
    let candidates: Vec<Candidate<'_>> = objects.iter().zip(&ids).map(candidate).collect();
    let problems = selection.problems(&candidates);
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut chosen =
        candidates.into_iter().map(|candidate| selection.selects(candidate)).collect::<Vec<_>>().into_iter();
    objects.retain(|_| chosen.next() == Some(true));
    Ok(())
}

/// An object as it was recorded.
fn candidate<'a>((object, id): (&'a Present, &'a ObjectId)) -> Candidate<'a> {
    let recorded = &object.recorded;
    Candidate {
        id,
        labels: recorded.manifest.value()["metadata"]["labels"].as_object(),
        path: recorded.source.as_ref().map_or("", |source| source.path.as_str()),
    }
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
        causes: match (verb, &object.moved) {
            (Verb::Unchanged, Some(_)) => Vec::new(),
            (Verb::Unchanged, None) => vec![Cause::Unknown],
            _ => vec![Cause::Drift],
        },
        changes,
        reason: (verb == Verb::Delete).then(|| "somebody deleted it".to_owned()),
        ..Action::new(verb, object.recorded.object.clone())
    }
}
