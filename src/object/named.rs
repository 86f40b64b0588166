//! An object as people name it on the command line.

use std::fmt;
use std::str::FromStr;

use super::{GroupKind, ObjectId};

/// `Kind/name`, `Kind.group/name` or `namespace/Kind/name`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NamedObject {
    pub(crate) namespace: Option<String>,
    pub(crate) kind: GroupKind,
    pub(crate) name: String,
}

impl NamedObject {
    /// Whether this object is meant: without a group of any, without a namespace in
    /// any.
    pub fn means(&self, id: &ObjectId) -> bool {
        let is_of_group = self.kind.group.is_empty() || self.kind.group == id.kind.group;
        let is_in_namespace = self.namespace.is_none() || self.namespace == id.namespace;
        is_of_group && is_in_namespace && self.kind.kind == id.kind.kind && self.name == id.name
    }
}

impl FromStr for NamedObject {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split('/').collect();
        let (namespace, kind, name) = match parts[..] {
            [kind, name] => (None, kind, name),
            [namespace, kind, name] => (Some(namespace), kind, name),
            _ => return Err(HOW.to_owned()),
        };
        let kind = GroupKind::parse(kind).filter(|_| !name.is_empty() && namespace != Some(""));
        let kind = kind.ok_or_else(|| HOW.to_owned())?;
        Ok(Self { namespace: namespace.map(str::to_owned), kind, name: name.to_owned() })
    }
}

const HOW: &str = "expected Kind/name, Kind.group/name or namespace/Kind/name";

impl fmt::Display for NamedObject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(namespace) = &self.namespace {
            write!(f, "{namespace}/")?;
        }
        write!(f, "{}/{}", self.kind, self.name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn web() -> ObjectId {
        ObjectId::new(GroupKind::new("apps", "Deployment"), Some("shop"), "web")
    }

    #[test]
    fn an_object_is_named_as_far_as_that_tells_it_from_others() {
        for text in
            ["Deployment/web", "Deployment.apps/web", "shop/Deployment/web", "shop/Deployment.apps/web"]
        {
            let named: NamedObject = text.parse().expect("a name");
            assert!(named.means(&web()), "{text}");
            assert_eq!(named.to_string(), text);
        }
        for text in ["Deployment/db", "deployment/web", "Deployment.batch/web", "other/Deployment/web"] {
            assert!(!text.parse::<NamedObject>().expect("a name").means(&web()), "{text}");
        }
    }

    #[test]
    fn what_names_no_object_is_refused() {
        for text in ["", "web", "/web", "Deployment/", "/Deployment/web", "a/b/c/d", ".apps/web"] {
            assert!(text.parse::<NamedObject>().is_err(), "{text}");
        }
    }
}
