//! Predictions become actions: what is done to which object, in which order,
//! why, and what stands against it. Pure.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use super::dependencies::{Dependencies, Set};
use super::former;
use super::handover::Adopting;
use super::hooks::{Hooks, Standing};
use super::observe::Live;
use super::ordering::{Part, arrange, is_written};
use super::predict::{Predicted, Prediction, Replaced};
use super::removing::left;
use super::resolve::Desired;
use super::running_pods::RunningPods;
use super::sending::Sending;
use super::stuck::Stuck;
use crate::cluster::{MANAGER, Resource};
use crate::config::{Adoption, OnConflict, Rules};
use crate::diff::{self, Migration, Ownership, TakenFields};
use crate::guard::{self, Claim};
use crate::json::Value;
use crate::object::{
    Change, FieldPath, Hook, Masks, ObjectId, ObjectRef, Op, RawChange, Shown, is_create_only, kinds,
    mask_changes,
};
use crate::parallel;
use crate::plan::causes::{Recorded, maybe_own, with_cause};
use crate::plan::digest::{Entry, EntryChange, action_digest, digest};
use crate::plan::replacement;
use crate::plan::{Action, Cause, FieldChange, GuardVerdict, ManagerFields, Verb};
use crate::report::words;

/// What is behind an action.
pub enum Work {
    /// Nothing is done to a desired object.
    Keep {
        /// Its position among the desired ones.
        at: usize,
        /// The object as it is.
        live: Arc<Value>,
    },
    /// A desired object is written.
    Write {
        /// Its position among the desired ones.
        at: usize,
        /// What is sent.
        body: Value,
        /// The object as it is; `None` for a creation.
        live: Option<Value>,
        /// The object as it would be.
        after: Value,
        /// What changes.
        raw: Vec<RawChange>,
        /// Whose fields become trueup's first.
        migration: Option<Migration>,
    },
    /// An object that isn't desired any more is deleted.
    Delete {
        /// How it is reached.
        resource: Arc<Resource>,
        /// The object as it is.
        live: Value,
    },
    /// An object that isn't desired any more stays, and is no longer ours.
    Forget {
        /// How it is reached.
        resource: Arc<Resource>,
        /// The object as it is.
        live: Value,
    },
    /// A hook runs.
    Hook {
        /// Its position among the hooks.
        at: usize,
        /// What is sent.
        body: Value,
        /// Its object from before, which goes first.
        live: Option<Value>,
    },
    /// A pod that isn't ours by itself is deleted: it holds its `StatefulSet` up.
    Unstick {
        /// The set's position among the desired ones.
        at: usize,
        /// The pod as it is.
        live: Value,
    },
    /// The namespace that the inventory lives in is created.
    Bootstrap,
}

impl Work {
    /// The position of the desired object that it is about: kept or written.
    pub(super) fn desired(&self) -> Option<usize> {
        match self {
            Self::Keep { at, .. } | Self::Write { at, .. } => Some(*at),
            Self::Delete { .. }
            | Self::Forget { .. }
            | Self::Hook { .. }
            | Self::Unstick { .. }
            | Self::Bootstrap => None,
        }
    }

    /// What is sent, where something is.
    pub(super) fn body(&self) -> Option<&Value> {
        match self {
            Self::Write { body, .. } | Self::Hook { body, .. } => Some(body),
            Self::Keep { .. }
            | Self::Delete { .. }
            | Self::Forget { .. }
            | Self::Unstick { .. }
            | Self::Bootstrap => None,
        }
    }
}

