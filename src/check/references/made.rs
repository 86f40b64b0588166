//! Objects that aren't in the set because something in it makes them: Secrets
//! that operators write, and the claims of a `StatefulSet`.

use crate::json::Value;
use crate::object::Manifest;

/// An object that will be there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct Made<'a> {
    pub(super) kind: &'static str,
    /// Absent where it's made in every namespace.
    pub(super) namespace: Option<&'a str>,
    pub(super) name: &'a str,
}

/// What an operator makes of this object, by the kinds' own documentation:
/// External Secrets, Sealed Secrets, cert-manager and its trust-manager, the
/// Vault Secrets Operator, 1Password, sops-secrets-operator.
pub(super) fn by(manifest: &Manifest) -> Vec<Made<'_>> {
    let (body, own) = (&manifest.body, manifest.id.name.as_str());
    let spec = &body["spec"];
    let (group, kind) = (manifest.id.kind.group.as_str(), manifest.id.kind.kind.as_str());
    let secrets: Vec<&str> = match (group, kind) {
        ("external-secrets.io", "ExternalSecret") => vec![spec["target"]["name"].as_str().unwrap_or(own)],
        ("bitnami.com", "SealedSecret") => {
            vec![spec["template"]["metadata"]["name"].as_str().unwrap_or(own)]
        }
        ("cert-manager.io", "Certificate") => spec["secretName"].as_str().into_iter().collect(),
        ("networking.k8s.io", "Ingress") if asks_for_certificates(body) => tls_secrets(spec),
        ("secrets.hashicorp.com", _) => spec["destination"]["name"].as_str().into_iter().collect(),
        ("onepassword.com", "OnePasswordItem") => vec![own],
        ("isindir.github.com", "SopsSecret") => names_of(&spec["secretTemplates"], "name"),
        ("trust.cert-manager.io", "Bundle") => {
            let everywhere = |kind| Made { kind, namespace: None, name: own };
            return vec![everywhere("ConfigMap"), everywhere("Secret")];
        }
        _ => Vec::new(),
    };
    let namespace = manifest.id.namespace.as_deref();
    secrets.into_iter().map(|name| Made { kind: "Secret", namespace, name }).collect()
}

/// cert-manager makes the Secrets of an Ingress that names an issuer.
fn asks_for_certificates(ingress: &Value) -> bool {
    let annotations = &ingress["metadata"]["annotations"];
    ["cert-manager.io/cluster-issuer", "cert-manager.io/issuer", "kubernetes.io/tls-acme"]
        .iter()
        .any(|name| annotations.get(name).is_some())
}

fn tls_secrets(spec: &Value) -> Vec<&str> {
    names_of(&spec["tls"], "secretName")
}

fn names_of<'a>(list: &'a Value, field: &str) -> Vec<&'a str> {
    list.as_array().into_iter().flatten().filter_map(|item| item[field].as_str()).collect()
}

/// What the cluster has in every namespace (kube-controller-manager's
/// `root-ca-cert-publisher` and `serviceaccount` controllers).
pub(super) fn is_everywhere(kind: &str, name: &str) -> bool {
    matches!((kind, name), ("ConfigMap", "kube-root-ca.crt") | ("ServiceAccount", "default"))
}

/// The roles that every cluster has (plugin/pkg/auth/authorizer/rbac/bootstrappolicy).
pub(super) fn is_bootstrap_role(name: &str) -> bool {
    matches!(name, "cluster-admin" | "admin" | "edit" | "view") || name.starts_with("system:")
}

/// Whether a claim of this name is one that the `StatefulSet` makes:
/// `TEMPLATE-SET-ORDINAL` (pkg/controller/statefulset `getPersistentVolumeClaimName`).
pub(super) fn is_claim_of(set: &Manifest, claim: &str) -> bool {
    names_of_templates(&set.body["spec"]["volumeClaimTemplates"]).any(|template| {
        claim
            .strip_prefix(template)
            .and_then(|rest| rest.strip_prefix('-')?.strip_prefix(set.id.name.as_str())?.strip_prefix('-'))
            .is_some_and(|ordinal| !ordinal.is_empty() && ordinal.bytes().all(|byte| byte.is_ascii_digit()))
    })
}

fn names_of_templates(templates: &Value) -> impl Iterator<Item = &str> {
    templates.as_array().into_iter().flatten().filter_map(|template| template["metadata"]["name"].as_str())
}
