//! The edges that are never dropped.

use std::collections::{BTreeMap, HashMap};

use super::others::{KPT_DEPENDS_ON, Rule, Said};
use super::{Index, Node, Place, index};
use crate::object::{DEPENDS_ON, GroupKind, ObjectId, Reference, depends_on, kinds, wave};

/// Why one object comes after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Why {
    /// It lives in that namespace.
    Namespace,
    /// It is of the kind that the other one defines.
    Definition,
    /// Its manifest says so.
    DependsOn,
    /// Its wave is the later one: first its own, then the other's.
    Wave(i32, i32),
    /// It's a hook that runs after all objects.
    Late,
}

/// One object after another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// The one that waits.
    pub from: usize,
    /// The one that comes before it.
    pub to: usize,
    /// Why.
    pub why: Why,
}

/// Objects that wait for each other: each edge leads to where the next begins,
/// the last one to the first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cycle(pub Vec<Edge>);

/// The hard edges of a set.
#[derive(Debug, Clone, Default)]
pub struct Hard {
    /// All but those of waves.
    pub(super) edges: Vec<Edge>,
    /// The wave of each object, if any is in one.
    pub(super) waves: Option<Vec<i32>>,
    /// What objects depend on that isn't in the set.
    pub outside: Vec<Outside>,
    /// What other tools' annotations ask for and isn't kept.
    pub notes: Vec<String>,
}

/// An object that another one depends on and that isn't in the set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outside {
    /// Who depends on it.
    pub from: usize,
    /// The object, as it is named.
    pub reference: Reference,
    /// The annotation that names it.
    pub annotation: &'static str,
}

