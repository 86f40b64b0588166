//! Objects that went from one file to another before they went for good.

use std::collections::BTreeMap;

use super::parts::{Part, find, objects};
use crate::git::{Asked, Blamed, CommitId, MOST_COMMITS, Repository};
use crate::object::{Manifest, ObjectId};

/// So many times an object is followed from file to file.
const MOST_MOVES: usize = 8;
/// The files of a commit that are looked into, and how large they may be.
const MOST_FILES: usize = 1000;
const LARGEST: u64 = 8 * 1024 * 1024;

/// Follows objects that commits took out of files.
pub(super) struct Moves<'a> {
    repository: &'a Repository,
    /// The commit from which all is seen.
    from: CommitId,
    /// What the files hold that a commit wrote.
    written: BTreeMap<CommitId, Vec<(String, Vec<Manifest>)>>,
}

impl<'a> Moves<'a> {
    pub(super) fn new(repository: &'a Repository, from: CommitId) -> Self {
        Self { repository, from, written: BTreeMap::new() }
    }

    /// Who took the object out of the last file that it was in. One that left what
    /// is deployed but still is somewhere left with the commit that moved it there.
    pub(super) fn last(&mut self, object: &ObjectId, taken: Blamed) -> Blamed {
        let mut last = taken;
        for _ in 0..MOST_MOVES {
            let Blamed::Commit { commit, .. } = &last else { break };
            let Some(path) = self.moved_to(*commit, object) else { break };
            match self.taken_out(object, path) {
                Some(next) if next != last => last = next,
                _ => break,
            }
        }
        last
    }

    /// The file in which a commit put the object that it took out of another.
    fn moved_to(&mut self, commit: CommitId, object: &ObjectId) -> Option<String> {
        let repository = self.repository;
        let files = self.written.entry(commit).or_insert_with(|| written_by(repository, &commit));
        let (path, _) = files.iter().find(|(_, objects)| find(objects, object).is_some())?;
        Some(path.clone())
    }

    fn taken_out(&self, object: &ObjectId, path: String) -> Option<Blamed> {
        let part = Part::Object { object: object.clone(), is_there: false };
        let judge = |_: &[usize], content: Option<&[u8]>| {
            vec![objects(content).is_none_or(|objects| part.holds(&objects))]
        };
        let asked = Asked { path, blob: None, parts: 1, judge: Box::new(judge) };
        let blamed = self.repository.blame(&self.from, &[asked], MOST_COMMITS).ok()?;
        let blamed = blamed.into_iter().flatten().next()?;
        matches!(blamed, Blamed::Commit { .. }).then_some(blamed)
    }
}

fn written_by(repository: &Repository, commit: &CommitId) -> Vec<(String, Vec<Manifest>)> {
    let mut files = repository.written_by(commit).unwrap_or_default();
    let is_manifest = |path: &str| [".yaml", ".yml", ".json"].iter().any(|end| path.ends_with(end));
    files.retain(|file| is_manifest(&file.path));
    files.truncate(MOST_FILES);
    let contents = repository.blobs(&files, LARGEST);
    let read = files.into_iter().zip(contents);
    read.filter_map(|(file, content)| Some((file.path, objects(Some(&content.ok()?))?))).collect()
}
