//! Optional values.

use super::{Given, truth};
use crate::cel::evaluate::Failure;
use crate::cel::value::Value;

pub(super) fn function(name: &str, arguments: &[Value]) -> Given {
    match (name, arguments) {
        ("none", []) => Some(Ok(Value::Optional(None))),
        ("of", [value]) => Some(Ok(Value::some(value.clone()))),
        ("ofNonZeroValue", [value]) => {
            let is_zero = match value {
                Value::Null => true,
                Value::Bool(flag) => !flag,
                Value::Int(number) => *number == 0,
                Value::Uint(number) => *number == 0,
                Value::Double(number) => *number == 0.0,
                Value::Text(text) => text.is_empty(),
                Value::List(items) | Value::Unordered(items) => items.is_empty(),
                Value::Map(map) => map.is_empty(),
                _ => return None,
            };
            Some(Ok(if is_zero { Value::Optional(None) } else { Value::some(value.clone()) }))
        }
        _ => None,
    }
}

pub(super) fn method(inner: Option<&Value>, name: &str, arguments: &[Value]) -> Given {
    match (name, arguments, inner) {
        ("hasValue", [], inner) => truth(inner.is_some()),
        ("value", [], Some(inner)) | ("orValue", [_], Some(inner)) => Some(Ok(inner.clone())),
        ("value", [], None) => Some(Err(Failure::error("optional.none() dereference"))),
        ("orValue" | "or", [other], None) => Some(Ok(other.clone())),
        ("or", [_], Some(inner)) => Some(Ok(Value::some(inner.clone()))),
        _ => None,
    }
}
