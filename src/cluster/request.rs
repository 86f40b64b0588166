//! Sending one request: permits, counting, time limit, and retries.

use std::error::Error;
use std::fmt;
use std::io::{self, ErrorKind};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use http::header::{ACCEPT, CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, ETAG, IF_NONE_MATCH, RETRY_AFTER};
use http::{HeaderMap, Method, Request, Response, StatusCode};
use http_body_util::BodyExt as _;
use kube::Client;
use kube::client::Body;
use serde::de::DeserializeOwned;

use super::call::{Answer, Call};
use super::connect::root_cause;
use super::discovery_cache::DiscoveryCache;
use super::error::ApiError;
use super::limiter::{Limiter, Load};
use super::retry::{self, Budget, Patience};
use super::warning::{self, ServerWarning};

/// How many requests are under way at once. Beyond 16 to 32 nothing is gained
/// and the slowest get very slow.
const CONCURRENCY: usize = 16;

/// Memory for so many bytes of an answer is taken because the server says that
/// they will come; for more only as they do.
const LARGEST_RESERVE: usize = 1 << 20;

/// A connection to one cluster. Cheap to clone; all clones share permits and
/// the count of requests.
#[derive(Clone)]
pub struct Cluster {
    client: Client,
    server: Arc<str>,
    namespace: Arc<str>,
    timeout: Duration,
    limiter: Arc<Limiter>,
    budget: Arc<Mutex<Budget>>,
    /// Whether the server has answered anything yet.
    answered: Arc<AtomicBool>,
    sent: Arc<AtomicUsize>,
    warnings: Arc<Mutex<Vec<ServerWarning>>>,
    discovery_cache: Option<Arc<DiscoveryCache>>,
}

/// Leaves out the client, which holds credentials.
impl fmt::Debug for Cluster {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cluster({})", self.server)
    }
}

impl Cluster {
    pub(super) fn new(client: Client, server: String, namespace: String, timeout: Duration) -> Self {
        Self {
            client,
            server: server.into(),
            namespace: namespace.into(),
            timeout,
            limiter: Arc::new(Limiter::new(CONCURRENCY)),
            budget: Arc::default(),
            answered: Arc::default(),
            sent: Arc::default(),
            warnings: Arc::default(),
            discovery_cache: None,
        }
    }

    /// The same with discovery documents kept from run to run.
    pub(super) fn with_discovery_cache(self, cache: Option<DiscoveryCache>) -> Self {
        Self { discovery_cache: cache.map(Arc::new), ..self }
    }

    pub(super) fn discovery_cache(&self) -> Option<&DiscoveryCache> {
        self.discovery_cache.as_deref()
    }

