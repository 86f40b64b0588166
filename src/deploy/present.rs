//! What is there of a target, seen from its record: each recorded object as it
//! is now, and what of it moved. What `status` and `diff --drift` are made of;
//! the repository's sources aren't looked at.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::lists::Lists;
use super::memory::Memory;
use super::observe::{self, Observed, Sought};
use super::seen::Seen;
use super::setup::Setup;
use crate::cluster::{Cluster, Discovery, MANAGER, Resource};
use crate::config::{OnConflict, Rules};
use crate::diff::{self, LastWritten, RawChange, Schemas};
use crate::error::{CommandError, Diagnostic};
use crate::health::Rule;
use crate::json::Value;
use crate::object::{FieldPath, Hook, ObjectId, SecretPaths, ignored_fields, is_create_only};
use crate::release::{Comparison, DigestKey, RecordedObject, compare, digested, protect};
use crate::report::words::count;

/// One recorded object as it is now.
pub(super) struct Present {
    /// As it was recorded.
    pub recorded: RecordedObject,
    /// How it is reached; `None` where its kind isn't served.
    pub resource: Option<Arc<Resource>>,
    /// As it is.
    pub sight: Sight,
    /// The user's own rule for its health.
    pub rule: Option<Rule>,
    /// Which of its fields are secret, now or when it was recorded.
    pub secrets: SecretPaths,
    /// What differs from what was written last, secrets as digests; `None` when
    /// that can't be told.
    pub moved: Option<Vec<RawChange>>,
}

/// What was seen where an object should be.
pub(super) enum Sight {
    /// The object.
    Live(Value),
    /// Nothing: it is gone.
    Gone,
    /// This user may not look: nothing can be said about it.
    Forbidden,
    /// The API server of its group doesn't answer: nor can anything be said.
    NoAnswer,
}

/// A target as it is now.
pub(super) struct Presence {
    /// The namespace of objects that name none.
    pub namespace: String,
    /// The cluster.
    pub observed: Observed,
    /// The inventory and the record; absent for environments without one.
    pub memory: Option<Memory>,
    /// The recorded objects, by identity.
    pub objects: Vec<Present>,
}

impl Sight {
    /// By the object that was found, if any, and by what kept from finding it.
    fn of(found: Option<Value>, is_forbidden: bool, is_broken: bool) -> Self {
        match found {
            Some(live) => Self::Live(live),
            None if is_forbidden => Self::Forbidden,
            None if is_broken => Self::NoAnswer,
            None => Self::Gone,
        }
    }
}

/// Says of how many objects nobody knows whether they drifted, and why.
pub(super) fn unknown_drift(objects: &[Present], memory: Option<&Memory>) -> Option<String> {
    let unknown = objects.iter().filter(|object| object.moved.is_none());
    let has_secrets = unknown.clone().any(|object| !object.secrets.is_empty());
    let number = unknown.count();
    let why = match memory.map(|memory| &memory.key) {
        Some(DigestKey::Unknown { why }) if has_secrets => format!("the key of Secrets isn't known: {why}"),
        _ => "what is live can't be read, or not be compared".to_owned(),
    };
    (number > 0).then(|| format!("whether {} drifted isn't known: {why}", count(number, "object")))
}

/// What counts as drift.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Measure {
    /// What was written and isn't so any more.
    Written,
    /// Also what others have set beside it.
    Strict,
}

/// Looks at a target.
pub(super) async fn look(
    setup: &Setup,
    cluster: &Cluster,
    measure: Measure,
) -> Result<Presence, CommandError> {
    let Seen { namespace, observed, mut memory } = Seen::to_look(setup, cluster).await?;
    if let Some(memory) = memory.as_mut().filter(|memory| !memory.is_record_lost) {
        let stored = memory.fetch(cluster).await;
        memory.recall(stored);
    }
    let recorded: Vec<RecordedObject> = memory
        .iter()
        .filter_map(|memory| memory.record.as_ref())
        .flat_map(|record| record.objects.clone())
        // Whether a hook's object is there still says nothing.
        .filter(|object| Hook::of(object.manifest.value()).is_none())
        .collect();
    let objects = match &memory {
        Some(memory) if !recorded.is_empty() => {
            present(cluster, &observed.discovery, memory, recorded, (&setup.rules, measure)).await?
        }
        _ => Vec::new(),
    };
    Ok(Presence { namespace, observed, memory, objects })
}

