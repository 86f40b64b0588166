//! What may be pruned: the strictest rule that there is, because a wrong
//! deletion can't be taken back.

use std::collections::BTreeSet;

use crate::diff::ManagedEntry;
use crate::json::Value;
use crate::object::{FieldPath, ON_REMOVE, ObjectId, kinds};

/// What is known when an object's removal is judged.
#[derive(Debug, Clone, Copy)]
pub struct Evidence<'a> {
    /// The membership label's key.
    pub label: &'a str,
    /// The field manager that trueup writes as.
    pub manager: &'a str,
    /// The namespaces that the inventory spans.
    pub namespaces: &'a BTreeSet<String>,
    /// The uids of the desired objects that are live: one object can be served
    /// under several API groups.
    pub desired: &'a BTreeSet<String>,
    /// The namespace that the inventory itself lives in.
    pub state_namespace: &'a str,
    /// The uid under which the last record has this object.
    pub recorded: Option<&'a str>,
}

/// Whether a labelled object that isn't desired goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Removal {
    /// It is provably ours: it goes.
    Prune,
    /// It is provably ours, and this annotation of its says that it stays: it is
    /// let go.
    Forget(&'static str),
    /// It stays, for this reason, which is worth telling.
    Keep(&'static str),
    /// It stays, and there is nothing to tell.
    Pass,
}

/// Judges a live object that carries our label and isn't desired.
pub fn removal(id: &ObjectId, live: &Value, evidence: Evidence<'_>) -> Removal {
    let metadata = &live["metadata"];
    let uid = metadata["uid"].as_str().unwrap_or_default();
    if metadata.get("deletionTimestamp").is_some() || evidence.desired.contains(uid) {
        return Removal::Pass;
    }
    if metadata["ownerReferences"].as_array().is_some_and(|owners| !owners.is_empty()) {
        // A controller's child with a copied label.
        return Removal::Pass;
    }
    if kinds::is_namespace(&id.kind) && id.name == evidence.state_namespace {
        return Removal::Keep("the inventory and the history live in it");
    }
    if id.namespace.as_ref().is_some_and(|namespace| !evidence.namespaces.contains(namespace)) {
        return Removal::Keep("it lies in a namespace that isn't the inventory's");
    }
    if kinds::is_bookkeeping(live) {
        return Removal::Keep("it is an inventory or a history");
    }
    if evidence.recorded != Some(uid) && !owns_label(live, evidence) {
        return Removal::Keep("it carries the label, but trueup didn't put it there");
    }
    kept_by(live).map_or(Removal::Prune, Removal::Forget)
}

/// The annotation by which an object stays when it leaves Git: ours, or that of a
/// tool that it may have come from.
pub fn kept_by(live: &Value) -> Option<&'static str> {
    const KEEPING: [(&str, &str, &str); 4] = [
        (ON_REMOVE, "keep", "trueup.dev/on-remove: keep"),
        ("helm.sh/resource-policy", "keep", "helm.sh/resource-policy: keep"),
        ("kustomize.toolkit.fluxcd.io/prune", "disabled", "kustomize.toolkit.fluxcd.io/prune: disabled"),
        (
            "client.lifecycle.config.k8s.io/deletion",
            "detach",
            "client.lifecycle.config.k8s.io/deletion: detach",
        ),
    ];
    const OPTIONS: [(&str, &str); 2] = [
        ("Prune=false", "argocd.argoproj.io/sync-options: Prune=false"),
        ("Delete=false", "argocd.argoproj.io/sync-options: Delete=false"),
    ];
    let annotations = &live["metadata"]["annotations"];
    let options = annotations["argocd.argoproj.io/sync-options"].as_str().unwrap_or_default();
    let says = |option: &str| options.split(',').any(|said| said.trim() == option);
    let keeping = KEEPING.iter().find(|(name, value, _)| annotations[*name] == *value);
    keeping
        .map(|(.., told)| *told)
        .or_else(|| OPTIONS.iter().find(|(option, _)| says(option)).map(|(_, told)| *told))
}

