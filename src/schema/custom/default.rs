//! What the API server puts where nothing is, after k8s.io/apiextensions-apiserver
//! `pkg/apiserver/schema/defaulting` (Kubernetes 1.36).

use crate::json::Value;
use crate::schema::{Schema, SchemaId, Schemas};

/// Fills in the defaults, also where null stands that the schema doesn't take.
/// Other nulls stay: a plain creation drops them first, but server-side apply
/// refuses them.
pub(super) fn fill_in(schemas: &Schemas, id: SchemaId, value: &mut Value) {
    let schema = schemas.get(id);
    match value {
        Value::Object(map) => {
            for (name, id) in &schema.properties {
                if !map.contains_key(name)
                    && let Some(default) = &schemas.get(*id).default
                {
                    map.insert(name.clone(), default.clone());
                }
            }
            for (name, value) in map {
                if let Some(id) = schema.field(name) {
                    replace_null(schemas.get(id), value);
                    fill_in(schemas, id, value);
                }
            }
        }
        Value::Array(items) => {
            if let Some(id) = schema.items {
                for item in items {
                    replace_null(schemas.get(id), item);
                    fill_in(schemas, id, item);
                }
            }
        }
        _ => {}
    }
}

fn replace_null(schema: &Schema, value: &mut Value) {
    if value.is_null()
        && !schema.nullable
        && let Some(default) = &schema.default
    {
        *value = default.clone();
    }
}
