//! Finding and opening a repository, and what it says about itself.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;

use gix::open::Permissions;
use gix::sec::{Permission, Trust, trust::DefaultForLevel, trust::Mapping};

use super::error::reason;
use super::{CommitId, GitError};
use crate::tools::Workspace;

/// How much of the object database is kept in memory between look-ups.
const OBJECT_CACHE_BYTES: usize = 8 * 1024 * 1024;

/// An open repository. Shared between threads by reference; it sees commits
/// and references made after it was opened.
pub struct Repository {
    inner: gix::ThreadSafeRepository,
    /// What was fetched since, beside what is here.
    learnt: OnceLock<Learnt>,
}

/// A history that is kept in a folder of its own for as long as it's asked.
struct Learnt {
    repository: Box<Repository>,
    _folder: Workspace,
}

impl Repository {
    /// Finds the repository that `dir` is in: its work tree or a folder below,
    /// a linked worktree, or a bare repository. `None` when there is none.
    ///
    /// A repository of another user is read as well (in CI the checkout often
    /// is); its own configuration is then ignored, as it could name programs.
    pub fn discover(dir: &Path) -> Result<Option<Self>, GitError> {
        let unreadable =
            |error: &dyn fmt::Display| GitError::Open { path: dir.to_path_buf(), reason: error.to_string() };
        // A real, absolute path: everything found from it is one, too.
        let dir = dir.canonicalize().map_err(|error| unreadable(&error))?;
        let found = gix::ThreadSafeRepository::discover_opts(
            &dir,
            gix::discover::upwards::Options::default(),
            options(),
        );
        let inner = match found {
            Ok(inner) => inner,
            Err(error) => return no_repository(&dir, &error),
        };
        let repository = Self { inner, learnt: OnceLock::new() };
        repository.is_not_beyond_a_broken_link(&dir)?;
        repository.has_a_supported_format()?;
        Ok(Some(repository))
    }

    /// The work tree's folder, absolute; `None` in a bare repository.
    pub fn root(&self) -> Option<&Path> {
        self.inner.work_dir()
    }

    /// The repository's own folder (`.git`, or the linked worktree's below it).
    pub fn git_dir(&self) -> &Path {
        self.inner.git_dir()
    }

    /// Whether there is no work tree.
    pub fn is_bare(&self) -> bool {
        self.root().is_none()
    }

    /// Whether the history is cut off somewhere (`git clone --depth`).
    pub fn is_shallow(&self) -> bool {
        self.local().is_shallow().unwrap_or(false)
    }

    /// The folder that a linked worktree shares with its repository; else the same.
    pub fn common_dir(&self) -> PathBuf {
        self.local().common_dir().to_path_buf()
    }

    /// This one, or what was fetched in its place: for how commits relate, and what the
    /// trees of commits name that aren't here.
    pub fn history(&self) -> &Self {
        self.learnt.get().map_or(self, |learnt| &learnt.repository)
    }

    /// Whether something was fetched.
    pub fn has_learnt(&self) -> bool {
        self.learnt.get().is_some()
    }

    /// From now on the history is this one, which lies in that folder.
    pub fn learn(&self, repository: Self, folder: Workspace) {
        // The first one is as good.
        let _ = self.learnt.set(Learnt { repository: Box::new(repository), _folder: folder });
    }

    /// Whether a parent of this commit isn't here.
    pub fn is_cut_at(&self, commit: &CommitId) -> bool {
        !matches!(self.parents(commit), Ok(Some(_)))
    }

    /// The commit that is checked out; `None` when there are no commits yet.
    pub fn head(&self) -> Result<Option<CommitId>, GitError> {
        let repository = self.local();
        let mut head = repository.head().map_err(|error| damaged("HEAD", &error))?;
        if head.is_unborn() {
            return Ok(None);
        }
        let id = head.try_peel_to_id().map_err(|error| damaged("HEAD", &error))?;
        Ok(id.map(|id| CommitId::new(id.detach())))
    }

    /// The branch that is checked out (even before its first commit), without
    /// `refs/heads/`; `None` when a commit itself is.
    pub fn head_name(&self) -> Option<String> {
        let name = self.local().head_name().ok()??;
        Some(name.shorten().to_string())
    }

