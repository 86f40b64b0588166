//! Whose a live object is, by the marks that tools leave on what they manage.

use crate::config::{Adoption, FormerOwner, Tool};
use crate::json::Value;
use crate::object::kinds;

/// Another owner of an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claim {
    /// The owner in words, such as `the Helm release shop/web`.
    pub owner: String,
    /// The tool, and what it calls the owner: with a namespace where it has one.
    /// Absent for what nobody may hand over.
    pub by: Option<(Tool, String)>,
    /// How to hand the object over.
    pub handover: String,
}

impl Claim {
    /// Whether the configuration says that this owner hands its objects over, or
    /// somebody has asked for them.
    pub fn is_given_away(&self, adoption: &Adoption) -> bool {
        let Some((tool, name)) = &self.by else { return false };
        let owners = match adoption {
            Adoption::Never => return false,
            Adoption::Asked => return true,
            Adoption::Unclaimed(owners) => owners,
        };
        let is_meant = |owner: &FormerOwner| {
            let short = name.rsplit('/').next().unwrap_or(name);
            owner.from == *tool && (owner.name == *name || owner.name == short)
        };
        owners.iter().any(is_meant)
    }
}

/// Who claims this object, other than the ApplySet `ours`. `None` for an object
/// that nobody claims or that is ours.
pub fn claim(live: &Value, ours: Option<&str>) -> Option<Claim> {
    let labels = &live["metadata"]["labels"];
    if kinds::is_bookkeeping(live) {
        return Some(Claim {
            owner: "an inventory or a history, which only its tool may write".into(),
            by: None,
            handover: "take it out of the manifests".into(),
        });
    }
    let annotations = &live["metadata"]["annotations"];
    if let Some(set) = labels["applyset.kubernetes.io/part-of"].as_str() {
        return (Some(set) != ours).then(|| Claim {
            owner: format!("the ApplySet {set}"),
            by: Some((Tool::ApplySet, set.to_owned())),
            handover: "remove it from that set first, without pruning it".into(),
        });
    }
    helm(labels, annotations)
        .or_else(|| argo_cd(labels, annotations))
        .or_else(|| flux(labels))
        .or_else(|| kapp(labels))
        .or_else(|| kluctl(labels))
}

/// Helm marks what it installs (pkg/kube in Helm 3.2 and later).
fn helm(labels: &Value, annotations: &Value) -> Option<Claim> {
    let release = annotations["meta.helm.sh/release-name"].as_str()?;
    if labels["app.kubernetes.io/managed-by"] != "Helm" {
        return None;
    }
    let namespace = annotations["meta.helm.sh/release-namespace"].as_str().unwrap_or_default();
    Some(Claim {
        owner: format!("the Helm release {namespace}/{release}"),
        by: Some((Tool::Helm, format!("{namespace}/{release}"))),
        handover: "annotate it with helm.sh/resource-policy: keep and uninstall the release".into(),
    })
}

/// Argo CD's tracking annotation. Its tracking label, `app.kubernetes.io/instance`,
/// is everybody's label and proves nothing.
fn argo_cd(labels: &Value, annotations: &Value) -> Option<Claim> {
    let tracked = annotations["argocd.argoproj.io/tracking-id"].as_str();
    let labelled = labels["argocd.argoproj.io/instance"].as_str();
    let application = tracked.and_then(|id| id.split(':').next()).or(labelled)?;
    Some(Claim {
        owner: format!("the Argo CD application {application}"),
        by: Some((Tool::ArgoCd, application.to_owned())),
        handover: "delete the application without cascading".into(),
    })
}

/// The labels of Flux's kustomize and helm controllers.
fn flux(labels: &Value) -> Option<Claim> {
    ["kustomize", "helm"].into_iter().find_map(|controller| {
        let prefix = format!("{controller}.toolkit.fluxcd.io");
        let name = labels[format!("{prefix}/name")].as_str()?;
        let namespace = labels[format!("{prefix}/namespace")].as_str().unwrap_or_default();
        Some(Claim {
            owner: format!("the Flux {controller} controller for {namespace}/{name}"),
            by: Some((Tool::Flux, format!("{namespace}/{name}"))),
            handover: "suspend it with prune off, then delete it".into(),
        })
    })
}

