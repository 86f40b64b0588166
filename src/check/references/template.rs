//! Pods, and the templates that they're made from.

use crate::check::place::Place;
use crate::json::Map;
use crate::object::Manifest;

/// The pods of an object.
#[derive(Debug, Clone)]
pub(super) struct Template<'a> {
    pub(super) namespace: Option<&'a str>,
    pub(super) labels: Option<&'a Map>,
    /// The pod's `spec`.
    pub(super) spec: Place<'a>,
}

impl<'a> Template<'a> {
    /// The pods of an object: itself, those of a `CronJob`'s jobs, or of
    /// anything else with a template of pods, custom kinds included.
    pub(super) fn of(manifest: &'a Manifest) -> Option<Self> {
        let root = Place::root(&manifest.body);
        let kind = &manifest.id.kind;
        let pod = match (kind.group.as_str(), kind.kind.as_str()) {
            ("", "Pod") => root,
            ("", "PodTemplate") => root.field("template"),
            ("batch", "CronJob") => root.down(&["spec", "jobTemplate", "spec", "template"]),
            _ => root.down(&["spec", "template"]),
        };
        let spec = pod.field("spec");
        spec.field("containers").value().as_array()?;
        let labels = pod.down(&["metadata", "labels"]).value().as_object();
        Some(Self { namespace: manifest.id.namespace.as_deref(), labels, spec })
    }

    /// Containers of every kind.
    pub(super) fn containers(&self) -> Vec<Place<'a>> {
        let lists = ["initContainers", "containers", "ephemeralContainers"];
        lists.iter().flat_map(|list| self.spec.field(list).items()).collect()
    }

    /// The names of the containers' ports.
    pub(super) fn port_names(&self) -> impl Iterator<Item = &'a str> {
        let ports = self.containers().into_iter().flat_map(|container| container.field("ports").items());
        ports.filter_map(|port| port.field("name").text())
    }
}
