//! Each of the usual troubles, by what a cluster shows of it.

use super::*;
use crate::health::{Health, Newest};
use crate::json::{Value, json};
use crate::object::{GroupKind, ObjectId};

fn cause(reason: &str, message: &str) -> Cause {
    Cause {
        pod: "web-1".into(),
        uid: Some("u-1".into()),
        container: Some("web".into()),
        init: false,
        image: Some("registry.example/web:1".into()),
        reason: reason.into(),
        message: message.into(),
        exit_code: None,
    }
}

fn ended(code: i64, message: &str) -> Cause {
    Cause { exit_code: Some(code), ..cause("CrashLoopBackOff", message) }
}

fn of_pod(reason: &str, message: &str) -> Cause {
    Cause { container: None, image: None, ..cause(reason, message) }
}

fn event(reason: &str, about: &str, message: &str) -> Value {
    json!({"type": "Warning", "reason": reason, "message": message, "count": 1,
        "lastTimestamp": "2026-03-01T12:00:00Z",
        "involvedObject": {"kind": "Pod", "name": about, "fieldPath": "spec.containers{web}"}})
}

/// `missingReference: the ConfigMap x isn't there (add it, or correct the name)`.
fn told_of(verdict: &str, cause: Option<&Cause>, events: &[Value]) -> String {
    let subjects = ["web", "web-1", "web-5d9f7"].map(|name| Subject { name, uid: None });
    let warnings = warnings_about(events, &subjects, None);
    let verdict = Verdict { health: Health::Failed, reason: String::new(), message: verdict.to_owned() };
    let Diagnosis { trouble, words, hint } =
        diagnose(&Symptoms { verdict: &verdict, cause, warnings: &warnings });
    let trouble = serde_json::to_value(trouble).expect("a word");
    let hint = hint.map(|hint| format!(" ({hint})")).unwrap_or_default();
    format!("{}: {words}{hint}", trouble.as_str().expect("a word"))
}

#[track_caller]
fn assert_causes<const N: usize>(table: [(Cause, &str); N]) {
    for (cause, expected) in table {
        assert_eq!(told_of("", Some(&cause), &[]), expected, "{cause:?}");
    }
}

#[track_caller]
fn assert_messages<const N: usize>(table: [(&str, &str); N]) {
    for (message, expected) in table {
        assert_eq!(told_of(message, None, &[]), expected);
        let event = event("FailedCreate", "web-5d9f7", message);
        assert_eq!(told_of("0 of 1 replicas ready", None, &[event]), expected, "told by an event");
    }
}

#[test]
fn images_that_cannot_be_had() {
    let missing = "imageNotFound: the image registry.example/web:1 isn't in its registry (correct its name or \
                   tag, or push it first)";
    let denied = "imageUnauthorized: the image registry.example/web:1 may not be pulled (check the \
                  imagePullSecrets of the pod or of its service account, and the image's name)";
    assert_causes([
        (cause("ErrImagePull", "registry.example/web:1: not found"), missing),
        (cause("ImagePullBackOff", "Back-off pulling image: ErrImagePull: manifest unknown"), missing),
        (cause("ErrImagePull", "failed to authorize: 401 Unauthorized"), denied),
        (
            cause(
                "ErrImagePull",
                "pull access denied, repository does not exist or may require authorization",
            ),
            denied,
        ),
        (
            cause("ImagePullBackOff", "dial tcp: lookup registry.example: no such host"),
            "imageUnavailable: the image registry.example/web:1 can't be pulled: dial tcp: lookup \
             registry.example: no such host (see whether the nodes reach the registry, and apply again)",
        ),
        (
            cause("InvalidImageName", "couldn't parse image name"),
            "imageNotFound: the image registry.example/web:1 isn't the name of an image (correct it in the \
             manifest)",
        ),
        (
            cause("ErrImageNeverPull", "not present with pull policy of Never"),
            "imageNotFound: the image registry.example/web:1 isn't on the node, and imagePullPolicy is Never \
             (let it be pulled, or load it onto the nodes)",
        ),
    ]);
}

#[test]
fn what_a_container_names_and_isnt_there() {
    let add = "add it, or correct the name";
    let of = |message| cause("CreateContainerConfigError", message);
    assert_causes([
        (
            of("configmap \"settings\" not found"),
            &format!("missingReference: the ConfigMap settings isn't there ({add})"),
        ),
        (of("secret \"db\" not found"), &format!("missingReference: the Secret db isn't there ({add})")),
        (
            of("couldn't find key password in Secret shop/db"),
            "missingReference: the Secret db has no key password (add the key, or correct its name)",
        ),
        (
            of("container has runAsNonRoot and image will run as root"),
            "other: container web: CreateContainerConfigError: container has runAsNonRoot and image will run \
             as root",
        ),
    ]);
    let mount = event(
        "FailedMount",
        "web-1",
        "MountVolume.SetUp failed for volume \"config\" : configmap \"settings\" not found",
    );
    assert_eq!(
        told_of("", Some(&cause("ContainerCreating", "")), &[mount]),
        format!("missingReference: the ConfigMap settings isn't there ({add})")
    );
}

