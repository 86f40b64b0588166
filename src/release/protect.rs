//! Keeping secrets out of records: each secret value becomes a keyed digest.
//!
//! A digest can be compared with another of the same field of the same object,
//! and with nothing else: the object's identity and the path go into it, so
//! equal secrets in two places have different digests, and nobody without the
//! key can try out guesses.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use hmac::{Hmac, KeyInit as _, Mac as _};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use crate::hex::hex;
use crate::json::{Map, Value};
use crate::object::{FieldPath, ObjectId, SecretPaths, Step, kinds};

/// The bytes of a key.
pub(super) const KEY_LENGTH: usize = 32;

/// What every digest begins with.
const PREFIX: &str = "hmac:";

/// What stands for a secret while the key isn't known.
const UNKNOWN: &str = "hmac:unknown";

/// The key of the digests of one target's secrets.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    bytes: [u8; KEY_LENGTH],
    id: String,
}

/// A target's key, if this user may know it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DigestKey {
    /// It is known.
    Known(Key),
    /// It isn't, and so nothing can be said about secrets.
    Unknown {
        /// Why, one line.
        why: String,
    },
}

/// A JSON value whose secrets are digests: fit to be stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct Protected(Value);

/// Whether two protected values stand for the same value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Comparison {
    /// They do.
    Same,
    /// They don't.
    Different,
    /// Nobody knows: the key is missing, or another one was used.
    Unknown,
}

impl Key {
    /// A key of these bytes.
    pub fn new(bytes: [u8; KEY_LENGTH]) -> Self {
        let mut key = Self { bytes, id: String::new() };
        let digest = key.digest(&[b"trueup key id"]);
        key.id = URL_SAFE_NO_PAD.encode(&digest[..6]);
        key
    }

    /// The bytes, to be stored in a Secret.
    pub(super) fn bytes(&self) -> &[u8; KEY_LENGTH] {
        &self.bytes
    }

    /// HMAC-SHA256 over the parts, each preceded by its length, so that no two
    /// lists of parts run together into the same bytes.
    fn digest(&self, parts: &[&[u8]]) -> [u8; 32] {
        // HMAC takes keys of any length.
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.bytes).expect("any length will do");
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        mac.finalize().into_bytes().into()
    }

    /// The digest of these parts as records have it.
    fn told(&self, parts: &[&[u8]]) -> String {
        format!("{PREFIX}{}.{}", self.id, URL_SAFE_NO_PAD.encode(self.digest(parts)))
    }
}

impl DigestKey {
    /// Stands for the text of a variable, whatever it went into: comparable with another
    /// of the same variable.
    pub fn of_variable(&self, name: &str, text: &str) -> String {
        match self {
            Self::Known(key) => key.told(&[b"variable", name.as_bytes(), text.as_bytes()]),
            Self::Unknown { .. } => UNKNOWN.to_owned(),
        }
    }
}

/// Never the bytes.
impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Key({})", self.id)
    }
}

impl Protected {
    /// The value with digests for secrets.
    pub fn value(&self) -> &Value {
        &self.0
    }

    /// Takes the value out.
    pub fn into_value(self) -> Value {
        self.0
    }

    /// Stands for the value: equal values have equal digests. `None` when the key
    /// of a secret in it isn't known.
    pub fn digest(&self) -> Option<String> {
        // Values always serialise.
        let bytes = (!is_unknown(&self.0)).then(|| serde_json::to_vec(&self.0).unwrap_or_default())?;
        Some(hex(&Sha256::digest(bytes)[..16]))
    }

    /// Whether both stand for the same value.
    pub fn compare(&self, other: &Self) -> Comparison {
        compare(&self.0, &other.0)
    }
}

/// Compares parts of protected values, such as what is at one path in a
/// recorded and in a live object. A certain difference outweighs what is unknown.
pub fn compare(one: &Value, other: &Value) -> Comparison {
    match (one, other) {
        (Value::Object(one), Value::Object(other)) => compare_maps(one, other),
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            worst(one.iter().zip(other).map(|(one, other)| compare(one, other)))
        }
        _ => match (key_id(one), key_id(other)) {
            (None, None) if one == other => Comparison::Same,
            (None, None) => Comparison::Different,
            (Some(one_key), Some(other_key)) if one_key == other_key && one_key != UNKNOWN => {
                if one == other { Comparison::Same } else { Comparison::Different }
            }
            // Another key, or what is secret now and wasn't then, or the other way round.
            _ => Comparison::Unknown,
        },
    }
}

fn compare_maps(one: &Map, other: &Map) -> Comparison {
    if one.len() != other.len() || one.keys().any(|name| !other.contains_key(name)) {
        return Comparison::Different;
    }
    worst(one.values().zip(other.values()).map(|(one, other)| compare(one, other)))
}

