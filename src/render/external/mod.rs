//! Folders that programs render: kustomizations and Helm charts.
//!
//! A program gets a copy of the files that it needs, from the work tree or out
//! of a commit, in a private folder; what it prints is read as manifests, each
//! with the file that it was made of as far as the program says. Items are
//! rendered at the same time, and come in their order.

mod archive;
mod complaint;
mod helm;
mod kustomize;
mod lookup;
mod output;
mod program;

use std::collections::BTreeMap;
use std::thread;

use super::copy::{Contents, Copy, Written, no_room};
use super::names::{Renderer, renderer_of};
use super::place::Kind;
use super::resolve::Unresolved;
use super::sops::{self, Known};
use super::{How, Item, Means, Rendered, SourceTree, problem};
use crate::error::{Diagnostic, Location};
use crate::git::{WhyNotCheckedOut, blob_id};
use crate::object::Manifest;
use crate::parallel;
use crate::tools::Workspace;
pub use helm::Chart;
use program::Program;

/// What an item was rendered to, and everything that is wrong.
type Part = (Rendered, Vec<Diagnostic>);

/// Each item as a program renders it; `None` where its files are the manifests.
pub(super) fn render(tree: &SourceTree<'_>, items: &[Item], means: &Means) -> Vec<Option<Part>> {
    let jobs: Vec<Option<How>> = items.iter().map(|item| how(tree, item)).collect();
    thread::scope(|scope| {
        let begin =
            |(item, how): (_, Option<How>)| how.map(|how| scope.spawn(move || one(tree, item, &how, means)));
        let begun: Vec<_> = items.iter().zip(jobs).map(begin).collect();
        let ended = begun.into_iter().map(|part| {
            part.map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
        });
        ended.collect()
    })
}

/// Whether what is rendered depends on the cluster that it's for.
pub fn asks_about_cluster(tree: &SourceTree<'_>, items: &[Item]) -> bool {
    items.iter().any(|item| matches!(how(tree, item), Some(How::Helm(_))))
}

/// How a program renders the item, if one does.
fn how(tree: &SourceTree<'_>, item: &Item) -> Option<How> {
    match &item.how {
        How::Plain => None,
        How::AsItIs if item.path == "-" => None,
        How::AsItIs => match found(tree, item)? {
            Renderer::Kustomize => Some(How::Kustomize { may_fetch: false }),
            Renderer::Helm => Some(How::Helm(Chart::default())),
        },
        other => Some(other.clone()),
    }
}

/// What the item's folder holds.
fn found(tree: &SourceTree<'_>, item: &Item) -> Option<Renderer> {
    let enclosure = tree.enclosure().ok()?;
    let folder = enclosure.resolve("", &tree.enclosed(&item.path)).ok()?;
    if folder.kind != Kind::Folder {
        return None;
    }
    folder.place.children().ok()?.into_iter().find_map(|(name, _)| renderer_of(&name))
}

fn one(tree: &SourceTree<'_>, item: &Item, how: &How, means: &Means) -> Part {
    let rendered = match how {
        How::Kustomize { may_fetch } => kustomize::render(tree, item, *may_fetch, means),
        How::Helm(chart) => helm::render(tree, item, chart, means),
        How::AsItIs | How::Plain => Ok((Rendered::default(), Vec::new())),
    };
    rendered.unwrap_or_else(|findings| (Rendered::default(), findings))
}

/// Files written out for a program.
struct Ground {
    workspace: Workspace,
    /// Their blob ids, by real path.
    blobs: BTreeMap<String, String>,
    /// What the result depends on.
    paths: Vec<String>,
    /// What was decrypted among them.
    known: Known,
    /// What is worth telling about them.
    notes: Vec<String>,
}

