//! The Kubernetes control planes that the tests run against.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

use kube::config::Kubeconfig;

use super::api::Api;
use super::sandbox_process::RunningSandbox;
use super::sandbox_program::locate;

/// The user that trueup runs as: may do everything, and is throttled like
/// anybody else.
const ORDINARY: &str = "ordinary";

/// A control plane, and access to it.
pub(crate) struct ControlPlane {
    /// Its kubeconfig.
    pub kubeconfig: Kubeconfig,
    /// The context for trueup.
    pub context: String,
    /// The API server's address.
    pub server: String,
    /// Access as an administrator, to arrange and to look.
    pub api: Api,
    _sandbox: Option<RunningSandbox>,
}

impl ControlPlane {
    /// The one that all tests of this run share, started by the first that
    /// asks for it.
    pub(crate) fn shared() -> &'static Self {
        static SHARED: OnceLock<ControlPlane> = OnceLock::new();
        SHARED.get_or_init(|| match existing() {
            Some((kubeconfig, context)) => Self::at(&kubeconfig, &context, &context, None),
            None => Self::start(),
        })
    }

    /// Another one, for tests that break a cluster for everybody: one test
    /// holds it at a time. `None` where the tests run on an existing cluster,
    /// which must not be broken.
    pub(crate) fn disruptive() -> Option<(&'static Self, MutexGuard<'static, ()>)> {
        static DISRUPTIVE: OnceLock<ControlPlane> = OnceLock::new();
        static TURN: Mutex<()> = Mutex::new(());
        if existing().is_some() {
            return None;
        }
        let turn = TURN.lock().unwrap_or_else(PoisonError::into_inner);
        Some((DISRUPTIVE.get_or_init(Self::start), turn))
    }

    fn start() -> Self {
        let sandbox = locate(announce)
            .and_then(|program| RunningSandbox::start(&program, &[], Stdio::inherit()))
            .unwrap_or_else(|why| panic!("no control plane to test against: {why}"));
        let kubeconfig = sandbox.kubeconfig.clone();
        Self::at(&kubeconfig, "sandbox", ORDINARY, Some(sandbox))
    }

    fn at(kubeconfig: &Path, administrator: &str, context: &str, sandbox: Option<RunningSandbox>) -> Self {
        let kubeconfig = Kubeconfig::read_from(kubeconfig)
            .unwrap_or_else(|error| panic!("can't read {}: {error}", kubeconfig.display()));
        let (api, server) = Api::connect(&kubeconfig, administrator);
        Self { kubeconfig, context: context.to_owned(), server, api, _sandbox: sandbox }
    }
}

/// The sandbox's program. `None` where the tests run on an existing cluster,
/// perhaps because it can't be built here.
pub(crate) fn sandbox_program() -> Option<String> {
    if existing().is_some() {
        return None;
    }
    let program = locate(announce).unwrap_or_else(|why| panic!("no sandbox: {why}"));
    Some(program.display().to_string())
}

/// Long builds are told on the terminal, past the test harness's capture.
#[allow(clippy::print_stderr, reason = "minutes of silence would look like a hang")]
fn announce(line: &str) {
    eprintln!("{line}");
}

/// The cluster that the caller offers. Both variables must be set, so that
/// nobody's own cluster is met by accident.
fn existing() -> Option<(PathBuf, String)> {
    match (env::var_os("TRUEUP_TEST_KUBECONFIG"), env::var("TRUEUP_TEST_CONTEXT").ok()) {
        (Some(kubeconfig), Some(context)) => Some((kubeconfig.into(), context)),
        (None, None) => None,
        _ => panic!(
            "to test on an existing cluster, set both TRUEUP_TEST_KUBECONFIG and TRUEUP_TEST_CONTEXT: \
             the tests write to it, so which one it is must be said in full"
        ),
    }
}