    /// What to call the checked-out commit in output: what the user asked for,
    /// else the branch, else nothing.
    pub fn reference_name(&self, asked: Option<&str>) -> Option<String> {
        asked.map(str::to_owned).or_else(|| self.head_name())
    }

    /// Whether this commit is in this clone.
    pub fn contains(&self, id: &CommitId) -> bool {
        self.local().find_commit(id.object()).is_ok()
    }

    /// A handle for this thread.
    pub(super) fn local(&self) -> gix::Repository {
        let mut repository = self.inner.to_thread_local();
        repository.object_cache_size_if_unset(OBJECT_CACHE_BYTES);
        repository
    }

    /// The handle that threads share.
    pub(super) fn shared(&self) -> &gix::ThreadSafeRepository {
        &self.inner
    }

    pub(super) fn find_commit<'a>(
        &self,
        repository: &'a gix::Repository,
        id: &CommitId,
    ) -> Result<gix::Commit<'a>, GitError> {
        let missing = || GitError::MissingCommit { commit: id.to_string(), fetch: self.fetch_everything() };
        let object = repository
            .try_find_object(id.object())
            .map_err(|error| damaged(&format!("commit {}", id.short()), &error))?
            .ok_or_else(missing)?;
        object.try_into_commit().map_err(|_| missing())
    }

    /// `git` stops at a `.git` file that leads nowhere; going on upwards would
    /// take a repository around it for the one that was meant.
    fn is_not_beyond_a_broken_link(&self, dir: &Path) -> Result<(), GitError> {
        let root = self.root().unwrap_or_else(|| self.git_dir());
        let between = dir.ancestors().take_while(|folder| *folder != root);
        broken_link(between).map_or(Ok(()), Err)
    }

    /// References kept in another way than as files would look like none.
    fn has_a_supported_format(&self) -> Result<(), GitError> {
        let repository = self.local();
        let storage = repository.config_snapshot().string("extensions.refStorage");
        match storage {
            Some(storage) if storage.as_slice() != b"files" => Err(GitError::Format {
                path: self.git_dir().to_path_buf(),
                format: format!("references in {storage}"),
            }),
            _ => Ok(()),
        }
    }
}

impl fmt::Debug for Repository {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Repository").field("git_dir", &self.git_dir()).finish_non_exhaustive()
    }
}

/// What `gix` may use: everything that Git would but the `GIT_…` variables.
fn options() -> Mapping<gix::open::Options> {
    let without_variables = |level: Trust| {
        let mut permissions = Permissions::default_for_level(level);
        permissions.env.git_prefix = Permission::Deny;
        permissions.env.objects = Permission::Deny;
        gix::open::Options::default_for_level(level).permissions(permissions)
    };
    Mapping { full: without_variables(Trust::Full), reduced: without_variables(Trust::Reduced) }
}

/// Tells "there is none" from "there is one, but".
fn no_repository(dir: &Path, error: &gix::Error) -> Result<Option<Repository>, GitError> {
    use gix::discover::upwards::Error;
    match error.downcast_any_ref::<Error>() {
        Some(Error::NoTrustedGitRepository { candidate, .. }) => {
            Err(GitError::Ownership { path: candidate.clone() })
        }
        Some(_) => broken_link(dir.ancestors()).map_or(Ok(None), Err),
        None if error.is_unsupported() => {
            Err(GitError::Format { path: dir.to_path_buf(), format: reason(error) })
        }
        None => Err(GitError::Open { path: dir.to_path_buf(), reason: reason(error) }),
    }
}

/// The nearest `.git` file (not folder) of these folders.
fn broken_link<'a>(mut folders: impl Iterator<Item = &'a Path>) -> Option<GitError> {
    let link: PathBuf = folders.find_map(|folder| Some(folder.join(".git")).filter(|link| link.is_file()))?;
    Some(GitError::BrokenLink { path: link })
}