impl Hard {
    /// Reads them; an error when not all can be kept.
    pub fn of(nodes: &[Node<'_>]) -> Result<Self, Cycle> {
        let index = index(nodes);
        let said: Vec<Said<'_>> = nodes.iter().map(Said::by).collect();
        let mut hard = Self { edges: promises(nodes, &index), ..Self::default() };
        hard.waves = waves(nodes, &said, &hard.edges);
        for (from, node) in nodes.iter().enumerate() {
            let ours = depends_on(node.body).into_iter().map(|reference| (reference, DEPENDS_ON));
            let theirs = said[from].needs.iter().map(|reference| (reference.clone(), KPT_DEPENDS_ON));
            for (reference, annotation) in ours.chain(theirs) {
                let meanings = reference.meanings(node.id.namespace.as_deref());
                match meanings.iter().find_map(|id| index.get(id)) {
                    Some(&to) if nodes[to].place == Place::Away => {}
                    Some(&to) if nodes[to].place.is_late() && !node.place.is_late() => {
                        let edges = [(from, to, Why::DependsOn), (to, from, Why::Late)];
                        return Err(Cycle(edges.map(|(from, to, why)| Edge { from, to, why }).to_vec()));
                    }
                    // All objects are ready by then.
                    Some(&to) if node.place.is_late() && !nodes[to].place.is_late() => {}
                    Some(&to) => hard.edges.push(Edge { from, to, why: Why::DependsOn }),
                    None => hard.outside.push(Outside { from, reference, annotation }),
                }
            }
        }
        hard.edges.extend(rules(&said));
        hard.notes = said.into_iter().flat_map(|said| said.notes).collect();
        match hard.contradiction(nodes).or_else(|| cycle(nodes, &hard.edges)) {
            Some(cycle) => Err(cycle),
            None => Ok(hard),
        }
    }

    /// Only what Kubernetes itself asks for, which is always kept.
    pub(super) fn promised(nodes: &[Node<'_>]) -> Self {
        Self { edges: promises(nodes, &index(nodes)), ..Self::default() }
    }

    /// An edge to a later wave.
    fn contradiction(&self, nodes: &[Node<'_>]) -> Option<Cycle> {
        let waves = self.waves.as_ref()?;
        let is_among = |edge: &&Edge| nodes[edge.from].place.is_among() && nodes[edge.to].place.is_among();
        let mut among = self.edges.iter().filter(is_among);
        let edge = among.find(|edge| waves[edge.to] > waves[edge.from])?;
        let why = Why::Wave(waves[edge.to], waves[edge.from]);
        Some(Cycle(vec![*edge, Edge { from: edge.to, to: edge.from, why }]))
    }
}

/// What Kubernetes itself asks for.
fn promises(nodes: &[Node<'_>], index: &Index<'_>) -> Vec<Edge> {
    let definitions = definitions(nodes);
    let mut edges = Vec::new();
    for (from, node) in nodes.iter().enumerate() {
        let namespace = node.id.namespace.as_deref().map(namespace_id);
        if let Some(&to) = namespace.and_then(|id| index.get(&id)) {
            edges.push(Edge { from, to, why: Why::Namespace });
        }
        if let Some(&to) = definitions.get(&node.id.kind)
            && !kinds::is_crd(&node.id.kind)
        {
            edges.push(Edge { from, to, why: Why::Definition });
        }
    }
    edges
}

fn namespace_id(name: &str) -> ObjectId {
    ObjectId::new(GroupKind::new("", "Namespace"), None, name)
}

/// The kinds that definitions in the set introduce.
fn definitions(nodes: &[Node<'_>]) -> BTreeMap<GroupKind, usize> {
    let mut definitions = BTreeMap::new();
    for (at, node) in nodes.iter().enumerate().filter(|(_, node)| kinds::is_crd(&node.id.kind)) {
        if let Some(kind) = kinds::defined_by(node.body) {
            definitions.insert(kind, at);
        }
    }
    definitions
}

/// The wave of each object: 0 where it names none, but a namespace or definition
/// is then as early as what needs it.
fn waves(nodes: &[Node<'_>], said: &[Said<'_>], promises: &[Edge]) -> Option<Vec<i32>> {
    let named = nodes.iter().zip(said).map(|(node, said)| wave(node.body).or(said.wave));
    // Those of hooks are among themselves.
    let named: Vec<Option<i32>> =
        nodes.iter().zip(named).map(|(node, wave)| wave.filter(|_| node.place.is_among())).collect();
    if named.iter().all(Option::is_none) {
        return None;
    }
    let mut waves: Vec<i32> = named.iter().map(|wave| wave.unwrap_or(0)).collect();
    let among = promises.iter().filter(|edge| nodes[edge.from].place.is_among());
    for edge in among.filter(|edge| named[edge.to].is_none()) {
        waves[edge.to] = waves[edge.to].min(waves[edge.from]);
    }
    Some(waves)
}

/// What kapp's rules ask for. A rule about one's own group is one about its others.
fn rules(said: &[Said<'_>]) -> Vec<Edge> {
    let mut groups: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, said) in said.iter().enumerate() {
        said.groups.iter().for_each(|group| groups.entry(group).or_default().push(at));
    }
    let mut edges = Vec::new();
    for (at, rule) in
        said.iter().enumerate().flat_map(|(at, said)| said.rules.iter().map(move |rule| (at, rule)))
    {
        let (Rule::After(group) | Rule::Before(group)) = rule;
        for &other in groups.get(group).into_iter().flatten().filter(|&&other| other != at) {
            let (from, to) = if matches!(rule, Rule::After(_)) { (at, other) } else { (other, at) };
            edges.push(Edge { from, to, why: Why::DependsOn });
        }
    }
    edges
}

/// A cycle among the edges, if there is one: from the smallest identity that can't
/// be ordered.
fn cycle(nodes: &[Node<'_>], edges: &[Edge]) -> Option<Cycle> {
    let mut befores: Vec<Vec<Edge>> = vec![Vec::new(); nodes.len()];
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for edge in edges {
        befores[edge.from].push(*edge);
        users[edge.to].push(edge.from);
    }
    let mut waiting: Vec<usize> = befores.iter().map(Vec::len).collect();
    let mut free: Vec<usize> = (0..nodes.len()).filter(|&at| waiting[at] == 0).collect();
    while let Some(at) = free.pop() {
        for &user in &users[at] {
            waiting[user] -= 1;
            if waiting[user] == 0 {
                free.push(user);
            }
        }
    }
    // Who is left waits for somebody who is left, too.
    let mut at = (0..nodes.len()).filter(|&at| waiting[at] > 0).min_by_key(|&at| nodes[at].id)?;
    let mut path: Vec<Edge> = Vec::new();
    loop {
        if let Some(start) = path.iter().position(|edge| edge.from == at) {
            return Some(Cycle(path.split_off(start)));
        }
        let edge = befores[at].iter().find(|edge| waiting[edge.to] > 0)?;
        path.push(*edge);
        at = edge.to;
    }
}
