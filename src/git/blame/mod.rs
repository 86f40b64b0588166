//! Which commit last wrote a part of a file, or took it away.
//!
//! What a part is, is for the one who asks: of each version of the file a judge
//! says which parts are already as they are now. Asked so, a field that moved
//! down the file, whose document was indented anew, or that shares its line with
//! others, is still blamed on the commit that gave it its value; lines are not.
//!
//! The walk goes from a commit to its parents, newest first, and hands each part
//! on to the first parent that has it too: a merge is blamed only for what none of
//! its parents has. Trees that two commits share aren't looked into, so that a
//! step costs the same whether one file is asked about or a thousand.
//!
//! (`gix-blame` isn't used: it can't be bounded in commits, and it doesn't know
//! where a shallow clone is cut off.)

mod renames;
mod trees;
mod walk;

use super::{CommitId, GitError, Repository, TreeEntry};

/// So many commits are looked at on the way to the one that wrote a part. A
/// bound in commits, not in time, keeps output the same on any machine.
pub const MOST_COMMITS: usize = 10_000;

/// Which of some parts a version of a file has as they are now. The version is
/// the file's content, or `None` where there is no such file.
pub type Judge<'a> = dyn Fn(&[usize], Option<&[u8]>) -> Vec<bool> + Sync + 'a;

/// What is asked about one file.
pub struct Asked<'a> {
    /// The file, from the root.
    pub path: String,
    /// The blob id of its content now, where it has one.
    pub blob: Option<String>,
    /// How many parts are asked about.
    pub parts: usize,
    /// Tells which parts a version has.
    pub judge: Box<Judge<'a>>,
}

/// What is known of a part.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blamed {
    /// This commit wrote it so, or took it away.
    Commit {
        /// The commit.
        commit: CommitId,
        /// The file as it was called then.
        path: String,
    },
    /// No commit has it so: it's only in the work tree.
    Uncommitted,
    /// This clone's history is cut off before the answer.
    CutOff,
    /// The answer lies further back than anyone looks, or there is none.
    Unknown,
}

impl Repository {
    /// Who wrote these parts of files, as seen from a commit; in their order.
    /// Looks at no more than `most` commits for each of them.
    ///
    /// Errors when a commit or a list of files can't be read.
    pub fn blame(
        &self,
        from: &CommitId,
        asked: &[Asked<'_>],
        most: usize,
    ) -> Result<Vec<Vec<Blamed>>, GitError> {
        let repository = self.local();
        self.find_commit(&repository, from)?;
        walk::walk(&repository, from.object(), asked, most)
            .map_err(|error| self.unreadable("the history", &error))
    }

    /// The files that a commit added or changed, compared with its first parent.
    pub fn written_by(&self, commit: &CommitId) -> Result<Vec<TreeEntry>, GitError> {
        let unreadable =
            |error: gix::Error| self.unreadable(&format!("what commit {} changed", commit.short()), &error);
        let repository = self.local();
        let after = self.find_commit(&repository, commit)?;
        let parent = after.parent_ids().next().map(gix::Id::detach);
        let before = parent.map(|id| self.find_commit(&repository, &CommitId::new(id))).transpose()?;
        let before = before.map(|before| before.tree_id()).transpose().map_err(unreadable)?;
        let after = after.tree_id().map_err(unreadable)?;
        let written = renames::written(&repository, before.map(gix::Id::detach), after.detach());
        let files = written.map_err(unreadable)?.into_iter();
        Ok(files.map(|(path, id)| TreeEntry::file(path, id)).collect())
    }
}

#[cfg(test)]
mod tests;
