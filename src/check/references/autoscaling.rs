//! What scales a workload, and what protects its pods.

use super::{Notes, SELECTS_NOTHING};
use crate::object::ApiVersion;

/// The target of a `HorizontalPodAutoscaler`.
pub(super) fn scaler(notes: &mut Notes<'_, '_>) {
    let Some(target) = notes.object().down(&["spec", "scaleTargetRef"]) else { return };
    let group = target.text("apiVersion").and_then(ApiVersion::parse).map(|version| version.group);
    let (Some(kind), Some(name)) = (target.text("kind"), target.text("name")) else { return };
    if let (Some(group), Some(at)) = (group, target.field("name")) {
        notes.need(&group, kind, name, &at);
    }
}

/// The pods of a `PodDisruptionBudget`. An empty selector is that of all pods
/// (policy/v1).
pub(super) fn budget(notes: &mut Notes<'_, '_>) {
    let Some(selector) = notes.object().down(&["spec", "selector"]) else { return };
    let (index, namespace) = (notes.index, notes.namespace());
    if index.has_pods(namespace) && !index.selects(namespace, selector.value) {
        notes.add(SELECTS_NOTHING, &selector, "no pods in the set fit this selector".to_owned(), None);
    }
}
