//! From a commit to its parents, with the parts that are still to be blamed.

use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use gix::ObjectId;

use super::renames::{Earlier, renamed};
use super::trees::{Pair, differing, is_elsewhere};
use super::{Asked, Blamed};
use crate::git::CommitId;
use crate::parallel;

/// Blames all parts, beginning at a commit.
pub(super) fn walk(
    repository: &gix::Repository,
    from: ObjectId,
    asked: &[Asked<'_>],
    most: usize,
) -> gix::Result<Vec<Vec<Blamed>>> {
    let mut walk = Walk {
        repository,
        asked,
        most,
        shallow: repository.shallow_commits()?,
        known: HashMap::new(),
        queue: BinaryHeap::new(),
        waiting: HashMap::new(),
        answers: asked.iter().map(|asked| vec![Blamed::Unknown; asked.parts]).collect(),
    };
    walk.start(from)?;
    while let Some((_, commit)) = walk.queue.pop() {
        walk.step(commit)?;
    }
    Ok(walk.answers)
}

/// Parts of a file that a commit has as they are now.
struct Claim {
    /// Which of the files asked about.
    file: usize,
    /// Which of its parts.
    parts: Vec<usize>,
    /// What it's called here.
    path: Arc<str>,
    /// How many commits have been looked at.
    depth: usize,
}

#[derive(Clone)]
struct Known {
    tree: ObjectId,
    parents: Vec<ObjectId>,
    time: i64,
}

/// Content that can't be read, since a partial clone leaves it out: nobody is
/// blamed then.
struct LeftOut;

struct Walk<'r, 'a> {
    repository: &'r gix::Repository,
    asked: &'a [Asked<'a>],
    most: usize,
    shallow: Option<gix::shallow::Commits>,
    /// The commits in the queue.
    known: HashMap<ObjectId, Known>,
    /// What is to be looked at, newest first.
    queue: BinaryHeap<(i64, ObjectId)>,
    waiting: HashMap<ObjectId, Vec<Claim>>,
    answers: Vec<Vec<Blamed>>,
}

impl Walk<'_, '_> {
    /// What isn't in the commit as it is now is only in the work tree.
    fn start(&mut self, from: ObjectId) -> gix::Result<()> {
        let Some(known) = self.read(from)? else { return Ok(()) };
        let mut paths: Vec<&str> = self.asked.iter().map(|asked| asked.path.as_str()).collect();
        paths.sort_unstable();
        let files = differing(self.repository, Some(known.tree), None, &paths)?;
        for (file, asked) in self.asked.iter().enumerate() {
            let blob = files.get(asked.path.as_str()).and_then(|pair| pair.0);
            let all: Vec<usize> = (0..asked.parts).collect();
            let is_same = blob.is_some() && asked.blob == blob.map(|blob| blob.to_string());
            let has = if is_same {
                vec![true; all.len()]
            } else {
                let Ok(content) = self.content(blob) else { continue };
                (asked.judge)(&all, content.as_deref())
            };
            if blob.is_none() && is_elsewhere(self.repository, known.tree, &asked.path)? {
                continue;
            }
            let (parts, gone): (Vec<_>, Vec<_>) =
                all.into_iter().partition(|part| has.get(*part) == Some(&true));
            self.answer(file, &gone, &Blamed::Uncommitted);
            self.hand_on(Claim { file, parts, path: asked.path.as_str().into(), depth: 0 }, from, &known);
        }
        Ok(())
    }

    fn step(&mut self, commit: ObjectId) -> gix::Result<()> {
        let (Some(claims), Some(known)) = (self.waiting.remove(&commit), self.known.remove(&commit)) else {
            return Ok(());
        };
        let (claims, too_far): (Vec<_>, Vec<_>) =
            claims.into_iter().partition(|claim| claim.depth < self.most);
        self.answer_all(&too_far, &Blamed::Unknown);
        let is_cut = self.shallow.as_ref().is_some_and(|shallow| shallow.contains(&commit));
        let mut parents = Vec::with_capacity(known.parents.len());
        for id in &known.parents {
            match self.read(*id)? {
                Some(parent) if !is_cut => parents.push((*id, parent)),
                _ => {
                    self.answer_all(&claims, &Blamed::CutOff);
                    return Ok(());
                }
            }
        }
        if is_cut {
            self.answer_all(&claims, &Blamed::CutOff);
            return Ok(());
        }
        self.pass(commit, &known, &parents, claims)
    }

