//! A gate before the API server, that holds one request back: what another does at
//! that very moment is done between trueup's plan and its write.

use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use kube::config::Kubeconfig;

use super::proxy::{Proxy, Reply};

/// How long a run may take to send the request.
const LONGEST: Duration = Duration::from_secs(60);

/// The gate. Whatever it lets through is answered by the real server.
pub(super) struct Gate {
    arrived: Receiver<Sender<()>>,
}

impl Gate {
    /// A gate before the server of this kubeconfig's current context, which leads
    /// through the gate from now on. The request is held back the first time that it
    /// comes; dry runs pass. `path` is the API's own.
    pub(super) fn before(kubeconfig: &mut Kubeconfig, method: &str, path: &str) -> Self {
        let (arrives, arrived) = channel::<Sender<()>>();
        let arrives = Mutex::new(Some(arrives));
        let (method, path) = (method.to_owned(), path.to_owned());
        Proxy::before(kubeconfig, move |request, _| {
            if request.method == method && request.path == path && !request.query.contains("dryRun") {
                hold(&arrives);
            }
            Reply::Pass
        });
        Self { arrived }
    }

    /// Waits until the request is there, does this, and lets it through.
    #[track_caller]
    pub(super) fn meanwhile(&self, action: impl FnOnce()) {
        let go_on = match self.arrived.recv_timeout(LONGEST) {
            Ok(go_on) => go_on,
            Err(RecvTimeoutError::Timeout) => panic!("the request that is waited for wasn't sent"),
            Err(RecvTimeoutError::Disconnected) => panic!("the gate is gone"),
        };
        action();
        go_on.send(()).expect("the request is still held");
    }
}

/// Holds a request back, if none was before.
fn hold(arrives: &Mutex<Option<Sender<Sender<()>>>>) {
    let first = arrives.lock().unwrap_or_else(PoisonError::into_inner).take();
    if let Some(arrives) = first {
        let (go_on, gone_on) = channel();
        // A test that is over waits for nothing.
        if arrives.send(go_on).is_ok() {
            let _ = gone_on.recv();
        }
    }
}
