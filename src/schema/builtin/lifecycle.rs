//! What becomes of kinds over the versions of Kubernetes.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::Minor;

/// When a kind of an API version came and goes: as its Go type says
/// (`zz_generated.prerelease-lifecycle.go` in k8s.io/api), which is what the API
/// server warns by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, bound(deserialize = "'de: 'static"))]
pub struct Lifecycle {
    /// The first version that has it, where that is known.
    #[serde(default)]
    pub introduced: Option<Minor>,
    /// The first version in which it's deprecated. May be in the future.
    #[serde(default)]
    pub deprecated: Option<Minor>,
    /// The first version that doesn't have it. May be in the future: then it's a
    /// plan.
    #[serde(default)]
    pub removed: Option<Minor>,
    /// What to use instead, `apiVersion` and kind, in the newest version.
    #[serde(default)]
    pub replacement: Option<(&'static str, &'static str)>,
}

/// By `apiVersion` and kind, with a space between.
static LIFECYCLES: LazyLock<HashMap<&'static str, Lifecycle>> = LazyLock::new(|| {
    // It's checked in, and a test reads it.
    serde_json::from_str(include_str!("lifecycle.json")).unwrap_or_default()
});

/// What becomes of a kind of an API version. `None` for kinds that never came
/// with Kubernetes.
pub fn lifecycle(api_version: &str, kind: &str) -> Option<Lifecycle> {
    LIFECYCLES.get(format!("{api_version} {kind}").as_str()).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn deprecated(
        api_version: &str,
        kind: &str,
    ) -> (Option<String>, Option<String>, Option<(&'static str, &'static str)>) {
        let found = lifecycle(api_version, kind).unwrap_or_else(|| panic!("{api_version} {kind}"));
        let text = |version: Option<Minor>| version.map(|version| version.to_string());
        (text(found.deprecated), text(found.removed), found.replacement)
    }

    #[test]
    fn kinds_that_went_have_a_replacement() {
        for (api_version, kind, since, until, instead) in [
            ("extensions/v1beta1", "Ingress", "1.14", "1.22", "networking.k8s.io/v1"),
            ("extensions/v1beta1", "Deployment", "1.8", "1.16", "apps/v1"),
            ("apps/v1beta1", "StatefulSet", "1.8", "1.16", "apps/v1"),
            ("apps/v1beta2", "DaemonSet", "1.9", "1.16", "apps/v1"),
            ("policy/v1beta1", "PodDisruptionBudget", "1.21", "1.25", "policy/v1"),
            ("batch/v1beta1", "CronJob", "1.21", "1.25", "batch/v1"),
            ("autoscaling/v2beta1", "HorizontalPodAutoscaler", "1.22", "1.25", "autoscaling/v2"),
            ("autoscaling/v2beta2", "HorizontalPodAutoscaler", "1.23", "1.26", "autoscaling/v2"),
            ("networking.k8s.io/v1beta1", "Ingress", "1.19", "1.22", "networking.k8s.io/v1"),
            ("networking.k8s.io/v1beta1", "IngressClass", "1.19", "1.22", "networking.k8s.io/v1"),
            ("rbac.authorization.k8s.io/v1beta1", "Role", "1.17", "1.22", "rbac.authorization.k8s.io/v1"),
            ("storage.k8s.io/v1beta1", "StorageClass", "1.19", "1.22", "storage.k8s.io/v1"),
            (
                "apiextensions.k8s.io/v1beta1",
                "CustomResourceDefinition",
                "1.16",
                "1.22",
                "apiextensions.k8s.io/v1",
            ),
            ("apiregistration.k8s.io/v1beta1", "APIService", "1.19", "1.22", "apiregistration.k8s.io/v1"),
            (
                "admissionregistration.k8s.io/v1beta1",
                "ValidatingWebhookConfiguration",
                "1.16",
                "1.22",
                "admissionregistration.k8s.io/v1",
            ),
            (
                "flowcontrol.apiserver.k8s.io/v1beta1",
                "FlowSchema",
                "1.23",
                "1.26",
                "flowcontrol.apiserver.k8s.io/v1",
            ),
            (
                "flowcontrol.apiserver.k8s.io/v1beta3",
                "FlowSchema",
                "1.29",
                "1.32",
                "flowcontrol.apiserver.k8s.io/v1",
            ),
            ("discovery.k8s.io/v1beta1", "EndpointSlice", "1.21", "1.25", "discovery.k8s.io/v1"),
            ("events.k8s.io/v1beta1", "Event", "1.22", "1.25", "events.k8s.io/v1"),
            ("node.k8s.io/v1beta1", "RuntimeClass", "1.22", "1.25", "node.k8s.io/v1"),
            ("scheduling.k8s.io/v1beta1", "PriorityClass", "1.14", "1.22", "scheduling.k8s.io/v1"),
            (
                "certificates.k8s.io/v1beta1",
                "CertificateSigningRequest",
                "1.19",
                "1.22",
                "certificates.k8s.io/v1",
            ),
            ("coordination.k8s.io/v1beta1", "Lease", "1.19", "1.22", "coordination.k8s.io/v1"),
        ] {
            let wanted = (Some(since.to_owned()), Some(until.to_owned()), Some((instead, kind)));
            assert_eq!(deprecated(api_version, kind), wanted, "{api_version} {kind}");
        }
    }

    #[test]
    fn some_have_none_or_another_kind() {
        assert_eq!(
            deprecated("policy/v1beta1", "PodSecurityPolicy"),
            (Some("1.21".into()), Some("1.25".into()), None)
        );
        assert_eq!(deprecated("extensions/v1beta1", "PodSecurityPolicy").2, None);
        assert_eq!(deprecated("v1", "ComponentStatus"), (Some("1.19".into()), None, None));
        let slice = Some(("discovery.k8s.io/v1", "EndpointSlice"));
        assert_eq!(deprecated("v1", "Endpoints"), (Some("1.33".into()), None, slice));
        let role = Some(("rbac.authorization.k8s.io/v1", "Role"));
        assert_eq!(
            deprecated("rbac.authorization.k8s.io/v1alpha1", "Role"),
            (None, Some("1.23".into()), role)
        );
        assert_eq!(deprecated("settings.k8s.io/v1alpha1", "PodPreset"), (None, Some("1.20".into()), None));
    }

    #[test]
    fn stable_kinds_stay() {
        for (api_version, kind) in
            [("v1", "Pod"), ("apps/v1", "Deployment"), ("autoscaling/v1", "HorizontalPodAutoscaler")]
        {
            assert_eq!(deprecated(api_version, kind), (None, None, None), "{api_version} {kind}");
        }
        assert_eq!(lifecycle("example.com/v1", "Thing"), None);
        let introduced =
            lifecycle("autoscaling/v2", "HorizontalPodAutoscaler").and_then(|found| found.introduced);
        assert_eq!(introduced, Some(Minor::new(1, 23)));
    }

    /// A kind is in the versions from its introduction until its removal.
    #[test]
    fn every_kind_has_one_and_it_agrees_with_the_versions() {
        for version in Minor::shipped() {
            for (api_version, kind) in super::super::Builtin::of(*version).expect("shipped").kinds() {
                let found = lifecycle(api_version, kind).unwrap_or_else(|| panic!("{api_version} {kind}"));
                assert!(
                    found.removed.is_none_or(|removed| *version < removed),
                    "{version} {api_version} {kind}"
                );
            }
        }
        for (name, found) in LIFECYCLES.iter() {
            if let Some((api_version, kind)) = found.replacement {
                let newest = super::super::Builtin::of(Minor::NEWEST).expect("shipped");
                assert!(
                    newest.kind(api_version, kind).is_some(),
                    "{name} is replaced by {api_version} {kind}"
                );
            }
        }
    }
}
