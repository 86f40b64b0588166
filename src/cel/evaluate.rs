//! The value of an expression.

use std::cell::Cell;
use std::collections::BTreeMap;
use std::sync::Arc;

use super::compare::{equal, order};
use super::expression::{Expression, Operator, Over};
use super::functions;
use super::quantity::Quantity;
use super::value::{Key, Value};

/// How many steps evaluations may still take together. The API server has a
/// budget of the same order for each object.
#[derive(Debug)]
pub struct Budget(Cell<u64>);

impl Default for Budget {
    fn default() -> Self {
        Self(Cell::new(1_000_000))
    }
}

impl Budget {
    fn spend(&self, steps: u64) -> Result<(), Failure> {
        let left = self.0.get().checked_sub(steps);
        self.0.set(left.unwrap_or_default());
        left.map(|_| ()).ok_or_else(|| Failure::Unsupported("an evaluation so long".to_owned()))
    }
}

/// Why there is no value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The API server has none either.
    #[error("{0}")]
    Error(String),
    /// It can't be told here.
    #[error("{0} isn't supported here")]
    Unsupported(String),
}

impl Failure {
    pub(super) fn error(message: impl Into<String>) -> Self {
        Self::Error(message.into())
    }

    /// The API server's type checker lets no such thing pass, or it means
    /// something that isn't known here.
    pub(super) fn types(what: &str, values: &[&Value]) -> Self {
        let types: Vec<&str> = values.iter().map(|value| value.type_name()).collect();
        Self::Unsupported(format!("{what} of {}", types.join(" and ")))
    }
}

type Evaluated = Result<Value, Failure>;

/// The names that an expression sees.
struct Scope<'a> {
    names: Vec<(&'a str, Value)>,
    above: Option<&'a Scope<'a>>,
    budget: &'a Budget,
}

impl<'a> Scope<'a> {
    fn get(&self, name: &str) -> Option<&Value> {
        let own = self.names.iter().find(|(own, _)| *own == name).map(|(_, value)| value);
        own.or_else(|| self.above.and_then(|above| above.get(name)))
    }

    fn with(&'a self, names: Vec<(&'a str, Value)>) -> Scope<'a> {
        Scope { names, above: Some(self), budget: self.budget }
    }
}

/// The value of an expression that sees these names.
pub fn evaluate(expression: &Expression, names: Vec<(&str, Value)>, budget: &Budget) -> Evaluated {
    value(expression, &Scope { names, above: None, budget })
}

fn value(expression: &Expression, scope: &Scope<'_>) -> Evaluated {
    scope.budget.spend(1)?;
    match expression {
        Expression::Literal(literal) => Ok(literal.clone()),
        Expression::Name(name) => named(name, scope),
        Expression::Select { of, field, optional } => select(of, field, *optional, scope),
        Expression::Has { of, field } => has(of, field, scope),
        Expression::Index { of, index, optional } => index_of(of, index, *optional, scope),
        Expression::Call { target, name, arguments } => call(target.as_deref(), name, arguments, scope),
        Expression::List(items) => list(items, scope),
        Expression::Map(entries) => map(entries, scope),
        Expression::Not(inner) => Ok(Value::Bool(!truth(inner, scope)?)),
        Expression::Negate(inner) => negated(&value(inner, scope)?),
        Expression::And(left, right) => either(false, left, right, scope),
        Expression::Or(left, right) => either(true, left, right, scope),
        Expression::If(condition, then, otherwise) => {
            value(if truth(condition, scope)? { then } else { otherwise }, scope)
        }
        Expression::Binary(operator, left, right) => {
            binary(*operator, &value(left, scope)?, &value(right, scope)?)
        }
        Expression::Over { what, of, variables, filter, body } => {
            over(*what, &value(of, scope)?, variables, filter.as_deref(), body, scope)
        }
        Expression::Bind { variable, value: bound, body, wraps } => {
            bind(variable, value(bound, scope)?, body, *wraps, scope)
        }
    }
}

