//! One thing that a check has to say about an object.

use schemars::JsonSchema;
use serde::Serialize;

use crate::object::FieldPath;

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Severity {
    /// The API server would refuse the object.
    Error,
    /// It would take the object, but this is probably not what was meant.
    Note,
}

/// One thing about one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The manifest's position in the set.
    pub object: usize,
    /// How bad it is.
    pub severity: Severity,
    /// What kind of finding: a stable name such as `unknown-field`, by which
    /// reports group and people search.
    pub rule: &'static str,
    /// The field it's about, from the object's root; list items by index.
    pub path: FieldPath,
    /// What it is, without object and path, in one line. May quote values
    /// until the set's secrets are scrubbed from it.
    pub message: String,
    /// What to do, one line each.
    pub hints: Vec<String>,
}
