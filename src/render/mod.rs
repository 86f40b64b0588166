//! Sources to desired manifests: which files a source means, in the work tree,
//! in a commit or as given with `-f`, and which objects they hold.
//!
//! In come a [`SourceTree`] and the paths of an environment's sources; out
//! come the [`Manifest`]s in the order of the files, each with its place, or
//! everything that is wrong with them at once. The same commit gives the same
//! manifests, whether it is read from a clean work tree or from the object
//! database.
//!
//! One rule stands above the others here: what is missing must never look like
//! what was removed, since that would be deleted. A source that leads nowhere,
//! holds no manifests, or can't be read completely (a sparse checkout, a
//! submodule, an LFS pointer, a kustomization) is an error, never an empty set.
//!
//! Never talks to a cluster, never writes, never runs a program, and never
//! puts a manifest's values into an error.

mod duplicates;
mod list;
mod load;
mod names;
mod object;
mod parallel;
mod place;
mod plain;
mod problem;
mod resolve;
mod source;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::error::Diagnostic;
use crate::object::Manifest;

pub use duplicates::duplicates;
pub use source::{SourceFile, SourceTree};

/// What sources were rendered to.
#[derive(Debug, Clone, PartialEq)]
pub struct Rendered {
    /// The objects, in the order of the items, then of the files by path, then
    /// as they stand in the file. No two are the same object.
    pub manifests: Vec<Manifest>,
    /// Every path that the result depends on, sorted: the items, and the links
    /// below them with what they lead to. What is dirty here isn't committed.
    pub paths: Vec<String>,
}

/// Reads the manifests of these items: paths of files and folders in the
/// tree. A file that several items mean is read once.
///
/// Errors with everything that is wrong, in the order of the files: whatever
/// can't be read, isn't an object, or is the same object twice.
pub fn render(tree: &SourceTree<'_>, items: &[String]) -> Result<Rendered, Vec<Diagnostic>> {
    let mut findings = Vec::new();
    let mut manifests = Vec::new();
    let mut paths = BTreeSet::new();
    let mut known = BTreeSet::new();
    for item in items {
        let listing = match tree.list(item) {
            Ok(listing) => listing,
            Err(found) => {
                findings.extend(found);
                continue;
            }
        };
        paths.extend(listing.paths);
        let is_listed_twice = listing.files.iter().any(|file| known.contains(&file.path));
        let new = listing.files.into_iter().filter(|file| known.insert(file.path.clone())).collect();
        match plain::render(new) {
            Ok(found) if found.is_empty() && !is_listed_twice => findings.push(tree.nothing_under(item)),
            Ok(found) => manifests.extend(found),
            Err(found) => findings.extend(found),
        }
    }
    findings.extend(duplicates(&manifests));
    if findings.is_empty() {
        Ok(Rendered { manifests, paths: paths.into_iter().collect() })
    } else {
        Err(findings)
    }
}
