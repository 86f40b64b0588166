//! Services and the pods behind them.

use std::collections::BTreeSet;

use super::template::Template;
use super::{MISSING_PORT, Notes, SELECTS_NOTHING, meant};
use crate::check::place::Place;

/// The pods that a Service selects, and the ports that it names.
pub(super) fn service(notes: &mut Notes<'_, '_>) {
    let spec = notes.object().field("spec");
    let selector = spec.field("selector");
    // Without a selector its endpoints are somebody else's; so are an
    // ExternalName's.
    let labels = selector.value().as_object().filter(|labels| !labels.is_empty());
    let Some(labels) = labels.filter(|_| !spec.field("type").is("ExternalName")) else { return };
    let selected = notes.index.with_labels(notes.namespace(), labels);
    if !selected.is_empty() {
        for port in spec.field("ports").items() {
            target_port(&port, &selected, notes);
        }
    } else if notes.index.has_pods(notes.namespace()) {
        notes.add(SELECTS_NOTHING, &selector, "no pods in the set have these labels".to_owned(), None);
    }
}

/// A target port that is a name is looked for among the pods' ports
/// (pkg/api/v1/pod `FindPort`).
fn target_port(port: &Place<'_>, selected: &[&Template<'_>], notes: &mut Notes<'_, '_>) {
    let at = port.field("targetPort");
    let Some(name) = at.text() else { return };
    let known: BTreeSet<&str> = selected.iter().flat_map(|template| template.port_names()).collect();
    if !known.contains(name) && name.parse::<u16>().is_err() {
        let message = format!("the selected pods have no port of the name {name:?}");
        notes.add(MISSING_PORT, &at, message, meant(name, known));
    }
}

/// The Service that gives a `StatefulSet`'s pods their names.
pub(super) fn stateful_set(notes: &mut Notes<'_, '_>) {
    notes.need("", "Service", &notes.object().down(&["spec", "serviceName"]));
}
