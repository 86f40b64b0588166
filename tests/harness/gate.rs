//! A gate before the API server, through which a run's requests go one by one. It
//! holds one back, so that something is done between trueup's plan and its write,
//! or lets only so many through.

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kube::config::Kubeconfig;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWriteExt as _, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::oneshot;
use tokio::task::{JoinHandle, JoinSet};

use super::api::{Api, runtime};
use super::environment::wait_until;

/// How long a run may take to send the request that is waited for.
const LONGEST: Duration = Duration::from_secs(60);

/// Headers that are about the connection, or that the gate's own client sets.
const OWN_HEADERS: [&str; 6] =
    ["authorization", "connection", "content-length", "host", "transfer-encoding", "accept-encoding"];

/// The gate. Whatever it lets through is answered by the real server. It's closed
/// when this is dropped.
struct Gate {
    under_way: Arc<AtomicUsize>,
    serving: JoinHandle<()>,
}

/// What becomes of a request.
enum Passage {
    Free,
    Held(oneshot::Receiver<()>),
    Closed,
}

impl Gate {
    /// A gate before the server of this kubeconfig's current context, which leads
    /// through the gate from now on.
    fn before(
        kubeconfig: &mut Kubeconfig,
        passage: impl Fn(&Request) -> Passage + Send + Sync + 'static,
    ) -> Self {
        let context = kubeconfig.current_context.clone().expect("a context");
        let (api, _) = Api::connect(kubeconfig, &context);
        let loopback = SocketAddr::from(([127, 0, 0, 1], 0));
        let listener = runtime().block_on(TcpListener::bind(loopback)).expect("a port");
        let address = listener.local_addr().expect("an address");
        for cluster in kubeconfig.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
            cluster.server = Some(format!("http://{address}"));
        }
        let under_way = Arc::new(AtomicUsize::new(0));
        let server = Arc::new(Server { api, passage, under_way: under_way.clone() });
        let serving = runtime().spawn(async move {
            // With this task its connections end.
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let server = server.clone();
                connections.spawn(async move { server.serve(client).await });
                while connections.try_join_next().is_some() {}
            }
        });
        Self { under_way, serving }
    }

    /// Waits until what was let through has been answered, but for watches.
    #[track_caller]
    fn settle(&self) {
        wait_until("every request is answered", || self.under_way.load(Ordering::SeqCst) == 0);
    }
}

impl Drop for Gate {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// A gate that holds one request back.
pub(super) struct Holding {
    arrived: Receiver<oneshot::Sender<()>>,
    _gate: Gate,
}

impl Holding {
    /// Holds a request back the first time that it comes. Dry runs pass. `path` is
    /// the API's own.
    pub(super) fn back(kubeconfig: &mut Kubeconfig, method: &str, path: &str) -> Self {
        let (method, path) = (method.to_owned(), path.to_owned());
        let (arrives, arrived) = channel();
        let arrives = Mutex::new(Some(arrives));
        let gate = Gate::before(kubeconfig, move |request| {
            let (asked, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
            if request.method != method || asked != path || query.contains("dryRun") {
                return Passage::Free;
            }
            let first = arrives.lock().unwrap_or_else(PoisonError::into_inner).take();
            first.map_or(Passage::Free, |arrives| held(&arrives))
        });
        Self { arrived, _gate: gate }
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

/// A test that is over holds nothing back.
fn held(arrives: &Sender<oneshot::Sender<()>>) -> Passage {
    let (go_on, gone_on) = oneshot::channel();
    arrives.send(go_on).map_or(Passage::Free, |()| Passage::Held(gone_on))
}

/// A gate that lets so many requests through, and no other one.
pub(super) struct Limit {
    reached: Receiver<String>,
    gate: Gate,
}

impl Limit {
    /// Is closed from the `nth` request on.
    pub(super) fn before(kubeconfig: &mut Kubeconfig, nth: usize) -> Self {
        let (reaches, reached) = channel();
        let seen = AtomicUsize::new(0);
        let gate = Gate::before(kubeconfig, move |request| {
            let number = seen.fetch_add(1, Ordering::SeqCst) + 1;
            if number == nth {
                // Nobody may be listening any more.
                let _ = reaches.send(format!("{} {}", request.method, request.target));
            }
            if number < nth { Passage::Free } else { Passage::Closed }
        });
        Self { reached, gate }
    }

    /// The request that wasn't let through, if it comes within this time.
    pub(super) fn reached(&self, within: Duration) -> Option<String> {
        self.reached.recv_timeout(within).ok()
    }

    /// Waits until what was let through has been answered.
    #[track_caller]
    pub(super) fn settle(&self) {
        self.gate.settle();
    }
}

struct Server<P> {
    api: Api,
    passage: P,
    under_way: Arc<AtomicUsize>,
}

impl<P: Fn(&Request) -> Passage> Server<P> {
    /// Passes on one request a connection.
    async fn serve(&self, client: TcpStream) {
        let mut client = BufReader::new(client);
        let Some(request) = Request::read(&mut client).await else { return };
        match (self.passage)(&request) {
            Passage::Free => {}
            // A test that is over waits for nothing.
            Passage::Held(gone_on) => _ = gone_on.await,
            Passage::Closed => std::future::pending().await,
        }
        let _counted = (!request.target.contains("watch=")).then(|| Counted::one_of(&self.under_way));
        // Either end may be gone already: a run that was stopped.
        _ = self.pass(request, client).await;
    }

    async fn pass(&self, request: Request, mut client: BufReader<TcpStream>) -> io::Result<()> {
        let headers = request.headers.iter().filter(|(name, _)| !OWN_HEADERS.contains(&name.as_str()));
        let passed = headers.fold(
            http::Request::builder().method(request.method.as_str()).uri(&request.target),
            |builder, (name, value)| builder.header(name, value),
        );
        let mut answer = self.api.pass(passed.body(request.body).expect("a request")).await?;
        client.write_all(&answer.first_lines).await?;
        while let Some(part) = answer.next_part().await? {
            client.write_all(&part).await?;
        }
        client.shutdown().await
    }
}

/// Something that is under way for as long as this lives.
struct Counted<'a>(&'a AtomicUsize);

impl<'a> Counted<'a> {
    fn one_of(counter: &'a AtomicUsize) -> Self {
        counter.fetch_add(1, Ordering::SeqCst);
        Self(counter)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A request as it came.
struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    async fn read(client: &mut BufReader<TcpStream>) -> Option<Self> {
        let first = line(client).await?;
        let (method, rest) = first.split_once(' ')?;
        let (target, _) = rest.split_once(' ')?;
        let mut headers = Vec::new();
        while let Some(line) = line(client).await.filter(|line| !line.is_empty()) {
            let (name, value) = line.split_once(':')?;
            headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
        }
        let length = headers.iter().find(|(name, _)| name == "content-length");
        let length = length.map_or(Some(0), |(_, value)| value.parse().ok())?;
        let mut body = vec![0; length];
        client.read_exact(&mut body).await.ok()?;
        Some(Self { method: method.to_owned(), target: target.to_owned(), headers, body })
    }
}

async fn line(client: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    client.read_line(&mut line).await.ok().filter(|&length| length > 0)?;
    Some(line.trim_end().to_owned())
}
