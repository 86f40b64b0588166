//! What changes in an object, field by field.

use super::Schemas;
use super::alignment::{Item, align};
use super::list_keys::ListKeys;
use crate::json::{Map, Value};
use crate::object::{FieldPath, RawChange, Step};

/// Fields of `metadata` that the server keeps, not people.
pub const SERVER_METADATA: [&str; 6] =
    ["creationTimestamp", "generation", "managedFields", "resourceVersion", "selfLink", "uid"];

/// Fields that name the object (a list's items lack them), and its status.
const SERVER_ROOT: [&str; 3] = ["apiVersion", "kind", "status"];

/// What changes between the live object and another version of it (the API
/// server's prediction), in the order of the fields. What the server keeps for
/// itself doesn't count, nor does `status`. An object that isn't there is an
/// empty map.
///
/// The items of lists are told apart by their key fields, as the managed fields
/// of either version or common usage have them. An added or removed subtree is
/// one change with its whole value. Items in another order are one change of
/// the list, whose values are what tells the items apart.
pub fn changes(live: &Value, predicted: &Value) -> Vec<RawChange> {
    let known = ListKeys::of([live, predicted]);
    compare(&without_server_fields(live), &without_server_fields(predicted), &known)
}

/// The same between two versions of an object that no server has seen: the items
/// of lists are told apart as the type of the newer one's kind says, and the API
/// version counts, too.
pub fn written_changes(before: &Value, after: &Value, schemas: &Schemas) -> Vec<RawChange> {
    let text = |name: &str| after[name].as_str().unwrap_or_default();
    let kind = schemas.of_kind(text("apiVersion"), text("kind"));
    let known = kind.map(|kind| ListKeys::of_type(kind, &[before, after])).unwrap_or_default();
    let versions = [before, after].map(|object| object.get("apiVersion").cloned().unwrap_or_default());
    let [old, new] = versions;
    let path = FieldPath::fields(["apiVersion"]);
    let version = (old != new).then(|| RawChange::change(path, old, new));
    let below = compare(&without_server_fields(before), &without_server_fields(after), &known);
    version.into_iter().chain(below).collect()
}

/// What differs between two values, whatever they are.
pub(super) fn compare(before: &Value, after: &Value, known: &ListKeys<'_>) -> Vec<RawChange> {
    let mut comparison = Comparison { path: FieldPath::root(), found: Vec::new() };
    comparison.compare(before, after, Some(known));
    comparison.found
}

/// The object without what the server keeps for itself.
fn without_server_fields(object: &Value) -> Value {
    let Some(object) = object.as_object() else { return object.clone() };
    let keep = |(name, value): (&String, &Value)| match value {
        _ if SERVER_ROOT.contains(&name.as_str()) => None,
        Value::Object(metadata) if name == "metadata" => {
            let kept: Map = metadata
                .iter()
                .filter(|(name, _)| !SERVER_METADATA.contains(&name.as_str()))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect();
            (!kept.is_empty()).then(|| (name.clone(), Value::Object(kept)))
        }
        value => Some((name.clone(), value.clone())),
    };
    Value::Object(object.iter().filter_map(keep).collect())
}

struct Comparison {
    path: FieldPath,
    found: Vec<RawChange>,
}

impl Comparison {
    fn compare(&mut self, before: &Value, after: &Value, known: Option<&ListKeys<'_>>) {
        match (before, after) {
            (Value::Object(before), Value::Object(after)) => self.compare_maps(before, after, known),
            (Value::Array(before), Value::Array(after)) => self.compare_lists(before, after, known),
            _ if before == after => {}
            _ => self.found.push(RawChange::change(self.path.clone(), before.clone(), after.clone())),
        }
    }

    fn compare_maps(&mut self, before: &Map, after: &Map, known: Option<&ListKeys<'_>>) {
        let added = after.keys().filter(|name| !before.contains_key(name));
        let mut names: Vec<&String> = before.keys().chain(added).collect();
        names.sort_unstable();
        for name in names {
            let below = known.and_then(|known| known.field(name));
            self.step(Step::Field(name.clone()), before.get(name), after.get(name), below);
        }
    }

    fn compare_lists(&mut self, before: &[Value], after: &[Value], known: Option<&ListKeys<'_>>) {
        if before == after {
            return;
        }
        let alignment = align(before, after, known);
        if let Some((from, to)) = alignment.reordered {
            self.found.push(RawChange::change(self.path.clone(), from, to));
        }
        let below = known.and_then(ListKeys::items);
        for Item { step, before, after } in alignment.items {
            self.step(step, before, after, below);
        }
    }

