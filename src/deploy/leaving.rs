//! Planning what leaves a target whatever the repository says: objects that are
//! let go, or all that there is.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use super::assemble::{Assembled, seal};
use super::deleting::everything;
use super::dependencies::Set;
use super::fates::since;
use super::history::commit_ref;
use super::hooks::Hooks;
use super::lists::Lists;
use super::memory::{Memory, target_of};
use super::observe::{self, Live, Observed};
use super::planning::Planned;
use super::removing::{Leave, Leaving, leave};
use super::resolve::{Desired, resolve};
use super::seen::Seen;
use super::setup::Setup;
use super::standing::unknown_history;
use super::swept;
use crate::cluster::{Cluster, MANAGER};
use crate::error::{CommandError, Diagnostic, did_you_mean};
use crate::guard;
use crate::json::Value;
use crate::object::{NamedObject, ObjectId};
use crate::plan::prune::{Evidence, Removal, removal};
use crate::plan::{Action, Summary, TargetPlan};
use crate::release::{PART_OF, RecordedObject, State};
use crate::report::words;

/// What leaves.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Departure {
    /// These objects are let go.
    Objects(Vec<NamedObject>),
    /// The whole target is deleted.
    Everything,
}

/// Plans that. Sends nothing but reads.
pub(super) async fn plan(
    setup: &Setup,
    cluster: &Cluster,
    departure: &Departure,
    overrides: &[String],
) -> Result<Planned, CommandError> {
    let (start, requests) = (Instant::now(), cluster.requests());
    let seen = Seen::of(setup, cluster).await?;
    let rendering = setup.seen(&seen);
    let Seen { namespace, observed, memory } = seen;
    let memory = remembered(setup, cluster, memory, departure).await?;
    let live = members(cluster, &observed, &memory).await?;
    let mut assembled = Assembled::default();
    match departure {
        Departure::Objects(named) => {
            let desired = resolve(rendering.render()?.manifests, &observed.discovery, &namespace)?;
            let reason = || "it stays, and isn't trueup's any more".to_owned();
            let selected = select(setup, &memory, &live, &desired, named)?;
            let selected = selected.into_iter().map(|leaving| (leaving, reason())).collect();
            leave(&[], selected, Leave { wave: 0, causes: &[] }, &mut assembled);
        }
        Departure::Everything => everything(setup, &memory, &live, &mut assembled)?,
    }
    assembled.guards.extend(unknown_history(setup, Some(&memory)));
    let id = memory.target.applyset_id();
    let swept = swept::notes(cluster, &observed.discovery, &assembled.actions, Some(&id)).await;
    assembled.notes.extend(swept);
    let cluster_name = observed.uid.clone().unwrap_or_else(|| cluster.server().to_owned());
    let nothing = Set { desired: &[], hooks: &Hooks::default() };
    seal(&mut assembled, nothing, [&cluster_name, &memory.target.to_string()], None);
    let Assembled { actions, work, guards, notes, digest, identity, .. } = assembled;
    let commit = memory.record.as_ref().and_then(|record| record.summary.commit.as_ref()).map(commit_ref);
    let plan = TargetPlan {
        target: setup.environment.clone(),
        selection: None,
        cluster: observed.cluster_ref(cluster),
        namespace,
        commit,
        deployed: memory.deployed(),
        digest: Some(digest),
        summary: Summary::of(&actions),
        guards: guard::overridden(guards, overrides),
        notes: setup.notes.iter().chain(&memory.notes).chain(&notes).cloned().collect(),
        requests: cluster.requests() - requests,
        duration_ms: since(start),
        actions,
    };
    Ok(Planned {
        lingering: lingering(&memory, &live, &plan.actions),
        plan,
        work,
        desired: Vec::new(),
        hooks: Hooks::default(),
        left_out: Vec::new(),
        provenance: Vec::new(),
        memory: Some(memory),
        bootstrap: None,
        made: None,
        unknown_kinds: live.unknown,
        identity,
        dirty: Vec::new(),
        vars: Vec::new(),
        used: BTreeSet::new(),
        former: Vec::new(),
        outside: BTreeMap::new(),
        superseded: None,
        kept: BTreeSet::new(),
    })
}

/// What the target remembers, its last record too: what stays is on record again
/// afterwards.
async fn remembered(
    setup: &Setup,
    cluster: &Cluster,
    memory: Option<Memory>,
    departure: &Departure,
) -> Result<Memory, CommandError> {
    target_of(setup, cluster)?;
    let mut memory = memory
        .filter(|memory| memory.parent.is_some())
        .ok_or_else(|| Diagnostic::new(format!("nothing was ever deployed to {}", setup.environment)))?;
    if *departure == Departure::Everything {
        let stored = memory.fetch(cluster).await;
        memory.recall(stored);
        return Ok(memory);
    }
    if let Some(unfinished) = memory.parent.as_ref().and_then(|parent| unfinished(&parent.state)) {
        return Err(unfinished.into());
    }
    let stored = memory.fetch(cluster).await;
    memory.rely_on(stored)?;
    Ok(memory)
}

