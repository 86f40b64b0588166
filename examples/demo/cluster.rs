//! The cluster without trueup: to look whether it did what it said, and to be
//! the colleague who changes something by hand.

use std::path::Path;

use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::{Client, Config, Error};
use tokio::runtime::{Builder, Runtime};
use trueup::json::Value;

/// Access to the API server as an administrator.
pub(crate) struct Cluster {
    client: Client,
    runtime: Runtime,
}

impl Cluster {
    /// Access by the current context of a kubeconfig.
    pub(crate) fn connect(kubeconfig: &Path) -> Result<Self, String> {
        let runtime =
            Builder::new_current_thread().enable_all().build().map_err(|error| error.to_string())?;
        let client = runtime.block_on(async {
            let kubeconfig = Kubeconfig::read_from(kubeconfig).map_err(|error| error.to_string())?;
            let config = Config::from_custom_kubeconfig(kubeconfig, &KubeConfigOptions::default())
                .await
                .map_err(|error| error.to_string())?;
            Client::try_from(config).map_err(|error| error.to_string())
        })?;
        Ok(Self { client, runtime })
    }

    /// An object of the API, or `None` if there is none.
    pub(crate) fn get(&self, path: &str) -> Result<Option<Value>, String> {
        match self.send("GET", path, Vec::new()) {
            Ok(object) => Ok(Some(object)),
            Err(Error::Api(status)) if status.code == 404 => Ok(None),
            Err(error) => Err(format!("GET {path}: {error}")),
        }
    }

    /// Changes an object as `manager`, the way `kubectl edit` and `scale` do.
    pub(crate) fn edit(&self, path: &str, change: &Value, manager: &str) -> Result<(), String> {
        self.send("PATCH", &format!("{path}?fieldManager={manager}"), change.to_string().into_bytes())
            .map(drop)
            .map_err(|error| format!("PATCH {path}: {error}"))
    }

    fn send(&self, method: &str, path: &str, body: Vec<u8>) -> Result<Value, Error> {
        let request = http::Request::builder()
            .method(method)
            .uri(path)
            .header(http::header::CONTENT_TYPE, "application/merge-patch+json")
            .body(body)
            .map_err(Error::HttpError)?;
        self.runtime.block_on(self.client.request(request))
    }
}
