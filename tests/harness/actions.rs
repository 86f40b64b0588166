//! Finding one's way in a plan's or an outcome's actions, as JSON.

use trueup::json::Value;

/// The action on an object such as `ConfigMap/settings`.
#[track_caller]
pub(crate) fn action<'a>(target: &'a Value, object: &str) -> &'a Value {
    let all = target["actions"].as_array().expect("actions");
    all.iter()
        .find(|action| name(action) == object)
        .unwrap_or_else(|| panic!("no action on {object}, but on {:?}", changing(target)))
}

/// What is done to an object: `create`, `update` ...
#[track_caller]
pub(crate) fn verb<'a>(target: &'a Value, object: &str) -> &'a str {
    action(target, object)["action"].as_str().expect("an action")
}

/// The objects on which something is done, in the order of the actions.
pub(crate) fn changing(target: &Value) -> Vec<String> {
    let all = target["actions"].as_array().expect("actions");
    all.iter().filter(|action| action["action"] != "unchanged").map(name).collect()
}

fn name(action: &Value) -> String {
    let object = &action["object"];
    format!("{}/{}", object["kind"].as_str().expect("a kind"), object["name"].as_str().expect("a name"))
}