#[test]
fn volumes_that_arent_there() {
    let unbound =
        "0/3 nodes are available: pod has unbound immediate PersistentVolumeClaims. preemption: 0/3";
    assert_eq!(
        told_of("", Some(&of_pod("Unschedulable", unbound)), &[]),
        "volumePending: a volume isn't there yet: 0/3 nodes are available: pod has unbound immediate \
         PersistentVolumeClaims (look at the claim: kubectl describe pvc; its class has to exist, and to have a \
         provisioner)"
    );
    let class = event("ProvisioningFailed", "web", "storageclass.storage.k8s.io \"fast\" not found");
    assert_eq!(
        told_of("not bound yet", None, &[class]),
        "volumePending: a volume can't be had: storageclass.storage.k8s.io \"fast\" not found (look at the \
         volume and its claim: kubectl describe pvc)"
    );
}

#[test]
fn containers_that_end() {
    assert_causes([
        (
            ended(137, "exit code 137 (OOMKilled), 3 restarts"),
            "outOfMemory: container web used more memory than it may (OOMKilled) (raise its \
             resources.limits.memory, or find what takes it)",
        ),
        (
            ended(1, "exit code 1, 3 restarts"),
            "crashed: container web ends with exit code 1, 3 restarts (its log says why)",
        ),
        (
            ended(139, "exit code 139, 1 restart"),
            "crashed: container web ends with exit code 139, 1 restart (that is a segmentation fault)",
        ),
        (
            ended(127, "exit code 127, 1 restart"),
            "cannotRun: container web ends with exit code 127, 1 restart (its command isn't in the image: check \
             its command and PATH)",
        ),
        (
            cause("RunContainerError", "exec: \"serve\": executable file not found in $PATH"),
            "cannotRun: container web can't be run: exec: \"serve\": executable file not found in $PATH (check \
             its command, its arguments and what is mounted over them)",
        ),
        (
            of_pod("Evicted", "The node was low on resource: memory."),
            "evicted: a node put pod web-1 out: The node was low on resource: memory. (let it ask for what it \
             needs in resources.requests)",
        ),
    ]);
}

#[test]
fn probes_that_fail_are_told_by_their_last_message() {
    let readiness =
        event("Unhealthy", "web-1", "Readiness probe failed: HTTP probe failed with statuscode: 503");
    let liveness = event("Unhealthy", "web-1", "Liveness probe failed: dial tcp 10.1.0.4:80: i/o timeout");
    let other = event("Unhealthy", "web-0", "Readiness probe failed: that of another pod");
    let events = [readiness, liveness, other];
    assert_eq!(
        told_of("", Some(&cause("NotReady", "it runs but isn't ready")), &events),
        "probeFailed: the readiness probe of container web fails: HTTP probe failed with statuscode: 503 (see \
         whether the program answers what the probe asks, at its path and port)"
    );
    assert_eq!(
        told_of("", Some(&ended(137, "exit code 137, 2 restarts")), &events),
        "probeFailed: the liveness probe of container web fails: dial tcp 10.1.0.4:80: i/o timeout (give the \
         program more time in the probe (failureThreshold), or see why it doesn't answer)"
    );
    assert_eq!(
        told_of("", Some(&cause("NotReady", "it runs but isn't ready")), &[]),
        "other: container web: NotReady: it runs but isn't ready"
    );
}

#[test]
fn pods_that_no_node_takes() {
    for (said, hint) in [
        ("3 Insufficient cpu", "lower its resources.requests, or add nodes"),
        ("1 node(s) had untolerated taint(s)", "add a toleration, or a node without that taint"),
        (
            "1 node(s) didn't match Pod's node affinity/selector",
            "compare its nodeSelector and affinity with the nodes' labels",
        ),
    ] {
        let message =
            format!("0/3 nodes are available: {said}. no new claims to deallocate, preemption: 0/3 nodes");
        assert_eq!(
            told_of("", Some(&of_pod("Unschedulable", &message)), &[]),
            format!("unschedulable: no node takes it: 0/3 nodes are available: {said} ({hint})")
        );
    }
}

