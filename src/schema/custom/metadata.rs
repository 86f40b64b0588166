//! The schema of `metadata`, which no definition says: `ObjectMeta` of
//! k8s.io/apimachinery `pkg/apis/meta/v1/types.go` (Kubernetes 1.36).

use crate::schema::{ListType, Rest, Schema, SchemaId, Schemas, Type};

/// Adds `ObjectMeta`. Null is taken anywhere in it, as absent.
pub(super) fn object_meta(schemas: &mut Schemas) -> SchemaId {
    let text = schemas.add(scalar(Type::String, None));
    let time = schemas.add(scalar(Type::String, Some("date-time")));
    let int64 = schemas.add(scalar(Type::Integer, Some("int64")));
    let texts = schemas.add(Schema { rest: Rest::Of(text), ..of(Type::Object) });
    let finalizers = schemas.add(Schema { items: Some(text), list: ListType::Set, ..of(Type::Array) });
    let anything = schemas.add(Schema { rest: Rest::Any, ..of(Type::Object) });
    let managed = schemas.add(Schema { items: Some(anything), ..of(Type::Array) });
    let owners = owner_references(schemas, text);
    let fields = [
        ("annotations", texts),
        ("creationTimestamp", time),
        ("deletionGracePeriodSeconds", int64),
        ("deletionTimestamp", time),
        ("finalizers", finalizers),
        ("generateName", text),
        ("generation", int64),
        ("labels", texts),
        ("managedFields", managed),
        ("name", text),
        ("namespace", text),
        ("ownerReferences", owners),
        ("resourceVersion", text),
        ("selfLink", text),
        ("uid", text),
    ];
    map(schemas, &fields, &[])
}

fn owner_references(schemas: &mut Schemas, text: SchemaId) -> SchemaId {
    let flag = schemas.add(scalar(Type::Boolean, None));
    let fields = [
        ("apiVersion", text),
        ("blockOwnerDeletion", flag),
        ("controller", flag),
        ("kind", text),
        ("name", text),
        ("uid", text),
    ];
    let owner = map(schemas, &fields, &["apiVersion", "kind", "name", "uid"]);
    let list = ListType::Map(vec!["uid".to_owned()]);
    schemas.add(Schema { items: Some(owner), list, ..of(Type::Array) })
}

fn map(schemas: &mut Schemas, fields: &[(&str, SchemaId)], required: &[&str]) -> SchemaId {
    let properties = fields.iter().map(|(name, id)| ((*name).to_owned(), *id)).collect();
    let required = required.iter().map(|name| (*name).to_owned()).collect();
    schemas.add(Schema { properties, required, ..of(Type::Object) })
}

fn scalar(kind: Type, format: Option<&str>) -> Schema {
    Schema { format: format.map(str::to_owned), ..of(kind) }
}

fn of(kind: Type) -> Schema {
    Schema { kind: Some(kind), nullable: true, ..Schema::default() }
}
