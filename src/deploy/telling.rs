//! A run's start and end as Kubernetes Events of the inventory.

use std::time::Duration;

use jiff::Timestamp;
use tokio::sync::mpsc::{UnboundedSender, unbounded_channel};

use super::under_way::UnderWay;
use crate::apply::{RunResult, TargetOutcome};
use crate::cluster::Cluster;
use crate::json::Value;
use crate::release::event::{Happening, compose, tell};
use crate::release::{Parent, Target};
use crate::report::words;

/// How long the end of a run waits for them, since nothing depends on them.
const PATIENCE: Duration = Duration::from_secs(5);

/// Tells, one after the other, beside whatever is done meanwhile.
pub(super) struct Telling {
    target: Target,
    events: UnboundedSender<Value>,
    teller: UnderWay<()>,
}

impl Telling {
    pub(super) fn new(cluster: &Cluster, target: &Target) -> Self {
        let (events, mut told) = unbounded_channel();
        let (cluster, to) = (cluster.clone(), target.clone());
        let teller = UnderWay::begin(async move {
            while let Some(event) = told.recv().await {
                tell(&cluster, &to, &event).await;
            }
        });
        Self { target: target.clone(), events, teller }
    }

    /// A run is about to write.
    pub(super) fn begins(&self, parent: &Parent) {
        let Some(running) = &parent.state.running else { return };
        let commit = running.commit.as_ref();
        let of =
            commit.map(|it| format!(" of {} \"{}\"", words::short(&it.sha), it.subject)).unwrap_or_default();
        let message = format!("release {}{of} was begun by {}", running.release, running.actor);
        self.tell(
            parent,
            &Happening { reason: "Started", message, is_warning: false, at: running.started_at },
        );
    }

    /// It has ended.
    pub(super) fn ends(&self, parent: &Parent, release: u64, outcome: &TargetOutcome) {
        let (reason, is_warning) = reason(outcome.result);
        let cause = outcome.failure.as_ref().map(|failure| format!(": {}", failure.cause.message));
        let result = reason.chars().flat_map(char::to_lowercase).collect::<String>();
        let result = if reason == "RolledBack" { "rolled back".to_owned() } else { result };
        let message = format!("release {release}: {result}{}", cause.unwrap_or_default());
        self.tell(parent, &Happening { reason, message, is_warning, at: Timestamp::now() });
    }

    fn tell(&self, parent: &Parent, happening: &Happening) {
        // Fails when the teller panicked, which is told when it is finished.
        let _ = self.events.send(compose(&self.target, parent, happening));
    }

    /// Waits until all is told.
    pub(super) async fn finish(self) {
        let Self { events, teller, .. } = self;
        drop(events);
        let _ = tokio::time::timeout(PATIENCE, teller.finish()).await;
    }
}

/// A result in one word, and whether somebody should look.
fn reason(result: RunResult) -> (&'static str, bool) {
    match result {
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
    }
}
