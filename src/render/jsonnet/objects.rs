//! What an evaluation comes to, taken apart into manifests. Pure.

use crate::json::Value;

/// The manifests in a value: one, a list of them, or a map of any depth, as for Tanka
/// and kubecfg. Or everything that is in their place, in words.
pub(super) fn of(value: Value) -> Result<Vec<Value>, Vec<String>> {
    let mut found = Found::default();
    found.walk(value, &mut String::new());
    if found.wrong.is_empty() { Ok(found.manifests) } else { Err(found.wrong) }
}

#[derive(Default)]
struct Found {
    manifests: Vec<Value>,
    wrong: Vec<String>,
}

impl Found {
    fn walk(&mut self, value: Value, path: &mut String) {
        match value {
            // What is switched off: `if enabled then {…}`.
            Value::Null => {}
            Value::Array(items) => {
                for (index, item) in items.into_iter().enumerate() {
                    self.inside(item, &format!("[{index}]"), path);
                }
            }
            // With one of the two, the other is missed when it's read.
            Value::Object(map) if is_text(map.get("apiVersion")) || is_text(map.get("kind")) => {
                self.manifests.push(Value::Object(map));
            }
            Value::Object(map) => {
                for (key, item) in map {
                    self.inside(item, &format!(".{key}"), path);
                }
            }
            Value::String(_) => self.refuse("a text", path),
            Value::Number(_) => self.refuse("a number", path),
            Value::Bool(_) => self.refuse("a boolean", path),
        }
    }

    fn inside(&mut self, value: Value, step: &str, path: &mut String) {
        let length = path.len();
        path.push_str(step);
        self.walk(value, path);
        path.truncate(length);
    }

    fn refuse(&mut self, what: &str, path: &str) {
        let place = if path.is_empty() { "it" } else { path };
        self.wrong.push(format!("{place} is {what}, where a manifest, a list or a map of manifests belongs"));
    }
}

fn is_text(value: Option<&Value>) -> bool {
    value.is_some_and(Value::is_string)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn names(value: Value) -> Result<Vec<String>, Vec<String>> {
        let named = |manifest: &Value| manifest["name"].as_str().unwrap_or("?").to_owned();
        of(value).map(|manifests| manifests.iter().map(named).collect())
    }

    fn object(name: &str) -> Value {
        json!({"apiVersion": "v1", "kind": "ConfigMap", "name": name})
    }

    #[test]
    fn manifests_are_found_at_any_depth_in_their_order() {
        let names = |value| names(value).expect("manifests");
        assert_eq!(names(object("a")), ["a"]);
        let value = Value::from(vec![object("b"), Value::from(vec![object("a")]), Value::Null]);
        assert_eq!(names(value), ["b", "a"]);
        let mut value = json!({"x": {}, "b": {"deep": [], "off": null}});
        value["b"]["deep"] = Value::from(vec![object("one")]);
        value["a"] = object("two");
        value["kind"] = object("three");
        assert_eq!(names(value), ["two", "one", "three"]);
        assert_eq!(names(json!({})), [""; 0]);
    }

    #[test]
    fn half_a_manifest_is_one_and_anything_else_is_told() {
        assert_eq!(names(json!({"a": {"kind": "ConfigMap", "name": "half"}})), Ok(vec!["half".to_owned()]));
        let wrong = names(json!({"a": [1, {"b": "x"}], "c": true})).expect_err("wrong");
        let ends = "where a manifest, a list or a map of manifests belongs";
        let expected = [
            format!(".a[0] is a number, {ends}"),
            format!(".a[1].b is a text, {ends}"),
            format!(".c is a boolean, {ends}"),
        ];
        assert_eq!(wrong, expected);
        assert_eq!(names(json!("x")), Err(vec![format!("it is a text, {ends}")]));
    }
}
