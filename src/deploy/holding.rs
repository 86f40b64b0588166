//! The hold that a rollback leaves behind, and its end. Pure but for the
//! repository, which is asked how commits relate.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use super::planned::Planned;
use super::resolve::Desired;
use super::running::Undone;
use super::setup::Setup;
use super::standing::commit_id;
use crate::git::{CommitId, Repository};
use crate::guard::Rendered;
use crate::health::Health;
use crate::json::Value;
use crate::object::{Hook, ObjectId};
use crate::plan::CommitRef;
use crate::plan::order::{Node, references};
use crate::release::{Comparison, DigestKey, HeldObject, Hold, Record, State, protect};
use crate::report::words;

/// How many objects a note names.
const MOST_NAMED: usize = 3;

/// A rollback that is about to write.
pub(super) struct Undoing<'a> {
    pub(super) setup: &'a Setup,
    pub(super) planned: &'a Planned,
    pub(super) undone: &'a Undone,
    /// The state before it.
    pub(super) state: &'a State,
    /// Who rolls back.
    pub(super) by: &'a str,
    /// When.
    pub(super) at: Timestamp,
}

impl Undoing<'_> {
    /// What is held from now on: what is undone, and what was held before and isn't
    /// restored.
    pub(super) fn hold(&self) -> Option<Hold> {
        let former = self.former();
        let commits = if self.undoes_nothing() { Vec::new() } else { self.commits() };
        let asked = self.undone.holds_everything.as_ref();
        let restored = self.planned.plan.commit.as_ref().map(|commit| commit.sha.clone());
        let changed = if commits.is_empty() { Vec::new() } else { self.changed() };
        let uncommitted = if self.is_of_one_commit() { self.changed() } else { Vec::new() };
        if commits.is_empty() && uncommitted.is_empty() && asked.is_none() {
            // Another commit than before is what the cluster has now.
            let others = self.others();
            return former.map(|former| Hold { to: self.undone.to, restored, others, ..former });
        }
        let reason = asked.filter(|reason| !reason.is_empty()).cloned().or_else(|| self.cause());
        let hold = Hold {
            commits,
            from: self.undone.of,
            to: self.undone.to,
            restored,
            others: self.others(),
            changed,
            uncommitted,
            everything: asked.is_some(),
            by: self.by.to_owned(),
            at: self.at,
            reason,
        };
        Some(bounded(match former {
            Some(former) => {
                let is_further_back = self.is_further_back(&hold, &former);
                joined(hold, former, is_further_back)
            }
            None => hold,
        }))
    }

    /// The variables that went into what is restored and weren't those of its release.
    fn others(&self) -> Vec<String> {
        let went_in = |name: &&String| self.planned.vars.iter().any(|variable| variable.name == **name);
        self.undone.others.iter().filter(went_in).cloned().collect()
    }

    /// Whether this rollback only goes further back than the one before: what it undoes is
    /// in the history of what that undid.
    fn is_further_back(&self, new: &Hold, former: &Hold) -> bool {
        let newest = |hold: &Hold| hold.commits.first()?.parse::<CommitId>().ok();
        let within =
            || self.setup.origin.repository()?.history().is_ancestor(&newest(new)?, &newest(former)?).ok();
        within().unwrap_or(false)
    }

    /// Why the release that is undone didn't end well.
    fn cause(&self) -> Option<String> {
        let record = self.record()?;
        record.summary.cause.clone().filter(|_| record.summary.release == self.undone.of)
    }

    fn record(&self) -> Option<&Record> {
        self.planned.memory.as_ref()?.record.as_ref()
    }

    fn restored(&self) -> Option<CommitId> {
        self.planned.plan.commit.as_ref()?.sha.parse().ok()
    }

    /// Whether what is undone was of the very commit that is restored: with files that
    /// weren't committed, or other variables.
    fn is_of_one_commit(&self) -> bool {
        let restored = self.restored().map(|restored| restored.to_string());
        restored.is_some() && rolled_back(self.state) == restored.as_deref()
    }

    /// The commits that are undone, newest first; none where the way leads forward.
    fn commits(&self) -> Vec<String> {
        let Some(undone) = rolled_back(self.state) else { return Vec::new() };
        let ids = undone.parse::<CommitId>().ok().zip(self.restored());
        let between = ids.zip(self.setup.origin.repository());
        let between =
            between.map(|((undone, restored), repository)| repository.history().only_in(&undone, &restored));
        match between {
            Some(Ok(between)) => between.iter().map(ToString::to_string).collect(),
            // A clone that doesn't know what lies between holds what it knows.
            _ if self.is_of_one_commit() => Vec::new(),
            _ => vec![undone.to_owned()],
        }
    }

    /// Whether what is undone says of every object what is restored says, but perhaps of
    /// hooks that neither has run for: to hold that would refuse what the cluster has.
    fn undoes_nothing(&self) -> bool {
        if !self.planned.plan.is_empty() {
            return false;
        }
        let known = self.record().filter(|_| self.state.unrecorded().is_none());
        let Some((record, memory)) = known.zip(self.planned.memory.as_ref()) else { return false };
        changes(record, self.planned, &memory.key).iter().all(|change| Hook::of(change.body).is_some())
    }

    /// The objects that are undone, in sets of those that belong together. When some of
    /// them weren't healthy, only what belongs to these: the rest isn't to blame.
    fn changed(&self) -> Vec<Vec<HeldObject>> {
        // What a killed run wrote is on no record.
        let Some(record) = self.record().filter(|_| self.state.unrecorded().is_none()) else {
            return Vec::new();
        };
        let Some(memory) = &self.planned.memory else { return Vec::new() };
        let sets = sets(changes(record, self.planned, &memory.key));
        let is_unwell = |set: &Vec<Changed<'_>>| set.iter().any(|object| object.is_unwell);
        let any_unwell = sets.iter().any(is_unwell);
        let kept = sets.into_iter().filter(|set| !any_unwell || is_unwell(set));
        let is_of_one_commit = self.is_of_one_commit();
        let held = |object: Changed<'_>| {
            let restored = object.held.restored.filter(|_| is_of_one_commit);
            HeldObject { restored, ..object.held }
        };
        kept.map(|set| set.into_iter().map(held).collect()).collect()
    }

    /// What was held before, without what is restored now.
    fn former(&self) -> Option<Hold> {
        let mut former = self.state.hold.clone()?;
        if let (Some(repository), Some(restored)) = (self.setup.origin.repository(), self.restored()) {
            former.commits = outside_of(repository.history(), former.commits, &restored);
        }
        if let Some(memory) = &self.planned.memory {
            let rendering = Rendering::of(self.planned.desired.iter().collect(), &memory.key, true);
            let restores = |set: &Vec<HeldObject>| {
                set.iter().all(|object| match rendering.of_object(&object.id()) {
                    Rendered::As(now) => now.is_some() && now == object.manifest,
                    Rendered::Absent => object.manifest.is_none(),
                    Rendered::LeftOut => false,
                })
            };
            former.changed.retain(|set| !restores(set));
            former.uncommitted.retain(|set| !restores(set));
        }
        // Without any commit left, all that was rolled back is there again.
        (!former.is_over()).then_some(former)
    }
}

