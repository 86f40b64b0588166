//! Which types hold on which version of the API server. The table is that of
//! Kubernetes 1.36; `versions.json` has the types that other versions merge
//! differently. Of any other version nothing is known: an API server that is
//! newer than this program may merge as it likes.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use super::{Schemas, Type};
use crate::schema::Minor;

static DIFFERING: LazyLock<BTreeMap<Minor, HashMap<String, Type>>> = LazyLock::new(|| {
    // Checked in, and a test reads it.
    serde_json::from_str(include_str!("versions.json")).unwrap_or_default()
});

impl Schemas {
    /// The built-in kinds as an API server merges them that calls itself this
    /// (`gitVersion`, such as `v1.36.3`); nothing for a version that isn't known.
    pub fn of_server(version: &str) -> Self {
        let differing = version.parse().ok().and_then(|minor: Minor| DIFFERING.get(&minor));
        differing.map_or_else(Self::default, |types| Self {
            base: Some(Self::builtin()),
            types: types.clone(),
            ..Self::default()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_version_that_comes_with_the_program_is_known() {
        let known: Vec<&Minor> = DIFFERING.keys().collect();
        assert_eq!(known, Minor::shipped().iter().collect::<Vec<_>>());
        for minor in Minor::shipped() {
            let schemas = Schemas::of_server(&format!("v{minor}.3-vendor.100"));
            assert!(schemas.knows("apps/v1", "Deployment") && schemas.metadata().is_some(), "{minor}");
        }
    }

    #[test]
    fn nothing_is_known_of_any_other_version() {
        for version in ["v1.26.9", "v1.38.0", "v1.99.0", "v2.36.0", "v0.36.0", "", "latest"] {
            let schemas = Schemas::of_server(version);
            assert!(!schemas.knows("apps/v1", "Deployment") && schemas.metadata().is_none(), "{version}");
        }
    }

    /// Whether the port of an Ingress' backend merges as a whole: it does since
    /// Kubernetes 1.31.
    #[test]
    fn a_version_has_its_own_types() {
        let is_atomic = |version: &str| {
            let schemas = Schemas::of_server(version);
            let root = schemas.of_kind("networking.k8s.io/v1", "Ingress").expect("known");
            let path = ["spec", "defaultBackend", "service", "port"];
            path.iter()
                .try_fold(root, |node, name| Some(node.field(name)?.0))
                .and_then(|node| node.atomic_map())
        };
        assert_eq!(is_atomic("v1.30.14"), Some(false));
        assert_eq!(is_atomic("v1.31.0"), Some(true));
        assert_eq!(is_atomic("v1.36.3"), Some(true));
    }
}