/// What a killed run has written is on no record yet, and has to get there first.
pub(super) fn unfinished(state: &State) -> Option<Diagnostic> {
    let told = super::history::unfinished(state.unrecorded()?);
    Some(Diagnostic::new(told).hint("when nobody runs it any more, `trueup apply` finishes it"))
}

async fn members(cluster: &Cluster, observed: &Observed, memory: &Memory) -> Result<Live, CommandError> {
    let wanted = observe::Wanted {
        sought: &[],
        selector: Some(&memory.target.members()),
        kinds: &memory.kinds(),
        namespaces: &memory.namespaces(),
        tolerant: false,
    };
    Ok(observe::live(&observed.discovery, wanted, &Lists::of(cluster)).await.map_err(Diagnostic::from)?)
}

/// The members that are named, sorted; or all that is wrong with the names.
fn select<'a>(
    setup: &Setup,
    memory: &Memory,
    live: &'a Live,
    desired: &[Desired],
    named: &[NamedObject],
) -> Result<Vec<Leaving<'a>>, CommandError> {
    let mut selected: Vec<Leaving<'a>> = Vec::new();
    let mut problems = Vec::new();
    for name in named {
        match find(setup, live, name).and_then(|leaving| may_leave(memory, desired, leaving)) {
            Ok(leaving) => selected.push(leaving),
            Err(problem) => problems.push(problem),
        }
    }
    if !problems.is_empty() {
        return Err(problems.into());
    }
    selected.sort_by_key(|(id, ..)| *id);
    selected.dedup_by_key(|(id, ..)| *id);
    Ok(selected)
}

fn find<'a>(setup: &Setup, live: &'a Live, name: &NamedObject) -> Result<Leaving<'a>, Diagnostic> {
    let found: Vec<Leaving<'a>> = live.members().filter(|(id, ..)| name.means(id)).collect();
    match found[..] {
        [one] => Ok(one),
        [] => {
            let names = |id: &ObjectId| [id.to_string(), format!("{}/{}", id.kind.kind, id.name)];
            let members: Vec<String> = live.members().flat_map(|(id, ..)| names(id)).collect();
            let what = format!("{name} isn't among what trueup deployed to {}", setup.environment);
            let meant = did_you_mean(&name.to_string(), members.iter().map(String::as_str));
            let problem = Diagnostic::new(what);
            Err(match meant {
                Some(meant) => problem.hint(format!("did you mean {meant:?}?")),
                None => problem.hint(format!("`trueup status {}` lists it", setup.environment)),
            })
        }
        _ => {
            let ids: Vec<String> =
                found.iter().map(|(id, ..)| id.to_string() + " of group " + group(id)).collect();
            Err(Diagnostic::new(format!("{name} may be {}", words::list(&ids)))
                .hint("name it with its namespace and group: namespace/Kind.group/name"))
        }
    }
}

fn group(id: &ObjectId) -> &str {
    if id.kind.group.is_empty() { "core" } else { &id.kind.group }
}

/// Only what is provably ours, and what the next apply wouldn't take in again.
fn may_leave<'a>(
    memory: &Memory,
    desired: &[Desired],
    leaving: Leaving<'a>,
) -> Result<Leaving<'a>, Diagnostic> {
    let (id, _, object) = leaving;
    if let Some(desired) = desired.iter().find(|desired| desired.id() == id) {
        let what = format!("{id} is still in the repository: the next apply would take it in again");
        return Err(Diagnostic::new(what)
            .at(desired.source().location())
            .hint("take it out of the repository first, then let it go"));
    }
    match judged(memory, &memory.namespaces(), id, object) {
        Removal::Prune | Removal::Forget(_) => Ok(leaving),
        Removal::Keep(why) => Err(Diagnostic::new(format!("{id} can't be let go: {why}"))),
        Removal::Pass => Err(Diagnostic::new(format!(
            "{id} can't be let go: it is being deleted, or another object owns it"
        ))),
    }
}

/// What the rules of ownership say to its leaving.
pub(super) fn judged(
    memory: &Memory,
    namespaces: &BTreeSet<String>,
    id: &ObjectId,
    object: &Value,
) -> Removal {
    let evidence = Evidence {
        label: PART_OF,
        manager: MANAGER,
        state_namespace: memory.target.state_namespace(),
        namespaces,
        desired: &BTreeSet::new(),
        recorded: memory.past().get(id).and_then(|recorded| recorded.uid),
    };
    removal(id, object, evidence)
}

/// What stays on record: all other members, and what was recorded and is gone.
fn lingering(memory: &Memory, live: &Live, actions: &[Action]) -> Vec<ObjectId> {
    let recorded = memory.record.iter().flat_map(|record| &record.objects);
    let mut ids: BTreeSet<ObjectId> = recorded.map(RecordedObject::id).collect();
    ids.extend(live.members().map(|(id, ..)| id.clone()));
    for action in actions {
        ids.remove(&action.id());
    }
    ids.into_iter().collect()
}
