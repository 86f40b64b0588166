//! An inventory that is to be made again, as data.

use crate::object::ObjectId;
use crate::plan::ClusterRef;

/// What was found of a target whose inventory is to be made again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RebuildReport {
    /// The target: the environment's name.
    pub target: String,
    /// The cluster.
    pub cluster: ClusterRef,
    /// The namespace of objects that name none.
    pub namespace: String,
    /// The inventory: `namespace/ConfigMap/name`.
    pub inventory: String,
    /// Whether it is there.
    pub is_there: bool,
    /// Whether it lacks nothing that was found.
    pub is_complete: bool,
    /// The objects that carry its label and that trueup applied.
    pub objects: Vec<ObjectId>,
    /// The kinds that it will hold.
    pub kinds: Vec<String>,
    /// The namespaces that it will span.
    pub namespaces: Vec<String>,
    /// The release that the records say is deployed.
    pub release: Option<u64>,
    /// What is worth knowing besides, one line each.
    pub notes: Vec<String>,
}
