//! The health rules against kstatus, the library by which Flux, kpt and others judge:
//! whatever trueup calls ready, kstatus calls current, but for what
//! [`READY_ANYWAY`] lists.
//!
//! `TRUEUP_KSTATUS_CASES` and `TRUEUP_KSTATUS_SEED` try more, or others.

use std::collections::BTreeMap;

use serde::Deserialize;
use trueup::health::{Health, judge};
use trueup::json::{Value, json};

use crate::harness::{answers, sandbox_program};
use crate::proof::Random;

/// Objects of each kind.
const CASES: usize = 400;

/// By which reasons trueup calls ready what kstatus waits for: nothing would
/// change by waiting. Suspended objects of Flux are so, too, with no reason.
const READY_ANYWAY: [&str; 3] = ["OnDelete", "Paused", "Suspended"];

#[derive(Debug, Deserialize)]
struct Answer {
    status: String,
    message: String,
}

/// Fields and the values that they may have; a dot leads into a map.
type Fields = Vec<(&'static str, Vec<Value>)>;

struct Subject {
    api_version: &'static str,
    kind: &'static str,
    fields: Fields,
    /// The conditions that its status may have.
    conditions: &'static [&'static str],
}

fn numbers(numbers: &[i64]) -> Vec<Value> {
    numbers.iter().copied().map(Value::from).collect()
}

fn words(words: &[&str]) -> Vec<Value> {
    words.iter().copied().map(Value::from).collect()
}

fn flags() -> Vec<Value> {
    vec![Value::from(true), Value::from(false)]
}

