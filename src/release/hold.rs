//! What may not be deployed again after a rollback, as data.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::object::{GroupKind, ObjectId};

/// A hold. It names commits rather than a range: a pipeline's shallow clone
/// often doesn't know the history between two commits, but always its own.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Hold {
    /// The held commits' full ids: the rolled-back one, then its ancestors back
    /// to the restored one, which is left out. At most [`Hold::MOST_COMMITS`].
    pub commits: Vec<String>,
    /// The release that was rolled back: what it changed is held too.
    pub from: u64,
    /// The release that was restored; absent when a ref was restored that was
    /// never released here.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<u64>,
    /// The restored commit's full id.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub restored: Option<String>,
    /// The variables of the command line that were others than the restored release had:
    /// their names.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub others: Vec<String>,
    /// What the rolled-back release had changed, in sets of objects that belong
    /// together: a commit that renders any of these sets as it was then is held,
    /// whatever its id. At most [`Hold::MOST_OBJECTS`] objects.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub changed: Vec<Vec<HeldObject>>,
    /// The same of a release whose commit was restored: it had files that weren't
    /// committed, or other variables, and no commit's history tells when that is over.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub uncommitted: Vec<Vec<HeldObject>>,
    /// Hold every commit until somebody clears the hold.
    pub everything: bool,
    /// Who rolled back.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// Why, in the words of whoever did it, or the failure's cause.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub reason: Option<String>,
}

/// An object as a rolled-back release had it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeldObject {
    /// Its kind, such as `Deployment.apps`.
    pub kind: String,
    /// Its namespace; absent for cluster-scoped objects.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub namespace: Option<String>,
    /// Its name.
    pub name: String,
    /// The digest of its manifest; absent when that release didn't have it.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub manifest: Option<String>,
    /// The digest of the manifest that was restored; absent when that was of another
    /// commit, or didn't have the object.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub restored: Option<String>,
}

impl HeldObject {
    /// An object whose manifest has this digest, or that wasn't there.
    pub fn new(id: &ObjectId, manifest: Option<String>) -> Self {
        let (kind, namespace, name) = (id.kind.to_string(), id.namespace.clone(), id.name.clone());
        Self { kind, namespace, name, manifest, restored: None }
    }

    /// Its identity.
    pub fn id(&self) -> ObjectId {
        let kind = GroupKind::parse(&self.kind).unwrap_or_else(|| GroupKind::new("", self.kind.as_str()));
        ObjectId::new(kind, self.namespace.as_deref(), self.name.as_str())
    }
}

impl Hold {
    /// How many objects a hold has at most, for the same reason.
    pub const MOST_OBJECTS: usize = 1000;

    /// How many commits a hold names at most, so that it fits beside everything
    /// else in one `ConfigMap`. The newest are named.
    pub const MOST_COMMITS: usize = 1000;

    /// The releases whose records the hold needs.
    pub fn releases(&self) -> impl Iterator<Item = u64> {
        [Some(self.from), self.to].into_iter().flatten()
    }

    /// All sets of objects that are held as the rolled-back release had them.
    pub fn sets(&self) -> impl Iterator<Item = &Vec<HeldObject>> {
        self.changed.iter().chain(&self.uncommitted)
    }

    /// Whether nothing is held any more.
    pub fn is_over(&self) -> bool {
        !self.everything && self.commits.is_empty() && self.uncommitted.is_empty()
    }

    /// Whether it names this commit.
    pub fn names(&self, commit: &str) -> bool {
        self.commits.iter().any(|held| held == commit)
    }
}
