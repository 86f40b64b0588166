//! The counting that Deployments, `ReplicaSets` and `StatefulSets` share.

use super::context::Context;
use super::live::{Condition, Live};
use super::verdict::{Verdict, plural};

/// The numbers in the status of something with replicas.
#[derive(Clone, Copy)]
pub(super) struct Replicas {
    /// `spec.replicas`, which is 1 unless set.
    pub(super) wanted: i64,
    /// Those that exist, of whichever template.
    pub(super) existing: i64,
    /// Those of the newest template.
    pub(super) updated: i64,
    /// Those ready.
    pub(super) ready: i64,
    /// Those ready for `minReadySeconds`.
    pub(super) available: i64,
}

impl Replicas {
    pub(super) fn read(live: Live<'_>) -> Self {
        Self {
            wanted: live.integer("/spec/replicas").unwrap_or(1),
            existing: live.count("/status/replicas"),
            updated: live.count("/status/updatedReplicas"),
            ready: live.count("/status/readyReplicas"),
            available: live.count("/status/availableReplicas"),
        }
    }

    /// What is missing for a Deployment's rollout, by numbers, in the order
    /// in which a rollout puts it right.
    pub(super) fn shortfall(self) -> Option<Verdict> {
        self.too_few_exist()
            .or_else(|| self.lacks(self.updated, "ReplicasOutdated", "updated"))
            .or_else(|| self.too_many_exist())
            .or_else(|| self.lacks(self.ready, "ReplicasNotReady", "ready"))
            .or_else(|| Self { wanted: self.wanted.max(self.updated), ..self }.too_few_available())
    }

    pub(super) fn too_few_exist(self) -> Option<Verdict> {
        self.lacks(self.existing, "ReplicasMissing", "created")
    }

    pub(super) fn too_few_ready(self) -> Option<Verdict> {
        self.lacks(self.ready, "ReplicasNotReady", "ready")
    }

    pub(super) fn too_few_available(self) -> Option<Verdict> {
        self.lacks(self.available, "ReplicasUnavailable", "available")
    }

    pub(super) fn too_many_exist(self) -> Option<Verdict> {
        let extra = self.existing.saturating_sub(self.wanted);
        (extra > 0).then(|| {
            let message = format!("{} more than wanted still to go", plural(extra, "replica"));
            Verdict::progressing("ReplicasExtra", message)
        })
    }

    fn lacks(self, has: i64, reason: &str, what: &str) -> Option<Verdict> {
        (has < self.wanted)
            .then(|| Verdict::progressing(reason, format!("{has} of {} replicas {what}", self.wanted)))
    }
}

/// Why pods can't be created or deleted at all (quota, admission, a missing
/// service account), which the numbers alone don't tell.
pub(super) fn failure(live: Live<'_>) -> Option<Condition<'_>> {
    live.condition("ReplicaFailure").filter(Condition::is_true)
}

/// A shortfall, with why pods can't be created where that is known. It may pass
/// by itself: a webhook that is late, others' pods that go. But when none of the
/// newest could be made for a while, nothing comes of it.
pub(super) fn explain(live: Live<'_>, shortfall: Verdict, has_new: bool, context: &Context<'_>) -> Verdict {
    let Some(condition) = failure(live) else { return shortfall };
    let message = format!("{}: {}", shortfall.message, condition.text());
    if !has_new && context.is_over(context.patience.pod_creation, condition.time) {
        Verdict::failed(condition.reason_or_kind(), message)
    } else {
        Verdict::progressing(condition.reason_or_kind(), message)
    }
}