/// The commit that a rollback undoes: the deployed one, or that of a killed run.
pub(super) fn rolled_back(state: &State) -> Option<&str> {
    match state.unrecorded() {
        Some(running) => running.commit.as_ref().map(|commit| commit.sha.as_str()),
        None => state.deployed.as_ref()?.commit.as_deref(),
    }
}

/// What remains of a hold when this commit was deployed and is well, which it let pass:
/// what isn't in that commit's history. `order` sees to the rest. A commit beside it says
/// nothing about what was rolled back. What was never committed is over once it's mended.
pub(super) fn after(
    mut hold: Hold,
    repository: Option<&Repository>,
    commit: Option<&CommitRef>,
    rendering: &Rendering<'_>,
) -> Option<Hold> {
    hold.uncommitted.retain(|set| !is_mended(set, rendering));
    let commit = commit.filter(|commit| !commit.dirty);
    let deployed = commit_id(commit);
    if let Some((repository, deployed)) = repository.zip(deployed) {
        hold.commits = outside_of(repository, hold.commits, &deployed);
    }
    (!hold.is_over()).then_some(hold)
}

/// Whether any of these objects is something else now than what was rolled back, and than
/// what was restored.
fn is_mended(set: &[HeldObject], rendering: &Rendering<'_>) -> bool {
    set.iter().any(|object| match rendering.of_object(&object.id()) {
        Rendered::As(now) => now.is_some() && now != object.manifest && now != object.restored,
        Rendered::Absent => object.manifest.is_some() && object.restored.is_some(),
        Rendered::LeftOut => false,
    })
}

