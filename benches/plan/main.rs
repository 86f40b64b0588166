//! What a plan costs, beside the floor and beside other programs, in one run on
//! a control plane of its own: `cargo bench --bench plan`.
//!
//! The floor is the same lists by a bare client that decodes their objects, as
//! whoever looks at them must; what they take unread stands beside it. What
//! rendering takes is measured by a plan whose server isn't there: everything up
//! to the first request.
//!
//! `-- --quick` leaves out the larger set and the other programs, `-- --runs N`
//! measures more often. `kubectl diff --server-side` and `kapp deploy --diff-run`
//! are measured if they are on PATH, once: they take seconds to minutes.
//! `-- --hold 5000` measures nothing: it deploys so many objects and says how to
//! run a plan there, for a profiler.

#![allow(clippy::print_stdout, reason = "a benchmark prints")]

mod distance;
mod floor;
#[path = "../shared/measure.rs"]
mod measure;
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

use std::time::Duration;

use floor::{decoded, thrown_away};
use measure::{is_on_path, median};
use scene::Scene;
use table::Row;

/// How much longer each round trip takes to a cluster far away.
const ROUND_TRIP: Duration = Duration::from_millis(25);

fn main() {
    let options = Options::of(std::env::args().skip(1));
    if let Some(size) = options.hold {
        return Scene::new(size).hold();
    }
    let sizes: &[usize] = if options.quick { &[1000] } else { &[1000, 5000] };
    for &size in sizes {
        let mut scene = Scene::new(size);
        let (mut rows, unchanged) = near(&mut scene, &options);
        if size == 1000 {
            scene.move_away(ROUND_TRIP);
            rows.extend(far(&scene, &options));
        }
        if !options.quick && is_on_path("kapp") {
            rows.push(
                Row::time("kapp deploy --diff-run, nothing changed", scene.kapp_diff()).times(unchanged),
            );
        }
        table::print(size, &rows);
    }
}

/// What is asked for.
struct Options {
    quick: bool,
    runs: usize,
    hold: Option<usize>,
}

impl Options {
    fn of(arguments: impl Iterator<Item = String>) -> Self {
        let arguments: Vec<String> = arguments.collect();
        let after = |name: &str| {
            let at = arguments.iter().position(|argument| argument == name)?;
            arguments.get(at + 1)?.parse().ok()
        };
        Self {
            quick: arguments.iter().any(|argument| argument == "--quick"),
            runs: after("--runs").unwrap_or(9),
            hold: after("--hold"),
        }
    }
}

/// On the same machine. Also how long a plan took where nothing changed.
fn near(scene: &mut Scene, options: &Options) -> (Vec<Row>, Duration) {
    scene.forget_cache();
    let cold = scene.plan(0);
    let Beside { unread, floor, rendering, plan: unchanged } = beside(scene, options);
    let mut rows = vec![
        Row::time("the same lists, unread", unread),
        Row::time("the same lists, decoded (the floor)", floor),
        Row::time("up to the first request", rendering),
        Row::plan("plan, first ever", cold),
    ];
    let peak = scene.peak_memory();
    rows.push(Row::plan("plan, nothing changed", unchanged).over(floor, rendering).peak(peak));
    let status = median((0..options.runs).map(|_| scene.status()).collect());
    rows.push(Row::status("status, nothing drifted", status, unchanged.took));
    rows.extend(kubectl(scene, options, unchanged.took));
    let changed = scene.change();
    let one_percent = plan(scene, options, changed);
    let rendering_changed = median((0..options.runs).map(|_| scene.rendering()).collect());
    rows.push(
        Row::plan("plan, 1 % changed", one_percent)
            .over(floor, rendering_changed)
            .peak(scene.peak_memory())
            .each(one_percent.took.saturating_sub(unchanged.took), changed),
    );
    scene.change_back();
    (rows, unchanged.took)
}

/// A plan where nothing changed, and what it is compared with.
struct Beside {
    unread: Duration,
    floor: Duration,
    rendering: Duration,
    plan: scene::Measured,
}

/// In turn: where a machine is slower for a while, all of them are.
fn beside(scene: &Scene, options: &Options) -> Beside {
    let run = || (scene.lists(thrown_away), scene.lists(decoded), scene.rendering(), scene.plan(0));
    let runs: Vec<_> = (0..options.runs).map(|_| run()).collect();
    Beside {
        unread: median(runs.iter().map(|run| run.0).collect()),
        floor: median(runs.iter().map(|run| run.1).collect()),
        rendering: median(runs.iter().map(|run| run.2).collect()),
        plan: median(runs.iter().map(|run| run.3).collect()),
    }
}

/// With a long way to the cluster, nothing changed.
fn far(scene: &Scene, options: &Options) -> Vec<Row> {
    let unchanged = plan(scene, options, 0);
    let floor = median((0..options.runs).map(|_| scene.lists(decoded)).collect());
    let mut rows =
        vec![Row::time("25 ms away: the same lists", floor), Row::plan("25 ms away: plan", unchanged)];
    rows.extend(kubectl(scene, options, unchanged.took));
    rows
}

fn plan(scene: &Scene, options: &Options, changed: u32) -> scene::Measured {
    median((0..options.runs).map(|_| scene.plan(changed)).collect())
}

/// `kubectl diff`, if it's here.
fn kubectl(scene: &Scene, options: &Options, ours: Duration) -> Option<Row> {
    let is_wanted = !options.quick && is_on_path("kubectl");
    is_wanted.then(|| Row::time("kubectl diff, nothing changed", scene.kubectl_diff()).times(ours))
}