fn truth(expression: &Expression, scope: &Scope<'_>) -> Result<bool, Failure> {
    match value(expression, scope)? {
        Value::Bool(flag) => Ok(flag),
        other => Err(Failure::types("the truth", &[&other])),
    }
}

fn named(name: &str, scope: &Scope<'_>) -> Evaluated {
    if let Some(value) = scope.get(name) {
        return Ok(value.clone());
    }
    let types = ["bool", "int", "uint", "double", "string", "bytes", "list", "map", "null_type", "type"];
    let found = types.into_iter().find(|known| *known == name);
    found.map(Value::Type).ok_or_else(|| Failure::Unsupported(format!("the name {name}")))
}

/// `&&` (decided by false) and `||` (by true): one side that decides makes up
/// for the other's failure.
fn either(decisive: bool, left: &Expression, right: &Expression, scope: &Scope<'_>) -> Evaluated {
    let left = truth(left, scope);
    if left == Ok(decisive) {
        return Ok(Value::Bool(decisive));
    }
    let right = truth(right, scope);
    if right == Ok(decisive) {
        return Ok(Value::Bool(decisive));
    }
    // What can't be told might have decided.
    let failures = [left.err(), right.err()].into_iter().flatten();
    worst(failures).map_or(Ok(Value::Bool(!decisive)), Err)
}

/// Of several failures, one that leaves the answer open.
fn worst(failures: impl Iterator<Item = Failure>) -> Option<Failure> {
    failures.reduce(|first, next| if matches!(first, Failure::Unsupported(_)) { first } else { next })
}

fn select(of: &Expression, field: &str, optional: bool, scope: &Scope<'_>) -> Evaluated {
    let of = value(of, scope)?;
    lookup(&of, &Value::text(field), optional)
}

fn index_of(of: &Expression, index: &Expression, optional: bool, scope: &Scope<'_>) -> Evaluated {
    lookup(&value(of, scope)?, &value(index, scope)?, optional)
}

/// A map's field or a list's item. Below an optional value everything is
/// optional.
fn lookup(of: &Value, key: &Value, optional: bool) -> Evaluated {
    if let Value::Optional(inner) = of {
        return inner.as_ref().map_or(Ok(Value::Optional(None)), |inner| lookup(inner, key, true));
    }
    let found = match of {
        Value::Map(map) => key.key().and_then(|key| map.get(&key).cloned()),
        Value::List(items) | Value::Unordered(items) => match key {
            Value::Int(_) | Value::Uint(_) => position(key).and_then(|at| items.get(at).cloned()),
            _ => return Err(Failure::types("the index", &[of, key])),
        },
        _ => return Err(Failure::types("a field", &[of, key])),
    };
    match (found, optional) {
        (Some(found), true) => Ok(Value::some(found)),
        (None, true) => Ok(Value::Optional(None)),
        (Some(found), false) => Ok(found),
        (None, false) => Err(Failure::error(match key {
            Value::Text(name) => format!("no such key: {name}"),
            _ => "no such key, or index out of bounds".to_owned(),
        })),
    }
}

fn position(key: &Value) -> Option<usize> {
    match key {
        Value::Int(number) => usize::try_from(*number).ok(),
        Value::Uint(number) => usize::try_from(*number).ok(),
        _ => None,
    }
}

fn has(of: &Expression, field: &str, scope: &Scope<'_>) -> Evaluated {
    let of = value(of, scope)?;
    let is_there = match &of {
        Value::Optional(None) => false,
        Value::Optional(Some(inner)) => {
            matches!(lookup(inner, &Value::text(field), true)?, Value::Optional(Some(_)))
        }
        Value::Map(map) => map.contains_key(&Key::Text(field.into())),
        other => return Err(Failure::types("a field", &[other])),
    };
    Ok(Value::Bool(is_there))
}

