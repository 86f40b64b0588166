//! Guards against deleting objects only to create them again.

use super::deletions::listed;
use super::refuse;
use crate::object::{ObjectId, OnImmutable};
use crate::plan::GuardVerdict;

/// Objects with a field that can't be changed in place, each with what its
/// manifest says about that. Refused are those that say `refuse`, and, where
/// they are more than `allowed`, those that don't say `replace`.
pub fn replacements(replaced: &[(ObjectId, Option<OnImmutable>)], allowed: usize) -> Vec<GuardVerdict> {
    let names = |wanted: Option<OnImmutable>| -> Vec<String> {
        let said = replaced.iter().filter(|(_, says)| *says == wanted);
        said.map(|(id, _)| id.to_string()).collect()
    };
    let (never, unsaid) = (names(Some(OnImmutable::Refuse)), names(None));
    let refused = (!never.is_empty()).then(|| {
        let message = format!("would replace {}, whose manifest forbids it", listed(&never));
        GuardVerdict { overridable: false, ..refuse("immutable", message) }
    });
    let too_many = (unsaid.len() > allowed).then(|| {
        let message = format!(
            "would delete and create again {}, which has a field that can't be changed: \
             annotate it with trueup.dev/on-immutable: replace, or override this guard",
            listed(&unsaid)
        );
        refuse("immutable", message)
    });
    refused.into_iter().chain(too_many).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::GroupKind;

    fn job(name: &str) -> ObjectId {
        ObjectId::new(GroupKind::new("batch", "Job"), Some("shop"), name)
    }

    #[test]
    fn the_manifest_allows_or_forbids_and_else_the_limit_decides() {
        let verdicts = |says, allowed| replacements(&[(job("a"), says)], allowed);
        assert!(verdicts(Some(OnImmutable::Replace), 0).is_empty());
        assert!(verdicts(None, 1).is_empty());
        assert!(verdicts(None, 0)[0].overridable);
        assert!(!verdicts(Some(OnImmutable::Refuse), 9)[0].overridable);
        assert!(replacements(&[], 0).is_empty());
    }
}
