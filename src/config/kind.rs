//! Kinds as the configuration names them.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::Deserialize;

use crate::object::GroupKind;

/// A kind, of any group unless one is named: `Namespace`, `Database.example.com`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct KindPattern {
    /// The kind.
    pub kind: String,
    /// The group; `None` for any.
    pub group: Option<String>,
}

/// A text that isn't a [`KindPattern`].
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} isn't a kind: it's written as in manifests, such as Namespace or Deployment.apps")]
pub struct KindError {
    text: String,
}

impl KindPattern {
    /// A kind of any group.
    pub fn any_group(kind: &str) -> Self {
        Self { kind: kind.to_owned(), group: None }
    }

    /// Whether this kind is meant.
    pub fn matches(&self, kind: &GroupKind) -> bool {
        self.kind == kind.kind && self.group.as_ref().is_none_or(|group| *group == kind.group)
    }
}

impl FromStr for KindPattern {
    type Err = KindError;

    fn from_str(text: &str) -> Result<Self, KindError> {
        let (kind, group) = match text.split_once('.') {
            Some((kind, group)) => (kind, Some(group)),
            None => (text, None),
        };
        let is_kind = kind.starts_with(|c: char| c.is_ascii_uppercase())
            && kind.chars().all(|c| c.is_ascii_alphanumeric());
        let is_group = |group: &str| {
            !group.is_empty()
                && group
                    .chars()
                    .all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '.' | '-'))
        };
        if is_kind && group.is_none_or(is_group) {
            Ok(Self { kind: kind.to_owned(), group: group.map(str::to_owned) })
        } else {
            Err(KindError { text: text.to_owned() })
        }
    }
}

impl fmt::Display for KindPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.kind)?;
        self.group.as_ref().map_or(Ok(()), |group| write!(f, ".{group}"))
    }
}

impl TryFrom<String> for KindPattern {
    type Error = KindError;

    fn try_from(text: String) -> Result<Self, KindError> {
        text.parse()
    }
}

impl JsonSchema for KindPattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Kind".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A kind of any group, or of the one named: Namespace, Deployment.apps.",
            "type": "string",
            "format": "kind",
            "pattern": "^[A-Z][A-Za-z0-9]*(\\.[a-z0-9.-]+)?$"
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_without_group_matches_every_group() {
        let crd: KindPattern = "CustomResourceDefinition".parse().expect("a kind");
        assert!(crd.matches(&GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition")));
        let deployment: KindPattern = "Deployment.apps".parse().expect("a kind");
        assert!(deployment.matches(&GroupKind::new("apps", "Deployment")));
        assert!(!deployment.matches(&GroupKind::new("example.com", "Deployment")));
        for wrong in ["", "namespace", "pods", "Deployment.", "apps/Deployment", "Deployment.Apps"] {
            assert!(wrong.parse::<KindPattern>().is_err(), "{wrong:?}");
        }
    }
}
