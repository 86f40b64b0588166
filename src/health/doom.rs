//! Pods that don't recover by themselves.

use jiff::Timestamp;

use super::container::{self, Container};
use super::context::Context;
use super::live::Live;
use super::verdict::one_line;
use crate::json::Value;

/// Why a pod won't recover by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Doom {
    /// The reason as Kubernetes has it: `CrashLoopBackOff`, `ErrImagePull`,
    /// `Unschedulable`, `OOMKilled` …
    pub reason: String,
    /// The same in one line for people, without pod, container and reason.
    pub message: String,
    /// The container; `None` when it's the pod as a whole.
    pub container: Option<String>,
    /// Whether that is an init container.
    pub init: bool,
    /// The exit code that it ended with last.
    pub exit_code: Option<i64>,
    /// How often that container was restarted.
    pub restarts: i64,
}

impl Doom {
    /// Of the pod as a whole.
    pub(super) fn of_pod(reason: &str, message: &str) -> Self {
        Self {
            reason: one_line(reason),
            message: one_line(message),
            container: None,
            init: false,
            exit_code: None,
            restarts: 0,
        }
    }

    /// Whether it shows before anything was run, so that whoever counts failed
    /// runs (a Job) never gets to count it. Having no node isn't among these: a
    /// Job may well wait for its turn.
    pub(super) fn is_before_any_run(&self) -> bool {
        let of_a_run = ["CrashLoopBackOff", "RunContainerError"].contains(&self.reason.as_str());
        self.container.is_some() && self.exit_code.is_none() && !of_a_run
    }
}

/// Why this pod won't recover by itself, if it won't.
pub fn doom(pod: &Value, now: Timestamp) -> Option<Doom> {
    doom_in(Live(pod), &Context::at(now))
}

/// The same, with what was known before our own write: trouble from before it
/// is given its grace again.
pub(super) fn doom_in(pod: Live<'_>, context: &Context<'_>) -> Option<Doom> {
    if pod.is_deleting() { None } else { trouble(pod, context) }
}

/// The same, also for a pod that is being deleted: what became of it.
pub(super) fn trouble(pod: Live<'_>, context: &Context<'_>) -> Option<Doom> {
    if pod.text("/status/phase") == Some("Succeeded") {
        return None;
    }
    unschedulable(pod, context).or_else(|| doomed_container(pod, context)).or_else(|| failed(pod))
}

fn unschedulable(pod: Live<'_>, context: &Context<'_>) -> Option<Doom> {
    let scheduled = pod.condition("PodScheduled")?;
    let since = scheduled.time.or_else(|| pod.created());
    let counts = scheduled.is_false()
        && scheduled.reason == "Unschedulable"
        && context.is_over(context.patience.unschedulable, since);
    counts.then(|| Doom::of_pod(scheduled.reason, &scheduled.text()))
}

/// The first of its containers, init containers first, that won't recover.
fn doomed_container(pod: Live<'_>, context: &Context<'_>) -> Option<Doom> {
    Container::all_of(pod).find_map(|container| container::doom(container, context))
}