/// The inventory, as far as assembling looks at it.
#[derive(Clone, Copy)]
pub(super) struct Membership<'a> {
    /// The membership label's key.
    pub label: &'a str,
    /// The inventory's id, which is the label's value, and what it takes in.
    pub adopting: Adopting<'a>,
    /// The namespaces that the inventory spans.
    pub namespaces: &'a BTreeSet<String>,
    /// The one that the inventory itself lives in.
    pub state_namespace: &'a str,
    /// The state namespace, when it has to be created first: two readings of
    /// one plan may differ in that.
    pub bootstrap: Option<&'a ObjectId>,
    /// Only a part is planned: what isn't desired is none of its business.
    pub is_part: bool,
    /// Leave objects alone that aren't desired any more.
    pub keep_removed: bool,
    /// What pods from before may need isn't kept for them.
    pub removes_at_once: bool,
    /// Leave Secrets alone that aren't desired any more, and what they live in.
    pub keep_secrets: bool,
    /// A run that was killed may have written without a record.
    pub was_killed: bool,
    /// The last release isn't known to be healthy: there may be a way back.
    pub is_unsettled: bool,
    /// An object in the form in which a record of it holds it.
    pub keep_form: &'a dyn Fn(&ObjectId, &Value, Recorded<'_>) -> Value,
}

/// What actions are assembled from.
pub(super) struct Ingredients<'a> {
    /// The objects that should be there.
    pub desired: &'a [Desired],
    /// What would become of each of them.
    pub predictions: Vec<Prediction>,
    /// What each of them is sent as.
    pub bodies: Vec<Value>,
    /// What is live.
    pub live: &'a Live,
    /// What must come first.
    pub dependencies: &'a Dependencies,
    /// The inventory, if there is one.
    pub membership: Option<Membership<'a>>,
    /// What may be taken from others.
    pub rules: &'a Rules,
    /// The hooks.
    pub hooks: &'a Hooks,
    /// Which of them have to run, and which don't any more.
    pub standing: Standing,
    /// What of them is sent.
    pub sending: &'a Sending<'a>,
    /// The pods that are deleted, because they would hold up what is put back.
    pub stuck: Stuck,
    /// What nobody deletes.
    pub wanted: &'a HashSet<&'a ObjectId>,
    /// What pods of earlier templates need.
    pub running_pods: &'a RunningPods,
    /// What stands for the cluster in digests.
    pub cluster: &'a str,
    /// What stands for the target in digests.
    pub target: &'a str,
}

/// The result.
#[derive(Default)]
pub(super) struct Assembled {
    /// The actions, in their order.
    pub actions: Vec<Action>,
    /// What is behind each of them.
    pub work: Vec<Work>,
    /// The verdicts that come from the objects themselves.
    pub guards: Vec<GuardVerdict>,
    /// What is worth telling.
    pub notes: Vec<String>,
    /// The digest over all actions.
    pub digest: String,
    /// The digest without the creation of the state namespace.
    pub identity: String,
    /// Secrets that aren't desired any more and are left alone.
    pub kept: Vec<ObjectId>,
}

/// Puts the actions together.
pub(super) fn assemble(ingredients: Ingredients<'_>) -> Assembled {
    let Ingredients { desired, predictions, bodies, live, dependencies, membership, rules, hooks, .. } =
        ingredients;
    let set = Set { desired, hooks };
    let mut assembled = Assembled {
        actions: Vec::with_capacity(desired.len()),
        work: Vec::with_capacity(desired.len()),
        ..Assembled::default()
    };
    let bootstrapped = membership.and_then(|membership| membership.bootstrap);
    if let Some(id) = bootstrapped.filter(|id| desired.iter().all(|object| object.id() != *id)) {
        assembled.actions.push(bootstrap(id));
        assembled.work.push(Work::Bootstrap);
    }
    let (mut claimed, mut spent) = (Vec::new(), Vec::new());
    let mut masks = Masks::new();
    let mut parts: Vec<Part> = predictions
        .into_iter()
        .zip(bodies)
        .enumerate()
        .map(|(at, (prediction, body))| {
            let writer = Writer { at, object: &desired[at], membership, masks: &mut masks };
            writer.part(prediction, body, &mut claimed, &mut spent)
        })
        .map(Some)
        .collect();
    parallel::discard(spent);
    if rules.adoption == Adoption::Asked {
        let given = |(_, claim): &&(ObjectId, Claim)| claim.is_given_away(&rules.adoption);
        let given: Vec<_> = claimed.iter().filter(given).cloned().collect();
        assembled.notes.extend(guard::former_owners(&given));
    }
    claimed.retain(|(_, claim)| !claim.is_given_away(&rules.adoption));
    assembled.guards.extend(guard::foreign_owners(&claimed));
    assembled.guards.extend(guards_of_others(&parts, rules));
    let whole = membership.filter(|membership| !membership.is_part);
    let left = whole.map(|membership| left(ingredients.wanted, desired, live, membership, &mut assembled));
    let mut left = left.unwrap_or_default();
    left.keep_for_pods(&parts, ingredients.running_pods, &mut assembled.notes);
    let changes = left.changes_something() || parts.iter().any(is_written);
    if changes || !ingredients.standing.due.is_empty() {
        parts.extend(hooks.parts(&ingredients.standing, ingredients.sending));
    }
    arrange(&mut parts, left, set, dependencies, &mut assembled);
    for (action, work) in parts.into_iter().flatten() {
        assembled.actions.push(action);
        assembled.work.push(work);
    }
    ingredients.stuck.add_to(desired, &mut assembled);
    seal(&mut assembled, set, [ingredients.cluster, ingredients.target], bootstrapped);
    assembled
}

