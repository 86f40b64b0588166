//! One test's surroundings: a folder, a Git repository in it, and names on the
//! cluster that no other test uses.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::MutexGuard;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use std::{process, thread};

use kube::config::Kubeconfig;
use tempfile::TempDir;
use trueup::json::Value;

use super::POLL;
use super::control_plane::ControlPlane;
use super::gate::{Holding, Limit, Reply, Request};
use super::proxy::Proxy;
use super::repository::Repository;
use super::rewrite::Rewriter;
use super::run::{Run, Running};
use super::tools::{Tool, folder_of};
use super::verdict::Verdicts;

/// How long [`wait_until`] waits for what should happen soon.
const SOON: Duration = Duration::from_secs(30);

/// One test's surroundings.
#[must_use]
pub(crate) struct TestEnvironment {
    /// The repository that trueup runs in.
    pub repository: Repository,
    /// A namespace's name that no other test uses; the namespace isn't made.
    pub namespace: String,
    folder: TempDir,
    plane: &'static ControlPlane,
    variables: Vec<(String, String)>,
    _turn: Option<MutexGuard<'static, ()>>,
}

impl TestEnvironment {
    /// A repository whose `trueup.yaml` deploys the folder `deploy` to an
    /// environment `prod`.
    pub(crate) fn new() -> Self {
        let environment = Self::without_configuration();
        environment.write("trueup.yaml", &environment.configuration());
        environment
    }

    /// A repository without a `trueup.yaml`.
    pub(crate) fn without_configuration() -> Self {
        Self::on(ControlPlane::shared(), None)
    }

    /// Like [`TestEnvironment::new`], on a cluster that the test may break.
    /// `None` where there is none.
    pub(crate) fn disruptive() -> Option<Self> {
        let (plane, turn) = ControlPlane::disruptive()?;
        let environment = Self::on(plane, Some(turn));
        environment.write("trueup.yaml", &environment.configuration());
        Some(environment)
    }

    fn on(plane: &'static ControlPlane, turn: Option<MutexGuard<'static, ()>>) -> Self {
        let folder = tempfile::Builder::new().prefix("trueup-test-").tempdir().expect("a folder");
        fs::create_dir(folder.path().join("home")).expect("a folder");
        let repository = Repository::init(&folder.path().join("repository"));
        let environment =
            Self { repository, namespace: unique_name(), folder, plane, variables: Vec::new(), _turn: turn };
        environment.write_kubeconfig(&environment.kubeconfig_data());
        environment
    }

    /// The `trueup.yaml` of [`TestEnvironment::new`].
    pub(crate) fn configuration(&self) -> String {
        format!(
            "version: 1\nname: shop\nsources: deploy\nenvironments:\n  prod:\n    namespace: {}\n",
            self.namespace
        )
    }

    /// Sets a variable of trueup's environment.
    pub(crate) fn variable(mut self, name: &str, value: impl Into<String>) -> Self {
        self.variables.push((name.to_owned(), value.into()));
        self
    }

    /// Gives trueup these programs to render with, and no others.
    pub(crate) fn with_tools(self, tools: &[Tool]) -> Self {
        let folder = folder_of(&self.outside().join("bin"), tools);
        self.variable("PATH", folder)
    }

    /// Takes all programs away.
    pub(crate) fn with_no_tools(self) -> Self {
        let folder = folder_of(&self.outside().join("no-bin"), &[]);
        self.variable("PATH", folder)
    }

    /// A name for something cluster-scoped that no other test uses.
    pub(crate) fn unique(&self, name: &str) -> String {
        format!("{}-{name}", self.namespace)
    }

    /// The repository's folder.
    pub(crate) fn root(&self) -> &Path {
        &self.repository.folder
    }

    /// A folder beside the repository, for what must not be in it.
    pub(crate) fn outside(&self) -> &Path {
        self.folder.path()
    }

    /// Writes a file of the repository; its folders are made.
    #[track_caller]
    pub(crate) fn write(&self, path: &str, content: &str) {
        let path = self.root().join(path);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }

    /// Writes a shell script of the repository that can be run as a program.
    #[track_caller]
    pub(crate) fn program(&self, path: &str, script: &str) {
        self.write(path, &format!("#!/bin/sh\nPATH=/usr/bin:/bin\n{script}\n"));
        let program = self.root().join(path);
        fs::set_permissions(program, fs::Permissions::from_mode(0o755)).expect("a mode");
    }

