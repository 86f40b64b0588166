//! What a target remembers in the cluster: its inventory, what is deployed, and
//! what the last run wrote.

use std::collections::BTreeSet;

use super::observe::check_pinned;
use super::setup::{Inventory, Setup};
use crate::cluster::Cluster;
use crate::error::{CommandError, Diagnostic};
use crate::json::Value;
use crate::object::{GroupKind, ObjectId};
use crate::plan::DeployedRef;
use crate::plan::causes::{Past, Recorded};
use crate::release::history::{StoredRecord, fetch_record, list_summaries, read_record};
use crate::release::key::read_key;
use crate::release::{DigestKey, Listed, Parent, Record, RecordError, Target, digested, inventory, protect};

/// The memory of one target.
pub struct Memory {
    /// Its identity.
    pub target: Target,
    /// Its inventory; absent before the first run.
    pub parent: Option<Parent>,
    /// The record of the last run that wrote, if it can be read.
    pub record: Option<Record>,
    /// The key of the digests of secrets.
    pub key: DigestKey,
    /// Whether the last record is gone, damaged or of a newer version: not only
    /// unreachable now.
    pub is_record_lost: bool,
    /// What is worth telling about all this.
    pub notes: Vec<String>,
}

/// What is done about a memory that can't be read in full.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rigour {
    /// It's an error: what may have to be deleted isn't known.
    Planning,
    /// It's told: nothing is to be done.
    Looking,
}

impl Memory {
    /// Reads it, but for the last record; `None` for environments without an
    /// inventory. A parent that can't be read is an error: what may have to be
    /// deleted isn't known then.
    pub(super) async fn load(
        setup: &Setup,
        cluster: &Cluster,
        namespace: &str,
        rigour: Rigour,
    ) -> Result<Option<Self>, CommandError> {
        let Some(target) = target(setup, namespace)? else { return Ok(None) };
        let (parent, key) = futures::join!(inventory::read(cluster, &target), read_key(cluster, &target));
        let parent = parent.map_err(Diagnostic::from)?;
        let mut memory = Self { target, parent, record: None, key, is_record_lost: false, notes: Vec::new() };
        if memory.parent.is_none() {
            memory.rebuild(cluster, rigour).await?;
        }
        Ok(Some(memory))
    }

    /// An inventory that is gone while there are records was deleted by somebody:
    /// what the newest record holds are its members.
    async fn rebuild(&mut self, cluster: &Cluster, rigour: Rigour) -> Result<(), CommandError> {
        let listed = list_summaries(cluster, &self.target).await.map_err(Diagnostic::from)?;
        let Some(newest) = listed.first().map(Listed::release) else { return Ok(()) };
        let summaries = listed.iter().filter_map(Listed::summary);
        match read_record(cluster, &self.target, newest).await.map_err(Diagnostic::from) {
            Ok(record) => {
                self.parent = Some(Parent::rebuilt(&self.target, summaries, Some(&record)));
                self.notes.push(format!(
                    "the inventory is gone; it is made again from the record of release {newest}"
                ));
                if let Some(rollback) = &record.summary.rollback {
                    self.notes.push(format!(
                        "warning: what the rollback of release {} held is lost with it, and may be deployed again",
                        rollback.of
                    ));
                }
                self.record = Some(record);
            }
            Err(error) if rigour == Rigour::Planning => {
                let hint =
                    format!("trueup adopt {} --rebuild makes it again by labels", self.target.environment());
                return Err(error.because("the inventory is gone, too").hint(hint).into());
            }
            Err(error) => {
                self.parent = Some(Parent::rebuilt(&self.target, summaries, None));
                self.is_record_lost = true;
                self.notes.push(format!(
                    "the inventory is gone, and its last record can't be used: {}",
                    error.message
                ));
            }
        }
        Ok(())
    }