/// What the configuration says of taking others' fields and objects.
fn guards_of_others(parts: &[Part], rules: &Rules) -> Vec<GuardVerdict> {
    let actions = || parts.iter().flatten().map(|(action, _)| action);
    let contested: Vec<(ObjectId, String, FieldPath)> = actions()
        .flat_map(|action| action.takes_from.iter().map(|taken| (action.id(), taken)))
        .flat_map(|(id, taken)| {
            taken.fields.iter().map(move |field| (id.clone(), taken.manager.clone(), field.clone()))
        })
        .filter(|(id, manager, field)| rules.on_conflict(id, field, manager) == OnConflict::Fail)
        .collect();
    let adopted: Vec<ObjectId> = match rules.adoption {
        // One with a field that can't be changed would be replaced.
        Adoption::Never => {
            actions().filter(|action| action.causes.contains(&Cause::Adopt)).map(Action::id).collect()
        }
        Adoption::Unclaimed(_) | Adoption::Asked => Vec::new(),
    };
    guard::conflicts(&contested).into_iter().chain(guard::adopted(&adopted)).collect()
}

fn bootstrap(id: &ObjectId) -> Action {
    let reason = "the inventory, the lock and the history live there".to_owned();
    Action { reason: Some(reason), ..Action::new(Verb::Create, ObjectRef::new(id, "v1")) }
}

/// Makes the action for one desired object.
struct Writer<'a, 'm> {
    at: usize,
    object: &'a Desired,
    membership: Option<Membership<'a>>,
    masks: &'m mut Masks,
}

impl Writer<'_, '_> {
    fn part(
        self,
        prediction: Prediction,
        body: Value,
        claimed: &mut Vec<(ObjectId, Claim)>,
        spent: &mut Vec<Value>,
    ) -> (Action, Work) {
        let at = self.at;
        let source = Some(self.object.source().into());
        match prediction {
            Prediction::Unchanged { live } => {
                let action = Action::new(Verb::Unchanged, self.object.manifest.object_ref());
                let reason = is_create_only(&body).then(|| "is only created, never changed".to_owned());
                spent.push(body);
                (Action { source, reason, ..action }, Work::Keep { at, live })
            }
            Prediction::Replaced(Replaced { live, body, after, fields }) => {
                claimed.extend(self.foreign(&live));
                let reason = Some(replacement::reason(&self.object.id().kind, &fields));
                let raw = diff::changes(&live, &after);
                let action = Action {
                    action: Verb::Replace,
                    source,
                    reason,
                    ..self.update(&live, &after, &body, &raw)
                };
                (action, Work::Write { at, body, live: Some(live), after, raw, migration: None })
            }
            Prediction::Unreadable => {
                let action = Action::new(Verb::Update, self.object.manifest.object_ref());
                let reason = Some("may not be read: values not compared".to_owned());
                let action =
                    Action { source, causes: vec![Cause::Unknown], reason, approximate: true, ..action };
                let after = body.clone();
                (action, Work::Write { at, body, live: None, after, raw: Vec::new(), migration: None })
            }
            Prediction::Written(Predicted { live: None, after, guessed, .. }) => {
                let action = Action::new(Verb::Create, self.object.manifest.object_ref());
                let causes = vec![self.cause_of_creation()];
                let action = Action { source, causes, approximate: guessed.is_some(), ..action };
                (action, Work::Write { at, body, live: None, after, raw: Vec::new(), migration: None })
            }
            Prediction::Written(Predicted { live: Some(live), after, guessed, migration }) => {
                claimed.extend(self.foreign(&live));
                let raw = diff::changes(&live, &after);
                let migrates =
                    migration.as_ref().map(|migration| migration.managers.clone()).unwrap_or_default();
                let mut action = self.update(&live, &after, &body, &raw);
                action.takes_from.retain(|taken| !migrates.contains(&taken.manager));
                let reason = migration.as_ref().and_then(put_right).or(action.reason.take());
                let action = Action { source, approximate: guessed.is_some(), migrates, reason, ..action };
                (action, Work::Write { at, body, live: Some(live), after, raw, migration })
            }
        }
    }

