//! What the server serves, by its aggregated discovery documents: two requests
//! for everything (KEP-3352), both answered in a few bytes where nothing has changed
//! since the last run.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::call::Call;
use super::discovery_cache::{DiscoveryCache, Document, Documents};
use super::error::ApiError;
use super::request::Cluster;
use super::resource::Resource;
use crate::object::GroupKind;

const AGGREGATED: &str = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,\
    application/json;g=apidiscovery.k8s.io;v=v2beta1;as=APIGroupDiscoveryList";

/// The kinds that the server serves, each in the server's order of preference
/// of versions.
#[derive(Debug, Clone, Default)]
pub struct Discovery {
    kinds: BTreeMap<GroupKind, Vec<Resource>>,
    broken: BTreeSet<String>,
}

/// Why a kind can't be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LookupError {
    /// The server doesn't serve the kind at any version.
    UnknownKind,
    /// The server serves the kind, but at these versions only.
    UnknownVersion(Vec<String>),
    /// The group's API server doesn't answer, so nobody knows.
    BrokenGroup,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct GroupList {
    #[serde(default)]
    kind: String,
    #[serde(default)]
    items: Vec<Group>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Group {
    #[serde(default)]
    metadata: GroupName,
    #[serde(default)]
    versions: Vec<GroupVersion>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Default)]
