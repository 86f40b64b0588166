//! Text to values, with the YAML semantics of kubectl (Go's
//! `sigs.k8s.io/yaml`, YAML 1.1): what `kubectl apply -f` reads, this reads
//! alike, and where the two could differ silently it refuses instead.
//!
//! In comes text (or bytes, through [`decode`]); out go JSON values with the
//! place where each document starts, or one error with its line and column.
//! [`locate`] finds where a field stands by reading the text again, so that
//! nobody carries positions around; [`to_text`] writes values as YAML. JSON
//! texts go the same ways.
//!
//! Refused, though Go's lax reader takes them: duplicate keys, merges (`<<`)
//! that change keys written before them, binary that isn't text, names of
//! anchors that Go reads differently than everybody else. Documents after the
//! first are read however they are separated.
//!
//! Never opens a file, never prints, never looks into what an object means.

mod cut_off;
mod decode;
mod error;
mod json;
mod locate;
mod number;
mod scalar;
mod text;
mod tree;
mod value;

#[cfg(test)]
mod tests;

use serde_json::Value;

pub use decode::{DecodeError, decode};
pub use error::YamlError;
pub use locate::{locate, locate_value};
pub use text::to_text;

/// One document of a file.
#[derive(Clone, PartialEq)]
pub struct Document {
    /// Its content; never null.
    pub value: Value,
    /// Which document of the file it is, from 1. Empty ones count too, as
    /// anyone who counts the `---` would.
    pub number: u32,
    /// The line at which its first node starts, from 1.
    pub line: u32,
    /// The column in characters, from 1.
    pub column: u32,
}

/// Leaves the value out: it may be a Secret.
impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Document")
            .field("number", &self.number)
            .field("line", &self.line)
            .field("column", &self.column)
            .finish_non_exhaustive()
    }
}

/// Reads all documents of a file. Documents that are empty, hold only
/// comments, or are `null` are left out, as kubectl leaves them out.
pub fn documents(text: &str) -> Result<Vec<Document>, YamlError> {
    if let Some(documents) = json::documents(text) {
        return Ok(documents);
    }
    let mut reader = tree::Reader::new(text);
    let mut expansion = value::Expansion::default();
    let mut documents = Vec::new();
    while let Some(tree) = reader.next_document()? {
        let value = expansion.value(&tree).map_err(|error| error.or_hint_at_templates(text))?;
        if !value.is_null() {
            let place = tree.root().place;
            documents.push(Document { value, number: tree.number, line: place.line, column: place.column });
        }
    }
    Ok(documents)
}
