//! What holds for every rule, whatever the object.

use proptest::prelude::*;

use super::fixtures::{NOW, time};
use super::{Baseline, Context, Health, Owned, addresses, doom, judge_in, judge_workload_in, pod_count};
use crate::json::{Map, Value, json};

/// Every kind with a rule of its own, and one without.
const KINDS: [(&str, &str); 23] = [
    ("apps/v1", "Deployment"),
    ("apps/v1", "StatefulSet"),
    ("apps/v1", "DaemonSet"),
    ("apps/v1", "ReplicaSet"),
    ("v1", "ReplicationController"),
    ("v1", "Pod"),
    ("batch/v1", "Job"),
    ("batch/v1", "CronJob"),
    ("v1", "PersistentVolumeClaim"),
    ("v1", "PersistentVolume"),
    ("v1", "Service"),
    ("v1", "Namespace"),
    ("v1", "ConfigMap"),
    ("v1", "Secret"),
    ("apiregistration.k8s.io/v1", "APIService"),
    ("apiextensions.k8s.io/v1", "CustomResourceDefinition"),
    ("autoscaling/v2", "HorizontalPodAutoscaler"),
    ("networking.k8s.io/v1", "Ingress"),
    ("policy/v1", "PodDisruptionBudget"),
    ("gateway.networking.k8s.io/v1", "Gateway"),
    ("gateway.networking.k8s.io/v1", "GatewayClass"),
    ("gateway.networking.k8s.io/v1", "HTTPRoute"),
    ("example.com/v1", "Database"),
];

/// Keys that the rules look for, so that random objects reach into them.
const KEYS: &str = "metadata|name|uid|generation|creationTimestamp|labels|annotations|ownerReferences|\
    controller|finalizers|controller-revision-hash|pod-template-generation|spec|replicas|paused|\
    template|updateStrategy|type|rollingUpdate|partition|podManagementPolicy|minReadySeconds|suspend|\
    completions|progressDeadlineSeconds|restartPolicy|containers|initContainers|ingressClassName|rules|\
    host|status|observedGeneration|conditions|reason|message|lastTransitionTime|lastUpdateTime|phase|\
    updatedReplicas|readyReplicas|availableReplicas|currentReplicas|fullyLabeledReplicas|currentRevision|\
    updateRevision|desiredNumberScheduled|currentNumberScheduled|updatedNumberScheduled|numberReady|\
    numberAvailable|startTime|active|succeeded|failed|loadBalancer|ingress|ip|hostname|addresses|value|\
    parents|parentRef|containerStatuses|initContainerStatuses|restartCount|ready|image|state|lastState|\
    waiting|terminated|running|exitCode|finishedAt";

/// Words that mean something to a rule.
const WORDS: &str = "True|False|Unknown|Ready|Available|Progressing|Stalled|Reconciling|Complete|Failed|\
    Established|NamesAccepted|AbleToScale|Accepted|PodScheduled|Initialized|Unschedulable|\
    NewReplicaSetAvailable|ProgressDeadlineExceeded|OnDelete|LoadBalancer|Bound|Pending|Lost|Active|\
    Running|Succeeded|CrashLoopBackOff|ImagePullBackOff|ErrImagePull|CreateContainerConfigError|Never|\
    uid-web|web|2026-03-01T11:00:00Z|2026-03-01T13:00:00Z|not found|\u{1b}[31m\n|";

fn one_of(words: &'static str) -> impl Strategy<Value = String> {
    prop::sample::select(words.split('|').collect::<Vec<_>>()).prop_map(str::to_owned)
}

fn anything() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (0i64..5).prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        one_of(WORDS).prop_map(Value::from),
    ];
    leaf.prop_recursive(6, 64, 8, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((one_of(KEYS), inner), 0..8)
                .prop_map(|entries| Value::Object(entries.into_iter().collect::<Map>())),
        ]
    })
}

/// An object of a known kind, with random parts.
fn object() -> impl Strategy<Value = Value> {
    (prop::sample::select(&KINDS[..]), anything(), anything(), anything()).prop_map(
        |((api_version, kind), metadata, spec, status)| {
            json!({"apiVersion": api_version, "kind": kind, "metadata": metadata, "spec": spec, "status": status})
        },
    )
}

