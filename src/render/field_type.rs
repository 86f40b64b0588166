//! What a field of an object may be, as far as its kind comes with Kubernetes. Pure.

use crate::json::Value;
use crate::object::{FieldPath, Step};
use crate::schema::{Builtin, BuiltinKind, Minor, Type};

/// A kind whose metadata is every kind's.
const ANY: (&str, &str) = ("v1", "ConfigMap");

/// Whether the field is a text and nothing else.
pub(super) fn is_text(object: &Value, path: &FieldPath) -> bool {
    match (object["items"].as_array(), path.steps()) {
        (Some(items), [Step::Field(list), Step::Index(index), rest @ ..]) if list == "items" => {
            let inner = rest.iter().fold(FieldPath::root(), |path, step| path.then(step.clone()));
            items.get(*index).is_some_and(|item| is_text(item, &inner))
        }
        (_, steps) => [Minor::NEWEST, Minor::OLDEST].iter().any(|version| {
            Builtin::of(*version).is_ok_and(|kinds| type_in(kinds, object, steps) == Some(Type::String))
        }),
    }
}

fn type_in(kinds: &Builtin, object: &Value, steps: &[Step]) -> Option<Type> {
    let is_metadata = matches!(steps.first(), Some(Step::Field(name)) if name == "metadata");
    let own = object["apiVersion"].as_str().zip(object["kind"].as_str());
    let any = || kinds.kind(ANY.0, ANY.1).filter(|_| is_metadata);
    let BuiltinKind { root, .. } = own.and_then(|(version, kind)| kinds.kind(version, kind)).or_else(any)?;
    let mut schema = kinds.schemas().get(root);
    for step in steps {
        let inner = match step {
            Step::Field(name) => schema.field(name),
            Step::Index(_) => schema.items,
            _ => None,
        };
        schema = kinds.schemas().get(inner?);
    }
    schema.kind
}
