//! From a graph to a sequence.

use std::collections::BTreeSet;

use super::{Node, rank};

/// Kahn's algorithm, the smallest wave, rank and identity first among those that
/// wait for nothing more. No edge leads to a later wave, so that each wave is done
/// before the next one begins.
pub(super) fn sequence(nodes: &[Node<'_>], after: &[Vec<usize>], waves: Option<&[i32]>) -> Vec<usize> {
    let mut waiting: Vec<usize> = after.iter().map(Vec::len).collect();
    let mut users: Vec<Vec<usize>> = vec![Vec::new(); nodes.len()];
    for (at, befores) in after.iter().enumerate() {
        befores.iter().for_each(|&before| users[before].push(at));
    }
    let key = |at: usize| (waves.map(|waves| waves[at]), rank(&nodes[at].id.kind), nodes[at].id, at);
    let mut free: BTreeSet<_> = (0..nodes.len()).filter(|&at| waiting[at] == 0).map(key).collect();
    let mut sequence = Vec::with_capacity(nodes.len());
    while let Some((.., at)) = free.pop_first() {
        sequence.push(at);
        for &user in &users[at] {
            waiting[user] -= 1;
            if waiting[user] == 0 {
                free.insert(key(user));
            }
        }
    }
    sequence
}

/// For each node the length of the longest chain before it. What is in a later
/// wave comes after all of the earlier ones.
pub(super) fn levels(sequence: &[usize], after: &[Vec<usize>], waves: Option<&[i32]>) -> Vec<u32> {
    let mut levels = vec![0; after.len()];
    let (mut floor, mut next, mut current) = (0, 0, None);
    for &at in sequence {
        let wave = waves.map(|waves| waves[at]);
        if wave != current {
            (floor, current) = (next, wave);
        }
        let own = after[at].iter().map(|&before| levels[before] + 1).fold(floor, u32::max);
        levels[at] = own;
        next = next.max(own + 1);
    }
    levels
}
