//! The only room that talks to Kubernetes: access, the HTTP stack, discovery,
//! and requests for raw JSON objects.
//!
//! In: where and as whom to connect, and objects as JSON. Out: objects as JSON,
//! or an [`ApiError`] that says which verb on which resource failed and why.
//! Objects never pass through typed structs, which would drop unknown fields.
//!
//! Every request takes a permit, so that no more is under way at once than the
//! server can take, and is counted, so that a plan can say what it cost. Failures
//! that pass by themselves are retried here and nowhere else. Nothing here
//! decides what to do with an object, and nothing but discovery is kept on disk.

mod call;
mod connect;
mod discovery;
mod discovery_cache;
mod error;
mod limiter;
mod logs;
mod objects;
mod request;
mod resource;
mod retry;
mod transport;
mod warning;
mod watch;

pub use connect::{Access, ConnectError};
pub use discovery::{Discovery, LookupError};
pub use error::{ApiError, FieldCause, StatusError};
pub use objects::{ApplyMode, Patch, Precondition, Scope, ServerVersion};
pub use request::Cluster;
pub use resource::Resource;
pub use warning::ServerWarning;
pub use watch::WatchEvent;

/// The field manager that trueup writes as.
pub const MANAGER: &str = "trueup";
