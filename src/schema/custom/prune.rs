//! What the API server drops from stored objects, after
//! k8s.io/apiextensions-apiserver `pkg/apiserver/schema/pruning` (Kubernetes
//! 1.36).

use crate::json::Value;
use crate::schema::{Rest, Schema, SchemaId, Schemas, Type};

/// Takes away the fields that the schema doesn't have, below fields that keep
/// unknown ones as well.
pub(super) fn prune(schemas: &Schemas, id: SchemaId, value: &mut Value) {
    let schema = schemas.get(id);
    match value {
        Value::Object(map) => {
            if is_closed(schema) {
                map.retain(|name, _| schema.properties.contains_key(name));
            }
            for (name, value) in map {
                if let Some(id) = schema.field(name) {
                    prune(schemas, id, value);
                }
            }
        }
        Value::Array(items) => {
            for item in items {
                if let Some(id) = schema.items {
                    prune(schemas, id, item);
                }
            }
        }
        _ => {}
    }
}

/// A schema without a type is one part of several, or takes anything.
fn is_closed(schema: &Schema) -> bool {
    schema.rest == Rest::Closed && schema.kind == Some(Type::Object)
}
