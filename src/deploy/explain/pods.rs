//! The pod of an object that makes pods.

use super::field::{Field, Subject};
use crate::json::Value;
use crate::object::FieldPath;

/// Where the kinds of Kubernetes keep their pods' spec.
const PODS: [&[&str]; 3] =
    [&["spec", "jobTemplate", "spec", "template", "spec"], &["spec", "template", "spec"], &["spec"]];

const CONTAINERS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

impl Subject<'_> {
    /// The spec of its pods, if it makes any.
    pub(super) fn pod(&self) -> Option<Field> {
        let fields = PODS.iter().map(|names| FieldPath::fields(names.iter().copied()));
        let mut pods = fields.filter(|path| path.field("containers").get(self.body).is_some());
        pods.next().map(|path| Field { shown: path.clone(), found: path })
    }

    /// Every container of its pods.
    pub(super) fn containers(&self) -> Vec<Field> {
        let Some(pod) = self.pod() else { return Vec::new() };
        let lists = CONTAINERS.iter().map(|name| pod.field(name));
        lists
            .flat_map(|list| {
                let count = self.value(&list).and_then(Value::as_array).map_or(0, Vec::len);
                (0..count).map(move |index| list.item(index, self.body))
            })
            .collect()
    }

    /// The container of this name.
    pub(super) fn container(&self, name: &str) -> Option<Field> {
        self.containers()
            .into_iter()
            .find(|field| self.value(field).is_some_and(|container| container["name"] == name))
    }
}
