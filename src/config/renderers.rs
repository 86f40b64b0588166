//! Which keys of a source go with which renderer.

use super::check::Finding;
use crate::json::Value;
use crate::object::{FieldPath, Step};

/// Keys that only some renderers have.
const KEYS: [(&str, &[&str]); 8] = [
    ("release", &["helm"]),
    ("values", &["helm"]),
    ("set", &["helm"]),
    ("lookup", &["helm"]),
    ("dependencies", &["helm", "kustomize"]),
    ("ext", &["jsonnet"]),
    ("tla", &["jsonnet"]),
    ("jpath", &["jsonnet"]),
];

/// The largest whole number up to which a floating-point one of 64 bits has all.
const LARGEST_EXACT: u64 = 1 << f64::MANTISSA_DIGITS;

/// Keys that say something to another renderer than the source's.
pub(super) fn findings(file: &Value) -> Vec<Finding> {
    let mut lists = vec![FieldPath::fields(["sources"]), FieldPath::fields(["defaults", "sources"])];
    for name in file["environments"].as_object().into_iter().flatten().map(|(name, _)| name) {
        lists.push(FieldPath::fields(["environments", name, "sources"]));
    }
    let mut findings = Vec::new();
    for list in lists {
        let items = list.get(file).and_then(Value::as_array);
        for (index, item) in items.into_iter().flatten().enumerate() {
            findings.extend(of_item(item, &list.then(Step::Index(index))));
        }
    }
    findings
}

fn of_item(item: &Value, path: &FieldPath) -> Vec<Finding> {
    let Some(keys) = item.as_object() else { return Vec::new() };
    // Without a word about it, a key that only one has makes it that one's.
    let renderer = keys.get("renderer").and_then(Value::as_str).or_else(|| by_own_key(item));
    let mut findings = Vec::new();
    for key in ["ext", "tla"] {
        keys.get(key).into_iter().for_each(|value| too_large(value, &path.field(key), &mut findings));
    }
    let misplaced = KEYS.iter().filter(|(key, renderers)| {
        keys.contains_key(key) && renderer.is_none_or(|renderer| !renderers.contains(&renderer))
    });
    findings.extend(misplaced.map(|(key, renderers)| {
        let field = path.field(key);
        match renderer {
            Some(renderer) => {
                Finding::at_key(&field, format!("`{field}` means nothing to the renderer {renderer}"))
                    .hint(format!("it's for {}", renderers.join(" and ")))
            }
            None => Finding::at_key(&field, format!("`{field}` needs a `renderer` beside it"))
                .hint(format!("`renderer: {}`", renderers.join("` or `renderer: "))),
        }
    }));
    findings
}

/// Whole numbers that Jsonnet doesn't have: its numbers are floating-point ones.
fn too_large(value: &Value, path: &FieldPath, findings: &mut Vec<Finding>) {
    match value {
        Value::Number(number) => {
            let size = number.as_i64().map(i64::unsigned_abs).or_else(|| number.as_u64());
            if size.is_some_and(|size| size > LARGEST_EXACT) {
                let message = format!("`{path}` has more digits than Jsonnet's numbers have");
                findings
                    .push(Finding::at_value(path, message).hint(format!("give it as a text: \"{number}\"")));
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                too_large(item, &path.then(Step::Index(index)), findings);
            }
        }
        Value::Object(fields) => {
            fields.iter().for_each(|(name, field)| too_large(field, &path.field(name), findings));
        }
        Value::Null | Value::Bool(_) | Value::String(_) => {}
    }
}

/// The renderer that a key says by itself: the first that does.
fn by_own_key(item: &Value) -> Option<&'static str> {
    KEYS.iter().find_map(|(key, renderers)| match renderers {
        [only] if item.get(*key).is_some() => Some(*only),
        _ => None,
    })
}
