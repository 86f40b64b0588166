//! What moved in the cluster since the last write.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::list_keys::ListKeys;
use super::projection::project_as;
use super::{FieldSet, ManagedEntry, Schemas, changes, project};
use crate::json::Value;
use crate::object::{FieldPath, RawChange};

/// What one apply wrote: the fields that it owned, and their values as the
/// server returned them. As it is recorded: whoever records a Secret replaces
/// its values first, and those of live before comparing (see
/// [`SecretPaths::replace`](crate::object::SecretPaths::replace)).
#[derive(Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LastWritten {
    /// The API version of the fields' paths.
    pub api_version: String,
    /// The kind.
    pub kind: String,
    /// The fields, as managed fields have them (`fieldsV1`).
    pub fields: Value,
    /// The object's part at these fields.
    pub values: Value,
}

/// Leaves the values out: they may be secret.
impl std::fmt::Debug for LastWritten {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LastWritten").finish_non_exhaustive()
    }
}

impl LastWritten {
    /// What `manager` wrote, from the object that the server returned for its
    /// apply; `None` when that says nothing certain about the manager's fields.
    pub fn of(returned: &Value, manager: &str, schemas: &Schemas) -> Option<Self> {
        let own = ManagedEntry::applied_by(returned, manager)?;
        Some(Self {
            api_version: own.api_version.to_owned(),
            kind: returned.get("kind")?.as_str()?.to_owned(),
            fields: own.raw_fields().clone(),
            values: project(returned, &own.fields()?, schemas),
        })
    }
}

