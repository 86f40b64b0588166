//! Files as a commit has them, out of the object database. The work tree is
//! never touched.

use std::sync::OnceLock;

use gix::objs::tree::EntryKind;

use super::repository::damaged;
use super::{CommitId, GitError, Repository};
use crate::parallel;

/// So many blobs make another thread worth its while.
const BLOBS_A_THREAD: usize = 64;

/// What an entry of a commit's tree is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TreeKind {
    /// A file, executable or not.
    File,
    /// A symbolic link; its bytes are the path that it points to.
    Symlink,
    /// A commit of another repository.
    Submodule,
    /// A folder.
    Folder,
}

/// An entry of a commit's tree, not read yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TreeEntry {
    /// Its path from the root, with `/` between names.
    pub path: String,
    /// What it is.
    pub kind: TreeKind,
    id: gix::ObjectId,
}

impl TreeEntry {
    pub(super) fn file(path: String, id: gix::ObjectId) -> Self {
        Self { path, kind: TreeKind::File, id }
    }

    /// The id of what it holds (for files the Git blob id), in hex.
    pub fn blob(&self) -> String {
        self.id.to_string()
    }
}

/// A file of a commit, read.
#[derive(Clone, PartialEq, Eq)]
pub struct TreeFile {
    /// Its path from the root, with `/` between names.
    pub path: String,
    /// What it is; never [`TreeKind::Folder`].
    pub kind: TreeKind,
    /// Its content; a symbolic link's target; nothing for a submodule.
    pub bytes: Vec<u8>,
    /// The Git blob id in hex; a submodule's commit.
    pub blob: String,
}

/// Leaves the content out: it may be secret.
impl std::fmt::Debug for TreeFile {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { path, kind, blob, .. } = self;
        f.debug_struct("TreeFile")
            .field("path", path)
            .field("kind", kind)
            .field("blob", blob)
            .finish_non_exhaustive()
    }
}

impl Repository {
    /// Whether a commit has a file or folder at this path.
    pub fn exists(&self, commit: &CommitId, path: &str) -> Result<bool, GitError> {
        Ok(self.entry(commit, path)?.is_some())
    }

    /// The file of a commit, or all files below a folder, sorted by path.
    /// Empty when the commit has nothing there. Links aren't followed.
    pub fn read(&self, commit: &CommitId, path: &str) -> Result<Vec<TreeFile>, GitError> {
        let entries = self.entries(commit, path)?;
        let contents = self.blobs(&entries, u64::MAX);
        let files = entries.into_iter().zip(contents).map(|(entry, bytes)| {
            let blob = entry.blob();
            Ok(TreeFile { path: entry.path, kind: entry.kind, bytes: bytes?, blob })
        });
        files.collect()
    }

    /// What a commit has at exactly this path. `""` and `"."` are its root.
    pub fn entry(&self, commit: &CommitId, path: &str) -> Result<Option<TreeEntry>, GitError> {
        let Some(path) = tree_path(path) else { return Ok(None) };
        let repository = self.local();
        let unreadable = |error: gix::Error| {
            self.unreadable(&format!("the list of files of commit {}", commit.short()), &error)
        };
        let tree = self.find_commit(&repository, commit)?.tree().map_err(unreadable)?;
        if path.is_empty() {
            return Ok(Some(TreeEntry { path, kind: TreeKind::Folder, id: tree.id }));
        }
        let found = tree.lookup_entry(path.split('/').map(str::as_bytes)).map_err(unreadable)?;
        Ok(found.map(|entry| TreeEntry { kind: kind(entry.mode().kind()), id: entry.object_id(), path }))
    }

