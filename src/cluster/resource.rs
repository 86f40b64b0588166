//! A kind as the API server serves it, and the paths of its objects.

use crate::object::{ApiVersion, GroupKind};

/// A served resource: how objects of a kind are reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Kind and group.
    pub kind: GroupKind,
    /// The version served.
    pub version: String,
    /// The name in paths, such as `deployments`.
    pub plural: String,
    /// Whether its objects live in namespaces.
    pub namespaced: bool,
}

impl Resource {
    /// The `apiVersion` of its objects.
    pub fn api_version(&self) -> ApiVersion {
        ApiVersion { group: self.kind.group.clone(), version: self.version.clone() }
    }

    /// The name with its group, as RBAC writes it: `deployments.apps`.
    pub fn full_name(&self) -> String {
        if self.kind.group.is_empty() {
            self.plural.clone()
        } else {
            format!("{}.{}", self.plural, self.kind.group)
        }
    }

    /// The path of all its objects, of one namespace or of all.
    pub(super) fn collection(&self, namespace: Option<&str>) -> String {
        let api = if self.kind.group.is_empty() { "api" } else { "apis" };
        let base = format!("/{api}/{}", self.api_version());
        match namespace.filter(|_| self.namespaced) {
            Some(namespace) => format!("{base}/namespaces/{namespace}/{}", self.plural),
            None => format!("{base}/{}", self.plural),
        }
    }

    /// The path of one object.
    pub fn object(&self, namespace: Option<&str>, name: &str) -> String {
        format!("{}/{name}", self.collection(namespace))
    }

    /// The built-in `v1` kinds that trueup keeps its own state in, known
    /// without discovery.
    pub fn core(kind: &str, plural: &str, namespaced: bool) -> Self {
        Self::known("", "v1", kind, plural, namespaced)
    }

    /// A built-in kind known without discovery.
    pub fn known(group: &str, version: &str, kind: &str, plural: &str, namespaced: bool) -> Self {
        Self {
            kind: GroupKind::new(group, kind),
            version: version.to_owned(),
            plural: plural.to_owned(),
            namespaced,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_follow_group_and_scope() {
        let pods = Resource::core("Pod", "pods", true);
        assert_eq!(pods.object(Some("shop"), "web"), "/api/v1/namespaces/shop/pods/web");
        let roles = Resource::known("rbac.authorization.k8s.io", "v1", "ClusterRole", "clusterroles", false);
        assert_eq!(roles.object(Some("ignored"), "x"), "/apis/rbac.authorization.k8s.io/v1/clusterroles/x");
        assert_eq!(pods.collection(None), "/api/v1/pods");
    }
}
