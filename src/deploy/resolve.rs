//! Manifests meet the cluster's kinds: each gets its resource, its final
//! namespace, and the form in which it is sent.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::cluster::{Discovery, LookupError, Resource};
use crate::diff;
use crate::error::{Diagnostic, did_you_mean};
use crate::json::Value;
use crate::object::{GroupKind, Manifest, ObjectId, Source, kinds};
use crate::parallel;

/// An object as it would be sent, without the membership label.
#[derive(Debug, Clone)]
pub struct Desired {
    /// The manifest with its final identity and normalised body.
    pub manifest: Manifest,
    /// How it is reached.
    pub resource: Arc<Resource>,
    /// Whether the server serves the kind already, or only will once a
    /// definition in the set is there.
    pub served: bool,
    /// How its kind is served at another version, where it isn't at its own.
    elsewhere: Option<Arc<Resource>>,
}

impl Desired {
    /// The object's identity.
    pub fn id(&self) -> &ObjectId {
        &self.manifest.id
    }

    /// How it's reached now, maybe at another version; `None` where the kind
    /// isn't served at all.
    pub(super) fn reached(&self) -> Option<&Arc<Resource>> {
        if self.served { Some(&self.resource) } else { self.elsewhere.as_ref() }
    }

    /// Where it stands.
    pub fn source(&self) -> &Source {
        &self.manifest.source
    }
}

/// Finds each manifest's resource and namespace. All findings at once, in the
/// manifests' order.
pub(super) fn resolve(
    manifests: Vec<Manifest>,
    discovery: &Discovery,
    namespace: &str,
) -> Result<Vec<Desired>, Vec<Diagnostic>> {
    let (kinds, of) = look_up(&manifests, discovery);
    let found: Vec<(Manifest, usize)> = manifests.into_iter().zip(of).collect();
    let placed = parallel::each(found, |(manifest, kind)| match &kinds[kind] {
        Ok(kind) => kind.place(manifest, namespace),
        Err(unknown) => Err(unknown.told(&manifest, discovery)),
    });
    let mut desired = Vec::with_capacity(placed.len());
    let mut findings = Vec::new();
    for object in placed {
        match object {
            Ok(object) => desired.push(object),
            Err(finding) => findings.push(finding),
        }
    }
    findings.extend(twice(&desired));
    if findings.is_empty() { Ok(desired) } else { Err(findings) }
}

/// How a kind is served at a version, now or by a definition in the set.
struct Served {
    resource: Arc<Resource>,
    now: bool,
    elsewhere: Option<Arc<Resource>>,
}

impl Served {
    fn place(&self, manifest: Manifest, namespace: &str) -> Result<Desired, Diagnostic> {
        let Self { resource, now, elsewhere } = self;
        let manifest = place(manifest, resource, namespace)?;
        Ok(Desired { manifest, resource: resource.clone(), served: *now, elsewhere: elsewhere.clone() })
    }
}

/// Why a kind isn't served at a version.
struct Unknown {
    error: LookupError,
    /// The versions at which a definition in the set has it.
    defined: Vec<String>,
}

impl Unknown {
    fn told(&self, manifest: &Manifest, discovery: &Discovery) -> Diagnostic {
        let defined: Vec<&str> = self.defined.iter().map(String::as_str).collect();
        match defined.as_slice() {
            [] => unknown_kind(manifest, &self.error, discovery),
            served => not_served(manifest, served),
        }
    }
}

/// Every kind at every version that is asked for, and which of them each manifest
/// is of.
fn look_up(manifests: &[Manifest], discovery: &Discovery) -> (Vec<Result<Served, Unknown>>, Vec<usize>) {
    let introduced = introduced(manifests);
    let mut known: HashMap<(&GroupKind, &str), usize> = HashMap::new();
    let mut kinds = Vec::new();
    let of = manifests.iter().map(|manifest| {
        *known.entry((&manifest.id.kind, &manifest.version)).or_insert_with(|| {
            kinds.push(served(&manifest.id.kind, &manifest.version, discovery, &introduced));
            kinds.len() - 1
        })
    });
    let of = of.collect();
    (kinds, of)
}

fn served(
    kind: &GroupKind,
    version: &str,
    discovery: &Discovery,
    introduced: &BTreeMap<(GroupKind, String), Resource>,
) -> Result<Served, Unknown> {
    let error = match discovery.find(kind, version) {
        Ok(resource) => {
            return Ok(Served { resource: Arc::new(resource.clone()), now: true, elsewhere: None });
        }
        Err(error) => error,
    };
    if let Some(resource) = introduced.get(&(kind.clone(), version.to_owned())) {
        let elsewhere = discovery.preferred(kind).cloned().map(Arc::new);
        return Ok(Served { resource: Arc::new(resource.clone()), now: false, elsewhere });
    }
    let versions = introduced.keys().filter(|(known, _)| known == kind);
    Err(Unknown { error, defined: versions.map(|(_, version)| version.clone()).collect() })
}