fn list(items: &[(bool, Expression)], scope: &Scope<'_>) -> Evaluated {
    let mut list = Vec::with_capacity(items.len());
    for (optional, item) in items {
        list.extend(perhaps(*optional, value(item, scope)?)?);
    }
    Ok(Value::list(list))
}

fn map(entries: &[(bool, Expression, Expression)], scope: &Scope<'_>) -> Evaluated {
    let mut map = BTreeMap::new();
    for (optional, key, entry) in entries {
        let key = value(key, scope)?;
        let key = key.key().ok_or_else(|| Failure::types("the key", &[&key]))?;
        if let Some(entry) = perhaps(*optional, value(entry, scope)?)? {
            map.insert(key, entry);
        }
    }
    Ok(Value::Map(Arc::new(map)))
}

fn perhaps(optional: bool, value: Value) -> Result<Option<Value>, Failure> {
    match (optional, value) {
        (false, value) => Ok(Some(value)),
        (true, Value::Optional(inner)) => Ok(inner.map(|inner| (*inner).clone())),
        (true, other) => Err(Failure::types("an optional value", &[&other])),
    }
}

fn call(target: Option<&Expression>, name: &str, arguments: &[Expression], scope: &Scope<'_>) -> Evaluated {
    let space = match target {
        Some(Expression::Name(space)) if scope.get(space).is_none() => Some(space.as_str()),
        _ => None,
    };
    let evaluated: Result<Vec<Value>, Failure> =
        arguments.iter().map(|argument| value(argument, scope)).collect();
    match (target, space) {
        (None, _) => functions::function(None, name, &evaluated?),
        (Some(_), Some(space)) => functions::function(Some(space), name, &evaluated?),
        (Some(target), None) => functions::method(&value(target, scope)?, name, &evaluated?),
    }
}

fn negated(value: &Value) -> Evaluated {
    match value {
        Value::Int(number) => number.checked_neg().map(Value::Int).ok_or_else(overflow),
        Value::Double(number) => Ok(Value::Double(-number)),
        other => Err(Failure::types("the negative", &[other])),
    }
}

fn overflow() -> Failure {
    Failure::error("integer overflow")
}

fn binary(operator: Operator, left: &Value, right: &Value) -> Evaluated {
    let compared = |judge: fn(std::cmp::Ordering) -> bool| {
        order(left, right).map(|order| Value::Bool(order.is_some_and(judge)))
    };
    match operator {
        Operator::Equal => Ok(Value::Bool(equal(left, right))),
        Operator::NotEqual => Ok(Value::Bool(!equal(left, right))),
        Operator::Less => compared(std::cmp::Ordering::is_lt),
        Operator::LessOrEqual => compared(std::cmp::Ordering::is_le),
        Operator::Greater => compared(std::cmp::Ordering::is_gt),
        Operator::GreaterOrEqual => compared(std::cmp::Ordering::is_ge),
        Operator::In => contains(right, left),
        Operator::Add => add(left, right),
        _ => arithmetic(operator, left, right),
    }
}

fn contains(container: &Value, item: &Value) -> Evaluated {
    match container {
        Value::List(items) | Value::Unordered(items) => {
            Ok(Value::Bool(items.iter().any(|one| equal(one, item))))
        }
        Value::Map(map) => Ok(Value::Bool(item.key().is_some_and(|key| map.contains_key(&key)))),
        other => Err(Failure::types("the items", &[other])),
    }
}

fn add(left: &Value, right: &Value) -> Evaluated {
    match (left, right) {
        (Value::Text(left), Value::Text(right)) => Ok(Value::text(&format!("{left}{right}"))),
        (Value::Bytes(left), Value::Bytes(right)) => {
            Ok(Value::Bytes([&left[..], &right[..]].concat().into()))
        }
        (Value::List(left), Value::List(right)) => Ok(Value::list([&left[..], &right[..]].concat())),
        (Value::Duration(left), Value::Duration(right)) => {
            left.checked_add(*right).map(Value::Duration).ok_or_else(overflow)
        }
        (Value::Timestamp(time), Value::Duration(span)) | (Value::Duration(span), Value::Timestamp(time)) => {
            later(*time, *span)
        }
        _ => arithmetic(Operator::Add, left, right),
    }
}

