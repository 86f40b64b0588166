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
//! submodule, an LFS pointer) is an error, never an empty set.
//!
//! Kustomizations and Helm charts are rendered by the programs that do
//! (`external`), which see a copy of the files and nothing else. Jsonnet is
//! evaluated here (`jsonnet`).
//!
//! What SOPS has encrypted is decrypted by its program, in memory (`sops`); where it
//! went is secret in every manifest.
//!
//! Never talks to a cluster, never writes into the work tree, runs programs only
//! through [`crate::tools`], and never puts a manifest's values into an error.

mod copy;
mod definitions;
mod duplicates;
mod external;
mod field_type;
mod hook_name;
mod jsonnet;
mod kept;
mod list;
mod live;
mod load;
mod metadata;
mod names;
mod object;
mod place;
mod plain;
mod problem;
mod resolve;
mod sops;
mod source;
mod substitute;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::error::{Diagnostic, Location};
use crate::object::{Encrypted, Manifest};
use crate::tools::{Keys, Tools};

pub use definitions::{definitions, no_definitions};
pub use duplicates::duplicates;
pub use external::{Chart, asks_about_cluster};
pub use jsonnet::Jsonnet;
pub use live::{LiveObject, live};
pub(crate) use plain::objects;
pub use sops::is_encrypted;
pub use source::{SourceFile, SourceTree};
pub use substitute::{Var, Vars};

/// How many objects all sources of an environment may hold: far more than an
/// etcd of the recommended size (8 GiB) serves well.
const MOST_OBJECTS: usize = 100_000;

/// What sources were rendered to.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Rendered {
    /// The objects, in the order of the items, then of the files by path, then
    /// as they stand in the file. No two are the same object (but after a
    /// [`survey`]).
    pub manifests: Vec<Manifest>,
    /// Every path that the result depends on, sorted: the items, and the links
    /// below them with what they lead to. What is dirty here isn't committed.
    pub paths: Vec<String>,
    /// Whether values of encrypted files went into it, which must not be kept.
    pub holds_decrypted: bool,
    /// What went into each item that is rendered; `None` for one whose files are read.
    pub provenance: Vec<Option<Provenance>>,
    /// What is worth telling, one line each.
    pub notes: Vec<String>,
}

/// What went into an item that is rendered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Provenance {
    /// Every path that it depends on, as in [`Rendered::paths`].
    pub paths: Vec<String>,
    /// Whether values of encrypted files did.
    pub holds_decrypted: bool,
}

/// A file or folder to read, and how it becomes manifests.
#[derive(Debug, Clone, PartialEq)]
pub struct Item {
    /// Its path in the tree.
    pub path: String,
    /// Where it's named, for errors.
    pub named_at: Option<Location>,
    /// How it becomes manifests.
    pub how: How,
    /// Whether variables are put into them.
    pub substitute: bool,
}

/// How an item becomes manifests.
#[derive(Debug, Clone, Default, PartialEq)]
pub enum How {
    /// As what it holds says: a folder with a kustomization or a chart isn't plain.
    #[default]
    AsItIs,
    /// Its files are the manifests.
    Plain,
    /// By kustomize.
    Kustomize {
        /// Whether pinned bases may be fetched from other repositories.
        may_fetch: bool,
    },
    /// By Helm.
    Helm(Chart),
    /// Evaluated as Jsonnet.
    Jsonnet(Jsonnet),
}

/// What rendering depends on beside the sources.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Means {
    /// The programs.
    pub tools: Tools,
    /// The namespace of objects that name none; `default` when absent.
    pub namespace: Option<String>,
    /// The version of the cluster that is rendered for, such as `v1.36.2`.
    pub kubernetes: Option<String>,
    /// What is put into sources that ask for it.
    pub vars: Vars,
    /// What decrypts.
    pub keys: Keys,
    /// What becomes of encrypted files.
    pub decryption: Decryption,
    /// What the cluster serves, such as `apps/v1` and `apps/v1/Deployment`; nothing
    /// where no cluster is asked.
    pub served: Vec<String>,
    /// The folder in which what programs print is kept from one run to the next; it
    /// isn't when absent.
    pub kept_in: Option<PathBuf>,
    /// Kinds of which something is sensitive beside what is so by itself, `None` for all:
    /// what has such objects in it isn't kept.
    pub sensitive: Vec<Option<String>>,
}

/// What becomes of encrypted files.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Decryption {
    /// They're decrypted.
    #[default]
    Usual,
    /// The same, but for an earlier commit: its keys may be gone.
    Earlier,
    /// Objects whose key isn't at hand stay as they are in the files: they're only looked at.
    IfPossible,
    /// Secrets stay as they are in the files, since live ones are kept. The rest is
    /// decrypted.
    KeepSecrets,
}

/// An item that nobody names in a file.
impl From<&str> for Item {
    fn from(path: &str) -> Self {
        Self { path: path.to_owned(), named_at: None, how: How::AsItIs, substitute: false }
    }
}

impl Item {
    /// Whether rendering it may bring something from elsewhere.
    pub fn may_fetch(&self) -> bool {
        match &self.how {
            How::Kustomize { may_fetch } => *may_fetch,
            How::Helm(chart) => chart.may_fetch,
            How::AsItIs | How::Plain | How::Jsonnet(_) => false,
        }
    }

    /// The variables that are put into its manifests, if any are.
    fn vars<'m>(&self, means: &'m Means) -> Option<&'m Vars> {
        self.substitute.then_some(&means.vars)
    }

    /// A finding about it as a whole stands where it's named.
    fn blamed(&self, finding: Diagnostic) -> Diagnostic {
        let location = finding.location.clone().or_else(|| self.named_at.clone());
        Diagnostic { location, ..finding }
    }
}