/// A pod that failed as a whole: evicted, refused by its node, past its
/// deadline, or ended by a container that isn't run again.
fn failed(pod: Live<'_>) -> Option<Doom> {
    if pod.text("/status/phase") != Some("Failed") {
        return None;
    }
    let ended = Container::all_of(pod).find_map(container::failed_run);
    match (pod.text("/status/reason"), pod.text("/status/message")) {
        (None, None) => ended.or_else(|| Some(Doom::of_pod("Failed", "the pod failed"))),
        (reason, message) => {
            Some(Doom::of_pod(reason.unwrap_or("Failed"), message.unwrap_or("the pod failed")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::context::Baseline;
    use crate::health::fixtures::{NOW, pod, time, waiting};
    use crate::json::json;

    const YOUNG: &str = "2026-03-01T11:59:55Z";
    const OLD: &str = "2026-03-01T11:59:00Z";

    /// A doom as `container web: CrashLoopBackOff: 3 restarts`, or `none`.
    fn told(doom: Option<Doom>) -> String {
        doom.map_or("none".to_owned(), |doom| {
            let role = if doom.init { "init container" } else { "container" };
            let whose = doom.container.map(|name| format!("{role} {name}: ")).unwrap_or_default();
            format!("{whose}{}: {}", doom.reason, doom.message)
        })
    }

    #[track_caller]
    fn assert_dooms<'a>(table: impl IntoIterator<Item = (&'a str, Value, &'a str)>) {
        let wrong: Vec<_> = table
            .into_iter()
            .map(|(case, pod, expected)| (case, told(doom(&pod, time(NOW))), expected))
            .filter(|(_, found, expected)| found != expected)
            .collect();
        assert!(wrong.is_empty(), "{wrong:#?}");
    }

    fn crash_looping(code: i64, reason: &str, ended: &str) -> Value {
        let message = "back-off 20s restarting failed container=web pod=web-1_shop(4b1b)";
        let mut pod = pod("web-1", OLD, waiting("CrashLoopBackOff", message));
        pod["status"]["containerStatuses"][0]["restartCount"] = json!(3);
        pod["status"]["containerStatuses"][0]["lastState"] = json!({"terminated": {
            "exitCode": code, "reason": reason, "message": "password is hunter2", "finishedAt": ended,
        }});
        pod
    }

    fn terminated(code: i64, policy: &str) -> Value {
        let mut pod = pod("web-1", OLD, json!({"terminated": {"exitCode": code, "reason": "Error"}}));
        pod["spec"]["restartPolicy"] = json!(policy);
        pod
    }

    fn unschedulable(since: &str) -> Value {
        let mut pod = pod("web-1", OLD, json!({}));
        pod["status"] = json!({"phase": "Pending", "conditions": [
            {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "lastTransitionTime": since,
             "message": "0/3 nodes are available: 3 Insufficient cpu. preemption: 0/3 nodes are available"},
        ]});
        pod
    }

    #[test]
    fn pods_on_their_way_are_not_doomed() {
        let mut gone = crash_looping(1, "Error", OLD);
        gone["metadata"]["deletionTimestamp"] = json!(NOW);
        let mut gated = unschedulable(OLD);
        gated["status"]["conditions"][0]["reason"] = json!("SchedulingGated");
        assert_dooms([
            ("running", pod("web-1", OLD, json!({"running": {}})), "none"),
            ("being created", pod("web-1", OLD, waiting("ContainerCreating", "")), "none"),
            ("initialising", pod("web-1", OLD, waiting("PodInitializing", "")), "none"),
            ("being deleted", gone, "none"),
            ("not even scheduled", json!({"apiVersion": "v1", "kind": "Pod"}), "none"),
            ("held back on purpose", gated, "none"),
            ("run again by its policy", terminated(1, "Always"), "none"),
            ("run again after a failure", terminated(1, "OnFailure"), "none"),
            ("done", terminated(0, "Never"), "none"),
        ]);
    }

    #[test]
    fn crashes_tell_how_the_container_ended_but_not_its_output() {
        assert_dooms([
            (
                "crash loop",
                crash_looping(1, "Error", OLD),
                "container web: CrashLoopBackOff: exit code 1, 3 restarts",
            ),
            (
                "out of memory",
                crash_looping(137, "OOMKilled", OLD),
                "container web: CrashLoopBackOff: exit code 137 (OOMKilled), 3 restarts",
            ),
            ("not run again", terminated(2, "Never"), "container web: Error: exit code 2"),
            (
                "can't be run",
                pod("web-1", YOUNG, waiting("RunContainerError", "exec: \"serve\": not found in $PATH")),
                "container web: RunContainerError: exec: \"serve\": not found in $PATH",
            ),
        ]);
        let doom = doom(&crash_looping(137, "OOMKilled", OLD), time(NOW)).expect("doomed");
        assert_eq!((doom.exit_code, doom.restarts), (Some(137), 3));
    }

    #[test]
    fn a_container_has_a_restart_policy_of_its_own() {
        let mut own = terminated(1, "Always");
        own["spec"]["containers"][0]["restartPolicy"] = json!("Never");
        let mut by_rule = own.clone();
        by_rule["spec"]["containers"][0]["restartPolicyRules"] = json!([{"action": "Restart"}]);
        assert_dooms([
            ("never", own, "container web: Error: exit code 1"),
            ("by exit code", by_rule, "none"),
        ]);
    }

    #[test]
    fn images_that_cannot_be_had_are_told_from_passing_faults() {
        let missing = "docker.io/library/web:1: not found";
        let backing_off = "Back-off pulling image \"registry.example/web:1\": ErrImagePull: i/o timeout";
        assert_dooms([
            (
                "missing",
                pod("web-1", YOUNG, waiting("ErrImagePull", missing)),
                "container web: ErrImagePull: docker.io/library/web:1: not found",
            ),
            (
                "missing, and waiting to try again",
                pod("web-1", YOUNG, waiting("ImagePullBackOff", missing)),
                "container web: ImagePullBackOff: docker.io/library/web:1: not found",
            ),
            ("a fault", pod("web-1", OLD, waiting("ErrImagePull", "i/o timeout")), "none"),
            ("a young fault", pod("web-1", YOUNG, waiting("ImagePullBackOff", backing_off)), "none"),
            (
                "a lasting fault",
                pod("web-1", OLD, waiting("ImagePullBackOff", backing_off)),
                &format!("container web: ImagePullBackOff: {backing_off}"),
            ),
            (
                "no image by its name",
                pod("web-1", YOUNG, waiting("InvalidImageName", "couldn't parse image name \"web:\"")),
                "container web: InvalidImageName: couldn't parse image name \"web:\"",
            ),
            (
                "never to be pulled",
                pod("web-1", YOUNG, waiting("ErrImageNeverPull", "not present with pull policy of Never")),
                "container web: ErrImageNeverPull: not present with pull policy of Never",
            ),
        ]);
    }

    #[test]
    fn configuration_is_given_a_moment() {
        let config = |since, message| pod("web-1", since, waiting("CreateContainerConfigError", message));
        assert_dooms([
            ("young", config(YOUNG, "secret \"db\" not found"), "none"),
            (
                "old",
                config(OLD, "secret \"db\" not found"),
                "container web: CreateContainerConfigError: secret \"db\" not found",
            ),
            (
                "the kubelet's cache is late",
                config(OLD, "failed to sync secret cache: timed out waiting for the condition"),
                "none",
            ),
            (
                "can't be created",
                pod("web-1", OLD, waiting("CreateContainerError", "no command specified")),
                "container web: CreateContainerError: no command specified",
            ),
        ]);
    }

    #[test]
    fn a_container_is_given_its_moment_from_its_own_start() {
        let mut second = pod("web-1", "2026-03-01T11:00:00Z", waiting("PodInitializing", ""));
        second["status"]["initContainerStatuses"] = json!([
            {"name": "wait", "state": {"terminated": {"exitCode": 0, "finishedAt": YOUNG}}},
            {"name": "migrate", "state": waiting("CreateContainerConfigError", "secret \"db\" not found")},
        ]);
        let mut late = second.clone();
        late["status"]["initContainerStatuses"][0]["state"]["terminated"]["finishedAt"] = json!(OLD);
        assert_dooms([
            ("the container before has just ended", second, "none"),
            (
                "it ended a while ago",
                late,
                "init container migrate: CreateContainerConfigError: secret \"db\" not found",
            ),
        ]);
    }

    #[test]
    fn no_room_is_given_a_moment() {
        assert_dooms([
            ("young", unschedulable(YOUNG), "none"),
            (
                "old",
                unschedulable(OLD),
                "Unschedulable: 0/3 nodes are available: 3 Insufficient cpu. \
                 preemption: 0/3 nodes are available",
            ),
        ]);
    }

    #[test]
    fn init_containers_come_first() {
        let mut pod = crash_looping(1, "Error", OLD);
        pod["status"]["initContainerStatuses"] = json!([{
            "name": "migrate", "restartCount": 1, "state": waiting("CrashLoopBackOff", "back-off 10s"),
            "lastState": {"terminated": {"exitCode": 3, "reason": "Error"}},
        }]);
        assert_dooms([("init", pod, "init container migrate: CrashLoopBackOff: exit code 3, 1 restart")]);
    }

    #[test]
    fn failed_pods_tell_why() {
        let failed = |status: Value| {
            let mut pod = pod("web-1", OLD, json!({}));
            pod["status"] = status;
            pod["status"]["phase"] = json!("Failed");
            pod
        };
        assert_dooms([
            (
                "evicted",
                failed(json!({"reason": "Evicted", "message": "The node was low on resource: memory."})),
                "Evicted: The node was low on resource: memory.",
            ),
            (
                "its program failed, which isn't run again",
                failed(json!({"containerStatuses": [
                    {"name": "web", "state": {"terminated": {"exitCode": 4, "reason": "Error"}}},
                ]})),
                "container web: Error: exit code 4",
            ),
            ("nothing is said", failed(json!({})), "Failed: the pod failed"),
        ]);
    }

    #[test]
    fn trouble_from_before_our_write_is_given_its_grace_again() {
        let written = |text: &str| Baseline::default().written_at(time(text));
        let told_after = |pod: &Value, baseline: &Baseline| {
            told(doom_in(Live(pod), &Context::at(time(NOW)).since(Some(baseline))))
        };
        let crash = crash_looping(1, "Error", OLD);
        assert_eq!(told_after(&crash, &written("2026-03-01T11:59:50Z")), "none");
        assert_eq!(
            told_after(&crash, &written("2026-03-01T11:58:00Z")),
            "container web: CrashLoopBackOff: exit code 1, 3 restarts"
        );
        let missing = pod("web-1", OLD, waiting("ImagePullBackOff", "docker.io/library/web:1: not found"));
        assert_eq!(told_after(&missing, &written("2026-03-01T11:59:50Z")), "none");
        assert_ne!(told_after(&missing, &written("2026-03-01T11:59:30Z")), "none");
        assert_eq!(told_after(&unschedulable(OLD), &written("2026-03-01T11:59:50Z")), "none");
    }
}
