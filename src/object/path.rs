//! Paths into objects, as people write and read them:
//! `spec.template.spec.containers[name=web].image`,
//! `metadata.labels["app.kubernetes.io/name"]`.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::json::Value;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Step {
    /// A field of a map.
    Field(String),
    /// The item of a list that has these values in its key fields
    /// (`[containerPort=80,protocol=TCP]`).
    Key(Vec<(String, Value)>),
    /// The item of a set that is this value (`[="a"]`).
    Value(Value),
    /// The item at this position, from 0.
    Index(usize),
}

/// A path from an object's root. The empty path is the object itself.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct FieldPath(Vec<Step>);

/// A text that isn't a path.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} isn't a field path: {why} at character {at}")]
pub struct PathError {
    text: String,
    why: &'static str,
    at: usize,
}

impl FieldPath {
    /// The object itself.
    pub fn root() -> Self {
        Self::default()
    }

    /// A path of plain fields.
    pub fn fields<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self(names.into_iter().map(|name| Step::Field(name.to_owned())).collect())
    }

    /// The steps from the root.
    pub fn steps(&self) -> &[Step] {
        &self.0
    }

    /// This path and one step more.
    #[must_use]
    pub fn then(&self, step: Step) -> Self {
        let mut steps = Vec::with_capacity(self.0.len() + 1);
        steps.extend_from_slice(&self.0);
        steps.push(step);
        Self(steps)
    }

    /// This path and one field more.
    #[must_use]
    pub fn field(&self, name: &str) -> Self {
        self.then(Step::Field(name.to_owned()))
    }

    /// This path and all of these steps more.
    #[must_use]
    pub fn join(&self, steps: &[Step]) -> Self {
        Self([&self.0, steps].concat())
    }

    /// Adds a step in place.
    pub fn push(&mut self, step: Step) {
        self.0.push(step);
    }

    /// Takes the last step off.
    pub fn pop(&mut self) -> Option<Step> {
        self.0.pop()
    }

    /// Whether this path is `other` or lies below it.
    pub fn starts_with(&self, other: &Self) -> bool {
        self.0.starts_with(&other.0)
    }

    /// The value at this path in `object`, if there is one.
    pub fn get<'a>(&self, object: &'a Value) -> Option<&'a Value> {
        self.0.iter().try_fold(object, |value, step| step.get(value))
    }

    /// The same, to change it.
    pub fn get_mut<'a>(&self, object: &'a mut Value) -> Option<&'a mut Value> {
        self.0.iter().try_fold(object, |value, step| step.get_mut(value))
    }

    /// The same path for any item of lists that it counts the items of: a live list may
    /// have another order.
    #[must_use]
    pub fn of_any_item(&self) -> Self {
        let any = |step: &Step| match step {
            Step::Index(_) => Step::Field("*".to_owned()),
            other => other.clone(),
        };
        Self(self.0.iter().map(any).collect())
    }

    /// Reads a path as [`fmt::Display`] writes it, and as the API server's
    /// messages do (`spec.containers[0].image`, `metadata.labels[a.b/c]`).
    pub fn parse(text: &str) -> Result<Self, PathError> {
        Parser { text, at: 0 }.path()
    }
}

impl Step {
    fn get<'a>(&self, value: &'a Value) -> Option<&'a Value> {
        match self {
            Self::Field(name) => value.get(name.as_str()),
            Self::Index(index) => value.get(*index),
            Self::Value(_) | Self::Key(_) => value.as_array()?.iter().find(|item| self.is_of(item)),
        }
    }

    fn get_mut<'a>(&self, value: &'a mut Value) -> Option<&'a mut Value> {
        match self {
            Self::Field(name) => value.get_mut(name.as_str()),
            Self::Index(index) => value.get_mut(*index),
            Self::Value(_) | Self::Key(_) => value.as_array_mut()?.iter_mut().find(|item| self.is_of(item)),
        }
    }

    /// Whether this names that item of a list by what it is or has.
    fn is_of(&self, item: &Value) -> bool {
        match self {
            Self::Value(wanted) => item == wanted,
            Self::Key(keys) => keys.iter().all(|(name, wanted)| item.get(name) == Some(wanted)),
            Self::Field(_) | Self::Index(_) => false,
        }
    }
}

fn is_plain_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '$')
}

fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(is_plain_character)
}