pub(super) fn damaged(what: &str, error: &gix::Error) -> GitError {
    GitError::Damaged { what: what.to_owned(), reason: reason(error) }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    fn discover(dir: &Path) -> Option<Repository> {
        Repository::discover(dir).expect("no error")
    }

    #[test]
    fn a_repository_is_found_from_a_folder_below_it() {
        let fixture = Fixture::new();
        fixture.commit("deploy/ä b/web.yaml", "a: 1\n");
        let found = discover(&fixture.path().join("deploy/ä b")).expect("found");
        assert_eq!(found.root(), Some(fixture.path().as_path()));
        assert_eq!(found.git_dir(), fixture.path().join(".git"));
        assert!(!found.is_bare());
    }

    #[test]
    fn a_linked_worktree_has_a_root_and_a_head_of_its_own() {
        let fixture = Fixture::new();
        let first = fixture.commit("a.yaml", "a: 1\n");
        let second = fixture.commit("a.yaml", "a: 2\n");
        let elsewhere = tempfile::tempdir().expect("a folder");
        let linked = elsewhere.path().canonicalize().expect("exists").join("linked");
        fixture.git(&["worktree", "add", "-b", "side", &linked.to_string_lossy(), "HEAD~1"]);
        let found = discover(&linked).expect("found");
        assert_eq!(found.root(), Some(linked.as_path()));
        assert_eq!(found.head(), Ok(Some(first)));
        assert_eq!(found.head_name().as_deref(), Some("side"));
        assert_eq!(found.resolve("main"), Ok(second));
    }

    #[test]
    fn a_bare_repository_has_commits_and_no_root() {
        let fixture = Fixture::new();
        let commit = fixture.commit("a.yaml", "a: 1\n");
        let clone = fixture.clone_with(&["--bare"]);
        let bare = clone.repository();
        assert!(bare.is_bare());
        assert_eq!(bare.root(), None);
        assert_eq!(bare.head(), Ok(Some(commit)));
        assert_eq!(bare.is_dirty(&["."]), Ok(Vec::new()));
        assert_eq!(bare.not_checked_out(&["."]), Ok(Vec::new()));
    }

    #[test]
    fn without_a_repository_there_is_none() {
        assert!(discover(&Fixture::without_repository().path()).is_none());
    }

    #[test]
    fn a_folder_that_does_not_exist_is_an_error_that_names_it() {
        let gone = Fixture::without_repository().path().join("gone");
        let error = Repository::discover(&gone).expect_err("refused");
        assert!(error.to_string().contains("gone"), "{error}");
    }

    #[test]
    fn a_link_to_a_missing_repository_is_not_passed_over_for_the_one_around_it() {
        let fixture = Fixture::new();
        fixture.commit("a.yaml", "a: 1\n");
        fixture.write("module/.git", "gitdir: ../.git/modules/gone\n");
        fixture.write("module/deploy/a.yaml", "a: 1\n");
        let link = fixture.path().join("module/.git");
        for dir in ["module", "module/deploy"] {
            let error = Repository::discover(&fixture.path().join(dir)).expect_err("refused");
            assert_eq!(error, GitError::BrokenLink { path: link.clone() });
        }
        assert!(discover(&fixture.path()).is_some());
    }

    /// Gives everything to another user. Only root may; for others it stays
    /// their own.
    fn give_away(folder: &Path) {
        let mut open = vec![folder.to_path_buf()];
        while let Some(path) = open.pop() {
            let _ = std::os::unix::fs::lchown(&path, Some(65534), Some(65534));
            if path.is_dir() && !path.is_symlink() {
                open.extend(path.read_dir().expect("readable").map(|entry| entry.expect("readable").path()));
            }
        }
    }

    #[test]
    fn the_root_is_the_work_tree_wherever_the_repository_itself_is_kept() {
        let (module, fixture) = (Fixture::new(), Fixture::new());
        module.commit("deploy/a.yaml", "a: 1\n");
        fixture.commit("a.yaml", "a: 1\n");
        let url = format!("file://{}", module.path().display());
        fixture.git(&["submodule", "--quiet", "add", &url, "module"]);
        fixture.git(&["clone", "--quiet", "--separate-git-dir=kept", &url, "apart"]);
        fixture.git(&["clone", "--quiet", "--bare", &url, "bare/.bare"]);
        fixture.write("bare/.git", "gitdir: ./.bare\n");
        fixture.git_in(&fixture.path().join("bare"), &["worktree", "add", "--quiet", "main"]);
        fixture.git(&["clone", "--quiet", &url, "linked"]);
        std::fs::rename(fixture.path().join("linked/.git"), fixture.path().join("moved")).expect("moved");
        fixture.link("linked/.git", "../moved");
        let check = || {
            for folder in ["module", "apart", "bare/main", "linked"] {
                let root = fixture.path().join(folder);
                let found = discover(&root.join("deploy")).expect("found");
                assert_eq!(found.root(), Some(root.as_path()), "{folder}");
                assert_eq!(found.head(), Ok(Some(module.id("HEAD"))), "{folder}");
                assert_eq!(found.is_dirty(&["."]), Ok(Vec::new()), "{folder}");
            }
        };
        check();
        give_away(&fixture.path());
        check();
    }

    #[test]
    fn a_checkout_of_another_user_is_read() {
        let fixture = Fixture::new();
        let commit = fixture.commit("a.yaml", "a: 1\n");
        give_away(&fixture.path());
        let repository = fixture.repository();
        assert_eq!(repository.head(), Ok(Some(commit)));
        fixture.write("a.yaml", "a: 2\n");
        assert_eq!(repository.is_dirty(&["."]), Ok(vec!["a.yaml".to_owned()]));
    }

    #[test]
    fn no_variable_of_the_environment_changes_what_is_read() {
        // Variables can't be set in this process while other tests run.
        let output = std::process::Command::new(std::env::current_exe().expect("known"))
            .args(["--exact", "git::repository::tests::a_checkout_of_another_user_is_read"])
            .env("GIT_DIR", "/nonexistent")
            .env("GIT_WORK_TREE", "/nonexistent")
            .env("GIT_INDEX_FILE", "/nonexistent")
            .env("GIT_NAMESPACE", "elsewhere")
            .env("GIT_OBJECT_DIRECTORY", "/nonexistent")
            .env("GIT_CEILING_DIRECTORIES", "/")
            .output()
            .expect("runs");
        let said = String::from_utf8_lossy(&output.stdout);
        assert!(output.status.success() && said.contains("1 passed"), "{said}");
    }

    #[test]
    fn formats_that_cannot_be_read_are_refused_not_misread() {
        let fixture = Fixture::without_repository();
        fixture.git(&["init", "--quiet", "--object-format=sha256"]);
        let error = Repository::discover(&fixture.path()).expect_err("refused");
        assert!(matches!(error, GitError::Format { .. }), "{error:?}");

        let fixture = Fixture::new();
        fixture.git(&["config", "core.repositoryFormatVersion", "1"]);
        fixture.git(&["config", "extensions.refStorage", "reftable"]);
        let error = Repository::discover(&fixture.path()).expect_err("refused");
        assert!(matches!(error, GitError::Format { .. }), "{error:?}");
    }

    #[test]
    fn before_the_first_commit_there_is_a_branch_and_no_head() {
        let fixture = Fixture::new();
        let repository = fixture.repository();
        assert_eq!(repository.head(), Ok(None));
        assert_eq!(repository.head_name().as_deref(), Some("main"));
    }

    #[test]
    fn a_detached_head_has_no_branch_and_keeps_the_name_that_was_asked_for() {
        let fixture = Fixture::new();
        let first = fixture.commit("a.yaml", "a: 1\n");
        fixture.commit("a.yaml", "a: 2\n");
        let repository = fixture.repository();
        assert_eq!(repository.reference_name(None).as_deref(), Some("main"));
        fixture.git(&["checkout", "--quiet", "HEAD~1"]);
        assert_eq!(repository.head(), Ok(Some(first)));
        assert_eq!(repository.reference_name(None), None);
        assert_eq!(repository.reference_name(Some("v1.2")).as_deref(), Some("v1.2"));
    }

    #[test]
    fn what_git_does_after_opening_is_seen() {
        let fixture = Fixture::new();
        fixture.commit("a.yaml", "a: 1\n");
        let repository = fixture.repository();
        let second = fixture.commit("a.yaml", "a: 2\n");
        fixture.git(&["gc", "--quiet"]);
        assert!(repository.contains(&second));
        assert_eq!(repository.resolve("main"), Ok(second));
    }
}
