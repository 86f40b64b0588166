//! From a path to what it means, following links, and never out of the tree.

use std::path::PathBuf;

use super::names::join;
use super::place::{Kind, Place, Unreadable};

/// So many links on the way to one file; Linux follows as many.
const MOST_LINKS: usize = 40;

/// A tree with a root that no path leads out of.
pub(super) struct Enclosure<'a> {
    pub(super) root: Place<'a>,
    /// The root on disk, for links with absolute targets.
    pub(super) absolute: Option<PathBuf>,
    /// Whether it's a repository's, in which another one may lie.
    pub(super) is_repository: bool,
}

/// What a path led to.
pub(super) struct Resolved<'a> {
    /// Its path from the root without any link in it.
    pub(super) real: String,
    pub(super) place: Place<'a>,
    /// File, folder, submodule or other; never a link.
    pub(super) kind: Kind,
    /// The paths of the links on the way.
    pub(super) links: Vec<String>,
}

/// Why a path leads to nothing.
pub(super) enum Unresolved<'a> {
    /// There is nothing of this name in that folder.
    Missing { folder: String, name: String, place: Place<'a> },
    /// It leads out of the tree.
    Leaves,
    /// Links lead to links without end.
    Endless,
    /// A folder on the way is a submodule.
    Submodule(String),
    /// Something on the way can't be read.
    Unreadable(Unreadable),
}

impl From<Unreadable> for Unresolved<'_> {
    fn from(why: Unreadable) -> Self {
        Self::Unreadable(why)
    }
}

impl<'a> Enclosure<'a> {
    /// Resolves `path`, seen from the folder `from` (itself without links).
    pub(super) fn resolve(&self, from: &str, path: &str) -> Result<Resolved<'a>, Unresolved<'a>> {
        let mut way = vec![(String::new(), self.root.clone())];
        let mut names = Vec::new();
        let mut links = Vec::new();
        if path.starts_with('/') {
            return Err(Unresolved::Leaves);
        }
        push(&mut names, path);
        push(&mut names, from);
        while let Some(name) = names.pop() {
            match name.as_str() {
                "" | "." => {}
                ".." if way.len() == 1 => return Err(Unresolved::Leaves),
                ".." => {
                    way.pop();
                }
                _ => {
                    let (folder, at) = way.last().map_or(("", &self.root), |(real, place)| (real, place));
                    let real = join(folder, &name);
                    let Some((place, kind)) = look(at, &name)? else {
                        let (folder, place) = (folder.to_owned(), at.clone());
                        return Err(Unresolved::Missing { folder, name, place });
                    };
                    if kind == Kind::Submodule && !names.iter().all(String::is_empty) {
                        return Err(Unresolved::Submodule(real));
                    }
                    if kind != Kind::Link {
                        way.push((real, place));
                        continue;
                    }
                    links.push(real);
                    if links.len() > MOST_LINKS {
                        return Err(Unresolved::Endless);
                    }
                    let target = place.target()?;
                    if target.starts_with('/') {
                        push(&mut names, &self.below_root(&target).ok_or(Unresolved::Leaves)?);
                        way.truncate(1);
                    } else {
                        push(&mut names, &target);
                    }
                }
            }
        }
        let (real, place) = way.pop().unwrap_or_else(|| (String::new(), self.root.clone()));
        let kind = place.kind()?.unwrap_or(Kind::Other);
        Ok(Resolved { real, place, kind, links })
    }

    /// An absolute path as one from the root.
    pub(super) fn below_root(&self, path: &str) -> Option<String> {
        let root = self.absolute.as_ref()?.to_str()?;
        let below = path.strip_prefix(root)?;
        (below.is_empty() || below.starts_with('/')).then(|| below.trim_start_matches('/').to_owned())
    }
}

fn look<'a>(folder: &Place<'a>, name: &str) -> Result<Option<(Place<'a>, Kind)>, Unreadable> {
    if let Place::Disk { path, follow } = folder {
        let place = Place::Disk { path: path.join(name), follow: *follow };
        return Ok(place.kind()?.map(|kind| (place, kind)));
    }
    let Some(place) = folder.child(name)? else { return Ok(None) };
    Ok(place.kind()?.map(|kind| (place, kind)))
}

/// Puts a path's names on a stack, the first on top.
fn push(names: &mut Vec<String>, path: &str) {
    names.extend(path.split('/').rev().map(str::to_owned));
}
