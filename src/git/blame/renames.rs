//! Which files a commit wrote, and what they were called before it.

use std::collections::HashMap;

use gix::ObjectId;
use gix::diff::Rewrites;
use gix::object::tree::diff::ChangeDetached;

/// A file as it was before a commit.
#[derive(Clone)]
pub(super) struct Earlier {
    pub(super) path: String,
    pub(super) blob: ObjectId,
}

/// The files that a commit renamed, by their new names: those that share half of
/// their lines with one that it removed, as Git has it whatever its configuration.
pub(super) fn renamed(
    repository: &gix::Repository,
    before: ObjectId,
    after: ObjectId,
) -> gix::Result<HashMap<String, Earlier>> {
    let (before, after) = (repository.find_tree(before)?, repository.find_tree(after)?);
    let mut options = gix::diff::Options::default();
    options.track_path().track_rewrites(Some(Rewrites::default()));
    let changes = repository.diff_tree_to_tree(&before, &after, options)?;
    let renames = changes.into_iter().filter_map(|change| match change {
        ChangeDetached::Rewrite { source_location, source_id, entry_mode, location, copy: false, .. }
            if entry_mode.is_blob() =>
        {
            let path = source_location.to_string();
            Some((location.to_string(), Earlier { path, blob: source_id }))
        }
        _ => None,
    });
    Ok(renames.collect())
}

/// The files that a commit added or changed, by path.
pub(super) fn written(
    repository: &gix::Repository,
    before: Option<ObjectId>,
    after: ObjectId,
) -> gix::Result<Vec<(String, ObjectId)>> {
    let before = before.map(|before| repository.find_tree(before)).transpose()?;
    let after = repository.find_tree(after)?;
    let mut options = gix::diff::Options::default();
    options.track_path();
    let changes = repository.diff_tree_to_tree(before.as_ref(), &after, options)?;
    let written = changes.into_iter().filter_map(|change| match change {
        ChangeDetached::Addition { location, entry_mode, id, .. }
        | ChangeDetached::Modification { location, entry_mode, id, .. }
            if entry_mode.is_blob() =>
        {
            Some((location.to_string(), id))
        }
        _ => None,
    });
    Ok(written.collect())
}
