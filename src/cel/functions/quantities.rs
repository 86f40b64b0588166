//! Quantities: k8s.io/apiserver `pkg/cel/library/quantity.go`.

use std::cmp::Ordering;

use super::{Given, truth};
use crate::cel::evaluate::{Failure, as_quantity};
use crate::cel::quantity::{Quantity, Read, Whole, read};
use crate::cel::value::Value;

pub(super) fn function(name: &str, arguments: &[Value]) -> Given {
    let [Value::Text(text)] = arguments else { return None };
    match (name, read(text)) {
        ("quantity", Read::Is(quantity)) => Some(Ok(Value::Quantity(quantity))),
        ("quantity", Read::Not) => Some(Err(Failure::error("quantity has a wrong format"))),
        ("isQuantity", Read::Is(_) | Read::Beyond) => truth(true),
        ("isQuantity", Read::Not) => truth(false),
        _ => None,
    }
}

pub(super) fn method(quantity: Quantity, name: &str, arguments: &[Value]) -> Given {
    match (name, arguments) {
        ("isInteger", []) => match quantity.whole() {
            Whole::Unknown => None,
            whole => truth(matches!(whole, Whole::Is(_))),
        },
        ("asInteger", []) => match quantity.whole() {
            Whole::Is(number) => Some(Ok(Value::Int(number))),
            Whole::Not => Some(Err(Failure::error("cannot convert value to integer"))),
            Whole::Unknown => None,
        },
        ("asApproximateFloat", []) => Some(Ok(Value::Double(quantity.approximately()))),
        ("isGreaterThan", [Value::Quantity(other)]) => truth(quantity.value > other.value),
        ("isLessThan", [Value::Quantity(other)]) => truth(quantity.value < other.value),
        ("compareTo", [Value::Quantity(other)]) => {
            Some(Ok(Value::Int(match quantity.value.cmp(&other.value) {
                Ordering::Less => -1,
                Ordering::Equal => 0,
                Ordering::Greater => 1,
            })))
        }
        ("add", [other]) => {
            Some(Ok(Value::Quantity(quantity.joined(as_quantity(other)?, i128::checked_add)?)))
        }
        ("sub", [other]) => {
            Some(Ok(Value::Quantity(quantity.joined(as_quantity(other)?, i128::checked_sub)?)))
        }
        _ => None,
    }
}
