//! The pipeline that joins the stages. Commands parse and print; everything in
//! between is here, one step a file.
//!
//! In: what the command line and the configuration ask for. Out: a plan with
//! what is needed to carry it out, or the outcome of having done so. The stages
//! themselves live in their own rooms; planning sends nothing but reads and dry
//! runs.

mod adopting;
mod assemble;
mod attempting;
mod autoscaling;
mod blame;
mod carry;
pub mod checking;
pub mod comparing;
mod credentials;
mod definitions;
mod deleting;
mod dependencies;
mod drafting;
pub mod drift;
pub mod expecting;
mod explain;
mod failure;
mod fates;
mod fetching;
mod finding;
mod former;
mod guarding;
mod handover;
pub mod history;
mod holding;
pub mod holds;
mod hooks;
mod jobs;
mod joining;
pub mod leaving;
mod lists;
mod locked;
pub mod locking;
mod members;
mod memory;
mod namespaces;
mod observe;
mod ordering;
mod origins;
mod planned;
pub mod planning;
mod predecessors;
mod predict;
mod present;
mod readiness;
pub mod rebuilding;
mod recording;
mod refusing;
mod removing;
mod resolve;
mod restoring;
pub mod rollback;
pub mod running;
mod running_pods;
mod secrets;
mod seen;
mod selecting;
mod sending;
pub mod setup;
mod simulation;
mod standing;
pub mod status;
mod still_needed;
mod stuck;
mod swept;
mod telling;
mod trying;
mod under_way;
mod undoing;
mod unwell;
mod variables;
mod versions;

pub use assemble::Work;
pub use dependencies::Outside;
pub use hooks::{Hooked, Hooks};
pub use memory::Memory;
pub use resolve::Desired;
