//! Planning: reads what is live, predicts, and puts the plan together. Sends
//! nothing but reads and dry runs.

use std::collections::{BTreeSet, HashSet};
use std::pin::pin;
use std::time::Instant;

use futures::future::{Either, OptionFuture, select};

use super::adopting::refuse_unadoptable;
use super::assemble::{Assembled, Ingredients, Membership, Work, assemble};
use super::autoscaling::autoscaled;
use super::blame;
use super::credentials;
use super::definitions::{definitions, schemas};
use super::dependencies::{Set, dependencies, hard_edges};
use super::explain::warned;
use super::fates::since;
use super::fetching::fetch_lacking;
use super::guarding::{circumstances, deletion_guards, lenient};
use super::handover::{Adopting, Handover};
use super::hooks::Hooks;
use super::leaving::{self, Departure};
use super::lists::Lists;
use super::memory::{self, Memory};
use super::namespaces::{missing, refuse_missing};
use super::observe::{self, Observed, Sought};
pub use super::planned::Planned;
use super::predecessors::too_early;
use super::predict::{Guessed, Prediction, Prophet, prove_all};
use super::refusing::{refuse_invalid, refuse_misread, refuse_own};
use super::resolve::{Desired, resolve};
use super::restoring::rendered_otherwise;
use super::running_pods::RunningPods;
use super::seen::Seen;
use super::selecting::{Part, divide, not_chosen};
use super::sending::{Sending, Sent};
use super::setup::{Setup, Wanted};
use super::simulation::{Settled, Simulation, settle};
use super::standing::standing;
use super::stuck::{self, Stuck};
use super::swept;
use super::trying::Trying;
use super::under_way::UnderWay;
use super::versions::Versions;
use crate::cluster::{ApiError, Cluster};
use crate::config::Limit;
use crate::error::{CommandError, Diagnostic};
use crate::guard;
use crate::json::Value;
use crate::object::{GroupKind, Manifest, ObjectId, Occasion, is_create_only};
use crate::parallel;
use crate::plan::causes::Recorded;
use crate::plan::prune::kept_by;
use crate::plan::{Action, Selection, Summary, TargetPlan, Verb};
use crate::release::history::StoredRecord;
use crate::release::{PART_OF, RecordError};
use crate::render;
use crate::report::words;

/// How a plan is made.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Ask the server about every object.
    pub exact: bool,
    /// Leave objects alone that aren't desired any more.
    pub keep_removed: bool,
    /// Nothing is waited for: what pods from before may need doesn't wait for others either.
    pub removes_at_once: bool,
    /// The part of the target that is looked at; absent for the whole. The rest stays
    /// as it is, and nothing is deleted.
    pub selection: Option<Selection>,
    /// What is chosen is taken over, whoever has it; nothing else is done.
    pub adopts: bool,
    /// How many objects may be deleted, instead of the configured limit.
    pub max_delete: Option<Limit>,
    /// Guards that may be passed.
    pub overrides: Vec<String>,
    /// How many requests may be under way at once, instead of the usual number.
    pub concurrency: Option<usize>,
    /// Show what can be shown where this user lacks a right: for looking only,
    /// never for applying.
    pub may_guess: bool,
    /// Don't look for the commits that asked for changes.
    pub without_commits: bool,
    /// What guards say isn't shown: nothing is fetched for them.
    pub without_guards: bool,
    /// Uncommitted files are meant to be deployed.
    pub may_be_dirty: bool,
    /// What leaves, whatever the repository says; nothing else is done then.
    pub departure: Option<Departure>,
    /// The release that is put back: where its commit renders otherwise today, that is told.
    pub restores: Option<u64>,
    /// A commit that is older than the deployed one needn't be deployed.
    pub skips_superseded: bool,
    /// The way back: limits only warn, whoever rolls back at night needs all of it.
    pub is_rollback: bool,
    /// It's the way back of an apply that failed.
    pub is_automatic: bool,
    /// Secrets that are live stay as they are, members that aren't desired any more, too.
    pub keep_secrets: bool,
}

