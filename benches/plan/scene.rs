//! A control plane, a repository that is deployed there, and what can be
//! measured of them.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use kube::config::Kubeconfig;
use tempfile::TempDir;
use trueup::json::Value;

use crate::distance;
use crate::floor::Visitor;
use crate::measure::{self, Surroundings};
use crate::repository::Repository;
use crate::sandbox_process::RunningSandbox;
use crate::sandbox_program;
use crate::shop;

/// The user that everything runs as: may do everything, and is throttled like
/// anybody else.
const USER: &str = "ordinary";

/// The plan that is measured.
const PLAN: [&str; 4] = ["plan", "prod", "-o", "json"];

/// An API server that uses less CPU in a second has nothing to do.
const IDLE: Duration = Duration::from_millis(100);

const CONFIGURATION: &str =
    "version: 1\nname: shop\nsources: deploy\nenvironments:\n  prod:\n    namespace: bench-0\n";

/// A set of objects on a control plane of its own.
pub(crate) struct Scene {
    shops: usize,
    runtime: tokio::runtime::Runtime,
    repository: Repository,
    visitor: Visitor,
    selector: String,
    kubeconfig: Kubeconfig,
    folder: TempDir,
    _sandbox: RunningSandbox,
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
        let program = sandbox_program::locate(|line| println!("{line}")).expect("the sandbox");
        let sandbox = RunningSandbox::start(&program, &[], Stdio::inherit()).expect("the sandbox starts");
        let mut kubeconfig = Kubeconfig::read_from(&sandbox.kubeconfig).expect("a kubeconfig");
        kubeconfig.current_context = Some(USER.to_owned());
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let folder = tempfile::Builder::new().prefix("trueup-bench-").tempdir().expect("a folder");
        let repository = Repository::init(&folder.path().join("repository"));
        let visitor = Visitor::new(&runtime, &kubeconfig);
        let selector = String::new();
        let shops = objects / shop::OBJECTS;
        let mut scene =
            Self { shops, runtime, repository, visitor, selector, kubeconfig, folder, _sandbox: sandbox };
        for name in ["kubeconfig", "near"] {
            scene.write_kubeconfig(name, &scene.kubeconfig);
        }
        scene.write_kubeconfig("nowhere", &at(&scene.kubeconfig, "https://127.0.0.1:1"));
        scene.write("trueup.yaml", CONFIGURATION);
        scene.write("deploy/namespaces.yaml", &shop::namespaces());
        (0..shops).for_each(|number| scene.write(&shop::file(number), &shop::shop(number, 1)));
        scene.repository.commit("Open the shops");
        scene.deploy();
        scene
    }

    fn deploy(&mut self) {
        let arguments = ["apply", "prod", "--yes", "--no-wait", "-o", "json"];
        self.forget_cache();
        let (took, _) = measure::timed(self.surroundings("kubeconfig").trueup(&arguments), &[0]);
        println!("{} objects deployed in {:.1} s", self.objects(), took.as_secs_f64());
        let inventory =
            self.runtime.block_on(self.visitor.get("/api/v1/namespaces/bench-0/configmaps/trueup-shop-prod"));
        let id =
            inventory["metadata"]["labels"]["applyset.kubernetes.io/id"].as_str().expect("an id").to_owned();
        self.selector = format!("applyset.kubernetes.io%2Fpart-of%3D{id}");
        self.settle();
    }

    /// Waits until the controllers are done with the new objects.
    fn settle(&self) {
        let count = |path: &str, is_done: fn(&Value) -> bool| {
            let list = self.runtime.block_on(self.visitor.get(path));
            list["items"].as_array().into_iter().flatten().filter(|item| is_done(item)).count()
        };
        let observed = |object: &Value| object["status"]["observedGeneration"].is_number();
        // A Service has at least one slice, a fifth of the objects are Services,
        // another fifth Deployments.
        while count("/apis/apps/v1/deployments", observed) < self.objects() / 5
            || count("/apis/discovery.k8s.io/v1/endpointslices", |_| true) < self.objects() / 5
        {
            thread::sleep(Duration::from_millis(500));
        }
        // Pods are still being started: what runs first would be measured beside it.
        let used = || self.runtime.block_on(self.visitor.cpu_time());
        let mut before = used();
        loop {
            thread::sleep(Duration::from_secs(1));
            let now = used();
            if now.saturating_sub(before) < IDLE {
                break;
            }
            before = now;
        }
    }

    /// How many objects there are, but for the namespaces.
    fn objects(&self) -> usize {
        self.shops * shop::OBJECTS
    }

    /// Puts the cluster so far away.
    pub(crate) fn move_away(&mut self, round_trip: Duration) {
        let address = distance::away(self.visitor.server(), round_trip);
        self.visitor = self.visitor.at(address);
        self.write_kubeconfig("kubeconfig", &at(&self.kubeconfig, &format!("https://{address}")));
    }

    /// The lists that a plan needs, thrown away.
    pub(crate) fn floor(&self) -> Duration {
        self.runtime.block_on(self.visitor.lists(&self.selector))
    }

    /// A plan whose server isn't there: all that comes before the first request.
    pub(crate) fn rendering(&self) -> Duration {
        measure::timed(self.surroundings("nowhere").trueup(&PLAN), &[1]).0
    }

    /// A plan that must find so many objects changed.
    pub(crate) fn plan(&self, changed: u32) -> Measured {
        let (took, output) = measure::timed(self.surroundings("kubeconfig").trueup(&PLAN), &[0]);
        let plan: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        let plan = &plan["targets"][0];
        let number = |value: &Value| value.as_u64().expect("a number");
        let all = (self.objects() + shop::NAMESPACES) as u64;
        assert_eq!(number(&plan["summary"]["update"]), u64::from(changed), "{}", plan["summary"]);
        assert_eq!(number(&plan["summary"]["unchanged"]), all - u64::from(changed), "{}", plan["summary"]);
        let planning = Duration::from_millis(number(&plan["durationMs"]));
        Measured { took, planning, requests: number(&plan["requests"]) }
    }

    /// The most memory that a plan takes.
    pub(crate) fn peak_memory(&self) -> Option<u64> {
        measure::peak_memory(self.surroundings("kubeconfig").trueup(&PLAN))
    }

    /// What was cached is gone.
    pub(crate) fn forget_cache(&self) {
        // There may be none.
        let _ = fs::remove_dir_all(self.folder.path().join("home"));
        fs::create_dir_all(self.folder.path().join("home")).expect("a folder");
    }

    /// Changes 1 % of the objects in Git. How many that are.
    pub(crate) fn change(&mut self) -> u32 {
        let changed = self.objects() / 100;
        // A shop has one object that a new version changes.
        (0..changed).for_each(|number| self.write(&shop::file(number), &shop::shop(number, 2)));
        self.repository.commit("Change some shops");
        u32::try_from(changed).expect("a small number")
    }

    /// Takes that back.
    pub(crate) fn change_back(&mut self) {
        self.repository.git(&["revert", "--no-edit", "HEAD"]);
    }

    /// `kubectl diff`, nothing changed.
    pub(crate) fn kubectl_diff(&self) -> Duration {
        // Without the membership label, which only trueup knows, nothing differs.
        let arguments = ["diff", "--server-side", "--force-conflicts", "--recursive", "--filename", "deploy"];
        measure::timed(self.surroundings("kubeconfig").command("kubectl", &arguments), &[0]).0
    }

    /// `kapp deploy --diff-run`, nothing changed, on the same machine. kapp deploys
    /// the objects first, which makes them its own: nothing else can be measured
    /// afterwards.
    pub(crate) fn kapp_diff(&self) -> Duration {
        // Without its label in selectors, which can't be changed.
        let deploy =
            ["deploy", "--app", "bench", "--file", "deploy", "--yes", "--default-label-scoping-rules=false"];
        let wait = ["--wait=false", "--dangerous-override-ownership-of-existing-resources"];
        measure::timed(self.surroundings("near").command("kapp", &[&deploy[..], &wait].concat()), &[0]);
        let diff = ["--diff-run"];
        measure::timed(self.surroundings("near").command("kapp", &[&deploy[..], &diff].concat()), &[0]).0
    }

    /// Says how to run the plan that is measured, and waits for a line.
    pub(crate) fn hold(&self) {
        println!("{:?}", self.surroundings("kubeconfig").trueup(&PLAN));
        // Whatever ends the wait.
        let _ = std::io::stdin().read_line(&mut String::new());
    }

    fn surroundings(&self, kubeconfig: &str) -> Surroundings {
        let folder = self.folder.path();
        Surroundings {
            folder: self.repository.folder.clone(),
            home: folder.join("home"),
            kubeconfig: folder.join(kubeconfig),
        }
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.repository.folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    fn write_kubeconfig(&self, name: &str, kubeconfig: &Kubeconfig) {
        let text = serde_json::to_string(kubeconfig).expect("a kubeconfig");
        fs::write(self.folder.path().join(name), text).expect("a file");
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
