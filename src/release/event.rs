//! Kubernetes Events about a target's inventory: for who looks there, or collects
//! them. Nothing depends on them, so that one which may not be written is left out.

use jiff::Timestamp;

use super::identity::Target;
use super::parent::Parent;
use crate::cluster::{Cluster, MANAGER, Resource};
use crate::json::{Value, json};

/// The longest message that an Event may have, in bytes.
const LONGEST: usize = 1024;

/// Something that happened to a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Happening {
    /// One word.
    pub reason: &'static str,
    /// One line. Holds no secret value.
    pub message: String,
    /// Whether somebody should look.
    pub is_warning: bool,
    /// When.
    pub at: Timestamp,
}

/// Writes an Event, if that is allowed.
pub async fn tell(cluster: &Cluster, target: &Target, event: &Value) {
    let events = Resource::core("Event", "events", true);
    let _ = cluster.create(&events, Some(target.state_namespace()), event, MANAGER).await;
}

/// The Event.
pub fn compose(target: &Target, parent: &Parent, happening: &Happening) -> Value {
    let (name, namespace) = (target.parent_name(), target.state_namespace());
    let time = happening.at.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    let mut involved = json!({"apiVersion": "v1", "kind": "ConfigMap", "namespace": namespace, "name": name});
    if let Some(stored) = &parent.stored {
        involved["uid"] = stored.uid.as_str().into();
    }
    json!({
        "apiVersion": "v1",
        "kind": "Event",
        "metadata": {"name": format!("{name}.{:x}", happening.at.as_nanosecond()), "namespace": namespace},
        "involvedObject": involved,
        "type": if happening.is_warning { "Warning" } else { "Normal" },
        "reason": happening.reason,
        "message": shortened(&happening.message),
        "source": {"component": MANAGER},
        "firstTimestamp": time,
        "lastTimestamp": time,
        "count": 1,
    })
}

fn shortened(message: &str) -> &str {
    let mut end = message.len().min(LONGEST);
    while !message.is_char_boundary(end) {
        end -= 1;
    }
    &message[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_event_is_about_the_inventory_and_fits() {
        let target = Target::new("shop", "prod", "ops").expect("well formed");
        let at = "2026-01-02T03:04:05.6Z".parse().expect("a time");
        let happening = Happening { reason: "Healthy", message: "ü".repeat(1000), is_warning: false, at };
        let event = compose(&target, &Parent::new(&target), &happening);
        assert_eq!(event["involvedObject"]["name"], "trueup-shop-prod");
        assert_eq!((&event["metadata"]["namespace"], &event["type"]), (&json!("ops"), &json!("Normal")));
        assert_eq!(event["lastTimestamp"], "2026-01-02T03:04:05Z");
        assert_eq!(event["message"].as_str().map(str::len), Some(LONGEST));
    }
}
