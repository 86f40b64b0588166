//! Which commits asked for the changes of a plan. Looks only where something
//! changes, and only at the files that it's written in; a plan with no changes
//! costs nothing. What can't be found stays unknown: it is never an error of the
//! plan, and never changes its digest.

mod parts;

use std::collections::BTreeMap;
use std::path::{Component, Path, PathBuf};

use super::assemble::Work;
use super::memory::Memory;
use super::resolve::Desired;
use super::setup::{Origin, Setup};
use crate::git::{Asked, Blamed, Commit, CommitId, GitError, MOST_COMMITS, Repository, blob_id};
use crate::json::Value;
use crate::object::{Manifest, Op};
use crate::plan::{Action, Cause, CommitRef, FieldChange, LastCommit, Verb};
use crate::render::SourceFile;
use parts::{Part, field, find, objects};

/// Fills in who asked for what. What is worth telling about it.
pub(super) fn tell(
    setup: &Setup,
    memory: Option<&Memory>,
    commit: Option<&CommitRef>,
    desired: &[Desired],
    work: &[Work],
    actions: &mut [Action],
) -> Vec<String> {
    let Some(repository) = setup.origin.repository() else { return Vec::new() };
    let Some(from) = commit.and_then(|commit| commit.sha.parse().ok()) else { return Vec::new() };
    let mut files = Files { setup, repository, by_path: BTreeMap::new() };
    for (at, (action, work)) in actions.iter().zip(work).enumerate() {
        match work {
            Work::Write { at: position, body, live, .. } => {
                let object = &desired[*position];
                if live.is_some() {
                    changes(at, action, object, body, memory, &mut files);
                } else if action.causes == [Cause::Commit] && is_deployed(memory) {
                    // With the first deployment everything is new.
                    creation(at, object, &mut files);
                }
            }
            Work::Delete { .. } => deletion(at, action, memory, &mut files),
            Work::Keep { .. } | Work::Bootstrap => {}
        }
    }
    match files.answer(from) {
        Ok(answers) => fill_in(actions, answers),
        Err(error) => vec![format!("which commits asked for the changes isn't known: {error}")],
    }
}

fn is_deployed(memory: Option<&Memory>) -> bool {
    memory.is_some_and(|memory| memory.record.is_some())
}

/// Asks about the fields that Git asks for: of those that drifted, only where Git
/// has moved, too.
fn changes(
    at: usize,
    action: &Action,
    object: &Desired,
    body: &Value,
    memory: Option<&Memory>,
    files: &mut Files<'_>,
) {
    let id = object.id();
    let recorded = memory.and_then(|memory| Some((memory.past.get(id)?, memory.keep_form(id, body))));
    let has_moved = |change: &FieldChange| match (&recorded, change.cause) {
        (Some((recorded, wanted)), Some(Cause::Drift)) => recorded.is_superseded(&change.path, wanted),
        (None, Some(Cause::Drift)) => false,
        _ => true,
    };
    let wanted: Vec<usize> =
        (0..action.changes.len()).filter(|change| has_moved(&action.changes[*change])).collect();
    if wanted.is_empty() {
        return;
    }
    let source = object.source();
    let Some(file) = files.of(&source.path, Some(&source.blob)) else { return };
    for change in wanted {
        let FieldChange { path, op, .. } = &action.changes[change];
        let found = find(&file.objects, id).and_then(|manifest| field(manifest, path));
        let value = found.map(|(_, value)| value.clone());
        // What Git doesn't say, but the server or a webhook, no commit asked for.
        if value.is_some() == (*op != Op::Remove) {
            let part = Part::Field { object: id.clone(), path: path.clone(), value };
            file.ask(at, Some(change), part);
        }
    }
}

fn creation(at: usize, object: &Desired, files: &mut Files<'_>) {
    let source = object.source();
    if let Some(file) = files.of(&source.path, Some(&source.blob)) {
        file.ask(at, None, Part::Object { object: object.id().clone(), is_there: true });
    }
}

/// An object that its file still has goes for another reason: the sources are
/// others now, say.
fn deletion(at: usize, action: &Action, memory: Option<&Memory>, files: &mut Files<'_>) {
    let id = action.id();
    let recorded = memory.and_then(|memory| memory.record.as_ref()?.find(&id)?.source.clone());
    let Some(source) = recorded.filter(|_| action.action == Verb::Delete) else { return };
    let Some(file) = files.of(&source.path, None) else { return };
    let part = Part::Object { object: id, is_there: false };
    if part.holds(&file.objects) {
        file.ask(at, None, part);
    }
}

/// What is asked, by file.
struct Files<'a> {
    setup: &'a Setup,
    repository: &'a Repository,
    /// By path from the repository's root; `None` for those that can't be asked
    /// about.
    by_path: BTreeMap<String, Option<File>>,
}

struct File {
    blob: Option<String>,
    /// What it holds now.
    objects: Vec<Manifest>,
    wishes: Vec<Wish>,
}

/// A part, and for whom it's looked for.
struct Wish {
    action: usize,
    /// One of its changes; the object itself when absent.
    change: Option<usize>,
    part: Part,
}

impl File {
    fn ask(&mut self, action: usize, change: Option<usize>, part: Part) {
        self.wishes.push(Wish { action, change, part });
    }
}

/// What is known of an action, or of one of its changes.
struct Answer {
    action: usize,
    change: Option<usize>,
    blamed: Known,
}

enum Known {
    Commit(LastCommit),
    Uncommitted,
    CutOff,
}

