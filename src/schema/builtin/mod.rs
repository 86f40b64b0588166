//! The kinds that come with Kubernetes, for each of several versions, without
//! a cluster: what the API servers of these versions publish as `OpenAPI`.
//! Descriptions and validation in prose aren't kept.
//!
//! Nothing here judges an object.

mod catalogue;
mod definition;
mod lifecycle;
mod openapi;
mod required;
mod store;
mod version;

#[cfg(test)]
mod generate;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::sync::OnceLock;

#[cfg(test)]
pub(crate) use generate::published_documents;
pub use lifecycle::{Lifecycle, lifecycle};
pub use version::{Minor, NotAVersion};

use super::{SchemaId, Schemas};
use crate::json::Value;
use catalogue::Catalogue;

/// The kinds of all versions; `generate` makes it.
static PACKED: &[u8] = include_bytes!("kinds.zst");

/// The kinds that one version of Kubernetes has.
#[derive(Debug, Default)]
pub struct Builtin {
    /// By `apiVersion` and name.
    kinds: BTreeMap<String, BTreeMap<String, BuiltinKind>>,
    schemas: Schemas,
}

/// One kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltinKind {
    /// The schema of its objects, among [`Builtin::schemas`].
    pub root: SchemaId,
    /// Whether its objects are in a namespace.
    pub namespaced: bool,
}

/// The program doesn't come with the kinds of this version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the kinds of Kubernetes {0} aren't known, only those of {oldest} to {newest}",
    oldest = Minor::OLDEST,
    newest = Minor::NEWEST
)]
pub struct UnknownVersion(pub Minor);

impl Builtin {
    /// The kinds of a version. The first call for each unpacks them.
    pub fn of(version: Minor) -> Result<&'static Self, UnknownVersion> {
        static UNPACKED: [OnceLock<Builtin>; Minor::shipped().len()] =
            [const { OnceLock::new() }; Minor::shipped().len()];
        let place = Minor::shipped().iter().position(|shipped| *shipped == version);
        let unpacked = place.and_then(|place| UNPACKED.get(place)).ok_or(UnknownVersion(version))?;
        // The file is checked in, and a test reads every version of it.
        Ok(unpacked.get_or_init(|| match store::unpack(PACKED, version) {
            Ok(Some(catalogue)) => catalogue.resolve(),
            _ => Self::default(),
        }))
    }

    /// The built-in kinds of an API server, from the documents that it has at
    /// `/openapi/v3/api/v1` and `/openapi/v3/apis/GROUP/VERSION`. Not for custom
    /// kinds: of these it publishes less than their definitions say.
    pub fn from_openapi<'a>(documents: impl IntoIterator<Item = &'a Value>) -> Self {
        let mut catalogue = Catalogue::default();
        for document in documents {
            catalogue.add_openapi(document);
        }
        catalogue.resolve()
    }

    /// What is known of a kind.
    pub fn kind(&self, api_version: &str, kind: &str) -> Option<BuiltinKind> {
        self.kinds.get(api_version)?.get(kind).copied()
    }

    /// What [`BuiltinKind::root`] refers to.
    pub fn schemas(&self) -> &Schemas {
        &self.schemas
    }

    /// Each `apiVersion` that has a kind of this name.
    pub fn api_versions_of(&self, kind: &str) -> Vec<&str> {
        let versions = self.kinds.iter().filter(|(_, kinds)| kinds.contains_key(kind));
        versions.map(|(api_version, _)| api_version.as_str()).collect()
    }

    /// The `apiVersion` and the name of every kind, sorted.
    pub fn kinds(&self) -> impl Iterator<Item = (&str, &str)> {
        self.kinds
            .iter()
            .flat_map(|(api_version, kinds)| kinds.keys().map(|kind| (api_version.as_str(), kind.as_str())))
    }
}
