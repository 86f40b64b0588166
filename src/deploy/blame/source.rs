//! A source that is rendered, in one commit after the other.

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::deploy::setup::{Origin, Setup};
use crate::diff;
use crate::git::{CommitId, GitError, Repository, TreeKind, is_below};
use crate::object::{Manifest, kinds};
use crate::plan::LastCommit;
use crate::render::{self, Item, SourceTree};

/// So many versions of a source are rendered at most.
const MOST_RENDERED: usize = 16;

/// What a source makes, in the form in which objects are sent; `None` where that can't be
/// told.
type Made = Option<Arc<Vec<Manifest>>>;

/// What a commit has of the paths that go into a source.
type State = Vec<Option<String>>;

/// How a commit says that a source is rendered.
enum Described {
    As(Item),
    /// It isn't among the sources.
    Absent,
    /// That can't be read.
    Unknown,
}

/// A source, looked at in one commit after the other.
pub(super) struct Source<'a> {
    setup: &'a Setup,
    pub(super) repository: &'a Repository,
    pub(super) item: &'a Item,
    /// What goes into it, as far as that is known: more with each version.
    paths: BTreeSet<String>,
    known: Vec<Version>,
    rendered: usize,
}

/// What a commit's source makes.
struct Version {
    commit: CommitId,
    state: State,
    made: Made,
}

impl<'a> Source<'a> {
    pub(super) fn new(
        setup: &'a Setup,
        repository: &'a Repository,
        item: &'a Item,
        paths: &[String],
    ) -> Self {
        let paths = paths.iter().chain(&setup.configuration).cloned().collect();
        Self { setup, repository, item, paths, known: Vec::new(), rendered: 0 }
    }

    /// Takes in what this run has made of it, if that is what the commit has.
    pub(super) fn know(&mut self, commit: CommitId, made: Vec<Manifest>) -> Result<(), GitError> {
        if !self.is_dirty()? && self.is_described_so(&commit)? {
            let state = self.state(&commit)?;
            self.known.push(Version { commit, state, made: Some(Arc::new(made)) });
        }
        Ok(())
    }

    /// Whether anything that goes into it is another thing now, as this commit has it or
    /// the work tree around it, than in an older commit.
    pub(super) fn has_changed(&self, now: &CommitId, before: &CommitId) -> Result<bool, GitError> {
        let (new, old) = (self.state(now)?, self.state(before)?);
        let mut differing = self.paths.iter().zip(new.iter().zip(&old)).filter(|(_, (new, old))| new != old);
        // What else the configuration says is no matter.
        let differs = differing.any(|(path, _)| Some(path) != self.setup.configuration.as_ref());
        Ok(differs || self.is_dirty()? || (new != old && !self.is_described_so(before)?))
    }

    /// Whether a file is among what goes into it.
    pub(super) fn is_own(&self, path: &str) -> bool {
        self.paths.iter().any(|own| is_in(path, own))
    }

    fn state(&self, commit: &CommitId) -> Result<State, GitError> {
        let blob = |path: &String| Ok(self.repository.entry(commit, path)?.map(|entry| entry.blob()));
        self.paths.iter().map(blob).collect()
    }

    /// What a commit's source is rendered to; `None` where that can't be told.
    pub(super) fn made_at(&mut self, commit: &CommitId) -> Result<Made, GitError> {
        let state = self.state(commit)?;
        if let Some(known) = self.known.iter().find(|version| version.state == state) {
            return Ok(known.made.clone());
        }
        let before = self.paths.len();
        let made = self.make(commit)?;
        // With more paths all states are others.
        if self.paths.len() > before {
            let mut known = std::mem::take(&mut self.known);
            for version in &mut known {
                version.state = self.state(&version.commit)?;
            }
            self.known = known;
        }
        self.known.push(Version { commit: *commit, state: self.state(commit)?, made: made.clone() });
        Ok(made)
    }

