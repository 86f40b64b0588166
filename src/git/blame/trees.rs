//! What two commits have at some paths, where it isn't the same.

use std::collections::HashMap;

use gix::ObjectId;
use gix::bstr::ByteSlice;
use gix::objs::TreeRef;

/// The files that one commit and another have at a path; `None` for neither a
/// file nor a link to one.
pub(super) type Pair = (Option<ObjectId>, Option<ObjectId>);

/// Of these paths those at which two trees have different files. No tree stands
/// for an empty one. Paths must be sorted.
pub(super) fn differing<'p>(
    repository: &gix::Repository,
    one: Option<ObjectId>,
    other: Option<ObjectId>,
    paths: &[&'p str],
) -> gix::Result<HashMap<&'p str, Pair>> {
    let mut found = HashMap::new();
    let named: Vec<(&str, &str)> = paths.iter().map(|path| (*path, *path)).collect();
    descend(repository, one, other, &named, &mut found)?;
    Ok(found)
}

/// `named` are whole paths, each with what is left of it here.
fn descend<'p>(
    repository: &gix::Repository,
    one: Option<ObjectId>,
    other: Option<ObjectId>,
    named: &[(&'p str, &'p str)],
    found: &mut HashMap<&'p str, Pair>,
) -> gix::Result<()> {
    if one == other {
        return Ok(());
    }
    let (one, other) = (read(repository, one)?, read(repository, other)?);
    let trees = (decoded(one.as_ref())?, decoded(other.as_ref())?);
    for group in named.chunk_by(|(_, left), (_, right)| first(left) == first(right)) {
        let name = group.first().map(|(_, rest)| first(rest)).unwrap_or_default();
        let (here, below): (Vec<_>, Vec<_>) = group.iter().partition(|(_, rest)| !rest.contains('/'));
        if !here.is_empty() {
            let pair = (file(&trees.0, name), file(&trees.1, name));
            let differs = pair.0 != pair.1;
            found.extend(here.iter().filter(|_| differs).map(|(path, _)| (*path, pair)));
        }
        if !below.is_empty() {
            let rest: Vec<_> = below.iter().map(|(path, rest)| (*path, &rest[name.len() + 1..])).collect();
            descend(repository, folder(&trees.0, name), folder(&trees.1, name), &rest, found)?;
        }
    }
    Ok(())
}

/// Whether what a tree has at a path is kept elsewhere: the path leads through a
/// link or a submodule.
pub(super) fn is_elsewhere(repository: &gix::Repository, tree: ObjectId, path: &str) -> gix::Result<bool> {
    let tree = repository.find_tree(tree)?;
    let names: Vec<&[u8]> = path.split('/').map(str::as_bytes).collect();
    for length in 1..=names.len() {
        match tree.lookup_entry(names[..length].iter().copied())? {
            Some(entry) if entry.mode().is_tree() => {}
            Some(entry) => return Ok(!entry.mode().is_blob()),
            None => return Ok(false),
        }
    }
    Ok(false)
}

fn first(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

fn read(repository: &gix::Repository, id: Option<ObjectId>) -> gix::Result<Option<gix::Tree<'_>>> {
    id.map(|id| repository.find_tree(id)).transpose()
}

fn decoded<'t>(tree: Option<&'t gix::Tree<'_>>) -> gix::Result<TreeRef<'t>> {
    tree.map_or_else(|| Ok(TreeRef::empty()), gix::Tree::decode)
}

fn file(tree: &TreeRef<'_>, name: &str) -> Option<ObjectId> {
    let entry = tree.bisect_entry(name.as_bytes().as_bstr(), false)?;
    entry.mode.is_blob().then(|| entry.oid.to_owned())
}

fn folder(tree: &TreeRef<'_>, name: &str) -> Option<ObjectId> {
    tree.bisect_entry(name.as_bytes().as_bstr(), true).map(|entry| entry.oid.to_owned())
}
