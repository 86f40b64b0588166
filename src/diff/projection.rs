//! The part of an object that a set of fields covers.

use super::field_set::has_key_fields;
use super::schema::Node;
use super::{Element, FieldSet, Schemas};
use crate::json::{Map, Value};

/// The part of `object` at exactly these fields: leaves with their whole values,
/// list items with their key fields, what isn't there left out. An empty map or
/// list that was applied to a field that merges is `{}` or `[]`, whatever others
/// put into it; for that, the object's API version and kind are looked up.
pub fn project(object: &Value, fields: &FieldSet<'_>, schemas: &Schemas) -> Value {
    let text = |name: &str| object.get(name).and_then(Value::as_str);
    let (api_version, kind) = (text("apiVersion").unwrap_or_default(), text("kind").unwrap_or_default());
    project_as(api_version, kind, object, fields, schemas)
}

/// The same for an object that doesn't say what it is (a list's item).
pub(super) fn project_as(
    api_version: &str,
    kind: &str,
    object: &Value,
    fields: &FieldSet<'_>,
    schemas: &Schemas,
) -> Value {
    let root = schemas.of_kind(api_version, kind);
    let Some(map) = object.as_object() else { return Value::Null };
    let below = |(name, mine, value): (&str, &FieldSet<'_>, &Value)| {
        let node = if name == "metadata" { schemas.metadata() } else { field_of(root, name) };
        Some((name.to_owned(), project_value(value, mine, node)?))
    };
    Value::Object(owned_fields(map, fields).filter_map(below).collect())
}

fn field_of<'a>(node: Option<Node<'a>>, name: &str) -> Option<Node<'a>> {
    node.and_then(|node| node.field(name)).map(|(node, _)| node)
}

/// The fields of a map that are in the set or have something below them that
/// is.
fn owned_fields<'v, 'f, 'a>(
    map: &'v Map,
    fields: &'f FieldSet<'a>,
) -> impl Iterator<Item = (&'a str, &'f FieldSet<'a>, &'v Value)> {
    fields.children().iter().filter_map(|(element, below)| match element {
        Element::Field(name) => Some((*name, below, map.get(name)?)),
        _ => None,
    })
}

/// `None` when nothing of it is there.
fn project_value(value: &Value, fields: &FieldSet<'_>, node: Option<Node<'_>>) -> Option<Value> {
    if fields.is_leaf() {
        return Some(leaf_value(value, node));
    }
    let projected = match value {
        Value::Object(map) => {
            let below = |(name, mine, value): (&str, &FieldSet<'_>, &Value)| {
                Some((name.to_owned(), project_value(value, mine, field_of(node, name))?))
            };
            Value::Object(owned_fields(map, fields).filter_map(below).collect())
        }
        Value::Array(items) => Value::Array(project_items(items, fields, node)),
        // It was a map or a list.
        other => return Some(other.clone()),
    };
    let is_empty = matches!(&projected, Value::Object(map) if map.is_empty())
        || matches!(&projected, Value::Array(items) if items.is_empty());
    (fields.is_member() || !is_empty).then_some(projected)
}

/// A leaf owns a whole value, unless that is a map or list that merges: then
/// it was applied empty.
fn leaf_value(value: &Value, node: Option<Node<'_>>) -> Value {
    let merges = node.and_then(|node| match value {
        Value::Object(_) => node.atomic_map().map(|atomic| !atomic),
        Value::Array(_) => node.list_merge().map(|merge| !merge.is_atomic()),
        _ => None,
    });
    match value {
        Value::Object(_) if merges == Some(true) => Value::Object(Map::new()),
        Value::Array(_) if merges == Some(true) => Value::Array(Vec::new()),
        whole => whole.clone(),
    }
}

