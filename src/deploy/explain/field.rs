//! The server's names of fields, as fields of the manifest.

use crate::json::{Map, Value};
use crate::object::{FieldPath, Manifest, Step};
use crate::schema::{Builtin, Minor, suggest};

/// The object that the server objects to.
pub(super) struct Subject<'a> {
    pub(super) manifest: &'a Manifest,
    pub(super) body: &'a Value,
}

/// A field of the manifest.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Field {
    /// As people write it: items of lists by their names where they have any.
    pub(super) shown: FieldPath,
    /// As it's found in the text: items of lists by their positions.
    pub(super) found: FieldPath,
}

impl Field {
    pub(super) fn is_root(&self) -> bool {
        self.shown.steps().is_empty()
    }

    /// The field below it.
    pub(super) fn field(&self, name: &str) -> Self {
        Self { shown: self.shown.field(name), found: self.found.field(name) }
    }

    /// The item at this position of the list that it is.
    pub(super) fn item(&self, index: usize, body: &Value) -> Self {
        let name = self.found.get(body).and_then(|list| item_name(list, index));
        let shown = name.unwrap_or(Step::Index(index));
        Self { shown: self.shown.then(shown), found: self.found.then(Step::Index(index)) }
    }
}

impl<'a> Subject<'a> {
    pub(super) fn of(manifest: &'a Manifest) -> Self {
        Self { manifest, body: &manifest.body }
    }

    /// The value of a field; `None` where the manifest has none.
    pub(super) fn value(&self, field: &Field) -> Option<&'a Value> {
        field.found.get(self.body)
    }

    /// Whether the value of a field may not be shown.
    pub(super) fn hides(&self, field: &Field) -> bool {
        self.manifest.secrets.hides(&field.found)
    }

    /// Reads the name of a field as the server writes it: with the positions of
    /// list items or their keys, with map keys in brackets
    /// (`validation/field/path.go`) or after a dot, dots of their own included
    /// (structured-merge-diff's `fieldpath/element.go`). `None` for what is none.
    pub(super) fn field(&self, text: &str) -> Option<Field> {
        let text = self.own_name(text.strip_prefix('.').unwrap_or(text));
        let mut rest = text.as_str();
        let mut field = Field::default();
        while !rest.is_empty() {
            rest = self.step(&mut field, rest)?;
        }
        (!field.is_root()).then_some(field)
    }

    /// Reads one step, and gives the rest.
    fn step<'t>(&self, field: &mut Field, rest: &'t str) -> Option<&'t str> {
        let value = field.found.get(self.body);
        if rest.starts_with('[') {
            let (inner, rest) = bracket(rest)?;
            *field = self.bracketed(field, inner, value)?;
            return Some(rest);
        }
        let rest = if field.is_root() { rest } else { rest.strip_prefix('.')? };
        let is_end = |end: usize| matches!(rest[end..].chars().next(), None | Some('.' | '['));
        let known = value.and_then(Value::as_object).into_iter().flat_map(Map::keys);
        let known = known.filter(|key| rest.starts_with(key.as_str()) && is_end(key.len()));
        let name = known.max_by_key(|key| key.len()).map(String::as_str);
        let name = name.unwrap_or_else(|| &rest[..rest.find(['.', '[']).unwrap_or(rest.len())]);
        if name.is_empty() || name.starts_with('<') {
            return None;
        }
        *field = field.field(name);
        Some(&rest[name.len()..])
    }

    fn bracketed(&self, field: &Field, inner: &str, value: Option<&Value>) -> Option<Field> {
        if inner.is_empty() {
            return None;
        }
        let is_map = value.is_some_and(Value::is_object);
        if !is_map && let Ok(index) = inner.parse() {
            return Some(field.item(index, self.body));
        }
        let path = FieldPath::parse(&format!("x[{inner}]"));
        match path.as_ref().map(FieldPath::steps) {
            Ok([_, Step::Key(keys)]) if !is_map => {
                let step = Step::Key(keys.clone());
                let index = value.and_then(|list| positions(list, &step).next());
                let found = index.map_or_else(|| step.clone(), Step::Index);
                let shown = index.and_then(|index| item_name(value?, index)).unwrap_or_else(|| step.clone());
                Some(Field { shown: field.shown.then(shown), found: field.found.then(found) })
            }
            Ok([_, step @ Step::Value(_)]) if !is_map => {
                Some(Field { shown: field.shown.then(step.clone()), found: field.found.then(step.clone()) })
            }
            Ok([_, Step::Field(name)]) => Some(field.field(name)),
            _ => Some(field.field(inner)),
        }
    }

    /// The entry of a map that the server means where it only names the map: the
    /// one with this key or value.
    pub(super) fn entry(&self, field: &Field, quoted: &Value) -> Option<Field> {
        let (map, text) = (self.value(field)?.as_object()?, quoted.as_str()?);
        let is_it = |(key, value): &(&String, &Value)| *key == text || *value == quoted;
        let mut entries = map.iter().filter(is_it);
        match (entries.next(), entries.next()) {
            (Some((key, _)), None) => Some(field.field(key)),
            _ => None,
        }
    }

    /// The known field that an unknown one was most likely meant to be, in the
    /// built-in kinds of the newest version that the program knows.
    pub(super) fn meant(&self, field: &Field) -> Option<String> {
        let builtin = Builtin::of(Minor::NEWEST).ok()?;
        let kind = builtin.kind(self.body["apiVersion"].as_str()?, &self.manifest.id.kind.kind)?;
        suggest(builtin.schemas(), kind.root, &field.shown).map(|meant| meant.to_string())
    }

    /// The fields that the server names otherwise than the manifest does: it
    /// validates another version of the object than the one that was sent.
    fn own_name(&self, text: &str) -> String {
        let has = |path: &[&str]| FieldPath::fields(path.iter().copied()).get(self.body).is_some();
        match self.manifest.id.kind.kind.as_str() {
            "CustomResourceDefinition" if !has(&["spec", "validation"]) => {
                text.replacen("spec.validation.", "spec.versions[0].schema.", 1)
            }
            "Service" if !has(&["spec", "clusterIPs"]) => {
                text.replacen("spec.clusterIPs[0]", "spec.clusterIP", 1)
            }
            "Secret" if has(&["stringData"]) => self.own_data_name(text),
            _ => text.to_owned(),
        }
    }

    /// `data[key]` is made of `stringData[key]`.
    fn own_data_name(&self, text: &str) -> String {
        let key = text.strip_prefix("data[").and_then(|rest| rest.strip_suffix(']'));
        let is_there = |key: &str| self.body["data"].get(key).is_some();
        match key {
            Some(key) if !is_there(key) => format!("stringData[{key}]"),
            _ => text.to_owned(),
        }
    }
}