    /// Fetches the last record, if there is one that isn't known yet.
    pub fn fetch(
        &self,
        cluster: &Cluster,
    ) -> impl Future<Output = Option<Result<StoredRecord, RecordError>>> + Send + 'static {
        let parent = self.parent.as_ref().filter(|_| self.record.is_none());
        let release = parent.and_then(|parent| parent.state.recorded);
        let (cluster, target) = (cluster.clone(), self.target.clone());
        async move { Some(fetch_record(&cluster, &target, release?).await) }
    }

    /// Takes in the last record. Without it a plan is still right, but can't tell
    /// drift from a commit.
    pub fn recall(&mut self, stored: Option<Result<StoredRecord, RecordError>>) {
        match stored.map(|stored| stored.and_then(StoredRecord::unpack)) {
            None => {}
            Some(Ok(record)) => self.record = Some(record),
            Some(Err(error)) => {
                self.is_record_lost = is_lost(&error);
                let why = Diagnostic::from(error).message;
                self.notes.push(format!("what was written last isn't known, so drift isn't either: {why}"));
            }
        }
    }

    /// The same for who can't do without: what a run doesn't look at is on record again
    /// as it was.
    pub fn rely_on(&mut self, stored: Option<Result<StoredRecord, RecordError>>) -> Result<(), Diagnostic> {
        if let Some(stored) = stored {
            self.record = Some(stored.and_then(StoredRecord::unpack)?);
        }
        Ok(())
    }

    /// That neither inventory nor records are there, though something else is.
    pub(super) fn lost(&self) -> String {
        format!(
            "there is neither an inventory nor a record, but a run has been here: if somebody deleted them, \
             `trueup adopt {} --rebuild` makes the inventory again by labels",
            self.target.environment()
        )
    }

    /// What was deployed last.
    pub fn deployed(&self) -> Option<DeployedRef> {
        let deployed = self.parent.as_ref()?.state.deployed.as_ref()?;
        Some(DeployedRef { release: deployed.release, sha: deployed.commit.clone() })
    }

    /// The namespaces that the inventory spans.
    pub fn namespaces(&self) -> BTreeSet<String> {
        self.parent.as_ref().map(|parent| parent.namespaces.clone()).unwrap_or_default()
    }

    /// The kinds that the inventory holds.
    pub fn kinds(&self) -> BTreeSet<GroupKind> {
        self.parent.as_ref().map(|parent| parent.group_kinds.clone()).unwrap_or_default()
    }

    /// The state namespace, when it isn't there.
    pub fn bootstrap(&self, absent: &BTreeSet<String>) -> Option<ObjectId> {
        absent.contains(self.target.state_namespace()).then(|| self.state_namespace())
    }

    /// The state namespace as an object.
    pub fn state_namespace(&self) -> ObjectId {
        ObjectId::new(GroupKind::new("", "Namespace"), None, self.target.state_namespace())
    }

    /// The last record, for causes.
    pub fn past(&self) -> Past<'_> {
        Past(self.record.as_ref())
    }

    /// An object in the form in which this record of it holds it: what is secret
    /// now may not have been so then.
    pub fn keep_form(&self, id: &ObjectId, object: &Value, recorded: Recorded<'_>) -> Value {
        protect(object, id, &digested(recorded.written), &self.key).into_value()
    }
}

/// Whether a record can't be read whenever one asks for it.
pub(super) fn is_lost(error: &RecordError) -> bool {
    !matches!(error, RecordError::Api { .. })
}

/// The namespace of objects that name none: the configuration's, else the
/// context's.
pub(super) fn namespace_of<'a>(setup: &'a Setup, cluster: &'a Cluster) -> &'a str {
    setup.namespace.as_deref().unwrap_or(cluster.default_namespace())
}

/// The target of a setup; `None` for environments without an inventory.
fn target(setup: &Setup, namespace: &str) -> Result<Option<Target>, CommandError> {
    let target = |inventory: &Inventory| {
        let state = inventory.state_namespace.as_deref().unwrap_or(namespace);
        Target::new(&inventory.project, &setup.environment, state)
    };
    Ok(setup.inventory.as_ref().map(target).transpose().map_err(Diagnostic::from)?)
}

/// The target of a setup that must have an inventory.
pub(super) fn target_of(setup: &Setup, cluster: &Cluster) -> Result<Target, CommandError> {
    target(setup, namespace_of(setup, cluster))?.ok_or_else(|| {
        Diagnostic::new("what -f deploys has no history").hint("give it one with --name").into()
    })
}

/// The releases of a target, newest first, and its inventory: of the cluster
/// that the configuration pins, or an error.
pub(super) async fn releases(
    setup: &Setup,
    cluster: &Cluster,
) -> Result<(Vec<Listed>, Option<Parent>), CommandError> {
    let target = target_of(setup, cluster)?;
    let (checked, listed, parent) = futures::join!(
        check_pinned(setup, cluster),
        list_summaries(cluster, &target),
        inventory::read(cluster, &target),
    );
    checked?;
    Ok((listed.map_err(Diagnostic::from)?, parent.map_err(Diagnostic::from)?))
}