/// Reads the manifests of these items: paths of files and folders in the
/// tree. A file that several items mean is read once.
///
/// Errors with everything that is wrong, in the order of the files: whatever
/// can't be read, isn't an object, or is the same object twice.
pub fn render(tree: &SourceTree<'_>, items: &[Item], means: &Means) -> Result<Rendered, Vec<Diagnostic>> {
    let (rendered, mut findings) = survey(tree, items, means);
    findings.extend(duplicates(&rendered.manifests));
    if findings.is_empty() { Ok(rendered) } else { Err(findings) }
}

/// The same, but what can be read beside everything that can't: for who looks
/// at manifests without deploying them. Says nothing about [`duplicates`].
pub fn survey(tree: &SourceTree<'_>, items: &[Item], means: &Means) -> (Rendered, Vec<Diagnostic>) {
    let mut findings = Vec::new();
    let mut manifests = Vec::new();
    let mut paths = BTreeSet::new();
    let mut known = BTreeSet::new();
    let (mut holds_decrypted, mut provenance, mut notes) = (false, Vec::new(), Vec::new());
    for (number, (item, rendered)) in (0..).zip(items.iter().zip(external::render(tree, items, means))) {
        let before = manifests.len();
        match rendered {
            None => {
                plain_item(tree, item, means, &mut known, &mut paths, &mut manifests, &mut findings);
                provenance.push(None);
            }
            Some((part, wrong)) => {
                if part.manifests.is_empty() && wrong.is_empty() {
                    findings.push(item.blamed(problem::nothing_rendered(&item.path)));
                }
                holds_decrypted |= part.holds_decrypted;
                notes.extend(part.notes);
                paths.extend(part.paths.iter().cloned());
                let holds_decrypted = part.holds_decrypted;
                provenance.push(Some(Provenance { paths: part.paths, holds_decrypted }));
                manifests.extend(part.manifests);
                findings.extend(wrong.into_iter().map(|finding| item.blamed(finding)));
            }
        }
        for manifest in &mut manifests[before..] {
            manifest.source.given_by = number;
        }
    }
    if manifests.len() > MOST_OBJECTS {
        findings.push(problem::too_many(MOST_OBJECTS));
    }
    holds_decrypted |= manifests.iter().any(|manifest| manifest.source.encrypted == Encrypted::Decrypted);
    notes.extend(unencrypted(tree, &manifests));
    let paths = paths.into_iter().collect();
    (Rendered { manifests, paths, holds_decrypted, provenance, notes }, findings)
}

/// What is to be said where any of these objects is another one each time it's rendered:
/// Helm draws passwords in each upgrade anew, too, but there nobody expects a plan to be
/// empty.
pub fn unsteady<'a>(manifests: impl IntoIterator<Item = &'a Manifest>) -> Option<String> {
    let sources = manifests.into_iter().map(|manifest| &manifest.source);
    let files: BTreeSet<&str> =
        sources.filter(|source| source.is_unsteady).map(|source| &*source.path).collect();
    let files = files.into_iter().collect::<Vec<_>>().join(", ");
    (!files.is_empty()).then(|| {
        format!(
            "warning: {files}: what this makes is something else each time, so that each apply changes it: \
             give the chart the passwords, certificates or times that it makes up"
        )
    })
}

/// What an object holds that was never decrypted, and would be deployed like that.
fn ciphertext(manifest: &Manifest) -> Option<String> {
    let is_forgotten =
        manifest.source.encrypted == Encrypted::Nothing && sops::holds_ciphertext(&manifest.body);
    is_forgotten.then(|| {
        format!(
            "warning: {}: {} holds what SOPS has encrypted and nothing decrypts: a file that has lost its `sops` \
             part, or one that is read from within a template",
            manifest.source.location(),
            manifest.id
        )
    })
}

/// What isn't encrypted though somebody wanted it to be, or still is, once a file.
fn unencrypted(tree: &SourceTree<'_>, manifests: &[Manifest]) -> Vec<String> {
    let mut rules = sops::Unencrypted::in_tree(tree);
    let mut told = BTreeSet::new();
    let mut notes = Vec::new();
    for manifest in manifests {
        if !told.contains(&manifest.source.path)
            && let Some(note) = ciphertext(manifest).or_else(|| rules.note(manifest))
        {
            told.insert(manifest.source.path.clone());
            notes.push(note);
        }
    }
    notes
}

/// Reads the files of an item; those that are known are passed over.
fn plain_item(
    tree: &SourceTree<'_>,
    item: &Item,
    means: &Means,
    known: &mut BTreeSet<String>,
    paths: &mut BTreeSet<String>,
    manifests: &mut Vec<Manifest>,
    findings: &mut Vec<Diagnostic>,
) {
    let listing = match tree.list(&item.path) {
        Ok(listing) => listing,
        Err(found) => {
            findings.extend(found.into_iter().map(|finding| item.blamed(finding)));
            return;
        }
    };
    paths.extend(listing.paths);
    let is_listed_twice = listing.files.iter().any(|file| known.contains(&file.path));
    let is_a_file = matches!(listing.files.as_slice(), [file] if file.is_named);
    let new = listing.files.into_iter().filter(|file| known.insert(file.path.clone())).collect();
    let (found, wrong) = plain::render(new, item.vars(means), means);
    if found.is_empty() && wrong.is_empty() && !is_listed_twice {
        let nothing = if is_a_file { tree.nothing_in(&item.path) } else { tree.nothing_under(&item.path) };
        findings.push(item.blamed(nothing));
    }
    manifests.extend(found);
    findings.extend(wrong);
}
