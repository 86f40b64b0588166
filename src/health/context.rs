//! What a judgement may take into account besides the object: the time, what
//! was seen before our own write, and how much patience to have.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use super::live::{Condition, Live};
use super::rule::Rule;
use crate::json::Value;

/// How long something that may pass by itself is given before it counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// An image pull that fails for a reason that may be a passing network
    /// fault. 20 s by default.
    pub image_pull: SignedDuration,
    /// A container that can't be configured or created: the kubelet's caches
    /// of Secrets and `ConfigMaps` may be behind. 10 s by default.
    pub container_config: SignedDuration,
    /// A pod that no node has room for. 15 s by default, as kstatus has it;
    /// where nodes are added on demand it takes minutes.
    pub unschedulable: SignedDuration,
    /// Pods that the API server refuses to make: by a quota, a webhook, a policy.
    /// 15 s by default, in which a controller tries some ten times.
    pub pod_creation: SignedDuration,
    /// A controller that hasn't written a status, an address or a condition.
    /// 30 s by default.
    pub controller: SignedDuration,
}

impl Default for Patience {
    fn default() -> Self {
        Self {
            image_pull: SignedDuration::from_secs(20),
            container_config: SignedDuration::from_secs(10),
            unschedulable: SignedDuration::from_secs(15),
            pod_creation: SignedDuration::from_secs(15),
            controller: SignedDuration::from_secs(30),
        }
    }
}

/// What was known of an object before our own write, so that trouble from
/// before isn't taken for trouble of the write: conditions keep standing for a
/// while after a fix, even beside a current `observedGeneration`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Baseline {
    uid: Option<String>,
    conditions: BTreeMap<String, Seen>,
    status: Option<String>,
    written: Option<Timestamp>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Seen {
    status: String,
    reason: String,
    time: Option<Timestamp>,
}

impl Baseline {
    /// What the object says before it's written.
    pub fn of(object: &Value) -> Self {
        let live = Live(object);
        let seen = |condition: Condition<'_>| Seen {
            status: condition.status.to_owned(),
            reason: condition.reason.to_owned(),
            time: condition.time,
        };
        Self {
            uid: live.uid().map(str::to_owned),
            conditions: live.conditions().map(|found| (found.kind.to_owned(), seen(found))).collect(),
            status: live.at("/status").map(Value::to_string),
            written: None,
        }
    }

    /// And when it was written. Graces count from then on where the object or
    /// pod is older, and a crash from before doesn't count. Best read from the
    /// API server's clock (the `Date` of its answer), like `now`: a clock that
    /// is ahead only delays the verdict.
    #[must_use]
    pub fn written_at(self, time: Timestamp) -> Self {
        Self { written: Some(time), ..self }
    }

    /// Whether this condition stands as it did before the write.
    fn stands_unchanged(&self, live: Live<'_>, condition: &Condition<'_>) -> bool {
        let same_object = self.uid.is_none() || self.uid.as_deref() == live.uid();
        same_object
            && self.conditions.get(condition.kind).is_some_and(|seen| {
                let same = seen.status == condition.status && seen.reason == condition.reason;
                same && !matches!((seen.time, condition.time), (Some(before), Some(now)) if now > before)
            })
    }
}

/// What a judgement may take into account besides the object itself.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// The time of the judgement.
    pub now: Timestamp,
    /// What was seen before our own write, if there was one.
    pub baseline: Option<&'a Baseline>,
    /// Whether a controller is expected to write a status: true for custom
    /// resources whose CRD has the status subresource.
    pub expects_status: bool,
    /// The user's own rule for its kind.
    pub rule: Option<&'a Rule>,
    /// Whether the `StorageClass` of this claim binds on first use
    /// (`volumeBindingMode: WaitForFirstConsumer`); `None` when not known.
    pub binds_on_first_use: Option<bool>,
    /// How long passing trouble is given.
    pub patience: Patience,
}

impl<'a> Context<'a> {
    /// At this time, with nothing else known.
    pub fn at(now: Timestamp) -> Self {
        Self {
            now,
            baseline: None,
            expects_status: false,
            rule: None,
            binds_on_first_use: None,
            patience: Patience::default(),
        }
    }

    /// And with what was seen before our own write.
    #[must_use]
    pub fn since(self, baseline: Option<&'a Baseline>) -> Self {
        Self { baseline, ..self }
    }

    /// And with the user's own rule for its kind.
    #[must_use]
    pub fn ruled_by(self, rule: Option<&'a Rule>) -> Self {
        Self { rule, ..self }
    }

