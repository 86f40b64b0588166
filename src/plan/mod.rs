//! The plan: the ordered actions for one target, with causes, guards and a
//! digest.
//!
//! In: the desired objects, the live ones, the server's predictions, the last
//! record. Out: a [`TargetPlan`] for people and machines. Pure: nothing here
//! talks to a cluster, reads a clock or prints.

pub mod causes;
mod comparison;
mod difference;
pub mod digest;
mod model;
pub mod order;
pub mod prune;
pub mod replacement;
mod selection;

pub use comparison::TargetComparison;
pub use difference::{ActionDifference, FieldDifference, PlanDifference, difference};
pub use model::{
    Action, Cause, ClusterRef, CommitRef, DeployedRef, FieldChange, GuardVerdict, HookDeletion, HookRef,
    Judgement, LastCommit, ManagerFields, SourceRef, Summary, TargetPlan, Verb,
};
pub use selection::{Candidate, Pattern, Selection};