impl Options {
    /// Whether the whole target is deleted.
    pub(super) fn deletes_everything(&self) -> bool {
        matches!(self.departure, Some(Departure::Everything))
    }

    /// Whether what isn't desired any more goes.
    pub(super) fn removes(&self) -> bool {
        !self.keep_removed && self.selection.is_none()
    }
}

/// Plans for one target. The cluster is asked what it is while the sources are
/// read.
pub async fn plan(setup: &Setup, cluster: &Cluster, options: &Options) -> Result<Planned, CommandError> {
    if let Some(departure) = &options.departure {
        return leaving::plan(setup, cluster, departure, &options.overrides).await;
    }
    let begun = Begun::of(cluster);
    if setup.asks_about_cluster() {
        let looked = look(setup, cluster, options).await?;
        let wanted = read(setup.seen(&looked.seen)).await?;
        return plan_for(setup, cluster, options, begun, wanted, looked).await;
    }
    let (reading, looking) = (pin!(read(setup.clone())), pin!(look(setup, cluster, options)));
    // What is wrong with the sources is told first, and at once.
    let (wanted, looked) = match select(reading, looking).await {
        Either::Left((wanted, looking)) => (wanted?, looking.await?),
        Either::Right((looked, reading)) => (reading.await?, looked?),
    };
    plan_for(setup, cluster, options, begun, wanted, looked).await
}

/// What is known of the cluster before the objects are, and what is asked of it
/// meanwhile.
struct Looked {
    seen: Seen,
    lists: Lists,
    /// The last record.
    stored: UnderWay<Option<Result<StoredRecord, RecordError>>>,
}

/// Asks the cluster what it is and what the target remembers, and begins to read
/// that.
async fn look(setup: &Setup, cluster: &Cluster, options: &Options) -> Result<Looked, CommandError> {
    let seen = Seen::of(setup, cluster).await?;
    let memory = seen.memory.as_ref();
    // Of a part nobody knows the kinds yet.
    let whole = memory.filter(|_| options.selection.is_none());
    let lists = Lists::by_inventory(cluster, &seen.observed.discovery, whole);
    let stored = OptionFuture::from(memory.map(|memory| memory.fetch(cluster)));
    let stored = UnderWay::begin(async move { stored.await.flatten() });
    Ok(Looked { seen, lists, stored })
}

/// Reads the sources on a thread that may wait for disks.
async fn read(setup: Setup) -> Result<Wanted, CommandError> {
    parallel::beside(move || setup.render()).await
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
    let objects = std::mem::take(&mut planned.desired).into_iter();
    let hooks = std::mem::take(&mut planned.hooks).into_objects();
    let chosen = objects.chain(hooks).map(|object| object.manifest);
    let wanted = Wanted {
        manifests: chosen.chain(std::mem::take(&mut planned.left_out)).collect(),
        commit: planned.plan.commit.clone(),
        provenance: std::mem::take(&mut planned.provenance),
        dirty: std::mem::take(&mut planned.dirty),
        vars: std::mem::take(&mut planned.vars),
        used: std::mem::take(&mut planned.used),
        notes: Vec::new(),
    };
    let begun = Begun::of(cluster);
    let looked = look(setup, cluster, options).await?;
    plan_for(setup, cluster, options, begun, wanted, looked).await
}

