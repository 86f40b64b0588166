//! What the tests stand on: a real control plane, surroundings for each test,
//! runs of the real program, and text that can be compared.
//!
//! In: a test's files and commands. Out: runs to assert on, and what the
//! cluster then holds. Nothing sleeps blindly: waiting is for a condition, with
//! a deadline.

mod actions;
mod answers;
mod api;
mod control_plane;
mod environment;
mod gate;
pub(crate) mod manifests;
mod proxy;
mod repository;
mod rewrite;
mod run;
mod sandbox_process;
mod sandbox_program;
pub(crate) mod sops;
pub(crate) mod tools;
mod verdict;

use std::time::Duration;

pub(crate) use actions::{action, changing, verb};
pub(crate) use answers::answers;
pub(crate) use control_plane::{ControlPlane, sandbox_program};
pub(crate) use environment::{TestEnvironment, wait_until};
pub(crate) use gate::{Reply, Request};
pub(crate) use run::{Run, Running};

/// The time between two looks at whether something has happened.
const POLL: Duration = Duration::from_millis(50);
