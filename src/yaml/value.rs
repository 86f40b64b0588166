//! From a document's tree to a JSON value: aliases, merges, duplicate keys.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use super::error::YamlError;
use super::number::{self, Numeric};
use super::scalar::{self, Resolved, TagError};
use super::tree::{Content, MAX_DEPTH, Node, NodeId, Place, Scalar, Tree};
use crate::json::{Map, Value};

/// How much may come from aliases in one text, in values of at most
/// [`UNIT`] bytes. Without a bound a kilobyte of text can mean gigabytes.
const MAX_EXPANSION: usize = 1_000_000;

/// The size of a text that counts as one value.
const UNIT: usize = 64;

/// How much of a text came from aliases so far.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Expansion {
    expanded: usize,
}

impl Expansion {
    /// Adds what came from aliases in another part of the text.
    pub(super) fn add(&mut self, other: &Self) {
        self.expanded += other.expanded;
    }

    pub(super) fn is_within_limits(&self) -> bool {
        self.expanded <= MAX_EXPANSION
    }

    /// The document as JSON.
    pub(super) fn value(&mut self, tree: &Tree<'_>, keys: Keys) -> Result<Value, YamlError> {
        Builder { tree, keys, expansion: self, alias: None }.value(tree.root_id(), 0)
    }
}

/// What becomes of keys that aren't quoted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Keys {
    /// What they mean as values, as text: `n` is `false`.
    Resolved,
    /// As they're written.
    Written,
}

struct Builder<'a, 't> {
    tree: &'a Tree<'t>,
    keys: Keys,
    expansion: &'a mut Expansion,
    /// The outermost alias being expanded.
    alias: Option<Place>,
}

impl Builder<'_, '_> {
    fn value(&mut self, id: NodeId, depth: usize) -> Result<Value, YamlError> {
        let node = self.tree.node(id);
        self.count(node)?;
        match &node.content {
            Content::Scalar(scalar) => scalar_value(scalar, node.place),
            Content::Alias(target) => {
                let outer = self.alias;
                self.alias = outer.or(Some(node.place));
                let value = self.value(*target, depth);
                self.alias = outer;
                value
            }
            Content::Sequence(items) => {
                self.check_depth(depth, node.place)?;
                let mut list = Vec::with_capacity(items.len());
                for item in items {
                    list.push(self.value(*item, depth + 1)?);
                }
                Ok(Value::Array(list))
            }
            Content::Mapping(entries) => {
                self.check_depth(depth, node.place)?;
                self.mapping(entries, depth).map(Value::Object)
            }
        }
    }

    /// Counts what an alias brings in.
    fn count(&mut self, node: &Node<'_>) -> Result<(), YamlError> {
        let Some(alias) = self.alias else { return Ok(()) };
        self.expansion.expanded += match &node.content {
            Content::Scalar(scalar) => 1 + scalar.text.len() / UNIT,
            _ => 1,
        };
        if !self.expansion.is_within_limits() {
            return Err(YamlError::new("alias expansion makes this file unreasonably large", alias)
                .hint(format!("aliases may bring in up to {MAX_EXPANSION} values")));
        }
        Ok(())
    }

    /// Through aliases values can nest deeper than the text does.
    fn check_depth(&self, depth: usize, place: Place) -> Result<(), YamlError> {
        if depth < MAX_DEPTH { Ok(()) } else { Err(YamlError::too_deep(self.alias.unwrap_or(place))) }
    }

    fn mapping(&mut self, entries: &[(NodeId, NodeId)], depth: usize) -> Result<Map, YamlError> {
        if entries.iter().any(|(key, _)| is_merge(self.tree.node(*key))) {
            return self.merging(entries, depth);
        }
        let mut list = Vec::with_capacity(entries.len());
        for (key, value) in entries {
            list.push((self.key(*key)?, self.value(*value, depth + 1)?));
        }
        Map::from_unique(list).map_err(|name| self.duplicate(&name, entries))
    }

    fn key(&self, id: NodeId) -> Result<String, YamlError> {
        let (node, place) = (self.tree.followed(id), self.tree.node(id).place);
        match self.keys {
            Keys::Resolved => key_text(node, place),
            Keys::Written => written_key(node, place),
        }
    }

    /// A map that others are merged into.
    fn merging(&mut self, entries: &[(NodeId, NodeId)], depth: usize) -> Result<Map, YamlError> {
        let mut map = BTreeMap::new();
        for (key, value) in entries {
            let key_node = self.tree.node(*key);
            if is_merge(key_node) {
                for (name, value) in self.merged(*value, depth)? {
                    match map.entry(name) {
                        Entry::Vacant(entry) => drop(entry.insert((value, Written::Elsewhere))),
                        Entry::Occupied(entry) if entry.get().0 == value => {}
                        Entry::Occupied(entry) => return Err(late_merge(entry.key(), key_node.place)),
                    }
                }
                continue;
            }
            let value = (self.value(*value, depth + 1)?, Written::Here);
            match map.entry(self.key(*key)?) {
                Entry::Vacant(entry) => drop(entry.insert(value)),
                // Keys from a merge give way to a key written after it.
                Entry::Occupied(mut entry) if entry.get().1 == Written::Elsewhere => {
                    entry.insert(value);
                }
                Entry::Occupied(entry) => return Err(self.duplicate(entry.key(), entries)),
            }
        }
        Ok(map.into_iter().map(|(name, (value, _))| (name, value)).collect())
    }

