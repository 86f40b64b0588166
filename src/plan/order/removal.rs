//! The order in which objects go: the reverse of the one in which they come.

use std::cmp::Reverse;
use std::collections::BTreeSet;

use super::{Hard, Node, Order, rank};

/// The order of deletions.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Removal {
    /// The nodes' indices: each stage goes when the one before has gone.
    pub stages: Vec<Vec<usize>>,
    /// For each node those that lean on it, sorted: they go before it.
    pub after: Vec<Vec<usize>>,
    /// For each node the wave that its manifest asks for; `None` where none does.
    pub declared: Option<Vec<i32>>,
}

/// Orders objects for deleting. What is live may contradict itself: then what it
/// asks for doesn't count.
pub fn removal(nodes: &[Node<'_>]) -> Removal {
    let order = Hard::of(nodes).unwrap_or_else(|_| Hard::promised(nodes)).order(nodes);
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (at, befores) in order.after.iter().enumerate() {
        befores.iter().for_each(|&before| users[before].push(at));
    }
    let stages = stages(nodes, &order, &users);
    Removal { stages, after: users, declared: order.declared }
}

/// Later waves first, then what stands higher, as far as nothing leans on it; what is
/// alike goes at once.
fn stages(nodes: &[Node<'_>], order: &Order, users: &[Vec<usize>]) -> Vec<Vec<usize>> {
    let wave = |at: usize| order.declared.as_ref().map(|waves| waves[at]);
    let mut depth = vec![0; nodes.len()];
    for &at in order.sequence.iter().rev() {
        depth[at] = users[at].iter().map(|&user| depth[user] + 1).max().unwrap_or(0);
    }
    let kind = |at: usize| (Reverse(wave(at)), Reverse(rank(&nodes[at].id.kind)));
    let key = |at: usize| (kind(at), depth[at], nodes[at].id, at);
    let mut waiting: Vec<usize> = users.iter().map(Vec::len).collect();
    let mut free: BTreeSet<_> = (0..nodes.len()).filter(|&at| waiting[at] == 0).map(key).collect();
    let mut stages: Vec<Vec<usize>> = Vec::new();
    let mut stage_of = vec![0; nodes.len()];
    while let Some((.., at)) = free.pop_first() {
        let current = stages.len();
        match stages.last_mut() {
            Some(stage)
                if kind(stage[0]) == kind(at) && users[at].iter().all(|&user| stage_of[user] < current) =>
            {
                stage.push(at);
            }
            _ => stages.push(vec![at]),
        }
        stage_of[at] = stages.len();
        for &before in &order.after[at] {
            waiting[before] -= 1;
            if waiting[before] == 0 {
                free.insert(key(before));
            }
        }
    }
    stages
}
