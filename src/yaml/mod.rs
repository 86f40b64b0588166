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
//! `scan` makes tokens of the text, `parse` trees of those, and `value` resolves
//! them. Refused, though Go's lax reader takes them: duplicate keys, merges
//! (`<<`) that change keys written before them, and what else `docs/yaml.md`
//! lists, with the limits.
//!
//! Never opens a file, never prints, never looks into what an object means.

mod decode;
mod error;
mod json;
mod locate;
mod number;
mod parse;
mod parts;
mod place;
mod scalar;
mod scan;
mod text;
mod timestamp;
mod tree;
mod value;

#[cfg(test)]
mod tests;

use std::borrow::Cow;

use place::Place;
use value::Keys;

pub use decode::{DecodeError, decode};
pub use error::YamlError;
pub use locate::{locate, locate_many, locate_value, plain_scalars};
pub use text::to_text;

use crate::json::Value;

/// How many documents a file may have.
const MAX_DOCUMENTS: u32 = 100_000;

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
    Ok(Read::of(&with_line_end(text), 1, Keys::Resolved)?.documents)
}

/// The same, but keys that aren't quoted stay as they're written (`n` is `n`, not
/// `false`): for files of trueup's own, which no other program reads.
pub fn documents_with_written_keys(text: &str) -> Result<Vec<Document>, YamlError> {
    if let Some(documents) = json::documents(text) {
        return Ok(documents);
    }
    Ok(Read::of(&with_line_end(text), 1, Keys::Written)?.documents)
}

/// The same, on all cores where a text of many documents is long enough.
pub fn documents_in_parallel(text: &str) -> Result<Vec<Document>, YamlError> {
    if let Some(documents) = json::documents(text) {
        return Ok(documents);
    }
    let text = &with_line_end(text);
    match parts::read(text) {
        Some(read) => Ok(read.documents),
        None => Ok(Read::of(text, 1, Keys::Resolved)?.documents),
    }
}

/// What a text, or a part of it, was read to.
#[derive(Debug, Default, PartialEq)]
struct Read {
    documents: Vec<Document>,
    /// How many documents there are, empty ones included.
    count: u32,
    expansion: value::Expansion,
}

impl Read {
    /// Reads a text whose first line has this number.
    fn of(text: &str, line: u32, keys: Keys) -> Result<Self, YamlError> {
        let mut read = Self::default();
        let mut reader = tree::Reader::from_line(text, line);
        while let Some(tree) = reader.next_document()? {
            let place = tree.root().place;
            if tree.number > MAX_DOCUMENTS {
                return Err(YamlError::new(
                    format!("this file has more than {MAX_DOCUMENTS} documents"),
                    place,
                )
                .hint("spread them over several files"));
            }
            let value =
                read.expansion.value(&tree, keys).map_err(|error| error.or_hint_at_templates(text))?;
            read.count = tree.number;
            if !value.is_null() {
                let Place { line, column } = place;
                read.documents.push(Document { value, number: tree.number, line, column });
            }
        }
        Ok(read)
    }

    /// Adds what was read of the part that follows.
    fn append(&mut self, part: Self) {
        let numbered = |document: Document| Document { number: self.count + document.number, ..document };
        self.documents.extend(part.documents.into_iter().map(numbered));
        self.count += part.count;
        self.expansion.add(&part.expansion);
    }

    fn is_within_limits(&self) -> bool {
        self.count <= MAX_DOCUMENTS && self.expansion.is_within_limits()
    }
}

/// kubectl ends the last line of a file before it's parsed (`LineReader` of
/// `k8s.io/apimachinery/pkg/util/yaml`), which counts in a block scalar.
fn with_line_end(text: &str) -> Cow<'_, str> {
    if text.ends_with('\n') { Cow::Borrowed(text) } else { Cow::Owned(format!("{text}\n")) }
}
