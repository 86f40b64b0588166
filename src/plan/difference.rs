//! How a plan differs from one that was saved, which may have been approved
//! meanwhile.
//!
//! A plan file holds no secret and no manifest, so where actions read the same
//! and their digests differ, it's said which sort of thing must have changed.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::Serialize;

use super::{Action, FieldChange, TargetPlan, Verb};
use crate::object::{FieldPath, ObjectId, ObjectRef, Shown, kinds};

/// How today's plan for a target differs from the saved one.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PlanDifference {
    /// The target.
    pub target: String,
    /// The digest of the saved plan.
    pub saved: String,
    /// The digest of today's; absent when that is only approximate.
    pub now: Option<String>,
    /// The actions that aren't the same, by object.
    pub actions: Vec<ActionDifference>,
}

/// An action that isn't the one that was saved.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionDifference {
    /// The object.
    pub object: ObjectRef,
    /// The saved action; absent when it is new.
    pub saved: Option<Action>,
    /// Today's action; absent when nothing is done any more.
    pub now: Option<Action>,
    /// Of an action in both plans: the fields that change otherwise.
    pub fields: Vec<FieldDifference>,
    /// What must differ where no field shows it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// A field that changes otherwise than in the saved plan.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct FieldDifference {
    /// The field.
    pub path: FieldPath,
    /// The saved change; absent when there was none.
    pub saved: Option<FieldChange>,
    /// Today's change; absent when there is none any more.
    pub now: Option<FieldChange>,
}

/// What differs between a saved plan and today's.
pub fn difference(saved: &TargetPlan, now: &TargetPlan) -> PlanDifference {
    let (before, after) = (by_object(saved), by_object(now));
    let objects: BTreeSet<&ObjectId> = before.keys().chain(after.keys()).collect();
    let differing = |id: &ObjectId| match (before.get(id), after.get(id)) {
        (Some(saved), Some(now)) => otherwise(saved, now),
        (saved, now) => one_sided(saved.copied(), now.copied()),
    };
    PlanDifference {
        target: now.target.clone(),
        saved: saved.digest.clone().unwrap_or_default(),
        now: now.digest.clone(),
        actions: objects.into_iter().filter_map(differing).collect(),
    }
}

fn by_object(plan: &TargetPlan) -> BTreeMap<ObjectId, &Action> {
    plan.changing().map(|action| (action.id(), action)).collect()
}

fn one_sided(saved: Option<&Action>, now: Option<&Action>) -> Option<ActionDifference> {
    Some(ActionDifference {
        object: saved.or(now)?.object.clone(),
        saved: saved.cloned(),
        now: now.cloned(),
        fields: Vec::new(),
        reason: None,
    })
}

/// An action that both plans have, where it isn't the same.
fn otherwise(saved: &Action, now: &Action) -> Option<ActionDifference> {
    let fields = fields(&saved.changes, &now.changes);
    let is_same = match (&saved.digest, &now.digest) {
        (Some(saved), Some(now)) => saved == now,
        _ => saved.action == now.action && fields.is_empty(),
    };
    if is_same && saved.approximate == now.approximate {
        return None;
    }
    let reason = (fields.is_empty() || saved.approximate != now.approximate).then(|| reason(saved, now));
    Some(ActionDifference {
        object: now.object.clone(),
        saved: Some(saved.clone()),
        now: Some(now.clone()),
        fields,
        reason: reason.flatten().map(str::to_owned),
    })
}

/// What must have changed where no field shows it: digests look at what is sent,
/// at the identity of what is deleted, and of a Secret at its source and at the
/// live object's version.
fn reason(saved: &Action, now: &Action) -> Option<&'static str> {
    if now.approximate && !saved.approximate {
        return Some("can't be tried on the server any more, so it is only approximate");
    }
    if saved.action != now.action {
        return None;
    }
    Some(match now.action {
        _ if kinds::is_secret(&now.id().kind) || has_masks(saved) => {
            "its source file or the live object is another one now"
        }
        Verb::Create => "its manifest is another one now",
        Verb::Delete => "the live object was made anew since then",
        Verb::Replace => "its manifest is another one now, or the live object was made anew",
        Verb::Update | Verb::Adopt | Verb::Forget | Verb::Run | Verb::Unchanged => {
            "its manifest is another one now, in fields that are live already"
        }
    })
}

/// Whether any value that changes is secret.
fn has_masks(action: &Action) -> bool {
    let is_masked = |shown: &Option<Shown>| shown.as_ref().is_some_and(Shown::is_masked);
    action.changes.iter().any(|change| is_masked(&change.from) || is_masked(&change.to))
}

