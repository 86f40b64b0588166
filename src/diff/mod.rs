//! What differs between what is desired, what is live and what was last
//! written, and who is behind it.
//!
//! Objects come in as plain JSON; field paths with values, owners and proofs go
//! out. Nothing here talks to a cluster, reads a clock or prints, and nothing
//! here guesses: where "unchanged" can't be proved, it says "unknown", and the
//! API server is asked.

mod additions;
mod alignment;
mod changes;
mod drift;
mod field_set;
mod letting_go;
mod list_keys;
mod local;
mod managed_fields;
mod migration;
mod normalise;
mod owners;
mod projection;
mod proof;
mod quantity;
mod schema;
mod yielding;

pub use crate::object::{Op, RawChange};
pub use additions::additions;
pub use changes::{SERVER_METADATA, changes, written_changes};
pub use drift::{LastWritten, drift};
pub use field_set::{Element, FieldSet};
pub use letting_go::let_go;
pub use local::{created_locally, merged_locally};
pub use managed_fields::{ManagedEntry, Operation};
pub use migration::{CLIENT_SIDE, Migration, Sources};
pub use normalise::normalise;
pub use owners::{TakenFields, Writer, is_noop, ownership_changed, taken_from, who_changed};
pub use projection::project;
pub use proof::{Proof, prove};
pub use schema::Schemas;
pub use yielding::{Conflict, Ownership};
