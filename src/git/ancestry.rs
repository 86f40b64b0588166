//! How two commits relate: which is older, what they share, how far apart they
//! are.
//!
//! In a shallow clone the history is cut off somewhere. What can still be told
//! for certain is told; the rest is "unknown", never a guess: a guard that
//! takes an older commit for a newer one would let it be deployed.

use super::painting::{Painting, Side};
use super::repository::damaged;
use super::{CommitId, GitError, Repository};

/// How far one commit is from another, in commits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    /// Both counts.
    Known {
        /// Commits that the second has and the first hasn't.
        ahead: usize,
        /// Commits that the first has and the second hasn't.
        behind: usize,
    },
    /// The clone is shallow and cut off before the answer.
    Unknown,
}

/// How one commit relates to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Relation {
    /// It is that commit.
    Same,
    /// It descends from it.
    Newer,
    /// It is an ancestor of it.
    Older,
    /// Neither. Where they part, if they share any history that is here.
    Diverged(Option<CommitId>),
}

impl Repository {
    /// How `commit` relates to `other`.
    ///
    /// Errors when either isn't in this clone, and with [`GitError::Shallow`]
    /// when the history is cut off before the answer.
    pub fn relation(&self, commit: &CommitId, other: &CommitId) -> Result<Relation, GitError> {
        if commit == other {
            return Ok(Relation::Same);
        }
        let painting = self.paint(commit, other)?;
        if painting.is_shared(other) {
            return Ok(Relation::Newer);
        }
        if painting.is_shared(commit) {
            return Ok(Relation::Older);
        }
        if painting.is_cut(Side::First) || painting.is_cut(Side::Second) {
            return Err(self.cut_off(commit, other));
        }
        Ok(Relation::Diverged(self.merge_base(commit, other).ok().flatten()))
    }

    /// Whether `newer` is `older` or descends from it.
    ///
    /// Errors when either isn't in this clone, and with [`GitError::Shallow`]
    /// when the history is cut off before the answer.
    pub fn is_ancestor(&self, older: &CommitId, newer: &CommitId) -> Result<bool, GitError> {
        let painting = self.paint(older, newer)?;
        if painting.is_shared(older) {
            return Ok(true);
        }
        // A cut among the shared commits hides nothing: what lies beyond is
        // behind `older`, too, and can't lead to it.
        if painting.is_cut(Side::Second) { Err(self.cut_off(older, newer)) } else { Ok(false) }
    }

    /// The best common ancestor, or `None` when the two share no history.
    ///
    /// Errors as [`Repository::is_ancestor`] does.
    pub fn merge_base(&self, one: &CommitId, other: &CommitId) -> Result<Option<CommitId>, GitError> {
        let repository = self.with_both(one, other)?;
        let found = repository.merge_base(one.object(), other.object());
        match found.map_err(|error| damaged("the history", &error))? {
            None if self.is_shallow() => Err(self.cut_off(one, other)),
            found => Ok(found.map(|id| CommitId::new(id.detach()))),
        }
    }

    /// How far `to` is from `from`, as `git rev-list --count` counts.
    ///
    /// Errors when either isn't in this clone.
    pub fn count_between(&self, from: &CommitId, to: &CommitId) -> Result<Distance, GitError> {
        let painting = self.paint(from, to)?;
        if [Side::First, Side::Second, Side::Both].iter().any(|side| painting.is_cut(*side)) {
            return Ok(Distance::Unknown);
        }
        Ok(Distance::Known { ahead: painting.count(Side::Second), behind: painting.count(Side::First) })
    }

    /// The commits that `commit` has and `other` hasn't: itself, then its ancestors,
    /// newest first. None when `other` descends from it.
    ///
    /// Errors as [`Repository::relation`] does.
    pub fn only_in(&self, commit: &CommitId, other: &CommitId) -> Result<Vec<CommitId>, GitError> {
        let painting = self.paint(commit, other)?;
        if painting.is_cut(Side::First) || painting.is_cut(Side::Second) {
            return Err(self.cut_off(commit, other));
        }
        let mut commits = painting.commits_of(Side::First);
        if let Some(at) = commits.iter().position(|found| found == commit) {
            // Whatever the clocks say.
            commits[..=at].rotate_right(1);
        }
        Ok(commits)
    }

    fn paint(&self, first: &CommitId, second: &CommitId) -> Result<Painting, GitError> {
        let repository = self.with_both(first, second)?;
        Painting::of(&repository, first, second).map_err(|error| damaged("the history", &error))
    }

