//! Requests for objects, as raw JSON.

use std::fmt::Write as _;

use http::Method;
use serde::Deserialize;

use super::call::Call;
use super::error::ApiError;
use super::request::Cluster;
use super::resource::Resource;
use crate::json::{Value, json};

const APPLY_PATCH: &str = "application/apply-patch+yaml";
const JSON: &str = "application/json";
const JSON_PATCH: &str = "application/json-patch+json";
const METADATA: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1";

/// How many objects a page of a list holds.
const PAGE: usize = 500;

/// Where to list.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The whole cluster: cluster-scoped objects, or those of all namespaces.
    All,
    /// One namespace.
    Namespace(String),
}

/// How a server-side apply is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct ApplyMode {
    /// Ask what would happen, persist nothing.
    pub dry_run: bool,
    /// Take fields from other managers instead of failing with a conflict.
    pub force: bool,
}

/// A JSON patch.
#[derive(Debug, Clone, Copy)]
pub struct Patch<'a> {
    /// Its operations (RFC 6902).
    pub ops: &'a Value,
    /// Who sends it.
    pub manager: &'a str,
    /// Ask what would happen, persist nothing.
    pub dry_run: bool,
}

/// What must still be true of an object for a delete to happen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Precondition {
    /// The object's uid.
    pub uid: String,
    /// Its resourceVersion; without it an object that somebody relabelled
    /// meanwhile would still be deleted.
    pub resource_version: String,
}

/// What `/version` says.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerVersion {
    /// Such as `v1.36.3`.
    pub git_version: String,
}

#[derive(Deserialize)]
struct Page {
    #[serde(default)]
    metadata: PageMetadata,
    /// Null where a server written in Go has nothing to list.
    items: Option<Vec<Value>>,
}

#[derive(Deserialize, Default)]
struct PageMetadata {
    #[serde(default, rename = "continue")]
    next: String,
}