async fn present(
    cluster: &Cluster,
    discovery: &Discovery,
    memory: &Memory,
    recorded: Vec<RecordedObject>,
    (rules, measure): (&Rules, Measure),
) -> Result<Vec<Present>, CommandError> {
    let ids: Vec<(ObjectId, Option<Arc<Resource>>)> =
        recorded.iter().map(|object| (object.id(), resource(discovery, object))).collect();
    let sought: Vec<Sought<'_>> =
        ids.iter().filter_map(|(id, resource)| Some(Sought { id, resource: resource.as_ref()? })).collect();
    let selector = memory.target.members();
    let wanted = observe::Wanted {
        sought: &sought,
        selector: Some(&selector),
        kinds: &BTreeSet::new(),
        namespaces: &memory.namespaces(),
        tolerant: true,
    };
    let live = observe::live(discovery, wanted, &Lists::of(cluster)).await.map_err(Diagnostic::from)?;
    let seen = |(recorded, (id, resource)): (RecordedObject, (ObjectId, Option<Arc<Resource>>))| {
        let is_broken = resource.is_none() && discovery.is_broken(&id.kind.group);
        let found = resource.as_ref().and_then(|resource| live.get(&id, &resource.version)).cloned();
        let sight = Sight::of(found, live.forbidden.contains(&id.kind), is_broken);
        Present::of(recorded, resource, sight, &memory.key, (rules, measure))
    };
    Ok(recorded.into_iter().zip(ids.clone()).map(seen).collect())
}

impl Present {
    fn of(
        recorded: RecordedObject,
        resource: Option<Arc<Resource>>,
        sight: Sight,
        key: &DigestKey,
        (rules, measure): (&Rules, Measure),
    ) -> Self {
        let id = recorded.id();
        let secrets =
            rules.secrets_of(&id, recorded.manifest.value()).or(digested(recorded.written().value()));
        let rule = rules.health_of(&id.kind);
        let mut present = Self { recorded, resource, sight, rule, secrets, moved: None };
        present.measure(key, rules, measure);
        present
    }

    /// The same object as it is later.
    pub(super) fn see(&mut self, live: Value, key: &DigestKey, rules: &Rules) {
        self.sight = Sight::Live(live);
        self.measure(key, rules, Measure::Written);
    }

    fn measure(&mut self, key: &DigestKey, rules: &Rules, measure: Measure) {
        let (id, manifest) = (self.recorded.id(), self.recorded.manifest.value());
        let moved = moved(key, &id, &self.recorded, &self.sight, measure);
        self.moved = moved.map(|moved| minded(rules, &id, manifest, &self.sight, moved));
    }
}

/// The version that the object was applied at, or the server's preferred one if
/// that is served no more.
fn resource(discovery: &Discovery, object: &RecordedObject) -> Option<Arc<Resource>> {
    let id = object.id();
    let found =
        discovery.find(&id.kind, &object.object.version).ok().or_else(|| discovery.preferred(&id.kind));
    found.cloned().map(Arc::new)
}

/// Live against what was written last, both with digests for secrets. Of those
/// that can't be compared, because the key isn't known or was another, only what
/// differs besides is told, if anything does.
fn moved(
    key: &DigestKey,
    id: &ObjectId,
    recorded: &RecordedObject,
    sight: &Sight,
    measure: Measure,
) -> Option<Vec<RawChange>> {
    let live = match sight {
        Sight::Live(live) => live,
        Sight::Gone => return Some(vec![gone(recorded)]),
        Sight::Forbidden | Sight::NoAnswer => return None,
    };
    let written = LastWritten {
        api_version: recorded.object.api_version(),
        kind: recorded.object.kind.clone(),
        fields: recorded.fields.clone(),
        values: recorded.written().value().clone(),
    };
    // As it was recorded: what is secret now may not have been so then.
    let secrets = SecretPaths::of(&id.kind).or(digested(&written.values));
    let now = protect(live, id, &secrets, key).into_value();
    let mut changes = diff::drift(&written, Some(&now), Schemas::builtin())?;
    if measure == Measure::Strict {
        changes.extend(diff::additions(&written, &now, MANAGER)?);
    }
    if secrets.is_empty() {
        return Some(changes);
    }
    let all = changes.len();
    let certain: Vec<RawChange> = changes.into_iter().filter(is_certain).collect();
    // A digest that was recorded without the key doesn't even equal itself.
    let unknown = certain.len() < all || compare(&written.values, &written.values) == Comparison::Unknown;
    (!unknown || !certain.is_empty()).then_some(certain)
}

