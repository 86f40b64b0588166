//! What others write into an object, and what people edit in its manifest.

use trueup::diff::normalise;
use trueup::json::{Value, json};

use super::MANAGER;
use super::manifests::Candidate;
use super::random::Random;
use super::server::Server;

/// A manifest as it would be sent.
pub(crate) fn manifest(random: &mut Random, kind: &Candidate, name: &str) -> Value {
    let mut manifest = kind.manifest(random, name);
    normalise(&mut manifest, kind.builtin);
    manifest
}

/// Perhaps somebody else writes: by apply, by patch, under our name, or in
/// another API version. It may be refused.
pub(crate) async fn disturb(server: &Server, random: &mut Random, kind: &Candidate, name: &str, path: &str) {
    let mut theirs = kind.manifest(random, name);
    if let Some(map) = theirs.as_object_mut() {
        map.remove("status");
    }
    thin_out(random, &mut theirs, 0);
    theirs["apiVersion"] = json!(kind.api_version);
    theirs["kind"] = json!(kind.kind);
    theirs["metadata"]["name"] = json!(name);
    // Whether it was accepted doesn't matter.
    let _ = match random.below(7) {
        0 => server.apply(path, "other", "&force=true", &theirs).await,
        1 => server.apply(path, "other", "", &theirs).await,
        2 => server.merge(path, "kubectl-edit", &theirs).await,
        3 if random.once_in(2) => server.merge(path, MANAGER, &theirs).await,
        4 if !kind.builtin && random.once_in(4) => {
            theirs["apiVersion"] = json!("proof.example.com/v2");
            server.apply(&path.replace("/v1/", "/v2/"), "newer", "&force=true", &theirs).await
        }
        _ => return,
    };
}

/// Drops about a third of the fields of maps.
fn thin_out(random: &mut Random, value: &mut Value, depth: usize) {
    match value {
        Value::Object(map) => {
            map.retain(|_, below| depth == 0 || below.is_object() || !random.once_in(3));
            for below in map.values_mut() {
                thin_out(random, below, depth + 1);
            }
        }
        Value::Array(items) => {
            for item in items {
                thin_out(random, item, 3);
            }
        }
        _ => {}
    }
}

/// The manifest, perhaps with an edit.
pub(crate) fn edit(
    random: &mut Random,
    kind: &Candidate,
    name: &str,
    desired: &Value,
    live: &Value,
) -> Value {
    let mut edited = desired.clone();
    match random.below(8) {
        0 => edited = manifest(random, kind, name),
        1 => take_over(random, &mut edited, live, 0),
        2 => {
            take_over(random, &mut edited, live, 0);
            take_over(random, &mut edited, live, 0);
        }
        3 => drop_one(random, &mut edited, 0),
        4 => respell(random, &mut edited),
        _ => {}
    }
    normalise(&mut edited, kind.builtin);
    edited
}

/// Writes out a value that is live: a default, or somebody else's.
fn take_over(random: &mut Random, desired: &mut Value, live: &Value, depth: usize) {
    const SERVERS: [&str; 6] =
        ["creationTimestamp", "generation", "managedFields", "resourceVersion", "status", "uid"];
    match (desired, live) {
        (Value::Object(desired), Value::Object(live)) => {
            let is_ours = |name: &&String| depth > 1 || !SERVERS.contains(&name.as_str());
            let names: Vec<&String> = live.keys().filter(is_ours).collect();
            if names.is_empty() {
                return;
            }
            let name = *random.pick(&names);
            match desired.get_mut(name) {
                Some(below) => take_over(random, below, &live[name], depth + 1),
                None => {
                    desired.insert(name.clone(), live[name].clone());
                }
            }
        }
        (Value::Array(desired), Value::Array(live)) if !desired.is_empty() && !live.is_empty() => {
            let index = random.below(desired.len());
            let name = desired[index].get("name").cloned();
            let same = live.iter().find(|item| name.is_some() && item.get("name") == name.as_ref());
            let item = same.unwrap_or(&live[index % live.len()]).clone();
            take_over(random, &mut desired[index], &item, depth + 1);
        }
        (desired, live) => *desired = live.clone(),
    }
}

fn drop_one(random: &mut Random, value: &mut Value, depth: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let names: Vec<String> = map.keys().cloned().collect();
            let name = random.pick(&names).clone();
            let needed = depth == 0 || (depth == 1 && (name == "name" || name == "labels"));
            if !needed && random.once_in(3) {
                map.remove(&name);
            } else if let Some(below) = map.get_mut(&name) {
                drop_one(random, below, depth + 1);
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let index = random.below(items.len());
            if random.once_in(3) {
                items.remove(index);
            } else {
                drop_one(random, &mut items[index], depth + 1);
            }
        }
        _ => {}
    }
}

/// Writes quantities in another way.
fn respell(random: &mut Random, value: &mut Value) {
    match value {
        Value::Object(map) => map.values_mut().for_each(|below| respell(random, below)),
        Value::Array(items) => items.iter_mut().for_each(|below| respell(random, below)),
        Value::String(text) => {
            let spellings: &[&str] = match text.as_str() {
                "1" | "1000m" => &["1", "1000m", "1.0"],
                "1Gi" | "1024Mi" => &["1Gi", "1024Mi", "1048576Ki", "1073741824"],
                _ => return,
            };
            (*random.pick(spellings)).clone_into(text);
        }
        _ => {}
    }
}
