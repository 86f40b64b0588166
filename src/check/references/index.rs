//! The set, by what its objects can be looked up by.

use std::collections::{HashMap, HashSet};

use super::made::{self, Made};
use super::template::Template;
use crate::json::{Map, Value};
use crate::object::{Manifest, selector};

/// The set's objects by kind and name, and its pods by their labels.
///
/// Where a namespace isn't known (without a cluster nobody can tell which one
/// the context has) it may be any.
pub(in crate::check) struct Index<'a> {
    pub(super) manifests: &'a [Manifest],
    by_name: HashMap<(&'a str, &'a str, &'a str), Vec<&'a Manifest>>,
    by_kind: HashMap<(&'a str, &'a str), Vec<&'a Manifest>>,
    made: HashSet<Made<'a>>,
    /// By the objects' positions.
    templates: Vec<Option<Template<'a>>>,
    /// The positions of objects with a template of pods, by each label.
    by_label: HashMap<(&'a str, &'a str), Vec<usize>>,
}

impl<'a> Index<'a> {
    pub(in crate::check) fn of(manifests: &'a [Manifest]) -> Self {
        let mut index = Self {
            manifests,
            by_name: HashMap::with_capacity(manifests.len()),
            by_kind: HashMap::new(),
            made: manifests.iter().flat_map(made::by).collect(),
            templates: manifests.iter().map(Template::of).collect(),
            by_label: HashMap::new(),
        };
        for manifest in manifests {
            let (group, kind) = (manifest.id.kind.group.as_str(), manifest.id.kind.kind.as_str());
            index.by_name.entry((group, kind, manifest.id.name.as_str())).or_default().push(manifest);
            index.by_kind.entry((group, kind)).or_default().push(manifest);
        }
        for (position, template) in index.templates.iter().enumerate() {
            let labels = template.as_ref().and_then(|template| template.labels).into_iter().flatten();
            for (name, value) in labels.filter_map(|(name, value)| Some((name, value.as_str()?))) {
                index.by_label.entry((name.as_str(), value)).or_default().push(position);
            }
        }
        index
    }

    /// The pods of the object at this position.
    pub(super) fn template(&self, position: usize) -> Option<&Template<'a>> {
        self.templates[position].as_ref()
    }

    /// The object of this name.
    pub(super) fn find(
        &self,
        group: &str,
        kind: &str,
        namespace: Option<&str>,
        name: &str,
    ) -> Option<&'a Manifest> {
        let named = self.by_name.get(&(group, kind, name))?.iter().copied();
        named.into_iter().find(|manifest| may_be_same(manifest.id.namespace.as_deref(), namespace))
    }

    /// Whether something in the set, or every cluster, makes an object of this
    /// name.
    pub(super) fn is_made(&self, group: &str, kind: &str, namespace: Option<&str>, name: &str) -> bool {
        let is_core = group.is_empty();
        match kind {
            _ if is_core && made::is_everywhere(kind, name) => true,
            "ClusterRole" => made::is_bootstrap_role(name),
            "PersistentVolumeClaim" if is_core => {
                let sets = self.of_kind("apps", "StatefulSet", namespace);
                sets.into_iter().any(|set| made::is_claim_of(set, name))
            }
            "Secret" | "ConfigMap" if is_core => {
                let kind = if kind == "Secret" { "Secret" } else { "ConfigMap" };
                let made = |namespace| self.made.contains(&Made { kind, namespace, name });
                made(namespace) || made(None) || (namespace.is_none() && self.is_made_anywhere(kind, name))
            }
            _ => false,
        }
    }

    fn is_made_anywhere(&self, kind: &str, name: &str) -> bool {
        self.made.iter().any(|made| made.kind == kind && made.name == name)
    }

    /// The names of a kind's objects in a namespace.
    pub(super) fn names(&self, group: &str, kind: &str, namespace: Option<&str>) -> Vec<&'a str> {
        let all = self.of_kind(group, kind, namespace);
        all.into_iter().map(|manifest| manifest.id.name.as_str()).collect()
    }

    fn of_kind(&self, group: &str, kind: &str, namespace: Option<&str>) -> Vec<&'a Manifest> {
        let all = self.by_kind.get(&(group, kind)).into_iter().flatten().copied();
        all.filter(|manifest| may_be_same(manifest.id.namespace.as_deref(), namespace)).collect()
    }

    /// Whether the set has any pods in a namespace.
    pub(super) fn has_pods(&self, namespace: Option<&str>) -> bool {
        self.pods(namespace).next().is_some()
    }

    /// The pods that have all of these labels.
    pub(super) fn with_labels(&self, namespace: Option<&str>, labels: &Map) -> Vec<&Template<'a>> {
        // One of the labels leaves few to look at.
        let first = labels.iter().find_map(|(name, value)| Some((name.as_str(), value.as_str()?)));
        let near = first.and_then(|first| self.by_label.get(&first)).map_or(&[][..], Vec::as_slice);
        let near = near.iter().filter_map(|position| self.templates[*position].as_ref());
        near.filter(|template| may_be_same(template.namespace, namespace))
            .filter(|template| selector::has_all(labels, template.labels))
            .collect()
    }

    /// Whether a `LabelSelector` fits any pods.
    pub(super) fn selects(&self, namespace: Option<&str>, selector: &Value) -> bool {
        self.pods(namespace).any(|template| selector::fits(selector, template.labels))
    }

    fn pods(&self, namespace: Option<&str>) -> impl Iterator<Item = &Template<'a>> {
        self.templates.iter().flatten().filter(move |template| may_be_same(template.namespace, namespace))
    }
}

/// Whether two namespaces may be the same one.
fn may_be_same(one: Option<&str>, other: Option<&str>) -> bool {
    one.is_none() || other.is_none() || one == other
}
