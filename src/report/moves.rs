//! Items of a list that only moved, told one by one: two long lists side by side
//! hide what happened.

use std::collections::HashMap;

use super::visible::visible;
use crate::json::{Map, Value};
use crate::object::{FieldPath, Shown, Step};

/// An item that stands elsewhere now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Move {
    /// The item, from the object's root.
    pub(crate) item: FieldPath,
    /// The item that it's behind now; the front when absent.
    pub(crate) behind: Option<FieldPath>,
}

impl Move {
    /// `spec.containers[name=a]: moved behind [name=b]`.
    pub(crate) fn told(&self) -> String {
        let item = self.item.to_string();
        let text = match &self.behind {
            Some(other) => format!("{item}: moved behind {other}"),
            None => format!("{item}: moved to the front"),
        };
        visible(&text).into_owned()
    }
}

/// The fewest items of the list at `path` whose moves explain the new order.
/// `None` unless both values are the same items, told apart by scalar fields, in
/// another order.
pub(crate) fn moves(path: &FieldPath, from: &Shown, to: &Shown) -> Option<Vec<Move>> {
    let (Shown::Value(Value::Array(from)), Shown::Value(Value::Array(to))) = (from, to) else { return None };
    let (from, to) = (keys(from)?, keys(to)?);
    let positions: HashMap<&Step, usize> = from.iter().enumerate().map(|(at, key)| (key, at)).collect();
    if positions.len() != from.len() || from.len() != to.len() {
        return None;
    }
    let before: Vec<usize> = to.iter().map(|key| positions.get(key).copied()).collect::<Option<_>>()?;
    let mut is_seen = vec![false; from.len()];
    before.iter().for_each(|at| is_seen[*at] = true);
    if is_seen.contains(&false) {
        return None;
    }
    let stays = longest_rise(&before);
    let moved = (0..to.len()).filter(|at| stays.binary_search(at).is_err());
    let behind = |at: usize| at.checked_sub(1).map(|at| FieldPath::root().then(to[at].clone()));
    let moves: Vec<Move> =
        moved.map(|at| Move { item: path.then(to[at].clone()), behind: behind(at) }).collect();
    (!moves.is_empty()).then_some(moves)
}

/// Each item by its fields, where all of them are maps of scalars.
fn keys(items: &[Value]) -> Option<Vec<Step>> {
    let is_scalar = |value: &Value| !value.is_object() && !value.is_array();
    let key = |map: &Map| {
        let fields: Vec<_> = map.iter().map(|(name, value)| (name.clone(), value.clone())).collect();
        (!fields.is_empty() && map.values().all(is_scalar)).then_some(Step::Key(fields))
    };
    items.iter().map(|item| item.as_object().and_then(key)).collect()
}

/// The positions of a longest sequence of growing numbers, which are all different.
fn longest_rise(numbers: &[usize]) -> Vec<usize> {
    // By length: where the sequence of that length with the least end ends.
    let mut ends: Vec<usize> = Vec::new();
    let mut before: Vec<Option<usize>> = Vec::with_capacity(numbers.len());
    for (at, number) in numbers.iter().enumerate() {
        let length = ends.partition_point(|end| numbers[*end] < *number);
        before.push(length.checked_sub(1).map(|shorter| ends[shorter]));
        if length == ends.len() {
            ends.push(at);
        } else {
            ends[length] = at;
        }
    }
    let mut rise: Vec<usize> = std::iter::successors(ends.last().copied(), |at| before[*at]).collect();
    rise.reverse();
    rise
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use proptest::prelude::*;

    fn named(names: &[&str]) -> Shown {
        Shown::Value(names.iter().map(|name| json!({"name": name})).collect())
    }

    fn told(from: &[&str], to: &[&str]) -> Option<Vec<String>> {
        let path = FieldPath::fields(["spec", "c"]);
        let moves = moves(&path, &named(from), &named(to))?;
        Some(moves.iter().map(Move::told).collect())
    }

    #[test]
    fn the_fewest_moves_are_told() {
        let moved = |moves: &[&str]| Some(moves.iter().map(|text| (*text).to_owned()).collect());
        assert_eq!(
            told(&["a", "b", "c"], &["b", "c", "a"]),
            moved(&["spec.c[name=a]: moved behind [name=c]"])
        );
        assert_eq!(told(&["a", "b", "c"], &["c", "a", "b"]), moved(&["spec.c[name=c]: moved to the front"]));
        assert_eq!(told(&["a", "b"], &["a", "b"]), None);
    }

    #[test]
    fn anything_but_the_same_items_in_another_order_is_no_move() {
        assert_eq!(told(&["a", "b"], &["b", "c"]), None);
        assert_eq!(told(&["a", "b"], &["b"]), None);
        assert_eq!(told(&["a", "a"], &["a", "a"]), None);
        assert_eq!(told(&["a", "b"], &["b", "b"]), None);
        let nested = Shown::Value(json!([{"a": [1]}, {"a": [2]}]));
        assert_eq!(moves(&FieldPath::root(), &nested, &nested), None);
    }

    proptest! {
        #[test]
        fn what_stays_rises_and_is_as_long_as_can_be(numbers in Just((0..8).collect::<Vec<usize>>()).prop_shuffle()) {
            let rise = longest_rise(&numbers);
            prop_assert!(rise.windows(2).all(|pair| pair[0] < pair[1] && numbers[pair[0]] < numbers[pair[1]]));
            let mut longest = vec![1; numbers.len()];
            for at in 0..numbers.len() {
                let before = (0..at).filter(|earlier| numbers[*earlier] < numbers[at]);
                longest[at] = before.map(|earlier| longest[earlier] + 1).max().unwrap_or(1);
            }
            prop_assert_eq!(Some(rise.len()), longest.into_iter().max());
        }
    }
}