    /// The same connection with permits of its own: for the few requests that
    /// mustn't wait behind a thousand others.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self { limiter: Arc::new(Limiter::new(CONCURRENCY)), ..self.clone() }
    }

    /// The same connection with at most so many requests under way at once; fewer
    /// while the server says that it's too much.
    #[must_use]
    pub fn at_most(self, requests: usize) -> Self {
        Self { limiter: Arc::new(Limiter::new(requests)), ..self }
    }

    /// How many requests may be under way at once, at most.
    pub fn concurrency(&self) -> usize {
        self.limiter.ceiling()
    }

    /// The server's address.
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The namespace of the context, `default` if it names none.
    pub fn default_namespace(&self) -> &str {
        &self.namespace
    }

    /// How many requests were sent so far, retries included.
    pub fn requests(&self) -> usize {
        self.sent.load(Ordering::Relaxed)
    }

    /// What the server has warned of since this was last asked, about objects
    /// that were applied or tried out, each warning once.
    pub fn take_warnings(&self) -> Vec<ServerWarning> {
        let mut warnings = std::mem::take(&mut *self.warnings.lock().unwrap_or_else(PoisonError::into_inner));
        warnings.sort();
        warnings.dedup();
        warnings
    }

    /// Keeps what the answer to a patch warns of. What other requests are warned
    /// of is about the kind, not about an object that was sent.
    fn keep_warnings(&self, call: &Call<'_>, headers: &HeaderMap) {
        if call.method != Method::PATCH {
            return;
        }
        let path = call.path.split('?').next().unwrap_or_default();
        let found = warning::texts(headers);
        let found = found.into_iter().map(|text| ServerWarning { path: path.to_owned(), text });
        self.warnings.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
    }

    pub(super) fn client(&self) -> &Client {
        &self.client
    }

    pub(super) fn count_request(&self) {
        self.sent.fetch_add(1, Ordering::Relaxed);
    }

    /// Sends a request and reads its answer; tries again what may pass.
    pub(super) async fn call<T: DeserializeOwned>(&self, call: Call<'_>) -> Result<T, ApiError> {
        call.parse(&self.call_answer(&call).await?.body)
    }

    /// The same for answers that aren't JSON.
    pub(super) async fn call_bytes(&self, call: &Call<'_>) -> Result<Vec<u8>, ApiError> {
        self.call_answer(call).await.map(|answer| answer.body)
    }

    /// The same with what the server calls the content.
    ///
    /// All attempts and the pauses between them share one budget, the time
    /// limit of a request. Waiting for a permit isn't the server's doing and
    /// doesn't count.
    pub(super) async fn call_answer(&self, call: &Call<'_>) -> Result<Answer, ApiError> {
        let mut spent = Duration::ZERO;
        let mut attempt = 1;
        loop {
            let (took, outcome) = self.attempt(call, self.timeout.saturating_sub(spent)).await;
            let failed = match outcome {
                Ok(answer) => {
                    self.budget().earn();
                    return Ok(answer);
                }
                Err(failed) => failed,
            };
            let pause = retry::delay(attempt, failed.error.retry_after());
            spent += took + pause;
            let patience = failed.patience(self.answered.load(Ordering::Relaxed));
            let may_try_again = retry::may_try_again(patience, attempt, spent, self.timeout);
            if !may_try_again || !self.budget().spend() {
                return Err(failed.error);
            }
            tokio::time::sleep(pause).await;
            attempt += 1;
        }
    }

    fn budget(&self) -> MutexGuard<'_, Budget> {
        self.budget.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// One attempt within `limit`, and how long it took.
    async fn attempt(&self, call: &Call<'_>, limit: Duration) -> (Duration, Result<Answer, Failed>) {
        let permit = self.limiter.permit().await;
        self.count_request();
        let start = Instant::now();
        let in_time = tokio::time::timeout(limit, self.send(call)).await;
        let is_timeout = in_time.is_err();
        let outcome = in_time
            .unwrap_or_else(|_| Err(self.transport(format!("no answer within {:?}", self.timeout)).into()));
        let load =
            outcome.as_ref().map_or_else(|failed| retry::load(&failed.error, is_timeout), |_| Load::Fine);
        self.limiter.finish(permit, load);
        (start.elapsed(), outcome)
    }

    async fn send(&self, call: &Call<'_>) -> Result<Answer, Failed> {
        let mut request =
            Request::builder().method(call.method.clone()).uri(&call.path).header(ACCEPT, call.accept);
        if !call.content_type.is_empty() {
            request = request.header(CONTENT_TYPE, call.content_type);
        }
        if let Some(etag) = call.etag {
            // Nobody on the way may answer for the server.
            request = request.header(IF_NONE_MATCH, etag).header(CACHE_CONTROL, "no-cache");
        }
        let request = request
            .body(Body::from(call.body.clone()))
            .map_err(|error| ApiError::Malformed { request: call.name(), why: error.to_string() })?;
        let response = self.client.send(request).await.map_err(|error| Failed {
            is_lasting: is_lasting(&error),
            error: self.transport(root_cause(&error)),
        })?;
        self.answered.store(true, Ordering::Relaxed);
        let code = response.status();
        let headers = response.headers().clone();
        let retry_after = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let body = self.read(response).await?;
        let is_same = call.etag.is_some() && code == StatusCode::NOT_MODIFIED;
        if code.is_success() || is_same {
            self.keep_warnings(call, &headers);
            let etag = headers.get(ETAG).and_then(|value| value.to_str().ok()).map(str::to_owned);
            Ok(Answer { body, etag, is_same })
        } else {
            Err(ApiError::from_response(call.name(), code.as_u16(), retry_after, &body).into())
        }
    }

    /// Opens an answer that comes bit by bit, for as long as it may take. It holds no
    /// permit, and isn't tried again.
    pub(super) async fn open(&self, path: &str) -> Result<Body, ApiError> {
        self.count_request();
        let request = Request::builder().method(Method::GET).uri(path).header(ACCEPT, "*/*");
        let request = request
            .body(Body::empty())
            .map_err(|error| ApiError::Malformed { request: path.to_owned(), why: error.to_string() })?;
        let sent = tokio::time::timeout(self.timeout, self.client.send(request)).await;
        let response = match sent {
            Ok(response) => response.map_err(|error| self.transport(root_cause(&error)))?,
            Err(_) => return Err(self.transport(format!("no answer within {:?}", self.timeout))),
        };
        let code = response.status();
        if code.is_success() {
            return Ok(response.into_body());
        }
        let body = self.read(response).await?;
        Err(ApiError::from_response(format!("GET {path}"), code.as_u16(), None, &body))
    }

    /// The whole body. Lists are megabytes: each part is copied once, into its
    /// place.
    async fn read(&self, response: Response<Body>) -> Result<Vec<u8>, ApiError> {
        let length: Option<usize> =
            response.headers().get(CONTENT_LENGTH).and_then(|value| value.to_str().ok()?.parse().ok());
        let mut whole = Vec::with_capacity(length.unwrap_or_default().min(LARGEST_RESERVE));
        let mut body = response.into_body();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| self.transport(root_cause(&error)))?;
            if let Ok(data) = frame.into_data() {
                whole.extend_from_slice(&data);
            }
        }
        Ok(whole)
    }

    fn transport(&self, why: String) -> ApiError {
        ApiError::Transport { server: self.server.to_string(), why }
    }
}

