//! What a forced server-side apply would make of a live object, as far as that
//! can be told without the API server: no defaults for what is new, no
//! admission, no validation. For what the server can't be asked about; whoever
//! shows it says that it's approximate.
//!
//! Follows `Merge` and `prune` of sigs.k8s.io/structured-merge-diff v6: our
//! fields that aren't desired any more go unless somebody else owns them, maps
//! merge, lists merge by their keys, and what is atomic is replaced.

use super::field_set::{Element, is_written_as};
use super::schema::{ListMerge, Node, Schemas};
use super::{FieldSet, ManagedEntry, quantity};
use crate::json::{Map, Value};
use crate::object::FieldPath;

/// `live` as it would be after `manager` has applied `desired`. Managed fields
/// stay as they are.
pub fn merged_locally(desired: &Value, live: &Value, manager: &str, schemas: &Schemas) -> Value {
    laid_over(desired, without_dropped(live, desired, manager), schemas)
}

/// `live` as it would be when `desired` is created in its place: what managers have
/// set goes with the old object. What nobody owns is taken for the server's
/// defaults, and what was written to a subresource for what comes back.
pub fn created_locally(desired: &Value, live: &Value, schemas: &Schemas) -> Value {
    let entries = ManagedEntry::of(live).unwrap_or_default();
    let mut left = live.clone();
    for entry in entries.iter().filter(|entry| entry.subresource.is_none()) {
        if let Some(fields) = entry.fields() {
            Removal { others: Vec::new(), path: FieldPath::root() }.remove(&mut left, &fields, Some(desired));
        }
    }
    laid_over(desired, left, schemas)
}

fn laid_over(desired: &Value, mut merged: Value, schemas: &Schemas) -> Value {
    let text = |name: &str| desired.get(name).and_then(Value::as_str).unwrap_or_default();
    let root = schemas.of_kind(text("apiVersion"), text("kind"));
    let (Some(over), Some(under)) = (desired.as_object(), merged.as_object_mut()) else {
        return desired.clone();
    };
    for (name, value) in over {
        let node = match name.as_str() {
            "metadata" => schemas.metadata(),
            _ => root.and_then(|root| root.field(name)).map(|(node, _)| node),
        };
        lay_over(under, name, value, node);
    }
    merged
}

/// `live` without what only `manager` owns and `desired` doesn't have.
pub(super) fn without_dropped(live: &Value, desired: &Value, manager: &str) -> Value {
    let entries = ManagedEntry::of(live).unwrap_or_default();
    let (mine, others): (Vec<_>, Vec<_>) = entries.into_iter().partition(|entry| entry.is_apply_of(manager));
    let others: Vec<FieldSet<'_>> = others.iter().filter_map(ManagedEntry::fields).collect();
    let Some(mine) = mine.first().and_then(ManagedEntry::fields) else { return live.clone() };
    let mut left = live.clone();
    Removal { others, path: FieldPath::root() }.remove(&mut left, &mine, Some(desired));
    left
}

/// Takes away what only we own and no longer want.
struct Removal<'a> {
    others: Vec<FieldSet<'a>>,
    path: FieldPath,
}

impl Removal<'_> {
    fn remove(&mut self, value: &mut Value, mine: &FieldSet<'_>, desired: Option<&Value>) {
        for (element, below) in mine.children() {
            let wanted = desired.and_then(|desired| desired_at(element, desired));
            self.path.push(element.step());
            let is_whole = below.is_leaf() || matches!(element, Element::Key(_) | Element::Value(_));
            if wanted.is_none() && is_whole && !self.is_shared() {
                take(value, element);
            } else if let Some(inner) = element_mut(value, element)
                && !below.children().is_empty()
            {
                self.remove(inner, below, wanted);
                if wanted.is_none() && is_empty(inner) {
                    take(value, element);
                }
            }
            self.path.pop();
        }
    }

    fn is_shared(&self) -> bool {
        self.others.iter().any(|fields| fields.touches(&self.path))
    }
}

/// What is desired where the server knows this element.
fn desired_at<'v>(element: &Element<'_>, desired: &'v Value) -> Option<&'v Value> {
    let Some(keys) = element.key_fields() else { return element.get(desired) };
    desired.as_array()?.iter().find(|item| is_written_as(item, keys.iter()))
}

