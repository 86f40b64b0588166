//! Reading and writing a target's Lease.

use super::identity::Target;
use super::lease::Lease;
use super::lock::LockError;
use crate::cluster::{ApiError, Cluster, MANAGER, Precondition, Resource};

/// One target's Lease in its cluster.
#[derive(Debug, Clone)]
pub(super) struct Leases {
    pub cluster: Cluster,
    pub target: Target,
}

impl Leases {
    pub(super) async fn read(&self) -> Result<Option<Lease>, ApiError> {
        let found = self
            .cluster
            .get(&resource(), Some(self.target.state_namespace()), &self.target.parent_name())
            .await?;
        Ok(found.map(Lease::read))
    }

    pub(super) async fn create(&self, lease: &Lease) -> Result<Lease, ApiError> {
        let created = self
            .cluster
            .create(&resource(), Some(self.target.state_namespace()), lease.object(), MANAGER)
            .await?;
        Ok(Lease::read(created))
    }

    /// Writes a Lease if it's still as it was read: it carries its resourceVersion.
    pub(super) async fn replace(&self, lease: &Lease) -> Result<Lease, ApiError> {
        let name = self.target.parent_name();
        let written = self
            .cluster
            .replace(&resource(), Some(self.target.state_namespace()), &name, lease.object(), MANAGER)
            .await?;
        Ok(Lease::read(written))
    }

    /// Deletes a Lease if it's still as it was read.
    pub(super) async fn delete(&self, lease: &Lease) -> Result<(), ApiError> {
        let text = |field: &str| lease.object()["metadata"][field].as_str().unwrap_or_default().to_owned();
        let precondition = Precondition { uid: text("uid"), resource_version: text("resourceVersion") };
        let namespace = Some(self.target.state_namespace());
        match self.cluster.delete(&resource(), namespace, &self.target.parent_name(), &precondition).await {
            Err(error) if !error.is_not_found() && !error.is_conflict() => Err(error),
            _ => Ok(()),
        }
    }

    pub(super) fn failed(&self, verb: &'static str, error: ApiError) -> LockError {
        let lease = format!("{}/Lease/{}", self.target.state_namespace(), self.target.parent_name());
        LockError::Api { verb, lease, error }
    }
}

fn resource() -> Resource {
    Resource::known("coordination.k8s.io", "v1", "Lease", "leases", true)
}