/// A failed attempt.
struct Failed {
    error: ApiError,
    /// The connection can't come about, now or within seconds.
    is_lasting: bool,
}

impl Failed {
    /// How patient one is with it. A server that has answered before and can't be
    /// reached any more is most likely starting again.
    fn patience(&self, was_answered: bool) -> Patience {
        match (self.is_lasting, was_answered) {
            (true, true) => Patience::Long,
            (true, false) => Patience::Never,
            (false, _) => Patience::with(&self.error),
        }
    }
}

impl From<ApiError> for Failed {
    fn from(error: ApiError) -> Self {
        Self { error, is_lasting: false }
    }
}

/// Nobody listens there, TLS can't be agreed on, or the name is unknown: that
/// doesn't pass within seconds, and a wrong address should be told at once.
fn is_lasting(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|cause| match cause.downcast_ref::<io::Error>().map(io::Error::kind) {
        // TLS errors, such as an unknown certificate authority, are InvalidData.
        Some(kind) => matches!(kind, ErrorKind::ConnectionRefused | ErrorKind::InvalidData),
        // The connector's error type is private, and the system's error below it
        // has no kind of its own: its text is all there is.
        None => cause.to_string() == "dns error",
    })
}

/// An error and its causes, from the outermost inwards.
fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| {
        // The source of an io::Error is what its content has as source: the
        // content itself would be passed over.
        match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
            Some(content) => Some(content as &(dyn Error + 'static)),
            None => error.source(),
        }
    })
}

#[cfg(test)]
mod tests {
    use std::io::{Read as _, Write as _};
    use std::net::{SocketAddr, TcpListener};
    use std::thread;

    use super::*;
    use crate::cluster::transport;

    fn cluster(url: &str, timeout: Duration) -> Cluster {
        let config = kube::Config::new(url.parse().expect("a URL"));
        let client = transport::client(config).expect("a client");
        Cluster::new(client, url.to_owned(), "default".to_owned(), timeout)
    }

    /// Answers each connection's first bytes with these; keeps silent, with the
    /// connection open, when there are none.
    fn server(answer: &'static str) -> SocketAddr {
        server_of(vec![answer])
    }