    /// Whether the status as a whole counts: it is another than before our write, or
    /// has stood for so long after it that it won't change.
    pub(super) fn is_news(&self, live: Live<'_>) -> bool {
        self.baseline.is_none_or(|baseline| {
            baseline.status != live.at("/status").map(Value::to_string)
                || baseline.written.is_some_and(|written| self.has_passed(written, self.patience.controller))
        })
    }

    /// Whether a condition that tells of a failure counts: it is newer than
    /// our write, or it has stood for so long after it that it won't change.
    pub(super) fn counts(
        &self,
        live: Live<'_>,
        condition: &Condition<'_>,
        stands_for: SignedDuration,
    ) -> bool {
        self.baseline.is_none_or(|baseline| {
            !baseline.stands_unchanged(live, condition)
                || baseline.written.is_some_and(|written| self.has_passed(written, stands_for))
        })
    }

    /// Whether a grace is over that began at `from`, or with our write if that
    /// was later. Without any time to count from it isn't: whoever waits has a
    /// timeout of their own.
    pub(super) fn is_over(&self, grace: SignedDuration, from: Option<Timestamp>) -> bool {
        from.max(self.written()).is_some_and(|from| self.has_passed(from, grace))
    }

    /// Whether something of this time happened before our write.
    pub(super) fn is_from_before(&self, time: Option<Timestamp>) -> bool {
        matches!((time, self.written()), (Some(time), Some(written)) if time < written)
    }

    fn written(&self) -> Option<Timestamp> {
        self.baseline.and_then(|baseline| baseline.written)
    }

    fn has_passed(&self, from: Timestamp, span: SignedDuration) -> bool {
        self.now.duration_since(from) >= span
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn stalled(uid: &str, reason: &str, time: &str) -> Value {
        json!({
            "metadata": {"uid": uid},
            "status": {"conditions": [
                {"type": "Stalled", "status": "True", "reason": reason, "lastTransitionTime": time},
            ]},
        })
    }

    fn counts(before: &Baseline, now: &str, object: &Value) -> bool {
        let live = Live(object);
        let context = Context::at(now.parse().expect("a time")).since(Some(before));
        let condition = live.condition("Stalled").expect("there is one");
        context.counts(live, &condition, SignedDuration::from_secs(60))
    }

    #[test]
    fn a_failure_counts_when_it_is_newer_than_the_one_before_the_write() {
        let before = Baseline::of(&stalled("u-1", "Broken", "2026-01-01T10:00:00Z"));
        let now = "2026-01-01T10:10:00Z";
        assert!(!counts(&before, now, &stalled("u-1", "Broken", "2026-01-01T10:00:00Z")));
        assert!(counts(&before, now, &stalled("u-1", "Broken", "2026-01-01T10:00:01Z")));
        assert!(counts(&before, now, &stalled("u-1", "Other", "2026-01-01T10:00:00Z")));
        assert!(counts(&before, now, &stalled("u-2", "Broken", "2026-01-01T10:00:00Z")));
        assert!(counts(&Baseline::default(), now, &stalled("u-1", "Broken", "2026-01-01T10:00:00Z")));
    }

    #[test]
    fn a_failure_that_outlasts_our_write_counts_in_the_end() {
        let object = stalled("u-1", "Broken", "2026-01-01T10:00:00Z");
        let before = Baseline::of(&object).written_at("2026-01-01T11:00:00Z".parse().expect("a time"));
        assert!(!counts(&before, "2026-01-01T11:00:59Z", &object));
        assert!(counts(&before, "2026-01-01T11:01:00Z", &object));
    }

    #[test]
    fn a_grace_counts_from_our_write_where_that_is_later() {
        let time = |text: &str| text.parse::<Timestamp>().expect("a time");
        let baseline = Baseline::default().written_at(time("2026-01-01T11:00:00Z"));
        let old = Some(time("2026-01-01T10:00:00Z"));
        let grace = SignedDuration::from_secs(15);
        let over = |now: &str, from| Context::at(time(now)).since(Some(&baseline)).is_over(grace, from);
        assert!(!over("2026-01-01T11:00:14Z", old));
        assert!(over("2026-01-01T11:00:15Z", old));
        assert!(!over("2026-01-01T11:00:20Z", Some(time("2026-01-01T11:00:10Z"))));
        assert!(!Context::at(time("2026-01-01T11:00:00Z")).is_over(grace, None));
    }
}
