//! Masking by construction: what is secret in an object becomes a numbered
//! mask before anything can print it. Equal values get equal numbers, so that
//! people still see what is the same and what changed.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest as _, Sha256};

use super::secret_paths::{Cursor, Encoding, SecretPaths, replace_secrets};
use super::{Change, FieldPath, RawChange, Step};
use crate::json::Value;

const BEFORE: &str = "‹masked #";
const AFTER: &str = "›";

/// A value as it may be shown.
#[derive(Debug, Clone, PartialEq)]
pub enum Shown {
    /// Nothing in it is secret (within a map or list, what was secret is the
    /// text of its mask).
    Value(Value),
    /// A secret, by its number.
    Masked(u32),
}

impl Shown {
    /// Whether a secret is in it. Numbers of masks count within what is shown
    /// together: those of two plans say nothing about each other.
    pub fn is_masked(&self) -> bool {
        match self {
            Self::Masked(_) => true,
            Self::Value(value) => has_mask(value),
        }
    }
}

fn has_mask(value: &Value) -> bool {
    match value {
        Value::String(text) => mask_number(text).is_some(),
        Value::Array(items) => items.iter().any(has_mask),
        Value::Object(map) => map.values().any(has_mask),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The mask itself, or the value as JSON.
impl fmt::Display for Shown {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value(value) => write!(f, "{value}"),
            Self::Masked(number) => write!(f, "{BEFORE}{number}{AFTER}"),
        }
    }
}

/// The value, or the text `‹masked #1›`.
impl Serialize for Shown {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Value(value) => value.serialize(serializer),
            Self::Masked(_) => serializer.collect_str(self),
        }
    }
}

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        Ok(value.as_str().and_then(mask_number).map_or(Self::Value(value), Self::Masked))
    }
}

fn mask_number(text: &str) -> Option<u32> {
    text.strip_prefix(BEFORE)?.strip_suffix(AFTER)?.parse().ok()
}

impl JsonSchema for Shown {
    fn schema_name() -> Cow<'static, str> {
        "Shown".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "Any JSON value. A secret is the text ‹masked #N›; equal secrets have equal numbers."
        })
    }
}

/// The numbers given to secret values, in the order of first sight, from 1.
/// One for everything that is shown together. Keeps digests, never a value.
#[derive(Default, Clone)]
pub struct Masks {
    numbers: HashMap<[u8; 32], u32>,
}

impl fmt::Debug for Masks {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Masks({} values)", self.numbers.len())
    }
}

impl Masks {
    /// No value seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// The number of this secret. A Secret's `data` counts as what it decodes
    /// to, so that it equals the same value in `stringData`.
    fn number(&mut self, value: &Value, encoding: Encoding) -> u32 {
        let next = u32::try_from(self.numbers.len()).unwrap_or(u32::MAX - 1) + 1;
        let digest: [u8; 32] = Sha256::digest(secret_bytes(value, encoding)).into();
        *self.numbers.entry(digest).or_insert(next)
    }

    fn mask(&mut self, value: &Value, at: &Cursor<'_>) -> Value {
        replace_secrets(value, at, &mut |secret, encoding| {
            Value::String(Shown::Masked(self.number(secret, encoding)).to_string())
        })
    }

    fn show(&mut self, value: &Value, at: &Cursor<'_>) -> Shown {
        match (value, at.secret()) {
            (Value::Object(_) | Value::Array(_) | Value::Null, _) | (_, None) => {
                Shown::Value(self.mask(value, at))
            }
            (secret, Some(encoding)) => Shown::Masked(self.number(secret, encoding)),
        }
    }
}

/// What the secret is, whichever way it is written.
pub(super) fn secret_bytes(value: &Value, encoding: Encoding) -> Cow<'_, [u8]> {
    match value {
        Value::String(text) => {
            let decoded = match encoding {
                Encoding::Base64 => STANDARD.decode(text).ok(),
                Encoding::Plain => None,
            };
            decoded.map_or(Cow::Borrowed(text.as_bytes()), Cow::Owned)
        }
        other => Cow::Owned(other.to_string().into_bytes()),
    }
}

/// The whole object with every secret value replaced by the text of its mask,
/// for printing.
pub fn mask_object(object: &Value, paths: &SecretPaths, masks: &mut Masks) -> Value {
    masks.mask(object, &paths.cursor())
}

/// The changes of one object as they may be shown.
pub fn mask_changes(
    paths: &SecretPaths,
    raw: impl IntoIterator<Item = RawChange>,
    masks: &mut Masks,
) -> Vec<Change> {
    raw.into_iter()
        .map(|RawChange { path, op, from, to }| {
            let at = paths.cursor().at(&path);
            let from = from.map(|value| masks.show(&value, &at));
            let to = to.map(|value| masks.show(&value, &at));
            // An item of a set is named by its value.
            let path = mask_path(&path, paths, masks);
            Change { path, op, from, to }
        })
        .collect()
}

