//! Planning: reads what is live, predicts, and puts the plan together. Sends
//! nothing but reads and dry runs.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::pin::pin;
use std::time::Instant;

use futures::future::{Either, OptionFuture, select};
use tokio::task::spawn_blocking;

use super::assemble::{Assembled, Ingredients, Membership, Work, assemble};
use super::autoscaling::autoscaled;
use super::blame;
use super::carry::since;
use super::definitions::{definitions, schemas};
use super::dependencies::{Outside, dependencies, hard_edges};
use super::explain::warned;
use super::guarding::{circumstances, deletion_guards, lenient};
use super::handover::{Adopting, Handover};
use super::leaving::{self, Departure};
use super::memory::Memory;
use super::namespaces::{missing, refuse_missing};
use super::observe::{self, Observed, Sought};
use super::predict::{Guessed, Prediction, Prophet, prove_all};
use super::refusing::{refuse_invalid, refuse_misread, refuse_own};
use super::resolve::{Desired, resolve};
use super::seen::Seen;
use super::sending::{Sending, Sent};
use super::setup::{Setup, Wanted};
use super::simulation::{Settled, Simulation, settle};
use super::versions::Versions;
use crate::cluster::{ApiError, Cluster};
use crate::config::{Limit, Rules};
use crate::diff::SERVER_METADATA;
use crate::error::{CommandError, Diagnostic};
use crate::guard;
use crate::json::Value;
use crate::object::{GroupKind, Masks, ObjectId, ObjectRef, SecretPaths, is_create_only, mask_object};
use crate::parallel;
use crate::plan::causes::Recorded;
use crate::plan::prune::kept_by;
use crate::plan::{Action, GuardVerdict, Judgement, Summary, TargetPlan, Verb};
use crate::release::PART_OF;

/// How a plan is made.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Ask the server about every object.
    pub exact: bool,
    /// Leave objects alone that aren't desired any more.
    pub keep_removed: bool,
    /// How many objects may be deleted, instead of the configured limit.
    pub max_delete: Option<Limit>,
    /// Guards that may be passed.
    pub overrides: Vec<String>,
    /// Show what can be shown where this user lacks a right: for looking only,
    /// never for applying.
    pub may_guess: bool,
    /// Don't look for the commits that asked for changes.
    pub without_commits: bool,
    /// Uncommitted files are meant to be deployed.
    pub may_be_dirty: bool,
    /// What leaves, whatever the repository says; nothing else is done then.
    pub departure: Option<Departure>,
    /// The way back: limits only warn, whoever rolls back at night needs all of it.
    pub is_rollback: bool,
}

impl Options {
    /// Whether the whole target is deleted.
    pub(super) fn deletes_everything(&self) -> bool {
        matches!(self.departure, Some(Departure::Everything))
    }
}

/// A plan with everything that is needed to carry it out.
pub struct Planned {
    /// What people see.
    pub plan: TargetPlan,
    /// What is behind each of its actions.
    pub work: Vec<Work>,
    /// The objects that should be there.
    pub desired: Vec<Desired>,
    /// What objects depend on that isn't among them.
    pub outside: BTreeMap<ObjectId, Outside>,
    /// What the target remembers, if it has an inventory.
    pub memory: Option<Memory>,
    /// The state namespace, when it has to be made before anything else.
    pub bootstrap: Option<ObjectId>,
    /// That namespace, when this very run has made it: a plan made again finds
    /// it there.
    pub made: Option<ObjectId>,
    /// Members that aren't desired and aren't deleted by this plan.
    pub lingering: Vec<ObjectId>,
    /// Kinds of the inventory that nobody can list now.
    pub unknown_kinds: Vec<GroupKind>,
    /// Stands for the plan, approximate or not, but for the creation of the
    /// state namespace: two readings of one plan have the same.
    pub identity: String,
    /// The files that differ from the commit.
    pub dirty: Vec<String>,
}

