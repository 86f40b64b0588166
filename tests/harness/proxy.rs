//! A proxy before the API server, that may answer a request itself, hold it back or
//! break its connection. All else is answered by the real server.

use std::collections::HashMap;
use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use kube::config::Kubeconfig;

use super::api::{Api, runtime};

/// Headers that are about the connection, or that the proxy's own client sets.
const OWN_HEADERS: [&str; 6] =
    ["authorization", "connection", "content-length", "host", "transfer-encoding", "accept-encoding"];

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
        self.method != "GET" && !self.query.contains("dryRun")
    }
}

/// What becomes of a request.
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

/// The proxy.
pub(crate) struct Proxy {
    seen: Arc<Seen>,
}

#[derive(Default)]
struct Seen {
    counts: Mutex<HashMap<(String, String), usize>>,
    under_way: AtomicUsize,
    most: AtomicUsize,
}

type Decide = dyn Fn(&Request, usize) -> Reply + Send + Sync;

impl Proxy {
    /// A proxy before the server of this kubeconfig's current context, which leads
    /// through it from now on. `decide` is told how often the same method and path
    /// were seen before; dry runs count apart.
    pub(crate) fn before(
        kubeconfig: &mut Kubeconfig,
        decide: impl Fn(&Request, usize) -> Reply + Send + Sync + 'static,
    ) -> Self {
        let context = kubeconfig.current_context.clone().expect("a context");
        let (api, _) = Api::connect(kubeconfig, &context);
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        for cluster in kubeconfig.clusters.iter_mut().filter_map(|named| named.cluster.as_mut()) {
            cluster.server = Some(format!("http://{address}"));
        }
        let seen: Arc<Seen> = Arc::default();
        let shared: Arc<(Api, Arc<Seen>, Box<Decide>)> = Arc::new((api, seen.clone(), Box::new(decide)));
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let shared = shared.clone();
                thread::spawn(move || serve(&client, &shared.0, &shared.1, &*shared.2));
            }
        });
        Self { seen }
    }

    /// How often a request was seen that isn't a dry run. `path` is the API's own.
    pub(crate) fn count(&self, method: &str, path: &str) -> usize {
        let counts = self.seen.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.get(&(method.to_owned(), path.to_owned())).copied().unwrap_or_default()
    }

    /// How many requests were under way at once, watches left out.
    pub(crate) fn most_at_once(&self) -> usize {
        self.seen.most.load(Ordering::SeqCst)
    }
}

/// Passes on, or answers, one request a connection.
fn serve(client: &TcpStream, api: &Api, seen: &Seen, decide: &Decide) {
    let Some(request) = Request::read(client) else { return };
    let before = seen.count(&request);
    let is_watch = request.query.contains("watch=");
    if !is_watch {
        let under_way = seen.under_way.fetch_add(1, Ordering::SeqCst) + 1;
        seen.most.fetch_max(under_way, Ordering::SeqCst);
    }
    // Either end may be gone already: a run that was stopped.
    match decide(&request, before) {
        Reply::Pass => drop(pass(api, request, |part| (&*client).write_all(part))),
        Reply::Lose => drop(pass(api, request, |_| Ok(()))),
        Reply::Break => {}
        Reply::Answer(code, headers, body) => {
            let head = format!("HTTP/1.1 {code} Scripted\r\nConnection: close\r\n{headers}");
            drop(
                (&*client)
                    .write_all(format!("{head}Content-Length: {}\r\n\r\n{body}", body.len()).as_bytes()),
            );
        }
    }
    if !is_watch {
        seen.under_way.fetch_sub(1, Ordering::SeqCst);
    }
    drop(client.shutdown(Shutdown::Both));
}

/// Passes a request on, and each part of the answer as it comes.
fn pass(api: &Api, request: Request, mut part: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    runtime().block_on(async {
        let mut answer = api.pass(request.passed_on()).await?;
        part(&answer.first_lines)?;
        while let Some(next) = answer.next_part().await? {
            part(&next)?;
        }
        Ok(())
    })
}

impl Seen {
    /// Counts a request. How often it was seen before.
    fn count(&self, request: &Request) -> usize {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
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
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let (method, path, query) = (method.to_owned(), path.to_owned(), query.to_owned());
        Some(Self { method, path, query, headers, body })
    }

    /// As it goes on to the real server.
    fn passed_on(self) -> http::Request<Vec<u8>> {
        let target = if self.query.is_empty() { self.path } else { format!("{}?{}", self.path, self.query) };
        let headers = self.headers.iter().filter(|(name, _)| !OWN_HEADERS.contains(&name.as_str()));
        let passed = headers.fold(
            http::Request::builder().method(self.method.as_str()).uri(target),
            |builder, (name, value)| builder.header(name, value),
        );
        passed.body(self.body).expect("a request")
    }
}
