use super::*;
use crate::schema::{ListType, Rest, Schema, Type};

fn newest() -> &'static Builtin {
    Builtin::of(Minor::NEWEST).expect("shipped")
}

/// The schema of a field: names, `[]` for a list's items, `{}` for a map's values.
fn field(api_version: &str, kind: &str, path: &str) -> Schema {
    field_of(newest(), api_version, kind, path)
}

fn field_of(builtin: &Builtin, api_version: &str, kind: &str, path: &str) -> Schema {
    let root = builtin.kind(api_version, kind).unwrap_or_else(|| panic!("{api_version} {kind}")).root;
    let mut schema = builtin.schemas().get(root);
    for name in path.split('.').filter(|name| !name.is_empty()) {
        let below = match (name, schema.rest) {
            ("[]", _) => schema.items,
            ("{}", Rest::Of(below)) => Some(below),
            _ => schema.properties.get(name).copied(),
        };
        schema = builtin.schemas().get(below.unwrap_or_else(|| panic!("{kind} {path}: no {name}")));
    }
    schema.clone()
}

#[test]
fn every_version_is_there() {
    for version in Minor::shipped() {
        let builtin = Builtin::of(*version).expect("shipped");
        assert!(builtin.kinds().count() > 60, "{version}");
        assert!(builtin.kind("v1", "Pod").is_some_and(|kind| kind.namespaced), "{version}");
    }
    assert!(PACKED.len() < 400_000, "{} bytes", PACKED.len());
}

#[test]
fn other_versions_are_refused() {
    let unknown = Builtin::of(Minor::new(1, 16)).expect_err("too old");
    let (oldest, newest) = (Minor::OLDEST, Minor::NEWEST);
    let text = format!("the kinds of Kubernetes 1.16 aren't known, only those of {oldest} to {newest}");
    assert_eq!(unknown.to_string(), text);
}

#[test]
fn kinds_are_in_a_namespace_or_not() {
    for (api_version, kind, namespaced) in [
        ("v1", "Namespace", false),
        ("v1", "Secret", true),
        ("v1", "ComponentStatus", false),
        ("apps/v1", "Deployment", true),
        ("rbac.authorization.k8s.io/v1", "ClusterRole", false),
        ("rbac.authorization.k8s.io/v1", "Role", true),
        ("apiextensions.k8s.io/v1", "CustomResourceDefinition", false),
        ("apiregistration.k8s.io/v1", "APIService", false),
    ] {
        let found = newest().kind(api_version, kind);
        assert_eq!(found.map(|kind| kind.namespaced), Some(namespaced), "{api_version} {kind}");
    }
}

#[test]
fn what_is_no_object_of_its_own_is_no_kind() {
    for (api_version, kind) in [
        ("v1", "PodList"),
        ("v1", "DeleteOptions"),
        ("v1", "PodTemplateSpec"),
        ("policy/v1", "Eviction"),
        ("autoscaling/v1", "Scale"),
        ("apps/v1", "Ingress"),
        ("v2", "Pod"),
    ] {
        assert_eq!(newest().kind(api_version, kind), None, "{api_version} {kind}");
    }
}

#[test]
fn the_api_versions_of_a_kind_are_known() {
    assert_eq!(newest().api_versions_of("Deployment"), ["apps/v1"]);
    assert_eq!(newest().api_versions_of("HorizontalPodAutoscaler"), ["autoscaling/v1", "autoscaling/v2"]);
    assert_eq!(newest().api_versions_of("Event"), ["events.k8s.io/v1", "v1"]);
    assert_eq!(newest().api_versions_of("Thing"), [""; 0]);
}

#[test]
fn values_have_types() {
    for (api_version, kind, path, wanted) in [
        ("apps/v1", "Deployment", "", Some(Type::Object)),
        ("apps/v1", "Deployment", "spec.replicas", Some(Type::Integer)),
        ("apps/v1", "Deployment", "spec.paused", Some(Type::Boolean)),
        ("apps/v1", "Deployment", "spec.strategy.rollingUpdate.maxSurge", Some(Type::IntOrString)),
        ("v1", "Service", "spec.ports.[].targetPort", Some(Type::IntOrString)),
        ("v1", "Pod", "spec.containers.[].resources.limits.{}", Some(Type::Quantity)),
        ("v1", "Pod", "spec.volumes.[].emptyDir.sizeLimit", Some(Type::Quantity)),
        ("v1", "Pod", "metadata.labels.{}", Some(Type::String)),
        ("v1", "ConfigMap", "data.{}", Some(Type::String)),
        ("apps/v1", "ControllerRevision", "data", None),
        (
            "autoscaling/v2",
            "HorizontalPodAutoscaler",
            "spec.metrics.[].resource.target.averageUtilization",
            Some(Type::Integer),
        ),
        (
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "spec.versions.[].schema.openAPIV3Schema.properties.{}.minimum",
            Some(Type::Number),
        ),
        (
            "apiextensions.k8s.io/v1",
            "CustomResourceDefinition",
            "spec.versions.[].schema.openAPIV3Schema.default",
            None,
        ),
    ] {
        assert_eq!(field(api_version, kind, path).kind, wanted, "{kind} {path}");
    }
}

