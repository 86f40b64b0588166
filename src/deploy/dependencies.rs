//! What manifests say must come first: that it can be kept, and that what isn't
//! among the objects is in the cluster.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::sync::Arc;

use futures::future::try_join_all;

use super::hooks::Hooks;
use super::resolve::Desired;
use super::selecting::choose_too;
use crate::cluster::{Cluster, Discovery, Resource};
use crate::error::{CommandError, Diagnostic};
use crate::json::Value;
use crate::object::{DEPENDS_ON, Manifest, ObjectId, Reference};
use crate::plan::order::{self, Cycle, Edge, Hard, Node, Why};

/// An object that others depend on and that this environment doesn't have.
#[derive(Debug, Clone)]
pub struct Outside {
    /// How it is reached.
    pub resource: Arc<Resource>,
    /// The object as it is.
    pub live: Value,
}

/// What must come first, of all objects.
#[derive(Default)]
pub(super) struct Dependencies {
    /// Among the objects.
    pub hard: Hard,
    /// What isn't among them, by who depends on it.
    pub needs: BTreeMap<usize, Vec<ObjectId>>,
    /// The same objects as they are.
    pub outside: BTreeMap<ObjectId, Outside>,
    /// What other tools' annotations ask for and isn't kept.
    pub notes: Vec<String>,
}

/// The hard edges, or why there is no order.
pub(super) fn hard_edges(set: Set<'_>) -> Result<Hard, Diagnostic> {
    Hard::of(&set.nodes()).map_err(|cycle| told(&cycle, |at| &set.object(at).manifest))
}

/// Why there is no order among these, if there is none: at the first of them.
pub(super) fn cycle(manifests: &[Manifest]) -> Option<Diagnostic> {
    let nodes: Vec<Node<'_>> =
        manifests.iter().map(|manifest| Node::new(&manifest.id, &manifest.body)).collect();
    let cycle = Hard::of(&nodes).err()?;
    let first = cycle.0.first().map(|edge| manifests[edge.from].source.location());
    Some(Diagnostic { location: first, ..told(&cycle, |at| &manifests[at]) })
}

/// The objects and hooks of a plan, as the nodes of a graph.
#[derive(Clone, Copy)]
pub(super) struct Set<'a> {
    /// The objects, which come first.
    pub desired: &'a [Desired],
    /// The hooks: one for each turn, then those that have none.
    pub hooks: &'a Hooks,
}

impl<'a> Set<'a> {
    pub(super) fn nodes(self) -> Vec<Node<'a>> {
        let objects = self.desired.iter().map(|object| Node::new(object.id(), &object.manifest.body));
        let hooks = self
            .hooks
            .places()
            .map(|(object, place)| Node { place, ..Node::new(object.id(), &object.manifest.body) });
        objects.chain(hooks).collect()
    }

    /// All objects that there may be, hooks and what is left out among them.
    pub(super) fn all(self) -> impl Iterator<Item = &'a Desired> {
        self.desired.iter().chain(self.hooks.objects())
    }

    /// The objects, and the hooks, whether they run this time or not.
    pub(super) fn runs_or_is_there(self) -> impl Iterator<Item = &'a Desired> {
        self.desired.iter().chain(self.hooks.all.iter().map(|hooked| &hooked.object))
    }

    /// The object of a node.
    pub(super) fn object(self, at: usize) -> &'a Desired {
        match at.checked_sub(self.desired.len()) {
            None => &self.desired[at],
            Some(nth) => self.hooks.object_of(nth),
        }
    }
}

/// Objects that wait for each other.
fn told<'a>(Cycle(edges): &Cycle, object: impl Fn(usize) -> &'a Manifest) -> Diagnostic {
    let reason = |edge: &Edge| {
        let (from, to) = (object(edge.from), &object(edge.to).id);
        let why = match edge.why {
            Why::Namespace => format!("lives in {to}"),
            Why::Definition => format!("is defined by {to}"),
            Why::DependsOn => format!("depends on {to}"),
            Why::Late => format!("is a hook that runs when all objects are ready, {to} too"),
            Why::Wave(own, other) => format!("is in wave {own}, and {to} in wave {other}"),
        };
        format!("{} ({}) {why}", from.id, from.source.location())
    };
    let message = match edges.as_slice() {
        [edge] => format!("{} depends on itself", object(edge.from).id),
        _ => "these objects wait for each other".to_owned(),
    };
    let diagnostic = Diagnostic::new(message).hint("take one of the annotations out");
    match edges.as_slice() {
        [edge] => diagnostic.at(object(edge.from).source.location()),
        _ => edges.iter().map(reason).fold(diagnostic, Diagnostic::because),
    }
}

