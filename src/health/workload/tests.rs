use super::*;
use crate::health::fixtures::{NOW, controlled_by, labelled, object, pod, time, told, waiting};
use crate::json::json;

const OLD: &str = "2026-03-01T11:59:00Z";

/// A Deployment of `image` that is being rolled out.
fn deployment(image: &str) -> Value {
    object(
        "apps/v1",
        "Deployment",
        json!({"replicas": 3, "progressDeadlineSeconds": 600, "template": template(image, None)}),
        json!({
            "observedGeneration": 3, "replicas": 3, "updatedReplicas": 1, "readyReplicas": 2,
            "availableReplicas": 2,
        }),
    )
}

fn template(image: &str, hash: Option<&str>) -> Value {
    let mut template = json!({
        "metadata": {"creationTimestamp": null, "labels": {"app": "web"}},
        "spec": {"containers": [{"name": "web", "image": image}]},
    });
    if let Some(hash) = hash {
        template["metadata"]["labels"]["pod-template-hash"] = json!(hash);
    }
    template
}

fn replica_set(hash: &str, image: &str, created: &str) -> Value {
    let mut set =
        object("apps/v1", "ReplicaSet", json!({"template": template(image, Some(hash))}), json!({}));
    set["metadata"]["name"] = json!(format!("web-{hash}"));
    set["metadata"]["uid"] = json!(hash);
    set["metadata"]["creationTimestamp"] = json!(created);
    controlled_by("uid-web", set)
}

fn crashing(name: &str) -> Value {
    let mut pod = pod(name, OLD, waiting("CrashLoopBackOff", "back-off"));
    pod["status"]["containerStatuses"][0]["restartCount"] = json!(3);
    pod["status"]["containerStatuses"][0]["lastState"] =
        json!({"terminated": {"exitCode": 1, "reason": "Error", "finishedAt": OLD}});
    pod
}

fn running(name: &str) -> Value {
    pod(name, OLD, json!({"running": {}}))
}

fn judged(workload: &Value, replica_sets: &[Value], pods: &[Value]) -> WorkloadVerdict {
    judge_workload(workload, &Owned::of(replica_sets, pods), None, time(NOW))
}

/// The verdict in words and the pods that are its causes.
fn told_with(workload: &Value, replica_sets: &[Value], pods: &[Value]) -> (String, Vec<String>) {
    let judged = judged(workload, replica_sets, pods);
    (told(&judged.verdict), judged.causes.into_iter().map(|cause| cause.pod).collect())
}

fn two_replica_sets() -> [Value; 2] {
    [replica_set("a", "web:1", "2026-02-01T00:00:00Z"), replica_set("b", "web:2", OLD)]
}

#[test]
fn a_deployment_fails_when_none_of_its_new_pods_recovers() {
    let pods = [
        controlled_by("a", running("web-a-1")),
        controlled_by("b", crashing("web-b-2")),
        controlled_by("b", crashing("web-b-1")),
    ];
    let judged = judged(&deployment("web:2"), &two_replica_sets(), &pods);
    assert_eq!(
        told(&judged.verdict),
        "failed CrashLoopBackOff: 2 of 2 new pods won't recover: \
         web-b-1: container web: CrashLoopBackOff: exit code 1, 3 restarts"
    );
    assert_eq!(judged.pods, PodCount { ready: 1, total: 3, restarts: 6 });
    assert_eq!(
        judged.causes[0],
        Cause {
            uid: judged.causes[0].uid.clone(),
            pod: "web-b-1".to_owned(),
            container: Some("web".to_owned()),
            init: false,
            image: judged.causes[0].image.clone(),
            reason: "CrashLoopBackOff".to_owned(),
            message: "exit code 1, 3 restarts".to_owned(),
            exit_code: Some(1),
        }
    );
}

#[test]
fn a_deployment_goes_on_while_one_new_pod_may_recover() {
    let pods = [
        controlled_by("b", crashing("web-b-1")),
        controlled_by("b", pod("web-b-2", OLD, waiting("ContainerCreating", ""))),
    ];
    assert_eq!(
        told_with(&deployment("web:2"), &two_replica_sets(), &pods),
        (
            "progressing ReplicasOutdated: 1 of 3 replicas updated; 1 of 2 new pods won't recover: \
             web-b-1: container web: CrashLoopBackOff: exit code 1, 3 restarts"
                .to_owned(),
            vec!["web-b-1".to_owned()]
        )
    );
}

