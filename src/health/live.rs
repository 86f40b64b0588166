//! Reading live objects without trusting their shape: a field that is missing
//! or has another type than the API says is as good as absent.

use jiff::Timestamp;

use super::verdict::Verdict;
use crate::json::Value;
use crate::object::{ApiVersion, GroupKind};

/// A live object.
#[derive(Clone, Copy)]
pub(super) struct Live<'a>(pub(super) &'a Value);

impl<'a> Live<'a> {
    /// The value at a JSON pointer, unless it is null.
    pub(super) fn at(self, pointer: &str) -> Option<&'a Value> {
        self.0.pointer(pointer).filter(|value| !value.is_null())
    }

    /// The text at a JSON pointer, unless it is empty.
    pub(super) fn text(self, pointer: &str) -> Option<&'a str> {
        self.at(pointer)?.as_str().filter(|text| !text.is_empty())
    }

    /// The integer at a JSON pointer.
    pub(super) fn integer(self, pointer: &str) -> Option<i64> {
        self.at(pointer)?.as_i64()
    }

    /// The count at a JSON pointer: absent, it is 0.
    pub(super) fn count(self, pointer: &str) -> i64 {
        self.integer(pointer).unwrap_or(0)
    }

    /// Whether the value at a JSON pointer is `true`.
    pub(super) fn flag(self, pointer: &str) -> bool {
        self.at(pointer) == Some(&Value::Bool(true))
    }

    /// The time at a JSON pointer.
    pub(super) fn time(self, pointer: &str) -> Option<Timestamp> {
        self.text(pointer)?.parse().ok()
    }

    /// The items of the list at a JSON pointer; none where there is no list.
    pub(super) fn items(self, pointer: &str) -> impl Iterator<Item = Live<'a>> {
        self.at(pointer).and_then(Value::as_array).into_iter().flatten().map(Live)
    }

    /// `metadata.name`.
    pub(super) fn name(self) -> &'a str {
        self.text("/metadata/name").unwrap_or("")
    }

    /// `metadata.uid`.
    pub(super) fn uid(self) -> Option<&'a str> {
        self.text("/metadata/uid")
    }

    /// `metadata.creationTimestamp`.
    pub(super) fn created(self) -> Option<Timestamp> {
        self.time("/metadata/creationTimestamp")
    }

    /// The kind with its group.
    pub(super) fn kind(self) -> Option<GroupKind> {
        let group = ApiVersion::parse(self.text("/apiVersion")?)?.group;
        Some(GroupKind::new(group, self.text("/kind")?))
    }

    /// Whether it is on its way out.
    pub(super) fn is_deleting(self) -> bool {
        self.at("/metadata/deletionTimestamp").is_some_and(|time| time != "")
    }

    /// Whether its controller has seen its spec as it is now, as far as the
    /// object says so itself.
    pub(super) fn is_observed(self) -> bool {
        match (self.at("/metadata/generation"), self.at("/status/observedGeneration")) {
            (Some(generation), Some(observed)) => same_generation(generation, observed),
            _ => true,
        }
    }

    /// A label's value.
    pub(super) fn label(self, key: &str) -> Option<&'a str> {
        self.at("/metadata/labels")?.get(key)?.as_str()
    }

    /// An annotation's value.
    pub(super) fn annotation(self, key: &str) -> Option<&'a str> {
        self.at("/metadata/annotations")?.get(key)?.as_str()
    }

    /// The uid of the object that controls it.
    pub(super) fn controller(self) -> Option<&'a str> {
        self.items("/metadata/ownerReferences").find(|owner| owner.flag("/controller"))?.text("/uid")
    }

    /// The conditions in its status.
    pub(super) fn conditions(self) -> impl Iterator<Item = Condition<'a>> {
        self.items("/status/conditions").filter_map(Condition::read)
    }

    /// The condition of this type.
    pub(super) fn condition(self, kind: &str) -> Option<Condition<'a>> {
        self.conditions().find(|condition| condition.kind == kind)
    }
}

/// Argo Rollouts writes its `observedGeneration` as text.
fn same_generation(generation: &Value, observed: &Value) -> bool {
    let as_text = || Some(observed.as_str()? == generation.as_i64()?.to_string());
    generation == observed || as_text() == Some(true)
}

