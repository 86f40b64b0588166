//! Who asked for what a renderer made: the commit from which on it's made so.
//!
//! There is no file to look into, so a commit's sources are rendered as they were, as
//! far back as it takes: from a commit to the parent that makes the same of a part, until
//! none does. Commits that have the same in all that goes into a source aren't rendered
//! again, and what is kept of earlier runs isn't either.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::parts::{Part, field, find};
use super::{Answer, Known};
use crate::deploy::setup::{Origin, Setup};
use crate::git::{CommitId, GitError, MOST_COMMITS, Repository, TreeKind, is_below};
use crate::object::{FieldPath, Manifest, ObjectId};
use crate::parallel;
use crate::plan::LastCommit;
use crate::render::{self, Item, SourceTree};

/// So many versions of a source are rendered at most.
const MOST_RENDERED: usize = 16;

/// So many sources are asked about: where more have changed, their commits would take
/// longer than the plan.
const MOST_SOURCES: usize = 64;

/// So many are looked at at once.
const AT_ONCE: usize = 4;

/// What is asked of an action, or of one of its changes.
pub(super) struct Question {
    pub(super) action: usize,
    pub(super) change: Option<usize>,
    pub(super) object: ObjectId,
    pub(super) what: What,
}

/// Whose commit is looked for.
pub(super) enum What {
    /// A field's, as it is now: there, or not.
    Field { path: FieldPath, is_there: bool },
    /// The object's.
    Created,
    /// Who took the object away.
    Removed,
}

/// What is known of all that is asked, as seen from a commit; nothing older than `until`
/// is looked at, if that is known.
pub(super) fn answers(
    setup: &Setup,
    repository: &Repository,
    from: CommitId,
    until: Option<CommitId>,
    questions: Vec<Question>,
) -> Result<Vec<Answer>, GitError> {
    // What -f names may lie anywhere.
    if questions.is_empty() || matches!(setup.origin, Origin::AdHoc { .. }) {
        return Ok(Vec::new());
    }
    let tree = setup.origin.tree();
    // Nobody waits for what each commit would fetch.
    let may_be_asked = |item: &&Item| !item.may_fetch() && render::is_rendered(&tree, item);
    let items: Vec<&Item> = setup.sources.iter().filter(may_be_asked).collect();
    let removed = questions.iter().any(|question| matches!(question.what, What::Removed));
    let look = |item| {
        let tree = setup.origin.tree();
        let now = render::render(&tree, std::slice::from_ref(item), &setup.means).ok()?;
        // Nobody waits for what each commit would decrypt.
        if now.holds_decrypted {
            return None;
        }
        let paths = now.paths.into_iter().chain(setup.configuration.clone()).collect();
        let mut source = Source { setup, repository, item, paths, known: BTreeMap::new(), rendered: 0 };
        let before = until.filter(|_| removed).and_then(|until| source.made_at(&until).ok().flatten());
        Some((source, now.manifests, before))
    };
    let mut open = questions;
    let mut asked = Vec::new();
    for (source, now, before) in parallel::each_of_few(items, AT_ONCE, look).into_iter().flatten() {
        let is_of = |question: &Question| match question.what {
            What::Removed => before.as_ref().is_some_and(|before| find(before, &question.object).is_some()),
            _ => find(&now, &question.object).is_some(),
        };
        let (own, others): (Vec<_>, Vec<_>) = open.into_iter().partition(is_of);
        open = others;
        let wishes: Vec<Wish> = own.into_iter().filter_map(|question| Wish::of(question, &now)).collect();
        if !wishes.is_empty() {
            asked.push((source, wishes));
        }
    }
    asked.truncate(MOST_SOURCES);
    let answers =
        parallel::each_of_few(asked, AT_ONCE, |(mut source, wishes)| source.blame(from, until, wishes));
    let answers: Vec<Vec<Answer>> = answers.into_iter().collect::<Result<_, GitError>>()?;
    Ok(answers.into_iter().flatten().collect())
}

/// A part, and for whom it's looked for.
struct Wish {
    action: usize,
    change: Option<usize>,
    part: Part,
    /// The file that the object is made of, if it's there.
    made_of: Option<String>,
}

impl Wish {
    /// `None` for what the source doesn't say, but the server or a webhook.
    fn of(question: Question, now: &[Manifest]) -> Option<Self> {
        let Question { action, change, object, what } = question;
        let made_of = find(now, &object).map(|manifest| manifest.source.path.to_string());
        let part = match what {
            What::Field { path, is_there } => {
                let value = field(find(now, &object)?, &path).map(|(_, value)| value.clone());
                if value.is_some() != is_there {
                    return None;
                }
                Part::Field { object, path, value }
            }
            What::Created => Part::Object { object, is_there: true },
            What::Removed => Part::Object { object, is_there: false },
        };
        Some(Self { action, change, part, made_of })
    }
}

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
struct Source<'a> {
    setup: &'a Setup,
    repository: &'a Repository,
    item: &'a Item,
    /// What goes into it, as far as that is known: more with each version.
    paths: BTreeSet<String>,
    known: BTreeMap<State, Option<Arc<Vec<Manifest>>>>,
    rendered: usize,
}

