//! A manifest: an object as it is written or rendered, and where.

use std::fmt;
use std::sync::Arc;

use super::{ApiVersion, FieldPath, ObjectId, ObjectRef, SecretPaths};
use crate::error::Location;
use crate::json::Value;

/// Where a manifest comes from. Cheap to copy: one per object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// The file, relative to the repository's root (or as it was given; `-`
    /// for standard input).
    pub path: Arc<str>,
    /// The line at which the object starts, from 1.
    pub line: u32,
    /// The column at which it starts, from 1.
    pub column: u32,
    /// The document within the file, from 1.
    pub document: u32,
    /// Whether the file holds more than one document.
    pub several: bool,
    /// The object's path in the document, where it is an item of a list.
    pub item: Option<Arc<FieldPath>>,
    /// The Git blob id (SHA-1, hex) of the file's content, whether or not it
    /// is in a repository.
    pub blob: Arc<str>,
    /// Whether a program made the object of that file (and others): then its lines
    /// aren't the object's, and `blob` stands for all that went into it.
    pub is_rendered: bool,
    /// Whether that file makes something else each time that it's rendered.
    pub is_unsteady: bool,
    /// For which of the sources that are rendered together it was read or made, from 0.
    pub given_by: u32,
    /// Whether values of the object are encrypted in the file.
    pub encrypted: Encrypted,
}

/// What became of values that are encrypted in an object's file.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Encrypted {
    /// There are none.
    #[default]
    Nothing,
    /// They were decrypted.
    Decrypted,
    /// They still are: such an object may never be written.
    Still,
}

impl Source {
    /// The path in the document of a field of the object.
    pub fn path_of(&self, field: &FieldPath) -> FieldPath {
        self.item.as_deref().map_or_else(|| field.clone(), |item| item.join(field.steps()))
    }

    /// The place of the object's first line.
    pub fn location(&self) -> Location {
        Location {
            document: self.several.then_some(self.document),
            ..Location::at(self.path.as_ref(), self.line, self.column)
        }
    }
}

/// An object as written, with its source. The body is the manifest's own JSON:
/// it never goes through a typed struct, which would drop unknown fields.
#[derive(Clone, PartialEq)]
pub struct Manifest {
    /// Its identity. The namespace is what the body says until the kind's
    /// scope is known; then it's final.
    pub id: ObjectId,
    /// The API version it is written in.
    pub version: String,
    /// The whole object.
    pub body: Value,
    /// Which of its fields are secret.
    pub secrets: SecretPaths,
    /// Where it stands.
    pub source: Source,
    /// The variables that were put into it, and the paths of the values that they went
    /// into; absent where there are none.
    pub vars: Option<Arc<[(String, FieldPath)]>>,
}

impl Manifest {
    /// Its `apiVersion`.
    pub fn api_version(&self) -> ApiVersion {
        ApiVersion { group: self.id.kind.group.clone(), version: self.version.clone() }
    }

    /// How JSON output names it.
    pub fn object_ref(&self) -> ObjectRef {
        ObjectRef::new(&self.id, self.version.as_str())
    }
}

/// Leaves the body out: it may be a Secret.
impl fmt::Debug for Manifest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Manifest")
            .field("id", &self.id)
            .field("version", &self.version)
            .field("source", &self.source)
            .finish_non_exhaustive()
    }
}