    fn step(
        &mut self,
        step: Step,
        before: Option<&Value>,
        after: Option<&Value>,
        known: Option<&ListKeys<'_>>,
    ) {
        self.path.push(step);
        match (before, after) {
            (Some(before), Some(after)) => self.compare(before, after, known),
            (None, Some(after)) => self.found.push(RawChange::add(self.path.clone(), after.clone())),
            (Some(before), None) => self.found.push(RawChange::remove(self.path.clone(), before.clone())),
            (None, None) => {}
        }
        self.path.pop();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use crate::object::Op;
    use proptest::prelude::*;

    fn lines(live: &Value, predicted: &Value) -> Vec<String> {
        let text = |value: &Option<Value>| value.as_ref().map_or_else(|| "-".to_owned(), ToString::to_string);
        changes(live, predicted)
            .iter()
            .map(|change| {
                let op = match change.op {
                    Op::Add => '+',
                    Op::Remove => '-',
                    Op::Change => '~',
                };
                format!("{op} {} {} {}", change.path, text(&change.from), text(&change.to))
            })
            .collect()
    }

    fn owned(mut object: Value, fields: Value) -> Value {
        object["metadata"]["managedFields"] = json!([{
            "manager": "trueup", "operation": "Apply", "apiVersion": "apps/v1",
            "time": "2026-01-02T03:04:05Z", "fieldsType": "FieldsV1", "fieldsV1": fields
        }]);
        object
    }

    #[test]
    fn an_image_reads_as_the_contract_says() {
        let pod = |image: &str| {
            json!({"spec": {"template": {"spec": {"containers": [
                {"name": "sidecar", "image": "s:1"}, {"name": "web", "image": image}
            ]}}}})
        };
        assert_eq!(
            lines(&pod("web:1"), &pod("web:2")),
            [r#"~ spec.template.spec.containers[name=web].image "web:1" "web:2""#]
        );
    }

    #[test]
    fn the_servers_own_fields_never_show() {
        let live = json!({"metadata": {
            "generation": 1, "resourceVersion": "1", "uid": "a", "creationTimestamp": "x", "selfLink": "/",
            "managedFields": [], "annotations": {"deployment.kubernetes.io/revision": "3"}
        }, "status": {"replicas": 1}});
        let predicted = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {
            "generation": 2, "resourceVersion": "2", "annotations": {"deployment.kubernetes.io/revision": "3"}
        }, "status": {}});
        assert_eq!(lines(&live, &predicted), [""; 0]);
        let spec = |generation: i32| json!({"spec": {"generation": generation, "status": generation}});
        assert_eq!(lines(&spec(1), &spec(2)), ["~ spec.generation 1 2", "~ spec.status 1 2"]);
    }

