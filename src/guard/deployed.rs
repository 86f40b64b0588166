//! What is deployed, as the guards name it.

use std::fmt;

use jiff::Timestamp;

/// A deployment of a commit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Deployed {
    /// The release.
    pub release: u64,
    /// Its commit, shortened.
    pub commit: String,
    /// Who deployed it.
    pub actor: String,
    /// When.
    pub at: Timestamp,
    /// Whether no record tells of it yet: it is under way, or was killed.
    pub is_unrecorded: bool,
}

impl fmt::Display for Deployed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { release, commit, actor, at, is_unrecorded } = self;
        let begun = if *is_unrecorded { ", begun" } else { "" };
        write!(f, "commit {commit} (release {release}{begun} by {actor} at {})", moment(*at))
    }
}

/// A time as messages have it.
pub(super) fn moment(at: Timestamp) -> impl fmt::Display {
    at.strftime("%Y-%m-%dT%H:%M:%SZ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_named_with_who_and_when() {
        let deployed = Deployed {
            release: 7,
            commit: "1a2b3c4d".into(),
            actor: "ada".into(),
            at: "2026-01-02T03:04:05.678Z".parse().expect("a time"),
            is_unrecorded: false,
        };
        assert_eq!(deployed.to_string(), "commit 1a2b3c4d (release 7 by ada at 2026-01-02T03:04:05Z)");
        let begun = Deployed { is_unrecorded: true, ..deployed };
        assert_eq!(begun.to_string(), "commit 1a2b3c4d (release 7, begun by ada at 2026-01-02T03:04:05Z)");
    }
}
