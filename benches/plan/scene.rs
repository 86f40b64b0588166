//! A set of objects that is deployed, and what can be measured of it.

use std::fs;
use std::thread;
use std::time::Duration;

use kube::config::Kubeconfig;
use trueup::json::Value;

use crate::distance;
use crate::floor::Visitor;
use crate::measure;
use crate::shop;
use crate::stage::{self, Stage};

/// The plan that is measured.
const PLAN: [&str; 4] = ["plan", "prod", "-o", "json"];

const CONFIGURATION: &str =
    "version: 1\nname: shop\nsources: deploy\nenvironments:\n  prod:\n    namespace: bench-0\n";

/// A set of objects, deployed to a control plane of its own.
pub(crate) struct Scene {
    stage: Stage,
    visitor: Visitor,
    selector: String,
}

/// One plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Measured {
    /// The whole program.
    pub(crate) took: Duration,
    /// What it says of itself.
    pub(crate) planning: Duration,
    /// The requests that it took.
    pub(crate) requests: u64,
}

impl Scene {
    /// So many objects, deployed.
    pub(crate) fn new(objects: usize) -> Self {
        let stage = Stage::new(objects, CONFIGURATION, "deploy/namespaces.yaml");
        stage.write_kubeconfig("near", &stage.kubeconfig);
        stage.write_kubeconfig("nowhere", &at(&stage.kubeconfig, "https://127.0.0.1:1"));
        let visitor = Visitor::new(&stage.runtime, &stage.kubeconfig);
        let mut scene = Self { stage, visitor, selector: String::new() };
        scene.deploy();
        scene
    }

    fn deploy(&mut self) {
        let arguments = ["apply", "prod", "--yes", "--no-wait", "-o", "json"];
        let (took, _) = measure::timed(self.stage.surroundings("kubeconfig").trueup(&arguments), &[0]);
        println!("{} objects deployed in {:.1} s", self.stage.objects(), took.as_secs_f64());
        let inventory = self
            .stage
            .runtime
            .block_on(self.visitor.get("/api/v1/namespaces/bench-0/configmaps/trueup-shop-prod"));
        let id =
            inventory["metadata"]["labels"]["applyset.kubernetes.io/id"].as_str().expect("an id").to_owned();
        self.selector = format!("applyset.kubernetes.io%2Fpart-of%3D{id}");
        self.settle();
    }

    /// Waits until the controllers are done with the new objects.
    fn settle(&self) {
        let count = |path: &str, is_done: fn(&Value) -> bool| {
            let list = self.stage.runtime.block_on(self.visitor.get(path));
            list["items"].as_array().into_iter().flatten().filter(|item| is_done(item)).count()
        };
        let observed = |object: &Value| object["status"]["observedGeneration"].is_number();
        // A Service has at least one slice, a fifth of the objects are Services,
        // another fifth Deployments.
        while count("/apis/apps/v1/deployments", observed) < self.stage.objects() / 5
            || count("/apis/discovery.k8s.io/v1/endpointslices", |_| true) < self.stage.objects() / 5
        {
            thread::sleep(Duration::from_millis(500));
        }
        stage::settle(|| self.stage.runtime.block_on(self.visitor.metrics()));
    }

    /// Puts the cluster so far away.
    pub(crate) fn move_away(&mut self, round_trip: Duration) {
        let address = distance::away(self.visitor.server(), round_trip);
        self.visitor = self.visitor.at(address);
        self.stage.write_kubeconfig("kubeconfig", &at(&self.stage.kubeconfig, &format!("https://{address}")));
    }

    /// The lists that a plan needs, by a bare client that does this with each.
    pub(crate) fn lists(&self, then: fn(&[u8])) -> Duration {
        self.stage.runtime.block_on(self.visitor.lists(&self.selector, then))
    }

    /// A plan whose server isn't there: all that comes before the first request.
    pub(crate) fn rendering(&self) -> Duration {
        measure::timed(self.stage.surroundings("nowhere").trueup(&PLAN), &[1]).0
    }