#[test]
fn pods_that_are_refused() {
    assert_messages([
        (
            "pods \"web-5d9f7-abcde\" is forbidden: exceeded quota: small, requested: pods=1, used: pods=2, \
             limited: pods=2",
            "quotaExceeded: the quota small is used up: requested: pods=1, used: pods=2, limited: pods=2 (ask \
             for less, make room, or have the quota raised)",
        ),
        (
            "pods \"web-5d9f7-abcde\" is forbidden: failed quota: small: must specify requests.cpu for: web",
            "quotaExceeded: the quota small: must specify requests.cpu for: web (say what the containers ask for \
             in their resources)",
        ),
        (
            "admission webhook \"images.example.com\" denied the request: only signed images",
            "admissionDenied: its pods are refused: admission webhook \"images.example.com\" denied the request: \
             only signed images (change the pod template so that the rule lets it pass)",
        ),
        (
            "pods \"web-1\" is forbidden: violates PodSecurity \"restricted:latest\": runAsNonRoot != true",
            "admissionDenied: its pods are refused: violates PodSecurity \"restricted:latest\": runAsNonRoot != \
             true (change the pod template so that the rule lets it pass)",
        ),
        (
            "pods \"web-\" is forbidden: error looking up service account shop/web: serviceaccount \"web\" not \
             found",
            "missingReference: the ServiceAccount web isn't there (add it, or correct the name)",
        ),
    ]);
}

#[test]
fn what_is_none_of_them_is_told_in_the_words_of_kubernetes() {
    assert_eq!(told_of("1 of 3 replicas updated", None, &[]), "other: 1 of 3 replicas updated");
}

#[test]
fn the_chain_leads_to_the_container() {
    let web = ObjectId::new(GroupKind::new("apps", "Deployment"), Some("shop"), "web");
    let newest = Newest { replica_set: Some("web-5d9f7".into()), pods: 3 };
    let causes = [ended(1, ""), ended(1, ""), of_pod("Unschedulable", "")];
    assert_eq!(
        chain(&web, &newest, &causes).join(" → "),
        "Deployment/web → ReplicaSet/web-5d9f7 → 2 of 3 pods → container web"
    );
    assert_eq!(chain(&web, &newest, &[]).join(" → "), "Deployment/web → ReplicaSet/web-5d9f7");
    let job = ObjectId::new(GroupKind::new("batch", "Job"), Some("shop"), "seed");
    let init = Cause { init: true, ..ended(1, "") };
    assert_eq!(
        chain(&job, &Newest::default(), &[init]).join(" → "),
        "Job/seed → 1 of 1 pod → init container web"
    );
    assert_eq!(chain(&job, &Newest::default(), &[]), [""; 0]);
}

#[test]
fn warnings_are_told_once_and_only_those_of_now() {
    let back_off = |pod: &str, count: u64, at: &str| {
        let message = format!("Back-off restarting failed container web in pod {pod}_shop(4b1b)");
        let mut event = event("BackOff", pod, &message);
        event["count"] = json!(count);
        event["lastTimestamp"] = json!(at);
        event
    };
    let mut normal = event("Pulled", "web-1", "Container image is already present");
    normal["type"] = json!("Normal");
    let events = [
        back_off("web-2", 2, "2026-03-01T12:00:05Z"),
        back_off("web-1", 1, "2026-03-01T12:00:04Z"),
        event("Failed", "web-1", "Error: ErrImagePull"),
        event("Unhealthy", "web-1", "Liveness probe failed"),
        back_off("web-3", 9, "2026-03-01T12:00:05Z"),
        back_off("web-1", 9, "2026-03-01T11:59:59Z"),
        normal,
    ];
    let subjects = ["web-1", "web-2"].map(|name| Subject { name, uid: None });
    let warnings = warnings_about(&events, &subjects, Some("2026-03-01T12:00:00Z"));
    let expected =
        ["Unhealthy: Liveness probe failed", "BackOff: Back-off restarting failed container web (3 times)"];
    assert_eq!(told(&warnings, &["web-1", "web-2"], &[], 10), expected);
    assert_eq!(told(&warnings, &["web-1", "web-2"], &[], 1), expected[1..]);
}

#[test]
fn warnings_of_an_earlier_object_of_that_name_dont_count() {
    let mut earlier = event("BackOff", "db-0", "Back-off restarting");
    earlier["involvedObject"]["uid"] = json!("before");
    let subject = |uid| [Subject { name: "db-0", uid }];
    assert!(warnings_about(std::slice::from_ref(&earlier), &subject(Some("now")), None).is_empty());
    assert_eq!(warnings_about(std::slice::from_ref(&earlier), &subject(Some("before")), None).len(), 1);
    assert_eq!(warnings_about(&[earlier], &subject(None), None).len(), 1);
}

#[test]
fn pods_that_could_not_be_made_are_told_once() {
    let refused = |prefix: &str, pod: &str| {
        let message =
            format!("{prefix}Error creating: pods \"web-5d9f7-{pod}\" is forbidden: exceeded quota: small");
        event("FailedCreate", "web-5d9f7", &message)
    };
    let events =
        [refused("", "abcde"), refused("", "fghij"), refused("(combined from similar events): ", "klmno")];
    let warnings = warnings_about(&events, &[Subject { name: "web-5d9f7", uid: None }], None);
    assert_eq!(
        told(&warnings, &[], &["web-5d9f7", "web"], 10),
        ["FailedCreate: Error creating: pods \"web-5d9f7-…\" is forbidden: exceeded quota: small (3 times)"]
    );
}
