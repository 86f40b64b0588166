//! What the rules say. Whether they're the server's is `tests/agreement.rs`'.

use std::sync::LazyLock;

use proptest::prelude::*;

use super::check;
use crate::json::{Value, json};
use crate::object::{GroupKind, Manifest, ObjectId, SecretPaths, Source};
use crate::yaml;

fn manifest(body: Value) -> Manifest {
    let text = |field: &str| body[field].as_str().unwrap_or_default().to_owned();
    let version = text("apiVersion");
    let (group, version) = version.split_once('/').unwrap_or(("", &version));
    Manifest {
        id: ObjectId::new(GroupKind::new(group, text("kind")), None, "a"),
        version: version.to_owned(),
        secrets: SecretPaths::default(),
        source: Source {
            path: "a.yaml".into(),
            line: 1,
            column: 1,
            document: 1,
            several: false,
            item: None,
            blob: "".into(),
            is_rendered: false,
            is_unsteady: false,
            given_by: 0,
            encrypted: crate::object::Encrypted::Nothing,
        },
        vars: None,
        body,
    }
}

/// Each finding as a line: the field, what is wrong, what to do.
fn said(body: Value) -> String {
    let mut findings = Vec::new();
    check(&manifest(body), 0, &mut findings);
    let line = |finding: super::Finding| {
        let hints = finding.hints.iter().fold(String::new(), |all, hint| all + " (" + hint + ")");
        format!("[{}] {} {}{hints}", finding.rule, finding.path, finding.message)
    };
    findings.into_iter().map(line).collect::<Vec<_>>().join("\n")
}

fn said_of(text: &str) -> String {
    said(yaml::documents(text).expect("YAML").remove(0).value)
}

#[test]
fn pods() {
    insta::assert_snapshot!(said_of("
apiVersion: apps/v1
kind: Deployment
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: shop}}
    spec:
      restartPolicy: Never
      volumes:
      - {name: data, emptyDir: {}, hostPath: {path: /a}}
      - {name: conf, configMap: {defaultMode: 644}}
      containers:
      - name: my_web
        ports: [{containerPort: 0, name: HTTP}]
        env: [{name: A, value: a, valueFrom: {fieldRef: {fieldPath: metadata.nam}}}]
        volumeMounts: [{name: dta, mountPath: /data}, {name: data, mountPath: /a, subPath: ../b}]
        resources: {requests: {cpu: 2, memory: 64 Mi}, limits: {cpu: 1500m}}
        livenessProbe: {httpGet: {port: '80'}, exec: {command: [a]}, successThreshold: 2}
      initContainers:
      - {name: my_web, image: 'web ', lifecycle: {preStop: {}}}
"), @r#"
    [selector-mismatch] spec.template.metadata.labels don't fit spec.selector, which must take the pods of this template
    [conflicting-fields] spec.template.spec.volumes[0].hostPath has emptyDir and hostPath, but a volume has only one source
    [missing-field] spec.template.spec.volumes[1].configMap.name is missing
    [out-of-range] spec.template.spec.volumes[1].configMap.defaultMode is 644, but must be from 0 to 511 (0777) (octal numbers start with a 0, as in 0644)
    [malformed-name] spec.template.spec.containers[0].name "my_web" has "_", but only lower-case letters, digits and "-" are allowed ("my-web" would do)
    [missing-field] spec.template.spec.containers[0].image is missing
    [malformed-name] spec.template.spec.containers[0].ports[0].name "HTTP" has "H", but only lower-case letters, digits and "-" are allowed
    [out-of-range] spec.template.spec.containers[0].ports[0].containerPort is 0, but must be from 1 to 65535
    [conflicting-fields] spec.template.spec.containers[0].env[0].valueFrom can't be there beside value
    [unknown-value] spec.template.spec.containers[0].env[0].valueFrom.fieldRef.fieldPath is "metadata.nam", but must be metadata.name, metadata.namespace, metadata.uid, spec.nodeName, spec.serviceAccountName, status.hostIP, status.hostIPs, status.podIP or status.podIPs (did you mean "metadata.name"?)
    [unknown-volume] spec.template.spec.containers[0].volumeMounts[0].name "dta" isn't a volume of this pod (did you mean "data"?)
    [malformed-path] spec.template.spec.containers[0].volumeMounts[1].subPath "../b" has "..", which isn't allowed
    [malformed-quantity] spec.template.spec.containers[0].resources.requests.memory "64 Mi" isn't a quantity (a number, and perhaps m, k, M, G, Ki, Mi or Gi right after it)
    [out-of-range] spec.template.spec.containers[0].resources.requests.cpu is 2, but the limit is 1500m
    [conflicting-fields] spec.template.spec.containers[0].livenessProbe has exec and httpGet, but only one is allowed
    [malformed-name] spec.template.spec.containers[0].livenessProbe.httpGet.port "80" is a text, which means a port's name (take it out of the quotes)
    [out-of-range] spec.template.spec.containers[0].livenessProbe.successThreshold must be 1 for this probe
    [malformed-name] spec.template.spec.initContainers[0].name "my_web" has "_", but only lower-case letters, digits and "-" are allowed ("my-web" would do)
    [malformed-image] spec.template.spec.initContainers[0].image "web " has space before or after it
    [conflicting-fields] spec.template.spec.initContainers[0].lifecycle can't be there in an init container that ends before the others start (with restartPolicy: Always it runs beside them)
    [duplicate] spec.template.spec.initContainers[0].name "my_web" is the name of another container too
    [unknown-value] spec.template.spec.restartPolicy must be Always here (what ends by itself is a Job)
    "#);
}

