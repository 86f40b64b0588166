//! Which files a source means: a file itself, or all manifests of a folder.

use std::path::Path;

use super::names::{folder_of, is_hidden, is_manifest, join, last, renderer_of};
use super::place::{Kind, Place};
use super::problem;
use super::resolve::{Enclosure, Resolved, Unresolved};
use crate::error::{Diagnostic, did_you_mean};
use crate::git::{NotCheckedOut, Repository, WhyNotCheckedOut, tree_path};

/// A file to read.
pub(super) struct Listed<'a> {
    /// Its path as messages have it.
    pub(super) path: String,
    /// Whether it was named itself, rather than found in a folder.
    pub(super) is_named: bool,
    pub(super) place: Place<'a>,
}

/// The files that an item means.
#[derive(Default)]
pub(super) struct Listing<'a> {
    /// Sorted by path.
    pub(super) files: Vec<Listed<'a>>,
    /// The item, and the links below it with what they lead to.
    pub(super) paths: Vec<String>,
}

impl<'a> Listing<'a> {
    pub(super) fn of_text(path: &str, place: Place<'a>) -> Self {
        let file = Listed { path: path.to_owned(), is_named: true, place };
        Self { files: vec![file], paths: Vec::new() }
    }
}

/// Lists an item of a tree that nothing leads out of. `whereabouts` ends
/// messages about what isn't there.
pub(super) fn enclosed<'a>(
    enclosure: &Enclosure<'a>,
    item: &str,
    whereabouts: &str,
    repository: Option<&Repository>,
) -> Result<Listing<'a>, Vec<Diagnostic>> {
    let shown = tree_path(item).unwrap_or_else(|| item.to_owned());
    let mut walk = Walk::new(Some(enclosure), &shown);
    match enclosure.resolve("", item) {
        Ok(found) => walk.follow(&shown, found, true),
        Err(Unresolved::Missing { folder, name, place }) if walk.listing.paths.len() == 1 => {
            let what = if shown.is_empty() { item } else { &shown };
            walk.findings.push(missing(what, whereabouts, &folder, &name, &place));
        }
        Err(unresolved) => walk.findings.push(unresolved_finding(&shown, None, unresolved)),
    }
    if let Some(repository) = repository {
        let absent = repository.not_checked_out(&walk.listing.paths);
        let absent = absent.map_err(|error| vec![error.diagnostic()])?;
        let absent = absent.iter().filter_map(|absent| not_checked_out(absent, &walk.listing.paths));
        let absent: Vec<Diagnostic> = absent.collect();
        if !absent.is_empty() {
            return Err(absent);
        }
    }
    walk.finish()
}

/// Lists what was given with `-f`: anything that the file system leads to.
pub(super) fn anywhere<'a>(directory: &Path, item: &str) -> Result<Listing<'a>, Vec<Diagnostic>> {
    let trimmed = item.trim_end_matches('/');
    let trimmed = if trimmed.is_empty() && !item.is_empty() { "/" } else { trimmed };
    let shown = trimmed.strip_prefix("./").unwrap_or(trimmed);
    let place = Place::Disk { path: directory.join(item), follow: true };
    let mut walk = Walk::new(None, shown);
    match place.kind() {
        Ok(Some(kind)) => walk.visit(if shown == "." { "" } else { shown }, &place, kind, None, true),
        Ok(None) => walk.findings.push(missing_on_disk(directory, shown)),
        Err(why) => walk.findings.push(problem::unreadable(shown, why)),
    }
    walk.finish()
}

struct Walk<'w, 'a> {
    enclosure: Option<&'w Enclosure<'a>>,
    listing: Listing<'a>,
    findings: Vec<Diagnostic>,
    /// The folders from the item down to here, by what they really are.
    way: Vec<String>,
}

impl<'w, 'a> Walk<'w, 'a> {
    fn new(enclosure: Option<&'w Enclosure<'a>>, item: &str) -> Self {
        let listing = Listing { files: Vec::new(), paths: vec![item.to_owned()] };
        Self { enclosure, listing, findings: Vec::new(), way: Vec::new() }
    }

