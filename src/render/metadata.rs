//! What the API server checks in the metadata of every object
//! (`ValidateObjectMeta` of k8s.io/apimachinery `pkg/api/validation`).

use super::object::Check;
use crate::json::{Map, Value};
use crate::object::names::{self, Misnamed, NameRule};
use crate::object::{FieldPath, GroupKind, Step, kinds};

/// `TotalAnnotationSizeLimitB`: of all keys and values together.
const MOST_ANNOTATIONS: usize = 256 * 1024;

/// Finalizers without a domain that the API server knows.
const STANDARD_FINALIZERS: [&str; 3] = ["orphan", "foregroundDeletion", "kubernetes"];

impl<'a> Check<'a> {
    /// What depends on the kind: the name, and whether there may be a
    /// namespace.
    pub(super) fn identity(&mut self, kind: &GroupKind, name: &str, namespace: Option<&str>) {
        if let Err(fault) = NameRule::of(kind, self.body).check(name) {
            self.misnamed("metadata.name", name, &fault, FieldPath::fields(["metadata", "name"]));
        }
        let Some(namespace) = namespace else { return };
        let path = FieldPath::fields(["metadata", "namespace"]);
        if kinds::builtin_is_namespaced(kind) == Some(false) {
            let message = format!("{kind} has no namespace, but the manifest names {namespace:?}");
            let finding = self.place.finding(message, &path);
            self.findings.push(finding.hint("remove metadata.namespace"));
        } else if let Err(fault) = names::label(namespace) {
            self.misnamed("metadata.namespace", namespace, &fault, path);
        }
    }

    /// Labels, annotations, finalizers and owners.
    pub(super) fn bearings(&mut self, metadata: &'a Map, kind: Option<&GroupKind>) {
        self.labels(metadata);
        self.annotations(metadata);
        self.finalizers(metadata, kind.is_some_and(kinds::is_builtin));
        self.owners(metadata);
    }

    fn labels(&mut self, metadata: &'a Map) {
        for (key, value) in fields(metadata, "labels") {
            let path = FieldPath::fields(["metadata", "labels", key]);
            if let Err(fault) = names::label_key(key) {
                self.misnamed("the label", key, &fault, path.clone());
            }
            let Some(value) = value.as_str() else { continue };
            if let Err(fault) = names::label_value(value) {
                self.misnamed(
                    &format!("the label {key:?} has a value that isn't allowed:"),
                    value,
                    &fault,
                    path,
                );
            }
        }
    }

    fn annotations(&mut self, metadata: &'a Map) {
        let mut size = 0;
        for (key, value) in fields(metadata, "annotations") {
            size += key.len() + value.as_str().map_or(0, str::len);
            if let Err(fault) = names::annotation_key(key) {
                let path = FieldPath::fields(["metadata", "annotations", key]);
                self.misnamed("the annotation", key, &fault, path);
            }
        }
        if size > MOST_ANNOTATIONS {
            let message =
                format!("the annotations have {size} bytes, but at most {MOST_ANNOTATIONS} are allowed");
            self.find(message, &["metadata", "annotations"]);
        }
    }

    fn finalizers(&mut self, metadata: &'a Map, is_builtin: bool) {
        for (path, value) in items(metadata, "finalizers") {
            let Some(name) = value.as_str() else { continue };
            if let Err(fault) = names::label_key(name) {
                self.misnamed("the finalizer", name, &fault, path);
            } else if is_builtin && !name.contains('/') && !STANDARD_FINALIZERS.contains(&name) {
                let message = format!("the finalizer {name:?} needs a domain before it");
                self.findings.push(
                    self.place.finding(message, &path).hint(format!("\"example.com/{name}\" would do")),
                );
            }
        }
    }

    fn owners(&mut self, metadata: &'a Map) {
        let mut controllers = 0;
        for (path, owner) in items(metadata, "ownerReferences") {
            let text = |field: &str| owner.get(field).and_then(Value::as_str).unwrap_or_default();
            for field in ["apiVersion", "kind", "name", "uid"] {
                if owner.is_object() && matches!(owner.get(field), None | Some(Value::Null))
                    || owner.get(field) == Some(&Value::from(""))
                {
                    self.findings.push(self.place.finding(format!("an owner needs its {field}"), &path));
                }
            }
            if (text("apiVersion"), text("kind")) == ("v1", "Event") {
                self.findings.push(self.place.finding("an Event can't be an owner", &path));
            }
            controllers += usize::from(owner.get("controller") == Some(&Value::Bool(true)));
        }
        if controllers > 1 {
            self.find("only one owner can be the controller".to_owned(), &["metadata", "ownerReferences"]);
        }
    }

    fn misnamed(&mut self, what: &str, text: &str, fault: &Misnamed, path: FieldPath) {
        let finding = self.place.finding(format!("{what} {text:?} {fault}"), &path);
        self.findings.push(match fault.hint() {
            Some(hint) => finding.hint(hint),
            None => finding,
        });
    }
}

fn fields<'a>(metadata: &'a Map, field: &str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let map = metadata.get(field).and_then(Value::as_object);
    map.into_iter().flatten().map(|(key, value)| (key.as_str(), value))
}

fn items<'a>(metadata: &'a Map, field: &str) -> impl Iterator<Item = (FieldPath, &'a Value)> {
    let path = FieldPath::fields(["metadata", field]);
    let list = metadata.get(field).and_then(Value::as_array);
    list.into_iter().flatten().enumerate().map(move |(index, item)| (path.then(Step::Index(index)), item))
}
