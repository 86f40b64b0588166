//! Letting an object go. An apply without its fields would delete their values;
//! only a patch of the managed fields leaves the object as it is.

use crate::json::{Value, json, pointer_token};

/// The JSON patch (RFC 6902) after which `live` doesn't carry the label and
/// `manager` owns nothing of it, if it is still as it was read: with another
/// `resourceVersion` the server answers with a conflict.
pub fn let_go(live: &Value, manager: &str, label: &str) -> Value {
    let metadata = &live["metadata"];
    let mut ops = vec![json!({
        "op": "replace", "path": "/metadata/resourceVersion", "value": metadata["resourceVersion"],
    })];
    if metadata["labels"].get(label).is_some() {
        ops.push(json!({"op": "remove", "path": format!("/metadata/labels/{}", pointer_token(label))}));
    }
    if let Some(entries) = metadata["managedFields"].as_array() {
        let left: Vec<&Value> = entries.iter().filter(|entry| entry["manager"] != *manager).collect();
        // The server takes an empty list for one that a client has lost, and keeps
        // its own; one empty entry takes them all away.
        let left = if left.is_empty() { json!([{}]) } else { json!(left) };
        ops.push(json!({"op": "replace", "path": "/metadata/managedFields", "value": left}));
    }
    Value::Array(ops)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn live(managers: &[&str]) -> Value {
        let entries: Vec<Value> = managers.iter().map(|manager| json!({"manager": manager})).collect();
        json!({"metadata": {"resourceVersion": "7", "labels": {"a.b/c": "x"}, "managedFields": entries}})
    }

    #[test]
    fn the_label_and_our_entries_go_and_others_stay() {
        assert_eq!(
            let_go(&live(&["trueup", "kubectl", "trueup"]), "trueup", "a.b/c"),
            json!([
                {"op": "replace", "path": "/metadata/resourceVersion", "value": "7"},
                {"op": "remove", "path": "/metadata/labels/a.b~1c"},
                {"op": "replace", "path": "/metadata/managedFields", "value": [{"manager": "kubectl"}]},
            ])
        );
    }

    #[test]
    fn without_other_managers_nobody_owns_anything() {
        let patch = let_go(&live(&["trueup"]), "trueup", "a.b/c");
        assert_eq!(patch[2]["value"], json!([{}]));
    }

    #[test]
    fn what_isnt_there_isnt_taken_away() {
        let patch = let_go(&json!({"metadata": {"resourceVersion": "7"}}), "trueup", "a.b/c");
        assert_eq!(patch.as_array().map(Vec::len), Some(1));
    }
}