    fn finish(mut self) -> Result<Listing<'a>, Vec<Diagnostic>> {
        if !self.findings.is_empty() {
            return Err(self.findings);
        }
        self.listing.files.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(self.listing)
    }

    /// Visits what a path with links led to.
    fn follow(&mut self, shown: &str, found: Resolved<'a>, is_named: bool) {
        if !found.links.is_empty() {
            self.listing.paths.extend(found.links);
            self.listing.paths.push(found.real.clone());
        }
        self.visit(shown, &found.place, found.kind, Some(found.real), is_named);
    }

    /// `real` is the path without links, within an enclosure.
    fn visit(&mut self, shown: &str, place: &Place<'a>, kind: Kind, real: Option<String>, is_named: bool) {
        match kind {
            Kind::Folder => self.folder(shown, place, real),
            Kind::Submodule => self.findings.push(problem::submodule(shown)),
            // A shell's `<(command)` is a pipe with a name.
            Kind::Other if !is_named || self.enclosure.is_some() => {
                if is_named || is_manifest(shown) {
                    self.findings.push(problem::not_a_file(shown));
                }
            }
            Kind::File | Kind::Other | Kind::Link => self.file(shown, place, is_named),
        }
    }

    fn file(&mut self, shown: &str, place: &Place<'a>, is_named: bool) {
        if let Some(renderer) = renderer_of(last(shown)) {
            self.findings.push(problem::other_renderer(folder_of(shown), last(shown), renderer));
        } else if is_named || is_manifest(shown) {
            self.listing.files.push(Listed { path: shown.to_owned(), is_named, place: place.clone() });
        }
    }

    fn folder(&mut self, shown: &str, place: &Place<'a>, real: Option<String>) {
        let real = match (real, place) {
            (Some(real), _) => real,
            (None, Place::Disk { path, .. }) => {
                path.canonicalize().unwrap_or_else(|_| path.clone()).to_string_lossy().into_owned()
            }
            (None, _) => shown.to_owned(),
        };
        if self.way.contains(&real) {
            self.findings.push(problem::endless(shown));
            return;
        }
        let children = match place.children() {
            Ok(children) => children,
            Err(why) => return self.findings.push(problem::unreadable(shown, why)),
        };
        let is_other_repository = |name: &str| self.enclosure.is_some() && name == ".git" && !real.is_empty();
        for (name, _) in &children {
            if let Some(renderer) = renderer_of(name) {
                return self.findings.push(problem::other_renderer(shown, name, renderer));
            }
            if is_other_repository(name) {
                return self.findings.push(problem::submodule(shown));
            }
        }
        self.way.push(real);
        for (name, child) in children.into_iter().filter(|(name, _)| !is_hidden(name)) {
            self.child(&join(shown, &name), &name, &child);
        }
        self.way.pop();
    }

    fn child(&mut self, shown: &str, name: &str, place: &Place<'a>) {
        let folder = self.way.last().cloned().unwrap_or_default();
        match (place.kind(), self.enclosure) {
            (Ok(Some(Kind::Link)), Some(enclosure)) => match enclosure.resolve(&folder, name) {
                Ok(found) => self.follow(shown, found, false),
                Err(unresolved) => self.findings.push(unresolved_finding(shown, Some(place), unresolved)),
            },
            (Ok(Some(kind)), enclosure) => {
                let real = enclosure.map(|_| join(&folder, name));
                self.visit(shown, place, kind, real, false);
            }
            (Ok(None), _) => self.findings.push(problem::dangling(shown, &target(place))),
            (Err(why), _) => self.findings.push(problem::unreadable(shown, why)),
        }
    }
}

fn target(place: &Place<'_>) -> String {
    place.target().unwrap_or_else(|why| why.reason)
}

pub(super) fn unresolved_finding(
    shown: &str,
    link: Option<&Place<'_>>,
    unresolved: Unresolved<'_>,
) -> Diagnostic {
    match (unresolved, link) {
        (Unresolved::Missing { .. }, Some(link)) => problem::dangling(shown, &target(link)),
        (Unresolved::Missing { .. }, None) => problem::missing(shown, "", None),
        (Unresolved::Leaves, link) => problem::leaves(shown, link.map(target).as_deref()),
        (Unresolved::Endless, _) => problem::endless(shown),
        (Unresolved::Submodule(path), _) => problem::submodule(&path),
        (Unresolved::Unreadable(why), _) => problem::unreadable(shown, why),
    }
}

/// What isn't there, with the name beside it that was probably meant.
fn missing(what: &str, whereabouts: &str, folder: &str, name: &str, place: &Place<'_>) -> Diagnostic {
    let beside: Vec<String> =
        place.children().unwrap_or_default().into_iter().map(|(name, _)| name).collect();
    let meant = did_you_mean(name, beside.iter().map(String::as_str)).map(|meant| join(folder, meant));
    problem::missing(what, whereabouts, meant.as_deref())
}

fn missing_on_disk(directory: &Path, shown: &str) -> Diagnostic {
    let (folder, name) = shown.rsplit_once('/').unwrap_or(("", shown));
    let place = Place::Disk { path: directory.join(folder), follow: true };
    missing(shown, "", folder, name, &place)
}

/// The finding for what isn't in the work tree, if it would have been read.
fn not_checked_out(absent: &NotCheckedOut, paths: &[String]) -> Option<Diagnostic> {
    let path = absent.path.as_str();
    let is_read = |wanted: &String| {
        let below = path.strip_prefix(wanted.as_str()).unwrap_or_default().trim_start_matches('/');
        path == wanted || (!below.split('/').any(is_hidden) && is_manifest(path))
    };
    match absent.why {
        WhyNotCheckedOut::Submodule => Some(problem::submodule(path)),
        WhyNotCheckedOut::Sparse => paths.iter().any(is_read).then(|| problem::sparse(path)),
    }
}