impl Source<'_> {
    fn state(&self, commit: &CommitId) -> Result<State, GitError> {
        let blob = |path: &String| Ok(self.repository.entry(commit, path)?.map(|entry| entry.blob()));
        self.paths.iter().map(blob).collect()
    }

    /// What a commit's source is rendered to; `None` where that can't be told.
    fn made_at(&mut self, commit: &CommitId) -> Result<Option<Arc<Vec<Manifest>>>, GitError> {
        let state = self.state(commit)?;
        if let Some(known) = self.known.get(&state) {
            return Ok(known.clone());
        }
        let made = self.make(commit)?;
        // With more paths it's another state.
        let state = self.state(commit)?;
        self.known.insert(state, made.clone());
        Ok(made)
    }

    fn make(&mut self, commit: &CommitId) -> Result<Option<Arc<Vec<Manifest>>>, GitError> {
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
        let Ok(made) = render::render(&tree, std::slice::from_ref(&item), &self.setup.means) else {
            return Ok(None);
        };
        self.paths.extend(made.paths);
        Ok(Some(Arc::new(made.manifests)))
    }

    /// The source as a commit has it: by its own configuration, or where it has none by
    /// the one in hand.
    fn described_at(&self, commit: &CommitId) -> Result<Described, GitError> {
        let has_own = match &self.setup.configuration {
            Some(file) => self.repository.exists(commit, file)?,
            None => false,
        };
        let Some(sources_at) = self.setup.sources_at.as_ref().filter(|_| has_own) else {
            return Ok(Described::As(self.item.clone()));
        };
        let Some(then) = sources_at(commit) else { return Ok(Described::Unknown) };
        let same_path = |item: &&Item| item.path == self.item.path;
        // The same chart may be there several times.
        let place = self.setup.sources.iter().filter(same_path).position(|item| item == self.item);
        let found = then.iter().filter(same_path).nth(place.unwrap_or_default());
        Ok(found.map_or(Described::Absent, |item| Described::As(item.clone())))
    }

    /// From the commit to its parents, with what is still to be blamed.
    fn blame(
        &mut self,
        from: CommitId,
        until: Option<CommitId>,
        wishes: Vec<Wish>,
    ) -> Result<Vec<Answer>, GitError> {
        let mut answers = Vec::new();
        let Some(made) = self.made_at(&from)?.filter(|_| !wishes.is_empty()) else { return Ok(answers) };
        let (held, gone): (Vec<Wish>, Vec<Wish>) =
            wishes.into_iter().partition(|wish| wish.part.holds(&made));
        // A chart may make something else each time.
        if !gone.is_empty() && self.is_dirty()? {
            answers.extend(gone.into_iter().map(|wish| wish.answer(Known::Uncommitted)));
        }
        let mut next = vec![(from, held)];
        for _ in 0..MOST_COMMITS {
            let Some((commit, wishes)) = next.pop() else { break };
            if wishes.is_empty() || Some(commit) == until {
                continue;
            }
            let Some(parents) = self.repository.parents(&commit)? else {
                answers.extend(wishes.into_iter().map(|wish| wish.answer(Known::CutOff)));
                continue;
            };
            let mut left = Some(wishes);
            for parent in &parents {
                let Some(wishes) = left.take().filter(|wishes| !wishes.is_empty()) else { break };
                let Some(made) = self.made_at(parent)? else { break };
                let (held, others) = wishes.into_iter().partition(|wish: &Wish| wish.part.holds(&made));
                next.push((*parent, held));
                left = Some(others);
            }
            let Some(blamed) = left.filter(|left| !left.is_empty()) else { continue };
            let (found, written) = self.told(&commit)?;
            answers.extend(blamed.into_iter().map(|wish| {
                let path = wish.path_among(&written).unwrap_or(&self.item.path).to_owned();
                wish.answer(Known::Commit(LastCommit { path, ..found.clone() }))
            }));
        }
        Ok(answers)
    }

    /// Whether the work tree has something in it that the commit hasn't.
    fn is_dirty(&self) -> Result<bool, GitError> {
        let Origin::WorkTree { repository, .. } = &self.setup.origin else { return Ok(false) };
        Ok(!repository.is_dirty(&self.paths.iter().collect::<Vec<_>>())?.is_empty())
    }

    /// The commit, and what of the source it wrote.
    fn told(&self, id: &CommitId) -> Result<(LastCommit, Vec<String>), GitError> {
        let commit = self.repository.commit(id)?;
        let written = self.repository.written_by(id)?.into_iter();
        let is_own = |path: &str| self.paths.iter().any(|own| own == "." || is_below(path, own));
        let written = written.filter(|file| file.kind == TreeKind::File && is_own(&file.path));
        let (author, subject, time) = (commit.author, commit.subject, commit.author_time);
        let last = LastCommit { sha: *id, author, subject, time, path: String::new(), line: None };
        Ok((last, written.map(|file| file.path).collect()))
    }
}

impl Wish {
    /// Which of the files that a commit wrote it's about, as far as that can be told: the
    /// only one, or the one that the object is made of.
    fn path_among<'w>(&self, written: &'w [String]) -> Option<&'w str> {
        let own = written.iter().find(|path| Some(*path) == self.made_of.as_ref());
        match written {
            [only] => Some(only),
            _ => own.map(String::as_str),
        }
    }

    fn answer(self, blamed: Known) -> Answer {
        Answer { action: self.action, change: self.change, blamed }
    }
}