impl Planned {
    /// Every object that changes, before and after, for people: masked, and
    /// without what the server keeps for itself. Absent where it isn't there.
    pub fn versions(&self, rules: &Rules) -> Vec<(ObjectRef, Option<Value>, Option<Value>)> {
        let mut masks = Masks::new();
        let mut visible =
            |object: &Value, secrets: &SecretPaths| mask_object(&written(object), secrets, &mut masks);
        let mut versions = Vec::new();
        for (action, work) in self.plan.actions.iter().zip(&self.work) {
            let (before, after) = match work {
                Work::Write { live, after, .. } => (live.as_ref(), Some(after)),
                Work::Delete { live, .. } => (Some(live), None),
                // It stays as it is, but for the label.
                Work::Keep { .. } | Work::Forget { .. } | Work::Bootstrap => continue,
            };
            let id = action.id();
            let both = [before, after].into_iter().flatten();
            let secrets = both
                .fold(SecretPaths::default(), |secrets, object| secrets.or(rules.secrets_of(&id, object)));
            let before = before.map(|object| visible(object, &secrets));
            versions.push((action.object.clone(), before, after.map(|object| visible(object, &secrets))));
        }
        versions
    }

    /// What is done to an object.
    pub fn work_on(&self, id: &ObjectId) -> Option<&Work> {
        let at = self.plan.actions.iter().position(|action| action.id() == *id)?;
        self.work.get(at)
    }

    /// How many actions of each sort this run has, the namespace that it made
    /// included.
    pub fn summary(&self) -> Summary {
        let mut summary = self.plan.summary;
        if let Some(made) = &self.made {
            summary.create += 1;
            if matches!(self.work_on(made), Some(Work::Keep { .. })) {
                summary.unchanged -= 1;
            }
        }
        summary
    }

    /// The plan alone.
    pub fn into_plan(self) -> TargetPlan {
        let Self { plan, work, desired, memory, .. } = self;
        parallel::discard((work, desired, memory));
        plan
    }

    /// The refusals among the guards' verdicts.
    pub fn refusals(&self) -> impl Iterator<Item = &GuardVerdict> {
        self.plan.guards.iter().filter(|guard| guard.verdict == Judgement::Refuse)
    }
}

/// Plans for one target. The cluster is asked what it is while the sources are
/// read.
pub async fn plan(setup: &Setup, cluster: &Cluster, options: &Options) -> Result<Planned, CommandError> {
    if let Some(departure) = &options.departure {
        return leaving::plan(setup, cluster, departure, &options.overrides).await;
    }
    let begun = Begun::of(cluster);
    let (reading, looking) = (pin!(read(setup.clone())), pin!(Seen::of(setup, cluster)));
    // What is wrong with the sources is told first, and at once.
    let (wanted, seen) = match select(reading, looking).await {
        Either::Left((wanted, looking)) => (wanted?, looking.await?),
        Either::Right((seen, reading)) => (reading.await?, seen?),
    };
    plan_for(setup, cluster, options, begun, wanted, seen).await
}

/// Reads the sources on a thread that may wait for disks.
async fn read(setup: Setup) -> Result<Wanted, CommandError> {
    match spawn_blocking(move || setup.render()).await {
        Ok(wanted) => wanted,
        Err(failed) => std::panic::resume_unwind(failed.into_panic()),
    }
}

/// Where the counting of time and requests began.
#[derive(Clone, Copy)]
struct Begun {
    at: Instant,
    requests: usize,
}

impl Begun {
    fn of(cluster: &Cluster) -> Self {
        Self { at: Instant::now(), requests: cluster.requests() }
    }
}

/// Plans for the same objects again: the files may have changed meanwhile, what
/// was agreed to hasn't.
pub(super) async fn plan_again(
    setup: &Setup,
    cluster: &Cluster,
    options: &Options,
    planned: &mut Planned,
) -> Result<Planned, CommandError> {
    if let Some(departure) = &options.departure {
        return leaving::plan(setup, cluster, departure, &options.overrides).await;
    }
    let wanted = Wanted {
        manifests: std::mem::take(&mut planned.desired).into_iter().map(|object| object.manifest).collect(),
        commit: planned.plan.commit.clone(),
        dirty: std::mem::take(&mut planned.dirty),
    };
    let begun = Begun::of(cluster);
    let seen = Seen::of(setup, cluster).await?;
    plan_for(setup, cluster, options, begun, wanted, seen).await
}

