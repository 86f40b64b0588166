//! Objects against kinds, and what is said of each.

use std::sync::Arc;

use super::*;
use crate::object::{ApiVersion, GroupKind, ObjectId, SecretPaths, Source};
use crate::schema::Minor;
use crate::yaml;

/// The objects of a text, in the namespace that each names.
pub(super) fn manifests(text: &str) -> Vec<Manifest> {
    let documents = yaml::documents(text).expect("YAML");
    documents
        .into_iter()
        .map(|document| {
            let body = document.value;
            let word = |value: &crate::json::Value| value.as_str().map(str::to_owned);
            let version = ApiVersion::parse(body["apiVersion"].as_str().expect("a version")).expect("one");
            let kind = GroupKind::new(version.group, word(&body["kind"]).expect("a kind"));
            let namespace = word(&body["metadata"]["namespace"]);
            let name = word(&body["metadata"]["name"]).expect("a name");
            let source = Source {
                path: Arc::from("set.yaml"),
                line: document.line,
                column: document.column,
                document: document.number,
                several: true,
                item: None,
                blob: Arc::from(""),
                is_rendered: false,
                is_unsteady: false,
                given_by: 0,
                encrypted: crate::object::Encrypted::Nothing,
            };
            let id = ObjectId::new(kind, namespace.as_deref(), name);
            let secrets = SecretPaths::of_object(&id.kind, &body);
            Manifest { id, version: version.version, body, secrets, source, vars: None }
        })
        .collect()
}

/// What is said of a set in a version of Kubernetes, a line each, without what
/// is said of references.
#[track_caller]
fn said(version: &str, text: &str) -> Vec<String> {
    let manifests = manifests(text);
    let version: Minor = version.parse().expect("a version");
    let kinds = Kinds::new(version, Kinds::definitions_in(&manifests)).expect("a known version");
    let set = Set { manifests: &manifests, kinds: &kinds, complete: true };
    check(&set).iter().map(line).collect()
}

fn line(finding: &Finding) -> String {
    let hints: Vec<String> = finding.hints.iter().map(|hint| format!(" ({hint})")).collect();
    let Finding { severity, rule, path, message, .. } = finding;
    format!("{severity:?} {rule} {path}: {message}{}", hints.concat())
}

fn named(api_version: &str, kind: &str) -> String {
    format!("---\napiVersion: {api_version}\nkind: {kind}\nmetadata: {{name: x}}\n")
}

const WIDGETS: &str = "---
apiVersion: apiextensions.k8s.io/v1
kind: CustomResourceDefinition
metadata: {name: widgets.example.com}
spec:
  group: example.com
  scope: Namespaced
  names: {kind: Widget, plural: widgets}
  versions:
    - {name: v1beta1, served: true, storage: false, deprecated: true, schema: {openAPIV3Schema: {type: object, x-kubernetes-preserve-unknown-fields: true}}}
    - name: v1
      served: true
      storage: true
      schema: {openAPIV3Schema: {type: object, properties: {spec: {type: object, properties: {size: {type: integer}}}}}}
";

#[test]
fn kinds_that_there_are_not_are_errors_with_what_was_meant() {
    for (api_version, kind, expected) in [
        (
            "apps/v1",
            "Deploymnet",
            r#"Error unknown-kind kind: apps/v1 has no kind Deploymnet in Kubernetes 1.36 (did you mean "Deployment"?)"#,
        ),
        (
            "v1",
            "Deployment",
            "Error unknown-kind apiVersion: v1 has no kind Deployment in Kubernetes 1.36 (it's in apps/v1)",
        ),
        (
            "extensions/v1beta1",
            "Ingress",
            "Error removed-api apiVersion: extensions/v1beta1 Ingress is gone since Kubernetes 1.22 (networking.k8s.io/v1 Ingress takes its place)",
        ),
    ] {
        assert_eq!(said("1.36", &named(api_version, kind)), [expected]);
    }
}