    /// Hands each part on to the first parent that has it; the commit is to blame
    /// for the rest.
    fn pass(
        &mut self,
        commit: ObjectId,
        known: &Known,
        parents: &[(ObjectId, Known)],
        claims: Vec<Claim>,
    ) -> gix::Result<()> {
        let all: Vec<Arc<str>> = claims.iter().map(|claim| claim.path.clone()).collect();
        let mut paths: Vec<&str> = all.iter().map(AsRef::as_ref).collect();
        paths.sort_unstable();
        paths.dedup();
        let trees: Vec<Option<ObjectId>> = match parents {
            [] => vec![None],
            parents => parents.iter().map(|(_, parent)| Some(parent.tree)).collect(),
        };
        let mut files = Vec::with_capacity(trees.len());
        for tree in &trees {
            files.push(differing(self.repository, Some(known.tree), *tree, &paths)?);
        }
        let mut left = Vec::with_capacity(claims.len());
        for mut claim in claims {
            match files.iter().position(|files| !files.contains_key(&*claim.path)) {
                Some(at) => {
                    if let Some((id, parent)) = parents.get(at) {
                        claim.depth += 1;
                        self.hand_on(claim, *id, parent);
                    }
                }
                None => left.push(claim),
            }
        }
        for (at, files) in files.iter().enumerate() {
            let parent = parents.get(at);
            left = self.pass_to(parent, trees[at], known.tree, files, left)?;
        }
        for claim in left {
            let blamed = Blamed::Commit { commit: CommitId::new(commit), path: claim.path.to_string() };
            self.answer(claim.file, &claim.parts, &blamed);
        }
        Ok(())
    }

    /// Hands on what one parent has; what it hasn't is left. `files` are those that
    /// differ from it.
    fn pass_to(
        &mut self,
        parent: Option<&(ObjectId, Known)>,
        before: Option<ObjectId>,
        tree: ObjectId,
        files: &HashMap<&str, Pair>,
        claims: Vec<Claim>,
    ) -> gix::Result<Vec<Claim>> {
        let mut renames = None;
        let mut versions = Vec::with_capacity(claims.len());
        for claim in claims {
            let pair = files.get(&*claim.path).copied().unwrap_or_default();
            let earlier = self.earlier(&claim.path, pair, before, tree, &mut renames)?;
            let content = self.content(earlier.as_ref().map(|earlier| earlier.blob));
            versions.push((claim, earlier, content));
        }
        let asked = self.asked;
        let judged = parallel::each(versions, |(claim, earlier, content)| {
            let judge = &asked[claim.file].judge;
            let has = content.map(|content| judge(&claim.parts, content.as_deref()));
            (claim, earlier, has)
        });
        let mut left = Vec::new();
        for (claim, earlier, has) in judged {
            let Ok(has) = has else { continue };
            let mut has = has.into_iter();
            let (passed, kept): (Vec<_>, Vec<_>) =
                claim.parts.iter().partition(|_| has.next().unwrap_or(false));
            let path = earlier.map_or_else(|| claim.path.clone(), |earlier| earlier.path.into());
            // What was so before there was any commit, nobody wrote.
            if let Some((id, known)) = parent {
                let passed = Claim { file: claim.file, parts: passed, path, depth: claim.depth + 1 };
                self.hand_on(passed, *id, known);
            }
            left.push(Claim { parts: kept, ..claim });
        }
        Ok(left)
    }

    /// A file as a parent has it, under whatever name.
    fn earlier(
        &self,
        path: &str,
        (now, before): Pair,
        parent: Option<ObjectId>,
        tree: ObjectId,
        renames: &mut Option<HashMap<String, Earlier>>,
    ) -> gix::Result<Option<Earlier>> {
        if let Some(blob) = before {
            return Ok(Some(Earlier { path: path.to_owned(), blob }));
        }
        let (Some(parent), Some(_)) = (parent, now) else { return Ok(None) };
        if renames.is_none() {
            *renames = Some(renamed(self.repository, parent, tree)?);
        }
        Ok(renames.as_ref().and_then(|renames| renames.get(path)).cloned())
    }

    /// The content of a version; `None` for one that isn't there.
    fn content(&self, blob: Option<ObjectId>) -> Result<Option<Vec<u8>>, LeftOut> {
        let Some(blob) = blob else { return Ok(None) };
        let mut object = self.repository.find_object(blob).map_err(|_| LeftOut)?;
        Ok(Some(std::mem::take(&mut object.data)))
    }

    fn hand_on(&mut self, claim: Claim, to: ObjectId, known: &Known) {
        if claim.parts.is_empty() {
            return;
        }
        if self.known.insert(to, known.clone()).is_none() {
            self.queue.push((known.time, to));
        }
        self.waiting.entry(to).or_default().push(claim);
    }

    fn answer_all(&mut self, claims: &[Claim], blamed: &Blamed) {
        for claim in claims {
            self.answer(claim.file, &claim.parts, blamed);
        }
    }

    fn answer(&mut self, file: usize, parts: &[usize], blamed: &Blamed) {
        for part in parts {
            self.answers[file][*part] = blamed.clone();
        }
    }

    /// `None` for a commit that isn't in this clone.
    fn read(&self, id: ObjectId) -> gix::Result<Option<Known>> {
        let Some(object) = self.repository.try_find_object(id)? else { return Ok(None) };
        let commit = object.try_into_commit()?;
        let decoded = commit.decode()?;
        let time = decoded.committer().ok().and_then(|committer| committer.time().ok());
        Ok(Some(Known {
            tree: decoded.tree(),
            parents: decoded.parents().collect(),
            time: time.map_or(0, |time| time.seconds),
        }))
    }
}