    /// The file of a commit, or all files, links and submodules below a
    /// folder, sorted by path, without reading them.
    pub fn entries(&self, commit: &CommitId, path: &str) -> Result<Vec<TreeEntry>, GitError> {
        let Some(at) = self.entry(commit, path)? else { return Ok(Vec::new()) };
        if at.kind != TreeKind::Folder {
            return Ok(vec![at]);
        }
        let repository = self.local();
        let unreadable = |error: gix::Error| {
            self.unreadable(&format!("the list of files of commit {}", commit.short()), &error)
        };
        let tree = repository.find_tree(at.id).map_err(unreadable)?;
        let records = tree.traverse().breadthfirst.files().map_err(unreadable)?;
        let prefix = below(&at.path);
        let files = records.into_iter().map(|record| TreeEntry {
            path: format!("{prefix}{}", record.filepath),
            kind: kind(record.mode.kind()),
            id: record.oid,
        });
        let mut entries: Vec<TreeEntry> = files.filter(|entry| entry.kind != TreeKind::Folder).collect();
        entries.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(entries)
    }

    /// What a folder itself holds, sorted by path; nothing for other entries.
    pub fn children(&self, folder: &TreeEntry) -> Result<Vec<TreeEntry>, GitError> {
        if folder.kind != TreeKind::Folder {
            return Ok(Vec::new());
        }
        let repository = self.local();
        let unreadable = |error: gix::Error| self.unreadable(&folder.path, &error);
        let tree = repository.find_tree(folder.id).map_err(unreadable)?;
        let prefix = below(&folder.path);
        let mut children = Vec::new();
        for entry in tree.iter() {
            let entry = entry.map_err(unreadable)?;
            let path = format!("{prefix}{}", entry.filename());
            children.push(TreeEntry { path, kind: kind(entry.kind()), id: entry.object_id() });
        }
        children.sort_by(|one, other| one.path.cmp(&other.path));
        Ok(children)
    }

    /// The content of these entries, each by itself, in their order: nothing
    /// for submodules and folders, an error for what is over `limit` bytes.
    pub fn blobs(&self, entries: &[TreeEntry], limit: u64) -> Vec<Result<Vec<u8>, GitError>> {
        let threads = parallel::cores();
        let size = entries.len().div_ceil(threads).max(BLOBS_A_THREAD);
        let fetch = OnceLock::new();
        let missing = |path: &str| {
            let fetch = fetch.get_or_init(|| self.fetch_content()).clone();
            GitError::MissingContent { what: format!("the content of {path}"), fetch }
        };
        let read = |part: &[TreeEntry]| {
            let mut repository = self.shared().to_thread_local();
            // Each blob is read once: keeping them would only cost memory.
            repository.object_cache_size(None);
            let bytes = |entry: &TreeEntry| {
                blob(&repository, entry, limit).and_then(|bytes| bytes.ok_or_else(|| missing(&entry.path)))
            };
            part.iter().map(bytes).collect::<Vec<_>>()
        };
        if entries.len() <= size {
            return read(entries);
        }
        std::thread::scope(|scope| {
            let read = &read;
            let parts: Vec<_> = entries.chunks(size).map(|part| scope.spawn(move || read(part))).collect();
            parts
                .into_iter()
                .flat_map(|part| part.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)))
                .collect()
        })
    }

    pub(super) fn unreadable(&self, what: &str, error: &gix::Error) -> GitError {
        if error.is_not_found() {
            GitError::MissingContent { what: what.to_owned(), fetch: self.fetch_content() }
        } else {
            damaged(what, error)
        }
    }
}

/// An entry's content; `None` when it isn't in this clone.
fn blob(repository: &gix::Repository, entry: &TreeEntry, limit: u64) -> Result<Option<Vec<u8>>, GitError> {
    if matches!(entry.kind, TreeKind::Submodule | TreeKind::Folder) {
        return Ok(Some(Vec::new()));
    }
    let unreadable = |error: gix::Error| damaged(&entry.path, &error);
    let Some(header) = repository.try_find_header(entry.id).map_err(unreadable)? else { return Ok(None) };
    if header.size() > limit {
        return Err(GitError::TooLarge { path: entry.path.clone(), size: header.size(), limit });
    }
    let object = repository.try_find_object(entry.id).map_err(unreadable)?;
    Ok(object.map(|mut object| std::mem::take(&mut object.data)))
}

