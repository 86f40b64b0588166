//! Two commits' objects, compared without a cluster: what a merge would change
//! of what is written, and nothing of what is live.

use std::collections::{BTreeMap, BTreeSet};

use super::blame::{self, Versions};
use super::setup::Setup;
use crate::check::Kinds;
use crate::cluster::MANAGER;
use crate::diff::{self, Schemas};
use crate::error::{CommandError, Diagnostic};
use crate::json::Value;
use crate::object::{Manifest, Masks, ObjectId, ObjectRef, kinds, mask_changes, mask_object};
use crate::plan::causes::told;
use crate::plan::{Action, Candidate, Cause, CommitRef, Selection, Summary, TargetComparison, Verb};
use crate::render::{self, Provenance};
use crate::schema::Minor;

/// What was found, and the objects behind it for people: masked, absent where
/// they aren't there.
pub struct Compared {
    /// What differs.
    pub comparison: TargetComparison,
    /// Every object that differs, before and after.
    pub versions: Vec<(ObjectRef, Option<Value>, Option<Value>)>,
    /// The names of all variables that the sources of either ask for.
    pub used: BTreeSet<String>,
}

/// Compares an environment as one commit has it with the same as another has it.
pub fn compare(
    before: &Setup,
    after: &Setup,
    selection: Option<&Selection>,
    with_commits: bool,
) -> Result<Compared, CommandError> {
    let (mut old, mut new) = (Side::render(before)?, Side::render(after)?);
    place(&mut old, before, &mut new, after)?;
    let mut pairs = paired(&old.manifests, &new.manifests);
    if let Some(selection) = selection {
        let problems = selection.problems(&pairs.iter().map(candidate).collect::<Vec<_>>());
        if !problems.is_empty() {
            return Err(problems.into());
        }
        pairs.retain(|versions| selection.selects(candidate(versions)));
    }
    let mut masks = Masks::new();
    let mut actions: Vec<Action> = pairs.iter().map(|versions| action(versions, &mut masks)).collect();
    let mut notes: Vec<String> = before.notes.clone();
    notes.extend(after.notes.iter().filter(|note| !before.notes.contains(note)).cloned());
    notes.extend(selection.map(|selection| format!("only a part is compared: {selection}")));
    if with_commits {
        let sources = blame::Sources { setup: after, commit: Some(&new.commit), provenance: &new.provenance };
        notes.extend(blame::between(sources, &old.commit, &pairs, &mut actions));
    }
    let changed = actions.iter().zip(&pairs).filter(|(action, _)| action.action != Verb::Unchanged);
    let versions = changed.map(|(action, versions)| visible(action, versions, &mut masks)).collect();
    let summary = Summary::of(&actions);
    let target = after.environment.clone();
    let used = old.used.union(&new.used).cloned().collect();
    let (from, to) = (old.commit, new.commit);
    let comparison = TargetComparison { target, from, to, actions, summary, notes };
    Ok(Compared { comparison, versions, used })
}

/// The objects of one commit.
struct Side {
    manifests: Vec<Manifest>,
    commit: CommitRef,
    provenance: Vec<Option<Provenance>>,
    used: BTreeSet<String>,
}

impl Side {
    fn render(setup: &Setup) -> Result<Self, CommandError> {
        let rendered = setup.render().map_err(|error| told_of(setup, error))?;
        let commit = rendered.commit.ok_or_else(|| Diagnostic::new("only commits can be compared"))?;
        let (manifests, provenance, used) = (rendered.manifests, rendered.provenance, rendered.used);
        Ok(Self { manifests, commit, provenance, used })
    }
}

/// An error of one of the two commits says of which.
fn told_of(setup: &Setup, mut error: CommandError) -> CommandError {
    if let Some(name) = setup.origin.commit_name() {
        for diagnostic in &mut error.diagnostics {
            diagnostic.causes.push(format!("this is how {name} has it"));
        }
    }
    error
}

/// Gives every object its namespace, by the definitions of both commits, and the
/// form in which objects are compared.
fn place(old: &mut Side, before: &Setup, new: &mut Side, after: &Setup) -> Result<(), CommandError> {
    let definitions = Kinds::definitions_in(&new.manifests).chain(Kinds::definitions_in(&old.manifests));
    let kinds = Kinds::new(Minor::NEWEST, definitions).map_err(|error| Diagnostic::new(error.to_string()))?;
    for (side, setup) in [(old, before), (new, after)] {
        kinds.place(&mut side.manifests, setup.namespace.as_deref());
        let twice = render::duplicates(&side.manifests);
        if !twice.is_empty() {
            return Err(told_of(setup, twice.into()));
        }
        side.manifests.iter_mut().for_each(normalise);
    }
    Ok(())
}

fn normalise(manifest: &mut Manifest) {
    if let Some(namespace) = &manifest.id.namespace {
        manifest.body["metadata"]["namespace"] = Value::from(namespace.as_str());
    }
    diff::normalise(&mut manifest.body, kinds::is_builtin(&manifest.id.kind));
}

/// An object as the later commit has it, if that has it.
fn candidate<'a>(versions: &Versions<'a>) -> Candidate<'a> {
    Candidate::of(versions.newest())
}

/// The objects of both commits, by identity.
fn paired<'a>(old: &'a [Manifest], new: &'a [Manifest]) -> Vec<Versions<'a>> {
    let mut pairs: BTreeMap<&ObjectId, Versions<'a>> = BTreeMap::new();
    for manifest in old {
        pairs.entry(&manifest.id).or_default().before = Some(manifest);
    }
    for manifest in new {
        pairs.entry(&manifest.id).or_default().after = Some(manifest);
    }
    pairs.into_values().collect()
}

fn action(versions: &Versions<'_>, masks: &mut Masks) -> Action {
    let raw = match (versions.before, versions.after) {
        (Some(before), Some(after)) => diff::written_changes(&before.body, &after.body, Schemas::builtin()),
        _ => Vec::new(),
    };
    let verb = match (versions.before, versions.after) {
        (None, _) => Verb::Create,
        (_, None) => Verb::Delete,
        _ if raw.is_empty() => Verb::Unchanged,
        _ => Verb::Update,
    };
    let manifest = versions.newest();
    let changes = mask_changes(&versions.secrets(), raw, masks).into_iter();
    Action {
        source: Some((&manifest.source).into()),
        causes: if verb == Verb::Unchanged { Vec::new() } else { vec![Cause::Commit] },
        changes: changes.map(|change| told(change, Cause::Commit, &Value::Null, MANAGER)).collect(),
        ..Action::new(verb, manifest.object_ref())
    }
}

fn visible(
    action: &Action,
    versions: &Versions<'_>,
    masks: &mut Masks,
) -> (ObjectRef, Option<Value>, Option<Value>) {
    let secret = versions.secrets();
    let mut masked = |manifest: Option<&Manifest>| manifest.map(|one| mask_object(&one.body, &secret, masks));
    let before = masked(versions.before);
    let after = masked(versions.after);
    (action.object.clone(), before, after)
}
