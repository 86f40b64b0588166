//! What is live: facts about the cluster, and the objects that a plan needs, at
//! the cost of kinds rather than of objects.
//!
//! Members of the inventory come by one list a kind, selected by the membership
//! label. Desired objects that aren't members yet come by name where they are
//! few, else by one list a kind and namespace.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use futures::future::{join_all, try_join_all};

use super::lists::Lists;
use super::members;
use super::setup::Setup;
use crate::cluster::{ApiError, Cluster, Discovery, Resource, Scope};
use crate::error::{CommandError, Diagnostic, Exit};
use crate::json::Value;
use crate::object::{GroupKind, ObjectId};
use crate::plan::ClusterRef;

/// Up to this many objects of a kind and namespace are fetched by name.
const BY_NAME: usize = 4;

/// What is known of the cluster itself.
#[derive(Debug, Clone)]
pub(super) struct Observed {
    /// The server's version.
    pub version: String,
    /// The uid of `kube-system`, which stands for the cluster; absent where
    /// that namespace may not be read.
    pub uid: Option<String>,
    /// What the server serves.
    pub discovery: Discovery,
}

impl Observed {
    /// Asks the cluster what it is.
    pub(super) async fn of(cluster: &Cluster) -> Result<Self, ApiError> {
        let (version, discovery, uid) =
            futures::join!(cluster.version(), cluster.discover(), uid_of(cluster));
        let uid = uid?;
        Ok(Self { version: version?.git_version, uid, discovery: discovery? })
    }

    /// The cluster as output names it.
    pub(super) fn cluster_ref(&self, cluster: &Cluster) -> ClusterRef {
        ClusterRef {
            server: cluster.server().to_owned(),
            uid: self.uid.clone(),
            version: self.version.clone(),
        }
    }

    /// Refuses another cluster than the one that the configuration pins, and than
    /// the one that a saved plan is for.
    pub(super) fn check_pinned(&self, setup: &Setup, cluster: &Cluster) -> Result<(), CommandError> {
        check(setup.cluster_uid.as_deref(), self.uid.as_deref(), cluster.server(), &setup.environment)?;
        check_planned(setup.planned_for.as_ref(), self.uid.as_deref(), cluster.server())
    }
}

/// The same for who needs nothing else of the cluster: asks it only where the
/// configuration pins one.
pub(super) async fn check_pinned(setup: &Setup, cluster: &Cluster) -> Result<(), CommandError> {
    let Some(pinned) = &setup.cluster_uid else { return Ok(()) };
    let uid = uid_of(cluster).await.map_err(Diagnostic::from)?;
    check(Some(pinned), uid.as_deref(), cluster.server(), &setup.environment)
}

/// The uid of `kube-system`, where it may be read.
async fn uid_of(cluster: &Cluster) -> Result<Option<String>, ApiError> {
    let namespaces = Resource::core("Namespace", "namespaces", false);
    let system = match cluster.get(&namespaces, None, "kube-system").await {
        Err(error) if error.is_forbidden() => None,
        other => other?,
    };
    Ok(system.and_then(|namespace| namespace["metadata"]["uid"].as_str().map(str::to_owned)))
}

fn check(
    pinned: Option<&str>,
    found: Option<&str>,
    server: &str,
    environment: &str,
) -> Result<(), CommandError> {
    let Some(pinned) = pinned else { return Ok(()) };
    if found == Some(pinned) {
        return Ok(());
    }
    let found = found.unwrap_or("unknown: its kube-system namespace may not be read");
    let diagnostic = Diagnostic::new(format!("{server} isn't the cluster of environment {environment:?}"))
        .because(format!("its uid is {found}, the configuration says {pinned}"))
        .hint("use the right context, or change cluster.uid");
    Err(CommandError::new(Exit::Refused, diagnostic))
}

