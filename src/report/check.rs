//! What a check found, as data: what `check -o json` prints.

use schemars::JsonSchema;
use serde::Serialize;

use crate::check::Severity;
use crate::error::{Diagnostic, Location};
use crate::object::{FieldPath, ObjectId, ObjectRef, Step};

/// What a check of one or several environments found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckReport {
    /// The Kubernetes version that the objects were held against, such as
    /// `1.36`.
    pub kubernetes_version: String,
    /// The environments, in the order asked for.
    pub environments: Vec<String>,
    /// How many objects were checked. One that several environments share
    /// counts once.
    pub objects: usize,
    /// How many files they stand in, those that couldn't be read included.
    pub files: usize,
    /// Whether everything could be read. If not, nothing is said about what
    /// objects refer to: it may be in what couldn't be read.
    pub complete: bool,
    /// What was found, in the order of the files.
    pub findings: Vec<CheckFinding>,
    /// How much of it.
    pub summary: CheckSummary,
    /// Every object that was checked, in the order of the files.
    #[serde(skip)]
    pub checked: Vec<CheckedObject>,
}

/// One thing that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct CheckFinding {
    /// How bad it is.
    pub severity: Severity,
    /// What kind of finding: a stable name.
    pub rule: String,
    /// The object; absent where a file couldn't be read as objects. Without
    /// its namespace where that differs between the environments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub object: Option<ObjectRef>,
    /// The field; absent where it's about the object as a whole.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<FieldPath>,
    /// Where it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// What it is, without object and field.
    pub message: String,
    /// Why, one line each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub causes: Vec<String>,
    /// What to do, one line each.
    pub hints: Vec<String>,
    /// The environments in which it was found.
    pub environments: Vec<String>,
    /// The object's position in [`CheckReport::checked`].
    #[serde(skip)]
    pub checked: Option<usize>,
}

/// How much was found.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CheckSummary {
    /// What the API server would refuse.
    pub errors: usize,
    /// What is probably not what was meant.
    pub notes: usize,
}

/// An object that was checked, and where it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckedObject {
    /// Its name in messages.
    pub id: ObjectId,
    /// Its first line.
    pub location: Location,
}

impl CheckReport {
    /// Counts what was found.
    #[must_use]
    pub fn summed(mut self) -> Self {
        let errors = self.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
        self.summary = CheckSummary { errors, notes: self.findings.len() - errors };
        self
    }

    /// A finding as it's told: with object and field, and with the
    /// environments where several were checked.
    pub fn diagnostic(&self, finding: &CheckFinding) -> Diagnostic {
        let mut diagnostic = finding.diagnostic();
        if self.environments.len() > 1 {
            diagnostic.message.extend([" (in ", &finding.environments.join(", "), ")"]);
        }
        diagnostic
    }
}

impl CheckFinding {
    /// As an error shows it.
    pub fn diagnostic(&self) -> Diagnostic {
        Diagnostic {
            message: self.sentence(),
            location: self.location.clone(),
            causes: self.causes.clone(),
            hints: self.hints.clone(),
        }
    }

    /// What was found, with object and field.
    fn sentence(&self) -> String {
        let what = self.what();
        match &self.object {
            Some(object) => format!("{}: {what}", object.id()),
            None => what,
        }
    }

    /// What was found, with the field.
    pub fn what(&self) -> String {
        match &self.path {
            // The field's name is the news, so it comes last.
            Some(path) if self.message == UNKNOWN_FIELD => format!("{UNKNOWN_FIELD} {:?}", path.to_string()),
            Some(path) if !is_identity(path) => format!("{path}: {}", self.message),
            _ => self.message.clone(),
        }
    }
}

/// Whether a field says what the object is: it's in every message already.
fn is_identity(path: &FieldPath) -> bool {
    matches!(path.steps(), [Step::Field(name)] if name == "kind" || name == "apiVersion")
}

/// What is said of a field that its kind doesn't have.
const UNKNOWN_FIELD: &str = "unknown field";
