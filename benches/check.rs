//! How long a check of 5,000 objects of mixed kinds takes, beside what reading
//! them takes anyway: `cargo bench --bench check`.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// Shops of ten objects each.
const SHOPS: usize = 500;

/// The best of so many runs counts.
const RUNS: usize = 5;

fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    for number in 0..SHOPS {
        std::fs::write(folder.path().join(format!("shop-{number}.yaml")), shop(number)).expect("a file");
    }
    let render = best(folder.path(), &["render", "-o", "json"]);
    let clean = best(folder.path(), &["check"]);
    for number in 0..SHOPS {
        let faulty = shop(number)
            .replace("replicas:", "replica:")
            .replace("configMapRef: {name: settings}", "configMapRef: {name: setings}");
        std::fs::write(folder.path().join(format!("shop-{number}.yaml")), faulty).expect("a file");
    }
    let faulty = best(folder.path(), &["check"]);
    let seconds = |time: Duration| time.as_secs_f64();
    println!("objects:               {}", SHOPS * 10);
    println!("render:                {:.3} s", seconds(render));
    println!(
        "check:                 {:.3} s ({:.2} times render)",
        seconds(clean),
        seconds(clean) / seconds(render)
    );
    println!("check with {} faults: {:.3} s", SHOPS * 4, seconds(faulty));
}

/// The shortest of some runs.
fn best(folder: &Path, arguments: &[&str]) -> Duration {
    let run = || {
        let start = Instant::now();
        let status = Command::new(env!("CARGO_BIN_EXE_trueup"))
            .args(arguments)
            .arg("-f")
            .arg(folder)
            .stdout(Stdio::null())
            .status()
            .expect("the trueup program starts");
        assert!(status.code().is_some_and(|code| code <= 1), "{status}");
        start.elapsed()
    };
    (0..RUNS).map(|_| run()).min().expect("at least one run")
}

/// Ten objects that refer to each other.
fn shop(number: usize) -> String {
    let metadata =
        |name: &str| format!("metadata: {{name: {name}, namespace: shop-{number}, labels: {{app: web}}}}");
    let pod = "template:
    metadata: {labels: {app: web}}
    spec:
      serviceAccountName: web
      containers:
        - name: web
          image: registry.example/web:1.2.3
          envFrom: [{configMapRef: {name: settings}}, {secretRef: {name: login}}]
          env:
            - {name: LEVEL, valueFrom: {configMapKeyRef: {name: settings, key: level}}}
            - {name: MODE, value: fast}
          ports: [{name: http, containerPort: 8080}]
          readinessProbe: {httpGet: {path: /ready, port: http}}
          resources: {requests: {cpu: 100m, memory: 64Mi}, limits: {memory: 128Mi}}
          volumeMounts: [{name: data, mountPath: /data}]
      volumes: [{name: data, emptyDir: {}}]";
    let selector = "selector: {matchLabels: {app: web}}";
    [
        format!("apiVersion: v1\nkind: Namespace\nmetadata: {{name: shop-{number}}}\n"),
        format!("apiVersion: v1\nkind: ConfigMap\n{}\ndata: {{level: info}}\n", metadata("settings")),
        format!("apiVersion: v1\nkind: Secret\n{}\nstringData: {{password: example-{number}}}\n", metadata("login")),
        format!("apiVersion: v1\nkind: ServiceAccount\n{}\n", metadata("web")),
        format!("apiVersion: apps/v1\nkind: Deployment\n{}\nspec:\n  replicas: 3\n  {selector}\n  {pod}\n", metadata("web")),
        format!("apiVersion: apps/v1\nkind: StatefulSet\n{}\nspec:\n  replicas: 3\n  serviceName: web\n  {selector}\n  {pod}\n", metadata("db")),
        format!("apiVersion: v1\nkind: Service\n{}\nspec: {{selector: {{app: web}}, ports: [{{name: http, port: 80, targetPort: http}}]}}\n", metadata("web")),
        format!("apiVersion: networking.k8s.io/v1\nkind: Ingress\n{}\nspec: {{rules: [{{http: {{paths: [{{path: /, pathType: Prefix, backend: {{service: {{name: web, port: {{name: http}}}}}}}}]}}}}]}}\n", metadata("web")),
        format!("apiVersion: autoscaling/v2\nkind: HorizontalPodAutoscaler\n{}\nspec: {{maxReplicas: 5, scaleTargetRef: {{apiVersion: apps/v1, kind: Deployment, name: web}}}}\n", metadata("web")),
        format!("apiVersion: policy/v1\nkind: PodDisruptionBudget\n{}\nspec: {{maxUnavailable: 1, {selector}}}\n", metadata("web")),
    ]
    .join("---\n")
}