async fn plan_for(
    setup: &Setup,
    cluster: &Cluster,
    options: &Options,
    begun: Begun,
    wanted: Wanted,
    seen: Seen,
) -> Result<Planned, CommandError> {
    let Seen { namespace, observed, mut memory } = seen;
    let desired = resolve(wanted.manifests, &observed.discovery, &namespace)?;
    refuse_own(&desired, memory.as_ref())?;
    refuse_misread(&desired)?;
    let hard = hard_edges(&desired)?;

    let spanned = spanned(&desired, memory.as_ref());
    let id = memory.as_ref().map(|memory| memory.target.applyset_id());
    let wanted_ids: HashSet<&ObjectId> = desired.iter().map(Desired::id).collect();
    // An autoscaler that this very plan deletes scales nothing any more.
    let is_ours =
        |object: &Value| id.is_some() && object["metadata"]["labels"][PART_OF].as_str() == id.as_deref();
    let goes = |object: &Value| {
        let kind = GroupKind::new("autoscaling", "HorizontalPodAutoscaler");
        let unwanted = !wanted_ids.contains(&observe::id_of(&kind, object));
        is_ours(object) && kept_by(object).is_none() && !options.keep_removed && unwanted
    };
    let leaves = |object: &Value| is_ours(object) && !options.keep_removed;
    let (live, definitions, absent, autoscaled, dependencies, stored) = futures::join!(
        live(cluster, &observed, &desired, memory.as_ref(), &spanned, options.may_guess),
        definitions(cluster, &desired, |_| !options.exact),
        missing(cluster, &desired, memory.as_ref()),
        autoscaled(cluster, &observed.discovery, &desired, goes),
        dependencies(cluster, &observed.discovery, &desired, hard, leaves),
        OptionFuture::from(memory.as_ref().map(|memory| memory.fetch(cluster))),
    );
    let mut stored = stored.flatten();
    let (mut live, absent) = (live.map_err(Diagnostic::from)?, absent.map_err(Diagnostic::from)?);
    let autoscaled = autoscaled.map_err(Diagnostic::from)?;
    let definitions = definitions.map_err(Diagnostic::from)?;
    refuse_missing(&absent, &desired, memory.as_ref())?;
    let dependencies = dependencies?;

    // Whether those are adopted that don't carry our label, the record says.
    if let Some(memory) = memory.as_mut().filter(|_| are_strangers_among(&desired, &live, id.as_deref())) {
        memory.recall(stored.take());
    }
    let sending = Sending { id: id.as_deref(), rules: &setup.rules, autoscaled: &autoscaled, live: &live };
    let versions = Versions::of(&observed.discovery, &definitions, &desired);
    let adopted = adopting(setup, memory.as_ref(), id.as_deref());
    let Sent { bodies, notes: left } =
        sending.of(&desired, Handover { adopting: adopted, versions: &versions });
    let schemas = schemas(&observed.version, &definitions, &desired, &live);
    let is_there =
        |object: &Desired| object.id().namespace.as_ref().is_none_or(|name| !absent.contains(name));
    let may_prove = |object: &Desired| !options.exact && object.served && is_there(object);
    let proved = prove_all(&schemas, &desired, &bodies, &live, may_prove);
    // Where nothing changes, nobody asks what was written last.
    let is_settled =
        proved.iter().all(Option::is_some) && live.members().all(|(id, ..)| wanted_ids.contains(id));
    // What is proved by its fields isn't being deleted.
    let may_end = desired
        .iter()
        .zip(&proved)
        .filter(|(object, proved)| proved.is_none() || is_create_only(&object.manifest.body));
    let ending = ending(may_end.map(|(object, _)| object), &live);
    if let Some(memory) = memory.as_mut().filter(|_| !is_settled) {
        memory.recall(stored.take());
    }
    let adopting = adopting(setup, memory.as_ref(), id.as_deref());
    let handover = Handover { adopting, versions: &versions };
    let prophet =
        Prophet { cluster, schemas: &schemas, may_guess: options.may_guess, sending: &sending, handover };
    let predictions = prophet.predict_all(&desired, &bodies, &live, is_there, proved).await;
    let simulation = Simulation {
        desired: &desired,
        bodies: &bodies,
        live: &live,
        definitions: &definitions,
        exact: options.exact,
        version: &observed.version,
    };
    let settled = settle(setup, cluster, &observed.discovery, simulation, predictions).await;
    let Settled { predictions, findings, notes: simulated } = settled.map_err(Diagnostic::from)?;
    let predictions = refuse_invalid(setup, &prophet, &desired, &bodies, &live, predictions, findings)?;
    let lacking = missing_rights(&desired, &predictions, &live);

    let bootstrap = memory.as_ref().and_then(|memory| memory.bootstrap(&absent));
    let keep_form = |id: &ObjectId, live: &Value, recorded: Recorded<'_>| {
        memory.as_ref().map_or(Value::Null, |memory| memory.keep_form(id, live, recorded))
    };
    let membership = memory.as_ref().zip(adopting).map(|(memory, adopting)| Membership {
        label: PART_OF,
        adopting,
        namespaces: &spanned,
        state_namespace: memory.target.state_namespace(),
        bootstrap: bootstrap.as_ref(),
        keep_removed: options.keep_removed,
        was_killed: memory.parent.as_ref().is_some_and(|parent| parent.state.unrecorded().is_some()),
        keep_form: &keep_form,
    });
    let cluster_name = observed.uid.clone().unwrap_or_else(|| cluster.server().to_owned());
    let target = memory.as_ref().map_or_else(|| namespace.clone(), |memory| memory.target.to_string());
    let assembled = assemble(Ingredients {
        desired: &desired,
        predictions,
        bodies,
        live: &live,
        dependencies: &dependencies,
        membership,
        rules: &setup.rules,
        cluster: &cluster_name,
        target: &target,
    });
    let lingering = lingering(&live, &wanted_ids, &assembled.actions);
    let Assembled { mut actions, work, mut guards, mut notes, digest, identity } = assembled;
    if !options.without_commits {
        let commit = wanted.commit.as_ref();
        notes.extend(blame::tell(setup, memory.as_ref(), commit, &desired, &work, &mut actions));
    }
    guards.extend(deletion_guards(setup, options, &actions, &work, &desired));
    guards.extend(circumstances(setup, options, memory.as_ref(), &wanted.dirty, &actions));
    notes.extend(left);
    notes.extend(lacking);
    notes.extend(simulated);
    notes.extend(dependencies.notes);
    notes.extend(ending);
    notes.extend(warned(setup, cluster, &desired));
    notes.splice(
        0..0,
        setup.notes.iter().cloned().chain(memory.iter().flat_map(|memory| memory.notes.clone())),
    );
    let approximate = actions.iter().any(|action| action.approximate);
    let plan = TargetPlan {
        target: setup.environment.clone(),
        cluster: observed.cluster_ref(cluster),
        namespace,
        commit: wanted.commit,
        deployed: memory.as_ref().and_then(Memory::deployed),
        digest: (!approximate).then_some(digest),
        summary: Summary::of(&actions),
        actions,
        guards: guard::overridden(lenient(guards, options.is_rollback), &options.overrides),
        notes,
        requests: cluster.requests() - begun.requests,
        duration_ms: since(begun.at),
    };
    let unknown_kinds = std::mem::take(&mut live.unknown);
    drop(wanted_ids);
    parallel::discard(live);
    Ok(Planned {
        plan,
        work,
        desired,
        outside: dependencies.outside,
        memory,
        bootstrap,
        made: None,
        lingering,
        unknown_kinds,
        identity,
        dirty: wanted.dirty,
    })
}

