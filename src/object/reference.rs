//! How an annotation names another object.

use std::fmt;
use std::str::FromStr;

use super::{GroupKind, ObjectId};

/// An object by group, kind and name, with its namespace where that isn't the
/// one of who names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Reference {
    /// The kind and its group.
    pub kind: GroupKind,
    /// The namespace, where one is named.
    pub namespace: Option<String>,
    /// The name.
    pub name: String,
}

impl Reference {
    /// What it may mean to an object of this namespace, the likeliest first. Only
    /// who knows the kind's scope can tell.
    pub fn meanings(&self, own: Option<&str>) -> Vec<ObjectId> {
        let id = |namespace| ObjectId::new(self.kind.clone(), namespace, self.name.as_str());
        match (&self.namespace, own) {
            (Some(named), _) => vec![id(Some(named.as_str()))],
            (None, Some(own)) => vec![id(Some(own)), id(None)],
            (None, None) => vec![id(None)],
        }
    }
}

/// `apps/Deployment/shop/db`: group, kind, namespace and name. The core group is
/// left out or empty (`ConfigMap/shop/settings`), the group may stand behind the
/// kind (`Deployment.apps/shop/db`), and the namespace may be left out.
impl FromStr for Reference {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let parts: Vec<&str> = text.split('/').collect();
        let wrong = || {
            format!(
                "{text:?} names no object: it takes group, kind, namespace and name (apps/Deployment/shop/db)"
            )
        };
        let is_kind = |part: &str| part.starts_with(|c: char| c.is_ascii_uppercase());
        let (kind, rest) = match parts.as_slice() {
            [kind, rest @ ..] if is_kind(kind) => (GroupKind::parse(kind).ok_or_else(wrong)?, rest),
            [group, kind, rest @ ..] if is_kind(kind) && !kind.contains('.') => {
                (GroupKind::new(*group, *kind), rest)
            }
            _ => return Err(wrong()),
        };
        let (namespace, name) = match rest {
            [name] => (None, *name),
            [namespace, name] => (Some(*namespace), *name),
            _ => return Err(wrong()),
        };
        if name.is_empty() || namespace.is_some_and(str::is_empty) || text.contains(char::is_whitespace) {
            return Err(wrong());
        }
        Ok(Self { kind, namespace: namespace.map(str::to_owned), name: name.to_owned() })
    }
}

/// As messages name objects.
impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        ObjectId::new(self.kind.clone(), self.namespace.as_deref(), self.name.as_str()).fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn objects_are_named_in_several_ways() {
        let cases = [
            ("apps/Deployment/shop/db", "Deployment.apps", Some("shop"), "db"),
            ("Deployment.apps/shop/db", "Deployment.apps", Some("shop"), "db"),
            ("apps/Deployment/db", "Deployment.apps", None, "db"),
            ("ConfigMap/shop/settings", "ConfigMap", Some("shop"), "settings"),
            ("/ConfigMap/shop/settings", "ConfigMap", Some("shop"), "settings"),
            ("Namespace/shop", "Namespace", None, "shop"),
            (
                "rbac.authorization.k8s.io/ClusterRole/system:node",
                "ClusterRole.rbac.authorization.k8s.io",
                None,
                "system:node",
            ),
        ];
        for (text, kind, namespace, name) in cases {
            let reference: Reference = text.parse().unwrap_or_else(|why| panic!("{why}"));
            let found = (reference.kind.to_string(), reference.namespace.as_deref(), reference.name.as_str());
            assert_eq!(found, (kind.to_owned(), namespace, name), "{text}");
        }
    }

    #[test]
    fn what_names_no_object_is_an_error() {
        for text in
            ["", "db", "deployment/db", "apps/Deployment", "apps/Deployment/", "a/Deployment/b/c/d", "Pod//a"]
        {
            assert!(text.parse::<Reference>().is_err_and(|why| why.contains("names no object")), "{text:?}");
        }
    }
}
