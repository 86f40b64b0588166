//! The content of files, as far as it may be a manifest's.

use std::fs::File;
use std::io::Read;
use std::path::Path;

use super::list::Listed;
use super::names::SIZE_LIMIT;
use super::place::{Place, Unreadable};
use super::problem;
use super::source::SourceFile;
use crate::error::Diagnostic;
use crate::git::{GitError, Repository, TreeEntry, blob_id, is_lfs_pointer};
use crate::parallel;

/// Reads files, each by itself, in their order.
pub(super) fn files(listed: Vec<Listed<'_>>) -> Vec<Result<SourceFile, Diagnostic>> {
    match from_commit(&listed) {
        Some((repository, entries)) => {
            let contents = repository.blobs(&entries, SIZE_LIMIT);
            let files = listed.into_iter().zip(entries).zip(contents);
            files.map(|((file, entry), bytes)| of_commit(&file.path, &entry, bytes)).collect()
        }
        None => parallel::each(listed, |file| of_disk(&file)),
    }
}

/// The entries of a commit, when that's where all of the files are.
fn from_commit<'a>(listed: &[Listed<'a>]) -> Option<(&'a Repository, Vec<TreeEntry>)> {
    let mut found = None;
    for file in listed {
        let Place::Commit { repository, entry } = &file.place else { return None };
        found.get_or_insert_with(|| (*repository, Vec::new())).1.push(entry.clone());
    }
    found
}

fn of_commit(
    path: &str,
    entry: &TreeEntry,
    bytes: Result<Vec<u8>, GitError>,
) -> Result<SourceFile, Diagnostic> {
    match bytes {
        Ok(bytes) if is_lfs_pointer(&bytes) => Err(problem::lfs_pointer(path, true)),
        Ok(bytes) => Ok(SourceFile { path: path.into(), bytes, blob: entry.blob().into() }),
        Err(GitError::TooLarge { .. }) => Err(problem::too_large(path)),
        Err(error) => Err(error.diagnostic()),
    }
}

fn of_disk(file: &Listed<'_>) -> Result<SourceFile, Diagnostic> {
    let path = file.path.as_str();
    let bytes = match &file.place {
        Place::Text { bytes } => Some(bytes.to_vec()),
        Place::Disk { path: place, .. } => bytes_of(place).map_err(|why| problem::unreadable(path, why))?,
        Place::Commit { .. } => Some(Vec::new()),
    };
    let Some(bytes) = bytes.filter(|bytes| bytes.len() as u64 <= SIZE_LIMIT) else {
        return Err(problem::too_large(path));
    };
    if is_lfs_pointer(&bytes) {
        return Err(problem::lfs_pointer(path, false));
    }
    let blob = blob_id(&bytes).into();
    Ok(SourceFile { path: path.into(), bytes, blob })
}

/// A file's content; nothing of it when it says that it's too large, and a
/// little too much when that shows only while it's read (a pipe doesn't say how
/// much it has).
fn bytes_of(place: &Path) -> Result<Option<Vec<u8>>, Unreadable> {
    let file = File::open(place)?;
    let size = file.metadata()?.len();
    if size > SIZE_LIMIT {
        return Ok(None);
    }
    // One more byte than there should be: the end is found without another read.
    let mut bytes = Vec::with_capacity(usize::try_from(size).unwrap_or_default() + 1);
    file.take(SIZE_LIMIT + 1).read_to_end(&mut bytes)?;
    Ok(Some(bytes))
}
