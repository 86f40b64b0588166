//! What of each manifest is sent: all of it and the membership label, but for
//! fields that are somebody else's to set. Pure.

use std::collections::BTreeMap;

use super::autoscaling::Autoscaled;
use super::handover::Handover;
use super::observe::Live;
use super::resolve::Desired;
use crate::cluster::MANAGER;
use crate::config::{OnConflict, Rules};
use crate::diff::Ownership;
use crate::json::{Map, Value};
use crate::object::{FieldPattern, ObjectId, ignored_fields};
use crate::parallel;
use crate::release::PART_OF;
use crate::report::words;

/// What decides it.
pub(super) struct Sending<'a> {
    /// The id of the inventory; without one nothing is labelled.
    pub id: Option<&'a str>,
    /// The configured rules.
    pub rules: &'a Rules,
    /// What autoscalers set.
    pub autoscaled: &'a Autoscaled,
    /// What is live.
    pub live: &'a Live,
}

/// What is sent of the desired objects, in their order.
pub(super) struct Sent {
    /// What is sent of each.
    pub bodies: Vec<Value>,
    /// What Git says and isn't done.
    pub notes: Vec<String>,
}

/// Why a field of the manifest isn't sent.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Why {
    /// An autoscaler sets it.
    Autoscaler,
    /// A rule or the manifest itself says so.
    Ignored(String),
    /// It is left to the manager that has set it.
    Yielded(String),
}

/// Who owns the fields of a live object when it is written.
#[derive(Clone, Copy)]
enum Owners<'a> {
    /// Those who own them now, but for what is taken over if it is adopted: that is
    /// ours by then, and would go if it weren't sent.
    Now { live: &'a Value, handover: Handover<'a> },
    /// Nobody: it's deleted and created again. What is left alone must be sent, and
    /// nobody is left to yield to.
    Nobody { live: &'a Value },
}

impl<'a> Owners<'a> {
    fn live(self) -> &'a Value {
        match self {
            Self::Now { live, .. } | Self::Nobody { live } => live,
        }
    }

    fn migrated(self, id: &ObjectId) -> Option<Value> {
        let Self::Now { live, handover } = self else { return None };
        Some(handover.migration(id, live)?.of_live(live))
    }
}

