//! What others have set beside what was written.

use super::{FieldSet, LastWritten, ManagedEntry};
use crate::json::Value;
use crate::object::{FieldPath, RawChange};

/// The fields that others than `manager` own and that weren't written, each with
/// what is live there; as a whole where nothing in it was written. What is
/// written through `status` doesn't count. `None` when the fields can't be read.
pub fn additions(written: &LastWritten, live: &Value, manager: &str) -> Option<Vec<RawChange>> {
    let own = FieldSet::parse(&written.fields)?;
    let mut others = FieldSet::default();
    for entry in ManagedEntry::of(live)? {
        if !entry.is_apply_of(manager) && entry.subresource != Some("status") {
            others = others.union(&entry.fields()?);
        }
    }
    let mut found = Vec::new();
    collect(&others, &own, &mut FieldPath::root(), &mut found);
    let added = |path: FieldPath| {
        let value = path.get(live)?.clone();
        Some(RawChange::add(path, value))
    };
    Some(found.into_iter().filter_map(added).collect())
}

/// The topmost paths in `theirs` of which nothing is in `own`.
fn collect(theirs: &FieldSet<'_>, own: &FieldSet<'_>, at: &mut FieldPath, found: &mut Vec<FieldPath>) {
    for (element, below) in theirs.children() {
        at.push(element.step());
        let ours = own.children().binary_search_by_key(element, |(name, _)| *name);
        match ours {
            Ok(position) => collect(below, &own.children()[position].1, at, found),
            Err(_) if below.is_member() => found.push(at.clone()),
            Err(_) => collect(below, &FieldSet::default(), at, found),
        }
        at.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn entry(manager: &str, operation: &str, subresource: &str, fields: &Value) -> Value {
        json!({"manager": manager, "operation": operation, "subresource": subresource, "apiVersion": "apps/v1",
            "fieldsType": "FieldsV1", "fieldsV1": fields})
    }

    fn found(theirs: &Value) -> Vec<String> {
        let own = json!({"f:metadata": {"f:labels": {"f:app": {}}}, "f:spec": {"f:selector": {}, "f:template":
            {"f:containers": {"k:{\"name\":\"web\"}": {".": {}, "f:name": {}, "f:image": {}}}}}});
        let live = json!({
            "metadata": {
                "labels": {"app": "a", "team": "b"}, "annotations": {"note": "x"}, "finalizers": ["a/b"],
                "managedFields": [
                    entry("trueup", "Apply", "", &own),
                    entry("somebody", "Update", "", theirs),
                    entry("controller", "Update", "status", &json!({"f:status": {"f:replicas": {}}})),
                ],
            },
            "spec": {"replicas": 5, "selector": {"app": "a"}, "template": {"containers": [
                {"name": "web", "image": "web:1", "args": ["-v"]}, {"name": "sidecar", "image": "s"}
            ]}},
            "status": {"replicas": 5},
        });
        let written = LastWritten {
            api_version: "apps/v1".into(),
            kind: "Deployment".into(),
            fields: own,
            values: json!({}),
        };
        let added = additions(&written, &live, "trueup").expect("readable");
        let told = |change: &RawChange| {
            format!("{} {}", change.path, change.to.as_ref().map(ToString::to_string).unwrap_or_default())
        };
        added.iter().map(told).collect()
    }

    #[test]
    fn what_others_set_is_told_as_a_whole_where_nothing_in_it_was_written() {
        let theirs = json!({
            "f:metadata": {"f:labels": {".": {}, "f:app": {}, "f:team": {}}, "f:annotations": {".": {}, "f:note": {}},
                "f:finalizers": {".": {}, "v:\"a/b\"": {}}},
            "f:spec": {"f:replicas": {}, "f:template": {"f:containers": {
                "k:{\"name\":\"web\"}": {".": {}, "f:args": {}, "f:image": {}},
                "k:{\"name\":\"sidecar\"}": {".": {}, "f:image": {}, "f:name": {}}
            }}},
        });
        assert_eq!(
            found(&theirs),
            [
                r#"metadata.annotations {"note":"x"}"#,
                r#"metadata.finalizers ["a/b"]"#,
                r#"metadata.labels.team "b""#,
                "spec.replicas 5",
                r#"spec.template.containers[name=sidecar] {"image":"s","name":"sidecar"}"#,
                r#"spec.template.containers[name=web].args ["-v"]"#,
            ]
        );
    }

    #[test]
    fn what_was_written_and_what_isnt_there_is_no_addition() {
        assert_eq!(found(&json!({"f:spec": {"f:selector": {}, "f:paused": {}}})), [""; 0]);
        assert_eq!(found(&json!({})), [""; 0]);
    }
}
