//! A run's start and end as Kubernetes Events of the inventory.

use jiff::Timestamp;

use super::under_way::UnderWay;
use crate::apply::{RunResult, TargetOutcome};
use crate::cluster::Cluster;
use crate::release::event::{Happening, tell};
use crate::release::{Parent, Target};
use crate::report::words;

/// A run is about to write. Goes on beside it.
pub(super) fn begins(cluster: &Cluster, target: &Target, parent: &Parent) -> UnderWay<()> {
    let (cluster, target, parent) = (cluster.clone(), target.clone(), parent.clone());
    UnderWay::begin(async move {
        let Some(running) = &parent.state.running else { return };
        let commit = running.commit.as_ref();
        let of =
            commit.map(|it| format!(" of {} \"{}\"", words::short(&it.sha), it.subject)).unwrap_or_default();
        let message = format!("release {}{of} was begun by {}", running.release, running.actor);
        tell(
            &cluster,
            &target,
            &parent,
            &Happening { reason: "Started", message, is_warning: false, at: running.started_at },
        )
        .await;
    })
}

/// It has ended.
pub(super) async fn ends(
    cluster: &Cluster,
    target: &Target,
    parent: &Parent,
    release: u64,
    outcome: &TargetOutcome,
) {
    let (reason, is_warning) = match outcome.result {
        RunResult::Healthy => ("Healthy", false),
        RunResult::Applied => ("Applied", false),
        RunResult::Unchanged => ("Unchanged", false),
        RunResult::Superseded => ("Superseded", false),
        RunResult::Deleted => ("Deleted", false),
        RunResult::Unhealthy => ("Unhealthy", true),
        RunResult::RolledBack => ("RolledBack", true),
        RunResult::Failed => ("Failed", true),
        RunResult::Partial => ("Partial", true),
        RunResult::Refused => ("Refused", true),
        RunResult::Interrupted => ("Interrupted", true),
    };
    let cause = outcome.failure.as_ref().map(|failure| format!(": {}", failure.cause.message));
    let result = reason.chars().flat_map(char::to_lowercase).collect::<String>();
    let result = if reason == "RolledBack" { "rolled back".to_owned() } else { result };
    let message = format!("release {release}: {result}{}", cause.unwrap_or_default());
    tell(cluster, target, parent, &Happening { reason, message, is_warning, at: Timestamp::now() }).await;
}
