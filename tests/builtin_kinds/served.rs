//! What an API server publishes of its own kinds.

use std::collections::BTreeMap;

use trueup::json::Value;

/// The documents of the groups that come with Kubernetes; other tests define
/// kinds of other groups.
pub(super) fn documents(get: impl Fn(&str) -> Value) -> Vec<Value> {
    let index = get("/openapi/v3");
    let paths = index["paths"].as_object().expect("paths").keys();
    paths.filter(|path| is_builtin(path)).map(|path| get(&format!("/openapi/v3/{path}"))).collect()
}

fn is_builtin(path: &str) -> bool {
    match path.strip_prefix("apis/").and_then(|rest| rest.split_once('/')) {
        Some((group, _)) => !group.contains('.') || group.ends_with(".k8s.io"),
        None => path == "api/v1",
    }
}

/// Definitions by name, and where the objects of each kind are created.
#[derive(Default)]
pub(super) struct Served {
    pub(super) definitions: BTreeMap<String, Value>,
    collections: BTreeMap<(String, String), String>,
}

impl Served {
    pub(super) fn new(documents: &[Value]) -> Self {
        let mut served = Self::default();
        for document in documents {
            let schemas = document.pointer("/components/schemas").and_then(Value::as_object);
            served
                .definitions
                .extend(schemas.into_iter().flatten().map(|(name, schema)| (name.clone(), schema.clone())));
            for (path, methods) in document["paths"].as_object().into_iter().flatten() {
                let kind = &methods["post"]["x-kubernetes-group-version-kind"];
                let below = path.rsplit_once("/{").map_or("", |(_, rest)| rest);
                if kind.is_object() && !below.starts_with("name}") {
                    served.collections.insert(names(kind), path.clone());
                }
            }
        }
        served
    }

    /// The name of the definition of an object's kind.
    pub(super) fn definition_of(&self, object: &Value) -> &str {
        let wanted = kind_of(object);
        let is_it = |schema: &Value| match schema["x-kubernetes-group-version-kind"].as_array() {
            Some(kinds) => kinds.len() == 1 && names(&kinds[0]) == wanted,
            None => false,
        };
        let found = self.definitions.iter().find(|(_, schema)| is_it(schema));
        found.unwrap_or_else(|| panic!("no {wanted:?}")).0
    }

    /// Where an object is, in the namespace `default` if it's in one.
    pub(super) fn path_of(&self, object: &Value) -> String {
        let collection =
            self.collections.get(&kind_of(object)).unwrap_or_else(|| panic!("no {:?}", kind_of(object)));
        let name = object["metadata"]["name"].as_str().expect("a name");
        format!("{}/{name}", collection.replace("{namespace}", "default"))
    }
}

fn names(kind: &Value) -> (String, String) {
    let text = |name: &str| kind[name].as_str().unwrap_or_default();
    let version = if text("group").is_empty() {
        text("version").to_owned()
    } else {
        format!("{}/{}", text("group"), text("version"))
    };
    (version, text("kind").to_owned())
}

fn kind_of(object: &Value) -> (String, String) {
    let text = |name: &str| object[name].as_str().unwrap_or_default().to_owned();
    (text("apiVersion"), text("kind"))
}
