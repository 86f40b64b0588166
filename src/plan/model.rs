//! The plan as data: what `plan -o json` prints and a plan file holds.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::selection::Selection;
use crate::diff::Operation;
use crate::git::CommitId;
use crate::object::{FieldPath, Hook, Moment, ObjectId, ObjectRef, Op, Shown, Source};

/// What would be done to one environment, and whether it may be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TargetPlan {
    /// The target: the environment's name.
    pub target: String,
    /// The part of the target that is planned; absent for the whole.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub selection: Option<Selection>,
    /// The cluster that the plan is for.
    pub cluster: ClusterRef,
    /// The namespace of objects that name none.
    pub namespace: String,
    /// The commit whose objects are planned; absent outside a repository.
    pub commit: Option<CommitRef>,
    /// What was deployed last; absent when nothing was, or without an inventory.
    pub deployed: Option<DeployedRef>,
    /// What stands for the actions: equal plans have equal digests on any
    /// machine. Absent when a part of the plan is only approximate.
    pub digest: Option<String>,
    /// The actions, in the order in which they would be started.
    pub actions: Vec<Action>,
    /// How many actions of each sort.
    pub summary: Summary,
    /// What the guards say.
    pub guards: Vec<GuardVerdict>,
    /// What is worth knowing besides, one line each.
    pub notes: Vec<String>,
    /// How many requests the plan took.
    pub requests: usize,
    /// How long it took, rendering included, in milliseconds.
    pub duration_ms: u64,
}

/// A cluster as a plan names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClusterRef {
    /// The API server's address.
    pub server: String,
    /// The uid of its `kube-system` namespace; absent where that may not be read.
    pub uid: Option<String>,
    /// The server's version, such as `v1.36.3`.
    pub version: String,
}

/// A commit as output names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CommitRef {
    /// The full id.
    pub sha: String,
    /// The ref that was asked for, or the branch that is checked out.
    #[serde(rename = "ref", skip_serializing_if = "Option::is_none", default)]
    pub reference: Option<String>,
    /// `Name <mail>`.
    pub author: String,
    /// The first line of its message.
    pub subject: String,
    /// When it was authored.
    pub time: Timestamp,
    /// Whether the work tree differs from it in the paths used.
    pub dirty: bool,
}

/// The last run that wrote.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeployedRef {
    /// The release's number.
    pub release: u64,
    /// Its commit; absent when it was deployed from outside a repository.
    pub sha: Option<String>,
}

/// What is done to an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Verb {
    /// It isn't there and will be.
    Create,
    /// It is there and will be changed.
    Update,
    /// It will be deleted and created again.
    Replace,
    /// It will be deleted.
    Delete,
    /// It is there, nobody claims it, and it becomes ours.
    Adopt,
    /// It stays, but is no longer ours.
    Forget,
    /// It's a hook: one of an earlier run is deleted, and it runs anew.
    Run,
    /// Nothing is to be done.
    Unchanged,
}

/// Why an object changes at all.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Cause {
    /// Git moved.
    Commit,
    /// The cluster moved.
    Drift,
    /// The object was not ours yet.
    Adopt,
    /// Nobody knows: there is no record, or none that can be compared.
    Unknown,
}

/// One action on one object.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// What is done.
    pub action: Verb,
    /// To which object.
    pub object: ObjectRef,
    /// Where it stands; absent for deletions.
    pub source: Option<SourceRef>,
    /// Its distance from the first actions: 0 waits for nothing.
    pub wave: u32,
    /// The wave that its manifest asks for (0 where it names none); absent where
    /// no manifest names one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub declared_wave: Option<i32>,
    /// The objects whose actions must be done before, besides all of a lower
    /// declared wave.
    pub after: Vec<ObjectRef>,
    /// The objects that must be ready before, because its manifest depends on them:
    /// whether they change, stay as they are, or aren't this environment's. For a
    /// deletion: those whose pods from before may still need it.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub after_ready: Vec<ObjectRef>,
    /// For a deletion: that it comes when all is well.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub after_all: bool,
    /// For a hook: when it runs, and what becomes of it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub hook: Option<HookRef>,
    /// Why.
    pub causes: Vec<Cause>,
    /// For creations and deletions that Git asked for: the commit that named the
    /// object in its file, or took it out.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub commit: Option<LastCommit>,
    /// That only the work tree asks for it, no commit yet.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub uncommitted: bool,
    /// The fields that change. Empty for creations and deletions.
    pub changes: Vec<FieldChange>,
    /// Fields that other managers own and that trueup takes.
    pub takes_from: Vec<ManagerFields>,
    /// Client-side tools whose fields become trueup's.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub migrates: Vec<String>,
    /// Fields that trueup lets go and that stay as they are, because other
    /// managers own them, too.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub stays: Vec<ManagerFields>,
    /// What explains the action where the changes don't.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
    /// The server could not be asked what it would make of the object.
    pub approximate: bool,
    /// What stands for this action in the plan's digest. Absent where nothing is
    /// done, and where only what is there was compared.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub digest: Option<String>,
}

