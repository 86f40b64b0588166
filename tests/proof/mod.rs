//! Whatever is proved unchanged must be unchanged in a dry-run of the real API
//! server: random manifests, random writes by others, random edits of the
//! manifest, with controllers and a mutating policy at work.
//!
//! A short run is among the ordinary tests. `TRUEUP_PROOF_CASES` and
//! `TRUEUP_PROOF_SEED` make the long one try more, or others.

mod edits;
mod manifests;
mod ordinary;
mod planned;
mod pods;
mod random;
pub(crate) mod server;
mod shifting;
mod tally;

use std::sync::Arc;
use std::time::Duration;

use edits::{disturb, edit, manifest};
use manifests::KINDS;
use manifests::definitions::{DEFINITIONS, definitions, mutating_policies};
pub(crate) use random::Random;
use server::Server;
use tally::{Tally, Truth};
use trueup::diff::{Proof, Schemas, changes, is_noop, prove};
use trueup::json::{Value, json};

use crate::harness::sandbox_program;

const MANAGER: &str = "trueup";
const WORKERS: usize = 6;

fn setting(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

/// The long run: most of an hour for some thousands of objects.
#[test]
#[ignore = "takes long"]
fn nothing_proved_unchanged_is_changed_by_an_apply() {
    let objects = setting("TRUEUP_PROOF_CASES", 20 * KINDS.len());
    judge(&block_on(try_everything(objects, objects / 10)));
}

/// The same with few objects, and the share of needless dry runs.
#[test]
fn what_is_proved_unchanged_is_so_and_what_people_write_is_proved() {
    if sandbox_program().is_none() {
        return;
    }
    judge(&block_on(try_everything(KINDS.len(), 6)));
}

#[allow(clippy::print_stdout, reason = "the counts are what somebody runs this for")]
fn judge((tally, ordinary): &(Tally, Tally)) {
    println!(
        "{} comparisons\n{}\n\nas people write them\n{}",
        tally.compared(),
        tally.table(),
        ordinary.table()
    );
    for tally in [tally, ordinary] {
        assert!(tally.wrong.is_empty(), "{} wrong:\n{}", tally.wrong.len(), tally.wrong.join("\n"));
    }
    // What is random here is stranger than what people write: see the misses.
    assert!(tally.proved() > 3 * tally.missed(), "proved too little:\n{}", tally.table());
    let per_mille = 1000 * ordinary.missed() / (ordinary.missed() + ordinary.proved());
    println!("\nneedless dry runs: {}.{} %", per_mille / 10, per_mille % 10);
    assert!(per_mille < 20, "too many needless dry runs:\n{}", ordinary.table());
}

#[test]
#[ignore = "takes long"]
fn the_builtin_types_are_those_of_the_server() {
    let served = block_on(async {
        let server = Server::start().await;
        let index = server.get("/openapi/v3").await.expect("an index");
        let mut schemas = Schemas::default();
        for path in index["paths"].as_object().expect("paths").keys() {
            schemas.add_openapi(&server.get(&format!("/openapi/v3/{path}")).await.expect("a document"));
        }
        trueup::json::to_value(schemas.compacted()).expect("serialises")
    });
    if std::env::var_os("TRUEUP_UPDATE").is_some() {
        std::fs::write("src/diff/schema/builtin.json", lines(&served)).expect("written");
    }
    let builtin: Value =
        serde_json::from_str(include_str!("../../src/diff/schema/builtin.json")).expect("JSON");
    assert!(builtin == served, "src/diff/schema/builtin.json is stale: run this test with TRUEUP_UPDATE=1");
}

/// A line a kind and a line a type.
fn lines(schemas: &Value) -> String {
    let section = |name: &str| {
        let entries = schemas[name].as_object().expect("a map").iter();
        let entries: Vec<String> =
            entries.map(|(name, value)| format!("{}: {value}", Value::from(name.as_str()))).collect();
        format!("\"{name}\": {{\n{}\n}}", entries.join(",\n"))
    };
    format!("{{{},\n{}}}\n", section("kinds"), section("types"))
}

pub(crate) fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.expect("a runtime").block_on(work)
}

/// Random objects and changes, and ordinary ones on the same server.
async fn try_everything(objects: usize, shifts: usize) -> (Tally, Tally) {
    let server = Arc::new(Server::start().await);
    let ordinary = ordinary::try_all(&server).await;
    let schemas = Arc::new(prepare(&server).await);
    let worker = |first: usize| {
        let (server, schemas) = (Arc::clone(&server), Arc::clone(&schemas));
        tokio::spawn(async move {
            let mut tally = Tally::default();
            for number in (first..objects).step_by(WORKERS) {
                try_object(&server, &schemas, number, &mut tally).await;
            }
            let shifts = shifts.saturating_sub(first).div_ceil(WORKERS);
            shifting::try_all(&server, &mut random(1_000_000 + first), first, shifts, &mut tally).await;
            tally
        })
    };
    let workers: Vec<_> = (0..WORKERS).map(worker).collect();
    let mut tally = Tally::default();
    for worker in workers {
        tally.add(worker.await.expect("no panic"));
    }
    (tally, ordinary)
}