async fn plan_for(
    setup: &Setup,
    cluster: &Cluster,
    options: &Options,
    begun: Begun,
    wanted: Wanted,
    looked: Looked,
) -> Result<Planned, CommandError> {
    let rendering = setup.seen(&looked.seen);
    let Looked { seen: Seen { namespace, observed, mut memory }, lists, stored } = looked;
    let selection = options.selection.as_ref();
    let Part { chosen, left_out } = divide(wanted.manifests, selection, &observed.discovery, &namespace)?;
    let all = resolve(chosen, &observed.discovery, &namespace)?;
    refuse_own(&all, memory.as_ref())?;
    refuse_misread(&all)?;
    let (desired, mut hooks) = Hooks::among(all);
    hooks.take_turns(occasion(options, memory.as_ref()));
    let set = Set { desired: &desired, hooks: &hooks };
    let hard = hard_edges(set)?;

    let whole = memory.as_ref().filter(|_| selection.is_none());
    let (kinds, spanned) = (whole.map(Memory::kinds).unwrap_or_default(), spanned(set, whole));
    let id = memory.as_ref().map(|memory| memory.target.applyset_id());
    let wanted_ids: HashSet<&ObjectId> = desired.iter().map(Desired::id).chain(hooks.ids()).collect();
    // An autoscaler that this very plan deletes scales nothing any more.
    let is_ours =
        |object: &Value| id.is_some() && object["metadata"]["labels"][PART_OF].as_str() == id.as_deref();
    let goes = |object: &Value| {
        let kind = GroupKind::new("autoscaling", "HorizontalPodAutoscaler");
        let unwanted = !wanted_ids.contains(&observe::id_of(&kind, object));
        is_ours(object) && kept_by(object).is_none() && options.removes() && unwanted
    };
    let stays = |object: &Value| options.keep_secrets && object["kind"] == "Secret";
    let leaves = |object: &Value| is_ours(object) && options.removes() && !stays(object);
    let (live, definitions, absent, autoscaled, dependencies, mut stored) = futures::join!(
        live(&observed, &desired, memory.as_ref(), &kinds, &spanned, options.may_guess, &lists),
        definitions(cluster, &desired, |_| !options.exact),
        missing(cluster, set, memory.as_ref(), &lists),
        autoscaled(&lists, &observed.discovery, &desired, goes),
        dependencies(cluster, &observed.discovery, set, hard, leaves, &left_out),
        stored.finish(),
    );
    let (mut live, absent) = (live.map_err(Diagnostic::from)?, absent.map_err(Diagnostic::from)?);
    let autoscaled = autoscaled.map_err(Diagnostic::from)?;
    let definitions = definitions.map_err(Diagnostic::from)?;
    refuse_missing(&absent, set, memory.as_ref(), &left_out)?;
    let dependencies = dependencies?;
    if let Some(memory) = memory.as_mut().filter(|_| selection.is_some()) {
        memory.rely_on(stored.take())?;
    }

    // Whether those are adopted that don't carry our label, the record says.
    if let Some(memory) = memory.as_mut().filter(|_| live.has_strangers()) {
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
    let mut proved = prove_all(&schemas, &desired, &bodies, &live, may_prove);
    let mut kept =
        if options.keep_secrets { credentials::keep(&desired, &live, &mut proved) } else { Vec::new() };
    credentials::refuse_sealed(set.all(), &kept)?;
    // Where nothing changes, nobody asks what was written last, but who undoes it.
    let is_settled = proved.iter().all(Option::is_some)
        && kept.is_empty()
        && hooks.all.is_empty()
        && live.members().all(|(id, ..)| wanted_ids.contains(id));
    // What is proved by its fields isn't being deleted.
    let may_end = desired
        .iter()
        .zip(&proved)
        .filter(|(object, proved)| proved.is_none() || is_create_only(&object.manifest.body));
    let ending = ending(may_end.map(|(object, _)| object), &live);
    // But that nobody could tell is worth a new record.
    let is_lost = stored.as_ref().is_some_and(|stored| stored.as_ref().is_err_and(memory::is_lost));
    if let Some(memory) = memory.as_mut().filter(|_| !is_settled || is_lost || options.is_rollback) {
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

    let stuck = if options.is_rollback {
        stuck::find(cluster, &desired, &predictions).await.map_err(Diagnostic::from)?
    } else {
        Stuck::default()
    };
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
        is_part: selection.is_some(),
        keep_removed: options.keep_removed,
        removes_at_once: options.removes_at_once,
        keep_secrets: options.keep_secrets,
        was_killed: memory.parent.as_ref().is_some_and(|parent| parent.state.unrecorded().is_some()),
        // From a rollback nobody goes back.
        is_unsettled: !options.is_rollback
            && memory.parent.as_ref().is_some_and(|parent| parent.state.is_unsettled()),
        keep_form: &keep_form,
    });
    let cluster_name = observed.uid.clone().unwrap_or_else(|| cluster.server().to_owned());
    let target = memory.as_ref().map_or_else(|| namespace.clone(), |memory| memory.target.to_string());
    let running_pods = if options.removes() && !options.removes_at_once {
        RunningPods::look(cluster, &desired, &live, &wanted_ids).await
    } else {
        RunningPods::default()
    };
    let assembled = assemble(Ingredients {
        desired: &desired,
        predictions,
        bodies,
        live: &live,
        dependencies: &dependencies,
        membership,
        rules: &setup.rules,
        standing: hooks.standing(memory.as_ref(), |object| live.get(object.id(), &object.manifest.version)),
        hooks: &hooks,
        sending: &sending,
        stuck,
        wanted: &wanted_ids,
        running_pods: &running_pods,
        cluster: &cluster_name,
        target: &target,
    });
    if options.adopts {
        refuse_unadoptable(&desired, &assembled.actions)?;
    }
    let lingering = match memory.as_ref().filter(|_| selection.is_some()) {
        Some(memory) => not_chosen(memory, &wanted_ids),
        None => lingering(&live, &wanted_ids, &assembled.actions),
    };
    let Assembled { mut actions, mut work, mut guards, mut notes, digest, identity, kept: also_kept } =
        assembled;
    kept.extend(also_kept);
    let trying = Trying { prophet: &prophet, set, membership, is_there: &is_there };
    guards.extend(trying.all(setup, &mut actions, &mut work).await?);
    notes.extend(render::unsteady(written(&desired, &work)));
    notes.extend(hooks.notes());
    notes.extend(swept::notes(cluster, &observed.discovery, &actions, id.as_deref()).await);
    blame::tell_given(&rendering.given, memory.as_ref(), &desired, &work, &mut actions);
    if !options.without_commits {
        let sources = blame::Sources {
            setup: &rendering,
            commit: wanted.commit.as_ref(),
            provenance: &wanted.provenance,
        };
        notes.extend(blame::tell(sources, memory.as_ref(), &desired, &work, &mut actions));
    }
    notes.extend(fetch_lacking(setup, options, memory.as_ref(), wanted.commit.as_ref()).await);
    guards.extend(deletion_guards(setup, options, memory.as_ref(), &actions, &work, &desired));
    guards.extend(too_early(setup, options, wanted.commit.as_ref()).await);
    notes.extend(rendered_otherwise(cluster, memory.as_ref(), options.restores, &desired).await);
    let standing = standing(setup, options, memory.as_ref(), wanted.commit.as_ref(), set);
    guards.extend(standing.guards);
    guards.extend(circumstances(setup, options, memory.as_ref(), &wanted.dirty, &actions));
    notes.extend(left);
    notes.extend(orphaned(memory.as_ref(), &desired, &live));
    notes.extend(lacking);
    notes.extend(simulated);
    notes.extend(dependencies.notes);
    notes.extend(ending);
    notes.extend(warned(setup, cluster, set.all()));
    notes.splice(
        0..0,
        setup.notes.iter().cloned().chain(memory.iter().flat_map(|memory| memory.notes.clone())),
    );
    notes.extend(wanted.notes);
    if options.is_rollback {
        let command = if options.is_automatic { "apply" } else { "rollback" };
        let first = credentials::returning(&actions, &work, &desired, command).into_iter();
        notes.splice(0..0, first.chain(credentials::left_alone(&kept)));
    }
    let approximate = actions.iter().any(|action| action.approximate);
    let plan = TargetPlan {
        target: setup.environment.clone(),
        selection: options.selection.clone(),
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
        hooks,
        left_out,
        outside: dependencies.outside,
        memory,
        bootstrap,
        made: None,
        lingering,
        unknown_kinds,
        identity,
        provenance: wanted.provenance,
        dirty: wanted.dirty,
        vars: wanted.vars,
        used: wanted.used,
        former: Vec::new(),
        superseded: standing.superseded,
        kept: kept.into_iter().collect(),
    }
    .knowing_former_secrets())
}