fn worst(comparisons: impl Iterator<Item = Comparison>) -> Comparison {
    let mut worst = Comparison::Same;
    for comparison in comparisons {
        match comparison {
            Comparison::Different => return Comparison::Different,
            Comparison::Unknown => worst = Comparison::Unknown,
            Comparison::Same => {}
        }
    }
    worst
}

/// Whether there is a secret in it whose digest couldn't be made.
fn is_unknown(value: &Value) -> bool {
    match value {
        Value::Object(map) => map.values().any(is_unknown),
        Value::Array(items) => items.iter().any(is_unknown),
        value => value.as_str() == Some(UNKNOWN),
    }
}

/// Which key a digest was made with; all of `hmac:unknown` for the one that
/// wasn't. `None` for what is no digest.
fn key_id(value: &Value) -> Option<&str> {
    let text = value.as_str()?;
    if text == UNKNOWN {
        return Some(UNKNOWN);
    }
    text.strip_prefix(PREFIX)?.split_once('.').map(|(id, _)| id)
}

/// Replaces every secret in an object (or in what of it was applied) by its
/// digest. `configured` says what is secret in this object; what is secret in
/// every object of its kind always counts.
pub fn protect(value: &Value, id: &ObjectId, configured: &SecretPaths, key: &DigestKey) -> Protected {
    let builtin = SecretPaths::of(&id.kind);
    if builtin.is_empty() && configured.is_empty() {
        return Protected(value.clone());
    }
    let object = Object { id, secrets: [&builtin, configured], key };
    Protected(object.protect(value, &mut FieldPath::root()))
}

/// Where digests are in what was recorded: what was secret then.
pub fn digested(recorded: &Value) -> SecretPaths {
    let mut paths = Vec::new();
    digests(recorded, &mut FieldPath::root(), &mut paths);
    SecretPaths::default().and(paths)
}

struct Object<'a> {
    id: &'a ObjectId,
    secrets: [&'a SecretPaths; 2],
    key: &'a DigestKey,
}

impl Object<'_> {
    fn protect(&self, value: &Value, path: &mut FieldPath) -> Value {
        match value {
            Value::Object(map) => Value::Object(
                map.iter()
                    .map(|(name, value)| (name.clone(), self.below(value, path, Step::Field(name.clone()))))
                    .collect(),
            ),
            Value::Array(items) => items
                .iter()
                .enumerate()
                .map(|(index, item)| self.below(item, path, Step::Index(index)))
                .collect(),
            Value::Null => Value::Null,
            scalar if self.secrets.iter().any(|secrets| secrets.hides(path)) => {
                self.digest(scalar, path).into()
            }
            scalar => scalar.clone(),
        }
    }

    fn below(&self, value: &Value, path: &mut FieldPath, step: Step) -> Value {
        path.push(step);
        let protected = self.protect(value, path);
        path.pop();
        protected
    }

    fn digest(&self, scalar: &Value, path: &FieldPath) -> String {
        let DigestKey::Known(key) = self.key else { return UNKNOWN.to_owned() };
        let (place, content) = self.canonical(scalar, path);
        key.told(&[
            self.id.kind.group.as_bytes(),
            self.id.kind.kind.as_bytes(),
            self.id.namespace.as_deref().unwrap_or_default().as_bytes(),
            self.id.name.as_bytes(),
            place.to_string().as_bytes(),
            &content,
        ])
    }

    /// The place and the bytes that a value stands for. A Secret's `stringData`
    /// is stored in `data`, and its base64 may be broken into lines.
    fn canonical(&self, scalar: &Value, path: &FieldPath) -> (FieldPath, Vec<u8>) {
        if kinds::is_secret(&self.id.kind)
            && let [Step::Field(field), Step::Field(name)] = path.steps()
            && let Value::String(text) = scalar
        {
            let place = FieldPath::fields(["data", name.as_str()]);
            if field == "stringData" {
                return (place, tagged(b'b', text.as_bytes()));
            }
            let joined: String = text.chars().filter(|c| !matches!(c, '\r' | '\n')).collect();
            if field == "data"
                && let Ok(bytes) = STANDARD.decode(joined)
            {
                return (place, tagged(b'b', &bytes));
            }
        }
        (path.clone(), tagged(b'j', scalar.to_string().as_bytes()))
    }
}

fn digests(value: &Value, path: &mut FieldPath, found: &mut Vec<FieldPath>) {
    let mut below = |value: &Value, step: Step| {
        path.push(step);
        digests(value, path, found);
        path.pop();
    };
    match value {
        Value::Object(map) => map.iter().for_each(|(name, value)| below(value, Step::Field(name.clone()))),
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| below(item, Step::Index(index)));
        }
        scalar if key_id(scalar).is_some() => found.push(path.clone()),
        _ => {}
    }
}

