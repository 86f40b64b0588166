//! What the API server says to an object, without keeping it.

use std::collections::BTreeMap;

use trueup::json::Value;

use super::api::Api;

/// Asks the API server about objects.
pub(crate) struct Verdicts<'a> {
    api: &'a Api,
    namespace: &'a str,
    /// By API version: the plural of each kind, and whether it's namespaced.
    resources: BTreeMap<String, BTreeMap<String, (String, bool)>>,
}

impl<'a> Verdicts<'a> {
    pub(super) fn new(api: &'a Api, namespace: &'a str) -> Self {
        Self { api, namespace, resources: BTreeMap::new() }
    }

    /// Why the server refuses to apply the object; `None` if it doesn't.
    #[track_caller]
    pub(crate) fn refusal(&mut self, object: &Value) -> Option<String> {
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let (version, kind) = (text(&object["apiVersion"]), text(&object["kind"]));
        let root = if version.contains('/') { format!("/apis/{version}") } else { format!("/api/{version}") };
        let kinds = self.resources.entry(version).or_insert_with(|| kinds_of(self.api, &root));
        let (plural, namespaced) = kinds.get(&kind).unwrap_or_else(|| panic!("{root} has no {kind}"));
        let namespace = if *namespaced { format!("/namespaces/{}", self.namespace) } else { String::new() };
        let name = escaped(&text(&object["metadata"]["name"]));
        self.api.refusal(&format!("{root}{namespace}/{plural}/{name}"), object)
    }
}

fn kinds_of(api: &Api, root: &str) -> BTreeMap<String, (String, bool)> {
    let list = api.get(root).unwrap_or_else(|| panic!("{root} isn't served"));
    let resources = list["resources"].as_array().expect("resources").iter();
    let main = resources.filter(|resource| resource["name"].as_str().is_some_and(|name| !name.contains('/')));
    main.map(|resource| {
        let text = |field: &str| resource[field].as_str().expect("a text").to_owned();
        (text("kind"), (text("name"), resource["namespaced"] == true))
    })
    .collect()
}

/// A name as part of a path (RFC 3986).
fn escaped(name: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:".contains(&byte);
    name.bytes().fold(String::new(), |path, byte| {
        if is_plain(byte) { path + &char::from(byte).to_string() } else { path + &format!("%{byte:02X}") }
    })
}
