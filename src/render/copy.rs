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

use super::kept::Key;
use super::list::{Listed, unresolved_finding};
use super::load;
use super::names::{SIZE_LIMIT, join};
use super::place::{Kind, Place};
use super::problem;
use super::resolve::{Enclosure, Resolved, Unresolved};
use super::source::SourceFile;
use crate::error::Diagnostic;
use crate::git::{blob_id, is_below};

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

/// What is written.
pub(super) struct Inputs {
    /// The blob id of each file and link.
    pub(super) blobs: BTreeMap<String, String>,
    /// The links.
    links: BTreeSet<String>,
    /// The folders, also those with nothing in them.
    folders: BTreeSet<String>,
    /// What was asked for, and the links with what they lead to, sorted.
    pub(super) paths: Vec<String>,
}

impl Inputs {
    /// All of it, as a part of what names a result.
    pub(super) fn name(&self, key: Key) -> Key {
        let key = self.folders.iter().fold(key, Key::with);
        let key = key.with("files");
        self.blobs.iter().fold(key, |key, (path, blob)| {
            let kind = if self.links.contains(path) { "link" } else { "file" };
            key.with(kind).with(path).with(blob)
        })
    }
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

    /// All files.
    pub(super) fn all_files(&self) -> impl Iterator<Item = &str> {
        self.files.keys().map(String::as_str)
    }

    /// The files at or below a path, sorted.
    pub(super) fn files_below<'s>(&'s self, folder: &'s str) -> impl Iterator<Item = &'s str> {
        self.files.keys().map(String::as_str).filter(move |path| is_below(path, folder))
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
        let children = match place.told_children() {
            Ok(children) => children,
            Err(why) => return self.findings.push(problem::unreadable(real, why)),
        };
        let is_git = |name: &str| name == ".git";
        if !real.is_empty() && self.enclosure.is_repository && children.iter().any(|(name, ..)| is_git(name))
        {
            return self.findings.push(problem::submodule(real));
        }
        for (name, child, kind) in children.into_iter().filter(|(name, ..)| !is_git(name)) {
            let path = join(real, &name);
            match kind {
                Some(Kind::Link) => match self.enclosure.resolve(real, &name) {
                    Ok(found) => {
                        self.add_resolved(found);
                    }
                    Err(why) => self.findings.push(unresolved_finding(&path, Some(&child), why)),
                },
                Some(kind) => self.add(&path, child, kind),
                None => {}
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

    /// What would be written. Of a commit's files nothing is read for that.
    pub(super) fn inputs(&self) -> Result<Inputs, Vec<Diagnostic>> {
        let mut findings = self.wrong();
        if !findings.is_empty() {
            return Err(findings);
        }
        let mut blobs = BTreeMap::new();
        let mut to_read = Vec::new();
        for (path, place) in &self.files {
            match place {
                Place::Commit { entry, .. } => {
                    blobs.insert(path.clone(), entry.blob());
                }
                place => to_read.push((path.clone(), place.clone())),
            }
        }
        Self::each_of(to_read, &mut findings, |file| {
            blobs.insert(file.path.to_string(), file.blob.to_string());
            Ok(())
        });
        if findings.is_empty() { Ok(self.summed_up(blobs)) } else { Err(findings) }
    }

    /// Writes all of it below a folder, with other contents for some files.
    pub(super) fn write(&self, into: &Path, others: &Contents) -> Result<Inputs, Vec<Diagnostic>> {
        let mut findings = self.wrong();
        if !findings.is_empty() {
            return Err(findings);
        }
        let unwritable = |error: io::Error| vec![no_room(&error)];
        for folder in &self.folders {
            fs::create_dir_all(into.join(folder)).map_err(unwritable)?;
        }
        let mut blobs = BTreeMap::new();
        let files = self.files.iter().map(|(path, place)| (path.clone(), place.clone())).collect();
        Self::each_of(files, &mut findings, |file| {
            let bytes = others.get(file.path.as_ref()).unwrap_or(&file.bytes);
            write(&into.join(file.path.as_ref()), bytes)?;
            blobs.insert(file.path.to_string(), file.blob.to_string());
            Ok(())
        });
        for (path, target) in &self.links {
            let link = into.join(path);
            if let Some(folder) = link.parent() {
                fs::create_dir_all(folder).map_err(unwritable)?;
            }
            symlink(target, link).map_err(unwritable)?;
        }
        if findings.is_empty() { Ok(self.summed_up(blobs)) } else { Err(findings) }
    }

    /// What stands against writing any of it.
    fn wrong(&self) -> Vec<Diagnostic> {
        let mut findings = self.findings.clone();
        if self.files.len() > MOST_FILES {
            findings.push(
                Diagnostic::new(format!("what is to be rendered has more than {MOST_FILES} files"))
                    .hint("give it a folder of its own, with nothing else in it"),
            );
        }
        findings
    }

    /// Reads files, some at a time, and does something with each.
    fn each_of(
        files: Vec<(String, Place<'a>)>,
        findings: &mut Vec<Diagnostic>,
        mut each: impl FnMut(SourceFile) -> io::Result<()>,
    ) {
        let mut files = files.into_iter();
        loop {
            let some: Vec<Listed<'_>> = files
                .by_ref()
                .take(FILES_AT_ONCE)
                .map(|(path, place)| Listed { path, is_named: true, place })
                .collect();
            if some.is_empty() {
                return;
            }
            for file in load::files(some) {
                if let Err(finding) = file.and_then(|file| each(file).map_err(|error| no_room(&error))) {
                    findings.push(finding);
                }
            }
        }
    }

    fn summed_up(&self, mut blobs: BTreeMap<String, String>) -> Inputs {
        blobs.extend(self.links.iter().map(|(path, target)| (path.clone(), blob_id(target.as_bytes()))));
        Inputs {
            blobs,
            links: self.links.keys().cloned().collect(),
            folders: self.folders.clone(),
            paths: self.taken.iter().cloned().collect(),
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