fn element_mut<'v>(value: &'v mut Value, element: &Element<'_>) -> Option<&'v mut Value> {
    match element {
        Element::Field(name) => value.get_mut(*name),
        Element::Index(index) => value.get_mut(*index),
        Element::Key(_) | Element::Value(_) => {
            let position = position(value, element)?;
            value.get_mut(position)
        }
    }
}

fn position(list: &Value, element: &Element<'_>) -> Option<usize> {
    let wanted = element.get(list)?;
    list.as_array()?.iter().position(|item| std::ptr::eq(item, wanted))
}

fn take(value: &mut Value, element: &Element<'_>) {
    match element {
        Element::Field(name) => drop(value.as_object_mut().and_then(|map| map.remove(name))),
        Element::Index(_) => {}
        Element::Key(_) | Element::Value(_) => {
            let position = position(value, element);
            if let (Some(position), Some(list)) = (position, value.as_array_mut()) {
                list.remove(position);
            }
        }
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

fn lay_over(under: &mut Map, name: &str, over: &Value, node: Option<Node<'_>>) {
    let merged = match under.get(name) {
        Some(under) => merge(under, over, node, false),
        None => over.clone(),
    };
    under.insert(name.to_owned(), merged);
}

/// `whole`: something above is replaced as a whole.
fn merge(under: &Value, over: &Value, node: Option<Node<'_>>, whole: bool) -> Value {
    match (under, over) {
        (Value::Object(under), Value::Object(over)) => Value::Object(merge_maps(under, over, node, whole)),
        (Value::Array(under), Value::Array(over)) => Value::Array(merge_lists(under, over, node, whole)),
        (under, over) => {
            let same = node.is_some_and(|node| node.is_quantity()) && is_same_quantity(under, over);
            if same { under.clone() } else { over.clone() }
        }
    }
}

fn is_same_quantity(under: &Value, over: &Value) -> bool {
    quantity::as_the_server_writes_it(over).is_some_and(|text| *under == text)
}

fn merge_maps(under: &Map, over: &Map, node: Option<Node<'_>>, whole: bool) -> Map {
    let whole = whole || node.and_then(|node| node.atomic_map()) == Some(true);
    let mut merged = if whole { defaults(under, over, node) } else { under.clone() };
    for (name, value) in over {
        let below = node.and_then(|node| node.field(name)).map(|(node, _)| node);
        let value = under.get(name).map_or_else(|| value.clone(), |under| merge(under, value, below, whole));
        merged.insert(name.clone(), value);
    }
    merged
}

/// What the server has filled in, and would again.
fn defaults(under: &Map, over: &Map, node: Option<Node<'_>>) -> Map {
    let is_default = |name: &str, value: &Value| node.is_some_and(|node| node.defaults_to(name, value));
    let filled = under.iter().filter(|(name, value)| !over.contains_key(name) && is_default(name, value));
    filled.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn merge_lists(under: &[Value], over: &[Value], node: Option<Node<'_>>, whole: bool) -> Vec<Value> {
    let items = node.and_then(|node| node.items());
    match node.and_then(|node| node.list_merge()).filter(|_| !whole) {
        Some(ListMerge::Keys(keys)) => merge_by_keys(under, over, keys, items),
        Some(ListMerge::Set) => {
            let kept = under.iter().filter(|item| !over.contains(item));
            kept.chain(over).cloned().collect()
        }
        // Replaced, but what the server fills in it fills in again.
        Some(ListMerge::Atomic) | None => over
            .iter()
            .enumerate()
            .map(|(at, item)| {
                under.get(at).map_or_else(|| item.clone(), |under| merge(under, item, items, true))
            })
            .collect(),
    }
}

/// Items in live's order, but in ours where we have another one; new ones last.
fn merge_by_keys(under: &[Value], over: &[Value], keys: &[String], node: Option<Node<'_>>) -> Vec<Value> {
    let partners: Vec<Option<usize>> = over.iter().map(|item| partner(under, item, keys, node)).collect();
    let merged: Vec<Value> = over
        .iter()
        .zip(&partners)
        .map(|(item, partner)| {
            partner.map_or_else(|| item.clone(), |at| merge(&under[at], item, node, false))
        })
        .collect();
    let known: Vec<usize> = partners.iter().flatten().copied().collect();
    let left = |at: &usize| !known.contains(at);
    if !known.is_sorted() {
        let others = (0..under.len()).filter(left).map(|at| under[at].clone());
        return merged.into_iter().chain(others).collect();
    }
    let mut by_place: Vec<(usize, Value)> =
        (0..under.len()).filter(left).map(|at| (at, under[at].clone())).collect();
    let mut place = 0;
    for (item, partner) in merged.into_iter().zip(&partners) {
        // A new item comes after the last one that it follows.
        place = partner.unwrap_or(if known.is_empty() { under.len() } else { place });
        by_place.push((place, item));
    }
    by_place.sort_by_key(|(place, _)| *place);
    by_place.into_iter().map(|(_, item)| item).collect()
}

/// The live item with the same keys. One that isn't written is the default, or
/// whatever the only item has that fits.
fn partner(under: &[Value], item: &Value, keys: &[String], node: Option<Node<'_>>) -> Option<usize> {
    let fits =
        |live: &Value| keys.iter().all(|key| item.get(key).is_none() || live.get(key) == item.get(key));
    let is_filled_in = |live: &Value| {
        let unwritten = keys.iter().filter(|key| item.get(key.as_str()).is_none());
        let mut values = unwritten.map(|key| (key, live.get(key)));
        values.all(|(key, live)| live.is_none_or(|live| node.is_some_and(|node| node.defaults_to(key, live))))
    };
    let fitting: Vec<usize> = (0..under.len()).filter(|&at| fits(&under[at])).collect();
    match fitting.as_slice() {
        [only] => Some(*only),
        several => several.iter().copied().find(|&at| is_filled_in(&under[at])),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;

    fn deployment(spec: Value) -> Value {
        json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "web"}, "spec": spec})
    }

    fn owned(mut live: Value, entries: &[(&str, &str, Value)]) -> Value {
        let entries = entries.iter().map(|(manager, operation, fields)| {
            json!({"manager": manager, "operation": operation, "apiVersion": "apps/v1",
                "fieldsType": "FieldsV1", "fieldsV1": fields})
        });
        live["metadata"]["managedFields"] = entries.collect();
        live
    }

    fn after(desired: &Value, live: &Value) -> Value {
        let mut merged = merged_locally(desired, live, "trueup", Schemas::builtin());
        merged["metadata"].as_object_mut().expect("a map").remove("managedFields");
        merged
    }

    #[test]
    fn what_managers_have_set_goes_with_an_object_that_is_created_again() {
        let live = deployment(json!({"replicas": 3, "paused": true, "revisionHistoryLimit": 10}));
        let mut live = owned(
            live,
            &[
                ("trueup", "Apply", json!({"f:spec": {"f:replicas": {}}})),
                ("kubectl-edit", "Update", json!({"f:spec": {"f:paused": {}, "f:replicas": {}}})),
                ("controller", "Update", json!({"f:spec": {"f:revisionHistoryLimit": {}}})),
            ],
        );
        live["metadata"]["managedFields"][2]["subresource"] = "status".into();
        let desired = deployment(json!({"minReadySeconds": 5}));
        let mut created = created_locally(&desired, &live, Schemas::builtin());
        created["metadata"].as_object_mut().expect("a map").remove("managedFields");
        assert_eq!(created, deployment(json!({"minReadySeconds": 5, "revisionHistoryLimit": 10})));
    }

    #[test]
    fn what_is_written_changes_and_the_rest_stays() {
        let live = deployment(json!({"replicas": 3, "paused": true, "template": {"spec": {"containers": [
            {"name": "side", "image": "s:1"},
            {"name": "web", "image": "w:1", "resources": {"limits": {"memory": "1Gi"}},
                "ports": [{"containerPort": 80, "protocol": "TCP"}]}]}}}));
        let desired = deployment(json!({"replicas": 4, "template": {"spec": {"containers": [
            {"name": "web", "image": "w:2", "resources": {"limits": {"memory": "1024Mi"}},
                "ports": [{"containerPort": 80, "name": "http"}]},
            {"name": "new", "image": "n:1"}]}}}));
        let expected =
            deployment(json!({"replicas": 4, "paused": true, "template": {"spec": {"containers": [
            {"name": "side", "image": "s:1"},
            {"name": "web", "image": "w:2", "resources": {"limits": {"memory": "1Gi"}},
                "ports": [{"containerPort": 80, "name": "http", "protocol": "TCP"}]},
            {"name": "new", "image": "n:1"}]}}}));
        assert_eq!(after(&desired, &live), expected);
    }

    #[test]
    fn what_only_we_owned_goes_and_what_others_own_stays() {
        let live = owned(
            deployment(
                json!({"replicas": 3, "minReadySeconds": 5, "template": {"metadata": {"labels": {"a": "1", "b": "2"}},
                "spec": {"containers": [{"name": "old", "image": "o", "imagePullPolicy": "Always"}, {"name": "web", "image": "w"}]}}}),
            ),
            &[
                (
                    "trueup",
                    "Apply",
                    json!({"f:spec": {"f:replicas": {}, "f:minReadySeconds": {},
                    "f:template": {"f:metadata": {"f:labels": {"f:a": {}, "f:b": {}}}, "f:spec": {"f:containers": {
                        "k:{\"name\":\"old\"}": {".": {}, "f:name": {}, "f:image": {}},
                        "k:{\"name\":\"web\"}": {".": {}, "f:name": {}, "f:image": {}}}}}}}),
                ),
                ("kubectl", "Update", json!({"f:spec": {"f:minReadySeconds": {}}})),
            ],
        );
        let desired = deployment(json!({"template": {"metadata": {"labels": {"a": "1"}},
            "spec": {"containers": [{"name": "web", "image": "w"}]}}}));
        let expected =
            deployment(json!({"minReadySeconds": 5, "template": {"metadata": {"labels": {"a": "1"}},
            "spec": {"containers": [{"name": "web", "image": "w"}]}}}));
        assert_eq!(after(&desired, &live), expected);
    }

    #[test]
    fn a_map_that_only_we_filled_goes_when_it_is_empty() {
        let live = owned(
            deployment(json!({"template": {"metadata": {"annotations": {"a": "1"}, "labels": {"b": "2"}}}})),
            &[(
                "trueup",
                "Apply",
                json!({"f:spec": {"f:template": {"f:metadata": {"f:annotations": {"f:a": {}}}}}}),
            )],
        );
        let desired = deployment(json!({"template": {"metadata": {"labels": {"b": "2"}}}}));
        assert_eq!(
            after(&desired, &live),
            deployment(json!({"template": {"metadata": {"labels": {"b": "2"}}}}))
        );
    }

    #[test]
    fn atomic_values_are_replaced() {
        let live = deployment(json!({"selector": {"matchLabels": {"a": "1", "b": "2"}}}));
        let desired = deployment(json!({"selector": {"matchLabels": {"a": "1"}}}));
        assert_eq!(after(&desired, &live), desired);
    }

    #[test]
    fn another_order_of_ours_counts() {
        let item = |name: &str| json!({"name": name, "image": name});
        let spec = |items: &[Value]| deployment(json!({"template": {"spec": {"containers": items}}}));
        let live = spec(&[item("a"), item("x"), item("b")]);
        let desired = spec(&[item("b"), item("a")]);
        assert_eq!(after(&desired, &live), spec(&[item("b"), item("a"), item("x")]));
    }

    #[test]
    fn a_kind_that_nothing_is_known_of_merges_its_maps() {
        let live =
            json!({"apiVersion": "x/v1", "kind": "X", "metadata": {"name": "a"}, "spec": {"a": 1, "l": [1]}});
        let desired =
            json!({"apiVersion": "x/v1", "kind": "X", "metadata": {"name": "a"}, "spec": {"b": 2, "l": [2]}});
        let expected = json!({"apiVersion": "x/v1", "kind": "X", "metadata": {"name": "a"}, "spec": {"a": 1, "b": 2, "l": [2]}});
        assert_eq!(after(&desired, &live), expected);
    }
}
