//! Whether live objects do what they were asked to.
//!
//! In: live objects as the API server returns them, the time, and what was
//! seen before our own write. Out: a [`Verdict`] (health, reason, one line for
//! people), for workloads with the pods and containers that are the cause.
//! Never: I/O, a clock, a panic over an object of an unexpected shape, or
//! "ready" for an object whose controller hasn't seen its spec.
//!
//! # The order of the rules
//!
//! It is kstatus's (`sigs.k8s.io/cli-utils/pkg/kstatus`), the first match wins:
//!
//! 1. `metadata.deletionTimestamp`: deleting;
//! 2. `metadata.generation` isn't `status.observedGeneration`: progressing;
//! 3. condition `Reconciling` is true: progressing; `Stalled` is true: failed;
//! 4. the user's own rule of the kind ([`Rule`]), else ours (`known`, and a file a kind), by group and kind, never
//!    by kind alone;
//! 5. the conditions that controllers commonly write (`generic`);
//! 6. ready.
//!
//! Where kstatus says ready too early, the rules are stricter: a Job has to
//! complete, a load balancer needs its address, a failed pod is failed, and more
//! conditions than `Ready` count. Where it would wait for ever they don't: a
//! paused Deployment, a suspended Job, an unused claim are ready with a reason.
//!
//! # How to add a rule
//!
//! 1. Make a file named after the kind, with a
//!    `judge(live: Live<'_>, context: &Context<'_>) -> Verdict`. It may count on
//!    rules 1 to 3 being done, and on nothing about the object's shape: `Live`
//!    reads a field of the wrong type as absent. Say in its doc comment when the
//!    kind is ready, when failed, and where Kubernetes decides that.
//! 2. Add a line to `rule_of`.
//! 3. "Failed" is for what doesn't get ready by itself. A failed condition goes
//!    through `Context::counts`, since the one from before a fix stays for a
//!    while. What waits for a person (paused, suspended) is ready, with a reason.
//! 4. A message is one line with numbers first (`2 of 3 replicas updated`), and
//!    holds nothing of a Secret and no program's output.
//! 5. Add a table of statuses as a real cluster shows them to the file's tests:
//!    just created, under way, ready, each way to fail, at the least; and the
//!    kind to `properties`, which hold for every rule whatever the object.

mod address;
mod cause;
mod cluster_scoped;
mod container;
mod context;
mod custom_resource_definition;
mod daemon_set;
mod deployment;
mod doom;
mod ended;
#[cfg(test)]
mod fixtures;
mod gateway;
mod generic;
mod horizontal_pod_autoscaler;
mod image_pull;
mod ingress;
mod job;
mod known;
mod live;
mod persistent_volume_claim;
mod pod;
#[cfg(test)]
mod properties;
mod replica_set;
mod replicas;
mod revision;
mod rollout;
mod rule;
mod service;
mod stateful_set;
mod stuck;
mod verdict;
mod workload;

use jiff::Timestamp;

pub use address::addresses;
pub use cause::Cause;
pub use context::{Baseline, Context, Patience};
pub use doom::{Doom, doom};
pub use ended::has_succeeded;
pub use image_pull::{PullFault, pull_fault};
pub use pod::{PodCount, pod_count};
pub use revision::{Newest, Owned};
pub use rollout::{has_older_pods, is_active_pod, may_have_older_pods, replaces_pods};
pub use rule::{Predicate, Rule};
pub use stuck::{is_observed, is_rolled_out, is_same_pod, is_still_stuck, stuck_pods};
pub use verdict::{Health, Verdict};
pub use workload::{WorkloadVerdict, judge_workload, judge_workload_in};

use crate::json::Value;
use crate::object::GroupKind;
use live::{Condition, Live};

/// The uid of the object that controls this one.
pub fn controller(object: &Value) -> Option<&str> {
    Live(object).controller()
}

/// Judges a live object by itself.
pub fn judge(object: &Value, now: Timestamp) -> Verdict {
    judge_in(object, &Context::at(now))
}

/// Judges a live object after our own write of it: a failed condition from
/// before doesn't count.
pub fn judge_since(object: &Value, baseline: Option<&Baseline>, now: Timestamp) -> Verdict {
    judge_in(object, &Context::at(now).since(baseline))
}

/// Judges a live object with all that may be known of its circumstances.
pub fn judge_in(object: &Value, context: &Context<'_>) -> Verdict {
    let live = Live(object);
    let Some(kind) = live.kind() else {
        return Verdict::unknown("NotAnObject", "it has no apiVersion and kind");
    };
    deleting(live)
        .or_else(|| not_observed(live))
        .or_else(|| reconciling(live))
        .or_else(|| stalled(live, context))
        .unwrap_or_else(|| match context.rule.or_else(|| known::rule_of(&kind)) {
            Some(rule) => rule.judge(live, context),
            None => rule_of(&kind)(live, context),
        })
}

