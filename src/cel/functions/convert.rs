//! Conversions between types, sizes, extremes.

use std::cmp::Ordering;

use super::{Given, whole};
use crate::cel::compare::order;
use crate::cel::evaluate::Failure;
use crate::cel::value::Value;

pub(super) fn function(name: &str, arguments: &[Value]) -> Given {
    let [value] = arguments else {
        return match (name, arguments) {
            ("matches", [Value::Text(text), pattern]) => super::strings::matches(text, pattern),
            _ => None,
        };
    };
    match name {
        "size" => size(value),
        "dyn" => Some(Ok(value.clone())),
        "type" => Some(Ok(Value::Type(value.type_name()))),
        "int" => int(value),
        "uint" => match int(value)? {
            Ok(Value::Int(number)) => {
                Some(u64::try_from(number).map(Value::Uint).map_err(|_| out_of_range()))
            }
            other => Some(other),
        },
        "double" => double(value),
        "string" => string(value),
        "bytes" => match value {
            Value::Text(text) => Some(Ok(Value::Bytes(text.as_bytes().into()))),
            Value::Bytes(_) => Some(Ok(value.clone())),
            _ => None,
        },
        "bool" => match value {
            Value::Bool(_) => Some(Ok(value.clone())),
            Value::Text(text) => match &**text {
                "true" | "True" | "TRUE" | "t" | "1" => super::truth(true),
                "false" | "False" | "FALSE" | "f" | "0" => super::truth(false),
                _ => Some(Err(Failure::error("type conversion error from string to bool"))),
            },
            _ => None,
        },
        _ => None,
    }
}

/// A text's size is in characters.
pub(super) fn size(value: &Value) -> Given {
    let size = match value {
        Value::Text(text) => text.chars().count(),
        Value::Bytes(bytes) => bytes.len(),
        Value::List(items) | Value::Unordered(items) => items.len(),
        Value::Map(map) => map.len(),
        _ => return None,
    };
    Some(Ok(whole(size)))
}

fn out_of_range() -> Failure {
    Failure::error("integer overflow")
}

#[allow(clippy::cast_possible_truncation, reason = "the range is checked")]
fn int(value: &Value) -> Given {
    Some(match value {
        Value::Int(_) => Ok(value.clone()),
        Value::Uint(number) => i64::try_from(*number).map(Value::Int).map_err(|_| out_of_range()),
        Value::Double(number) if number.abs() < 9.2e18 => Ok(Value::Int(*number as i64)),
        Value::Text(text) => text
            .parse()
            .map(Value::Int)
            .map_err(|_| Failure::error("type conversion error from string to int")),
        Value::Timestamp(time) => Ok(Value::Int(time.as_second())),
        _ => return None,
    })
}

#[allow(clippy::cast_precision_loss, reason = "that's what the conversion does")]
fn double(value: &Value) -> Given {
    Some(match value {
        Value::Double(_) => Ok(value.clone()),
        Value::Int(number) => Ok(Value::Double(*number as f64)),
        Value::Uint(number) => Ok(Value::Double(*number as f64)),
        Value::Text(text) => text
            .parse()
            .map(Value::Double)
            .map_err(|_| Failure::error("type conversion error from string to double")),
        _ => return None,
    })
}

pub(super) fn string(value: &Value) -> Given {
    Some(Ok(match value {
        Value::Text(_) => value.clone(),
        Value::Bool(flag) => Value::text(&flag.to_string()),
        Value::Int(number) => Value::text(&number.to_string()),
        Value::Uint(number) => Value::text(&number.to_string()),
        Value::Double(number) if number.fract() == 0.0 && number.abs() < 1e15 => {
            Value::text(&format!("{number:.0}"))
        }
        Value::Bytes(bytes) => match std::str::from_utf8(bytes) {
            Ok(text) => Value::text(text),
            Err(_) => return Some(Err(Failure::error("invalid UTF-8 in bytes, cannot convert to string"))),
        },
        Value::Ip(address) => Value::text(&address.to_string()),
        Value::Cidr(address, length) => Value::text(&format!("{address}/{length}")),
        _ => return None,
    }))
}

/// The first of the greatest or the least.
pub(super) fn extreme(values: &[Value], wanted: Ordering) -> Given {
    let mut best = values.first()?;
    for value in &values[1..] {
        match order(value, best) {
            Ok(order) if order == Some(wanted) => best = value,
            Ok(_) => {}
            Err(failure) => return Some(Err(failure)),
        }
    }
    Some(Ok(best.clone()))
}
