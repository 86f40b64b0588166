//! An object's values as rules see them, by their schemas, after
//! k8s.io/apiserver `pkg/cel/common/values.go` (Kubernetes 1.36).

use std::sync::Arc;

use jiff::civil::Date;
use jiff::tz::TimeZone;

use crate::cel::{self, Key};
use crate::json::{Number, Value};
use crate::schema::validate::go_base64;
use crate::schema::{ListType, Rest, Schema, SchemaId, Schemas, Type};

pub(super) fn cel_value(schemas: &Schemas, id: SchemaId, value: &Value) -> cel::Value {
    let schema = schemas.get(id);
    match value {
        Value::Null => cel::Value::Null,
        Value::Bool(flag) => cel::Value::Bool(*flag),
        Value::Number(number) => of_number(schema.kind, number),
        Value::String(text) => of_text(schema, text),
        Value::Array(items) => {
            let items = items.iter().map(|item| {
                schema.items.map_or_else(|| cel::Value::from(item), |id| cel_value(schemas, id, item))
            });
            let items = Arc::new(items.collect());
            match schema.list {
                ListType::Atomic => cel::Value::List(items),
                ListType::Set | ListType::Map(_) => cel::Value::Unordered(items),
            }
        }
        Value::Object(map) => {
            let entries = map.iter().map(|(name, value)| match (schema.properties.get(name), schema.rest) {
                (Some(id), _) => (escaped(name), cel_value(schemas, *id, value)),
                (None, Rest::Of(id)) => (name.clone(), cel_value(schemas, id, value)),
                (None, _) => (name.clone(), cel::Value::from(value)),
            });
            cel::Value::Map(Arc::new(entries.map(|(name, value)| (Key::Text(name.into()), value)).collect()))
        }
    }
}

fn of_number(kind: Option<Type>, number: &Number) -> cel::Value {
    match (kind, number.as_i64(), number.as_f64()) {
        (Some(Type::Number), _, Some(float)) => cel::Value::Double(float),
        (_, Some(whole), _) => cel::Value::Int(whole),
        #[allow(clippy::cast_possible_truncation, reason = "it has no fraction, and its range is checked")]
        (Some(Type::Integer | Type::IntOrString), None, Some(float)) if float.abs() < 9.2e18 => {
            cel::Value::Int(float as i64)
        }
        (_, None, float) => cel::Value::Double(float.unwrap_or(f64::NAN)),
    }
}

fn of_text(schema: &Schema, text: &str) -> cel::Value {
    if schema.kind != Some(Type::String) {
        return cel::Value::text(text);
    }
    let read = match schema.format.as_deref() {
        Some("byte") => go_base64(text).map(|bytes| cel::Value::Bytes(bytes.into())),
        Some("date-time" | "datetime") => text.parse().ok().map(cel::Value::Timestamp),
        Some("date") => {
            let midnight = text.parse::<Date>().ok().and_then(|date| date.to_zoned(TimeZone::UTC).ok());
            midnight.map(|midnight| cel::Value::Timestamp(midnight.timestamp()))
        }
        Some("duration") => cel::nanoseconds(text).map(cel::Value::Duration),
        _ => None,
    };
    read.unwrap_or_else(|| cel::Value::text(text))
}

/// A field's name as rules write it: `Escape` of k8s.io/apiserver
/// `pkg/cel/escaping.go`.
pub(super) fn escaped(name: &str) -> String {
    if cel::is_word(name) {
        return format!("__{name}__");
    }
    name.replace("__", "__underscores__")
        .replace('.', "__dot__")
        .replace('-', "__dash__")
        .replace('/', "__slash__")
}

#[cfg(test)]
mod tests {
    use super::escaped;

    #[test]
    fn names_are_escaped_as_kubernetes_does() {
        let cases = [
            ("namespace", "__namespace__"),
            ("a.b", "a__dot__b"),
            ("foo-bar", "foo__dash__bar"),
            ("a/b", "a__slash__b"),
            ("redact__d", "redact__underscores__d"),
            ("string", "string"),
        ];
        for (name, expected) in cases {
            assert_eq!(escaped(name), expected);
        }
    }
}