fn check_planned(
    planned: Option<&ClusterRef>,
    found: Option<&str>,
    server: &str,
) -> Result<(), CommandError> {
    let Some(planned) = planned else { return Ok(()) };
    let is_same = match &planned.uid {
        Some(uid) => found == Some(uid),
        None => planned.server == server,
    };
    if is_same {
        return Ok(());
    }
    let unknown = "unknown: its kube-system namespace may not be read";
    let (then, now) = (planned.uid.as_deref().unwrap_or(unknown), found.unwrap_or(unknown));
    let diagnostic = Diagnostic::new(format!("{server} isn't the cluster that the saved plan is for"))
        .because(format!("the plan is for {} with uid {then}; here the uid is {now}", planned.server))
        .hint("use the right context, or plan anew for this cluster");
    Err(CommandError::new(Exit::Refused, diagnostic))
}

/// An object to look for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sought<'a> {
    /// Its identity.
    pub id: &'a ObjectId,
    /// How it is reached.
    pub resource: &'a Arc<Resource>,
}

/// Which objects to look for.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    /// The objects that should be there, of kinds that are served.
    pub sought: &'a [Sought<'a>],
    /// The label selector of the inventory; without one nothing is a member.
    pub selector: Option<&'a str>,
    /// Kinds that the inventory holds besides the desired ones.
    pub kinds: &'a BTreeSet<GroupKind>,
    /// The namespaces that the inventory spans.
    pub namespaces: &'a BTreeSet<String>,
    /// Go on without the kinds that this user may not read: for looking only,
    /// never for planning.
    pub tolerant: bool,
}

/// An object at one version of its kind.
type Version = (Arc<Resource>, Arc<Value>);

/// Live objects of one kind and version.
pub(super) type Found = Vec<(ObjectId, Arc<Value>)>;

/// The same, told apart.
pub(super) fn told_apart(kind: &GroupKind, objects: Vec<Value>) -> Found {
    objects.into_iter().map(|object| (id_of(kind, &object), Arc::new(object))).collect()
}

/// The live objects that were looked for.
#[derive(Debug, Default)]
pub(super) struct Live {
    /// At each version of its kind that was asked for: nearly always one.
    objects: HashMap<ObjectId, Vec<Version>>,
    /// Sorted, once all are known.
    members: Vec<(ObjectId, Arc<Resource>)>,
    /// Whether anything else was found.
    strangers: bool,
    /// Kinds of the inventory that nobody can list now, because their group's
    /// API server doesn't answer.
    pub unknown: Vec<GroupKind>,
    /// Kinds that this user may not read, where that was tolerated.
    pub forbidden: BTreeSet<GroupKind>,
}

impl Live {
    /// The live object at a version of its kind.
    pub(super) fn get(&self, id: &ObjectId, version: &str) -> Option<&Value> {
        self.shared(id, version).map(Arc::as_ref)
    }

    /// The same, to keep.
    pub(super) fn shared(&self, id: &ObjectId, version: &str) -> Option<&Arc<Value>> {
        let found = self.objects.get(id)?.iter().find(|(resource, _)| resource.version == version);
        found.map(|(_, object)| object)
    }

    /// Every object that carries the membership label, with how it is reached.
    pub(super) fn members(&self) -> impl Iterator<Item = (&ObjectId, &Arc<Resource>, &Value)> {
        self.members
            .iter()
            .filter_map(|(id, resource)| self.get(id, &resource.version).map(|object| (id, resource, object)))
    }

    /// Whether any of the desired objects is there without being a member.
    pub(super) fn has_strangers(&self) -> bool {
        self.strangers
    }

    /// Takes in the members of a kind, at one version.
    pub(super) fn add_members(&mut self, resource: &Arc<Resource>, objects: Found) {
        self.members.extend(objects.iter().map(|(id, _)| (id.clone(), resource.clone())));
        self.add(resource, objects);
    }

    /// All members are known: sorts them. What is there at two versions is one
    /// object.
    pub(super) fn complete(&mut self) {
        // Lists come sorted: this costs next to nothing.
        self.members.sort_by(|(one, _), (other, _)| one.cmp(other));
        self.members.dedup_by(|(later, _), (one, _)| later == one);
    }

