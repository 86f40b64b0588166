//! What scales a workload, and what protects its pods.

use super::{Notes, SELECTS_NOTHING};
use crate::object::ApiVersion;

/// The target of a `HorizontalPodAutoscaler`.
pub(super) fn scaler(notes: &mut Notes<'_, '_>) {
    let target = notes.object().down(&["spec", "scaleTargetRef"]);
    let version = target.field("apiVersion").text().and_then(ApiVersion::parse);
    if let (Some(version), Some(kind)) = (version, target.field("kind").text()) {
        notes.need(&version.group, kind, &target.field("name"));
    }
}

/// The pods of a `PodDisruptionBudget`. An empty selector is that of all pods
/// (policy/v1).
pub(super) fn budget(notes: &mut Notes<'_, '_>) {
    let selector = notes.object().down(&["spec", "selector"]);
    let (index, namespace) = (notes.index, notes.namespace());
    if selector.is_set() && index.has_pods(namespace) && !index.selects(namespace, selector.value()) {
        notes.add(SELECTS_NOTHING, &selector, "no pods in the set fit this selector".to_owned(), None);
    }
}
