use super::*;
use crate::health::{Health, judge};
use crate::json::{Value, json};
use jiff::Timestamp;

/// The statuses of the first kind of each row, by their health.
fn cases() -> Value {
    crate::yaml::documents(include_str!("cases.yaml")).expect("YAML").remove(0).value
}

fn verdict(group: &str, kind: &str, spec: &Value, status: &Value) -> Health {
    let object = json!({"apiVersion": format!("{group}/v1"), "kind": kind, "metadata": {"name": "a"},
        "spec": spec, "status": status});
    judge(&object, Timestamp::UNIX_EPOCH).health
}

#[test]
fn statuses_mean_what_their_controllers_mean() {
    let cases = cases();
    for known in TABLE {
        let name = format!("{}/{}", known.group, known.kinds[0]);
        let of = &cases[name.as_str()];
        for (word, health) in
            [("ready", Health::Ready), ("progressing", Health::Progressing), ("failed", Health::Failed)]
        {
            let statuses = of[word].as_array().cloned().unwrap_or_default();
            assert!(!statuses.is_empty() || word == "failed" && known.failed.is_empty(), "{name}: no {word}");
            for status in statuses {
                let judged = verdict(known.group, known.kinds[0], &json!({}), &status);
                assert_eq!(judged, health, "{name}: {status}");
            }
        }
    }
    assert_eq!(cases.as_object().map(crate::json::Map::len), Some(TABLE.len()), "a case without its row");
}

#[test]
fn what_has_no_status_yet_is_on_its_way() {
    for (known, kind) in TABLE.iter().flat_map(|known| known.kinds.iter().map(move |kind| (known, kind))) {
        let judged = verdict(known.group, kind, &json!({}), &Value::Null);
        assert_eq!(judged, Health::Progressing, "{}/{kind}", known.group);
    }
}

#[test]
fn what_is_suspended_is_ready() {
    for (group, kind, spec) in [
        ("kustomize.toolkit.fluxcd.io", "Kustomization", json!({"suspend": true})),
        ("source.toolkit.fluxcd.io", "HelmRepository", json!({"type": "oci"})),
        ("velero.io", "Schedule", json!({"paused": true})),
    ] {
        assert_eq!(verdict(group, kind, &spec, &json!({})), Health::Ready, "{kind}");
    }
}

#[test]
fn a_kind_is_in_one_row_and_only_in_its_own_group() {
    let kinds: Vec<(&str, &str)> =
        TABLE.iter().flat_map(|known| known.kinds.iter().map(|kind| (known.group, *kind))).collect();
    let mut once = kinds.clone();
    once.sort_unstable();
    once.dedup();
    assert_eq!(once.len(), kinds.len());
    assert!(kinds.len() >= 40, "{}", kinds.len());
    assert!(TABLE.is_sorted_by_key(|known| known.group));
    assert!(rule_of(&GroupKind::new("example.com", "Certificate")).is_none());
}
