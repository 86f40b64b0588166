//! Why something didn't become healthy, in words, and what to do about it.
//!
//! In: the verdict on an object, the pod and container to blame, the warnings
//! about them. Out: a [`Diagnosis`]: which of the usual troubles it is, a
//! sentence, a hint. Never: I/O, a clock, a guess where nothing says so (that is
//! [`Trouble::Other`] in the words of Kubernetes).
//!
//! To add a trouble: a variant of [`Trouble`], a rule in the file of what it
//! shows on (`container`, `pod`, `refused`), and its row in the table of tests.

mod chain;
mod container;
mod missing;
mod pod;
mod refused;
#[cfg(test)]
mod tests;
mod warning;

use schemars::JsonSchema;
use serde::Serialize;

use crate::health::{Cause, Verdict};

pub use chain::chain;
pub use warning::{Subject, Warning, told, warnings_about};

/// The usual troubles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Trouble {
    /// The image isn't in its registry, or what is given is no image's name.
    ImageNotFound,
    /// The image may not be pulled.
    ImageUnauthorized,
    /// The registry doesn't answer as it should.
    ImageUnavailable,
    /// A `ConfigMap`, a Secret, a key of one or a `ServiceAccount` isn't there.
    MissingReference,
    /// A container used more memory than it may.
    OutOfMemory,
    /// A probe fails.
    ProbeFailed,
    /// No node takes the pod.
    Unschedulable,
    /// A volume isn't there, or can't be mounted.
    VolumePending,
    /// A quota is used up.
    QuotaExceeded,
    /// A webhook or a policy refuses the pods.
    AdmissionDenied,
    /// A container's command can't be run.
    CannotRun,
    /// A container ends with an exit code.
    Crashed,
    /// A node put the pod out.
    Evicted,
    /// Anything else.
    Other,
}

/// What is known of something that isn't healthy.
#[derive(Debug, Clone, Copy)]
pub struct Symptoms<'a> {
    /// The verdict on the object.
    pub verdict: &'a Verdict,
    /// The first pod, or container, to blame.
    pub cause: Option<&'a Cause>,
    /// The warnings about the object and what belongs to it.
    pub warnings: &'a [Warning],
}

/// Why it isn't healthy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnosis {
    /// Which trouble it is.
    pub trouble: Trouble,
    /// In words: what follows `isn't healthy: `.
    pub words: String,
    /// What to do about it.
    pub hint: Option<String>,
}

impl Diagnosis {
    fn new(trouble: Trouble, words: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { trouble, words: words.into(), hint: Some(hint.into()) }
    }
}

/// Why something isn't healthy.
pub fn diagnose(symptoms: &Symptoms<'_>) -> Diagnosis {
    let of_cause = symptoms.cause.and_then(|cause| match &cause.container {
        Some(name) => container::diagnose(cause, name, symptoms.warnings),
        None => pod::diagnose(cause),
    });
    of_cause
        .or_else(|| refused::diagnose(symptoms))
        .or_else(|| pod::volume(symptoms.warnings))
        .unwrap_or_else(|| other(symptoms))
}

fn other(symptoms: &Symptoms<'_>) -> Diagnosis {
    let words = symptoms.cause.map_or_else(|| symptoms.verdict.message.clone(), Cause::words);
    Diagnosis { trouble: Trouble::Other, words, hint: None }
}