fn kapp(labels: &Value) -> Option<Claim> {
    let app = labels["kapp.k14s.io/app"].as_str()?;
    Some(Claim {
        owner: format!("the kapp app {app}"),
        by: Some((Tool::Kapp, app.to_owned())),
        handover: "remove kapp's labels, or delete the app with --apply-ignored".into(),
    })
}

fn kluctl(labels: &Value) -> Option<Claim> {
    let discriminator = labels["kluctl.io/discriminator"].as_str()?;
    Some(Claim {
        owner: format!("the kluctl deployment {discriminator}"),
        by: Some((Tool::Kluctl, discriminator.to_owned())),
        handover: "remove kluctl's discriminator label from it".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn owner(metadata: Value) -> Option<String> {
        claim(&json!({"metadata": metadata}), Some("applyset-ours-v1")).map(|claim| claim.owner)
    }

    #[test]
    fn each_tool_is_known_by_its_own_marks() {
        let cases = [
            (
                json!({"labels": {"applyset.kubernetes.io/part-of": "applyset-x-v1"}}),
                "the ApplySet applyset-x-v1",
            ),
            (
                json!({"labels": {"applyset.kubernetes.io/id": "applyset-x-v1"}}),
                "an inventory or a history, which only its tool may write",
            ),
            (
                json!({"labels": {"app.kubernetes.io/managed-by": "Helm"},
                    "annotations": {"meta.helm.sh/release-name": "web", "meta.helm.sh/release-namespace": "shop"}}),
                "the Helm release shop/web",
            ),
            (
                json!({"annotations": {"argocd.argoproj.io/tracking-id": "shop:apps/Deployment:shop/web"}}),
                "the Argo CD application shop",
            ),
            (
                json!({"labels": {"kustomize.toolkit.fluxcd.io/name": "web", "kustomize.toolkit.fluxcd.io/namespace": "f"}}),
                "the Flux kustomize controller for f/web",
            ),
            (json!({"labels": {"kapp.k14s.io/app": "171"}}), "the kapp app 171"),
            (json!({"labels": {"kluctl.io/discriminator": "d"}}), "the kluctl deployment d"),
        ];
        for (metadata, expected) in cases {
            assert_eq!(owner(metadata).as_deref(), Some(expected));
        }
    }

    #[test]
    fn only_the_named_owner_hands_its_objects_over() {
        let claim = Claim {
            owner: String::new(),
            by: Some((Tool::Helm, "shop/web".into())),
            handover: String::new(),
        };
        let to = |from, name: &str| {
            claim.is_given_away(&Adoption::Unclaimed(vec![FormerOwner { from, name: name.into() }]))
        };
        assert!(to(Tool::Helm, "web") && to(Tool::Helm, "shop/web"));
        assert!(!to(Tool::Helm, "test/web") && !to(Tool::Helm, "shop") && !to(Tool::Kapp, "web"));
        assert!(!claim.is_given_away(&Adoption::Never) && !claim.is_given_away(&Adoption::default()));
        assert!(claim.is_given_away(&Adoption::Asked));
        assert!(!Claim { by: None, ..claim }.is_given_away(&Adoption::Asked));
    }

    #[test]
    fn what_is_ours_or_nobodys_is_unclaimed() {
        assert_eq!(owner(json!({})), None);
        assert_eq!(owner(json!({"labels": {"applyset.kubernetes.io/part-of": "applyset-ours-v1"}})), None);
        assert_eq!(
            owner(
                json!({"labels": {"app.kubernetes.io/instance": "web", "app.kubernetes.io/managed-by": "Helm"}})
            ),
            None
        );
    }
}
