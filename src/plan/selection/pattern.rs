//! How objects are described on the command line.

use std::fmt;
use std::str::FromStr;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Candidate;
use crate::config::{name_fits, path_fits};
use crate::error::did_you_mean;
use crate::object::{GroupKind, NamedObject};

/// `Kind/name`, `Kind.group/name`, `namespace/Kind/name`, or `kind=`, `name=`,
/// `namespace=`, `label=` or `path=`; several with commas between them, which must
/// all fit. `*` and `?` stand for any text and any character.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern {
    parts: Vec<Part>,
}

/// One of a pattern's parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Part {
    Object { namespace: Option<String>, kind: String, name: String },
    Kind(String),
    Name(String),
    Namespace(String),
    Label { key: String, value: Option<String> },
    Path(String),
}

const KEYS: [&str; 5] = ["kind", "name", "namespace", "label", "path"];

const HOW: &str = "expected Kind/name, namespace/Kind/name, kind=, name=, namespace=, label= or path=";

impl Pattern {
    /// Whether this object is meant.
    pub fn fits(&self, candidate: Candidate<'_>) -> bool {
        self.parts.iter().all(|part| part.fits(candidate))
    }

    pub(super) fn parts(&self) -> &[Part] {
        &self.parts
    }
}

impl Part {
    pub(super) fn fits(&self, Candidate { id, labels, path }: Candidate<'_>) -> bool {
        let own = id.namespace.as_deref().unwrap_or_default();
        match self {
            Self::Object { namespace, kind, name } => {
                let is_there = namespace.as_ref().is_none_or(|namespace| name_fits(namespace, own));
                is_there && kind_fits(kind, &id.kind) && name_fits(name, &id.name)
            }
            Self::Kind(kind) => kind_fits(kind, &id.kind),
            Self::Name(name) => name_fits(name, &id.name),
            Self::Namespace(namespace) => id.namespace.is_some() && name_fits(namespace, own),
            Self::Label { key, value } => {
                labels.into_iter().flat_map(|labels| labels.iter()).any(|(name, found)| {
                    let found = found.as_str().unwrap_or_default();
                    name_fits(key, name) && value.as_ref().is_none_or(|value| name_fits(value, found))
                })
            }
            Self::Path(pattern) => {
                pattern == "." || path_fits(pattern, path) || path_fits(&format!("{pattern}/**"), path)
            }
        }
    }
}

/// An object that is named.
impl From<&NamedObject> for Pattern {
    fn from(named: &NamedObject) -> Self {
        let NamedObject { namespace, kind, name } = named.clone();
        Self { parts: vec![Part::Object { namespace, kind: kind.to_string(), name }] }
    }
}

/// Of any group, where the pattern names none.
fn kind_fits(pattern: &str, kind: &GroupKind) -> bool {
    match pattern.split_once('.') {
        Some((name, group)) => name_fits(name, &kind.kind) && name_fits(group, &kind.group),
        None => name_fits(pattern, &kind.kind),
    }
}

impl FromStr for Pattern {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split(',').map(|part| part.trim().parse());
        Ok(Self { parts: parts.collect::<Result<_, _>>()? })
    }
}

impl FromStr for Part {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text.is_empty() {
            return Err(format!("a part of the pattern is empty: {HOW}"));
        }
        match text.split_once('=') {
            Some((key, value)) => Self::of_key(key, value),
            None => Self::of_object(text),
        }
    }
}

impl Part {
    fn of_key(key: &str, value: &str) -> Result<Self, String> {
        let (name, wanted) = value.split_once('=').map_or((value, None), |(name, value)| (name, Some(value)));
        if KEYS.contains(&key) && name.is_empty() {
            return Err(format!("{key}={value} names nothing"));
        }
        let value = value.to_owned();
        Ok(match key {
            "kind" => Self::Kind(value),
            "name" => Self::Name(value),
            "namespace" => Self::Namespace(value),
            "label" => Self::Label { key: name.to_owned(), value: wanted.map(str::to_owned) },
            "path" => {
                let path = value.trim_start_matches("./").trim_end_matches('/');
                Self::Path(if path.is_empty() { ".".to_owned() } else { path.to_owned() })
            }
            _ => {
                let meant = did_you_mean(key, KEYS);
                let meant = meant.map_or_else(|| HOW.to_owned(), |meant| format!("did you mean {meant:?}?"));
                return Err(format!("{key}= says nothing of an object: {meant}"));
            }
        })
    }

    fn of_object(text: &str) -> Result<Self, String> {
        let parts: Vec<&str> = text.split('/').collect();
        let (namespace, kind, name) = match parts[..] {
            [kind, name] => (None, kind, name),
            [namespace, kind, name] if !namespace.is_empty() => (Some(namespace.to_owned()), kind, name),
            _ => return Err(HOW.to_owned()),
        };
        if kind.is_empty() || name.is_empty() {
            return Err(HOW.to_owned());
        }
        Ok(Self::Object { namespace, kind: kind.to_owned(), name: name.to_owned() })
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Object { namespace: Some(namespace), kind, name } => write!(f, "{namespace}/{kind}/{name}"),
            Self::Object { namespace: None, kind, name } => write!(f, "{kind}/{name}"),
            Self::Kind(kind) => write!(f, "kind={kind}"),
            Self::Name(name) => write!(f, "name={name}"),
            Self::Namespace(namespace) => write!(f, "namespace={namespace}"),
            Self::Label { key, value: Some(value) } => write!(f, "label={key}={value}"),
            Self::Label { key, value: None } => write!(f, "label={key}"),
            Self::Path(path) => write!(f, "path={path}"),
        }
    }
}

impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let parts: Vec<String> = self.parts.iter().map(ToString::to_string).collect();
        f.write_str(&parts.join(","))
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.to_string()
    }
}

impl TryFrom<String> for Pattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

impl JsonSchema for Pattern {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Pattern".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Objects, as --only and --except describe them, such as kind=Job or shop/Deployment/web.",
            "type": "string"
        })
    }
}
