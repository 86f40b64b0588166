//! What makes two objects the same one: group, kind, namespace and name, never
//! the version (KEP-3659, and every tool that matched by version regretted it).

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// An API group and version, as `apiVersion` has it: `apps/v1`, or `v1` for
/// the core group, whose name is empty.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct ApiVersion {
    /// The group; empty for the core group.
    pub group: String,
    /// The version, such as `v1`.
    pub version: String,
}

impl ApiVersion {
    /// Reads an `apiVersion`; `None` when it isn't `VERSION` or `GROUP/VERSION`.
    pub fn parse(text: &str) -> Option<Self> {
        let (group, version) = text.split_once('/').unwrap_or(("", text));
        let well_formed =
            !version.is_empty() && !version.contains('/') && (group.is_empty() != text.contains('/'));
        well_formed.then(|| Self { group: group.to_owned(), version: version.to_owned() })
    }
}

impl fmt::Display for ApiVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.group.is_empty() {
            f.write_str(&self.version)
        } else {
            write!(f, "{}/{}", self.group, self.version)
        }
    }
}

/// A kind within its group, written as ApplySets write it: `Deployment.apps`,
/// `ConfigMap`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct GroupKind {
    /// The group; empty for the core group.
    pub group: String,
    /// The kind, such as `Deployment`.
    pub kind: String,
}

impl GroupKind {
    /// A kind of a group.
    pub fn new(group: impl Into<String>, kind: impl Into<String>) -> Self {
        Self { group: group.into(), kind: kind.into() }
    }

    /// Reads `Kind.group` or `Kind`.
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, group) = text.split_once('.').unwrap_or((text, ""));
        (!kind.is_empty()).then(|| Self::new(group, kind))
    }

    /// Whether this is that kind of that group.
    pub fn is(&self, group: &str, kind: &str) -> bool {
        self.group == group && self.kind == kind
    }
}

impl fmt::Display for GroupKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        if self.group.is_empty() { Ok(()) } else { write!(f, ".{}", self.group) }
    }
}

/// Namespace, group, kind and name.
pub(crate) type SortKey<'a> = (Option<&'a str>, &'a str, &'a str, &'a str);

/// The identity of an object. Ordered by namespace (cluster-scoped first),
/// group, kind and name, which is the order of everything that is printed.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ObjectId {
    /// The kind and its group.
    pub kind: GroupKind,
    /// The namespace; `None` for cluster-scoped objects (and, before the kind's
    /// scope is known, for objects that name none).
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl ObjectId {
    /// An identity.
    pub fn new(kind: GroupKind, namespace: Option<&str>, name: impl Into<String>) -> Self {
        Self { kind, namespace: namespace.map(str::to_owned), name: name.into() }
    }

    /// What identities are ordered by.
    pub(crate) fn sort_key(&self) -> SortKey<'_> {
        (self.namespace.as_deref(), &self.kind.group, &self.kind.kind, &self.name)
    }
}

impl PartialOrd for ObjectId {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for ObjectId {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.sort_key().cmp(&other.sort_key())
    }
}

/// `shop/Deployment/web`, or `Namespace/shop` where there is no namespace: how
/// messages name objects.
impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        write!(f, "{}/{}", self.kind.kind, self.name)
    }
}

/// An object as JSON output names it: the identity with the version in use.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ObjectRef {
    /// API group; empty for the core group.
    pub group: String,
    /// API version in use.
    pub version: String,
    /// Kind.
    pub kind: String,
    /// Namespace; absent for cluster-scoped objects.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl ObjectRef {
    /// The object at this API version.
    pub fn new(id: &ObjectId, version: impl Into<String>) -> Self {
        Self {
            group: id.kind.group.clone(),
            version: version.into(),
            kind: id.kind.kind.clone(),
            namespace: id.namespace.clone(),
            name: id.name.clone(),
        }
    }

    /// What its identity is ordered by.
    pub(crate) fn sort_key(&self) -> SortKey<'_> {
        (self.namespace.as_deref(), &self.group, &self.kind, &self.name)
    }

    /// The `apiVersion` as manifests have it.
    pub fn api_version(&self) -> String {
        ApiVersion { group: self.group.clone(), version: self.version.clone() }.to_string()
    }

    /// The identity, without the version.
    pub fn id(&self) -> ObjectId {
        ObjectId::new(
            GroupKind::new(self.group.as_str(), self.kind.as_str()),
            self.namespace.as_deref(),
            self.name.as_str(),
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn api_versions_are_read_as_kubernetes_writes_them() {
        let apps = ApiVersion::parse("apps/v1").expect("well formed");
        assert_eq!((apps.group.as_str(), apps.version.as_str()), ("apps", "v1"));
        assert_eq!(ApiVersion::parse("v1").expect("well formed").to_string(), "v1");
        for wrong in ["", "/v1", "apps/", "a/b/c"] {
            assert_eq!(ApiVersion::parse(wrong), None, "{wrong:?}");
        }
    }

    #[test]
    fn identities_read_as_messages_name_them() {
        let web = ObjectId::new(GroupKind::new("apps", "Deployment"), Some("shop"), "web");
        assert_eq!(web.to_string(), "shop/Deployment/web");
        assert_eq!(
            ObjectId::new(GroupKind::new("", "Namespace"), None, "shop").to_string(),
            "Namespace/shop"
        );
    }

    #[test]
    fn group_kinds_round_trip() {
        for text in ["ConfigMap", "Deployment.apps", "Ingress.networking.k8s.io"] {
            assert_eq!(GroupKind::parse(text).expect("well formed").to_string(), text);
        }
    }
}
