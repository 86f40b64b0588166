//! Guards against deleting what nobody meant to.

use super::refuse;
use crate::object::{GroupKind, ObjectId};
use crate::plan::GuardVerdict;
use crate::report::words::and_more;

/// Kinds that are never deleted without saying so: `protect` in the
/// configuration.
pub fn protected<'a>(
    deleted: impl IntoIterator<Item = &'a ObjectId>,
    is_protected: impl Fn(&GroupKind) -> bool,
) -> Option<GuardVerdict> {
    let hit: Vec<String> =
        deleted.into_iter().filter(|id| is_protected(&id.kind)).map(ToString::to_string).collect();
    (!hit.is_empty()).then(|| refuse("protect", format!("would delete protected {}", listed(&hit))))
}

/// Everything that the inventory holds would go: almost always a wrong path or
/// a wrong branch.
pub fn everything_removed(deleted: usize, kept: usize) -> Option<GuardVerdict> {
    (deleted > 0 && kept == 0).then(|| {
        refuse("everything-removed", format!("would delete everything: {deleted} of {deleted} objects"))
    })
}

/// More deletions than `allowed`.
pub fn too_many(deleted: usize, total: usize, allowed: usize) -> Option<GuardVerdict> {
    (deleted > allowed).then(|| {
        refuse("delete-limit", format!("would delete {deleted} of {total} objects, the limit is {allowed}"))
    })
}

/// At most three by name, the rest by number.
pub(super) fn listed(names: &[String]) -> String {
    match names {
        [first, second, third, rest @ ..] if !rest.is_empty() => {
            format!("{first}, {second}, {third}{}", and_more(rest.len()))
        }
        names => names.join(", "),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn protected_kinds_are_named() {
        let claim = ObjectId::new(GroupKind::new("", "PersistentVolumeClaim"), Some("shop"), "db");
        let map = ObjectId::new(GroupKind::new("", "ConfigMap"), Some("shop"), "x");
        let verdict =
            protected([&claim, &map], |kind| kind.kind == "PersistentVolumeClaim").expect("a refusal");
        assert_eq!(verdict.message, "would delete protected shop/PersistentVolumeClaim/db");
        assert!(protected([&map], |kind| kind.kind == "PersistentVolumeClaim").is_none());
    }

    #[test]
    fn limits_count_what_is_deleted() {
        assert!(too_many(3, 10, 3).is_none());
        assert_eq!(too_many(4, 10, 3).expect("a refusal").guard, "delete-limit");
        assert!(everything_removed(4, 1).is_none() && everything_removed(0, 0).is_none());
        assert!(everything_removed(4, 0).is_some());
    }

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (0..5).map(|n| n.to_string()).collect();
        assert_eq!(listed(&names), "0, 1, 2 and 2 more");
        assert_eq!(listed(&names[..3]), "0, 1, 2");
    }
}