/// The held commits that aren't in another commit's history. What this clone doesn't know
/// stays held.
fn outside_of(repository: &Repository, held: Vec<String>, commit: &CommitId) -> Vec<String> {
    // Several lines of history may be held; each is walked from its newest commit.
    let mut outside: BTreeSet<String> = BTreeSet::new();
    let mut is_outside = |held: &String| {
        if outside.contains(held) {
            return true;
        }
        let newest = held.parse::<CommitId>().ok();
        let Some(Ok(line)) = newest.map(|newest| repository.only_in(&newest, commit)) else { return true };
        outside.extend(line.iter().map(ToString::to_string));
        outside.contains(held)
    };
    held.into_iter().filter(|commit| is_outside(commit)).collect()
}

/// Two holds as one, told as the new one: what it undid comes first, unless that only goes
/// further back.
fn joined(new: Hold, former: Hold, is_further_back: bool) -> Hold {
    let (mut commits, others) =
        if is_further_back { (former.commits, new.commits) } else { (new.commits, former.commits) };
    let others: Vec<String> = others.into_iter().filter(|it| !commits.contains(it)).collect();
    commits.extend(others);
    Hold {
        commits,
        changed: all_sets(new.changed, former.changed),
        uncommitted: all_sets(new.uncommitted, former.uncommitted),
        everything: new.everything || former.everything,
        reason: new.reason.or(former.reason),
        ..new
    }
}

fn all_sets(mut sets: Vec<Vec<HeldObject>>, others: Vec<Vec<HeldObject>>) -> Vec<Vec<HeldObject>> {
    let others: Vec<_> = others.into_iter().filter(|set| !sets.contains(set)).collect();
    sets.extend(others);
    sets
}

/// The same in a size that fits. A set of objects is mended as a whole, so it's held as a
/// whole or not at all.
fn bounded(mut hold: Hold) -> Hold {
    hold.commits.truncate(Hold::MOST_COMMITS);
    let mut room = Hold::MOST_OBJECTS;
    let mut fits = |set: &Vec<HeldObject>| {
        let fits = set.len() <= room;
        room -= if fits { set.len() } else { 0 };
        fits
    };
    hold.uncommitted.retain(&mut fits);
    hold.changed.retain(&mut fits);
    hold
}

/// An object that is undone.
struct Changed<'a> {
    id: ObjectId,
    held: HeldObject,
    /// Its manifest, as it was, or is now if it wasn't there.
    body: &'a Value,
    /// As it is now, where that is another: what it refers to then belongs to it, too.
    now: Option<&'a Value>,
    is_unwell: bool,
}

/// The objects that differ between the record and what is restored. What can't be
/// compared is left out, and so is what a hook never came to.
fn changes<'a>(record: &'a Record, planned: &'a Planned, key: &DigestKey) -> Vec<Changed<'a>> {
    let is_part = planned.plan.selection.is_some();
    let restored: BTreeMap<ObjectId, &Desired> =
        planned.objects().map(|object| (object.id().clone(), object)).collect();
    let mut changes = Vec::new();
    for recorded in &record.objects {
        let id = recorded.id();
        if planned.kept.contains(&id) {
            continue;
        }
        let restored = restored.get(&id);
        let (differs, now) = match restored {
            Some(object) => {
                let now = protect(&object.manifest.body, &id, &object.manifest.secrets, key);
                (recorded.manifest.compare(&now) == Comparison::Different, now.digest())
            }
            None => (!is_part, None),
        };
        let Some(digest) = recorded.manifest.digest().filter(|_| differs) else { continue };
        changes.push(Changed {
            held: HeldObject { restored: now, ..HeldObject::new(&id, Some(digest)) },
            id,
            body: recorded.manifest.value(),
            now: restored.map(|object| &object.manifest.body),
            is_unwell: recorded.health.is_some_and(|health| health != Health::Ready),
        });
    }
    let was_there = |id: &ObjectId| record.find(id).is_some();
    let added = restored
        .into_iter()
        .filter(|(id, object)| !is_part && !was_there(id) && Hook::of(&object.manifest.body).is_none());
    changes.extend(added.map(|(id, object)| Changed {
        held: HeldObject::new(&id, None),
        id,
        body: &object.manifest.body,
        now: None,
        is_unwell: false,
    }));
    changes
}