impl Ground {
    /// Writes them. Those that are decrypted go into memory, and so does all with them:
    /// programs look for files beside each other.
    fn lay(tree: &SourceTree<'_>, copy: Copy<'_, '_>, means: &Means) -> Result<Self, Vec<Diagnostic>> {
        let Read { decrypted, known, notes } = read(tree, &copy, means)?;
        let workspace = match decrypted.first_key_value() {
            None => Workspace::create().map_err(|error| vec![no_room(&error)])?,
            Some((file, _)) => match Workspace::create_in_memory() {
                Ok(Some(workspace)) => workspace,
                Ok(None) => return Err(vec![problem::no_memory(&tree.shown(file), None)]),
                Err(error) => return Err(vec![problem::no_memory(&tree.shown(file), Some(&error))]),
            },
        };
        let Written { blobs, paths } = copy.write(&workspace.tree(), &decrypted)?;
        let absent = tree.absent(&paths).map_err(|finding| vec![finding])?;
        if !absent.is_empty() {
            let told = absent.into_iter().map(|absent| match absent.why {
                WhyNotCheckedOut::Submodule => problem::submodule(&absent.path),
                WhyNotCheckedOut::Sparse => problem::sparse(&absent.path),
            });
            return Err(told.collect());
        }
        Ok(Self { workspace, blobs, paths, known, notes })
    }

    /// What the program made of them.
    fn rendered(self, manifests: Vec<Manifest>) -> Rendered {
        let holds_decrypted = !self.known.is_empty();
        Rendered { manifests, paths: self.paths, holds_decrypted, notes: self.notes }
    }

    /// One id for all that the objects are made of.
    fn digest(&self, how: &[String]) -> String {
        let files = self.blobs.iter().map(|(path, blob)| format!("{path}\0{blob}\n"));
        let text: String = files.chain(how.iter().map(|word| format!("{word}\n"))).collect();
        blob_id(text.as_bytes())
    }
}

/// The files that the program reads.
#[derive(Default)]
struct Read {
    /// Those that SOPS has encrypted, decrypted.
    decrypted: Contents,
    known: Known,
    /// What is to be said about the others.
    notes: Vec<String>,
}

fn read(tree: &SourceTree<'_>, copy: &Copy<'_, '_>, means: &Means) -> Result<Read, Vec<Diagnostic>> {
    let files = parallel::each_waiting(copy.files_read(), |real| {
        let bytes = copy.content(&real).unwrap_or_default();
        let opened = sops::opened(&tree.shown(&real), &bytes, means);
        (real, bytes, opened)
    });
    let (mut read, mut findings) = (Read::default(), Vec::new());
    let mut rules = sops::Unencrypted::in_tree(tree);
    for (real, sealed, opened) in files {
        match opened {
            Ok(Some((bytes, known))) => {
                read.decrypted.insert(real, bytes);
                read.known.extend(known);
            }
            Ok(None) => read.notes.extend(rules.note_of_file(&real, &sealed)),
            Err(finding) => findings.push(finding),
        }
    }
    if findings.is_empty() { Ok(read) } else { Err(findings) }
}

/// The folder that an item names, as a real path.
fn folder(tree: &SourceTree<'_>, copy: &mut Copy<'_, '_>, item: &Item) -> Result<String, Vec<Diagnostic>> {
    match copy.take("", &tree.enclosed(&item.path)) {
        Ok((real, Kind::Folder)) => Ok(real),
        Ok(_) => Err(vec![Diagnostic::new(format!(
            "{} isn't a folder, and only folders are rendered by programs",
            item.path
        ))]),
        Err(why) => Err(vec![unresolved(&item.path, why, None)]),
    }
}

/// The finding for a path that leads to nothing; `at` is where it's named.
fn unresolved(path: &str, why: Unresolved<'_>, at: Option<Location>) -> Diagnostic {
    let finding = match why {
        Unresolved::Missing { folder, name, place } => {
            let beside: Vec<String> =
                place.children().unwrap_or_default().into_iter().map(|(name, _)| name).collect();
            let meant = crate::error::did_you_mean(&name, beside.iter().map(String::as_str));
            let meant = meant.map(|meant| match path.strip_suffix(name.as_str()) {
                Some(before) => format!("{before}{meant}"),
                None => super::names::join(&folder, meant),
            });
            problem::missing(path, "", meant.as_deref())
        }
        Unresolved::Leaves => problem::leaves(path, None),
        Unresolved::Endless => problem::endless(path),
        Unresolved::Submodule(real) => problem::submodule(&real),
        Unresolved::Unreadable(why) => problem::unreadable(path, why),
    };
    match at {
        Some(at) => finding.at(at),
        None => finding,
    }
}