fn fields(saved: &[FieldChange], now: &[FieldChange]) -> Vec<FieldDifference> {
    let counterpart =
        |path: &FieldPath, all: &[FieldChange]| all.iter().find(|change| change.path == *path).cloned();
    let gone = saved.iter().filter(|change| counterpart(&change.path, now).is_none());
    let gone = gone.map(|change| (change.path.clone(), Some(change.clone()), None));
    let stays = now.iter().filter_map(|change| {
        let saved = counterpart(&change.path, saved);
        let is_same = saved.as_ref().is_some_and(|saved| is_same_change(saved, change));
        (!is_same).then(|| (change.path.clone(), saved, Some(change.clone())))
    });
    gone.chain(stays).map(|(path, saved, now)| FieldDifference { path, saved, now }).collect()
}

/// Whether two changes of a field are the same, as far as they show it.
fn is_same_change(saved: &FieldChange, now: &FieldChange) -> bool {
    let is_same = |saved: &Option<Shown>, now: &Option<Shown>| match (saved, now) {
        (Some(saved), Some(now)) => saved == now || (saved.is_masked() && now.is_masked()),
        (saved, now) => saved == now,
    };
    saved.op == now.op && is_same(&saved.from, &now.from) && is_same(&saved.to, &now.to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use crate::report::sample::{action, changed, masked, plan};

    fn sealed(action: Action, digest: &str) -> Action {
        Action { digest: Some(digest.to_owned()), ..action }
    }

    fn compared(saved: Vec<Action>, now: Vec<Action>) -> Vec<ActionDifference> {
        difference(&plan(saved), &plan(now)).actions
    }

    fn paths(found: &ActionDifference) -> Vec<String> {
        found.fields.iter().map(|field| field.path.to_string()).collect()
    }

    #[test]
    fn actions_are_new_gone_or_otherwise() {
        let scaled =
            |to| action(Verb::Update, "Deployment/web").with(changed("spec.replicas", json!(1), json!(to)));
        let same = action(Verb::Create, "ConfigMap/same");
        let saved = vec![same.clone(), action(Verb::Delete, "Service/old"), scaled(2)];
        let now = vec![action(Verb::Create, "Service/new"), scaled(3), same];
        let found = compared(saved, now);
        let verbs = |found: &ActionDifference| {
            let verb = |action: &Option<Action>| action.as_ref().map(|action| action.action);
            (found.object.name.clone(), verb(&found.saved), verb(&found.now))
        };
        let mut all: Vec<_> = found.iter().map(verbs).collect();
        all.sort_by(|one, other| one.0.cmp(&other.0));
        assert_eq!(
            all,
            [
                ("new".to_owned(), None, Some(Verb::Create)),
                ("old".to_owned(), Some(Verb::Delete), None),
                ("web".to_owned(), Some(Verb::Update), Some(Verb::Update)),
            ]
        );
        let web = found.iter().find(|found| found.object.name == "web").expect("it differs");
        assert_eq!(paths(web), ["spec.replicas"]);
        assert_eq!(web.reason, None);
    }

    #[test]
    fn equal_digests_are_the_same_whatever_numbers_masks_have() {
        let secret = |number| {
            action(Verb::Update, "Secret/db").with(masked("data.password", Some(number), Some(number + 1)))
        };
        assert!(compared(vec![sealed(secret(1), "a")], vec![sealed(secret(5), "a")]).is_empty());
        let found = compared(vec![sealed(secret(1), "a")], vec![sealed(secret(5), "b")]);
        assert_eq!(paths(&found[0]), [""; 0]);
        assert_eq!(found[0].reason.as_deref(), Some("its source file or the live object is another one now"));
    }

    #[test]
    fn what_no_field_shows_is_said_by_the_sort_of_action() {
        for (verb, part) in [
            (Verb::Create, "manifest"),
            (Verb::Delete, "made anew"),
            (Verb::Replace, "made anew"),
            (Verb::Update, "live already"),
        ] {
            let of = |digest| vec![sealed(action(verb, "ConfigMap/a"), digest)];
            let reason = compared(of("a"), of("b"))[0].reason.clone().expect("a reason");
            assert!(reason.contains(part), "{verb:?}: {reason}");
        }
    }

    #[test]
    fn an_action_that_can_only_be_guessed_at_now_is_another_one() {
        let create = sealed(action(Verb::Create, "ConfigMap/a"), "a");
        let found = compared(vec![create.clone()], vec![create.approximately()]);
        assert!(found[0].reason.as_ref().is_some_and(|reason| reason.contains("approximate")));
    }

    #[test]
    fn a_plan_without_digests_of_actions_is_compared_by_its_fields() {
        let update = |to| action(Verb::Update, "ConfigMap/a").with(changed("data.x", json!("1"), json!(to)));
        assert!(compared(vec![update("2")], vec![sealed(update("2"), "a")]).is_empty());
        assert_eq!(compared(vec![update("2")], vec![update("3")]).len(), 1);
    }
}
