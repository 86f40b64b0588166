//! Which commits asked for the changes of a plan. Looks only where something
//! changes, and only at the files that it's written in; a plan with no changes
//! costs nothing. What can't be found stays unknown: it is never an error of the
//! plan, and never changes its digest.

mod between;
mod given;
mod lost;
mod moves;
mod parts;
mod rendered;
mod source;

use std::collections::BTreeMap;

use super::assemble::Work;
use super::memory::Memory;
use super::resolve::Desired;
use super::setup::{Origin, Setup, normalised};
use crate::git::{Asked, Blamed, Commit, CommitId, GitError, MOST_COMMITS, Repository, blob_id};
use crate::json::Value;
use crate::object::{Manifest, ObjectId, Op};
use crate::parallel;
use crate::plan::{Action, Cause, CommitRef, FieldChange, LastCommit};
use crate::render::{Provenance, SourceFile};
use crate::yaml;
pub(super) use between::{Versions, between};
pub(super) use given::tell_given;
use moves::Moves;
use parts::{Part, field, find, objects};
use rendered::{Question, What};

/// The sources, as they have been rendered.
#[derive(Clone, Copy)]
pub(super) struct Sources<'a> {
    pub(super) setup: &'a Setup,
    /// The commit that they come from, or that is checked out around them.
    pub(super) commit: Option<&'a CommitRef>,
    /// What went into each that is rendered.
    pub(super) provenance: &'a [Option<Provenance>],
}

/// Fills in who asked for what. What is worth telling about it.
pub(super) fn tell(
    sources: Sources<'_>,
    memory: Option<&Memory>,
    desired: &[Desired],
    work: &[Work],
    actions: &mut [Action],
) -> Vec<String> {
    let Some(repository) = sources.setup.origin.repository() else { return Vec::new() };
    let Some(from) = sources.commit.and_then(|commit| commit.sha.parse().ok()) else { return Vec::new() };
    let mut files = Files::new(sources, repository, deployed(memory));
    files.load(actions.iter().zip(work).filter_map(|(action, work)| match work {
        Work::Write { at, .. } => Some(desired[*at].source().path.to_string()),
        Work::Delete { .. } | Work::Forget { .. } => removed_from(action, memory),
        Work::Keep { .. } | Work::Unstick { .. } | Work::Hook { .. } | Work::Bootstrap => None,
    }));
    for (at, (action, work)) in actions.iter().zip(work).enumerate() {
        match work {
            Work::Write { at: position, body, live, .. } => {
                let object = &desired[*position];
                if live.is_some() {
                    changes(at, action, &object.manifest, body, memory, &mut files);
                } else if action.causes == [Cause::Commit] && is_deployed(memory) {
                    // With the first deployment everything is new.
                    creation(at, &object.manifest, &mut files);
                }
            }
            Work::Delete { .. } | Work::Forget { .. } => deletion(at, action, memory, &mut files),
            Work::Keep { .. } | Work::Unstick { .. } | Work::Hook { .. } | Work::Bootstrap => {}
        }
    }
    match files.answer(from) {
        Ok(answers) => fill_in(actions, answers),
        Err(error) => vec![format!("which commits asked for the changes isn't known: {error}")],
    }
}

/// The commit that is deployed, if this clone has it.
fn deployed(memory: Option<&Memory>) -> Option<CommitId> {
    memory?.record.as_ref()?.summary.commit.as_ref()?.sha.parse().ok()
}

fn is_deployed(memory: Option<&Memory>) -> bool {
    memory.is_some_and(|memory| memory.record.is_some())
}

/// Asks about the fields that Git asks for: of those that drifted, only where Git
/// has moved, too.
fn changes<'a>(
    at: usize,
    action: &Action,
    object: &'a Manifest,
    body: &Value,
    memory: Option<&Memory>,
    files: &mut Files<'a>,
) {
    let id = &object.id;
    let is_drift = |change: &FieldChange| change.cause == Some(Cause::Drift);
    let recorded = memory.filter(|_| action.changes.iter().any(is_drift));
    let recorded = recorded.and_then(|memory| {
        let recorded = memory.past().get(id)?;
        Some((recorded, memory.keep_form(id, body, recorded)))
    });
    let has_moved = |change: &FieldChange| match &recorded {
        _ if !is_drift(change) => true,
        Some((recorded, wanted)) => recorded.is_superseded(&change.path, wanted),
        None => false,
    };
    let wanted: Vec<usize> =
        (0..action.changes.len()).filter(|change| has_moved(&action.changes[*change])).collect();
    if wanted.is_empty() {
        return;
    }
    let source = &object.source;
    if source.is_rendered {
        for change in wanted {
            let FieldChange { path, op, .. } = &action.changes[change];
            let what = What::Field { of: object, path: path.clone(), is_there: *op != Op::Remove };
            files.question(at, Some(change), id, what);
        }
        return;
    }
    let Some(file) = files.of(&source.path, blob_of(object)) else { return };
    for change in wanted {
        let FieldChange { path, op, .. } = &action.changes[change];
        let found = find(&file.objects, id).and_then(|manifest| field(manifest, path));
        let value = found.map(|(_, value)| value.clone());
        // What Git doesn't say, but the server or a webhook, no commit asked for.
        if value.is_some() == (*op != Op::Remove) {
            let part = Part::Field { object: id.clone(), path: path.clone(), value };
            file.ask(at, Some(change), part, object.vars.is_some());
        }
    }
}

