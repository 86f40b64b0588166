//! A throw-away control plane and plain requests to it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config};
use trueup::json::Value;

use crate::harness::sandbox_program;

/// A running control plane; it stops when this is dropped.
pub(crate) struct Server {
    process: Child,
    client: Client,
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

impl Server {
    pub(crate) async fn start() -> Self {
        let program = sandbox_program().expect("a control plane of one's own");
        let mut process = Command::new(&program)
            .arg("start")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{program}: {error}"));
        let mut line = String::new();
        let output = process.stdout.take().expect("piped");
        BufReader::new(output).read_line(&mut line).expect("its description");
        let started: Value = serde_json::from_str(&line).expect("JSON");
        let kubeconfig =
            Kubeconfig::read_from(started["kubeconfig"].as_str().expect("a path")).expect("a kubeconfig");
        let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
            .await
            .expect("a config");
        Self { process, client: Client::try_from(config).expect("a client") }
    }

    /// The answer, or the server's message.
    pub(crate) async fn request(
        &self,
        method: &str,
        path: &str,
        content_type: &str,
        body: Option<&Value>,
    ) -> Result<Value, String> {
        let body = body.map(|body| body.to_string().into_bytes()).unwrap_or_default();
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header("content-type", content_type)
            .body(body)
            .expect("a request");
        self.client.request::<Value>(request).await.map_err(|error| error.to_string())
    }

    pub(crate) async fn get(&self, path: &str) -> Result<Value, String> {
        self.request("GET", path, "application/json", None).await
    }

    /// A server-side apply.
    pub(crate) async fn apply(
        &self,
        path: &str,
        manager: &str,
        options: &str,
        body: &Value,
    ) -> Result<Value, String> {
        let path = format!("{path}?fieldManager={manager}{options}");
        self.request("PATCH", &path, "application/apply-patch+yaml", Some(body)).await
    }

    /// A merge patch, as people's tools send it.
    pub(crate) async fn merge(&self, path: &str, manager: &str, body: &Value) -> Result<Value, String> {
        let path = format!("{path}?fieldManager={manager}");
        self.request("PATCH", &path, "application/merge-patch+json", Some(body)).await
    }
}
