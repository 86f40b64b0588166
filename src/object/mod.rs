//! One Kubernetes object: its identity, its manifest and where that stands,
//! paths into it, and the masking of what is secret in it.
//!
//! Everything here is plain data. Nothing here talks to a cluster, opens a
//! file or prints; no secret value leaves this room unmasked.

mod annotations;
mod change;
mod hook;
mod hook_misread;
mod id;
pub mod kinds;
mod manifest;
mod mask;
mod named;
pub mod names;
mod path;
mod pattern;
pub mod quantity;
mod reference;
mod scrub;
mod secret_paths;
pub mod selector;

pub use annotations::{
    CREATE_ONLY, DEPENDS_ON, IGNORE_FIELDS, ON_IMMUTABLE, ON_REMOVE, OnImmutable, depends_on, ignored_fields,
    is_create_only, misread, on_immutable, wave,
};
pub use change::{Change, Op, RawChange};
pub use hook::{Deletion, Hook, Moment, Occasion, is_ahead, left_out};
pub use id::{ApiVersion, GroupKind, ObjectId, ObjectRef};
pub use manifest::{Encrypted, Manifest, Source};
pub use mask::{Masks, Shown, mask_changes, mask_object};
pub use named::NamedObject;
pub use path::{FieldPath, PathError, Step};
pub use pattern::{FieldPattern, is_any, may_be_same};
pub use reference::Reference;
pub use scrub::{Needles, scrub};
pub use secret_paths::SecretPaths;
