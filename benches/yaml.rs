//! The reader against Go's, in one run on one core: `cargo bench --bench yaml`.
//!
//! Both read the same 10 MB of generated manifests, document by document. Says
//! how fast each is, how the reader does on all cores, and how much memory a
//! process takes that holds the result.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]

#[path = "../tests/harness/sandbox_program.rs"]
mod sandbox_program;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use mimalloc::MiMalloc;
use trueup::yaml;

/// The program's own.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

const SIZE: usize = 10_000_000;
const ROUNDS: usize = 5;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(position) = arguments.iter().position(|argument| argument == "--hold") {
        return hold(Path::new(&arguments[position + 1]));
    }
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("manifests.yaml");
    let text = manifests();
    fs::write(&path, &text).expect("a file");
    let go = fastest(|| go_time(&path));
    let one_core = fastest(|| time(|| yaml::documents(&text).expect("readable").len()));
    let all_cores = fastest(|| time(|| yaml::documents_in_parallel(&text).expect("readable").len()));
    println!("Go's sigs.k8s.io/yaml:  {}", speed(go, text.len()));
    println!("trueup on one core:     {}", speed(one_core, text.len()));
    println!("trueup on all cores:    {}", speed(all_cores, text.len()));
    println!("times as fast as Go:    {:.2} (on one core)", go.as_secs_f64() / one_core.as_secs_f64());
    println!("memory:                 {:.1} times the text, itself included", memory(&path, text.len()));
}

fn fastest(measure: impl Fn() -> Duration) -> Duration {
    (0..ROUNDS).map(|_| measure()).min().unwrap_or_default()
}

fn time(work: impl FnOnce() -> usize) -> Duration {
    let begin = Instant::now();
    assert!(std::hint::black_box(work()) > 1000);
    begin.elapsed()
}

fn go_time(path: &Path) -> Duration {
    let sandbox = sandbox_program::locate(|line| println!("{line}")).expect("the sandbox");
    let output = Command::new(sandbox)
        .args(["yaml-to-json", "--measure"])
        .arg(path)
        .env("GOMAXPROCS", "1")
        .output()
        .expect("the sandbox runs");
    let nanoseconds = String::from_utf8_lossy(&output.stdout).trim().parse().expect("nanoseconds");
    Duration::from_nanos(nanoseconds)
}

#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn speed(time: Duration, bytes: usize) -> String {
    let megabytes = bytes as f64 / 1e6;
    format!(
        "{:6.1} MB/s ({megabytes:.0} MB in {:.0} ms)",
        megabytes / time.as_secs_f64(),
        time.as_secs_f64() * 1e3
    )
}

/// What a process has taken at most that holds all documents, in sizes of the
/// text.
#[expect(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
fn memory(path: &Path, bytes: usize) -> f64 {
    let program = std::env::current_exe().expect("a path");
    let output = Command::new(program).arg("--hold").arg(path).output().expect("it runs again");
    let kilobytes: f64 = String::from_utf8_lossy(&output.stdout).trim().parse().expect("kilobytes");
    kilobytes * 1024.0 / bytes as f64
}

fn hold(path: &Path) {
    let bytes = fs::read(path).expect("a file");
    let text = yaml::decode(&bytes).expect("text");
    let documents = yaml::documents(&text).expect("readable");
    let status = fs::read_to_string("/proc/self/status").expect("Linux");
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).expect("a peak");
    println!("{}", peak.trim().trim_end_matches(" kB"));
    drop(documents);
}

/// Deployments, Services, ConfigMaps and more, with comments, as people and
/// generators write them.
fn manifests() -> String {
    let mut text = String::new();
    let mut number = 0;
    while text.len() < SIZE {
        number += 1;
        write!(
            text,
            "---\n# Service {number} of the shop.\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web-{number}\n  \
             namespace: shop-{space}\n  labels: &labels-{number}\n    app.kubernetes.io/name: web-{number}\n    \
             app.kubernetes.io/part-of: shop\n  annotations:\n    description: \"The part that customers see: \
             \\\"{number}\\\"\"\nspec:\n  replicas: 3\n  selector:\n    matchLabels: *labels-{number}\n  template:\n    \
             metadata:\n      labels:\n        app.kubernetes.io/name: web-{number}\n        \
             app.kubernetes.io/part-of: shop\n    spec:\n      serviceAccountName: web\n      containers:\n        \
             - name: web\n          image: registry.example.com/shop/web:1.{number}.0\n          args: [\"--port=8080\", \
             '--log=json', -v]\n          ports:\n            - containerPort: 8080 # http\n              name: http\n          \
             env:\n            - name: LEVEL\n              value: info\n            - name: PASSWORD\n              \
             valueFrom:\n                secretKeyRef: {{name: web, key: password}}\n          resources:\n            \
             requests: {{cpu: 100m, memory: 128Mi}}\n            limits:\n              memory: 256Mi\n          \
             readinessProbe:\n            httpGet:\n              path: /healthz\n              port: http\n            \
             periodSeconds: 5\n          volumeMounts:\n            - name: settings\n              mountPath: \
             /etc/web\n      volumes:\n        - name: settings\n          configMap:\n            name: web-{number}\n\
             ---\napiVersion: v1\nkind: Service\nmetadata:\n  name: web-{number}\n  namespace: shop-{space}\nspec:\n  \
             selector:\n    app.kubernetes.io/name: web-{number}\n  ports:\n  - port: 80\n    targetPort: http\n---\n\
             apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: web-{number}\n  namespace: shop-{space}\ndata:\n  \
             settings.toml: |\n    # What the service reads at its start.\n    [server]\n    port = 8080\n    name = \
             \"web-{number}\"\n    [database]\n    url = \"postgres://db.shop-{space}:5432/shop\"\n    pool = 20\n  \
             greeting: Grüß Gott\n",
            space = number % 10,
        )
        .expect("a String");
    }
    text
}