/// How live differs from what was last written, at the fields that were
/// written: from the written value to the live one. What else is live doesn't
/// count, nor who owns what. An object that is gone is one removal of the whole.
/// `None` when the record can't be read, or live is in another API version.
pub fn drift(written: &LastWritten, live: Option<&Value>, schemas: &Schemas) -> Option<Vec<RawChange>> {
    let Some(live) = live else {
        return Some(vec![RawChange::remove(FieldPath::root(), written.values.clone())]);
    };
    if live.get("apiVersion").is_some_and(|version| *version != written.api_version.as_str()) {
        return None;
    }
    let fields = FieldSet::parse(&written.fields)?;
    let now = project_as(&written.api_version, &written.kind, live, &fields, schemas);
    Some(changes::compare(&written.values, &now, &ListKeys::in_fields(&fields)))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use crate::object::{GroupKind, Op, SecretPaths};

    fn deployment(image: &str, env: Value) -> Value {
        json!({
            "apiVersion": "apps/v1", "kind": "Deployment",
            "metadata": {"name": "a", "managedFields": [{
                "manager": "trueup", "operation": "Apply", "apiVersion": "apps/v1", "fieldsType": "FieldsV1",
                "fieldsV1": {"f:spec": {"f:selector": {}, "f:template": {"f:spec": {"f:containers": {
                    "k:{\"name\":\"web\"}": {".": {}, "f:image": {}, "f:name": {}, "f:args": {}, "f:env": {
                        "k:{\"name\":\"A\"}": {".": {}, "f:name": {}, "f:value": {}}
                    }}
                }}}}}
            }]},
            "spec": {"replicas": 1, "selector": {"app": "a"}, "template": {"spec": {"containers": [
                {"name": "web", "image": image, "args": ["-v"], "env": env, "imagePullPolicy": "Always"}
            ]}}}
        })
    }

    fn written() -> LastWritten {
        let returned = deployment("web:1", json!([{"name": "A"}]));
        LastWritten::of(&returned, "trueup", Schemas::builtin()).expect("one entry")
    }

    fn lines(live: Option<&Value>) -> Vec<String> {
        let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        let changes = drift(&written(), live, Schemas::builtin()).expect("readable");
        let written =
            |change: &RawChange| format!("{} {} {}", change.path, text(&change.from), text(&change.to));
        changes.iter().map(written).collect()
    }

    #[test]
    fn what_is_live_as_written_has_not_drifted() {
        assert_eq!(lines(Some(&deployment("web:1", json!([{"name": "A"}])))), [""; 0]);
    }

    #[test]
    fn what_others_add_beside_ours_is_no_drift() {
        let mut live = deployment("web:1", json!([{"name": "B", "value": "2"}, {"name": "A"}]));
        live["spec"]["replicas"] = json!(5);
        live["spec"]["template"]["spec"]["containers"]
            .as_array_mut()
            .expect("a list")
            .insert(0, json!({"name": "sidecar", "image": "s"}));
        assert_eq!(lines(Some(&live)), [""; 0]);
    }

    #[test]
    fn a_written_value_that_moved_has_drifted_whoever_owns_it_now() {
        let mut live = deployment("web:2", json!([{"name": "A"}]));
        live["metadata"]["managedFields"] = json!([]);
        assert_eq!(lines(Some(&live)), [r#"spec.template.spec.containers[name=web].image "web:1" "web:2""#]);
    }

    #[test]
    fn a_lists_item_that_names_no_kind_is_the_same() {
        let mut live = deployment("web:1", json!([{"name": "A"}]));
        live.as_object_mut().expect("a map").retain(|name, _| name != "apiVersion" && name != "kind");
        assert_eq!(lines(Some(&live)), [""; 0]);
        live["apiVersion"] = json!("apps/v2");
        assert_eq!(drift(&written(), Some(&live), Schemas::builtin()), None);
    }

    #[test]
    fn an_atomic_value_drifts_as_a_whole() {
        let mut live = deployment("web:1", json!([{"name": "A"}]));
        live["spec"]["selector"]["x"] = json!("y");
        live["spec"]["template"]["spec"]["containers"][0]["args"] = json!(["-v", "-w"]);
        assert_eq!(
            lines(Some(&live)),
            [r#"spec.selector.x - "y""#, r#"spec.template.spec.containers[name=web].args[1] - "-w""#]
        );
    }

    #[test]
    fn a_zero_that_the_server_left_out_drifts_when_somebody_sets_it() {
        assert_eq!(
            lines(Some(&deployment("web:1", json!([{"name": "A", "value": "x"}])))),
            [r#"spec.template.spec.containers[name=web].env[name=A].value - "x""#]
        );
    }

    #[test]
    fn a_removed_item_is_one_change_and_so_is_a_removed_object() {
        let mut live = deployment("web:1", json!([{"name": "A"}]));
        live["spec"]["template"]["spec"]["containers"] = json!([{"name": "other"}]);
        let found = drift(&written(), Some(&live), Schemas::builtin()).expect("readable");
        assert_eq!(found.len(), 1);
        assert!(found[0].path.to_string().starts_with("spec.template"));
        let gone = drift(&written(), None, Schemas::builtin()).expect("readable");
        assert_eq!((gone[0].op, gone[0].path.steps().len()), (Op::Remove, 0));
    }

    #[test]
    fn a_secret_is_compared_by_what_stands_for_its_values() {
        let secret = |value: &str| {
            json!({
                "apiVersion": "v1", "kind": "Secret", "data": {"a": value},
                "metadata": {"name": "a", "managedFields": [{
                    "manager": "trueup", "operation": "Apply", "apiVersion": "v1", "fieldsType": "FieldsV1",
                    "fieldsV1": {"f:data": {"f:a": {}}}
                }]}
            })
        };
        let paths = SecretPaths::of(&GroupKind::new("", "Secret"));
        let sealed = |object: &Value| paths.replace(object, |value| json!(value.as_str().map(str::len)));
        let mut record = LastWritten::of(&secret("aaaa"), "trueup", Schemas::builtin()).expect("one entry");
        record.values = sealed(&record.values);
        assert_eq!(record.values, json!({"data": {"a": 4}}));
        let moved = |value: &str| {
            drift(&record, Some(&sealed(&secret(value))), Schemas::builtin()).expect("readable")
        };
        assert!(moved("bbbb").is_empty());
        assert_eq!(moved("bbbbbbbb").len(), 1);
        assert_eq!(format!("{record:?}"), "LastWritten { .. }");
    }

    #[test]
    fn records_are_read_back_as_written() {
        let text = serde_json::to_string(&written()).expect("serialises");
        assert_eq!(serde_json::from_str::<LastWritten>(&text).expect("reads"), written());
    }
}
