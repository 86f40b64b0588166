//! Equal changes in many objects, found so that they're read once.

use std::collections::HashMap;

use crate::plan::{Action, FieldChange, ManagerFields, Verb};

/// So many equal updates are still shown one by one.
const FEW: usize = 5;

/// What is shown as one.
#[derive(Debug)]
pub(crate) enum Entry<'a> {
    /// An action of its own.
    One(&'a Action),
    /// The same update of many objects, in the plan's order.
    Many(Vec<&'a Action>),
}

/// Everything that two updates must share to be read as one.
#[derive(PartialEq, Eq, Hash)]
struct Likeness {
    verb: Verb,
    approximate: bool,
    reason: Option<String>,
    changes: Vec<String>,
    taken: Vec<String>,
    staying: Vec<String>,
    migrates: Vec<String>,
    declared_wave: Option<i32>,
    after_ready: Vec<String>,
    after_all: bool,
}

impl Likeness {
    /// Only updates and adoptions that change fields are alike: what comes or
    /// goes is always named one by one.
    fn of(action: &Action) -> Option<Self> {
        let gentle = matches!(action.action, Verb::Update | Verb::Adopt);
        (gentle && !action.changes.is_empty()).then(|| Self {
            verb: action.action,
            approximate: action.approximate,
            reason: action.reason.clone(),
            changes: action.changes.iter().map(change_likeness).collect(),
            taken: action.takes_from.iter().map(owned_likeness).collect(),
            migrates: action.migrates.clone(),
            staying: action.stays.iter().map(owned_likeness).collect(),
            declared_wave: action.declared_wave,
            after_ready: action.after_ready.iter().map(|object| object.id().to_string()).collect(),
            after_all: action.after_all,
        })
    }
}

fn change_likeness(change: &FieldChange) -> String {
    let FieldChange { path, op, from, to, cause, by, operation, deployed, variables, .. } = change;
    let value = |shown: &Option<crate::object::Shown>| shown.as_ref().map(ToString::to_string);
    let (from, to, deployed) = (value(from), value(to), value(deployed));
    format!("{path} {op:?} {from:?} {to:?} {cause:?} {by:?} {operation:?} {deployed:?} {variables:?}")
}

fn owned_likeness(owned: &ManagerFields) -> String {
    format!("{} {:?}", owned.manager, owned.fields)
}

/// The actions in their order; more than a few equal updates become one entry
/// at the place of the first.
pub(crate) fn entries<'a>(actions: impl IntoIterator<Item = &'a Action>) -> Vec<Entry<'a>> {
    let actions: Vec<_> = actions.into_iter().map(|action| (Likeness::of(action), action)).collect();
    let mut alike: HashMap<&Likeness, Vec<&'a Action>> = HashMap::new();
    for (likeness, action) in &actions {
        if let Some(likeness) = likeness {
            alike.entry(likeness).or_default().push(action);
        }
    }
    let mut entries = Vec::new();
    for (likeness, action) in &actions {
        let many = likeness.as_ref().and_then(|likeness| alike.get(likeness)).filter(|many| many.len() > FEW);
        match many {
            None => entries.push(Entry::One(action)),
            Some(many) if many.first().is_some_and(|first| std::ptr::eq(*first, *action)) => {
                entries.push(Entry::Many(many.clone()));
            }
            Some(_) => {}
        }
    }
    entries
}

/// The changes of the first, without times and commits that aren't everybody's.
pub(crate) fn shared(actions: &[&Action]) -> Vec<FieldChange> {
    let Some(first) = actions.first() else { return Vec::new() };
    let mut changes = first.changes.clone();
    for (position, change) in changes.iter_mut().enumerate() {
        let all = |same: &dyn Fn(&FieldChange) -> bool| {
            actions.iter().all(|action| action.changes.get(position).is_some_and(same))
        };
        let sha = |change: &FieldChange| change.commit.as_ref().map(|commit| commit.sha);
        let same_time = all(&|other| other.when == change.when);
        let same_commit = all(&|other| sha(other) == sha(change) && other.uncommitted == change.uncommitted);
        if !same_time {
            change.when = None;
        }
        if !same_commit {
            change.commit = None;
            change.uncommitted = false;
        }
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use crate::report::sample::{action, changed};

    fn updates(number: usize) -> Vec<Action> {
        let change = || changed("spec.replicas", json!(1), json!(2));
        (0..number).map(|n| action(Verb::Update, &format!("Deployment/app-{n}")).with(change())).collect()
    }

    fn sizes(actions: &[Action]) -> Vec<usize> {
        let size = |entry: &Entry<'_>| match entry {
            Entry::One(_) => 1,
            Entry::Many(actions) => actions.len(),
        };
        entries(actions).iter().map(size).collect()
    }

    #[test]
    fn a_few_equal_updates_stay_apart() {
        assert_eq!(sizes(&updates(5)), [1; 5]);
        assert_eq!(sizes(&updates(6)), [6]);
    }

    #[test]
    fn what_comes_or_goes_is_never_hidden_in_a_group() {
        for verb in [Verb::Create, Verb::Delete, Verb::Replace, Verb::Forget] {
            let actions: Vec<_> =
                updates(9).into_iter().map(|update| Action { action: verb, ..update }).collect();
            assert_eq!(sizes(&actions), [1; 9]);
        }
    }

    #[test]
    fn another_value_cause_or_manager_is_another_change() {
        let mut actions = updates(9);
        actions[1].changes[0] = changed("spec.replicas", json!(1), json!(3));
        actions[2].changes[0] = changed("spec.replicas", json!(1), json!(2)).drifted("kubectl-edit", 1);
        actions[3] = actions[3].clone().taking("helm", &["spec.replicas"]);
        assert_eq!(sizes(&actions), [6, 1, 1, 1]);
    }

    #[test]
    fn times_alone_do_not_set_updates_apart() {
        let drifted = |(minutes, update): (i64, Action)| Action {
            changes: vec![update.changes[0].clone().drifted("kubectl-edit", minutes)],
            ..update
        };
        let actions: Vec<_> = (0..).zip(updates(7)).map(drifted).collect();
        assert_eq!(sizes(&actions), [7]);
    }
}
