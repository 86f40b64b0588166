//! Which records may be trimmed.

use std::collections::BTreeSet;

use super::history::Listed;

/// How many healthy releases of different content are kept beside the pinned
/// ones: what is deployed, and what to roll back to.
const HEALTHY_CONTENTS: usize = 2;

/// The releases to trim, oldest first. `listed` is newest first. Kept are the
/// newest `keep` (at least one), the `pinned` ones (what the parent's state
/// refers to), and beside them the newest healthy releases of different
/// content: a pinned one may be held, and so nothing to roll back to.
pub(super) fn trimmable(listed: &[Listed], keep: usize, pinned: &BTreeSet<u64>) -> Vec<u64> {
    let mut contents = BTreeSet::new();
    let mut trimmable = Vec::new();
    for (position, release) in listed.iter().enumerate() {
        let number = release.release();
        let is_restorable = match release {
            Listed::Summary(summary) if !pinned.contains(&number) && summary.is_healthy_whole() => {
                contents.len() < HEALTHY_CONTENTS && contents.insert(summary.content.as_str())
            }
            _ => false,
        };
        if position >= keep.max(1) && !pinned.contains(&number) && !is_restorable {
            trimmable.push(number);
        }
    }
    trimmable.reverse();
    trimmable
}

#[cfg(test)]
mod tests {
    use super::super::summary::ReleaseResult;
    use super::super::summary::Summary;
    use super::super::summary::fixtures::summary;
    use super::*;

    /// Releases from `first` down, with these contents; `!` marks unhealthy ones.
    fn listed(first: u64, contents: &[&str]) -> Vec<Listed> {
        let summary_of = |(position, content): (u64, &&str)| {
            let is_healthy = !content.starts_with('!');
            let result = if is_healthy { ReleaseResult::Healthy } else { ReleaseResult::Unhealthy };
            let content = content.trim_start_matches('!').to_owned();
            Listed::Summary(Box::new(Summary { result, content, ..summary(first - position) }))
        };
        (0..).zip(contents).map(summary_of).collect()
    }

    fn pinned(releases: &[u64]) -> BTreeSet<u64> {
        releases.iter().copied().collect()
    }

    #[test]
    fn the_newest_are_kept() {
        let all = listed(5, &["e", "d", "c", "b", "a"]);
        assert_eq!(trimmable(&all, 3, &pinned(&[])), [1, 2]);
        assert_eq!(trimmable(&all, 9, &pinned(&[])), Vec::<u64>::new());
    }

    #[test]
    fn at_least_one_is_kept() {
        assert_eq!(trimmable(&listed(3, &["!c", "!b", "!a"]), 0, &pinned(&[])), [1, 2]);
    }

    #[test]
    fn the_last_healthy_ones_of_different_content_are_kept_however_old() {
        let all = listed(8, &["!h", "!g", "!f", "d", "d", "!c", "b", "a"]);
        assert_eq!(trimmable(&all, 2, &pinned(&[])), [1, 3, 4, 6]);
    }

    #[test]
    fn what_the_state_refers_to_is_kept() {
        let all = listed(6, &["f", "e", "d", "c", "b", "a"]);
        assert_eq!(trimmable(&all, 1, &pinned(&[2])), [1, 3, 4]);
    }

    #[test]
    fn a_held_release_doesnt_stand_in_for_one_to_roll_back_to() {
        // 6 restored 4 and holds 5, which was healthy at first.
        let all = listed(6, &["c", "d", "c", "b", "a", "z"]);
        assert_eq!(trimmable(&all, 1, &pinned(&[4, 5, 6])), [1]);
    }

    #[test]
    fn broken_records_go_with_their_age() {
        let mut all = listed(4, &["d", "c", "b", "a"]);
        all[3] = Listed::Broken { release: 1, why: "damaged".into() };
        assert_eq!(trimmable(&all, 3, &pinned(&[])), [1]);
    }
}