    /// The keys that a `<<` brings in: those of one map, or of a list of maps
    /// of which the earlier ones win.
    fn merged(&mut self, id: NodeId, depth: usize) -> Result<BTreeMap<String, Value>, YamlError> {
        let node = self.tree.node(id);
        let Content::Sequence(sources) = &node.content else {
            return Ok(self.merge_source(id, depth)?.into_iter().collect());
        };
        let mut all = BTreeMap::new();
        for source in sources {
            for (name, value) in self.merge_source(*source, depth)? {
                all.entry(name).or_insert(value);
            }
        }
        Ok(all)
    }

    fn merge_source(&mut self, id: NodeId, depth: usize) -> Result<Map, YamlError> {
        if matches!(self.tree.followed(id).content, Content::Mapping(_))
            && let Value::Object(map) = self.value(id, depth)?
        {
            return Ok(map);
        }
        let place = self.tree.node(id).place;
        Err(YamlError::new("`<<` takes a map, an alias of a map, or a list of those", place))
    }

    /// A key that is written twice, at its second place.
    fn duplicate(&self, name: &str, entries: &[(NodeId, NodeId)]) -> YamlError {
        let written = entries.iter().map(|(key, _)| *key);
        let mut alike = written
            .filter(|key| !is_merge(self.tree.node(*key)) && self.key(*key).is_ok_and(|text| text == name));
        let (Some(first), Some(second)) = (alike.next(), alike.next()) else {
            return YamlError::new(format!("duplicate key {name:?}"), self.tree.root().place);
        };
        let line = self.tree.node(first).place.line;
        let message = match (self.written(first), self.written(second)) {
            (first, second) if first == second => format!("duplicate key {second:?} (first at line {line})"),
            (first, second) => {
                format!("duplicate key {second:?}: like {first:?} at line {line}, it means {name:?}")
            }
        };
        YamlError::new(message, self.tree.node(second).place)
    }

    /// A key as it stands there.
    fn written(&self, key: NodeId) -> &str {
        match &self.tree.followed(key).content {
            Content::Scalar(scalar) => &scalar.text,
            _ => "",
        }
    }
}

/// Where a key of a map comes from.
#[derive(Clone, Copy, PartialEq)]
enum Written {
    Here,
    /// In a map that is merged into this one.
    Elsewhere,
}

/// Go applies merges in the order of the text, YAML says that written
/// keys win: only what both read alike is taken.
fn late_merge(name: &str, place: Place) -> YamlError {
    YamlError::new(format!("`<<` changes {name:?}, which is written before it"), place)
        .hint("kubectl and other readers disagree about which one wins: put `<<` first in its map")
}

/// Whether this key stands for a merge.
pub(super) fn is_merge(key: &Node<'_>) -> bool {
    matches!(&key.content, Content::Scalar(scalar) if scalar::is_merge_key(scalar))
}

pub(super) fn scalar_value(scalar: &Scalar<'_>, place: Place) -> Result<Value, YamlError> {
    let resolved = scalar::resolve(scalar).map_err(|error| misfit(error, place))?;
    Ok(match resolved {
        Resolved::Null => Value::Null,
        Resolved::Bool(value) => Value::from(value),
        Resolved::Number(Numeric::Integer(number)) => Value::from(number),
        Resolved::Number(Numeric::Unsigned(number)) => Value::from(number),
        Resolved::Number(Numeric::Float(number)) => number::json_float(number).ok_or_else(|| {
            YamlError::new("JSON has no infinity and no not-a-number", place)
                .hint("quote the value if it's meant as text")
        })?,
        Resolved::Text(text) => Value::String(text.into_owned()),
    })
}

/// A key as the JSON object has it: booleans and numbers become text.
pub(super) fn key_text(node: &Node<'_>, place: Place) -> Result<String, YamlError> {
    match &node.content {
        Content::Scalar(scalar) => scalar_key(scalar, place),
        _ => Err(YamlError::new("a map or a list can't be a key", place)),
    }
}

/// A key as it's written, unless it's null or tagged.
pub(super) fn written_key(node: &Node<'_>, place: Place) -> Result<String, YamlError> {
    let resolved = key_text(node, place)?;
    Ok(match &node.content {
        Content::Scalar(Scalar { text, tag: None, .. }) => text.to_string(),
        _ => resolved,
    })
}

fn scalar_key(scalar: &Scalar<'_>, place: Place) -> Result<String, YamlError> {
    match scalar::resolve(scalar).map_err(|error| misfit(error, place))? {
        Resolved::Null => {
            Err(YamlError::new("a key can't be null", place).hint("quote it if it's meant as text"))
        }
        Resolved::Bool(value) => Ok(value.to_string()),
        Resolved::Number(Numeric::Integer(number)) => Ok(number.to_string()),
        Resolved::Number(Numeric::Unsigned(_)) => {
            Err(YamlError::new("this number is too large for a key", place).hint("quote it"))
        }
        Resolved::Number(Numeric::Float(number)) => Ok(number::float_key(number)),
        Resolved::Text(text) => Ok(text.into_owned()),
    }
}

fn misfit(error: TagError, place: Place) -> YamlError {
    match error {
        TagError::Not(name) => YamlError::new(format!("this value isn't {name}, as its tag says"), place),
        TagError::Base64 => YamlError::new("this `!!binary` value isn't base64", place),
        TagError::Binary => {
            YamlError::new("this `!!binary` value isn't text, and JSON holds only text", place).hint(
                "write the base64 itself, as `data` of a Secret or `binaryData` of a ConfigMap wants it",
            )
        }
    }
}
