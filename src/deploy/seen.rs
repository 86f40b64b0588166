//! What is known of a cluster and a target without their objects.

use super::memory::{Memory, Rigour, namespace_of};
use super::observe::Observed;
use super::setup::Setup;
use crate::cluster::Cluster;
use crate::error::{CommandError, Diagnostic};

/// The cluster, and what the target remembers but for the last record.
pub(super) struct Seen {
    /// The namespace of objects that name none.
    pub namespace: String,
    /// The cluster, which is the one that it must be.
    pub observed: Observed,
    /// The memory; absent for environments without an inventory.
    pub memory: Option<Memory>,
}

impl Seen {
    /// Asks for both at once.
    pub(super) async fn of(setup: &Setup, cluster: &Cluster) -> Result<Self, CommandError> {
        Self::by(setup, cluster, Rigour::Planning).await
    }

    /// The same for who only looks.
    pub(super) async fn to_look(setup: &Setup, cluster: &Cluster) -> Result<Self, CommandError> {
        Self::by(setup, cluster, Rigour::Looking).await
    }

    async fn by(setup: &Setup, cluster: &Cluster, rigour: Rigour) -> Result<Self, CommandError> {
        let namespace = namespace_of(setup, cluster).to_owned();
        let (observed, memory) =
            futures::join!(Observed::of(cluster), Memory::load(setup, cluster, &namespace, rigour));
        let observed = observed.map_err(Diagnostic::from)?;
        observed.check_pinned(setup, cluster)?;
        Ok(Self { namespace, observed, memory: memory? })
    }
}
