//! What is sent to the API server, and compared, for a manifest: the same
//! object, without what would make server-side apply differ from what people
//! mean.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use super::Schemas;
use super::schema::Node;
use crate::json::{Map, Value};

/// Makes a manifest fit for server-side apply.
///
/// At the root, `status` that is `{}` or null goes, and so does a null
/// `creationTimestamp` (an apply fails over a `status` that isn't in the
/// schema). Of built-in kinds (not custom resources, for which null is a value)
/// every null map value goes: it would be owned though nothing is there. A
/// Secret's `stringData` becomes `data`: the server would convert it, and then
/// neither own nor remove the keys. Of a key in both, `stringData` wins, as
/// with the server. What isn't as the kind wants it stays, for the server to
/// refuse.
pub fn normalise(desired: &mut Value, builtin: bool) {
    drop_server_fields(desired);
    if builtin {
        let node = type_of(desired);
        strip_nulls(desired, node);
        convert_string_data(desired);
    }
}

fn drop_server_fields(desired: &mut Value) {
    let Some(root) = desired.as_object_mut() else { return };
    let is_nothing = |value: &Value| value.is_null() || value.as_object().is_some_and(Map::is_empty);
    if root.get("status").is_some_and(is_nothing) {
        root.remove("status");
    }
    let metadata = root.get_mut("metadata").and_then(Value::as_object_mut);
    if let Some(metadata) = metadata.filter(|map| map.get("creationTimestamp").is_some_and(Value::is_null)) {
        metadata.remove("creationTimestamp");
    }
}

fn type_of(desired: &Value) -> Option<Node<'static>> {
    let text = |name: &str| desired.get(name).and_then(Value::as_str);
    Schemas::builtin().of_kind(text("apiVersion")?, text("kind")?)
}

/// Free-form JSON (a CRD's `default`) keeps its nulls, and so do lists.
fn strip_nulls(value: &mut Value, node: Option<Node<'_>>) {
    if node.is_some_and(|node| node.is_anything()) {
        return;
    }
    match value {
        Value::Object(map) => {
            map.retain(|_, value| !value.is_null());
            for (name, value) in map {
                strip_nulls(value, node.and_then(|node| node.field(name)).map(|(node, _)| node));
            }
        }
        Value::Array(items) => {
            for item in items {
                strip_nulls(item, node.and_then(|node| node.items()));
            }
        }
        _ => {}
    }
}

fn convert_string_data(desired: &mut Value) {
    let is_secret = desired.get("apiVersion").and_then(Value::as_str) == Some("v1")
        && desired.get("kind").and_then(Value::as_str) == Some("Secret");
    let Some(root) = desired.as_object_mut().filter(|_| is_secret) else { return };
    let Some(plain) = root.get("stringData").and_then(Value::as_object) else { return };
    let encode =
        |(key, value): (&String, &Value)| Some((key.clone(), Value::from(STANDARD.encode(value.as_str()?))));
    let Some(encoded) = plain.iter().map(encode).collect::<Option<Map>>() else { return };
    if !root.get("data").is_none_or(Value::is_object) {
        return;
    }
    root.remove("stringData");
    if encoded.is_empty() {
        return;
    }
    if let Value::Object(data) = root.entry("data").or_insert_with(|| Value::Object(Map::new())) {
        data.extend(encoded);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn normalised(mut object: Value, builtin: bool) -> Value {
        normalise(&mut object, builtin);
        object
    }

    #[test]
    fn trap_7_status_and_creation_timestamp_go_at_the_root_only() {
        let template = json!({"metadata": {"creationTimestamp": null}, "status": {}});
        let object = json!({
            "apiVersion": "example.com/v1", "kind": "Thing",
            "metadata": {"name": "a", "creationTimestamp": null}, "status": {}, "spec": {"template": template}
        });
        let wanted = json!({
            "apiVersion": "example.com/v1", "kind": "Thing",
            "metadata": {"name": "a"}, "spec": {"template": template}
        });
        assert_eq!(normalised(object, false), wanted);
        let real =
            json!({"status": {"phase": "x"}, "metadata": {"creationTimestamp": "2026-01-02T03:04:05Z"}});
        assert_eq!(normalised(real.clone(), true), real);
    }

    #[test]
    fn trap_8_nulls_go_from_built_in_kinds_and_stay_in_custom_resources() {
        let object = json!({"spec": {"replicas": null, "a": [{"b": null}, null]}, "note": null});
        assert_eq!(normalised(object.clone(), true), json!({"spec": {"a": [{}, null]}}));
        assert_eq!(normalised(object.clone(), false), object);
    }

    #[test]
    fn free_form_json_in_built_in_kinds_keeps_its_nulls() {
        let schema = |value: Value| {
            json!({
                "apiVersion": "apiextensions.k8s.io/v1", "kind": "CustomResourceDefinition",
                "metadata": {"name": "a"},
                "spec": {"versions": [{"schema": {"openAPIV3Schema": value}}]}
            })
        };
        let properties =
            json!({"properties": {"x": {"default": {"a": null}, "nullable": true, "title": null}}});
        let stripped = json!({"properties": {"x": {"default": {"a": null}, "nullable": true}}});
        assert_eq!(normalised(schema(properties), true), schema(stripped));
    }

    fn secret(fields: Value) -> Value {
        let mut object = json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "a"}});
        if let (Value::Object(object), Value::Object(fields)) = (&mut object, fields) {
            object.extend(fields);
        }
        object
    }

    #[test]
    fn trap_9_string_data_becomes_data_and_wins() {
        assert_eq!(
            normalised(
                secret(json!({"stringData": {"a": "x", "b": ""}, "data": {"a": "b2xk", "c": "eA=="}})),
                true
            ),
            secret(json!({"data": {"a": "eA==", "b": "", "c": "eA=="}}))
        );
        assert_eq!(normalised(secret(json!({"stringData": {}})), true), secret(json!({})));
        assert_eq!(normalised(secret(json!({"stringData": null, "data": null})), true), secret(json!({})));
    }

    #[test]
    fn what_the_server_refuses_is_left_for_it_to_refuse() {
        for wrong in [
            json!({"stringData": {"a": 1}}),
            json!({"stringData": "x"}),
            json!({"stringData": {"a": "x"}, "data": 1}),
        ] {
            assert_eq!(normalised(secret(wrong.clone()), true), secret(wrong));
        }
    }

    #[test]
    fn other_kinds_keep_their_string_data() {
        let mut other = secret(json!({"stringData": {"a": "x"}}));
        other["apiVersion"] = json!("example.com/v1");
        assert_eq!(normalised(other.clone(), true), other);
    }
}