fn deleting(live: Live<'_>) -> Option<Verdict> {
    live.is_deleting().then(|| {
        let finalizers: Vec<&str> =
            live.items("/metadata/finalizers").filter_map(|name| name.0.as_str()).collect();
        match finalizers.as_slice() {
            [] => Verdict::deleting("being deleted"),
            names => Verdict::deleting(format!("being deleted, waits for {}", names.join(", "))),
        }
    })
}

fn not_observed(live: Live<'_>) -> Option<Verdict> {
    let message = "its controller hasn't seen the last change yet";
    (!live.is_observed()).then(|| Verdict::progressing("NotObserved", message))
}

fn reconciling(live: Live<'_>) -> Option<Verdict> {
    let condition = live.condition("Reconciling").filter(Condition::is_true)?;
    Some(Verdict::progressing(condition.reason_or_kind(), condition.text()))
}

fn stalled(live: Live<'_>, context: &Context<'_>) -> Option<Verdict> {
    let condition = live.condition("Stalled").filter(Condition::is_true)?;
    if context.counts(live, &condition, context.patience.controller) {
        return Some(Verdict::failed(condition.reason_or_kind(), condition.text()));
    }
    let message = format!("still as before the change: {}", condition.text());
    Some(Verdict::progressing(condition.reason_or_kind(), message))
}

type BuiltinRule = fn(Live<'_>, &Context<'_>) -> Verdict;

/// The rule of a kind.
fn rule_of(kind: &GroupKind) -> BuiltinRule {
    match (kind.group.as_str(), kind.kind.as_str()) {
        ("apps", "Deployment") => deployment::judge,
        ("apps", "StatefulSet") => stateful_set::judge,
        ("apps", "DaemonSet") => daemon_set::judge,
        ("apps", "ReplicaSet") | ("", "ReplicationController") => replica_set::judge,
        ("", "Pod") => pod::judge,
        ("batch", "Job") => job::judge,
        ("", "PersistentVolumeClaim") => persistent_volume_claim::judge,
        ("", "Service") => service::judge,
        ("", "Namespace") => cluster_scoped::judge_namespace,
        ("", "PersistentVolume") => cluster_scoped::judge_persistent_volume,
        ("apiregistration.k8s.io", "APIService") => cluster_scoped::judge_api_service,
        ("apiextensions.k8s.io", "CustomResourceDefinition") => custom_resource_definition::judge,
        ("autoscaling", "HorizontalPodAutoscaler") => horizontal_pod_autoscaler::judge,
        ("networking.k8s.io", "Ingress") => ingress::judge,
        ("gateway.networking.k8s.io", "Gateway") => gateway::judge_gateway,
        ("gateway.networking.k8s.io", "GatewayClass") => gateway::judge_gateway_class,
        ("gateway.networking.k8s.io", route) if route.ends_with("Route") => gateway::judge_route,
        ("", "ConfigMap" | "Secret") | ("batch", "CronJob") | ("policy", "PodDisruptionBudget") => {
            always_ready
        }
        _ => generic::judge,
    }
}

/// Kinds that need nothing but to be there, whatever their status says.
fn always_ready(_: Live<'_>, _: &Context<'_>) -> Verdict {
    Verdict::ready("")
}

#[cfg(test)]
mod tests {
    use super::fixtures::{assert_verdicts, object};
    use crate::json::json;

    #[test]
    fn deletion_comes_before_everything() {
        let mut going = object("v1", "ConfigMap", json!({}), json!(null));
        going["metadata"]["deletionTimestamp"] = json!("2026-03-01T11:59:00Z");
        let mut held = going.clone();
        held["metadata"]["finalizers"] = json!(["example.com/a", "example.com/b"]);
        held["metadata"]["generation"] = json!(9);
        assert_verdicts([
            ("going", going, "deleting Deleting: being deleted"),
            ("held up", held, "deleting Deleting: being deleted, waits for example.com/a, example.com/b"),
        ]);
    }

    #[test]
    fn kinds_that_need_nothing_are_ready() {
        let of = |api_version, kind| object(api_version, kind, json!({}), json!(null));
        let blocking = json!({"observedGeneration": 3, "conditions": [
            {"type": "DisruptionAllowed", "status": "False", "reason": "InsufficientPods"},
        ]});
        assert_verdicts([
            ("data", of("v1", "ConfigMap"), "ready"),
            ("secret data", of("v1", "Secret"), "ready"),
            ("a schedule", of("batch/v1", "CronJob"), "ready"),
            ("a budget", object("policy/v1", "PodDisruptionBudget", json!({}), blocking), "ready"),
            ("a role", of("rbac.authorization.k8s.io/v1", "Role"), "ready"),
        ]);
    }

    #[test]
    fn what_is_no_object_is_unknown() {
        let unknown = "unknown NotAnObject: it has no apiVersion and kind";
        assert_verdicts([
            ("null", json!(null), unknown),
            ("a list", json!([1]), unknown),
            ("no kind", json!({"apiVersion": "v1"}), unknown),
            ("an apiVersion that is none", json!({"apiVersion": "a/b/c", "kind": "Toy"}), unknown),
        ]);
    }
}
