//! Sets of fields as the API server writes them (`fieldsV1` in
//! `metadata.managedFields`): a tree that borrows its names from the object.

use std::fmt;

use crate::json::{Map, Value};
use crate::object::{FieldPath, Step};

/// One element of a path in a field set. Keys and values stay the JSON texts
/// that the server wrote until somebody asks: most never are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Element<'a> {
    /// `f:NAME`: a field of a map.
    Field(&'a str),
    /// `i:N`: an item by its position.
    Index(usize),
    /// `k:{…}`: the item of a list with these key fields.
    Key(&'a str),
    /// `v:…`: the item of a set.
    Value(&'a str),
}

impl<'a> Element<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (kind, rest) = text.split_once(':')?;
        match kind {
            "f" => Some(Self::Field(rest)),
            "k" => Some(Self::Key(rest)),
            "v" => Some(Self::Value(rest)),
            "i" => rest.parse().ok().map(Self::Index),
            _ => None,
        }
    }

    /// The key fields of a `k:` element; `None` for other elements, and for
    /// what isn't a JSON map.
    pub fn key_fields(&self) -> Option<Map> {
        match self {
            Self::Key(text) => serde_json::from_str(text).ok(),
            _ => None,
        }
    }

    /// The value of a `v:` element; `None` for other elements.
    pub fn set_value(&self) -> Option<Value> {
        match self {
            Self::Value(text) => serde_json::from_str(text).ok(),
            _ => None,
        }
    }

    /// This element as a step of a path.
    pub fn step(&self) -> Step {
        match self {
            Self::Field(name) => Step::Field((*name).to_owned()),
            Self::Index(index) => Step::Index(*index),
            Self::Key(text) => Step::Key(self.key_fields().map_or_else(
                || vec![(String::new(), Value::from(*text))],
                |fields| fields.into_iter().collect(),
            )),
            Self::Value(text) => Step::Value(self.set_value().unwrap_or_else(|| Value::from(*text))),
        }
    }

    /// Whether this element and that step mean the same.
    pub fn is(&self, step: &Step) -> bool {
        match (self, step) {
            (Self::Field(name), Step::Field(field)) => name == field,
            (Self::Index(index), Step::Index(position)) => index == position,
            (Self::Value(_), Step::Value(value)) => self.set_value().as_ref() == Some(value),
            (Self::Key(_), Step::Key(keys)) => self.key_fields().is_some_and(|fields| {
                fields.len() == keys.len() && keys.iter().all(|(name, value)| fields.get(name) == Some(value))
            }),
            _ => false,
        }
    }

    /// The value that this element leads to.
    pub fn get<'v>(&self, value: &'v Value) -> Option<&'v Value> {
        match self {
            Self::Field(name) => value.get(*name),
            Self::Index(index) => value.get(*index),
            Self::Value(_) => {
                let wanted = self.set_value()?;
                value.as_array()?.iter().find(|item| **item == wanted)
            }
            Self::Key(_) => {
                let fields = self.key_fields()?;
                value.as_array()?.iter().find(|item| has_key_fields(item, &fields))
            }
        }
    }
}

impl fmt::Display for Element<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Field(name) => write!(f, "f:{name}"),
            Self::Index(index) => write!(f, "i:{index}"),
            Self::Key(text) => write!(f, "k:{text}"),
            Self::Value(text) => write!(f, "v:{text}"),
        }
    }
}

/// Whether a list's item has these values in its key fields.
pub(super) fn has_key_fields(item: &Value, fields: &Map) -> bool {
    fields.iter().all(|(name, value)| item.get(name) == Some(value))
}

/// Whether a list's item is the one with these key fields, as a manifest writes it:
/// those that the server defaults need not be there, but one must.
pub(super) fn is_written_as<'k>(item: &Value, keys: impl Iterator<Item = (&'k String, &'k Value)>) -> bool {
    let mut written = keys.filter_map(|(name, value)| Some((item.get(name.as_str())?, value))).peekable();
    written.peek().is_some() && written.all(|(written, value)| written == value)
}

/// A set of fields. A field that is in the set and has none below it is a
/// *leaf*: a scalar, an atomic map or list, or an empty map.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FieldSet<'a> {
    /// Whether the field that leads here is itself in the set.
    member: bool,
    /// Sorted by element.
    children: Vec<(Element<'a>, Self)>,
}