#[test]
fn the_version_of_kubernetes_decides() {
    let scaler = named("autoscaling/v2beta2", "HorizontalPodAutoscaler");
    assert_eq!(
        said("1.27", &scaler),
        [
            "Error removed-api apiVersion: autoscaling/v2beta2 HorizontalPodAutoscaler is gone since Kubernetes 1.26 (autoscaling/v2 HorizontalPodAutoscaler takes its place)"
        ]
    );
    let policy = named("admissionregistration.k8s.io/v1", "ValidatingAdmissionPolicy");
    assert_eq!(
        said("1.29", &policy),
        [
            "Error unknown-kind apiVersion: admissionregistration.k8s.io/v1 has no kind ValidatingAdmissionPolicy in Kubernetes 1.29 (it came with Kubernetes 1.30)"
        ]
    );
    let deprecated = said("1.33", &named("v1", "Endpoints"));
    assert_eq!(deprecated.len(), 1, "{deprecated:?}");
    assert!(deprecated[0].starts_with("Note deprecated-api apiVersion: v1 Endpoints is deprecated since"));
    assert!(said("1.32", &named("v1", "Endpoints")).is_empty());
}

#[test]
fn a_custom_kind_without_definition_is_noted_once() {
    let two = named("example.com/v1", "Widget") + &named("example.com/v1", "Widget");
    assert_eq!(
        said("1.36", &two),
        [
            "Note unknown-kind kind: Widget.example.com isn't defined here, so its objects aren't checked (add its CustomResourceDefinition to the set, or name it in `schemas:` of trueup.yaml)"
        ]
    );
}

#[test]
fn custom_objects_are_held_against_their_definition() {
    let widget = |version: &str, kind: &str, spec: &str| {
        format!("{WIDGETS}{}spec: {spec}\n", named(&format!("example.com/{version}"), kind))
    };
    assert!(said("1.36", &widget("v1", "Widget", "{size: 1}")).is_empty());
    let wrong = said("1.36", &widget("v1", "Widget", "{size: large, colour: red}"));
    assert_eq!(wrong.len(), 2, "{wrong:?}");
    assert!(wrong.iter().any(|said| said.starts_with("Error unknown-field spec.colour:")), "{wrong:?}");
    assert!(wrong.iter().any(|said| said.starts_with("Error schema spec.size:")), "{wrong:?}");
    assert_eq!(
        said("1.36", &widget("v2", "Widget", "{}")),
        [
            r#"Error unknown-kind apiVersion: Widget.example.com isn't served at version "v2" (its definition serves v1beta1, v1)"#
        ]
    );
    assert_eq!(
        said("1.36", &widget("v1beta1", "Widget", "{}")),
        ["Note deprecated-api apiVersion: example.com/v1beta1 Widget is deprecated"]
    );
    let meant = said("1.36", &widget("v1", "Wigdet", "{}"));
    assert!(meant.len() == 1 && meant[0].ends_with(r#"(did you mean "Widget"?)"#), "{meant:?}");
}

#[test]
fn namespaces_are_filled_in_and_refused_where_they_can_not_be() {
    let mut objects =
        manifests(&[WIDGETS, &named("v1", "Namespace"), &named("example.com/v1", "Widget")].concat());
    let kinds =
        Kinds::new(Minor::NEWEST, Kinds::definitions_in(&objects).cloned().collect::<Vec<_>>().iter());
    kinds.expect("a known version").place(&mut objects, Some("shop"));
    let namespaces: Vec<_> = objects.iter().map(|object| object.id.namespace.as_deref()).collect();
    assert_eq!(namespaces, [None, None, Some("shop")]);
    let role = "apiVersion: v1\nkind: Namespace\nmetadata: {name: x, namespace: shop}\n";
    assert_eq!(
        said("1.36", role),
        ["Error namespace metadata.namespace: a Namespace has no namespace (remove metadata.namespace)"]
    );
}

#[test]
fn without_everything_nothing_is_said_of_what_is_missing() {
    let pod = "apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {serviceAccountName: someone, containers: [{name: a, image: a, x: 1}]}\n";
    let manifests = manifests(&(pod.to_owned() + &named("example.com/v1", "Widget")));
    let kinds = Kinds::new(Minor::NEWEST, []).expect("a known version");
    let rules = |complete| -> Vec<&str> {
        let set = Set { manifests: &manifests, kinds: &kinds, complete };
        check(&set).iter().map(|finding| finding.rule).collect()
    };
    assert_eq!(rules(true), ["unknown-field", "missing-reference", "unknown-kind"]);
    assert_eq!(rules(false), ["unknown-field"]);
}

#[test]
fn a_secrets_values_are_never_quoted() {
    let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: x}\nimmutable: hunter2-hunter2\nstringData: {a: hunter2-hunter2}\n";
    let said = said("1.36", secret);
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(!said[0].contains("hunter2"), "{said:?}");
}
