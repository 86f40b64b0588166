//! The API server as somebody else sees it: what tests arrange and look at
//! without trueup's own client, so that its faults can't hide.

use std::io;
use std::sync::OnceLock;

use http_body_util::BodyExt as _;
use kube::client::Body;
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config, Error};
use tokio::runtime::Runtime;
use trueup::json::Value;

/// Access to an API server, one raw request at a time. Paths are the API's own,
/// such as `/api/v1/namespaces/shop/configmaps/settings`.
pub(crate) struct Api {
    client: Client,
}

impl Api {
    /// Access by this context, and the server's address.
    pub(crate) fn connect(kubeconfig: &Kubeconfig, context: &str) -> (Self, String) {
        let options = KubeConfigOptions { context: Some(context.to_owned()), ..KubeConfigOptions::default() };
        runtime().block_on(async {
            let config = Config::from_custom_kubeconfig(kubeconfig.clone(), &options)
                .await
                .unwrap_or_else(|error| panic!("context {context}: {error}"));
            let server = config.cluster_url.to_string().trim_end_matches('/').to_owned();
            (Self { client: Client::try_from(config).expect("a client") }, server)
        })
    }

    /// An object, or `None` if it isn't there.
    #[track_caller]
    pub(crate) fn get(&self, path: &str) -> Option<Value> {
        match self.request("GET", path, "", None) {
            Ok(object) => Some(object),
            Err(Error::Api(status)) if status.code == 404 => None,
            Err(error) => panic!("GET {path}: {error}"),
        }
    }

    /// The items of a list.
    #[track_caller]
    pub(crate) fn list(&self, path: &str) -> Vec<Value> {
        let mut list = self.sent("GET", path, "", None);
        match list["items"].take() {
            Value::Array(items) => items,
            other => panic!("GET {path}: no list but {other}"),
        }
    }

    /// Creates an object in a collection, as `manager`.
    #[track_caller]
    pub(crate) fn create(&self, collection: &str, object: &Value, manager: &str) -> Value {
        self.sent("POST", &managed(collection, manager), "application/json", Some(object))
    }

    /// A merge patch (RFC 7386), as `manager`: what `kubectl edit` sends.
    #[track_caller]
    pub(crate) fn edit(&self, path: &str, change: &Value, manager: &str) -> Value {
        self.sent("PATCH", &managed(path, manager), "application/merge-patch+json", Some(change))
    }

    /// Server-side apply with force, as `manager`.
    #[track_caller]
    pub(crate) fn apply(&self, path: &str, object: &Value, manager: &str) -> Value {
        let path = format!("{}&force=true", managed(path, manager));
        self.sent("PATCH", &path, "application/apply-patch+yaml", Some(object))
    }

    /// Why the server refuses to apply the object, in a dry run with strict
    /// checks of its fields; `None` if it doesn't.
    #[track_caller]
    pub(crate) fn refusal(&self, path: &str, object: &Value) -> Option<String> {
        let query = "?fieldManager=tester&force=true&dryRun=All&fieldValidation=Strict";
        match self.request("PATCH", &format!("{path}{query}"), "application/apply-patch+yaml", Some(object)) {
            Ok(_) => None,
            Err(Error::Api(status)) if matches!(status.code, 400 | 403 | 404 | 422 | 500) => {
                Some(status.message.clone())
            }
            Err(error) => panic!("PATCH {path}: {error}"),
        }
    }

    /// Deletes an object that is there.
    #[track_caller]
    pub(crate) fn delete(&self, path: &str) {
        self.sent("DELETE", path, "", None);
    }

    /// Passes a request on. The answer is HTTP/1.1 on a connection that ends with it.
    pub(super) async fn pass(&self, request: http::Request<Vec<u8>>) -> io::Result<Answer> {
        let response = self.client.send(request.map(Body::from)).await.map_err(io::Error::other)?;
        let (head, body) = response.into_parts();
        Ok(Answer { first_lines: first_lines(&head), body })
    }

    #[track_caller]
    fn sent(&self, method: &str, path: &str, content_type: &str, body: Option<&Value>) -> Value {
        match self.request(method, path, content_type, body) {
            Ok(answer) => answer,
            Err(error) => panic!("{method} {path}: {error}"),
        }
    }

    fn request(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: Option<&Value>,
    ) -> Result<Value, Error> {
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let mut request = http::Request::builder().method(method).uri(path);
        if !content_type.is_empty() {
            request = request.header(http::header::CONTENT_TYPE, content_type);
        }
        let request = request.body(body).expect("a request");
        runtime().block_on(self.client.request(request))
    }
}

/// The answer to a request that was passed on.
pub(super) struct Answer {
    /// The status line and the headers.
    pub(super) first_lines: Vec<u8>,
    body: Body,
}

impl Answer {
    /// The next part of the body, as it comes; `None` at its end.
    pub(super) async fn next_part(&mut self) -> io::Result<Option<Vec<u8>>> {
        while let Some(frame) = self.body.frame().await {
            if let Ok(part) = frame.map_err(io::Error::other)?.into_data() {
                return Ok(Some(part.to_vec()));
            }
        }
        Ok(None)
    }
}

/// The status line and the headers, but for those about the connection.
fn first_lines(head: &http::response::Parts) -> Vec<u8> {
    let mut lines = format!("HTTP/1.1 {}\r\nConnection: close\r\n", head.status).into_bytes();
    for (name, value) in &head.headers {
        if !matches!(name.as_str(), "connection" | "content-length" | "transfer-encoding") {
            lines.extend([name.as_str().as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
    }
    lines.extend(b"\r\n");
    lines
}

fn managed(path: &str, manager: &str) -> String {
    format!("{path}?fieldManager={manager}")
}

/// One runtime for all tests, which themselves are plain functions.
pub(super) fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    RUNTIME.get_or_init(|| {
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().expect("a runtime")
    })
}
