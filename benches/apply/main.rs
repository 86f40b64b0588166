//! What it costs to apply a set of objects to a control plane where none of it
//! is, then nothing, then 1 % of it: `cargo bench --bench apply`.
//!
//! Each program has a control plane of its own, with nothing on it but the
//! namespaces, so that none profits from or suffers by another's objects. The
//! floor is the same objects, created by a client that does nothing else, as many
//! at once as trueup sends; that of waiting is a bare watch. Writes are counted by the API server's own metrics.
//!
//! `kubectl apply --server-side`, `kapp deploy --wait=false` and `helm install`
//! are measured if they are on PATH. `-- --quick` leaves out the larger set and
//! the other programs, `-- --size N` measures one set of so many objects.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]

mod floor;
#[path = "../shared/measure.rs"]
#[expect(dead_code, reason = "the other benchmark uses more of it")]
mod measure;
mod peers;
#[expect(dead_code, reason = "the tests use more of it")]
#[path = "../../tests/harness/repository.rs"]
mod repository;
#[path = "../../tests/harness/sandbox_process.rs"]
mod sandbox_process;
#[path = "../../tests/harness/sandbox_program.rs"]
mod sandbox_program;
mod scene;
#[path = "../shared/shop.rs"]
mod shop;
#[path = "../shared/stage.rs"]
mod stage;
mod table;
mod waiting;

use std::time::Duration;

use peers::Peer;
use scene::Scene;
use table::Row;

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let after = |name| arguments.iter().skip_while(|argument| *argument != name).nth(1);
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let sizes = match after("--size").map(|size| size.parse().expect("a number of objects")) {
        Some(size) => vec![size],
        None if quick => vec![1000],
        None => vec![1000, 5000],
    };
    for size in sizes {
        let floor = floor::create(&Scene::new(size));
        let peers: Vec<Measured> =
            if quick { Vec::new() } else { Peer::all().iter().map(|peer| measured(*peer, size)).collect() };
        table::print(size, &ours(size, floor, &peers));
    }
}

/// What a program took.
struct Measured {
    peer: Peer,
    fresh: Duration,
    changed: Duration,
}

/// Another program, on a control plane of its own.
fn measured(peer: Peer, size: usize) -> Measured {
    let mut scene = Scene::new(size);
    scene.settle();
    let fresh = peer.deploy(&scene, true);
    scene.change();
    scene.settle();
    let changed = peer.deploy(&scene, false);
    Measured { peer, fresh, changed }
}

/// trueup, beside the others.
fn ours(size: usize, floor: Duration, peers: &[Measured]) -> Vec<Row> {
    let mut scene = Scene::new(size);
    let fresh = scene.apply(size + shop::NAMESPACES);
    let unchanged = scene.apply(0);
    let plan = scene.plan();
    let changed = scene.change();
    let changed = scene.apply(changed);
    let fastest = peers.iter().map(|peer| peer.changed).min();
    let mut rows = vec![
        Row::time("the same objects, created", floor),
        Row::time("apply to an empty cluster", fresh.took).writes(&fresh).peak(&fresh),
        Row::time("… without planning", fresh.writing).over("the creations", floor),
        Row::time("plan, nothing changed", plan),
        Row::time("apply, nothing changed", unchanged.took).writes(&unchanged).over("the plan", plan),
        Row::time("apply, 1 % changed", changed.took).writes(&changed).peak(&changed),
    ];
    for Measured { peer, fresh: theirs, changed } in peers {
        let whole = ("apply", fresh.took);
        let writing = ("writing", fresh.writing);
        rows.push(
            Row::time(&format!("{}, to an empty cluster", peer.name()), *theirs).part_of(&[whole, writing]),
        );
        rows.push(Row::time(&format!("{}, 1 % changed", peer.name()), *changed));
    }
    if let Some(fastest) = fastest {
        rows.push(Row::time("the fastest other program, 1 % changed", fastest).times(changed.took));
    }
    rows.push(waiting(size));
    rows
}

/// trueup, on yet another control plane, until everything is ready.
fn waiting(size: usize) -> Row {
    let scene = Scene::new(size);
    let (applied, added) = waiting::apply(&scene, size + shop::NAMESPACES, size / 5);
    Row::time("apply to an empty cluster, and wait", applied.took).peak(&applied).after_the_last(added)
}
