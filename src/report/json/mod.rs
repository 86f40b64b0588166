//! What programs read: one document, or one line an event.
//!
//! Every document says `schema: "trueup/v1"` and its kind; keys are camelCase
//! and sorted. The schemas are in [`super::schema`].

mod document;
mod event;

pub use document::{
    DiffTarget, Document, ErrorDocument, HealthRecord, Kind, ObjectRecord, Objects, Records, Target, Targets,
    check, document, document_line, error, error_line, health, objects,
};
pub use event::{EventLine, EventObject, Happened, StillWaiting, event, happened};

use serde::Serialize;

/// The name and version of the format.
pub const SCHEMA: &str = "trueup/v1";

/// Plain data as one JSON value, its maps sorted.
fn value(data: &impl Serialize) -> serde_json::Value {
    // Only maps with keys that aren't text, and a Serialize that fails by
    // itself, can't be turned into JSON; the types of this module have neither.
    serde_json::to_value(data).expect("plain data with text keys")
}
