//! Events, one line each: `apply -o jsonl`.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::Serialize;

use super::document::{Document, Kind};
use super::{SCHEMA, value};
use crate::apply::Event;
use crate::health::Health;
use crate::object::ObjectId;
use crate::plan::{Summary, Verb};

/// Something that happened, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventLine {
    /// The target: the environment's name.
    pub target: String,
    /// When.
    pub time: Timestamp,
    /// What happened.
    #[serde(flatten)]
    pub happened: Happened,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(tag = "event", rename_all = "camelCase")]
pub enum Happened {
    /// This is about to be done. It comes again when the plan changed before it could be
    /// carried out.
    Planned {
        /// The plan's digest; absent when parts of it are only approximate.
        digest: Option<String>,
        /// How many actions of each sort it has.
        summary: Summary,
    },
    /// The run failed, and an earlier release is put back. What follows is about that.
    RollingBack {
        /// The release that is undone.
        of: u64,
        /// The release that is put back.
        to: Option<u64>,
        /// Its commit's full id.
        commit: Option<String>,
    },
    /// Another run holds the lock and is waited for.
    Locked {
        /// By whom, and since when.
        reason: String,
    },
    /// A write is being sent.
    Started {
        /// The object.
        object: EventObject,
        /// What is done to it.
        action: Verb,
    },
    /// The server has it.
    Written {
        /// The object.
        object: EventObject,
        /// What was done to it.
        action: Verb,
    },
    /// The server refused it.
    Failed {
        /// The object.
        object: EventObject,
        /// The server's words.
        reason: String,
    },
    /// It was not tried, because something it needs failed.
    Skipped {
        /// The object.
        object: EventObject,
        /// What it needs.
        because: EventObject,
    },
    /// Its health is now this.
    Health {
        /// The object.
        object: EventObject,
        /// The health.
        health: Health,
        /// Why, in one word.
        reason: String,
        /// The same in one line for people.
        message: String,
    },
    /// A container of a hook said something.
    Log {
        /// The hook.
        object: EventObject,
        /// Its pod.
        pod: String,
        /// The container.
        container: String,
        /// The line.
        line: String,
    },
    /// Nothing happened for 15 seconds. What is waited for, that which takes longest
    /// first.
    Waiting {
        /// The objects.
        objects: Vec<StillWaiting>,
    },
    /// No new writes will be started.
    Stopping {
        /// Why.
        reason: String,
    },
}

/// An object that is waited for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StillWaiting {
    /// The object.
    pub object: EventObject,
    /// What is waited for, in one line for people.
    pub message: String,
    /// Since when, in milliseconds.
    pub since_ms: u64,
}

/// An object as events name it: by its identity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct EventObject {
    /// API group; empty for the core group.
    pub group: String,
    /// Kind.
    pub kind: String,
    /// Namespace; absent for cluster-scoped objects.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
}

impl From<&ObjectId> for EventObject {
    fn from(id: &ObjectId) -> Self {
        Self {
            group: id.kind.group.clone(),
            kind: id.kind.kind.clone(),
            namespace: id.namespace.clone(),
            name: id.name.clone(),
        }
    }
}

impl From<&Event> for Happened {
    fn from(event: &Event) -> Self {
        match event {
            Event::Started { id, verb } => Self::Started { object: id.into(), action: *verb },
            Event::Written { id, verb } => Self::Written { object: id.into(), action: *verb },
            Event::Failed { id, why } => Self::Failed { object: id.into(), reason: why.clone() },
            Event::Skipped { id, because } => Self::Skipped { object: id.into(), because: because.into() },
            Event::Health { id, verdict } => Self::Health {
                object: id.into(),
                health: verdict.health,
                reason: verdict.reason.clone(),
                message: verdict.message.clone(),
            },
            Event::Log { id, pod, container, line } => Self::Log {
                object: id.into(),
                pod: pod.clone(),
                container: container.clone(),
                line: line.clone(),
            },
            Event::Stopping { why } => Self::Stopping { reason: why.clone() },
        }
    }
}

/// The event on one line, with a line break.
pub fn event(target: &str, event: &Event, time: Timestamp) -> String {
    happened(target, event.into(), time)
}

/// What happened on one line, with a line break.
pub fn happened(target: &str, happened: Happened, time: Timestamp) -> String {
    let content = EventLine { target: target.to_owned(), time, happened };
    format!("{}\n", value(&Document { schema: SCHEMA, kind: Kind::Event, environment: None, content }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::health::Verdict;
    use crate::object::GroupKind;
    use crate::report::sample::now;

    #[test]
    fn events_take_one_line_each() {
        let web = ObjectId::new(GroupKind::new("apps", "Deployment"), Some("shop"), "web");
        let crd =
            ObjectId::new(GroupKind::new("apiextensions.k8s.io", "CustomResourceDefinition"), None, "a.b");
        let verdict = Verdict { health: Health::Failed, reason: "Crash".into(), message: "a\nb".into() };
        let lines: String = [
            Event::Started { id: web.clone(), verb: Verb::Update },
            Event::Written { id: web.clone(), verb: Verb::Update },
            Event::Failed { id: crd.clone(), why: "no".into() },
            Event::Skipped { id: web.clone(), because: crd },
            Event::Health { id: web, verdict },
            Event::Stopping { why: "interrupted".into() },
        ]
        .iter()
        .map(|one| event("prod", one, now()))
        .collect();
        assert_eq!(lines.lines().count(), 6);
        insta::assert_snapshot!(lines, @r#"
        {"action":"update","event":"started","kind":"Event","object":{"group":"apps","kind":"Deployment","name":"web","namespace":"shop"},"schema":"trueup/v1","target":"prod","time":"2026-04-01T14:00:00Z"}
        {"action":"update","event":"written","kind":"Event","object":{"group":"apps","kind":"Deployment","name":"web","namespace":"shop"},"schema":"trueup/v1","target":"prod","time":"2026-04-01T14:00:00Z"}
        {"event":"failed","kind":"Event","object":{"group":"apiextensions.k8s.io","kind":"CustomResourceDefinition","name":"a.b"},"reason":"no","schema":"trueup/v1","target":"prod","time":"2026-04-01T14:00:00Z"}
        {"because":{"group":"apiextensions.k8s.io","kind":"CustomResourceDefinition","name":"a.b"},"event":"skipped","kind":"Event","object":{"group":"apps","kind":"Deployment","name":"web","namespace":"shop"},"schema":"trueup/v1","target":"prod","time":"2026-04-01T14:00:00Z"}
        {"event":"health","health":"failed","kind":"Event","message":"a\nb","object":{"group":"apps","kind":"Deployment","name":"web","namespace":"shop"},"reason":"Crash","schema":"trueup/v1","target":"prod","time":"2026-04-01T14:00:00Z"}
        {"event":"stopping","kind":"Event","reason":"interrupted","schema":"trueup/v1","target":"prod","time":"2026-04-01T14:00:00Z"}
        "#);
    }
}