/// A key's value without quotes where that can't be misread.
fn write_key_value(f: &mut fmt::Formatter<'_>, value: &Value) -> fmt::Result {
    match value {
        Value::String(text) if is_bare_key_value(text) => f.write_str(text),
        other => write!(f, "{other}"),
    }
}

fn is_bare_key_value(text: &str) -> bool {
    let bare = |c: char| is_plain_character(c) || matches!(c, '.' | '/' | ':');
    !text.is_empty() && text.chars().all(bare) && serde_json::from_str::<Value>(text).is_err()
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (position, step) in self.0.iter().enumerate() {
            match step {
                Step::Field(name) if is_plain(name) => {
                    if position > 0 {
                        f.write_str(".")?;
                    }
                    f.write_str(name)?;
                }
                Step::Field(name) => write!(f, "[{}]", Value::from(name.as_str()))?,
                Step::Index(index) => write!(f, "[{index}]")?,
                Step::Value(value) => write!(f, "[={value}]")?,
                Step::Key(keys) => {
                    for (nth, (name, value)) in keys.iter().enumerate() {
                        write!(f, "{}{name}=", if nth == 0 { "[" } else { "," })?;
                        write_key_value(f, value)?;
                    }
                    f.write_str("]")?;
                }
            }
        }
        Ok(())
    }
}

/// Paths order as their texts do.
impl PartialOrd for FieldPath {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FieldPath {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.to_string().cmp(&other.to_string())
    }
}

impl Serialize for FieldPath {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for FieldPath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        Self::parse(&text).map_err(serde::de::Error::custom)
    }
}

impl JsonSchema for FieldPath {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "FieldPath".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "type": "string",
            "description": "A path such as spec.template.spec.containers[name=web].image"
        })
    }
}

struct Parser<'a> {
    text: &'a str,
    at: usize,
}