impl Files<'_> {
    /// A file by the path of a source. With a blob id only if it still has that
    /// content; without one it may be gone.
    fn of(&mut self, path: &str, blob: Option<&str>) -> Option<&mut File> {
        let rooted = path_from_root(&self.setup.origin, path)?;
        let setup = self.setup;
        let file = self.by_path.entry(rooted).or_insert_with(|| {
            let read = setup.origin.tree().read(path).ok().and_then(|files| files.into_iter().next());
            let content = read.as_ref().map(|SourceFile { bytes, .. }| bytes.as_slice());
            let objects = objects(content)?;
            Some(File { blob: content.map(blob_id), objects, wishes: Vec::new() })
        });
        file.as_mut().filter(|file| blob.is_none() || file.blob.as_deref() == blob)
    }

    fn answer(self, from: CommitId) -> Result<Vec<Answer>, GitError> {
        let files = self.by_path.into_iter().filter_map(|(path, file)| Some((path, file?)));
        let files: Vec<(String, File)> = files.filter(|(_, file)| !file.wishes.is_empty()).collect();
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let asked: Vec<Asked<'_>> = files.iter().map(|(path, file)| asked(path, file)).collect();
        let blamed = self.repository.blame(&from, &asked, MOST_COMMITS)?;
        let mut commits =
            Commits { repository: self.repository, known: BTreeMap::new(), versions: BTreeMap::new() };
        let mut answers = Vec::new();
        for ((_, file), blamed) in files.iter().zip(blamed) {
            for (wish, blamed) in file.wishes.iter().zip(blamed) {
                let blamed = match blamed {
                    Blamed::Commit { commit, path } => {
                        commits.last(commit, path, &wish.part).map(Known::Commit)
                    }
                    Blamed::Uncommitted => Some(Known::Uncommitted),
                    Blamed::CutOff => Some(Known::CutOff),
                    Blamed::Unknown => None,
                };
                let answer = |blamed| Answer { action: wish.action, change: wish.change, blamed };
                answers.extend(blamed.map(answer));
            }
        }
        Ok(answers)
    }
}

/// Reads each version once for all that is asked about it. One that can't be read
/// is passed over.
fn asked<'a>(path: &str, file: &'a File) -> Asked<'a> {
    let judge = |parts: &[usize], content: Option<&[u8]>| match objects(content) {
        Some(objects) => parts.iter().map(|part| file.wishes[*part].part.holds(&objects)).collect(),
        None => vec![true; parts.len()],
    };
    Asked { path: path.to_owned(), blob: file.blob.clone(), parts: file.wishes.len(), judge: Box::new(judge) }
}

/// What commits say of themselves, and what their files hold, read once.
struct Commits<'a> {
    repository: &'a Repository,
    known: BTreeMap<CommitId, Option<Commit>>,
    versions: BTreeMap<(CommitId, String), Option<Version>>,
}

/// A file's text and objects.
type Version = (String, Vec<Manifest>);

impl Commits<'_> {
    fn last(&mut self, id: CommitId, path: String, part: &Part) -> Option<LastCommit> {
        let repository = self.repository;
        let commit = self.known.entry(id).or_insert_with(|| repository.commit(&id).ok()).clone()?;
        let file = self.versions.entry((id, path.clone())).or_insert_with(|| {
            let file = repository.read(&id, &path).ok()?.into_iter().next()?;
            let text = crate::yaml::decode(&file.bytes).ok()?.into_owned();
            Some((text, objects(Some(&file.bytes))?))
        });
        let line = file.as_ref().and_then(|(text, objects)| part.line(text, objects));
        let Commit { author, subject, author_time: time, .. } = commit;
        Some(LastCommit { sha: id, author, subject, time, path, line })
    }
}

/// Puts the answers where they belong. What is worth telling.
fn fill_in(actions: &mut [Action], answers: Vec<Answer>) -> Vec<String> {
    let mut cut_off = 0;
    for Answer { action, change, blamed } in answers {
        let action = &mut actions[action];
        let (commit, uncommitted) = match change {
            Some(change) => {
                let change = &mut action.changes[change];
                (&mut change.commit, &mut change.uncommitted)
            }
            None => (&mut action.commit, &mut action.uncommitted),
        };
        match blamed {
            Known::Commit(found) => *commit = Some(found),
            Known::Uncommitted => *uncommitted = true,
            Known::CutOff => cut_off += 1,
        }
    }
    let note = match cut_off {
        0 => return Vec::new(),
        1 => "the commit behind 1 change isn't".to_owned(),
        many => format!("the commits behind {many} changes aren't"),
    };
    vec![format!(
        "the history of this clone is cut off, so {note} known: git fetch --unshallow brings the rest"
    )]
}

/// A source's path from the repository's root.
fn path_from_root(origin: &Origin, path: &str) -> Option<String> {
    let Origin::AdHoc { directory, tracked, .. } = origin else { return Some(path.to_owned()) };
    let root = tracked.as_ref()?.0.root()?.canonicalize().ok()?;
    let inside = normalised(&directory.join(path)).strip_prefix(&root).ok()?.to_path_buf();
    let names: Vec<_> = inside.iter().map(|name| name.to_str()).collect::<Option<_>>()?;
    Some(names.join("/"))
}

/// The path without `.` and `..`.
fn normalised(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for component in path.components() {
        match component {
            Component::CurDir => {}
            Component::ParentDir => {
                clean.pop();
            }
            other => clean.push(other),
        }
    }
    clean
}

#[cfg(test)]
mod tests;
