//! What was probably meant.

use super::Checker;
use crate::error::{did_you_mean, did_you_mean_in_any_case};
use crate::json::{Map, Value};
use crate::object::{FieldPath, Step};
use crate::schema::{SchemaId, Type};

/// How far below a map its unknown field is looked for.
const DEEPEST: usize = 3;

/// Whether quotes are missing or too many.
pub(super) fn quotes(wanted: Type, value: &Value) -> Option<String> {
    match (wanted, value) {
        (Type::String, Value::Number(_) | Value::Bool(_)) => Some(format!("put it into quotes: \"{value}\"")),
        (Type::Integer | Type::Number, Value::String(text)) => {
            let number: Value = serde_json::from_str(text).ok()?;
            number.is_number().then(|| format!("remove the quotes: {number}"))
        }
        (Type::Boolean, Value::String(text)) => {
            matches!(text.as_str(), "true" | "false").then(|| format!("remove the quotes: {text}"))
        }
        _ => None,
    }
}

/// The value that was meant.
pub(super) fn value(text: &str, values: &[Value]) -> Option<String> {
    let candidates = values.iter().filter_map(Value::as_str).filter(|value| !value.is_empty());
    did_you_mean_in_any_case(text, candidates).map(|meant| format!("did you mean {meant:?}?"))
}

impl Checker<'_> {
    /// The field that an unknown one was meant to be, or the place where it
    /// belongs. `id` is the schema of the map that holds it.
    pub(super) fn meant(&self, id: SchemaId, map: &Map, name: &str) -> Option<String> {
        let known = || self.schemas.get(id).properties.keys().map(String::as_str);
        let sibling = known()
            .find(|candidate| candidate.eq_ignore_ascii_case(name))
            .or_else(|| did_you_mean(name, known().filter(|candidate| !map.contains_key(candidate))));
        if let Some(sibling) = sibling {
            return Some(format!("did you mean \"{}\"?", self.path.field(sibling)));
        }
        let place = self.further_down(id, map, name).or_else(|| self.further_up(name))?;
        Some(format!("it belongs in {place}"))
    }

    /// The only map below that knows the field: of those at the least depth,
    /// and of the fields that are there before those that aren't.
    fn further_down(&self, id: SchemaId, map: &Map, name: &str) -> Option<String> {
        let mut level = vec![(id, self.path.clone(), false)];
        for depth in 0..DEEPEST {
            let mut next = Vec::new();
            for (id, path, _) in &level {
                for (field, below) in &self.schemas.get(*id).properties {
                    let is_common = depth == 0 && matches!(field.as_str(), "metadata" | "status");
                    if !is_common && let Some(found) = self.map_in(*below, path.field(field)) {
                        next.push(found);
                    }
                }
            }
            let knows =
                |(id, ..): &&(SchemaId, FieldPath, bool)| self.schemas.get(*id).properties.contains_key(name);
            let found: Vec<_> = next.iter().filter(knows).collect();
            let there =
                |(_, path, _): &&(SchemaId, FieldPath, bool)| is_there(map, path, self.path.steps().len());
            let written: Vec<_> = found.iter().copied().filter(there).collect();
            match (written.as_slice(), found.as_slice()) {
                ([only], _) | ([], [only]) => return Some(place(&only.1, only.2)),
                ([], []) => level = next,
                _ => return None,
            }
        }
        None
    }

    /// The map of a field: itself, or the items of its list (`true`).
    fn map_in(&self, id: SchemaId, path: FieldPath) -> Option<(SchemaId, FieldPath, bool)> {
        let schema = self.schemas.get(id);
        if let Some(items) = schema.items {
            let is_map = !self.schemas.get(items).properties.is_empty();
            return is_map.then_some((items, path, true));
        }
        (!schema.properties.is_empty()).then_some((id, path, false))
    }

    /// The nearest map above that knows the field.
    fn further_up(&self, name: &str) -> Option<String> {
        let is_common = matches!(name, "apiVersion" | "kind" | "metadata");
        let (_, length) = self
            .above
            .iter()
            .rev()
            .find(|(id, _)| !is_common && self.schemas.get(*id).properties.contains_key(name))?;
        let path = FieldPath::root().join(&self.path.steps()[..*length]);
        Some(if path.steps().is_empty() { "the object itself".to_owned() } else { place(&path, false) })
    }
}

fn place(path: &FieldPath, items: bool) -> String {
    if items { format!("the items of \"{path}\"") } else { format!("\"{path}\"") }
}

/// Whether the first field below the map is written.
fn is_there(map: &Map, path: &FieldPath, above: usize) -> bool {
    matches!(path.steps().get(above), Some(Step::Field(name)) if map.contains_key(name))
}
