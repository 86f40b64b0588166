//! What the work tree has that no commit has, and what a commit has that the
//! work tree hasn't.

use std::collections::BTreeSet;

use gix::bstr::{BString, ByteSlice};
use gix::index::entry::{Flags, Mode};
use gix::status::{Submodule, UntrackedFiles};
use gix::worktree::IndexPersistedOrInMemory;

use super::repository::damaged;
use super::tree::{is_below, tree_path};
use super::{GitError, Repository};

/// A path of the index whose files aren't in the work tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotCheckedOut {
    /// The file or the submodule, from the root.
    pub path: String,
    /// Why it's missing.
    pub why: WhyNotCheckedOut,
}

/// Why files of the index aren't in the work tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WhyNotCheckedOut {
    /// A sparse checkout leaves it out.
    Sparse,
    /// It belongs to a submodule (checked out or not): a repository of its own.
    Submodule,
}

impl Repository {
    /// The files at or below these paths that differ from the checked-out
    /// commit: modified, staged, deleted, or untracked and not ignored. Paths
    /// go from the root, both ways; the result is sorted. `""` and `"."` mean
    /// everything; no paths at all, or a bare repository, mean nothing.
    pub fn is_dirty<P: AsRef<str>>(&self, paths: &[P]) -> Result<Vec<String>, GitError> {
        let unreadable = |error: gix::Error| damaged("the state of the work tree", &error);
        let patterns: Vec<BString> = paths.iter().filter_map(|path| pattern(path.as_ref())).collect();
        if self.is_bare() || patterns.is_empty() {
            return Ok(Vec::new());
        }
        let repository = self.local();
        let status = repository.status(gix::progress::Discard).map_err(unreadable)?;
        let changes = status
            .index(whole_index(&repository).map_err(unreadable)?)
            .untracked_files(UntrackedFiles::Files)
            .tree_index_track_renames(gix::status::tree_index::TrackRenames::Disabled)
            .index_worktree_submodules(Submodule::Given {
                ignore: gix::submodule::config::Ignore::Dirty,
                check_dirty: true,
            })
            .into_iter(patterns)
            .map_err(unreadable)?;
        let mut dirty = BTreeSet::new();
        for change in changes {
            let change = change.map_err(unreadable)?;
            dirty.insert(change.location().trim_end_with(|c| c == '/').to_str_lossy().into_owned());
        }
        Ok(dirty.into_iter().collect())
    }

    /// What the index has at or below these paths that isn't in the work tree
    /// as files, and the submodule that a path is in. Whoever reads the work
    /// tree would otherwise take them for deleted. Submodules are named even
    /// when they are checked out.
    pub fn not_checked_out<P: AsRef<str>>(&self, paths: &[P]) -> Result<Vec<NotCheckedOut>, GitError> {
        let Some(root) = self.root() else { return Ok(Vec::new()) };
        let paths: Vec<String> = paths.iter().filter_map(|path| tree_path(path.as_ref())).collect();
        let index = whole_index(&self.local()).map_err(|error| damaged("the index", &error))?;
        let mut missing = Vec::new();
        for entry in index.entries() {
            if entry.mode != Mode::COMMIT && !entry.flags.contains(Flags::SKIP_WORKTREE) {
                continue;
            }
            let path = entry.path(&index).to_str_lossy();
            let is_wanted = |wanted: &String| is_below(&path, wanted);
            let why = if entry.mode == Mode::COMMIT {
                WhyNotCheckedOut::Submodule
            } else if entry.flags.contains(Flags::SKIP_WORKTREE)
                && root.join(&*path).symlink_metadata().is_err()
            {
                WhyNotCheckedOut::Sparse
            } else {
                continue;
            };
            let holds = |wanted: &String| why == WhyNotCheckedOut::Submodule && is_below(wanted, &path);
            if paths.iter().any(|wanted| is_wanted(wanted) || holds(wanted)) {
                missing.push(NotCheckedOut { path: path.into_owned(), why });
            }
        }
        Ok(missing)
    }
}