    fn make(&mut self, commit: &CommitId) -> Result<Made, GitError> {
        let item = match self.described_at(commit)? {
            Described::As(item) => item,
            Described::Absent => return Ok(Some(Arc::default())),
            Described::Unknown => return Ok(None),
        };
        if self.repository.entry(commit, &item.path)?.is_none() {
            return Ok(Some(Arc::default()));
        }
        if self.rendered >= MOST_RENDERED {
            return Ok(None);
        }
        self.rendered += 1;
        let tree = SourceTree::Commit { repository: self.repository, commit: *commit };
        let Ok(mut made) = render::render(&tree, std::slice::from_ref(&item), &self.setup.means) else {
            return Ok(None);
        };
        self.paths.extend(made.paths);
        for Manifest { id, body, .. } in &mut made.manifests {
            diff::normalise(body, kinds::is_builtin(&id.kind));
        }
        Ok(Some(Arc::new(made.manifests)))
    }

    /// The source as a commit has it: by its own configuration, or where it has none by
    /// the one in hand.
    fn described_at(&self, commit: &CommitId) -> Result<Described, GitError> {
        let then = match Configured::at(self.setup, self.repository, commit)? {
            Configured::Here => return Ok(Described::As(self.item.clone())),
            Configured::There(then) => then,
            Configured::Unknown => return Ok(Described::Unknown),
        };
        let same_path = |item: &&Item| item.path == self.item.path;
        // The same chart may be there several times.
        let place = self.setup.sources.iter().filter(same_path).position(|item| item == self.item);
        let found = then.iter().filter(same_path).nth(place.unwrap_or_default());
        Ok(found.map_or(Described::Absent, |item| Described::As(item.clone())))
    }

    /// Whether a commit says the same of it as is known now.
    fn is_described_so(&self, commit: &CommitId) -> Result<bool, GitError> {
        Ok(match self.described_at(commit)? {
            // Where it's named makes no difference.
            Described::As(item) => Item { named_at: self.item.named_at.clone(), ..item } == *self.item,
            Described::Absent | Described::Unknown => false,
        })
    }

    /// Whether the work tree has something in it that the commit hasn't.
    pub(super) fn is_dirty(&self) -> Result<bool, GitError> {
        let Origin::WorkTree { repository, .. } = &self.setup.origin else { return Ok(false) };
        Ok(!repository.is_dirty(&self.paths.iter().collect::<Vec<_>>())?.is_empty())
    }

    /// The commit, and what of the source it wrote.
    pub(super) fn told(&self, id: &CommitId) -> Result<(LastCommit, Vec<String>), GitError> {
        let commit = self.repository.commit(id)?;
        let written = self.repository.written_by(id)?.into_iter();
        let written = written.filter(|file| file.kind == TreeKind::File && self.is_own(&file.path));
        let (author, subject, time) = (commit.author, commit.subject, commit.author_time);
        let last = LastCommit { sha: *id, author, subject, time, path: String::new(), line: None };
        Ok((last, written.map(|file| file.path).collect()))
    }
}

/// Whether a path is another one or lies below it.
pub(super) fn is_in(path: &str, folder: &str) -> bool {
    folder == "." || is_below(path, folder)
}

/// The sources as a commit's own configuration has them.
pub(super) enum Configured {
    /// It has none: the one in hand is it.
    Here,
    /// These.
    There(Vec<Item>),
    /// They can't be read.
    Unknown,
}

impl Configured {
    pub(super) fn at(setup: &Setup, repository: &Repository, commit: &CommitId) -> Result<Self, GitError> {
        let has_own = match &setup.configuration {
            Some(file) => repository.exists(commit, file)?,
            None => false,
        };
        Ok(match setup.sources_at.as_ref().filter(|_| has_own) {
            Some(sources_at) => sources_at(commit).map_or(Self::Unknown, Self::There),
            None => Self::Here,
        })
    }
}