impl Sending<'_> {
    /// What is sent of the desired objects, of which some are adopted.
    pub(super) fn of(&self, desired: &[Desired], handover: Handover<'_>) -> Sent {
        let sent = parallel::each(desired.iter().collect(), |object: &Desired| {
            let mut body = object.manifest.body.clone();
            let live = self.live.get(object.id(), &object.manifest.version);
            let owners = live.map(|live| Owners::Now { live, handover });
            let left = owners.map(|owners| self.leave_out(object.id(), owners, &mut body));
            self.label(&mut body);
            (body, left.unwrap_or_default())
        });
        let mut left: BTreeMap<Why, Vec<&ObjectId>> = BTreeMap::new();
        let mut bodies = Vec::with_capacity(desired.len());
        for (object, (body, whys)) in desired.iter().zip(sent) {
            bodies.push(body);
            for why in whys {
                left.entry(why).or_default().push(object.id());
            }
        }
        let unknown = self.autoscaled.unknown.iter().map(|namespace| {
            format!("autoscalers in {namespace} may not be read: replicas there are set as Git says")
        });
        let notes = unknown.chain(left.iter().map(|(why, ids)| told(why, ids))).collect();
        Sent { bodies, notes }
    }

    /// What is sent of an object that is deleted and created again.
    pub(super) fn anew(&self, object: &Desired, live: &Value) -> Value {
        let mut body = object.manifest.body.clone();
        self.leave_out(object.id(), Owners::Nobody { live }, &mut body);
        self.label(&mut body);
        body
    }

    /// What is sent of an object that is made as its manifest has it.
    pub(super) fn labelled(&self, object: &Desired) -> Value {
        let mut body = object.manifest.body.clone();
        self.label(&mut body);
        body
    }

    /// Takes out what isn't to be set here; why, where Git wants something else.
    fn leave_out(&self, id: &ObjectId, owners: Owners<'_>, body: &mut Value) -> Vec<Why> {
        let live = owners.live();
        let is_scaled = self.autoscaled.targets.contains(id) && live["spec"].get("replicas").is_some();
        let own = ignored_fields(body);
        let rules: Vec<_> = self.rules.ignore.iter().filter(|rule| rule.concerns(id)).collect();
        let may_yield = self.rules.may_yield() && !matches!(owners, Owners::Nobody { .. });
        if !is_scaled && own.is_empty() && rules.is_empty() && !may_yield {
            return Vec::new();
        }
        let migrated = owners.migrated(id);
        let ownership = Ownership::of(migrated.as_ref().unwrap_or(live), MANAGER);
        let ownership =
            if matches!(owners, Owners::Nobody { .. }) { ownership.made_anew() } else { ownership };
        let mut left = Vec::new();
        if is_scaled && ownership.leave_alone(body, &replicas(), None) {
            left.push(Why::Autoscaler);
        }
        for fields in &own {
            let differs = ownership.leave_alone(body, fields, None);
            left.extend(differs.then(|| Why::Ignored(fields.to_string())));
        }
        for rule in rules {
            let by = |manager: &str| rule.is_for(manager);
            let by: Option<&dyn Fn(&str) -> bool> = if rule.managers.is_some() { Some(&by) } else { None };
            for fields in &rule.fields {
                let differs = ownership.leave_alone(body, fields, by);
                left.extend(differs.then(|| Why::Ignored(fields.to_string())));
            }
        }
        if may_yield {
            let mut conflicts = ownership.conflicts(body);
            conflicts.retain(|conflict| {
                self.rules.on_conflict(id, &conflict.field, &conflict.manager) == OnConflict::Yield
            });
            ownership.give_way(body, &conflicts);
            left.extend(
                conflicts
                    .into_iter()
                    .map(|conflict| Why::Yielded(format!("{} to {}", conflict.field, conflict.manager))),
            );
        }
        left
    }

    fn label(&self, body: &mut Value) {
        let Some(id) = self.id else { return };
        let Some(metadata) = body["metadata"].as_object_mut() else { return };
        let labels = metadata.entry("labels").or_insert_with(|| Value::Object(Map::new()));
        if labels.is_null() {
            *labels = Value::Object(Map::new());
        }
        // Anything else the server refuses, with its line.
        if let Some(labels) = labels.as_object_mut() {
            labels.insert(PART_OF.to_owned(), Value::from(id));
        }
    }
}

fn replicas() -> FieldPattern {
    FieldPattern::fields(["spec", "replicas"])
}

/// One line for all objects of one sort: the first few by name.
fn told(why: &Why, ids: &[&ObjectId]) -> String {
    let mut names: Vec<String> = ids.iter().take(3).map(ToString::to_string).collect();
    if ids.len() > names.len() {
        names.push(words::count(ids.len() - names.len(), "other object"));
    }
    let names = words::list(&names);
    let its = if ids.len() == 1 { "its autoscaler's and stay" } else { "their autoscalers' and stay" };
    match why {
        Why::Autoscaler => format!("the replicas of {names} are {its} as they are"),
        Why::Ignored(field) => {
            format!("{field} is ignored and stays as it is, which isn't as Git says: {names}")
        }
        Why::Yielded(what) => format!("left as it is, which isn't as Git says: {what}, in {names}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::object::GroupKind;

    #[test]
    fn many_objects_are_one_line() {
        let ids: Vec<ObjectId> = (0..5)
            .map(|at| {
                ObjectId::new(
                    GroupKind::new("apps", "Deployment"),
                    Some("shop"),
                    format!("web-{at}").as_str(),
                )
            })
            .collect();
        let ids: Vec<&ObjectId> = ids.iter().collect();
        assert_eq!(
            told(&Why::Ignored("spec.paused".into()), &ids),
            "spec.paused is ignored and stays as it is, which isn't as Git says: \
             shop/Deployment/web-0, shop/Deployment/web-1, shop/Deployment/web-2 and 2 other objects"
        );
        assert_eq!(
            told(&Why::Autoscaler, &ids[..1]),
            "the replicas of shop/Deployment/web-0 are its autoscaler's and stay as they are"
        );
    }
}
