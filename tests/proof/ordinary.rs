//! Objects as people write them (charts, operators' documentation, `kubectl
//! create --dry-run`), freshly applied, with the controllers at work: nothing
//! has changed, so nearly all of them must be proved.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use futures::future::join_all;
use trueup::diff::normalise;
use trueup::json::{Map, Value, json};
use trueup::object::GroupKind;
use trueup::object::kinds::is_builtin;

use super::server::Server;
use super::tally::Tally;
use super::{DEFINITIONS, MANAGER, check, define, schemas};

const NAMESPACE: &str = "ordinary";

/// Files with manifests, from the project's root.
const FILES: [&str; 5] = [
    "fixtures/shop/deploy/base",
    "fixtures/shop/deploy/prod",
    "tests/proof/ordinary/application.yaml",
    "tests/proof/ordinary/platform.yaml",
    "tests/proof/ordinary/custom.yaml",
];

pub(super) async fn try_all(server: &Server) -> Tally {
    let namespace = json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}});
    let path = format!("/api/v1/namespaces/{NAMESPACE}");
    server.apply(&path, "setup", "", &namespace).await.expect("made");
    let (definitions, objects): (Vec<Value>, Vec<Value>) =
        manifests().into_iter().partition(|object| object["kind"] == "CustomResourceDefinition");
    let mut known = schemas(server).await;
    let mut resources = Resources::default();
    let mut applied = Vec::new();
    for mut definition in definitions {
        normalise(&mut definition, true);
        let name = definition["metadata"]["name"].as_str().expect("a name").to_owned();
        let path = format!("{DEFINITIONS}/{name}");
        known.add_definition(&define(server, &definition, MANAGER).await);
        applied.push((path, definition));
    }
    for mut object in objects {
        let path = resources.place(server, &mut object).await;
        if let Err(error) = server.apply(&path, MANAGER, "&force=true", &object).await {
            panic!("{error}\n{object}");
        }
        applied.push((path, object));
    }
    wait_for_rest(server, &applied).await;
    let mut tally = Tally::default();
    for (path, object) in &applied {
        let kind = object["kind"].as_str().expect("a kind");
        check(server, &known, kind, path, object, &mut tally).await;
    }
    tally
}

fn manifests() -> Vec<Value> {
    let mut files = Vec::new();
    for name in FILES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
        if path.is_dir() {
            files.extend(
                std::fs::read_dir(path).expect("a folder").map(|entry| entry.expect("an entry").path()),
            );
        } else {
            files.push(path);
        }
    }
    files.sort();
    let read = |path| std::fs::read_to_string(path).expect("a file");
    let documents = files.iter().flat_map(|path| trueup::yaml::documents(&read(path)).expect("YAML"));
    documents.map(|document| document.value).collect()
}

/// Where the objects of each kind are, by `apiVersion`.
#[derive(Default)]
struct Resources(BTreeMap<String, Value>);

impl Resources {
    /// Gives a manifest its namespace and label, as trueup sends it; its path.
    async fn place(&mut self, server: &Server, object: &mut Value) -> String {
        let text = |name: &str| object[name].as_str().expect("a text").to_owned();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let base = if api_version.contains('/') { "/apis" } else { "/api" };
        if !self.0.contains_key(&api_version) {
            let path = format!("{base}/{api_version}");
            let mut served = server.get(&path).await;
            for _ in 0..200 {
                if served.is_ok() {
                    break;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
                served = server.get(&path).await;
            }
            self.0.insert(api_version.clone(), served.expect("a list of resources"));
        }
        let served = self.0[&api_version]["resources"].as_array().expect("a list");
        let resource = served.iter().find(|resource| {
            resource["kind"] == kind.as_str()
                && !resource["name"].as_str().is_some_and(|name| name.contains('/'))
        });
        let resource = resource.unwrap_or_else(|| panic!("{kind} isn't served"));
        let group = api_version.split_once('/').map_or("", |(group, _)| group);
        let metadata = object["metadata"].as_object_mut().expect("a map");
        let name = metadata["name"].as_str().expect("a name").to_owned();
        let labels = metadata.entry("labels").or_insert_with(|| Value::Object(Map::new()));
        labels["applyset.kubernetes.io/part-of"] = json!("applyset-test-v1");
        let plural = resource["name"].as_str().expect("a name");
        let path = if resource["namespaced"] == true {
            metadata.insert("namespace".to_owned(), json!(NAMESPACE));
            format!("{base}/{api_version}/namespaces/{NAMESPACE}/{plural}/{name}")
        } else {
            format!("{base}/{api_version}/{plural}/{name}")
        };
        normalise(object, is_builtin(&GroupKind::new(group, &kind)));
        path
    }
}

/// Waits until no controller has written anything for a while.
async fn wait_for_rest(server: &Server, objects: &[(String, Value)]) {
    let mut before = Vec::new();
    for _ in 0..40 {
        let all = join_all(objects.iter().map(|(path, _)| server.get(path))).await;
        let version =
            |live: Result<Value, String>| live.expect("it is there")["metadata"]["resourceVersion"].clone();
        let versions: Vec<Value> = all.into_iter().map(version).collect();
        if versions == before {
            return;
        }
        before = versions;
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}
