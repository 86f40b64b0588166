//! How long 200 kustomizations and 200 charts take to render, the first time and once it's
//! kept, beside the programs themselves: `cargo bench --bench render`.
//!
//! All render as many at once as trueup does. `-- --runs N` measures what is kept more
//! often.

#![allow(clippy::print_stdout, reason = "a benchmark prints its figures")]

#[path = "shared/measure.rs"]
#[expect(dead_code, reason = "other benchmarks use more of it")]
mod measure;
#[path = "../tests/harness/tools.rs"]
#[expect(dead_code, reason = "the tests use more of it")]
mod tools;

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use measure::median;
use tools::{Tool, folder_of};

/// How many sources there are.
const SOURCES: usize = 200;

/// How many programs run at once.
const AT_ONCE: usize = 4;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let after = |name: &str| arguments.iter().position(|one| one == name).map(|at| at + 1);
    let runs = after("--runs").and_then(|at| arguments.get(at)?.parse().ok()).unwrap_or(9);
    println!("{SOURCES} sources of five objects each");
    for (title, tool, write, bare) in [
        ("kustomize", Tool::Kustomize, overlay as fn(&Path, usize), kustomize as fn(&Path, usize) -> Command),
        ("Helm 4", Tool::Helm4, chart, helm),
    ] {
        let folder = tempfile::tempdir().expect("a folder");
        let repository = folder.path().join("repository");
        write_base(&repository);
        (0..SOURCES).for_each(|number| write(&repository, number));
        write_configuration(&repository);
        folder_of(&folder.path().join("bin"), &[tool]);
        let scene = Scene { folder: folder.path() };
        let programs = scene.bare(bare);
        let first = scene.trueup(&["--no-cache"]);
        scene.trueup(&[]);
        let kept = median((0..runs).map(|_| scene.trueup(&[])).collect());
        println!("{title}");
        print("  the program itself, four at once", programs, None);
        print("  trueup render, nothing kept", first, Some(programs));
        print("  trueup render, all of it kept", kept, Some(programs));
    }
}

fn print(title: &str, took: Duration, beside: Option<Duration>) {
    let times = beside.map_or_else(String::new, |beside| {
        format!("  ({:.2} times)", took.as_secs_f64() / beside.as_secs_f64())
    });
    println!("{title:40} {:8.3} s{times}", took.as_secs_f64());
}

/// A repository with a program.
struct Scene<'a> {
    folder: &'a Path,
}

impl Scene<'_> {
    fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command
            .env_clear()
            .env("PATH", self.folder.join("bin"))
            .env("HOME", self.folder.join("home"))
            .current_dir(self.folder.join("repository"))
            .stdout(Stdio::null());
        command
    }

    /// All sources by the program itself.
    fn bare(&self, command: fn(&Path, usize) -> Command) -> Duration {
        let next = AtomicUsize::new(0);
        let start = Instant::now();
        thread::scope(|scope| {
            for _ in 0..AT_ONCE {
                scope.spawn(|| {
                    while let Some(number) =
                        Some(next.fetch_add(1, Ordering::Relaxed)).filter(|n| *n < SOURCES)
                    {
                        let named = command(self.folder, number);
                        let mut run = self.command(&named.get_program().to_string_lossy());
                        let status = run.args(named.get_args()).status().expect("the program starts");
                        assert!(status.success(), "{named:?}: {status}");
                    }
                });
            }
        });
        start.elapsed()
    }

    fn trueup(&self, options: &[&str]) -> Duration {
        let start = Instant::now();
        let mut command = self.command(env!("CARGO_BIN_EXE_trueup"));
        let status =
            command.args(["render", "prod"]).args(options).status().expect("the trueup program starts");
        assert!(status.success(), "{status}");
        start.elapsed()
    }
}

fn kustomize(folder: &Path, number: usize) -> Command {
    let mut command = Command::new(folder.join("bin/kustomize"));
    command.args(["build", &format!("overlays/{number}")]);
    command
}

fn helm(folder: &Path, number: usize) -> Command {
    let mut command = Command::new(folder.join("bin/helm"));
    command.args(["template", &format!("app-{number}"), &format!("charts/{number}"), "--namespace=shop"]);
    command
}

fn write_file(path: &Path, content: &str) {
    fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
    fs::write(path, content).expect("a file");
}

