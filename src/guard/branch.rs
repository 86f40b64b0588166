//! Guard against commits that aren't on the branch that is deployed.

use super::not_now;
use crate::plan::GuardVerdict;

/// Why a commit doesn't count as being on a branch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum OffBranch {
    /// It isn't in the branch's history.
    Elsewhere {
        /// The branch's newest commit that is known here, shortened.
        tip: String,
        /// The command that brings newer ones, if there is a remote.
        fetch: Option<String>,
    },
    /// The branch isn't here.
    NoBranch {
        /// The command that brings it, if there is a remote.
        fetch: Option<String>,
    },
    /// The history is cut off before the answer.
    Unknown {
        /// The command that brings the rest.
        fetch: Option<String>,
    },
}

/// A commit that isn't on the branch that `requires.branch` names.
pub fn branch(commit: &str, branch: &str, off: &OffBranch) -> GuardVerdict {
    let message = match off {
        OffBranch::Elsewhere { tip, fetch } => {
            let fetch = fetch.as_ref().map(|fetch| format!("; if it has been, `{fetch}`"));
            let fetch = fetch.unwrap_or_default();
            format!(
                "{commit} isn't on {branch} (at {tip}), which `requires.branch` asks for: merge it{fetch}"
            )
        }
        OffBranch::NoBranch { fetch: Some(fetch) } => {
            format!("whether {commit} is on {branch} can't be told, since that branch isn't here: `{fetch}`")
        }
        OffBranch::NoBranch { fetch: None } => {
            format!("{commit} isn't on {branch}: there is no such branch, and no remote to fetch it from")
        }
        OffBranch::Unknown { fetch } => {
            let fetch = fetch.as_deref().unwrap_or("git fetch --unshallow");
            format!(
                "whether {commit} is on {branch} can't be told, since this clone is shallow: `{fetch}` \
                 (in GitHub Actions: `fetch-depth: 0` of the checkout)"
            )
        }
    };
    not_now("branch", message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_reason_says_what_helps() {
        let fetch = || Some("git fetch origin main".to_owned());
        let said = |off| branch("1a2b3c4", "origin/main", &off).message;
        assert_eq!(
            said(OffBranch::Elsewhere { tip: "7654321".into(), fetch: fetch() }),
            "1a2b3c4 isn't on origin/main (at 7654321), which `requires.branch` asks for: merge it; \
             if it has been, `git fetch origin main`"
        );
        let local = said(OffBranch::Elsewhere { tip: "7654321".into(), fetch: None });
        assert!(local.ends_with("asks for: merge it"), "{local}");
        assert!(said(OffBranch::NoBranch { fetch: fetch() }).contains("isn't here: `git fetch origin main`"));
        assert!(said(OffBranch::NoBranch { fetch: None }).contains("no remote to fetch it from"));
        assert!(said(OffBranch::Unknown { fetch: None }).contains("`git fetch --unshallow`"));
    }
}
