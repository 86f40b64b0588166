//! JSON values as everything passes them around: the data model of
//! `serde_json`, in a quarter of its memory.
//!
//! A Kubernetes object is mostly small maps, and each map of `serde_json` is a
//! B-tree whose first node takes 632 bytes, even for one key. Here a map is one
//! sorted vector, as large as its keys need. Texts and numbers are read and
//! written by `serde_json`; the names of methods are its, too.
//!
//! Keys are always sorted, so that the same value is the same text, byte for
//! byte. Knows nothing of YAML or of Kubernetes.

mod convert;
mod index;
mod map;
mod serial;
mod value;

pub use index::pointer_token;
pub use map::Map;
pub use serde_json::Number;
pub use serial::{from_value, to_value};
pub use value::Value;

/// A value written down as JSON, with expressions where values stand: as
/// `serde_json::json!`.
#[doc(hidden)]
#[macro_export]
macro_rules! __json {
    ($($json:tt)+) => { $crate::json::Value::from(::serde_json::json!($($json)+)) };
}
pub use crate::__json as json;
