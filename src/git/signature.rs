//! What a commit's signature is of.

use super::repository::damaged;
use super::{CommitId, GitError, Repository};

/// A commit that is signed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Signed {
    /// What was signed: the commit without the signature.
    pub content: Vec<u8>,
    /// The signature, armored.
    pub signature: String,
}

impl Repository {
    /// The signature of a commit; `None` when it has none.
    ///
    /// Errors when the commit isn't in this clone.
    pub fn signed(&self, commit: &CommitId) -> Result<Option<Signed>, GitError> {
        let repository = self.local();
        let found = self.find_commit(&repository, commit)?;
        let signature = gix::objs::CommitRefIter::signature(&found.data, repository.object_hash());
        let signature = signature.map_err(|error| damaged(&format!("commit {commit}"), &error))?;
        Ok(signature.map(|(signature, content)| Signed {
            content: content.to_bstring().into(),
            signature: signature.to_string(),
        }))
    }
}
