//! Lists and sets.

use std::cmp::Ordering;

use super::convert::extreme;
use super::{Given, truth, whole};
use crate::cel::compare::{equal, order};
use crate::cel::evaluate::Failure;
use crate::cel::value::Value;

pub(super) fn function(name: &str, arguments: &[Value]) -> Given {
    match (name, arguments) {
        ("range", [Value::Int(count)]) if *count <= 100_000 => {
            Some(Ok(Value::list((0..*count).map(Value::Int).collect())))
        }
        ("contains", [all, some]) => truth(holds_all(all.items()?, some.items()?)),
        ("equivalent", [one, other]) => {
            let (one, other) = (one.items()?, other.items()?);
            truth(holds_all(one, other) && holds_all(other, one))
        }
        ("intersects", [one, other]) => {
            let (one, other) = (one.items()?, other.items()?);
            truth(one.iter().any(|item| holds(other, item)))
        }
        _ => None,
    }
}

fn holds(items: &[Value], wanted: &Value) -> bool {
    items.iter().any(|item| equal(item, wanted))
}

fn holds_all(items: &[Value], wanted: &[Value]) -> bool {
    wanted.iter().all(|wanted| holds(items, wanted))
}

pub(super) fn method(items: &[Value], name: &str, arguments: &[Value]) -> Given {
    match (name, arguments) {
        ("isSorted", []) => {
            let mut sorted = true;
            for pair in items.windows(2) {
                match order(&pair[0], &pair[1]) {
                    Ok(order) => sorted &= order.is_some_and(Ordering::is_le),
                    Err(failure) => return Some(Err(failure)),
                }
            }
            truth(sorted)
        }
        ("sum", []) => sum(items),
        ("min", []) => extreme(items, Ordering::Less).or_else(|| Some(empty("min"))),
        ("max", []) => extreme(items, Ordering::Greater).or_else(|| Some(empty("max"))),
        ("indexOf", [wanted]) => Some(Ok(position(items.iter().position(|item| equal(item, wanted))))),
        ("lastIndexOf", [wanted]) => Some(Ok(position(items.iter().rposition(|item| equal(item, wanted))))),
        ("join", []) => join(items, ""),
        ("join", [Value::Text(separator)]) => join(items, separator),
        ("slice", [Value::Int(from), Value::Int(to)]) => {
            let range = usize::try_from(*from).ok()?..usize::try_from(*to).ok()?;
            Some(
                items
                    .get(range)
                    .map(|part| Value::list(part.to_vec()))
                    .ok_or_else(|| Failure::error("cannot slice")),
            )
        }
        ("distinct", []) => {
            let mut distinct: Vec<Value> = Vec::new();
            for item in items {
                if !holds(&distinct, item) {
                    distinct.push(item.clone());
                }
            }
            Some(Ok(Value::list(distinct)))
        }
        ("flatten", []) => {
            let flat = items
                .iter()
                .flat_map(|item| item.items().map_or_else(|| vec![item.clone()], <[Value]>::to_vec));
            Some(Ok(Value::list(flat.collect())))
        }
        ("sort", []) => {
            Some(sorted_by(items.iter().map(|item| (item.clone(), item.clone())).collect()).map(Value::list))
        }
        ("reverse", []) => Some(Ok(Value::list(items.iter().rev().cloned().collect()))),
        ("first", []) => Some(Ok(items.first().cloned().map_or(Value::Optional(None), Value::some))),
        ("last", []) => Some(Ok(items.last().cloned().map_or(Value::Optional(None), Value::some))),
        _ => None,
    }
}

fn empty(name: &str) -> Result<Value, Failure> {
    Err(Failure::error(format!("{name} called on empty list")))
}

fn position(at: Option<usize>) -> Value {
    at.map_or(Value::Int(-1), whole)
}

fn join(items: &[Value], separator: &str) -> Given {
    let texts: Option<Vec<&str>> = items
        .iter()
        .map(|item| match item {
            Value::Text(text) => Some(&**text),
            _ => None,
        })
        .collect();
    Some(Ok(Value::text(&texts?.join(separator))))
}

fn sum(items: &[Value]) -> Given {
    match items.first()? {
        Value::Int(_) => {
            let numbers = items.iter().map(|item| match item {
                Value::Int(number) => Some(*number),
                _ => None,
            });
            let numbers: Vec<i64> = numbers.collect::<Option<_>>()?;
            let sum = numbers.into_iter().try_fold(0_i64, i64::checked_add);
            Some(sum.map(Value::Int).ok_or_else(|| Failure::error("integer overflow")))
        }
        Value::Double(_) => {
            let numbers = items.iter().map(|item| match item {
                Value::Double(number) => Some(*number),
                _ => None,
            });
            Some(Ok(Value::Double(numbers.collect::<Option<Vec<f64>>>()?.into_iter().sum())))
        }
        _ => None,
    }
}

/// Items in the order of their keys.
pub(in crate::cel) fn sorted_by(mut keyed: Vec<(Value, Value)>) -> Result<Vec<Value>, Failure> {
    for pair in keyed.windows(2) {
        order(&pair[0].0, &pair[1].0)?;
    }
    keyed.sort_by(|(one, _), (other, _)| order(one, other).ok().flatten().unwrap_or(Ordering::Equal));
    Ok(keyed.into_iter().map(|(_, item)| item).collect())
}