struct GroupName {
    #[serde(default)]
    name: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct GroupVersion {
    version: String,
    #[serde(default)]
    freshness: String,
    #[serde(default)]
    resources: Vec<ServedResource>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ServedResource {
    resource: String,
    response_kind: Option<ResponseKind>,
    scope: String,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ResponseKind {
    kind: String,
}

impl Discovery {
    /// The resource for a kind at a version.
    pub fn find(&self, kind: &GroupKind, version: &str) -> Result<&Resource, LookupError> {
        let Some(served) = self.kinds.get(kind) else {
            let broken = self.broken.contains(&kind.group);
            return Err(if broken { LookupError::BrokenGroup } else { LookupError::UnknownKind });
        };
        served.iter().find(|resource| resource.version == version).ok_or_else(|| {
            LookupError::UnknownVersion(served.iter().map(|served| served.version.clone()).collect())
        })
    }

    /// The resource for a kind at the server's preferred version.
    pub fn preferred(&self, kind: &GroupKind) -> Option<&Resource> {
        self.kinds.get(kind).and_then(|served| served.first())
    }

    /// Whether the group's API server failed to answer: what it serves isn't
    /// known, so nothing of it may be taken for gone.
    pub fn is_broken(&self, group: &str) -> bool {
        self.broken.contains(group)
    }

    /// Every kind that is served.
    pub fn kinds(&self) -> impl Iterator<Item = &GroupKind> {
        self.kinds.keys()
    }

    /// Every version of a group and every kind of it that is served, as Helm's
    /// `.Capabilities.APIVersions` has them: `apps/v1`, `apps/v1/Deployment`.
    pub fn served(&self) -> Vec<String> {
        let resources = self.kinds.values().flatten();
        let names = resources.flat_map(|resource| {
            let group = &resource.kind.group;
            let version = match group.as_str() {
                "" => resource.version.clone(),
                group => format!("{group}/{}", resource.version),
            };
            [format!("{version}/{}", resource.kind.kind), version]
        });
        let names: BTreeSet<String> = names.collect();
        names.into_iter().collect()
    }

    fn add(&mut self, list: GroupList) {
        for group in list.items {
            for version in group.versions {
                if version.freshness == "Stale" {
                    self.broken.insert(group.metadata.name.clone());
                }
                for served in version.resources {
                    self.add_resource(&group.metadata.name, &version.version, served);
                }
            }
        }
    }

    fn add_resource(&mut self, group: &str, version: &str, served: ServedResource) {
        let Some(response) = served.response_kind else { return };
        let kind = GroupKind::new(group, response.kind);
        self.kinds.entry(kind.clone()).or_default().push(Resource {
            kind,
            version: version.to_owned(),
            plural: served.resource,
            namespaced: served.scope == "Namespaced",
        });
    }
}

impl Cluster {
    /// Asks the server what it serves. Documents that it has sent before, and
    /// would send again, come from the cache.
    pub async fn discover(&self) -> Result<Discovery, ApiError> {
        let kept = self.discovery_cache().map(DiscoveryCache::read).unwrap_or_default();
        let (core, groups) = futures::try_join!(
            self.discovery_document("/api", kept.get("/api")),
            self.discovery_document("/apis", kept.get("/apis")),
        )?;
        let documents = [("/api", &core), ("/apis", &groups)]
            .into_iter()
            .filter(|(_, document)| !document.etag.is_empty())
            .map(|(path, document)| (path.to_owned(), document.clone()));
        let documents: Documents = documents.collect();
        if let Some(cache) = self.discovery_cache().filter(|_| documents != kept) {
            // Where nothing can be kept, the next run asks for all of it again.
            let _ = cache.write(&documents);
        }
        let mut discovery = Discovery::default();
        discovery.add(core.list);
        discovery.add(groups.list);
        Ok(discovery)
    }

    /// A document, and by which name the server knows it; an empty one where it
    /// tells none.
    async fn discovery_document(&self, path: &str, kept: Option<&Document>) -> Result<Document, ApiError> {
        let etag = kept.map(|document| document.etag.as_str());
        let call = Call { accept: AGGREGATED, etag, ..Call::get(path.to_owned()) };
        let answer = self.call_answer(&call).await?;
        if let Some(kept) = kept.filter(|_| answer.is_same) {
            return Ok(kept.clone());
        }
        let list: GroupList = call.parse(&answer.body)?;
        if list.kind == "APIGroupDiscoveryList" {
            return Ok(Document { etag: answer.etag.unwrap_or_default(), list });
        }
        Err(ApiError::Malformed {
            request: format!("GET {path}"),
            why: "no aggregated discovery: trueup needs Kubernetes 1.27 or later".into(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn discovery() -> Discovery {
        let list = json!({"kind": "APIGroupDiscoveryList", "items": [
            {"metadata": {"name": "apps"}, "versions": [
                {"version": "v1", "freshness": "Current", "resources": [
                    {"resource": "deployments", "responseKind": {"kind": "Deployment"}, "scope": "Namespaced", "verbs": ["list"]}]},
                {"version": "v1beta1", "freshness": "Current", "resources": [
                    {"resource": "deployments", "responseKind": {"kind": "Deployment"}, "scope": "Namespaced", "verbs": ["list"]}]}]},
            {"metadata": {"name": "metrics.example"}, "versions": [{"version": "v1", "freshness": "Stale"}]}]});
        let mut discovery = Discovery::default();
        discovery.add(crate::json::from_value(list).expect("a list"));
        discovery
    }

    #[test]
    fn kinds_are_found_by_group_and_version() {
        let (discovery, deployment) = (discovery(), GroupKind::new("apps", "Deployment"));
        assert_eq!(discovery.find(&deployment, "v1").expect("served").plural, "deployments");
        assert_eq!(discovery.preferred(&deployment).expect("served").version, "v1");
        let versions = LookupError::UnknownVersion(vec!["v1".into(), "v1beta1".into()]);
        assert_eq!(discovery.find(&deployment, "v2"), Err(versions));
        assert_eq!(discovery.find(&GroupKind::new("", "Deployment"), "v1"), Err(LookupError::UnknownKind));
    }

    #[test]
    fn what_is_served_is_told_by_version_and_kind() {
        let served = ["apps/v1", "apps/v1/Deployment", "apps/v1beta1", "apps/v1beta1/Deployment"];
        assert_eq!(discovery().served(), served);
    }

    #[test]
    fn a_broken_group_isnt_taken_for_empty() {
        let unknown = GroupKind::new("metrics.example", "Pods");
        assert_eq!(discovery().find(&unknown, "v1"), Err(LookupError::BrokenGroup));
    }
}
