//! What the kinds of objects may hold: the schemas of the built-in kinds of
//! several Kubernetes versions, and those of custom kinds, from their
//! definitions. Pure: objects in, [`Violation`]s out.
//!
//! Unlike [`crate::diff`]'s table, which only knows how fields merge, this one
//! says what the API server would refuse.
//!
//! Never talks to a cluster, never opens a file. What it can't judge, it lets
//! pass: a false refusal is worse than a late one.

mod builtin;
pub mod custom;
mod node;
mod suggest;
pub mod validate;

#[cfg(test)]
pub(crate) use builtin::published_documents;
pub use builtin::{Builtin, BuiltinKind, Lifecycle, Minor, NotAVersion, UnknownVersion, lifecycle};
pub use node::{Bounds, ListType, Logic, Rest, Rule, Schema, SchemaId, Schemas, Type};
pub use suggest::suggest;

use crate::object::FieldPath;

/// One thing that the API server would refuse in an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Violation {
    /// The field, from the object's root. List items by index.
    pub path: FieldPath,
    /// What is wrong with it, without the path, in one line. May quote values:
    /// whoever shows it scrubs secrets.
    pub message: String,
    /// What to do, such as the field that was probably meant.
    pub hint: Option<String>,
    /// Whether it's an unknown field or a value of another type: server-side
    /// apply refuses that in whatever is sent, before admission and whatever
    /// was there before.
    pub structural: bool,
}
