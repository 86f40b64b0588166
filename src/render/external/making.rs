//! From files to what a program prints: run now, or kept from an earlier run over the
//! very same.

use std::ffi::OsString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;
use std::sync::OnceLock;

use super::super::kept::{Kept, Key};
use super::super::names::Renderer;
use super::super::sops::{self, Closed, Known};
use super::super::{Means, Rendered, SourceTree, problem};
use super::{Contents, Copy, Inputs, Program, no_room};
use crate::error::Diagnostic;
use crate::git::{WhyNotCheckedOut, blob_id};
use crate::object::Manifest;
use crate::parallel;
use crate::tools::Workspace;

/// What all items have in common.
pub(super) struct Shop<'a> {
    pub(super) means: &'a Means,
    kept: Option<Kept>,
    kustomize: OnceLock<Result<Program, Diagnostic>>,
    helm: OnceLock<Result<Program, Diagnostic>>,
}

impl<'a> Shop<'a> {
    pub(super) fn new(means: &'a Means) -> Self {
        let kept = means.kept_in.as_deref().and_then(Kept::open);
        Self { means, kept, kustomize: OnceLock::new(), helm: OnceLock::new() }
    }

    /// The program that is wanted, looked for once.
    pub(super) fn program(&self, renderer: Renderer) -> Result<&Program, Vec<Diagnostic>> {
        let place = match renderer {
            Renderer::Kustomize => &self.kustomize,
            Renderer::Helm => &self.helm,
        };
        let found = place.get_or_init(|| Program::wanted(renderer, self.means, self.kept.as_ref()));
        found.as_ref().map_err(|finding| vec![finding.clone()])
    }

    /// Names what a program makes of files. `None` where that isn't kept. `PATH`, the only
    /// variable of the user's that it sees, isn't in it: what fetches nothing starts nothing.
    fn key(&self, wish: &Wish<'_>, inputs: &Inputs) -> Option<Key> {
        if !wish.may_be_kept {
            return None;
        }
        self.kept.as_ref()?;
        let key = Key::new("output").with(wish.program.identity()?);
        let key = wish.arguments.iter().fold(key, |key, argument| key.with(argument.as_bytes()));
        let key = wish.beside.iter().fold(key.with("beside"), Key::with);
        Some(inputs.name(key))
    }
}

/// What is wanted of a program.
pub(super) struct Wish<'a> {
    pub(super) program: &'a Program,
    pub(super) arguments: &'a [OsString],
    /// What makes a difference beside the files and the arguments.
    pub(super) beside: &'a [&'a str],
    /// Whether nothing else goes into it: nothing that is fetched, nothing that was
    /// decrypted.
    pub(super) may_be_kept: bool,
}

/// What a program printed.
pub(super) struct Made<'a> {
    pub(super) bytes: Vec<u8>,
    pub(super) inputs: Inputs,
    /// What was decrypted for it, as far as it can be found again.
    pub(super) known: Known,
    /// Whether anything was.
    pub(super) holds_decrypted: bool,
    /// What is worth telling about the files.
    pub(super) notes: Vec<String>,
    /// Where it goes, if it's new and may be kept.
    pub(super) keep: Option<(&'a Kept, Key)>,
}

/// What was made, as it goes on.
pub(super) fn rendered(
    manifests: Vec<Manifest>,
    inputs: Inputs,
    holds_decrypted: bool,
    notes: Vec<String>,
) -> Rendered {
    Rendered { manifests, paths: inputs.paths, holds_decrypted, provenance: Vec::new(), notes }
}

/// What a program makes of the files: as it was kept, or as `make` gets it, which says
/// whether another run over the same files would make the same.
pub(super) fn made<'a>(
    shop: &'a Shop<'_>,
    tree: &SourceTree<'_>,
    copy: &Copy<'_, '_>,
    wish: &Wish<'_>,
    make: impl FnOnce(&Ground) -> Result<(Vec<u8>, bool), Vec<Diagnostic>>,
) -> Result<Made<'a>, Vec<Diagnostic>> {
    let read = read(tree, copy, shop.means)?;
    // What was decrypted isn't kept, wherever it goes.
    let holds_decrypted = !read.decrypted.is_empty();
    let may_be_kept = wish.may_be_kept && !holds_decrypted;
    if shop.kept.is_some() && may_be_kept {
        let inputs = copy.inputs()?;
        complete(tree, &inputs.paths)?;
        let known = shop.key(wish, &inputs).and_then(|key| shop.kept.as_ref()?.get(&key));
        if let Some(bytes) = known {
            let Read { known, notes, .. } = read;
            return Ok(Made { bytes, inputs, known, holds_decrypted, notes, keep: None });
        }
    }
    let ground = Ground::lay(tree, copy, read)?;
    let (bytes, is_certain) = make(&ground)?;
    // A file may have changed since it was looked at: this is what the program saw.
    let key = shop.key(wish, &ground.inputs);
    let key = key.filter(|_| may_be_kept && is_certain && !ground.is_named_in(&bytes));
    let keep = shop.kept.as_ref().zip(key);
    let Ground { inputs, known, notes, .. } = ground;
    Ok(Made { bytes, inputs, known, holds_decrypted, notes, keep })
}