/// One condition.
#[derive(Clone, Copy)]
pub(super) struct Condition<'a> {
    /// Its type.
    pub(super) kind: &'a str,
    /// `True`, `False` or `Unknown`.
    pub(super) status: &'a str,
    /// The reason; may be empty.
    pub(super) reason: &'a str,
    /// The message; may be empty.
    pub(super) message: &'a str,
    /// When it was last updated, or else when it last changed.
    pub(super) time: Option<Timestamp>,
    /// The generation that it speaks of, where it says so.
    pub(super) observed_generation: Option<i64>,
}

impl<'a> Condition<'a> {
    /// Reads a condition, which needs a type at least.
    pub(super) fn read(item: Live<'a>) -> Option<Self> {
        Some(Self {
            kind: item.text("/type")?,
            status: item.text("/status").unwrap_or("Unknown"),
            reason: item.text("/reason").unwrap_or(""),
            message: item.text("/message").unwrap_or(""),
            time: item.time("/lastUpdateTime").or_else(|| item.time("/lastTransitionTime")),
            observed_generation: item.integer("/observedGeneration"),
        })
    }

    pub(super) fn is_true(&self) -> bool {
        self.status == "True"
    }

    pub(super) fn is_false(&self) -> bool {
        self.status == "False"
    }

    /// The reason, or the type where there is none.
    pub(super) fn reason_or_kind(&self) -> &'a str {
        if self.reason.is_empty() { self.kind } else { self.reason }
    }

    /// Whether it says that it speaks of an older generation of the object.
    pub(super) fn is_older_than(&self, live: Live<'_>) -> bool {
        let generation = live.integer("/metadata/generation");
        matches!((self.observed_generation, generation), (Some(seen), Some(now)) if seen < now)
    }

    /// Progressing, because this condition isn't true.
    pub(super) fn not_true(&self) -> Verdict {
        Verdict::progressing(self.reason_or_kind(), self.text())
    }

    /// Progressing, because this condition is from before a change.
    pub(super) fn not_observed(&self) -> Verdict {
        Verdict::progressing("NotObserved", format!("{} is from before the last change", self.kind))
    }

    /// The message, or else `Ready is False: SomeReason`.
    pub(super) fn text(&self) -> String {
        match (self.message, self.reason) {
            ("", "") => format!("{} is {}", self.kind, self.status),
            ("", reason) => format!("{} is {}: {reason}", self.kind, self.status),
            (message, _) => message.to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn fields_of_another_type_are_as_good_as_absent() {
        let object = json!({"status": {"replicas": "3", "phase": 7, "conditions": {"type": "Ready"}}});
        let live = Live(&object);
        assert_eq!(live.integer("/status/replicas"), None);
        assert_eq!(live.text("/status/phase"), None);
        assert_eq!(live.conditions().count(), 0);
    }

    #[test]
    fn a_generation_may_be_observed_as_text() {
        let observed = |generation: Value, observed: Value| {
            let object =
                json!({"metadata": {"generation": generation}, "status": {"observedGeneration": observed}});
            Live(&object).is_observed()
        };
        assert!(observed(json!(3), json!(3)));
        assert!(observed(json!(3), json!("3")));
        assert!(observed(json!(3), json!(null)));
        assert!(!observed(json!(3), json!(2)));
        assert!(!observed(json!(3), json!("2")));
        assert!(!observed(json!(3), json!("84fd9")));
    }

    #[test]
    fn only_the_controlling_owner_counts() {
        let owned = |controller: bool| {
            let object = json!({"metadata": {"ownerReferences": [{"uid": "u-1", "controller": controller}]}});
            Live(&object).controller() == Some("u-1")
        };
        assert!(owned(true));
        assert!(!owned(false));
    }

    #[test]
    fn a_condition_without_a_message_is_named() {
        let object = json!({"status": {"conditions": [
            {"type": "Ready", "status": "False"},
            {"type": "Synced", "status": "False", "reason": "Failing"},
        ]}});
        let texts: Vec<_> = Live(&object).conditions().map(|condition| condition.text()).collect();
        assert_eq!(texts, ["Ready is False", "Synced is False: Failing"]);
    }
}
