//! Which fields of an object are secret.

use super::annotations::sensitive_fields;
use super::pattern::{is_any, may_be_same};
use super::{FieldPath, FieldPattern, GroupKind, Step, kinds};
use crate::json::Value;

/// Annotations in which client-side tools keep a copy of the whole object.
const COPIES: [&str; 4] = [
    "kubectl.kubernetes.io/last-applied-configuration",
    "kapp.k14s.io/original",
    "banzaicloud.com/last-applied",
    "objectset.rio.cattle.io/applied",
];

/// The secret fields of one object: a path hides everything below it.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SecretPaths(Vec<(FieldPath, Encoding)>);

/// How the secret is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// As it is.
    Plain,
    /// In base64, as a Secret's `data`.
    Base64,
}

impl SecretPaths {
    /// What is secret in every object of this kind: a Secret's `data` and
    /// `stringData`, and the annotations in which other tools copy them.
    pub fn of(kind: &GroupKind) -> Self {
        let mut paths = Self::default();
        if kinds::is_secret(kind) {
            paths.0.push((FieldPath::fields(["data"]), Encoding::Base64));
            paths.0.push((FieldPath::fields(["stringData"]), Encoding::Plain));
            paths.hide_copies();
        }
        paths
    }

    /// What is secret in every object of this kind, and what this one names in
    /// its annotation.
    pub fn of_object(kind: &GroupKind, object: &Value) -> Self {
        Self::of(kind).and(sensitive_fields(object).into_iter().map(FieldPattern::into_path))
    }

    /// These fields are secret too (the configured ones of this object).
    /// `[*]` stands for any step.
    #[must_use]
    pub fn and(mut self, fields: impl IntoIterator<Item = FieldPath>) -> Self {
        let before = self.0.len();
        fields.into_iter().for_each(|path| self.hide(path, Encoding::Plain));
        if self.0.len() > before {
            self.hide_copies();
        }
        self
    }

    /// What either of them hides.
    #[must_use]
    pub fn or(mut self, other: Self) -> Self {
        other.0.into_iter().for_each(|(path, encoding)| self.hide(path, encoding));
        self
    }

    fn hide_copies(&mut self) {
        for name in COPIES {
            self.hide(FieldPath::fields(["metadata", "annotations", name]), Encoding::Plain);
        }
    }

    fn hide(&mut self, path: FieldPath, encoding: Encoding) {
        if self.0.iter().all(|(hidden, _)| *hidden != path) {
            self.0.push((path, encoding));
        }
    }

    /// Whether the value at this path is secret.
    pub fn hides(&self, path: &FieldPath) -> bool {
        self.cursor().at(path).secret().is_some()
    }

    /// The object with every secret value (a scalar; maps and lists keep their
    /// shape) replaced, by what `with` makes of it. Null is no secret.
    #[must_use]
    pub fn replace(&self, object: &Value, mut with: impl FnMut(&Value) -> Value) -> Value {
        replace_secrets(object, &self.cursor(), &mut |value, _| with(value))
    }

    /// The paths themselves; in one, `*` stands for any step.
    pub fn paths(&self) -> impl Iterator<Item = &FieldPath> {
        self.0.iter().map(|(path, _)| path)
    }

    /// Whether nothing is secret.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn cursor(&self) -> Cursor<'_> {
        Cursor(self.0.iter().map(|(path, encoding)| (path.steps(), *encoding)).collect())
    }
}

/// The value at this place with its secrets replaced.
pub(super) fn replace_secrets(
    value: &Value,
    at: &Cursor<'_>,
    with: &mut dyn FnMut(&Value, Encoding) -> Value,
) -> Value {
    match value {
        Value::Object(map) => {
            let replaced =
                |(key, value): (&String, &Value)| (key.clone(), replace_secrets(value, &at.field(key), with));
            Value::Object(map.iter().map(replaced).collect())
        }
        Value::Array(items) => {
            let replaced = |(index, item)| replace_secrets(item, &at.item(index, item), with);
            Value::Array(items.iter().enumerate().map(replaced).collect())
        }
        Value::Null => Value::Null,
        scalar => at.secret().map_or_else(|| scalar.clone(), |encoding| with(scalar, encoding)),
    }
}

/// A place in an object, as what is left of each path that leads to a secret
/// at it or below it.
pub(super) struct Cursor<'a>(Vec<(&'a [Step], Encoding)>);

impl<'a> Cursor<'a> {
    /// How the value here is written, if it is secret.
    pub(super) fn secret(&self) -> Option<Encoding> {
        self.0.iter().find(|(rest, _)| rest.is_empty()).map(|(_, encoding)| *encoding)
    }

    /// The place at this path below.
    pub(super) fn at(self, path: &FieldPath) -> Self {
        path.steps().iter().fold(self, |at, step| at.step(step))
    }

    /// The place one step below; in doubt, a value is hidden.
    pub(super) fn step(&self, step: &Step) -> Self {
        self.advance(|wanted| may_be_same(wanted, step))
    }

    /// The place of a map's field.
    pub(super) fn field(&self, name: &str) -> Self {
        self.advance(|wanted| matches!(wanted, Step::Field(field) if field == name))
    }

    /// The place of a list's item.
    pub(super) fn item(&self, index: usize, item: &Value) -> Self {
        self.advance(|wanted| match wanted {
            Step::Field(_) => false,
            Step::Key(keys) => keys.iter().all(|(name, value)| item.get(name) == Some(value)),
            Step::Value(value) => value == item,
            Step::Index(position) => *position == index,
        })
    }

    fn advance(&self, leads_there: impl Fn(&Step) -> bool) -> Self {
        let advanced = |(rest, encoding): &(&'a [Step], Encoding)| match rest.split_first() {
            None => Some((*rest, *encoding)),
            Some((first, below)) => (is_any(first) || leads_there(first)).then_some((below, *encoding)),
        };
        Self(self.0.iter().filter_map(advanced).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn path(text: &str) -> FieldPath {
        FieldPath::parse(text).expect("a path")
    }

    #[test]
    fn a_secrets_data_and_everything_below_is_secret() {
        let secret = SecretPaths::of(&GroupKind::new("", "Secret"));
        for hidden in ["data", "data.a", "stringData.a.b", "data[0]"] {
            assert!(secret.hides(&path(hidden)), "{hidden}");
        }
        for shown in ["", "metadata", "metadata.annotations", "type", "database", "spec.data"] {
            assert!(!secret.hides(&path(shown)), "{shown}");
        }
        for kind in [GroupKind::new("", "ConfigMap"), GroupKind::new("example.com", "Secret")] {
            assert!(!SecretPaths::of(&kind).hides(&path("data.a")), "{kind}");
        }
    }

    #[test]
    fn configured_fields_are_found_however_a_list_item_is_named() {
        let paths =
            SecretPaths::default().and([path("spec.env[name=TOKEN].value"), path("spec.users[*].password")]);
        for hidden in [
            "spec.env[name=TOKEN].value",
            "spec.env[0].value",
            "spec.users[name=a].password",
            "spec.users[3].password.hash",
            r#"metadata.annotations["kubectl.kubernetes.io/last-applied-configuration"]"#,
        ] {
            assert!(paths.hides(&path(hidden)), "{hidden}");
        }
        for shown in ["spec.env[name=HOME].value", "spec.env", "spec.users[3].name"] {
            assert!(!paths.hides(&path(shown)), "{shown}");
        }
    }
}