fn write_configuration(repository: &Path) {
    let folder = if repository.join("overlays").exists() { "overlays" } else { "charts" };
    let sources: Vec<String> = (0..SOURCES).map(|number| format!("  - {folder}/{number}\n")).collect();
    let text = format!(
        "version: 1\nname: shop\nsources:\n{}environments: {{prod: {{namespace: shop}}}}\n",
        sources.concat()
    );
    write_file(&repository.join("trueup.yaml"), &text);
    let git = |arguments: &[&str]| {
        let identity = ["-c", "user.name=Ada", "-c", "user.email=ada@shop.example"];
        let status = Command::new("git").args(identity).args(arguments).current_dir(repository).status();
        assert!(status.expect("git on PATH").success());
    };
    git(&["init", "--quiet"]);
    git(&["add", "."]);
    git(&["commit", "--quiet", "--message", "Start"]);
}

/// Five objects of an application.
fn objects(name: &str, replicas: &str) -> [(&'static str, String); 5] {
    let labels = format!("labels: {{app: {name}}}");
    let pod = format!("{{app: {name}}}");
    [
        (
            "settings",
            format!(
                "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: {name}, {labels}}}\ndata: {{level: info, url: 'https://{name}.shop.example'}}\n"
            ),
        ),
        ("account", format!("apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: {name}, {labels}}}\n")),
        (
            "service",
            format!(
                "apiVersion: v1\nkind: Service\nmetadata: {{name: {name}, {labels}}}\nspec: {{selector: {pod}, ports: [{{name: http, port: 80, targetPort: http}}]}}\n"
            ),
        ),
        (
            "budget",
            format!(
                "apiVersion: policy/v1\nkind: PodDisruptionBudget\nmetadata: {{name: {name}, {labels}}}\nspec: {{maxUnavailable: 1, selector: {{matchLabels: {pod}}}}}\n"
            ),
        ),
        (
            "deployment",
            format!(
                "apiVersion: apps/v1
kind: Deployment
metadata: {{name: {name}, {labels}}}
spec:
  replicas: {replicas}
  selector: {{matchLabels: {pod}}}
  template:
    metadata: {{labels: {pod}}}
    spec:
      serviceAccountName: {name}
      containers:
        - name: web
          image: registry.example/{name}:1.2.3
          envFrom: [{{configMapRef: {{name: {name}}}}}]
          ports: [{{name: http, containerPort: 8080}}]
          readinessProbe: {{httpGet: {{path: /ready, port: http}}}}
          resources: {{requests: {{cpu: 100m, memory: 64Mi}}, limits: {{memory: 128Mi}}}}
"
            ),
        ),
    ]
}

fn write_base(repository: &Path) {
    let objects = objects("app", "1");
    let names: Vec<String> = objects.iter().map(|(name, _)| format!("{name}.yaml")).collect();
    write_file(&repository.join("base/kustomization.yaml"), &format!("resources: [{}]\n", names.join(", ")));
    for (name, text) in objects {
        write_file(&repository.join(format!("base/{name}.yaml")), &text);
    }
}

fn overlay(repository: &Path, number: usize) {
    let text = format!(
        "namePrefix: n{number}-\nresources: [../../base]\npatches:\n  - path: replicas.yaml\n    target: {{kind: Deployment}}\n"
    );
    write_file(&repository.join(format!("overlays/{number}/kustomization.yaml")), &text);
    let patch = format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata: {{name: app}}\nspec: {{replicas: {}}}\n",
        number % 5 + 1
    );
    write_file(&repository.join(format!("overlays/{number}/replicas.yaml")), &patch);
}

fn chart(repository: &Path, number: usize) {
    let folder = repository.join(format!("charts/{number}"));
    write_file(&folder.join("Chart.yaml"), "apiVersion: v2\nname: app\nversion: 1.0.0\n");
    write_file(&folder.join("values.yaml"), &format!("replicas: {}\n", number % 5 + 1));
    for (name, text) in objects("{{ .Release.Name }}", "{{ .Values.replicas }}") {
        let text = text.replace("{name: {{ .Release.Name }}", "{name: \"{{ .Release.Name }}\"");
        let text = text.replace("{app: {{ .Release.Name }}}", "{app: \"{{ .Release.Name }}\"}");
        write_file(&folder.join(format!("templates/{name}.yaml")), &text);
    }
}
