//! What an unknown field was probably meant to be.

use super::{Rest, Schema, SchemaId, Schemas};
use crate::error::did_you_mean;
use crate::object::{FieldPath, Step};

/// The path of the known field that is most like the last one of `path`, in an
/// object of the schema `root`. `None` when the field is known, nothing is like
/// it, or nothing is known of what it's in.
pub fn suggest(schemas: &Schemas, root: SchemaId, path: &FieldPath) -> Option<FieldPath> {
    let mut parent = path.clone();
    let Some(Step::Field(unknown)) = parent.pop() else { return None };
    let mut at = schemas.get(root);
    for step in parent.steps() {
        at = below(schemas, at, step)?;
    }
    if at.properties.contains_key(&unknown) {
        return None;
    }
    let meant = did_you_mean(&unknown, at.properties.keys().map(String::as_str))?;
    Some(parent.field(meant))
}

/// The schema one step below.
fn below<'a>(schemas: &'a Schemas, schema: &'a Schema, step: &Step) -> Option<&'a Schema> {
    let id = match step {
        Step::Field(name) => schema.properties.get(name).copied().or(match schema.rest {
            Rest::Of(id) => Some(id),
            Rest::Closed | Rest::Any => None,
        }),
        Step::Key(_) | Step::Value(_) | Step::Index(_) => schema.items,
    };
    id.map(|id| schemas.get(id))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `{spec: {replicas, ports: [{port, protocol}], by: {…: {size}}}}`.
    fn schemas() -> (Schemas, SchemaId) {
        let mut schemas = Schemas::default();
        let scalar = schemas.add(Schema::default());
        let map = |fields: &[(&str, SchemaId)]| Schema {
            properties: fields.iter().map(|(name, id)| ((*name).to_owned(), *id)).collect(),
            ..Schema::default()
        };
        let port = schemas.add(map(&[("port", scalar), ("protocol", scalar)]));
        let ports = schemas.add(Schema { items: Some(port), ..Schema::default() });
        let size = schemas.add(map(&[("size", scalar)]));
        let by = schemas.add(Schema { rest: Rest::Of(size), ..Schema::default() });
        let spec = schemas.add(map(&[("replicas", scalar), ("ports", ports), ("by", by)]));
        let root = schemas.add(map(&[("spec", spec)]));
        (schemas, root)
    }

    #[test]
    fn the_likest_known_field_is_suggested() {
        let (schemas, root) = schemas();
        for (unknown, meant) in [
            ("spec.replica", Some("spec.replicas")),
            ("spec.ports[name=web].protocoll", Some("spec.ports[name=web].protocol")),
            ("spec.ports[0].prot", Some("spec.ports[0].port")),
            ("spec.by.anything.siez", Some("spec.by.anything.size")),
            ("spce", Some("spec")),
            ("spec.replicas", None),
            ("spec.colour", None),
            ("spec.colour.replica", None),
            ("spec.ports[0]", None),
        ] {
            let found = suggest(&schemas, root, &FieldPath::parse(unknown).expect("a path"));
            assert_eq!(found.map(|path| path.to_string()).as_deref(), meant, "{unknown}");
        }
    }
}