fn below(folder: &str) -> String {
    if folder.is_empty() { String::new() } else { format!("{folder}/") }
}

fn kind(kind: EntryKind) -> TreeKind {
    match kind {
        EntryKind::Blob | EntryKind::BlobExecutable => TreeKind::File,
        EntryKind::Link => TreeKind::Symlink,
        EntryKind::Commit => TreeKind::Submodule,
        EntryKind::Tree => TreeKind::Folder,
    }
}

/// A path from the root as trees have it: `./a//b/` is `a/b`, `a/../b` is `b`,
/// `.` is empty. `None` when it leads out of the root or is absolute.
pub fn tree_path(path: &str) -> Option<String> {
    if path.starts_with('/') {
        return None;
    }
    let mut names = Vec::new();
    for name in path.split('/') {
        match name {
            "" | "." => {}
            ".." => {
                names.pop()?;
            }
            name => names.push(name),
        }
    }
    Some(names.join("/"))
}

/// Whether `path` is `folder` or lies below it; everything is below `""`.
pub fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    fn read(fixture: &Fixture, commit: &CommitId, path: &str) -> Vec<(String, String)> {
        let files = fixture.repository().read(commit, path).expect("readable");
        files.into_iter().map(|file| (file.path, String::from_utf8(file.bytes).expect("text"))).collect()
    }

    fn pairs(expected: &[(&str, &str)]) -> Vec<(String, String)> {
        expected.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    #[test]
    fn files_are_read_from_the_commit_whatever_the_work_tree_holds() {
        let fixture = Fixture::new();
        fixture.write("deploy/b.yaml", "old");
        fixture.write("deploy/a/x y.yaml", "spaces");
        fixture.write("deploy/é/ü.yaml", "names");
        fixture.write("deployment.yaml", "beside");
        let commit = fixture.commit_all("Start");
        fixture.commit("deploy/b.yaml", "new");
        std::fs::remove_dir_all(fixture.path().join("deploy")).expect("removed");
        let expected =
            [("deploy/a/x y.yaml", "spaces"), ("deploy/b.yaml", "old"), ("deploy/é/ü.yaml", "names")];
        assert_eq!(read(&fixture, &commit, "deploy"), pairs(&expected));
        assert_eq!(read(&fixture, &commit, "./deploy/a/../"), pairs(&expected));
        assert_eq!(read(&fixture, &commit, "deploy/b.yaml"), pairs(&expected[1..2]));
        assert_eq!(read(&fixture, &commit, ".").len(), 4);
        assert_eq!(read(&fixture, &commit, "deploy/none"), Vec::new());
        assert_eq!(read(&fixture, &commit, "deploy/b.yaml/none"), Vec::new());
        assert_eq!(read(&fixture, &commit, "../deploy"), Vec::new());
    }

    #[test]
    fn links_and_submodules_are_told_from_files() {
        let (module, fixture) = (Fixture::new(), Fixture::new());
        let pinned = module.commit("a.yaml", "a: 1\n");
        let url = format!("file://{}", module.path().display());
        fixture.git(&["submodule", "--quiet", "add", &url, "deploy/module"]);
        fixture.link("deploy/link.yaml", "../web.yaml");
        fixture.write("deploy/run.sh", "#!/bin/sh\n");
        let commit = fixture.commit_all("Start");
        fixture.git(&["update-index", "--chmod=+x", "deploy/run.sh"]);
        let files = fixture.repository().read(&commit, "deploy").expect("readable");
        let kinds: Vec<(&str, TreeKind)> = files.iter().map(|file| (file.path.as_str(), file.kind)).collect();
        assert_eq!(
            kinds,
            [
                ("deploy/link.yaml", TreeKind::Symlink),
                ("deploy/module", TreeKind::Submodule),
                ("deploy/run.sh", TreeKind::File)
            ]
        );
        assert_eq!(files[0].bytes, b"../web.yaml");
        assert_eq!((files[1].bytes.as_slice(), &files[1].blob), (b"".as_slice(), &pinned.to_string()));
        assert_eq!(files[2].blob, super::super::blob_id(b"#!/bin/sh\n"));
        let repository = fixture.repository();
        let folder = repository.entry(&commit, "deploy").expect("readable").expect("exists");
        let children = repository.children(&folder).expect("readable");
        assert_eq!(children, repository.entries(&commit, "deploy").expect("readable"));
        assert_eq!(repository.children(&children[0]), Ok(Vec::new()));
    }

    #[test]
    fn what_exists_is_told_by_commit() {
        let fixture = Fixture::new();
        let first = fixture.commit("deploy/a.yaml", "a: 1\n");
        let second = fixture.commit("deploy/b.yaml", "b: 1\n");
        let repository = fixture.repository();
        let exists = |commit: &CommitId, path: &str| repository.exists(commit, path).expect("readable");
        assert!(exists(&first, "deploy") && exists(&first, "deploy/") && exists(&first, "."));
        assert!(!exists(&first, "deploy/b.yaml") && exists(&second, "deploy/b.yaml"));
        assert!(!exists(&second, "b.yaml") && !exists(&second, "/deploy"));
    }

    #[test]
    fn many_files_are_read_in_their_order_packed_or_not() {
        let fixture = Fixture::new();
        for number in 0..500 {
            fixture.write(&format!("deploy/{number:03}.yaml"), &format!("number: {number}\n"));
        }
        let commit = fixture.commit_all("Start");
        let check = || {
            let files = read(&fixture, &commit, "deploy");
            assert_eq!(files.len(), 500);
            for (number, (path, text)) in files.iter().enumerate() {
                assert_eq!(path, &format!("deploy/{number:03}.yaml"));
                assert_eq!(text, &format!("number: {number}\n"));
            }
        };
        check();
        fixture.git(&["gc", "--quiet"]);
        check();
    }

    #[test]
    fn a_file_over_the_limit_is_refused_and_the_others_are_read() {
        let fixture = Fixture::new();
        fixture.write("large.yaml", "0123456789");
        let commit = fixture.commit("small.yaml", "012345678");
        let repository = fixture.repository();
        let entries = repository.entries(&commit, ".").expect("readable");
        let read = repository.blobs(&entries, 9);
        let path = "large.yaml".to_owned();
        assert_eq!(read, [Err(GitError::TooLarge { path, size: 10, limit: 9 }), Ok(b"012345678".to_vec())]);
    }

    #[test]
    fn content_that_a_partial_clone_left_out_is_named_and_the_hint_brings_it() {
        let fixture = Fixture::new();
        fixture.git(&["config", "uploadpack.allowFilter", "true"]);
        let commit = fixture.commit("deploy/a.yaml", "a: 1\n");
        for (filter, what) in [
            ("--filter=blob:none", "the content of deploy/a.yaml".to_owned()),
            ("--filter=tree:0", format!("the list of files of commit {}", commit.short())),
        ] {
            let clone = fixture.clone_with(&[filter, "--no-checkout"]);
            let error = clone.repository().read(&commit, "deploy").expect_err("missing");
            let fetch = Some("git fetch --refetch --no-filter origin".to_owned());
            assert_eq!(error, GitError::MissingContent { what, fetch });
            clone.git(&["fetch", "--quiet", "--refetch", "--no-filter", "origin"]);
            assert_eq!(read(&clone, &commit, "deploy").len(), 1);
        }
    }

    #[test]
    fn paths_are_brought_to_one_form_or_refused() {
        for (path, expected) in [
            ("", Some("")),
            (".", Some("")),
            ("./a//b/", Some("a/b")),
            ("a/../b", Some("b")),
            ("..", None),
            ("a/../../b", None),
            ("/a", None),
        ] {
            assert_eq!(tree_path(path).as_deref(), expected, "{path:?}");
        }
    }
}