/// An object of the repository that the command line leaves out.
const NOT_CHOSEN: &str = "it isn't in the cluster yet, and isn't chosen";

/// Looks for what isn't among the objects. What `leaves` holds of is deleted by the
/// same plan.
pub(super) async fn dependencies(
    cluster: &Cluster,
    discovery: &Discovery,
    set: Set<'_>,
    hard: Hard,
    leaves: impl Fn(&Value) -> bool,
    left_out: &[Manifest],
) -> Result<Dependencies, CommandError> {
    let mut missing = Missing::default();
    let mut sought: BTreeMap<ObjectId, (Arc<Resource>, Vec<&order::Outside>)> = BTreeMap::new();
    for need in &hard.outside {
        match meant(discovery, set.object(need.from), &need.reference) {
            Ok((id, resource)) => {
                sought.entry(id).or_insert_with(|| (Arc::new(resource.clone()), Vec::new())).1.push(need);
            }
            Err(why) => missing.add(set.object(need.from), need, &need.reference, &why),
        }
    }
    let found = try_join_all(sought.into_iter().map(async |(id, (resource, needed))| {
        let live = cluster.get(&resource, id.namespace.as_deref(), &id.name).await;
        live.map(|live| (id, resource, needed, live))
    }));
    let (mut needs, mut outside) = (BTreeMap::<usize, Vec<ObjectId>>::new(), BTreeMap::new());
    for (id, resource, needed, live) in found.await.map_err(Diagnostic::from)? {
        let why = match &live {
            Some(live) if leaves(live) => "this very plan deletes it",
            Some(_) => "",
            None if left_out.iter().any(|manifest| manifest.id == id) => NOT_CHOSEN,
            None => "it is neither among the objects of this environment nor in the cluster",
        };
        for need in needed {
            match why {
                "" => needs.entry(need.from).or_default().push(id.clone()),
                why => missing.add(set.object(need.from), need, &id, why),
            }
        }
        if let Some(live) = live {
            outside.insert(id, Outside { resource, live });
        }
    }
    let Missing { findings, mut notes } = missing;
    notes.splice(0..0, hard.notes.iter().cloned());
    if findings.is_empty() { Ok(Dependencies { hard, needs, outside, notes }) } else { Err(findings.into()) }
}

/// What isn't there: an error where we are asked for it, a note where another tool
/// is.
#[derive(Default)]
struct Missing {
    findings: Vec<Diagnostic>,
    notes: Vec<String>,
}

impl Missing {
    fn add(&mut self, object: &Desired, need: &order::Outside, what: &dyn Display, why: &str) {
        let annotation = need.annotation;
        if annotation == DEPENDS_ON {
            let message = format!("{}: {annotation} names {what}, which isn't there", object.id());
            let finding = Diagnostic::new(message).at(object.source().location()).because(why);
            let hint = match why {
                NOT_CHOSEN => choose_too(&what.to_string()),
                _ => "correct the name, or deploy it first".to_owned(),
            };
            self.findings.push(finding.hint(hint));
        } else {
            let note = format!("{}: {annotation} isn't kept, because {what} isn't there: {why}", object.id());
            self.notes.push(note);
        }
    }
}

/// The object that is meant, and how it is reached.
fn meant<'a>(
    discovery: &'a Discovery,
    object: &Desired,
    reference: &Reference,
) -> Result<(ObjectId, &'a Resource), String> {
    let kind = &reference.kind;
    let resource = discovery.preferred(kind).ok_or_else(|| format!("the cluster has no kind {kind}"))?;
    let own = object.id().namespace.as_deref();
    let namespace = match (resource.namespaced, reference.namespace.as_deref().or(own)) {
        (true, None) => return Err(format!("{kind} lives in a namespace, and none is named")),
        (true, namespace) => namespace,
        (false, _) if reference.namespace.is_some() => {
            return Err(format!("{kind} doesn't live in a namespace, but one is named"));
        }
        (false, _) => None,
    };
    Ok((ObjectId::new(kind.clone(), namespace, reference.name.as_str()), resource))
}
