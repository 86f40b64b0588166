//! The histories of two commits laid over each other: which commits only the
//! one has, which only the other, and which both share.
//!
//! Commits are taken newest first and hand their paint on to their parents,
//! until only shared ones are left. A clock that went wrong can make a commit
//! look older than it is, so that a shared one is met too late; going on for a
//! day's worth of commits guards the counts against that. Whether one commit
//! descends from the other doesn't depend on clocks at all.

use std::collections::{BinaryHeap, HashMap};

use gix::ObjectId;
use gix::revwalk::Graph;

use super::CommitId;

/// How far apart the clocks of two committers may be, in seconds.
const CLOCK_SKEW: i64 = 24 * 60 * 60;

/// Whose history a commit is in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    First,
    Second,
    Both,
}

impl Side {
    fn with(self, other: Self) -> Self {
        if self == other { self } else { Self::Both }
    }
}

struct Painted {
    side: Side,
    time: i64,
    parents: Vec<ObjectId>,
    /// Whether a parent isn't in this clone.
    cut: bool,
    /// Whether its paint is still to be handed on.
    waiting: bool,
}

/// Two histories, as far as they matter to each other.
pub(super) struct Painting {
    commits: HashMap<ObjectId, Painted>,
}

impl Painting {
    /// Lays two commits' histories over each other. Both must be here.
    pub(super) fn of(repository: &gix::Repository, first: &CommitId, second: &CommitId) -> gix::Result<Self> {
        // The cached graph doesn't know where a shallow clone is cut.
        let cache = if repository.is_shallow()? { None } else { repository.commit_graph_if_enabled()? };
        let mut walk = Walk {
            graph: repository.revision_graph(cache.as_ref()),
            commits: HashMap::new(),
            queue: BinaryHeap::new(),
            one_sided: 0,
            oldest_one_sided: i64::MAX,
        };
        walk.paint(first.object(), Side::First)?;
        walk.paint(second.object(), Side::Second)?;
        walk.run()?;
        Ok(Self { commits: walk.commits })
    }

    /// How many commits are on this side.
    pub(super) fn count(&self, side: Side) -> usize {
        self.commits.values().filter(|commit| commit.side == side).count()
    }

    /// The commits of this side, newest first.
    pub(super) fn commits_of(&self, side: Side) -> Vec<CommitId> {
        let mut commits: Vec<(i64, ObjectId)> = self
            .commits
            .iter()
            .filter(|(_, commit)| commit.side == side)
            .map(|(id, commit)| (commit.time, *id))
            .collect();
        commits.sort_by(|one, other| other.cmp(one));
        commits.into_iter().map(|(_, id)| CommitId::new(id)).collect()
    }

    /// Whether the clone is cut off at a commit of this side.
    pub(super) fn is_cut(&self, side: Side) -> bool {
        self.commits.values().any(|commit| commit.side == side && commit.cut)
    }

    /// Whether this commit is in both histories.
    pub(super) fn is_shared(&self, id: &CommitId) -> bool {
        self.commits.get(&id.object()).is_some_and(|commit| commit.side == Side::Both)
    }
}

struct Walk<'repository, 'cache> {
    graph: Graph<'repository, 'cache, ()>,
    commits: HashMap<ObjectId, Painted>,
    /// What waits, newest first.
    queue: BinaryHeap<(i64, ObjectId)>,
    /// How many of those are on one side only.
    one_sided: usize,
    oldest_one_sided: i64,
}

impl Walk<'_, '_> {
    fn run(&mut self) -> gix::Result<()> {
        while let Some((time, id)) = self.queue.pop() {
            if self.one_sided == 0 && time < self.oldest_one_sided.saturating_sub(CLOCK_SKEW) {
                break;
            }
            let Some(commit) = self.commits.get_mut(&id) else { continue };
            commit.waiting = false;
            let (side, parents) = (commit.side, commit.parents.clone());
            if side != Side::Both {
                self.one_sided -= 1;
                self.oldest_one_sided = self.oldest_one_sided.min(time);
            }
            for parent in parents {
                if !self.paint(parent, side)?
                    && let Some(commit) = self.commits.get_mut(&id)
                {
                    commit.cut = true;
                }
            }
        }
        Ok(())
    }

    /// Paints a commit, and lets it wait to hand that on if it's news to it.
    /// False when the commit isn't in this clone.
    fn paint(&mut self, id: ObjectId, side: Side) -> gix::Result<bool> {
        let Some(commit) = self.commits.get_mut(&id) else { return self.meet(id, side) };
        let together = commit.side.with(side);
        if together == commit.side {
            return Ok(true);
        }
        // It was on one side and is on both now.
        commit.side = together;
        if commit.waiting {
            self.one_sided -= 1;
        } else {
            commit.waiting = true;
            self.queue.push((commit.time, id));
        }
        Ok(true)
    }

    fn meet(&mut self, id: ObjectId, side: Side) -> gix::Result<bool> {
        let Some(commit) = self.graph.try_lookup(&id)? else { return Ok(false) };
        let parents = commit.iter_parents().collect::<Result<Vec<_>, _>>()?;
        let time = commit.committer_timestamp().unwrap_or_default();
        self.commits.insert(id, Painted { side, time, parents, cut: false, waiting: true });
        self.queue.push((time, id));
        self.one_sided += usize::from(side != Side::Both);
        Ok(true)
    }
}
