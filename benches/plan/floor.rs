//! What can't be undercut: the lists that a plan needs, by a bare client, which
//! knows nothing but the objects afterwards, or not even them.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use http::Request;
use http_body_util::BodyExt as _;
use hyper_util::client::legacy::Client;
use hyper_util::client::legacy::connect::{Connect, HttpConnector};
use hyper_util::rt::TokioExecutor;
use kube::Config;
use kube::client::{Body, ConfigExt as _};
use kube::config::{KubeConfigOptions, Kubeconfig};
use kube::core::{DynamicObject, ObjectList};
use trueup::json::Value;

/// The collections with the planned objects.
pub(crate) const COLLECTIONS: [&str; 8] = [
    "/api/v1/configmaps",
    "/apis/apps/v1/deployments",
    "/api/v1/services",
    "/api/v1/serviceaccounts",
    "/apis/rbac.authorization.k8s.io/v1/roles",
    "/apis/rbac.authorization.k8s.io/v1/rolebindings",
    "/api/v1/secrets",
    "/api/v1/namespaces",
];

/// Has the objects of a list as any client of the API has them.
pub(crate) fn decoded(list: &[u8]) {
    let list: ObjectList<DynamicObject> = serde_json::from_slice(list).expect("a list");
    assert!(list.metadata.continue_.is_none(), "the whole list");
}

/// Throws a list away.
pub(crate) fn thrown_away(_: &[u8]) {}

/// A user of a cluster.
pub(crate) struct Visitor {
    config: Config,
    token: String,
}

impl Visitor {
    /// The user of the kubeconfig's current context.
    pub(crate) fn new(runtime: &tokio::runtime::Runtime, kubeconfig: &Kubeconfig) -> Self {
        let options = KubeConfigOptions::default();
        let config = runtime
            .block_on(Config::from_custom_kubeconfig(kubeconfig.clone(), &options))
            .expect("a usable kubeconfig");
        let access = serde_json::to_value(kubeconfig).expect("a kubeconfig");
        let named = |list: &str, name: &serde_json::Value| {
            let list = access[list].as_array().expect("a list");
            list.iter().find(|entry| entry["name"] == *name).expect("an entry of that name").clone()
        };
        let context = named("contexts", &access["current-context"]);
        let user = named("users", &context["context"]["user"]);
        let token = user["user"]["token"].as_str().expect("the sandbox gives tokens").to_owned();
        Self { config, token }
    }

    /// Where the server listens.
    pub(crate) fn server(&self) -> SocketAddr {
        let authority = self.config.cluster_url.authority().expect("a host");
        authority.as_str().parse().expect("an address and a port")
    }

    /// The same user of a server at another address.
    pub(crate) fn at(&self, address: SocketAddr) -> Self {
        let mut config = self.config.clone();
        config.cluster_url = format!("https://{address}").parse().expect("a URL");
        Self { config, token: self.token.clone() }
    }

    /// Lists everything that carries the label, all collections at once over
    /// new connections, and does this with each list. How long that took.
    pub(crate) async fn lists(&self, selector: &str, then: fn(&[u8])) -> Duration {
        let (start, client) = (Instant::now(), self.client());
        let lists = COLLECTIONS.map(|collection| {
            let request = self.request(&format!("{collection}?labelSelector={selector}"));
            let client = client.clone();
            tokio::spawn(async move {
                let response = client.request(request).await.expect("an answer");
                assert!(response.status().is_success(), "{}", response.status());
                then(&response.into_body().collect().await.expect("the whole answer").to_bytes());
            })
        });
        for list in lists {
            list.await.expect("a list");
        }
        start.elapsed()
    }

    /// What is at a path.
    pub(crate) async fn get(&self, path: &str) -> Value {
        serde_json::from_slice(&self.read(path).await).expect("JSON")
    }

    /// What the API server says of itself.
    pub(crate) async fn metrics(&self) -> String {
        String::from_utf8_lossy(&self.read("/metrics").await).into_owned()
    }

    async fn read(&self, path: &str) -> Vec<u8> {
        let response = self.client().request(self.request(path)).await.expect("an answer");
        assert!(response.status().is_success(), "{path}: {}", response.status());
        response.into_body().collect().await.expect("the whole answer").to_bytes().to_vec()
    }

    fn client(&self) -> Client<impl Connect + Clone + Send + Sync + 'static, Body> {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let connector = self.config.rustls_https_connector_with_connector(tcp).expect("a connector");
        Client::builder(TokioExecutor::new()).build(connector)
    }

    fn request(&self, path: &str) -> Request<Body> {
        Request::get(format!("{}{path}", self.config.cluster_url.to_string().trim_end_matches('/')))
            .header("Authorization", format!("Bearer {}", self.token))
            .header("Accept", "application/json")
            .body(Body::empty())
            .expect("a request")
    }
}