/// The owned items in live's order.
fn project_items(items: &[Value], fields: &FieldSet<'_>, node: Option<Node<'_>>) -> Vec<Value> {
    enum Name {
        Key(Map),
        Value(Value),
        Index(usize),
    }
    let name = |element: &Element<'_>| match element {
        Element::Key(_) => element.key_fields().map(Name::Key),
        Element::Value(_) => element.set_value().map(Name::Value),
        Element::Index(index) => Some(Name::Index(*index)),
        Element::Field(_) => None,
    };
    let entries: Vec<_> =
        fields.children().iter().filter_map(|(element, below)| Some((name(element)?, below))).collect();
    let below = node.and_then(|node| node.items());
    let mut projected = Vec::new();
    for (position, item) in items.iter().enumerate() {
        for (name, mine) in &entries {
            match name {
                Name::Key(keys) if has_key_fields(item, keys) => {
                    let mut part =
                        project_value(item, mine, below).unwrap_or_else(|| Value::Object(Map::new()));
                    if let Some(map) = part.as_object_mut() {
                        map.extend(keys.clone());
                    }
                    projected.push(part);
                }
                Name::Value(value) if value == item => projected.push(item.clone()),
                Name::Index(index) if *index == position => {
                    projected.extend(project_value(item, mine, below));
                }
                _ => {}
            }
        }
    }
    projected
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn projected(object: &Value, fields: &Value) -> Value {
        project(object, &FieldSet::parse(fields).expect("known"), Schemas::builtin())
    }

    #[test]
    fn only_the_owned_part_is_left_with_the_keys_of_its_items() {
        let object = json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "a", "labels": {"x": "1", "y": "2"}, "finalizers": ["p", "q"]},
            "spec": {"replicas": 3, "selector": {"matchLabels": {"app": "a"}}, "template": {"spec": {"containers": [
                {"name": "sidecar", "image": "s"},
                {"name": "web", "image": "w", "ports": [{"containerPort": 80, "protocol": "TCP", "name": "http"}]}
            ]}}},
            "status": {"replicas": 3}
        });
        let fields = json!({
            "f:metadata": {"f:labels": {"f:x": {}}, "f:finalizers": {"v:\"q\"": {}}},
            "f:spec": {"f:selector": {}, "f:gone": {}, "f:template": {"f:spec": {"f:containers": {
                "k:{\"name\":\"web\"}": {".": {}, "f:image": {}, "f:ports": {
                    "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}}
                }},
                "k:{\"name\":\"removed\"}": {".": {}, "f:image": {}}
            }}}}
        });
        insta::assert_json_snapshot!(projected(&object, &fields), @r#"
        {
          "metadata": {
            "finalizers": [
              "q"
            ],
            "labels": {
              "x": "1"
            }
          },
          "spec": {
            "selector": {
              "matchLabels": {
                "app": "a"
              }
            },
            "template": {
              "spec": {
                "containers": [
                  {
                    "image": "w",
                    "name": "web",
                    "ports": [
                      {
                        "containerPort": 80,
                        "protocol": "TCP"
                      }
                    ]
                  }
                ]
              }
            }
          }
        }
        "#);
    }

    #[test]
    fn what_others_put_into_a_map_that_was_applied_empty_is_theirs() {
        let object = json!({"apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"annotations": {"deployment.kubernetes.io/revision": "1"}},
            "spec": {"strategy": {"type": "RollingUpdate"}, "selector": {"matchLabels": {}}}
        });
        let fields =
            json!({"f:metadata": {"f:annotations": {}}, "f:spec": {"f:strategy": {}, "f:selector": {}}});
        assert_eq!(
            projected(&object, &fields),
            json!({"metadata": {"annotations": {}}, "spec": {"strategy": {}, "selector": {"matchLabels": {}}}})
        );
    }

    #[test]
    fn nothing_owned_is_nothing() {
        let object = json!({"apiVersion": "v1", "kind": "ConfigMap", "data": {"a": "1"}});
        assert_eq!(projected(&object, &json!({})), json!({}));
        assert_eq!(projected(&object, &json!({"f:data": {"f:b": {}}})), json!({}));
    }
}
