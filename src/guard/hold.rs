//! Guard against deploying again what was rolled back.

use super::deletions::listed;
use super::deployed::moment;
use super::not_now;
use crate::object::ObjectId;
use crate::plan::GuardVerdict;
use crate::release::{HeldObject, Hold};

/// What a commit makes of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Rendered {
    /// A manifest of this digest; absent when that can't be told.
    As(Option<String>),
    /// Nothing: it isn't there.
    Absent,
    /// The run leaves it alone.
    LeftOut,
}

/// The commit that is to be deployed.
#[derive(Debug, Clone, Copy)]
pub struct Candidate<'a> {
    /// Its full id; absent outside a repository, and where files differ from it.
    pub commit: Option<&'a str>,
    /// How messages name it.
    pub name: &'a str,
}

/// Whether the hold is on this commit, or on what it renders.
pub fn hold(
    candidate: Candidate<'_>,
    hold: &Hold,
    rendered: impl Fn(&ObjectId) -> Rendered,
    environment: &str,
) -> Option<GuardVerdict> {
    let name = candidate.name;
    let clear = format!("`trueup hold clear {environment}`");
    let why = hold.reason.as_deref().map_or_else(String::new, |reason| format!(": {reason}"));
    let by = format!("by {} at {}{why}", hold.by, moment(hold.at));
    let back = format!("release {} was rolled back {by}", hold.from);
    let message = if hold.everything {
        format!("everything is held since {back}; {clear} ends that")
    } else if candidate.commit.is_some_and(|commit| hold.names(commit)) {
        format!("{name} is held, since {back}; a commit that mends or reverts it passes, and {clear} ends it")
    } else {
        let objects = as_before(hold, rendered)?;
        format!(
            "{name} is held, since it has {} as before {back}; mend or revert that, or {clear} ends it",
            listed(&objects)
        )
    };
    Some(not_now("hold", message))
}

/// The objects of every set that is rendered as the rolled-back release had it.
fn as_before(hold: &Hold, rendered: impl Fn(&ObjectId) -> Rendered) -> Option<Vec<String>> {
    let sets = hold.sets().filter(|set| is_as_before(set, &rendered));
    let objects: Vec<String> = sets.flatten().map(|object| object.id().to_string()).collect();
    (!objects.is_empty()).then_some(objects)
}

/// Whether no object of a set is known to differ, and any of them is looked at. What a
/// Secret holds that this user can't compare isn't taken for mended.
fn is_as_before(set: &[HeldObject], rendered: impl Fn(&ObjectId) -> Rendered) -> bool {
    let mut is_seen = false;
    for object in set {
        match (rendered(&object.id()), &object.manifest) {
            (Rendered::LeftOut, _) => {}
            (Rendered::As(None), Some(_)) | (Rendered::Absent, None) => is_seen = true,
            (Rendered::As(Some(now)), Some(then)) if now == *then => is_seen = true,
            _ => return false,
        }
    }
    is_seen
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::GroupKind;

    fn id(name: &str) -> ObjectId {
        ObjectId::new(GroupKind::new("", "ConfigMap"), Some("shop"), name)
    }

    fn object(name: &str, manifest: Option<&str>) -> HeldObject {
        HeldObject::new(&id(name), manifest.map(str::to_owned))
    }

    fn held() -> Hold {
        Hold {
            commits: vec!["c3".into(), "c2".into()],
            from: 3,
            to: Some(1),
            restored: Some("c1".into()),
            others: Vec::new(),
            changed: vec![
                vec![object("a", Some("a3")), object("b", Some("b3"))],
                vec![object("c", None), object("d", Some("d3"))],
            ],
            uncommitted: Vec::new(),
            everything: false,
            by: "ada".into(),
            at: "2026-01-02T03:04:05Z".parse().expect("a time"),
            reason: Some("it was slow".into()),
        }
    }

    fn said(commit: &str, hold: &Hold, rendered: &[(&str, Rendered)]) -> Option<String> {
        let find = |wanted: &ObjectId| {
            let found = rendered.iter().find(|(name, _)| wanted.name == *name);
            found.map_or(Rendered::As(Some("other".into())), |(_, rendered)| rendered.clone())
        };
        let candidate = Candidate { commit: Some(commit), name: commit };
        let verdict = super::hold(candidate, hold, find, "prod")?;
        assert!(verdict.overridable && !verdict.about_what);
        Some(verdict.message)
    }

    fn is(digest: &str) -> Rendered {
        Rendered::As(Some(digest.into()))
    }

    #[test]
    fn a_commit_that_was_rolled_back_is_named_with_who_when_why_and_the_end() {
        assert_eq!(
            said("c2", &held(), &[]).as_deref(),
            Some(
                "c2 is held, since release 3 was rolled back by ada at 2026-01-02T03:04:05Z: it was slow; \
                 a commit that mends or reverts it passes, and `trueup hold clear prod` ends it"
            )
        );
        let everything = Hold { everything: true, ..held() };
        let message = said("c9", &everything, &[]).expect("held");
        assert!(
            message.starts_with("everything is held since release 3 was rolled back by ada"),
            "{message}"
        );
    }

    #[test]
    fn another_commit_is_held_while_any_set_is_as_it_was() {
        let message = said("c4", &held(), &[("a", is("a3")), ("b", is("b3"))]).expect("held");
        assert!(
            message.contains("it has shop/ConfigMap/a, shop/ConfigMap/b as before release 3"),
            "{message}"
        );
        assert_eq!(said("c4", &held(), &[("a", is("a3"))]), None, "a fix to one of a set mends the set");
        let gone = [("c", Rendered::Absent), ("d", is("d3"))];
        assert!(said("c4", &held(), &gone).is_some(), "what was deleted is still deleted");
        assert_eq!(said("c4", &held(), &gone[..1]), None);
        assert_eq!(said("c4", &held(), &[("d", is("d3"))]), None, "what was deleted is there again");
    }

    #[test]
    fn what_no_commit_had_is_held_as_well() {
        let hold = Hold { commits: Vec::new(), changed: Vec::new(), uncommitted: held().changed, ..held() };
        assert!(said("c4", &hold, &[("a", is("a3")), ("b", is("b3"))]).is_some());
        assert_eq!(said("c4", &hold, &[("a", is("a3"))]), None);
    }

    #[test]
    fn a_run_over_a_part_is_held_for_what_it_touches() {
        let untouched = ["a", "b", "c", "d"].map(|name| (name, Rendered::LeftOut));
        assert_eq!(said("c4", &held(), &untouched), None);
        let mut part = untouched.clone();
        part[0].1 = is("a3");
        assert!(said("c4", &held(), &part).is_some());
    }

    #[test]
    fn what_nobody_can_compare_is_not_taken_for_mended() {
        let unknown = [("a", Rendered::As(None)), ("b", is("b3"))];
        assert!(said("c4", &held(), &unknown).is_some());
        assert_eq!(said("c4", &held(), &[("c", Rendered::As(None)), ("d", is("d3"))]), None);
    }

    #[test]
    fn outside_a_repository_only_what_is_rendered_counts() {
        let candidate = Candidate { commit: None, name: "this" };
        assert!(hold(candidate, &held(), |_| Rendered::Absent, "prod").is_none());
    }
}