fn tagged(tag: u8, bytes: &[u8]) -> Vec<u8> {
    let mut tagged = Vec::with_capacity(bytes.len() + 1);
    tagged.push(tag);
    tagged.extend_from_slice(bytes);
    tagged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::json;
    use crate::object::GroupKind;
    use proptest::prelude::*;

    fn key() -> DigestKey {
        DigestKey::Known(Key::new([7; KEY_LENGTH]))
    }

    fn unknown() -> DigestKey {
        DigestKey::Unknown { why: "forbidden".into() }
    }

    fn secret(name: &str) -> ObjectId {
        ObjectId::new(GroupKind::new("", "Secret"), Some("shop"), name)
    }

    fn protected(value: &Value, id: &ObjectId, key: &DigestKey) -> Protected {
        protect(value, id, &SecretPaths::default(), key)
    }

    fn value_of(object: &Value, key: &DigestKey) -> String {
        let protected = protected(object, &secret("a"), key).into_value();
        let fields = protected.as_object().expect("a map").values().next().expect("a field").clone();
        fields["x"].as_str().expect("a digest").to_owned()
    }

    #[test]
    fn secrets_become_digests_and_everything_else_stays() {
        let object = json!({
            "kind": "Secret", "type": "Opaque", "data": {"x": "aHVudGVyMg==", "none": null},
            "stringData": {"y": "hunter2"}, "immutable": true,
            "metadata": {"name": "a", "annotations": {
                "kubectl.kubernetes.io/last-applied-configuration": "hunter2", "team": "shop"}}});
        let protected = protected(&object, &secret("a"), &key()).into_value();
        let text = protected.to_string();
        assert!(!text.contains("hunter2") && !text.contains("aHVudGVyMg"), "{text}");
        assert_eq!(text.matches("hmac:").count(), 3);
        assert_eq!(protected["metadata"]["annotations"]["team"], "shop");
        assert_eq!((&protected["type"], &protected["immutable"]), (&json!("Opaque"), &json!(true)));
        assert_eq!(protected["data"]["none"], Value::Null);
    }

    #[test]
    fn a_digest_of_a_variable_stands_for_its_name_and_text() {
        let digest = key().of_variable("PASSWORD", "hunter2");
        assert_eq!(digest, key().of_variable("PASSWORD", "hunter2"));
        assert_ne!(digest, key().of_variable("PASSWORD", "hunter3"));
        assert_ne!(digest, key().of_variable("TOKEN", "hunter2"));
        assert!(digest.starts_with("hmac:YXxISEgu."), "{digest}");
        let unknown = DigestKey::Unknown { why: "forbidden".into() };
        assert_eq!(unknown.of_variable("PASSWORD", "hunter2"), UNKNOWN);
    }

    #[test]
    fn a_digest_is_the_documented_hmac() {
        // Computed apart from this program. Changing it breaks every stored record.
        assert_eq!(
            value_of(&json!({"data": {"x": "aHVudGVyMg=="}}), &key()),
            "hmac:YXxISEgu.xpkAegIwv3qOkY7sh3CZGu97kYEgrUeOZ16bl8QrDKo"
        );
    }

    #[test]
    fn the_same_value_has_the_same_digest_however_it_is_written() {
        let digest = value_of(&json!({"data": {"x": "aHVudGVyMg=="}}), &key());
        assert_eq!(value_of(&json!({"data": {"x": "aHVud\nGVyMg==\n"}}), &key()), digest);
        assert_eq!(value_of(&json!({"stringData": {"x": "hunter2"}}), &key()), digest);
        assert_ne!(value_of(&json!({"data": {"x": "aHVudGVyMw=="}}), &key()), digest);
    }

    #[test]
    fn equal_secrets_elsewhere_have_other_digests() {
        let object = json!({"data": {"x": "aHVudGVyMg==", "y": "aHVudGVyMg=="}});
        let a = protected(&object, &secret("a"), &key()).into_value();
        let b = protected(&object, &secret("b"), &key()).into_value();
        assert_ne!(a["data"]["x"], a["data"]["y"]);
        assert_ne!(a["data"]["x"], b["data"]["x"]);
        let elsewhere = ObjectId { namespace: Some("other".into()), ..secret("a") };
        assert_ne!(protected(&object, &elsewhere, &key()).into_value()["data"]["x"], a["data"]["x"]);
    }

    #[test]
    fn configured_fields_are_protected_down_to_the_last_value() {
        let id = ObjectId::new(GroupKind::new("example.com", "Database"), Some("shop"), "db");
        let paths = SecretPaths::of(&id.kind).and([FieldPath::parse("spec.users[*].login").expect("a path")]);
        let object = json!({"spec": {"users": [
            {"name": "ada", "login": {"pin": 1234, "tokens": ["t1", "t1"], "on": true}}]}});
        let protected = protect(&object, &id, &paths, &key()).into_value();
        let user = &protected["spec"]["users"][0];
        assert_eq!(user["name"], "ada");
        for text in ["1234", "t1", "true"] {
            assert!(!user["login"].to_string().contains(&format!("\"{text}\"")), "{user}");
        }
        assert_ne!(user["login"]["tokens"][0], user["login"]["tokens"][1]);
        assert!(user["login"]["pin"].as_str().expect("a digest").starts_with("hmac:"));
    }

    #[test]
    fn what_holds_no_secret_is_kept_as_it_is() {
        let id = ObjectId::new(GroupKind::new("", "ConfigMap"), Some("shop"), "a");
        let object = json!({"data": {"x": "hmac:this is just text"}});
        assert_eq!(protected(&object, &id, &unknown()).into_value(), object);
    }

    #[test]
    fn digests_compare_within_one_key_only() {
        let object = |x: &str| json!({"data": {"x": STANDARD.encode(x)}, "type": "Opaque"});
        let at = |x: &str, key: &DigestKey| protected(&object(x), &secret("a"), key);
        let other = DigestKey::Known(Key::new([8; KEY_LENGTH]));
        assert_eq!(at("1", &key()).compare(&at("1", &key())), Comparison::Same);
        assert_eq!(at("1", &key()).compare(&at("2", &key())), Comparison::Different);
        assert_eq!(at("1", &key()).compare(&at("1", &other)), Comparison::Unknown);
        assert_eq!(at("1", &key()).compare(&at("1", &unknown())), Comparison::Unknown);
        assert_eq!(at("1", &unknown()).compare(&at("1", &unknown())), Comparison::Unknown);
    }

    #[test]
    fn a_certain_difference_outweighs_what_is_unknown() {
        let recorded = protected(&json!({"data": {"x": "MQ=="}, "type": "a"}), &secret("a"), &key());
        let live = protected(&json!({"data": {"x": "MQ=="}, "type": "b"}), &secret("a"), &unknown());
        assert_eq!(recorded.compare(&live), Comparison::Different);
        let more =
            protected(&json!({"data": {"x": "MQ==", "y": "MQ=="}, "type": "a"}), &secret("a"), &unknown());
        assert_eq!(recorded.compare(&more), Comparison::Different);
    }

    proptest! {
        #[test]
        fn no_value_of_a_secret_is_ever_left(secrets in prop::collection::btree_map("[a-z]{1,5}", "[A-Z]{12,40}", 1..5)) {
            let object = json!({"stringData": secrets, "data": {"nested": [secrets]}});
            for key in [key(), unknown()] {
                let text = protected(&object, &secret("a"), &key).into_value().to_string();
                for value in secrets.values() {
                    prop_assert!(!text.contains(value.as_str()));
                }
            }
        }

        #[test]
        fn digests_are_the_same_exactly_when_the_values_are(one in any::<Vec<u8>>(), other in any::<Vec<u8>>()) {
            let at = |bytes: &[u8]| {
                protected(&json!({"data": {"x": STANDARD.encode(bytes)}}), &secret("a"), &key())
            };
            let expected = if one == other { Comparison::Same } else { Comparison::Different };
            prop_assert_eq!(at(&one).compare(&at(&other)), expected);
            prop_assert_eq!(at(&one).compare(&at(&one)), Comparison::Same);
        }
    }

    #[test]
    fn a_key_never_shows_its_bytes() {
        let shown = format!("{:?}", Key::new([65; KEY_LENGTH]));
        assert!(!shown.contains("65") && !shown.contains("AAAA"), "{shown}");
    }

    #[test]
    fn what_was_recorded_open_is_not_compared_with_a_digest() {
        let (open, secret) = (json!({"a": "1", "b": "2"}), json!({"a": "hmac:key.one", "b": "2"}));
        assert_eq!(compare(&open, &secret), Comparison::Unknown);
        assert_eq!(compare(&open, &json!({"a": "hmac:key.one", "b": "3"})), Comparison::Different);
        assert_eq!(compare(&json!(1), &json!("hmac:unknown")), Comparison::Unknown);
    }

    #[test]
    fn a_record_says_what_was_secret_in_it() {
        let recorded = json!({"data": {"a": "hmac:key.one", "b": "2"}, "list": ["x", "hmac:unknown"]});
        let secrets = digested(&recorded);
        let hides = |path: &str| secrets.hides(&FieldPath::parse(path).expect("a path"));
        assert!(hides("data.a") && hides("list[1]"));
        assert!(!hides("data") && !hides("data.b") && !hides("list[0]"));
    }
}
