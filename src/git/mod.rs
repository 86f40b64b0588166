//! The repository: which commit a reference means, what its files hold, how
//! commits relate, and what in the work tree isn't committed.
//!
//! In come a folder, references as people write them, and commits; out come
//! plain data ([`Commit`], [`TreeFile`], [`Distance`]) and errors that name the
//! `git` command that helps. This is the only room that opens a repository
//! (through `gix`). It only reads: it never writes objects, references, the
//! index or the work tree, never fetches, and follows no `GIT_…` variable, since
//! what is deployed must not depend on the environment. The only programs that
//! it ever has run are the filters that the user's own Git configuration sets
//! for changed files.

mod ancestry;
mod blame;
mod blob;
mod branch;
mod commit;
mod dirty;
mod error;
mod fetch;
#[cfg(test)]
pub(crate) mod fixture;
mod painting;
mod repository;
mod resolve;
mod revert;
mod signature;
mod tree;

pub use ancestry::{Distance, Relation};
pub use blame::{Asked, Blamed, Judge, MOST_COMMITS};
pub use blob::{blob_id, is_lfs_pointer};
pub use branch::RequiredBranch;
pub use commit::{Commit, CommitId, CommitIdError};
pub use dirty::{NotCheckedOut, WhyNotCheckedOut};
pub use error::GitError;
pub use repository::Repository;
pub use signature::Signed;
pub use tree::{TreeEntry, TreeFile, TreeKind, is_below, tree_path};