fn later(time: jiff::Timestamp, span: i64) -> Evaluated {
    let moved = time.checked_add(jiff::SignedDuration::from_nanos(span));
    moved.map(Value::Timestamp).map_err(|_| Failure::error("timestamp overflow"))
}

fn arithmetic(operator: Operator, left: &Value, right: &Value) -> Evaluated {
    use Operator::{Add, Divide, Multiply, Remainder, Subtract};
    match (left, right) {
        (Value::Int(_) | Value::Uint(_), Value::Int(0) | Value::Uint(0)) if operator == Divide => {
            Err(Failure::error("division by zero"))
        }
        (Value::Int(_) | Value::Uint(_), Value::Int(0) | Value::Uint(0)) if operator == Remainder => {
            Err(Failure::error("modulus by zero"))
        }
        (Value::Int(left), Value::Int(right)) => {
            let result = match operator {
                Add => left.checked_add(*right),
                Subtract => left.checked_sub(*right),
                Multiply => left.checked_mul(*right),
                Divide => left.checked_div(*right),
                _ => left.checked_rem(*right),
            };
            result.map(Value::Int).ok_or_else(overflow)
        }
        (Value::Uint(left), Value::Uint(right)) => {
            let result = match operator {
                Add => left.checked_add(*right),
                Subtract => left.checked_sub(*right),
                Multiply => left.checked_mul(*right),
                Divide => left.checked_div(*right),
                _ => left.checked_rem(*right),
            };
            result.map(Value::Uint).ok_or_else(overflow)
        }
        (Value::Double(left), Value::Double(right)) => match operator {
            Add => Ok(Value::Double(left + right)),
            Subtract => Ok(Value::Double(left - right)),
            Multiply => Ok(Value::Double(left * right)),
            Divide => Ok(Value::Double(left / right)),
            _ => Err(Failure::Unsupported("the remainder of doubles".to_owned())),
        },
        (Value::Timestamp(left), Value::Timestamp(right)) if operator == Subtract => {
            let nanos = left.as_nanosecond() - right.as_nanosecond();
            i64::try_from(nanos).map(Value::Duration).map_err(|_| overflow())
        }
        (Value::Timestamp(left), Value::Duration(right)) if operator == Subtract => {
            later(*left, right.checked_neg().ok_or_else(overflow)?)
        }
        (Value::Duration(left), Value::Duration(right)) if operator == Subtract => {
            left.checked_sub(*right).map(Value::Duration).ok_or_else(overflow)
        }
        _ => Err(Failure::types("arithmetic", &[left, right])),
    }
}

fn bind(name: &str, bound: Value, body: &Expression, wraps: bool, scope: &Scope<'_>) -> Evaluated {
    match bound {
        Value::Optional(None) => Ok(Value::Optional(None)),
        Value::Optional(Some(inner)) => {
            let mapped = value(body, &scope.with(vec![(name, (*inner).clone())]))?;
            Ok(if wraps { Value::some(mapped) } else { mapped })
        }
        other => Err(Failure::types("an optional value", &[&other])),
    }
}

