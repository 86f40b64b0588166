//! Manifests that tests deploy, as short as they can be.

use trueup::json::{Value, json};

/// A `ConfigMap` with one key.
pub(crate) fn config_map(name: &str, key: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {name}\ndata:\n  {key}: \"{value}\"\n")
}

/// The live `ConfigMap` `settings` of the Helm release `shop/web`.
pub(crate) fn of_helm() -> Value {
    json!({"metadata": {
        "name": "settings",
        "labels": {"app.kubernetes.io/managed-by": "Helm"},
        "annotations": {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"},
    }, "data": {"level": "debug"}})
}

/// A Secret with one key.
pub(crate) fn secret(name: &str, key: &str, value: &str) -> String {
    format!("apiVersion: v1\nkind: Secret\nmetadata:\n  name: {name}\nstringData:\n  {key}: \"{value}\"\n")
}

/// A Job of one try, with annotations such as `trueup.dev/hook: pre-apply`. The
/// sandbox reads the image's tag: `:job-fail` fails.
pub(crate) fn job(name: &str, image: &str, annotations: &[&str]) -> String {
    let annotations: String = match annotations {
        [] => String::new(),
        several => format!("\n  annotations:\n    {}", several.join("\n    ")),
    };
    format!(
        "apiVersion: batch/v1
kind: Job
metadata:
  name: {name}{annotations}
spec:
  backoffLimit: 0
  template:
    spec:
      restartPolicy: Never
      containers:
        - name: {name}
          image: {image}
"
    )
}

/// A Deployment of one pod. The sandbox reads the image's tag: `:missing`
/// can't be pulled, `:crash` crashes, `:never-ready` never gets ready.
pub(crate) fn deployment(name: &str, image: &str) -> String {
    format!(
        "apiVersion: apps/v1
kind: Deployment
metadata:
  name: {name}
spec:
  replicas: 1
  selector:
    matchLabels:
      app: {name}
  template:
    metadata:
      labels:
        app: {name}
    spec:
      containers:
        - name: {name}
          image: {image}
"
    )
}

/// A Service of that Deployment's pods.
pub(crate) fn service(name: &str, port: u16) -> String {
    format!(
        "apiVersion: v1
kind: Service
metadata:
  name: {name}
spec:
  selector:
    app: {name}
  ports:
    - name: http
      port: {port}
"
    )
}

/// A `CustomResourceDefinition` of tills in this group: its versions follow.
pub(crate) fn definition_of_tills(group: &str, versions: &str) -> String {
    format!(
        "apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata:
  name: tills.{group}
spec:
  group: {group}
  scope: Namespaced
  names: {{kind: Till, plural: tills, singular: till}}
  versions:
{versions}"
    )
}