    /// An object that was on record and is gone has been deleted by somebody.
    fn cause_of_creation(&self) -> Cause {
        let recorded = |membership: Membership<'_>| {
            let recorded = membership.adopting.past.get(self.object.id());
            // A hook of before needn't be there.
            recorded.is_some_and(|recorded| Hook::of(recorded.manifest).is_none())
        };
        if self.membership.is_some_and(recorded) { Cause::Drift } else { Cause::Commit }
    }

    fn foreign(&self, live: &Value) -> Option<(ObjectId, Claim)> {
        let claim = guard::claim(live, self.membership.map(|membership| membership.adopting.id))?;
        Some((self.object.id().clone(), claim))
    }

    fn update(self, live: &Value, after: &Value, body: &Value, raw: &[RawChange]) -> Action {
        let Self { object, membership, masks, .. } = self;
        let id = object.id();
        let adopted = membership.is_some_and(|membership| membership.adopting.adopts(id, live));
        let recorded = membership.and_then(|membership| membership.adopting.past.get(id));
        let secret = former::secrets(&object.manifest, Some(live), recorded);
        let changes = mask_changes(&secret, raw.iter().cloned(), masks);
        // That an adopted object gets our label goes without saying.
        let goes_without_saying = |change: &Change| {
            adopted && membership.is_some_and(|membership| is_only_label(change, membership.label))
        };
        let visible = changes.into_iter().filter(|change| !goes_without_saying(change));
        let kept = membership
            .zip(recorded)
            .map_or(Value::Null, |(membership, recorded)| (membership.keep_form)(id, live, recorded));
        let was_killed = membership.is_some_and(|membership| membership.was_killed);
        let caused = visible.map(|change| with_cause(change, recorded, &kept, live, &secret, MANAGER));
        let changes: Vec<FieldChange> =
            caused.map(|change| if was_killed { maybe_own(change) } else { change }).collect();
        let takes_from = owned(diff::taken_from(live, after, MANAGER));
        let stays = owned(Ownership::of(live, MANAGER).shared_but_dropped(&Ownership::of(after, MANAGER)));
        let verb = if adopted { Verb::Adopt } else { Verb::Update };
        let causes: BTreeSet<Cause> = if adopted {
            BTreeSet::from([Cause::Adopt])
        } else {
            let moved = membership.is_some_and(|membership| moved_too(id, &changes, body, membership));
            let also = moved.then_some(Cause::Commit);
            changes.iter().filter_map(|change| change.cause).chain(also).collect()
        };
        let reason =
            (changes.is_empty() && !adopted).then(|| "only which fields trueup owns changes".to_owned());
        let action = Action::new(verb, object.manifest.object_ref());
        Action { causes: causes.into_iter().collect(), changes, takes_from, stays, reason, ..action }
    }
}

/// What is put right of who owns what, in words.
fn put_right(migration: &Migration) -> Option<String> {
    if migration.restored.is_some() {
        let reason =
            "it doesn't say any more which of its fields are trueup's: those that the last run applied";
        return Some(reason.to_owned());
    }
    let gone = words::list(&migration.gone);
    (!gone.is_empty()).then(|| {
        format!("its fields are owned at {gone}, which its definition doesn't have any more: now at its own version")
    })
}