impl Parser<'_> {
    fn path(mut self) -> Result<FieldPath, PathError> {
        let mut steps = Vec::new();
        while let Some(next) = self.peek() {
            match next {
                '[' => steps.push(self.bracket()?),
                '.' if !steps.is_empty() => {
                    self.at += 1;
                    steps.push(self.plain_field()?);
                }
                _ if steps.is_empty() => steps.push(self.plain_field()?),
                _ => return Err(self.error("expected '.' or '['")),
            }
        }
        Ok(FieldPath(steps))
    }

    fn plain_field(&mut self) -> Result<Step, PathError> {
        let name = self.take_while(|c| !matches!(c, '.' | '[' | ']' | '"'));
        if name.is_empty() {
            return Err(self.error("expected a field name"));
        }
        Ok(Step::Field(name))
    }

    fn bracket(&mut self) -> Result<Step, PathError> {
        self.at += 1;
        let step = match self.peek() {
            Some('"') => Step::Field(match self.json()? {
                Value::String(name) => name,
                _ => return Err(self.error("expected a string")),
            }),
            Some('=') => {
                self.at += 1;
                Step::Value(self.json()?)
            }
            _ => self.index_or_keys()?,
        };
        if self.peek() != Some(']') {
            return Err(self.error("expected ']'"));
        }
        self.at += 1;
        Ok(step)
    }

    fn index_or_keys(&mut self) -> Result<Step, PathError> {
        let word = self.take_while(|c| !matches!(c, ']' | '=' | ','));
        if self.peek() != Some('=') {
            // The API server writes map keys without quotes.
            return Ok(word.parse().map_or(Step::Field(word), Step::Index));
        }
        let mut keys = Vec::new();
        let mut name = word;
        loop {
            self.at += 1;
            keys.push((name, self.key_value()?));
            if self.peek() != Some(',') {
                return Ok(Step::Key(keys));
            }
            self.at += 1;
            name = self.take_while(|c| !matches!(c, ']' | '=' | ','));
            if self.peek() != Some('=') {
                return Err(self.error("expected '='"));
            }
        }
    }

    fn key_value(&mut self) -> Result<Value, PathError> {
        if self.peek() == Some('"') {
            return self.json();
        }
        let word = self.take_while(|c| !matches!(c, ']' | ','));
        Ok(serde_json::from_str(&word).unwrap_or(Value::String(word)))
    }

    /// One JSON value, up to where it ends.
    fn json(&mut self) -> Result<Value, PathError> {
        let mut values = serde_json::Deserializer::from_str(&self.text[self.at..]).into_iter();
        match values.next() {
            Some(Ok(value)) => {
                self.at += values.byte_offset();
                Ok(value)
            }
            _ => Err(self.error("expected a JSON value")),
        }
    }

    fn peek(&self) -> Option<char> {
        self.text[self.at..].chars().next()
    }

    fn take_while(&mut self, wanted: impl Fn(char) -> bool) -> String {
        let rest = &self.text[self.at..];
        let end = rest.find(|c| !wanted(c)).unwrap_or(rest.len());
        self.at += end;
        rest[..end].to_owned()
    }

    fn error(&self, why: &'static str) -> PathError {
        PathError { text: self.text.to_owned(), why, at: self.text[..self.at].chars().count() + 1 }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use proptest::prelude::*;

    #[test]
    fn what_is_read_at_a_path_can_be_changed_there() {
        let text = r#"{"a": [{"name": "x", "v": 1}, {"name": "y", "v": 2}], "s": ["p", "q"], "m": {"k": 3}}"#;
        let object: Value = serde_json::from_str(text).expect("JSON");
        for path in ["a[1].v", "a[name=y].v", "s[=\"q\"]", "m.k", "a[2]", "s.k", "m[0]"] {
            let path = FieldPath::parse(path).expect("a path");
            let mut changed = object.clone();
            let found = path.get_mut(&mut changed).map(|place| std::mem::replace(place, Value::from("new")));
            assert_eq!(found.as_ref(), path.get(&object), "{path}");
            assert_eq!(found.is_some(), changed != object, "{path}");
        }
    }

    #[test]
    fn only_counted_items_become_any() {
        let path = FieldPath::parse("a[1].b[name=y].c").expect("a path");
        assert_eq!(path.of_any_item().steps()[1], Step::Field("*".to_owned()));
        assert_eq!(path.of_any_item().steps()[3..], path.steps()[3..]);
    }

    #[test]
    fn paths_read_as_the_contract_says() {
        let image = FieldPath::fields(["spec", "template", "spec", "containers"])
            .then(Step::Key(vec![("name".into(), json!("web"))]))
            .field("image");
        assert_eq!(image.to_string(), "spec.template.spec.containers[name=web].image");
        let label = FieldPath::fields(["metadata", "labels", "app.kubernetes.io/name"]);
        assert_eq!(label.to_string(), r#"metadata.labels["app.kubernetes.io/name"]"#);
    }

    #[test]
    fn the_api_servers_own_paths_are_read() {
        let image = FieldPath::parse("spec.template.spec.containers[0].image").expect("a path");
        assert_eq!(image.steps()[4], Step::Index(0));
        let label = FieldPath::parse("metadata.labels[app.kubernetes.io/name]").expect("a path");
        assert_eq!(label.steps()[2], Step::Field("app.kubernetes.io/name".into()));
    }

    #[test]
    fn values_are_found_by_key_index_and_membership() {
        let object = json!({"c": [{"name": "a", "x": 1}, {"name": "b", "x": 2}], "s": ["p", "q"]});
        let find = |text: &str| FieldPath::parse(text).expect("a path").get(&object).cloned();
        assert_eq!(find("c[name=b].x"), Some(json!(2)));
        assert_eq!(find("c[0].x"), Some(json!(1)));
        assert_eq!(find(r#"s[="q"]"#), Some(json!("q")));
        assert_eq!(find("c[name=z].x"), None);
    }

    #[test]
    fn what_is_no_path_is_refused_with_its_place() {
        for wrong in ["a..b", "a[", "a[x=1", "a]b", ".a", "a[\"b]"] {
            assert!(FieldPath::parse(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(
            FieldPath::parse("a..b").expect_err("no path").to_string(),
            r#""a..b" isn't a field path: expected a field name at character 3"#
        );
    }

    fn step() -> impl Strategy<Value = Step> {
        let scalar = prop_oneof![
            any::<String>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<bool>().prop_map(Value::from)
        ];
        let name = "[a-zA-Z]{1,8}";
        prop_oneof![
            any::<String>().prop_map(Step::Field),
            (0usize..1000).prop_map(Step::Index),
            scalar.clone().prop_map(Step::Value),
            prop::collection::vec((name, scalar), 1..3).prop_map(Step::Key),
        ]
    }

    proptest! {
        #[test]
        fn every_path_is_read_back_as_it_was_written(steps in prop::collection::vec(step(), 0..6)) {
            let path = FieldPath(steps);
            prop_assert_eq!(FieldPath::parse(&path.to_string()), Ok(path));
        }
    }
}
