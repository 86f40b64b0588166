//! Guard against overwriting what somebody changed in the cluster.

use std::collections::BTreeSet;

use super::deletions::listed;
use super::refuse;
use crate::object::ObjectId;
use crate::plan::{Action, Cause, GuardVerdict, Judgement, Verb};
use crate::report::words::count;

/// An object that was changed or deleted live.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Drifted {
    /// The object.
    pub id: ObjectId,
    /// The field managers that wrote last where it changed.
    pub by: BTreeSet<String>,
    /// Whether it is gone.
    pub is_gone: bool,
}

impl Drifted {
    /// Of what an action would put right, if it is that.
    pub fn of(action: &Action) -> Option<Self> {
        let is_drift = action.action != Verb::Unchanged && action.causes.contains(&Cause::Drift);
        let drifted = action.changes.iter().filter(|change| change.cause == Some(Cause::Drift));
        is_drift.then(|| Self {
            id: action.id(),
            by: drifted.filter_map(|change| change.by.clone()).collect(),
            is_gone: action.action == Verb::Create,
        })
    }

    fn told(&self) -> String {
        let by: Vec<&str> = self.by.iter().map(String::as_str).collect();
        match (self.is_gone, by.is_empty()) {
            (true, _) => format!("{} was deleted", self.id),
            (false, true) => self.id.to_string(),
            (false, false) => format!("{} by {}", self.id, by.join(" and ")),
        }
    }
}

/// Objects were changed live since a release, and would be put right. About where
/// and when: the plan is what it should be. `judgement` is what the configuration
/// says of it.
pub fn drift(drifted: &[Drifted], release: u64, judgement: Judgement) -> Option<GuardVerdict> {
    if drifted.is_empty() || judgement == Judgement::Allow {
        return None;
    }
    let names: Vec<String> = drifted.iter().map(Drifted::told).collect();
    let were = if drifted.len() == 1 { "was" } else { "were" };
    let message = format!(
        "{} {were} changed live since release {release}: {}",
        count(drifted.len(), "object"),
        listed(&names)
    );
    Some(GuardVerdict { verdict: judgement, about_what: false, ..refuse("drift", message) })
}

/// What somebody changed live isn't known. Who refuses drift refuses that, too.
pub fn unknown_drift(release: u64, judgement: Judgement) -> Option<GuardVerdict> {
    let message = format!(
        "whether anything was changed live since release {release} isn't known: its record can't be read"
    );
    let refused = || GuardVerdict { about_what: false, ..refuse("drift", message) };
    (judgement == Judgement::Refuse).then(refused)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use crate::report::sample::{action, changed};

    fn drifted() -> Vec<Drifted> {
        let edited = changed("spec.replicas", json!(5), json!(3)).drifted("kubectl-edit", 3);
        let scaled = changed("spec.paused", json!(true), json!(false)).drifted("kubectl-scale", 3);
        let own = changed("spec.x", json!(1), json!(2));
        let web = Action {
            causes: vec![Cause::Commit, Cause::Drift],
            ..action(Verb::Update, "Deployment/web").with(edited).with(scaled).with(own)
        };
        let gone = Action { causes: vec![Cause::Drift], ..action(Verb::Create, "ConfigMap/a") };
        let other = action(Verb::Update, "ConfigMap/b");
        [web, gone, other].iter().filter_map(Drifted::of).collect()
    }

    #[test]
    fn what_was_changed_live_is_counted_and_named_with_who_did_it() {
        let verdict = drift(&drifted(), 7, Judgement::Warn).expect("a verdict");
        assert_eq!(
            verdict.message,
            "2 objects were changed live since release 7: \
             shop/Deployment/web by kubectl-edit and kubectl-scale, shop/ConfigMap/a was deleted"
        );
        assert_eq!((verdict.verdict, verdict.about_what), (Judgement::Warn, false));
    }

    #[test]
    fn the_configuration_decides_what_that_means() {
        let refused = drift(&drifted()[..1], 7, Judgement::Refuse).expect("a verdict");
        assert!(refused.verdict == Judgement::Refuse && refused.overridable);
        assert!(refused.message.starts_with("1 object was changed live since release 7: "));
        assert_eq!(drift(&drifted(), 7, Judgement::Allow), None);
        assert_eq!(drift(&[], 7, Judgement::Refuse), None);
    }
}
