//! Which fields of an object are secret, today or as they were: a password that leaves a
//! manifest, or gets another name, is still there live, and is no less secret. Pure.

use std::collections::BTreeSet;

use super::assemble::Work;
use super::memory::Memory;
use super::resolve::Desired;
use crate::json::{Map, Value};
use crate::object::{Encrypted, FieldPath, Manifest, SecretPaths, Step, is_any};
use crate::plan::causes::Recorded;
use crate::release::digested;

/// The secret fields of an object as it's written, as it was recorded, and as it's live
/// where it had other names for them.
pub(super) fn secrets(
    manifest: &Manifest,
    live: Option<&Value>,
    recorded: Option<Recorded<'_>>,
) -> SecretPaths {
    let secrets = manifest.secrets.clone();
    let secrets = recorded.into_iter().fold(secrets, |secrets, recorded| secrets.or(as_recorded(recorded)));
    let Some(live) = live else { return secrets };
    let leaving = if manifest.source.encrypted == Encrypted::Nothing {
        Vec::new()
    } else {
        secrets.paths().flat_map(|path| beside(path, &manifest.body, live)).collect()
    };
    secrets.or(SecretPaths::of_object(&manifest.id.kind, live)).and(leaving)
}

/// Live objects that hold secrets of which their manifests don't know any more: what runs
/// by them may still tell them.
pub(super) fn holders(
    desired: &[Desired],
    work: &[Work],
    memory: Option<&Memory>,
) -> Vec<(Value, SecretPaths)> {
    let known = work.iter().filter_map(|work| match work {
        Work::Write { at, live: Some(live), .. } => Some((&desired[*at].manifest, live)),
        _ => None,
    });
    let holders = known.filter_map(|(manifest, live)| {
        let recorded = memory.and_then(|memory| memory.past().get(&manifest.id));
        let all = secrets(manifest, Some(live), recorded);
        let is_more = all.paths().any(|path| !manifest.secrets.hides(path));
        is_more.then(|| (live.clone(), all))
    });
    holders.collect()
}

/// What was secret in a record. A list may have another order since.
pub(super) fn as_recorded(recorded: Recorded<'_>) -> SecretPaths {
    let all = digested(recorded.written).or(digested(recorded.manifest));
    SecretPaths::default().and(all.paths().map(FieldPath::of_any_item))
}

/// What is live beside a secret field and isn't written any more: it may be that field,
/// under its former name.
fn beside(path: &FieldPath, written: &Value, live: &Value) -> Vec<FieldPath> {
    let Some((_, above)) = path.steps().split_last() else { return Vec::new() };
    let names = |value| maps(value, above).into_iter().flat_map(|map| map.keys().cloned());
    let kept: BTreeSet<String> = names(written).collect();
    let parent = FieldPath::root().join(above);
    let gone: BTreeSet<String> = names(live).filter(|name| !kept.contains(name)).collect();
    gone.iter().map(|name| parent.field(name)).collect()
}

/// The maps at a path, of which there may be several.
fn maps<'v>(value: &'v Value, path: &[Step]) -> Vec<&'v Map> {
    match (value, path.split_first()) {
        (Value::Object(map), None) => vec![map],
        (Value::Object(map), Some((step, rest))) if is_any(step) => {
            map.values().flat_map(|value| maps(value, rest)).collect()
        }
        (Value::Object(map), Some((Step::Field(name), rest))) => {
            map.get(name).map_or_else(Vec::new, |value| maps(value, rest))
        }
        // In doubt it's any item.
        (Value::Array(items), Some((_, rest))) => items.iter().flat_map(|item| maps(item, rest)).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    #[test]
    fn what_is_live_beside_a_secret_and_leaves_is_one() {
        let path = |text: &str| FieldPath::parse(text).expect("a path");
        let written =
            json!({"data": {"new": "x", "open": "y"}, "spec": {"env": [{"name": "B", "value": "x"}]}});
        let live = json!({"data": {"old": "x", "open": "y"}, "spec": {"env": [{"name": "A", "text": "x"}]}});
        assert_eq!(beside(&path("data.new"), &written, &live), [path("data.old")]);
        let inner = path("spec.env").then(Step::Field("*".to_owned())).field("value");
        let expected = path("spec.env").then(Step::Field("*".to_owned())).field("text");
        assert_eq!(beside(&inner, &written, &live), [expected]);
    }
}
