//! The functions of the language and of Kubernetes' libraries.

mod convert;
mod format;
mod lists;
mod network;
mod optional;
mod quantities;
mod strings;
mod time;

use super::evaluate::Failure;
use super::value::Value;
pub(super) use lists::sorted_by;
pub(crate) use time::nanoseconds;

/// What a function gives: nothing, if this isn't one of the file's functions.
type Given = Option<Result<Value, Failure>>;

/// `name(…)`, or `space.name(…)`.
pub(super) fn function(space: Option<&str>, name: &str, arguments: &[Value]) -> Result<Value, Failure> {
    let given = match space {
        None => convert::function(name, arguments)
            .or_else(|| time::function(name, arguments))
            .or_else(|| network::function(name, arguments))
            .or_else(|| quantities::function(name, arguments)),
        Some("optional") => optional::function(name, arguments),
        Some("lists" | "sets") => lists::function(name, arguments),
        Some("format") => format::function(name, arguments),
        Some("ip") => network::ip_function(name, arguments),
        Some("strings" | "base64") => strings::function(name, arguments),
        Some(_) => None,
    };
    given.unwrap_or_else(|| {
        let space = space.map(|space| format!("{space}.")).unwrap_or_default();
        let types: Vec<&str> = arguments.iter().map(Value::type_name).collect();
        Err(Failure::Unsupported(format!("{space}{name}({})", types.join(", "))))
    })
}

/// `target.name(…)`.
pub(super) fn method(target: &Value, name: &str, arguments: &[Value]) -> Result<Value, Failure> {
    let given = match target {
        Value::Text(text) => strings::method(text, name, arguments),
        Value::List(items) | Value::Unordered(items) => lists::method(items, name, arguments),
        Value::Optional(inner) => optional::method(inner.as_deref(), name, arguments),
        Value::Timestamp(_) | Value::Duration(_) => time::method(target, name, arguments),
        Value::Quantity(quantity) => quantities::method(*quantity, name, arguments),
        Value::Ip(_) | Value::Cidr(..) | Value::Url(_) => network::method(target, name, arguments),
        Value::Format(format) => format::method(format, name, arguments),
        _ => None,
    };
    let given = given.or_else(|| (name == "size" && arguments.is_empty()).then(|| convert::size(target))?);
    given.unwrap_or_else(|| Err(Failure::Unsupported(format!("{}.{name}()", target.type_name()))))
}

#[allow(clippy::unnecessary_wraps, reason = "functions give such")]
fn truth(flag: bool) -> Given {
    Some(Ok(Value::Bool(flag)))
}

fn whole(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(i64::MAX))
}