#[test]
fn rollouts() {
    insta::assert_snapshot!(said_of("
apiVersion: apps/v1
kind: Deployment
spec:
  replicas: -1
  minReadySeconds: 600
  strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 0%}}
  selector: {}
  template: {spec: {containers: [{name: a, image: a}]}}
"), @"
    [out-of-range] spec.replicas is -1, but must be 0 or more
    [missing-field] spec.selector is empty
    [conflicting-fields] spec.strategy.rollingUpdate.maxUnavailable is 0, as is maxSurge: nothing could ever be replaced
    [out-of-range] spec.minReadySeconds leaves no time: progressDeadlineSeconds (600 by default) must be more than minReadySeconds
    ");
}

#[test]
fn jobs() {
    insta::assert_snapshot!(said_of("
apiVersion: batch/v1
kind: CronJob
spec:
  schedule: 0 24 * * *
  timeZone: Local
  concurrencyPolicy: never
  jobTemplate:
    spec:
      backoffLimitPerIndex: 1
      template: {spec: {containers: [{name: a, image: a}]}}
"), @r#"
    [malformed-schedule] spec.schedule "24" doesn't fit as hour: it must be from 0 to 23 (minute, hour, day of the month, month, day of the week: "30 4 * * 1-5")
    [malformed-time-zone] spec.timeZone "Local" isn't a time zone (such as "Etc/UTC" or "Europe/Berlin")
    [unknown-value] spec.concurrencyPolicy is "never", but must be Allow, Forbid or Replace
    [conflicting-fields] spec.jobTemplate.spec.backoffLimitPerIndex needs completionMode: Indexed
    [missing-field] spec.jobTemplate.spec.template.spec.restartPolicy must be OnFailure or Never in a Job
    "#);
}

#[test]
fn services_and_ingresses() {
    let service = said_of(
        "
apiVersion: v1
kind: Service
spec:
  type: NodePort
  clusterIP: None
  ports: [{port: 80, targetPort: '8080'}, {port: 80, name: A, protocol: tcp}]
  loadBalancerSourceRanges: [10.0.0.1]
",
    );
    let ingress = said_of(
        "
apiVersion: networking.k8s.io/v1
kind: Ingress
spec:
  rules:
  - host: a.*.example
    http: {paths: [{path: shop, pathType: prefix, backend: {service: {name: web, port: {}}}}]}
",
    );
    insta::assert_snapshot!([service, ingress].join("\n"), @r#"
    [conflicting-fields] spec.clusterIP can't be None with type: NodePort
    [malformed-name] spec.ports[0].targetPort "8080" is a text, which means a port's name (take it out of the quotes)
    [missing-field] spec.ports[0].name is missing: with several ports each needs a name
    [malformed-name] spec.ports[1].name "A" has "A", but only lower-case letters, digits and "-" are allowed ("a" would do)
    [unknown-value] spec.ports[1].protocol is "tcp", but must be TCP, UDP or SCTP (did you mean "TCP"?)
    [conflicting-fields] spec.loadBalancerSourceRanges can only be there with type: LoadBalancer
    [malformed-address] spec.loadBalancerSourceRanges[0] "10.0.0.1" isn't a range of IP addresses ("10.0.0.1/32" is that address alone)
    [malformed-name] spec.rules[0].host "a.*.example" has a "*", which may only be the whole first part, as in "*.example.com"
    [unknown-value] spec.rules[0].http.paths[0].pathType is "prefix", but must be Exact, ImplementationSpecific or Prefix (did you mean "Prefix"?)
    [malformed-path] spec.rules[0].http.paths[0].path "shop" must start with "/"
    [missing-field] spec.rules[0].http.paths[0].backend.service.port needs name or number
    "#);
}

#[test]
fn no_value_of_a_secret_is_quoted() {
    let secret = said(json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/dockerconfigjson",
        "data": {".dockerconfigjson": "aHVudGVyMg==", "a/b": "hunter2!"}, "stringData": {"c d": "hunter2"},
    }));
    insta::assert_snapshot!(secret, @r#"
    [malformed-name] data["a/b"] "a/b" has "/", but only letters, digits, "-", "_" and "." are allowed
    [malformed-base64] data["a/b"] isn't base64 (plain text belongs into stringData)
    [malformed-name] stringData["c d"] "c d" has a space, but only letters, digits, "-", "_" and "." are allowed
    [malformed-json] data[".dockerconfigjson"] isn't a map in JSON, as this type of Secret needs it
    "#);
    assert!(!secret.contains("hunter2") && !secret.contains("aHVudGVyMg"));
}

/// Objects with a bit of everything, in which any value is replaced by any
/// other.
static OBJECTS: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let files = [
        include_str!("../../../tests/agreement/pod.yaml"),
        include_str!("../../../tests/agreement/service.yaml"),
        include_str!("../../../tests/agreement/horizontal-pod-autoscaler.yaml"),
        include_str!("../../../tests/agreement/cron-job.yaml"),
        include_str!("../../../tests/agreement/limit-range.yaml"),
        include_str!("../../../tests/agreement/validating-webhook.yaml"),
        include_str!("../../../tests/agreement/network-policy.yaml"),
    ];
    files.iter().map(|file| yaml::documents(file).expect("YAML").remove(0).value["object"].take()).collect()
});

fn replace(value: &mut Value, position: &mut usize, with: &Value) {
    if *position == 0 {
        *value = with.clone();
    }
    *position = position.wrapping_sub(1);
    match value {
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, position, with)),
        Value::Object(fields) => fields.values_mut().for_each(|field| replace(field, position, with)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn no_value_of_a_wrong_type_makes_a_rule_fail(object in 0..7_usize, position in 3..60_usize, with in 0..6_usize) {
        let with = [json!(null), json!("text"), json!(-1.5), json!([[], {}, 1]), json!({"name": [], "x": {}}), json!(true)][with].clone();
        let mut body = OBJECTS[object].clone();
        replace(&mut body, &mut position.clone(), &with);
        said(body);
    }
}