#[test]
fn texts_and_numbers_have_formats() {
    for (api_version, kind, path, format) in [
        ("v1", "Pod", "metadata.creationTimestamp", Some("date-time")),
        ("coordination.k8s.io/v1", "Lease", "spec.renewTime", Some("date-time")),
        ("v1", "Secret", "data.{}", Some("byte")),
        ("v1", "Secret", "stringData.{}", None),
        ("apps/v1", "Deployment", "spec.replicas", Some("int32")),
        ("v1", "Pod", "spec.terminationGracePeriodSeconds", Some("int64")),
    ] {
        assert_eq!(field(api_version, kind, path).format.as_deref(), format, "{kind} {path}");
    }
}

#[test]
fn lists_know_what_tells_their_items_apart() {
    let map = |keys: &[&str]| ListType::Map(keys.iter().map(|key| (*key).to_owned()).collect());
    for (api_version, kind, path, wanted) in [
        ("apps/v1", "Deployment", "spec.template.spec.containers", map(&["name"])),
        ("v1", "Service", "spec.ports", map(&["port", "protocol"])),
        ("v1", "Pod", "spec.containers.[].args", ListType::Atomic),
        ("v1", "Pod", "metadata.finalizers", ListType::Set),
    ] {
        assert_eq!(field(api_version, kind, path).list, wanted, "{kind} {path}");
    }
    // Whatever extension says so.
    let oldest = Builtin::of(Minor::OLDEST).expect("shipped");
    assert_eq!(field_of(oldest, "v1", "Pod", "spec.containers").list, map(&["name"]));
    assert_eq!(field_of(oldest, "v1", "Pod", "metadata.finalizers").list, ListType::Set);
    assert_eq!(field("v1", "Service", "spec.ports.[].protocol").default, Some("TCP".into()));
    assert_eq!(field("v1", "Service", "spec.ports.[].name").default, None);
}

#[test]
fn maps_take_their_fields_or_anything() {
    assert_eq!(field("apps/v1", "Deployment", "spec").rest, Rest::Closed);
    assert!(matches!(field("v1", "ConfigMap", "data").rest, Rest::Of(_)));
    assert_eq!(field("v1", "Pod", "metadata.managedFields.[].fieldsV1").rest, Rest::Any);
    assert_eq!(field("apps/v1", "ControllerRevision", "data").rest, Rest::Any);
}

#[test]
fn some_texts_are_of_few() {
    let values = |path: &str| field("v1", "Pod", path).values;
    assert_eq!(values("spec.restartPolicy"), ["Always", "Never", "OnFailure", ""]);
    assert_eq!(values("spec.volumes.[].hostPath.type").iter().filter(|value| **value == "").count(), 1);
    assert_eq!(values("spec.nodeName"), [""; 0]);
    let webhook = "webhooks.[].rules.[].operations.[]";
    let operations = field("admissionregistration.k8s.io/v1", "ValidatingWebhookConfiguration", webhook);
    assert_eq!(operations.values, ["*", "CONNECT", "CREATE", "DELETE", "UPDATE", ""]);
}

#[test]
fn what_the_server_insists_on_is_required() {
    assert_eq!(field("v1", "Pod", "spec.containers.[]").required, ["name"]);
    assert_eq!(field("apps/v1", "Deployment", "spec").required, ["selector", "template"]);
    assert_eq!(field("v1", "ConfigMap", "").required, [""; 0]);
    let header = "spec.containers.[].livenessProbe.httpGet.httpHeaders.[]";
    assert_eq!(field("v1", "Pod", header).required, ["name"], "it does without a value");
    let status = "status.containerStatuses.[]";
    assert_eq!(field("v1", "Pod", status).required, [""; 0], "nobody writes it");
}

#[test]
fn a_schema_may_refer_to_itself() {
    let path = |times: usize| {
        let nested = vec!["properties.{}"; times].join(".");
        format!("spec.versions.[].schema.openAPIV3Schema.{nested}")
    };
    let of = |times| field("apiextensions.k8s.io/v1", "CustomResourceDefinition", &path(times));
    assert_eq!(of(1), of(5));
    assert!(of(5).properties.contains_key("x-kubernetes-validations"));
}