/// What is listed of a kind.
#[derive(Debug, Clone, Copy)]
enum Selector<'a> {
    Label(&'a str),
    Field(&'a str),
}

impl Cluster {
    /// The server's version.
    pub async fn version(&self) -> Result<ServerVersion, ApiError> {
        self.call(Call::get("/version".into())).await
    }

    /// One object; `None` when it isn't there.
    pub async fn get(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<Option<Value>, ApiError> {
        match self.call(Call::get(resource.object(namespace, name))).await {
            Ok(object) => Ok(Some(object)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// All objects in a scope that carry a label, page by page. Kind and
    /// apiVersion, which lists leave out of their items, are filled in.
    pub async fn list(
        &self,
        resource: &Resource,
        scope: &Scope,
        selector: Option<&str>,
    ) -> Result<Vec<Value>, ApiError> {
        self.list_as(JSON, resource, scope, selector.map(Selector::Label)).await
    }

    /// The same for those that a field selector chooses, such as `type=Warning`.
    pub async fn list_by_field(
        &self,
        resource: &Resource,
        scope: &Scope,
        selector: Option<&str>,
    ) -> Result<Vec<Value>, ApiError> {
        self.list_as(JSON, resource, scope, selector.map(Selector::Field)).await
    }

    /// The same with nothing of the objects but their metadata.
    pub async fn list_metadata(
        &self,
        resource: &Resource,
        scope: &Scope,
        selector: Option<&str>,
    ) -> Result<Vec<Value>, ApiError> {
        self.list_as(METADATA, resource, scope, selector.map(Selector::Label)).await
    }

    async fn list_as(
        &self,
        accept: &str,
        resource: &Resource,
        scope: &Scope,
        selector: Option<Selector<'_>>,
    ) -> Result<Vec<Value>, ApiError> {
        let namespace = match scope {
            Scope::All => None,
            Scope::Namespace(name) => Some(name.as_str()),
        };
        let mut path = format!("{}?limit={PAGE}", resource.collection(namespace));
        let _ = match selector {
            Some(Selector::Label(selector)) => write!(path, "&labelSelector={}", encode(selector)),
            Some(Selector::Field(selector)) => write!(path, "&fieldSelector={}", encode(selector)),
            None => Ok(()),
        };
        let api_version = Value::from(resource.api_version().to_string());
        let kind = Value::from(resource.kind.kind.as_str());
        let mut objects = Vec::new();
        let mut next = String::new();
        loop {
            let page =
                if next.is_empty() { path.clone() } else { format!("{path}&continue={}", encode(&next)) };
            let page: Page = self.call(Call { accept, ..Call::get(page) }).await?;
            for mut item in page.items.unwrap_or_default() {
                if let Some(item) = item.as_object_mut() {
                    item.insert("apiVersion".into(), api_version.clone());
                    item.insert("kind".into(), kind.clone());
                }
                objects.push(item);
            }
            if page.metadata.next.is_empty() {
                return Ok(objects);
            }
            next = page.metadata.next;
        }
    }

    /// Server-side apply of `body` as `manager`, with unknown fields refused.
    /// The object as the server has (or, in a dry run, would have) it.
    pub async fn apply(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
        body: &Value,
        manager: &str,
        mode: ApplyMode,
    ) -> Result<Value, ApiError> {
        let mut path = resource.object(namespace, name);
        let _ = write!(path, "?fieldManager={}&fieldValidation=Strict&force={}", encode(manager), mode.force);
        if mode.dry_run {
            path.push_str("&dryRun=All");
        }
        self.send_json(Method::PATCH, path, APPLY_PATCH, body).await
    }

    /// Patches an object. The object as the server has (or would have) it.
    pub async fn patch(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
        patch: Patch<'_>,
    ) -> Result<Value, ApiError> {
        let mut path = resource.object(namespace, name);
        let _ = write!(path, "?fieldManager={}&fieldValidation=Strict", encode(patch.manager));
        if patch.dry_run {
            path.push_str("&dryRun=All");
        }
        self.send_json(Method::PATCH, path, JSON_PATCH, patch.ops).await
    }

    /// Creates an object; fails with `AlreadyExists` if it's there.
    pub async fn create(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        body: &Value,
        manager: &str,
    ) -> Result<Value, ApiError> {
        self.send_json(Method::POST, creation(resource, namespace, manager), JSON, body).await
    }

    /// Whether the server would take `body` as a new object, were its name free:
    /// it validates before it looks for the name. Persists nothing.
    pub async fn try_create(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        body: &Value,
        manager: &str,
    ) -> Result<(), ApiError> {
        let path = format!("{}&dryRun=All", creation(resource, namespace, manager));
        match self.send_json(Method::POST, path, JSON, body).await {
            Err(error) if !error.is_already_exists() => Err(error),
            _ => Ok(()),
        }
    }

    /// Replaces an object with `body`, whose resourceVersion must be the
    /// server's: a compare-and-swap.
    pub async fn replace(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
        body: &Value,
        manager: &str,
    ) -> Result<Value, ApiError> {
        let path = format!("{}?fieldManager={}", resource.object(namespace, name), encode(manager));
        self.send_json(Method::PUT, path, JSON, body).await
    }

    /// Deletes an object, in the background, if the precondition still holds.
    pub async fn delete(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
        precondition: &Precondition,
    ) -> Result<(), ApiError> {
        let options = json!({
            "apiVersion": "v1",
            "kind": "DeleteOptions",
            "propagationPolicy": "Background",
            "preconditions": {"uid": precondition.uid, "resourceVersion": precondition.resource_version},
        });
        let _: Value =
            self.send_json(Method::DELETE, resource.object(namespace, name), JSON, &options).await?;
        Ok(())
    }

    /// Whether this user may delete an object, and nothing else is against it. Deletes
    /// nothing.
    pub async fn try_delete(
        &self,
        resource: &Resource,
        namespace: Option<&str>,
        name: &str,
    ) -> Result<(), ApiError> {
        let path = format!("{}?dryRun=All", resource.object(namespace, name));
        // Options in the body are all that counts then: the server doesn't read the query.
        let options = json!({"apiVersion": "v1", "kind": "DeleteOptions", "dryRun": ["All"]});
        let _: Value = self.send_json(Method::DELETE, path, JSON, &options).await?;
        Ok(())
    }

    async fn send_json(
        &self,
        method: Method,
        path: String,
        content_type: &str,
        body: &Value,
    ) -> Result<Value, ApiError> {
        // A value always serialises.
        let body = serde_json::to_vec(body).unwrap_or_default();
        self.call(Call { method, content_type, body, ..Call::get(path) }).await
    }
}

/// Percent-encodes a query value (RFC 3986: everything but unreserved).
pub(super) fn encode(text: &str) -> String {
    text.bytes().fold(String::new(), |mut encoded, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
        encoded
    })
}

/// The path of a creation.
fn creation(resource: &Resource, namespace: Option<&str>, manager: &str) -> String {
    let collection = resource.collection(namespace);
    format!("{collection}?fieldManager={}&fieldValidation=Strict", encode(manager))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_page_may_hold_null() {
        for page in [r#"{"metadata": {}, "items": null}"#, "{}", r#"{"items": []}"#] {
            let page: Page = serde_json::from_str(page).expect("a page");
            assert!(page.items.unwrap_or_default().is_empty() && page.metadata.next.is_empty());
        }
    }

    #[test]
    fn selectors_survive_the_query() {
        assert_eq!(encode("applyset.kubernetes.io/part-of=a,b"), "applyset.kubernetes.io%2Fpart-of%3Da%2Cb");
    }
}