    /// A plan that must find so many objects changed.
    pub(crate) fn plan(&self, changed: u32) -> Measured {
        let (took, output) = measure::timed(self.stage.surroundings("kubeconfig").trueup(&PLAN), &[0]);
        let plan: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let plan = &plan["targets"][0];
        let number = |value: &Value| value.as_u64().expect("a number");
        let all = (self.stage.objects() + shop::NAMESPACES) as u64;
        assert_eq!(number(&plan["summary"]["update"]), u64::from(changed), "{}", plan["summary"]);
        assert_eq!(number(&plan["summary"]["unchanged"]), all - u64::from(changed), "{}", plan["summary"]);
        let planning = Duration::from_millis(number(&plan["durationMs"]));
        Measured { took, planning, requests: number(&plan["requests"]) }
    }

    /// The status of everything, and the requests that it took.
    pub(crate) fn status(&self) -> Measured {
        let arguments = ["status", "prod", "-o", "json"];
        let (took, output) = measure::timed(self.stage.surroundings("kubeconfig").trueup(&arguments), &[0]);
        let status: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let requests = status["targets"][0]["requests"].as_u64().expect("a number");
        Measured { took, planning: took, requests }
    }

    /// The most memory that a plan takes.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        measure::peak_memory(self.stage.surroundings("kubeconfig").trueup(&PLAN))
    }

    /// What was cached is gone.
    pub(crate) fn forget_cache(&self) {
        let home = self.stage.surroundings("kubeconfig").home;
        fs::remove_dir_all(&home).expect("a folder");
        fs::create_dir_all(&home).expect("a folder");
    }

    /// Changes 1 % of the objects in Git. How many that are.
    pub(crate) fn change(&mut self) -> u32 {
        u32::try_from(self.stage.change()).expect("a small number")
    }

    /// Takes that back.
    pub(crate) fn change_back(&mut self) {
        self.stage.repository.git(&["revert", "--no-edit", "HEAD"]);
    }

    /// `kubectl diff`, nothing changed.
    pub(crate) fn kubectl_diff(&self) -> Duration {
        // Without the membership label, which only trueup knows, nothing differs.
        let arguments = ["diff", "--server-side", "--force-conflicts", "--recursive", "--filename", "deploy"];
        measure::timed(self.stage.surroundings("kubeconfig").command("kubectl", &arguments), &[0]).0
    }

    /// `kapp deploy --diff-run`, nothing changed, on the same machine. kapp deploys
    /// the objects first, which makes them its own: nothing else can be measured
    /// afterwards.
    pub(crate) fn kapp_diff(&self) -> Duration {
        // Without its label in selectors, which can't be changed.
        let deploy =
            ["deploy", "--app", "bench", "--file", "deploy", "--yes", "--default-label-scoping-rules=false"];
        let wait = ["--wait=false", "--dangerous-override-ownership-of-existing-resources"];
        measure::timed(self.stage.surroundings("near").command("kapp", &[&deploy[..], &wait].concat()), &[0]);
        let diff = ["--diff-run"];
        measure::timed(self.stage.surroundings("near").command("kapp", &[&deploy[..], &diff].concat()), &[0])
            .0
    }

    /// Says how to run the plan that is measured, and waits for a line.
    pub(crate) fn hold(&self) {
        println!("{:?}", self.stage.surroundings("kubeconfig").trueup(&PLAN));
        // Whatever ends the wait.
        let _ = std::io::stdin().read_line(&mut String::new());
    }
}

/// The same access with another address of the server.
fn at(kubeconfig: &Kubeconfig, server: &str) -> Kubeconfig {
    let mut kubeconfig = kubeconfig.clone();
    for named in &mut kubeconfig.clusters {
        if let Some(cluster) = &mut named.cluster {
            cluster.server = Some(server.to_owned());
        }
    }
    kubeconfig
}
