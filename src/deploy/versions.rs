//! Which API versions of custom kinds the server knows, as the run leaves them. Of
//! built-in kinds it knows old ones for years, and takes care of them itself.

use std::collections::{BTreeMap, BTreeSet};

use super::resolve::Desired;
use crate::cluster::{Discovery, LookupError};
use crate::json::Value;
use crate::object::{GroupKind, kinds};

/// The versions.
pub(super) struct Versions<'a> {
    discovery: &'a Discovery,
    defined: BTreeMap<GroupKind, BTreeSet<&'a str>>,
}

impl<'a> Versions<'a> {
    /// By the definitions in the set, else by those that are live (`definitions`),
    /// else by what is served: a version that isn't may still be known.
    pub(super) fn of(discovery: &'a Discovery, definitions: &'a [Value], desired: &'a [Desired]) -> Self {
        let in_set = desired.iter().filter(|object| kinds::is_crd(&object.id().kind));
        let in_set = in_set.map(|object| &object.manifest.body);
        let defined = definitions.iter().chain(in_set);
        let defined =
            defined.filter_map(|definition| Some((kinds::defined_by(definition)?, versions(definition))));
        Self { discovery, defined: defined.collect() }
    }

    /// Whether the server doesn't know this version of the kind (any more).
    pub(super) fn is_gone(&self, kind: &GroupKind, api_version: &str) -> bool {
        let Some((group, version)) = api_version.split_once('/') else { return false };
        if kinds::is_builtin(kind) || group != kind.group {
            return false;
        }
        match self.defined.get(kind) {
            Some(defined) => !defined.contains(version),
            None => matches!(self.discovery.find(kind, version), Err(LookupError::UnknownVersion(_))),
        }
    }
}

/// The versions of a definition, served or not.
fn versions(definition: &Value) -> BTreeSet<&str> {
    let versions = definition["spec"]["versions"].as_array().into_iter().flatten();
    versions.filter_map(|version| version["name"].as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn a_version_is_gone_when_the_definition_doesnt_have_it() {
        let definition = json!({"spec": {"group": "shop.example", "names": {"kind": "Till"}, "versions": [
            {"name": "v1", "served": true}, {"name": "v1beta1", "served": false}]}});
        let (discovery, definitions) = (Discovery::default(), [definition]);
        let versions = Versions::of(&discovery, &definitions, &[]);
        let till = GroupKind::new("shop.example", "Till");
        let is_gone = |version: &str| versions.is_gone(&till, version);
        assert!(is_gone("shop.example/v1alpha1"));
        for known in ["shop.example/v1", "shop.example/v1beta1", "other.example/v1alpha1", "v1alpha1"] {
            assert!(!is_gone(known), "{known}");
        }
        // Nothing is known of a kind that isn't served, nor said of built-in ones.
        assert!(!versions.is_gone(&GroupKind::new("shop.example", "Stall"), "shop.example/v0"));
        assert!(!versions.is_gone(&GroupKind::new("apps", "Deployment"), "apps/v1beta1"));
    }
}
