//! Plans, outcomes and readings of a cluster as people and machines read
//! them: text, JSON, Markdown, annotations for GitHub.
//!
//! In: plain data ([`crate::plan::TargetPlan`], [`crate::apply::TargetOutcome`],
//! [`StatusReport`], [`HistoryRow`], diagnostics), how wide lines may be, and
//! what time it is. Out: finished text, with colours where it's meant for a
//! terminal ([`crate::ui`] takes them out where there are none).
//!
//! Pure: nothing here prints, reads a clock or asks a cluster. Values come
//! masked; text of others is made safe to print here.

pub mod github;
pub mod json;
pub mod junit;
pub mod markdown;
pub mod palette;
pub mod schema;
pub mod text;
pub mod visible;
pub mod words;

mod blamed;
mod check;
mod groups;
mod history;
mod hold;
mod lock;
mod moves;
mod rebuild;
#[cfg(test)]
pub(crate) mod sample;
mod severity;
mod status;
mod values;
pub(crate) mod verbs;

pub use check::{CheckFinding, CheckReport, CheckSummary, CheckedObject};
pub use history::{
    HistoryRow, ReleaseAction, ReleaseAttempt, ReleaseDetails, ReleaseOverride, ReleaseRun, ReleaseVariable,
};
pub use hold::{HoldDetail, HoldReport};
pub use lock::{LockReport, LockState};
pub use rebuild::RebuildReport;
pub use severity::Severity;
pub use status::{
    DeployedState, DriftCount, HealthCount, HoldState, ObjectStatus, ObjectWarning, OwnedStatus, PodCount,
    StatusReport, TargetStatus, UnknownStatus,
};
