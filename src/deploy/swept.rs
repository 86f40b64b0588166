//! What a namespace takes with it when it is deleted: others' objects, which no plan
//! lists.

use futures::future::join_all;

use crate::cluster::{Cluster, Discovery, Resource, Scope};
use crate::json::Value;
use crate::object::{GroupKind, kinds};
use crate::plan::{Action, Verb};
use crate::release::PART_OF;
use crate::report::words;

/// How many objects are named.
const NAMED: usize = 5;

/// What the system itself keeps in every namespace.
const EVERYWHERE: [(&str, &str); 2] = [("ConfigMap", "kube-root-ca.crt"), ("ServiceAccount", "default")];

/// Kinds whose objects only tell of others.
const SHADOWS: [(&str, &str); 4] =
    [("", "Event"), ("events.k8s.io", "Event"), ("", "Endpoints"), ("discovery.k8s.io", "EndpointSlice")];

/// A note on each namespace that is deleted with objects in it that aren't members of the
/// inventory with this id, and don't belong to another object. Needs a list of
/// every kind, in those namespaces only.
pub(super) async fn notes(
    cluster: &Cluster,
    discovery: &Discovery,
    actions: &[Action],
    id: Option<&str>,
) -> Vec<String> {
    let deleted = actions.iter().filter(|action| action.action == Verb::Delete);
    let namespaces = deleted.filter(|action| kinds::is_namespace(&action.id().kind));
    let notes = namespaces.map(|action| async move {
        let swept = swept(cluster, discovery, &action.object.name, id).await;
        swept.note().map(|note| format!("{} {note}", action.id()))
    });
    join_all(notes).await.into_iter().flatten().collect()
}

/// What is in a namespace, as far as it can be seen.
#[derive(Default)]
struct Swept {
    objects: Vec<String>,
    unseen: Vec<String>,
}

impl Swept {
    fn note(self) -> Option<String> {
        let Self { objects, unseen } = self;
        let named = words::first_few(&objects, NAMED);
        let others = (!objects.is_empty())
            .then(|| format!("takes objects with it that aren't this target's: {named}"));
        let unseen = (!unseen.is_empty())
            .then(|| format!("may take objects with it that nobody could list: {}", words::list(&unseen)));
        let said: Vec<String> = [others, unseen].into_iter().flatten().collect();
        (!said.is_empty()).then(|| said.join("; it "))
    }
}

async fn swept(cluster: &Cluster, discovery: &Discovery, namespace: &str, id: Option<&str>) -> Swept {
    let scope = Scope::Namespace(namespace.to_owned());
    let kinds = discovery.kinds().filter(|kind| !is_shadow(kind));
    let resources: Vec<&Resource> =
        kinds.filter_map(|kind| discovery.preferred(kind)).filter(|resource| resource.namespaced).collect();
    let lists = resources.iter().map(|resource| cluster.list_metadata(resource, &scope, None));
    let mut swept = Swept::default();
    for (resource, listed) in resources.iter().zip(join_all(lists).await) {
        match listed {
            Ok(objects) => {
                let others = objects.iter().filter(|object| is_others(object, id));
                let named = others.filter_map(|object| {
                    let name = object["metadata"]["name"].as_str()?;
                    let is_systems = EVERYWHERE.contains(&(resource.kind.kind.as_str(), name));
                    (!is_systems).then(|| format!("{}/{name}", resource.kind.kind))
                });
                swept.objects.extend(named);
            }
            Err(error) if error.is_not_listed() => {}
            Err(_) => swept.unseen.push(words::plural(&resource.kind.kind)),
        }
    }
    swept
}

fn is_shadow(kind: &GroupKind) -> bool {
    SHADOWS.contains(&(kind.group.as_str(), kind.kind.as_str()))
}

/// Whether it is stored by itself, and neither a member nor part of another object.
fn is_others(object: &Value, id: Option<&str>) -> bool {
    let metadata = &object["metadata"];
    let is_member = id.is_some() && metadata["labels"][PART_OF].as_str() == id;
    let is_owned = metadata["ownerReferences"].as_array().is_some_and(|owners| !owners.is_empty());
    metadata["uid"].is_string() && !is_member && !is_owned
}
