//! Values.

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::sync::Arc;

use jiff::Timestamp;

use super::quantity::Quantity;
use crate::json;

/// A map's key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
#[allow(missing_docs, reason = "the names are the language's")]
pub enum Key {
    Bool(bool),
    Int(i64),
    Text(Arc<str>),
}

/// A value.
#[derive(Debug, Clone)]
#[allow(missing_docs, reason = "the names are the language's")]
pub enum Value {
    Null,
    Bool(bool),
    Int(i64),
    Uint(u64),
    Double(f64),
    Text(Arc<str>),
    Bytes(Arc<[u8]>),
    List(Arc<Vec<Value>>),
    /// A list whose order doesn't count (`x-kubernetes-list-type` set or map).
    Unordered(Arc<Vec<Value>>),
    Map(Arc<BTreeMap<Key, Value>>),
    /// In nanoseconds.
    Duration(i64),
    Timestamp(Timestamp),
    Optional(Option<Arc<Value>>),
    Type(&'static str),
    Quantity(Quantity),
    Ip(IpAddr),
    /// An address and the length of its prefix.
    Cidr(IpAddr, u8),
    Url(Arc<Url>),
    /// A named format of texts.
    Format(&'static str),
}

/// The parts of a URL.
#[derive(Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Url {
    pub scheme: String,
    /// With the port.
    pub host: String,
    pub path: String,
    pub query: String,
}

impl Value {
    /// A text.
    pub fn text(text: &str) -> Self {
        Self::Text(text.into())
    }

    /// A list.
    pub fn list(items: Vec<Self>) -> Self {
        Self::List(Arc::new(items))
    }

    pub(super) fn some(value: Self) -> Self {
        Self::Optional(Some(Arc::new(value)))
    }

    pub(super) fn items(&self) -> Option<&[Self]> {
        match self {
            Self::List(items) | Self::Unordered(items) => Some(items),
            _ => None,
        }
    }

    pub(super) fn key(&self) -> Option<Key> {
        match self {
            Self::Bool(flag) => Some(Key::Bool(*flag)),
            Self::Int(number) => Some(Key::Int(*number)),
            Self::Uint(number) => i64::try_from(*number).ok().map(Key::Int),
            Self::Text(text) => Some(Key::Text(text.clone())),
            _ => None,
        }
    }

    /// The name of its type.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Null => "null_type",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Uint(_) => "uint",
            Self::Double(_) => "double",
            Self::Text(_) => "string",
            Self::Bytes(_) => "bytes",
            Self::List(_) | Self::Unordered(_) => "list",
            Self::Map(_) => "map",
            Self::Duration(_) => "google.protobuf.Duration",
            Self::Timestamp(_) => "google.protobuf.Timestamp",
            Self::Optional(_) => "optional_type",
            Self::Type(_) => "type",
            Self::Quantity(_) => "kubernetes.Quantity",
            Self::Ip(_) => "net.IP",
            Self::Cidr(..) => "net.CIDR",
            Self::Url(_) => "kubernetes.URL",
            Self::Format(_) => "kubernetes.NamedFormat",
        }
    }
}

/// A value that no schema describes.
impl From<&json::Value> for Value {
    fn from(value: &json::Value) -> Self {
        match value {
            json::Value::Null => Self::Null,
            json::Value::Bool(flag) => Self::Bool(*flag),
            json::Value::Number(number) => match number.as_i64() {
                Some(whole) => Self::Int(whole),
                None => Self::Double(number.as_f64().unwrap_or(f64::NAN)),
            },
            json::Value::String(text) => Self::text(text),
            json::Value::Array(items) => Self::list(items.iter().map(Self::from).collect()),
            json::Value::Object(map) => {
                let entries = map.iter().map(|(name, value)| (Key::Text(name.as_str().into()), value.into()));
                Self::Map(Arc::new(entries.collect()))
            }
        }
    }
}

impl From<Key> for Value {
    fn from(key: Key) -> Self {
        match key {
            Key::Bool(flag) => Self::Bool(flag),
            Key::Int(number) => Self::Int(number),
            Key::Text(text) => Self::Text(text),
        }
    }
}
