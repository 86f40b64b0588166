//! `trueup` deploys a Git repository to Kubernetes: it renders what a commit
//! wants, computes with the API server's own server-side apply what would
//! change, does exactly that, waits until it is healthy, and records it.
//!
//! Data flows one way, each stage a plain function over plain data:
//!
//! ```text
//! git ──► render ──► desired ─┐
//!                             ├─► diff ─► plan ─► guard ─► apply ─► wait ─► release
//! cluster ──► discovery ──► live ┘
//! ```
//!
//! `docs/architecture.md` is the map.

pub mod apply;
pub mod cluster;
pub mod config;
pub mod diff;
pub mod error;
pub mod git;
pub mod guard;
pub mod health;
pub mod object;
pub mod plan;
pub mod release;
pub mod render;
pub mod report;
pub mod ui;
pub mod wait;
pub mod yaml;
