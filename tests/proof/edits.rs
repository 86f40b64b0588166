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
    let scale = format!("{path}/scale");
    let replicas = json!({"spec": {"replicas": random.below(3)}});
    // Whether it was accepted doesn't matter.
    let _ = match random.below(10) {
        0 => server.apply(path, "other", "&force=true", &theirs).await,
        1 => server.apply(path, "other", "", &theirs).await,
        2 => server.merge(path, "kubectl-edit", &theirs).await,
        3 if random.once_in(2) => server.merge(path, MANAGER, &theirs).await,
        4 if !kind.builtin && random.once_in(2) => {
            theirs["apiVersion"] = json!("proof.example.com/v2");
            server.apply(&path.replace("/v1/", "/v2/"), "newer", "&force=true", &theirs).await
        }
        5 => server.merge(&scale, "kubectl-scale", &replicas).await,
        6 if random.once_in(3) => server.merge(&scale, MANAGER, &replicas).await,
        7 => rewrite(server, random, path).await,
        8 if random.once_in(2) => {
            let status = json!({"status": {"replicas": random.below(3), "note": "x"}});
            server.merge(&format!("{path}/status"), "controller", &status).await
        }
        9 if random.once_in(5) => {
            server.merge(path, "cleaner", &json!({"metadata": {"managedFields": [{}]}})).await
        }
        _ => return,
    };
}

/// Puts the object back with its lists and maps mixed up.
async fn rewrite(server: &Server, random: &mut Random, path: &str) -> Result<Value, String> {
    let mut object = server.get(path).await?;
    for _ in 0..=random.below(3) {
        mix_up(random, &mut object, 0);
    }
    let path = format!("{path}?fieldManager=kubectl-replace");
    server.request("PUT", &path, "application/json", Some(&object)).await
}

/// Reorders, doubles or removes items, empties a map or a list, or makes a value null.
fn mix_up(random: &mut Random, value: &mut Value, depth: usize) {
    match value {
        Value::Object(map) if !map.is_empty() => {
            let is_identity = |name: &&String| {
                depth > 1
                    || !matches!(
                        name.as_str(),
                        "apiVersion" | "kind" | "metadata" | "status" | "name" | "namespace"
                    )
            };
            let names: Vec<String> = map.keys().filter(is_identity).cloned().collect();
            if names.is_empty() {
                return;
            }
            let name = random.pick(&names).clone();
            let Some(below) = map.get_mut(&name) else { return };
            match (&*below, random.below(if depth == 0 { 1 } else { 12 })) {
                (Value::Object(_), 1) => *below = json!({}),
                (Value::Array(_), 1) => *below = json!([]),
                (_, 2) => *below = Value::Null,
                _ => mix_up(random, below, depth + 1),
            }
        }
        Value::Array(items) if !items.is_empty() => {
            let (first, second) = (random.below(items.len()), random.below(items.len()));
            match random.below(5) {
                0 => items.swap(first, second),
                1 => items.reverse(),
                2 => {
                    items.remove(first);
                }
                3 => items.push(items[first].clone()),
                _ => mix_up(random, &mut items[first], depth + 1),
            }
        }
        _ => {}
    }
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
    match random.below(10) {
        0 => edited = manifest(random, kind, name),
        1 => take_over(random, &mut edited, live, 0),
        2 => {
            take_over(random, &mut edited, live, 0);
            take_over(random, &mut edited, live, 0);
        }
        3 => drop_one(random, &mut edited, 0),
        4 => respell(random, &mut edited),
        5 => mix_up(random, &mut edited, 0),
        6 => {
            for _ in 0..3 {
                take_over(random, &mut edited, live, 0);
            }
        }
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
