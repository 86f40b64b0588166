//! What is rendered rather than read: folders by programs (kustomizations and Helm
//! charts), and Jsonnet.
//!
//! A program gets a copy of the files that it needs, from the work tree or out
//! of a commit, in a private folder; what it prints is read as manifests, each
//! with the file that it was made of as far as the program says. Items are
//! rendered at the same time, and come in their order.

mod archive;
mod brought;
mod complaint;
mod helm;
mod kustomize;
mod lookup;
pub(super) mod making;
pub(super) mod output;
mod printed;
mod program;
mod random;
mod templates;

use super::copy::{Contents, Copy, Inputs, no_room};
use super::names::{Renderer, renderer_of};
use super::place::Kind;
use super::resolve::Unresolved;
use super::{How, Item, Jsonnet, Means, Rendered, SourceTree, problem};
use crate::error::{Diagnostic, Location};
use crate::parallel;
pub use helm::Chart;
use making::{Shop, Wish};
use program::Program;

/// What an item was rendered to, and everything that is wrong.
type Part = (Rendered, Vec<Diagnostic>);

/// So many items are rendered at once at least: a program may wait for something.
const AT_ONCE: usize = 4;

/// Each item as a program renders it; `None` where its files are the manifests.
pub(super) fn render(tree: &SourceTree<'_>, items: &[Item], means: &Means) -> Vec<Option<Part>> {
    let jobs: Vec<(&Item, Option<How>)> = items.iter().map(|item| (item, how(tree, item))).collect();
    let shop = Shop::new(means);
    parallel::each_of_few(jobs, parallel::cores().max(AT_ONCE), |(item, how)| {
        how.map(|how| one(tree, item, &how, &shop))
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
        How::AsItIs if item.path.ends_with(".jsonnet") => Some(How::Jsonnet(Jsonnet::default())),
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

fn one(tree: &SourceTree<'_>, item: &Item, how: &How, shop: &Shop<'_>) -> Part {
    let rendered = match how {
        How::Kustomize { may_fetch } => kustomize::render(tree, item, *may_fetch, shop),
        How::Helm(chart) => helm::render(tree, item, chart, shop),
        How::Jsonnet(jsonnet) => super::jsonnet::render(tree, item, jsonnet, shop.means),
        How::AsItIs | How::Plain => Ok((Rendered::default(), Vec::new())),
    };
    rendered.unwrap_or_else(|findings| (Rendered::default(), findings))
}

/// The folder that an item names, as a real path.
fn folder(tree: &SourceTree<'_>, copy: &mut Copy<'_, '_>, item: &Item) -> Result<String, Vec<Diagnostic>> {
    match copy.take("", &tree.enclosed(&item.path)) {
        Ok((real, Kind::Folder)) => Ok(real),
        Ok(_) => Err(vec![Diagnostic::new(format!(
            "{} isn't a folder, and only folders are rendered by programs",
            item.path
        ))]),
        Err(why) => {
            let absent = tree.absent(std::slice::from_ref(&item.path)).map_err(|finding| vec![finding])?;
            // The whole folder may be what the checkout leaves out.
            let is_left_out = matches!(why, Unresolved::Missing { .. }) && !absent.is_empty();
            Err(vec![if is_left_out {
                problem::sparse(&item.path)
            } else {
                unresolved(&item.path, why, None)
            }])
        }
    }
}

/// The finding for a path that leads to nothing; `at` is where it's named.
pub(super) fn unresolved(path: &str, why: Unresolved<'_>, at: Option<Location>) -> Diagnostic {
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
