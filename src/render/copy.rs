//! A part of a tree, written out as files for programs that want files.
//!
//! Taken from the work tree and from a commit in the same way, so that both
//! render alike. Links are kept as links, and what they lead to comes along;
//! nothing from outside of the tree does.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io;
use std::os::unix::fs::symlink;
use std::path::Path;

use super::list::{Listed, unresolved_finding};
use super::load;
use super::names::{SIZE_LIMIT, join};
use super::place::{Kind, Place};
use super::problem;
use super::resolve::{Enclosure, Resolved, Unresolved};
use crate::error::Diagnostic;
use crate::git::blob_id;

/// So many files a source may have that a program renders.
const MOST_FILES: usize = 50_000;

/// So many are held in memory at once.
const FILES_AT_ONCE: usize = 256;

/// What of a tree is to be written. All paths are real ones: from the tree's
/// root, without links.
pub(super) struct Copy<'t, 'a> {
    pub(super) enclosure: &'t Enclosure<'a>,
    files: BTreeMap<String, Place<'a>>,
    folders: BTreeSet<String>,
    links: BTreeMap<String, String>,
    taken: BTreeSet<String>,
    /// Files that the program is given decrypted.
    read: BTreeSet<String>,
    findings: Vec<Diagnostic>,
}

/// Contents of files, by their real paths.
pub(super) type Contents = BTreeMap<String, Vec<u8>>;

/// What was written.
pub(super) struct Written {
    /// The blob id of each file.
    pub(super) blobs: BTreeMap<String, String>,
    /// What was asked for, and the links with what they lead to, sorted.
    pub(super) paths: Vec<String>,
}

impl<'t, 'a> Copy<'t, 'a> {
    pub(super) fn new(enclosure: &'t Enclosure<'a>) -> Self {
        Self {
            enclosure,
            files: BTreeMap::new(),
            folders: BTreeSet::new(),
            links: BTreeMap::new(),
            taken: BTreeSet::new(),
            read: BTreeSet::new(),
            findings: Vec::new(),
        }
    }

