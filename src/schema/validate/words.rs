//! Types and values in plain words.

use crate::json::Value;
use crate::schema::{Schema, Type};

/// Longer values are cut.
const LONGEST_VALUE: usize = 60;

/// The type that a schema wants.
pub(super) fn wanted(schema: &Schema) -> &'static str {
    match schema.kind {
        Some(Type::Object) => "a map",
        Some(Type::Array) => "a list",
        Some(Type::String) => "a text",
        Some(Type::Integer) => "a whole number",
        Some(Type::Number) => "a number",
        Some(Type::Boolean) => "true or false",
        Some(Type::IntOrString) => "a whole number or a text",
        Some(Type::Quantity) => "a quantity such as 500m or 1Gi",
        None => "a value",
    }
}

/// The type that a value has, which isn't the wanted one.
pub(super) fn got(wanted: Type, value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(true) => "the boolean true",
        Value::Bool(false) => "the boolean false",
        Value::Number(_) if matches!(wanted, Type::Integer | Type::IntOrString) => "a number with a fraction",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "a map",
    }
}

/// A value as it's quoted in a message, cut if it's long.
pub(in crate::schema) fn shown(value: &Value) -> String {
    cut(&value.to_string(), LONGEST_VALUE)
}

/// Several values, the first ones if they're many. The empty text, which
/// stands for what isn't there, is left out where there are others.
pub(super) fn values(values: &[Value]) -> String {
    const MOST: usize = 12;
    let said: Vec<&Value> = values.iter().filter(|value| **value != "" || values.len() == 1).collect();
    let mut all: Vec<String> = said.iter().take(MOST).map(|value| shown(value)).collect();
    if said.len() > MOST {
        all.push(format!("… ({} in all)", said.len()));
    }
    all.join(", ")
}

/// A text of at most this many characters, in one line.
pub(in crate::schema) fn cut(text: &str, longest: usize) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() <= longest {
        return line;
    }
    line.chars().take(longest - 1).chain(['…']).collect()
}
