//! A set of objects that isn't deployed yet, and what can be measured of that.

use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

use kube::api::{DynamicObject, ObjectMeta, PostParams};
use kube::config::KubeConfigOptions;
use kube::{Api, Client, Config};
use trueup::json::{self, Value};

use crate::measure::{self, Surroundings};
use crate::shop;
use crate::stage::{self, Stage};

const CONFIGURATION: &str =
    "version: 1\nname: shop\nsources: [deploy, namespaces]\nenvironments:\n  prod:\n    namespace: bench-0\n";

/// The API server's count of requests.
const REQUESTS: &str = "apiserver_request_total{";

/// The kinds of objects and records. Controllers write none of them by themselves,
/// but for the status of Deployments.
const WRITTEN: [&str; 8] = [
    "configmaps",
    "deployments",
    "namespaces",
    "rolebindings",
    "roles",
    "secrets",
    "serviceaccounts",
    "services",
];

/// A set of objects that isn't deployed yet, on a control plane with nothing but their
/// namespaces.
pub(crate) struct Scene(Stage);

/// One run of trueup.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Applied {
    /// The whole program.
    pub(crate) took: Duration,
    /// When it had ended.
    pub(crate) ended: Instant,
    /// From the first write to the end.
    pub(crate) writing: Duration,
    /// The writes that the server has seen.
    pub(crate) writes: u64,
    /// The objects that changed.
    pub(crate) changed: usize,
    /// The most memory that it has held, in bytes.
    pub(crate) peak: Option<u64>,
}

impl Scene {
    /// So many objects, none of them deployed.
    pub(crate) fn new(objects: usize) -> Self {
        let scene = Self(Stage::new(objects, CONFIGURATION, "namespaces/all.yaml"));
        scene.runtime().block_on(scene.create_namespaces());
        scene
    }

    /// The namespaces are there already: not every program makes them first.
    async fn create_namespaces(&self) {
        let api: Api<k8s_openapi::api::core::v1::Namespace> = Api::all(self.client().await);
        for number in 0..shop::NAMESPACES {
            let metadata = ObjectMeta { name: Some(format!("bench-{number}")), ..ObjectMeta::default() };
            let namespace = k8s_openapi::api::core::v1::Namespace { metadata, ..Default::default() };
            api.create(&PostParams::default(), &namespace).await.expect("a new namespace");
        }
    }

    /// A client of the user.
    pub(crate) async fn client(&self) -> Client {
        let options = KubeConfigOptions::default();
        let config = Config::from_custom_kubeconfig(self.0.kubeconfig.clone(), &options).await;
        Client::try_from(config.expect("a usable kubeconfig")).expect("a client")
    }

    /// What futures run on.
    pub(crate) fn runtime(&self) -> &tokio::runtime::Runtime {
        &self.0.runtime
    }

    /// All objects but the namespaces.
    pub(crate) fn manifests(&self) -> Vec<DynamicObject> {
        let shops = (0..self.0.objects() / shop::OBJECTS).map(|number| shop::shop(number, 1));
        let documents = shops.flat_map(|shop| trueup::yaml::documents(&shop).expect("manifests"));
        documents.map(|document| json::from_value(document.value).expect("an object")).collect()
    }

    /// Applies what must be so many changed objects.
    pub(crate) fn apply(&self, changed: usize) -> Applied {
        self.run(&["apply", "prod", "--yes", "-o", "jsonl", "--no-wait"], changed)
    }

    /// The same, until all of it is ready.
    pub(crate) fn apply_and_wait(&self, changed: usize) -> Applied {
        self.run(&["apply", "prod", "--yes", "-o", "jsonl"], changed)
    }

    fn run(&self, arguments: &[&str], changed: usize) -> Applied {
        self.settle();
        let before = self.writes();
        let mut command = self.surroundings().trueup(arguments);
        command.stderr(Stdio::null());
        let start = Instant::now();
        let mut child = command.stdout(Stdio::piped()).spawn().expect("the program starts");
        let watched = measure::watch_memory(child.id());
        let mut first = None;
        let mut last = String::new();
        for line in BufReader::new(child.stdout.take().expect("a pipe")).lines() {
            last = line.expect("text");
            first = first.or_else(|| last.contains(r#""kind":"Event""#).then(Instant::now));
        }
        let status = child.wait().expect("a child");
        let ended = Instant::now();
        let took = ended - start;
        assert!(status.success(), "{status}");
        let outcome: Value = serde_json::from_str(&last).expect("JSON");
        let summary = &outcome["targets"][0]["summary"];
        let number = |name: &str| summary[name].as_u64().expect("a number");
        let done = number("create") + number("update") + number("adopt");
        assert_eq!(done, changed as u64, "{summary}");
        Applied {
            took,
            ended,
            writing: first.map_or(Duration::ZERO, |first| took.saturating_sub(first - start)),
            writes: self.writes() - before,
            changed,
            peak: watched.join().expect("a thread"),
        }
    }

    /// A plan of what is there.
    pub(crate) fn plan(&self) -> Duration {
        let plan = || measure::timed(self.surroundings().trueup(&["plan", "prod", "-o", "json"]), &[0]).0;
        measure::median((0..5).map(|_| plan()).collect())
    }

    /// Changes 1 % of the objects in Git. How many that are.
    pub(crate) fn change(&mut self) -> usize {
        self.0.change()
    }

    /// Where programs run.
    pub(crate) fn surroundings(&self) -> Surroundings {
        self.0.surroundings("kubeconfig")
    }

    /// Waits until controllers are done with new objects.
    pub(crate) fn settle(&self) {
        stage::settle(|| self.metrics());
    }

    /// The writes of objects and records that the server has seen. Leases are left
    /// out: controllers renew theirs all the time.
    fn writes(&self) -> u64 {
        self.metrics().lines().filter_map(written).sum()
    }

    fn metrics(&self) -> String {
        let request = http::Request::get("/metrics").body(Vec::new()).expect("a request");
        let metrics = self.runtime().block_on(async { self.client().await.request_text(request).await });
        metrics.expect("metrics")
    }
}

/// How many writes a line of the metrics counts, if it counts such.
fn written(line: &str) -> Option<u64> {
    let (labels, count) = line.strip_prefix(REQUESTS)?.split_once("} ")?;
    let says = |label: &str, value: &str| labels.contains(&format!("{label}=\"{value}\""));
    let is_write = ["APPLY", "PATCH", "POST", "PUT"].iter().any(|verb| says("verb", verb));
    let is_ours = WRITTEN.iter().any(|resource| says("resource", resource)) && says("subresource", "");
    (is_write && is_ours && says("dry_run", "")).then(|| count.parse().expect("a number"))
}
