//! A plan, and what is behind it.

use std::collections::{BTreeMap, BTreeSet};

use super::assemble::Work;
use super::dependencies::Outside;
use super::former;
use super::hooks::Hooks;
use super::memory::Memory;
use super::resolve::Desired;
use crate::config::Rules;
use crate::diff::SERVER_METADATA;
use crate::json::Value;
use crate::object::{GroupKind, Manifest, Masks, ObjectId, ObjectRef, SecretPaths, mask_object};
use crate::parallel;
use crate::plan::{GuardVerdict, Judgement, Summary, TargetPlan};
use crate::release::RecordedVariable;
use crate::render::Provenance;

/// A plan with everything that is needed to carry it out.
pub struct Planned {
    /// What people see.
    pub plan: TargetPlan,
    /// What is behind each of its actions.
    pub work: Vec<Work>,
    /// The objects that should be there.
    pub desired: Vec<Desired>,
    /// Those that aren't chosen, and stay as they are.
    pub left_out: Vec<Manifest>,
    /// The hooks, which run instead.
    pub hooks: Hooks,
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
    /// What went into each of the sources that is rendered.
    pub provenance: Vec<Option<Provenance>>,
    /// The files that differ from the commit.
    pub dirty: Vec<String>,
    /// The variables of the command line that went into the objects.
    pub vars: Vec<RecordedVariable>,
    /// The names of all variables that the sources ask for.
    pub used: BTreeSet<String>,
    /// Objects with secrets of the run that this one undoes, and where those are: what
    /// ran by them may still tell them.
    pub former: Vec<(Value, SecretPaths)>,
    /// A newer commit is deployed, and this one needn't be any more: how they relate.
    pub superseded: Option<String>,
    /// Secrets that stay as they are, and as they were recorded, whatever the commit says.
    pub kept: BTreeSet<ObjectId>,
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
                // They stay as they are, but for the label; pods come again by themselves.
                Work::Keep { .. }
                | Work::Forget { .. }
                | Work::Unstick { .. }
                | Work::Hook { .. }
                | Work::Bootstrap => continue,
            };
            let id = action.id();
            let recorded = self.memory.as_ref().and_then(|memory| memory.past().get(&id));
            let known = match work {
                Work::Write { at, .. } => former::secrets(&self.desired[*at].manifest, before, recorded),
                _ => recorded.map(former::as_recorded).unwrap_or_default(),
            };
            let both = [before, after].into_iter().flatten();
            let secrets = both.fold(known, |secrets, object| secrets.or(rules.secrets_of(&id, object)));
            let before = before.map(|object| visible(object, &secrets));
            versions.push((action.object.clone(), before, after.map(|object| visible(object, &secrets))));
        }
        versions
    }

    /// The objects and the hooks.
    pub(super) fn objects(&self) -> impl Iterator<Item = &Desired> {
        self.desired.iter().chain(self.hooks.objects())
    }

    /// Whether any hook comes when everything is ready.
    pub(super) fn has_late_hooks(&self) -> bool {
        self.plan.actions.iter().filter_map(|action| action.hook.as_ref()).any(|hook| hook.on.is_late())
    }

    /// The same, with the live objects that hold secrets which their manifests don't know
    /// any more.
    pub(super) fn knowing_former_secrets(mut self) -> Self {
        self.former.extend(former::holders(&self.desired, &self.work, self.memory.as_ref()));
        self
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
        let Self { plan, work, desired, left_out, memory, .. } = self;
        parallel::discard((work, desired, left_out, memory));
        plan
    }

    /// The refusals among the guards' verdicts.
    pub fn refusals(&self) -> impl Iterator<Item = &GuardVerdict> {
        self.plan.guards.iter().filter(|guard| guard.verdict == Judgement::Refuse)
    }

    /// Whether any guard refuses it.
    pub fn is_refused(&self) -> bool {
        self.refusals().next().is_some()
    }
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
