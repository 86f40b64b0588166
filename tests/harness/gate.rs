//! A gate before the API server, that holds one request back: what another does at
//! that very moment is done between trueup's plan and its write.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

use kube::config::Kubeconfig;

use super::api::Api;

/// How long a run may take to send the request.
const LONGEST: Duration = Duration::from_secs(60);

/// Headers that are about the connection, or that the gate's own client sets.
const OWN_HEADERS: [&str; 6] =
    ["authorization", "connection", "content-length", "host", "transfer-encoding", "accept-encoding"];

/// The gate. Whatever it lets through is answered by the real server.
pub(super) struct Gate {
    arrived: Receiver<Sender<()>>,
}

/// Which request is held back, the first time that it comes. Dry runs pass.
struct Held {
    method: String,
    path: String,
    arrives: Mutex<Option<Sender<Sender<()>>>>,
}

/// A request as it came.
struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Gate {
    /// A gate before the server of this kubeconfig's current context, which leads
    /// through the gate from now on. `path` is the API's own.
    pub(super) fn before(kubeconfig: &mut Kubeconfig, method: &str, path: &str) -> Self {
        let context = kubeconfig.current_context.clone().expect("a context");
        let (api, _) = Api::connect(kubeconfig, &context);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        for cluster in kubeconfig.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
            cluster.server = Some(format!("http://{address}"));
        }
        let (arrives, arrived) = channel();
        let arrives = Mutex::new(Some(arrives));
        let held = Held { method: method.to_owned(), path: path.to_owned(), arrives };
        let shared = Arc::new((api, held));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = shared.clone();
                thread::spawn(move || serve(client, &shared.0, &shared.1));
            }
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

impl Held {
    /// Holds the request back if it's the one.
    fn hold(&self, request: &Request) {
        let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
        if request.method != self.method || path != self.path || query.contains("dryRun") {
            return;
        }
        let first = self.arrives.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(arrives) = first {
            let (go_on, gone_on) = channel();
            // A test that is over waits for nothing.
            if arrives.send(go_on).is_ok() {
                let _ = gone_on.recv();
            }
        }
    }
}

/// Passes on one request a connection.
fn serve(client: TcpStream, api: &Api, held: &Held) {
    let Some(request) = Request::read(&client) else { return };
    held.hold(&request);
    let headers = request.headers.iter().filter(|(name, _)| !OWN_HEADERS.contains(&name.as_str()));
    let passed = headers.fold(
        http::Request::builder().method(request.method.as_str()).uri(&request.target),
        |builder, (name, value)| builder.header(name, value),
    );
    let passed = passed.body(request.body).expect("a request");
    // Either end may be gone already: a run that was stopped.
    let _ = api.pass(passed, |part| (&client).write_all(part));
}

impl Request {
    fn read(client: &TcpStream) -> Option<Self> {
        let mut reader = BufReader::new(client);
        let mut line = || {
            let mut line = String::new();
            reader.read_line(&mut line).ok().filter(|&length| length > 0)?;
            Some(line.trim_end().to_owned())
        };
        let first = line()?;
        let (method, rest) = first.split_once(' ')?;
        let (target, _) = rest.split_once(' ')?;
        let mut headers = Vec::new();
        while let Some(line) = line().filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':')?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.map_or(Some(0), |(_, value)| value.parse().ok())?;
        let mut body = vec![0; length];
        reader.read_exact(&mut body).ok()?;
        Some(Self { method: method.to_owned(), target: target.to_owned(), headers, body })
    }
}