/// The changes in sets of objects that refer to each other.
fn sets(changes: Vec<Changed<'_>>) -> Vec<Vec<Changed<'_>>> {
    let places: BTreeMap<ObjectId, usize> =
        changes.iter().enumerate().map(|(at, change)| (change.id.clone(), at)).collect();
    let mut set_of: Vec<usize> = (0..changes.len()).collect();
    for (at, change) in changes.iter().enumerate() {
        let bodies = std::iter::once(change.body).chain(change.now);
        for other in bodies.flat_map(|body| references(&Node::new(&change.id, body))) {
            if let Some(&other) = places.get(&other) {
                let (kept, merged) = (set_of[at].min(set_of[other]), set_of[at].max(set_of[other]));
                set_of.iter_mut().filter(|set| **set == merged).for_each(|set| *set = kept);
            }
        }
    }
    let mut sets: BTreeMap<usize, Vec<Changed<'_>>> = BTreeMap::new();
    for (change, set) in changes.into_iter().zip(set_of) {
        sets.entry(set).or_default().push(change);
    }
    sets.into_values().collect()
}

/// What a run makes of objects, to be compared with what is held.
pub(super) struct Rendering<'a> {
    objects: BTreeMap<ObjectId, &'a Desired>,
    key: &'a DigestKey,
    is_whole: bool,
}

impl<'a> Rendering<'a> {
    pub(super) fn of(objects: Vec<&'a Desired>, key: &'a DigestKey, is_whole: bool) -> Self {
        let objects = objects.into_iter().map(|object| (object.id().clone(), object)).collect();
        Self { objects, key, is_whole }
    }

    pub(super) fn of_object(&self, id: &ObjectId) -> Rendered {
        match self.objects.get(id) {
            Some(object) => {
                let manifest = &object.manifest;
                Rendered::As(protect(&manifest.body, id, &manifest.secrets, self.key).digest())
            }
            None if self.is_whole => Rendered::Absent,
            None => Rendered::LeftOut,
        }
    }
}

/// What a rollback says of the hold that it left, and how Git gets to say the same as
/// the cluster.
pub(super) fn told(hold: &Hold, setup: &Setup) -> Vec<String> {
    let environment = &setup.environment;
    let clear = format!("`trueup hold clear {environment}`");
    if hold.everything {
        return vec![format!("nothing is deployed to {environment} any more until {clear}")];
    }
    let short = |sha: &String| sha.parse::<CommitId>().map_or_else(|_| sha.clone(), |id| id.short());
    let Some(newest) = hold.commits.first() else {
        // Held for several releases perhaps, and named once.
        let objects: BTreeSet<String> =
            hold.uncommitted.iter().flatten().map(|object| object.id().to_string()).collect();
        let objects: Vec<String> = objects.into_iter().collect();
        let (are, they) = if objects.len() == 1 { ("is", "it says") } else { ("are", "they say") };
        return vec![format!(
            "{} {are} held: `apply` refuses what release {} made of that until {they} something else, or until \
             {clear}",
            words::first_few(&objects, MOST_NAMED),
            hold.from
        )];
    };
    let others = match hold.commits.len() {
        1 => String::new(),
        2 => " and 1 other commit".to_owned(),
        many => format!(" and {} other commits", many - 1),
    };
    let (is, it) = if hold.commits.len() == 1 { ("is", "it") } else { ("are", "them") };
    let mut notes = vec![format!(
        "{}{others} {is} held: `apply` refuses {it} until a commit mends or reverts that, or until {clear}",
        short(newest)
    )];
    let revert = || {
        let restored: CommitId = hold.restored.as_ref()?.parse().ok()?;
        setup.origin.repository()?.revert(&restored, &newest.parse().ok()?).ok()?
    };
    notes.extend(revert().map(|revert| format!("`{revert}` makes Git say what the cluster has now")));
    notes
}