/// The choices of the object of this number.
fn random(number: usize) -> Random {
    let seed = setting("TRUEUP_PROOF_SEED", 1).wrapping_mul(1_000_003).wrapping_add(number);
    Random::new(seed.try_into().expect("64 bits"))
}

/// What is known of the built-in kinds on this server.
async fn schemas(server: &Server) -> Schemas {
    let version = server.get("/version").await.expect("a version");
    Schemas::of_server(version["gitVersion"].as_str().expect("a text"))
}

/// Defines the custom kinds, installs the policies, and reads the definitions
/// as they are live.
async fn prepare(server: &Server) -> Schemas {
    for (path, object) in mutating_policies() {
        server.apply(&path, "setup", "", &object).await.expect("made");
    }
    let mut schemas = schemas(server).await;
    for definition in definitions() {
        schemas.add_definition(&define(server, &definition, "setup").await);
    }
    assert!(KINDS.iter().all(|kind| schemas.knows(kind.api_version, kind.kind)), "unknown kinds");
    for _ in 0..200 {
        if is_mutated(server).await {
            return schemas;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server doesn't follow the policies");
}

/// Applies a definition; returns it as it is live, when it is in effect.
async fn define(server: &Server, definition: &Value, manager: &str) -> Value {
    let path = format!("{DEFINITIONS}/{}", definition["metadata"]["name"].as_str().expect("a name"));
    server.apply(&path, manager, "&force=true", definition).await.expect("made");
    for _ in 0..200 {
        let live = server.get(&path).await.expect("it is there");
        let conditions = live["status"]["conditions"].as_array().into_iter().flatten();
        let is_true = |name: &str| conditions.clone().any(|it| it["type"] == name && it["status"] == "True");
        if is_true("Established") {
            return live;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("{path} doesn't get established");
}

/// Whether the policy is at work.
async fn is_mutated(server: &Server) -> bool {
    let path = "/api/v1/namespaces/default/configmaps/mutated";
    let object = json!({
        "apiVersion": "v1", "kind": "ConfigMap",
        "metadata": {"name": "mutated", "labels": {"a": "b"}}, "data": {"a": "2"}
    });
    let made = server.apply(path, "setup", "&force=true&dryRun=All", &object).await.expect("made");
    made["data"]["a"] == "9" && made["metadata"]["labels"]["policy"] == "seen"
}

async fn try_object(server: &Server, schemas: &Schemas, number: usize, tally: &mut Tally) {
    let mut random = random(number);
    let kind = &KINDS[number % KINDS.len()];
    let name = kind.name(number);
    let path = format!("{}/{name}", kind.path);
    let mut desired = manifest(&mut random, kind, &name);
    for _ in 0..3 {
        let Err(why) = server.apply(&path, MANAGER, "&force=true", &desired).await else { break };
        tally.refused.entry(kind.kind).or_insert(why);
        desired = manifest(&mut random, kind, &name);
    }
    for _ in 0..6 {
        disturb(server, &mut random, kind, &name, &path).await;
        let Ok(live) = server.get(&path).await else { break };
        let edited = edit(&mut random, kind, &name, &desired, &live);
        check(server, schemas, kind.kind, &path, &edited, tally).await;
        if random.once_in(3) && server.apply(&path, MANAGER, "&force=true", &edited).await.is_ok() {
            check(server, schemas, kind.kind, &path, &edited, tally).await;
            desired = edited;
        }
    }
    // Gone or not, the next object has another name.
    let _ = server.request("DELETE", &path, "application/json", None).await;
}

/// Compares the proof with a dry-run, forced and not, of an object at rest.
async fn check(
    server: &Server,
    schemas: &Schemas,
    kind: &str,
    path: &str,
    desired: &Value,
    tally: &mut Tally,
) {
    for _ in 0..5 {
        let Ok(live) = server.get(path).await else { return };
        let forced = server.apply(path, MANAGER, "&force=true&dryRun=All", desired).await;
        let proof = prove(desired, &live, MANAGER, schemas);
        let unforced = match proof {
            Proof::Unchanged => server.apply(path, MANAGER, "&dryRun=All", desired).await,
            _ => forced.clone(),
        };
        let Ok(after) = server.get(path).await else { return };
        if live["metadata"]["resourceVersion"] != after["metadata"]["resourceVersion"] {
            continue;
        }
        let changes_nothing =
            |answer: &Result<Value, String>| answer.as_ref().is_ok_and(|predicted| is_noop(&live, predicted));
        let truth = match &forced {
            _ if changes_nothing(&forced) && changes_nothing(&unforced) => Truth::Nothing,
            Ok(_) => Truth::Changes,
            Err(_) => Truth::Refused,
        };
        tally.count(kind, proof, truth);
        if truth != Truth::Nothing && proof == Proof::Unchanged {
            let answer = if changes_nothing(&forced) { &unforced } else { &forced };
            tally.wrong.push(report(kind, desired, &live, answer));
        }
        return;
    }
    tally.note("never at rest");
}

fn report(kind: &str, desired: &Value, live: &Value, answer: &Result<Value, String>) -> String {
    let changed: Vec<String> = match answer {
        Ok(predicted) => changes(live, predicted).iter().map(|change| format!("{change:?}")).collect(),
        Err(error) => vec![error.clone()],
    };
    let answer = answer.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{kind}: {changed:?}\n  desired {desired}\n  live {live}\n  predicted {answer}")
}
