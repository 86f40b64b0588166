//! What is deployed, where, and by which rules: an environment of the
//! configuration, or an ad hoc one of `-f`, made ready for the pipeline.

use std::collections::BTreeSet;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use super::seen::Seen;
use super::variables;
use crate::cluster::Access;
use crate::config::{KindPattern, Limit, Requirements, Rules};
use crate::error::{CommandError, Diagnostic};
use crate::git::{CommitId, GitError, Repository};
use crate::guard;
use crate::object::{Manifest, Source};
use crate::plan::{ClusterRef, CommitRef};
use crate::release::RecordedVariable;
use crate::render::{self, Item, Means, Provenance, SourceTree, Vars};

/// The name of the environment that `-f` makes.
pub const AD_HOC: &str = "default";

/// Everything that is known before the cluster is asked.
#[derive(Clone)]
pub struct Setup {
    /// The environment's name.
    pub environment: String,
    /// The inventory and history; without one nothing is pruned or recorded.
    pub inventory: Option<Inventory>,
    /// The namespace of objects that name none; the context's when absent.
    pub namespace: Option<String>,
    /// Where sources are read from.
    pub origin: Origin,
    /// The sources, relative to the origin.
    pub sources: Vec<Item>,
    /// Files, folders and patterns of definitions that the sources don't have,
    /// relative to the origin.
    pub schemas: Vec<String>,
    /// The configuration file, relative to the origin, if there is one.
    pub configuration: Option<String>,
    /// How to reach the cluster.
    pub access: Access,
    /// The uid that the cluster must have.
    pub cluster_uid: Option<String>,
    /// The cluster that a saved plan was made for: it must be this one.
    pub planned_for: Option<ClusterRef>,
    /// How long to wait for health.
    pub wait_timeout: Duration,
    /// How many objects may be deleted.
    pub delete_limit: Limit,
    /// How many objects may be deleted and created again whose manifests don't
    /// say so.
    pub replace_limit: Limit,
    /// Kinds that are never deleted without an override.
    pub protect: Vec<KindPattern>,
    /// What rendering depends on beside the sources.
    pub means: Means,
    /// The variables of the command line, which are among the means, too.
    pub given: Vars,
    /// Those of `--var` that the environment's configuration doesn't have: nothing but a
    /// source can ask for them.
    pub undeclared: Vec<String>,
    /// Rules about what others own.
    pub rules: Rules,
    /// The environments that the commit must have been live and healthy in.
    pub predecessors: Vec<Setup>,
    /// What must hold for an apply.
    pub requires: Requirements,
    /// The history that guards need may be fetched.
    pub fetches: bool,
    /// Go back to the last healthy release when an apply fails.
    pub rollback_on_failure: bool,
    /// The sources as another commit's own configuration has them; absent where there is
    /// no configuration.
    pub sources_at: Option<Arc<SourcesAt>>,
    /// What is worth telling about how this came together.
    pub notes: Vec<String>,
}

/// The sources of an environment as a commit has them; `None` where it hasn't, or they
/// can't be read.
pub type SourcesAt = dyn Fn(&CommitId) -> Option<Vec<Item>> + Send + Sync;

/// Where the inventory and the history of a target live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// What is deployed: the configuration's `name`.
    pub project: String,
    /// The namespace of its records; the environment's when absent.
    pub state_namespace: Option<String>,
    /// How many releases are kept.
    pub keep: u32,
}

/// Where sources are read from.
#[derive(Clone)]
pub enum Origin {
    /// The work tree of a repository.
    WorkTree {
        /// The repository.
        repository: Arc<Repository>,
        /// Its root.
        root: PathBuf,
    },
    /// A commit.
    Commit {
        /// The repository.
        repository: Arc<Repository>,
        /// The commit.
        commit: CommitId,
        /// The ref that was asked for.
        reference: Option<String>,
    },
    /// Files as given with `-f`.
    AdHoc {
        /// The folder that paths go from.
        directory: PathBuf,
        /// What standard input held.
        stdin: Option<Arc<[u8]>>,
        /// The repository that all of it lies in, if any, and its paths there:
        /// for the commit's name only.
        tracked: Option<(Arc<Repository>, Vec<String>)>,
    },
}

/// The desired objects before a cluster's kinds are known.
pub struct Wanted {
    /// The objects.
    pub manifests: Vec<Manifest>,
    /// The commit that they come from.
    pub commit: Option<CommitRef>,
    /// What went into each of the sources that is rendered.
    pub provenance: Vec<Option<Provenance>>,
    /// The files that differ from that commit.
    pub dirty: Vec<String>,
    /// The variables of the command line that went into the objects.
    pub vars: Vec<RecordedVariable>,
    /// The names of all variables that the sources ask for.
    pub used: BTreeSet<String>,
    /// What is worth telling about the files.
    pub notes: Vec<String>,
}

impl Origin {
    /// The repository, if there is one.
    pub fn repository(&self) -> Option<&Arc<Repository>> {
        match self {
            Self::WorkTree { repository, .. } | Self::Commit { repository, .. } => Some(repository),
            Self::AdHoc { tracked, .. } => tracked.as_ref().map(|(repository, _)| repository),
        }
    }

    /// The commit as people name it: `v1.2 (abc1234)`.
    pub fn commit_name(&self) -> Option<String> {
        let Self::Commit { commit, reference, .. } = self else { return None };
        let named = reference.as_ref().filter(|name| !commit.to_string().starts_with(name.as_str()));
        Some(named.map_or_else(|| commit.short(), |name| format!("{name} ({})", commit.short())))
    }