#[test]
fn trouble_of_old_or_foreign_pods_does_not_count() {
    let going = |mut pod: Value| {
        pod["metadata"]["deletionTimestamp"] = json!(NOW);
        pod
    };
    let evicted = |mut pod: Value| {
        pod["status"]["phase"] = json!("Failed");
        pod
    };
    let pods = [
        controlled_by("a", crashing("of-the-old-one")),
        controlled_by("c", crashing("of-another-deployment")),
        crashing("of-nobody"),
        controlled_by("b", going(crashing("going"))),
        controlled_by("b", evicted(crashing("replaced"))),
    ];
    let foreign = controlled_by("uid-other", replica_set("c", "web:2", OLD));
    let sets = [&two_replica_sets()[..], &[foreign]].concat();
    let progressing = ("progressing ReplicasOutdated: 1 of 3 replicas updated".to_owned(), vec![]);
    assert_eq!(told_with(&deployment("web:2"), &sets, &pods), progressing);
}

#[test]
fn a_fix_is_not_judged_by_the_broken_replica_set() {
    let pods = [controlled_by("b", crashing("web-b-1"))];
    let progressing = ("progressing ReplicasOutdated: 1 of 3 replicas updated".to_owned(), vec![]);
    // Recreate: the old pods go before the new ReplicaSet is made.
    assert_eq!(told_with(&deployment("web:3"), &two_replica_sets(), &pods), progressing);
    // Reverted, while the Deployment carries the broken one's number still.
    let mut sets = two_replica_sets();
    let mut reverted = deployment("web:1");
    let number = |live: &mut Value, number: &str| {
        live["metadata"]["annotations"] = json!({"deployment.kubernetes.io/revision": number});
    };
    number(&mut sets[0], "3");
    number(&mut sets[1], "2");
    number(&mut reverted, "2");
    assert_eq!(told_with(&reverted, &sets, &pods), progressing);
}

#[test]
fn pods_do_not_count_before_the_controller_has_seen_the_change() {
    let mut unseen = deployment("web:2");
    unseen["status"]["observedGeneration"] = json!(2);
    let pods = [controlled_by("b", crashing("web-b-1"))];
    assert_eq!(
        told_with(&unseen, &two_replica_sets(), &pods),
        ("progressing NotObserved: its controller hasn't seen the last change yet".to_owned(), vec![])
    );
}

#[test]
fn past_its_deadline_the_pods_that_are_not_ready_are_the_cause() {
    let mut late = deployment("web:2");
    late["status"]["conditions"] = json!([
        {"type": "Progressing", "status": "False", "reason": "ProgressDeadlineExceeded"},
    ]);
    let mut unready = running("web-b-1");
    unready["status"]["conditions"][2]["status"] = json!("False");
    unready["status"]["containerStatuses"][0]["ready"] = json!(false);
    let pods = [controlled_by("b", unready), controlled_by("b", running("web-b-2"))];
    assert_eq!(
        told_with(&late, &two_replica_sets(), &pods),
        (
            "failed ProgressDeadlineExceeded: no progress for 600 s: 1 of 3 replicas updated; \
             web-b-1: container web: NotReady: it runs but isn't ready"
                .to_owned(),
            vec!["web-b-1".to_owned()]
        )
    );
}

fn stateful_set() -> Value {
    object(
        "apps/v1",
        "StatefulSet",
        json!({"replicas": 3}),
        json!({
            "observedGeneration": 3, "replicas": 3, "readyReplicas": 2, "currentReplicas": 2, "updatedReplicas": 1,
            "currentRevision": "web-1", "updateRevision": "web-2",
        }),
    )
}

fn of_revision(revision: &str, pod: Value) -> Value {
    controlled_by("uid-web", labelled("controller-revision-hash", revision, pod))
}

#[test]
fn a_stateful_set_fails_with_any_new_pod() {
    let pods = [
        of_revision("web-1", running("web-0")),
        of_revision("web-2", running("web-1")),
        of_revision("web-2", crashing("web-2")),
    ];
    assert_eq!(
        told_with(&stateful_set(), &[], &pods),
        (
            "failed CrashLoopBackOff: 1 of 2 new pods won't recover: \
             web-2: container web: CrashLoopBackOff: exit code 1, 3 restarts"
                .to_owned(),
            vec!["web-2".to_owned()]
        )
    );
}

#[test]
fn a_stateful_set_says_which_old_pod_holds_it_up() {
    let pods = [of_revision("web-1", running("web-0")), of_revision("web-1", crashing("web-2"))];
    assert_eq!(
        told_with(&stateful_set(), &[], &pods).0,
        "progressing BlockedByPod: web-2 is of an older revision and must be deleted for the update to go \
         on: container web: CrashLoopBackOff: exit code 1, 3 restarts"
    );
    let mut parallel = stateful_set();
    parallel["spec"]["podManagementPolicy"] = json!("Parallel");
    assert_eq!(told_with(&parallel, &[], &pods).0, "progressing ReplicasNotReady: 2 of 3 replicas ready");
}

fn daemon_set(generation: &str) -> Value {
    let mut set = object(
        "apps/v1",
        "DaemonSet",
        json!({}),
        json!({
            "observedGeneration": 3, "desiredNumberScheduled": 2, "currentNumberScheduled": 2,
            "updatedNumberScheduled": 1, "numberReady": 1, "numberAvailable": 1,
        }),
    );
    set["metadata"]["annotations"] = json!({"deprecated.daemonset.template.generation": generation});
    set
}