    /// The same with an answer for each connection, the last one for all others.
    fn server_of(answers: Vec<&'static str>) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        thread::spawn(move || {
            let mut open = Vec::new();
            for (nth, mut connection) in listener.incoming().flatten().enumerate() {
                let answer = answers[nth.min(answers.len() - 1)];
                // The client may be gone already; that is its own affair.
                let _ = connection.read(&mut [0; 4096]);
                let _ = connection.write_all(answer.as_bytes());
                if answer.is_empty() {
                    open.push(connection);
                }
            }
        });
        address
    }

    async fn failure(cluster: &Cluster) -> ApiError {
        cluster.call_bytes(&Call::get("/version".to_owned())).await.expect_err("no server answers well")
    }

    #[tokio::test]
    async fn a_silent_server_costs_the_time_limit_once() {
        let cluster = cluster(&format!("http://{}", server("")), Duration::from_millis(300));
        let error = failure(&cluster).await;
        assert_eq!(cluster.requests(), 1);
        assert!(error.to_string().ends_with("no answer within 300ms"), "{error}");
    }

    #[tokio::test]
    async fn what_may_pass_is_tried_again() {
        const BUSY: &str = "HTTP/1.1 503 Busy\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        const WRONG: &str = "HTTP/1.1 404 Wrong\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let server = server_of(vec![BUSY, WRONG]);
        let cluster = cluster(&format!("http://{server}"), Duration::from_secs(60));
        let error = failure(&cluster).await;
        assert_eq!((cluster.requests(), error.status().map(|status| status.code)), (2, Some(404)));
    }

    #[tokio::test]
    async fn a_pause_longer_than_the_time_limit_isnt_waited_for() {
        const BUSY: &str =
            "HTTP/1.1 503 Busy\r\nRetry-After: 30\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let cluster = cluster(&format!("http://{}", server(BUSY)), Duration::from_secs(20));
        let error = failure(&cluster).await;
        assert_eq!((cluster.requests(), error.status().map(|status| status.code)), (1, Some(503)));
    }

    #[tokio::test]
    async fn that_nothing_has_changed_is_an_answer_only_where_something_is_there_already() {
        const SAME: &str = "HTTP/1.1 304 Not Modified\r\nETag: \"a\"\r\nConnection: close\r\n\r\n";
        let cluster = cluster(&format!("http://{}", server(SAME)), Duration::from_secs(5));
        let call = Call { etag: Some("\"a\""), ..Call::get("/apis".to_owned()) };
        assert!(cluster.call_answer(&call).await.expect("an answer").is_same);
        assert_eq!(failure(&cluster).await.status().map(|status| status.code), Some(304));
    }

    #[tokio::test]
    async fn nobody_listening_is_told_at_once() {
        let unused = TcpListener::bind("127.0.0.1:0").and_then(|it| it.local_addr()).expect("a port");
        let cluster = cluster(&format!("http://{unused}"), Duration::from_secs(5));
        failure(&cluster).await;
        assert_eq!(cluster.requests(), 1);
    }

    #[tokio::test]
    async fn a_server_that_has_answered_before_may_be_starting_again() {
        const WRONG: &[u8] = b"HTTP/1.1 404 Wrong\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port");
        let address = listener.local_addr().expect("an address");
        let answering = thread::spawn(move || {
            let (mut connection, _) = listener.accept().expect("a client");
            let _ = connection.read(&mut [0; 4096]);
            connection.write_all(WRONG).expect("the client is there");
        });
        let cluster = cluster(&format!("http://{address}"), Duration::from_millis(500));
        failure(&cluster).await;
        answering.join().expect("it ends");
        failure(&cluster).await;
        assert!(cluster.requests() > 2, "{}", cluster.requests());
    }

    #[tokio::test]
    async fn a_server_without_tls_is_told_at_once() {
        let address = server("HTTP/1.1 400 Bad Request\r\n\r\n");
        let cluster = cluster(&format!("https://{address}"), Duration::from_secs(5));
        failure(&cluster).await;
        assert_eq!(cluster.requests(), 1);
    }

    #[tokio::test]
    async fn an_unknown_name_is_told_at_once() {
        let cluster = cluster("http://nowhere.invalid", Duration::from_secs(5));
        failure(&cluster).await;
        assert_eq!(cluster.requests(), 1);
    }

    #[test]
    fn a_cause_is_told_by_its_kind_however_deep() {
        let refused = io::Error::from(ErrorKind::ConnectionRefused);
        assert!(is_lasting(&kube::Error::Service(io::Error::other(io::Error::other(refused)).into())));
        let reset = io::Error::new(ErrorKind::ConnectionReset, "the certificate: Connection refused");
        assert!(!is_lasting(&kube::Error::Service(reset.into())));
    }
}
