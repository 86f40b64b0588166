//! The kinds of one version of Kubernetes, in the form that is kept.

use std::collections::BTreeMap;

use super::definition::{Definitions, Resolver};
use super::{Builtin, BuiltinKind};

/// Kinds by `apiVersion` and name, and the definitions they're made of.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Catalogue {
    pub(super) kinds: BTreeMap<(String, String), Kind>,
    pub(super) definitions: Definitions,
}

/// One kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Kind {
    /// The name of its objects' definition.
    pub(super) definition: String,
    pub(super) namespaced: bool,
}

impl Catalogue {
    /// The same, ready to be looked at.
    pub(super) fn resolve(&self) -> Builtin {
        let mut resolver = Resolver::new(&self.definitions);
        let mut kinds: BTreeMap<String, BTreeMap<String, BuiltinKind>> = BTreeMap::new();
        for ((api_version, name), kind) in &self.kinds {
            let root = resolver.named(&kind.definition);
            let kind = BuiltinKind { root, namespaced: kind.namespaced };
            kinds.entry(api_version.clone()).or_default().insert(name.clone(), kind);
        }
        Builtin { kinds, schemas: resolver.schemas }
    }
}