/// Files written out for a program.
pub(super) struct Ground {
    pub(super) workspace: Workspace,
    pub(super) inputs: Inputs,
    /// What was decrypted among them.
    pub(super) known: Known,
    /// What is worth telling about them.
    notes: Vec<String>,
}

impl Ground {
    /// Writes them. Those that are decrypted go into memory, and so does all with them:
    /// programs look for files beside each other.
    fn lay(tree: &SourceTree<'_>, copy: &Copy<'_, '_>, read: Read) -> Result<Self, Vec<Diagnostic>> {
        let Read { decrypted, known, notes } = read;
        let workspace = match decrypted.first_key_value() {
            None => Workspace::create().map_err(|error| vec![no_room(&error)])?,
            Some((file, _)) => match Workspace::create_in_memory() {
                Ok(Some(workspace)) => workspace,
                Ok(None) => return Err(vec![problem::no_memory(&tree.shown(file), None)]),
                Err(error) => return Err(vec![problem::no_memory(&tree.shown(file), Some(&error))]),
            },
        };
        let inputs = copy.write(&workspace.tree(), &decrypted)?;
        complete(tree, &inputs.paths)?;
        Ok(Self { workspace, inputs, known, notes })
    }

    /// Whether the folder, which is another each time, is in a text.
    fn is_named_in(&self, bytes: &[u8]) -> bool {
        let tree = self.workspace.tree();
        let folder = tree.parent().and_then(Path::file_name).unwrap_or_default().as_bytes();
        bytes.windows(folder.len().max(1)).any(|part| part == folder)
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
    let (mut read, mut findings) = (Read::default(), Vec::new());
    let mut rules = sops::Unencrypted::in_tree(tree);
    let mut sealed = Vec::new();
    for real in copy.files_read() {
        let bytes = copy.content(&real).unwrap_or_default();
        match Closed::of(&real, &bytes) {
            Some(closed) => sealed.push((real, closed)),
            None => read.notes.extend(rules.note_of_file(&real, &bytes)),
        }
    }
    // Each waits for a program.
    let opened = parallel::each_waiting(sealed, |(real, closed)| {
        let opened = closed.open(&tree.shown(&real), means);
        (real, opened)
    });
    for (real, opened) in opened {
        match opened {
            Ok(Some((bytes, known))) => {
                read.decrypted.insert(real, bytes);
                read.known.extend(known);
            }
            // It stays as it is.
            Ok(None) => {}
            Err(finding) => findings.push(finding),
        }
    }
    if findings.is_empty() { Ok(read) } else { Err(findings) }
}

/// Errors where the work tree lacks something of what the index has there.
pub(in crate::render) fn complete(tree: &SourceTree<'_>, paths: &[String]) -> Result<(), Vec<Diagnostic>> {
    let absent = tree.absent(paths).map_err(|finding| vec![finding])?;
    if absent.is_empty() {
        return Ok(());
    }
    let told = absent.into_iter().map(|absent| match absent.why {
        WhyNotCheckedOut::Submodule => problem::submodule(&absent.path),
        WhyNotCheckedOut::Sparse => problem::sparse(&absent.path),
    });
    Err(told.collect())
}

/// Everything that is wrong with the files; `None` where nothing is.
pub(super) fn wrong(tree: &SourceTree<'_>, copy: &Copy<'_, '_>) -> Option<Vec<Diagnostic>> {
    copy.inputs().and_then(|inputs| complete(tree, &inputs.paths)).err()
}

/// One id for all that objects are made of.
pub(super) fn digest(inputs: &Inputs, how: &[String]) -> String {
    let files = inputs.blobs.iter().map(|(path, blob)| format!("{path}\0{blob}\n"));
    let text: String = files.chain(how.iter().map(|word| format!("{word}\n"))).collect();
    blob_id(text.as_bytes())
}