impl<'a> FieldSet<'a> {
    /// Reads a `fieldsV1`; `None` when there is anything in it that isn't
    /// known.
    pub fn parse(fields: &'a Value) -> Option<Self> {
        let mut root = Self::parse_node(fields)?;
        // `{}` as a whole is the empty set.
        root.member &= fields.get(".").is_some();
        Some(root)
    }

    fn parse_node(node: &'a Value) -> Option<Self> {
        let map = node.as_object()?;
        let mut set = Self { member: map.is_empty(), children: Vec::with_capacity(map.len()) };
        for (name, below) in map {
            if name == "." {
                set.member = true;
            } else {
                set.children.push((Element::parse(name)?, Self::parse_node(below)?));
            }
        }
        set.children.sort_unstable_by_key(|(element, _)| *element);
        Some(set)
    }

    /// The set as the server writes it (`fieldsV1`).
    pub fn to_json(&self) -> Value {
        let below = |(element, set): &(Element<'a>, Self)| (element.to_string(), set.to_json());
        let mut map: Map = self.children.iter().map(below).collect();
        if self.member && !map.is_empty() {
            map.insert(".".to_owned(), Value::Object(Map::new()));
        }
        Value::Object(map)
    }

    /// Whether nothing is in the set.
    pub fn is_empty(&self) -> bool {
        !self.member && self.children.is_empty()
    }

    /// Whether the field that leads here is itself in the set.
    pub fn is_member(&self) -> bool {
        self.member
    }

    /// Whether it is in the set and nothing below it is.
    pub fn is_leaf(&self) -> bool {
        self.member && self.children.is_empty()
    }

    /// What is below, sorted.
    pub fn children(&self) -> &[(Element<'a>, Self)] {
        &self.children
    }

    /// What is below this field.
    pub fn field(&self, name: &str) -> Option<&Self> {
        let found = self.children.binary_search_by(|(element, _)| element.cmp(&Element::Field(name)));
        found.ok().map(|position| &self.children[position].1)
    }

    fn child(&self, step: &Step) -> Option<&Self> {
        match step {
            Step::Field(name) => self.field(name),
            _ => self.children.iter().find(|(element, _)| element.is(step)).map(|(_, below)| below),
        }
    }

    /// Whether exactly this path is in the set.
    pub fn contains(&self, path: &FieldPath) -> bool {
        let found = path.steps().iter().try_fold(self, |set, step| set.child(step));
        found.is_some_and(|set| set.member)
    }

    /// Whether the value at this path is the set's: the path is in it, or a
    /// leaf above it is.
    pub fn covers(&self, path: &FieldPath) -> bool {
        self.nearest(path).is_some_and(|set| set.member)
    }

    /// Whether the path is in the set, or something below it, or a leaf above.
    pub fn touches(&self, path: &FieldPath) -> bool {
        self.nearest(path).is_some_and(|set| !set.is_empty())
    }

    /// Whether the value at this path is only a part of what is in the set as a
    /// whole.
    pub fn has_leaf_above(&self, path: &FieldPath) -> bool {
        let above = path.steps().split_last().map_or(&[][..], |(_, above)| above);
        self.nearest(&FieldPath::root().join(above)).is_some_and(Self::is_leaf)
    }

    /// Whether the value at this path is in the set as a whole, or a part of such a
    /// value.
    pub fn has_leaf_at_or_above(&self, path: &FieldPath) -> bool {
        self.nearest(path).is_some_and(Self::is_leaf)
    }

    /// What is at this path, or the leaf above it.
    fn nearest(&self, path: &FieldPath) -> Option<&Self> {
        let mut set = self;
        for step in path.steps() {
            if set.is_leaf() {
                return Some(set);
            }
            set = set.child(step)?;
        }
        Some(set)
    }

    /// Every path in the set, in the set's order.
    pub fn paths(&self) -> Vec<FieldPath> {
        let mut found = Vec::new();
        self.collect(&mut FieldPath::root(), false, &mut found);
        found
    }

    /// The paths in the set that have none below them.
    pub fn leaves(&self) -> Vec<FieldPath> {
        let mut found = Vec::new();
        self.collect(&mut FieldPath::root(), true, &mut found);
        found
    }

    fn collect(&self, at: &mut FieldPath, leaves_only: bool, found: &mut Vec<FieldPath>) {
        if self.is_leaf() || (self.member && !leaves_only) {
            found.push(at.clone());
        }
        for (element, below) in &self.children {
            at.push(element.step());
            below.collect(at, leaves_only, found);
            at.pop();
        }
    }

    /// The paths in the set that have none above them.
    pub fn topmost(&self) -> Vec<FieldPath> {
        fn visit(set: &FieldSet<'_>, at: &mut FieldPath, found: &mut Vec<FieldPath>) {
            if set.member {
                found.push(at.clone());
                return;
            }
            for (element, below) in &set.children {
                at.push(element.step());
                visit(below, at, found);
                at.pop();
            }
        }
        let mut found = Vec::new();
        visit(self, &mut FieldPath::root(), &mut found);
        found
    }

    /// What is in either set.
    #[must_use]
    pub fn union(&self, other: &Self) -> Self {
        let mut children = self.children.clone();
        for (element, theirs) in &other.children {
            match children.binary_search_by_key(element, |(own, _)| *own) {
                Ok(position) => children[position].1 = children[position].1.union(theirs),
                Err(position) => children.insert(position, (*element, theirs.clone())),
            }
        }
        Self { member: self.member || other.member, children }
    }

    /// The set without this path and all below it.
    #[must_use]
    pub fn without(&self, path: &[Step]) -> Self {
        let Some((step, below)) = path.split_first() else { return Self::default() };
        let remaining = |(element, own): &(Element<'a>, Self)| {
            let left = if element.is(step) { own.without(below) } else { own.clone() };
            (!left.is_empty()).then_some((*element, left))
        };
        Self { member: self.member, children: self.children.iter().filter_map(remaining).collect() }
    }

    /// What is in this set and not in the other one. A leaf of the other one
    /// takes nothing below it away.
    #[must_use]
    pub fn difference(&self, other: &Self) -> Self {
        let remaining = |(element, own): &(Element<'a>, Self)| {
            let theirs = other.children.binary_search_by_key(element, |(name, _)| *name);
            let left =
                theirs.map_or_else(|_| own.clone(), |position| own.difference(&other.children[position].1));
            (!left.is_empty()).then_some((*element, left))
        };
        Self {
            member: self.member && !other.member,
            children: self.children.iter().filter_map(remaining).collect(),
        }
    }

    /// The set without its leaves that have something below them in `all`.
    #[must_use]
    pub fn without_hollow(&self, all: &Self) -> Self {
        let kept = |(element, own): &(Element<'a>, Self)| {
            let found = all.children.binary_search_by_key(element, |(name, _)| *name);
            let Ok(position) = found else { return Some((*element, own.clone())) };
            let all = &all.children[position].1;
            (!own.is_leaf() || all.is_leaf()).then(|| (*element, own.without_hollow(all)))
        };
        Self { member: self.member, children: self.children.iter().filter_map(kept).collect() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use proptest::prelude::*;

    fn path(text: &str) -> FieldPath {
        FieldPath::parse(text).expect("a path")
    }

    fn texts(paths: &[FieldPath]) -> Vec<String> {
        paths.iter().map(ToString::to_string).collect()
    }

    fn deployment() -> Value {
        json!({
            "f:metadata": {"f:labels": {"f:app.kubernetes.io/name": {}}, "f:finalizers": {"v:\"a/b\"": {}}},
            "f:spec": {"f:selector": {}, "f:template": {"f:spec": {"f:containers": {
                "k:{\"name\":\"web\"}": {".": {}, "f:image": {}, "f:name": {}, "f:ports": {
                    "k:{\"containerPort\":80,\"protocol\":\"TCP\"}": {".": {}, "f:containerPort": {}}
                }}
            }}}}
        })
    }

    #[test]
    fn a_servers_field_set_is_read_as_paths() {
        let fields = deployment();
        let set = FieldSet::parse(&fields).expect("known elements");
        assert_eq!(
            texts(&set.paths()),
            [
                r#"metadata.finalizers[="a/b"]"#,
                r#"metadata.labels["app.kubernetes.io/name"]"#,
                "spec.selector",
                "spec.template.spec.containers[name=web]",
                "spec.template.spec.containers[name=web].image",
                "spec.template.spec.containers[name=web].name",
                "spec.template.spec.containers[name=web].ports[containerPort=80,protocol=TCP]",
                "spec.template.spec.containers[name=web].ports[containerPort=80,protocol=TCP].containerPort",
            ]
        );
        assert_eq!(set.leaves().len(), 6);
    }

    #[test]
    fn membership_cover_and_touch_are_told_apart() {
        let fields = deployment();
        let set = FieldSet::parse(&fields).expect("known elements");
        for (at, contains, covers, touches) in [
            ("spec.selector", true, true, true),
            ("spec.selector.matchLabels.app", false, true, true),
            ("spec.template.spec.containers[name=web]", true, true, true),
            ("spec.template.spec.containers[name=web].ports", false, false, true),
            ("spec.template.spec.containers[name=web].args", false, false, false),
            ("spec.template", false, false, true),
            ("spec.replicas", false, false, false),
            (r#"metadata.finalizers[="a/b"]"#, true, true, true),
        ] {
            let at = path(at);
            assert_eq!(
                (set.contains(&at), set.covers(&at), set.touches(&at)),
                (contains, covers, touches),
                "{at}"
            );
        }
    }

    #[test]
    fn the_empty_set_holds_not_even_the_root() {
        assert!(FieldSet::parse(&json!({})).expect("known").is_empty());
    }

    #[test]
    fn an_element_nobody_knows_makes_the_whole_set_unreadable() {
        for unknown in [json!({"x:a": {}}), json!({"f:a": {"i:x": {}}}), json!({"f:a": 1}), json!([])] {
            assert_eq!(FieldSet::parse(&unknown), None, "{unknown}");
        }
    }

    #[test]
    fn union_and_difference_are_the_servers() {
        let (a, b) = (
            json!({"f:a": {"f:x": {}, "f:y": {}}, "f:m": {".": {}, "f:k": {}}}),
            json!({"f:a": {"f:y": {}, "f:z": {}}, "f:m": {}}),
        );
        let (a, b) = (FieldSet::parse(&a).expect("known"), FieldSet::parse(&b).expect("known"));
        assert_eq!(texts(&a.union(&b).paths()), ["a.x", "a.y", "a.z", "m", "m.k"]);
        assert_eq!(texts(&a.difference(&b).paths()), ["a.x", "m.k"]);
        assert!(a.difference(&a).is_empty());
    }

    #[test]
    fn a_path_is_taken_out_with_what_is_below() {
        let fields = json!({"f:a": {".": {}, "f:x": {}, "f:y": {"f:z": {}}}, "f:b": {}});
        let set = FieldSet::parse(&fields).expect("known");
        for (at, left) in [
            ("a.x", json!({"f:a": {".": {}, "f:y": {"f:z": {}}}, "f:b": {}})),
            ("a.y.z", json!({"f:a": {".": {}, "f:x": {}}, "f:b": {}})),
            ("a", json!({"f:b": {}})),
            ("b.c", fields.clone()),
            ("c", fields.clone()),
        ] {
            assert_eq!(set.without(path(at).steps()).to_json(), left, "{at}");
        }
    }

    fn fields() -> impl Strategy<Value = Value> {
        let name = prop_oneof!["f:[a-c]", Just("k:{\"name\":\"a\"}".to_owned()), Just("v:1".to_owned())];
        Just(json!({})).prop_recursive(3, 20, 4, move |below| {
            (prop::collection::btree_map(name.clone(), below, 0..4), any::<bool>()).prop_map(
                |(map, member)| {
                    let mut map: Map = map.into_iter().collect();
                    if member && !map.is_empty() {
                        map.insert(".".into(), json!({}));
                    }
                    Value::Object(map)
                },
            )
        })
    }

    proptest! {
        #[test]
        fn a_set_is_written_as_it_was_read(fields in fields()) {
            let set = FieldSet::parse(&fields).expect("known");
            let written = set.to_json();
            prop_assert_eq!(FieldSet::parse(&written), Some(set));
        }

        #[test]
        fn set_algebra_holds(a in fields(), b in fields()) {
            let a = FieldSet::parse(&a).expect("known");
            let b = FieldSet::parse(&b).expect("known");
            let union = a.union(&b);
            prop_assert_eq!(&union, &b.union(&a));
            for path in union.paths() {
                prop_assert!(a.contains(&path) || b.contains(&path));
                prop_assert_eq!(a.difference(&b).contains(&path), a.contains(&path) && !b.contains(&path));
            }
            for path in a.paths().iter().chain(&b.paths()) {
                prop_assert!(union.contains(path) && union.covers(path) && union.touches(path));
            }
        }
    }
}
