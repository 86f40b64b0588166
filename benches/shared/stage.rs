//! A control plane of its own, a repository, and the folder that everything else
//! lies in.

use std::fs;
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use kube::config::Kubeconfig;
use tempfile::TempDir;

use crate::measure::Surroundings;
use crate::repository::Repository;
use crate::sandbox_process::RunningSandbox;
use crate::sandbox_program;
use crate::shop;

/// The user that everything runs as: may do everything, and is throttled like
/// anybody else.
const USER: &str = "ordinary";

/// An API server that uses less CPU in a second has nothing to do.
const IDLE: Duration = Duration::from_millis(100);

/// The stage of a benchmark.
pub(crate) struct Stage {
    shops: usize,
    /// What is deployed.
    pub(crate) repository: Repository,
    /// How the user reaches the cluster; also in the file `kubeconfig`.
    pub(crate) kubeconfig: Kubeconfig,
    /// What futures run on.
    pub(crate) runtime: tokio::runtime::Runtime,
    folder: TempDir,
    _sandbox: RunningSandbox,
}

impl Stage {
    /// One whose repository has so many objects in `deploy`, this configuration, and
    /// the namespaces in this file. Nothing is deployed.
    pub(crate) fn new(objects: usize, configuration: &str, namespaces: &str) -> Self {
        let program = sandbox_program::locate(|line| println!("{line}")).expect("the sandbox");
        let sandbox = RunningSandbox::start(&program, &[], Stdio::inherit()).expect("the sandbox starts");
        let mut kubeconfig = Kubeconfig::read_from(&sandbox.kubeconfig).expect("a kubeconfig");
        kubeconfig.current_context = Some(USER.to_owned());
        let runtime = tokio::runtime::Runtime::new().expect("a runtime");
        let folder = tempfile::Builder::new().prefix("trueup-bench-").tempdir().expect("a folder");
        let repository = Repository::init(&folder.path().join("repository"));
        let shops = objects / shop::OBJECTS;
        let mut stage = Self { shops, repository, kubeconfig, runtime, folder, _sandbox: sandbox };
        fs::create_dir_all(stage.home()).expect("a folder");
        stage.write_kubeconfig("kubeconfig", &stage.kubeconfig);
        stage.write("trueup.yaml", configuration);
        stage.write(namespaces, &shop::namespaces());
        (0..shops).for_each(|number| stage.write(&shop::file(number), &shop::shop(number, 1)));
        stage.repository.commit("Open the shops");
        stage
    }

    /// How many objects there are, but for the namespaces.
    pub(crate) fn objects(&self) -> usize {
        self.shops * shop::OBJECTS
    }

    /// Changes 1 % of the objects in Git. How many that are.
    pub(crate) fn change(&mut self) -> usize {
        let changed = self.objects() / 100;
        // A shop has one object that a new version changes.
        (0..changed).for_each(|number| self.write(&shop::file(number), &shop::shop(number, 2)));
        self.repository.commit("Change some shops");
        changed
    }

    /// Where programs run, with access by the kubeconfig of this name.
    pub(crate) fn surroundings(&self, kubeconfig: &str) -> Surroundings {
        Surroundings {
            folder: self.repository.folder.clone(),
            home: self.home(),
            kubeconfig: self.folder.path().join(kubeconfig),
        }
    }

    /// A further kubeconfig.
    pub(crate) fn write_kubeconfig(&self, name: &str, kubeconfig: &Kubeconfig) {
        let text = serde_json::to_string(kubeconfig).expect("a kubeconfig");
        fs::write(self.folder.path().join(name), text).expect("a file");
    }

    fn home(&self) -> std::path::PathBuf {
        self.folder.path().join("home")
    }

    fn write(&self, path: &str, content: &str) {
        let path = self.repository.folder.join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
}

/// Waits until the API server, whose metrics these are, has next to nothing to do:
/// controllers are done with new objects, and what runs first isn't measured beside
/// them.
pub(crate) fn settle(metrics: impl Fn() -> String) {
    let used = || {
        let metrics = metrics();
        let seconds = metrics.lines().find_map(|line| line.strip_prefix("process_cpu_seconds_total "));
        Duration::from_secs_f64(seconds.expect("the metric").parse().expect("a number"))
    };
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