/// The positions of the items that this step may mean. Key fields that an item
/// leaves out have defaults, so that it may be the one.
pub(super) fn positions(list: &Value, step: &Step) -> impl Iterator<Item = usize> {
    let is_it = |item: &Value| match step {
        Step::Key(keys) => {
            keys.iter().all(|(name, wanted)| item.get(name).is_none_or(|value| value == wanted))
        }
        Step::Value(wanted) => item == wanted,
        Step::Index(_) | Step::Field(_) => false,
    };
    list.as_array().into_iter().flatten().enumerate().filter(move |(_, item)| is_it(item)).map(|(at, _)| at)
}

/// What people call an item: by its name, where no other has it.
fn item_name(list: &Value, index: usize) -> Option<Step> {
    let items = list.as_array()?;
    let name = items.get(index)?.get("name")?;
    let is_only = items.iter().filter(|item| item.get("name") == Some(name)).count() == 1;
    (name.is_string() && is_only).then(|| Step::Key(vec![("name".to_owned(), name.clone())]))
}

/// What stands between a bracket at the text's start and its closing one, and
/// what follows. Brackets within quotes don't count.
fn bracket(text: &str) -> Option<(&str, &str)> {
    let (mut quoted, mut escaped) = (false, false);
    for (at, c) in text.char_indices().skip(1) {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            ']' if !quoted => return Some((&text[1..at], &text[at + 1..])),
            _ => {}
        }
    }
    None
}