/// An object that is ready by its status, were it not for its metadata.
fn ready_object() -> impl Strategy<Value = Value> {
    prop::sample::select(&KINDS[..]).prop_map(|(api_version, kind)| {
        json!({
            "apiVersion": api_version,
            "kind": kind,
            "metadata": {"name": "web", "generation": 3},
            "spec": {"replicas": 1, "parentRefs": []},
            "status": {
                "observedGeneration": 3, "phase": ready_phase(kind),
                "replicas": 1, "updatedReplicas": 1, "readyReplicas": 1, "availableReplicas": 1,
                "currentReplicas": 1, "fullyLabeledReplicas": 1, "desiredNumberScheduled": 1,
                "currentNumberScheduled": 1, "updatedNumberScheduled": 1, "numberReady": 1,
                "numberAvailable": 1,
                "conditions": [
                    {"type": "Ready", "status": "True"}, {"type": "Available", "status": "True"},
                    {"type": "Complete", "status": "True"}, {"type": "Established", "status": "True"},
                    {"type": "AbleToScale", "status": "True"}, {"type": "ScalingActive", "status": "True"},
                    {"type": "Accepted", "status": "True"}, {"type": "Programmed", "status": "True"},
                ],
                "parents": [{"conditions": [
                    {"type": "Accepted", "status": "True"}, {"type": "ResolvedRefs", "status": "True"},
                ]}],
            },
        })
    })
}

fn ready_phase(kind: &str) -> &'static str {
    match kind {
        "Namespace" => "Active",
        "PersistentVolumeClaim" => "Bound",
        "Pod" => "Running",
        _ => "Available",
    }
}

/// The object's health by every way of judging it.
fn healths(object: &Value) -> [Health; 2] {
    let baseline = Baseline::of(object).written_at(time(NOW));
    let context = Context { expects_status: true, ..Context::at(time(NOW)) };
    let owned = Owned { replica_sets: vec![object], pods: vec![object] };
    [
        judge_in(object, &context).health,
        judge_workload_in(object, &owned, &context.since(Some(&baseline))).verdict.health,
    ]
}

fn with(mut object: Value, field: &str, value: Value) -> Value {
    object["metadata"][field] = value;
    object
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn nothing_panics_whatever_the_shape(object in prop_oneof![object(), anything()]) {
        healths(&object);
        doom(&object, time(NOW));
        pod_count(&[&object]);
        addresses(&object);
    }

    #[test]
    fn messages_are_one_line(object in object()) {
        let told = judge_in(&object, &Context::at(time(NOW)));
        prop_assert!(!told.message.contains(char::is_control) && !told.reason.contains(char::is_control));
    }

    #[test]
    fn ready_objects_are_ready(object in ready_object()) {
        prop_assert_eq!(healths(&object), [Health::Ready, Health::Ready]);
    }

    #[test]
    fn what_is_being_deleted_is_never_anything_else(object in prop_oneof![ready_object(), object()]) {
        prop_assume!(object["metadata"].is_object());
        let object = with(object, "deletionTimestamp", json!("2026-03-01T11:59:00Z"));
        prop_assert_eq!(healths(&object), [Health::Deleting, Health::Deleting]);
    }

    #[test]
    fn what_its_controller_has_not_seen_is_never_ready(
        object in prop_oneof![ready_object(), object()],
        generation in prop_oneof![0i64..5, any::<i64>()],
        observed in prop_oneof![
            (0i64..5).prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            "[0-9a-f]{0,3}".prop_map(Value::from),
        ],
    ) {
        prop_assume!(object["metadata"].is_object() && object["status"].is_object());
        prop_assume!(observed != json!(generation) && observed != json!(generation.to_string()));
        let mut object = with(object, "generation", json!(generation));
        object["status"]["observedGeneration"] = observed;
        for health in healths(&object) {
            prop_assert_ne!(health, Health::Ready);
        }
    }
}
