//! The files of an evaluation: which one an import means, and what it holds.

use std::collections::{BTreeMap, BTreeSet};

use super::super::external::making::complete;
use super::super::external::unresolved;
use super::super::list::Listed;
use super::super::names::{folder_of, join};
use super::super::place::{Kind, Place};
use super::super::resolve::{Enclosure, Unresolved};
use super::super::{SourceTree, load, problem, sops};
use crate::error::Diagnostic;
use crate::git::tree_path;

/// The files of one evaluation, and which of them were used.
pub(super) struct Files<'t, 'a> {
    tree: &'t SourceTree<'a>,
    enclosure: &'t Enclosure<'t>,
    libraries: Vec<String>,
    found: BTreeMap<String, Place<'t>>,
    blobs: BTreeMap<String, String>,
    paths: BTreeSet<String>,
    hints: Vec<String>,
    /// The import that failed: in which file, and what it names.
    faulty: Option<(String, String)>,
}

impl<'t, 'a> Files<'t, 'a> {
    pub(super) fn new(tree: &'t SourceTree<'a>, enclosure: &'t Enclosure<'t>) -> Self {
        Self {
            tree,
            enclosure,
            libraries: Vec::new(),
            found: BTreeMap::new(),
            blobs: BTreeMap::new(),
            paths: BTreeSet::new(),
            hints: Vec::new(),
            faulty: None,
        }
    }

    /// Folders in which imports are looked for beside the importing file's own.
    pub(super) fn look_in(&mut self, libraries: Vec<String>) {
        self.libraries = libraries;
    }

    /// The real path of what a path names, and what it is.
    pub(super) fn take(&mut self, path: &str) -> Result<(String, Kind), Diagnostic> {
        self.find("", path).map_err(|why| unresolved(&self.tree.shown(path), why, None))
    }

    fn find(&mut self, folder: &str, path: &str) -> Result<(String, Kind), Unresolved<'t>> {
        let found = self.enclosure.resolve(folder, path)?;
        self.paths.extend(found.links);
        self.paths.insert(found.real.clone());
        self.found.insert(found.real.clone(), found.place);
        Ok((found.real, found.kind))
    }

    /// The file that an import in a file means; or why there is none.
    pub(super) fn resolve(&mut self, file: &str, path: &str) -> Result<String, String> {
        let resolved = self.look_for(folder_of(file), path);
        if resolved.is_err() {
            self.faulty = Some((file.to_owned(), path.to_owned()));
        }
        resolved
    }

    fn look_for(&mut self, folder: &str, path: &str) -> Result<String, String> {
        // A library's folder may be a link.
        let libraries = self.libraries.iter().map(|library| (String::new(), join(library, path)));
        let places: Vec<_> = std::iter::once((folder.to_owned(), path.to_owned())).chain(libraries).collect();
        for (from, wanted) in places {
            match self.find(&from, &wanted) {
                Ok((real, Kind::File)) => return Ok(real),
                Ok((real, _)) => return Err(format!("{} isn't a file", self.tree.shown(&real))),
                Err(Unresolved::Missing { .. }) => self.refuse_sparse(&join(&from, &wanted))?,
                Err(why) => return Err(self.told(unresolved(path, why, None))),
            }
        }
        if !path.starts_with('.') && path.contains('/') {
            let hint = "libraries are looked for in `vendor`, from the file's folder upwards, or where `jpath` says: `jb install` brings them, and they have to be committed";
            self.hints.push(hint.to_owned());
        }
        Err(format!("{path} doesn't exist"))
    }

    /// Where the import stands that has failed: jrsonnet doesn't say.
    pub(super) fn faulty_import(&mut self) -> Option<(String, u32, u32)> {
        let (file, path) = self.faulty.take()?;
        let place = self.found.get(&file)?.clone();
        let listed = Listed { path: file.clone(), is_named: true, place };
        let text = String::from_utf8(load::files(vec![listed]).pop()?.ok()?.bytes).ok()?;
        let number = |count: usize| u32::try_from(count + 1).ok();
        text.lines().enumerate().find_map(|(line, text)| {
            let after = text.find("import")?;
            let at =
                ['"', '\''].iter().find_map(|quote| text[after..].find(&format!("{quote}{path}{quote}")))?;
            Some((file.clone(), number(line)?, number(text[..after + at].chars().count())?))
        })
    }

    /// What the checkout merely leaves out isn't looked for elsewhere.
    fn refuse_sparse(&mut self, path: &str) -> Result<(), String> {
        let Some(path) = tree_path(path) else { return Ok(()) };
        let absent = self.tree.absent(&[path]).map_err(|finding| self.told(finding))?;
        match absent.first() {
            Some(absent) => Err(self.told(problem::sparse(&absent.path))),
            None => Ok(()),
        }
    }

    /// What a file holds; or why it can't be read.
    pub(super) fn load(&mut self, real: &str) -> Result<Vec<u8>, String> {
        let Some(place) = self.found.get(real).cloned() else {
            return Err(format!("{real} wasn't looked for"));
        };
        let listed = Listed { path: real.to_owned(), is_named: true, place };
        match load::files(vec![listed]).pop() {
            Some(Ok(file)) if sops::is_encrypted_file(&file.path, &file.bytes) => {
                let hint = "make it a source of its own: what is in it can be deployed, and named by what Jsonnet makes";
                self.hints.push(hint.to_owned());
                let shown = self.tree.shown(real);
                Err(format!("{shown} is encrypted by SOPS, and isn't decrypted for Jsonnet"))
            }
            Some(Ok(file)) => {
                self.blobs.insert(real.to_owned(), file.blob.to_string());
                Ok(file.bytes)
            }
            Some(Err(finding)) => Err(self.told(finding)),
            None => Err(format!("{real} can't be read")),
        }
    }

    /// A finding in one line; its hints are kept.
    fn told(&mut self, finding: Diagnostic) -> String {
        self.hints.extend(finding.hints);
        std::iter::once(finding.message).chain(finding.causes).collect::<Vec<_>>().join("\n")
    }

    /// What helps with what went wrong.
    pub(super) fn take_hints(&mut self) -> Vec<String> {
        std::mem::take(&mut self.hints)
    }

    /// Errors where the work tree lacks some of what was used.
    pub(super) fn complete(&self) -> Result<(), Vec<Diagnostic>> {
        complete(self.tree, &self.paths.iter().cloned().collect::<Vec<_>>())
    }

    /// What was read, with its blob ids.
    pub(super) fn blobs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.blobs.iter().map(|(path, blob)| (path.as_str(), blob.as_str()))
    }

    /// What was used: files, and links on the way to them.
    pub(super) fn into_paths(self) -> Vec<String> {
        self.paths.into_iter().collect()
    }
}
