//! Who asked for what a renderer made: the commit from which on it's made so.
//!
//! There is no file to look into, so a commit's sources are rendered as they were, as
//! far back as it takes: from a commit to the parent that makes the same of a part, until
//! none does. Only sources are whose objects have changed, and commits that have the same
//! in all that goes into one aren't rendered again: neither what this run has made of
//! them, nor what is kept of earlier runs.

use super::lost::Lost;
use super::parts::{Part, field};
use super::source::{Configured, Source};
use super::{Answer, Known, Sources};
use crate::deploy::setup::Origin;
use crate::git::{CommitId, GitError, MOST_COMMITS, Repository};
use crate::object::{FieldPath, Manifest, ObjectId};
use crate::parallel;
use crate::plan::LastCommit;

/// So many sources are asked about: where more have changed, their commits would take
/// longer than the plan.
pub(super) const MOST_SOURCES: usize = 64;

/// So many are looked at at once.
pub(super) const AT_ONCE: usize = 4;

/// What is asked of an action, or of one of its changes.
pub(super) struct Question<'a> {
    pub(super) action: usize,
    pub(super) change: Option<usize>,
    pub(super) object: ObjectId,
    pub(super) what: What<'a>,
}

/// Whose commit is looked for.
pub(super) enum What<'a> {
    /// A field's, as it is now: there, or not.
    Field { of: &'a Manifest, path: FieldPath, is_there: bool },
    /// The object's.
    Created(&'a Manifest),
    /// Who took the object away that was made of this file.
    Removed { path: String },
}

impl<'a> Question<'a> {
    /// The object as it is now, if it's there.
    fn manifest(&self) -> Option<&'a Manifest> {
        match self.what {
            What::Field { of, .. } | What::Created(of) => Some(of),
            What::Removed { .. } => None,
        }
    }
}

/// What is known of all that is asked, as seen from a commit; nothing older than `until`
/// is looked at, if that is known.
pub(super) fn answers(
    sources: Sources<'_>,
    repository: &Repository,
    from: CommitId,
    until: Option<CommitId>,
    questions: Vec<Question<'_>>,
) -> Result<Vec<Answer>, GitError> {
    // What -f names may lie anywhere.
    if questions.is_empty() || matches!(sources.setup.origin, Origin::AdHoc { .. }) {
        return Ok(Vec::new());
    }
    let (standing, removed): (Vec<_>, Vec<_>) =
        questions.into_iter().partition(|question| question.manifest().is_some());
    let mut asked: Vec<Asked<'_>> = rendered(sources, repository).collect();
    for question in standing {
        let is_of = |source: &&mut Asked<'_>| {
            question.manifest().is_some_and(|manifest| manifest.source.given_by == source.number)
        };
        if let Some(source) = asked.iter_mut().find(is_of) {
            source.ask(question);
        }
    }
    if let Some(until) = until {
        let items = match Configured::at(sources.setup, repository, &until)? {
            Configured::Here => sources.setup.sources.clone(),
            Configured::There(items) => items,
            Configured::Unknown => Vec::new(),
        };
        asked = Lost { from, until, items }.ask(asked, removed)?;
    }
    asked.retain(|source| !source.wishes.is_empty());
    asked.truncate(MOST_SOURCES);
    let answers = parallel::each_of_few(asked, AT_ONCE, |source| source.answers(from, until));
    let answers: Vec<Vec<Answer>> = answers.into_iter().collect::<Result<_, GitError>>()?;
    Ok(answers.into_iter().flatten().collect())
}

/// The sources that are rendered and that may be asked about.
fn rendered<'a>(sources: Sources<'a>, repository: &'a Repository) -> impl Iterator<Item = Asked<'a>> {
    let Sources { setup, provenance, .. } = sources;
    (0..).zip(setup.sources.iter().zip(provenance)).filter_map(move |(number, (item, provenance))| {
        // Nobody waits for what each commit would fetch, or decrypt.
        let provenance = provenance.as_ref().filter(|provenance| !provenance.holds_decrypted)?;
        let source = Source::new(setup, repository, item, &provenance.paths);
        (!item.may_fetch()).then(|| Asked { number, source, now: Vec::new(), wishes: Vec::new() })
    })
}

/// A source, and what it's asked.
pub(super) struct Asked<'a> {
    /// Which one, from 0.
    number: u32,
    pub(super) source: Source<'a>,
    /// The objects that are asked about, as they are now.
    now: Vec<Manifest>,
    wishes: Vec<Wish>,
}

/// A part, and for whom it's looked for.
struct Wish {
    action: usize,
    change: Option<usize>,
    part: Part,
    /// The file that the object is made of, if it's there.
    made_of: Option<String>,
}

impl Asked<'_> {
    /// Asks a question of it. What the source doesn't say, but the server or a webhook, has
    /// no answer.
    pub(super) fn ask(&mut self, question: Question<'_>) {
        let manifest = question.manifest();
        let Question { action, change, object, what } = question;
        let part = match what {
            What::Field { of, path, is_there } => {
                let value = field(of, &path).map(|(_, value)| value.clone());
                if value.is_some() != is_there {
                    return;
                }
                Part::Field { object, path, value }
            }
            What::Created(_) => Part::Object { object, is_there: true },
            What::Removed { .. } => Part::Object { object, is_there: false },
        };
        if let Some(manifest) = manifest
            && !self.now.iter().any(|known| known.id == manifest.id)
        {
            self.now.push(manifest.clone());
        }
        let made_of = manifest.map(|manifest| manifest.source.path.to_string());
        self.wishes.push(Wish { action, change, part, made_of });
    }

    /// From the commit to its parents, with what is still to be blamed.
    fn answers(self, from: CommitId, until: Option<CommitId>) -> Result<Vec<Answer>, GitError> {
        let Self { mut source, now, wishes, .. } = self;
        let mut answers = Vec::new();
        // All that is asked about is known of it.
        source.know(from, now)?;
        let Some(made) = source.made_at(&from)? else { return Ok(answers) };
        let (held, gone): (Vec<Wish>, Vec<Wish>) =
            wishes.into_iter().partition(|wish| wish.part.holds(&made));
        // A chart may make something else each time.
        if !gone.is_empty() && source.is_dirty()? {
            answers.extend(gone.into_iter().map(|wish| wish.answer(Known::Uncommitted)));
        }
        let mut next = vec![(from, held)];
        for _ in 0..MOST_COMMITS {
            let Some((commit, wishes)) = next.pop() else { break };
            if wishes.is_empty() || Some(commit) == until {
                continue;
            }
            let Some(parents) = source.repository.parents(&commit)? else {
                answers.extend(wishes.into_iter().map(|wish| wish.answer(Known::CutOff)));
                continue;
            };
            let mut left = Some(wishes);
            for parent in &parents {
                let Some(wishes) = left.take().filter(|wishes| !wishes.is_empty()) else { break };
                let Some(made) = source.made_at(parent)? else { break };
                let (held, others) = wishes.into_iter().partition(|wish: &Wish| wish.part.holds(&made));
                next.push((*parent, held));
                left = Some(others);
            }
            let Some(blamed) = left.filter(|left| !left.is_empty()) else { continue };
            let (found, written) = source.told(&commit)?;
            answers.extend(blamed.into_iter().map(|wish| {
                let path = wish.path_among(&written).unwrap_or(&source.item.path).to_owned();
                wish.answer(Known::Commit(LastCommit { path, ..found.clone() }))
            }));
        }
        Ok(answers)
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