/// A hook of a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HookRef {
    /// The moment at which it runs.
    pub on: Moment,
    /// Hooks of a lower weight come before those of a higher.
    pub weight: i32,
    /// When its object is deleted.
    pub delete: Vec<HookDeletion>,
    /// How long it may take, in milliseconds; absent where that is as long as
    /// anything is waited for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub timeout_ms: Option<u64>,
}

/// When the object of a hook is deleted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum HookDeletion {
    /// Before it runs again.
    Before,
    /// When it has succeeded.
    Succeeded,
    /// When it has failed.
    Failed,
}

impl HookRef {
    /// A hook at a moment.
    pub fn new(hook: &Hook, on: Moment) -> Self {
        let delete = [
            (hook.deletion.before, HookDeletion::Before),
            (hook.deletion.succeeded, HookDeletion::Succeeded),
            (hook.deletion.failed, HookDeletion::Failed),
        ];
        let delete = delete.into_iter().filter(|(is_set, _)| *is_set).map(|(_, when)| when).collect();
        let timeout_ms = hook.timeout.map(|timeout| u64::try_from(timeout.as_millis()).unwrap_or(u64::MAX));
        Self { on, weight: hook.weight, delete, timeout_ms }
    }
}

/// Where a manifest stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct SourceRef {
    /// The file.
    pub path: String,
    /// The line at which the object starts, from 1.
    pub line: u32,
    /// The document in the file, from 1.
    pub document: u32,
}

impl From<&Source> for SourceRef {
    fn from(source: &Source) -> Self {
        Self { path: source.path.to_string(), line: source.line, document: source.document }
    }
}

/// One field that changes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldChange {
    /// The field.
    pub path: FieldPath,
    /// Whether it's added, removed or changed.
    pub op: Op,
    /// The live value; absent when the field is added.
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "present")]
    pub from: Option<Shown>,
    /// The value it gets; absent when the field is removed.
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "present")]
    pub to: Option<Shown>,
    /// Whether Git or the cluster moved here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub cause: Option<Cause>,
    /// For drift: the field manager that wrote it last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub by: Option<String>,
    /// For drift: how it wrote.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub operation: Option<Operation>,
    /// For drift: when that manager wrote last.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub when: Option<Timestamp>,
    /// For drift: the value that the last release left here. Never a secret one.
    #[serde(skip_serializing_if = "Option::is_none", default, deserialize_with = "present")]
    pub deployed: Option<Shown>,
    /// The commit that last wrote the value that Git has here, or took it away.
    /// Beside drift only where Git has moved, too, since the last release.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub commit: Option<LastCommit>,
    /// That only the work tree has it so, no commit yet.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    pub uncommitted: bool,
    /// The names of those variables of the command line that went into it, and that are
    /// others than the last release was given.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub variables: Vec<String>,
}

/// The commit that last wrote something, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastCommit {
    /// Its id.
    pub sha: CommitId,
    /// `Name <mail>`.
    pub author: String,
    /// The first line of its message.
    pub subject: String,
    /// When it was authored.
    pub time: Timestamp,
    /// The file, as it was called then.
    pub path: String,
    /// The line in it, from 1, as that commit has it; absent for what was taken
    /// away.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub line: Option<u32>,
}

/// A key that is there with `null` is a value (`null`), not an absent one.
fn present<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<Shown>, D::Error> {
    Shown::deserialize(deserializer).map(Some)
}