fn over(
    what: Over,
    of: &Value,
    variables: &[String],
    filter: Option<&Expression>,
    body: &Expression,
    scope: &Scope<'_>,
) -> Evaluated {
    let pairs = pairs(of)?;
    scope.budget.spend(pairs.len() as u64)?;
    let names = |(key, item): &(Value, Value)| match variables {
        [first, second] => vec![(first.as_str(), key.clone()), (second.as_str(), item.clone())],
        // One variable is a map's key, and a list's item.
        [only] => vec![(only.as_str(), if matches!(of, Value::Map(_)) { key.clone() } else { item.clone() })],
        _ => Vec::new(),
    };
    match what {
        Over::All => quantified(false, &pairs, names, body, scope),
        Over::Exists => quantified(true, &pairs, names, body, scope),
        Over::ExistsOne => {
            let mut count = 0;
            for pair in &pairs {
                count += usize::from(truth(body, &scope.with(names(pair)))?);
            }
            Ok(Value::Bool(count == 1))
        }
        Over::Filter => {
            let mut kept = Vec::new();
            for pair in &pairs {
                let inner = scope.with(names(pair));
                if truth(body, &inner)? {
                    kept.push(if matches!(of, Value::Map(_)) { pair.0.clone() } else { pair.1.clone() });
                }
            }
            Ok(Value::list(kept))
        }
        Over::Map | Over::TransformMap | Over::TransformMapEntry | Over::SortBy => {
            let mut mapped = Vec::new();
            for pair in &pairs {
                let inner = scope.with(names(pair));
                if filter.map_or(Ok(true), |filter| truth(filter, &inner))? {
                    mapped.push((pair.clone(), value(body, &inner)?));
                }
            }
            gathered(what, mapped)
        }
    }
}

/// Keys (of a list: positions) and values.
fn pairs(of: &Value) -> Result<Vec<(Value, Value)>, Failure> {
    match of {
        Value::List(items) | Value::Unordered(items) => {
            Ok((0_i64..).map(Value::Int).zip(items.iter().cloned()).collect())
        }
        Value::Map(map) => Ok(map.iter().map(|(key, value)| (key.clone().into(), value.clone())).collect()),
        other => Err(Failure::types("the items", &[other])),
    }
}

/// Whether all hold (decided by false) or one does (by true).
fn quantified<'a>(
    decisive: bool,
    pairs: &[(Value, Value)],
    names: impl Fn(&(Value, Value)) -> Vec<(&'a str, Value)>,
    body: &Expression,
    scope: &Scope<'_>,
) -> Evaluated {
    let mut failures = Vec::new();
    for pair in pairs {
        match truth(body, &Scope { names: names(pair), above: Some(scope), budget: scope.budget }) {
            Ok(held) if held == decisive => return Ok(Value::Bool(decisive)),
            Ok(_) => {}
            Err(failure) => failures.push(failure),
        }
    }
    worst(failures.into_iter()).map_or(Ok(Value::Bool(!decisive)), Err)
}

fn gathered(what: Over, mapped: Vec<((Value, Value), Value)>) -> Evaluated {
    match what {
        Over::TransformMap => {
            let entries = mapped.into_iter().map(|((key, _), value)| {
                key.key().map(|key| (key, value)).ok_or_else(|| Failure::types("the key", &[&key]))
            });
            Ok(Value::Map(Arc::new(entries.collect::<Result<_, _>>()?)))
        }
        Over::TransformMapEntry => {
            let mut all = BTreeMap::new();
            for (_, entry) in mapped {
                let Value::Map(entry) = entry else { return Err(Failure::types("an entry", &[&entry])) };
                for (key, value) in entry.iter() {
                    if all.insert(key.clone(), value.clone()).is_some() {
                        return Err(Failure::error("insert failed: key already exists"));
                    }
                }
            }
            Ok(Value::Map(Arc::new(all)))
        }
        Over::SortBy => {
            let keyed = mapped.into_iter().map(|((_, item), key)| (key, item)).collect();
            functions::sorted_by(keyed).map(Value::list)
        }
        _ => Ok(Value::list(mapped.into_iter().map(|(_, value)| value).collect())),
    }
}

/// A number as a quantity, where one is added to another.
pub(super) fn as_quantity(value: &Value) -> Option<Quantity> {
    match value {
        Value::Quantity(quantity) => Some(*quantity),
        Value::Int(number) => Some(Quantity::of(*number)),
        _ => None,
    }
}