    /// Takes a file, or a folder with all below it, seen from a folder. Its real
    /// path and what it is.
    pub(super) fn take(&mut self, from: &str, path: &str) -> Result<(String, Kind), Unresolved<'a>> {
        let found = self.enclosure.resolve(from, path)?;
        Ok(self.add_resolved(found))
    }

    fn add_resolved(&mut self, found: Resolved<'a>) -> (String, Kind) {
        let Resolved { real, place, kind, links } = found;
        for link in links {
            self.link(&link);
        }
        self.taken.insert(real.clone());
        self.add(&real, place, kind);
        (real, kind)
    }

    /// Whether a file is among them.
    pub(super) fn has(&self, real: &str) -> bool {
        self.files.contains_key(real)
    }

    /// The files at or below a path, sorted.
    pub(super) fn files_below<'s>(&'s self, folder: &'s str) -> impl Iterator<Item = &'s str> {
        let is_below = move |path: &&str| {
            folder.is_empty()
                || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
        };
        self.files.keys().map(String::as_str).filter(is_below)
    }

    /// The content of a file that is among them.
    pub(super) fn content(&self, real: &str) -> Option<Vec<u8>> {
        let place = self.files.get(real)?.clone();
        let listed = Listed { path: real.to_owned(), is_named: true, place };
        load::files(vec![listed]).pop()?.ok().map(|file| file.bytes)
    }

    /// The program reads this file as its input: if it's encrypted, it has to be decrypted.
    pub(super) fn reads(&mut self, real: &str) {
        self.read.insert(real.to_owned());
    }

    /// Such files that are among them.
    pub(super) fn files_read(&self) -> Vec<String> {
        self.read.iter().filter(|real| self.has(real)).cloned().collect()
    }

    /// Something is wrong with what is taken.
    pub(super) fn find(&mut self, finding: Diagnostic) {
        self.findings.push(finding);
    }

    fn add(&mut self, real: &str, place: Place<'a>, kind: Kind) {
        match kind {
            Kind::File => {
                self.files.insert(real.to_owned(), place);
            }
            Kind::Folder => self.folder(real, &place),
            Kind::Submodule => self.findings.push(problem::submodule(real)),
            Kind::Other | Kind::Link => self.findings.push(problem::not_a_file(real)),
        }
    }

    fn folder(&mut self, real: &str, place: &Place<'a>) {
        if !self.folders.insert(real.to_owned()) {
            return;
        }
        let children = match place.children() {
            Ok(children) => children,
            Err(why) => return self.findings.push(problem::unreadable(real, why)),
        };
        let is_git = |name: &str| name == ".git";
        if !real.is_empty() && self.enclosure.is_repository && children.iter().any(|(name, _)| is_git(name)) {
            return self.findings.push(problem::submodule(real));
        }
        for (name, child) in children.into_iter().filter(|(name, _)| !is_git(name)) {
            let path = join(real, &name);
            match child.kind() {
                Ok(Some(Kind::Link)) => match self.enclosure.resolve(real, &name) {
                    Ok(found) => {
                        self.add_resolved(found);
                    }
                    Err(why) => self.findings.push(unresolved_finding(&path, Some(&child), why)),
                },
                Ok(Some(kind)) => self.add(&path, child, kind),
                Ok(None) => {}
                Err(why) => self.findings.push(problem::unreadable(&path, why)),
            }
        }
    }

    /// Keeps a link as it is; an absolute one becomes one from its folder.
    fn link(&mut self, real: &str) {
        if self.links.contains_key(real) {
            return;
        }
        let (folder, name) = real.rsplit_once('/').unwrap_or(("", real));
        let place = self.enclosure.resolve("", folder).ok().and_then(|found| found.place.child(name).ok());
        let Some(target) = place.flatten().and_then(|place| place.target().ok()) else { return };
        let target = match self.enclosure.below_root(&target) {
            Some(inside) if target.starts_with('/') => {
                let up = real.matches('/').count();
                format!("{}{inside}", "../".repeat(up))
            }
            _ => target,
        };
        self.links.insert(real.to_owned(), target);
        self.taken.insert(real.to_owned());
    }

    /// Writes all of it below a folder, with other contents for some files.
    pub(super) fn write(self, into: &Path, others: &Contents) -> Result<Written, Vec<Diagnostic>> {
        let Self { files, folders, links, taken, mut findings, .. } = self;
        if files.len() > MOST_FILES {
            findings.push(
                Diagnostic::new(format!("what is to be rendered has more than {MOST_FILES} files"))
                    .hint("give it a folder of its own, with nothing else in it"),
            );
        }
        if !findings.is_empty() {
            return Err(findings);
        }
        let unwritable = |error: io::Error| vec![no_room(&error)];
        for folder in &folders {
            fs::create_dir_all(into.join(folder)).map_err(unwritable)?;
        }
        let mut blobs = BTreeMap::new();
        let mut files = files.into_iter();
        loop {
            let some: Vec<Listed<'_>> = files
                .by_ref()
                .take(FILES_AT_ONCE)
                .map(|(path, place)| Listed { path, is_named: true, place })
                .collect();
            if some.is_empty() {
                break;
            }
            for file in load::files(some) {
                match file {
                    Ok(file) => {
                        let bytes = others.get(file.path.as_ref()).unwrap_or(&file.bytes);
                        write(&into.join(file.path.as_ref()), bytes).map_err(unwritable)?;
                        blobs.insert(file.path.to_string(), file.blob.to_string());
                    }
                    Err(finding) => findings.push(finding),
                }
            }
        }
        for (path, target) in links {
            let link = into.join(&path);
            if let Some(folder) = link.parent() {
                fs::create_dir_all(folder).map_err(unwritable)?;
            }
            symlink(&target, link).map_err(unwritable)?;
            blobs.insert(path, blob_id(target.as_bytes()));
        }
        if findings.is_empty() {
            Ok(Written { blobs, paths: taken.into_iter().collect() })
        } else {
            Err(findings)
        }
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    debug_assert!(bytes.len() as u64 <= SIZE_LIMIT);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, bytes)
}

/// The finding that temporary files can't be written.
pub(super) fn no_room(error: &io::Error) -> Diagnostic {
    Diagnostic::new("can't write temporary files")
        .because(error.to_string())
        .hint("they go to the folder that TMPDIR names; with decrypted files, to a tmpfs, such as /dev/shm")
}
