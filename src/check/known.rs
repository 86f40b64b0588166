//! What is known of the set's kinds: those that come with a version of
//! Kubernetes, and those that definitions define.

use std::collections::{BTreeSet, HashMap};

use crate::json::Value;
use crate::object::{GroupKind, Manifest, kinds};
use crate::schema::custom::CustomKind;
use crate::schema::{Builtin, BuiltinKind, Minor, UnknownVersion};

/// The kinds that there are.
pub struct Kinds {
    pub(super) version: Minor,
    pub(super) builtin: &'static Builtin,
    custom: HashMap<(String, String), Vec<CustomKind>>,
}

/// What is known of one object's kind.
pub(super) enum Known<'k> {
    /// It comes with Kubernetes.
    Builtin(BuiltinKind),
    /// A definition defines it.
    Custom(&'k CustomKind),
}

impl Kinds {
    /// The kinds of a version of Kubernetes, and those that these
    /// `CustomResourceDefinition`s define. Of two for the same kind the first
    /// counts.
    pub fn new<'d>(
        version: Minor,
        definitions: impl IntoIterator<Item = &'d Value>,
    ) -> Result<Self, UnknownVersion> {
        let mut custom: HashMap<_, Vec<CustomKind>> = HashMap::new();
        for definition in definitions {
            let defined = CustomKind::of_definition(definition);
            let Some(first) = defined.first() else { continue };
            custom.entry((first.group.clone(), first.kind.clone())).or_insert(defined);
        }
        Ok(Self { version, builtin: Builtin::of(version)?, custom })
    }

    /// The definitions among these objects.
    pub fn definitions_in(manifests: &[Manifest]) -> impl Iterator<Item = &Value> {
        manifests.iter().filter(|one| kinds::is_crd(&one.id.kind)).map(|one| &one.body)
    }

    /// What is known of this kind at this version, if there is such a kind.
    pub(super) fn find(&self, manifest: &Manifest) -> Option<Known<'_>> {
        let kind = &manifest.id.kind;
        if let Some(builtin) = self.builtin.kind(&manifest.api_version().to_string(), &kind.kind) {
            return Some(Known::Builtin(builtin));
        }
        let served = |known: &&CustomKind| known.served && known.version == manifest.version;
        self.defined(kind).iter().find(served).map(Known::Custom)
    }

    /// Every version of a kind that a definition defines.
    pub(super) fn defined(&self, kind: &GroupKind) -> &[CustomKind] {
        self.custom.get(&(kind.group.clone(), kind.kind.clone())).map_or(&[], Vec::as_slice)
    }

    /// The kinds that definitions define in a group.
    pub(super) fn defined_in(&self, group: &str) -> BTreeSet<&str> {
        self.custom.keys().filter(|(known, _)| known == group).map(|(_, kind)| kind.as_str()).collect()
    }

    /// Whether a group is Kubernetes' own: it has a kind there, in this version
    /// or another, or a name that no definition may have
    /// (apiextensions-apiserver `ValidateCustomResourceDefinition`: a group has
    /// a dot).
    pub(super) fn owns(kind: &GroupKind) -> bool {
        kinds::is_builtin(kind) || !kind.group.contains('.')
    }

    /// Gives each object of a kind that lives in namespaces, and names none,
    /// the environment's namespace.
    pub fn place(&self, manifests: &mut [Manifest], namespace: Option<&str>) {
        let Some(namespace) = namespace else { return };
        for manifest in manifests.iter_mut().filter(|manifest| manifest.id.namespace.is_none()) {
            if self.is_namespaced(manifest) == Some(true) {
                manifest.id.namespace = Some(namespace.to_owned());
            }
        }
    }

    /// Whether an object's kind lives in namespaces, if that's known.
    pub(super) fn is_namespaced(&self, manifest: &Manifest) -> Option<bool> {
        match self.find(manifest) {
            Some(Known::Builtin(kind)) => Some(kind.namespaced),
            Some(Known::Custom(kind)) => Some(kind.namespaced),
            None => kinds::builtin_is_namespaced(&manifest.id.kind),
        }
    }
}