/// Gives a manifest its final namespace and the form in which it is sent.
fn place(mut manifest: Manifest, resource: &Resource, namespace: &str) -> Result<Manifest, Diagnostic> {
    if resource.namespaced {
        let own = manifest.id.namespace.get_or_insert_with(|| namespace.to_owned()).clone();
        manifest.body["metadata"]["namespace"] = Value::from(own);
    } else if let Some(wrong) = &manifest.id.namespace {
        return Err(Diagnostic::new(format!(
            "{}: {} has no namespace, but the manifest names {wrong:?}",
            manifest.id, resource.kind
        ))
        .at(manifest.source.location())
        .hint("remove metadata.namespace"));
    }
    diff::normalise(&mut manifest.body, kinds::is_builtin(&manifest.id.kind));
    leave_to_controllers(&mut manifest);
    Ok(manifest)
}

/// The rules of an aggregated `ClusterRole` are its controller's, which overwrites
/// whatever a manifest says (rbac/v1 `ClusterRole.aggregationRule`).
fn leave_to_controllers(manifest: &mut Manifest) {
    let is_aggregated = manifest.id.kind.is("rbac.authorization.k8s.io", "ClusterRole")
        && manifest.body.get("aggregationRule").is_some_and(Value::is_object);
    if let Some(body) = manifest.body.as_object_mut().filter(|_| is_aggregated) {
        body.remove("rules");
    }
}

/// The kinds that definitions among these objects define.
pub(super) fn defined_kinds<'a>(objects: impl IntoIterator<Item = &'a Desired>) -> BTreeSet<GroupKind> {
    let kind = |object: &Desired| kinds::defined_by(&object.manifest.body);
    objects.into_iter().filter(|object| kinds::is_crd(&object.id().kind)).filter_map(kind).collect()
}

/// The resources that definitions in the set introduce, by kind and version.
fn introduced(manifests: &[Manifest]) -> BTreeMap<(GroupKind, String), Resource> {
    let mut introduced = BTreeMap::new();
    for definition in manifests.iter().filter(|manifest| kinds::is_crd(&manifest.id.kind)) {
        let spec = &definition.body["spec"];
        let text = |value: &Value| value.as_str().map(str::to_owned);
        let defined = kinds::defined_by(&definition.body);
        let (Some(GroupKind { group, kind }), Some(plural)) = (defined, text(&spec["names"]["plural"]))
        else {
            continue;
        };
        for version in kinds::served_by(&definition.body) {
            let resource = Resource::known(&group, version, &kind, &plural, spec["scope"] == "Namespaced");
            introduced.insert((resource.kind.clone(), version.to_owned()), resource);
        }
    }
    introduced
}

/// A version that the kind's definition in the set doesn't serve.
pub(super) fn not_served(manifest: &Manifest, served: &[&str]) -> Diagnostic {
    let (id, kind, version) = (&manifest.id, &manifest.id.kind, &manifest.version);
    Diagnostic::new(format!("{id}: {kind} isn't served at version {version:?}"))
        .at(manifest.source.location())
        .hint(format!("its definition in the set serves: {}", served.join(", ")))
}

fn unknown_kind(manifest: &Manifest, error: &LookupError, discovery: &Discovery) -> Diagnostic {
    let kind = &manifest.id.kind;
    let at = manifest.source.location();
    match error {
        LookupError::BrokenGroup => Diagnostic::new(format!(
            "{}: the API server of group {:?} doesn't answer",
            manifest.id, kind.group
        ))
        .at(at)
        .hint("look at its APIService: kubectl get apiservices"),
        LookupError::UnknownVersion(versions) => Diagnostic::new(format!(
            "{}: {} isn't served at version {:?}",
            manifest.id, kind, manifest.version
        ))
        .at(at)
        .hint(format!("the cluster serves: {}", versions.join(", "))),
        LookupError::UnknownKind => {
            let diagnostic = Diagnostic::new(format!("{}: unknown kind {kind}", manifest.id)).at(at);
            let same_group =
                discovery.kinds().filter(|known| known.group == kind.group).map(|known| known.kind.as_str());
            let same_kind = discovery.kinds().find(|known| known.kind == kind.kind);
            match (did_you_mean(&kind.kind, same_group), same_kind) {
                (Some(meant), _) => diagnostic.hint(format!("did you mean {meant:?}?")),
                (None, Some(known)) => {
                    diagnostic.hint(format!("the cluster has {:?} in group {:?}", known.kind, known.group))
                }
                (None, None) => {
                    diagnostic.hint("is its CustomResourceDefinition missing from the set or the cluster?")
                }
            }
        }
    }
}

/// Objects that became the same one when the default namespace was filled in.
fn twice(desired: &[Desired]) -> Vec<Diagnostic> {
    let mut first: HashMap<&ObjectId, &Desired> = HashMap::with_capacity(desired.len());
    let mut findings = Vec::new();
    for object in desired {
        if let Some(earlier) = first.insert(object.id(), object) {
            findings.push(
                Diagnostic::new(format!("{} is there twice", object.id()))
                    .at(object.source().location())
                    .because(format!("it also stands at {}", earlier.source().location())),
            );
        }
    }
    findings
}
