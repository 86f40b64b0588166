//! Which of the fields that schemas call required the API server insists on.
//! The schemas say so of every field that its Go type doesn't call optional
//! (no `omitempty`), but nothing checks them: a field that isn't there is its
//! zero value, and the code of the kind decides whether that will do.
//! `required.json` holds what a real API server refused to do without; see "The
//! built-in kinds" in `docs/contributing.md`.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

/// Fields by the name of their definition, without the version: what holds in
/// one version of an API holds in the others.
static REQUIRED: LazyLock<BTreeMap<String, BTreeSet<String>>> = LazyLock::new(|| {
    // It's checked in, and a test reads it.
    let tried: BTreeMap<String, Vec<String>> =
        serde_json::from_str(include_str!("required.json")).unwrap_or_default();
    let mut required: BTreeMap<_, BTreeSet<_>> = BTreeMap::new();
    for (definition, fields) in tried {
        required.entry(without_version(&definition)).or_default().extend(fields);
    }
    required
});

/// Whether a value of this definition is refused without the field. "No" where
/// that wasn't tried.
pub(super) fn is_insisted_on(definition: &str, field: &str) -> bool {
    REQUIRED.get(&without_version(definition)).is_some_and(|fields| fields.contains(field))
}

fn without_version(definition: &str) -> String {
    let is_version = |part: &str| {
        part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|first: char| first.is_ascii_digit()))
    };
    definition.split('.').filter(|part| !is_version(part)).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_server_does_without_is_not_required() {
        for (definition, field, wanted) in [
            ("io.k8s.api.core.v1.Container", "name", true),
            ("io.k8s.api.core.v1.HTTPHeader", "name", true),
            ("io.k8s.api.core.v1.HTTPHeader", "value", false),
            ("io.k8s.api.autoscaling.v2.HorizontalPodAutoscalerSpec", "maxReplicas", true),
            ("io.k8s.api.autoscaling.v2beta2.HorizontalPodAutoscalerSpec", "maxReplicas", true),
            ("io.k8s.api.apps.v1.DeploymentStatus", "replicas", false),
        ] {
            assert_eq!(is_insisted_on(definition, field), wanted, "{definition} {field}");
        }
    }
}