    fn add(&mut self, resource: &Arc<Resource>, objects: Found) {
        self.objects.reserve(objects.len());
        for (id, object) in objects {
            let versions = self.objects.entry(id).or_default();
            match versions.iter_mut().find(|(known, _)| known.version == resource.version) {
                Some((_, known)) => *known = object,
                None => versions.push((resource.clone(), object)),
            }
        }
    }
}

/// The identity of an object that the server returned.
pub(super) fn id_of(kind: &GroupKind, object: &Value) -> ObjectId {
    let metadata = &object["metadata"];
    ObjectId::new(kind.clone(), metadata["namespace"].as_str(), metadata["name"].as_str().unwrap_or_default())
}

/// Fetches what is wanted; of the members' lists those that aren't under way yet.
pub(super) async fn live(discovery: &Discovery, wanted: Wanted<'_>, lists: &Lists) -> Result<Live, ApiError> {
    let mut live = Live::default();
    if let Some(selector) = wanted.selector {
        members::find(lists, discovery, wanted, selector, &mut live).await?;
    }
    others(lists.cluster(), wanted, &mut live).await?;
    Ok(live)
}

/// Objects that aren't members (yet, or any more).
async fn others(cluster: &Cluster, wanted: Wanted<'_>, live: &mut Live) -> Result<(), ApiError> {
    let mut missing: BTreeMap<(&GroupKind, &str, Option<&str>), Vec<Sought<'_>>> = BTreeMap::new();
    for object in wanted.sought.iter().filter(|object| !live.forbidden.contains(&object.id.kind)) {
        if live.get(object.id, &object.resource.version).is_none() {
            let key = (&object.id.kind, object.resource.version.as_str(), object.id.namespace.as_deref());
            missing.entry(key).or_default().push(*object);
        }
    }
    let kinds: Vec<GroupKind> = missing.keys().map(|(kind, ..)| (*kind).clone()).collect();
    let fetches = missing.into_values().map(|objects| fetch(cluster, objects));
    for (kind, fetched) in kinds.into_iter().zip(join_all(fetches).await) {
        match fetched {
            Err(error) if wanted.tolerant && error.is_forbidden() => {
                live.forbidden.insert(kind);
            }
            fetched => {
                let (resource, objects) = fetched?;
                live.strangers |= !objects.is_empty();
                live.add(&resource, told_apart(&resource.kind, objects));
            }
        }
    }
    Ok(())
}

/// These objects, all of one kind and namespace: by name where they are few.
async fn fetch(cluster: &Cluster, objects: Vec<Sought<'_>>) -> Result<(Arc<Resource>, Vec<Value>), ApiError> {
    // Groups are never empty.
    let resource = objects[0].resource.clone();
    let namespace = objects[0].id.namespace.as_deref();
    if objects.len() <= BY_NAME {
        let gets = objects.iter().map(|object| cluster.get(&resource, namespace, &object.id.name));
        let found = try_join_all(gets).await?;
        return Ok((resource, found.into_iter().flatten().collect()));
    }
    let scope = namespace.map_or(Scope::All, |name| Scope::Namespace(name.to_owned()));
    let names: BTreeSet<&str> = objects.iter().map(|object| object.id.name.as_str()).collect();
    let mut found = cluster.list(&resource, &scope, None).await?;
    found.retain(|object| object["metadata"]["name"].as_str().is_some_and(|name| names.contains(name)));
    Ok((resource, found))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refusal(pinned: Option<&str>, found: Option<&str>) -> Option<CommandError> {
        check(pinned, found, "https://cluster", "prod").err()
    }

    #[test]
    fn only_the_pinned_cluster_will_do_and_any_where_none_is_pinned() {
        assert!(refusal(None, None).is_none());
        assert!(refusal(None, Some("a")).is_none());
        assert!(refusal(Some("a"), Some("a")).is_none());
        assert_eq!(refusal(Some("a"), Some("b")).expect("a refusal").exit, Exit::Refused);
    }

    #[test]
    fn a_cluster_whose_uid_may_not_be_read_isnt_taken_for_the_pinned_one() {
        assert_eq!(refusal(Some("a"), None).expect("a refusal").exit, Exit::Refused);
    }
}
