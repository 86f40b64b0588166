//! JSON texts: the fast way for big ones, and the only one for several
//! objects in a row, which YAML doesn't have but kubectl reads.

use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

use super::{Document, number};
use crate::json::{Map, Value};

/// The documents of a text that is nothing but JSON objects without duplicate
/// keys. `None` for everything else: reading it as YAML tells what is wrong.
pub(super) fn documents(text: &str) -> Option<Vec<Document>> {
    let mut place = Cursor { line: 1, column: 1 };
    let mut documents = Vec::new();
    for (value, source) in objects(text)? {
        place.pass(source.before);
        documents.push(Document {
            value,
            number: u32::try_from(documents.len() + 1).ok()?,
            line: place.line,
            column: place.column,
        });
        place.pass(source.text);
    }
    Some(documents)
}

/// An object of a text of several, alone: a text that YAML can read.
pub(super) struct InRow<'t> {
    pub(super) text: &'t str,
    /// The place of its first character in the whole text, from 1.
    pub(super) line: u32,
    pub(super) column: u32,
}

/// The objects of a text of several. `None` when the text isn't a row of
/// objects.
pub(super) fn objects_in_row(text: &str) -> Option<Vec<InRow<'_>>> {
    let objects = objects(text).filter(|objects| objects.len() > 1)?;
    let mut place = Cursor { line: 1, column: 1 };
    let mut row = Vec::with_capacity(objects.len());
    for (_, source) in objects {
        place.pass(source.before);
        row.push(InRow { text: source.text, line: place.line, column: place.column });
        place.pass(source.text);
    }
    Some(row)
}

struct Source<'t> {
    /// The white space in front of the object.
    before: &'t str,
    text: &'t str,
}

fn objects(text: &str) -> Option<Vec<(Value, Source<'_>)>> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let mut values = serde_json::Deserializer::from_str(text).into_iter::<Strict>();
    let mut objects = Vec::new();
    let mut end = 0;
    while let Some(Strict(value)) = values.next().transpose().ok()? {
        let passed = &text[end..values.byte_offset()];
        let object = passed.trim_start();
        if !value.is_object() {
            return None;
        }
        objects.push((value, Source { before: &passed[..passed.len() - object.len()], text: object }));
        end = values.byte_offset();
    }
    Some(objects)
}

/// A place in a text that is passed piece by piece.
struct Cursor {
    line: u32,
    column: u32,
}

impl Cursor {
    fn pass(&mut self, text: &str) {
        for character in text.chars() {
            if character == '\n' {
                self.line = self.line.saturating_add(1);
                self.column = 1;
            } else {
                self.column = self.column.saturating_add(1);
            }
        }
    }
}

/// A JSON value with Go's numbers and without duplicate keys.
struct Strict(Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor).map(Self)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Value, E> {
        Ok(Value::from(number))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<Value, E> {
        number::json_float(number).ok_or_else(|| E::custom("not a number"))
    }

    fn visit_str<E>(self, text: &str) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_string<E>(self, text: String) -> Result<Value, E> {
        Ok(Value::from(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(Strict(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some((key, Strict(value))) = entries.next_entry()? {
            list.push((key, value));
        }
        let map = Map::from_unique(list).map_err(|_| de::Error::custom("duplicate key"))?;
        Ok(Value::Object(map))
    }
}