fn owned(fields: Vec<TakenFields>) -> Vec<ManagerFields> {
    fields.into_iter().map(|TakenFields { manager, fields }| ManagerFields { manager, fields }).collect()
}

/// Whether nothing changes but this label.
fn is_only_label(change: &Change, label: &str) -> bool {
    let is_alone =
        |to: &Value| to.as_object().is_some_and(|labels| labels.len() == 1 && labels.contains_key(label));
    change.path == FieldPath::fields(["metadata", "labels", label])
        || (change.path == FieldPath::fields(["metadata", "labels"])
            && change.op == Op::Add
            && matches!(&change.to, Some(Shown::Value(to)) if is_alone(to)))
}

/// Whether Git has moved as well at a field that has drifted.
fn moved_too(id: &ObjectId, changes: &[FieldChange], body: &Value, membership: Membership<'_>) -> bool {
    let mut drifted = changes.iter().filter(|change| change.cause == Some(Cause::Drift)).peekable();
    let (Some(recorded), Some(_)) = (membership.adopting.past.get(id), drifted.peek()) else { return false };
    let wanted = (membership.keep_form)(id, body, recorded);
    drifted.any(|change| recorded.is_superseded(&change.path, &wanted))
}

/// Gives the plan and each of its actions their digests; `bootstrapped` is what the
/// plan's identity is without.
pub(super) fn seal(
    assembled: &mut Assembled,
    set: Set<'_>,
    [cluster, target]: [&str; 2],
    bootstrapped: Option<&ObjectId>,
) {
    let ids: Vec<ObjectId> = assembled.actions.iter().map(Action::id).collect();
    let changes: Vec<Vec<EntryChange<'_>>> = assembled.work.iter().map(entry_changes).collect();
    let entries: Vec<Entry<'_>> = (0..ids.len())
        .map(|at| {
            let verb = assembled.actions[at].action;
            entry(verb, &ids[at], &assembled.work[at], &changes[at], set)
        })
        .collect();
    assembled.digest = digest(cluster, target, &entries);
    assembled.identity = match bootstrapped {
        None => assembled.digest.clone(),
        Some(made_first) => {
            let others: Vec<Entry<'_>> =
                entries.iter().filter(|entry| entry.id != made_first).copied().collect();
            digest(cluster, target, &others)
        }
    };
    for (action, entry) in assembled.actions.iter_mut().zip(&entries) {
        action.digest = action_digest(entry);
    }
}

fn entry<'a>(
    verb: Verb,
    id: &'a ObjectId,
    work: &'a Work,
    changes: &'a [EntryChange<'a>],
    set: Set<'a>,
) -> Entry<'a> {
    let (body, live, source) = match work {
        Work::Write { at, body, live, .. } => (Some(body), live.as_ref(), Some(&set.desired[*at])),
        // Whether one from before is still there is no matter.
        Work::Hook { at, body, .. } => (Some(body), None, Some(&set.hooks.all[*at].object)),
        Work::Delete { live, .. } | Work::Forget { live, .. } | Work::Unstick { live, .. } => {
            (None, Some(live), None)
        }
        Work::Keep { .. } | Work::Bootstrap => (None, None, None),
    };
    Entry {
        verb,
        id,
        body,
        changes,
        uid: live.and_then(|live| live["metadata"]["uid"].as_str()),
        resource_version: live.and_then(|live| live["metadata"]["resourceVersion"].as_str()),
        secret: kinds::is_secret(&id.kind)
            || source.is_some_and(|object| !object.manifest.secrets.is_empty()),
        blob: source.map(|object| object.source().blob.as_ref()),
    }
}

/// The changes at paths that the manifest has, and those that take a path away.
/// What the server or a webhook adds doesn't count.
fn entry_changes(work: &Work) -> Vec<EntryChange<'_>> {
    let Work::Write { body, raw, .. } = work else { return Vec::new() };
    raw.iter()
        .filter(|change| change.op == Op::Remove || change.path.get(body).is_some())
        .map(|change| EntryChange {
            path: change.path.to_string(),
            op: change.op,
            from: change.from.as_ref(),
            to: change.path.get(body),
        })
        .collect()
}