/// What is adopted, by what is known of the past; nothing where there is no inventory.
fn adopting<'a>(setup: &'a Setup, memory: Option<&'a Memory>, id: Option<&'a str>) -> Option<Adopting<'a>> {
    let (memory, id) = memory.zip(id)?;
    Some(Adopting { id, past: memory.past(), adoption: &setup.rules.adoption })
}

/// Whether any desired object is live without our label.
fn are_strangers_among(desired: &[Desired], live: &observe::Live, id: Option<&str>) -> bool {
    desired
        .iter()
        .filter_map(|object| live.get(object.id(), &object.manifest.version))
        .any(|live| live["metadata"]["labels"][PART_OF].as_str() != id)
}

/// An object without its status and the metadata that only the server writes.
fn written(object: &Value) -> Value {
    let mut written = object.clone();
    if let Some(root) = written.as_object_mut() {
        root.remove("status");
    }
    if let Some(metadata) = written["metadata"].as_object_mut() {
        metadata.retain(|name, _| !SERVER_METADATA.contains(&name.as_str()));
    }
    written
}

/// The namespaces that the inventory spans, those of the desired objects
/// included.
fn spanned(desired: &[Desired], memory: Option<&Memory>) -> BTreeSet<String> {
    let mut namespaces: BTreeSet<String> =
        desired.iter().filter_map(|object| object.id().namespace.clone()).collect();
    if let Some(memory) = memory {
        namespaces.extend(memory.namespaces());
    }
    namespaces
}