    #[test]
    fn an_added_or_removed_subtree_is_one_change() {
        let (without, with) =
            (json!({"spec": {"a": 1}}), json!({"spec": {"a": 1, "b": {"c": [1], "d": null}}}));
        assert_eq!(lines(&without, &with), [r#"+ spec.b - {"c":[1],"d":null}"#]);
        assert_eq!(lines(&with, &without), [r#"- spec.b {"c":[1],"d":null} -"#]);
    }

    #[test]
    fn null_and_absent_and_empty_are_different() {
        assert_eq!(
            lines(&json!({"a": null, "b": {}, "c": []}), &json!({"b": null, "c": {}})),
            ["- a null -", "~ b {} null", "~ c [] {}"]
        );
    }

    #[test]
    fn an_item_put_into_an_unkeyed_list_is_one_change() {
        let args = |list: &[&str]| json!({"args": list});
        assert_eq!(
            lines(&args(&["-a", "-b", "-c"]), &args(&["-a", "-x", "-b", "-c"])),
            [r#"+ args[1] - "-x""#]
        );
        assert_eq!(lines(&args(&["-a", "-b", "-c"]), &args(&["-a", "-c"])), [r#"- args[1] "-b" -"#]);
        assert_eq!(lines(&args(&["-a", "-b", "-c"]), &args(&["-a", "-y", "-c"])), [r#"~ args[1] "-b" "-y""#]);
    }

    #[test]
    fn the_same_items_in_another_order_are_one_change_of_the_list() {
        assert_eq!(
            lines(&json!({"args": [1, 2, 3]}), &json!({"args": [3, 1, 2]})),
            ["~ args [1,2,3] [3,1,2]"]
        );
        let containers = |names: &[&str]| json!({"c": names.iter().map(|name| json!({"name": name, "image": "i"})).collect::<Vec<_>>()});
        assert_eq!(
            lines(&containers(&["a", "b"]), &containers(&["b", "x", "a"])),
            [
                r#"~ c [{"name":"a"},{"name":"b"}] [{"name":"b"},{"name":"a"}]"#,
                r#"+ c[name=x] - {"image":"i","name":"x"}"#
            ]
        );
    }

    #[test]
    fn managed_fields_say_which_keys_tell_items_apart() {
        let fields = json!({"f:ports": {
            "k:{\"port\":80,\"protocol\":\"TCP\"}": {".": {}, "f:name": {}},
            "k:{\"port\":80,\"protocol\":\"UDP\"}": {".": {}, "f:name": {}}
        }});
        let service = |name: &str| json!({"ports": [{"name": name, "port": 80, "protocol": "TCP"}, {"name": "b", "port": 80, "protocol": "UDP"}]});
        assert_eq!(
            lines(&owned(service("a"), fields.clone()), &service("z")),
            [r#"~ ports[port=80,protocol=TCP].name "a" "z""#]
        );
    }

    #[test]
    fn what_no_server_has_seen_is_told_apart_by_the_type_of_its_kind() {
        let written = |name: &str, version: &str| {
            json!({"apiVersion": version, "kind": "Service", "metadata": {"name": "a", "finalizers": [name, "x"]},
                "spec": {"ports": [{"name": name, "port": 80}, {"name": "b", "port": 81, "protocol": "UDP"}]}})
        };
        let found = written_changes(&written("a", "v1"), &written("z", "v1"), Schemas::builtin());
        let paths: Vec<String> = found.iter().map(|change| change.path.to_string()).collect();
        assert_eq!(
            paths,
            [r#"metadata.finalizers[="z"]"#, r#"metadata.finalizers[="a"]"#, "spec.ports[port=80].name"]
        );
        let found = written_changes(&written("a", "v1"), &written("a", "v2"), Schemas::builtin());
        assert_eq!(found.iter().map(|change| change.path.to_string()).collect::<Vec<_>>(), ["apiVersion"]);
    }

    #[test]
    fn a_set_is_compared_by_its_values() {
        let fields = json!({"f:metadata": {"f:finalizers": {"v:\"a\"": {}}}});
        let live = owned(json!({"metadata": {"finalizers": ["a", "b"]}}), fields);
        assert_eq!(
            lines(&live, &json!({"metadata": {"finalizers": ["b", "c"]}})),
            [r#"+ metadata.finalizers[="c"] - "c""#, r#"- metadata.finalizers[="a"] "a" -"#]
        );
    }

    #[test]
    fn items_with_the_same_key_are_compared_by_position() {
        let env = |value: &str| json!({"env": [{"name": "A", "value": "1"}, {"name": "A", "value": value}]});
        assert_eq!(lines(&env("1"), &env("2")), [r#"~ env[1].value "1" "2""#]);
    }

    fn value() -> impl Strategy<Value = Value> {
        let scalar = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0..4).prop_map(Value::from),
            "[ab]{0,2}".prop_map(Value::from)
        ];
        scalar.prop_recursive(4, 40, 5, |below| {
            let name = prop_oneof![Just("name".to_owned()), "[abc]".prop_map(String::from)];
            prop_oneof![
                prop::collection::vec(below.clone(), 0..5).prop_map(Value::from),
                prop::collection::btree_map(name, below, 0..4)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    fn maps_only() -> impl Strategy<Value = Value> {
        (0..4).prop_map(Value::from).prop_recursive(4, 40, 5, |below| {
            prop::collection::btree_map("[abc]", below, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect()))
        })
    }

    /// Every scalar or empty map, by its path.
    fn leaves(value: &Value, at: FieldPath, found: &mut Vec<(FieldPath, Value)>) {
        match value {
            Value::Object(map) if !map.is_empty() => {
                map.iter().for_each(|(name, below)| leaves(below, at.field(name), found));
            }
            leaf => found.push((at, leaf.clone())),
        }
    }

    proptest! {
        #[test]
        fn there_are_changes_exactly_where_objects_differ(a in value(), b in value()) {
            let wrap = |value: &Value| json!({"spec": value});
            prop_assert!(changes(&wrap(&a), &wrap(&a)).is_empty());
            prop_assert_eq!(changes(&wrap(&a), &wrap(&b)).is_empty(), a == b);
        }

        #[test]
        fn every_differing_leaf_is_at_or_below_a_reported_path(a in maps_only(), b in maps_only()) {
            let (a, b) = (json!({"spec": a}), json!({"spec": b}));
            let reported = changes(&a, &b);
            for (one, other) in [(&a, &b), (&b, &a)] {
                let mut found = Vec::new();
                leaves(one, FieldPath::root(), &mut found);
                for (path, value) in found {
                    let differs = path.get(other) != Some(&value);
                    let covered = reported.iter().any(|change| path.starts_with(&change.path));
                    // An empty map that becomes a full one has its changes below it.
                    let below = reported.iter().any(|change| change.path.starts_with(&path));
                    prop_assert!(!differs || covered || below, "{path}");
                    prop_assert!(differs || !covered, "{path}");
                }
            }
        }
    }
}
