//! The variables of the command line that a release was rendered with. No secret
//! value is among them: of those the names are kept, and keyed digests.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::protect::{Comparison, compare};
use crate::json::Value;

/// The longest value that is kept, in bytes: a shortened one would be another.
const LONGEST_VALUE: usize = 1000;

/// So much is kept of all values together, in bytes.
const MOST_OF_ALL: usize = 32 * 1024;

/// A variable of the command line.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordedVariable {
    /// Its name.
    pub name: String,
    /// The text of `--var`, whose type is decided where it stands.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    text: Option<String>,
    /// The text, number or boolean of a file.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    value: Option<Value>,
    /// Whether its value is a secret, and so isn't here.
    #[serde(skip_serializing_if = "std::ops::Not::not", default)]
    secret: bool,
    /// Where its value isn't here, a digest by the target's key: whether another is the
    /// same. Absent in records of early versions.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    digest: Option<String>,
}

/// What is kept of a variable's value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Kept<'a> {
    /// The text of `--var`.
    Text(&'a str),
    /// The text, number or boolean of a file.
    Value(&'a Value),
    /// Nothing: it's a secret.
    Secret,
    /// Nothing: it's too long.
    TooLong,
}

impl RecordedVariable {
    /// One of `--var`.
    pub fn text(name: &str, text: &str) -> Self {
        Self { text: Some(text.to_owned()), ..Self::secret(name) }.told()
    }

    /// One of a file.
    pub fn value(name: &str, value: &Value) -> Self {
        Self { value: Some(value.clone()), ..Self::secret(name) }.told()
    }

    /// One whose value is a secret.
    pub fn secret(name: &str) -> Self {
        Self { name: name.to_owned(), text: None, value: None, secret: true, digest: None }
    }

    /// The same with this digest of its value; it's kept where the value isn't.
    #[must_use]
    pub fn with_digest(self, digest: Option<String>) -> Self {
        Self { digest, ..self }
    }

    /// Whether its value is the one of this digest; nothing where no digest of it is kept.
    pub fn compare(&self, digest: &str) -> Option<Comparison> {
        let own = self.digest.as_deref()?;
        Some(compare(&Value::from(own), &Value::from(digest)))
    }

    /// Whether only a digest tells what its value was.
    pub fn is_digest(&self) -> bool {
        self.digest.is_some()
    }

    fn told(self) -> Self {
        Self { secret: false, ..self }
    }

    /// What is kept of its value.
    pub fn kept(&self) -> Kept<'_> {
        match (&self.text, &self.value) {
            _ if self.secret => Kept::Secret,
            (Some(text), _) => Kept::Text(text),
            (None, Some(value)) => Kept::Value(value),
            (None, None) => Kept::TooLong,
        }
    }

    /// Its value as a text, where that is on record.
    pub fn told_value(&self) -> Option<String> {
        match self.kept() {
            Kept::Text(text) => Some(text.to_owned()),
            Kept::Value(value) => Some(value.to_plain()),
            Kept::Secret | Kept::TooLong => None,
        }
    }
}

/// Leaves out the values that are too long, and the last ones where they are too many; and
/// the digests of those that stay.
pub(super) fn bound(variables: &mut [RecordedVariable]) {
    let mut room = MOST_OF_ALL;
    for variable in variables {
        let size = variable.told_value().map_or(0, |value| value.len());
        if size > LONGEST_VALUE.min(room) {
            (variable.text, variable.value) = (None, None);
        } else {
            room -= size;
        }
        if variable.told_value().is_some() {
            variable.digest = None;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_kept_in_full_or_not_at_all() {
        let long = "x".repeat(LONGEST_VALUE + 1);
        let mut variables = vec![
            RecordedVariable::text("A", "1.10"),
            RecordedVariable::text("LONG", &long),
            RecordedVariable::value("B", &Value::from(3)),
            RecordedVariable::secret("S"),
        ];
        bound(&mut variables);
        let kept: Vec<Kept<'_>> = variables.iter().map(RecordedVariable::kept).collect();
        let three = Value::from(3);
        assert_eq!(kept, [Kept::Text("1.10"), Kept::TooLong, Kept::Value(&three), Kept::Secret]);
    }

    #[test]
    fn values_of_any_number_fit() {
        let value = "x".repeat(LONGEST_VALUE);
        let mut variables: Vec<_> =
            (0..100).map(|number| RecordedVariable::text(&format!("V{number}"), &value)).collect();
        bound(&mut variables);
        let kept = variables.iter().filter(|variable| variable.kept() != Kept::TooLong).count();
        assert_eq!(kept, MOST_OF_ALL / LONGEST_VALUE);
    }

    #[test]
    fn a_digest_is_kept_where_the_value_isnt() {
        let digest = || Some("hmac:key.one".to_owned());
        let mut variables = vec![
            RecordedVariable::text("A", "1").with_digest(digest()),
            RecordedVariable::text("LONG", &"x".repeat(LONGEST_VALUE + 1)).with_digest(digest()),
            RecordedVariable::secret("S").with_digest(digest()),
        ];
        bound(&mut variables);
        let compared: Vec<_> = variables.iter().map(|variable| variable.compare("hmac:key.two")).collect();
        assert_eq!(compared, [None, Some(Comparison::Different), Some(Comparison::Different)]);
        assert_eq!(variables[2].compare("hmac:key.one"), Some(Comparison::Same));
        assert_eq!(variables[2].compare("hmac:other.one"), Some(Comparison::Unknown));
    }

    #[test]
    fn one_reads_like_this_and_is_read_back() {
        let three = Value::from(3);
        let variables = [
            RecordedVariable::text("A", "1"),
            RecordedVariable::value("B", &three),
            RecordedVariable::secret("S"),
            RecordedVariable::secret("T").with_digest(Some("hmac:key.one".into())),
        ];
        let text = serde_json::to_string(&variables).expect("JSON");
        let expected = concat!(
            r#"[{"name":"A","text":"1"},{"name":"B","value":3},{"name":"S","secret":true},"#,
            r#"{"name":"T","secret":true,"digest":"hmac:key.one"}]"#
        );
        assert_eq!(text, expected);
        let back: Vec<RecordedVariable> = serde_json::from_str(&text).expect("variables");
        assert_eq!(back, variables);
    }
}