/// What of it trueup minds: not what it leaves alone.
fn minded(
    rules: &Rules,
    id: &ObjectId,
    manifest: &Value,
    sight: &Sight,
    moved: Vec<RawChange>,
) -> Vec<RawChange> {
    let Sight::Live(live) = sight else { return moved };
    if is_create_only(manifest) {
        return Vec::new();
    }
    let own = ignored_fields(manifest);
    let by = |field: &FieldPath| diff::who_changed(live, field, MANAGER).map(|writer| writer.manager);
    let is_ignored = |field: &FieldPath| {
        own.iter().any(|meant| meant.covers(field))
            || rules.ignores(id, field, || by(field))
            || by(field).is_some_and(|manager| rules.on_conflict(id, field, &manager) == OnConflict::Yield)
    };
    moved.into_iter().filter(|change| !is_ignored(&change.path)).collect()
}

/// Whether both sides are surely different, or one of them isn't there.
fn is_certain(change: &RawChange) -> bool {
    match (&change.from, &change.to) {
        (Some(from), Some(to)) => compare(from, to) != Comparison::Unknown,
        _ => true,
    }
}

fn gone(recorded: &RecordedObject) -> RawChange {
    RawChange::remove(FieldPath::root(), recorded.written().value().clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use crate::object::GroupKind;
    use crate::release::Key;

    fn key(byte: u8) -> DigestKey {
        DigestKey::Known(Key::new([byte; 32]))
    }

    fn unknown() -> DigestKey {
        DigestKey::Unknown { why: "forbidden".into() }
    }

    fn secret(value: &str, level: &str) -> Value {
        json!({"apiVersion": "v1", "kind": "Secret", "data": {"a": value},
            "metadata": {"name": "a", "namespace": "shop", "labels": {"level": level}}})
    }

    fn recorded(object: &Value) -> RecordedObject {
        crate::json::from_value(
            json!({"version": "v1", "group": "", "kind": "ConfigMap", "namespace": "shop",
            "name": "a", "manifest": object}),
        )
        .expect("a recorded object")
    }

    #[test]
    fn only_what_could_be_looked_for_and_isnt_there_is_gone() {
        let recorded = recorded(&json!({"data": {"a": "1"}}));
        let moved = |is_forbidden, is_broken| {
            let sight = Sight::of(None, is_forbidden, is_broken);
            moved(&key(1), &recorded.id(), &recorded, &sight, Measure::Written)
        };
        assert_eq!(moved(false, false).expect("known").len(), 1);
        assert_eq!(moved(true, false), None);
        assert_eq!(moved(false, true), None);
    }

    /// The paths that moved between a Secret recorded with one key and the live
    /// one seen with another.
    fn paths(then: (&Value, &DigestKey), now: (&Value, &DigestKey)) -> Option<Vec<String>> {
        let id = ObjectId::new(GroupKind::new("", "Secret"), Some("shop"), "a");
        let (written, key) = then;
        let recorded: RecordedObject = crate::json::from_value(json!({
            "version": "v1", "group": "", "kind": "Secret", "namespace": "shop", "name": "a",
            "manifest": protect(written, &id, &SecretPaths::of(&id.kind), key),
            "fields": {"f:data": {"f:a": {}}, "f:metadata": {"f:labels": {"f:level": {}}}},
            "written": protect(
                &json!({"data": written["data"], "metadata": {"labels": written["metadata"]["labels"]}}),
                &id, &SecretPaths::of(&id.kind), key),
        }))
        .expect("a recorded object");
        let moved = moved(now.1, &id, &recorded, &Sight::Live(now.0.clone()), Measure::Written)?;
        Some(moved.iter().map(|change| change.path.to_string()).collect())
    }

    #[test]
    fn a_secret_under_the_same_key_has_moved_or_has_not() {
        let (one, two) = (secret("MQ==", "x"), secret("Mg==", "x"));
        assert_eq!(paths((&one, &key(1)), (&one, &key(1))), Some(vec![]));
        assert_eq!(paths((&one, &key(1)), (&two, &key(1))), Some(vec!["data.a".to_owned()]));
    }

    #[test]
    fn whether_a_secret_moved_isnt_known_without_the_key_it_was_recorded_with() {
        let one = secret("MQ==", "x");
        assert_eq!(paths((&one, &key(1)), (&one, &key(2))), None);
        assert_eq!(paths((&one, &key(1)), (&one, &unknown())), None);
        assert_eq!(paths((&one, &unknown()), (&one, &key(1))), None);
        assert_eq!(paths((&one, &unknown()), (&one, &unknown())), None);
    }

    #[test]
    fn what_surely_moved_of_a_secret_is_told_without_the_rest() {
        let (one, other) = (secret("MQ==", "x"), secret("MQ==", "y"));
        let label = Some(vec!["metadata.labels.level".to_owned()]);
        assert_eq!(paths((&one, &key(1)), (&other, &key(2))), label);
        assert_eq!(paths((&one, &unknown()), (&other, &unknown())), label);
    }
}
