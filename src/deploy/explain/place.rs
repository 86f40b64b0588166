//! Where the fields of a manifest stand in its file.

use crate::error::Location;
use crate::object::{FieldPath, Manifest};
use crate::yaml;

/// Finds the fields of one manifest.
pub(super) struct Places<'a> {
    manifest: &'a Manifest,
    text: Option<&'a str>,
}

impl<'a> Places<'a> {
    /// Without a text, fields stand where the object does.
    pub(super) fn new(manifest: &'a Manifest, text: Option<&'a str>) -> Self {
        Self { manifest, text }
    }

    /// The place of a field, or of the deepest part of it that exists.
    pub(super) fn of(&self, field: Option<&FieldPath>) -> Location {
        let source = &self.manifest.source;
        let object = source.location();
        let (Some(field), Some(text)) = (field, self.text) else { return object };
        match yaml::locate(text, source.document, &source.path_of(field)) {
            // The file may have been changed since it was read.
            Some((line, column)) if line >= source.line => {
                Location { line: Some(line), column: Some(column), ..object }
            }
            _ => object,
        }
    }
}
