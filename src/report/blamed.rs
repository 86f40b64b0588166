//! Who asked for a change, in words: the commit that wrote it, or who changed it
//! live.

use jiff::Timestamp;

use super::values::one_line;
use super::visible::visible;
use super::words;
use crate::diff::Operation;
use crate::git::CommitId;
use crate::plan::{Action, Cause, CommitRef, FieldChange, LastCommit, Verb};

/// The longest value that a remark holds, in columns.
const LONGEST_VALUE: usize = 40;

/// Tells who asked for an action's changes. A commit that was named is named
/// shortly from then on.
pub(crate) struct Telling<'a> {
    named: Vec<CommitId>,
    source: Option<&'a str>,
    /// What time it is; without it times are told as they are, and of commits not
    /// at all.
    now: Option<Timestamp>,
    /// As many columns as a subject may take.
    subject: usize,
    /// Whether lines and files are told.
    places: bool,
}

impl<'a> Telling<'a> {
    /// `known` is the commit that readers know already.
    pub(crate) fn of(action: &'a Action, known: Option<&CommitRef>) -> Self {
        Self {
            named: known.and_then(|commit| commit.sha.parse().ok()).into_iter().collect(),
            source: action.source.as_ref().map(|source| source.path.as_str()),
            now: None,
            subject: 60,
            places: true,
        }
    }

    /// With ages, and subjects of this width at most.
    #[must_use]
    pub(crate) fn at(self, now: Timestamp, subject: usize) -> Self {
        Self { now: Some(now), subject, ..self }
    }

    /// Without lines and files: they are one's of many.
    #[must_use]
    pub(crate) fn without_places(self) -> Self {
        Self { places: false, ..self }
    }

    /// What is said of the action as a whole: who brought the object in or took it
    /// out, or asked for all of these changes.
    pub(crate) fn whole(&mut self, action: &Action, changes: &[FieldChange]) -> Option<String> {
        if action.action == Verb::Create && action.causes == [Cause::Drift] {
            return Some("deleted live".to_owned());
        }
        let own = asker(action.commit.as_ref(), action.uncommitted);
        if let Some(asker) = own {
            // What the source's line already says isn't said again.
            let places = self.places && self.source.is_none();
            return Some(self.asker(asker, places));
        }
        common(changes).map(|asker| self.asker(asker, false))
    }

    /// What is said of one of these changes.
    pub(crate) fn field(&mut self, change: &FieldChange, changes: &[FieldChange]) -> Vec<String> {
        let mut remarks: Vec<String> = self.drift(change).into_iter().collect();
        if common(changes).is_none()
            && let Some(asker) = asker(change.commit.as_ref(), change.uncommitted)
        {
            remarks.push(self.asker(asker, self.places));
        }
        if !change.variables.is_empty() {
            remarks.push(format!("variable {}", words::list(&change.variables)));
        }
        remarks
    }

    /// `changed live by kubectl-edit, 3 minutes ago; 3 was deployed`: managers are
    /// known, and when they wrote last; people aren't.
    fn drift(&self, change: &FieldChange) -> Option<String> {
        if change.cause != Some(Cause::Drift) {
            return None;
        }
        let verb = if change.operation == Some(Operation::Apply) { "applied" } else { "changed" };
        let by = change.by.as_deref().map_or_else(String::new, |by| format!(" by {}", visible(by)));
        let when = change.when.map_or_else(String::new, |when| match self.now {
            Some(now) => format!(", {}", words::ago(now, when)),
            None => format!(", {when:.0}"),
        });
        // What it will be again need not be said twice.
        let deployed = change.deployed.as_ref().filter(|value| change.to.as_ref() != Some(*value));
        let deployed = deployed.and_then(one_line).filter(|value| words::width(value) <= LONGEST_VALUE);
        let deployed = deployed.map_or_else(String::new, |value| format!("; {value} was deployed"));
        Some(format!("{verb} live{by}{when}{deployed}"))
    }

    fn asker(&mut self, asker: Asker<'_>, places: bool) -> String {
        match asker {
            Asker::WorkTree => "not committed yet".to_owned(),
            Asker::Commit(commit) => self.commit(commit, places),
        }
    }

    /// `2183628 "Scale up", Ada Example, 2 days ago (line 9)`.
    fn commit(&mut self, commit: &LastCommit, places: bool) -> String {
        let mut text = commit.sha.short();
        if !self.named.contains(&commit.sha) {
            self.named.push(commit.sha);
            let subject = words::shortened(&visible(&commit.subject), self.subject);
            text = format!("{text} \"{subject}\", {}", visible(words::name_of(&commit.author)));
            if let Some(now) = self.now {
                text = format!("{text}, {}", words::ago(now, commit.time));
            }
        }
        match self.place(commit).filter(|_| places) {
            Some(place) => format!("{text} ({place})"),
            None => text,
        }
    }

    fn place(&self, commit: &LastCommit) -> Option<String> {
        let path = visible(&commit.path);
        match (self.source == Some(commit.path.as_str()), commit.line) {
            (true, line) => line.map(|line| format!("line {line}")),
            (false, Some(line)) => Some(format!("{path}:{line}")),
            (false, None) => Some(path.into_owned()),
        }
    }
}

/// Who asked for something.
#[derive(Clone, Copy)]
enum Asker<'a> {
    Commit(&'a LastCommit),
    WorkTree,
}

fn asker(commit: Option<&LastCommit>, uncommitted: bool) -> Option<Asker<'_>> {
    commit.map(Asker::Commit).or_else(|| uncommitted.then_some(Asker::WorkTree))
}

/// Who asked for all of several changes but for those that were made live.
fn common(changes: &[FieldChange]) -> Option<Asker<'_>> {
    let asked: Vec<_> =
        changes.iter().map(|change| asker(change.commit.as_ref(), change.uncommitted)).collect();
    let is_live = |(change, asker): (&FieldChange, &Option<Asker<'_>>)| {
        asker.is_none() && change.cause != Some(Cause::Drift)
    };
    if changes.iter().zip(&asked).any(is_live) {
        return None;
    }
    let asked: Vec<_> = asked.into_iter().flatten().collect();
    let (first, more) = asked.split_first()?;
    let same = |other: &Asker<'_>| match (first, other) {
        (Asker::Commit(one), Asker::Commit(other)) => one.sha == other.sha,
        (Asker::WorkTree, Asker::WorkTree) => true,
        _ => false,
    };
    (!more.is_empty() && more.iter().all(same)).then_some(*first)
}
