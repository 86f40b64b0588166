//! A proxy before the API server, that may answer a request itself, lose its answer
//! or break its connection. All else is answered by the real server.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use kube::config::Kubeconfig;

use super::gate::{Gate, Passage, Reply, Request};

/// The proxy.
pub(crate) struct Proxy {
    seen: Arc<Seen>,
    gate: Gate,
}

/// How often each method and path was seen.
#[derive(Default)]
struct Seen(Mutex<HashMap<(String, String), usize>>);

impl Proxy {
    /// A proxy before the server of this kubeconfig's current context, which leads
    /// through it from now on. `decide` is told how often the same method and path
    /// were seen before; dry runs count apart.
    pub(crate) fn before(
        kubeconfig: &mut Kubeconfig,
        decide: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let seen: Arc<Seen> = Arc::default();
        let counting = seen.clone();
        let gate = Gate::before(kubeconfig, move |request| {
            let before = counting.count(request);
            Passage::Free(decide(request, before))
        });
        Self { seen, gate }
    }

    /// How often a request was seen that isn't a dry run. `path` is the API's own.
    pub(crate) fn count(&self, method: &str, path: &str) -> usize {
        let counts = self.seen.0.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(&(method.to_owned(), path.to_owned())).copied().unwrap_or_default()
    }

    /// How many requests were under way at once, watches left out.
    pub(crate) fn most_at_once(&self) -> usize {
        self.gate.most_at_once()
    }
}

impl Seen {
    /// Counts a request. How often it was seen before.
    fn count(&self, request: &Request) -> usize {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let path = if request.is_write() || request.method == "GET" {
            request.path.clone()
        } else {
            format!("{}?dryRun", request.path)
        };
        let count = counts.entry((request.method.clone(), path)).or_default();
        *count += 1;
        *count - 1
    }
}
