//! Which values are equal, and which comes first.

use std::cmp::Ordering;

use super::evaluate::Failure;
use super::value::Value;

/// `==`: numbers by their value, whatever their types; values of other
/// different types are never equal.
pub(super) fn equal(one: &Value, other: &Value) -> bool {
    if let Ok(order) = numbers(one, other) {
        return order == Some(Ordering::Equal);
    }
    match (one, other) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(one), Value::Bool(other)) => one == other,
        (Value::Text(one), Value::Text(other)) => one == other,
        (Value::Bytes(one), Value::Bytes(other)) => one == other,
        (Value::List(one), Value::List(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| equal(one, other))
        }
        (Value::List(one) | Value::Unordered(one), Value::List(other) | Value::Unordered(other)) => {
            one.len() == other.len() && one.iter().all(|one| other.iter().any(|other| equal(one, other)))
        }
        (Value::Map(one), Value::Map(other)) => {
            one.len() == other.len()
                && one.iter().all(|(key, one)| other.get(key).is_some_and(|other| equal(one, other)))
        }
        (Value::Duration(one), Value::Duration(other)) => one == other,
        (Value::Timestamp(one), Value::Timestamp(other)) => one == other,
        (Value::Optional(one), Value::Optional(other)) => match (one, other) {
            (None, None) => true,
            (Some(one), Some(other)) => equal(one, other),
            _ => false,
        },
        (Value::Type(one), Value::Type(other)) | (Value::Format(one), Value::Format(other)) => one == other,
        (Value::Quantity(one), Value::Quantity(other)) => one.value == other.value,
        (Value::Ip(one), Value::Ip(other)) => one == other,
        (Value::Cidr(one, length), Value::Cidr(other, other_length)) => {
            one == other && length == other_length
        }
        (Value::Url(one), Value::Url(other)) => one == other,
        _ => false,
    }
}

/// `<` and its like.
pub(super) fn order(one: &Value, other: &Value) -> Result<Option<Ordering>, Failure> {
    if let Ok(order) = numbers(one, other) {
        return Ok(order);
    }
    match (one, other) {
        (Value::Bool(one), Value::Bool(other)) => Ok(Some(one.cmp(other))),
        (Value::Text(one), Value::Text(other)) => Ok(Some(one.cmp(other))),
        (Value::Bytes(one), Value::Bytes(other)) => Ok(Some(one.cmp(other))),
        (Value::Duration(one), Value::Duration(other)) => Ok(Some(one.cmp(other))),
        (Value::Timestamp(one), Value::Timestamp(other)) => Ok(Some(one.cmp(other))),
        _ => Err(Failure::types("comparing", &[one, other])),
    }
}

/// Values that aren't both numbers.
struct NotNumbers;

/// The order of two numbers; `None` where one is not-a-number.
#[allow(clippy::cast_precision_loss, reason = "what CEL does with numbers of different types")]
fn numbers(one: &Value, other: &Value) -> Result<Option<Ordering>, NotNumbers> {
    let whole = |value: &Value| match value {
        Value::Int(number) => Some(i128::from(*number)),
        Value::Uint(number) => Some(i128::from(*number)),
        _ => None,
    };
    let double = |value: &Value| match value {
        Value::Double(number) => Some(*number),
        other => whole(other).map(|number| number as f64),
    };
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => Ok(Some(one.cmp(&other))),
        _ => match (double(one), double(other)) {
            (Some(one), Some(other)) => Ok(one.partial_cmp(&other)),
            _ => Err(NotNumbers),
        },
    }
}