/// A status that counts replicas.
fn replicas(names: &[&'static str]) -> Fields {
    let counts = names.iter().map(|name| (*name, numbers(&[0, 1, 2, 3])));
    counts.chain([("spec.replicas", numbers(&[0, 1, 2]))]).collect()
}

fn kinds() -> Vec<Subject> {
    let with = |mut fields: Fields, more: Fields| {
        fields.extend(more);
        fields
    };
    let counted =
        ["status.replicas", "status.readyReplicas", "status.availableReplicas", "status.updatedReplicas"];
    let kind = |api_version, kind, fields, conditions| Subject { api_version, kind, fields, conditions };
    vec![
        kind(
            "apps/v1",
            "Deployment",
            with(
                replicas(&counted),
                vec![
                    ("spec.paused", flags()),
                    ("spec.progressDeadlineSeconds", numbers(&[600, 2_147_483_647])),
                ],
            ),
            &["Available", "Progressing", "ReplicaFailure"],
        ),
        kind(
            "apps/v1",
            "StatefulSet",
            with(
                replicas(&[&counted[..], &["status.currentReplicas"]].concat()),
                vec![
                    ("spec.updateStrategy.type", words(&["RollingUpdate", "OnDelete"])),
                    ("spec.updateStrategy.rollingUpdate.partition", numbers(&[0, 1, 2])),
                    ("status.currentRevision", words(&["a", "b"])),
                    ("status.updateRevision", words(&["a", "b"])),
                ],
            ),
            &[],
        ),
        kind(
            "apps/v1",
            "DaemonSet",
            vec![
                ("status.desiredNumberScheduled", numbers(&[0, 1, 2])),
                ("status.currentNumberScheduled", numbers(&[0, 1, 2])),
                ("status.updatedNumberScheduled", numbers(&[0, 1, 2])),
                ("status.numberAvailable", numbers(&[0, 1, 2])),
                ("status.numberReady", numbers(&[0, 1, 2])),
                ("spec.updateStrategy.type", words(&["RollingUpdate", "OnDelete"])),
            ],
            &[],
        ),
        kind(
            "apps/v1",
            "ReplicaSet",
            replicas(&[
                "status.replicas",
                "status.readyReplicas",
                "status.availableReplicas",
                "status.fullyLabeledReplicas",
            ]),
            &["ReplicaFailure"],
        ),
        kind(
            "batch/v1",
            "Job",
            vec![
                ("spec.suspend", flags()),
                ("spec.completions", numbers(&[1, 2])),
                ("spec.parallelism", numbers(&[1, 2])),
                ("status.startTime", words(&["2026-03-01T12:00:00Z"])),
                ("status.succeeded", numbers(&[0, 1, 2])),
                ("status.active", numbers(&[0, 1])),
                ("status.failed", numbers(&[0, 1])),
            ],
            &["Complete", "Failed", "Suspended"],
        ),
        kind(
            "v1",
            "Pod",
            vec![("status.phase", words(&["Pending", "Running", "Succeeded", "Failed", "Unknown"]))],
            &["Ready", "PodScheduled", "ContainersReady", "Initialized"],
        ),
        kind(
            "v1",
            "PersistentVolumeClaim",
            vec![("status.phase", words(&["Pending", "Bound", "Lost"]))],
            &["Resizing"],
        ),
        kind(
            "v1",
            "Service",
            vec![
                ("spec.type", words(&["ClusterIP", "LoadBalancer", "NodePort", "ExternalName"])),
                ("spec.clusterIP", words(&["10.0.0.1", "None", ""])),
                ("status.loadBalancer.ingress", vec![json!([]), json!([{"ip": "192.0.2.1"}])]),
            ],
            &[],
        ),
        kind(
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            vec![],
            &["Established", "NamesAccepted", "Terminating"],
        ),
        kind(
            "policy/v1",
            "PodDisruptionBudget",
            vec![("status.currentHealthy", numbers(&[0, 1])), ("status.desiredHealthy", numbers(&[0, 1]))],
            &["DisruptionAllowed"],
        ),
        kind(
            "example.com/v1",
            "Database",
            vec![("status.phase", words(&["Ready", "Broken"]))],
            &["Ready", "Available", "Reconciling", "Stalled"],
        ),
        kind("cert-manager.io/v1", "Certificate", vec![], &["Ready", "Issuing", "Reconciling", "Stalled"]),
        kind(
            "kustomize.toolkit.fluxcd.io/v1",
            "Kustomization",
            vec![("spec.suspend", flags())],
            &["Ready", "Reconciling", "Stalled"],
        ),
        kind("serving.knative.dev/v1", "Service", vec![], &["Ready", "RoutesReady"]),
    ]
}

/// Sets what a path leads to, making maps on the way.
fn set(object: &mut Value, path: &str, value: Value) {
    let place = path.split('.').fold(object, |place, name| {
        if !place.is_object() {
            *place = json!({});
        }
        &mut place[name]
    });
    *place = value;
}

fn object(kind: &Subject, random: &mut Random) -> Value {
    let mut object = json!({"apiVersion": kind.api_version, "kind": kind.kind,
        "metadata": {"name": "a", "namespace": "shop", "generation": 2}});
    if random.once_in(20) {
        object["metadata"]["deletionTimestamp"] = json!("2026-03-01T12:00:00Z");
    }
    for (path, values) in &kind.fields {
        // Without it, it has its default or isn't known yet.
        if !random.once_in(6) {
            set(&mut object, path, random.pick(values).clone());
        }
    }
    if !random.once_in(8) {
        set(&mut object, "status.observedGeneration", json!(if random.once_in(6) { 1 } else { 2 }));
    }
    let conditions: Vec<Value> =
        random.some(kind.conditions).into_iter().map(|kind| condition(kind, random)).collect();
    if !conditions.is_empty() {
        set(&mut object, "status.conditions", Value::from_iter(conditions));
    }
    object
}

fn condition(kind: &str, random: &mut Random) -> Value {
    let reasons = ["NewReplicaSetAvailable", "ProgressDeadlineExceeded", "Unschedulable", "Because"];
    json!({"type": kind, "status": *random.pick(&["True", "True", "False", "Unknown"]),
        "reason": *random.pick(&reasons), "message": "it is so", "lastTransitionTime": "2026-03-01T12:00:00Z"})
}

fn number(variable: &str, default: u64) -> u64 {
    std::env::var(variable).map_or(default, |text| text.parse().expect("a number"))
}

#[test]
#[allow(clippy::print_stdout, reason = "`--nocapture` shows the counts")]
fn nothing_is_ready_that_kstatus_waits_for() {
    let Some(sandbox) = sandbox_program() else { return };
    let mut random = Random::new(number("TRUEUP_KSTATUS_SEED", 1));
    let cases = usize::try_from(number("TRUEUP_KSTATUS_CASES", CASES as u64)).expect("a size");
    let kinds = kinds();
    let objects: Vec<Value> = kinds
        .iter()
        .flat_map(|kind| (0..cases).map(|_| object(kind, &mut random)).collect::<Vec<_>>())
        .collect();
    let now = "2026-03-01T12:00:05Z".parse().expect("a time");
    let mut counts: BTreeMap<(String, Health, String), usize> = BTreeMap::new();
    let mut listed: BTreeMap<String, usize> = BTreeMap::new();
    let mut wrong = Vec::new();
    for (object, answer) in objects.iter().zip(answers::<Answer>(&sandbox, "kstatus", &objects)) {
        let verdict = judge(object, now);
        let kind = object["kind"].as_str().expect("a kind").to_owned();
        *counts.entry((kind, verdict.health, answer.status.clone())).or_default() += 1;
        let is_suspended = object["spec"]["suspend"] == true && verdict.reason.is_empty();
        let is_listed = is_suspended || READY_ANYWAY.contains(&verdict.reason.as_str());
        let is_early = verdict.health == Health::Ready && answer.status != "Current";
        if is_early && is_listed {
            *listed.entry(verdict.reason).or_default() += 1;
        } else if is_early {
            wrong.push(format!(
                "{object}\n  ours: {verdict:?}\n  kstatus: {} {}\n",
                answer.status, answer.message
            ));
        }
    }
    println!("{} objects, ready anyway: {listed:?}", objects.len());
    for ((kind, ours, theirs), count) in &counts {
        println!("  {count:6} {kind}: {ours}, kstatus {theirs}");
    }
    assert!(READY_ANYWAY.iter().all(|reason| listed.contains_key(*reason)), "listed for nothing: {listed:?}");
    assert!(
        wrong.is_empty(),
        "{} objects:\n{}",
        wrong.len(),
        wrong.iter().take(12).cloned().collect::<String>()
    );
}
