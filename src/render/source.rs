//! Where sources are read from.

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;

use super::list::Listing;
use super::place::Place;
use super::resolve::Enclosure;
use super::{load, problem};
use crate::error::Diagnostic;
use crate::git::{CommitId, NotCheckedOut, Repository};

/// Where sources are read from, and what their paths go from.
pub enum SourceTree<'a> {
    /// The files as they lie in the work tree, committed or not. Paths go from
    /// `root` (the repository's, or the folder of `trueup.yaml` where there is
    /// no repository), and nothing outside of it is read.
    WorkTree {
        /// The folder that paths go from, absolute.
        root: PathBuf,
        /// The repository of which it is the work tree, if any.
        repository: Option<&'a Repository>,
    },
    /// The files as a commit has them; the work tree isn't looked at. Paths go
    /// from the repository's root, and nothing outside of it is read.
    Commit {
        /// The repository.
        repository: &'a Repository,
        /// The commit.
        commit: CommitId,
    },
    /// Files, folders and standard input as given with `-f`. Paths go from
    /// `directory` or are absolute, and links are followed anywhere.
    AdHoc {
        /// The current folder.
        directory: PathBuf,
        /// What standard input held, when it is among the paths (`-`).
        stdin: Option<Vec<u8>>,
    },
}

/// A file that was read.
#[derive(Clone, PartialEq, Eq)]
pub struct SourceFile {
    /// Its path from the tree's root (as given with `-f`; `-` for standard
    /// input).
    pub path: Arc<str>,
    /// Its content.
    pub bytes: Vec<u8>,
    /// The Git blob id of that content.
    pub blob: Arc<str>,
}

/// Leaves the content out: it may be secret.
impl fmt::Debug for SourceFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile")
            .field("path", &self.path)
            .field("blob", &self.blob)
            .finish_non_exhaustive()
    }
}

impl SourceTree<'_> {
    /// Reads one file, or the manifests of a folder: every file below it that
    /// ends in `.yaml`, `.yml` or `.json`, however deep (unlike `kubectl -f`,
    /// which stays at the top), but for hidden files and folders. Sorted by
    /// path.
    ///
    /// Errors with everything that is missing, can't be read, or isn't what it
    /// seems: a link out of the tree, a submodule, a file that Git LFS or a
    /// sparse checkout keeps away, a kustomization, a Helm chart.
    pub fn read(&self, path: &str) -> Result<Vec<SourceFile>, Vec<Diagnostic>> {
        let files = load::files(self.list(path)?.files);
        let findings: Vec<Diagnostic> =
            files.iter().filter_map(|file| file.as_ref().err().cloned()).collect();
        if findings.is_empty() { Ok(files.into_iter().flatten().collect()) } else { Err(findings) }
    }

    /// The files that [`SourceTree::read`] reads.
    pub(super) fn list(&self, item: &str) -> Result<Listing<'_>, Vec<Diagnostic>> {
        match self {
            Self::AdHoc { stdin, .. } if item == "-" => match stdin {
                Some(bytes) => Ok(Listing::of_text(item, Place::Text { bytes })),
                None => Err(vec![problem::no_standard_input()]),
            },
            Self::AdHoc { directory, .. } => super::list::anywhere(directory, item),
            Self::WorkTree { repository, .. } => {
                super::list::enclosed(&self.enclosure()?, item, &self.whereabouts(), *repository)
            }
            Self::Commit { .. } => super::list::enclosed(&self.enclosure()?, item, &self.whereabouts(), None),
        }
    }

    /// The tree as one that nothing leads out of: for files of `-f` the whole file
    /// system.
    pub(super) fn enclosure(&self) -> Result<Enclosure<'_>, Vec<Diagnostic>> {
        Ok(match self {
            Self::WorkTree { root, .. } => Enclosure {
                root: Place::Disk { path: root.clone(), follow: false },
                absolute: Some(root.clone()),
                is_repository: true,
            },
            Self::Commit { repository, commit } => {
                let root = repository.entry(commit, "").map_err(|error| vec![error.diagnostic()])?;
                let Some(entry) = root else { return Err(vec![self.nothing_under("")]) };
                Enclosure { root: Place::Commit { repository, entry }, absolute: None, is_repository: true }
            }
            Self::AdHoc { .. } => Enclosure {
                root: Place::Disk { path: PathBuf::from("/"), follow: false },
                absolute: Some(PathBuf::new()),
                is_repository: false,
            },
        })
    }

    /// A path of the tree as one in its [`SourceTree::enclosure`].
    pub(super) fn enclosed(&self, path: &str) -> String {
        match self {
            Self::AdHoc { directory, .. } => {
                let path = directory.join(path);
                path.to_string_lossy().trim_start_matches('/').to_owned()
            }
            Self::WorkTree { .. } | Self::Commit { .. } => path.to_owned(),
        }
    }

    /// A path of the enclosure as messages have it.
    pub(super) fn shown(&self, path: &str) -> String {
        match self {
            Self::AdHoc { directory, .. } => {
                let absolute = PathBuf::from(format!("/{path}"));
                let inside = absolute.strip_prefix(directory).unwrap_or(&absolute);
                inside.to_string_lossy().into_owned()
            }
            Self::WorkTree { .. } | Self::Commit { .. } => path.to_owned(),
        }
    }

    /// What of the enclosure isn't in the work tree, though the index has it below
    /// one of these paths.
    pub(super) fn absent(&self, paths: &[String]) -> Result<Vec<NotCheckedOut>, Diagnostic> {
        match self {
            Self::WorkTree { repository: Some(repository), .. } => {
                repository.not_checked_out(paths).map_err(|error| error.diagnostic())
            }
            _ => Ok(Vec::new()),
        }
    }

    /// The finding that a folder holds no manifests.
    pub(super) fn nothing_under(&self, item: &str) -> Diagnostic {
        problem::nothing(item, &self.whereabouts())
    }

    /// The finding that a file holds none.
    pub(super) fn nothing_in(&self, file: &str) -> Diagnostic {
        problem::no_object(file, &self.whereabouts())
    }

    /// ` in commit 3f2a91c`, or nothing.
    fn whereabouts(&self) -> String {
        match self {
            Self::Commit { commit, .. } => format!(" in commit {}", commit.short()),
            Self::WorkTree { .. } | Self::AdHoc { .. } => String::new(),
        }
    }
}