async fn live(
    cluster: &Cluster,
    observed: &Observed,
    desired: &[Desired],
    memory: Option<&Memory>,
    namespaces: &BTreeSet<String>,
    tolerant: bool,
) -> Result<observe::Live, ApiError> {
    let selector = memory.map(|memory| memory.target.members());
    let kinds: BTreeSet<GroupKind> = memory.map(Memory::kinds).unwrap_or_default();
    let reached =
        |object| Desired::reached(object).map(|resource| Sought { id: Desired::id(object), resource });
    let sought: Vec<Sought<'_>> = desired.iter().filter_map(reached).collect();
    let wanted = observe::Wanted {
        sought: &sought,
        selector: selector.as_deref(),
        kinds: &kinds,
        namespaces,
        tolerant,
    };
    observe::live(cluster, &observed.discovery, wanted).await
}

/// What this user may not do, by which the plan is less than it could be.
fn missing_rights(desired: &[Desired], predictions: &[Prediction], live: &observe::Live) -> Vec<String> {
    let place = |object: &Desired| match &object.id().namespace {
        Some(namespace) => format!("{} in namespace {namespace}", object.resource.full_name()),
        None => object.resource.full_name(),
    };
    let is_guessed = |prediction: &&Prediction| matches!(prediction, Prediction::Written(predicted) if predicted.guessed == Some(Guessed::NoRight));
    let untried = desired.iter().zip(predictions).filter(|(_, prediction)| is_guessed(prediction));
    let untried: BTreeSet<String> = untried.map(|(object, _)| place(object)).collect();
    let untried = untried.into_iter().map(|place| {
        format!("no right to patch {place}: nothing could be tried there, what is shown is approximate")
    });
    let unread = live.forbidden.iter().map(|kind| {
        format!(
            "no right to list {kind}: its objects weren't compared, and which would be deleted isn't known"
        )
    });
    untried.chain(unread).collect()
}

/// Desired objects that somebody is deleting.
fn ending<'a>(desired: impl Iterator<Item = &'a Desired>, live: &observe::Live) -> Vec<String> {
    let is_ending = |object: &&Desired| {
        let found = live.get(object.id(), &object.manifest.version);
        found.is_some_and(|live| live["metadata"].get("deletionTimestamp").is_some())
    };
    let note = |object: &Desired| format!("{} is being deleted: apply again when it is gone", object.id());
    desired.filter(is_ending).map(note).collect()
}

/// Members that aren't desired and stay members, for whatever reason.
fn lingering(live: &observe::Live, wanted: &HashSet<&ObjectId>, actions: &[Action]) -> Vec<ObjectId> {
    let leaving = actions.iter().filter(|action| matches!(action.action, Verb::Delete | Verb::Forget));
    let leaving: HashSet<ObjectId> = leaving.map(Action::id).collect();
    let stays = |id: &&ObjectId| !wanted.contains(*id) && !leaving.contains(*id);
    live.members().map(|(id, ..)| id).filter(stays).cloned().collect()
}
