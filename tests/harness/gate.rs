//! A gate before the API server, through which a run's requests go one by one. It
//! holds one back, so that something is done between trueup's plan and its write,
//! lets only so many through, or answers in the server's place ([`super::proxy`]).

use std::io;
use std::net::SocketAddr;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use kube::config::Kubeconfig;
use tokio::io::{AsyncBufReadExt as _, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
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
pub(super) struct Gate {
    traffic: Arc<Traffic>,
    serving: JoinHandle<()>,
}

/// The requests that were let through, watches left out.
#[derive(Default)]
struct Traffic {
    under_way: AtomicUsize,
    most: AtomicUsize,
}

/// What becomes of a request.
pub(super) enum Passage {
    Free(Reply),
    Held(oneshot::Receiver<()>),
    Closed,
}

/// Who answers a request.
pub(crate) enum Reply {
    /// The real server answers.
    Pass,
    /// This is the answer: status code, further headers (each with its line break)
    /// and the body.
    Answer(u16, &'static str, String),
    /// The connection is closed without an answer.
    Break,
    /// The real server does what it's asked to, and its answer is lost.
    Lose,
}

impl Gate {
    /// A gate before the server of this kubeconfig's current context, which leads
    /// through the gate from now on.
    pub(super) fn before(
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
        let traffic: Arc<Traffic> = Arc::default();
        let server = Arc::new(Server { api, passage, traffic: traffic.clone() });
        let serving = runtime().spawn(async move {
            // With this task its connections end.
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                let server = server.clone();
                connections.spawn(server.serve(client));
                while connections.try_join_next().is_some() {}
            }
        });
        Self { traffic, serving }
    }

    /// Waits until what was let through has been answered, but for watches.
    #[track_caller]
    fn settle(&self) {
        wait_until("every request is answered", || self.traffic.under_way.load(Ordering::SeqCst) == 0);
    }

    /// How many requests were under way at once, watches left out.
    pub(super) fn most_at_once(&self) -> usize {
        self.traffic.most.load(Ordering::SeqCst)
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
            if request.method != method || request.path != path || request.is_dry_run() {
                return Passage::Free(Reply::Pass);
            }
            let first = arrives.lock().unwrap_or_else(PoisonError::into_inner).take();
            first.map_or(Passage::Free(Reply::Pass), |arrives| held(&arrives))
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
    arrives.send(go_on).map_or(Passage::Free(Reply::Pass), |()| Passage::Held(gone_on))
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
                let _ = reaches.send(format!("{} {}", request.method, request.target()));
            }
            if number < nth { Passage::Free(Reply::Pass) } else { Passage::Closed }
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
    traffic: Arc<Traffic>,
}

impl<P: Fn(&Request) -> Passage + Send + Sync + 'static> Server<P> {
    /// Passes on, or answers, one request a connection.
    async fn serve(self: Arc<Self>, client: TcpStream) {
        let mut client = BufReader::new(client);
        let Some(request) = Request::read(&mut client).await else { return };
        let server = self.clone();
        // A test may let time pass while it decides.
        let decided = tokio::task::spawn_blocking(move || ((server.passage)(&request), request)).await;
        let (passage, request) = decided.expect("a decision");
        let reply = match passage {
            Passage::Free(reply) => reply,
            Passage::Held(gone_on) => {
                // A test that is over waits for nothing.
                _ = gone_on.await;
                Reply::Pass
            }
            Passage::Closed => std::future::pending().await,
        };
        let _counted = (!request.query.contains("watch=")).then(|| Counted::one_of(&self.traffic));
        // Either end may be gone already: a run that was stopped.
        _ = self.answer(reply, request, &mut client).await;
    }

    async fn answer(
        &self,
        reply: Reply,
        request: Request,
        client: &mut BufReader<TcpStream>,
    ) -> io::Result<()> {
        match reply {
            Reply::Pass => self.pass(request, client).await?,
            Reply::Lose => self.pass(request, &mut tokio::io::sink()).await?,
            Reply::Break => {}
            Reply::Answer(code, headers, body) => {
                let head = format!("HTTP/1.1 {code} Scripted\r\nConnection: close\r\n{headers}");
                let answer = format!("{head}Content-Length: {}\r\n\r\n{body}", body.len());
                client.write_all(answer.as_bytes()).await?;
            }
        }
        client.shutdown().await
    }

    async fn pass(&self, request: Request, client: &mut (impl AsyncWrite + Unpin)) -> io::Result<()> {
        let mut answer = self.api.pass(request.passed_on()).await?;
        client.write_all(&answer.first_lines).await?;
        while let Some(part) = answer.next_part().await? {
            client.write_all(&part).await?;
        }
        Ok(())
    }
}

/// Something that is under way for as long as this lives.
struct Counted<'a>(&'a Traffic);

impl<'a> Counted<'a> {
    fn one_of(traffic: &'a Traffic) -> Self {
        let under_way = traffic.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        traffic.most.fetch_max(under_way, Ordering::SeqCst);
        Self(traffic)
    }
}

impl Drop for Counted<'_> {
    fn drop(&mut self) {
        self.0.under_way.fetch_sub(1, Ordering::SeqCst);
    }
}

/// A request as it came.
pub(crate) struct Request {
    /// Such as `PATCH`.
    pub method: String,
    /// The path, without the query.
    pub path: String,
    /// What stands behind the `?`.
    pub query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    /// Whether it would change something.
    pub(crate) fn is_write(&self) -> bool {
        self.method != "GET" && !self.is_dry_run()
    }

    pub(super) fn is_dry_run(&self) -> bool {
        self.query.contains("dryRun")
    }

    fn target(&self) -> String {
        if self.query.is_empty() { self.path.clone() } else { format!("{}?{}", self.path, self.query) }
    }

    /// As it goes on to the real server.
    fn passed_on(self) -> http::Request<Vec<u8>> {
        let headers = self.headers.iter().filter(|(name, _)| !OWN_HEADERS.contains(&name.as_str()));
        let passed = headers.fold(
            http::Request::builder().method(self.method.as_str()).uri(self.target()),
            |builder, (name, value)| builder.header(name, value),
        );
        passed.body(self.body).expect("a request")
    }

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
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (method, path, query) = (method.to_owned(), path.to_owned(), query.to_owned());
        Some(Self { method, path, query, headers, body })
    }
}

async fn line(client: &mut BufReader<TcpStream>) -> Option<String> {
    let mut line = String::new();
    client.read_line(&mut line).await.ok().filter(|&length| length > 0)?;
    Some(line.trim_end().to_owned())
}