    /// Reads a file of the repository.
    #[track_caller]
    pub(crate) fn read(&self, path: &str) -> String {
        fs::read_to_string(self.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Removes a file of the repository.
    #[track_caller]
    pub(crate) fn remove(&self, path: &str) {
        fs::remove_file(self.root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    }

    /// Commits everything. The commit's id.
    #[track_caller]
    pub(crate) fn commit(&mut self, message: &str) -> String {
        self.repository.commit(message)
    }

    /// Writes a file and commits it. The commit's id.
    #[track_caller]
    pub(crate) fn commit_file(&mut self, path: &str, content: &str) -> String {
        self.write(path, content);
        self.commit(&format!("Change {path}"))
    }

    /// Runs trueup in the repository.
    #[must_use = "a run that nobody looks at tests nothing"]
    #[track_caller]
    pub(crate) fn trueup(&self, arguments: &[&str]) -> Run {
        self.spawn(arguments).end()
    }

    /// Runs trueup with this on its standard input.
    #[must_use = "a run that nobody looks at tests nothing"]
    #[track_caller]
    pub(crate) fn trueup_reading(&self, arguments: &[&str], input: &str) -> Run {
        self.start(self.root(), arguments, Some(input)).end()
    }

    /// Runs trueup in another folder.
    #[must_use = "a run that nobody looks at tests nothing"]
    #[track_caller]
    pub(crate) fn trueup_in(&self, folder: &Path, arguments: &[&str]) -> Run {
        self.start(folder, arguments, None).end()
    }

    /// Starts trueup in the repository.
    pub(crate) fn spawn(&self, arguments: &[&str]) -> Running {
        self.start(self.root(), arguments, None)
    }

    /// Starts trueup in the repository, for who reads its standard output no further than
    /// this, as `head` does.
    pub(crate) fn spawn_for_head(&self, arguments: &[&str], part: &str) -> Running {
        Running::start_for(self.command(self.root(), arguments), part, shown(arguments), self.rewriter())
    }

    /// Runs `apply prod --yes`, and does this at the very moment when it sends a
    /// request (such as DELETE of `v1/configmaps/settings`) for the first time.
    #[must_use = "a run that nobody looks at tests nothing"]
    #[track_caller]
    pub(crate) fn apply_and_before(&self, method: &str, path: &str, action: impl FnOnce()) -> Run {
        self.trueup_and_before(&["apply", "prod", "--yes"], method, path, action)
    }

    /// The same with another command.
    #[must_use = "a run that nobody looks at tests nothing"]
    #[track_caller]
    pub(crate) fn trueup_and_before(
        &self,
        arguments: &[&str],
        method: &str,
        path: &str,
        action: impl FnOnce(),
    ) -> Run {
        let mut kubeconfig = self.kubeconfig_data();
        let gate = Holding::back(&mut kubeconfig, method, &self.namespaced(path));
        self.write_kubeconfig(&kubeconfig);
        let running = self.spawn(arguments);
        gate.meanwhile(action);
        let run = running.end();
        self.write_kubeconfig(&self.kubeconfig_data());
        run
    }

    /// Runs trueup through a proxy that decides what becomes of each request, and is
    /// told how often it was seen before.
    #[track_caller]
    pub(crate) fn trueup_through(
        &self,
        arguments: &[&str],
        decide: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
    ) -> (Run, Proxy) {
        let mut kubeconfig = self.kubeconfig_data();
        let proxy = Proxy::before(&mut kubeconfig, decide);
        self.write_kubeconfig(&kubeconfig);
        let run = self.trueup(arguments);
        self.write_kubeconfig(&self.kubeconfig_data());
        (run, proxy)
    }

    /// The API's own path of an object in the test's namespace.
    pub(crate) fn path(&self, path: &str) -> String {
        self.namespaced(path)
    }

    /// Runs this, and kills it (SIGKILL) just before it sends its `nth` request:
    /// which one that is, or `None` if it ended before.
    #[track_caller]
    pub(crate) fn kill_before_request(&self, nth: usize, arguments: &[&str]) -> (Run, Option<String>) {
        let mut kubeconfig = self.kubeconfig_data();
        let gate = Limit::before(&mut kubeconfig, nth);
        self.write_kubeconfig(&kubeconfig);
        let mut running = self.spawn(arguments);
        let mut reached = None;
        while reached.is_none() && !running.has_ended() {
            reached = gate.reached(POLL);
        }
        if reached.is_some() {
            running.kill();
        }
        let run = running.end();
        gate.settle();
        self.write_kubeconfig(&self.kubeconfig_data());
        (run, reached)
    }

    /// Commits must be deployed to be worth a test: `apply prod --yes`, which
    /// must succeed.
    #[track_caller]
    pub(crate) fn apply(&self) -> Run {
        self.trueup(&["apply", "prod", "--yes"]).success()
    }

    /// A clone of the repository, beside it: `git clone` with these options.
    #[track_caller]
    pub(crate) fn clone_with(&self, options: &[&str]) -> PathBuf {
        let clone = self.outside().join("clone");
        let (from, to) = (format!("file://{}", self.root().display()), clone.to_string_lossy());
        self.repository.git(&[&["clone", "--quiet"][..], options, &[&*from, &*to]].concat());
        clone
    }

    /// The Lease that is the lock, once there was a run.
    #[track_caller]
    pub(crate) fn lock(&self) -> String {
        let leases = self.live_list("coordination.k8s.io/v1/leases");
        let name = leases.first().expect("the lock's Lease")["metadata"]["name"].as_str().expect("a name");
        format!("coordination.k8s.io/v1/leases/{name}")
    }

    /// What the `ConfigMap` `settings` says live: its `value`.
    #[track_caller]
    pub(crate) fn setting(&self) -> String {
        let live = self.live_object("v1/configmaps/settings");
        live["data"]["value"].as_str().expect("a value").to_owned()
    }

    /// Ends the hold that a rollback leaves, so that the same may be deployed again.
    #[track_caller]
    pub(crate) fn end_hold(&self) {
        drop(self.trueup(&["hold", "clear", "prod", "--yes"]).success());
    }

    /// An object as it is live. `path` is like `v1/configmaps/settings` or
    /// `apps/v1/deployments/web`, in the test's namespace.
    #[track_caller]
    pub(crate) fn live(&self, path: &str) -> Option<Value> {
        self.plane.api.get(&self.namespaced(path))
    }

    /// An object that must be there.
    #[track_caller]
    pub(crate) fn live_object(&self, path: &str) -> Value {
        self.live(path).unwrap_or_else(|| panic!("there is no {path}"))
    }

    /// An object outside the namespace, such as
    /// `rbac.authorization.k8s.io/v1/clusterroles/x`.
    #[track_caller]
    pub(crate) fn cluster_object(&self, path: &str) -> Option<Value> {
        self.plane.api.get(&api_path(path, None))
    }

    /// The objects of a collection such as `v1/configmaps`.
    #[track_caller]
    pub(crate) fn live_list(&self, collection: &str) -> Vec<Value> {
        self.plane.api.list(&self.namespaced(collection))
    }

    /// The same in another namespace.
    #[track_caller]
    pub(crate) fn live_list_in(&self, namespace: &str, collection: &str) -> Vec<Value> {
        self.plane.api.list(&api_path(collection, Some(namespace)))
    }

    /// The test's namespace.
    #[track_caller]
    pub(crate) fn live_namespace(&self) -> Option<Value> {
        self.cluster_object(&format!("v1/namespaces/{}", self.namespace))
    }

    /// Makes the test's namespace.
    #[track_caller]
    pub(crate) fn create_namespace(&self) {
        let namespace = trueup::json::json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": self.namespace}});
        self.plane.api.create("/api/v1/namespaces", &namespace, "somebody");
    }

    /// Creates an object of a collection such as `v1/configmaps`.
    #[track_caller]
    pub(crate) fn create(&self, collection: &str, object: &Value) -> Value {
        self.plane.api.create(&self.namespaced(collection), object, "somebody")
    }

    /// Creates an object as `manager`.
    #[track_caller]
    pub(crate) fn create_by(&self, manager: &str, collection: &str, object: &Value) -> Value {
        self.plane.api.create(&self.namespaced(collection), object, manager)
    }

    /// Creates an object outside the namespace.
    #[track_caller]
    pub(crate) fn create_cluster_object(&self, collection: &str, object: &Value) -> Value {
        self.plane.api.create(&api_path(collection, None), object, "somebody")
    }

    /// Changes a live object as `kubectl edit` would.
    #[track_caller]
    pub(crate) fn edit(&self, path: &str, change: &Value) -> Value {
        self.plane.api.edit(&self.namespaced(path), change, "kubectl-edit")
    }

    /// Changes a live object's scale, status or the like as `manager`.
    #[track_caller]
    pub(crate) fn edit_as(&self, manager: &str, path: &str, change: &Value) -> Value {
        self.plane.api.edit(&self.namespaced(path), change, manager)
    }

    /// Changes an object outside the namespace as `manager`.
    #[track_caller]
    pub(crate) fn edit_cluster_object(&self, manager: &str, path: &str, change: &Value) -> Value {
        self.plane.api.edit(&api_path(path, None), change, manager)
    }

    /// Server-side applies an object as `manager`.
    #[track_caller]
    pub(crate) fn apply_as(&self, manager: &str, path: &str, object: &Value) -> Value {
        self.plane.api.apply(&self.namespaced(path), object, manager)
    }

    /// Why the API server refuses a dry run of a strict server-side apply, if
    /// it does.
    #[track_caller]
    pub(crate) fn refusal(&self, path: &str, object: &Value) -> Option<String> {
        self.plane.api.refusal(&self.namespaced(path), object)
    }

    /// The same for an object outside the namespace.
    #[track_caller]
    pub(crate) fn cluster_refusal(&self, path: &str, object: &Value) -> Option<String> {
        self.plane.api.refusal(&api_path(path, None), object)
    }

    /// Asks the API server what it says to objects, in the test's namespace.
    pub(crate) fn verdicts(&self) -> Verdicts<'_> {
        Verdicts::new(&self.plane.api, &self.namespace)
    }

    /// Deletes a live object.
    #[track_caller]
    pub(crate) fn delete(&self, path: &str) {
        self.plane.api.delete(&self.namespaced(path));
    }

    /// Lets `user` do this in the test's namespace. `rules` as in a Role.
    #[track_caller]
    pub(crate) fn allow(&self, user: &str, rules: &Value) {
        let group = "rbac.authorization.k8s.io";
        let (collection, name) = (format!("{group}/v1"), format!("{user}-may"));
        self.create(
            &format!("{collection}/roles"),
            &trueup::json::json!({"metadata": {"name": name}, "rules": rules}),
        );
        let binding = trueup::json::json!({
            "metadata": {"name": name},
            "roleRef": {"apiGroup": group, "kind": "Role", "name": name},
            "subjects": [{"apiGroup": group, "kind": "User", "name": user}],
        });
        self.create(&format!("{collection}/rolebindings"), &binding);
    }

    /// What anybody wrote into the test's namespace: kind, name and
    /// resourceVersion of everything that trueup could have touched. Empty when
    /// there is no namespace.
    #[track_caller]
    pub(crate) fn footprint(&self) -> Vec<String> {
        let kinds = [
            "v1/configmaps",
            "v1/secrets",
            "v1/services",
            "v1/serviceaccounts",
            "apps/v1/deployments",
            "batch/v1/jobs",
            "coordination.k8s.io/v1/leases",
            "rbac.authorization.k8s.io/v1/roles",
        ];
        let mut footprint = Vec::new();
        for kind in kinds {
            for object in self.live_list(kind) {
                let name = object["metadata"]["name"].as_str().expect("a name");
                // What every namespace gets, sooner or later.
                if !matches!(name, "kube-root-ca.crt" | "default") {
                    footprint.push(format!("{kind}/{name}@{}", object["metadata"]["resourceVersion"]));
                }
            }
        }
        footprint
    }

    /// The kubeconfig that trueup gets: the test's namespace is its context's.
    pub(crate) fn kubeconfig(&self) -> PathBuf {
        self.outside().join("kubeconfig")
    }

    /// The same as data, to make variants of.
    pub(crate) fn kubeconfig_data(&self) -> Kubeconfig {
        let mut kubeconfig = self.plane.kubeconfig.clone();
        kubeconfig.current_context = Some(self.plane.context.clone());
        for named in &mut kubeconfig.contexts {
            if let Some(context) = &mut named.context {
                context.namespace = Some(self.namespace.clone());
            }
        }
        kubeconfig
    }

    fn write_kubeconfig(&self, kubeconfig: &Kubeconfig) {
        let kubeconfig = serde_json::to_string(kubeconfig).expect("a kubeconfig");
        fs::write(self.kubeconfig(), kubeconfig).expect("a file");
    }

    /// Runs trueup in the repository, with one more variable.
    #[must_use = "a run that nobody looks at tests nothing"]
    #[track_caller]
    pub(crate) fn trueup_with(&self, arguments: &[&str], name: &str, value: &str) -> Run {
        let mut command = self.command(self.root(), arguments);
        command.env(name, value);
        Running::start(command, None, shown(arguments), self.rewriter()).end()
    }

    fn start(&self, folder: &Path, arguments: &[&str], input: Option<&str>) -> Running {
        Running::start(self.command(folder, arguments), input, shown(arguments), self.rewriter())
    }

    fn command(&self, folder: &Path, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_trueup"));
        command
            .args(arguments)
            .current_dir(folder)
            .env_clear()
            .env("PATH", std::env::var_os("PATH").unwrap_or_default())
            .env("HOME", self.outside().join("home"))
            .env("USER", "tester")
            .env("KUBECONFIG", self.kubeconfig())
            .env("NO_COLOR", "1")
            .envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    fn rewriter(&self) -> Rewriter {
        let mut rewriter = Rewriter::default();
        rewriter.path(self.root(), "$REPO");
        rewriter.path(self.outside(), "$OUTSIDE");
        rewriter.name(&self.plane.server, "$SERVER");
        rewriter.name(&self.namespace, "$NAMESPACE");
        rewriter.commits(self.repository.commits());
        rewriter
    }

    fn namespaced(&self, path: &str) -> String {
        api_path(path, Some(&self.namespace))
    }
}

/// Waits until the condition holds, which must be soon.
#[track_caller]
pub(crate) fn wait_until(what: &str, condition: impl Fn() -> bool) {
    let deadline = Instant::now() + SOON;
    while !condition() {
        assert!(Instant::now() < deadline, "waited {SOON:?} until {what}");
        thread::sleep(POLL);
    }
}

/// `apps/v1/deployments/web` as a path of the API.
fn api_path(path: &str, namespace: Option<&str>) -> String {
    let core = path.starts_with("v1/");
    let mut parts = path.splitn(if core { 2 } else { 3 }, '/');
    let version: Vec<&str> = parts.by_ref().take(if core { 1 } else { 2 }).collect();
    let rest = parts.next().expect("a path like v1/configmaps");
    let root = if core { "api" } else { "apis" };
    let namespace = namespace.map(|name| format!("namespaces/{name}/")).unwrap_or_default();
    format!("/{root}/{}/{namespace}{rest}", version.join("/"))
}

/// `t-<test>-<run><n>`: after the test, which its thread is named after, and a
/// valid namespace. The last part tells runs against one cluster apart.
fn unique_name() -> String {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let thread = thread::current();
    let test = thread.name().unwrap_or("test").rsplit("::").next().unwrap_or_default();
    let mut slug: String = test.replace('_', "-").chars().take(16).collect();
    slug.truncate(slug.trim_end_matches('-').len());
    let count = COUNT.fetch_add(1, Ordering::Relaxed);
    format!("t-{slug}-{:05x}{count:03}", process::id() & 0xf_ffff)
}

fn shown(arguments: &[&str]) -> String {
    let quoted = arguments.iter().map(|argument| {
        if argument.contains([' ', '*', '"']) { format!("'{argument}'") } else { (*argument).to_owned() }
    });
    quoted.fold("trueup".to_owned(), |all, argument| format!("{all} {argument}"))
}

#[test]
fn paths_of_the_api_have_the_namespace_where_it_belongs() {
    let web = api_path("apps/v1/deployments/web/scale", Some("shop"));
    assert_eq!(web, "/apis/apps/v1/namespaces/shop/deployments/web/scale");
    assert_eq!(api_path("v1/configmaps", Some("shop")), "/api/v1/namespaces/shop/configmaps");
    assert_eq!(api_path("v1/nodes/a", None), "/api/v1/nodes/a");
}

#[test]
fn a_namespace_that_isnt_there_has_no_footprint() {
    let environment = TestEnvironment::without_configuration();
    assert!(environment.footprint().is_empty());
    environment.create_namespace();
    environment.create("v1/configmaps", &trueup::json::json!({"metadata": {"name": "settings"}}));
    assert!(environment.footprint().iter().any(|line| line.contains("settings")));
    environment.edit("v1/configmaps/settings", &trueup::json::json!({"data": {"a": "1"}}));
    assert_eq!(environment.live_object("v1/configmaps/settings")["data"]["a"], "1");
}