    fn with_both(&self, one: &CommitId, other: &CommitId) -> Result<gix::Repository, GitError> {
        let repository = self.local();
        for id in [one, other] {
            self.find_commit(&repository, id)?;
        }
        Ok(repository)
    }

    fn cut_off(&self, one: &CommitId, other: &CommitId) -> GitError {
        GitError::Shallow { first: one.short(), second: other.short(), fetch: self.fetch_everything() }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::Fixture;
    use super::*;

    /// `main` with a merge of `side`, and `other`, which shares nothing.
    fn history() -> Fixture {
        let fixture = Fixture::new();
        fixture.commit("a", "1");
        fixture.git(&["checkout", "--quiet", "-b", "side"]);
        fixture.commit("b", "1");
        fixture.commit("b", "2");
        fixture.git(&["checkout", "--quiet", "main"]);
        fixture.commit("a", "2");
        fixture.git(&["merge", "--quiet", "--no-ff", "-m", "Merge side", "side"]);
        fixture.commit("a", "3");
        fixture.git(&["checkout", "--quiet", "--orphan", "other"]);
        fixture.commit("c", "1");
        fixture
    }

    #[test]
    fn ancestors_are_told_from_descendants_and_strangers() {
        let fixture = history();
        let repository = fixture.repository();
        let older = |one: &str, other: &str| repository.is_ancestor(&fixture.id(one), &fixture.id(other));
        assert_eq!(older("main~3", "main"), Ok(true));
        assert_eq!(older("side", "main"), Ok(true));
        assert_eq!(older("main", "main"), Ok(true));
        assert_eq!(older("main", "side"), Ok(false));
        assert_eq!(older("side", "main~2"), Ok(false));
        assert_eq!(older("other", "main"), Ok(false));
        let base = |one: &str, other: &str| repository.merge_base(&fixture.id(one), &fixture.id(other));
        assert_eq!(base("side", "main~2"), Ok(Some(fixture.id("main~3"))));
        assert_eq!(base("other", "main"), Ok(None));
    }

    #[test]
    fn a_commit_is_newer_older_or_beside_another() {
        let fixture = history();
        let repository = fixture.repository();
        let relation = |one: &str, other: &str| repository.relation(&fixture.id(one), &fixture.id(other));
        assert_eq!(relation("main", "main"), Ok(Relation::Same));
        assert_eq!(relation("main", "side"), Ok(Relation::Newer));
        assert_eq!(relation("main~3", "main"), Ok(Relation::Older));
        assert_eq!(relation("side", "main~2"), Ok(Relation::Diverged(Some(fixture.id("main~3")))));
        assert_eq!(relation("other", "main"), Ok(Relation::Diverged(None)));
        let clone = fixture.clone_with(&["--depth=2", "--branch=main"]);
        let (tip, merge) = (clone.id("main"), clone.id("main~1"));
        assert_eq!(clone.repository().relation(&tip, &merge), Ok(Relation::Newer));
        assert_eq!(clone.repository().relation(&merge, &tip), Ok(Relation::Older));
        clone.git(&["fetch", "--quiet", "--depth=1", "origin", &fixture.id("main~3").to_string()]);
        let start = clone.id("FETCH_HEAD");
        for (one, other) in [(start, tip), (tip, start)] {
            let unknown = clone.repository().relation(&one, &other);
            assert!(matches!(unknown, Err(GitError::Shallow { .. })), "{unknown:?}");
        }
    }

    #[test]
    fn what_only_one_commit_has_is_listed_from_itself_backwards() {
        let fixture = history();
        let repository = fixture.repository();
        let only = |one: &str, other: &str| repository.only_in(&fixture.id(one), &fixture.id(other));
        let ids = |names: &[&str]| names.iter().map(|name| fixture.id(name)).collect::<Vec<_>>();
        assert_eq!(only("side", "main~3"), Ok(ids(&["side", "side~1"])));
        assert_eq!(only("main", "main~1"), Ok(ids(&["main"])));
        assert_eq!(only("main~3", "main"), Ok(Vec::new()));
        assert_eq!(only("main", "main~2").map(|commits| commits.len()), Ok(4));
    }

    #[test]
    fn distances_are_what_git_counts() {
        let fixture = history();
        let repository = fixture.repository();
        for (one, other) in
            [("main~3", "main"), ("side", "main~2"), ("main", "main"), ("main", "side"), ("other", "main")]
        {
            let range = format!("{one}...{other}");
            let counted = fixture.git(&["rev-list", "--count", "--left-right", &range]);
            let counts: Vec<usize> =
                counted.split('\t').map(|count| count.parse().expect("a number")).collect();
            assert_eq!(
                repository.count_between(&fixture.id(one), &fixture.id(other)),
                Ok(Distance::Known { ahead: counts[1], behind: counts[0] }),
                "{range}"
            );
        }
    }

    #[test]
    fn a_shallow_clone_says_what_it_knows_and_no_more() {
        let fixture = history();
        let clone = fixture.clone_with(&["--depth=2", "--branch=main"]);
        let repository = clone.repository();
        assert!(repository.is_shallow());
        let (tip, merge) = (clone.id("main"), clone.id("main~1"));
        assert_eq!(repository.is_ancestor(&merge, &tip), Ok(true));
        assert_eq!(repository.is_ancestor(&tip, &merge), Ok(false));
        assert_eq!(repository.merge_base(&merge, &tip), Ok(Some(merge)));
        assert_eq!(repository.count_between(&merge, &tip), Ok(Distance::Unknown));
        assert_eq!(repository.count_between(&tip, &tip), Ok(Distance::Known { ahead: 0, behind: 0 }));
        clone.git(&["fetch", "--quiet", "--depth=1", "origin", &fixture.id("main~3").to_string()]);
        let start = clone.id("FETCH_HEAD");
        let error = repository.is_ancestor(&start, &tip).expect_err("unknown");
        assert!(matches!(error, GitError::Shallow { fetch: Some(_), .. }), "{error:?}");
        assert!(matches!(repository.merge_base(&start, &tip), Err(GitError::Shallow { .. })));
        clone.git(&["fetch", "--quiet", "--unshallow"]);
        assert_eq!(repository.is_ancestor(&start, &tip), Ok(true));
    }

    #[test]
    fn in_a_shallow_clone_a_whole_history_is_still_known() {
        let fixture = history();
        let clone = fixture.clone_with(&["--depth=1", "--branch=main"]);
        clone.git(&["fetch", "--quiet", "origin", "other"]);
        let (other, main) = (clone.id("FETCH_HEAD"), clone.id("main"));
        // All of `other` is here, and `main` isn't in it.
        assert_eq!(clone.repository().is_ancestor(&main, &other), Ok(false));
    }

    #[test]
    fn a_commit_that_is_not_here_is_named() {
        let fixture = history();
        let clone = fixture.clone_with(&["--single-branch", "--branch=other"]);
        let repository = clone.repository();
        let (here, gone) = (clone.id("other"), fixture.id("main"));
        assert!(repository.contains(&here) && !repository.contains(&gone));
        let missing = |error: GitError| matches!(error, GitError::MissingCommit { fetch: Some(_), .. });
        assert!(missing(repository.is_ancestor(&gone, &here).expect_err("missing")));
        assert!(missing(repository.count_between(&here, &gone).expect_err("missing")));
        assert!(missing(repository.commit(&gone).expect_err("missing")));
    }

    /// Histories with many merges and clocks that go wrong, against `git`.
    #[test]
    fn tangled_histories_are_judged_as_git_judges_them() {
        let fixture = Fixture::new();
        // A fixed sequence that looks random.
        let mut state = 7_u64;
        let mut random = |below: u64| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (state >> 33) % below
        };
        let mut commits = Vec::new();
        for mark in 1..=40_u64 {
            let time = 1_704_067_200 + random(1000);
            commits.push(format!("commit refs/heads/b{mark}\nmark :{mark}\n"));
            commits.push(format!("committer C <c@example.com> {time} +0000\ndata 1\nx\n"));
            if mark > 1 {
                let (one, other) = (1 + random(mark - 1), 1 + random(mark - 1));
                commits.push(format!("from :{one}\n"));
                if one != other && random(2) == 0 {
                    commits.push(format!("merge :{other}\n"));
                }
            }
        }
        fixture.import(&commits);
        let repository = fixture.repository();
        for _ in 0..40 {
            let names = [format!("b{}", 1 + random(40)), format!("b{}", 1 + random(40))];
            let [one, other] = names.each_ref().map(|name| repository.resolve(name).expect("exists"));
            let counted = fixture.git(&["rev-list", "--count", "--left-right", &names.join("...")]);
            let counts: Vec<usize> =
                counted.split('\t').map(|count| count.parse().expect("a number")).collect();
            let distance = Distance::Known { ahead: counts[1], behind: counts[0] };
            assert_eq!(repository.count_between(&one, &other), Ok(distance), "{names:?}");
            assert_eq!(repository.is_ancestor(&one, &other), Ok(counts[0] == 0), "{names:?}");
        }
    }
}
