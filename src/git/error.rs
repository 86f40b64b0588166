//! What can go wrong with a repository, and the command that helps.

use std::path::PathBuf;

use crate::error::Diagnostic;

/// Why the repository couldn't answer. `fetch` fields hold the `git fetch`
/// command that brings what is missing, when there is a remote to ask.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum GitError {
    /// A repository is there but can't be opened.
    #[error("the Git repository at {} can't be opened", path.display())]
    Open {
        /// Its folder.
        path: PathBuf,
        /// Why.
        reason: String,
    },
    /// The folder or its repository belongs to somebody else and is refused.
    #[error("the Git repository at {} belongs to another user", path.display())]
    Ownership {
        /// Its folder.
        path: PathBuf,
    },
    /// A format of repository that this version can't read.
    #[error("the Git repository at {} is kept in a format that isn't supported: {format}", path.display())]
    Format {
        /// Its folder.
        path: PathBuf,
        /// What is unsupported.
        format: String,
    },
    /// A `.git` file (linked worktree, submodule) that leads nowhere.
    #[error("{} doesn't lead to a Git repository", path.display())]
    BrokenLink {
        /// The `.git` file.
        path: PathBuf,
    },
    /// The repository has no commits yet.
    #[error("the repository has no commits yet")]
    NoCommits,
    /// A reference that names nothing here.
    #[error("no commit, branch or tag is called {reference:?}")]
    UnknownReference {
        /// What was asked for.
        reference: String,
        /// The existing name that was probably meant.
        suggestion: Option<String>,
        /// The command that may bring it.
        fetch: Option<String>,
    },
    /// A shortened id that begins several commits' ids.
    #[error("{reference:?} is the beginning of several commits' ids")]
    AmbiguousId {
        /// What was asked for.
        reference: String,
        /// The candidates: id and subject.
        candidates: Vec<String>,
    },
    /// A name that a branch and a tag share, at different commits.
    #[error("{reference:?} is both a branch and a tag, at different commits")]
    AmbiguousName {
        /// What was asked for.
        reference: String,
    },
    /// A reference to a file or folder.
    #[error("{reference:?} is a {kind}, not a commit")]
    NotACommit {
        /// What was asked for.
        reference: String,
        /// What it is.
        kind: String,
    },
    /// A range, or an exclusion.
    #[error("{reference:?} isn't one commit")]
    NotOneCommit {
        /// What was asked for.
        reference: String,
    },
    /// `@{upstream}` of a branch that has none.
    #[error("{reference:?} doesn't resolve: the branch has no upstream")]
    NoUpstream {
        /// What was asked for.
        reference: String,
    },
    /// `HEAD~5` where there are but three commits.
    #[error("{reference:?} goes further back than the history here does")]
    BeyondHistory {
        /// What was asked for.
        reference: String,
        /// The command that brings more of it, in a shallow clone.
        fetch: Option<String>,
    },
    /// A commit that isn't in this clone.
    #[error("commit {commit} isn't in this clone")]
    MissingCommit {
        /// Its id.
        commit: String,
        /// The command that may bring it.
        fetch: Option<String>,
    },
    /// Content that isn't in this clone (a partial clone leaves it out).
    #[error("{what} isn't in this clone")]
    MissingContent {
        /// What: a file's content, or a commit's files.
        what: String,
        /// The command that brings it.
        fetch: Option<String>,
    },
    /// A file that is too large to be read.
    #[error("{path} is too large: {size} bytes, the limit is {limit}")]
    TooLarge {
        /// The file.
        path: String,
        /// Its size in bytes.
        size: u64,
        /// The limit in bytes.
        limit: u64,
    },
    /// The history is cut off before the answer.
    #[error("how {first} and {second} relate can't be told: this clone is shallow")]
    Shallow {
        /// One commit, shortened.
        first: String,
        /// The other, shortened.
        second: String,
        /// The command that brings the rest.
        fetch: Option<String>,
    },
    /// Something in the repository can't be read.
    #[error("{what} can't be read")]
    Damaged {
        /// What.
        what: String,
        /// Why.
        reason: String,
    },
}

impl GitError {
    /// What the user sees.
    pub fn diagnostic(&self) -> Diagnostic {
        let diagnostic = Diagnostic::new(self.to_string());
        match self {
            Self::Open { reason, .. } | Self::Damaged { reason, .. } => diagnostic.because(reason.as_str()),
            Self::Ownership { path } => diagnostic
                .hint(format!("trust it with `git config --global --add safe.directory {}`", path.display())),
            Self::Format { .. } => {
                diagnostic.hint("SHA-1 repositories with files for references are supported")
            }
            Self::BrokenLink { .. } => diagnostic
                .hint("make the repository that it names available too, or run `git worktree repair` there"),
            Self::NoCommits => diagnostic.hint("commit something first, or leave out --ref"),
            Self::UnknownReference { suggestion, fetch, .. } => {
                let suggestion = suggestion.as_ref().map(|name| format!("did you mean {name:?}?"));
                with_hints(diagnostic, suggestion.into_iter().chain(fetch.as_deref().map(if_there)))
            }
            Self::AmbiguousId { candidates, .. } => {
                with_hints(diagnostic, candidates.iter().cloned()).hint("write more of its digits")
            }
            Self::AmbiguousName { reference } => {
                diagnostic.hint(format!("write \"refs/heads/{reference}\" or \"refs/tags/{reference}\""))
            }
            Self::NotACommit { .. } | Self::NotOneCommit { .. } => {
                diagnostic.hint("name one commit: a branch, a tag or an id")
            }
            Self::NoUpstream { .. } => diagnostic
                .hint("set one with `git branch --set-upstream-to=REMOTE/BRANCH`, or name the branch"),
            Self::BeyondHistory { fetch, .. } | Self::Shallow { fetch, .. } => {
                with_hints(diagnostic, fetch.as_deref().map(rest_of_history))
            }
            Self::MissingCommit { fetch, .. } => with_hints(diagnostic, fetch.as_deref().map(if_there)),
            Self::MissingContent { fetch, .. } => with_hints(
                diagnostic.because("it is a partial clone, or the repository is damaged"),
                fetch.as_ref().map(|fetch| format!("fetch the content of everything: {fetch}")),
            ),
            Self::TooLarge { .. } => diagnostic,
        }
    }
}

impl From<GitError> for Diagnostic {
    fn from(error: GitError) -> Self {
        error.diagnostic()
    }
}

fn with_hints(diagnostic: Diagnostic, hints: impl IntoIterator<Item = String>) -> Diagnostic {
    hints.into_iter().fold(diagnostic, Diagnostic::hint)
}

fn if_there(fetch: &str) -> String {
    format!("if it exists on the remote, fetch it: {fetch}")
}

fn rest_of_history(fetch: &str) -> String {
    format!("fetch the rest of the history: {fetch}")
}

/// The cause that says most, on one line.
pub(super) fn reason(error: &gix::Error) -> String {
    error.probable_cause().to_string().split_whitespace().collect::<Vec<_>>().join(" ")
}
