//! Custom kinds, from their definitions (`CustomResourceDefinition`,
//! `apiextensions.k8s.io/v1`): what an object of theirs may hold, what the API
//! server fills in, and what it refuses.
//!
//! After k8s.io/apiextensions-apiserver (Kubernetes 1.36), which fills
//! in defaults, checks the schema, and then asks the rules in CEL.

mod cel_value;
mod default;
mod definition;
mod kind;
mod metadata;
mod prune;
mod read;
mod rule_path;
mod rules;

#[cfg(test)]
mod tests;

pub use definition::definition_violations;
pub use kind::{CustomKind, Judgement};
#[cfg(test)]
pub(in crate::schema) use read::node_of;
pub use rules::Unchecked;