fn of_generation(generation: &str, revision: &str, pod: Value) -> Value {
    of_revision(revision, labelled("pod-template-generation", generation, pod))
}

#[test]
fn a_daemon_set_fails_with_any_new_pod() {
    let pods = [of_generation("1", "a", running("web-x")), of_generation("2", "b", crashing("web-y"))];
    let failed = "failed CrashLoopBackOff: 1 of 1 new pods won't recover: \
                  web-y: container web: CrashLoopBackOff: exit code 1, 3 restarts";
    assert_eq!(told_with(&daemon_set("2"), &[], &pods).0, failed);
    assert_eq!(told_with(&daemon_set("3"), &[], &pods).0, "progressing PodsOutdated: 1 of 2 pods updated");
    let mut undecidable = daemon_set("2");
    undecidable["metadata"]["annotations"] = json!({});
    assert_eq!(told_with(&undecidable, &[], &pods).0, "progressing PodsOutdated: 1 of 2 pods updated");
}

#[test]
fn a_daemon_set_that_was_rolled_back_has_its_old_revision_again() {
    let pods = [of_generation("1", "a", crashing("web-x")), of_generation("3", "a", running("web-y"))];
    assert_eq!(told_with(&daemon_set("3"), &[], &pods).1, ["web-x"]);
}

fn job(conditions: Value) -> Value {
    object(
        "batch/v1",
        "Job",
        json!({"completions": 1}),
        json!({
            "startTime": OLD, "active": 1, "failed": 1, "conditions": conditions,
        }),
    )
}

#[test]
fn a_job_counts_its_failed_runs_itself_but_not_what_never_runs() {
    let running_message = "progressing Running: 0 of 1 succeeded, 1 active, 1 failed";
    let of = |pod: Value| [controlled_by("uid-web", pod)];
    let crashes = told_with(&job(json!([])), &[], &of(crashing("web-1"))).0;
    assert!(crashes.starts_with(running_message), "{crashes}");
    let missing = pod("web-1", OLD, waiting("ErrImagePull", "web:1: not found"));
    assert_eq!(
        told_with(&job(json!([])), &[], &of(missing)).0,
        "failed ErrImagePull: 1 of 1 pods won't recover: web-1: container web: ErrImagePull: web:1: not found"
    );
    let mut waits = pod("web-1", OLD, json!({}));
    waits["status"] = json!({"phase": "Pending", "conditions": [
        {"type": "PodScheduled", "status": "False", "reason": "Unschedulable", "message": "no room",
         "lastTransitionTime": OLD},
    ]});
    assert_eq!(
        told_with(&job(json!([])), &[], &of(waits)).0,
        format!("{running_message}; 1 of 1 pods won't recover: web-1: Unschedulable: no room")
    );
}

#[test]
fn a_failed_job_names_its_last_failed_run_first() {
    let failed = |name: &str, created: &str| {
        let mut pod = pod(name, created, json!({"terminated": {"exitCode": 3, "reason": "Error"}}));
        pod["status"]["phase"] = json!("Failed");
        pod["spec"]["restartPolicy"] = json!("Never");
        pod["metadata"]["deletionTimestamp"] = json!(NOW);
        controlled_by("uid-web", pod)
    };
    let limit = json!([{"type": "Failed", "status": "True", "reason": "BackoffLimitExceeded",
                        "message": "Job has reached the specified backoff limit"}]);
    let pods = [failed("web-a", "2026-03-01T11:58:00Z"), failed("web-b", OLD)];
    assert_eq!(
        told_with(&job(limit), &[], &pods),
        (
            "failed BackoffLimitExceeded: Job has reached the specified backoff limit; \
             web-b: container web: Error: exit code 3"
                .to_owned(),
            vec!["web-b".to_owned(), "web-a".to_owned()]
        )
    );
}

#[test]
fn a_pod_is_its_own_cause_and_other_kinds_have_none() {
    let judged_pod = judged(&crashing("web-1"), &[], &[]);
    assert_eq!(told(&judged_pod.verdict), "failed CrashLoopBackOff: container web: exit code 1, 3 restarts");
    assert_eq!(judged_pod.causes.len(), 1);
    assert_eq!(judged_pod.pods, PodCount { ready: 0, total: 1, restarts: 3 });
    let map = object("v1", "ConfigMap", json!({}), json!(null));
    assert_eq!(judged(&map, &[], &[crashing("web-1")]).causes, []);
}

#[test]
fn what_is_ready_has_no_causes() {
    let mut paused = deployment("web:2");
    paused["spec"]["paused"] = json!(true);
    let pods = [controlled_by("b", crashing("web-b-1"))];
    assert_eq!(told_with(&paused, &two_replica_sets(), &pods).1, Vec::<String>::new());
}
