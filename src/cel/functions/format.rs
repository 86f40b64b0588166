//! Named formats: k8s.io/apiserver `pkg/cel/library/format.go`.

use super::Given;
use crate::cel::value::Value;
use crate::object::names;

/// The formats whose texts are told apart here.
const FORMATS: [&str; 8] = [
    "dns1123Label",
    "dns1123Subdomain",
    "dns1035Label",
    "dns1123LabelPrefix",
    "dns1123SubdomainPrefix",
    "dns1035LabelPrefix",
    "qualifiedName",
    "labelValue",
];

pub(super) fn function(name: &str, arguments: &[Value]) -> Given {
    let find = |name: &str| FORMATS.into_iter().find(|known| *known == name).map(Value::Format);
    match (name, arguments) {
        ("named", [Value::Text(name)]) => find(name).map(|format| Ok(Value::some(format))),
        (name, []) => find(name).map(Ok),
        _ => None,
    }
}

/// `validate` gives nothing for a text that has the format, and else what is
/// wrong with it.
pub(super) fn method(format: &str, name: &str, arguments: &[Value]) -> Given {
    let ("validate", [Value::Text(text)]) = (name, arguments) else { return None };
    if has_format(format, text) {
        return Some(Ok(Value::Optional(None)));
    }
    let complaint = Value::text(&format!("isn't a {format}"));
    Some(Ok(Value::some(Value::list(vec![complaint]))))
}

fn has_format(format: &str, text: &str) -> bool {
    // A prefix may end with what may only stand inside of a name.
    let text = if format.ends_with("Prefix") { text.strip_suffix('-').unwrap_or(text) } else { text };
    match format {
        "dns1123Label" | "dns1123LabelPrefix" => names::label(text).is_ok(),
        "dns1123Subdomain" | "dns1123SubdomainPrefix" => names::subdomain(text).is_ok(),
        "dns1035Label" | "dns1035LabelPrefix" => {
            names::label(text).is_ok() && text.starts_with(|c: char| c.is_ascii_lowercase())
        }
        "labelValue" => names::label_value(text).is_ok(),
        _ => names::label_key(text).is_ok(),
    }
}