/// The path without secret values in its steps (the items of a set, the keys
/// of list items).
fn mask_path(path: &FieldPath, paths: &SecretPaths, masks: &mut Masks) -> FieldPath {
    let mut at = paths.cursor();
    let mut masked = FieldPath::root();
    for step in path.steps() {
        let below = at.step(step);
        masked.push(match step {
            Step::Value(value) => Step::Value(masks.mask(value, &below)),
            Step::Key(keys) => Step::Key(
                keys.iter()
                    .map(|(name, value)| (name.clone(), masks.mask(value, &below.field(name))))
                    .collect(),
            ),
            other => other.clone(),
        });
        at = below;
    }
    masked
}

#[cfg(test)]
mod tests {
    use super::super::GroupKind;
    use super::*;
    use crate::json::json;
    use proptest::prelude::*;

    fn secret() -> SecretPaths {
        SecretPaths::of(&GroupKind::new("", "Secret"))
    }

    #[test]
    fn equal_secrets_get_equal_numbers_in_the_order_of_first_sight() {
        let object = json!({
            "kind": "Secret",
            "metadata": {"name": "db"},
            "data": {"a": "c2FtZQ==", "b": "b3RoZXI=", "c": "c2FtZQ=="},
            "stringData": {"d": "same"},
            "type": "Opaque"
        });
        insta::assert_json_snapshot!(mask_object(&object, &secret(), &mut Masks::new()), @r#"
        {
          "data": {
            "a": "‹masked #1›",
            "b": "‹masked #2›",
            "c": "‹masked #1›"
          },
          "kind": "Secret",
          "metadata": {
            "name": "db"
          },
          "stringData": {
            "d": "‹masked #1›"
          },
          "type": "Opaque"
        }
        "#);
    }

    #[test]
    fn the_copies_in_annotations_are_masked_too() {
        let object = json!({"metadata": {"annotations": {
            "kubectl.kubernetes.io/last-applied-configuration": "{\"data\":{\"a\":\"c2FtZQ==\"}}",
            "team": "shop"
        }}});
        assert_eq!(
            mask_object(&object, &secret(), &mut Masks::new())["metadata"]["annotations"],
            json!({"kubectl.kubernetes.io/last-applied-configuration": "‹masked #1›", "team": "shop"})
        );
    }

    #[test]
    fn an_added_subtree_shows_its_keys_but_no_secret() {
        let raw = RawChange::add(FieldPath::fields(["data"]), json!({"a": "c2FtZQ==", "b": null}));
        let changes = mask_changes(&secret(), [raw], &mut Masks::new());
        assert_eq!(changes[0].to, Some(Shown::Value(json!({"a": "‹masked #1›", "b": null}))));
    }

    #[test]
    fn a_changed_secret_shows_two_numbers() {
        let raw = RawChange::change(FieldPath::fields(["data", "a"]), json!("YQ=="), json!("Yg=="));
        let changes = mask_changes(&secret(), [raw], &mut Masks::new());
        assert_eq!((&changes[0].from, &changes[0].to), (&Some(Shown::Masked(1)), &Some(Shown::Masked(2))));
    }

    #[test]
    fn a_secret_item_of_a_set_is_not_told_by_its_path() {
        let paths = SecretPaths::of(&GroupKind::new("", "ConfigMap")).and([FieldPath::fields(["words"])]);
        let path = FieldPath::fields(["words"]).then(Step::Value(json!("hunter2")));
        let changes = mask_changes(&paths, [RawChange::add(path, json!("hunter2"))], &mut Masks::new());
        assert_eq!(changes[0].path.to_string(), r#"words[="‹masked #1›"]"#);
    }

    #[test]
    fn shown_values_are_read_back_as_written() {
        for shown in [Shown::Masked(7), Shown::Value(json!({"a": [1, null]})), Shown::Value(json!("x"))] {
            let text = serde_json::to_string(&shown).expect("serialises");
            assert_eq!(serde_json::from_str::<Shown>(&text).expect("reads"), shown);
        }
    }

    proptest! {
        #[test]
        fn no_secret_is_in_any_output(values in prop::collection::vec("[A-Z]{12}", 1..6), path in "[a-z]{3}") {
            let mut object = json!({"data": {}, "stringData": {}});
            for (index, value) in values.iter().enumerate() {
                let key = format!("{path}{index}");
                object["data"][&key] = json!(STANDARD.encode(value));
                object["stringData"][&key] = json!(value);
            }
            object["metadata"]["annotations"]["kubectl.kubernetes.io/last-applied-configuration"] =
                json!(object.to_string());
            let mut masks = Masks::new();
            let masked = mask_object(&object, &secret(), &mut masks);
            let raw = ["data", "stringData"].map(|field| {
                RawChange::change(FieldPath::fields([field]), object[field].clone(), json!({"x": values[0]}))
            });
            let leaves = values.iter().enumerate().map(|(index, value)| {
                RawChange::add(FieldPath::fields(["data", &format!("{path}{index}")]), json!(value))
            });
            let raw: Vec<_> = raw.into_iter().chain(leaves).collect();
            let debug = format!("{raw:?} {masks:?}");
            let changes = mask_changes(&secret(), raw, &mut masks);
            let shown = serde_json::to_string(&changes).expect("serialises");
            let shown = format!("{masked} {debug} {shown} {changes:?} {masks:?}");
            for value in &values {
                prop_assert!(!shown.contains(value.as_str()));
                prop_assert!(!shown.contains(&STANDARD.encode(value)));
            }
        }
    }
}