/// The index with the files of each folder that a sparse index has in their
/// stead: nothing else can compare it.
fn whole_index(repository: &gix::Repository) -> gix::Result<IndexPersistedOrInMemory> {
    let sparse = repository.index_or_empty()?;
    if !sparse.is_sparse() {
        return Ok(IndexPersistedOrInMemory::Persisted(sparse));
    }
    let mut whole = gix::index::State::new(repository.object_hash());
    for entry in sparse.entries() {
        let path = entry.path(&sparse);
        if entry.mode != Mode::DIR {
            whole.dangerously_push_entry(entry.stat, entry.id, entry.flags, entry.mode, path);
            continue;
        }
        let below = repository.find_tree(entry.id)?.traverse().breadthfirst.files()?;
        for file in below.iter().filter(|file| !file.mode.is_tree()) {
            let path = [path.as_bytes(), &file.filepath].concat();
            let (stat, mode) = (gix::index::entry::Stat::default(), Mode::from(file.mode));
            whole.dangerously_push_entry(stat, file.oid, Flags::SKIP_WORKTREE, mode, path.as_bstr());
        }
    }
    whole.sort_entries();
    Ok(IndexPersistedOrInMemory::InMemory(gix::index::File::from_state(whole, repository.index_path())))
}

/// A path from the root as a pathspec that takes every character literally.
fn pattern(path: &str) -> Option<BString> {
    tree_path(path).map(|path| BString::from(format!(":(top,literal){path}")))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    fn dirty(fixture: &Fixture, paths: &[&str]) -> Vec<String> {
        fixture.repository().is_dirty(paths).expect("readable")
    }

    #[test]
    fn every_kind_of_change_is_found_and_ignored_files_are_not() {
        let fixture = Fixture::new();
        for name in ["modified", "staged", "deleted", "removed", "clean", "mode", "renamed"] {
            fixture.write(&format!("deploy/{name}.yaml"), &format!("name: {name}\n"));
        }
        fixture.write(".gitignore", "*.tmp\n");
        fixture.commit_all("Start");
        fixture.write("deploy/modified.yaml", "x: 1\n");
        fixture.write("deploy/staged.yaml", "x: 1\n");
        fixture.write("deploy/added.yaml", "x: 1\n");
        fixture.git(&["add", "deploy/staged.yaml", "deploy/added.yaml"]);
        fixture.git(&["rm", "--quiet", "deploy/removed.yaml"]);
        fixture.git(&["mv", "deploy/renamed.yaml", "deploy/new-name.yaml"]);
        std::fs::remove_file(fixture.path().join("deploy/deleted.yaml")).expect("removed");
        fixture.git(&["update-index", "--chmod=+x", "deploy/mode.yaml"]);
        fixture.write("deploy/new folder/ünicode.yaml", "x: 1\n");
        fixture.write("deploy/ignored.tmp", "x: 1\n");
        fixture.write("deploy/intended.yaml", "x: 1\n");
        fixture.git(&["add", "--intent-to-add", "deploy/intended.yaml"]);
        assert_eq!(
            dirty(&fixture, &["deploy"]),
            [
                "deploy/added.yaml",
                "deploy/deleted.yaml",
                "deploy/intended.yaml",
                "deploy/mode.yaml",
                "deploy/modified.yaml",
                "deploy/new folder/ünicode.yaml",
                "deploy/new-name.yaml",
                "deploy/removed.yaml",
                "deploy/renamed.yaml",
                "deploy/staged.yaml",
            ]
        );
    }

    #[test]
    fn only_the_given_paths_count_and_no_character_is_special() {
        let fixture = Fixture::new();
        for path in ["a/x.yaml", "ab/x.yaml", "[a]/x.yaml", "*/x.yaml", "b/x.yaml"] {
            fixture.write(path, "x: 1\n");
        }
        fixture.commit_all("Start");
        for path in ["a/x.yaml", "ab/x.yaml", "[a]/x.yaml", "*/x.yaml"] {
            fixture.write(path, "x: 2\n");
        }
        assert_eq!(dirty(&fixture, &["a"]), ["a/x.yaml"]);
        assert_eq!(dirty(&fixture, &["./a/"]), ["a/x.yaml"]);
        assert_eq!(dirty(&fixture, &["[a]", "b"]), ["[a]/x.yaml"]);
        assert_eq!(dirty(&fixture, &["*"]), ["*/x.yaml"]);
        assert_eq!(dirty(&fixture, &["ab/x.yaml"]), ["ab/x.yaml"]);
        assert_eq!(dirty(&fixture, &["b", "missing"]), Vec::<String>::new());
        assert_eq!(dirty(&fixture, &[]), Vec::<String>::new());
        assert_eq!(dirty(&fixture, &["."]).len(), 4);
        assert_eq!(dirty(&fixture, &[""]).len(), 4);
    }

    #[test]
    fn a_conflict_is_dirty() {
        let fixture = Fixture::new();
        fixture.commit("a.yaml", "a: 1\n");
        fixture.git(&["checkout", "--quiet", "-b", "side"]);
        fixture.commit("a.yaml", "a: 2\n");
        fixture.git(&["checkout", "--quiet", "main"]);
        fixture.commit("a.yaml", "a: 3\n");
        fixture.git(&["read-tree", "-m", "main~1", "main", "side"]);
        assert_eq!(dirty(&fixture, &["."]), ["a.yaml"]);
    }

    #[test]
    fn a_split_index_is_read_whole() {
        let fixture = Fixture::new();
        fixture.write("a.yaml", "a: 1\n");
        fixture.commit("b.yaml", "b: 1\n");
        fixture.git(&["update-index", "--split-index"]);
        assert_eq!(dirty(&fixture, &["."]), Vec::<String>::new());
        fixture.write("c.yaml", "c: 1\n");
        fixture.git(&["add", "c.yaml"]);
        assert_eq!(dirty(&fixture, &["."]), ["c.yaml"]);
    }

    #[test]
    fn before_the_first_commit_everything_is_dirty() {
        let fixture = Fixture::new();
        fixture.write("a.yaml", "a: 1\n");
        fixture.write("b.yaml", "b: 1\n");
        fixture.git(&["add", "a.yaml"]);
        assert_eq!(dirty(&fixture, &["."]), ["a.yaml", "b.yaml"]);
    }

    #[test]
    fn a_touched_file_with_the_same_content_is_clean() {
        let fixture = Fixture::new();
        fixture.commit("a.yaml", "a: 1\n");
        let file = std::fs::File::options().write(true).open(fixture.path().join("a.yaml")).expect("opens");
        file.set_modified(std::time::SystemTime::UNIX_EPOCH).expect("touched");
        assert_eq!(dirty(&fixture, &["."]), Vec::<String>::new());
    }

    #[test]
    fn line_endings_that_git_converts_are_no_change() {
        let fixture = Fixture::new();
        fixture.write(".gitattributes", "*.yaml text eol=crlf\n");
        fixture.commit("a.yaml", "a: 1\r\n");
        assert_eq!(fixture.git(&["cat-file", "-s", "HEAD:a.yaml"]), "5");
        fixture.write("a.yaml", "a: 1\n");
        fixture.write("a.yaml", "a: 1\r\n");
        assert_eq!(dirty(&fixture, &["."]), Vec::<String>::new());
    }

    #[test]
    fn submodules_are_named_and_their_new_commits_are_changes() {
        let (module, fixture) = (Fixture::new(), Fixture::new());
        module.commit("a.yaml", "a: 1\n");
        let url = format!("file://{}", module.path().display());
        fixture.git(&["submodule", "--quiet", "add", &url, "deploy/module"]);
        fixture.commit_all("Add a submodule");
        let repository = fixture.repository();
        let named = NotCheckedOut { path: "deploy/module".to_owned(), why: WhyNotCheckedOut::Submodule };
        assert_eq!(repository.not_checked_out(&["deploy"]), Ok(vec![named.clone()]));
        assert_eq!(repository.not_checked_out(&["deploy/module/a.yaml"]), Ok(vec![named]));
        assert_eq!(repository.not_checked_out(&["other"]), Ok(Vec::new()));
        assert_eq!(dirty(&fixture, &["deploy"]), Vec::<String>::new());
        fixture.git_in(&fixture.path().join("deploy/module"), &["commit", "--allow-empty", "-m", "More"]);
        assert_eq!(dirty(&fixture, &["deploy"]), ["deploy/module"]);
    }

    #[test]
    fn files_that_a_sparse_checkout_leaves_out_are_named_and_not_dirty() {
        let fixture = Fixture::new();
        fixture.write("deploy/prod/web.yaml", "a: 1\n");
        fixture.write("deploy/dev/web.yaml", "a: 1\n");
        fixture.commit_all("Start");
        for sparse_index in ["--no-sparse-index", "--sparse-index"] {
            fixture.git(&["sparse-checkout", "set", "--cone", sparse_index, "deploy/dev"]);
            let repository = fixture.repository();
            let left_out = repository.not_checked_out(&["deploy/prod"]).expect("readable");
            let path = "deploy/prod/web.yaml".to_owned();
            assert_eq!(left_out, [NotCheckedOut { path, why: WhyNotCheckedOut::Sparse }]);
            assert_eq!(repository.not_checked_out(&["deploy/dev"]), Ok(Vec::new()));
            assert_eq!(dirty(&fixture, &["."]), Vec::<String>::new());
        }
    }
}
