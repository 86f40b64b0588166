//! Whatever is proved unchanged must be unchanged in a dry-run of the real API
//! server: random manifests, random writes by others, random edits of the
//! manifest, with controllers and a mutating policy at work.
//!
//! `TRUEUP_PROOF_CASES` and `TRUEUP_PROOF_SEED` try more, or others.

mod edits;
mod manifests;
mod pods;
mod random;
pub(crate) mod server;

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use edits::{disturb, edit, manifest};
use manifests::{Candidate, KINDS, mutating_policy, thing_definition};
pub(crate) use random::Random;
use server::Server;
use trueup::diff::{Proof, Schemas, changes, is_noop, prove};
use trueup::json::{Value, json};

const MANAGER: &str = "trueup";
const WORKERS: usize = 6;

/// How often each proof met each truth, and every wrong one.
#[derive(Default)]
struct Tally {
    counts: BTreeMap<String, usize>,
    wrong: Vec<String>,
}

impl Tally {
    fn count(&mut self, what: impl Into<String>) {
        *self.counts.entry(what.into()).or_default() += 1;
    }

    fn add(&mut self, other: Self) {
        for (what, count) in other.counts {
            *self.counts.entry(what).or_default() += count;
        }
        self.wrong.extend(other.wrong);
    }

    fn of(&self, what: &str) -> usize {
        self.counts.get(what).copied().unwrap_or_default()
    }

    fn table(&self) -> String {
        self.counts.iter().fold(String::new(), |mut table, (what, count)| {
            let _ = writeln!(table, "{count:>6} {what}");
            table
        })
    }
}

fn setting(name: &str, usual: usize) -> usize {
    std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(usual)
}

#[test]
#[ignore = "needs the sandbox: go build -C sandbox -o ../target/sandbox/trueup-sandbox ."]
fn nothing_proved_unchanged_is_changed_by_an_apply() {
    let tally = block_on(try_objects());
    assert!(tally.wrong.is_empty(), "{} wrong:\n{}", tally.wrong.len(), tally.wrong.join("\n"));
    let proved = tally.of("unchanged: nothing");
    let missed = tally.of("differs: nothing") + tally.of("unknown: nothing");
    // What is random here is stranger than what people write: see the misses.
    assert!(proved > 3 * missed, "proved too little:\n{}", tally.table());
}

#[test]
#[ignore = "needs the sandbox: go build -C sandbox -o ../target/sandbox/trueup-sandbox ."]
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

async fn try_objects() -> Tally {
    let server = Arc::new(Server::start().await);
    let schemas = Arc::new(prepare(&server).await);
    let cases = setting("TRUEUP_PROOF_CASES", 20 * KINDS.len());
    let worker = |first: usize| {
        let (server, schemas) = (Arc::clone(&server), Arc::clone(&schemas));
        tokio::spawn(async move {
            let mut tally = Tally::default();
            for number in (first..cases).step_by(WORKERS) {
                try_object(&server, &schemas, number, &mut tally).await;
            }
            tally
        })
    };
    let workers: Vec<_> = (0..WORKERS).map(worker).collect();
    let mut tally = Tally::default();
    for worker in workers {
        tally.add(worker.await.expect("no panic"));
    }
    tally
}

/// Defines `Thing`, installs the policy, and reads the schema from the server.
async fn prepare(server: &Server) -> Schemas {
    for (path, object) in mutating_policy().into_iter().chain([thing_definition()]) {
        server.apply(path, "setup", "", &object).await.expect("made");
    }
    let mut schemas = Schemas::builtin().clone();
    for _ in 0..200 {
        if let Ok(document) = server.get("/openapi/v3/apis/proof.example.com/v1").await {
            schemas.add_openapi(&document);
        }
        if schemas.knows("proof.example.com/v1", "Thing") && is_mutated(server).await {
            return schemas;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    panic!("the server neither publishes the schema nor follows the policy");
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
    let seed = setting("TRUEUP_PROOF_SEED", 1).wrapping_mul(1_000_003).wrapping_add(number);
    let mut random = Random::new(seed.try_into().expect("64 bits"));
    let kind = &KINDS[number % KINDS.len()];
    let name = kind.name(number);
    let path = format!("{}/{name}", kind.path);
    let mut desired = manifest(&mut random, kind, &name);
    for _ in 0..3 {
        if server.apply(&path, MANAGER, "&force=true", &desired).await.is_ok() {
            break;
        }
        tally.count(format!("{} not made", kind.kind));
        desired = manifest(&mut random, kind, &name);
    }
    for _ in 0..6 {
        disturb(server, &mut random, kind, &name, &path).await;
        let Ok(live) = server.get(&path).await else { break };
        let edited = edit(&mut random, kind, &name, &desired, &live);
        check(server, schemas, kind, &path, &edited, tally).await;
        if random.once_in(3) && server.apply(&path, MANAGER, "&force=true", &edited).await.is_ok() {
            check(server, schemas, kind, &path, &edited, tally).await;
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
    kind: &Candidate,
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
            _ if changes_nothing(&forced) && changes_nothing(&unforced) => "nothing",
            Ok(_) => "changes",
            Err(_) => "refused",
        };
        let said = match proof {
            Proof::Unchanged => "unchanged",
            Proof::Differs => "differs",
            Proof::Unknown(_) => "unknown",
        };
        tally.count(format!("{said}: {truth}"));
        if truth == "nothing" && proof != Proof::Unchanged {
            tally.count(format!("    missed {}: {proof:?}", kind.kind));
        }
        if truth != "nothing" && proof == Proof::Unchanged {
            let answer = if changes_nothing(&forced) { &unforced } else { &forced };
            tally.wrong.push(report(kind, desired, &live, answer));
        }
        return;
    }
    tally.count("never at rest");
}

fn report(kind: &Candidate, desired: &Value, live: &Value, answer: &Result<Value, String>) -> String {
    let changed: Vec<String> = match answer {
        Ok(predicted) => changes(live, predicted).iter().map(|change| format!("{change:?}")).collect(),
        Err(error) => vec![error.clone()],
    };
    let answer = answer.as_ref().map(ToString::to_string).unwrap_or_default();
    format!("{}: {changed:?}\n  desired {desired}\n  live {live}\n  predicted {answer}", kind.kind)
}
