//! The guards: what can refuse a plan before it hurts. Each is a pure function
//! from a plan and what is known about the target to a verdict; none asks,
//! prints or talks to a cluster.

mod after;
mod branch;
mod checkout;
mod claims;
mod conflicts;
mod deletions;
mod deployed;
mod drift;
mod hold;
mod order;
mod replacements;
mod signature;
mod uncommitted;

use std::collections::BTreeMap;

pub use after::{Lived, after};
pub use branch::{OffBranch, branch};
pub use checkout::{old_rules, unknown_rules};
pub use claims::{Claim, claim};
pub use conflicts::{adopted, conflicts};
pub use deletions::{everything_removed, protected, too_many};
pub use deployed::Deployed;
pub use drift::{Drifted, drift, unknown_drift};
pub use hold::{Candidate, Rendered, hold};
pub use order::{Order, order};
pub use replacements::replacements;
pub use signature::{Unsigned, signature};
pub use uncommitted::{told as told_uncommitted, uncommitted};

use crate::object::ObjectId;
use crate::plan::{GuardVerdict, Judgement};
use deletions::listed;

/// The guards' names, as `--override` takes them: `dirty` has an option of its own.
pub const NAMES: [&str; 15] = [
    "owner",
    "adopt",
    "conflict",
    "protect",
    "delete-limit",
    "everything-removed",
    "immutable",
    "drift",
    "repository",
    "order",
    "hold",
    "branch",
    "config",
    "after",
    "signature",
];

/// Another owner's objects would be taken: one verdict for each owner.
pub fn foreign_owners(claimed: &[(ObjectId, Claim)]) -> Vec<GuardVerdict> {
    let verdict = |(owner, handover, names): (&str, &str, Vec<String>)| {
        let belong = if names.len() == 1 { "belongs" } else { "belong" };
        refuse("owner", format!("{} {belong} to {owner}: {handover}", listed(&names)))
    };
    by_owner(claimed).into_iter().map(verdict).collect()
}

/// The same where somebody has asked for them: what is left to do, one note for each
/// owner.
pub fn former_owners(claimed: &[(ObjectId, Claim)]) -> Vec<String> {
    let note = |(owner, handover, names): (&str, &str, Vec<String>)| {
        let them = if names.len() == 1 { "it" } else { "them" };
        format!(
            "{owner} still counts {} as its own; before it changes or deletes {them}: {handover}",
            listed(&names)
        )
    };
    by_owner(claimed).into_iter().map(note).collect()
}

/// Owners, how they hand over, and what of theirs it is about.
fn by_owner(claimed: &[(ObjectId, Claim)]) -> Vec<(&str, &str, Vec<String>)> {
    let mut owners: BTreeMap<(&str, &str), Vec<String>> = BTreeMap::new();
    for (id, Claim { owner, handover, .. }) in claimed {
        owners.entry((owner, handover)).or_default().push(id.to_string());
    }
    owners.into_iter().map(|((owner, handover), names)| (owner, handover, names)).collect()
}

/// The deployed commit isn't in this repository: two repositories have one name,
/// or the history was rewritten. `fetch` is the command that may bring it.
pub fn other_repository(sha: &str, release: u64, fetch: Option<&str>) -> GuardVerdict {
    let fetch = fetch.map_or_else(|| "fetch it".to_owned(), |fetch| format!("`{fetch}` may bring it"));
    let message = format!(
        "release {release} deployed commit {sha}, which isn't in this repository: {fetch}; \
         if its history was rewritten, override this; else give this repository a name of its own"
    );
    not_now("repository", message)
}

/// A refusal about where and when: a plan stays useful in spite of it.
fn not_now(guard: &str, message: String) -> GuardVerdict {
    GuardVerdict { about_what: false, ..refuse(guard, message) }
}

/// A refusal about what would happen.
fn refuse(guard: &str, message: String) -> GuardVerdict {
    GuardVerdict {
        guard: guard.to_owned(),
        verdict: Judgement::Refuse,
        message,
        overridable: true,
        about_what: true,
    }
}

/// Lets refusals pass that were overridden by name; they stay in the plan as
/// warnings.
pub fn overridden(verdicts: Vec<GuardVerdict>, names: &[String]) -> Vec<GuardVerdict> {
    verdicts
        .into_iter()
        .map(|verdict| {
            let named = names.contains(&verdict.guard);
            if named && verdict.overridable && verdict.verdict == Judgement::Refuse {
                let message = format!("overridden: {}", verdict.message);
                GuardVerdict { verdict: Judgement::Warn, message, ..verdict }
            } else {
                verdict
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_override_lets_only_the_named_guard_pass() {
        let verdicts = vec![refuse("protect", "a".into()), refuse("owner", "b".into())];
        let passed = overridden(verdicts, &["owner".to_owned()]);
        assert_eq!(passed[0].verdict, Judgement::Refuse);
        assert_eq!((passed[1].verdict, passed[1].message.as_str()), (Judgement::Warn, "overridden: b"));
    }
}
