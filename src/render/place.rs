//! A place where a file or folder may be: on disk, or in a commit. The walk
//! over both is the same, so that both mean the same by a path.

use std::io;
use std::path::PathBuf;

use crate::git::{GitError, Repository, TreeEntry, TreeKind};

/// A file, folder or link that exists.
#[derive(Clone)]
pub(super) enum Place<'a> {
    /// On disk; with `follow`, links are what they lead to.
    Disk { path: PathBuf, follow: bool },
    /// In a commit.
    Commit { repository: &'a Repository, entry: TreeEntry },
    /// Standard input.
    Text { bytes: &'a [u8] },
}

/// What is at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Folder,
    Link,
    Submodule,
    /// A pipe, a socket, a device.
    Other,
}

/// Why a place can't be looked into.
pub(super) struct Unreadable {
    pub(super) reason: String,
    pub(super) hints: Vec<String>,
}

impl From<io::Error> for Unreadable {
    fn from(error: io::Error) -> Self {
        let reason = match error.kind() {
            io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
            _ => error.to_string(),
        };
        Self { reason, hints: Vec::new() }
    }
}

impl From<GitError> for Unreadable {
    fn from(error: GitError) -> Self {
        Self { reason: error.to_string(), hints: error.diagnostic().hints }
    }
}

impl Place<'_> {
    /// What is here; `None` when nothing is.
    pub(super) fn kind(&self) -> Result<Option<Kind>, Unreadable> {
        match self {
            Self::Text { .. } => Ok(Some(Kind::File)),
            Self::Commit { entry, .. } => Ok(Some(match entry.kind {
                TreeKind::File => Kind::File,
                TreeKind::Folder => Kind::Folder,
                TreeKind::Symlink => Kind::Link,
                TreeKind::Submodule => Kind::Submodule,
            })),
            Self::Disk { path, follow } => {
                let found = if *follow { path.metadata() } else { path.symlink_metadata() };
                match found {
                    Ok(found) => Ok(Some(kind_on_disk(found.file_type()))),
                    Err(error) if is_absence(&error) => Ok(None),
                    Err(error) => Err(error.into()),
                }
            }
        }
    }

    /// The names in a folder with their places, sorted.
    pub(super) fn children(&self) -> Result<Vec<(String, Self)>, Unreadable> {
        let mut children = Vec::new();
        match self {
            Self::Text { .. } => {}
            Self::Commit { repository, entry } => {
                for entry in repository.children(entry)? {
                    let name = super::names::last(&entry.path).to_owned();
                    children.push((name, Self::Commit { repository, entry }));
                }
            }
            Self::Disk { path, follow } => {
                for entry in path.read_dir()? {
                    let entry = entry?;
                    let name = entry.file_name().to_string_lossy().into_owned();
                    children.push((name, Self::Disk { path: entry.path(), follow: *follow }));
                }
            }
        }
        children.sort_by(|(one, _), (other, _)| one.cmp(other));
        Ok(children)
    }

    /// The same with what each is, as far as a folder's list says that by itself.
    pub(super) fn told_children(&self) -> Result<Vec<(String, Self, Option<Kind>)>, Unreadable> {
        let Self::Disk { path, follow: false } = self else {
            let children = self.children()?.into_iter();
            return children.map(|(name, child)| Ok((name, child.clone(), child.kind()?))).collect();
        };
        let mut children = Vec::new();
        for entry in path.read_dir()? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let child = Self::Disk { path: entry.path(), follow: false };
            children.push((name, child, Some(kind_on_disk(entry.file_type()?))));
        }
        children.sort_by(|(one, ..), (other, ..)| one.cmp(other));
        Ok(children)
    }

    /// What a folder has under this name.
    pub(super) fn child(&self, name: &str) -> Result<Option<Self>, Unreadable> {
        match self {
            Self::Disk { path, follow } => {
                let child = Self::Disk { path: path.join(name), follow: *follow };
                Ok(child.kind()?.map(|_| child))
            }
            _ => Ok(self.children()?.into_iter().find(|(child, _)| child == name).map(|(_, place)| place)),
        }
    }

    /// Where a link points to.
    pub(super) fn target(&self) -> Result<String, Unreadable> {
        match self {
            Self::Text { .. } => Ok(String::new()),
            Self::Disk { path, .. } => Ok(path.read_link()?.to_string_lossy().into_owned()),
            Self::Commit { repository, entry } => {
                let bytes = repository.blobs(std::slice::from_ref(entry), u64::MAX).into_iter().next();
                Ok(String::from_utf8_lossy(&bytes.transpose()?.unwrap_or_default()).into_owned())
            }
        }
    }
}

fn kind_on_disk(kind: std::fs::FileType) -> Kind {
    if kind.is_file() {
        Kind::File
    } else if kind.is_dir() {
        Kind::Folder
    } else if kind.is_symlink() {
        Kind::Link
    } else {
        Kind::Other
    }
}

fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}