/// What kind of run this is to hooks. The first deployment is one as long as none
/// has become healthy.
fn occasion(options: &Options, memory: Option<&Memory>) -> Occasion {
    let parent = memory.and_then(|memory| memory.parent.as_ref());
    let is_first = parent.is_none_or(|parent| parent.state.healthy.is_none());
    Occasion { is_rollback: options.is_rollback, is_first }
}

/// What is adopted, by what is known of the past; nothing where there is no inventory.
fn adopting<'a>(setup: &'a Setup, memory: Option<&'a Memory>, id: Option<&'a str>) -> Option<Adopting<'a>> {
    let (memory, id) = memory.zip(id)?;
    Some(Adopting { id, past: memory.past(), adoption: &setup.rules.adoption })
}

/// The namespaces that the inventory spans, those of the desired objects
/// included.
fn spanned(set: Set<'_>, memory: Option<&Memory>) -> BTreeSet<String> {
    let mut namespaces: BTreeSet<String> =
        set.all().filter_map(|object| object.id().namespace.clone()).collect();
    if let Some(memory) = memory {
        namespaces.extend(memory.namespaces());
    }
    namespaces
}

async fn live(
    observed: &Observed,
    desired: &[Desired],
    memory: Option<&Memory>,
    kinds: &BTreeSet<GroupKind>,
    namespaces: &BTreeSet<String>,
    tolerant: bool,
    lists: &Lists,
) -> Result<observe::Live, ApiError> {
    let selector = memory.map(|memory| memory.target.members());
    let reached =
        |object| Desired::reached(object).map(|resource| Sought { id: Desired::id(object), resource });
    let sought: Vec<Sought<'_>> = desired.iter().filter_map(reached).collect();
    let wanted =
        observe::Wanted { sought: &sought, selector: selector.as_deref(), kinds, namespaces, tolerant };
    observe::live(&observed.discovery, wanted, lists).await
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

/// Objects that carry the label of an inventory that isn't there, as long as nothing is
/// recorded either. The namespace of the inventory says nothing: it's made before that.
fn orphaned(memory: Option<&Memory>, desired: &[Desired], live: &observe::Live) -> Option<String> {
    let memory = memory.filter(|memory| memory.parent.is_none())?;
    let id = memory.target.applyset_id();
    let first = memory.state_namespace();
    let is_ours = |object: &&Desired| {
        let found = live.get(object.id(), &object.manifest.version).filter(|_| *object.id() != first);
        found.is_some_and(|live| live["metadata"]["labels"][PART_OF] == id.as_str())
    };
    let count = desired.iter().filter(is_ours).count();
    (count > 0).then(|| {
        let carry = if count == 1 { "carries" } else { "carry" };
        format!(
            "{} {carry} this inventory's label, but there is neither an inventory nor a record: if somebody \
             deleted them, `trueup adopt {} --rebuild` makes the inventory again; else what left Git meanwhile \
             stays in the cluster",
            words::count(count, "object"),
            memory.target.environment()
        )
    })
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

/// The objects that are written.
fn written<'a>(desired: &'a [Desired], work: &'a [Work]) -> impl Iterator<Item = &'a Manifest> {
    work.iter().filter_map(|work| match work {
        Work::Write { at, .. } => Some(&desired[*at].manifest),
        _ => None,
    })
}
