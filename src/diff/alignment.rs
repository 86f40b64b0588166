//! Which item of a list became which: by the key fields, by value, or, where
//! there is nothing to tell items apart, by the longest common sequence.

use std::collections::{HashMap, HashSet};

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::list_keys::ListKeys;
use crate::json::{Map, Value};
use crate::object::Step;

/// Fields that tell the items of a list apart where managed fields don't say
/// (the list is atomic, or nobody owns any of it). The first that all items
/// have, with different values, is taken.
const USUAL_KEYS: [&[&str]; 14] = [
    &["name"],
    &["name", "namespace"],
    &["containerPort", "protocol"],
    &["port", "protocol"],
    &["mountPath"],
    &["devicePath"],
    &["topologyKey", "whenUnsatisfiable"],
    &["ip"],
    &["host"],
    &["path"],
    &["key"],
    &["type"],
    &["id"],
    &["uid"],
];

/// Two versions of a list, item by item: those of the new one in its order,
/// then those that are gone.
pub(super) struct Alignment<'v> {
    /// The items.
    pub(super) items: Vec<Item<'v>>,
    /// What tells the items that are in both apart, in the old order and in
    /// the new one, when these differ.
    pub(super) reordered: Option<(Value, Value)>,
}

/// An item, named by a step from the list, before and after; at least one of
/// them is there.
pub(super) struct Item<'v> {
    pub(super) step: Step,
    pub(super) before: Option<&'v Value>,
    pub(super) after: Option<&'v Value>,
}

/// Pairs the items of two versions of a list.
pub(super) fn align<'v>(
    before: &'v [Value],
    after: &'v [Value],
    known: Option<&ListKeys<'_>>,
) -> Alignment<'v> {
    let is_set = known.is_some_and(ListKeys::is_set);
    let by_value = |item: &Value| (is_set && is_scalar(item)).then(|| Step::Value(item.clone()));
    let known_keys = known.map(ListKeys::keys).filter(|keys| !keys.is_empty());
    align_by(before, after, by_value)
        .or_else(|| known_keys.and_then(|keys| align_by(before, after, |item| key_step(item, &keys))))
        .or_else(|| {
            USUAL_KEYS.iter().find_map(|keys| align_by(before, after, |item| full_key_step(item, keys)))
        })
        .unwrap_or_else(|| align_by_position(before, after))
}

fn is_scalar(value: &Value) -> bool {
    !matches!(value, Value::Object(_) | Value::Array(_))
}

/// The item named by those of the keys that it has; `None` if it has none, or
/// one that isn't a scalar.
fn key_step(item: &Value, keys: &[&str]) -> Option<Step> {
    let map = item.as_object()?;
    let fields: Vec<_> =
        keys.iter().filter_map(|name| Some(((*name).to_owned(), map.get(name)?.clone()))).collect();
    (!fields.is_empty() && fields.iter().all(|(_, value)| is_scalar(value))).then_some(Step::Key(fields))
}

/// The item named by these keys, if it has them all.
fn full_key_step(item: &Value, keys: &[&str]) -> Option<Step> {
    keys.iter().all(|name| item.get(*name).is_some()).then(|| key_step(item, keys)).flatten()
}

/// Pairs items by name, if every item has one and no two the same.
fn align_by<'v>(
    before: &'v [Value],
    after: &'v [Value],
    name: impl Fn(&Value) -> Option<Step>,
) -> Option<Alignment<'v>> {
    let named = |items: &'v [Value]| {
        let steps: Option<Vec<Step>> = items.iter().map(&name).collect();
        let steps = steps?;
        let distinct: HashSet<&Step> = steps.iter().collect();
        (distinct.len() == steps.len()).then_some(steps)
    };
    let (old, new) = (named(before)?, named(after)?);
    let old_positions: HashMap<&Step, usize> = old.iter().enumerate().map(|(at, step)| (step, at)).collect();
    let new_steps: HashSet<&Step> = new.iter().collect();

    let kept: Vec<&Step> = new.iter().filter(|step| old_positions.contains_key(step)).collect();
    let kept_before: Vec<&Step> = old.iter().filter(|step| new_steps.contains(step)).collect();
    let reordered = (kept != kept_before).then(|| (name_list(&kept_before), name_list(&kept)));

    let stays = new.iter().zip(after).map(|(step, item)| Item {
        step: step.clone(),
        before: old_positions.get(step).map(|at| &before[*at]),
        after: Some(item),
    });
    let gone = old.iter().zip(before).filter(|(step, _)| !new_steps.contains(step));
    let gone = gone.map(|(step, item)| Item { step: step.clone(), before: Some(item), after: None });
    Some(Alignment { items: stays.chain(gone).collect(), reordered })
}

fn name_list(steps: &[&Step]) -> Value {
    let value = |step: &&Step| match step {
        Step::Key(fields) => fields.iter().cloned().collect::<Map>().into(),
        Step::Value(value) => value.clone(),
        Step::Field(name) => Value::from(name.as_str()),
        Step::Index(index) => Value::from(*index),
    };
    steps.iter().map(value).collect()
}

/// Equal items in the same order are the same ones; between them, items are
/// paired by position. The same items in another order are a reordering.
fn align_by_position<'v>(before: &'v [Value], after: &'v [Value]) -> Alignment<'v> {
    let (old, new) = tokens(before, after);
    let (mut old_sorted, mut new_sorted) = (old.clone(), new.clone());
    old_sorted.sort_unstable();
    new_sorted.sort_unstable();
    if old != new && old_sorted == new_sorted {
        let reordered = Some((Value::from(before.to_vec()), Value::from(after.to_vec())));
        return Alignment { items: Vec::new(), reordered };
    }
    let mut items = Vec::new();
    for operation in capture_diff_slices(Algorithm::Myers, &old, &new) {
        if matches!(operation, DiffOp::Equal { .. }) {
            continue;
        }
        let (old_range, new_range) = (operation.old_range(), operation.new_range());
        let paired = old_range.len().min(new_range.len());
        let pair = |offset: usize| Item {
            step: Step::Index(new_range.start + offset),
            before: (offset < paired).then(|| &before[old_range.start + offset]),
            after: Some(&after[new_range.start + offset]),
        };
        items.extend((0..new_range.len()).map(pair));
        let gone = old_range.skip(paired);
        items.extend(gone.map(|at| Item { step: Step::Index(at), before: Some(&before[at]), after: None }));
    }
    Alignment { items, reordered: None }
}

/// The items as numbers, equal ones as equal numbers.
fn tokens(before: &[Value], after: &[Value]) -> (Vec<u32>, Vec<u32>) {
    let mut seen: HashMap<&Value, u32> = HashMap::new();
    let mut token = |item| {
        let next = u32::try_from(seen.len()).unwrap_or(u32::MAX);
        *seen.entry(item).or_insert(next)
    };
    let mut numbers: Vec<u32> = before.iter().chain(after).map(&mut token).collect();
    let new = numbers.split_off(before.len());
    (numbers, new)
}