/// Our own apply owns the membership label: nobody copied it.
fn owns_label(live: &Value, evidence: Evidence<'_>) -> bool {
    let label = FieldPath::fields(["metadata", "labels", evidence.label]);
    ManagedEntry::applied_by(live, evidence.manager)
        .and_then(|entry| entry.fields())
        .is_some_and(|fields| fields.contains(&label))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use crate::object::GroupKind;

    const LABEL: &str = "applyset.kubernetes.io/part-of";

    fn judge(metadata: Value, recorded: Option<&str>) -> Removal {
        let namespaces = BTreeSet::from(["shop".to_owned()]);
        let namespace = metadata["namespace"].as_str().map(str::to_owned);
        let id = ObjectId::new(GroupKind::new("", "ConfigMap"), namespace.as_deref(), "x");
        let desired = BTreeSet::from(["moved".to_owned()]);
        let evidence = Evidence {
            label: LABEL,
            manager: "trueup",
            state_namespace: "state",
            namespaces: &namespaces,
            desired: &desired,
            recorded,
        };
        removal(&id, &json!({"metadata": metadata}), evidence)
    }

    fn applied_by(manager: &str) -> Value {
        json!([{"manager": manager, "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1",
            "fieldsV1": {"f:metadata": {"f:labels": {format!("f:{LABEL}"): {}}}}}])
    }

    #[test]
    fn what_our_own_apply_labelled_goes() {
        let ours = json!({"namespace": "shop", "uid": "u", "managedFields": applied_by("trueup")});
        assert_eq!(judge(ours, None), Removal::Prune);
    }

    #[test]
    fn the_namespace_of_the_inventory_itself_stays() {
        let evidence = Evidence {
            label: LABEL,
            manager: "trueup",
            state_namespace: "state",
            namespaces: &BTreeSet::new(),
            desired: &BTreeSet::new(),
            recorded: Some("u"),
        };
        let live = json!({"metadata": {"uid": "u"}});
        let namespace = |name: &str| ObjectId::new(GroupKind::new("", "Namespace"), None, name);
        assert!(matches!(removal(&namespace("state"), &live, evidence), Removal::Keep(_)));
        assert_eq!(removal(&namespace("other"), &live, evidence), Removal::Prune);
    }

    #[test]
    fn a_copied_label_is_never_enough() {
        for copied in [
            json!({"namespace": "shop", "uid": "u"}),
            json!({"namespace": "shop", "uid": "u", "managedFields": applied_by("replicator")}),
        ] {
            assert!(matches!(judge(copied, None), Removal::Keep(_)));
        }
    }

    #[test]
    fn the_last_record_proves_it_too_but_only_for_that_very_object() {
        let live = json!({"namespace": "shop", "uid": "u"});
        assert_eq!(judge(live.clone(), Some("u")), Removal::Prune);
        assert!(matches!(judge(live, Some("another")), Removal::Keep(_)));
    }

    #[test]
    fn an_annotation_lets_an_object_go() {
        for (annotation, value, told) in [
            ("trueup.dev/on-remove", "keep", "trueup.dev/on-remove: keep"),
            ("helm.sh/resource-policy", "keep", "helm.sh/resource-policy: keep"),
            ("kustomize.toolkit.fluxcd.io/prune", "disabled", "kustomize.toolkit.fluxcd.io/prune: disabled"),
            (
                "client.lifecycle.config.k8s.io/deletion",
                "detach",
                "client.lifecycle.config.k8s.io/deletion: detach",
            ),
            (
                "argocd.argoproj.io/sync-options",
                "Validate=false, Prune=false",
                "argocd.argoproj.io/sync-options: Prune=false",
            ),
        ] {
            let live = json!({"namespace": "shop", "uid": "u", "annotations": {annotation: value}});
            assert_eq!(judge(live.clone(), Some("u")), Removal::Forget(told));
            assert!(matches!(judge(live, None), Removal::Keep(_)), "a copied label and annotation");
        }
        let other =
            json!({"namespace": "shop", "uid": "u", "annotations": {"trueup.dev/on-remove": "delete"}});
        assert_eq!(judge(other, Some("u")), Removal::Prune);
    }

    #[test]
    fn owned_deleting_foreign_and_moved_objects_stay() {
        let entry = applied_by("trueup");
        let owned = json!({"namespace": "shop", "uid": "u", "managedFields": entry, "ownerReferences": [{"kind": "X"}]});
        assert_eq!(judge(owned, Some("u")), Removal::Pass);
        let deleting =
            json!({"namespace": "shop", "uid": "u", "managedFields": entry, "deletionTimestamp": "now"});
        assert_eq!(judge(deleting, None), Removal::Pass);
        let elsewhere = json!({"namespace": "other", "uid": "u", "managedFields": entry});
        assert!(matches!(judge(elsewhere, None), Removal::Keep(_)));
        let moved = json!({"namespace": "shop", "uid": "moved", "managedFields": entry});
        assert_eq!(judge(moved, None), Removal::Pass);
    }
}
