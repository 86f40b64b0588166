//! From a commit to its parents, with the parts that are still to be blamed.

use std::collections::{BinaryHeap, HashMap};
use std::sync::Arc;

use gix::ObjectId;

use super::renames::{Earlier, renamed};
use super::trees::{Pair, differing, is_elsewhere};
use super::{Asked, Blamed};
use crate::git::CommitId;

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
            let has = if is_same { Some(vec![true; all.len()]) } else { self.judge(file, &all, blob) };
            let Some(has) = has else { continue };
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
        let mut renames: Vec<Option<HashMap<String, Earlier>>> = vec![None; trees.len()];
        for mut claim in claims {
            let untouched = files.iter().position(|files| !files.contains_key(&*claim.path));
            if let Some(at) = untouched {
                if let Some((id, parent)) = parents.get(at) {
                    claim.depth += 1;
                    self.hand_on(claim, *id, parent);
                }
                continue;
            }
            for (at, files) in files.iter().enumerate() {
                let Some(pair) = files.get(&*claim.path) else { continue };
                let earlier = self.earlier(&claim.path, *pair, trees[at], known.tree, &mut renames[at])?;
                let blob = earlier.as_ref().map(|earlier| earlier.blob);
                let Some(has) = self.judge(claim.file, &claim.parts, blob) else {
                    claim.parts.clear();
                    break;
                };
                let mut has = has.into_iter();
                let (passed, left): (Vec<_>, Vec<_>) =
                    claim.parts.iter().partition(|_| has.next().unwrap_or(false));
                claim.parts = left;
                let path = earlier.map_or_else(|| claim.path.clone(), |earlier| earlier.path.into());
                // What was so before there was any commit, nobody wrote.
                if let Some((id, parent)) = parents.get(at) {
                    let passed = Claim { file: claim.file, parts: passed, path, depth: claim.depth + 1 };
                    self.hand_on(passed, *id, parent);
                }
            }
            let blamed = Blamed::Commit { commit: CommitId::new(commit), path: claim.path.to_string() };
            self.answer(claim.file, &claim.parts, &blamed);
        }
        Ok(())
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

    /// Which parts a version has; `None` when it can't be read (a partial clone
    /// leaves content out): nobody is blamed then.
    fn judge(&self, file: usize, parts: &[usize], blob: Option<ObjectId>) -> Option<Vec<bool>> {
        if parts.is_empty() {
            return Some(Vec::new());
        }
        let judge = &self.asked[file].judge;
        match blob {
            None => Some(judge(parts, None)),
            Some(blob) => Some(judge(parts, Some(&self.repository.find_object(blob).ok()?.data))),
        }
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
