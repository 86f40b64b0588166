//! What trueup remembers in the cluster: which objects belong to a target, what
//! each release wrote, and who is writing now.
//!
//! In the state namespace each target has, all named `trueup-NAME-ENVIRONMENT`:
//!
//! | object | holds | module |
//! | --- | --- | --- |
//! | `ConfigMap` | the inventory's parent (KEP-3659) and the state | [`inventory`] |
//! | `ConfigMap`s `….rN` | the record of release N | [`history`] |
//! | Lease | the lock | [`lock`] |
//! | Secret | the key of the digests that stand for secrets | [`key`] |
//!
//! In: targets, records, and [`Cluster`](crate::cluster::Cluster) for requests.
//! Out: parents, records, locks, each read strictly: what can't be understood
//! is an error and never "nothing". Formats and rules are plain functions over
//! plain data; only those four modules, [`event`] and [`actor`] send requests.
//!
//! A run writes in an order that survives being killed at any point: it takes
//! the lock; [widens](inventory::widen) the parent, which also says that a run
//! is under way; changes objects; [records](history::write_record) them; then
//! lets the parent point to the record. Whatever isn't there yet is found again
//! by the next run ([`State::catch_up`], [`State::needs_record`]).
//!
//! Nothing here decides what is deployed, pruned or held. No secret value gets
//! into a record: a manifest has to be [`protect`]ed to be recorded at all.

pub mod actor;
mod attempt;
pub mod event;
pub mod history;
mod hold;
mod identity;
pub mod inventory;
pub mod key;
mod lease;
mod lease_store;
mod lived;
pub mod lock;
mod packing;
mod parent;
mod parent_error;
mod process;
mod protect;
mod record;
mod record_error;
mod renewal;
mod retention;
mod run;
mod state;
mod summary;
mod variable;

pub use actor::Actor;
pub use attempt::{Attempt, AttemptResult};
pub use history::Listed;
pub use hold::{HeldObject, Hold};
pub use identity::{IdentityError, PART_OF, Target};
pub use lease::{Held, HeldBy, Holder};
pub use lived::{Stretch, lived};
pub use lock::{Lock, LockError};
pub use parent::{Parent, TOOL};
pub use parent_error::{ParentError, Problem};
pub use process::Process;
pub use protect::{Comparison, DigestKey, Key, Protected, compare, digested, protect};
pub use record::{Record, RecordedAction, RecordedObject, RecordedSource};
pub use record_error::RecordError;
pub use run::{Environment, Run};
pub use state::{Pointer, Running, State, StateError};
pub use summary::{Commit, Counts, Override, ReleaseResult, Rollback, Summary, Trailer};
pub use variable::{Kept, RecordedVariable};

/// The schema of the parent's state and of records.
pub const SCHEMA: &str = "trueup/v1";