/// A field manager and fields of its.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ManagerFields {
    /// The field manager.
    pub manager: String,
    /// Its fields.
    pub fields: Vec<FieldPath>,
}

/// How many actions of each sort.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Summary {
    /// Creations.
    pub create: usize,
    /// Updates.
    pub update: usize,
    /// Replacements.
    pub replace: usize,
    /// Deletions.
    pub delete: usize,
    /// Adoptions.
    pub adopt: usize,
    /// Objects let go.
    pub forget: usize,
    /// Hooks that run; those for a failure aren't counted.
    #[serde(default)]
    pub run: usize,
    /// Objects that stay as they are.
    pub unchanged: usize,
}

impl Summary {
    /// Counts actions.
    pub fn of(actions: &[Action]) -> Self {
        let mut summary = Self::default();
        for action in actions.iter().filter(|action| !action.is_for_failure()) {
            *summary.count(action.action) += 1;
        }
        summary
    }

    fn count(&mut self, verb: Verb) -> &mut usize {
        match verb {
            Verb::Create => &mut self.create,
            Verb::Update => &mut self.update,
            Verb::Replace => &mut self.replace,
            Verb::Delete => &mut self.delete,
            Verb::Adopt => &mut self.adopt,
            Verb::Forget => &mut self.forget,
            Verb::Run => &mut self.run,
            Verb::Unchanged => &mut self.unchanged,
        }
    }

    /// How many objects change, and hooks run.
    pub fn changes(&self) -> usize {
        self.create + self.update + self.replace + self.delete + self.adopt + self.forget + self.run
    }
}

/// What a guard can say.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Judgement {
    /// Nothing against it.
    Allow,
    /// Worth knowing.
    Warn,
    /// It may not happen.
    Refuse,
}

/// One guard's verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GuardVerdict {
    /// The guard's name, as `--override` takes it.
    pub guard: String,
    /// What it says.
    pub verdict: Judgement,
    /// Why, one line.
    pub message: String,
    /// Whether `--override` lets it pass.
    pub overridable: bool,
    /// Whether it is about what would happen (`true`: `plan` exits 3 too) or
    /// only about where and when.
    pub about_what: bool,
}

impl GuardVerdict {
    /// The verdict on an apply itself, to which where and when matter as much.
    #[must_use]
    pub fn on_apply(&self) -> Self {
        Self { about_what: true, ..self.clone() }
    }
}

impl TargetPlan {
    /// Whether anything would be done.
    pub fn is_empty(&self) -> bool {
        self.summary.changes() == 0
    }

    /// The actions that do something.
    pub fn changing(&self) -> impl Iterator<Item = &Action> {
        self.actions.iter().filter(|action| action.action != Verb::Unchanged)
    }
}

impl Action {
    /// Whether it's a deletion that is put off until what is written is ready.
    pub fn is_put_off(&self) -> bool {
        self.action == Verb::Delete && (self.after_all || !self.after_ready.is_empty())
    }

    /// An action of which nothing more is known.
    pub fn new(verb: Verb, object: ObjectRef) -> Self {
        Self {
            action: verb,
            object,
            source: None,
            wave: 0,
            declared_wave: None,
            after: Vec::new(),
            after_ready: Vec::new(),
            after_all: false,
            hook: None,
            causes: Vec::new(),
            commit: None,
            uncommitted: false,
            changes: Vec::new(),
            takes_from: Vec::new(),
            migrates: Vec::new(),
            stays: Vec::new(),
            reason: None,
            approximate: false,
            digest: None,
        }
    }

    /// Whether it's a hook that runs only when the run fails.
    pub fn is_for_failure(&self) -> bool {
        self.hook.as_ref().is_some_and(|hook| hook.on == Moment::OnFailure)
    }

    /// The object's identity.
    pub fn id(&self) -> ObjectId {
        self.object.id()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::{Value, json};

    #[test]
    fn a_change_from_null_is_read_back_as_written() {
        let written = json!({"path": "spec.note", "op": "change", "from": null, "to": 1});
        let change: FieldChange = crate::json::from_value(written.clone()).expect("reads");
        assert_eq!(change.from, Some(Shown::Value(Value::Null)));
        assert_eq!(crate::json::to_value(&change).expect("serialises"), written);
    }
}