/// The content of an object's file, as far as that is known: where variables went into it,
/// the object's isn't the file's.
fn blob_of(object: &Manifest) -> Option<&str> {
    object.vars.is_none().then_some(&*object.source.blob)
}

fn creation<'a>(at: usize, object: &'a Manifest, files: &mut Files<'a>) {
    let source = &object.source;
    if source.is_rendered {
        files.question(at, None, &object.id, What::Created(object));
    } else if let Some(file) = files.of(&source.path, blob_of(object)) {
        file.ask(at, None, Part::Object { object: object.id.clone(), is_there: true }, false);
    }
}

/// An object that its file still has goes for another reason: the sources are
/// others now, say.
fn deletion(at: usize, action: &Action, memory: Option<&Memory>, files: &mut Files<'_>) {
    if let Some(path) = removed_from(action, memory) {
        files.removal(at, action.id(), &path, true);
    }
}

/// The file that a deleted object stood in.
fn removed_from(action: &Action, memory: Option<&Memory>) -> Option<String> {
    let recorded = memory?.record.as_ref()?.find(&action.id())?;
    Some(recorded.source.as_ref()?.path.clone())
}

/// What is asked, by file.
struct Files<'a> {
    sources: Sources<'a>,
    repository: &'a Repository,
    /// By path from the repository's root, those that can be asked about.
    by_path: BTreeMap<String, File>,
    /// What is asked about objects that a renderer made.
    rendered: Vec<Question<'a>>,
    /// The commit that nobody has to look behind, if there is one.
    until: Option<CommitId>,
}

struct File {
    /// What it is now, if it's there.
    blob: Option<String>,
    bytes: Vec<u8>,
    objects: Vec<Manifest>,
    wishes: Vec<Wish>,
}

/// A part, and for whom it's looked for.
struct Wish {
    action: usize,
    /// One of its changes; the object itself when absent.
    change: Option<usize>,
    part: Part,
    /// Only a commit after the deployed one can have asked for it: variables went in.
    is_since: bool,
}

