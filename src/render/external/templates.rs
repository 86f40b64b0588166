//! The templates of a chart, of those that it brings along, and of those that were
//! fetched for it; and what is to be known of them before they are rendered.

use super::super::SourceTree;
use super::super::names::join;
use super::archive::{self, is_archive, is_template};
use super::making::Ground;
use super::{Copy, lookup};
use crate::error::{Diagnostic, Location};

/// Where a template that is rendered asks the cluster.
pub(super) struct LookedUp {
    /// The template, or the archive that it's in. A real path.
    file: String,
    /// The template in the archive.
    inside: Option<String>,
    line: u32,
}

/// The charts, in archives, that were fetched just now, by their paths.
pub(super) fn fetched(ground: &Ground, root: &str) -> Vec<(String, Vec<u8>)> {
    let charts = join(root, "charts");
    let files = std::fs::read_dir(ground.workspace.tree().join(&charts)).into_iter().flatten().flatten();
    let archives = files.map(|file| (join(&charts, &file.file_name().to_string_lossy()), file.path()));
    let archives = archives.filter(|(path, _)| is_archive(path));
    archives.map(|(path, file)| (path, std::fs::read(file).unwrap_or_default())).collect()
}

/// Templates by their paths, which go on within archives.
#[derive(Default)]
pub(super) struct Templates {
    all: Vec<(String, String)>,
    archives: Vec<String>,
}

impl Templates {
    /// Those of charts in archives.
    pub(super) fn fetched(archives: &[(String, Vec<u8>)]) -> Self {
        let mut templates = Self::default();
        archives.iter().for_each(|(path, bytes)| templates.add_archive(path, bytes));
        templates
    }

    /// Those of a chart, of those that it brings along, and of those that were fetched.
    pub(super) fn of(copy: &Copy<'_, '_>, root: &str, fetched: &[(String, Vec<u8>)]) -> Self {
        let mut templates = Self::fetched(fetched);
        for path in copy.files_below(root) {
            if is_archive(path) {
                templates.add_archive(path, &copy.content(path).unwrap_or_default());
            } else if is_template(path) {
                let text = copy.content(path).and_then(|bytes| String::from_utf8(bytes).ok());
                templates.all.extend(text.map(|text| (path.to_owned(), text)));
            }
        }
        templates
    }

    fn add_archive(&mut self, path: &str, bytes: &[u8]) {
        let inside = archive::templates(bytes).into_iter();
        self.all.extend(inside.map(|(inner, text)| (join(path, &inner), text)));
        self.archives.push(path.to_owned());
    }

    /// Whether any asks what the cluster serves.
    pub(super) fn ask_what_is_served(&self) -> bool {
        self.all.iter().any(|(_, text)| text.contains("APIVersions"))
    }

    /// The first place where something is looked up.
    pub(super) fn looked_up(self) -> Option<LookedUp> {
        let Self { all, archives } = self;
        let (path, line) = lookup::find(all.iter().map(|(path, text)| (path.as_str(), text.clone())))?;
        let archive = archives.into_iter().find(|archive| path.starts_with(&format!("{archive}/")));
        Some(match archive {
            Some(file) => LookedUp { inside: Some(path[file.len() + 1..].to_owned()), file, line },
            None => LookedUp { file: path, inside: None, line },
        })
    }
}

impl LookedUp {
    /// Why the chart isn't rendered.
    pub(super) fn refused(&self, tree: &SourceTree<'_>) -> Diagnostic {
        let Self { file, inside, line } = self;
        let file = Location::file(tree.shown(file));
        let (at, inside) = match inside {
            None => (Location { line: Some(*line), ..file }, None),
            Some(inside) => (file, Some(format!("it's at {inside}:{line} in the archive"))),
        };
        let finding = Diagnostic::new("this chart looks objects up in the cluster while it's rendered")
            .at(at)
            .because("`lookup` finds nothing where a commit is rendered, so that passwords made with it would change in every run")
            .hint("give the chart the value that it looks for, or render it as on a first install with `lookup: empty`");
        inside.into_iter().fold(finding, Diagnostic::because)
    }
}
