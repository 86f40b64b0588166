//! Carrying out a plan: each action as soon as what it waits for is done, no
//! more and no less than the plan says.
//!
//! In: a plan with the manifests behind it. Out: typed [`Event`]s while it
//! runs, and an outcome. It never decides what to change, and never prints.

mod board;
mod deletion;
mod event;
mod executor;
mod forget;
mod hook;
mod outcome;
mod takeover;
mod unstick;
mod write;

pub use deletion::{Vanished, held_by, until_gone};
pub use event::Event;
pub use executor::{Done, Manner, Means, Readiness, Returned, Stop, Unready, execute};
pub use hook::{HookReport, HookRun, Watching};
pub use outcome::{
    ActionOutcome, ActionResult, FailedContainer, Failure, HookOutcome, RollbackOutcome, RunResult,
    TargetOutcome,
};
pub use takeover::Takeover;
pub use unstick::Unstick;
pub use write::{Explain, Job, Task, Write, precondition};