impl File {
    fn ask(&mut self, action: usize, change: Option<usize>, part: Part, is_since: bool) {
        self.wishes.push(Wish { action, change, part, is_since });
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

impl<'a> Files<'a> {
    fn new(sources: Sources<'a>, repository: &'a Repository, until: Option<CommitId>) -> Self {
        let until = until.filter(|until| repository.contains(until));
        Self { sources, repository, by_path: BTreeMap::new(), rendered: Vec::new(), until }
    }

    fn question(&mut self, action: usize, change: Option<usize>, object: &ObjectId, what: What<'a>) {
        self.rendered.push(Question { action, change, object: object.clone(), what });
    }

    /// Asks who took an object away. Of a release nothing tells whether a renderer made
    /// it: the file that it was last made of may be one of manifests as well.
    fn removal(&mut self, action: usize, object: ObjectId, path: &str, may_be_rendered: bool) {
        if may_be_rendered {
            self.question(action, None, &object, What::Removed { path: path.to_owned() });
        }
        let Some(file) = self.of(path, None) else { return };
        let part = Part::Object { object, is_there: false };
        if part.holds(&file.objects) {
            file.ask(action, None, part, false);
        }
    }

    /// Reads the files of these sources as they are now.
    fn load(&mut self, paths: impl Iterator<Item = String>) {
        let setup = self.sources.setup;
        let rooted = |path: String| Some((path_from_root(&setup.origin, &path)?, path));
        let paths: BTreeMap<String, String> = paths.filter_map(rooted).collect();
        let files = parallel::each(paths.into_iter().collect(), |(rooted, path)| {
            let read = setup.origin.tree().read(&path).ok().and_then(|files| files.into_iter().next());
            let content = read.as_ref().map(|SourceFile { bytes, .. }| bytes.as_slice());
            let bytes = content.unwrap_or_default().to_vec();
            let file = |objects| File { blob: content.map(blob_id), bytes, objects, wishes: Vec::new() };
            (rooted, objects(content).map(file))
        });
        self.by_path.extend(files.into_iter().filter_map(|(path, file)| Some((path, file?))));
    }

    /// A file by the path of a source. With a blob id only if it still has that
    /// content; without one it may be gone.
    fn of(&mut self, path: &str, blob: Option<&str>) -> Option<&mut File> {
        let file = self.by_path.get_mut(&path_from_root(&self.sources.setup.origin, path)?)?;
        (blob.is_none() || file.blob.as_deref() == blob).then_some(file)
    }

    fn answer(mut self, from: CommitId) -> Result<Vec<Answer>, GitError> {
        let rendered = std::mem::take(&mut self.rendered);
        let rendered = rendered::answers(self.sources, self.repository, from, self.until, rendered)?;
        let mut answers = self.of_files(from)?;
        // Who is known to have rendered it so knows better.
        answers.extend(rendered);
        Ok(answers)
    }

    fn of_files(self, from: CommitId) -> Result<Vec<Answer>, GitError> {
        let until = self.until;
        let asking = |(_, file): &(String, File)| !file.wishes.is_empty();
        let files: Vec<(String, File)> = self.by_path.into_iter().filter(asking).collect();
        if files.is_empty() {
            return Ok(Vec::new());
        }
        let asked: Vec<Asked<'_>> = files.iter().map(|(path, file)| asked(path, file)).collect();
        let mut blamed = self.repository.blame(&from, &asked, MOST_COMMITS)?;
        let mut moves = Moves::new(self.repository, from);
        for ((_, file), blamed) in files.iter().zip(&mut blamed) {
            for (wish, blamed) in file.wishes.iter().zip(blamed) {
                if wish.is_since && matches!(blamed, Blamed::Commit { commit, .. } if until == Some(*commit))
                {
                    *blamed = Blamed::Unknown;
                }
                if let Part::Object { object, is_there: false } = &wish.part {
                    *blamed = moves.last(object, blamed.clone());
                }
            }
        }
        let mut commits: BTreeMap<CommitId, Commit> = BTreeMap::new();
        for blamed in blamed.iter().flatten() {
            if let Blamed::Commit { commit, .. } = blamed
                && !commits.contains_key(commit)
            {
                commits.insert(*commit, self.repository.commit(commit)?);
            }
        }
        let told = files.iter().map(|(_, file)| file).zip(blamed).collect();
        let answers = parallel::each(told, |(file, blamed)| answers(self.repository, file, blamed, &commits));
        Ok(answers.into_iter().flatten().collect())
    }
}

/// What is known of the parts of a file.
fn answers(
    repository: &Repository,
    file: &File,
    blamed: Vec<Blamed>,
    commits: &BTreeMap<CommitId, Commit>,
) -> Vec<Answer> {
    let mut versions: BTreeMap<(CommitId, String), Option<Version>> = BTreeMap::new();
    let mut answers = Vec::new();
    for (Wish { action, change, part, .. }, blamed) in file.wishes.iter().zip(blamed) {
        let known = match blamed {
            Blamed::Commit { commit, path } => commits.get(&commit).map(|found| {
                let version = versions
                    .entry((commit, path.clone()))
                    .or_insert_with(|| version(repository, &commit, &path, file));
                let line = version.as_ref().and_then(|(text, objects)| part.line(text, objects));
                let Commit { author, subject, author_time: time, .. } = found.clone();
                Known::Commit(LastCommit { sha: commit, author, subject, time, path, line })
            }),
            Blamed::Uncommitted => Some(Known::Uncommitted),
            Blamed::CutOff => Some(Known::CutOff),
            Blamed::Unknown => None,
        };
        answers.extend(known.map(|blamed| Answer { action: *action, change: *change, blamed }));
    }
    answers
}

/// A file's text and objects.
type Version = (String, Vec<Manifest>);

/// A file as a commit has it, which most often is as it is now.
fn version(repository: &Repository, commit: &CommitId, path: &str, now: &File) -> Option<Version> {
    let text = |bytes: &[u8]| yaml::decode(bytes).ok().map(std::borrow::Cow::into_owned);
    let entry = repository.entry(commit, path).ok()??;
    if Some(entry.blob()) == now.blob {
        return Some((text(&now.bytes)?, now.objects.clone()));
    }
    let bytes = repository.blobs(&[entry], u64::MAX).into_iter().next()?.ok()?;
    Some((text(&bytes)?, objects(Some(&bytes))?))
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