    /// The tree that sources are read from.
    pub fn tree(&self) -> SourceTree<'_> {
        match self {
            Self::WorkTree { repository, root } => {
                SourceTree::WorkTree { root: root.clone(), repository: Some(repository) }
            }
            Self::Commit { repository, commit, .. } => SourceTree::Commit { repository, commit: *commit },
            Self::AdHoc { directory, stdin, .. } => SourceTree::AdHoc {
                directory: directory.clone(),
                stdin: stdin.as_deref().map(<[u8]>::to_vec),
            },
        }
    }
}

impl Setup {
    /// Reads the desired objects.
    pub fn render(&self) -> Result<Wanted, CommandError> {
        let mut rendered = render::render(&self.origin.tree(), &self.sources, &self.means)?;
        self.mark_secrets(&mut rendered.manifests);
        let mut paths = rendered.paths;
        paths.extend(self.configuration.clone());
        let dirty = self.dirty(&paths).map_err(|error| error.diagnostic())?;
        let commit =
            self.commit(!dirty.is_empty() || self.is_ad_hoc_dirty()?).map_err(|error| error.diagnostic())?;
        let vars = variables::recorded(&rendered.manifests, &self.given);
        let used = variables::used(&rendered.manifests);
        Ok(Wanted {
            manifests: rendered.manifests,
            commit,
            provenance: rendered.provenance,
            dirty,
            vars,
            used,
            notes: rendered.notes,
        })
    }

    /// Renders by these variables, too: they win over all others.
    pub fn give(&mut self, vars: &Vars) {
        self.means.vars.extend(vars);
        self.given.extend(vars);
    }

    /// Marks what the configuration wants to be kept secret.
    pub(super) fn mark_secrets(&self, manifests: &mut [Manifest]) {
        if self.rules.sensitive.is_empty() {
            return;
        }
        for manifest in manifests {
            let decrypted = std::mem::take(&mut manifest.secrets);
            manifest.secrets = self.rules.secrets_of(&manifest.id, &manifest.body).or(decrypted);
        }
    }

    fn dirty(&self, paths: &[String]) -> Result<Vec<String>, GitError> {
        match &self.origin {
            Origin::WorkTree { repository, .. } => repository.is_dirty(paths),
            Origin::Commit { .. } | Origin::AdHoc { .. } => Ok(Vec::new()),
        }
    }

    /// What -f names is deployed as it lies there, committed or not; the record
    /// says which.
    fn is_ad_hoc_dirty(&self) -> Result<bool, Diagnostic> {
        let Origin::AdHoc { tracked: Some((repository, paths)), .. } = &self.origin else { return Ok(false) };
        Ok(!repository.is_dirty(paths).map_err(|error| error.diagnostic())?.is_empty())
    }

    /// The commit that is deployed, or that is checked out around what is.
    fn commit(&self, dirty: bool) -> Result<Option<CommitRef>, GitError> {
        let (repository, id, asked) = match &self.origin {
            Origin::Commit { repository, commit, reference } => {
                (repository, Some(*commit), reference.as_deref())
            }
            Origin::WorkTree { repository, .. } | Origin::AdHoc { tracked: Some((repository, _)), .. } => {
                (repository, repository.head()?, None)
            }
            Origin::AdHoc { tracked: None, .. } => return Ok(None),
        };
        let Some(id) = id else { return Ok(None) };
        let commit = repository.commit(&id)?;
        Ok(Some(CommitRef {
            sha: id.to_string(),
            reference: repository.reference_name(asked).filter(|name| *name != id.to_string()),
            author: commit.author,
            subject: commit.subject,
            time: commit.author_time,
            dirty,
        }))
    }

    /// The text of a manifest's file, to find a field's line in it. There is none
    /// for one that a program made: its fields aren't at their lines there.
    pub fn text_of(&self, source: &Source) -> Option<String> {
        if source.is_rendered {
            return None;
        }
        let file = self.origin.tree().read(&source.path).ok()?.into_iter().next()?;
        crate::yaml::decode(&file.bytes).ok().map(std::borrow::Cow::into_owned)
    }

    /// The same for one cluster: what is rendered by programs may depend on it.
    #[must_use]
    pub(super) fn seen(&self, seen: &Seen) -> Self {
        let means = Means {
            namespace: Some(seen.namespace.clone()),
            kubernetes: Some(seen.observed.version.clone()),
            served: seen.observed.discovery.served(),
            ..self.means.clone()
        };
        Self { means, ..self.clone() }
    }

    /// Whether what is desired depends on the cluster, so that it can't be rendered
    /// before that is asked.
    pub(super) fn asks_about_cluster(&self) -> bool {
        render::asks_about_cluster(&self.origin.tree(), &self.sources)
    }
}

/// Refuses to deploy what isn't committed.
pub fn refuse_dirty(dirty: &[String]) -> Result<(), CommandError> {
    let Some(told) = guard::told_uncommitted(dirty) else { return Ok(()) };
    let hint = "commit it, deploy a commit with --ref, or apply what is there with --dirty";
    Err(Diagnostic::new(told).hint(hint).into())
}

/// The path without `.` and `..`.
pub fn normalised(path: &Path) -> PathBuf {
    path.components().fold(PathBuf::new(), |mut clean, component| {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
        clean
    })
}
